"""Writes objective.json: what the detection objective must give, computed by PyTorch's autograd.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python Tests/TrainingTests/Golden/make_objective.py

The formulas are those of Sources/Training, written here a second time over whole matrices (every
truth against every cell) in float64; gradients come from autograd, with assignment, targets and
CIoU's alpha held constant. Made with torch 2.13.
"""

import json
import math
import pathlib

import torch

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)

EPS = 1e-7
STRIDES = [8, 16, 32]
WIDTH, HEIGHT, CLASSES, BATCH = 96, 32, 3, 3
ZERO = torch.zeros(())


def similarity(kind, p, t):
    """Of boxes p and t [..., 4], broadcast; ties of maximum and minimum share their slope."""
    px1, py1, px2, py2 = p.unbind(-1)
    tx1, ty1, tx2, ty2 = t.unbind(-1)
    shared_w = torch.maximum(torch.minimum(px2, tx2) - torch.maximum(px1, tx1), ZERO)
    shared_h = torch.maximum(torch.minimum(py2, ty2) - torch.maximum(py1, ty1), ZERO)
    inter = shared_w * shared_h
    pw, ph = torch.maximum(px2 - px1, ZERO), torch.maximum(py2 - py1, ZERO)
    tw, th = tx2 - tx1, ty2 - ty1
    union = pw * ph + tw * th - inter + EPS
    iou = inter / union
    if kind == "iou":
        return iou
    cw = torch.maximum(px2, tx2) - torch.minimum(px1, tx1)
    ch = torch.maximum(py2, ty2) - torch.minimum(py1, ty1)
    if kind == "giou":
        area = cw * ch + EPS
        return iou - (area - union) / area
    distance = ((px1 + px2 - tx1 - tx2) ** 2 + (py1 + py2 - ty1 - ty2) ** 2) / 4
    v = 4 / math.pi**2 * (torch.atan(tw / (th + EPS)) - torch.atan(pw / (ph + EPS))) ** 2
    alpha = (v / (1 - iou + v + EPS)).detach()
    return iou - distance / (cw**2 + ch**2 + EPS) - alpha * v


