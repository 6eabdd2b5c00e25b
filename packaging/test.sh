#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sets the machine up, builds everything and runs every test, without a display.
set -euo pipefail
cd "$(dirname "$0")/.."

source packaging/setup.sh
source packaging/build.sh
build_targets all
export QT_QPA_PLATFORM=offscreen
export NODE_PATH="$HONE_ONNXRUNTIME/node_modules"
exec ctest --test-dir build --output-on-failure --parallel 2
