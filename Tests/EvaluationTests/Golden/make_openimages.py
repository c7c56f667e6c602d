#!/usr/bin/env python3
"""The AP of the Open Images challenge for the cases of make_cases.py, in plain numpy.

    python3 make_openimages.py cases.json openimages.json

Written down from `_compute_tp_fp_for_single_class` (per_image_evaluation.py), `compute_precision_recall` and
`compute_average_precision` (metrics.py) of TensorFlow's object_detection, with group_of_weight 1. Crowds stand in for
group-of boxes. The second number of a case is that with the last class as the parent of the first.
"""
import copy
import json
import sys

import numpy as np

from make_extras import overlap


def single_image(dets, truths, threshold=.5):
    """Scores and labels of one image and class."""
    dets = sorted(dets, key=lambda d: -d["score"])
    scores = np.array([d["score"] for d in dets])
    single = [t for t in truths if not t["iscrowd"]]
    groups = [t for t in truths if t["iscrowd"]]
    iou = np.array([[overlap(d["bbox"], t["bbox"], 0) for t in single] for d in dets]).reshape(len(dets), len(single))
    ioa = np.array([[overlap(d["bbox"], t["bbox"], 1) for t in groups] for d in dets]).reshape(len(dets), len(groups))
    tp = np.zeros(len(dets), bool)
    in_group = np.zeros(len(dets), bool)
    if iou.shape[1] > 0:
        ids, detected = np.argmax(iou, axis=1) if len(dets) else [], np.zeros(iou.shape[1], bool)
        for i in range(len(dets)):
            if iou[i, ids[i]] >= threshold and not detected[ids[i]]:
                tp[i] = detected[ids[i]] = True
    group_scores = np.zeros(ioa.shape[1])
    if ioa.shape[1] > 0 and len(dets):
        ids = np.argmax(ioa, axis=1)
        for i in range(len(dets)):
            if not tp[i] and ioa[i, ids[i]] >= threshold:
                in_group[i] = True
                group_scores[ids[i]] = max(group_scores[ids[i]], scores[i])
    kept = group_scores[group_scores > 0]
    return (np.concatenate([scores[~in_group], kept]), np.concatenate([tp[~in_group], np.ones(len(kept), bool)]))


def average_precision(scores, labels, count):
    order = np.argsort(-scores, kind="stable")
    labels = labels[order].astype(float)
    tp, fp = np.cumsum(labels), np.cumsum(1 - labels)
    precision, recall = tp / np.maximum(tp + fp, 1), tp / count
    recall = np.concatenate([[0], recall, [1]])
    precision = np.concatenate([[0], precision, [0]])
    for i in range(len(precision) - 2, -1, -1):
        precision[i] = max(precision[i], precision[i + 1])
    steps = np.where(recall[1:] != recall[:-1])[0] + 1
    return float(np.sum((recall[steps] - recall[steps - 1]) * precision[steps]))


def evaluate(gt, dt):
    out = []
    for c in sorted(c["id"] for c in gt["categories"]):
        scores, labels, count = [], [], 0
        for i in sorted(i["id"] for i in gt["images"]):
            truths = [t for t in gt["annotations"] if t["image_id"] == i and t["category_id"] == c]
            s, t = single_image([d for d in dt if d["image_id"] == i and d["category_id"] == c], truths)
            scores.append(s)
            labels.append(t)
            count += len(truths)
        out.append(average_precision(np.concatenate(scores), np.concatenate(labels), count) if count else -1.)
    return out


def main():
    out = []
    for case in json.load(open(sys.argv[1])):
        gt, dt = case["groundTruth"], case["found"]
        ids = sorted(c["id"] for c in gt["categories"])
        wide, found = copy.deepcopy(gt), copy.deepcopy(dt)
        wide["annotations"] += [{**t, "category_id": ids[-1]} for t in gt["annotations"] if t["category_id"] == ids[0] != ids[-1]]
        found += [{**d, "category_id": ids[-1]} for d in dt if d["category_id"] == ids[0] != ids[-1]]
        out.append({"classes": evaluate(gt, dt), "expanded": evaluate(wide, found)})
    with open(sys.argv[2], "w") as f:
        json.dump(out, f, separators=(",", ":"))


if __name__ == "__main__":
    main()
