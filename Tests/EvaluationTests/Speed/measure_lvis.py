"""Times the evaluation of a synthetic problem of LVIS's kind, against lvis-api and faster-coco-eval.

    python measure_lvis.py GLIMPSE [--images 2000] [--alone]

1,203 classes, 12 objects and 300 detections per image, a few classes per image known to be absent or not
labeled completely. 20,000 images make LVIS val's size (6 million detections); --alone leaves the peers out there,
whose time and memory do not suffice. All read the same files; time and memory are those of whole processes. The
largest difference of AP is printed. Needs numpy, lvis and faster-coco-eval.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

CLASSES = 1203
LVIS = """
import sys, json
import numpy as np
np.float = float  # lvis 0.5.3 is older than NumPy 1.24
from lvis import LVIS, LVISResults, LVISEval
truth = LVIS(sys.argv[1])
run = LVISEval(truth, LVISResults(truth, sys.argv[2]), "bbox")
run.run()
print(json.dumps({k: float(v) for k, v in run.get_results().items()}))
"""
FASTER = """
import sys, json
from faster_coco_eval import COCO
from faster_coco_eval.core.faster_eval_api import COCOeval_faster
truth = COCO(sys.argv[1])
run = COCOeval_faster(truth, truth.loadRes(sys.argv[2]), "bbox", lvis_style=True, print_function=lambda *a: None)
run.params.maxDets = [300]
run.evaluate()
run.accumulate()
run.summarize()
print(json.dumps({"AP": float(run.stats[0])}))
"""


def make(folder, images):
    rng = np.random.default_rng(1)
    frequency = 1 / np.arange(1, CLASSES + 1) ** 0.8
    frequency /= frequency.sum()
    order = rng.permutation(CLASSES) + 1
    entries, labels = [], []
    detections = open(f"{folder}/detections.json", "w")
    detections.write("[")
    for image in range(1, images + 1):
        classes = order[rng.choice(CLASSES, 12, p=frequency)]
        corners, sizes = rng.uniform(0, 500, (12, 2)), rng.uniform(8, 140, (12, 2))
        present = sorted({int(c) for c in classes})
        absent = [int(c) for c in set(rng.integers(1, CLASSES + 1, 8).tolist()) - set(present)]
        entries.append({
            "id": image, "width": 640, "height": 640, "neg_category_ids": absent,
            "not_exhaustive_category_ids": present[:1] if image % 3 == 0 else []})
        for label, (x, y), (w, h) in zip(classes, corners, sizes):
            box = [round(float(v), 2) for v in (x, y, w, h)]
            labels.append({
                "id": len(labels) + 1, "image_id": image, "category_id": int(label), "bbox": box,
                "area": box[2] * box[3], "segmentation": [[x, y, x + w, y, x + w, y + h]]})
        # A third near objects, the rest anywhere, of classes of the image or any.
        near = rng.integers(0, 12, 300)
        boxes = np.concatenate([corners, sizes], 1)[near] + rng.normal(0, 6, (300, 4))
        far = rng.random(300) > 0.35
        boxes[far] = np.concatenate([rng.uniform(0, 500, (300, 2)), rng.uniform(8, 140, (300, 2))], 1)[far]
        boxes[:, 2:] = np.maximum(boxes[:, 2:], 1)
        kinds = classes[near]
        kinds[far] = rng.integers(1, CLASSES + 1, far.sum())
        scores = rng.random(300) * np.where(far, 0.5, 1)
        rows = ",".join(
            f'{{"image_id":{image},"category_id":{k},"bbox":[{b[0]:.2f},{b[1]:.2f},{b[2]:.2f},{b[3]:.2f}],"score":{s:.6f}}}'
            for k, b, s in zip(kinds, boxes, scores))
        detections.write(("," if image > 1 else "") + rows)
    detections.write("]")
    detections.close()
    seen = np.bincount([label["category_id"] for label in labels], minlength=CLASSES + 1)
    categories = [{
        "id": k, "name": f"class {k}", "image_count": int(seen[k]), "instance_count": int(seen[k]),
        "frequency": "r" if seen[k] <= 10 else "c" if seen[k] <= 100 else "f"} for k in range(1, CLASSES + 1)]
    with open(f"{folder}/truth.json", "w") as file:
        json.dump({"info": {}, "licenses": [], "images": entries, "annotations": labels, "categories": categories}, file)


def timed(command):
    """Seconds, MiB and the last line of the output of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, json.loads(output.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("glimpse")
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--alone", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(folder, arguments.images)
        truth, detections = f"{folder}/truth.json", f"{folder}/detections.json"
        commands = {"Glimpse": [arguments.glimpse, "evaluate", "--annotations", truth, "--detections", detections, "--json"]}
        if not arguments.alone:
            commands["lvis-api"] = [sys.executable, "-c", LVIS, truth, detections]
            commands["faster-coco-eval"] = [sys.executable, "-c", FASTER, truth, detections]
        found = {}
        for name, command in commands.items():
            seconds, memory, result = timed(command)
            found[name] = result["metrics"]["AP"] if name == "Glimpse" else result["AP"]
            print(f"{name:18} {seconds:8.2f} s {memory:8.0f} MiB   AP {found[name]:.15f}", flush=True)
        print("largest difference", max(abs(v - found["Glimpse"]) for v in found.values()))


main()
