#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Opening and tidying a 100 MB model until the layer table is full, against onnx.load and shape inference of Debian's python3-onnx.
#
#   bash tests/benchmarks/open_model.sh
#
# The model is made first and read once, so that both sides find it in the page cache; rounds alternate. Prints the best round of each
# side, all rounds, and the ratio of the bests (how many times as fast Hone is). HONE_BENCH_ROUNDS (default 5) rounds are run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench=${HONE_BENCH_OPEN:-$here/../../build/tests/hone_bench_open}
rounds=${HONE_BENCH_ROUNDS:-5}
python=/usr/bin/python3
"$python" -c 'from onnx import shape_inference; import numpy' 2>/dev/null || { echo "this needs Debian's python3-onnx and python3-numpy" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$here/open_model.py" make "$work/model.onnx"
ls -l "$work/model.onnx" | awk '{printf "model: %.1f MB\n", $5 / 1e6}'
cat "$work/model.onnx" > /dev/null
for _ in $(seq "$rounds"); do
    "$bench" "$work/model.onnx" 1 >> "$work/hone.jsonl"
    "$python" "$here/open_model.py" open "$work/model.onnx" 1 >> "$work/python.jsonl"
done
"$python" - "$work" <<'PYTHON'
import json, pathlib, sys
work = pathlib.Path(sys.argv[1])
rows = {side: [json.loads(line) for line in (work / f"{side}.jsonl").read_text().splitlines()] for side in ("hone", "python")}
best = {}
for side, label in (("hone", "hone: open, tidy, layer table"), ("python", "python3-onnx: load, infer_shapes")):
    seconds = [row["seconds"] for row in rows[side]]
    best[side] = min(seconds)
    print(f"{label:34} {best[side]:.3f} s   (rounds: {', '.join(f'{value:.3f}' for value in seconds)})")
first = min(rows["hone"], key=lambda row: row["seconds"])
print(f"hone's best: {first['open']:.3f} s to open, {first['tidy']:.3f} s to tidy; {first['layers']} layers, {first['parameters']} parameters")
print(f"ratio python3-onnx / hone: {best['python'] / best['hone']:.2f}")
PYTHON
