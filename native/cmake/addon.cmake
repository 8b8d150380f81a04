# laminet.node, the only part that knows Node. Headers come from the npm packages node-api-headers and node-addon-api: cmake-js passes
# them; a plain cmake asks node where they are.
file(GLOB addon_sources CONFIGURE_DEPENDS addon/*.cpp)
if(NOT addon_sources)
  return()
endif()

set(addon_includes ${CMAKE_JS_INC})
if(NOT addon_includes)
  execute_process(
    COMMAND node -p "[require('node-api-headers').include_dir, require('node-addon-api').include_dir].join(';')"
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    OUTPUT_VARIABLE addon_includes OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()

add_library(laminet_addon SHARED ${addon_sources} ${CMAKE_JS_SRC})
set_target_properties(laminet_addon PROPERTIES OUTPUT_NAME laminet PREFIX "" SUFFIX ".node")
target_include_directories(laminet_addon SYSTEM PRIVATE ${addon_includes})
target_compile_definitions(laminet_addon PRIVATE NAPI_VERSION=9 NODE_ADDON_API_CPP_EXCEPTIONS
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
target_compile_options(laminet_addon PRIVATE ${laminet_warnings})
target_link_libraries(laminet_addon PRIVATE laminet_reference laminet_runtime ${CMAKE_JS_LIB})
add_dependencies(laminet_package laminet_addon)
# Never unloaded: the executor's thread and the exit handlers of the process may outlive the environment that loaded it.
target_link_options(laminet_addon PRIVATE -Wl,-z,nodelete -Wl,--exclude-libs,ALL)
