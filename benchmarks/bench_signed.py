"""Signed graphs against what a user would otherwise pick: answers asserted, then timed.

Run ``python benchmarks/bench_signed.py [--only PART,PART] [--giants] [--json FILE]``.  The parts
are windows, random, copies, census, networks and clusters; ``--giants`` adds epinions and
slashdot090221, each in a process of its own for its peak memory.  Networks are read from the
folder in the environment variable STANCEKIT_DATA (default ``../shared/data``).

Seconds are processor seconds of one process; HiGHS and Gurobi are held to one thread, the others
have only one.  Peers that are not installed are left out and named.  A file that exists already is
added to, part by part.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import pathlib
import platform
import time

import bench_signed_peers as peers
import numpy as np
from bench_signed_networks import alone, closed, known_values, read_network, read_windows, timed

from stancekit.signed import balance, partition
from stancekit.signed.graph import SignedGraph

SWEEPS = 2000
SECONDS = 60  # that a peer gets for one small graph


def least(seconds):
    """The named solver that needed the least in all, among those that solved everything."""
    whole = {name: sum(spent) for name, spent in seconds.items() if None not in spent}
    return min(whole, key=whole.get) if whole else None


def windows():
    """All windows certified, against the published programs on each."""
    graphs, known = read_windows(), known_values()
    partition.frustration(next(iter(graphs.values())))  # imports
    found, wall, own = timed(lambda: {w: partition.frustration(g) for w, g in graphs.items()})
    _, _, checking = timed(lambda: [found[w].certificate.proves(g) for w, g in graphs.items()])
    groups, _, group_seconds = timed(lambda: {w: partition.clusters(g) for w, g in graphs.items()})
    for window, graph in graphs.items():
        row = known[f"cow_windows/{window}"]
        assert found[window].is_certified
        assert found[window].certificate.proves(graph)
        assert found[window].upper == int(row["frustration_upper"])
        assert groups[window].is_exact
        assert groups[window].certificate.proves(graph)
        assert groups[window].upper == int(row["clusters_minimum"])
    milp = {"AND": [], "XOR": []}
    gurobi = {"AND": {}, "XOR": {}, "AND without triangles": {}, "XOR without triangles": {}}
    for window, graph in graphs.items():
        for name, model in (("AND", peers.and_model), ("XOR", peers.xor_model)):
            program = model(graph)
            value, _, spent = timed(peers.by_milp, program, SECONDS)
            assert value in (None, found[window].upper)
            milp[name].append(spent if value is not None else None)
            for label, asked in (
                (name, program),
                (f"{name} without triangles", model(graph, triangles=False)),
            ):
                if peers.installed("gurobipy") and asked.fits:
                    value, _, spent = timed(peers.by_gurobi, asked, SECONDS, peers.priority(graph))
                    assert value in (None, found[window].upper)
                    gurobi[label][window] = spent
    best = least(milp)
    row = {
        "windows": len(graphs),
        "certified seconds": own,
        "wall": wall,
        "checking seconds": checking,
        "cycles": sum(x.certificate.cycles for x in found.values()),
        "clusters seconds": group_seconds,
        "clusters certified": sum(x.is_certified for x in groups.values()),
        "milp seconds": {name: sum(filter(None, spent)) for name, spent in milp.items()},
        "milp unsolved": {name: spent.count(None) for name, spent in milp.items()},
        "best published program": best,
        "ratio to milp": sum(milp[best]) / own if best else None,
    }
    for label, spent in gurobi.items():
        if spent:
            fitting = [graphs[w] for w in spent]
            ours = timed(lambda held: [partition.frustration(g) for g in held], fitting)[2]
            row[f"gurobi, {label}"] = {
                "windows that fit": len(spent),
                "gurobi seconds": sum(spent.values()),
                "our seconds": ours,
                "ratio": sum(spent.values()) / ours,
            }
    return row


def random_signs():
    """Random graphs with half of the signs negative: the hard kind."""
    rows = []
    for order, size in ((50, 300), (100, 300), (200, 400)):
        ours, gurobi, certified, exact, values = [], {"AND": [], "XOR": []}, 0, 0, []
        for seed in range(3):
            generator = np.random.default_rng(seed)
            pairs = np.array(list(itertools.combinations(range(order), 2)))
            pairs = pairs[np.sort(generator.choice(len(pairs), size, replace=False))]
            signs = np.where(generator.permutation(size) < size // 2, -1, 1)
            graph = SignedGraph.from_arrays(order, pairs, signs)
            found, _, own = timed(partition.frustration, graph, budget=120)
            assert found.certificate.proves(graph)
            ours.append(own)
            certified, exact = certified + found.is_certified, exact + found.is_exact
            values.append((found.lower, found.upper))
            for name, model in (("AND", peers.and_model), ("XOR", peers.xor_model)):
                if peers.installed("gurobipy"):
                    asked = model(graph), SECONDS, peers.priority(graph)
                    value, _, spent = timed(peers.by_gurobi, *asked)
                    assert value is None or found.lower <= value <= found.upper
                    gurobi[name].append(spent if value is not None else None)
        best = least(gurobi) if gurobi["AND"] else None
        rows.append(
            {
                "order": order,
                "size": size,
                "bounds": values,
                "exact": exact,
                "certified": certified,
                "our seconds": ours,
                "gurobi seconds": gurobi,
                "our seconds / gurobi's": sum(ours) / sum(gurobi[best]) if best else None,
            }
        )
    return rows


def copies(count=200, flips=1):
    """Sign-perturbed copies of the largest window, in a series and one by one."""
    base = max(read_windows().values(), key=lambda graph: graph.size)
    generator = np.random.default_rng(0)
    graphs = []
    for _ in range(count):
        signs = base.signs.copy()
        signs[generator.choice(base.size, flips, replace=False)] *= -1
        graphs.append(SignedGraph(base.order, base.edges, signs, base.weights))
    partition.frustration(base)  # imports
    series, _, together = timed(partition.frustrations, graphs)
    alone_each, _, apart = timed(lambda: [partition.frustration(graph) for graph in graphs])
    assert [x.upper for x in series] == [x.upper for x in alone_each]
    assert all(x.certificate.proves(graph) for x, graph in zip(series, graphs))
    return {
        "copies": count,
        "order": base.order,
        "size": base.size,
        "series seconds": together,
        "alone seconds": apart,
        "ratio": apart / together,
        "certified in series": sum(x.is_certified for x in series),
        "certified alone": sum(x.is_certified for x in alone_each),
    }


def census():
    """Triangle census by signs, against igraph and networkx."""
    rows = []
    for name in ("bitcoin_otc", "wiki_elec", "epinions"):
        graph = read_network(name)
        balance.triangles(SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, 1)]))  # imports
        found, _, first = timed(balance.triangles, graph)
        again = [timed(balance.triangles, graph)[2] for _ in range(4)]
        counts = [found.ppp, found.ppm, found.pmm, found.mmm]
        row = {"network": name, "counts": counts, "first seconds": first}
        row["seconds"] = own = float(np.median([first, *again]))
        row["by vertex seconds"] = timed(lambda held: held.by_vertex, found)[2]
        listed, _, row["listed seconds"] = timed(lambda held: held.vertices, found)
        assert len(listed) == sum(counts)
        if peers.installed("igraph"):
            peer = peers.as_igraph(graph)
            for _ in range(2):  # the second is timed
                told, _, spent = timed(peers.census_by_igraph, peer, graph)
                triples, _, bare = timed(peer.list_triangles)
            assert told == counts
            assert len(triples) == sum(counts)
            row |= {"igraph seconds": spent, "igraph ratio": spent / own}
            row |= {"igraph bare list seconds": bare, "igraph bare list ratio": bare / own}
            del triples
        if peers.installed("networkx") and graph.size < 200_000:
            told, _, spent = timed(peers.census_by_networkx, peers.as_networkx(graph))
            assert told == counts
            row |= {"networkx seconds": spent, "networkx ratio": spent / own}
        rows.append(row)
    return rows


def networks():
    """Certified end to end, against a bare upper bound by dwave-samplers."""
    rows = []
    for name in ("bitcoin_alpha", "bitcoin_otc", "wiki_elec"):
        row = closed(name, 600)
        assert row["upper"] == int(known_values()[name]["frustration_upper"]) or (
            not row["certified"]
        )
        row["dwave"] = dwave(name, (10, 30, 100, 300, 1000, SWEEPS))
        if row["dwave"]:
            last = row["dwave"][-1]
            row |= {"dwave upper": last["upper"], "our seconds / dwave's": None}
            row["our seconds / dwave's"] = row["seconds"] / last["seconds"]
        rows.append(row)
    return rows


def dwave(name, sweeps):
    """Upper bounds by one read of simulated annealing each; building the model is not timed."""
    if not peers.installed("dwave.samplers", "dwave-samplers"):
        return []
    graph = read_network(name)
    model, rows = peers.ising(graph), []
    for count in sweeps:
        side, _, spent = timed(peers.by_dwave, model, count)
        upper = int(graph.frustrated(side).sum())
        assert upper >= int(known_values()[name]["frustration_lower"])
        rows.append({"sweeps": count, "upper": upper, "seconds": spent})
    return rows


def clusters():
    """Any number of camps: certified bounds against leidenalg's best of ten."""
    rows = []
    for name in ("bitcoin_otc", "wiki_elec"):
        graph = read_network(name)
        row = {"network": name}
        budget = 60.0
        if peers.installed("leidenalg"):
            peer, row["leiden"], row["leiden seconds"] = peers.as_igraph(graph), [], 0.0
            for seed in range(10):
                labels, _, spent = timed(peers.by_leiden, peer, seed)
                together = labels[graph.edges[:, 0]] == labels[graph.edges[:, 1]]
                row["leiden"].append(int(((graph.signs > 0) != together).sum()))
                row["leiden seconds"] += spent
            row["leiden best"] = min(row["leiden"])
            budget = row["leiden seconds"]
        for label, seconds in (("in the same time", budget), ("in 300 s", 300)):
            found, wall, own = timed(partition.clusters, graph, budget=seconds)
            assert found.certificate.proves(graph)
            row[label] = {
                "lower": found.lower,
                "upper": found.upper,
                "certified": found.is_certified,
                "seconds": own,
                "wall": wall,
            }
            if found.is_certified:
                row["in 300 s"] = row[label]
                break
        known = known_values()[name]["clusters_minimum"]
        assert not known or row["in 300 s"]["lower"] <= int(known) <= row["in 300 s"]["upper"]
        rows.append(row)
    return rows


