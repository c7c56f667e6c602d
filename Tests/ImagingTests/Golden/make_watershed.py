#!/usr/bin/env python3
"""Writes watershed.json: the objects that scikit-image 0.26.0 finds in the masks of nuclei.

    python3 make_watershed.py NUCLEI > watershed.json

NUCLEI is the folder of the data set, with val.txt and masks/. For each mask of val: the number of
4-connected components, and of instances of the watershed from the extended maxima of the distance
transform, h = 0.75.
"""
import json
import sys

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.morphology import local_maxima, reconstruction
from skimage.segmentation import watershed

CROSS = ndimage.generate_binary_structure(2, 1)


def main(folder):
    out = []
    for name in sorted(open(f"{folder}/val.txt").read().split()):
        mask = np.array(Image.open(f"{folder}/masks/{name}.png")) > 0
        distance = ndimage.distance_transform_edt(mask)
        lowered = reconstruction(distance - 0.75, distance, footprint=CROSS)
        peaks, _ = ndimage.label(local_maxima(lowered, connectivity=1) & mask)
        labels = watershed(-distance, peaks, mask=mask)
        out.append(dict(
            name=name, components=int(ndimage.label(mask)[1]),
            instances=len(np.unique(labels)) - 1))
    print(json.dumps(out, separators=(",", ":")))


if __name__ == "__main__":
    main(sys.argv[1])
