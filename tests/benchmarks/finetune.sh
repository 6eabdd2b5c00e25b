#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Fine-tuning ResNet-20 with Hone and with the same loop written in Python for Debian's python3-torch, which has the same LibTorch.
#
#   bash tests/benchmarks/finetune.sh DATA_DIR MODEL
#
# DATA_DIR is an image folder (CIFAR-10), MODEL a ResNet-20 as ONNX. Both sides use batch 128, SGD with Nesterov's momentum and all
# cores; the first epoch, in which Hone decodes and LibTorch warms up, is not counted. Two tables:
#   step     the pictures are in memory on both sides, no augmentation: Python in channels-last and in contiguous layout;
#   loading  with a shifted crop and a flip: Python's ImageFolder, torchvision's transforms and a DataLoader of 0, 1 and 2 workers,
#            in channels-last; and contiguous, as tutorials write it.
# Rounds alternate, so that all meet the same machine. Prints the median of pictures a second, all of them, and the ratios of medians.
# HONE_BENCH_PICTURES (default 2560) pictures are used; HONE_BENCH_ROUNDS (default 3) rounds of about two minutes are run.
set -euo pipefail
data=${1:?usage: finetune.sh DATA_DIR MODEL}
model=${2:?usage: finetune.sh DATA_DIR MODEL}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hone=${HONE:-$here/../../build/bin/hone}
pictures=${HONE_BENCH_PICTURES:-2560}
rounds=${HONE_BENCH_ROUNDS:-3}
python=/usr/bin/python3
"$python" -c 'import torch, torchvision, PIL, numpy' || { echo "this needs Debian's python3-torch, python3-torchvision and python3-numpy" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The same pictures for both: links, evenly over the classes, with a validation split that is no burden.
"$python" - "$data" "$work/data" "$pictures" <<'PYTHON'
import pathlib, shutil, sys
data, target, pictures = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), int(sys.argv[3])
classes = sorted(p.name for p in (data / "train").iterdir() if p.is_dir())
for name in classes:
    files = sorted((data / "train" / name).iterdir())
    each = pictures // len(classes)
    for split, chosen in (("train", files[:each]), ("validation", files[each:each + 10])):
        folder = target / split / name
        folder.mkdir(parents=True)
        for file in chosen:
            (folder / file.name).symlink_to(file)
PYTHON
sed -e '/^splits:/d' -e '/^validation:/d' "$data/dataset.yaml" > "$work/data/dataset.yaml"

measure_hone() { # name, further options
    "$hone" finetune "$model" --data "$work/data" --epochs 3 --batch 128 --head keep --json --out "$work/out.onnx" "${@:2}" \
        > "$work/hone.json" 2> "$work/hone.log" || { cat "$work/hone.log" >&2; exit 1; }
    "$python" -c 'import json, sys; [print(json.dumps(e)) for e in json.load(sys.stdin)["epochs"][1:]]' < "$work/hone.json" >> "$work/$1.jsonl"
}
measure_python() { # name, options
    "$python" "$here/finetune.py" "$work/data" --epochs 3 --batch 128 "${@:2}" >> "$work/$1.jsonl"
}
for round in $(seq "$rounds"); do
    measure_hone step-hone
    measure_python step-channels_last --layout channels_last
    measure_python step-contiguous --layout contiguous
    measure_hone loading-hone --flip --shifted-crop 4
    for workers in 0 1 2; do
        measure_python "loading-workers_$workers" --loading torchvision --workers "$workers"
    done
    measure_python loading-tutorial --loading torchvision --workers 2 --layout contiguous
done

"$python" - "$work" <<'PYTHON'
import json, pathlib, statistics, sys
rates = {}
for file in pathlib.Path(sys.argv[1]).glob("*-*.jsonl"):
    table, name = file.stem.split("-")
    rates.setdefault(table, {})[name] = [json.loads(line)["samplesPerSecond"] for line in file.read_text().splitlines()]
for table in ("step", "loading"):
    medians = {name: statistics.median(values) for name, values in rates[table].items()}
    for name, values in sorted(rates[table].items(), key=lambda item: item[0] != "hone"):
        label = "hone" if name == "hone" else "python " + name.replace("_", " ")
        print(f"{table:8} {label:22} {medians[name]:8.1f} pictures/s   (epochs: {', '.join(f'{v:.0f}' for v in values)})")
    peers = {name: median for name, median in medians.items() if name not in ("hone", "tutorial")}
    best = max(peers, key=peers.get)
    print(f"{table:8} ratio hone / python {best.replace('_', ' ')}: {medians['hone'] / peers[best]:.3f}")
    if "tutorial" in medians:
        print(f"{table:8} ratio hone / python tutorial (2 workers, contiguous): {medians['hone'] / medians['tutorial']:.3f}")
PYTHON
