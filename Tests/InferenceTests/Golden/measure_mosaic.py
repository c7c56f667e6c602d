"""Measures how many detections of single images are found in a mosaic of them, in tiles.

    python -m pip install pillow
    python measure_mosaic.py GLIMPSE IMAGES [--rows 8] [--seed 1] [--tile 640] [--overlap 0.2] ...

Takes rows x rows random images of a folder, pastes them at their own size into a grid of equal cells,
padded with gray, and compares `glimpse detect` of the single images at their own scale (--imgsz) with that of the
mosaic with --tile. A detection is found if one of its class has an IoU of at least 0.5; each counts once.
"""

import argparse
import json
import pathlib
import random
import subprocess
import tempfile

from PIL import Image


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def detect(glimpse, paths, *options):
    output = subprocess.run(
        [glimpse, "detect", "--json", "--no-save", *options, *paths],
        check=True, capture_output=True, text=True,
    ).stdout
    return [json.loads(line)["boxes"] for line in output.splitlines()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("glimpse")
    parser.add_argument("images")
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--imgsz", default="384", help="of the single images")
    parser.add_argument("--conf", type=float, default=0.25, help="of the single images' detections")
    parser.add_argument("--gap", type=int, default=0, help="gray pixels between the cells")
    parser.add_argument("--tile", default="640")
    parser.add_argument("--overlap", default="0.2")
    parser.add_argument("--weights", default="builtin")
    parser.add_argument("--also", default="", help="further options of glimpse detect, in one word")
    arguments = parser.parse_args()

    names = sorted(str(p) for p in pathlib.Path(arguments.images).glob("*.jpg"))
    names = random.Random(arguments.seed).sample(names, arguments.rows**2)
    images = [Image.open(name).convert("RGB") for name in names]
    width = max(image.width for image in images) + arguments.gap
    height = max(image.height for image in images) + arguments.gap
    mosaic = Image.new("RGB", (width * arguments.rows, height * arguments.rows), (114, 114, 114))
    places = []
    for number, image in enumerate(images):
        places.append((number % arguments.rows * width, number // arguments.rows * height))
        mosaic.paste(image, places[-1])
    with tempfile.TemporaryDirectory() as folder:
        # Single images without a second compression, too.
        singles = []
        for number, image in enumerate(images):
            singles.append(f"{folder}/{number:03}.png")
            image.save(singles[-1])
        mosaic.save(f"{folder}/mosaic.png")
        expected = []
        found = detect(
            arguments.glimpse, singles, "--imgsz", arguments.imgsz, "--conf", str(arguments.conf),
            "--iou", "0.5", "--weights", arguments.weights)
        for boxes, (x, y) in zip(found, places):
            for box in boxes:
                b = box["box"]
                expected.append((box["class"], [b[0] + x, b[1] + y, b[2] + x, b[3] + y], box["score"]))
        whole = detect(
            arguments.glimpse, [f"{folder}/mosaic.png"], "--max-det", "5000", "--tile", arguments.tile,
            "--overlap", arguments.overlap, "--weights", arguments.weights, *arguments.also.split())[0]

    free = [(box["class"], box["box"]) for box in whole]
    missed = []
    for label, box, score in sorted(expected, key=lambda item: -item[2]):
        best = max(free, key=lambda other: iou(box, other[1]) if other[0] == label else -1, default=None)
        if best and best[0] == label and iou(box, best[1]) >= 0.5:
            free.remove(best)
        else:
            missed.append((label, [round(v) for v in box], score))
    pairs = sum(
        a["class"] == b["class"] and iou(a["box"], b["box"]) > 0.5
        for i, a in enumerate(whole) for b in whole[:i])
    print(f"mosaic of {mosaic.width} x {mosaic.height}: {len(whole)} detections")
    print(f"recall {1 - len(missed) / len(expected):.4f} of {len(expected)} single detections")
    print(f"{pairs} pairs of one class over IoU 0.5")
    for item in missed:
        print("missed", *item)


if __name__ == "__main__":
    main()
