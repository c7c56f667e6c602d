#!/usr/bin/env python3
"""Writes images.json: small TIFF, BMP and Netpbm files, and what Pillow and tifffile decode them to.

    pip install pillow==13.0.0 tifffile==2026.3.3 imagecodecs==2026.3.6 numpy
    python3 make_images.py > images.json

Each file is there in base64, with its upright size and the SHA-256 of its samples: rows from the top,
channels interleaved, 16 bits in little-endian order. `page` is the
index that was asked for. `by` names the program that decoded it; what
both read was compared. Where none of them reads a kind as it is stored (16 bits in color by Pillow,
white-is-zero by tifffile), the samples are those that the file was written from.
"""
import base64
import hashlib
import io
import json
import struct
import sys

import numpy as np
import tifffile
from PIL import Image

random = np.random.default_rng(7)
found = []


def add(name, data, by, samples, page=None):
    samples = np.asarray(samples)
    if samples.ndim == 2:
        samples = samples[:, :, None]
    assert samples.dtype in (np.uint8, np.uint16), samples.dtype
    stored = samples.astype(samples.dtype.newbyteorder("<")).tobytes()
    found.append(dict(
        name=name, page=page, file=base64.b64encode(data).decode(), by=by, width=samples.shape[1],
        height=samples.shape[0], channels=samples.shape[2], depth=8 * samples.itemsize,
        sha256=hashlib.sha256(stored).hexdigest()))


def pillow(data, mode=None):
    image = Image.open(io.BytesIO(data))
    image.load()
    if mode is None:
        mode = {"1": "L", "P": "RGB"}.get(image.mode, image.mode)
    samples = np.asarray(image.convert(mode) if mode != image.mode else image)
    return samples if samples.dtype == np.uint8 else samples.astype(np.uint16)


