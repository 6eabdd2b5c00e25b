# SPDX-License-Identifier: GPL-3.0-or-later
"""What torchvision does with the same pictures: ImageFolder, Resize (Pillow's antialiased bilinear), ToTensor, Normalize and a
DataLoader of batches of 32.

    decode.py measure DATA SIZE PICTURES WORKERS    prints pictures and processor seconds (children's too) as JSON
    decode.py compare PIXELS SIZE                   prints the largest difference to what bench_decode wrote
"""
import json
import os
import resource
import sys
import time

import numpy
import torch
import torchvision
from PIL import Image


def processor_seconds():
    spent = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        spent += usage.ru_utime + usage.ru_stime
    return spent


def measure(data, size, pictures, workers):
    transform = torchvision.transforms.Compose([
        torchvision.transforms.Resize((size, size)),
        torchvision.transforms.ToTensor(),
        torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])
    dataset = torchvision.datasets.ImageFolder(os.path.join(data, "train"), transform)
    count = min(pictures, len(dataset))
    chosen = torch.utils.data.Subset(dataset, [i * len(dataset) // count for i in range(count)])
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // max(1, workers)))
    start, before = time.perf_counter(), processor_seconds()
    loaded = 0
    for inputs, _ in torch.utils.data.DataLoader(chosen, batch_size=32, num_workers=workers):
        loaded += inputs.shape[0]
    print(json.dumps({"pictures": loaded, "seconds": time.perf_counter() - start, "processorSeconds": processor_seconds() - before}))


def compare(pixels, size):
    ours = numpy.fromfile(pixels, numpy.uint8).reshape(-1, size, size, 3).astype(int)
    largest = 0
    with open(pixels + ".txt") as names:
        for picture, name in zip(ours, names):
            with Image.open(name.strip()) as image:
                theirs = numpy.asarray(torchvision.transforms.Resize((size, size))(image.convert("RGB"))).astype(int)
            largest = max(largest, int(abs(picture - theirs).max()))
    print(largest)


if sys.argv[1] == "measure":
    measure(sys.argv[2], *map(int, sys.argv[3:6]))
else:
    compare(sys.argv[2], int(sys.argv[3]))
