# laminet_cpu.so: the plugin on oneDNN.
file(GLOB_RECURSE cpu_sources CONFIGURE_DEPENDS cpu/*.cpp)
list(FILTER cpu_sources EXCLUDE REGEX "/cpu/(kernels/|kernel_tables|pointwise_)")
if(LAMINET_ONEDNN STREQUAL "OFF" OR NOT cpu_sources)
  set(LAMINET_ONEDNN_STATUS "switched off")
else()
  include(onednn)
endif()
file(WRITE "${CMAKE_BINARY_DIR}/onednn.txt" "${LAMINET_ONEDNN_STATUS}\n")
message(STATUS "cpu plugin: ${LAMINET_ONEDNN_STATUS}")
# runtime/registry.cpp tells it to people who ask for the device.
set(cpu_skipped "${laminet_output}/laminet_cpu.skipped")
if(NOT LAMINET_ONEDNN_FOUND)
  file(WRITE "${cpu_skipped}" "${LAMINET_ONEDNN_STATUS}\n")
  file(REMOVE "${laminet_output}/laminet_cpu.so")
  return()
endif()
file(REMOVE "${cpu_skipped}")

add_library(laminet_cpu MODULE ${cpu_sources})
set_target_properties(laminet_cpu PROPERTIES PREFIX "" SUFFIX ".so" BUILD_WITH_INSTALL_RPATH TRUE
  INSTALL_RPATH "${laminet_onednn_rpath}")
add_dependencies(laminet_package laminet_cpu)
target_compile_options(laminet_cpu PRIVATE ${laminet_warnings} ${laminet_optimized} ${OpenMP_CXX_FLAGS})
target_link_libraries(laminet_cpu PRIVATE laminet_reference laminet_kernels laminet_runtime laminet_onednn OpenMP::OpenMP_CXX)
target_link_options(laminet_cpu PRIVATE -Wl,-z,nodelete -Wl,--exclude-libs,ALL)
if(NOT LAMINET_SANITIZE)
  target_link_options(laminet_cpu PRIVATE -Wl,--no-undefined)  # else a missing kernel shows only at run time
endif()
