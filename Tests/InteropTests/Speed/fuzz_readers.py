"""Feeds damaged networks to the program and counts what it does with them.

    python fuzz_readers.py GLIMPSE FOLDER MINUTES [SEED]

FOLDER has networks (../shared/imports/networks): *.onnx, and *.cfg with *.weights. Bytes are changed, dropped,
repeated, swapped with those of another place, or replaced by numbers at the limits of their types; of a .cfg also
words and numbers. Each file is then read by `glimpse info`, with at most 1 GiB of memory and 20 seconds. A file
that ends the program by a signal is kept in the working folder, and the exit code is 1.
"""
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile
import time

GIB = 1 << 30
LIMITS = [0, 1, 127, 128, 255, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def damage(data, random):
    data = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        # Graphs are small beside their weights: half of the changes are near the ends.
        size = len(data)
        place = random.choice((random.randrange(size), random.randrange(min(size, 2000)),
                               size - 1 - random.randrange(min(size, 2000))))
        kind = random.randrange(7)
        if kind == 0:
            data[place] ^= 1 << random.randrange(8)
        elif kind == 1:
            data[place] = random.randrange(256)
        elif kind == 2:
            del data[place:place + random.choice((1, 4, 100, size))]
        elif kind == 3:
            data[place:place] = data[place:place + random.choice((1, 8, 200))]
        elif kind == 4:
            other = random.randrange(size)
            data[place:place + 8] = data[other:other + 8]
        elif kind == 5:
            data[place:place] = varint(random.choice(LIMITS))
        else:
            data[place:place + 4] = random.choice(LIMITS).to_bytes(8, "little")[:4]
        if not data:
            data = bytearray(b"\0")
    return bytes(data)


def damage_text(text, random):
    numbers = [m.span() for m in re.finditer(r"-?\d+\.?\d*", text)]
    lines = text.splitlines(keepends=True)
    for _ in range(random.choice((1, 1, 2, 5))):
        kind = random.randrange(4)
        if kind == 0 and numbers:
            start, end = random.choice(numbers)
            value = random.choice(("0", "-1", "1", "3", "99999999", "1e30", "nan", "9" * 30, ""))
            text = text[:start] + value + text[end:]
            numbers = [m.span() for m in re.finditer(r"-?\d+\.?\d*", text)]
        elif kind == 1 and lines:
            lines.insert(random.randrange(len(lines)), random.choice(lines))
            text = "".join(lines)
        elif kind == 2 and lines:
            del lines[random.randrange(len(lines))]
            text = "".join(lines)
        else:
            text = damage(text.encode() or b"\0", random).decode("latin1")
    return text


def main():
    glimpse, folder, minutes = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    chance, end = random.Random(seed), time.monotonic() + 60 * minutes
    networks = sorted(folder.glob("*.onnx")) + sorted(folder.glob("*.cfg"))
    # Small files are read often.
    weights = [1 / (1000 + p.stat().st_size) ** 0.5 for p in networks]
    counts, bad = {}, 0
    with tempfile.TemporaryDirectory() as work:
        while time.monotonic() < end:
            source = chance.choices(networks, weights)[0]
            path = pathlib.Path(work) / ("net" + source.suffix)
            kind = source.suffix
            if kind == ".cfg":
                numbers = source.with_suffix(".weights").read_bytes()
                text = source.read_text()
                if chance.random() < 0.3:
                    kind, numbers = ".weights", damage(numbers, chance)
                else:
                    text = damage_text(text, chance)
                path.write_text(text, encoding="latin1")
                path.with_suffix(".weights").write_bytes(numbers)
            else:
                path.write_bytes(damage(source.read_bytes(), chance))
            def limit():
                resource.setrlimit(resource.RLIMIT_DATA, (GIB, GIB))
            try:
                code = subprocess.run([glimpse, "info", str(path), "--json"], timeout=20, preexec_fn=limit,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
            except subprocess.TimeoutExpired:
                code = "hang"
            result = {0: "read", 1: "refused", 2: "refused"}.get(code, "bad")
            counts[kind, result] = counts.get((kind, result), 0) + 1
            if result == "bad":
                bad += 1
                kept = f"bad-{bad}-{source.stem}-{code}{source.suffix}"
                pathlib.Path(kept).write_bytes(path.read_bytes())
                if kind != ".onnx":
                    pathlib.Path(kept).with_suffix(".weights").write_bytes(
                        path.with_suffix(".weights").read_bytes())
                print(kept, file=sys.stderr)
    for (kind, result), count in sorted(counts.items()):
        print(f"{kind[1:]}: {count} {result}")
    sys.exit(1 if bad else 0)


main()
