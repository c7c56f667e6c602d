#!/usr/bin/env python3
"""Kills a training at random moments, resumes it, and compares its weights with those of an undisturbed run.

    python3 kill_training.py GLIMPSE DATA [--kills 10] [--seed 1] [options of glimpse train]

Trains on DATA, a labeled folder, into a temporary folder: once undisturbed, then once with `--kills` ends by SIGKILL or
SIGTERM, each after a random part of the time that the first run took. The last and the best weights must have the same
bytes. Needs Python alone.
"""
import argparse
import hashlib
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

WEIGHTS = ["weights/last.safetensors", "weights/best.safetensors"]


def hashes(run):
    return [hashlib.sha256((run / name).read_bytes()).hexdigest() for name in WEIGHTS]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("glimpse")
    parser.add_argument("data")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options, words = parser.parse_known_args()
    generator = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        runs = pathlib.Path(folder)
        train = [options.glimpse, "train", "--data", options.data, "--output", folder] + words
        start = time.monotonic()
        subprocess.run(train + ["--name", "whole"], check=True, capture_output=True)
        seconds = time.monotonic() - start
        print(f"undisturbed: {seconds:.1f} s")
        killed = runs / "killed"
        command = train + ["--name", "killed"]
        for number in range(options.kills):
            end = signal.SIGKILL if number % 2 == 0 else signal.SIGTERM
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            # Twice the mean of what the kills may take together, as a part of the work is lost at each.
            time.sleep(generator.uniform(0.2, 2 * seconds / options.kills))
            ended = process.poll()
            if ended is None:
                process.send_signal(end)
            diagnostics = process.communicate()[1]
            table = killed / "results.csv"
            epochs = len(table.read_text().splitlines()) - 1 if table.exists() else 0
            print(f"{end.name}: exit code {process.returncode}, {epochs} epochs", flush=True)
            if ended is not None and ended != 0:
                sys.exit(f"the run failed: {diagnostics}")
            if (killed / "config.json").exists():
                command = [options.glimpse, "train", "--resume", str(killed)]
        subprocess.run(command, check=True, capture_output=True)
        if hashes(killed) != hashes(runs / "whole"):
            sys.exit("the weights differ")
        print("the weights are the same")


if __name__ == "__main__":
    main()
