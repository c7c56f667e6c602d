#!/usr/bin/env python3
"""Checks what `detect` and `merge` write by the programs that read it: jsonschema and pycocotools.

    check_rows.py GLIMPSE IMAGES ANNOTATIONS.json      # COCO's annotations of the images

Needs jsonschema and pycocotools. Prints a line per check; the exit code is 0 if all hold.
"""
import contextlib
import io
import json
import subprocess
import sys
import tempfile

import jsonschema
from pycocotools.coco import COCO


def main():
    glimpse, images, annotations = sys.argv[1:]

    def run(*words, codes=(0, 3)):
        done = subprocess.run([glimpse, *words], capture_output=True, text=True)
        assert done.returncode in codes, (words, done.returncode, done.stderr)
        return done.stdout

    with tempfile.TemporaryDirectory() as folder:
        out = folder + "/out"
        printed = run("detect", images, folder + "/missing.jpg", "--json", "--no-save")
        run("detect", images, folder + "/missing.jpg", "-o", out, "--no-save", "-q")
        validator = jsonschema.Draft202012Validator(json.loads(run("schema", "detect")))
        jsonschema.Draft202012Validator.check_schema(validator.schema)
        for text in (printed, run("merge", out)):
            rows = [json.loads(line) for line in text.splitlines()]
            for row in rows:
                validator.validate(row)
            assert rows[-1]["status"] == "failed" and rows[-1]["error_class"] == "missing"
        print(f"{len(rows)} rows fit the schema")
        broken = dict(rows[0])
        del broken["boxes"]
        assert not validator.is_valid(broken)

        results = folder + "/results.json"
        run("detect", images, "-o", out, "--no-save", "-q", "--overwrite")
        names = {category["name"] for category in json.load(open(annotations))["categories"]}
        known = {box["class"] for row in rows for box in row.get("boxes", [])}
        # Ids by name where all classes are COCO's; otherwise from 1, which loads as well.
        ids = ["--annotations", annotations] if known <= names else []
        run("merge", out, "--to", "coco", *ids, "-o", results, "--overwrite")
        with contextlib.redirect_stdout(io.StringIO()):
            loaded = COCO(annotations).loadRes(results)
        boxes = sum(len(row["boxes"]) for row in rows[:-1])
        assert len(loaded.anns) == boxes, (len(loaded.anns), boxes)
        print(f"pycocotools loads {boxes} detections")

        segment = jsonschema.Draft202012Validator(json.loads(run("schema", "segment")))
        masks = folder + "/masks"
        few = [row["path"] for row in rows[:3]]
        for line in run("segment", *few, "-o", masks, "--json").splitlines():
            segment.validate(json.loads(line))
        for line in run("merge", masks).splitlines():
            segment.validate(json.loads(line))
        print("rows of segment fit the schema")


if __name__ == "__main__":
    main()
