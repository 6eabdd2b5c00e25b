#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Calibration alone: seconds of the pass and the most memory of the whole process, with SAMPLES (default 128) and with ten thousand.
#
#   bash tests/benchmarks/calibration.sh DATA MODEL [SAMPLES]
#
# With fewer pictures than that the train folder's are linked again and again. HONE names the program.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:?usage: calibration.sh DATA MODEL [SAMPLES]}
model=${2:?usage: calibration.sh DATA MODEL [SAMPLES]}
hone=${HONE:-$here/../../build/bin/hone}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

/usr/bin/python3 - "$data" "$work/data" <<'PYTHON'
import os, re, sys
data, folder = sys.argv[1:]
yaml = open(os.path.join(data, "dataset.yaml")).read()
train = re.search(r"train:\s*([^,}\s]+)", yaml).group(1)
files = [(name, file) for name in sorted(os.listdir(os.path.join(data, train))) for file in sorted(os.listdir(os.path.join(data, train, name)))]
for i in range(11200): # a tenth of which is held back for validation
    name, file = files[i * 7919 % len(files)]
    os.makedirs(os.path.join(folder, "train", name), exist_ok=True)
    os.symlink(os.path.abspath(os.path.join(data, train, name, file)), os.path.join(folder, "train", name, "%05d_%s" % (i, file)))
lines = [line for line in yaml.splitlines() if not line.startswith(("splits:", "validation:"))]
open(os.path.join(folder, "dataset.yaml"), "w").write("\n".join(lines + ["splits: {train: train}"]) + "\n")
PYTHON
for samples in "${3:-128}" 10000; do
    for ranges in minmax percentile entropy mse; do
        "$hone" quantize "$model" --data "$work/data" --samples "$samples" --ranges "$ranges" --no-bias-correction --json --out "$work/int8.onnx" \
            2>"$work/log" | /usr/bin/python3 -c '
import json, sys
calibration = json.load(sys.stdin)["calibration"]
print("%5d samples, %-10s %6.2f s, peak %4.0f MB" % (calibration["samples"], sys.argv[1] + ":", calibration["seconds"], calibration["peakBytes"] / 1e6))' "$ranges" ||
            { tail -n 1 "$work/log" >&2; exit 1; }
    done
done
