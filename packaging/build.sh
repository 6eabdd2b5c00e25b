# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by start.sh and test.sh: configures build/ (Release) and builds the given targets. Nothing is done twice.

# Runs a command with its output kept in a log; where it fails, the log's end is shown.
quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 && return
    tail -n 60 "$log" >&2
    echo "The whole log: $log" >&2
    return 1
}

# LibTorch's headers take over 1 GB a compiler: fewer at once where there is little memory.
build_jobs() {
    local cores memory_gb
    cores=$(nproc)
    memory_gb=$(awk '/MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
    local jobs=$((memory_gb / 2))
    ((jobs < 1)) && jobs=1
    ((jobs > cores)) && jobs=$cores
    echo "$jobs"
}

build_targets() {
    mkdir -p build
    # ccache may reuse precompiled headers' users only with these.
    export CCACHE_SLOPPINESS=pch_defines,time_macros
    export CCACHE_BASEDIR=$PWD
    if [ ! -f build/build.ninja ] || [ packaging/build.sh -nt build/build.ninja ]; then
        echo "Configuring in build/"
        quietly build/configure.log cmake --preset release
    fi
    cmake --build build --parallel "$(build_jobs)" --target "$@"
}
