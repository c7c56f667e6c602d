"""Checks the article ONNX: its example in onnxruntime against `glimpse detect`, and the outputs of exported files.

Run with NumPy, onnx, onnxruntime and Pillow:

    python3 check_onnx_example.py GLIMPSE [IMAGE ...]           # the images of Samples by default
    python3 check_onnx_example.py GLIMPSE --write               # writes onnx_example.json for ONNXArticleTests

The example is read from the article, so that what is checked is what is printed. Boxes must be within one pixel and
scores within 0.001. `--decoded`, `--nms` and `--dynamic` are compared with the formulas of the article, written
out in NumPy, for one and for three images.
"""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[3]
ARTICLE = ROOT / "Sources/Glimpse/Glimpse.docc/ONNX.md"
SIZE = 384
CONFIDENCE = 0.02  # below the default, so that there are more boxes to compare


def run(*words, **options):
    return subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True, **options).stdout


def session(path):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def example(glimpse, folder, images):
    """The detections of the article's example: class, score, box by image."""
    run(glimpse, "export", "--nms", "--conf", CONFIDENCE, "--imgsz", SIZE, "--output", folder / "detector.onnx")
    code = re.search(r"```python\n(import json.*?)```", ARTICLE.read_text(), re.S)[1]
    (folder / "example.py").write_text(code)
    found = {str(image): [] for image in images}
    for line in run(sys.executable, "example.py", *images, cwd=folder).splitlines():
        path, name, *numbers = line.split("\t")
        score, *box = map(float, numbers)
        found[path].append({"class": name, "score": score, "box": box})
    return found


def compare(found, expected, image):
    """The largest differences of boxes and scores; each detection has a counterpart of its class."""
    assert len(found) == len(expected), f"{image}: {len(found)} and {len(expected)} detections"
    boxes = scores = 0
    rest = list(expected)
    for one in found:
        same = [e for e in rest if e["class"] == one["class"]]
        assert same, f"{image}: no {one['class']} is left"
        nearest = min(same, key=lambda e: np.abs(np.subtract(e["box"], one["box"])).max())
        rest.remove(nearest)
        boxes = max(boxes, np.abs(np.subtract(nearest["box"], one["box"])).max())
        scores = max(scores, abs(nearest["score"] - one["score"]))
    assert boxes <= 1 and scores <= 0.001, f"{image}: boxes differ by {boxes} pixels, scores by {scores}"
    return boxes, scores


def decoded(raw):
    """The formulas of the article, in double precision: N, 4 + C, A."""
    levels = []
    for stride, p in zip((8, 16, 32), raw):
        p = p.astype(np.float64)
        y, x = np.indices(p.shape[2:])
        center = (np.stack([x, y]) + 0.5 + p[:, :2]) * stride
        size = np.exp(np.minimum(p[:, 2:4], 8)) * stride
        level = np.concatenate([center, size, 1 / (1 + np.exp(-p[:, 4:]))], 1)
        levels.append(level.reshape(*level.shape[:2], -1))
    return np.concatenate(levels, 2)


def suppressed(predictions, confidence, iou, maximum):
    """Greedy NMS of one image, class by class: rows of box, score, class."""
    boxes, scores = predictions[:4].T, predictions[4:].T
    best, score = scores.argmax(1), scores.max(1)
    corners = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)
    area = boxes[:, 2] * boxes[:, 3]
    kept = []
    for i in sorted(np.flatnonzero(score > confidence), key=lambda i: -score[i]):
        def overlap(k):
            low, high = np.maximum(corners[i, :2], corners[k, :2]), np.minimum(corners[i, 2:], corners[k, 2:])
            common = np.prod(np.maximum(high - low, 0))
            return common / (area[i] + area[k] - common)
        if all(best[k] != best[i] or overlap(k) <= iou for k in kept):
            kept.append(i)
    kept = kept[:maximum]
    return corners[kept], score[kept], best[kept]


def outputs(glimpse, folder):
    """Raw, decoded and suppressed outputs of one network, for one and for three images."""
    settings = {"confidence": 0.001, "iou": 0.6, "maximum": 40}
    nms = ["--nms", "--conf", 0.001, "--iou", 0.6, "--max-det", 40]
    for batch in 1, 3:
        # Noise alone has no detections: it lies on two photographs, side by side.
        noise = np.random.default_rng(batch).random((batch, 3, 160, 224), np.float32)
        photographs = [
            np.asarray(Image.open(ROOT / "Samples" / name).convert("RGB").resize((112, 160)), np.float32)
            for name in ("cat.jpg", "person.jpg")
        ]
        x = 0.9 * np.concatenate(photographs, axis=1).transpose(2, 0, 1) / 255 + 0.1 * noise
        results = {}
        for kind, words in [("raw", []), ("decoded", ["--decoded"]), ("nms", nms)]:
            for free, count in [("fixed", ["--batch", batch]), ("dynamic", ["--dynamic"])]:
                path = folder / f"{kind}-{free}-{batch}.onnx"
                run(glimpse, "export", "--imgsz", "160x224", *words, *count, "-o", path)
                results[kind, free] = session(path).run(None, {"input": x})
        for kind in "raw", "decoded", "nms":
            for fixed, dynamic in zip(results[kind, "fixed"], results[kind, "dynamic"]):
                np.testing.assert_array_equal(fixed, dynamic)
        expected = decoded(results["raw", "fixed"])
        (found,) = results["decoded", "fixed"]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)
        counts, boxes, scores, classes = results["nms", "fixed"]
        assert boxes.shape == (batch, 40, 4) and classes.shape == scores.shape == (batch, 40)
        for image in range(batch):
            want = suppressed(found[image].astype(np.float64), **settings)
            n = counts[image]
            assert n == len(want[1]) > 1, f"{n} and {len(want[1])} detections"
            np.testing.assert_allclose(scores[image, :n], want[1], rtol=1e-6)
            np.testing.assert_allclose(boxes[image, :n], want[0], rtol=1e-5, atol=1e-4)
            np.testing.assert_array_equal(classes[image, :n], want[2])
            assert (classes[image, n:] == -1).all() and not scores[image, n:].any() and not boxes[image, n:].any()
        print(f"batch {batch}: raw, decoded and NMS agree; {counts.tolist()} detections")


def main():
    glimpse = pathlib.Path(sys.argv[1]).resolve()
    writes = "--write" in sys.argv
    names = [name for name in sys.argv[2:] if name != "--write"]
    images = [pathlib.Path(name).resolve() for name in names] or [
        ROOT / "Samples/cat.jpg", ROOT / "Samples/person.jpg", ROOT / "Tests/DatasetsTests/Photographs/coffee.jpg"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        outputs(glimpse, folder)
        found = example(glimpse, folder, images)
        lines = run(glimpse, "detect", "--json", "--no-save", "--conf", CONFIDENCE, "--precision", "f32", "--imgsz", f"{SIZE}x{SIZE}", *images)
        for line in map(json.loads, lines.splitlines()):
            mine = found[line["path"]]
            print(pathlib.Path(line["path"]).name, f"{len(mine)} detections, largest differences %.3f pixels, %.5f of the score"
                  % compare(mine, line["boxes"], line["path"]))
    if writes:
        weights = (ROOT / "Weights/compact.safetensors").read_bytes()
        golden = {
            "script": "check_onnx_example.py", "size": SIZE, "confidence": CONFIDENCE, "weights_sha256": hashlib.sha256(weights).hexdigest(),
            "images": [{"path": str(pathlib.Path(path).relative_to(ROOT)), "boxes": boxes} for path, boxes in found.items()]}
        pathlib.Path(__file__).with_name("onnx_example.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
