#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# sensitivity.sh DATA MODEL [ROUNDS]: how long `hone sensitivity` takes with its own defaults, the median of ROUNDS (3) runs in seconds, each
# a process of its own; and how many groups and samples it measured. HONE names the program (build/bin/hone).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${1:?usage: sensitivity.sh DATA MODEL [ROUNDS]}
model=${2:?usage: sensitivity.sh DATA MODEL [ROUNDS]}
hone=${HONE:-$here/../../build/bin/hone}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for round in $(seq "${3:-3}"); do
    "$hone" sensitivity "$model" --data "$data" --json >"$work/$round.json" 2>"$work/log" || { tail -n 1 "$work/log" >&2; exit 1; }
done
/usr/bin/python3 - "$work" <<'PYTHON'
import json, pathlib, statistics, sys
runs = [json.loads(file.read_text()) for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json"))]
seconds = [run["seconds"] for run in runs]
print(f"{statistics.median(seconds):.1f} s for {len(runs[0]['groups'])} groups on {runs[0]['samples']} samples "
      f"(rounds: {', '.join(f'{s:.1f}' for s in seconds)})")
PYTHON
