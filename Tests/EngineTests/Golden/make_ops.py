"""Makes ops.json: what PyTorch computes for each op, forward and backward.

Run with PyTorch 2.x (CPU) and numpy from this folder: python make_ops.py
Inputs and parameters are not stored: both sides make them with `pattern`. Everything is computed in
double precision from numbers rounded to single. Tensors are written in n, h, w, c order and
parameters in PyTorch's own.
"""

import json

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def pattern(shape, salt):
    """Distinct numbers in -1..1: cubes are a permutation of the integers modulo 2003."""
    count = int(np.prod(shape))
    assert count <= 2003
    k = (np.arange(count, dtype=np.int64) + 1 + 101 * salt) % 2003
    values = (k * k % 2003 * k % 2003).astype(np.float64) / 1001.5 - 1
    return torch.tensor(values.astype(np.float32).astype(np.float64)).reshape(shape)


def parameter(name, shape, salt):
    values = pattern(shape, salt)
    return values * 0.5 + 1.25 if name == "running_var" else values * 0.5


def to_nchw(x):
    return x.permute(0, 3, 1, 2)


def to_nhwc(x):
    return x.permute(0, 2, 3, 1)


def digits(x):
    return [float(f"{v:.8g}") for v in x.detach().reshape(-1).tolist()]


cases = []


def case(name, function, shapes, module=None, nhwc=False, training=True, scale=1):
    """`function` takes the inputs (n, c, h, w, or n, h, w, c with `nhwc`), and uses `module`."""
    inputs = [(scale * pattern(s, i)).requires_grad_() for i, s in enumerate(shapes)]
    named = []
    if module is not None:
        module.double().train(training)
        named = [*module.named_parameters()]
        named += [(n, b) for n, b in module.named_buffers() if b.dim() > 0]
        with torch.no_grad():
            for i, (n, p) in enumerate(named):
                p.copy_(parameter(n, tuple(p.shape), 10 + i))
    y = function(*(inputs if nhwc else [to_nchw(x) for x in inputs]))
    y = y if nhwc else to_nhwc(y)
    (y * pattern(tuple(y.shape), 5)).sum().backward()
    gradients = [x.grad if x.grad is not None else torch.zeros_like(x) for x in inputs]
    cases.append(
        {
            "name": name,
            "shapes": [list(s) for s in shapes],
            "scale": scale,
            "outputShape": list(y.shape),
            "output": digits(y),
            "inputGradients": [digits(g) for g in gradients],
            "parameters": [
                {
                    "name": n,
                    "shape": list(p.shape),
                    # Gradients of what is learned, new values of what is kept.
                    "values": digits(p.grad if p.requires_grad else p),
                    "isStatistic": not p.requires_grad,
                }
                for n, p in named
            ],
        }
    )


S = (2, 3, 5, 4)

# Wider than -1...1, so that every branch is met.
for name, f in {
    "relu": F.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.1),
    "elu": lambda x: F.elu(x, 0.7),
    "silu": F.silu,
    "hard_swish": F.hardswish,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}.items():
    case(name, f, [S], scale=5)

bn = nn.BatchNorm2d(4, eps=1e-3, momentum=0.03)
case("batch_norm", bn, [S], bn)
bn = nn.BatchNorm2d(4)
case("batch_norm_silu", lambda x: F.silu(bn(x)), [S], bn)
bn = nn.BatchNorm2d(4)
case("batch_norm_relu", lambda x: F.relu(bn(x)), [S], bn)
bn = nn.BatchNorm2d(4)
case("batch_norm_frozen", bn, [S], bn, training=False)
m = nn.LayerNorm(5)
case("layer_norm", m, [(2, 3, 4, 5)], m, nhwc=True)
m = nn.GroupNorm(2, 6)
case("group_norm", m, [(2, 3, 4, 6)], m)
m = nn.InstanceNorm2d(4)
case("instance_norm", m, [S], m)
m = nn.InstanceNorm2d(4, affine=True)
case("instance_norm_affine", m, [S], m)

P = (2, 7, 6, 3)
case("max_pool_2", lambda x: F.max_pool2d(x, 2), [P])
case("max_pool_3_stride_2", lambda x: F.max_pool2d(x, 3, 2, 1), [P])
case("max_pool_5_stride_1", lambda x: F.max_pool2d(x, 5, 1, 2), [P])
case("average_pool_2", lambda x: F.avg_pool2d(x, 2), [P])
case("average_pool_3_padded", lambda x: F.avg_pool2d(x, 3, 2, 1), [P])
case(
    "average_pool_3_unpadded",
    lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
    [P],
)
case("global_average_pool", lambda x: F.adaptive_avg_pool2d(x, 1), [P])
case("adaptive_average_pool", lambda x: F.adaptive_avg_pool2d(x, (3, 4)), [P])
case("adaptive_average_pool_up", lambda x: F.adaptive_avg_pool2d(x, (5, 8)), [(1, 3, 5, 2)])


def unpool(x, reference):
    _, indices = F.max_pool2d(reference, 2, return_indices=True)
    return F.max_unpool2d(x, indices, 2, output_size=reference.shape[2:])


case("max_unpool", unpool, [(2, 3, 3, 3), P])

U = (2, 3, 4, 2)
case("crop", lambda x: x[:, :, 1:-1, 2:-2], [(2, 4, 6, 3)])
case("nearest_upsample", lambda x: F.interpolate(x, scale_factor=3, mode="nearest"), [U])
case("bilinear_upsample", lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), [U])
case(
    "bilinear_upsample_aligned",
    lambda x: F.interpolate(x, scale_factor=3, mode="bilinear", align_corners=True),
    [(1, 3, 4, 2)],
)
case("concat", lambda a, b: torch.cat([a, b], 1), [(1, 3, 2, 3), (1, 3, 2, 4)])
case("add", lambda a, b: a + b, [(1, 3, 2, 3), (1, 3, 2, 3)])
case("multiply", lambda a, b: a * b, [(1, 3, 2, 3), (1, 3, 2, 3)])
case("multiply_gate", lambda a, b: a * b, [S, (2, 1, 1, 4)])
case("softmax", lambda x: torch.softmax(x, -1), [(1, 3, 4, 5)], nhwc=True)
m = nn.Linear(5, 7)
case("linear", m, [(2, 3, 2, 5)], m, nhwc=True)

C = (1, 6, 5, 4)
for name, m in {
    "conv_3": nn.Conv2d(4, 5, 3, padding=1),
    "conv_3_stride_2_dilation_2": nn.Conv2d(4, 5, 3, stride=2, padding=2, dilation=2, bias=False),
    "conv_groups": nn.Conv2d(4, 6, 3, padding=1, groups=2, bias=False),
    "conv_1": nn.Conv2d(4, 9, 1),
    "depthwise_5": nn.Conv2d(4, 4, 5, padding=2, groups=4),
    "transposed_conv_2": nn.ConvTranspose2d(4, 3, 2, stride=2),
    "transposed_conv_3": nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1),
}.items():
    case(name, m, [C], m)

with open("ops.json", "w") as file:
    body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    file.write("[\n" + body + "\n]\n")
