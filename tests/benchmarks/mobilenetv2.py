#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""MobileNetV2 (Sandler et al. 2018) for Debian's python3-torch: exports it as ONNX, or measures a training step of it.

    mobilenetv2.py export FILE [--size 96] [--classes 10]
    mobilenetv2.py measure [--layout channels_last] [--size 96] [--batch 32] [--steps 20] [--rounds 1]

A step is forward, cross-entropy, backward and SGD with Nesterov's momentum on inputs that are there already. One JSON object a
round: pictures a second, and seconds of processor time a step.
"""
import argparse
import json
import resource
import time

import torch
import torch.nn.functional as F

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def layer(inputs, outputs, kernel=1, stride=1, groups=1, active=True):
    parts = [torch.nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
             torch.nn.BatchNorm2d(outputs)]
    return torch.nn.Sequential(*parts, torch.nn.ReLU6(inplace=True)) if active else torch.nn.Sequential(*parts)


class Bottleneck(torch.nn.Module):
    def __init__(self, inputs, outputs, expansion, stride):
        super().__init__()
        width = inputs * expansion
        expand = [layer(inputs, width)] if expansion > 1 else []
        self.layers = torch.nn.Sequential(*expand, layer(width, width, 3, stride, width), layer(width, outputs, active=False))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


def mobilenetv2(classes):
    layers, channels = [layer(3, 32, 3, 2)], 32
    for expansion, width, count, stride in STAGES:
        for i in range(count):
            layers.append(Bottleneck(channels, width, expansion, stride if i == 0 else 1))
            channels = width
    return torch.nn.Sequential(*layers, layer(channels, 1280), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(),
                               torch.nn.Linear(1280, classes))


def export(options):
    torch.manual_seed(0)
    model = mobilenetv2(options.classes).eval()
    for module in model.modules():  # as trained ones are, not all the same
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.8, 1.2)
            torch.nn.init.uniform_(module.weight, 0.8, 1.2)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    sample = torch.zeros(1, 3, options.size, options.size)
    # "Preserve" keeps BatchNormalization apart from the convolutions.
    torch.onnx.export(model, sample, options.file, opset_version=13, training=torch.onnx.TrainingMode.PRESERVE,
                      do_constant_folding=False, input_names=["input"], output_names=["scores"],
                      dynamic_axes={"input": {0: "N"}, "scores": {0: "N"}})


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(options):
    if options.threads:
        torch.set_num_threads(options.threads)
    layout = torch.channels_last if options.layout == "channels_last" else torch.contiguous_format
    model = mobilenetv2(options.classes).to(memory_format=layout).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9, nesterov=True, weight_decay=5e-4)
    inputs = torch.randn(options.batch, 3, options.size, options.size).contiguous(memory_format=layout)
    labels = torch.randint(0, options.classes, (options.batch,))

    def step():
        loss = F.cross_entropy(model(inputs), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(3):
        step()
    for _ in range(options.rounds):
        begin, processor = time.perf_counter(), processor_seconds()
        for _ in range(options.steps):
            step()
        seconds = time.perf_counter() - begin
        print(json.dumps({"picturesPerSecond": options.batch * options.steps / seconds,
                          "processorSecondsPerStep": (processor_seconds() - processor) / options.steps}), flush=True)


def main():
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    exporting, measuring = verbs.add_parser("export"), verbs.add_parser("measure")
    exporting.add_argument("file")
    measuring.add_argument("--layout", choices=("contiguous", "channels_last"), default="channels_last")
    measuring.add_argument("--batch", type=int, default=32)
    measuring.add_argument("--steps", type=int, default=20)
    measuring.add_argument("--rounds", type=int, default=1)
    measuring.add_argument("--threads", type=int, default=0)
    for verb in (exporting, measuring):
        verb.add_argument("--size", type=int, default=96)
        verb.add_argument("--classes", type=int, default=10)
    options = parser.parse_args()
    export(options) if options.verb == "export" else measure(options)


main()
