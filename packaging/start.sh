#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From a fresh Debian 12 machine to a model on a device: installs what Hone needs, builds it and runs the demo. Where there is a
# display, the studio then opens on the demo's project.
#   --no-window   don't open the studio
#   --dir DIR     put the demo's project there (default: build/demo)
set -euo pipefail
cd "$(dirname "$0")/.."

window=yes
demo=build/demo
while [ $# -gt 0 ]; do
    case $1 in
    --no-window) window=no ;;
    --dir)
        [ $# -gt 1 ] || { echo "start.sh: --dir needs a folder" >&2; exit 2; }
        demo=$2
        shift
        ;;
    *)
        echo "usage: bash packaging/start.sh [--no-window] [--dir DIR]" >&2
        exit 2
        ;;
    esac
    shift
done

source packaging/setup.sh
source packaging/build.sh
build_targets hone_programs
build/bin/hone demo --dir "$demo"

if [ "$window" = yes ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec build/bin/hone-studio "$demo/project"
fi
