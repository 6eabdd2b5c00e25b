# SPDX-License-Identifier: GPL-3.0-or-later
# A data set of links for measuring quantization: held_out_split.py DATA FOLDER SEED COUNT
# FOLDER/train holds COUNT pictures of DATA's train folder, as many of each class as there are in all, chosen by SEED; FOLDER/test all other
# pictures of both of DATA's folders. dataset.yaml is DATA's, without a validation split.
import os
import random
import re
import sys

data, folder, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
splits = re.search(r"splits:\s*{\s*train:\s*(\S+?),\s*test:\s*(\S+?)\s*}", open(os.path.join(data, "dataset.yaml")).read()).groups()
choose = random.Random(seed)
listed = {}
for split in splits:
    for name in sorted(os.listdir(os.path.join(data, split))):
        for file in sorted(os.listdir(os.path.join(data, split, name))):
            listed.setdefault((split, name), []).append(file)
train = {name: files for (split, name), files in listed.items() if split == splits[0]}
total = sum(len(files) for files in train.values())
chosen = {name: set(choose.sample(files, round(count * len(files) / total))) for name, files in train.items()}
for (split, name), files in listed.items():
    for file in files:
        place = "train" if split == splits[0] and file in chosen[name] else "test"
        os.makedirs(os.path.join(folder, place, name), exist_ok=True)
        os.symlink(os.path.abspath(os.path.join(data, split, name, file)), os.path.join(folder, place, name, split + "_" + file))
with open(os.path.join(folder, "dataset.yaml"), "w") as target:
    for line in open(os.path.join(data, "dataset.yaml")):
        if line.startswith("splits:"):
            target.write("splits: {train: train, test: test}\n")
        elif not line.startswith("validation:"):
            target.write(line)
