"""Compares the event file of a training run, as TensorBoard reads it, with its results.csv.

    pip install tensorboard
    python compare_tensorboard.py runs/train-1

Every field of every column but the epoch must be a scalar of that name and step with the same
32-bit value, and there must be no others.
"""

import csv
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def single(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def main(run):
    with open(run + "/results.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {}
    for row in rows:
        for name, text in row.items():
            if name != "epoch" and text:
                expected.setdefault(name, []).append((int(row["epoch"]), single(float(text))))
    events = EventAccumulator(run, size_guidance={"scalars": 0, "tensors": 0}).Reload()
    found = {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }
    if events.file_version != 2.0:
        sys.exit(f"the version of the file is {events.file_version}")
    for name in sorted(set(expected) | set(found)):
        if expected.get(name) != found.get(name):
            sys.exit(f"{name}: results.csv has {expected.get(name)}, TensorBoard {found.get(name)}")
    for tag in found:
        times = [event.wall_time for event in events.Scalars(tag)]
        if times != sorted(times):
            sys.exit(f"{tag}: the times are not in order: {times}")
    count = sum(map(len, found.values()))
    print(f"{count} scalars of {len(found)} columns and {len(rows)} epochs are equal")


main(*sys.argv[1:])
