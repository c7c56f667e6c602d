"""Compares the speed of Glimpse's training loader with Ultralytics'.

    measure_loader.py GLIMPSE AQUARIUM PHOTOS [--rounds 3]

GLIMPSE is the built program, AQUARIUM a YOLO data set (a copy is made: Ultralytics writes into it), PHOTOS a
folder with astronaut.png, chelsea.png, coffee.png and rocket.jpg, of which JPEGs of 12 megapixels are made: smooth
(enlarged), detailed (laid side by side as they are) and grainy (enlarged, with noise of deviation 10 on every
sample). Needs ultralytics, torch and opencv-python. Everything runs on one processor and one thread, in turn, with the same settings: 416 pixels,
mosaic for every image, shift 0.1, scale 0.5, hsv 0.015 / 0.7 / 0.4, mirroring 0.5, batches of 16.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
import yaml  # noqa: E402
from ultralytics.cfg import get_cfg  # noqa: E402
from ultralytics.data.dataset import YOLODataset  # noqa: E402

SIDE, BATCH = 416, 16
cv2.setNumThreads(1)
torch.set_num_threads(1)


def ultralytics_speed(data, cache):
    """Images a second of an epoch, after one to warm up."""
    names = yaml.safe_load(open(f"{data}/data.yaml"))["names"]
    settings = get_cfg(overrides=dict(
        imgsz=SIDE, mosaic=1.0, mixup=0.0, degrees=0.0, translate=0.1, scale=0.5, hsv_h=0.015, hsv_s=0.7,
        hsv_v=0.4, fliplr=0.5))
    dataset = YOLODataset(
        img_path=f"{data}/train/images", imgsz=SIDE, batch_size=BATCH, augment=True, hyp=settings, rect=False,
        cache=cache, single_cls=False, stride=32, pad=0.0, task="detect",
        data=dict(names=dict(enumerate(names)), channels=3))
    for _ in range(2):
        order = list(range(len(dataset)))
        random.shuffle(order)
        start = time.perf_counter()
        for index in order:
            dataset[index]
        speed = len(order) / (time.perf_counter() - start)
    return speed


def glimpse(program, *words):
    return json.loads(subprocess.run([program, "bench", "--json", "--imgsz", *map(str, words)], check=True,
                                     capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("glimpse")
    parser.add_argument("aquarium")
    parser.add_argument("photos")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/data"
        shutil.copytree(options.aquarium, data, copy_function=shutil.copyfile)
        subprocess.run(["chmod", "-R", "u+w", data], check=True)
        for _ in range(options.rounds):
            def note(name, value):
                rows.setdefault(name, []).append(value)

            note("Ultralytics, images/s", ultralytics_speed(data, None))
            loader = ("--data", data, "--mosaic", 1, "--workers", 1, "--batch", BATCH)
            kept = glimpse(options.glimpse, SIDE, *loader, "--runs", 5)
            note("Glimpse, images kept decoded, images/s", kept["images_per_s"])
            note("Glimpse, each image decoded once (first epoch), images/s", kept["first_images_per_s"])
            note("Ultralytics, cache='ram', images/s", ultralytics_speed(data, "ram"))
            none = glimpse(options.glimpse, SIDE, *loader, "--runs", 2, "--cache", 0)
            note("Glimpse, nothing kept (four decodings an image), images/s", none["images_per_s"])
    for name, values in rows.items():
        print(f"{statistics.median(values):10.1f}  {name}  ({', '.join(f'{value:.1f}' for value in values)})")


main()
