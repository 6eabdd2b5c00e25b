#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the fuzz target with clang in build-fuzz/ and runs it from the committed corpus.
#
#   bash tests/fuzz/run.sh [SECONDS]    # default 60
#
# Needs HONE_ONNXRUNTIME, as packaging/setup.sh sets it. Prints how many inputs were tried; fails where one makes it crash, hang for
# 5 s or take over 1.5 GB (the sanitizer's own bookkeeping included), and leaves that input in build-fuzz/findings/.
# HONE_FUZZ_CORPUS: a folder that keeps what is found worth keeping.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
source packaging/build.sh
mkdir -p build-fuzz/findings
if [ ! -f build-fuzz/build.ninja ]; then
    quietly build-fuzz/configure.log cmake --preset fuzz
fi
cmake --build build-fuzz --parallel "$(build_jobs)" --target hone_fuzz_read

if [ -n "${HONE_FUZZ_CORPUS:-}" ]; then
    corpus=$HONE_FUZZ_CORPUS
    mkdir -p "$corpus"
else
    corpus=$(mktemp -d)
    trap 'rm -rf "$corpus"' EXIT
fi
status=0
build-fuzz/bin/hone_fuzz_read -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1536 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix=build-fuzz/findings/ "$corpus" tests/fuzz/corpus >build-fuzz/run.log 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    tail -n 60 build-fuzz/run.log >&2
    echo "The fuzz target failed; the input lies in build-fuzz/findings/" >&2
    exit "$status"
fi
awk -v seconds="$seconds" '/stat::number_of_executed_units/ {print "Fuzzing: " $2 " inputs in " seconds " s, no finding"}' build-fuzz/run.log
