# SPDX-License-Identifier: GPL-3.0-or-later
# ONNX Runtime's official build, as packaging/setup.sh unpacks it: include/, lib/x64/, lib/arm64/.
set(ONNXRUNTIME_ROOT "$ENV{HONE_ONNXRUNTIME}" CACHE PATH "ONNX Runtime: headers in include/, libraries in lib/<x64|arm64>/")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(OnnxRuntime_ARCH arm64)
else()
    set(OnnxRuntime_ARCH x64)
endif()
find_path(OnnxRuntime_INCLUDE_DIR onnxruntime_cxx_api.h PATHS "${ONNXRUNTIME_ROOT}/include" NO_DEFAULT_PATH)
find_file(OnnxRuntime_LIBRARY libonnxruntime.so.1 PATHS "${ONNXRUNTIME_ROOT}/lib/${OnnxRuntime_ARCH}" NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OnnxRuntime REQUIRED_VARS OnnxRuntime_LIBRARY OnnxRuntime_INCLUDE_DIR)
if(OnnxRuntime_FOUND AND NOT TARGET OnnxRuntime::OnnxRuntime)
    add_library(OnnxRuntime::OnnxRuntime SHARED IMPORTED)
    set_target_properties(OnnxRuntime::OnnxRuntime PROPERTIES
        IMPORTED_LOCATION "${OnnxRuntime_LIBRARY}"
        IMPORTED_SONAME libonnxruntime.so.1
        INTERFACE_INCLUDE_DIRECTORIES "${OnnxRuntime_INCLUDE_DIR}")
endif()
