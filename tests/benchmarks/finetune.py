#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fine-tunes a ResNet-20 on an image folder with Debian's python3-torch: what `hone finetune` is measured against.

`--loading memory`: the pictures are decoded once and stay in memory as bytes; a batch is gathered, normalized and put into
the layout in one go, as fast as Python lets it. `--loading torchvision`: an ImageFolder with a shifted crop and a flip behind a
DataLoader, as people write it. Prints samples a second of each epoch after the first, one JSON object a line.
"""
import argparse
import json
import os
import pathlib
import resource
import time

import numpy
import PIL.Image
import torch
import torch.nn.functional as F

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Block(torch.nn.Module):
    """Two 3x3 convolutions; where the shape changes the shortcut is a 1x1 convolution, as in the model that Hone trains."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(outputs)
        self.conv2 = torch.nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = torch.nn.BatchNorm2d(outputs)
        self.shortcut = torch.nn.Conv2d(inputs, outputs, 1, stride, bias=False) if outputs != inputs else None

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.shortcut(x) if self.shortcut else x
        return F.relu(y)


def resnet20(classes):
    layers = [torch.nn.Conv2d(3, 16, 3, 1, 1, bias=False), torch.nn.BatchNorm2d(16), torch.nn.ReLU()]
    channels = 16
    for stage, width in enumerate((16, 32, 64)):
        for block in range(3):
            layers.append(Block(channels, width, 2 if stage and not block else 1))
            channels = width
    return torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(64, classes))


def read(folder):
    classes = sorted(p.name for p in folder.iterdir() if p.is_dir())
    files = [(p, i) for i, c in enumerate(classes) for p in sorted((folder / c).iterdir())]
    pixels = numpy.stack([numpy.asarray(PIL.Image.open(p).convert("RGB")) for p, _ in files])
    return torch.from_numpy(pixels), torch.tensor([label for _, label in files]), len(classes)


class InMemory:
    """Batches of decoded pictures, without augmentation."""

    def __init__(self, folder, batch):
        self.pixels, self.labels, self.classes = read(folder)
        self.batch = batch
        mean, std = torch.tensor(MEAN), torch.tensor(STD)
        self.scale, self.shift = 1 / (255 * std), mean / std

    def __iter__(self):
        order = torch.randperm(len(self.labels))
        for first in range(0, len(order) - self.batch + 1, self.batch):
            chosen = order[first:first + self.batch]
            # Bytes lie as height, width, channel: seen as [N, C, H, W] that is channels-last already.
            yield (self.pixels[chosen].float() * self.scale - self.shift).permute(0, 3, 1, 2), self.labels[chosen]


def torchvision_loader(folder, batch, workers):
    from torchvision import datasets, transforms

    steps = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
             transforms.Normalize(MEAN, STD)]
    pictures = datasets.ImageFolder(folder, transforms.Compose(steps))
    loader = torch.utils.data.DataLoader(pictures, batch, shuffle=True, drop_last=True, num_workers=workers,
                                         persistent_workers=workers > 0)
    loader.classes = len(pictures.classes)
    return loader


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--layout", choices=("contiguous", "channels_last"), default="channels_last")
    parser.add_argument("--loading", choices=("memory", "torchvision"), default="memory")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=128)
    # Said outright: torch takes a single thread where it misjudges the machine.
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    layout = torch.channels_last if options.layout == "channels_last" else torch.contiguous_format
    folder = options.data / "train"
    batches = InMemory(folder, options.batch) if options.loading == "memory" else torchvision_loader(
        folder, options.batch, options.workers)
    model = resnet20(batches.classes).to(memory_format=layout)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}],
                                lr=0.01, momentum=0.9, nesterov=True)
    for epoch in range(options.epochs):
        begin, processor, samples, total = time.perf_counter(), processor_seconds(), 0, 0.0
        for inputs, labels in batches:
            loss = F.cross_entropy(model(inputs.contiguous(memory_format=layout)), labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
            samples += len(labels)
        seconds = time.perf_counter() - begin
        if epoch:
            print(json.dumps({"samplesPerSecond": samples / seconds, "loss": total / samples,
                              "processorSecondsPerThousand": 1000 * (processor_seconds() - processor) / samples}), flush=True)


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


main()
