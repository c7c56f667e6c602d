"""Runs the single-operator tests of the onnx package through `glimpse run`, and counts what becomes of them.

    python run_operator_tests.py GLIMPSE LIST FOLDER

LIST is ../shared/imports/operators/list.txt: onnx version, operators, operator set, names of tests. FOLDER has one folder
per version of the package with what its wheel has (select_tests.py beside the list says how to get them). A
test passes if floats agree within 1e-3 of the value plus 1e-5 (1e-2 for half precision), and all others
exactly. Needs numpy, onnx, safetensors.
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file


def tensors(folder, kind, ports):
    files = sorted(folder.glob(f"{kind}_*.pb"), key=lambda p: int(re.search(r"\d+", p.stem)[0]))
    found = {}
    for port, file in zip(ports, files):
        tensor = onnx.TensorProto()
        tensor.ParseFromString(file.read_bytes())
        found[port.name] = numpy_helper.to_array(tensor)
    return found


def agrees(expected, found):
    if expected.size != found.size:
        return False
    expected, found = expected.ravel(), found.ravel()
    if expected.dtype.kind == "f":
        limit = 1e-2 if expected.dtype == np.float16 else 1e-3
        return np.allclose(found.astype(np.float64), expected.astype(np.float64), limit, 1e-5, equal_nan=True)
    return np.array_equal(found.astype(np.int64), expected.astype(np.int64))


def outcome(glimpse, test, folder):
    model = onnx.load(test / "model.onnx")
    constants = {c.name for c in model.graph.initializer}
    data = test / "test_data_set_0"
    inputs = tensors(data, "input", [p for p in model.graph.input if p.name not in constants])
    expected = tensors(data, "output", model.graph.output)
    save_file({k: np.ascontiguousarray(v) for k, v in inputs.items()}, f"{folder}/in.safetensors")
    run = subprocess.run(
        [glimpse, "run", test / "model.onnx", "--input", f"{folder}/in.safetensors", "--output", f"{folder}/out.safetensors", *OVERWRITE],
        capture_output=True, text=True, timeout=60)
    if run.returncode < 0:
        return "crashed", f"signal {-run.returncode}"
    if run.returncode != 0:
        return "refused", run.stderr.strip().splitlines()[-1]
    found = load_file(f"{folder}/out.safetensors")
    wrong = [name for name, value in expected.items() if name not in found or not agrees(value, found[name])]
    return ("wrong", ", ".join(wrong)) if wrong else ("passed", "")


OVERWRITE = []


def main():
    glimpse, listing, root = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if "--overwrite" in subprocess.run([glimpse, "help", "run"], capture_output=True, text=True).stdout:
        OVERWRITE.append("--overwrite")
    counts, operators = collections.Counter(), collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as folder:
        for line in listing.read_text().splitlines():
            match = re.match(r"(\d[\d.]*) (.+?) \d+: (.*)", line)
            if not match:
                continue
            version, operator, names = match.groups()
            for name in names.split():
                test = root / version / "onnx/backend/test/data/node" / f"test_{name}"
                try:
                    result, note = outcome(glimpse, test, folder)
                except Exception as error:
                    result, note = "not run", str(error)[:100]
                counts[result] += 1
                operators[operator][result] += 1
                if result != "passed":
                    print(result, version, operator, name, note, sep=" | ")
    print(dict(counts), "of", sum(counts.values()))
    print("operators with all tests passed:", sum(set(c) == {"passed"} for c in operators.values()), "of", len(operators))


main()
