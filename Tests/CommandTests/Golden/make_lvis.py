#!/usr/bin/env python3
"""Random federated datasets with the numbers of lvis-api 0.5.3.

    python3 make_lvis.py lvis.json

Each case is a ground truth in LVIS's format, boxes and masks of detections, and `LVISEval`'s results for both.
"""
import contextlib
import io
import json
import logging
import os
import sys
import tempfile

import numpy as np
from pycocotools import mask as masks

np.float = float  # lvis-api uses the name that numpy 1.24 removed.
from lvis import LVIS, LVISEval, LVISResults  # noqa: E402

logging.disable(logging.CRITICAL)


def polygon(box):
    x, y, w, h = box
    return [[x, y, x + w, y, x + w, y + h * .7, x + w * .5, y + h, x, y + h * .7]]


def case(seed, images, classes, limit):
    rng = np.random.default_rng(seed)
    size = 160
    frequency = ["r", "c", "f"]
    gt = {"images": [], "categories": [{"id": 3 * c + 1, "name": "class %d" % c, "frequency": frequency[c % 3]}
                                       for c in range(classes)], "annotations": []}
    cats, found = [c["id"] for c in gt["categories"]], []
    for i in range(images):
        present = [c for c in cats if rng.random() < .4]
        rest = [c for c in cats if c not in present]
        gt["images"].append({
            "id": 10 + i, "file_name": "%d.jpg" % i, "width": size, "height": size,
            "neg_category_ids": [c for c in rest if rng.random() < .4],
            "not_exhaustive_category_ids": [c for c in present if rng.random() < .3]})
        for c in present:
            for _ in range(1 + int(rng.random() * 3)):
                w, h = np.round(rng.uniform(6, 110, 2), 1)
                x, y = np.round(rng.uniform(0, size - np.array([w, h])), 1)
                box = [float(v) for v in (x, y, w, h)]
                rle = masks.frPyObjects(polygon(box), size, size)
                gt["annotations"].append({
                    "id": len(gt["annotations"]) + 1, "image_id": 10 + i, "category_id": c, "bbox": box,
                    "area": float(masks.area(masks.merge(rle))), "segmentation": polygon(box)})
                for _ in range(int(rng.random() * 3)):
                    off = np.round(rng.normal(0, 4, 4), 1)
                    moved = [float(round(max(v + o, 1), 1)) for v, o in zip(box, off)]
                    label = c if rng.random() < .8 else int(rng.choice(cats))
                    found.append((10 + i, label, moved))
        for _ in range(int(rng.random() * 12)):
            w, h = np.round(rng.uniform(6, 80, 2), 1)
            x, y = np.round(rng.uniform(0, size - np.array([w, h])), 1)
            found.append((10 + i, int(rng.choice(cats)), [float(v) for v in (x, y, w, h)]))
    # Two digits, so that scores tie.
    rows = [{"image_id": i, "category_id": c, "bbox": b, "score": float(np.round(rng.random(), 2))} for i, c, b in found]
    out = {"limit": limit, "groundTruth": gt, "found": rows, "numbers": {}}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "gt.json")
        json.dump(gt, open(path, "w"))
        for kind in ("bbox", "segm"):
            dt = json.loads(json.dumps(rows))
            if kind == "segm":
                for d in dt:
                    rle = masks.merge(masks.frPyObjects(polygon(d.pop("bbox")), size, size))
                    d["segmentation"] = {"size": rle["size"], "counts": rle["counts"].decode()}
                out["foundMasks"] = json.loads(json.dumps(dt))
            with contextlib.redirect_stdout(io.StringIO()):
                truth = LVIS(path)
                e = LVISEval(truth, LVISResults(truth, dt, max_dets=limit), kind)
                e.params.max_dets = limit
                e.run()
            names = {"AP": "AP", "AP50": "AP50", "AP75": "AP75", "APs": "APsmall", "APm": "APmedium", "APl": "APlarge",
                     "APr": "APr", "APc": "APc", "APf": "APf", "AR@%d" % limit: "AR%d" % limit,
                     "ARs@%d" % limit: "ARsmall", "ARm@%d" % limit: "ARmedium", "ARl@%d" % limit: "ARlarge"}
            out["numbers"][kind] = {names[k]: float(v) for k, v in e.get_results().items()}
    return out


def main():
    cases = [case(1, 12, 5, 300), case(2, 25, 9, 300), case(3, 8, 3, 6), case(4, 30, 12, 300)]
    with open(sys.argv[1], "w") as f:
        json.dump(cases, f, separators=(",", ":"))


if __name__ == "__main__":
    main()
