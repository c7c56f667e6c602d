"""Compares single operators on random inputs through `glimpse run` with onnxruntime.

    python compare_operators.py GLIMPSE

For combinations that the tests of the onnx package (run_operator_tests.py) lack: all modes of GridSample, pooling with
dilations, ceil mode and padding, indices along all axes. Integers must be equal, and floats agree within 1e-4. Needs
numpy, onnx, onnxruntime, safetensors.
"""
import itertools
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import helper
from safetensors.numpy import load_file, save_file

rng = np.random.default_rng(3)


def floats(*shape):
    return rng.normal(size=shape).astype(np.float32)


def cases():
    """(operator, operator set, number of outputs, attributes, inputs)"""
    modes = itertools.product(["nearest", "linear", "cubic"], ["zeros", "border", "reflection"], [0, 1], [5, 1])
    for mode, padding, aligned, height in modes:
        points = rng.uniform(-2.5, 2.5, size=(2, 4, 6, 2)).astype(np.float32)
        attributes = {"mode": mode, "padding_mode": padding, "align_corners": aligned}
        yield "GridSample", 20, 1, attributes, [floats(2, 3, height, 7), points]
    for size in [1, 3, 5, 9]:  # onnxruntime has odd sizes only
        yield "LRN", 13, 1, {"size": size, "alpha": 0.3, "beta": 0.6, "bias": 1.5}, [floats(2, 6, 3, 4)]
    for p in [1, 2, 3]:
        attributes = {"kernel_shape": [2, 3], "strides": [2, 2], "pads": [1, 1, 0, 1], "p": p}
        yield "LpPool", 18, 1, attributes, [floats(1, 2, 6, 7)]
    windows = itertools.product(
        [[2, 3], [3, 3]], [[1, 1], [2, 1], [2, 3]], [[1, 1], [2, 3]], [[0] * 4, [1, 0, 1, 1], [1, 1, 0, 1]], [0, 1])
    for kernel, dilations, strides, pads, ceil in windows:
        attributes = {
            "kernel_shape": kernel, "dilations": dilations, "strides": strides, "pads": pads, "ceil_mode": ceil}
        x = floats(2, 3, 9, 11)
        yield "MaxPool", 12, 2, attributes, [x]
        for counts in [0, 1]:
            yield "AveragePool", 19, 1, {**attributes, "count_include_pad": counts}, [x]
    for axis in [0, 1, 2]:
        x = rng.integers(0, 9, size=(3, 4, 5)).astype(np.float32)
        indices = rng.integers(-3, 3, size=(2, 3, 4))
        for largest in [0, 1]:
            yield "TopK", 11, 2, {"axis": axis, "largest": largest}, [x, np.array([3])]
        yield "GatherElements", 13, 1, {"axis": axis}, [x, indices]
        yield "Gather", 13, 1, {"axis": axis}, [x, rng.integers(-3, 3, size=(2, 2))]
        yield "ScatterElements", 18, 1, {"axis": axis, "reduction": "add"}, [x, indices, floats(2, 3, 4)]
        yield "CumSum", 14, 1, {"reverse": 1, "exclusive": 1}, [x, np.array(axis)]
    yield "GatherND", 13, 1, {"batch_dims": 1}, [floats(2, 3, 4, 5), rng.integers(-2, 2, size=(2, 6, 2))]
    for shapes in [[(3, 1, 5), (2, 1, 4, 1), (5,)], [(1, 3, 1, 1), (2, 3, 4, 6), (2, 1, 4, 6)]]:
        mask = rng.integers(0, 2, size=shapes[0]).astype(bool)
        yield "Where", 16, 1, {}, [mask, floats(*shapes[1]), floats(*shapes[2])]


def outcome(glimpse, folder, operator, version, outputs, attributes, inputs):
    feed = {f"x{i}": np.ascontiguousarray(x) for i, x in enumerate(inputs)}
    names = [f"y{i}" for i in range(outputs)]
    graph = helper.make_graph(
        [helper.make_node(operator, list(feed), names, **attributes)], "test",
        [helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for k, v in feed.items()],
        [helper.make_empty_tensor_value_info(name) for name in names])
    model = onnx.shape_inference.infer_shapes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=9))
    onnx.save(model, folder / "model.onnx")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    expected = session.run(None, feed)
    save_file(feed, folder / "in.safetensors")
    run = subprocess.run(
        [glimpse, "run", folder / "model.onnx", "--input", folder / "in.safetensors", "--output",
         folder / "out.safetensors", "--overwrite"], capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        return run.stderr.strip() or f"signal {-run.returncode}"
    found = load_file(folder / "out.safetensors")
    for name, value in zip(names, expected):
        other = found[name]
        limit = 1e-4 if value.dtype.kind == "f" else 0
        if other.shape != value.shape or not np.allclose(other, value, limit, limit):
            return f"{name} differs"
    return None


def main():
    onnxruntime.set_default_logger_severity(3)
    count, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for operator, version, outputs, attributes, inputs in cases():
            count += 1
            note = outcome(sys.argv[1], pathlib.Path(folder), operator, version, outputs, attributes, inputs)
            if note:
                failed += 1
                print(operator, attributes, note, sep=" | ")
    print(f"{count - failed} of {count} agree with onnxruntime")
    sys.exit(failed > 0)


main()
