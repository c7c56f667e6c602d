#!/usr/bin/env python3
"""Trains an exported U-Net in PyTorch on a folder of images and binary masks, and scores it by Dice.

It is what `glimpse train --task segment` is compared with: the same network (exported with
--training, so also the same random weights), windows, batch, strength of augmentation, loss and
number of epochs, by an optimizer that is usual in PyTorch: AdamW with a cosine. Usage:

    glimpse export --model unet-s --weights none --training --imgsz 256 -o unet.onnx
    train_unet.py unet.onnx nuclei --epochs 20 --batch 16 --size 256

The folder holds images/, masks/, train.txt and val.txt. Needs torch, onnx2torch, Pillow.
"""
import argparse
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from onnx2torch import convert
from PIL import Image


def normalized(pixels, white):
    """Percentiles 1 and 99.8 of each channel become 0 and 1, as in Glimpse's U-Nets.

    The range is at least one level of 255: a few bright pixels of a flat window would otherwise become
    numbers so large that they spoil the running statistics of batch normalization.
    """
    low, high = np.percentile(pixels, [1, 99.8], axis=(0, 1))
    return (pixels - low) / np.maximum(high - low, white / 255)


def load(folder, split):
    samples = []
    for name in open(f"{folder}/{split}.txt").read().split():
        stem = os.path.splitext(os.path.basename(name))[0]
        image = np.asarray(Image.open(f"{folder}/images/{stem}.png").convert("RGB"), np.float32)
        mask = np.asarray(Image.open(f"{folder}/masks/{stem}.png").convert("L")) > 127
        samples.append((image, mask.astype(np.float32)))
    return samples


def window(image, mask, size, rng):
    """A random window: rotation of 15 degrees, scale 0.75 to 1.25, flips, color."""
    height, width = mask.shape
    if rng.random() < 1 / 3 and mask.any():
        rows, columns = np.nonzero(mask)
        pick = rng.integers(len(rows))
        center = (columns[pick] + rng.uniform(-size / 4, size / 4),
                  rows[pick] + rng.uniform(-size / 4, size / 4))
    else:
        center = tuple(
            rng.uniform(min(size, side) / 2, side - min(size, side) / 2) for side in (width, height))
    angle, scale = math.radians(rng.uniform(-15, 15)), 1 / rng.uniform(0.75, 1.25)
    flips = rng.choice([-1, 1], 2)
    c, s = math.cos(angle) * scale, math.sin(angle) * scale
    offsets = np.arange(size, dtype=np.float32) - size / 2 + 0.5
    y, x = np.meshgrid(offsets * flips[1], offsets * flips[0], indexing="ij")
    grid = np.stack([
        (center[0] + c * x - s * y) * 2 / width - 1, (center[1] + s * x + c * y) * 2 / height - 1
    ], -1).astype(np.float32)
    grid = torch.from_numpy(grid)[None]
    stacked = torch.from_numpy(np.concatenate([image / 255, mask[..., None]], 2)).permute(2, 0, 1)
    out = F.grid_sample(stacked[None], grid, padding_mode="reflection", align_corners=False)[0]
    pixels = out[:3].permute(1, 2, 0).numpy()
    gray = pixels.mean(2, keepdims=True)
    pixels = gray + (pixels - gray) * rng.uniform(0.8, 1.2)
    pixels = (pixels - 0.5) * rng.uniform(0.85, 1.15) + 0.5 + rng.uniform(-0.1, 0.1)
    pixels = np.clip(pixels, 0, 1) ** rng.uniform(1 / 1.2, 1.2)
    return normalized(pixels, 1).transpose(2, 0, 1), (out[3] > 0.5).float().numpy()


def dice_loss(logits, labels):
    p = torch.sigmoid(logits)
    return 1 - (2 * (p * labels).sum() + 1) / (p.sum() + labels.sum() + 1)


def dice(network, samples):
    """Dice over the pixels of all images, each padded to a multiple of 32 by mirroring."""
    network.eval()
    both = total = 0
    with torch.no_grad():
        for image, mask in samples:
            height, width = mask.shape
            padding = ((0, -height % 32), (0, -width % 32), (0, 0))
            x = np.pad(normalized(image, 255), padding, mode="symmetric").transpose(2, 0, 1)
            logits = network(torch.from_numpy(np.ascontiguousarray(x, np.float32))[None])
            found = logits[0, 0, :height, :width].numpy() > 0
            both += (found * mask).sum()
            total += found.sum() + mask.sum()
    network.train()
    return 2 * both / total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("data")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--lr", type=float, default=0.002)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    network = convert(options.network).train()
    network.requires_grad_(True)
    network = network.to(memory_format=torch.channels_last)
    train, val = load(options.data, "train"), load(options.data, "val")
    steps = math.ceil(len(train) / options.batch) * options.epochs
    optimizer = torch.optim.AdamW(network.parameters(), lr=options.lr, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.lr, total_steps=steps, pct_start=0.1)
    for epoch in range(options.epochs):
        start, order = time.time(), rng.permutation(len(train))
        for first in range(0, len(order), options.batch):
            batch = [window(*train[i], options.size, rng) for i in order[first:first + options.batch]]
            x = torch.from_numpy(np.stack([b[0] for b in batch]).astype(np.float32))
            y = torch.from_numpy(np.stack([b[1] for b in batch]))[:, None]
            optimizer.zero_grad(set_to_none=True)
            logits = network(x.to(memory_format=torch.channels_last))
            loss = F.binary_cross_entropy_with_logits(logits, y) + dice_loss(logits, y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10)
            optimizer.step()
            schedule.step()
        rate = len(order) / (time.time() - start)
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}, {rate:.2f} images/s", flush=True)
    print(f"Dice {dice(network, val):.4f}", flush=True)


if __name__ == "__main__":
    main()
