#!/usr/bin/env python3
"""Writes masks.json: what pycocotools 2.0.11 makes of random polygons, bitmaps and pairs of masks.

    python3 make_masks.py > masks.json
"""
import json

import numpy as np
from pycocotools import mask as api


def text(rle):
    return rle["counts"].decode()


def facts(rle):
    return dict(text=text(rle), area=int(api.area(rle)), box=[int(v) for v in api.toBbox(rle)])


def polygon(r, w, h, kind):
    """A list x, y, x, y ... of one of several kinds, some of them leaving the image."""
    n = int(r.integers(3, 12))
    if kind == 0:  # anywhere around the image, crossing itself
        p = r.uniform([-0.3 * w, -0.3 * h], [1.3 * w, 1.3 * h], (n, 2))
    elif kind == 1:  # star-shaped inside of it
        a = np.sort(r.uniform(0, 2 * np.pi, n))
        d = r.uniform(0.2, 0.5, n) * min(w, h)
        p = np.stack([w / 2 + d * np.cos(a), h / 2 + d * np.sin(a)], 1)
    elif kind == 2:  # whole and half pixels, corners that repeat
        p = np.round(r.uniform(0, [w, h], (n, 2)) * 2) / 2
        p = np.repeat(p, r.integers(1, 3, n), axis=0)
    elif kind == 3:  # thinner than a pixel
        x, y = r.uniform(0, w), r.uniform(0, h)
        p = np.array([[x, y], [x + 0.3, y + 0.2 * h], [x + 0.1, y + 0.2]])
    else:  # two decimals, as annotations have them
        p = np.round(r.uniform(0, [w, h], (n, 2)), 2)
    return [float(v) for v in p.reshape(-1)]


def main():
    r = np.random.default_rng(20171)
    out = dict(polygons=[], joined=[], bitmaps=[], pairs=[])
    for i in range(120):
        w, h = (int(v) for v in r.integers(1, 70, 2))
        xy = polygon(r, w, h, i % 5)
        out["polygons"].append(
            dict(width=w, height=h, xy=xy, **facts(api.frPyObjects([xy], h, w)[0])))
    for i in range(20):
        w, h = (int(v) for v in r.integers(8, 60, 2))
        parts = [polygon(r, w, h, int(r.integers(5))) for _ in range(int(r.integers(2, 5)))]
        out["joined"].append(dict(
            width=w, height=h, polygons=parts, **facts(api.merge(api.frPyObjects(parts, h, w)))))
    for i in range(40):
        w, h = (int(v) for v in r.integers(1, 24, 2))
        bits = (r.random((h, w)) < [0.5, 0.05, 0.95, 0.0, 1.0][i % 5]).astype(np.uint8)
        out["bitmaps"].append(dict(
            width=w, height=h, pixels="".join(str(v) for v in bits.reshape(-1)),
            **facts(api.encode(np.asfortranarray(bits)))))
    for i in range(60):
        w, h = (int(v) for v in r.integers(4, 60, 2))
        a, b = (api.frPyObjects([polygon(r, w, h, int(r.integers(5)))], h, w)[0] for _ in range(2))
        out["pairs"].append(dict(
            width=w, height=h, a=text(a), b=text(b),
            iou=float(api.iou([a], [b], [0])[0, 0]), crowd=float(api.iou([a], [b], [1])[0, 0]),
            union=text(api.merge([a, b])),
            intersection=int(api.area(api.merge([a, b], intersect=True)))))
    big = np.zeros((3000, 2000), np.uint8)  # runs of many digits
    big[17:2900, 100:102] = 1
    big[5, 1900] = 1
    out["bitmap of 2000x3000"] = facts(api.encode(np.asfortranarray(big)))
    print(json.dumps(out))


main()
