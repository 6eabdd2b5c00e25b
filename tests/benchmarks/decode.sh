#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Decoding and resizing pictures with Hone's loader and with torchvision's, each to normalized batches of 32.
#
#   bash tests/benchmarks/decode.sh DATA_DIR
#
# DATA_DIR is an image folder with its pictures in train/ (Imagenette, JPEG of 224x224), brought to HONE_BENCH_SIZE (160). Python uses
# Debian's python3-torchvision on Pillow, with a DataLoader of 0, 1 and 2 workers; Hone uses all cores. HONE_BENCH_PICTURES (default 1500)
# pictures, HONE_BENCH_ROUNDS (default 5) rounds that alternate, one before them that isn't counted. Prints the medians of pictures a second, by
# the clock and by processor time, the ratio to the best of the three, and the largest difference between the two programs' pixels.
set -euo pipefail
data=${1:?usage: decode.sh DATA_DIR}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench=${HONE_BENCH_DECODE:-$here/../../build/tests/hone_bench_decode}
size=${HONE_BENCH_SIZE:-160}
pictures=${HONE_BENCH_PICTURES:-1500}
rounds=${HONE_BENCH_ROUNDS:-5}
python=/usr/bin/python3
"$python" -c 'import torch, torchvision, PIL, numpy' || { echo "this needs Debian's python3-torch, python3-torchvision and python3-numpy" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for round in $(seq 0 "$rounds"); do
    target=$work/$([ "$round" = 0 ] && echo unused || echo counted)
    "$bench" "$data" "$size" "$pictures" >> "$target-hone.jsonl"
    for workers in 0 1 2; do
        "$python" "$here/decode.py" measure "$data" "$size" "$pictures" "$workers" >> "$target-workers_$workers.jsonl"
    done
done
"$bench" "$data" "$size" 64 "$work/pixels" > "$work/last.json"
difference=$("$python" "$here/decode.py" compare "$work/pixels" "$size")

"$python" - "$work" "$difference" <<'PYTHON'
import json, pathlib, statistics, sys
work = pathlib.Path(sys.argv[1])

def median(name, seconds):
    rows = [json.loads(line) for line in (work / f"counted-{name}.jsonl").read_text().splitlines()]
    return statistics.median(row["pictures"] / row[seconds] for row in rows)

names = ["hone", "workers_0", "workers_1", "workers_2"]
for seconds, label in (("seconds", "by the clock"), ("processorSeconds", "by processor time")):
    rates = {name: median(name, seconds) for name in names}
    print(f"pictures a second {label}: " + ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items())
          + f"; ratio {rates['hone'] / max(rates[name] for name in names[1:]):.2f}")
print(f"largest difference of a pixel: {sys.argv[2]} of 255")
PYTHON
