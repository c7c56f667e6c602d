#!/usr/bin/env python3
"""Writes components.json: what scipy 1.17.1 makes of random masks.

    python3 make_components.py > components.json

Labels are of scipy.ndimage.label with 4 and 8 neighbors. Distances are the squares of
scipy.ndimage.distance_transform_edt, which are integers.
"""
import json

import numpy as np
from scipy import ndimage


def main():
    r = np.random.default_rng(2612)
    out = []
    for i in range(48):
        w, h = (int(v) for v in r.integers(1, 40, 2))
        if i % 3 == 0:  # blobs
            noise = ndimage.gaussian_filter(r.standard_normal((h, w)), r.uniform(0.5, 2.5))
            bits = noise > r.uniform(-0.1, 0.1)
        else:
            bits = r.random((h, w)) < [0.5, 0.1, 0.9, 0.0, 1.0, 0.65, 0.4][i % 7]
        bits = bits.astype(np.uint8)
        four, _ = ndimage.label(bits)
        eight, _ = ndimage.label(bits, np.ones((3, 3)))
        distances = []
        if (bits == 0).any():
            distances = np.rint(ndimage.distance_transform_edt(bits) ** 2).astype(int)
            distances = [int(v) for v in distances.reshape(-1)]
        out.append(dict(
            width=w, height=h, pixels="".join(str(v) for v in bits.reshape(-1)),
            four=[int(v) for v in four.reshape(-1)], eight=[int(v) for v in eight.reshape(-1)],
            distances=distances))
    print(json.dumps(out, separators=(",", ":")))


if __name__ == "__main__":
    main()
