#!/usr/bin/env python3
"""Random datasets with the answers of torchmetrics 1.9.0, pycocotools 2.0.11 and supervision 0.31.2 to settings that are
options of `glimpse evaluate`.

    python3 make_peers.py lvis.json peers.json

Each run names its peer, the dataset, the peer's setting and the words of the command line that mean the same.
"""
import contextlib
import copy
import io
import json
import sys

import numpy as np
import supervision as sv
import torch
from pycocotools import mask as masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from supervision.metrics import F1Score, Precision, Recall
from supervision.metrics.core import AveragingMethod
from torchmetrics.detection import MeanAveragePrecision

NAMES = ["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge", "AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"]
IOUS = [.5, .55, .6, .65, .7, .75, .8, .85, .9, .95]
RECALLS = np.linspace(0, 1, 101).tolist()


# Data

def rle(bitmap):
    code = masks.encode(np.asfortranarray(bitmap.astype(np.uint8)))
    return {"size": [int(v) for v in code["size"]], "counts": code["counts"].decode()}


def row(bitmap, **fields):
    code = rle(bitmap)
    return {**fields, "segmentation": code, "bbox": [float(v) for v in masks.toBbox(code)]}


def blobs(seed, images, height, width):
    """Ellipses as masks and boxes, up to 9 detections per image and class."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]

    def ellipse(cy, cx, ry, rx):
        return ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 <= 1
    gt = {"images": [], "categories": [{"id": k, "name": n} for k, n in ((1, "ant"), (2, "bee"), (5, "cow"))],
          "annotations": []}
    dt = []
    for i in range(1, images + 1):
        gt["images"].append({"id": i, "file_name": "%d.png" % i, "height": height, "width": width})
        for _ in range(2 + int(rng.random() * 5)):
            shape = [rng.uniform(0, height), rng.uniform(0, width), rng.uniform(3, height / 2), rng.uniform(3, width / 2)]
            mask, category = ellipse(*shape), int(rng.choice([1, 2, 5]))
            gt["annotations"].append(row(
                mask, id=len(gt["annotations"]) + 1, image_id=i, category_id=category, area=float(mask.sum()), iscrowd=0))
            for _ in range(int(rng.random() * 4)):
                moved = ellipse(*(v * rng.uniform(.8, 1.2) for v in shape))
                if moved.any():
                    # Of few digits in base 2, so that 32 bits hold the score.
                    dt.append(row(moved, image_id=i, score=int(rng.integers(1, 4096)) / 4096,
                                  category_id=category if rng.random() < .8 else int(rng.choice([1, 2, 5]))))
    return {"groundTruth": gt, "found": dt}


def grid(seed, images):
    """Objects far from one another: which detection of an object is the match decides nothing."""
    rng = np.random.default_rng(seed)
    gt = {"images": [], "categories": [{"id": k, "name": n} for k, n in ((1, "ant"), (2, "bee"), (5, "cow"))],
          "annotations": []}
    dt = []
    for i in range(1, images + 1):
        gt["images"].append({"id": i, "file_name": "%d.png" % i, "height": 400, "width": 400})
        for cell in range(16):
            w, h = rng.uniform(30, 60, 2)
            box = [cell % 4 * 100 + rng.uniform(5, 35), cell // 4 * 100 + rng.uniform(5, 35), w, h]
            category = int(rng.choice([1, 2, 5]))
            kind = rng.random()
            if kind < .7:
                gt["annotations"].append({"id": len(gt["annotations"]) + 1, "image_id": i, "category_id": category,
                                          "bbox": [float(v) for v in box], "area": float(w * h), "iscrowd": 0})
            # Found one to three times as one class, which may be a wrong one, or where nothing is.
            found = category if rng.random() < .8 else int(rng.choice([1, 2, 5]))
            for _ in range(int(rng.random() * 4) if kind < .85 else 0):
                dt.append({"image_id": i, "category_id": found, "score": int(rng.integers(1, 4096)) / 4096,
                           "bbox": [float(v + o) for v, o in zip(box, rng.normal(0, 5, 4))]})
    return {"groundTruth": gt, "found": dt}


# torchmetrics

def torch_rows(rows, images, is_found):
    def item(i):
        own = [r for r in rows if r["image_id"] == i]
        out = {"boxes": torch.tensor([[r["bbox"][0], r["bbox"][1], r["bbox"][0] + r["bbox"][2], r["bbox"][1] + r["bbox"][3]]
                                      for r in own]).reshape(-1, 4),
               "masks": torch.tensor(np.stack([masks.decode(r["segmentation"]) for r in own]), dtype=torch.bool)
               if own else torch.zeros((0, 1, 1), dtype=torch.bool),
               "labels": torch.tensor([r["category_id"] for r in own], dtype=torch.int)}
        key = "scores" if is_found else "area"
        out[key] = torch.tensor([r["score" if is_found else "area"] for r in own])
        return out
    return [item(i) for i in images]


def with_torchmetrics(data, areas=True, **settings):
    settings = {"iou_thresholds": IOUS, "rec_thresholds": RECALLS, "iou_type": "bbox", **settings}
    metric = MeanAveragePrecision(class_metrics=True, **settings)
    images = [i["id"] for i in data["groundTruth"]["images"]]
    metric.update(torch_rows(data["found"], images, True), torch_rows(data["groundTruth"]["annotations"], images, False))
    values = metric.compute()
    types = [settings["iou_type"]] if isinstance(settings["iou_type"], str) else settings["iou_type"]
    results = []
    for kind in types:
        prefix = kind + "_" if len(types) > 1 else ""
        numbers, classes = {}, None
        for key, value in values.items():
            name = key[len(prefix):]
            if not key.startswith(prefix):
                continue
            if name == "map_per_class":
                classes = value.tolist()
            elif name.startswith(("map", "mar")) and "per_class" not in name:
                end = name[3:].lstrip("_")
                # -1 also where torchmetrics asks for a threshold or limit that the settings do not have.
                if float(value) >= 0 and (areas or end not in ("small", "medium", "large")):
                    numbers[("AP" if name.startswith("map") else "AR") + end] = float(value)
        results.append({"numbers": numbers, "classes": classes})
    arrays = {k: {"shape": list(values[k].shape), "values": values[k].flatten().tolist()}
              for k in ("precision", "recall", "scores") if k in values}
    return {"results": results, **({"arrays": arrays} if arrays else {})}


# pycocotools

def coco_eval(data, change, kind="bbox"):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = copy.deepcopy(data["groundTruth"])
        for annotation in truth.dataset["annotations"]:
            annotation.setdefault("iscrowd", 0)
        truth.createIndex()
        e = COCOeval(truth, truth.loadRes(copy.deepcopy(data["found"])), kind)
        change(e.params)
        e.evaluate()
        e.accumulate()
    return e


def mean(values):
    values = values[values > -1]
    return float(np.mean(values)) if len(values) else -1.


def with_pycocotools(data, kind="bbox", areas=None, **params):
    """AP and AR at all thresholds, of each area and limit, and AP of each class."""
    def change(p):
        for key, value in params.items():
            setattr(p, key, value)
        if areas:
            p.areaRng, p.areaRngLbl = [[0, 1e10]] + [r for _, r in areas], ["all"] + [n for n, _ in areas]
    e = coco_eval(data, change, kind)
    precision, recall = e.eval["precision"], e.eval["recall"]
    numbers = {"AP": mean(precision[..., 0, -1])}
    for k, name in enumerate(e.params.areaRngLbl[1:]):
        numbers["AP" + name] = mean(precision[..., k + 1, -1])
        numbers["AR" + name] = mean(recall[..., k + 1, -1])
    for k, limit in enumerate(e.params.maxDets):
        numbers["AR%d" % limit] = mean(recall[..., 0, k])
    return {"results": [{"numbers": numbers, "classes": [mean(precision[:, :, k, 0, -1]) for k in range(precision.shape[2])]}]}


def matches(data, ious):
    """For each row of the results, the row of the matched annotation at each threshold, or -1."""
    e = coco_eval(data, lambda p: setattr(p, "iouThrs", np.array(ious)))
    rows = {a["id"]: k for k, a in enumerate(data["groundTruth"]["annotations"])}
    out = [None] * len(data["found"])
    for image in e.evalImgs:
        if image is None or image["aRng"] != [0, 1e10]:
            continue
        for k, number in enumerate(image["dtIds"]):
            out[number - 1] = [rows[int(m)] if m > 0 else -1 for m in image["dtMatches"][:, k]]
    return out


# supervision

def with_supervision(data, confidence, iou):
    classes = [c["id"] for c in data["groundTruth"]["categories"]]

    def detections(rows, image):
        own = [r for r in rows if r["image_id"] == image]
        if not own:
            return sv.Detections.empty()
        boxes = np.array([r["bbox"] for r in own])
        boxes[:, 2:] += boxes[:, :2]
        return sv.Detections(
            xyxy=boxes, class_id=np.array([classes.index(r["category_id"]) for r in own]),
            confidence=np.array([r.get("score", 1.) for r in own]))
    images = [i["id"] for i in data["groundTruth"]["images"]]
    truth = [detections(data["groundTruth"]["annotations"], i) for i in images]
    found = [detections(data["found"], i) for i in images]
    matrix = sv.ConfusionMatrix.from_detections(
        predictions=found, targets=truth, classes=[str(c) for c in classes], conf_threshold=confidence, iou_threshold=iou)
    # These have no threshold of confidence.
    sure = [f[f.confidence >= confidence] if len(f) else f for f in found]
    place = IOUS.index(iou)
    counts = {}
    for name, average in (("micro", AveragingMethod.MICRO), ("macro", AveragingMethod.MACRO)):
        def rate(metric, scores):
            return float(getattr(metric(averaging_method=average).update(sure, truth).compute(), scores)[place])
        counts[name] = {"precision": rate(Precision, "precision_scores"), "recall": rate(Recall, "recall_scores"),
                        "F1": rate(F1Score, "f1_scores")}
    return {"confusion": matrix.matrix.astype(int).tolist(), "counts": counts}


def main():
    data = [blobs(1, 6, 60, 90), blobs(2, 8, 150, 110), grid(3, 4), grid(4, 6)]
    lvis = json.load(open(sys.argv[1]))
    runs = []

    def run(peer, number, words, answer):
        runs.append({"peer": peer, "data": number, "words": words.split(), **answer})
    for k in (0, 1):
        d = data[k]
        for words, settings in (
                ("--iou-thresholds 0.3,0.5,0.6,0.75", {"iou_thresholds": [.3, .5, .6, .75]}),
                ("--recall-points 0,0.15,0.5,0.9", {"rec_thresholds": [0., .15, .5, .9]}),
                ("--max-dets 2,3,50", {"max_detection_thresholds": [2, 3, 50], "backend": "faster_coco_eval"}),
                ("--class-agnostic", {"average": "micro"}),
                ("--iou-type segm --class-agnostic --iou-thresholds 0.5,0.75",
                 {"iou_type": "segm", "average": "micro", "iou_thresholds": [.5, .75], "areas": False}),
                ("--iou-type bbox,segm", {"iou_type": ("bbox", "segm"), "areas": False})):
            answer = with_torchmetrics(d, **settings)
            if "agnostic" in words:
                # torchmetrics lists the classes even then.
                answer["results"][0]["classes"] = None
            run("torchmetrics", k, words, answer)
        answer = with_torchmetrics(d, iou_thresholds=[.5, .75], rec_thresholds=[0., .3, .6, .9], extended_summary=True)
        answer["results"][0]["numbers"] = {}
        run("torchmetrics", k, "--iou-thresholds 0.5,0.75 --recall-points 0,0.3,0.6,0.9",
            {**answer, "matches": matches(d, [.5, .75])})
        run("pycocotools", k, "--classes ant,cow", with_pycocotools(d, catIds=[1, 5]))
        run("pycocotools", k, "--ignore-classes bee", with_pycocotools(d, catIds=[1, 5]))
        run("pycocotools", k, "--ignore-classes ant,2 --iou-type segm", with_pycocotools(d, "segm", catIds=[2]))
        run("pycocotools", k, "--iou-thresholds 0.3:0.7:0.1", with_pycocotools(d, iouThrs=np.linspace(.3, .7, 5)))
        run("pycocotools", k, "--iou-type segm --areas nano:0-400,rest:400-",
            with_pycocotools(d, "segm", areas=[("nano", [0, 400]), ("rest", [400, 1e10])]))
        run("pycocotools", "lvis %d" % k, "--rules coco", with_pycocotools(lvis[k]))
    for k in (2, 3):
        for confidence, iou in ((.3, .5), (.6, .75)):
            run("supervision", k, "--at-conf %g --at-iou %g" % (confidence, iou), with_supervision(data[k], confidence, iou))
    with open(sys.argv[2], "w") as f:
        json.dump({"data": data, "runs": runs}, f, separators=(",", ":"))


if __name__ == "__main__":
    main()
