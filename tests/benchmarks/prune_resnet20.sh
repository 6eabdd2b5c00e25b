#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# ResNet-20 on CIFAR-10 pruned to fewer MACs, with 12 epochs of recovery: top-1 on the test split at the last epoch, each seed and their mean.
#
#   bash tests/benchmarks/prune_resnet20.sh DATA MODEL ["SEEDS" ["FACTORS"]]
#
# SEEDS (default "0 1 2"), FACTORS (default "1.37 2.34") times fewer MACs. Channels leave where measured sensitivity says that it costs
# least; options were fixed before the test split was looked at. About ten minutes a run on two cores; HONE names the program.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:?usage: prune_resnet20.sh DATA MODEL [SEEDS [FACTORS]]}
model=${2:?usage: prune_resnet20.sh DATA MODEL [SEEDS [FACTORS]]}
hone=${HONE:-$here/../../build/bin/hone}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

evaluated() { # FILE: top-1 of the test split in percent, samples, MACs
    "$hone" evaluate "$1" --data "$data" --split test --json 2>"$work/log" |
        /usr/bin/python3 -c 'import json, sys; e = json.load(sys.stdin); print("%.3f %d %d" % (100 * e["top1"], e["samples"], e["macs"]))'
}

read -r base samples macs <<<"$(evaluated "$model")"
echo "original: $base % of $samples, $macs MACs"
for factor in ${4:-1.37 2.34}; do
    : >"$work/values"
    for seed in ${3:-0 1 2}; do
        "$hone" prune "$model" --target-macs "$(awk "BEGIN { printf \"%.6fx\", 1 / $factor }")" --scope sensitivity --data "$data" \
            --finetune-epochs 12 --lr 0.02 --flip --shifted-crop 4 --no-keep-best --seed "$seed" --out "$work/pruned.onnx" \
            >"$work/log" 2>&1 || { tail -n 1 "$work/log" >&2; exit 1; }
        read -r value _ left <<<"$(evaluated "$work/pruned.onnx")"
        echo "$factor times fewer MACs ($left), seed $seed: $value %"
        echo "$value" >>"$work/values"
    done
    awk -v base="$base" -v factor="$factor" '{ sum += $1; if (NR == 1 || $1 < low) low = $1; if (NR == 1 || $1 > high) high = $1 }
        END { printf "%s times fewer MACs: mean %.2f %% (%.2f to %.2f), %.2f points below the original\n", factor, sum / NR, low, high, base - sum / NR }' "$work/values"
done
