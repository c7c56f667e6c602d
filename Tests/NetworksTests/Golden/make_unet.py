"""Writes unet.json: what the U-Net of Pytorch-UNet computes, for UNetGoldenTests.

Run with PyTorch 2.x and NumPy: python3 make_unet.py > unet.json

The network is built here in plain PyTorch with the module names of Pytorch-UNet's unet_model.py, in
a few channels, so that the file stays small. As in make_resnet.py, each parameter's values follow
from its name.
"""
import json
import sys

import numpy as np
import torch
from torch import nn

from make_resnet import bounds, numbers, rounded

WIDTH, CLASSES, SIZE = 4, 3, (2, 32, 48, 3)


class DoubleConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(inputs, outputs))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.up = nn.ConvTranspose2d(inputs, outputs, 2, 2)
        self.conv = DoubleConv(inputs, outputs)

    def forward(self, coarse, fine):
        return self.conv(torch.cat([fine, self.up(coarse)], 1))


class OutConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.inc = DoubleConv(3, width)
        for level in range(4):
            setattr(self, f"down{level + 1}", Down(width << level, width << (level + 1)))
            setattr(self, f"up{level + 1}", Up(width << (4 - level), width << (3 - level)))
        self.outc = OutConv(width, classes)

    def forward(self, x):
        levels = [self.inc(x)]
        for level in range(4):
            levels.append(getattr(self, f"down{level + 1}")(levels[-1]))
        y = levels.pop()
        for level in range(4):
            y = getattr(self, f"up{level + 1}")(y, levels.pop())
        return self.outc(y)


def channels_last(values):
    return rounded(values.permute(0, 2, 3, 1).reshape(-1)[::7])


network, shapes = UNet(WIDTH, CLASSES), {}
with torch.no_grad():
    for key, value in network.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        shapes[key] = list(value.shape)
        made = numbers(key, value.numel(), *bounds(key, shapes[key]))
        value.copy_(torch.from_numpy(made).reshape(value.shape))
image = numbers("input", int(np.prod(SIZE)), -2.0, 2.0).reshape(SIZE)
image = torch.from_numpy(image).permute(0, 3, 1, 2)
with torch.no_grad():
    logits = network.eval()(image)
# The loss sum(logits * slope) in training: statistics of the batch, gradients of all parameters.
training = network.train()(image)
size = (SIZE[0], SIZE[1], SIZE[2], CLASSES)
slope = torch.from_numpy(numbers("slope", int(np.prod(size)), -1.0, 1.0).reshape(size))
(training * slope.permute(0, 3, 1, 2)).sum().backward()
json.dump(
    {
        "width": WIDTH,
        "classes": CLASSES,
        "input": list(SIZE),
        "parameters": shapes,
        # Of each map in n, h, w, c order: every 7th value.
        "logits": channels_last(logits),
        "trainingLogits": channels_last(training.detach()),
        # Of each parameter, in PyTorch's order: at most the first 16 values.
        "gradients": {k: rounded(p.grad.reshape(-1)[:16]) for k, p in network.named_parameters()},
    },
    sys.stdout,
    separators=(",", ":"),
)
print()
