#!/usr/bin/env python3
"""Random ground truths and results that are odd but accepted by pycocotools, with its twelve numbers.

    python3 make_odd_cases.py > odd_cases.jsonl          # the golden file: seed 20261, 320 cases
    python3 make_odd_cases.py --glimpse PATH [--seed S] [--count N]   # compares a built program

Needs pycocotools 2.0.11 and numpy. Each line of the golden file holds `type` (bbox or segm),
`count_difficult`, `truth` and `found` (the texts of the two files) and `stats`.

pycocotools stops at a missing `area` and at `iscrowd` without a number. Such files are scored by
Glimpse, and here with what the project documents in their place: the area of the box (bbox) or of the
mask (segm), and 0. Detections of negative size are left out. An object marked `difficult` is ignored
unless difficult objects are counted: an area beyond all area ranges does the same in pycocotools.
"""
import argparse
import contextlib
import copy
import io
import json
import os
import random
import subprocess
import sys
import tempfile

import numpy as np
from pycocotools import mask as masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


class Maker:
    def __init__(self, seed, number):
        self.r = random.Random(seed * 100_003 + number)
        self.type = "segm" if number % 2 else "bbox"
        self.counts_difficult = self.r.random() < 0.3
        self.large = number % 79 == 5

    def chance(self, p):
        return self.r.random() < p

    def ids(self, count):
        """Ids of images or categories: small, with zero and below, beyond 2^53, or texts."""
        kind = self.r.randrange(5)
        if kind == 0:
            ids = list(range(count))
        elif kind == 1:
            ids = self.r.sample(range(-5, 6), count)
        elif kind == 2:
            ids = [2**53 + i for i in self.r.sample(range(0, 4), count)]
        elif kind == 3:
            ids = self.r.sample(["10", "9", "a", "Z", "é", "a7f3", "b b"], count)
        else:
            ids = list(range(1, count + 1))
        self.r.shuffle(ids)
        return ids

    def number(self, low, high):
        value = self.r.uniform(low, high)
        kind = self.r.randrange(4)
        return round(value) if kind == 0 else round(value, 1) if kind == 1 else round(value, 3) if kind == 2 else round(value * 2) / 2

    def box(self):
        kind = self.r.randrange(12)
        x, y = self.number(0, 60), self.number(0, 50)
        w, h = self.number(5, 60), self.number(5, 50)
        if kind == 0:
            x, y = self.number(-40, 0), self.number(-30, 10)
        elif kind == 1:
            w = 0
        elif kind == 2:
            h = 0
        elif kind == 3:
            x, y = self.number(90, 200), self.number(70, 200)
        elif kind == 4 and self.chance(0.5):
            w, h = self.number(1e5, 3e5), self.number(1e5, 3e5)
        elif kind == 5:
            w, h = self.number(90, 400), self.number(90, 300)
        elif kind == 6:
            w, h = self.number(0, 1), self.number(0, 1)
        return [x, y, w, h]

    def polygon(self, box):
        x, y, w, h = box
        w, h = min(w, 500), min(h, 500)
        shape = self.r.randrange(4)
        if shape == 0:
            points = [x, y, x, y + h, x + w, y + h, x + w, y]
        elif shape == 1:
            points = [x, y, x + w, y + h / 3, x + w / 2, y + h]
        elif shape == 2:
            points = [x, y, x + w, y, x, y + h, x + w, y + h]
        else:
            points = [x + w / 2, y, x + w, y + h / 2, x + w / 2, y + h, x, y + h / 2, x, y + h / 2]
        return [round(p, 2) for p in points]

    def rle(self, box, width, height):
        """Compressed runs of the box's polygon; sometimes for the size turned around."""
        if self.chance(0.1):
            width, height = height, width
        runs = masks.merge(masks.frPyObjects([self.polygon(box)], height, width))
        return {"size": [int(s) for s in runs["size"]], "counts": runs["counts"].decode()}

    def uncompressed(self, box, width, height):
        runs = masks.merge(masks.frPyObjects([self.polygon(box)], height, width))
        pixels = masks.decode(runs).flatten(order="F")
        counts, last = [], 0
        for value in pixels:
            if not counts:
                counts = [0, 0] if value else [0]
            elif value != last:
                counts.append(0)
            counts[-1] += 1
            last = value
        return {"counts": counts, "size": [height, width]}

    def segmentation(self, box, width, height, results=False):
        kind = self.r.randrange(8)
        if kind == 0:
            return self.rle(box, width, height)
        if kind == 1:
            return self.uncompressed(box, width, height)
        polygons = [self.polygon(box)]
        if kind == 2:
            polygons.append(self.polygon(self.box()))
        elif kind == 3:
            polygons.append([self.number(0, 50) for _ in range(self.r.randrange(5))])
        elif kind == 4:
            polygons[0] = polygons[0] + [self.number(0, 50)]
        elif kind == 5 and not results:
            polygons[0] = [self.number(0, 50) for _ in range(5)]
        return polygons

    def score(self):
        kind = self.r.randrange(5)
        if kind == 0:
            return self.r.choice([0.5, 0.25, 1, 0])
        if kind == 1:
            return self.r.choice([-0.5, -3, 1.5, 87, 12])
        return round(self.r.random(), self.r.choice([1, 2, 6]))

    def truth(self):
        image_count, class_count = self.r.randint(1, 4), self.r.randint(1, 3)
        images = []
        for id in self.ids(image_count):
            image = {"id": id, "file_name": f"{len(images)}.jpg", "width": self.r.choice([80, 100]), "height": self.r.choice([60, 100])}
            if self.type == "bbox" and self.chance(0.2):
                del image["width"]
            images.append(image)
        categories = [{"id": id, "name": f"c{number}"} for number, id in enumerate(self.ids(class_count))]
        used = categories[: max(1, class_count - self.r.randrange(2))]
        annotations = []
        first = self.r.choice([0, 1, 1, 1, -2, 2**53])
        for image in images:
            for _ in range(self.r.choice([0, 1, 2, 3])):
                box = self.box()
                if self.chance(0.04):
                    box[2] = -box[2]
                row = {"id": first + len(annotations), "image_id": image["id"], "category_id": self.r.choice(used)["id"], "bbox": box}
                row["iscrowd"] = self.r.choice([0] * 12 + [1, 1, True, False, 2, None])
                if self.chance(0.05):
                    del row["iscrowd"]
                area = box[2] * box[3]
                kind = self.r.randrange(10)
                if kind == 0:
                    row["area"] = None
                elif kind != 1:
                    row["area"] = round(self.r.choice([area] * 6 + [0, self.number(0, 2e4), 2e10, 1024, -1]), 2)
                if self.type == "segm":
                    row["segmentation"] = self.segmentation(box, image["width"], image["height"])
                    if self.chance(0.1):
                        del row["bbox"]
                if self.chance(0.08):
                    row["difficult"] = 1
                if self.chance(0.05):
                    row["ignore"] = 1
                annotations.append(row)
        if annotations and self.chance(0.06):
            again = copy.deepcopy(self.r.choice(annotations))
            if self.chance(0.5):
                again["id"] = first + len(annotations)
            annotations.append(again)
        self.r.shuffle(annotations)
        return {"images": images, "categories": categories, "annotations": annotations}

    def found(self, truth):
        def results(count):
            rows = []
            sizes = {i["id"]: (i.get("width", 80), i["height"]) for i in truth["images"]}
            for _ in range(count):
                near = [a for a in truth["annotations"] if a.get("bbox")]
                if near and self.chance(0.75):
                    object = self.r.choice(near)
                    shift = 0 if self.chance(0.3) else 6
                    box = [round(v + self.r.uniform(-shift, shift), 1) if shift else v for v in object["bbox"]]
                    if box[2] < 0 or box[3] < 0:
                        box[2:] = [abs(box[2]), abs(box[3])]
                    image, category = object["image_id"], object["category_id"]
                else:
                    box = self.box()
                    image, category = self.r.choice(truth["images"])["id"], self.r.choice(truth["categories"])["id"]
                if self.chance(0.03):
                    box[3] = -box[3] - 1
                rows.append(({"image_id": image, "category_id": category, "bbox": box, "score": self.score()}, sizes[image]))
            return rows

        rows = results(self.r.randint(1, 7))
        if self.large:
            image, category = truth["images"][0]["id"], truth["categories"][0]["id"]
            rows += [({"image_id": image, "category_id": category, "bbox": [i % 40, i % 7, 20, 20], "score": i % 11 / 10}, (80, 60)) for i in range(108)]
        kind = self.r.randrange(4 if self.type == "segm" else 6)
        if kind == 0:
            # Masks only; where the first result has no box, all areas are those of the masks.
            for row, (width, height) in rows:
                row["bbox"] = [row["bbox"][0], row["bbox"][1], abs(row["bbox"][2]), abs(row["bbox"][3])]
                row["segmentation"] = self.rle(row["bbox"], width, height)
                if self.type == "bbox" or self.chance(0.7):
                    del row["bbox"]
            rows[0][0].pop("bbox", None)
        elif kind < 3 and self.type == "segm":
            for row, (width, height) in rows:
                if self.chance(0.7):
                    row["segmentation"] = self.segmentation(row["bbox"], width, height, results=True)
        return [row for row, _ in rows]


