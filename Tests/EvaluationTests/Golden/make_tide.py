#!/usr/bin/env python3
"""Writes tide.json: what tidecv 1.0.1 says about the COCO fixtures.

    python3 make_tide.py ../../../../shared/data/coco-fixtures > tide.json

Images are taken by ascending id, as everywhere, and detections of classes that the truth does not
list are left out: tidecv would count each of those as a class of AP 0.
"""
import json
import os
import sys
import tempfile

from tidecv import TIDE, datasets
from tidecv.quantify import TIDE as Names


def tidy(truth, results, folder):
    truth["images"].sort(key=lambda image: image["id"])
    for image in truth["images"]:
        image.setdefault("file_name", str(image["id"]))
        image.setdefault("width", 100)
        image.setdefault("height", 100)
    for thing in truth["annotations"]:
        thing.setdefault("segmentation", [[0, 0, 1, 0, 1, 1]])  # not looked at for boxes
    listed = {c["id"] for c in truth["categories"]}
    paths = [os.path.join(folder, name) for name in ("truth.json", "results.json")]
    for path, value in zip(paths, [truth, [r for r in results if r["category_id"] in listed]]):
        with open(path, "w") as file:
            json.dump(value, file)
    return paths


def split(truth, results, mode):
    with tempfile.TemporaryDirectory() as folder:
        paths = tidy(truth, results, folder)
        tide = TIDE()
        run = tide.evaluate(datasets.COCO(paths[0]), datasets.COCOResult(paths[1]), mode=mode)
    main = run.fix_main_errors()
    special = run.fix_special_errors()
    kinds = sorted(Names._error_types, key=lambda k: "Cls Loc Both Dupe Bkg Miss".split().index(k.short_name))
    return dict(
        ap=run.ap, costs=[main[k] for k in kinds],
        counts=[len(run.error_dict[k]) for k in kinds],
        falsePositive=special[Names._special_error_types[0]],
        falseNegative=special[Names._special_error_types[1]])


def read(*path):
    with open(os.path.join(*path)) as file:
        return json.load(file)


def main():
    root = sys.argv[1]
    real = os.path.join(root, "val2014_100")
    truth = read(real, "instances_val2014_100.json")
    out = {}
    for mode, name, kind in [("bbox", "bbox", TIDE.BOX), ("segm", "segm", TIDE.MASK)]:
        results = read(real, f"instances_val2014_fake{name}100_results.json")
        out[mode] = split(json.loads(json.dumps(truth)), results, kind)
    for number in range(1, 41):
        folder = os.path.join(root, "cases", f"case_{number:02d}")
        results = read(folder, "dt.json")
        try:
            out[f"case_{number:02d}"] = split(read(folder, "gt.json"), results, TIDE.BOX)
        except ZeroDivisionError:
            pass  # some repair leaves neither truths nor detections: tidecv has no mean then
    print(json.dumps(out, indent=0))


main()