def giants():
    """The two largest networks, each in a process of its own."""
    rows = []
    for name in ("epinions", "slashdot090221"):
        row = alone("bench_signed_networks.py", name, "--budget", 600)
        row["dwave"] = dwave(name, (10, 100, 1000))
        rows.append(row)
    return rows


PARTS = {
    "windows": windows,
    "random": random_signs,
    "copies": copies,
    "census": census,
    "networks": networks,
    "clusters": clusters,
    "giants": giants,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help=f"parts, with commas between: {', '.join(PARTS)}")
    parser.add_argument("--giants", action="store_true", help="epinions and slashdot090221 too")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the results")
    chosen = parser.parse_args()
    wanted = chosen.only.split(",") if chosen.only else [x for x in PARTS if x != "giants"]
    wanted += ["giants"] if chosen.giants and "giants" not in wanted else []
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    results = {}
    if chosen.json and chosen.json.exists():
        results = json.loads(chosen.json.read_text(encoding="utf-8"))
    results["peers"] = peers.versions()
    absent = [name for name, version in results["peers"].items() if version is None]
    print("peers that are not installed:", ", ".join(absent) or "none")
    for name in wanted:
        begun = os.getloadavg()[0]
        results[name] = {
            "result": PARTS[name](),
            "load of the machine": [begun, os.getloadavg()[0]],
            "day": time.strftime("%Y-%m-%d"),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
        }
        short = json.dumps(results[name], indent=1, default=str)
        print(name, "\n".join(x for x in short.splitlines() if not x.startswith("     ")))
        if chosen.json:
            text = json.dumps(results, indent=1, default=str) + "\n"
            chosen.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
