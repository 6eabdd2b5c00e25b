#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How much of the MACs that pruning saves is saved in time: latency gain over MAC gain, batch 1, ONNX Runtime, one thread.
#
#   bash tests/benchmarks/realised_speed.sh [MODEL [TARGET]]
#
# MODEL (default: a MobileNetV2 of 224x224, made here, untrained) is pruned by weights alone to TARGET of its MACs (default 0.3334x), with
# channels as they come and rounded to 8 and 16. HONE_BENCH_ROUNDS (default 5) rounds alternate; prints the median ratio and all of them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hone=${HONE:-$here/../../build/bin/hone}
target=${2:-0.3334x}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
model=${1:-$work/mobilenetv2.onnx}
[ $# -gt 0 ] || "$hone" new mobilenetv2 --input-size 224 --classes 10 --out "$model" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

for _ in $(seq "${HONE_BENCH_ROUNDS:-5}"); do
    for multiple in 1 8 16; do
        "$hone" prune "$model" --target-macs "$target" --round-to "$multiple" --out "$work/pruned.onnx" --json \
            >>"$work/$multiple.json" 2>"$work/log" || { tail -n 1 "$work/log" >&2; rm -f "$work/$multiple.json"; }
    done
done
/usr/bin/python3 - "$work" <<'PYTHON'
import json, pathlib, statistics, sys
decoder = json.JSONDecoder()
for multiple in ("1", "8", "16"):
    file = pathlib.Path(sys.argv[1]) / f"{multiple}.json"
    if not file.exists():
        print(f"multiples of {multiple:>2}: can't be reached")
        continue
    text, runs = file.read_text().strip(), []
    while text:
        run, end = decoder.raw_decode(text)
        runs.append(run)
        text = text[end:].strip()
    macs = [r["before"]["macs"] / r["after"]["macs"] for r in runs]
    gains = [r["before"]["latencyMs"]["p50"] / r["after"]["latencyMs"]["p50"] for r in runs]
    ratios = [gain / m for gain, m in zip(gains, macs)]
    print(f"multiples of {multiple:>2}: {macs[0]:.2f} times fewer MACs, {statistics.median(gains):.2f} times as fast, "
          f"ratio {statistics.median(ratios):.2f}   (rounds: {', '.join(f'{r:.2f}' for r in ratios)})")
PYTHON
