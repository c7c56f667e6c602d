"""Makes a dataset as large as COCO's train2017 from the images of a folder, to measure with.

python3 Tests/DatasetsTests/Golden/make_coco_size.py IMAGES OUT [--polygons]   (Pillow 12)

118,000 images, hard links to copies of at most 400 of those in IMAGES, and 860,000 boxes of 80
classes in OUT/annotations/instances_train.json; with --polygons each has a polygon of 12 corners.
Then: time glimpse check OUT --no-images
"""

import argparse
import json
import math
import os
import pathlib
import random
import shutil

from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("images", type=pathlib.Path)
parser.add_argument("out", type=pathlib.Path)
parser.add_argument("--polygons", action="store_true")
options = parser.parse_args()

random.seed(1)
folder = options.out / "train"
folder.mkdir(parents=True)
(options.out / "annotations").mkdir()
sources = []
for number, path in enumerate(sorted(options.images.iterdir())[:400]):
    copy = options.out / f"source{number}{path.suffix}"
    shutil.copyfile(path, copy)
    with Image.open(path) as image:
        sources.append((copy, image.size, path.suffix))

images = []
for number in range(118_000):
    source, (width, height), suffix = sources[number % len(sources)]
    name = f"{number:012d}{suffix}"
    os.link(source, folder / name)
    images.append({"id": number + 1, "file_name": name, "width": width, "height": height})
for source, _, _ in sources:
    source.unlink()

annotations = []
for number in range(860_000):
    image = random.choice(images)
    w = random.uniform(4, image["width"] / 2)
    h = random.uniform(4, image["height"] / 2)
    x = random.uniform(0, image["width"] - w)
    y = random.uniform(0, image["height"] - h)
    polygon = []
    for corner in range(12 if options.polygons else 0):
        angle = corner * math.pi / 6
        polygon += [round(x + w * (0.5 + 0.5 * math.cos(angle)), 2)]
        polygon += [round(y + h * (0.5 + 0.5 * math.sin(angle)), 2)]
    annotations.append({
        "segmentation": [polygon] if polygon else [], "area": round(w * h, 4), "iscrowd": 0,
        "image_id": image["id"], "bbox": [round(v, 2) for v in (x, y, w, h)],
        "category_id": random.randint(1, 80), "id": number + 1})
categories = [{"id": number, "name": f"class {number}"} for number in range(1, 81)]
with open(options.out / "annotations" / "instances_train.json", "w") as file:
    json.dump({"images": images, "categories": categories, "annotations": annotations}, file)
