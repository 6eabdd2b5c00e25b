#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# prune_recovery.sh DATA MODEL [RATIO [EPOCHS [SEEDS]]]: top-1 on validation and test, with sample counts, of the model, of the model with
# RATIO (0.3) of its channels removed by L1 alone, with the remaining weights solved anew, and after EPOCHS (2) of fine-tuning, for
# each seed ("0 1 2"); then the seeds' mean and spread on test, and which share of what L1 alone loses they recover. EPOCHS 0 leaves the
# training out. HONE names the program (build/bin/hone).
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

# top1 FILE SPLIT: "88.28 4000"
top1() {
    "$hone" evaluate "$1" --data "$data" --split "$2" --no-latency --json 2>/dev/null |
        awk -F'[:,]' '/"top1":/ { top1 = $2 } /"samples":/ { samples = $2 } END { printf "%.2f %d", 100 * top1, samples }'
}

row() { # NAME FILE; the test split's percent is left in $test
    local validation validation_samples test_samples
    read -r validation validation_samples <<<"$(top1 "$2" validation)"
    read -r test test_samples <<<"$(top1 "$2" test)"
    printf '%-34s validation %s %% of %s, test %s %% of %s\n' "$1" "$validation" "$validation_samples" "$test" "$test_samples"
}

pruned() { # FILE SEED OPTION...
    local file=$1 seed=$2
    shift 2
    "$hone" prune "$model" --ratio "$ratio" --data "$data" --seed "$seed" --out "$file" "$@" >"$scratch/log" 2>&1 ||
        { cat "$scratch/log" >&2; exit 1; }
}

seeds_of() { # NAME OPTION...: a row a seed, then their mean, spread and share
    local name=$1 all=
    shift
    for seed in $seeds; do
        pruned "$scratch/pruned.onnx" "$seed" "$@"
        row "$name, seed $seed" "$scratch/pruned.onnx"
        all+="$test "
    done
    awk -v name="$name" -v base="$base" -v plain="$plain" -v all="$all" 'BEGIN {
        count = split(all, values, " ")
        for (i = 1; i <= count; ++i) {
            sum += values[i]
            if (i == 1 || values[i] < low) low = values[i]
            if (i == 1 || values[i] > high) high = values[i]
        }
        mean = sum / count
        printf "%s: mean %.2f %% of the test split (%.2f to %.2f)", name, mean, low, high
        if (base > plain)
            printf ", %.0f %% of the %.2f points that L1 alone loses are recovered", 100 * (mean - plain) / (base - plain), base - plain
        print "."
    }'
}

row "original" "$model"
base=$test
pruned "$scratch/plain.onnx" 0 --importance l1 --compensate off
row "pruned, L1 alone" "$scratch/plain.onnx"
plain=$test
seeds_of "L1, compensated" --importance l1 --compensate on
seeds_of "chosen by reconstruction, compensated"
((epochs == 0)) || seeds_of "$epochs epochs of recovery" --finetune-epochs "$epochs"
