#!/usr/bin/env python3
"""Pascal VOC's AP, the best F1 and the confusion matrix for the cases of make_cases.py, in plain numpy.

    python3 make_cases.py --seed 4711 --count 20 --out cases && python3 make_extras.py cases cases.json

Joins each case's gt.json, dt.json and expected.json (pycocotools' answers) with the numbers of this script into one file.
The algorithms are written down from the VOC development kit (VOCevaldet.m, VOCap.m) and from the doc comments of
PascalMetric, OperatingCurve and ConfusionMatrix, without a look at how the package computes them.
"""
import json
import os
import sys

import numpy as np


def overlap(d, t, crowd):
    """bbIou of maskApi.c."""
    w = min(d[0] + d[2], t[0] + t[2]) - max(d[0], t[0])
    h = min(d[1] + d[3], t[1] + t[3]) - max(d[1], t[1])
    if w <= 0 or h <= 0:
        return 0.
    return w * h / (d[2] * d[3] if crowd else d[2] * d[3] + t[2] * t[3] - w * h)


def by_image(rows, images, category=None):
    return {i: [r for r in rows if r["image_id"] == i and category in (None, r["category_id"])] for i in images}


def ranked(dets, images):
    """All detections, image after image, then stably by falling score."""
    flat = [d for i in images for d in sorted(dets[i], key=lambda d: -d["score"])]
    return [flat[k] for k in np.argsort([-d["score"] for d in flat], kind="stable")] if flat else []


def pascal(truths, dets, images):
    """VOC's AP by the rules of 2007 and of 2010; crowds stand in for difficult truths."""
    count = sum(not t["iscrowd"] for i in images for t in truths[i])
    if count == 0:
        return -1., -1.
    taken, tp, fp = set(), [], []
    for d in ranked(dets, images):
        best, holder = -1., None
        for t in truths[d["image_id"]]:
            o = overlap(d["bbox"], t["bbox"], t["iscrowd"])
            if o > best:
                best, holder = o, t
        if holder is not None and best >= .5:
            if holder["iscrowd"]:
                right, wrong = 0, 0
            else:
                right, wrong = (0, 1) if holder["id"] in taken else (1, 0)
                taken.add(holder["id"])
        else:
            right, wrong = 0, 1
        tp.append(right)
        fp.append(wrong)
    tp, fp = np.cumsum(tp), np.cumsum(fp)
    recall = tp / count
    precision = tp / np.maximum(tp + fp, np.finfo(float).eps)
    eleven = 0.
    for k in range(11):
        reached = precision[recall >= k * .1] if len(precision) else precision
        eleven += (reached.max() if len(reached) else 0.) / 11
    r, p = np.concatenate([[0.], recall, [1.]]), np.concatenate([[0.], precision, [0.]])
    for k in range(len(p) - 2, -1, -1):
        p[k] = max(p[k], p[k + 1])
    steps = np.where(r[1:] != r[:-1])[0]
    return float(eleven), float(((r[steps + 1] - r[steps]) * p[steps + 1]).sum())


def best_f1(truths, dets, images):
    """[score, right, wrong] of the highest F1 at IoU 0.5 by COCO's matching, or None."""
    count = sum(not t["iscrowd"] for i in images for t in truths[i])
    counted = []
    for i in images:
        free = [t for t in truths[i] if not t["iscrowd"]]
        crowds = [t for t in truths[i] if t["iscrowd"]]
        for d in sorted(dets[i], key=lambda d: -d["score"])[:100]:
            best, holder = .5, None
            for t in free:
                if overlap(d["bbox"], t["bbox"], 0) >= best:
                    best, holder = overlap(d["bbox"], t["bbox"], 0), t
            if holder is not None:
                free.remove(holder)
                counted.append((d["score"], 1))
            elif all(overlap(d["bbox"], t["bbox"], 1) < .5 for t in crowds):
                # In the range of all areas a detection is out of range only beyond 1e10 square pixels.
                counted.append((d["score"], 0))
    best = None
    for s in sorted({c[0] for c in counted}, reverse=True):
        right = sum(c[1] for c in counted if c[0] >= s)
        wrong = sum(1 - c[1] for c in counted if c[0] >= s)
        f1 = 2 * right / (right + wrong + count)
        if right and count and (best is None or f1 > best[0]):
            best = (f1, s, right, wrong)
    return list(best[1:]) if best else None


def confusion(truths, dets, images, classes, confidence=.25, iou=.5):
    """Row: found as, column: is; the background comes last."""
    n = len(classes)
    m = np.zeros((n + 1, n + 1), int)
    for i in images:
        found = [d for d in dets[i] if d["score"] >= confidence and d["category_id"] in classes]
        here = [t for t in truths[i] if not t["iscrowd"]]
        pairs = []
        for a, d in enumerate(found):
            for b, t in enumerate(here):
                o = overlap(d["bbox"], t["bbox"], 0)
                if o >= iou:
                    pairs.append((-o, -d["score"], classes.index(d["category_id"]), a, classes.index(t["category_id"]), b))
        used_d, used_t = set(), set()
        for _, _, c, a, k, b in sorted(pairs):
            if a not in used_d and b not in used_t:
                used_d.add(a)
                used_t.add(b)
                m[c, k] += 1
        for a, d in enumerate(found):
            if a not in used_d and all(overlap(d["bbox"], t["bbox"], 1) < iou for t in truths[i] if t["iscrowd"]):
                m[classes.index(d["category_id"]), n] += 1
        for b, t in enumerate(here):
            if b not in used_t:
                m[n, classes.index(t["category_id"])] += 1
    return m.ravel().tolist()


def main():
    folder, out = sys.argv[1:]
    cases = []
    for name in sorted(os.listdir(folder)):
        gt, dt, expected = (json.load(open(os.path.join(folder, name, f + ".json"))) for f in ("gt", "dt", "expected"))
        images = sorted(i["id"] for i in gt["images"])
        classes = sorted(c["id"] for c in gt["categories"])
        rows = []
        for c in classes:
            truths, dets = by_image(gt["annotations"], images, c), by_image(dt, images, c)
            eleven, area = pascal(truths, dets, images)
            rows.append({"ap2007": eleven, "ap2010": area, "best": best_f1(truths, dets, images)})
        matrix = confusion(by_image(gt["annotations"], images), by_image(dt, images), images, classes)
        keep = {k: expected[k] for k in ("main", "stats", "per_class")}
        cases.append({"groundTruth": gt, "found": dt, "extras": {"classes": rows, "confusion": matrix}, **keep})
    with open(out, "w") as f:
        json.dump(cases, f, separators=(",", ":"))


if __name__ == "__main__":
    main()
