#!/usr/bin/env python3
"""The numbers of pycocotools 2.0.11 for the cases of cases.json with other settings than COCO's.

    python3 make_settings.py cases.json settings.json

Each setting changes `COCOeval.params` as a user of pycocotools does. AP and AR are means over parts of
`COCOeval.eval`, as in `summarize`; the area under the curve and the counts at one confidence are taken from
`COCOeval.evalImgs`. The confusion matrices come from make_extras.py.
"""
import contextlib
import copy
import io
import json
import sys

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from make_extras import by_image, confusion

ALL = [0, 1e10]
CASES = [0, 1, 3, 5, 7, 10, 13, 16]


def evaluate(gt, dt, change):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = copy.deepcopy(gt)
        coco.createIndex()
        results = COCO()
        results.dataset = {"images": gt["images"], "categories": gt["categories"], "annotations": [
            {**d, "id": k + 1, "area": d["bbox"][2] * d["bbox"][3], "iscrowd": 0} for k, d in enumerate(copy.deepcopy(dt))]}
        results.createIndex()
        e = COCOeval(coco, results, "bbox")
        change(e.params)
        e.evaluate()
        e.accumulate()
    return e


def mean(values):
    values = values[values > -1]
    return float(np.mean(values)) if len(values) else -1.


def percent(iou):
    return ("%.2f" % (iou * 100)).rstrip("0").rstrip(".")


def areas_under_curves(e):
    """[iou, class, area] with the largest limit, from the matches."""
    p = e.params
    cats = p.catIds if p.useCats else [-1]
    out = -np.ones((len(p.iouThrs), len(cats), len(p.areaRng)))
    for k in range(len(cats)):
        for a in range(len(p.areaRng)):
            start = (k * len(p.areaRng) + a) * len(p.imgIds)
            rows = [r for r in e.evalImgs[start:start + len(p.imgIds)] if r is not None]
            if not rows:
                continue
            count = sum(int((r["gtIgnore"] == 0).sum()) for r in rows)
            if count == 0:
                continue
            order = np.argsort(-np.concatenate([r["dtScores"] for r in rows]), kind="mergesort")
            matched = np.concatenate([r["dtMatches"] for r in rows], axis=1)[:, order]
            ignored = np.concatenate([r["dtIgnore"] for r in rows], axis=1)[:, order]
            for t in range(len(p.iouThrs)):
                tp = np.cumsum((matched[t] > 0) & (ignored[t] == 0))
                fp = np.cumsum((matched[t] == 0) & (ignored[t] == 0))
                recall, precision = tp / count, tp / np.maximum(tp + fp, np.spacing(1))
                envelope = np.maximum.accumulate(precision[::-1])[::-1]
                out[t, k, a] = np.sum(np.diff(np.concatenate([[0], recall])) * envelope)
    return out


def numbers(e, names, classes, every):
    p = e.params
    precision, recall = e.eval["precision"][:, :, classes], e.eval["recall"][:, classes]
    area = areas_under_curves(e)[:, classes] if every else None

    def ap(t, a):
        return mean(area[t][..., a]) if every else mean(precision[t][..., a, -1])

    def index(iou):
        near = [k for k, t in enumerate(p.iouThrs) if abs(t - iou) < 1e-9]
        return near[:1]
    out = {"AP": ap(slice(None), 0)}
    for name, iou in (("AP50", .5), ("AP75", .75)):
        if index(iou):
            out[name] = ap(slice(index(iou)[0], index(iou)[0] + 1), 0)
    for a, name in enumerate(names):
        out["AP" + name] = ap(slice(None), a + 1)
        out["AR" + name] = mean(recall[:, :, a + 1, -1])
    for k, limit in enumerate(p.maxDets):
        out["AR%d" % limit] = mean(recall[:, :, 0, k])
    if len(p.iouThrs) != 10:
        for t, iou in enumerate(p.iouThrs):
            out["AP" + percent(iou)] = ap(slice(t, t + 1), 0)
            out["AR@" + percent(iou)] = mean(recall[t, :, 0, -1])
    return out


def counts(e, confidence):
    """[TP, FP, objects] of each class at the first threshold, from the matches."""
    p, out = e.params, []
    for k in range(len(p.catIds)):
        start = k * len(p.areaRng) * len(p.imgIds)
        rows = [r for r in e.evalImgs[start:start + len(p.imgIds)] if r is not None]
        tp = fp = objects = 0
        for r in rows:
            sure = np.array(r["dtScores"]) >= confidence
            hit = r["dtMatches"][0] > 0
            counted = r["dtIgnore"][0] == 0
            tp += int((sure & hit & counted).sum())
            fp += int((sure & ~hit & counted).sum())
            objects += int((r["gtIgnore"] == 0).sum())
        out.append([tp, fp, objects])
    return out


def main():
    cases = json.load(open(sys.argv[1]))
    coco_areas = (["small", "medium", "large"], [ALL, [0, 1024], [1024, 9216], [9216, 1e10]])

    def settings(gt):
        cats = sorted(c["id"] for c in gt["categories"])
        yield "coco", {}, *coco_areas
        yield "thresholds", {"iouThrs": np.array([.3, .5, .625, .75])}, *coco_areas
        yield "recall11", {"recThrs": np.linspace(0, 1, 11)}, *coco_areas
        yield "recallAll", {}, *coco_areas
        yield "limits", {"maxDets": [1, 3, 200]}, *coco_areas
        yield "areas", {}, ["nano", "rest"], [ALL, [0, 2000], [2000, 1e10]]
        yield "inclusive", {}, *coco_areas
        yield "agnostic", {"useCats": 0}, *coco_areas
        yield "classes", {"catIds": cats[:-1] if len(cats) > 1 else cats}, *coco_areas
    out = []
    for number in CASES:
        gt, dt = cases[number]["groundTruth"], cases[number]["found"]
        for name, params, names, ranges in settings(gt):
            truth, found = copy.deepcopy(gt), copy.deepcopy(dt)
            if name == "inclusive":
                for row in truth["annotations"] + found:
                    own = row.get("area") == row["bbox"][2] * row["bbox"][3]
                    row["bbox"][2] += 1
                    row["bbox"][3] += 1
                    if own:
                        row["area"] = row["bbox"][2] * row["bbox"][3]

            def change(p):
                for key, value in params.items():
                    setattr(p, key, value)
                p.areaRng, p.areaRngLbl = ranges, ["all"] + names
            e = evaluate(truth, found, change)
            every = name == "recallAll"
            count = e.eval["precision"].shape[2]
            out.append({
                "case": number, "setting": name, "numbers": numbers(e, names, slice(None), every),
                "classes": [numbers(e, names, slice(k, k + 1), every) for k in range(count)]})
        images = sorted(i["id"] for i in gt["images"])
        classes = sorted(c["id"] for c in gt["categories"])
        e = evaluate(gt, dt, lambda p: setattr(p, "iouThrs", np.array([.3])))
        matrix = confusion(by_image(gt["annotations"], images), by_image(dt, images), images, classes, .6, .3)
        out.append({"case": number, "setting": "point", "counts": counts(e, .6), "confusion": matrix.tolist() if hasattr(matrix, "tolist") else matrix})
    with open(sys.argv[2], "w") as f:
        json.dump(out, f, separators=(",", ":"))


if __name__ == "__main__":
    main()
