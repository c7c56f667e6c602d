"""Writes segmentation.json: losses over label maps and their gradients, for SegmentationLossGoldenTests.

Run with PyTorch 2.x, torchvision and NumPy: python3 make_segmentation.py > segmentation.json

Cross-entropies and the focal loss of a sigmoid are PyTorch's and torchvision's own functions; the
others follow the formulas of their papers, differentiated by PyTorch in double precision.
"""
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

IGNORED = 255


def weights(labels, pixel_weights, class_weights):
    result = torch.ones(labels.shape, dtype=torch.float64) if pixel_weights is None else pixel_weights
    if class_weights is not None:
        table = torch.cat([class_weights, torch.zeros(256 - len(class_weights))]).double()
        result = result * table[labels]
    return result * (labels != IGNORED)


def own_targets(labels, channels, softmax):
    """n, h, w, channels: 1 in the channel of the label."""
    first = 0 if softmax else 1
    return torch.stack([labels == c + first for c in range(channels)], -1).double()


def cross_entropy(z, labels, w, softmax):
    if softmax:
        loss = F.cross_entropy(
            z.permute(0, 3, 1, 2), labels, ignore_index=IGNORED, reduction="none"
        )
        return (w * loss).sum() / w.sum()
    t = own_targets(labels, z.shape[-1], False)
    loss = F.binary_cross_entropy_with_logits(z, t, reduction="none")
    return (w[..., None] * loss).sum() / (w.sum() * z.shape[-1])


def focal(z, labels, w, softmax):
    if softmax:
        safe = torch.where(labels == IGNORED, 0, labels)
        log_p = F.log_softmax(z, -1).gather(-1, safe[..., None])[..., 0]
        return (-w * (1 - log_p.exp()) ** 2 * log_p).sum() / w.sum()
    t = own_targets(labels, z.shape[-1], False)
    loss = sigmoid_focal_loss(z, t, alpha=-1, gamma=2, reduction="none")
    return (w[..., None] * loss).sum() / (w.sum() * z.shape[-1])


def region(z, labels, softmax, index, per_image=False):
    p = z.softmax(-1) if softmax else z.sigmoid()
    counted = (labels != IGNORED)[..., None].double()
    t = own_targets(labels, z.shape[-1], softmax) * counted
    p = p * counted
    if softmax:
        p, t = p[..., 1:], t[..., 1:]
    axes = (1, 2) if per_image else (0, 1, 2)
    tp = (p * t).sum(axes)
    fp = (p * (1 - t)).sum(axes)
    fn = ((1 - p) * t).sum(axes)
    return (1 - index(tp, fp, fn)).mean()


def dice(tp, fp, fn):
    return (2 * tp + 1) / (2 * tp + fp + fn + 1)


def tversky(tp, fp, fn):
    return (tp + 1) / (tp + 0.3 * fp + 0.7 * fn + 1)


def jaccard_extension(errors, own):
    """Berman et al. 2018, eq. 8 and 9: errors in descending order times the steps of 1 - IoU of the
    set of the first k mispredictions."""
    order = torch.argsort(errors, descending=True)
    total, value, before = own.sum(), 0.0, 0.0
    missed = added = 0
    for k in order.tolist():
        missed, added = missed + own[k], added + (1 - own[k])
        delta = 1 - (total - missed) / (total + added)
        value = value + errors[k] * (delta - before)
        before = delta
    return value


def lovasz(z, labels, softmax):
    images = []
    for n in range(z.shape[0]):
        counted = (labels[n] != IGNORED).reshape(-1)
        logits = z[n].reshape(-1, z.shape[-1])[counted]
        own = own_targets(labels[n], z.shape[-1], softmax).reshape(-1, z.shape[-1])[counted]
        classes = []
        for c in range(z.shape[-1]):
            if softmax:
                if own[:, c].sum() == 0:
                    continue
                errors = (own[:, c] - logits.softmax(-1)[:, c]).abs()
            else:
                errors = F.relu(1 - logits[:, c] * (2 * own[:, c] - 1))
            classes.append(jaccard_extension(errors, own[:, c]))
        images.append(sum(classes) / len(classes))
    return sum(images) / len(images)