def waves(height, width, channels, dtype):
    """Smooth with some noise, so that every predictor and code length occurs."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    level = (np.sin(x / (5 + 2 * c)) * np.cos(y / (6 - c)) + 1) / 2
    level = np.clip(level + random.normal(0, 0.01, level.shape), 0, 1)
    samples = (level * np.iinfo(dtype).max).astype(dtype)
    return samples[:, :, 0] if channels == 1 else samples


def tiffs_of_tifffile():
    kinds = [("gray", 1, "minisblack", None), ("rgb", 3, "rgb", None),
             ("rgba", 4, "rgb", ["unassalpha"]), ("graya", 2, "minisblack", ["unassalpha"])]
    layouts = [("none", None, False), ("packbits", "packbits", False), ("lzw", "lzw", False),
               ("lzw-predictor", "lzw", True), ("deflate", "zlib", False),
               ("deflate-predictor", "zlib", True)]
    number = 0
    for kind, channels, photometric, extra in kinds:
        for layout, compression, predictor in layouts:
            for dtype in (np.uint8, np.uint16):
                # Byte order, tiles and planes take turns over the other choices.
                number += 1
                order = "<>"[(number + number // 2) % 2]
                tiled = number // 3 % 2 == 1 and (compression or kind == "gray")
                separate = channels > 1 and number % 5 == 0
                samples = waves(17, 18, channels, dtype)
                stored = np.moveaxis(samples, 2, 0) if separate else samples
                file = io.BytesIO()
                tifffile.imwrite(
                    file, stored, byteorder=order, photometric=photometric,
                    compression=compression, predictor=predictor or None,
                    planarconfig="separate" if separate else "contig" if channels > 1 else None,
                    tile=(16, 16) if tiled else None, rowsperstrip=None if tiled else 8,
                    extrasamples=extra, metadata=None, software=False)
                data = file.getvalue()
                read = tifffile.imread(io.BytesIO(data))
                if separate:
                    read = np.moveaxis(read, 0, 2)
                assert np.array_equal(read, samples)
                by = "tifffile"
                # Pillow mixes up the planes of gray with alpha.
                if (dtype == np.uint8 or channels == 1) and not (separate and channels == 2):
                    assert np.array_equal(pillow(data), samples), (kind, layout)
                    by = "tifffile and Pillow"
                name = [kind, layout, f"{8 * samples.itemsize}", "II" if order == "<" else "MM",
                        "tiles" if tiled else "strips"] + ["planes"] * separate
                add("-".join(name) + ".tif", data, by, read)


def pages():
    stack = random.integers(0, 65536, (3, 5, 7), dtype=np.uint16)
    file = io.BytesIO()
    tifffile.imwrite(file, stack, photometric="minisblack", metadata=None, software=False)
    for page in (None, 0, 1, 2):
        read = tifffile.imread(io.BytesIO(file.getvalue()), key=page or 0)
        assert np.array_equal(read, stack[page or 0])
        add(f"pages-{page}.tif", file.getvalue(), "tifffile", read, page)


def tiffs_of_libtiff():
    gray = Image.fromarray(waves(30, 40, 1, np.uint8))
    for mode in ("L", "1", "RGB"):
        image = gray.convert(mode)
        for compression in ("packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate"):
            if mode == "RGB" and compression != "tiff_lzw":
                continue
            file = io.BytesIO()
            image.save(file, "TIFF", compression=compression)
            add(f"libtiff-{mode}-{compression}.tif", file.getvalue(), "Pillow",
                pillow(file.getvalue()))
    # Above 4,096 strings the table is full and begins again.
    noise = random.integers(0, 256, (66, 64), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "TIFF", compression="tiff_lzw")
    add("libtiff-noise-lzw.tif", file.getvalue(), "Pillow", pillow(file.getvalue()))


def tiff(order, tags, data, tail=()):
    """A file of one strip, or of given strips; tags are (number, type, values)."""
    sizes = {1: "B", 3: "H", 4: "I"}
    strips = data if isinstance(data, list) else [data]
    tags = dict((tag, (kind, list(values))) for tag, kind, values in tags)
    for tag in tail:
        tags[tag] = (4, [0] * len(strips) if tag == 273 else [len(s) for s in strips])
    start = 8 + 2 + 12 * len(tags) + 4
    outer = sum(len(v) * struct.calcsize(sizes[k]) for k, v in tags.values()
                if len(v) * struct.calcsize(sizes[k]) > 4)
    at = start + outer
    if 273 in tags:
        tags[273] = (4, [at + sum(len(s) for s in strips[:i]) for i in range(len(strips))])
    table, behind = b"", b""
    for tag in sorted(tags):
        kind, values = tags[tag]
        body = struct.pack(order + str(len(values)) + sizes[kind], *values)
        if len(body) > 4:
            body, behind = struct.pack(order + "I", start + len(behind)), behind + body
        table += struct.pack(order + "HHI", tag, kind, len(values)) + body.ljust(4, b"\0")
    return (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, len(tags)) \
        + table + struct.pack(order + "I", 0) + behind + b"".join(strips)


def packed(samples, bits):
    """Rows of samples of few bits, the first in the highest bits, padded to bytes."""
    rows = []
    for row in samples:
        text = "".join(f"{int(v):0{bits}b}" for v in row)
        text += "0" * (-len(text) % 8)
        rows.append(bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8)))
    return b"".join(rows)


def tiffs_by_hand():
    width, height = 19, 9

    def tags(bits, photometric, *more):
        return [(256, 3, [width]), (257, 3, [height]), (258, 3, [bits]), (259, 3, [1]),
                (262, 3, [photometric]), *more]

    strips = (273, 279)
    for bits in (1, 2, 4, 8):
        samples = random.integers(0, 1 << bits, (height, width))
        for photometric in (0, 1):
            data = tiff("<>"[photometric], tags(bits, photometric), packed(samples, bits), strips)
            add(f"gray-{bits}-bits-photometric-{photometric}.tif", data, "Pillow", pillow(data))
        colors = random.integers(0, 65536, 3 << bits)
        data = tiff("<", tags(bits, 3, (320, 3, colors)), packed(samples, bits), strips)
        add(f"palette-{bits}.tif", data, "Pillow", pillow(data, "RGB"))
    deep = waves(height, width, 1, np.uint16)
    data = tiff(">", tags(16, 0), deep.astype(">u2").tobytes(), strips)
    add("gray-16-photometric-0.tif", data, "written, inverted", 65535 - deep)

    for extra, name in ((1, "associated"), (0, "unspecified")):
        color = waves(height, width, 4, np.uint8)
        if extra == 1:
            color[:, :, :3] = (color[:, :, :3].astype(int) * color[:, :, 3:] // 255)
            color[0, 0], color[0, 1] = (0, 0, 0, 0), (9, 8, 7, 255)
        data = tiff("<", [(256, 3, [width]), (257, 4, [height]), (258, 3, [8] * 4), (262, 3, [2]),
                          (277, 3, [4]), (338, 3, [extra])], color.tobytes(), strips)
        add(f"rgba-{name}.tif", data, "Pillow", pillow(data))
    # Without compression the sizes of strips may be missing.
    gray = waves(height, width, 1, np.uint8)
    data = tiff("<", tags(8, 1, (278, 3, [4])), [gray[i:i + 4].tobytes() for i in (0, 4, 8)], (273,))
    add("no-byte-counts.tif", data, "written", gray)
    for orientation in range(1, 9):
        rgb = waves(height, width, 3, np.uint8)
        data = tiff("<>"[orientation % 2],
                    [(256, 3, [width]), (257, 3, [height]), (258, 3, [8] * 3), (262, 3, [2]),
                     (274, 3, [orientation]), (277, 3, [3])], rgb.tobytes(), strips)
        add(f"orientation-{orientation}.tif", data, "Pillow", pillow(data))


def bmp(info, palette, pixels, gap=0):
    offset = 14 + len(info) + len(palette) + gap
    return b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + info + palette \
        + b"\0" * gap + pixels


def information(width, height, bits, code=0, size=40, masks=(), colors=0):
    body = struct.pack("<IiiHHIIiiII", max(size, 40), width, height, 1, bits, code, 0, 2835, 2835,
                       colors, 0)
    return (body + struct.pack(f"<{len(masks)}I", *masks)).ljust(max(size, 40 + 4 * len(masks)), b"\0")


def bmp_rows(rows):
    return b"".join(row.ljust((len(row) + 3) // 4 * 4, b"\0") for row in rows)


def bmps():
    width, height = 11, 7
    for bits in (1, 4, 8):
        samples = random.integers(0, 1 << bits, (height, width))
        count = min(1 << bits, 100)
        colors = random.integers(0, 256, (count, 4), dtype=np.uint8)
        for name, info, palette in (
                ("os2", struct.pack("<IHHHH", 12, width, height, 1, bits),
                 np.resize(colors[:, :3], (1 << bits, 3)).tobytes()),
                ("v3", information(width, height, bits, colors=count), colors.tobytes()),
                ("down", information(width, -height, bits, colors=count), colors.tobytes())):
            data = bmp(info, palette, bmp_rows([packed(row[None] % count, bits) for row in samples]))
            add(f"palette-{bits}-{name}.bmp", data, "Pillow", pillow(data, "RGB"))
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 4, 1)
    ramp[:, 3] = 0
    gray = waves(height, width, 1, np.uint8)
    data = bmp(information(width, height, 8), ramp.tobytes(), bmp_rows([r.tobytes() for r in gray]))
    add("gray-8.bmp", data, "Pillow", pillow(data))
    black = np.array([[0, 0, 0, 0], [255, 255, 255, 0]], np.uint8)
    bilevel = random.integers(0, 2, (height, 37))
    data = bmp(information(37, height, 1, size=124), black.tobytes(),
               bmp_rows([packed(row[None], 1) for row in bilevel]))
    add("bilevel-v5.bmp", data, "Pillow", pillow(data, "L"))

    def colors(name, bits, info, gap=0, mode="RGB", size=(width, height)):
        pixels = bmp_rows([random.bytes(size[0] * bits // 8) for _ in range(size[1])])
        data = bmp(info, b"", pixels, gap)
        add(name + ".bmp", data, "Pillow", pillow(data, mode))

    colors("rgb-24-os2", 24, struct.pack("<IHHHH", 12, width, height, 1, 24))
    colors("rgb-24", 24, information(width, height, 24))
    colors("rgb-24-down-gap", 24, information(width, -height, 24), gap=12)
    colors("rgb-24-os2-2", 24, information(width, height, 24, size=64))
    colors("rgb-15", 16, information(width, height, 16))
    colors("rgb-32", 32, information(width, height, 32))
    colors("rgb-32-v5", 32, information(width, height, 32, size=124))
    for name, bits, masks in (
            ("565", 16, (0xF800, 0x7E0, 0x1F)), ("555", 16, (0x7C00, 0x3E0, 0x1F)),
            ("bgrx", 32, (0xFF0000, 0xFF00, 0xFF)), ("xbgr", 32, (0xFF000000, 0xFF0000, 0xFF00)),
            ("bgxr", 32, (0xFF000000, 0xFF00, 0xFF))):
        colors(f"masks-{name}", bits, information(width, height, bits, 3, masks=masks))
        colors(f"masks-{name}-v4", bits, information(width, -height, bits, 3, 108, masks))
    for name, masks in (
            ("bgra", (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
            ("rgba", (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
            ("abgr", (0xFF000000, 0xFF0000, 0xFF00, 0xFF))):
        for size in (56, 108, 124):
            colors(f"alpha-{name}-{size}", 32, information(width, height, 32, 3, size, masks),
                   mode="RGBA")

    palette = random.integers(0, 256, (256, 4), dtype=np.uint8).tobytes()
    # Runs, literal pixels of odd and even length, skips, ends of rows, and the end. Pillow needs the end
    # of the last row.
    runs = bytes([4, 7, 7, 9, 0, 0, 0, 3, 1, 2, 3, 0, 8, 200, 0, 0, 0, 4, 9, 8, 7, 6, 0, 2, 2, 1,
                  3, 77, 0, 0, 11, 5, 0, 0, 0, 2, 5, 0, 4, 99, 0, 0, 2, 1, 0, 0, 0, 1])
    data = bmp(information(width, height, 8, 1), palette, runs)
    add("runs-8.bmp", data, "Pillow", pillow(data, "RGB"))
    runs = bytes([5, 0x7A, 6, 0x91, 0, 0, 0, 3, 0x12, 0x30, 8, 0xC3, 0, 0, 0, 5, 0x98, 0x76, 0x50, 0,
                  6, 0x11, 0, 0, 11, 5, 0, 0, 0, 6, 1, 2, 3, 0, 4, 0x94, 0, 0, 2, 1, 0, 0,
                  11, 0x37, 0, 0, 0, 1])
    data = bmp(information(width, height, 4, 2), palette[:64], runs)
    add("runs-4.bmp", data, "Pillow", pillow(data, "RGB"))


def netpbm():
    width, height = 9, 5
    for maximum in (1, 3, 100, 255, 256, 1000, 4095, 65535):
        depth = np.uint16 if maximum > 255 else np.uint8
        for kind, channels in ((2, 1), (3, 3), (5, 1), (6, 3)):
            samples = random.integers(0, maximum + 1, (height, width, channels))
            head = f"P{kind}\n# a comment\n{width} {height} # another\n\t{maximum}\n".encode()
            if kind <= 3:
                body = "\n".join(" ".join(map(str, row.ravel())) for row in samples)
                body = body.replace("\n", "\n# in between\n", 1).encode()
            else:
                body = samples.astype(">u2" if maximum > 255 else "u1").tobytes()
            full = np.iinfo(depth).max
            expected = np.vectorize(lambda v: round(v / maximum * full))(samples).astype(depth)
            by = "written, scaled"
            if maximum <= 255 or channels == 1:
                read = pillow(head + body)
                assert np.array_equal(read.reshape(expected.shape), expected), (kind, maximum)
                by = "Pillow"
            add(f"p{kind}-{maximum}.ppm", head + body, by, expected)
    samples = random.integers(0, 2, (height, width))
    for name, data in (
            ("p1", f"P1 {width} {height}\n".encode()
             + "\n".join("".join(map(str, row)) for row in samples).encode()),
            ("p1-spaced", f"P1\n#\n{width}\n{height}\n".encode()
             + "\n".join(" ".join(map(str, row)) for row in samples).encode()),
            ("p4", f"P4\n{width} {height}\n".encode() + packed(samples, 1))):
        read = pillow(data)
        assert np.array_equal(read, 255 * (1 - samples))
        add(name + ".pbm", data, "Pillow", read)


tiffs_of_tifffile()
pages()
tiffs_of_libtiff()
tiffs_by_hand()
bmps()
netpbm()
json.dump(found, sys.stdout, indent=0)
print()
