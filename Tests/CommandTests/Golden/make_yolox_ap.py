"""Makes yolox_ap.json: COCO's metrics of YOLOX-nano by onnxruntime and pycocotools.

    python make_yolox_ap.py NETWORK.onnx COCO_MINI FOLDER [COUNT]

NETWORK is yolox_nano.onnx (Megvii-BaseDetection/YOLOX; ../shared/imports/networks), COCO_MINI a folder with
val2017/*.jpg and annotations/instances_val2017.json (../shared/data/coco_mini). The images, or the COUNT
first by id, are written into FOLDER as a dataset of PNG files, so that other programs see the same pixels:

    glimpse evaluate --data FOLDER --weights NETWORK --json

Preprocessing and decoding are those of YOLOX's demo/ONNXRuntime/onnx_inference.py, with the resize written
out (bilinear, half-pixel centers, rounded half up). Thresholds are those of `glimpse evaluate`: scores from
0.001, NMS of all classes together at an IoU of 0.45 with sides of x2 - x1 + 1, at most 300 boxes.
Needs numpy, Pillow, onnxruntime, pycocotools.
"""
import contextlib
import io
import json
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SIZE = 416
NAMES = ("AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge", "AR1", "AR10", "AR100", "ARsmall",
         "ARmedium", "ARlarge")


def resize(image, width, height):
    def axis(size, source):
        position = np.clip((np.arange(size) + 0.5) * (source / size) - 0.5, 0, source - 1)
        low = np.floor(position).astype(int)
        return low, np.minimum(low + 1, source - 1), position - low
    x0, x1, fx = axis(width, image.shape[1])
    y0, y1, fy = axis(height, image.shape[0])
    pixels, fx, fy = image.astype(np.float64), fx[None, :, None], fy[:, None, None]
    top = pixels[y0][:, x0] * (1 - fx) + pixels[y0][:, x1] * fx
    bottom = pixels[y1][:, x0] * (1 - fx) + pixels[y1][:, x1] * fx
    return np.floor(top * (1 - fy) + bottom * fy + 0.5).astype(np.uint8)


def nms(boxes, scores):
    order = np.argsort(-scores, kind="stable")
    area = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
    keep = []
    while len(order) and len(keep) < 300:
        best, rest = order[0], order[1:]
        keep.append(best)
        w = np.minimum(boxes[best, 2], boxes[rest, 2]) - np.maximum(boxes[best, 0], boxes[rest, 0]) + 1
        h = np.minimum(boxes[best, 3], boxes[rest, 3]) - np.maximum(boxes[best, 1], boxes[rest, 1]) + 1
        shared = np.maximum(w, 0) * np.maximum(h, 0)
        order = rest[shared / (area[best] + area[rest] - shared) <= 0.45]
    return keep


def detect(session, rgb):
    height, width = rgb.shape[:2]
    ratio = min(SIZE / width, SIZE / height)
    canvas = np.full((SIZE, SIZE, 3), 114, np.uint8)
    w, h = int(width * ratio), int(height * ratio)
    canvas[:h, :w] = resize(rgb, w, h)
    blob = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32))
    rows = session.run(None, {"images": blob})[0][0].astype(np.float64)
    cells, strides = [], []
    for stride in (8, 16, 32):
        n = SIZE // stride
        y, x = np.mgrid[:n, :n]
        cells.append(np.stack([x.ravel(), y.ravel()], 1))
        strides.append(np.full((n * n, 1), stride))
    cells, strides = np.concatenate(cells), np.concatenate(strides)
    center, side = (rows[:, :2] + cells) * strides, np.exp(rows[:, 2:4]) * strides
    boxes = np.concatenate([center - side / 2, center + side / 2], 1) / ratio
    every = rows[:, 4:5] * rows[:, 5:]
    classes, scores = every.argmax(1), every.max(1)
    index = np.flatnonzero(scores >= 0.001)
    boxes, scores, classes = boxes[index], scores[index], classes[index]
    keep = nms(boxes, scores)
    boxes = boxes[keep]
    boxes[:, 0::2], boxes[:, 1::2] = boxes[:, 0::2].clip(0, width), boxes[:, 1::2].clip(0, height)
    return boxes, scores[keep], classes[keep]


def main():
    network, data, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    count = int(sys.argv[4]) if len(sys.argv) > 4 else None
    truth = json.loads((data / "annotations/instances_val2017.json").read_text())
    truth["images"] = sorted(truth["images"], key=lambda image: image["id"])[:count]
    ids = {image["id"] for image in truth["images"]}
    truth["annotations"] = [a for a in truth["annotations"] if a["image_id"] in ids]
    for name in ("val2017", "annotations"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    categories = sorted(c["id"] for c in truth["categories"])
    results = []
    for image in truth["images"]:
        rgb = np.asarray(Image.open(data / "val2017" / image["file_name"]).convert("RGB"))
        image["file_name"] = image["file_name"].replace(".jpg", ".png")
        Image.fromarray(rgb).save(folder / "val2017" / image["file_name"])
        for box, score, label in zip(*detect(session, rgb)):
            results.append(dict(
                image_id=image["id"], category_id=categories[label], score=float(score),
                bbox=[float(box[0]), float(box[1]), float(box[2] - box[0]), float(box[3] - box[1])]))
    annotations = folder / "annotations/instances_val2017.json"
    annotations.write_text(json.dumps(truth))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(annotations))
        evaluation = COCOeval(coco, coco.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    print(json.dumps(dict(images=len(ids), boxes=len(results),
                          **{n: round(float(v), 6) for n, v in zip(NAMES, evaluation.stats)})))


main()
