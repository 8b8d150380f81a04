set(LAMINET_ONEDNN AUTO CACHE STRING "Build the cpu plugin: AUTO (when oneDNN is found), ON (required), OFF")
set(LAMINET_CUDA AUTO CACHE STRING "Build the cuda plugin: AUTO (when nvcc, cuDNN, cuBLASLt and CUPTI are found), ON (required), OFF")
set(LAMINET_CUDA_ARCHS "" CACHE STRING "CUDA architectures as CMake names them, or `release` for all; by default a short list")
set(LAMINET_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_package(Threads REQUIRED)

# The addon looks for plugins beside itself.
set(laminet_output "${CMAKE_BINARY_DIR}/Release")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${laminet_output}")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${laminet_output}")

# One result everywhere: no fused multiply-add that the source does not ask for (kernels choose their own flags).
add_compile_options(-ffp-contract=off -fno-math-errno)
set(laminet_warnings -Wall -Wextra)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND laminet_warnings -Wno-restrict)  # GCC 12 sees overlaps in std::string's operator+ (bug 105651)
endif()
# Sanitized code is looked at, not waited for: it compiles in a third of the time.
set(laminet_optimized -O3)
if(LAMINET_SANITIZE)
  set(laminet_optimized -O0)
  set(CMAKE_BUILD_TYPE Debug)
  add_compile_options(-fsanitize=${LAMINET_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${LAMINET_SANITIZE})
endif()

# A program without Node that has the reference backend built in: a tool or a test.
function(laminet_executable name source)
  add_executable(${name} ${source})
  target_compile_options(${name} PRIVATE ${laminet_warnings})
  target_link_libraries(${name} PRIVATE laminet_reference laminet_runtime)
endfunction()
