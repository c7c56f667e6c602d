#!/usr/bin/env python3
"""Random masks with the twelve numbers of faster-coco-eval 1.8.0 for its iouType "boundary" and "segm".

    python3 make_boundary.py boundary.json
"""
import contextlib
import io
import json
import sys

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from pycocotools import mask as masks

NAMES = ["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge", "AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"]


def rle(bitmap):
    code = masks.encode(np.asfortranarray(bitmap.astype(np.uint8)))
    return {"size": [int(v) for v in code["size"]], "counts": code["counts"].decode()}


def blob(rng, height, width):
    """An ellipse with a hole now and then; it may be cut by the edge of the image."""
    y, x = np.mgrid[:height, :width]
    cy, cx = rng.uniform(0, height), rng.uniform(0, width)
    ry, rx = rng.uniform(4, height / 2), rng.uniform(4, width / 2)
    mask = ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 <= 1
    if rng.random() < .4:
        mask &= ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 >= rng.uniform(.1, .5)
    return mask


def case(seed, images, height, width):
    rng = np.random.default_rng(seed)
    gt = {"images": [], "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], "annotations": []}
    dt = []
    for i in range(1, images + 1):
        gt["images"].append({"id": i, "file_name": "%d.png" % i, "height": height, "width": width})
        for _ in range(1 + int(rng.random() * 4)):
            mask = blob(rng, height, width)
            if not mask.any():
                continue
            category, code = 1 + int(rng.random() * 2), rle(mask)
            gt["annotations"].append({
                "id": len(gt["annotations"]) + 1, "image_id": i, "category_id": category, "segmentation": code,
                "area": float(mask.sum()), "bbox": [float(v) for v in masks.toBbox(code)],
                "iscrowd": int(rng.random() < .1)})
            for _ in range(int(rng.random() * 3)):
                moved = np.roll(mask, (int(rng.integers(-2, 3)), int(rng.integers(-2, 3))), (0, 1))
                dt.append({"image_id": i, "category_id": category if rng.random() < .9 else 3 - category,
                           "segmentation": rle(moved), "score": round(float(rng.random()), 3)})
    numbers = {}
    for kind in ("segm", "boundary"):
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO(json.loads(json.dumps(gt)))
            e = COCOeval_faster(truth, truth.loadRes(json.loads(json.dumps(dt))), kind)
            e.evaluate()
            e.accumulate()
            e.summarize()
        numbers[kind] = dict(zip(NAMES, (float(v) for v in e.stats)))
    return {"groundTruth": gt, "found": dt, "numbers": numbers}


def main():
    cases = [case(1, 10, 60, 90), case(2, 14, 100, 40), case(3, 6, 130, 170)]
    with open(sys.argv[1], "w") as f:
        json.dump(cases, f, separators=(",", ":"))


if __name__ == "__main__":
    main()
