# SPDX-License-Identifier: GPL-3.0-or-later
# The three parts of OpenCV that read pictures; the package that carries OpenCV's own CMake files would pull in all the others.
find_path(OpenCvCodecs_INCLUDE_DIR opencv2/imgcodecs.hpp PATH_SUFFIXES opencv4)
foreach(part core imgproc imgcodecs)
    find_library(OpenCvCodecs_${part} NAMES opencv_${part})
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCvCodecs REQUIRED_VARS
    OpenCvCodecs_imgcodecs OpenCvCodecs_imgproc OpenCvCodecs_core OpenCvCodecs_INCLUDE_DIR)
if(OpenCvCodecs_FOUND AND NOT TARGET OpenCvCodecs::OpenCvCodecs)
    add_library(OpenCvCodecs::OpenCvCodecs INTERFACE IMPORTED)
    target_include_directories(OpenCvCodecs::OpenCvCodecs SYSTEM INTERFACE "${OpenCvCodecs_INCLUDE_DIR}")
    target_link_libraries(OpenCvCodecs::OpenCvCodecs INTERFACE
        "${OpenCvCodecs_imgcodecs}" "${OpenCvCodecs_imgproc}" "${OpenCvCodecs_core}")
endif()
