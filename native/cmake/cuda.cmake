# The CUDA plugin: laminet_cuda.so (finder/, knows no CUDA) and laminet_cuda13.so (everything else; kernels by nvcc).
if(LAMINET_CUDA STREQUAL "OFF")
  set(LAMINET_CUDA_FOUND FALSE)
  set(LAMINET_CUDA_STATUS "switched off (LAMINET_CUDA=OFF)")
else()
  include(cuda_toolkit)
endif()
file(WRITE "${CMAKE_BINARY_DIR}/cuda.txt" "${LAMINET_CUDA_STATUS}\n")
message(STATUS "cuda plugin: ${LAMINET_CUDA_STATUS}")
# runtime/registry.cpp tells it to people who ask for the device.
set(cuda_skipped "${laminet_output}/laminet_cuda.skipped")
if(NOT LAMINET_CUDA_FOUND)
  file(WRITE "${cuda_skipped}" "${LAMINET_CUDA_STATUS}\n")
  file(REMOVE "${laminet_output}/laminet_cuda.so" "${laminet_output}/laminet_cuda13.so")
  return()
endif()
file(REMOVE "${cuda_skipped}")

file(GLOB finder_sources CONFIGURE_DEPENDS cuda/finder/*.cpp)
list(FILTER finder_sources EXCLUDE REGEX "/plugin\\.cpp$")
add_library(laminet_finder STATIC ${finder_sources})
target_compile_options(laminet_finder PRIVATE ${laminet_warnings})
target_link_libraries(laminet_finder PUBLIC laminet_runtime)
add_library(laminet_cuda MODULE cuda/finder/plugin.cpp)
set_target_properties(laminet_cuda PROPERTIES PREFIX "" SUFFIX ".so")
target_compile_options(laminet_cuda PRIVATE ${laminet_warnings})
# The finder tells which devices these serve.
target_compile_definitions(laminet_cuda PRIVATE LAMINET_CUDA_ARCHITECTURES="${laminet_cuda_architectures}")
target_link_libraries(laminet_cuda PRIVATE laminet_finder)
target_link_options(laminet_cuda PRIVATE -Wl,-z,nodelete -Wl,--exclude-libs,ALL)

file(GLOB_RECURSE cuda_sources CONFIGURE_DEPENDS cuda/*.cpp cuda/*.cu)
list(FILTER cuda_sources EXCLUDE REGEX "/cuda/finder/")
add_library(laminet_cuda13 MODULE ${cuda_sources})
set_target_properties(laminet_cuda13 PROPERTIES PREFIX "" SUFFIX ".so" CUDA_RUNTIME_LIBRARY Shared CUDA_VISIBILITY_PRESET hidden
  BUILD_WITH_INSTALL_RPATH TRUE INSTALL_RPATH "")
target_include_directories(laminet_cuda13 SYSTEM PRIVATE "${LAMINET_CUDNN_INCLUDE}" "${LAMINET_CUBLAS_INCLUDE}" ${CUDAToolkit_INCLUDE_DIRS}
  "${LAMINET_CUPTI_INCLUDE}")
target_compile_options(laminet_cuda13 PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${laminet_warnings}> ${laminet_optimized}
  $<$<COMPILE_LANGUAGE:CUDA>:-lineinfo --expt-relaxed-constexpr>)
# The finder has loaded these under their names before.
target_link_libraries(laminet_cuda13 PRIVATE laminet_runtime CUDA::cudart "${LAMINET_CUDNN_LIBRARY}" "${LAMINET_CUBLAS_LIBRARY}")
target_link_options(laminet_cuda13 PRIVATE -Wl,-z,nodelete -Wl,--exclude-libs,ALL -Wl,--no-as-needed -Wl,--no-undefined
  -Wl,--allow-shlib-undefined)
add_dependencies(laminet_cuda laminet_cuda13)
add_dependencies(laminet_package laminet_cuda)

file(GLOB emulator_sources CONFIGURE_DEPENDS emulator/*.cpp)
if(emulator_sources AND EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/cmake/emulator.cmake")
  include(emulator)
endif()
include(emulated_libraries)
