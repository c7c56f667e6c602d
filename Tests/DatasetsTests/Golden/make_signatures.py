"""Prints what ImageSignature should find in the photographs of Samples, by numpy and Pillow.

python3 Tests/DatasetsTests/Golden/make_signatures.py   (numpy 2, Pillow 12)
"""

import pathlib

import numpy as np
from PIL import Image

COSINES = np.array([[np.cos((2 * x + 1) * u * np.pi / 64) for x in range(32)] for u in range(8)])

for path in sorted((pathlib.Path(__file__).parents[3] / "Samples").glob("*.jpg")):
    small = Image.open(path).convert("RGB").resize((32, 32), Image.BOX).convert("L")
    gray = np.asarray(small, float)
    frequencies = (COSINES @ gray @ COSINES.T).ravel()
    median = np.sort(frequencies[1:])[31]
    bits = frequencies > median
    bits[0] = False
    word = sum(1 << place for place, bit in enumerate(bits) if bit)
    corners = gray.reshape(16, 2, 16, 2).mean((1, 3))[[0, 0, 15, 15], [0, 15, 0, 15]]
    print(path.name, f"0x{word:016x}", corners.tolist())
