"""Signed networks from the file to the checked certificate, with their bounds over time.

Run ``python benchmarks/bench_signed_networks.py NAME [--budget 600]`` for one network in a process
of its own; it prints one line of JSON with the peak memory of that process.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

import numpy as np

from stancekit.signed import partition
from stancekit.signed.graph import SignedGraph

ROOT = pathlib.Path(__file__).parents[1]
DATA = pathlib.Path(os.environ.get("STANCEKIT_DATA", ROOT.parent / "shared" / "data"))


def timed(function, *args, **kwargs):
    """Value, wall seconds, processor seconds."""
    wall, own = time.perf_counter(), time.process_time()
    value = function(*args, **kwargs)
    return value, time.perf_counter() - wall, time.process_time() - own


def peak():
    """MiB that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def read_network(name):
    with gzip.open(DATA / "signed_graphs" / f"{name}.csv.gz") as file:
        rows = np.loadtxt(file, delimiter=",", skiprows=1, dtype=np.int64)
    return SignedGraph.from_arrays(int(rows[:, :2].max()) + 1, rows[:, :2], rows[:, 2])


def read_windows():
    windows = {}
    with gzip.open(DATA / "signed_graphs" / "cow_windows.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            windows.setdefault(row["window"], []).append((row["a"], row["b"], int(row["sign"])))
    graphs = {}
    for window, ties in windows.items():
        code = {x: i for i, x in enumerate(sorted({x for tie in ties for x in tie[:2]}))}
        graphs[window] = SignedGraph.from_edges(
            len(code), [(code[a], code[b], s) for a, b, s in ties]
        )
    return graphs


def known_values():
    with (DATA / "oracles_frustration" / "values.csv").open(encoding="utf-8") as file:
        return {row["network"]: row for row in csv.DictReader(file)}


class Trace:
    """Bounds as they close, heard through the progress bar: a stand-in for ``tqdm.tqdm``."""

    def __init__(self):
        self.points = []  # (processor seconds, lower, upper)
        self.start = time.process_time()

    def __enter__(self):
        import tqdm

        points, start, heard = self.points, self.start, self.heard

        class Bar:
            def __init__(self, *args, **kwargs):
                pass

            def __enter__(self):
                return self

            def __exit__(self, *args):
                pass

            def update(self, n=1):
                pass

            def set_postfix(self, *, lower, upper, **rest):
                if not points or points[-1][1:] != (lower, upper):
                    points.append((time.process_time() - start, int(lower), int(upper)))
                    heard()

        self.module, self.kept, tqdm.tqdm = tqdm, tqdm.tqdm, Bar
        return self

    def __exit__(self, *args):
        self.module.tqdm = self.kept

    def heard(self):
        """Called after every new point."""


def closed(name, budget):
    """From the file to the checked certificate."""
    partition.frustration(SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)]))  # imports
    wall = time.perf_counter()
    with Trace() as trace:
        graph = read_network(name)
        read = time.process_time() - trace.start
        found = partition.frustration(graph, budget=budget, progress=True)
        solved = time.process_time() - trace.start
        checked = found.certificate.proves(graph)
        own = time.process_time() - trace.start
    known = known_values()[name]
    assert checked
    assert found.lower <= int(known["frustration_upper"])
    assert found.upper >= int(known["frustration_lower"])
    return {
        "network": name,
        "lower": found.lower,
        "upper": found.upper,
        "certified": found.is_certified,
        "cycles": found.certificate.cycles,
        "seconds": own,
        "seconds of reading the file": read,
        "seconds of checking": own - solved,
        "wall": time.perf_counter() - wall,
        "peak MiB": peak(),
        "trace": [*trace.points, (solved, int(found.lower), int(found.upper))],
    }


def alone(script, *arguments):
    """What a script of this folder prints last, in a process of its own."""
    command = [sys.executable, str(pathlib.Path(__file__).with_name(script)), *map(str, arguments)]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return json.loads(told.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--budget", type=float, default=600)
    chosen = parser.parse_args()
    print(json.dumps(closed(chosen.name, chosen.budget)))


if __name__ == "__main__":
    main()
