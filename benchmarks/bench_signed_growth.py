"""How cost grows with size: census, checking, upper bound and bounds 1 % apart, on one generator.

Run ``python benchmarks/bench_signed_growth.py [--most 1000000] [--json FILE]``.  Two planted camps
with one sign in twenty turned; degrees fall off like a power law, their mean is 12.  Every size
runs in a process of its own.

*bounds 1 % apart*: processor seconds until the progress of `partition.frustration` first shows an
upper bound within 1 % of the lower one, which is still in floating point there; a second run with
that much time (and a tenth more) then gives the certificate that is checked, and its own gap is
printed.  *upper bound*: seconds until the first camps within 1 % of that certificate's lower bound.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import time

import numpy as np
from bench_signed_networks import Trace, alone, peak, timed

from stancekit.signed import balance, partition
from stancekit.signed.graph import SignedGraph

GAP = 0.01
MEASURES = ("census", "checking", "upper bound", "bounds 1 % apart")


def planted(size):
    """A graph of that many edges; the same for the same size."""
    generator = np.random.default_rng(1)
    order = size // 6
    ends = (order * generator.random((2 * size, 2)) ** 2).astype(np.int64)
    pairs = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
    pairs = pairs[np.sort(generator.permutation(len(pairs))[:size])]
    side = generator.choice([-1, 1], order)
    signs = side[pairs[:, 0]] * side[pairs[:, 1]]
    signs[generator.random(len(signs)) < 0.05] *= -1
    return SignedGraph.from_arrays(order, pairs, signs), side


class Near(Exception):
    """The bounds are near enough."""


class Until(Trace):
    """Ends the run once the bounds are near enough."""

    def heard(self):
        _, lower, upper = self.points[-1]
        if upper - lower <= GAP * upper:
            raise Near


def repeated(function, *args):
    """Value, and the median of processor seconds over half a second or three times."""
    spent = []
    while len(spent) < 3 or (sum(spent) < 0.5 and len(spent) < 200):
        value, _, own = timed(function, *args)
        spent.append(own)
    return value, float(np.median(spent))


def measured(size, budget):
    small, _ = planted(1000)
    balance.triangles(small)  # imports
    partition.frustration(small)
    graph, side = planted(size)
    census, counting = repeated(balance.triangles, graph)
    wall = time.perf_counter()
    try:
        with Until() as trace:
            found = partition.frustration(graph, budget=budget, progress=True)
    except Near:
        budget = 1.1 * (time.perf_counter() - wall)
        found = partition.frustration(graph, budget=budget)
    proved, checking = repeated(found.certificate.proves, graph)
    assert proved
    assert found.lower <= int(graph.frustrated(side).sum())
    seconds = dict.fromkeys(MEASURES) | {"census": counting, "checking": checking}
    for own, lower, upper in trace.points:
        if seconds["upper bound"] is None and upper - found.lower <= GAP * upper:
            seconds["upper bound"] = own
        if seconds["bounds 1 % apart"] is None and upper - lower <= GAP * upper:
            seconds["bounds 1 % apart"] = own
    return {
        "size": graph.size,
        "order": graph.order,
        "triangles": census.total,
        "lower": found.lower,
        "upper": found.upper,
        "gap": (found.upper - found.lower) / found.upper,
        "planted": int(graph.frustrated(side).sum()),
        "cycles": found.certificate.cycles,
        "seconds": seconds,
        "peak MiB": peak(),
    }


def exponents(rows, kind):
    """Slopes of log seconds over log edges: of all sizes, and of the larger half."""
    points = np.array([(r["size"], r["seconds"][kind]) for r in rows if r["seconds"][kind]])
    slopes = []
    for part in (points, points[len(points) // 2 :]):
        slopes.append(float(np.polyfit(*np.log(part).T, 1)[0]) if len(part) > 1 else None)
    return slopes


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000, help="edges of the largest graph")
    parser.add_argument("--budget", type=float, default=600, help="seconds for each graph")
    parser.add_argument("--size", type=int, help="this size alone, in this process")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the results")
    chosen = parser.parse_args()
    if chosen.size:
        print(json.dumps(measured(chosen.size, chosen.budget)))
        return
    sizes = [x for k in range(3, 7) for x in (10**k, 3 * 10**k) if x <= chosen.most]
    rows = []
    for size in sizes:
        limits = "--size", size, "--budget", chosen.budget
        rows.append(alone("bench_signed_growth.py", *limits))
        print(json.dumps(rows[-1]), flush=True)
    results = {"rows": rows, "exponents": {kind: exponents(rows, kind) for kind in MEASURES}}
    print("exponents (all sizes, larger half):", json.dumps(results["exponents"], indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
