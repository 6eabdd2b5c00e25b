#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Sets the machine up, builds everything, runs every test and then the fuzz target for a minute, without a display.
set -euo pipefail
cd "$(dirname "$0")/.."

hone_with_tests=yes
source packaging/setup.sh
source packaging/build.sh
build_targets all
export QT_QPA_PLATFORM=offscreen
export NODE_PATH="$HONE_ONNXRUNTIME/node_modules"
status=0
ctest --test-dir build --output-on-failure --parallel 2 || status=$?
# How much of ONNX the engine runs, as test_conformance counted it.
cat build/tests/conformance.txt || status=1
# Made-up files for a minute.
bash tests/fuzz/run.sh 60 || status=1
exit $status
