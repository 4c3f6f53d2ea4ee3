"""Signed graphs against what a user would otherwise pick: answers asserted, then timed.

Run ``python benchmarks/bench_signed.py [--giants] [--json FILE]``.  Networks are read from the
folder in the environment variable STANCEKIT_DATA (default ``../shared/data``).  Peers that are not
installed are left out and named.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib.util
import itertools
import json
import os
import pathlib
import resource
import time

import numpy as np

from stancekit.signed import balance, partition
from stancekit.signed.graph import SignedGraph

ROOT = pathlib.Path(__file__).parents[1]
DATA = pathlib.Path(os.environ.get("STANCEKIT_DATA", ROOT.parent / "shared" / "data"))


def timed(function, *args, **kwargs):
    """Value, wall seconds, processor seconds."""
    wall, own = time.perf_counter(), time.process_time()
    value = function(*args, **kwargs)
    return value, time.perf_counter() - wall, time.process_time() - own


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


def published_program(graph, seconds):
    """The AND model with triangle inequalities (Aref, Mason, Wilson 2018), through scipy's milp."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    n, m = graph.order, graph.size
    u, v, sign = graph.edges[:, 0], graph.edges[:, 1], graph.signs
    each = np.arange(m)
    rows, columns, values, low, high = [], [], [], [], []
    count = 0

    def add(entries, least, most):
        nonlocal count
        size = len(entries[0][0])
        for column, value in entries:
            rows.append(np.arange(count, count + size))
            columns.append(column)
            values.append(np.full(size, float(value)))
        low.append(np.full(size, least))
        high.append(np.full(size, most))
        count += size

    # x_e = x_u AND x_v; the objective charges what the sign of the edge contradicts.
    plus, minus = sign > 0, sign < 0
    add([(n + each[plus], 1), (u[plus], -1)], -np.inf, 0)
    add([(n + each[plus], 1), (v[plus], -1)], -np.inf, 0)
    add([(n + each[minus], 1), (u[minus], -1), (v[minus], -1)], -1, np.inf)
    found = balance.triangles(graph)
    a, b, c = found.vertices.T
    ab, ac, bc = graph.locate(a, b), graph.locate(a, c), graph.locate(b, c)
    odd = (sign[ab] * sign[ac] * sign[bc]) < 0
    # Contradiction of an edge: positive x_u + x_v - 2 x_e; negative 1 - x_u - x_v + 2 x_e.
    for s in set(zip(sign[ab][odd].tolist(), sign[ac][odd].tolist(), sign[bc][odd].tolist())):
        pick = odd & (sign[ab] == s[0]) & (sign[ac] == s[1]) & (sign[bc] == s[2])
        entries, constant = [], 0
        for edge, (x, y), t in zip((ab, ac, bc), ((a, b), (a, c), (b, c)), s):
            entries += [(x[pick], t), (y[pick], t), (n + edge[pick], -2 * t)]
            constant += t < 0
        add(entries, 1 - constant, np.inf)
    matrix = csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(count, n + m),
    )
    cost = np.concatenate(
        [
            np.bincount(np.concatenate([u, v]), np.concatenate([sign, sign]), n),
            -2.0 * sign,
        ]
    )
    answer = milp(
        cost,
        constraints=LinearConstraint(matrix, np.concatenate(low), np.concatenate(high)),
        integrality=np.concatenate([np.ones(n), np.zeros(m)]),
        bounds=Bounds(0, 1),
        options={"time_limit": seconds},
    )
    return round(answer.fun + minus.sum()) if answer.status == 0 else None


def windows():
    """All windows certified, against the published program on each."""
    graphs, known = read_windows(), known_values()

    def certify():
        return {w: partition.frustration(graph) for w, graph in graphs.items()}

    found, wall, own = timed(certify)
    for window, graph in graphs.items():
        assert found[window].is_certified
        assert found[window].certificate.proves(graph)
        assert found[window].upper == int(known[f"cow_windows/{window}"]["frustration_upper"])
    peer, unsolved = 0.0, 0
    for window, graph in graphs.items():
        value, _, spent = timed(published_program, graph, 60)
        peer += spent
        unsolved += value is None
        assert value is None or value == found[window].upper
    groups, _, group_seconds = timed(lambda: [partition.clusters(g) for g in graphs.values()])
    assert all(x.is_certified for x in groups)
    return {
        "windows": len(graphs),
        "seconds": own,
        "wall": wall,
        "cycles": sum(x.certificate.cycles for x in found.values()),
        "published program seconds": peer,
        "published program unsolved": unsolved,
        "ratio": peer / own,
        "clusters seconds": group_seconds,
    }


def copies(count=200, flips=1):
    """Sign-perturbed copies of the largest window, in a series and one by one."""
    base = max(read_windows().values(), key=lambda graph: graph.size)
    generator = np.random.default_rng(0)
    graphs = []
    for _ in range(count):
        signs = base.signs.copy()
        signs[generator.choice(base.size, flips, replace=False)] *= -1
        graphs.append(SignedGraph(base.order, base.edges, signs, base.weights))
    series, _, together = timed(partition.frustrations, graphs)
    alone, _, apart = timed(lambda: [partition.frustration(graph) for graph in graphs])
    assert [x.upper for x in series] == [x.upper for x in alone]
    assert all(x.certificate.proves(graph) for x, graph in zip(series, graphs))
    return {
        "copies": count,
        "series": together,
        "alone": apart,
        "ratio": apart / together,
        "certified": sum(x.is_certified for x in series),
    }


