"""Times networks of other programs in Glimpse against onnxruntime, and Darknet's against OpenCV's dnn.

    python compare_engines.py GLIMPSE FOLDER [RUNS]

FOLDER has networks (../shared/imports/networks). GLIMPSE is a release build; of a debug build the ratios mean nothing.
Both run in turn, three times each, with one thread and with two; the least median counts. Prints milliseconds and
Glimpse's part of the other's time. Needs numpy, onnxruntime, and opencv-python-headless below 5 for .cfg files.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import onnxruntime


def shape(glimpse, path):
    info = json.loads(subprocess.run([glimpse, "info", str(path), "--json"], check=True, capture_output=True).stdout)
    if info["imgsz"] is None:
        return None
    height, width = (map(int, info["imgsz"].split("x")) if isinstance(info["imgsz"], str) else [info["imgsz"]] * 2)
    dims = info["inputs"][0]["shape"]
    return [1, height, width, dims[3]] if dims[3] and dims[3] <= 4 else [1, dims[1] or 3, height, width]


def glimpse_ms(glimpse, path, threads, runs):
    out = subprocess.run([glimpse, "bench", "--weights", str(path), "--threads", str(threads), "--runs", str(runs), "--json"],
                         check=True, capture_output=True).stdout
    return json.loads(out)["median_ms"]


def timed(step, runs):
    times = []
    for index in range(runs + 2):
        start = time.perf_counter()
        step()
        if index >= 2:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def other(path, dims, threads):
    image = np.random.default_rng(0).random(dims, np.float32)
    if path.suffix == ".cfg":
        import cv2
        cv2.setNumThreads(threads)
        net = cv2.dnn.readNetFromDarknet(str(path), str(path.with_suffix(".weights")))
        names = net.getUnconnectedOutLayersNames()

        def step():
            net.setInput(image)
            net.forward(names)
        return step
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    if "float16" in port.type:
        image = image.astype(np.float16)
    return lambda: session.run(None, {port.name: image})


def main():
    glimpse, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 30
    ratios = {1: [], 2: []}
    for path in sorted(folder.glob("*.onnx")) + sorted(folder.glob("*.cfg")):
        dims = shape(glimpse, path)
        if dims is None:
            continue
        for threads in (1, 2):
            step = other(path, dims, threads)
            rounds = [(glimpse_ms(glimpse, path, threads, runs), timed(step, runs)) for _ in range(3)]
            own, theirs = min(r[0] for r in rounds), min(r[1] for r in rounds)
            ratios[threads].append(own / theirs)
            print(f"{path.name:32} {threads} thread(s): {own:8.2f} ms, other {theirs:8.2f} ms, ratio {own / theirs:.2f}")
    for threads, values in ratios.items():
        print(f"median ratio, {threads} thread(s): {statistics.median(values):.2f}")


main()
