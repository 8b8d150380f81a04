# cudnn_probe: asks the real cuDNN for the plans of described GPUs (npm run test:cudnn). It takes the plugin's own sources, and needs the headers
# and libcudnn.so.9, neither nvcc nor a driver.
if(NOT LAMINET_CUDNN_INCLUDE OR NOT LAMINET_CUDNN_LIBRARY OR NOT LAMINET_CUDA_FOUND)
  return()
endif()
file(GLOB probe_sources CONFIGURE_DEPENDS cuda/cudnn/*.cpp)
list(FILTER probe_sources EXCLUDE REGEX "/race\\.cpp$")  # on a device
add_executable(cudnn_probe tools/cudnn_probe.cpp cuda/convolution.cpp ${probe_sources})
target_compile_options(cudnn_probe PRIVATE ${laminet_warnings})
target_include_directories(cudnn_probe SYSTEM PRIVATE "${LAMINET_CUDNN_INCLUDE}" ${CUDAToolkit_INCLUDE_DIRS})
target_link_libraries(cudnn_probe PRIVATE laminet_runtime "${LAMINET_CUDNN_LIBRARY}")
target_link_options(cudnn_probe PRIVATE -Wl,--allow-shlib-undefined)
