#!/usr/bin/env python3
"""Random tables of Open Images with the AP of its challenge, in plain numpy.

    python3 make_openimages_tables.py tables.json

The AP of one class is that of make_openimages.py of EvaluationTests. Around it are the steps of the challenge's protocol
(challenge_evaluation.md, oid_hierarchical_labels_expansion.py and `OpenImagesChallengeEvaluator` of TensorFlow's
object_detection): boxes and positive labels count for all classes above theirs and negative labels for all below, and
detections of classes that are neither verified nor labeled in an image are left out. Detections are expanded like boxes.
"""
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../EvaluationTests/Golden"))
from make_openimages import evaluate  # noqa: E402

LABELS = ["/m/animal", "/m/car", "/m/cat", "/m/dog"]
PARENTS = {"/m/cat": ["/m/animal"], "/m/dog": ["/m/animal"]}
CHILDREN = {"/m/animal": ["/m/cat", "/m/dog"]}
HIERARCHY = {"LabelName": "/m/0bl9f", "Subcategory": [
    {"LabelName": "/m/animal", "Subcategory": [{"LabelName": "/m/cat"}, {"LabelName": "/m/dog"}]}, {"LabelName": "/m/car"}]}


def csv(columns, rows):
    return "\n".join([columns] + [",".join(str(v) for v in r) for r in rows]) + "\n"


def expanded(rows, others):
    """Rows of (image, label, ...), with copies for other labels."""
    return rows + [(r[0], other, *r[2:]) for r in rows for other in others.get(r[1], [])]


def scores(boxes, labels, found, images):
    known = {(i, l) for i, l, *_ in boxes + labels}
    gt = {"images": [{"id": i} for i in images], "categories": [{"id": l} for l in LABELS], "annotations": [
        {"image_id": i, "category_id": l, "bbox": [x0, y0, x1 - x0, y1 - y0], "iscrowd": g} for i, l, x0, x1, y0, y1, g in boxes]}
    dt = [{"image_id": i, "category_id": l, "score": s, "bbox": [x0, y0, x1 - x0, y1 - y0]}
          for i, l, s, x0, x1, y0, y1 in found if not labels or (i, l) in known]
    return evaluate(gt, dt)


def case(seed, count):
    rng = np.random.default_rng(seed)
    images = ["%016x" % rng.integers(1 << 60) for _ in range(count)]
    boxes, labels, found = [], [], []
    for i in images:
        present = [l for l in LABELS[1:] if rng.random() < .5]
        for label in LABELS[1:]:
            if label in present:
                labels.append((i, label, 1))
            elif rng.random() < .4:
                # Absent, or now and then present without a box.
                labels.append((i, label, int(rng.random() < .3)))
        for label in present:
            for _ in range(1 + int(rng.random() * 3)):
                x0, y0 = rng.uniform(0, .6, 2)
                x1, y1 = x0 + rng.uniform(.1, .4), y0 + rng.uniform(.1, .4)
                boxes.append((i, label, *(round(float(v), 6) for v in (x0, x1, y0, y1)), int(rng.random() < .2)))
                for _ in range(int(rng.random() * 3)):
                    moved = [round(float(v + rng.normal(0, .02)), 6) for v in (x0, x1, y0, y1)]
                    found.append((i, label if rng.random() < .8 else str(rng.choice(LABELS)), round(float(rng.random()), 4), *moved))
        for _ in range(int(rng.random() * 6)):
            x0, y0 = rng.uniform(0, .6, 2)
            found.append((i, str(rng.choice(LABELS)), round(float(rng.random()), 4), *(
                round(float(v), 6) for v in (x0, x0 + rng.uniform(.1, .4), y0, y0 + rng.uniform(.1, .4)))))
    images.sort()
    negative, positive = [r for r in labels if not r[2]], [r for r in labels if r[2]]
    # The columns of the releases, and those of the challenge.
    wide = seed % 2 == 0
    return {
        "boxes": csv("ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside",
                     [(b[0], "xclick", b[1], 1, *b[2:6], 0, 0, b[6], 0, 0) for b in boxes]) if wide
        else csv("ImageID,LabelName,XMin,XMax,YMin,YMax,IsGroupOf", boxes),
        "labels": csv("ImageID,Source,LabelName,Confidence", [(r[0], "verification", *r[1:]) for r in labels]) if wide
        else csv("ImageID,LabelName,Confidence", labels),
        "found": csv("ImageID,LabelName,Score,XMin,XMax,YMin,YMax", found), "hierarchy": HIERARCHY,
        # The images of the table of boxes only.
        "plain": scores(boxes, [], found, sorted({b[0] for b in boxes})), "verified": scores(boxes, labels, found, images),
        "expanded": scores(expanded(boxes, PARENTS), expanded(positive, PARENTS) + expanded(negative, CHILDREN),
                           expanded(found, PARENTS), images)}


def main():
    with open(sys.argv[1], "w") as f:
        json.dump([case(1, 8), case(2, 14)], f, separators=(",", ":"))


if __name__ == "__main__":
    main()
