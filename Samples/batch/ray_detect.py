#!/usr/bin/env python3
"""Detects objects in the images of a list with Ray Data: each batch is a pipe through glimpse.

    ray_detect.py LIST FOLDER [BATCH]

Ray runs a batch again whose worker died, so that there is one row per image. Without network traffic: a
local cluster, unless RAY_ADDRESS names another one.
"""
import os
import subprocess
import sys

import ray


def detect(batch):
    program = os.environ.get("GLIMPSE", "glimpse")
    done = subprocess.run(
        [program, "detect", "-", "--json", "--no-save", "--threads", "1"],
        input="\n".join(batch["text"]), capture_output=True, text=True)
    # 3: some images failed; each has a row that says why.
    if done.returncode not in (0, 3):
        raise RuntimeError(f"glimpse ended with {done.returncode}: {done.stderr}")
    return {"row": done.stdout.splitlines()}


def main():
    paths, folder = sys.argv[1], sys.argv[2]
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 64
    ray.init(ignore_reinit_error=True, include_dashboard=False, logging_level="ERROR")
    rows = ray.data.read_text(paths).map_batches(detect, batch_size=size)
    write(rows, folder)


def write(rows, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "rows.jsonl"), "w") as file:
        for row in rows.iter_rows():
            file.write(row["row"] + "\n")


if __name__ == "__main__":
    main()
