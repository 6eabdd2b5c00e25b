#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# some_pictures.sh DATA_DIR TARGET COUNT [VALIDATION=100]: a data set of links to so many training pictures of an image folder, evenly over
# the classes, with so many for validation, and the same dataset.yaml but for its splits.
set -euo pipefail
/usr/bin/python3 - "$1" "$2" "$3" "${4:-100}" <<'PYTHON'
import pathlib, sys
data, target, count, validation = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
classes = sorted(p.name for p in (data / "train").iterdir() if p.is_dir())
for name in classes:
    files = sorted((data / "train" / name).iterdir())
    last = max(1, validation // len(classes))
    each = min(count // len(classes), len(files) - last)
    for split, chosen in (("train", files[:each]), ("validation", files[each:each + last])):
        folder = target / split / name
        folder.mkdir(parents=True)
        for file in chosen:
            (folder / file.name).symlink_to(file)
PYTHON
if [ -f "$1/dataset.yaml" ]; then
    sed -e '/^splits:/d' -e '/^validation:/d' "$1/dataset.yaml" > "$2/dataset.yaml"
fi
