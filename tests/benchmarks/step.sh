#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A training step of MobileNetV2 alone, without loading: Hone against Debian's python3-torch, which has the same LibTorch; then what
# Hone's graph executor adds to the LibTorch operators that it calls.
#
#   cmake --build build --target hone_bench_step hone_bench_overhead hone_training
#   bash tests/benchmarks/step.sh
#
# 96x96 pictures, batch 32, SGD with Nesterov's momentum, all cores. Rounds alternate, so that all meet the same machine; the best
# round of each counts. Processor time is printed beside: it suffers less from what else the machine does.
# HONE_BENCH_ROUNDS (default 4) rounds of HONE_BENCH_STEPS (default 15) steps.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=${HONE_TESTS:-$here/../../build/tests}
rounds=${HONE_BENCH_ROUNDS:-4}
steps=${HONE_BENCH_STEPS:-15}
python=/usr/bin/python3
"$python" -c 'import torch' || { echo "this needs Debian's python3-torch" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$here/mobilenetv2.py" export "$work/mobilenetv2.onnx" 2> "$work/export.log" || { cat "$work/export.log" >&2; exit 1; }
for _ in $(seq "$rounds"); do
    "$programs/hone_bench_step" "$work/mobilenetv2.onnx" 32 "$steps" >> "$work/hone.jsonl"
    for layout in channels_last contiguous; do
        "$python" "$here/mobilenetv2.py" measure --threads "$(nproc)" --layout "$layout" --steps "$steps" >> "$work/$layout.jsonl"
    done
done
"$python" - "$work" <<'PYTHON'
import json, pathlib, sys
work = pathlib.Path(sys.argv[1])
best = {}
for name in ("hone", "channels_last", "contiguous"):
    rounds = [json.loads(line) for line in (work / f"{name}.jsonl").read_text().splitlines()]
    best[name] = (max(r["picturesPerSecond"] for r in rounds), min(r["processorSecondsPerStep"] for r in rounds))
    label = name if name == "hone" else f"python {name}"
    print(f"{label:22} {best[name][0]:8.1f} pictures/s  {1e3 * best[name][1]:8.1f} ms of processor time a step"
          f"   (rounds: {', '.join('%.0f' % r['picturesPerSecond'] for r in rounds)})")
other = max(("channels_last", "contiguous"), key=lambda name: best[name][0])
print(f"ratio hone / python {other}: {best['hone'][0] / best[other][0]:.3f} by the clock, "
      f"{min(best[n][1] for n in ('channels_last', 'contiguous')) / best['hone'][1]:.3f} by processor time")
PYTHON
echo
"$programs/hone_bench_overhead" "$work/mobilenetv2.onnx" 32 8 "$rounds"
