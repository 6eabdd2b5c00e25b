#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# evaluate.sh MODEL DATA [LIMIT [REPEATS [THREADS]]]: prints how much of the samples a second that decoding and inference allow
# `hone evaluate` reaches. Build it first: cmake --build build --target hone_bench_evaluate hone_programs
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../../build/tests/hone_bench_evaluate" "$@"