def cells():
    """Centers [cells, 2] in pixels and strides [cells], level by level, row by row."""
    centers, strides = [], []
    for s in STRIDES:
        for y in range(HEIGHT // s):
            for x in range(WIDTH // s):
                centers.append([(x + 0.5) * s, (y + 0.5) * s])
                strides.append(s)
    return torch.tensor(centers), torch.tensor(strides, dtype=torch.float64)


CENTERS, CELL_STRIDES = cells()


def decode(codes):
    center = CENTERS + codes[:, :2] * CELL_STRIDES[:, None]
    size = torch.exp(torch.minimum(codes[:, 2:4], torch.full((), 8.0))) * CELL_STRIDES[:, None]
    return torch.cat([center - size / 2, center + size / 2], 1)


def candidates(truths, low, high):
    """[truths, cells]: centers strictly between the corners, else each level's nearest cell."""
    inside = ((CENTERS > low) & (CENTERS < high)).all(-1)
    for row, truth in zip(inside, truths):
        if row.any():
            continue
        first = 0
        for s in STRIDES:
            w, h = WIDTH // s, HEIGHT // s
            x = min(max(math.floor((truth[0] + truth[2]) / 2 / s), 0), w - 1)
            y = min(max(math.floor((truth[1] + truth[3]) / 2 / s), 0), h - 1)
            row[first + y * w + x] = True
            first += w * h
    return inside


def task_aligned(boxes, logits, truths, classes):
    """(cell, truth, target, weight) of each match."""
    if len(truths) == 0:
        return []
    mask = candidates(truths, truths[:, None, :2], truths[:, None, 2:])
    overlap = similarity("ciou", boxes[None], truths[:, None]).clamp(min=0) * mask
    metric = logits.sigmoid().T[classes].sqrt() * overlap**6
    taken = torch.zeros_like(mask)
    for i, row in enumerate(metric):
        best = row.topk(10)
        taken[i, best.indices[best.values > 0]] = True
        if not taken[i].any():
            raw = similarity("ciou", boxes, truths[i]).masked_fill(~mask[i], -9)
            taken[i, raw.argmax()] = True
            metric[i] = 1
    owner = overlap.masked_fill(~taken, -1).argmax(0)
    taken &= torch.arange(len(truths))[:, None] == owner
    matches = []
    for i in range(len(truths)):
        own = taken[i].nonzero().flatten().tolist()
        if own:
            top = max(metric[i, own].max().item(), 0)
            best = max(overlap[i, own].max().item(), 0.05)
            for c in own:
                target = metric[i, c].item() / top * best
                matches.append((c, i, target, target))
    return sorted(matches)


def sim_ota(boxes, logits, truths, classes):
    if len(truths) == 0:
        return []
    middle = (truths[:, None, :2] + truths[:, None, 2:]) / 2
    reach = 1.5 * CELL_STRIDES[None, :, None]
    mask = candidates(truths, middle - reach, middle + reach)
    overlap = similarity("iou", boxes[None], truths[:, None]) * mask
    wanted = torch.nn.functional.one_hot(classes, CLASSES).double()[:, None]
    scores = logits[None].expand(len(truths), -1, -1)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(
        scores, wanted.expand_as(scores), reduction="none").sum(-1)
    cost = entropy - 3 * torch.log(overlap + 1e-8) + 1e9 * ~mask
    taken = torch.zeros_like(mask)
    for i in range(len(truths)):
        k = max(1, int(overlap[i].topk(10).values.sum().item()))
        taken[i, cost[i].topk(k, largest=False).indices] = True
    owner = cost.masked_fill(~taken, 1e12).argmin(0)
    taken &= torch.arange(len(truths))[:, None] == owner
    return sorted(
        (c, i, overlap[i, c].item(), 1.0) for i, c in taken.nonzero().tolist())


def objective(outputs, pictures, assign, kind):
    boxes = [decode(o[:, :4]) for o in outputs]
    plain, crowds = [], []
    for picture in pictures:
        own = [t for t in picture if not t["crowd"]]
        plain.append((
            torch.tensor([t["box"] for t in own]).reshape(-1, 4),
            torch.tensor([t["class"] for t in own], dtype=torch.long)))
        crowds.append([torch.tensor(t["box"]) for t in picture if t["crowd"]])
    with torch.no_grad():
        matches = [
            assign(b, o[:, 4:], t, c) for b, o, (t, c) in zip(boxes, outputs, plain)]
    total_weight = max(sum(m[3] for ms in matches for m in ms), len(pictures) / 16)
    box_loss, class_loss = ZERO, ZERO
    for b, o, (t, c), ms, crowd in zip(boxes, outputs, plain, matches, crowds):
        target = torch.zeros(len(o), CLASSES)
        counted = torch.ones(len(o))
        for region in crowd:
            w = (torch.minimum(b[:, 2], region[2]) - torch.maximum(b[:, 0], region[0])).clamp(min=0)
            h = (torch.minimum(b[:, 3], region[3]) - torch.maximum(b[:, 1], region[1])).clamp(min=0)
            area = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
            counted[(w * h > 0.5 * area).detach()] = 0
        for cell, truth, score, weight in ms:
            target[cell, c[truth]] = score
            counted[cell] = 1
            box_loss = box_loss + weight * (1 - similarity(kind, b[cell], t[truth]))
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(
            o[:, 4:], target, reduction="none").sum(-1)
        class_loss = class_loss + (entropy * counted).sum()
    return 7.5 * box_loss / total_weight, 0.5 * class_loss / total_weight, matches


def rounded(values):
    return [float(f"{v:.8g}") for v in values]


def box_pairs():
    pairs = [
        ([0, 0, 10, 10], [0, 0, 10, 10]),  # identical
        ([0, 0, 10, 10], [10, 0, 20, 10]),  # touching at an edge
        ([0, 0, 10, 10], [10, 10, 20, 20]),  # touching at a corner
        ([0, 0, 10, 10], [30, 5, 42, 30]),  # disjoint
        ([2, 3, 6, 5], [0, 0, 10, 10]),  # contained
        ([0, 0, 10, 10], [2, 3, 6, 5]),  # containing
        ([0, 0, 10, 10], [0, 2, 8, 14]),  # a shared edge
        ([5, 5, 5, 9], [0, 0, 10, 10]),  # no width
        ([3, 5, 9, 5], [0, 0, 10, 10]),  # no height
    ]
    for _ in range(21):
        corner, size = torch.rand(2, 2) * 20, torch.rand(2, 2) * 30 + 0.5
        both = torch.cat([corner, corner + size], 1)
        pairs.append((rounded(both[0].tolist()), rounded(both[1].tolist())))
    return pairs


def main():
    boxes = []
    for predicted, truth in box_pairs():
        entry = {"predicted": predicted, "groundTruth": truth}
        for kind in ["iou", "giou", "ciou"]:
            p = torch.tensor(predicted, dtype=torch.float64, requires_grad=True)
            loss = 1 - similarity(kind, p, torch.tensor(truth, dtype=torch.float64))
            loss.backward()
            entry[kind] = rounded([loss.item()] + p.grad.tolist())
        boxes.append(entry)

    spread = torch.tensor([0.5, 0.5, 0.7, 0.7] + [1.5] * CLASSES)
    middle = torch.tensor([0, 0, 0.7, 0.5] + [-1.0] * CLASSES)
    outputs = torch.randn(BATCH, len(CENTERS), 4 + CLASSES) * spread + middle
    outputs = (outputs * 1e4).round() / 1e4
    outputs = outputs.float().double()  # what single precision makes of the written decimals
    pictures = [
        [
            {"box": [10.5, 3.25, 46.0, 28.5], "class": 1, "crowd": False},
            {"box": [30.0, 8.0, 70.0, 24.0], "class": 2, "crowd": False},
            {"box": [80.25, 12.5, 82.0, 14.0], "class": 0, "crowd": False},
        ],
        [
            {"box": [4.0, 4.0, 60.0, 30.0], "class": 0, "crowd": True},
            {"box": [50.0, 2.0, 90.0, 30.0], "class": 0, "crowd": False},
        ],
        [],
    ]
    cases = []
    for name, assign, kind in [
        ("tal", task_aligned, "ciou"), ("tal", task_aligned, "giou"), ("simota", sim_ota, "iou"),
    ]:
        leaf = outputs.clone().requires_grad_()
        box, classes, matches = objective(list(leaf), pictures, assign, kind)
        (box + classes).backward()
        cases.append({
            "assigner": name, "boxLoss": kind, "box": box.item(), "class": classes.item(),
            "matches": [
                [{"anchorPoint": c, "groundTruth": t, "target": s, "weight": w} for c, t, s, w in ms]
                for ms in matches],
            "gradient": rounded(leaf.grad.flatten().tolist()),
        })
    golden = {
        "width": WIDTH, "height": HEIGHT, "classes": CLASSES, "strides": STRIDES,
        "boxes": boxes, "images": pictures,
        "outputs": [float(f"{v:.4f}") for v in outputs.flatten().tolist()], "cases": cases,
    }
    path = pathlib.Path(__file__).with_name("objective.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    for case in cases:
        print(case["assigner"], case["boxLoss"], case["box"], case["class"],
              [len(m) for m in case["matches"]])


main()
