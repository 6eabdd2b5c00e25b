# SPDX-License-Identifier: GPL-3.0-or-later
# KISS FFT's class template: a header, so that the runner needs nothing beside it.
find_path(KissFft_INCLUDE_DIR kissfft/kissfft.hh)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(KissFft REQUIRED_VARS KissFft_INCLUDE_DIR)
if(KissFft_FOUND AND NOT TARGET KissFft::KissFft)
    add_library(KissFft::KissFft INTERFACE IMPORTED)
    target_include_directories(KissFft::KissFft SYSTEM INTERFACE "${KissFft_INCLUDE_DIR}")
endif()
