#!/usr/bin/env python3
"""Writes segmentation.json: metrics of random masks by scikit-learn 1.9.1 and scipy 1.17.1.

    python3 make_segmentation.py > segmentation.json

Pixels are counted by sklearn.metrics (confusion_matrix, jaccard_score, f1_score, accuracy_score).
Objects are labeled by scipy.ndimage.label. Boundaries are the pixels that
scipy.ndimage.binary_erosion removes, their distances those of distance_transform_edt. Where a class
is in neither mask of an image, Dice is 1. 255 in the ground truth is ignored.
"""
import json
import warnings

import numpy as np
from scipy import ndimage
from sklearn import metrics as sk

THRESHOLDS = [0.5 + 0.05 * i for i in range(10)]


def text(plane):
    return "".join("#" if v == 255 else str(v) for v in plane.reshape(-1))


def blobs(r, h, w, classes, sigma, level):
    plane = np.zeros((h, w), np.uint8)
    for c in range(1, classes + 1):
        noise = ndimage.gaussian_filter(r.standard_normal((h, w)), sigma)
        plane[noise > level * noise.std()] = c
    return plane


def changed(r, plane, classes, amount):
    """A prediction: the ground truth shifted, with noise and some objects removed."""
    out = np.roll(plane, [int(v) for v in r.integers(-2, 3, 2)], (0, 1))
    out[out == 255] = 0
    noise = r.random(plane.shape) < amount
    out[noise] = r.integers(0, classes + 1, plane.shape)[noise]
    labels, count = ndimage.label(out > 0)
    for i in range(1, count + 1):
        if r.random() < 0.15:
            out[labels == i] = 0
    return out


def objects(truth, found, classes):
    ignored = truth == 255
    t_total = f_total = 0
    matched = [0] * 10
    for c in range(1, classes + 1):
        tl, tn = ndimage.label(truth == c)
        fl, fn = ndimage.label(found == c)
        kept = [i for i in range(1, fn + 1) if 2 * (ignored & (fl == i)).sum() <= (fl == i).sum()]
        t_total += tn
        f_total += len(kept)
        for i in range(1, tn + 1):
            for j in kept:
                mask = (fl == j) & ~ignored
                both = ((tl == i) & mask).sum()
                if both:
                    iou = both / ((tl == i) | mask).sum()
                    for k, t in enumerate(THRESHOLDS):
                        matched[k] += bool(iou > t + 1e-12)
    return t_total, f_total, matched


def boundary(mask, ignored):
    # Ignored pixels are not outside: they count as inside for the erosion.
    return mask & ~ndimage.binary_erosion(mask | ignored)


def boundaries(truth, found, c):
    ignored = truth == 255
    t = boundary(truth == c, ignored)
    f = boundary((found == c) & ~ignored, ignored)
    if not t.any() and not f.any():
        return None
    if not t.any() or not f.any():
        return dict(f1=0.0, hausdorff95=None)
    to_f = ndimage.distance_transform_edt(~f)[t]
    to_t = ndimage.distance_transform_edt(~t)[f]
    limit = 0.0075 * np.hypot(*truth.shape)
    p, r = (to_t <= limit).mean(), (to_f <= limit).mean()
    return dict(
        f1=float(2 * p * r / (p + r)) if p + r else 0.0,
        hausdorff95=float(max(np.percentile(to_f, 95), np.percentile(to_t, 95))))


def measure(images, classes):
    kept = [t != 255 for t, _ in images]
    truth = np.concatenate([t[k] for (t, _), k in zip(images, kept)])
    found = np.concatenate([f[k] for (_, f), k in zip(images, kept)])
    values = range(classes + 1)
    confusion = sk.confusion_matrix(truth, found, labels=values)
    iou = sk.jaccard_score(truth, found, labels=values, average=None, zero_division=0)
    dice = sk.f1_score(truth, found, labels=values, average=None, zero_division=np.nan)
    occurs = (confusion.sum(0) + confusion.sum(1)) > 0
    iou[~occurs] = np.nan
    per_image = np.array([
        sk.f1_score(t[k], f[k], labels=values, average=None, zero_division=1)
        for (t, f), k in zip(images, kept)])
    shown = [c for c in range(1, classes + 1) if occurs[c]]
    counts = [objects(t, f, classes) for t, f in images]
    f1s = [[2 * m[k] / (a + b) if a + b else 1 for k in range(10)] for a, b, m in counts]
    edges = [[boundaries(t, f, c) for c in range(1, classes + 1)] for t, f in images]
    image_f1 = [np.mean([e["f1"] for e in row if e]) for row in edges if any(row)]
    distances = [e["hausdorff95"] for row in edges for e in row if e and e["hausdorff95"] is not None]
    undefined = sum(1 for row in edges for e in row if e and e["hausdorff95"] is None)
    number = lambda v: None if v is None or np.isnan(v) else float(v)
    return dict(
        confusion=[int(v) for v in confusion.T.reshape(-1)],
        iou=[number(v) for v in iou[1:]], classDice=[number(v) for v in dice[1:]],
        dice=float(np.mean([dice[c] for c in shown])) if shown else 1.0,
        meanIoU=float(np.mean([iou[c] for c in shown])) if shown else 1.0,
        meanIoUWithBackground=float(np.nanmean(iou)),
        meanImageDice=float(np.mean([per_image[:, c].mean() for c in shown])) if shown else 1.0,
        imageDice=[
            float(np.mean([row[c] for c in range(1, classes + 1)
                           if ((t == c).any() or ((f == c) & (t != 255)).any())] or [1.0]))
            for row, (t, f) in zip(per_image, images)],
        pixelAccuracy=float(sk.accuracy_score(truth, found)),
        frequencyWeightedIoU=float(
            sk.jaccard_score(truth, found, labels=values, average="weighted", zero_division=0)),
        objects=[sum(a for a, _, _ in counts), sum(b for _, b, _ in counts)],
        matched=[sum(m[k] for _, _, m in counts) for k in range(10)],
        objectF1=[float(np.mean([f[k] for f in f1s])) for k in range(10)],
        boundaryF1=number(np.mean(image_f1)) if image_f1 else None,
        hausdorff95=number(np.mean(distances)) if distances else None, undefined=undefined)


def main():
    warnings.filterwarnings("ignore")
    r = np.random.default_rng(2613)
    out = []
    for case, classes in enumerate([1, 3, 1, 4, 2, 1, 2]):
        images = []
        for i in range(6 if case < 6 else 1):
            h, w = (int(v) for v in r.integers(20, 48, 2))
            if case == 6:  # large enough for a tolerance above a pixel
                h, w = 150, 190
            # The last class of case 4 never occurs; case 5 has empty masks.
            used = classes - 1 if case == 4 else classes
            truth = blobs(r, h, w, used, r.uniform(1.5, 3), r.uniform(0.5, 1))
            if case == 5 and i % 2:
                truth[:] = 0
            found = changed(r, truth, used, [0.02, 0.01, 0.3, 0.005, 0.02, 0, 0.001][case])
            if case == 5 and i == 4:
                found[:] = 0
            if case in (1, 3):
                truth[blobs(r, h, w, 1, 4, 0.8) > 0] = 255
            if case == 3 and i == 2:
                truth[:, : w // 2] = 255
            images.append((truth, found))
        out.append(dict(
            classes=classes,
            images=[dict(width=t.shape[1], height=t.shape[0], truth=text(t), found=text(f))
                    for t, f in images],
            expected=measure(images, classes)))
    print(json.dumps(out, separators=(",", ":")))


if __name__ == "__main__":
    main()
