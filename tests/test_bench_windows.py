"""The benchmark of windows against chance: what it counts, and that a stop loses nothing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from stancekit.signed import nulls, partition
from stancekit.signed.graph import SignedGraph

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import bench_windows as bench


def window(seed: int, order: int = 12) -> SignedGraph:
    rng = np.random.default_rng(seed)
    edges = np.argwhere(np.triu(rng.random((order, order)) < 0.5, 1))
    return SignedGraph.from_arrays(order, edges, np.where(rng.random(len(edges)) < 0.6, 1, -1))


GRAPHS = {f"4{k}-4{k + 3}": window(k) for k in range(3)}


def options(partial: Path | None, draws: int, workers: int = 1) -> argparse.Namespace:
    return argparse.Namespace(partial=partial, draws=draws, workers=workers, seed=7)


def untimed(held: object) -> object:
    return {key: evolve(done, seconds=0, wall=0) for key, done in held.items()}


# Laws


@pytest.mark.parametrize("name", bench.KEEPS)
def test_the_draws_are_those_of_the_library(name: str) -> None:
    ours = bench.compare("w", window(1), name, 12, 3)
    theirs = nulls.test(
        window(1), partition.frustration, bench.model(name, window(1)), draws=12, rng=ours.seed
    )
    assert ours.test == theirs


@pytest.mark.parametrize("name", bench.KEEPS)
def test_more_draws_only_add(name: str) -> None:
    whole = bench.compare("w", window(2), name, 9, 3)
    part = bench.compare("w", window(2), name, 4, 3)
    assert whole.upper[:4] == part.upper
    more = bench.compare("w", window(2), name, 9, 3, before=part)
    assert more.upper == whole.upper
    assert more.seconds > part.seconds


def test_neither_workers_nor_a_stop_change_anything(tmp_path: Path) -> None:
    names = ["shuffle_signs", "exchange_signs"]
    alone = bench.work(GRAPHS, names, options(None, 6))
    both = bench.work(GRAPHS, names, options(tmp_path / "whole", 6, workers=2))
    assert untimed(alone) == untimed(both)
    # a run that ended within a line, after two tasks
    lines = (tmp_path / "whole").read_bytes().splitlines(keepends=True)
    assert len(lines) == 6
    torn = tmp_path / "torn"
    torn.write_bytes(b"".join(lines[:2]) + lines[2][:40])
    assert untimed(bench.work(GRAPHS, names, options(torn, 6))) == untimed(alone)
    assert len(torn.read_bytes().splitlines()) == 6
    # what is finished is not done again, nor when fewer draws are asked for
    before = torn.read_bytes()
    again = bench.work(GRAPHS, names, options(torn, 3))
    assert untimed(again) == untimed(alone)
    assert torn.read_bytes() == before
    # lines of another seed serve nobody
    other = bench.read_partial(torn, 8)
    assert other == {}


def test_seeds_differ_by_window_and_null() -> None:
    seeds = {bench.seed_of(b, w, n) for b in (0, 1) for w in GRAPHS for n in bench.KEEPS}
    assert len(seeds) == 2 * len(GRAPHS) * len(bench.KEEPS)


# Oracles


def done(**changes: object) -> bench.Done:
    made = bench.Done(
        window="46-49",
        null="exchange_signs",
        draws=4,
        seed=0,
        observed=3,
        upper=(3, 4, 5, 6),
        short=(),
        ties=9,
        states=5,
        seconds=1.0,
        wall=1.0,
        commits=(),
    )
    return evolve(made, **changes)


def test_what_a_certificate_leaves_open_widens_the_p_value() -> None:
    assert done().test.at_most == (2 / 5, 2 / 5)
    # the second draw is proved to be at least 3, and 4 by the solver's word; the third is open
    wide = done(short=((1, 3, 4), (2, 2, 4)))
    assert wide.test.at_most == (2 / 5, 4 / 5)
    assert (wide.told, wide.open) == (1, 1)
    found = bench.summary([wide])
    assert (found["certified"], found["told"], found["open"]) == (2, 1, 1)


def test_a_line_reads_back(tmp_path: Path) -> None:
    kept = done(short=((1, 3, 4),), seed=bench.seed_of(0, "46-49", "exchange_signs"))
    path = tmp_path / "partial"
    path.write_text(kept.line() + evolve(kept, draws=2, upper=(3, 4)).line(), encoding="utf-8")
    assert bench.read_partial(path, 0) == {("46-49", "exchange_signs"): kept}
    assert json.loads(kept.line())["upper"] == [3, 4, 5, 6]


def test_neighbouring_windows_are_told_as_one_run() -> None:
    assert bench.runs(["b", "a", "d"], list("abcde")) == "a to b, d"
    assert bench.runs([], list("abc")) == "none"


def test_tables_say_how_many_draws_each_row_rests_on(tmp_path: Path) -> None:
    held = {
        "exchange_signs": {"46-49": done(), "47-50": done(window="47-50", draws=2, upper=(9, 9))},
    }
    lines = bench.table(held["exchange_signs"].values()).splitlines()
    assert " ".join(lines[1].split()) == "46-49 5 9 3 4.5 3 6 -1.16 0.4000 4 100.0% 0 0"
    assert lines[2].split()[-4:] == ["2", "100.0%", "0", "0"]
    page = tmp_path / "page.md"
    bench.report(page, tmp_path / "picture.png", held)
    text = page.read_text(encoding="utf-8")
    assert "(2 to 4 a window)" in text
    assert "![Frustrated ties" in text
    assert "| 46-49 | 5 | 9 | 3 | 4.5 (3-6) | -1.2 | 0.400 |" in text


# Refusals


def test_what_a_null_does_not_keep_is_noticed() -> None:
    graph = window(0)
    flipped = SignedGraph(graph.order, graph.edges, -graph.signs, graph.weights)
    with pytest.raises(AssertionError):
        bench.check_kept("shuffle_signs", graph, flipped)
    with pytest.raises(AssertionError):
        bench.check_kept("exchange_signs", graph, nulls.shuffle_signs(graph, rng=0))
    with pytest.raises(AssertionError):
        bench.check_kept("fit_signs", graph, nulls.signed_rewire(graph, rng=0))
