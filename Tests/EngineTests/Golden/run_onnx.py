"""Runs exported networks in onnxruntime, for ONNXExportTests and ExportTests.

Run with onnx, onnxruntime and NumPy: python3 run_onnx.py FOLDER

Each NAME.onnx of the folder is checked, its shapes are inferred and compared with those that it
states, and it runs on NAME.0.f32, NAME.1.f32 and so on: little-endian floats in the order n, c, h, w.
NAME.out.f32 gets its outputs, one behind the other.
"""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = {
        value.name: np.fromfile(path.with_suffix(f".{index}.f32"), "<f4").reshape(value.shape)
        for index, value in enumerate(session.get_inputs())
    }
    outputs = session.run(None, inputs)
    for value, output in zip(session.get_outputs(), outputs):
        assert list(output.shape) == value.shape, f"{path}: {value.name} is {output.shape}"
    np.concatenate([output.ravel() for output in outputs]).tofile(path.with_suffix(".out.f32"))
