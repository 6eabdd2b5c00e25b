#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what Hone is built with on Debian 12: packages from the archive, and ONNX Runtime's official build, which comes inside an
# npm package, with its headers from Debian 13 (unpacked only, nothing of it is installed). Does nothing where all is there.
# Sourced by start.sh and test.sh; leaves HONE_ONNXRUNTIME set.
set -euo pipefail

hone_packages=(
    build-essential cmake ninja-build ccache pkg-config git
    libtorch-dev libonnx-dev libprotobuf-dev protobuf-compiler
    libopencv-imgcodecs-dev libopencv-imgproc-dev zlib1g-dev
    libssh-dev libsodium-dev libstb-dev nlohmann-json3-dev libyaml-cpp-dev libcli11-dev libfmt-dev
    qt6-base-dev qt6-base-dev-tools qt6-svg-dev qt6-tools-dev qt6-l10n-tools qt6-tools-dev-tools
    libqcustomplot-dev qtkeychain-qt6-dev
    openssh-server openssh-client graphviz xvfb fonts-dejavu-core npm openssl ca-certificates
)

onnxruntime_version=1.30.0
onnxruntime_integrity=sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==
onnxruntime_headers=libonnxruntime-dev

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

# Debian 13's package lists, read through a private folder with the mirror that this machine already uses.
fetch_onnxruntime_headers() {
    local work=$1 mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
    mkdir -p "$work/lists/partial" "$work/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/trixie.list"
    local apt=(apt-get -q -o "Dir::Etc::SourceList=$work/trixie.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache::Archives=$work/archives"
        -o "Dir::Cache::pkgcache=$work/pkgcache" -o "Dir::Cache::srcpkgcache=$work/srcpkgcache" -o APT::Sandbox::User=root)
    "${apt[@]}" update
    (cd "$work" && "${apt[@]}" download "$onnxruntime_headers" && dpkg-deb -x "$onnxruntime_headers"_*.deb headers)
}

install_onnxruntime() {
    [ -e "$HONE_ONNXRUNTIME/complete" ] && return
    echo "Fetching ONNX Runtime $onnxruntime_version"
    local work
    mkdir -p "$hone_cache"
    work=$(mktemp -d "$hone_cache/fetch.XXXXXX")
    (cd "$work" && npm pack --silent "onnxruntime-node@$onnxruntime_version" >/dev/null)
    local archive="$work/onnxruntime-node-$onnxruntime_version.tgz" found
    found="sha512-$(openssl dgst -sha512 -binary "$archive" | base64 -w0)"
    if [ "$found" != "$onnxruntime_integrity" ]; then
        echo "setup: $archive is not the file that was pinned ($found); nothing was installed" >&2
        return 1
    fi
    fetch_onnxruntime_headers "$work"
    local arch
    for arch in x64 arm64; do
        mkdir -p "$work/tree/lib/$arch"
        tar xzf "$archive" -C "$work/tree/lib/$arch" --strip-components=5 "package/bin/napi-v6/linux/$arch/libonnxruntime.so.1"
    done
    mkdir -p "$work/tree/include"
    find "$work/headers" -name 'onnxruntime_*.h' -exec cp {} "$work/tree/include/" \;
    touch "$work/tree/complete"
    rm -rf "$HONE_ONNXRUNTIME"
    mv "$work/tree" "$HONE_ONNXRUNTIME"
    rm -rf "$work"
}

install_packages
install_onnxruntime
