#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# few_bits.sh DATA MODEL [BITS [EPOCHS [SEEDS]]]: top-1 on the test split, with its sample count, of the model in float and with weights of
# BITS (4) and 8-bit activations, for each seed ("0 1 2"): rounded to nearest, rounded adaptively, and after EPOCHS (3) of quantization-aware
# training, of its last epoch; then the means, and which share of what rounding to nearest loses the others recover. EPOCHS 0 leaves the
# training out. HONE names the program (build/bin/hone).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:?usage: few_bits.sh DATA MODEL [BITS [EPOCHS [SEEDS]]]}
model=${2:?usage: few_bits.sh DATA MODEL [BITS [EPOCHS [SEEDS]]]}
bits=${3:-4}
epochs=${4:-3}
seeds=${5:-0 1 2}
hone=${HONE:-$here/../../build/bin/hone}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

row() { # NAME SEED FILE
    "$hone" evaluate "$3" --data "$data" --split test --no-latency --json 2>/dev/null |
        awk -F'[:,]' -v name="$1" -v seed="$2" -v means="$scratch/means" '
            /"top1":/ { top1 = 100 * $2 } /"samples":/ { samples = $2 }
            END {
                printf "%-22s %s  %.3f %% of %d\n", name, seed == "" ? "      " : "seed " seed, top1, samples
                print name "\t" top1 >>means
            }'
}

made() { # NAME SEED VERB OPTION...
    local name=$1 seed=$2
    shift 2
    "$hone" "$1" "$model" --data "$data" --bits-weights "$bits" --seed "$seed" --out "$scratch/made.onnx" "${@:2}" >"$scratch/log" 2>&1 ||
        { tail -n 1 "$scratch/log" >&2; exit 1; }
    row "$name" "$seed" "$scratch/made.onnx"
}

row float "" "$model"
for seed in $seeds; do
    made nearest "$seed" quantize --no-bias-correction --no-repair-gains
    made adaptive "$seed" quantize --adaround --no-repair-gains
    [ "$epochs" -eq 0 ] || made "trained, $epochs epochs" "$seed" qat --epochs "$epochs" --no-keep-best
done
awk -F'\t' '
    { sum[$1] += $2; ++count[$1]; if (!($1 in low) || $2 < low[$1]) low[$1] = $2; if (!($1 in high) || $2 > high[$1]) high[$1] = $2
      if (count[$1] == 1) order[++names] = $1 }
    END {
        lost = sum["float"] - sum["nearest"] / count["nearest"]
        for (i = 2; i <= names; ++i) {
            name = order[i]; mean = sum[name] / count[name]
            printf "%s: mean %.2f %% (%.2f to %.2f), %.2f below float", name, mean, low[name], high[name], sum["float"] - mean
            if (name != "nearest" && lost > 0) printf "; recovers %.0f %% of the %.2f that rounding to nearest loses", 100 * (1 - (sum["float"] - mean) / lost), lost
            print "."
        }
    }' "$scratch/means"