def random_signs():
    """Random graphs with half of the signs negative: the hard kind."""
    rows = []
    for order, size in ((50, 300), (100, 300), (200, 400)):
        generator = np.random.default_rng(0)
        pairs = np.array(list(itertools.combinations(range(order), 2)))
        pairs = pairs[np.sort(generator.choice(len(pairs), size, replace=False))]
        signs = np.where(generator.permutation(size) < size // 2, -1, 1)
        graph = SignedGraph.from_arrays(order, pairs, signs)
        found, wall, own = timed(partition.frustration, graph, budget=120)
        assert found.certificate.proves(graph)
        rows.append(
            {
                "order": order,
                "size": size,
                "lower": found.lower,
                "upper": found.upper,
                "exact": found.is_exact,
                "certified": found.is_certified,
                "seconds": own,
                "wall": wall,
            }
        )
    return rows


def census(name):
    """Triangle census, against networkx (count only) and igraph where it is installed."""
    graph = read_network(name)
    found, wall, own = timed(balance.triangles, graph)
    row = {"network": name, "triangles": found.total, "seconds": own, "wall": wall}
    if importlib.util.find_spec("igraph"):
        import igraph

        peer = igraph.Graph(n=graph.order, edges=graph.edges.tolist())
        listed, _, spent = timed(peer.list_triangles)
        assert len(listed) == found.total
        row |= {"igraph": spent, "igraph ratio": spent / own}
    return row


def network(name, budget):
    """From the file to the checked certificate."""
    start, own = time.perf_counter(), time.process_time()
    graph = read_network(name)
    found = partition.frustration(graph, budget=budget)
    checked = found.certificate.proves(graph)
    wall, own = time.perf_counter() - start, time.process_time() - own
    assert checked
    known = known_values()[name]
    assert found.lower <= int(known["frustration_upper"])
    assert found.upper >= int(known["frustration_lower"])
    row = {
        "network": name,
        "lower": found.lower,
        "upper": found.upper,
        "certified": found.is_certified,
        "cycles": found.certificate.cycles,
        "seconds": own,
        "wall": wall,
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if importlib.util.find_spec("dwave") and importlib.util.find_spec("dwave.samplers"):
        from dwave.samplers import SimulatedAnnealingSampler

        ties = {(int(u), int(v)): -float(s) for (u, v), s in zip(graph.edges, graph.signs)}
        _, _, spent = timed(
            SimulatedAnnealingSampler().sample_ising, {}, ties, num_reads=1, num_sweeps=2000, seed=0
        )
        row |= {"dwave 2000 sweeps": spent, "dwave ratio": own / spent}
    return row


def growth():
    """Seconds of census, certificate and bounds by size, on one generator."""
    rows = []
    for size in (1_000, 10_000, 100_000):
        generator = np.random.default_rng(1)
        order = size // 6
        # Degrees fall off like a power law; two planted camps with one sign in twenty turned.
        ends = (order * generator.random((2 * size, 2)) ** 2).astype(np.int64)
        pairs = np.unique(np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1), axis=0)
        pairs = pairs[np.sort(generator.permutation(len(pairs))[:size])]
        side = generator.choice([-1, 1], order)
        signs = side[pairs[:, 0]] * side[pairs[:, 1]]
        signs[generator.random(len(signs)) < 0.05] *= -1
        graph = SignedGraph.from_arrays(order, pairs, signs)
        _, _, counted = timed(balance.triangles, graph)
        found, _, solved = timed(partition.frustration, graph, budget=120)
        proved, _, checked = timed(found.certificate.proves, graph)
        assert proved
        rows.append(
            {
                "size": graph.size,
                "census": counted,
                "bounds": solved,
                "check": checked,
                "lower": found.lower,
                "upper": found.upper,
            }
        )
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--giants", action="store_true", help="epinions and slashdot090221 too")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the results")
    chosen = parser.parse_args()
    results = {}
    tasks = [
        ("windows", windows),
        ("copies", copies),
        ("random signs", random_signs),
        ("growth", growth),
        ("census wiki_elec", lambda: census("wiki_elec")),
        ("census epinions", lambda: census("epinions")),
    ]
    names = ["bitcoin_alpha", "bitcoin_otc", "wiki_elec"]
    names += ["epinions", "slashdot090221"] if chosen.giants else []
    tasks += [(name, lambda name=name: network(name, 600)) for name in names]
    for name, task in tasks:
        results[name] = task()
        print(name, json.dumps(results[name], indent=1, default=str), flush=True)
    absent = [
        x for x in ("igraph", "dwave", "leidenalg", "gurobipy") if not importlib.util.find_spec(x)
    ]
    results["peers that are not installed"] = absent
    print("peers that are not installed:", ", ".join(absent) or "none")
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1, default=str) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
