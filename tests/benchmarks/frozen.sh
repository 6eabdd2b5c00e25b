#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Ten epochs behind a frozen body: its features computed once by ONNX Runtime, against the loop that runs it in every epoch.
#
#   bash tests/benchmarks/frozen.sh DATA_DIR MODEL [BATCH]
#
# DATA_DIR is an image folder, MODEL a classifier as ONNX. Samples a second are those of all ten epochs together, decoding and the
# features included; validation isn't. HONE_BENCH_PICTURES (default 2000) pictures.
set -euo pipefail
data=${1:?usage: frozen.sh DATA_DIR MODEL [BATCH]}
model=${2:?usage: frozen.sh DATA_DIR MODEL [BATCH]}
batch=${3:-64}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hone=${HONE:-$here/../../build/bin/hone}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bash "$here/some_pictures.sh" "$data" "$work/data" "${HONE_BENCH_PICTURES:-2000}"
for cache in --no-feature-cache ""; do
    # shellcheck disable=SC2086
    "$hone" finetune "$model" --data "$work/data" --epochs 10 --batch "$batch" --head replace --freeze-body $cache --json \
        --out "$work/out.onnx" > "$work/result$cache.json" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
done
/usr/bin/python3 - "$work" <<'PYTHON'
import json, pathlib, sys
work = pathlib.Path(sys.argv[1])
rate = {}
for name, file in (("every epoch", "result--no-feature-cache.json"), ("once", "result.json")):
    epochs = json.loads((work / file).read_text())["epochs"]
    rate[name] = len(epochs) / sum(1 / e["samplesPerSecond"] for e in epochs)
    print(f"body run {name:12} {rate[name]:10.1f} samples/s over {len(epochs)} epochs   (first epoch {epochs[0]['samplesPerSecond']:.0f},"
          f" last {epochs[-1]['samplesPerSecond']:.0f}; loss {epochs[-1]['trainLoss']:.4f}, best validation"
          f" {100 * max(e.get('validationTop1', 0) for e in epochs):.1f} %)")
print(f"ratio: {rate['once'] / rate['every epoch']:.1f}")
PYTHON
