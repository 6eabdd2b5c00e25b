#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Static INT8's latency over float's for every model of a folder, in ONNX Runtime with one thread, and that of the build which hone explain
# proposes, where it knows a faster one.
#
#   bash tests/benchmarks/quantize_latency.sh [MODELS_DIR ['PATTERN=DATA' ...]]
#
# MODELS_DIR (default: shared/models beside the project, where it is) holds ONNX files; one whose name fits PATTERN ('resnet*') is quantized
# with the data in the folder DATA, the first that fits, and with made-up numbers where none does, on which latency hardly depends. Each ratio
# is the median of HONE_BENCH_ROUNDS (default 7) rounds of hone explain, in which both files take turns. HONE names the program.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
models=${1:-$here/../../../shared/models}
[ -d "$models" ] || { echo "usage: quantize_latency.sh MODELS_DIR ['PATTERN=DATA' ...]; there is no folder $models" >&2; exit 2; }
shift || true
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HONE=${HONE:-$here/../../build/bin/hone} /usr/bin/python3 - "$work" "$models" "${HONE_BENCH_ROUNDS:-7}" "$@" <<'PYTHON'
import array, fnmatch, json, math, os, pathlib, random, shlex, statistics, subprocess, sys

work, models, rounds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
data_of = [argument.split("=", 1) for argument in sys.argv[4:]]


class Failed(Exception):
    pass


def hone(*arguments):
    done = subprocess.run([os.environ["HONE"], *map(str, arguments), "--quiet"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed((done.stderr.strip() or done.stdout.strip()).splitlines()[-1])
    return done.stdout


def made_up(model):
    """64 samples of normal numbers in the model's input shape, as an unlabelled NPY file."""
    shape = [64, *json.loads(hone("info", model, "--json"))["inputs"][0]["shape"][1:]]
    numbers = random.Random(0)
    folder = work / "made_up" / model.stem
    folder.mkdir(parents=True)
    header = str({"descr": "<f4", "fortran_order": False, "shape": tuple(shape)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    values = array.array("f", (numbers.gauss(0, 1) for _ in range(math.prod(shape))))
    (folder / "x.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + values.tobytes())
    return folder


def explained(quantized, model, data, runs):
    return json.loads(hone("explain", quantized, "--against", model, "--data", data, "--samples", 4, "--runs", runs, "--json"))


def measured(quantized, model, data):
    """Float's latency, and the quantized file's over it: medians of the rounds."""
    totals = [explained(quantized, model, data, 60)["totals"] for _ in range(rounds)]
    return (statistics.median(t["floatLatencyMs"] for t in totals),
            statistics.median(t["quantizedLatencyMs"] / t["floatLatencyMs"] for t in totals))


def proposed(quantized, model, data):
    """What hone explain proposes, in words, and the command for it."""
    found = explained(quantized, model, data, 300)
    if "weightsOnly" in found:
        return "weights alone", found["weightsOnly"]["command"]
    if "proposal" in found:
        return f"{len(found['proposal']['keepFloat'])} layers in float", found["proposal"]["command"]
    return "nothing", None


def row(model):
    data = next((folder for pattern, folder in data_of if fnmatch.fnmatch(model.name, pattern)), None) or made_up(model)
    integers, other = work / "int8.onnx", work / "proposed.onnx"
    hone("quantize", model, "--data", data, "--out", integers)
    float_ms, ratio = measured(integers, model, data)
    size = integers.stat().st_size / model.stat().st_size
    text = f"{model.name:32} {float_ms:9.3f} {ratio:11.3f} {size:10.2f}"
    what, command = proposed(integers, model, data)
    if command is None:
        return f"{text}   {what}"
    hone(*[str(other) if word == "FILE" else word for word in shlex.split(command)[1:]])
    return f"{text}   {what:20} {measured(other, model, data)[1]:8.3f} {other.stat().st_size / model.stat().st_size:10.2f}"


print(f"{'model':32} {'float, ms':>9} {'INT8/float':>11} {'size/float':>10}   {'proposed':20} {'/float':>8} {'size/float':>10}")
failed = False
for model in sorted(models.glob("*.onnx")):
    try:
        print(row(model), flush=True)
    except Failed as failure:
        failed = True
        print(f"{model.name:32} {failure}", flush=True)
sys.exit(failed)
PYTHON
