"""Writes unet.json: what U-Nets compute in PyTorch, for UNetGoldenTests.

Run with PyTorch 2.x and NumPy: python3 make_unet.py > unet.json

The networks are built here in plain PyTorch with the module names of Pytorch-UNet's unet_model.py, in
a few channels, so that the file stays small: the usual one; with interpolation instead of transposed
convolutions; with instance normalization; without padding, as in the paper; and with auxiliary
outputs. "resnet18" has the module names of segmentation_models.pytorch's Unet. As in make_resnet.py,
each parameter's values follow from its name.
"""
import json
import sys

import numpy as np
import torch
from torch import nn

from make_resnet import BasicBlock, ResNet, bounds, numbers, rounded

CLASSES = 3


def cropped(x, like):
    """The center of `x` with the height and width of `like`."""
    top, left = ((a - b) // 2 for a, b in zip(x.shape[2:], like.shape[2:]))
    return x[:, :, top : top + like.shape[2], left : left + like.shape[3]]


class Style:
    """The choices of a U-Net."""

    def __init__(self, levels=4, width=4, mode=None, norm=nn.BatchNorm2d, padding=1, auxiliary=0):
        self.levels, self.width, self.mode, self.norm = levels, width, mode, norm
        self.padding, self.auxiliary = padding, auxiliary


class DoubleConv(nn.Module):
    def __init__(self, style, inputs, outputs, middle=None):
        super().__init__()
        middle = middle or outputs
        self.double_conv = nn.Sequential(
            nn.Conv2d(inputs, middle, 3, padding=style.padding, bias=False),
            style.norm(middle),
            nn.ReLU(),
            nn.Conv2d(middle, outputs, 3, padding=style.padding, bias=False),
            style.norm(outputs),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, style, inputs, outputs):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(style, inputs, outputs))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, style, inputs, outputs):
        super().__init__()
        if style.mode:
            self.up = nn.Upsample(scale_factor=2, mode=style.mode)
            self.conv = DoubleConv(style, inputs, outputs, inputs // 2)
        else:
            self.up = nn.ConvTranspose2d(inputs, outputs, 2, 2)
            self.conv = DoubleConv(style, inputs, outputs)

    def forward(self, coarse, fine):
        coarse = self.up(coarse)
        return self.conv(torch.cat([cropped(fine, coarse), coarse], 1))


class OutConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, style):
        super().__init__()
        self.style, levels, width = style, style.levels, style.width
        # As Pytorch-UNet: interpolation keeps the channels, so that the next level has half of them.
        factor = 2 if style.mode else 1
        self.inc = DoubleConv(style, 3, width)
        for level in range(levels):
            outputs = width << (level + 1)
            if level == levels - 1:
                outputs //= factor
            setattr(self, f"down{level + 1}", Down(style, width << level, outputs))
        for step in range(levels):
            outputs = width << (levels - 1 - step)
            if step < levels - 1:
                outputs //= factor
            setattr(self, f"up{step + 1}", Up(style, width << (levels - step), outputs))
            level = levels - 1 - step
            if 0 < level <= style.auxiliary:
                setattr(self, f"aux{level}", OutConv(outputs, CLASSES))
        self.outc = OutConv(width, CLASSES)

    def forward(self, x):
        maps = [self.inc(x)]
        for level in range(self.style.levels):
            maps.append(getattr(self, f"down{level + 1}")(maps[-1]))
        y, outputs = maps.pop(), []
        for step in range(self.style.levels):
            y = getattr(self, f"up{step + 1}")(y, maps.pop())
            level = self.style.levels - 1 - step
            if 0 < level <= self.style.auxiliary:
                outputs.append(getattr(self, f"aux{level}")(y))
        return (outputs + [self.outc(y)])[::-1]


def convolution(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class DecoderBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = convolution(inputs, outputs)
        self.conv2 = convolution(outputs, outputs)

    def forward(self, x, skip):
        x = nn.functional.interpolate(x, scale_factor=2, mode="nearest")
        if skip is not None:
            x = torch.cat([x, skip], 1)
        return self.conv2(self.conv1(x))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(
            DecoderBlock(*channels)
            for channels in [(768, 256), (384, 128), (192, 64), (128, 32), (32, 16)]
        )


class ResNetUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = ResNet(BasicBlock, [2, 2, 2, 2])
        del self.encoder.fc
        self.decoder = Decoder()
        self.segmentation_head = nn.Sequential(nn.Conv2d(16, CLASSES, 3, padding=1))

    def forward(self, x):
        e = self.encoder
        maps = [torch.relu(e.bn1(e.conv1(x)))]
        y = e.maxpool(maps[0])
        for stage in (e.layer1, e.layer2, e.layer3, e.layer4):
            y = stage(y)
            maps.append(y)
        y = maps.pop()
        for block in self.decoder.blocks:
            y = block(y, maps.pop() if maps else None)
        return [self.segmentation_head(y)]


def instance(channels):
    return nn.InstanceNorm2d(channels, affine=True)


def sampled(outputs):
    """Of each map in n, h, w, c order: every 7th value."""
    return [rounded(values.permute(0, 2, 3, 1).reshape(-1)[::7]) for values in outputs]


def record(name, network, size):
    # In double precision: normalization over few values amplifies rounding.
    network, shapes = network.double(), {}
    with torch.no_grad():
        for key, value in network.state_dict().items():
            if key.endswith("num_batches_tracked"):
                continue
            shapes[key] = list(value.shape)
            made = numbers(key, value.numel(), *bounds(key, shapes[key]))
            value.copy_(torch.from_numpy(made).double().reshape(value.shape))
    image = numbers("input", int(np.prod(size)), -2.0, 2.0).reshape(size)
    image = torch.from_numpy(image).double().permute(0, 3, 1, 2)
    with torch.no_grad():
        logits = network.eval()(image)
    # The loss sum(logits * slope) in training: statistics of the batch, gradients of all parameters.
    training = network.train()(image)
    for values in training:
        n, c, h, w = values.shape
        slope = torch.from_numpy(numbers("slope", values.numel(), -1.0, 1.0).reshape(n, h, w, c))
        (values * slope.permute(0, 3, 1, 2)).sum().backward(retain_graph=True)
    return {
        "network": name,
        "classes": CLASSES,
        "input": list(size),
        "parameters": shapes,
        "logits": sampled(logits),
        "trainingLogits": sampled([values.detach() for values in training]),
        # Of each parameter, in PyTorch's order: at most the first 16 values.
        "gradients": {k: rounded(p.grad.reshape(-1)[:16]) for k, p in network.named_parameters()},
    }


json.dump(
    [
        record("unet", UNet(Style()), (2, 32, 48, 3)),
        record("bilinear", UNet(Style(levels=3, mode="bilinear")), (2, 16, 24, 3)),
        record("nearest", UNet(Style(levels=2, mode="nearest")), (2, 16, 24, 3)),
        record("instance", UNet(Style(levels=2, norm=instance)), (2, 16, 24, 3)),
        record("valid", UNet(Style(levels=2, padding=0)), (2, 44, 60, 3)),
        record("auxiliary", UNet(Style(levels=3, auxiliary=2)), (2, 16, 24, 3)),
        record("resnet18", ResNetUNet(), (2, 96, 64, 3)),
    ],
    sys.stdout,
    separators=(",", ":"),
)
print()