def stats(truth, found, type, counts_difficult):
    """pycocotools' numbers, with the documented values in place of what it stops at."""
    truth, found = copy.deepcopy(truth), copy.deepcopy(found)
    sizes = {i["id"]: i for i in truth["images"]}
    quiet = COCO()
    quiet.imgs = sizes
    for row in truth["annotations"]:
        if row.get("iscrowd") is None:
            row["iscrowd"] = 0
        if row.get("area") is None:
            row["area"] = float(masks.area(quiet.annToRLE(row))) if type == "segm" else row["bbox"][2] * row["bbox"][3]
        if row.pop("difficult", 0) and not counts_difficult:
            row["area"] = 1e11
    found = [r for r in found if "bbox" not in r or r["bbox"][2] >= 0 and r["bbox"][3] >= 0]
    if not found:
        return None
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(found), type)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return [float(s) for s in evaluation.stats]


def cases(seed, count):
    number = made = 0
    while made < count:
        maker = Maker(seed, number)
        number += 1
        truth = maker.truth()
        found = maker.found(truth)
        if maker.chance(0.02):
            truth["annotations"] = []
        numbers = stats(truth, found, maker.type, maker.counts_difficult)
        if numbers is not None:
            made += 1
            yield truth, found, maker.type, maker.counts_difficult, numbers


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def compare(program, seed, count):
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        truth_path, found_path = os.path.join(folder, "truth.json"), os.path.join(folder, "found.json")
        for number, (truth, found, type, counts_difficult, expected) in enumerate(cases(seed, count)):
            for path, value in ((truth_path, truth), (found_path, found)):
                with open(path, "w") as file:
                    file.write(compact(value))
            words = [program, "evaluate", "--annotations", truth_path, "--detections", found_path, "--iou-type", type, "--json"]
            run = subprocess.run(words + ["--count-difficult"] * counts_difficult, capture_output=True, text=True)
            seen = json.loads(run.stdout)["stats"] if run.returncode == 0 else None
            if seen is None or not np.allclose(seen, expected, rtol=0, atol=1e-12):
                wrong += 1
                print(f"case {number} ({type}): exit {run.returncode}\n  {seen}\n  {expected}\n  {run.stderr.strip()[:600]}")
                if wrong <= 3:
                    print(" ", compact(truth), "\n ", compact(found))
    print(f"{count - wrong} of {count} cases are equal")
    return 1 if wrong else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--glimpse")
    options.add_argument("--seed", type=int, default=20261)
    options.add_argument("--count", type=int, default=320)
    given = options.parse_args()
    if given.glimpse:
        sys.exit(compare(given.glimpse, given.seed, given.count))
    for truth, found, type, counts_difficult, numbers in cases(given.seed, given.count):
        print(compact({"type": type, "count_difficult": counts_difficult, "truth": compact(truth), "found": compact(found), "stats": numbers}))
