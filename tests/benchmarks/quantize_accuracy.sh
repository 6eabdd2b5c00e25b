#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What static INT8 loses, without any training: top-1 of the float model and of the quantized one, the share of samples with the same answer,
# and a paired 95 % interval of the loss, for each seed and in the mean. Measured on every picture of train and test that calibration did not
# use where the data are folders of pictures, else (and with SPLIT=test) on the test split.
#
#   bash tests/benchmarks/quantize_accuracy.sh DATA MODEL ["SEEDS" ["OPTIONS"]]
#
# SEEDS (default "0 1 2") choose the calibration pictures; OPTIONS (default "--adaround --equalize") go to hone quantize. HONE names the program.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:?usage: quantize_accuracy.sh DATA MODEL [SEEDS [OPTIONS]]}
model=${2:?usage: quantize_accuracy.sh DATA MODEL [SEEDS [OPTIONS]]}
read -ra options <<<"${4:---adaround --equalize}"
hone=${HONE:-$here/../../build/bin/hone}
count=${SAMPLES:-256}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

used=$data
for seed in ${3:-0 1 2}; do
    if [ "${SPLIT:-all}" != test ] && grep -q '^format: image-folder' "$data/dataset.yaml"; then
        used=$work/data
        rm -rf "$used"
        /usr/bin/python3 "$here/held_out_split.py" "$data" "$used" "$seed" "$count"
    fi
    "$hone" quantize "$model" --data "$used" --samples "$count" --seed "$seed" --no-repair-gains "${options[@]}" --json --out "$work/int8.onnx" >"$work/step.json" 2>"$work/log" ||
        { tail -n 1 "$work/log" >&2; exit 1; }
    "$hone" evaluate "$model" --data "$used" --split test --no-latency --predictions "$work/float.csv" --quiet >/dev/null
    "$hone" evaluate "$work/int8.onnx" --data "$used" --split test --no-latency --predictions "$work/int8.csv" --quiet >/dev/null
    /usr/bin/python3 - "$work" "$seed" "$(stat -c %s "$model")" "$(stat -c %s "$work/int8.onnx")" <<'PYTHON'
import csv, json, math, sys
work, seed, before, after = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
rows = [list(csv.DictReader(open(f"{work}/{name}.csv"))) for name in ("float", "int8")]
pairs = [(a, b) for a, b in zip(*rows)]
assert all(a["sample"] == b["sample"] for a, b in pairs)
differences = [int(a["correct"]) - int(b["correct"]) for a, b in pairs]
n = len(pairs)
mean = sum(differences) / n
deviation = math.sqrt(sum((d - mean) ** 2 for d in differences) / (n - 1))
same = sum(a["prediction"] == b["prediction"] for a, b in pairs) / n
top1 = [100 * sum(int(r["correct"]) for r in part) / n for part in rows]
step = json.load(open(f"{work}/step.json"))
print("seed %s: float %.2f %%, INT8 %.2f %% of %d; loses %.2f (95 %%: %.2f to %.2f); same answer %.2f %%; file %.3f of float; %d nodes on integers, %d in float"
      % (seed, top1[0], top1[1], n, 100 * mean, 100 * (mean - 1.96 * deviation / math.sqrt(n)), 100 * (mean + 1.96 * deviation / math.sqrt(n)),
         100 * same, after / before, step["integerNodes"], step["floatNodes"]))
with open(f"{work}/pairs.csv", "a") as target:
    for a, b in pairs:
        print(seed, n, a["sample"], int(a["correct"]) - int(b["correct"]), int(a["prediction"] == b["prediction"]), sep=",", file=target)
PYTHON
done
# Seeds measure mostly the same pictures: a picture's differences are added up over them, and pictures are what is drawn.
/usr/bin/python3 - "$work/pairs.csv" <<'PYTHON'
import collections, csv, math, sys
rows = [(seed, int(n), sample, int(lost), int(same)) for seed, n, sample, lost, same in csv.reader(open(sys.argv[1]))]
seeds = len({row[0] for row in rows})
def told(column):
    of_sample = collections.defaultdict(float)
    for row in rows:
        of_sample[row[2]] += 100 * row[column] / (row[1] * seeds)
    total, count = sum(of_sample.values()), len(of_sample)
    spread = 1.96 * math.sqrt(count / (count - 1) * sum((x - total / count) ** 2 for x in of_sample.values()))
    return total, total - spread, total + spread
print("mean of %d seeds: loses %.3f (95 %%: %.2f to %.2f), same answer %.2f %% (%.2f to %.2f)" % (seeds, *told(3), *told(4)))
PYTHON
