#!/usr/bin/env python3
"""A NumPy archive of four small arrays, as numpy.lib.format and zipfile write it.

    python3 make_npz.py arrays.npz

The date is 1 January 1980 and the entries are stored, so that the bytes repeat.
"""
import io
import sys
import zipfile

import numpy as np

ARRAYS = {
    "numbers": np.array([[0.5, -1.0, 2.0], [1e300, 0.1, -0.0]]),
    "integers": np.array([1, -2, 2147483647], "<i4"),
    "flags": np.array([[True], [False]]),
    "texts": np.array(["cat", "", "hérisson"]),
    "empty": np.zeros((0, 4)),
}


def main():
    with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_STORED) as archive:
        for name, array in ARRAYS.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, array, version=(1, 0))
            info = zipfile.ZipInfo(name + ".npy", (1980, 1, 1, 0, 0, 0))
            info.create_system = 0
            archive.writestr(info, data.getvalue())


if __name__ == "__main__":
    main()
