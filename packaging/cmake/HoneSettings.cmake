# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler, layout of the build tree, and the sanitizers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(HONE_MODULE_DIR "${CMAKE_BINARY_DIR}/lib/hone")
# Modules that load on first use are found through the run path of the program that opens them.
set(CMAKE_BUILD_RPATH "${HONE_MODULE_DIR}")
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/hone")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

# One target carries the warnings and the sanitizer; every target of ours links it.
add_library(hone_settings INTERFACE)
target_compile_options(hone_settings INTERFACE -Wall -Wextra -Wno-missing-field-initializers
    # GCC 12 sees overlaps in std::string that are not there (its bug 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(HONE_SANITIZE)
    target_compile_options(hone_settings INTERFACE -fsanitize=${HONE_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    target_link_options(hone_settings INTERFACE -fsanitize=${HONE_SANITIZE})
endif()
if(HONE_FUZZ)
    target_compile_options(hone_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
