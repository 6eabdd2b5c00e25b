#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Static INT8 by Hone and by ONNX Runtime's Python tool; quantize_peer.sh says how to run it.

    quantize_peer.py compare DATA MODEL SAMPLES WORK
    quantize_peer.py tool DATA MODEL SAMPLES METHOD OUT    one file by the tool; prints seconds of calibration
"""
import importlib.util
import json
import os
import random
import re
import resource
import subprocess
import sys
import time

METHODS = ("minmax", "percentile", "entropy")
# Version 1.21, two cores, 128 pictures (512 for ResNet-20): milliseconds of a float run, seconds by method, bytes of the whole process.
KNOWN = {
    "mobilenet_v1": (0.43, {"minmax": 0.7, "percentile": 6.4, "entropy": 4.6}, 2.3e9, 128),
    "mobilenetv2": (3.6, {"minmax": 3.2, "percentile": 34, "entropy": 25}, 8.5e9, 128),
    "resnet20": (0.25, {"minmax": 0.6, "percentile": 3.3, "entropy": 2.3}, 1.9e9, 512),
}


def pictures(data, samples):
    """Model inputs of so many train pictures, as dataset.yaml's preprocessing makes them, one at a time."""
    import numpy
    from PIL import Image

    yaml = open(os.path.join(data, "dataset.yaml")).read()

    def numbers(key, otherwise):
        found = re.search(key + r":\s*\[([^\]]*)\]", yaml)
        return [float(word) for word in found.group(1).split(",")] if found else otherwise

    train = os.path.join(data, re.search(r"train:\s*([^,}\s]+)", yaml).group(1))
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(train) for name in names)
    random.Random(0).shuffle(files)
    height, width = (int(side) for side in numbers("size", [224, 224]))
    low, high = numbers("range", [0, 1])
    mean, std = (numpy.float32(numbers(key, [0, 0, 0] if key == "mean" else [1, 1, 1])) for key in ("mean", "std"))
    for file in files[:samples]:
        picture = Image.open(file).convert("RGB").resize((width, height))
        values = numpy.asarray(picture, numpy.float32) / 255 * (high - low) + low
        yield ((values - mean) / std).transpose(2, 0, 1)[None].copy()


def by_tool(data, model, samples, method, out):
    import onnxruntime
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            name = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()[0].name
            self.inputs = ({name: values} for values in pictures(data, samples))

        def get_next(self):
            return next(self.inputs, None)

    methods = {"minmax": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile, "entropy": CalibrationMethod.Entropy}
    begin = time.perf_counter()
    quantize_static(model, out, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8, calibrate_method=methods[method])
    print(json.dumps({"seconds": time.perf_counter() - begin}))


def run(command):
    """What a command printed, as JSON, and the most bytes that it held."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    printed, complaint = process.communicate()
    if process.returncode != 0:
        sys.exit((complaint.strip() or printed.strip()).splitlines()[-1])
    return json.loads(printed)


def measured(command):
    """The same in a process of its own, whose largest child it is."""
    inner = ("import json, resource, subprocess, sys\n"
             "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
             "if done.returncode: sys.exit(done.stderr.strip() or done.stdout.strip())\n"
             "print(json.dumps([json.loads(done.stdout), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))")
    return run([sys.executable, "-c", inner, *command])


def compare(data, model, samples, work):
    hone = os.environ["HONE"]
    has_tool = all(importlib.util.find_spec(name) for name in ("onnxruntime", "PIL", "numpy"))
    known = next((row for name, row in KNOWN.items() if name in os.path.basename(model).lower()), None)

    def evaluated(file):
        return run([hone, "evaluate", file, "--data", data, "--split", "test", "--json"])

    whole = evaluated(model)
    float_ms = whole["latencyMs"]["p50"]
    print("float: %.2f %% of %d, %.3f ms, %d bytes" % (100 * whole["top1"], whole["samples"], float_ms, os.path.getsize(model)))
    print("%-11s %-6s %8s %8s %9s %9s %9s %11s" % ("ranges", "by", "top-1, %", "file", "latency", "seconds", "peak, MB", "their times"))

    def row(method, who, file, seconds, peak, ratio):
        there = file is not None and os.path.exists(file)
        value = evaluated(file) if there else None
        print("%-11s %-6s %8s %8s %9s %9.2f %9.0f %11s" % (
            method, who, "%.2f" % (100 * value["top1"]) if there else "-",
            "%.3f" % (os.path.getsize(file) / os.path.getsize(model)) if there else "-",
            "%.2f" % (value["latencyMs"]["p50"] / float_ms) if there else "-", seconds, peak / 1e6, ratio), flush=True)

    for method in METHODS:
        ours, theirs = os.path.join(work, "hone.onnx"), os.path.join(work, "tool.onnx")
        step, peak = measured([hone, "quantize", model, "--data", data, "--samples", samples, "--ranges", method, "--no-repair-gains",
                               "--json", "--out", ours])
        seconds = step["calibration"]["seconds"]
        if has_tool:
            answer, their_peak = measured([sys.executable, os.path.abspath(__file__), "tool", data, model, samples, method, theirs])
            their_seconds = answer["seconds"]
        elif known:
            their_float, times, their_peak, their_samples = known
            their_seconds = times[method] * float_ms / their_float * int(samples) / their_samples
            theirs = None
        else:
            their_seconds = None
        row(method, "Hone", ours, seconds, peak, "%.3f" % (seconds / their_seconds) if their_seconds else "-")
        if their_seconds:
            row(method, "tool" if has_tool else "known", theirs, their_seconds, their_peak, "")
    if not has_tool:
        print("Python's onnxruntime, pillow or numpy is not installed: " +
              ("the tool's figures are version 1.21's on another machine, its seconds scaled by a float run." if known
               else "nothing to compare with."))


if sys.argv[1] == "tool":
    by_tool(*sys.argv[2:4], int(sys.argv[4]), *sys.argv[5:7])
else:
    compare(*sys.argv[2:6])
