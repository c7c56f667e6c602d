"""Prints the green samples of a small image after JPEG at two qualities, by Pillow's libjpeg-turbo.

python3 Tests/DatasetsTests/Golden/make_jpeg.py   (numpy 2, Pillow 13)
"""

import io

import numpy as np
from PIL import Image

y, x = np.mgrid[0:16, 0:16]
image = np.stack([16 * x, 255 * ((x // 4 + y // 4) % 2), 16 * y], -1).astype(np.uint8)
for quality in (30, 75):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    green = np.asarray(Image.open(file))[..., 1]
    print(quality, [row.tobytes().hex() for row in green[::5]])
