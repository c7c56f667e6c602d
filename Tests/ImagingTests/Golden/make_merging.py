"""Writes merging.json: what reference programs make of random boxes.

    python -m pip install torch torchvision ensemble-boxes
    python make_merging.py

- hard: torchvision.ops.batched_nms
- diou: the greedy loop of DIoU-NMS over torchvision.ops.distance_box_iou
- soft: ensemble_boxes' cpu_soft_nms_float, Gaussian, sigma 0.5, class by class, with the decayed scores
- wbf_mean, wbf_highest: ensemble_boxes.weighted_boxes_fusion with conf_type "avg" and "max"

Boxes are x1, y1, x2, y2 in 0...1, as ensemble_boxes takes them; scores are distinct floats of 32 bits.
"""

import json
import pathlib

import numpy as np
import torch
import torchvision
from ensemble_boxes import weighted_boxes_fusion
from ensemble_boxes.ensemble_boxes_nms import cpu_soft_nms_float


def boxes_around(random, objects, count):
    """Boxes around objects, as detectors give them: shifted and scaled by up to a fifth."""
    chosen = objects[random.integers(0, len(objects), count)]
    x, y, width, height, label = chosen.T
    x = x + random.uniform(-0.2, 0.2, count) * width
    y = y + random.uniform(-0.2, 0.2, count) * height
    width = width * random.uniform(0.8, 1.2, count)
    height = height * random.uniform(0.8, 1.2, count)
    boxes = np.clip(np.stack([x, y, x + width, y + height], 1), 0, 1)
    return np.round(boxes, 4), label.astype(int)


def lists_of(random):
    objects = np.stack(
        [
            random.uniform(0, 0.7, 12),
            random.uniform(0, 0.7, 12),
            random.uniform(0.05, 0.3, 12),
            random.uniform(0.05, 0.3, 12),
            random.integers(0, 3, 12),
        ],
        1,
    )
    counts = random.integers(8, 40, 3)
    scores = random.uniform(0.05, 0.99, counts.sum()).astype(np.float32)
    lists = []
    for count, part in zip(counts, np.split(scores, np.cumsum(counts)[:-1])):
        boxes, labels = boxes_around(random, objects, count)
        lists.append((boxes, part.astype(float), labels))
    return lists


def rows(boxes, scores, labels):
    order = np.argsort(-np.asarray(scores), kind="stable")
    return [
        [*(float(v) for v in boxes[i]), int(labels[i]), float(scores[i])] for i in order
    ]


def hard(boxes, scores, labels, threshold):
    kept = torchvision.ops.batched_nms(
        torch.tensor(boxes), torch.tensor(scores), torch.tensor(labels), threshold
    ).numpy()
    return rows(boxes[kept], scores[kept], labels[kept])


def diou(boxes, scores, labels, threshold):
    overlap = torchvision.ops.distance_box_iou(torch.tensor(boxes), torch.tensor(boxes)).numpy()
    kept = []
    for i in np.argsort(-scores):
        if all(labels[j] != labels[i] or overlap[j, i] <= threshold for j in kept):
            kept.append(i)
    return rows(boxes[kept], scores[kept], labels[kept])


def soft(boxes, scores, labels, lowest):
    found = []
    for label in np.unique(labels):
        part = labels == label
        decayed = scores[part].copy()
        kept = cpu_soft_nms_float(
            boxes[part].copy(), decayed, Nt=0.5, sigma=0.5, thresh=lowest, method=2
        )
        # The function sorts the scores like the boxes.
        for index, score in zip(kept, decayed[decayed > lowest]):
            found.append((boxes[part][index], score, label))
    return rows(*(np.array(column) for column in zip(*found)))


def fused(lists, threshold, conf_type):
    boxes, scores, labels = weighted_boxes_fusion(
        [b for b, _, _ in lists],
        [s for _, s, _ in lists],
        [l for _, _, l in lists],
        iou_thr=threshold,
        conf_type=conf_type,
    )
    return rows(boxes, scores, labels)


def main():
    random = np.random.default_rng(20)
    cases = []
    for number in range(6):
        lists = lists_of(random)
        together = tuple(np.concatenate(column) for column in zip(*lists))
        threshold = [0.3, 0.5, 0.55, 0.6, 0.7, 0.45][number]
        cases.append(
            {
                "threshold": threshold,
                "lowest": 0.1,
                "lists": [rows(*part) for part in lists],
                "hard": hard(*together, threshold),
                "diou": diou(*together, threshold),
                "soft": soft(*together, 0.1),
                "wbf_mean": fused(lists, threshold, "avg"),
                "wbf_highest": fused(lists[:1], threshold, "max"),
            }
        )
    path = pathlib.Path(__file__).with_name("merging.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
