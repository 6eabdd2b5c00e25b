#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# prune_recovery.sh DATA MODEL [RATIO [EPOCHS [SEEDS]]]: top-1 on validation and test, with sample counts, of the model, of the model with
# RATIO (0.3) of its channels removed by L1 alone, with the remaining weights solved anew, and after EPOCHS (2) of fine-tuning, for
# each seed ("0 1 2"). EPOCHS 0 leaves the training out. HONE names the program (build/bin/hone).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:?usage: prune_recovery.sh DATA MODEL [RATIO [EPOCHS [SEEDS]]]}
model=${2:?usage: prune_recovery.sh DATA MODEL [RATIO [EPOCHS [SEEDS]]]}
ratio=${3:-0.3}
epochs=${4:-2}
seeds=${5:-0 1 2}
hone=${HONE:-$here/../../build/bin/hone}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# top1 FILE SPLIT: "88.28 % of 4000"
top1() {
    "$hone" evaluate "$1" --data "$data" --split "$2" --json 2>/dev/null |
        awk -F'[:,]' '/"top1":/ { top1 = $2 } /"samples":/ { samples = $2 } END { printf "%.2f %% of %d", 100 * top1, samples }'
}

row() { # NAME FILE
    printf '%-34s validation %s, test %s\n' "$1" "$(top1 "$2" validation)" "$(top1 "$2" test)"
}

pruned() { # FILE SEED OPTION...
    local file=$1 seed=$2
    shift 2
    "$hone" prune "$model" --ratio "$ratio" --data "$data" --seed "$seed" --out "$file" "$@" >"$scratch/log" 2>&1 ||
        { cat "$scratch/log" >&2; exit 1; }
}

row "original" "$model"
pruned "$scratch/plain.onnx" 0 --compensate off
row "pruned, L1 alone" "$scratch/plain.onnx"
for seed in $seeds; do
    pruned "$scratch/compensated.onnx" "$seed"
    row "compensated, seed $seed" "$scratch/compensated.onnx"
done
if ((epochs > 0)); then
    for seed in $seeds; do
        pruned "$scratch/recovered.onnx" "$seed" --finetune-epochs "$epochs"
        row "$epochs epochs of recovery, seed $seed" "$scratch/recovered.onnx"
    done
fi
