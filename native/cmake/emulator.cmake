# The emulated device, for tests: a driver and a runtime that run on the processor, and the plugin's kernels as g++ compiles them. All in
# one folder, which LAMINET_CUDA_PATH names to the plugin's finder (emulated_libraries.cmake adds cuDNN and cuBLASLt). Nothing of it is
# installed.
set(laminet_emulator_output "${CMAKE_BINARY_DIR}/emulator")
add_custom_target(laminet_emulator)

set(emulated_optimized -O2)
if(LAMINET_SANITIZE)
  set(emulated_optimized ${laminet_optimized})
endif()

# A part of CUDA: `name` and `version` as in libcudart.so.13, symbols versioned as there.
function(laminet_emulated_part name version)
  add_library(emulated_${name} SHARED ${ARGN})
  set_target_properties(emulated_${name} PROPERTIES OUTPUT_NAME ${name} SUFFIX ".so.${version}" CXX_VISIBILITY_PRESET default
    LIBRARY_OUTPUT_DIRECTORY "${laminet_emulator_output}" BUILD_WITH_INSTALL_RPATH TRUE INSTALL_RPATH "$ORIGIN")
  target_compile_options(emulated_${name} PRIVATE ${laminet_warnings} ${emulated_optimized})
  target_include_directories(emulated_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_include_directories(emulated_${name} SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  set(map "${CMAKE_CURRENT_SOURCE_DIR}/emulator/${name}.map")
  if(EXISTS "${map}")
    target_link_options(emulated_${name} PRIVATE "-Wl,--version-script,${map}")
    set_target_properties(emulated_${name} PROPERTIES LINK_DEPENDS "${map}")
  endif()
  add_dependencies(laminet_emulator emulated_${name})
endfunction()

file(GLOB sources CONFIGURE_DEPENDS emulator/*.cpp)
list(FILTER sources EXCLUDE REGEX "/(driver|emulated_(cudnn|cublas|cupti)[a-z0-9_]*)\\.cpp$")
laminet_emulated_part(cudart 13 ${sources})
target_link_libraries(emulated_cudart PRIVATE ${CMAKE_DL_LIBS} Threads::Threads)
laminet_emulated_part(cuda 1 emulator/driver.cpp)

# Kernels by g++. Exported, because their names are how launches find them; bound to themselves, because nvcc's stubs have the same names;
# and no two of them merged into one, which would have one name.
function(laminet_emulated_kernels name)
  add_library(${name} MODULE ${ARGN})
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${laminet_emulator_output}" CXX_VISIBILITY_PRESET default
    VISIBILITY_INLINES_HIDDEN OFF BUILD_WITH_INSTALL_RPATH TRUE INSTALL_RPATH "$ORIGIN")
  target_compile_definitions(${name} PRIVATE LAMINET_EMULATED)
  target_compile_options(${name} PRIVATE ${laminet_warnings} ${emulated_optimized} -fno-gnu-unique -fno-ipa-icf -Wno-unknown-pragmas)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_include_directories(${name} SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_link_libraries(${name} PRIVATE emulated_cudart)
  target_link_options(${name} PRIVATE -Wl,-Bsymbolic)
  add_dependencies(laminet_emulator ${name})
endfunction()

file(GLOB headers CONFIGURE_DEPENDS cuda/kernels/*.cuh)
set(sources "")
foreach(header ${headers})
  get_filename_component(name ${header} NAME_WE)
  file(CONFIGURE OUTPUT "${laminet_emulator_output}/kernels/${name}.cpp" CONTENT "#include \"cuda/kernels/${name}.cuh\"\n")
  list(APPEND sources "${laminet_emulator_output}/kernels/${name}.cpp")
endforeach()
if(sources)
  laminet_emulated_kernels(kernels_emulated ${sources})
endif()

# Tests of the emulated device itself, which link it: the launches by nvcc, the kernels by g++, as the plugin's.
function(laminet_emulator_test name)
  add_executable(test_${name} ../test/native/${name}.cpp ${ARGN})
  set_target_properties(test_${name} PROPERTIES CUDA_RUNTIME_LIBRARY None)
  target_compile_options(test_${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${laminet_warnings}>)
  target_include_directories(test_${name} SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_link_libraries(test_${name} PRIVATE laminet_runtime emulated_cudart)
  add_test(NAME ${name} COMMAND test_${name})
endfunction()

file(CONFIGURE OUTPUT "${laminet_emulator_output}/tests/faults.cpp" CONTENT "#include \"../test/native/emulator_faults.cuh\"\n")
laminet_emulated_kernels(emulator_faults_kernels "${laminet_emulator_output}/tests/faults.cpp")
laminet_emulator_test(emulator_faults ../test/native/emulator_faults.cu ../test/native/emulator_host_faults.cu)
target_compile_definitions(test_emulator_faults PRIVATE EMULATOR_FAULTS_KERNELS="$<TARGET_FILE:emulator_faults_kernels>")
add_dependencies(test_emulator_faults emulator_faults_kernels)
laminet_emulator_test(emulator_runtime)
laminet_emulator_test(emulator_graphs)
list(APPEND cuda_tests test_emulator_faults test_emulator_runtime test_emulator_graphs)
