# SPDX-License-Identifier: GPL-3.0-or-later

# What a user runs, with the modules that load on first use: everything but the tests.
add_custom_target(hone_programs)

# hone_room(NAME SOURCES a.cpp ... [USES room ...] [PRIVATE library ...])
# One static library for one folder of the engine. USES names the engine rooms whose headers it sees (passed on);
# PRIVATE names third-party libraries, which never pass on.
function(hone_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;USES;PRIVATE" ${ARGN})
    add_library(hone_${name} STATIC ${ROOM_SOURCES})
    target_include_directories(hone_${name} PUBLIC "${CMAKE_SOURCE_DIR}/engine")
    foreach(used IN LISTS ROOM_USES)
        target_link_libraries(hone_${name} PUBLIC hone_${used})
    endforeach()
    target_link_libraries(hone_${name} PRIVATE hone_settings ${ROOM_PRIVATE})
endfunction()

# hone_lazy_module(NAME SOURCES ... [USES ...] [PRIVATE ...] [PCH header ...])
# Code on a heavy library, opened on first use (engine/core/lazy_module.h).
function(hone_lazy_module name)
    cmake_parse_arguments(LAZY "" "" "SOURCES;USES;PRIVATE;PCH" ${ARGN})
    add_library(hone_${name} MODULE ${LAZY_SOURCES})
    target_include_directories(hone_${name} PRIVATE "${CMAKE_SOURCE_DIR}/engine")
    foreach(used IN LISTS LAZY_USES)
        target_link_libraries(hone_${name} PRIVATE hone_${used})
    endforeach()
    target_link_libraries(hone_${name} PRIVATE hone_settings ${LAZY_PRIVATE})
    if(LAZY_PCH)
        target_precompile_headers(hone_${name} PRIVATE ${LAZY_PCH})
    endif()
    set_target_properties(hone_${name} PROPERTIES
        LIBRARY_OUTPUT_DIRECTORY "${HONE_MODULE_DIR}"
        INSTALL_RPATH "$ORIGIN")
    install(TARGETS hone_${name} LIBRARY DESTINATION lib/hone)
    add_dependencies(hone_programs hone_${name})
endfunction()

# hone_program(TARGET): a program that is installed and that start.sh builds.
function(hone_program target)
    install(TARGETS ${target} RUNTIME DESTINATION bin)
    add_dependencies(hone_programs ${target})
endfunction()

# hone_test(NAME SOURCES ... LINKS ...): one Qt Test program, run offscreen by CTest.
function(hone_test name)
    cmake_parse_arguments(TEST "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${TEST_SOURCES})
    set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/engine" "${CMAKE_SOURCE_DIR}/tests")
    target_link_libraries(${name} PRIVATE hone_settings Qt6::Test ${TEST_LINKS})
    target_compile_definitions(${name} PRIVATE
        HONE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" HONE_BINARY_DIR="${CMAKE_BINARY_DIR}")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "QT_QPA_PLATFORM=offscreen" TIMEOUT 900)
endfunction()
