# Own kernels of the CPU backend, compiled for several instruction sets (namespace LAMINET_ISA) and chosen at run time. A library of
# their own: their tests need no oneDNN.
find_package(OpenMP QUIET COMPONENTS CXX)
if(NOT OpenMP_CXX_FOUND)
  return()
endif()
file(GLOB kernel_sources CONFIGURE_DEPENDS cpu/kernels/*.cpp)
file(GLOB kernel_callers CONFIGURE_DEPENDS cpu/kernel_tables.cpp cpu/pointwise_*.cpp)
# Written without intrinsics, these get their fused multiply-adds from the compiler. -Wno-psabi: vectors that are wider than the
# instruction set's never leave a file.
file(GLOB winograd_sources CONFIGURE_DEPENDS cpu/kernels/winograd*.cpp)
list(REMOVE_ITEM kernel_sources ${winograd_sources})
set_source_files_properties(${winograd_sources} PROPERTIES COMPILE_OPTIONS "-ffp-contract=fast;-Wno-psabi")
add_library(laminet_kernels STATIC ${kernel_callers})
target_compile_options(laminet_kernels PRIVATE ${laminet_warnings} ${laminet_optimized})
target_link_libraries(laminet_kernels PUBLIC laminet_runtime OpenMP::OpenMP_CXX)

# -fno-trapping-math: nobody reads the floating-point status flags, and loops with conditions vectorise only without them.
function(laminet_kernel_objects name isa sources flags)
  add_library(${name} OBJECT ${sources})
  target_compile_definitions(${name} PRIVATE LAMINET_ISA=${isa} ${ARGN})
  target_compile_options(${name} PRIVATE ${laminet_warnings} ${laminet_optimized} -fno-trapping-math ${flags})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE OpenMP::OpenMP_CXX)
  target_sources(laminet_kernels PRIVATE $<TARGET_OBJECTS:${name}>)
endfunction()
function(laminet_kernels isa)
  laminet_kernel_objects(laminet_kernels_${isa} ${isa} "${kernel_sources}" "${ARGN}")
  foreach(tile 3 4)
    laminet_kernel_objects(laminet_winograd${tile}_${isa} ${isa} "${winograd_sources}" "${ARGN}" LAMINET_TILE=${tile}
                           LAMINET_WINOGRAD=winograd${tile})
  endforeach()
endfunction()
laminet_kernels(base)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  laminet_kernels(avx2 -march=x86-64-v3)
  laminet_kernels(avx512 -march=x86-64-v4 -mprefer-vector-width=512)
  target_compile_definitions(laminet_kernels PRIVATE LAMINET_X86_64=1)
endif()