def term(name, z, labels, w, softmax):
    match name:
        case "ce" | "bce":
            return cross_entropy(z, labels, w, softmax)
        case "focal":
            return focal(z, labels, w, softmax)
        case "dice":
            return region(z, labels, softmax, dice)
        case "dice_sample":
            return region(z, labels, softmax, dice, per_image=True)
        case "tversky":
            return region(z, labels, softmax, tversky)
        case "lovasz":
            return lovasz(z, labels, softmax)


def numbers(values, digits=9):
    return [float(f"{float(v):.{digits}g}") for v in values.reshape(-1)]


def case(mix, classes, softmax, size, seed, pixel=False, balanced=False, margin=0, auxiliary=0):
    """`size` is that of the label maps; the first output is smaller by `margin` at each side."""
    random = np.random.default_rng(seed)
    n, h, w = size
    channels = classes + 1 if softmax else classes
    labels = random.choice([*range(classes + 1), IGNORED], p=[0.5, *[0.4 / classes] * classes, 0.1], size=size)
    pixel_weights = random.uniform(0.5, 3, size).astype(np.float32) if pixel else None
    class_weights = random.uniform(0.5, 2, classes + 1).astype(np.float32) if balanced else None
    outputs, gradients = [], []
    terms = [part.rpartition("*") for part in mix.split("+")]
    values = np.zeros(len(terms))
    for level in range(auxiliary + 1):
        step, first = 1 << level, (1 << level) // 2 if level else margin
        end = None if level else (-margin or None)
        at = (slice(None), slice(first, end, step), slice(first, end, step))
        target = torch.from_numpy(labels[at].astype(np.int64))
        z = random.uniform(-4, 4, (*target.shape, channels)).astype(np.float32)
        z = torch.from_numpy(z).double().requires_grad_()
        weight = weights(
            target,
            None if pixel_weights is None else torch.from_numpy(pixel_weights[at]).double(),
            None if class_weights is None else torch.from_numpy(class_weights),
        )
        total = 0
        for index, (scale, _, name) in enumerate(terms):
            value = 0.5**level * float(scale or 1) * term(name, z, target, weight, softmax)
            values[index] += float(value)
            total = total + value
        total.backward()
        outputs.append({"shape": list(z.shape), "values": numbers(z)})
        gradients.append(numbers(z.grad))
    return {
        "mix": mix,
        "classes": classes,
        "head": "softmax" if softmax else "sigmoid",
        "size": list(size),
        "labels": labels.reshape(-1).tolist(),
        "pixelWeights": None if pixel_weights is None else numbers(pixel_weights),
        "classWeights": None if class_weights is None else numbers(class_weights),
        "outputs": outputs,
        "values": numbers(values),
        "gradients": gradients,
    }


cases, seed = [], 1
for mix in ["ce", "bce", "dice", "dice_sample", "tversky", "focal", "lovasz"]:
    for classes, softmax in [(1, False), (2, False), (1, True), (3, True)]:
        cases.append(case(mix, classes, softmax, (2, 5, 6), seed))
        seed += 1
for mix in ["ce+dice", "0.5*bce+2*tversky+0.25*lovasz+focal"]:
    for classes, softmax in [(1, False), (2, False), (2, True)]:
        cases.append(case(mix, classes, softmax, (3, 6, 4), seed, pixel=True, balanced=True))
        cases.append(case(mix, classes, softmax, (2, 8, 6), seed, pixel=True, margin=1))
        cases.append(case(mix, classes, softmax, (2, 8, 4), seed, balanced=True, auxiliary=2))
        seed += 1
json.dump(cases, sys.stdout, separators=(",", ":"))
print()
