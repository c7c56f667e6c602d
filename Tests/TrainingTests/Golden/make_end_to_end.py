"""Makes end_to_end.json: what PyTorch computes for the small network of EndToEndTests.swift.

    pip install torch numpy && python3 make_end_to_end.py

Weights, images and targets come from a formula that both sides have. PyTorch computes in double
precision, so that differences are Glimpse's rounding alone. The file holds the forward outputs of a
training step, the gradients of all parameters, the statistics after it, and the losses of ten steps
with SGD (Nesterov) and with AdamW. Orders are PyTorch's: NCHW, [out][in][kh][kw].
"""

import json
import math
import pathlib

import numpy as np
import torch
from torch import nn


def formula(salt, count):
    """Numbers in -0.5 ..< 0.5 with 24 bits: a hash of salt and index."""
    x = np.arange(count, dtype=np.uint64) * 2654435761 + np.uint64(salt) * 40503
    x &= 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    return (x >> 8).astype(np.float64) / 2**24 - 0.5


class Block(nn.Module):
    """Convolution, batch normalization, SiLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(
            inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)

    def forward(self, x):
        return nn.functional.silu(self.norm(self.conv(x)))


class Network(nn.Module):
    """Stem, depthwise and pointwise, upsampling joined with the stem, two heads."""

    def __init__(self):
        super().__init__()
        self.stem = Block(3, 8, 3, stride=2)
        self.depthwise = Block(8, 8, 3, stride=2, groups=8)
        self.pointwise = Block(8, 16, 1)
        self.fuse = Block(24, 12, 3)
        self.fine = nn.Conv2d(12, 6, 1)
        self.coarse = nn.Conv2d(16, 6, 1)

    def forward(self, x):
        near = self.stem(x)
        far = self.pointwise(self.depthwise(near))
        up = nn.functional.interpolate(far, scale_factor=2, mode="nearest")
        joined = self.fuse(torch.cat([up, near], 1))
        return [self.fine(joined), self.coarse(far)]


def initialized():
    network = Network().double()
    for salt, (name, parameter) in enumerate(network.named_parameters()):
        values = torch.from_numpy(formula(salt + 1, parameter.numel()))
        with torch.no_grad():
            if parameter.dim() == 4:
                # Rounded as Glimpse keeps it.
                fan = parameter[0].numel()
                values = (values * (3 / math.sqrt(fan))).float().double()
            elif name.endswith("norm.weight"):
                values = values + 1
            parameter.copy_(values.reshape(parameter.shape))
    return network


def loss(outputs):
    """Mean squared error of channels 0 to 3, cross-entropy of channels 4 and 5, each a mean."""
    total = 0
    for index, output in enumerate(outputs):
        target = torch.from_numpy(formula(200 + index, output.numel())).reshape(output.shape)
        total = total + nn.functional.mse_loss(output[:, :4], target[:, :4])
        total = total + nn.functional.binary_cross_entropy_with_logits(
            output[:, 4:], target[:, 4:] + 0.5)
    return total


def losses(make_optimizer):
    network = initialized()
    weights = [p for p in network.parameters() if p.dim() == 4]
    rest = [p for p in network.parameters() if p.dim() != 4]
    optimizer = make_optimizer(
        [{"params": weights}, {"params": rest, "weight_decay": 0.0}])
    values = []
    for _ in range(10):
        optimizer.zero_grad()
        value = loss(network(images))
        value.backward()
        optimizer.step()
        values.append(value.item())
    return values


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


images = torch.from_numpy(formula(100, 2 * 3 * 16 * 16) * 4).reshape(2, 3, 16, 16)
network = initialized()
outputs = network(images)
value = loss(outputs)
value.backward()
golden = {
    "outputs": [numbers(output) for output in outputs],
    "loss": value.item(),
    "gradients": {name: numbers(p.grad) for name, p in network.named_parameters()},
    "statistics": {
        name: numbers(buffer)
        for name, buffer in network.named_buffers()
        if not name.endswith("num_batches_tracked")
    },
    "sgd_losses": losses(
        lambda groups: torch.optim.SGD(
            groups, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)),
    "adamw_losses": losses(
        lambda groups: torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.999), weight_decay=0.1)),
}
path = pathlib.Path(__file__).with_name("end_to_end.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, golden["sgd_losses"], golden["adamw_losses"])
