"""Writes resnet.json: what torchvision's ResNets compute, for ResNetGoldenTests.

Run with PyTorch 2.x and NumPy: python3 make_resnet.py > resnet.json

The networks are built here in plain PyTorch with the module names of torchvision.models.resnet,
so that `state_dict` has the names of the public weights. The weights are not stored: each
parameter's values follow from its name (see `numbers`), and the test makes the same ones.
"""
import json
import sys

import numpy as np
import torch
from torch import nn

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def fnv1a(name):
    """The 64-bit FNV-1a hash of a name: the seed of its sequence."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return np.uint64(value)


def numbers(name, count, low, high):
    """SplitMix64 from the name's hash; 24 upper bits of each, spread over low...high."""
    with np.errstate(over="ignore"):
        z = fnv1a(name) + GOLDEN * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(40)).astype(np.float64) * 2.0**-24
    return (low + (high - low) * unit).astype(np.float32)


def bounds(name, shape):
    """The range of a parameter's values: activations keep their size through the network."""
    if name.endswith("running_var"):
        return 0.5, 1.5
    if name.endswith("running_mean") or name.endswith("bias"):
        return -0.1, 0.1
    if len(shape) == 1:
        return 0.75, 1.25
    bound = float(np.sqrt(6 / np.prod(shape[1:])))
    return -bound, bound


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = shortcut(inputs, width, stride)

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = shortcut(inputs, 4 * width, stride)

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


def shortcut(inputs, outputs, stride):
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
    )


class ResNet(nn.Module):
    def __init__(self, block, blocks):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for stage, count in enumerate(blocks):
            layers = []
            for index in range(count):
                stride = 2 if stage > 0 and index == 0 else 1
                layers.append(block(inputs, 64 << stage, stride))
                inputs = (64 << stage) * block.expansion
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(inputs, 1000)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        features = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
            features.append(x)
        return features[1:], self.fc(x.mean((2, 3)))


def rounded(values):
    """Eight digits: a hundred times finer than the test's tolerance."""
    return [float(f"{float(v):.8g}") for v in values]


def record(name, network):
    with torch.no_grad():
        shapes = {}
        for key, value in network.state_dict().items():
            if key.endswith("num_batches_tracked"):
                continue
            shapes[key] = list(value.shape)
            made = numbers(key, value.numel(), *bounds(key, shapes[key]))
            value.copy_(torch.from_numpy(made).reshape(value.shape))
        network.eval()
        size = (2, 64, 96, 3)
        image = numbers("input", int(np.prod(size)), -2.0, 2.0).reshape(size)
        features, logits = network(torch.from_numpy(image).permute(0, 3, 1, 2))
        return {
            "network": name,
            "input": list(size),
            "parameters": shapes,
            # Of each feature map in n, h, w, c order: every 401st value.
            "features": [rounded(f.permute(0, 2, 3, 1).reshape(-1)[::401]) for f in features],
            "meanMagnitudes": rounded([f.double().abs().mean() for f in features]),
            "logits": rounded(logits[1]),
        }


if __name__ == "__main__":
    json.dump(
        [
            record("resnet18", ResNet(BasicBlock, [2, 2, 2, 2])),
            record("resnet34", ResNet(BasicBlock, [3, 4, 6, 3])),
            record("resnet50", ResNet(Bottleneck, [3, 4, 6, 3])),
        ],
        sys.stdout,
        separators=(",", ":"),
    )
    print()
