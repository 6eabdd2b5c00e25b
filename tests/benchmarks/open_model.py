#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other side of open_model.sh, for Debian's python3-onnx.

    open_model.py make FILE          a ResNet-50-like network with BatchNormalization, its 25.6 million weights drawn at random
    open_model.py open FILE ROUNDS   onnx.load and shape inference, seconds of each round, one JSON object a line
"""
import json
import sys
import time

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference


class Network:
    def __init__(self):
        self.nodes, self.weights, self.random = [], [], numpy.random.default_rng(0)

    def weight(self, name, shape, scale):
        values = (self.random.standard_normal(shape) * scale).astype(numpy.float32)
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def convolution(self, name, value, inputs, outputs, kernel, stride, relu=True):
        weight = self.weight(name + ".weight", (outputs, inputs, kernel, kernel), (2 / (inputs * kernel * kernel)) ** 0.5)
        self.nodes.append(helper.make_node("Conv", [value, weight], [name], name, kernel_shape=[kernel] * 2, strides=[stride] * 2,
                                           pads=[kernel // 2] * 4))
        settings = [self.weight(f"{name}.bn.{part}", (outputs,), 0.1) for part in ("scale", "bias", "mean")]
        settings.append(name + ".bn.var")
        self.weights.append(numpy_helper.from_array(numpy.ones(outputs, numpy.float32), settings[-1]))
        self.nodes.append(helper.make_node("BatchNormalization", [name, *settings], [name + ".bn"], name + ".bn"))
        if not relu:
            return name + ".bn"
        self.nodes.append(helper.make_node("Relu", [name + ".bn"], [name + ".relu"], name + ".relu"))
        return name + ".relu"

    def block(self, name, value, inputs, width, stride):
        shortcut = value
        if stride != 1 or inputs != 4 * width:
            shortcut = self.convolution(name + ".shortcut", value, inputs, 4 * width, 1, stride, relu=False)
        value = self.convolution(name + ".a", value, inputs, width, 1, 1)
        value = self.convolution(name + ".b", value, width, width, 3, stride)
        value = self.convolution(name + ".c", value, width, 4 * width, 1, 1, relu=False)
        self.nodes.append(helper.make_node("Add", [value, shortcut], [name + ".sum"], name + ".sum"))
        self.nodes.append(helper.make_node("Relu", [name + ".sum"], [name], name))
        return name


def make(path):
    net = Network()
    value = net.convolution("stem", "input", 3, 64, 7, 2)
    net.nodes.append(helper.make_node("MaxPool", [value], ["pool"], "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4))
    value, channels = "pool", 64
    for stage, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
        for block in range(blocks):
            value = net.block(f"stage{stage}.{block}", value, channels, width, 2 if stage and not block else 1)
            channels = 4 * width
    net.nodes.append(helper.make_node("GlobalAveragePool", [value], ["mean"], "mean"))
    net.nodes.append(helper.make_node("Flatten", ["mean"], ["features"], "features"))
    head = [net.weight("head.weight", (1000, channels), 0.01), net.weight("head.bias", (1000,), 0.01)]
    net.nodes.append(helper.make_node("Gemm", ["features", *head], ["scores"], "head", transB=1))
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
             for name, shape in (("input", ["N", 3, 224, 224]), ("scores", ["N", 1000]))]
    graph = helper.make_graph(net.nodes, "network", ports[:1], ports[1:], net.weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8), path)


def open_rounds(path, rounds):
    for _ in range(rounds):
        start = time.perf_counter()
        model = shape_inference.infer_shapes(onnx.load(path))
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": round(seconds, 4), "shapes": len(model.graph.value_info)}))


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    open_rounds(sys.argv[2], int(sys.argv[3]))
