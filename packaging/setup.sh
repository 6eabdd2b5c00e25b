#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what Hone is built with on Debian 12: packages from the archive, and ONNX Runtime's official build, which comes inside an
# npm package, with its headers from Debian 13 (unpacked only, nothing of it is installed); ONNX's newer test vectors likewise.
# Does nothing where all is there.
# Sourced by start.sh and test.sh; leaves HONE_ONNXRUNTIME set.
set -euo pipefail

hone_packages=(
    build-essential cmake ninja-build ccache pkg-config git
    libtorch-dev libonnx-dev libonnx-testdata libprotobuf-dev protobuf-compiler
    libopencv-imgcodecs-dev libopencv-imgproc-dev libjpeg-dev zlib1g-dev libzip-dev libkissfft-dev
    libssh-dev libsodium-dev libstb-dev nlohmann-json3-dev libyaml-cpp-dev libcli11-dev libfmt-dev
    qt6-base-dev qt6-base-dev-tools qt6-svg-dev qt6-tools-dev qt6-l10n-tools qt6-tools-dev-tools
    libqcustomplot-dev qtkeychain-qt6-dev
    openssh-server openssh-client graphviz xvfb fonts-dejavu-core npm openssl ca-certificates
)
# What only test.sh needs: libFuzzer and the sanitizers come with clang.
if [ "${hone_with_tests:-no}" = yes ]; then
    hone_packages+=(clang libclang-rt-dev)
fi

onnxruntime_version=1.30.0
onnxruntime_node_integrity=sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==
onnxruntime_common_integrity=sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==
onnxruntime_headers=libonnxruntime-dev
onnx_testdata_version=1.17.0

hone_cache="${XDG_CACHE_HOME:-$HOME/.cache}/hone"
export HONE_ONNXRUNTIME="$hone_cache/onnxruntime-$onnxruntime_version"

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
    local missing=() package
    for package in "${hone_packages[@]}"; do
        # Node.js from elsewhere brings an npm that Debian's packages know nothing of.
        if [ "$package" = npm ] && command -v npm >/dev/null; then continue; fi
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    echo "Installing ${#missing[@]} packages: ${missing[*]}"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# from_debian_13 WORK PACKAGE FOLDER: unpacks a package there. Debian 13's lists are read through a private folder with the mirror
# that this machine already uses.
from_debian_13() {
    local work=$1 package=$2 folder=$3 mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
    mkdir -p "$work/lists/partial" "$work/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/trixie.list"
    local apt=(apt-get -q -o "Dir::Etc::SourceList=$work/trixie.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache::Archives=$work/archives"
        -o "Dir::Cache::pkgcache=$work/pkgcache" -o "Dir::Cache::srcpkgcache=$work/srcpkgcache" -o APT::Sandbox::User=root)
    "${apt[@]}" update
    (cd "$work" && "${apt[@]}" download "$package" && dpkg-deb -x "$package"_*.deb "$folder")
}

# fetch_pinned FOLDER PACKAGE INTEGRITY: an npm package's archive, refused unless it is the one that was pinned.
fetch_pinned() {
    local folder=$1 package=$2 integrity=$3 archive found
    (cd "$folder" && npm pack --silent "$package@$onnxruntime_version" >/dev/null)
    archive="$folder/$package-$onnxruntime_version.tgz"
    found="sha512-$(openssl dgst -sha512 -binary "$archive" | base64 -w0)"
    if [ "$found" != "$integrity" ]; then
        echo "setup: $package $onnxruntime_version is not the file that was pinned ($found); nothing was installed" >&2
        return 1
    fi
}

# What Hone links, and the same library as Node sees it, so that a test can run Hone's files in another program.
unpack_onnxruntime() {
    local work=$1 tree=$1/tree arch
    local node="$tree/node_modules/onnxruntime-node" common="$tree/node_modules/onnxruntime-common"
    mkdir -p "$tree/include" "$node" "$common"
    find "$work/headers" -name 'onnxruntime_*.h' -exec cp {} "$tree/include/" \;
    tar xzf "$work/onnxruntime-common-$onnxruntime_version.tgz" -C "$common" --strip-components=1
    tar xzf "$work/onnxruntime-node-$onnxruntime_version.tgz" -C "$node" --strip-components=1 \
        package/package.json package/dist package/bin/napi-v6/linux
    for arch in x64 arm64; do
        mkdir -p "$tree/lib/$arch"
        mv "$node/bin/napi-v6/linux/$arch/libonnxruntime.so.1" "$tree/lib/$arch/"
        ln -s "../../../../../../lib/$arch/libonnxruntime.so.1" "$node/bin/napi-v6/linux/$arch/"
    done
}

install_onnxruntime() {
    [ -e "$HONE_ONNXRUNTIME/complete" ] && return
    echo "Fetching ONNX Runtime $onnxruntime_version"
    local work
    mkdir -p "$hone_cache"
    work=$(mktemp -d "$hone_cache/fetch.XXXXXX")
    fetch_pinned "$work" onnxruntime-node "$onnxruntime_node_integrity"
    fetch_pinned "$work" onnxruntime-common "$onnxruntime_common_integrity"
    from_debian_13 "$work" "$onnxruntime_headers" headers
    unpack_onnxruntime "$work"
    touch "$work/tree/complete"
    rm -rf "$HONE_ONNXRUNTIME"
    mv "$work/tree" "$HONE_ONNXRUNTIME"
    rm -rf "$work"
}

# Beside ONNX Runtime, where CMake looks for them.
install_onnx_testdata() {
    local tree="$hone_cache/onnx-testdata-$onnx_testdata_version" work
    [ -e "$tree/complete" ] && return
    echo "Fetching ONNX's test vectors $onnx_testdata_version"
    mkdir -p "$hone_cache"
    work=$(mktemp -d "$hone_cache/fetch.XXXXXX")
    from_debian_13 "$work" libonnx-testdata unpacked
    touch "$work/unpacked/usr/share/libonnx-testdata/data/complete"
    rm -rf "$tree"
    mv "$work/unpacked/usr/share/libonnx-testdata/data" "$tree"
    rm -rf "$work"
}

install_packages
install_onnxruntime
install_onnx_testdata
