# Test-only stand-ins for cuDNN, cuBLASLt and CUPTI, which run on the CPU over the emulated libcudart.
function(laminet_emulated_library name soname sources)
  add_library(${name} SHARED ${sources})
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/emulator" PREFIX "" OUTPUT_NAME "${soname}"
    SUFFIX "" NO_SONAME TRUE CXX_VISIBILITY_PRESET default)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_include_directories(${name} SYSTEM PRIVATE "${LAMINET_CUDNN_INCLUDE}" "${LAMINET_CUBLAS_INCLUDE}" ${CUDAToolkit_INCLUDE_DIRS}
    "${LAMINET_CUPTI_INCLUDE}")
  target_compile_options(${name} PRIVATE ${laminet_warnings} ${laminet_optimized})
  string(REGEX REPLACE "\\.so.*" "" script "${soname}")
  # The symbols' version is the soname, as in the real libraries. libcudart.so.13 is the emulated one when they run.
  target_link_options(${name} PRIVATE -Wl,-soname,${soname} -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/emulator/${script}.map)
  target_link_libraries(${name} PRIVATE CUDA::cudart)
  if(TARGET laminet_emulator)
    add_dependencies(laminet_emulator ${name})
  endif()
endfunction()

file(GLOB emulated_cudnn_sources CONFIGURE_DEPENDS emulator/emulated_cudnn*.cpp)
laminet_emulated_library(emulated_cudnn libcudnn.so.9 "${emulated_cudnn_sources}")
file(GLOB emulated_cublas_lt_sources CONFIGURE_DEPENDS emulator/emulated_cublas_lt*.cpp)
if(emulated_cublas_lt_sources)
  laminet_emulated_library(emulated_cublas_lt libcublasLt.so.13 "${emulated_cublas_lt_sources}")
endif()
file(GLOB emulated_cupti_sources CONFIGURE_DEPENDS emulator/emulated_cupti*.cpp)
laminet_emulated_library(emulated_cupti libcupti.so.13 "${emulated_cupti_sources}")
