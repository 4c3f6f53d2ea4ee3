"""All single changes against solving each from scratch; smallest changes; apply on large dossiers.

Every answer is asserted before a figure is printed: the bounds of each single change are those
of ``partition.frustration`` on the projected graph of the changed snapshot (of every change with
``--all``, otherwise of a sample, whose time is scaled up), and its certificate proves them.

    python benchmarks/bench_scenarios.py
    python benchmarks/bench_scenarios.py --all --json scenarios.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from fractions import Fraction

import numpy as np

import stancekit as sk
from stancekit.projection import stance_graph
from stancekit.records.columns import Column
from stancekit.records.dossier import Dossier
from stancekit.records.stance_table import STANCE_COLUMNS
from stancekit.records.tables import COLUMNS, Table
from stancekit.scenarios import (
    Balanced,
    InCamp,
    Scenario,
    Share,
    Unanimous,
    single_changes,
    smallest_change,
)
from stancekit.signed import partition

DAY = "2019-04-30"


def timed(work):
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def pivots(dossier: Dossier, sample: int | None) -> dict[str, float]:
    """Rate of single changes, and how many times faster than from scratch with the same solver."""
    partition.frustration(stance_graph(dossier.at(DAY)).graph)  # loads scipy
    runs = [timed(lambda: single_changes(dossier, DAY)) for _ in range(3)]
    seconds, found = min(runs, key=lambda run: run[0])
    step = 1 if sample is None else max(1, len(found) // sample)
    chosen = found[::step]
    scratch, proving = 0.0, []
    for change in chosen:
        graph = found.graph(change)
        spent, slow = timed(lambda graph=graph: partition.frustration(graph))
        scratch += spent
        assert (slow.lower, slow.upper) == (change.lower, change.upper), change
        spent, proved = timed(lambda c=change, g=graph: found.certificate(c).proves(g))
        proving.append(spent)
        assert proved, change
        assert change.is_certified, change
    for change in chosen[:: max(1, len(chosen) // 20)]:
        world = found.scenario(change).apply(dossier).at(DAY)
        assert stance_graph(world).graph == found.graph(change)
    whole = scratch * len(found) / len(chosen)
    return {
        "changes": len(found),
        "certified": sum(change.is_certified for change in found),
        "graphs_solved": found.solves,
        "seconds": seconds,
        "changes_a_second": len(found) / seconds,
        "compared": len(chosen),
        "scratch_seconds": whole,
        "ratio": whole / seconds,
        "certificate_ms": 1000 * statistics.median(proving),
    }


GOALS = (
    (Share("guaido", "population", Fraction(2, 3)), 6),
    (Unanimous("eu", "guaido"), 4),
    (Balanced(), 22),
    (InCamp("TUR", "maduro"), 1),
    (InCamp("RUS", "guaido"), 2),
)


def goals(dossier: Dossier) -> dict[str, float]:
    """Seconds for each goal, up to ten ways listed."""
    out = {}
    for goal, cost in GOALS:
        spent, found = timed(lambda goal=goal: smallest_change(dossier, DAY, goal, limit=10))
        assert found.cost == cost, found
        out[str(goal)] = spent
    return out


def large(size: int) -> Dossier:
    """A dossier of so many stances, all different."""
    rng = np.random.default_rng(0)
    actors, rivals = max(20, size // 100), 40
    days = (np.datetime64("1990-01-01") + rng.integers(0, 10_000, size)).astype(str).tolist()
    rows = {
        "actor": [f"A{i}" for i in rng.integers(0, actors, size)],
        "toward": [f"c{i}" for i in rng.integers(0, rivals, size)],
        "channel": ["recognition"] * size,
        "value": [str(v) for v in (rng.integers(-4, 5, size) / 4).tolist()],
        "since": days,
        "note": [f"n{i}" for i in range(size)],
    }
    empty = [""] * size
    columns = {name: Column.of(rows.get(name, empty)) for name in STANCE_COLUMNS}

    def table(name: str, records: list[dict[str, str]]) -> Table:
        return Table({c: Column.of([r.get(c, "") for r in records]) for c in COLUMNS[name]})

    return Dossier.from_tables(
        {"code": "large"},
        {
            "actors": table("actors", [{"code": f"A{i}", "kind": "state"} for i in range(actors)]),
            "contests": table("contests", [{"code": "seat", "kind": "seat"}]),
            "claimants": table(
                "claimants", [{"code": f"c{i}", "contest": "seat"} for i in range(rivals)]
            ),
            "stances": Table(columns),
        },
    )[0]


def applying(sizes: list[int]) -> dict[str, float]:
    """Seconds to apply one change, and a hundred, to dossiers of these sizes."""
    out = {}
    one = Scenario("one").set("A1", "c1", 1.0).on("2005-01-01")
    many = Scenario("many").on("2005-01-01")
    for k in range(100):
        many = many.set(f"A{k % 20}", f"c{k % 37}", 0.5)
    for size in sizes:
        dossier = large(size)
        for name, scenario in (("one", one), ("hundred", many)):
            runs = [timed(lambda s=scenario, d=dossier: s.apply(d)) for _ in range(3)]
            spent, changed = min(runs, key=lambda run: run[0])
            if size <= 100_000:
                assert Dossier.from_rows(changed.to_rows()) == changed
            change = scenario.dated()[-1]
            assert changed.at("2010-01-01").value(change.actor, change.toward) == change.value
            out[f"{name} of {size}"] = spent
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="solve every change from scratch")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--json", help="also write the figures to this file")
    asked = parser.parse_args()
    dossier = sk.load("venezuela-2019")
    figures = {
        "single changes": pivots(dossier, None if asked.all else 150),
        "smallest changes, seconds": goals(dossier),
        "apply, seconds": applying(asked.sizes),
    }
    for title, held in figures.items():
        print(title)
        for name, value in held.items():
            print(f"  {name}: {value:.4g}" if isinstance(value, float) else f"  {name}: {value}")
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as handle:
            json.dump(figures, handle, indent=1)


if __name__ == "__main__":
    main()
