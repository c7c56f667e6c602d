#!/usr/bin/env python3
"""Times `glimpse detect` over a folder of JPEG images against scripts around onnxruntime and OpenVINO.

All run the same exported network on the same square input, and end with boxes after NMS: decoding by
OpenCV, letterbox, network, sigmoid and boxes, NMS by class. The scripts are written as a careful user
would: `serial` one image after the other; `pipelined` with images decoded ahead on threads and, for
onnxruntime, two sessions of one thread each on two cores, for OpenVINO its asynchronous queue with the
hint THROUGHPUT. Rounds are taken in turn. Usage:

    measure_throughput.py --glimpse PATH --images FOLDER [--imgsz 416] [--rounds 3]

Needs numpy, opencv-python, onnxruntime, openvino.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time

CONFIDENCE, IOU, STRIDES = 0.25, 0.7, (8, 16, 32)


def paths(folder):
    return sorted(glob.glob(folder + "/**/*.jp*g", recursive=True))


def prepare(path, size):
    """Letterbox into a square, RGB, 0 to 1, NCHW."""
    import cv2
    import numpy as np
    image = cv2.imread(path)
    height, width = image.shape[:2]
    scale = min(size / width, size / height)
    w, h = round(width * scale), round(height * scale)
    left, top = (size - w) // 2, (size - h) // 2
    image = cv2.resize(image, (w, h), interpolation=cv2.INTER_LINEAR)
    image = cv2.copyMakeBorder(
        image, top, size - h - top, left, size - w - left, cv2.BORDER_CONSTANT, value=(114,) * 3)
    x = image[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 255
    return np.ascontiguousarray(x), scale, left, top


def boxes(outputs, scale, left, top):
    """Boxes in pixels of the image, after NMS by class; OpenCV's NMS, as it is the fastest at hand."""
    import cv2
    import numpy as np
    found = []
    for output, stride in zip(outputs, STRIDES):
        maps = output[0]
        scores = maps[4:]
        best = scores.argmax(0)
        logit = np.take_along_axis(scores, best[None], 0)[0]
        rows, columns = np.nonzero(logit > -np.log(1 / CONFIDENCE - 1))
        if not len(rows):
            continue
        t = maps[:4, rows, columns]
        x, y = (columns + 0.5 + t[0]) * stride, (rows + 0.5 + t[1]) * stride
        w, h = np.exp(t[2]) * stride, np.exp(t[3]) * stride
        score = 1 / (1 + np.exp(-logit[rows, columns]))
        found.append(np.stack([x - w / 2, y - h / 2, w, h, score, best[rows, columns]], 1))
    if not found:
        return []
    found = np.concatenate(found)
    keep = cv2.dnn.NMSBoxesBatched(
        found[:, :4].tolist(), found[:, 4].tolist(), found[:, 5].astype(int).tolist(), CONFIDENCE,
        IOU)
    found = found[keep]
    found[:, 0] = (found[:, 0] - left) / scale
    found[:, 1] = (found[:, 1] - top) / scale
    found[:, 2:4] /= scale
    return found


def ort_session(network, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def ort_serial(network, images, size, threads):
    session = ort_session(network, threads)
    name = session.get_inputs()[0].name
    count = 0
    for path in images:
        x, *place = prepare(path, size)
        count += len(boxes(session.run(None, {name: x}), *place))
    return count


def ort_pipelined(network, images, size, threads):
    sessions = queue.Queue()
    for _ in range(threads):
        sessions.put(ort_session(network, 1))

    def one(path):
        x, *place = prepare(path, size)
        session = sessions.get()
        try:
            outputs = session.run(None, {session.get_inputs()[0].name: x})
        finally:
            sessions.put(session)
        return len(boxes(outputs, *place))

    with concurrent.futures.ThreadPoolExecutor(threads + 2) as pool:
        return sum(pool.map(one, images))


def ov_model(network, threads, hint):
    import openvino
    core = openvino.Core()
    return core.compile_model(
        network, "CPU", {"PERFORMANCE_HINT": hint, "INFERENCE_NUM_THREADS": threads})


def ov_serial(network, images, size, threads):
    model = ov_model(network, threads, "LATENCY")
    count = 0
    for path in images:
        x, *place = prepare(path, size)
        result = model(x)
        count += len(boxes([result[o] for o in model.outputs], *place))
    return count


def ov_pipelined(network, images, size, threads):
    import openvino
    model = ov_model(network, threads, "THROUGHPUT")
    requests = openvino.AsyncInferQueue(model)
    total, lock = [0], threading.Lock()

    def done(request, place):
        found = len(boxes([request.get_output_tensor(i).data for i in range(len(STRIDES))], *place))
        with lock:
            total[0] += found

    requests.set_callback(done)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ahead = []
        for path in images:
            ahead.append(pool.submit(prepare, path, size))
            if len(ahead) > 8:
                x, *place = ahead.pop(0).result()
                requests.start_async({0: x}, place)
        for item in ahead:
            x, *place = item.result()
            requests.start_async({0: x}, place)
    requests.wait_all()
    return total[0]


PEERS = {
    "onnxruntime serial": ort_serial, "onnxruntime pipelined": ort_pipelined,
    "OpenVINO serial": ov_serial, "OpenVINO pipelined": ov_pipelined,
}


def timed(command):
    start = time.perf_counter()
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - start, out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--glimpse", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--imgsz", type=int, default=416)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    images = paths(options.images)
    if options.peer:
        name, network = options.peer
        start = time.perf_counter()
        count = PEERS[name](network, images, options.imgsz, options.threads)
        print(json.dumps({"boxes": int(count), "seconds": time.perf_counter() - start}))
        return
    size = f"{options.imgsz}x{options.imgsz}"
    with tempfile.TemporaryDirectory() as folder:
        network = folder + "/net.onnx"
        subprocess.run(
            [options.glimpse, "export", "--imgsz", str(options.imgsz), "-o", network], check=True,
            capture_output=True)
        times = {name: [] for name in ["glimpse"] + list(PEERS)}
        for _ in range(options.rounds):
            seconds, out = timed(
                [options.glimpse, "detect", options.images, "--imgsz", size, "--threads",
                 str(options.threads), "--json", "--no-save"])
            times["glimpse"].append(seconds)
            counts = {"glimpse": sum(len(json.loads(line)["boxes"]) for line in out.splitlines())}
            for name in PEERS:
                _, out = timed(
                    [sys.executable, __file__, "--glimpse", options.glimpse, "--images",
                     options.images, "--imgsz", str(options.imgsz), "--threads",
                     str(options.threads), "--peer", name, network])
                result = json.loads(out)
                # Without imports and start, which Glimpse's figure has.
                times[name].append(result["seconds"])
                counts[name] = result["boxes"]
        ours = statistics.median(times["glimpse"])
        print(f"{len(images)} images at {size}, {options.threads} threads, {options.rounds} rounds")
        for name, values in times.items():
            seconds = statistics.median(values)
            print(
                f"{name}: {len(images) / seconds:.1f} images/s, {counts[name]} boxes, "
                f"glimpse {seconds / ours:.2f} times as fast", flush=True)


if __name__ == "__main__":
    main()
