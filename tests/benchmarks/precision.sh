#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Fine-tuning in bf16 against float32, both by Hone, loading and augmentation included.
#
#   bash tests/benchmarks/precision.sh DATA_DIR MODEL
#
# DATA_DIR is an image folder (CIFAR-10), MODEL a ResNet-20 as ONNX. Batch 128, all cores. Rounds alternate; the epoch that decodes
# isn't counted, and the best one of each counts. HONE_BENCH_ROUNDS (default 2) rounds of 3 epochs over at most
# HONE_BENCH_PICTURES (default 8000) pictures.
set -euo pipefail
data=${1:?usage: precision.sh DATA_DIR MODEL}
model=${2:?usage: precision.sh DATA_DIR MODEL}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hone=${HONE:-$here/../../build/bin/hone}
grep -qE 'avx512_bf16|amx_bf16|\bbf16\b' /proc/cpuinfo || { echo "this processor has no bf16 arithmetic" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bash "$here/some_pictures.sh" "$data" "$work/data" "${HONE_BENCH_PICTURES:-8000}"
for round in $(seq "${HONE_BENCH_ROUNDS:-2}"); do
    for precision in float32 bf16; do
        "$hone" finetune "$model" --data "$work/data" --epochs 3 --batch 128 --head keep --flip --shifted-crop 4 --precision "$precision" \
            --json --out "$work/out.onnx" > "$work/$precision-$round.json" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
    done
done
/usr/bin/python3 - "$work" <<'PYTHON'
import json, pathlib, sys
work = pathlib.Path(sys.argv[1])
best = {}
for name in ("float32", "bf16"):
    runs = [json.loads(f.read_text()) for f in sorted(work.glob(f"{name}-*.json"))]
    rates = [e["samplesPerSecond"] for run in runs for e in run["epochs"][1:]]
    best[name] = max(rates)
    print(f"{name:8} {max(rates):8.1f} pictures/s   (epochs: {', '.join('%.0f' % r for r in rates)};"
          f" last loss {runs[-1]['epochs'][-1]['trainLoss']:.4f})")
print(f"ratio bf16 / float32: {best['bf16'] / best['float32']:.3f}")
PYTHON
