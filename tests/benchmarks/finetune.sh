#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Fine-tuning ResNet-20 with Hone and with the same loop written in Python for Debian's python3-torch, which has the same LibTorch.
#
#   bash tests/benchmarks/finetune.sh DATA_DIR MODEL
#
# DATA_DIR is an image folder (CIFAR-10), MODEL a ResNet-20 as ONNX. Both sides use batch 128, SGD with Nesterov's momentum, all
# cores, and pictures that were decoded in the first epoch, which is not counted. Rounds alternate, so that both sides meet the
# same machine. Prints pictures a second (the best round of each, and all of them) and the ratio to Python's better layout.
# HONE_BENCH_PICTURES (default 10000) pictures are used; HONE_BENCH_ROUNDS (default 3) rounds are run.
set -euo pipefail
data=${1:?usage: finetune.sh DATA_DIR MODEL}
model=${2:?usage: finetune.sh DATA_DIR MODEL}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hone=${HONE:-$here/../../build/bin/hone}
pictures=${HONE_BENCH_PICTURES:-10000}
rounds=${HONE_BENCH_ROUNDS:-3}
python=/usr/bin/python3
"$python" -c 'import torch, PIL, numpy' || { echo "this needs Debian's python3-torch, python3-pil and python3-numpy" >&2; exit 2; }

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

for round in $(seq "$rounds"); do
    "$hone" finetune "$model" --data "$work/data" --epochs 3 --batch 128 --head keep --json --out "$work/out-$round.onnx" \
        > "$work/hone-$round.json" 2> "$work/hone-$round.log" || { cat "$work/hone-$round.log" >&2; exit 1; }
    for layout in channels_last contiguous; do
        "$python" "$here/finetune.py" "$work/data" --epochs 3 --batch 128 --layout "$layout" >> "$work/$layout.jsonl"
    done
done

"$python" - "$work" <<'PYTHON'
import json, pathlib, sys
work = pathlib.Path(sys.argv[1])
rates = {"hone": [e["samplesPerSecond"] for f in sorted(work.glob("hone-*.json")) for e in json.loads(f.read_text())["epochs"][1:]]}
for layout in ("channels_last", "contiguous"):
    rates[layout] = [json.loads(line)["samplesPerSecond"] for line in (work / f"{layout}.jsonl").read_text().splitlines()]
for name, values in rates.items():
    label = "hone" if name == "hone" else f"python {name}"
    print(f"{label:22} {max(values):8.1f} pictures/s   (epochs: {', '.join(f'{v:.0f}' for v in values)})")
best = max("channels_last", "contiguous", key=lambda name: max(rates[name]))
print(f"ratio hone / python {best}: {max(rates['hone']) / max(rates[best]):.3f}")
PYTHON
