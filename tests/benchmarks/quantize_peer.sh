#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Static INT8 by Hone beside ONNX Runtime's own Python tool, in one run: top-1 on the test split, file, latency over float's, seconds of
# calibration and the most memory of the whole process, for each way of finding ranges that both have.
#
#   bash tests/benchmarks/quantize_peer.sh DATA MODEL [SAMPLES]
#
# DATA is a folder of pictures. The other side needs Python's onnxruntime, pillow and numpy. Where they are not installed its seconds are what
# version 1.21 took on another machine, known for MobileNetV1-0.25, MobileNetV2-1.0 at 224 and ResNet-20, times what a float run takes here
# over what it took there. SAMPLES is 128 by default; HONE names the program, PYTHON the interpreter.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:?usage: quantize_peer.sh DATA MODEL [SAMPLES]}
model=${2:?usage: quantize_peer.sh DATA MODEL [SAMPLES]}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HONE=${HONE:-$here/../../build/bin/hone} "${PYTHON:-/usr/bin/python3}" "$here/quantize_peer.py" compare "$data" "$model" "${3:-128}" "$work"
