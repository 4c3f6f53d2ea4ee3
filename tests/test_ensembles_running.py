"""Runs of many worlds: the same bits whatever runs them, and nothing lost."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import DAY, case
from ensemble_cases import heavy
from ensemble_worlds import dies_in_may, dies_once, known, members, refuses_may, slow, total
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit import ensembles
from stancekit.ensembles import (
    WorldsFailed,
    months,
    over_dates,
    over_draws,
    over_scenarios,
    running,
)
from stancekit.errors import InputError, MissingExtraError
from stancekit.measures import coalitions
from stancekit.records.snapshot import Snapshot
from stancekit.scenarios import Scenario

# laws


def everything(executor: Executor | None) -> list[Any]:
    dossier = heavy()
    return [
        over_dates(dossier, members, months("2018-11", "2019-06"), executor=executor),
        over_scenarios(
            dossier,
            members,
            [Scenario(actor).set(actor, "a", -1.0) for actor in "ABC"],
            [DAY, "2019-01-31"],
            executor=executor,
        ),
        over_draws(dossier, total, [DAY, "2019-01-31"], 32, unjudged=0.5, executor=executor),
    ]


def bits(results: list[Any]) -> list[bytes]:
    return [array.tobytes() for r in results for array in (r.lower, r.upper)]


def test_threads_give_the_same_bits() -> None:
    with ThreadPoolExecutor(3) as pool:
        assert everything(pool) == everything(None)
        assert bits(everything(pool)) == bits(everything(None))


@pytest.fixture(scope="module")
def spawned() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_processes_give_the_same_bits(spawned: ProcessPoolExecutor) -> None:
    assert everything(spawned) == everything(None)
    assert bits(everything(spawned)) == bits(everything(None))


class Scrambled(Executor):
    """Runs what it is given late, and in another order."""

    def __init__(self) -> None:
        self.held: list[tuple[Future[Any], Any, Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.held.append((future, fn, args))
        if len(self.held) >= 3:
            for late, call, given_ in reversed(self.held):
                late.set_result(call(*given_))
            self.held.clear()
        return future


def test_the_order_of_completion_does_not_matter() -> None:
    dossier = heavy()
    late = over_draws(dossier, total, DAY, 35, executor=Scrambled())
    assert late == over_draws(dossier, total, DAY, 35)


def _find_tests(folder: str) -> None:
    import sys

    sys.path.insert(0, folder)


def test_a_dask_cluster_gives_the_same_bits() -> None:
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as pool,
    ):
        client.run(_find_tests, str(Path(__file__).parent))
        assert everything(pool) == everything(None)
        assert bits(everything(pool)) == bits(everything(None))
        with pytest.raises(WorldsFailed) as caught:
            over_dates(heavy(), refuses_may, months("2019-01", "2019-06"), executor=pool)
        assert [failure.world for failure in caught.value.failures] == ["2019-05-01"]


def test_long_work_gets_processes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WORTHWHILE", 0.3)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1}, raising=False)
    made = []
    pool = running._pool
    monkeypatch.setattr(running, "_pool", lambda *given_: made.append(1) or pool(*given_))
    dates = months("2019-01", "2019-06")
    series = over_dates(heavy(), slow, dates)
    assert np.array_equal(series.lower, over_dates(heavy(), known, dates).lower)
    assert made


def test_a_lambda_stays_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WORTHWHILE", 0.0)
    assert over_dates(heavy(), lambda world: known(world), [DAY]).observations == 1


def test_a_world_that_raises_is_named_and_the_others_are_kept(
    spawned: ProcessPoolExecutor,
) -> None:
    dates = months("2019-01", "2019-12")
    for executor in (None, spawned):
        with pytest.raises(WorldsFailed, match="2019-05-01: ValueError: not in May") as caught:
            over_dates(heavy(), refuses_may, dates, executor=executor)
        (failure,) = caught.value.failures
        assert "refuses_may" in failure.trace
        finished = caught.value.finished
        assert [day.month for day in finished.dates] == [1, 2, 3, 4, *range(6, 13)]
        assert finished.lower.tolist() == [
            [float(known(heavy().at(day)))] for day in dates if day.month != 5
        ]
        assert pickle.loads(pickle.dumps(caught.value)).failures == caught.value.failures


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    """The world that kills is named; the others are finished; the run goes on from its file."""
    dates, partial = months("2019-01", "2019-09"), tmp_path / "run.jsonl"
    with (
        ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool,
        pytest.raises(WorldsFailed) as caught,
    ):
        over_dates(heavy(), dies_in_may, dates, executor=pool, partial=partial)
    assert [failure.world for failure in caught.value.failures] == ["2019-05-01"]
    assert "died" in caught.value.failures[0].error
    assert len(caught.value.finished.dates) == 8
    assert caught.value.left == 0
    kept = partial.read_text().splitlines()
    assert len(kept) == 9
    whole = over_dates(heavy(), dies_in_may, [d for d in dates if d.month != 5], partial=partial)
    assert len(partial.read_text().splitlines()) == 9  # nothing was run again
    assert whole.observations == 8


def test_a_worker_killed_by_chance_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANCEKIT_TEST_FLAG", str(tmp_path / "killed"))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        series = over_dates(heavy(), dies_once, months("2019-01", "2019-09"), executor=pool)
    assert (tmp_path / "killed").exists()
    assert series.lower[:, 0].tolist() == [
        float(known(heavy().at(day))) for day in months("2019-01", "2019-09")
    ]


def test_a_run_goes_on_from_its_partial_file(tmp_path: Path) -> None:
    path, calls = tmp_path / "draws.jsonl", []

    def counted(world: Snapshot) -> float:
        calls.append(1)
        return total(world)

    first = over_draws(heavy(), counted, DAY, 6, partial=path)
    assert len(calls) == 7
    assert over_draws(heavy(), counted, DAY, 6, partial=path) == first
    assert len(calls) == 7
    more = over_draws(heavy(), counted, DAY, 9, partial=path)
    assert len(calls) == 10
    assert np.array_equal(more.lower, over_draws(heavy(), total, DAY, 9).lower)
    # the last line torn: that world is run again, and nothing else
    torn = path.read_bytes()[:-5]
    path.write_bytes(torn)
    again = over_draws(heavy(), counted, DAY, 9, partial=path)
    assert len(calls) == 11
    assert again.lower.tobytes() == more.lower.tobytes()
    assert path.read_bytes().endswith(b"\n")


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(0, 10_000))
def test_wherever_the_file_is_torn_the_result_is_the_same(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("torn") / "run.jsonl"
    whole = over_draws(heavy(), members, DAY, 5, partial=path)
    written = path.read_bytes()
    path.write_bytes(written[: cut % (len(written) + 1)])
    assert over_draws(heavy(), members, DAY, 5, partial=path) == whole


def test_bounds_and_gaps_survive_the_partial_file(tmp_path: Path) -> None:
    def odd(world: Snapshot) -> dict[str, object]:
        return {"ü": (0.1, math.inf), "none": None, "small": -5e-324, "third": 1 / 3}

    first = over_dates(heavy(), odd, [DAY], partial=tmp_path / "p")
    again = over_dates(heavy(), odd, [DAY], partial=tmp_path / "p")
    assert first == again
    assert again.lower[0, 3] == 1 / 3


# refusals


def test_a_partial_file_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    over_draws(heavy(), known, DAY, 2, partial=path)
    held = path.read_bytes()
    other = case()
    for ask in (
        lambda: over_draws(heavy(), total, DAY, 2, partial=path),
        lambda: over_draws(heavy(), known, DAY, 2, rng=1, partial=path),
        lambda: over_draws(heavy(), known, "2019-01-01", 2, partial=path),
        lambda: over_draws(heavy(), known, DAY, 2, unjudged=0.5, partial=path),
        lambda: over_draws(heavy(), known, DAY, 2, channels=["vote"], partial=path),
        lambda: over_draws(other, known, DAY, 2, partial=path),
        lambda: over_dates(heavy(), known, [DAY], partial=path),
    ):
        with pytest.raises(InputError, match="another run"):
            ask()
        assert path.read_bytes() == held
    for text in ("a diary", "a diary\nof mine\n", "[]\n", json.dumps({"file": 1}) + "\n"):
        path.write_text(text)
        with pytest.raises(InputError, match="no partial file"):
            over_dates(heavy(), known, [DAY], partial=path)
        assert path.read_text() == text
    path.write_bytes(held[:-1] + b"\nnonsense\n" + held.splitlines(True)[1])
    with pytest.raises(InputError, match="line 5"):
        over_draws(heavy(), known, DAY, 2, partial=path)


def test_two_measures_made_by_one_function_are_told_apart(tmp_path: Path) -> None:
    def of(claimant: str) -> Any:
        def measure(world: Snapshot) -> int:
            return len(coalitions.support(world, "seat")[claimant])

        return measure

    over_dates(heavy(), of("a"), [DAY], partial=tmp_path / "run")
    with pytest.raises(InputError, match="another run"):
        over_dates(heavy(), of("b"), [DAY], partial=tmp_path / "run")


def test_a_measure_that_cannot_travel_is_refused(spawned: ProcessPoolExecutor) -> None:
    with pytest.raises(InputError, match="cannot be sent to other processes"):
        over_dates(heavy(), lambda world: 1, [DAY], executor=spawned)


def test_hopeless_runs_end_early() -> None:
    def never(world: Snapshot) -> float:
        raise ZeroDivisionError

    with pytest.raises(WorldsFailed) as caught:
        over_draws(heavy(), never, DAY, 1000)
    assert len(caught.value.failures) == running.PATIENCE
    assert caught.value.left == 1001 - running.PATIENCE
    assert caught.value.finished is None


def test_a_bar_needs_tqdm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    over_dates(heavy(), known, [DAY])
    assert capsys.readouterr().err == ""
    monkeypatch.setitem(__import__("sys").modules, "tqdm", None)
    with pytest.raises(MissingExtraError, match="progress"):
        over_dates(heavy(), known, [DAY], progress=True)


def test_the_bar_shows_every_world(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    over_dates(heavy(), known, months("2019-01", "2019-04"), progress=True)
    assert "4/4" in capsys.readouterr().err


def test_results_are_values() -> None:
    one, other = everything(None), everything(None)
    for result, again in zip(one, other, strict=True):
        assert result == again == pickle.loads(pickle.dumps(result))
        assert "\n" not in repr(result)
        assert result._repr_html_().count("<table>") == 1
        assert result.to_rows()
        assert not result.lower.flags.writeable
    assert ensembles.__all__ == sorted(
        ensembles.__all__, key=lambda n: (n.upper() != n, n[0].islower(), n)
    )
