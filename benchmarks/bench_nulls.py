"""Rates of draws of each null model, beside plain Python peers; and how fast the chains forget.

    python benchmarks/bench_nulls.py [--seconds 2] [--out nulls.json]

Data: STANCEKIT_DATA (default ../shared/data).  Networks: the largest window of interstate relations
in signed_graphs/cow_windows, and bitcoin_alpha.  What a null promises to keep is asserted on every
network before it is timed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from stancekit.signed import balance, nulls
from stancekit.signed.graph import SignedGraph
from stancekit.signed.nulls.exchange import alternate, free_ties
from stancekit.signed.nulls.rewire import swapped

DATA = Path(os.environ.get("STANCEKIT_DATA", Path(__file__).parents[1] / "../shared/data"))
OF_GRAPHS = (nulls.shuffle_signs, nulls.exchange_signs, nulls.signed_rewire)


def rows(name: str) -> Iterator[list[str]]:
    with gzip.open(DATA / "signed_graphs" / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        lines = csv.reader(file)
        next(lines)
        yield from lines


def named(triples: list[tuple[str, str, int]]) -> SignedGraph:
    names = sorted({name for a, b, _ in triples for name in (a, b)})
    number = {name: k for k, name in enumerate(names)}
    return SignedGraph.from_edges(len(names), [(number[a], number[b], s) for a, b, s in triples])


def networks() -> dict[str, SignedGraph]:
    windows: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for window, a, b, sign in rows("cow_windows"):
        windows[window].append((a, b, int(sign)))
    largest = max(windows, key=lambda window: len(windows[window]))
    alpha = [(a, b, int(sign)) for a, b, sign in rows("bitcoin_alpha")]
    return {f"cow {largest}": named(windows[largest]), "bitcoin_alpha": named(alpha)}


def signed_degrees(graph: SignedGraph) -> np.ndarray:
    u, v = graph.edges.T
    ends = [np.concatenate([u[graph.signs == s], v[graph.signs == s]]) for s in (1, -1)]
    return np.array([np.bincount(end, minlength=graph.order) for end in ends])


def check(graph: SignedGraph, null: Callable[..., SignedGraph]) -> None:
    drawn = null(graph, rng=1)
    assert drawn == null(graph, rng=np.random.default_rng(1))
    assert drawn.signs.sum() == graph.signs.sum()
    if null is not nulls.signed_rewire:
        assert (drawn.edges == graph.edges).all()
    if null in (nulls.exchange_signs, nulls.signed_rewire):
        assert (signed_degrees(drawn) == signed_degrees(graph)).all()


def rate(work: Callable[[int], float], seconds: float) -> tuple[float, float]:
    """Calls and units of work a second of processor time."""
    done, units, began = 0, 0.0, time.process_time()
    while (spent := time.process_time() - began) < seconds or not done:
        units += work(done)
        done += 1
    spent = time.process_time() - began
    return done / spent, units / spent


def drawing(graph: SignedGraph, null: Callable[..., SignedGraph]) -> Callable[[int], float]:
    def draw(seed: int) -> float:
        null(graph, rng=np.random.default_rng(seed))
        return 1.0

    return draw


def plain_shuffle(graph: SignedGraph) -> Callable[[int], float]:
    edges, signs = [tuple(e) for e in graph.edges.tolist()], graph.signs.tolist()

    def draw(seed: int) -> float:
        dealt = signs[:]
        random.Random(seed).shuffle(dealt)
        dict(zip(edges, dealt))
        return 1.0

    return draw


def plain_exchange(graph: SignedGraph) -> Callable[[int], float]:
    """Alternating four-cycles from two random positive ties; returns the ties flipped."""
    sign: dict[tuple[int, int], int] = {}
    for (u, v), s in zip(graph.edges.tolist(), graph.signs.tolist()):
        sign[u, v] = sign[v, u] = s
    edges = graph.edges.tolist()

    def draw(seed: int) -> float:
        choose, flipped = random.Random(seed), 0
        for _ in range(len(edges)):
            (a, b), (c, d) = choose.choice(edges), choose.choice(edges)
            if choose.random() < 0.5:
                c, d = d, c
            ring = ((a, b), (b, c), (c, d), (d, a))
            if len({a, b, c, d}) == 4 and all(pair in sign for pair in ring):
                first, second, third, fourth = (sign[pair] for pair in ring)
                if first == third == -second == -fourth:
                    for u, v in ring:
                        sign[u, v] = sign[v, u] = -sign[u, v]
                    flipped += 4
        return flipped

    return draw


def networkx_swaps(graph: SignedGraph) -> Callable[[int], float]:
    """networkx.double_edge_swap on the positive ties alone; returns the swaps made."""
    import networkx

    plain = networkx.Graph()
    plain.add_edges_from(graph.edges[graph.signs > 0].tolist())
    number = plain.number_of_edges()

    def draw(seed: int) -> float:
        networkx.double_edge_swap(plain, nswap=number, max_tries=1000 * number, seed=seed)
        return number

    return draw


def our_swaps(graph: SignedGraph) -> Callable[[int], float]:
    state = {"edges": graph.edges}

    def draw(seed: int) -> float:
        before = state["edges"]
        state["edges"] = swapped(
            graph.order, before, graph.signs, 0, 0.75, np.random.default_rng(seed)
        )
        return float((before != state["edges"]).any(axis=1).sum()) / 2

    return draw


def our_flips(graph: SignedGraph) -> Callable[[int], float]:
    state = {"graph": graph}

    def draw(seed: int) -> float:
        before = state["graph"]
        signs = alternate(before, np.random.default_rng(seed), 0.25)
        state["graph"] = SignedGraph(graph.order, graph.edges, signs, graph.weights)
        return float((signs != before.signs).sum())

    return draw


def mixing(graph: SignedGraph, draws: int = 12) -> list[dict[str, float]]:
    """Overlap with the start and balanced triangles after so many sweeps from it."""
    found = []
    for sweeps in (0.25, 0.5, 1, 2, 4, 8, 16, 32):
        drawn = [alternate(graph, np.random.default_rng(k), sweeps) for k in range(draws)]
        triangles = [
            balance.triangles(SignedGraph(graph.order, graph.edges, s, graph.weights)).balanced
            for s in drawn
        ]
        found.append(
            {
                "sweeps": sweeps,
                "ties unlike the start": float(np.mean([(s != graph.signs).mean() for s in drawn])),
                "balanced triangles": float(np.mean(triangles)),
                "spread": float(np.std(triangles)),
            }
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="processor time a measurement")
    parser.add_argument("--out", type=Path, default=None, help="file for the JSON")
    options = parser.parse_args()
    report: dict[str, Any] = {}
    for name, graph in networks().items():
        free = int(free_ties(graph).ties.sum())
        entry: dict[str, Any] = {"order": graph.order, "size": graph.size, "free ties": free}
        print(f"{name}: {graph!r}, {free} ties not settled by the signed degrees")
        model = nulls.fit_signs(graph)
        assert model.error < 1e-3
        for null, label in [(n, n.__name__) for n in OF_GRAPHS] + [(model, "fit_signs")]:
            if null is not model:
                check(graph, null)
            draws, _ = rate(drawing(graph, null), options.seconds)
            entry[label] = {"draws a second": draws}
            print(f"  {label:15} {draws:10.1f} draws a second")
        began = time.process_time()
        nulls.fit_signs(graph)
        entry["fit_signs"]["seconds to fit"] = time.process_time() - began
        pairs = {
            "shuffles": (drawing(graph, nulls.shuffle_signs), plain_shuffle),
            "flipped ties": (our_flips(graph), plain_exchange),
            "swaps": (our_swaps(graph), networkx_swaps),
        }
        for unit, (ours, peer) in pairs.items():
            _, mine = rate(ours, options.seconds)
            _, theirs = rate(peer(graph), options.seconds)
            entry[unit] = {"ours a second": mine, "peer a second": theirs, "ratio": mine / theirs}
            title = peer.__name__.replace("_", " ")
            print(f"  {unit:15} {mine:10.0f} a second; {title} {theirs:.0f}: x{mine / theirs:.1f}")
        entry["mixing"] = mixing(graph)
        for row in entry["mixing"]:
            print("  " + ", ".join(f"{key} {value:.4g}" for key, value in row.items()))
        report[name] = entry
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
