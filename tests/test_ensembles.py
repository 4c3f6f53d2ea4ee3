"""Tests of ensembles: one measure over dates, scenarios, draws and completions."""

from __future__ import annotations

import csv
import datetime
import itertools
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
from attrs import evolve
from cases import DAY, case, small_cases
from ensemble_worlds import (
    band,
    dies_in_may,
    dies_once,
    known,
    members,
    refuses_may,
    slow,
    total,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit import ensembles
from stancekit.ensembles import (
    WorldsFailed,
    change_days,
    completion_bounds,
    draw,
    index_completion,
    months,
    over_dates,
    over_draws,
    over_scenarios,
    running,
)
from stancekit.ensembles.drawing import Uncertainty, stream
from stancekit.errors import InputError, MissingExtraError, UnknownNameError
from stancekit.measures import coalitions
from stancekit.measures.consistency import alignment
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence, Evidence, Stance
from stancekit.scenarios import Scenario
from stancekit.testing import strategies

DATA = Path(
    os.environ.get("STANCEKIT_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)

few = settings(max_examples=25, deadline=None)


def heavy(**changed: object) -> Dossier:
    """A case with everything that a draw draws."""

    def said(actor: str, toward: str, source: str, trust: float | None, **more: Any) -> Stance:
        return Stance(actor, toward, "recognises", evidence=Evidence(source, (), trust), **more)

    return case(
        said("A", "a", "list", 0.5, since="2019-01"),
        said("B", "a", "list", 0.75, since="2019-02-04"),
        said("C", "a", "wire", 0.25, since="2019"),
        said("D", "b", "own-words", 1.0, since="2018-12-01", until="2019-04"),
        said("E", "b", "nobody-judged", None, since="2019-03-01"),
        Stance("F", "b", "supports", since="[..2019-04]"),
        weights=[
            Weight("A", "population", 2019, 10, 3),
            Weight("B", "population", 2019, 5),
            Weight("C", "population", 2018, 2, 4),
            Weight("C", "population", 2019, 3, 6),
        ],
        **changed,
    )


# Laws: dates


@few
@given(
    strategies.dossiers(),
    st.lists(st.dates(datetime.date(1990, 1, 1), datetime.date(2030, 1, 1)), max_size=4),
)
def test_a_series_at_a_date_is_the_measure_of_that_day(
    dossier: Dossier, dates: list[datetime.date]
) -> None:
    series = over_dates(dossier, total, dates)
    assert list(series.dates) == sorted(set(dates))
    for date, value in zip(series.dates, series.lower, strict=True):
        assert value.tolist() == [total(dossier.at(date))]
    assert series.is_exact


@few
@given(strategies.dossiers())
def test_between_days_of_change_nothing_moves(dossier: Dossier) -> None:
    days = change_days(dossier)
    for day in days:
        eve, world = (dossier.at(d) for d in (day - datetime.timedelta(1), day))
        lives = [
            [r.span.covers(d.date) for r in (*d.claimants, *d.contests, *d.actor_records)]
            for d in (eve, world)
        ]
        assert world != evolve(eve, date=world.date) or lives[0] != lives[1]
    probes = [datetime.date(y, m, 17) for y in range(1990, 2030, 3) for m in (3, 10)]
    for probe in probes:
        held = [day for day in days if day <= probe]
        if held:
            then, now = dossier.at(held[-1]), dossier.at(probe)
            assert np.array_equal(then.values, now.values, equal_nan=True)
            assert np.array_equal(then.absences, now.absences)
            assert then.memberships == now.memberships
            assert then.weight_columns == now.weight_columns


@few
@given(strategies.dossiers())
def test_what_moved_adds_up(dossier: Dossier) -> None:
    dates = [datetime.date(y, 1, 1) for y in range(1995, 2025, 10)]
    series = over_dates(dossier, known, dates)
    assert series.moves[0].is_still
    for place, moves in enumerate(series.moves[1:], start=1):
        earlier, later = series.dates[place - 1 : place + 1]
        before, after = dossier.at(earlier), dossier.at(later)
        cells = {(m.actor, m.toward): m for m in moves.cells}
        for a, actor in enumerate(after.actors):
            for t, target in enumerate(after.targets):
                pair = [(w.absences[a, t], w.values[a, t]) for w in (before, after)]
                same = pair[0][0] == pair[1][0] and (pair[0][0] >= 0 or pair[0][1] == pair[1][1])
                assert same == ((actor, target) not in cells)


def test_moves_name_who_and_on_whose_word() -> None:
    series = over_dates(
        heavy(memberships=[Membership("A", "B", "2019-02-01")]),
        known,
        ["2019-02-03", "2019-02-04"],
    )
    (move,) = series.moves[1].cells
    assert str(move) == "B -> a: unknown to +1 (list, since 2019-02-04)"
    assert series.moves[1].actors == ("B",)
    joined = over_dates(
        heavy(memberships=[Membership("A", "B", "2019-02-01")]), known, ["2018-12-31", "2019-02-01"]
    ).moves[1]
    assert joined.joined == (("A", "B"),)
    assert joined.weights == ("population",)


# Laws: scenarios


@few
@given(small_cases(), st.permutations(range(3)))
def test_a_grid_is_apply_then_measure_and_rows_follow_the_scenarios(
    dossier: Dossier, order: list[int]
) -> None:
    scenarios = [
        Scenario("none"),
        Scenario("A for a").set("A", "a", 1.0).on("2019-02-01"),
        Scenario("B against a").set("B", "a", -1.0),
    ]
    days = ["2019-01-01", DAY]
    grid = over_scenarios(dossier, total, scenarios, days)
    for s, scenario in enumerate(scenarios):
        for d, day in enumerate(days):
            assert grid.lower[s, d, 0] == total(scenario.apply(dossier).at(day))
    assert grid.base_lower.tolist() == [[total(dossier.at(day))] for day in days]
    mixed = over_scenarios(dossier, total, [scenarios[i] for i in order], days)
    assert np.array_equal(mixed.lower, grid.lower[order])
    assert mixed.scenarios == tuple(scenarios[i] for i in order)


# Laws: draws


@few
@given(small_cases(), st.integers(0, 5))
def test_what_is_certain_does_not_vary(dossier: Dossier, rng: int) -> None:
    found = over_draws(dossier, total, DAY, 5, rng=rng)
    assert found.lower.tolist() == [[[total(dossier.at(DAY))]]] * 5


@few
@given(strategies.dossiers(), st.integers(0, 3))
def test_a_draw_is_the_dossier_of_the_records_that_hold(dossier: Dossier, number: int) -> None:
    """The quick way, over arrays, against records written anew."""
    uncertainty = Uncertainty.of(dossier, 0.5)
    drawn = uncertainty.draw(stream((0,), number))
    for name in ("actors", "claimants", "contests", "memberships"):
        for record, was in zip(getattr(drawn, name), getattr(dossier, name), strict=True):
            assert record.span.since is None or was.span.covers(record.span.since) is not False
    written = evolve(
        dossier,
        actors=drawn.actors,
        claimants=drawn.claimants,
        contests=drawn.contests,
        memberships=drawn.memberships,
        # two records may have become the same
        stances=tuple(dict.fromkeys(drawn.table)),
    )
    for day in ("1999-06-15", "2019-01-10", "2019-06-01"):
        slow, quick = written.at(day), draw(dossier, day, number, unjudged=0.5)
        for a, actor in enumerate(quick.actors):
            for t, target in enumerate(quick.targets):
                if actor in slow.actors and target in slow.targets:
                    held = slow.absence(actor, target), slow.value(actor, target)
                    assert (quick.absence(actor, target), repr(quick.values[a, t])) == (
                        held[0],
                        repr(np.float64(held[1])),
                    )
                else:
                    assert quick.absence(actor, target) in (Absence.UNKNOWN, Absence.NOT_YET)
        assert slow.memberships == quick.memberships


def test_a_draw_of_over_draws_is_that_of_draw() -> None:
    dossier = heavy()
    found = over_draws(dossier, total, ["2019-02-10", DAY], 12, rng=4, unjudged=0.5)
    for number in range(12):
        for d, day in enumerate(["2019-02-10", DAY]):
            assert found.lower[number, d, 0] == total(
                draw(dossier, day, number, rng=4, unjudged=0.5)
            )


def test_a_record_holds_with_its_confidence_and_an_origin_as_one() -> None:
    dossier, n = heavy(), 4000
    uncertainty = Uncertainty.of(dossier, 0.6)
    held: dict[str, list[bool]] = {actor: [] for actor in "ABCDEF"}
    for number in range(n):
        table = uncertainty.draw(stream((1,), number)).table
        there = {table.names[i] for i in table.actor.tolist()}
        for actor, times in held.items():
            times.append(actor in there)
    share = {actor: np.mean(times) for actor, times in held.items()}
    wanted = {"A": 0.5, "B": 0.75, "C": 0.25, "D": 1.0, "E": 0.6, "F": 0.6}
    for actor, chance in wanted.items():
        assert abs(share[actor] - chance) < 4 * math.sqrt(0.25 / n), actor
    a, b, c, e, f = (np.array(held[actor]) for actor in "ABCEF")
    assert not (a & ~b).any()  # of one origin: the surer holds wherever the less sure does
    for one, other in ((a, c), (a, e), (e, f)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / math.sqrt(n)


def test_a_day_is_drawn_evenly_within_its_span_and_the_claim() -> None:
    dossier = heavy(claimants=[Claimant("a", "seat", since="2019-01-22"), Claimant("b", "seat")])
    uncertainty = Uncertainty.of(dossier, 1.0)
    days: dict[str, list[datetime.date]] = {actor: [] for actor in "ACF"}
    ends = []
    for number in range(1500):
        for stance in uncertainty.draw(stream((2,), number)).table:
            if stance.actor in days:
                assert stance.since is not None
                days[stance.actor].append(stance.since.earliest or datetime.date.min)
            if stance.actor == "D":
                ends.append(stance.until.earliest if stance.until else None)
    january = {datetime.date(2019, 1, day) for day in range(22, 32)}
    assert set(days["A"]) == january
    counts = np.array([days["A"].count(day) for day in sorted(january)])
    assert (np.abs(counts / counts.sum() - 0.1) < 0.05).all()
    assert min(days["C"]) >= datetime.date(2019, 1, 22)
    assert max(days["C"]) > datetime.date(2019, 12, 1)
    assert set(days["F"]) == {datetime.date.min}  # open: left as it is
    assert {day.month for day in ends if day} == {4}
    assert len(set(ends)) == 30


def test_drawn_days_decide_which_record_came_later() -> None:
    """A change of mind some day in 2019, and a word of 15 June: which holds at the end?"""
    dossier = case(
        Stance("A", "a", value=1.0, since="2019"),
        Stance("A", "a", value=-1.0, since="2019-06-15"),
    )
    found = over_draws(dossier, lambda world: world.value("A", "a"), "2019-12-31", 400)
    later = found.lower[:, 0, 0] == 1.0
    assert found.undefined()[0, 0] < 8  # drawn on 15 June itself: the order stays open
    # 199 of 365 days come after 15 June
    assert abs(later.mean() - 199 / 365) < 4 * math.sqrt(0.25 / 400)
    for number in range(12):
        table = Uncertainty.of(dossier, 1.0).draw(stream((0,), number)).table
        written = evolve(dossier, stances=tuple(table))
        assert written.table == evolve(table, dates=written.table.dates, since=written.table.since)
        value = written.at("2019-12-31").value("A", "a")
        assert repr(value) == repr(float(found.lower[number, 0, 0]))


def test_weights_are_normal_cut_off_at_nothing() -> None:
    dossier = heavy()
    worlds = [
        draw(dossier, DAY, number, rng=3).weights["population"].values for number in range(1200)
    ]
    drawn = np.array(worlds)
    assert (drawn[:, 1] == 5).all()  # no error, no change
    assert np.isnan(drawn[:, 3]).all()
    assert abs(drawn[:, 0].mean() - 10) < 0.35
    assert abs(drawn[:, 0].std() - 3) < 0.3
    assert drawn.min(where=~np.isnan(drawn), initial=1) >= 0
    # mean of a normal (3, 6) above 0, by its formula
    density = math.exp(-0.125) / math.sqrt(2 * math.pi)
    above = 0.5 * (1 + math.erf(0.5 / math.sqrt(2)))
    assert abs(drawn[:, 2].mean() - (3 + 6 * density / above)) < 0.5
    # one error for all years
    early = np.array(
        [draw(dossier, "2018-06-01", n, rng=3).weights["population"].values[2] for n in range(50)]
    )
    assert (np.argsort(early) == np.argsort(drawn[:50, 2])).all()


def test_more_draws_go_on_where_fewer_ended() -> None:
    few_, many = (over_draws(heavy(), total, DAY, n) for n in (5, 9))
    assert np.array_equal(few_.lower, many.lower[:5])
    generators = [over_draws(heavy(), total, DAY, 5, rng=np.random.default_rng(8)) for _ in "ab"]
    assert generators[0] == generators[1]
    assert not np.array_equal(generators[0].lower, few_.lower)


def test_bounds_stay_bounds_and_nan_is_counted_with_its_reason() -> None:
    found = over_draws(heavy(), band, DAY, 50)
    assert (found.lower <= found.upper).all()
    assert (found.lower < found.upper).any()
    table = found.quantiles([0.0, 0.5, 1.0])
    assert table.shape == (3, 1, 1, 2)
    assert table[0, 0, 0, 0] == found.lower.min()
    assert table[2, 0, 0, 1] == found.upper.max()

    def picky(world: Snapshot) -> object:
        return coalitions.support(world, "seat").shares("population") if known(world) > 3 else None

    odd = over_draws(evolve(heavy(), weights=()), lambda world: None, DAY, 4)
    assert odd.undefined().tolist() == [[4]]
    assert [(m.reason, m.worlds) for m in odd.missing if m.where == DAY] == [
        ("the measure gave no number", 4)
    ]
    mixed = over_draws(heavy(), picky, DAY, 40, unjudged=0.3)
    assert mixed.names[0] in ("a", "value")
    missing = {(m.name, m.reason): m.worlds for m in mixed.missing if m.where == DAY}
    assert (
        missing["value", "the measure gave no number"]
        + missing["value", "the measure does not name it"]
        == 40
    )
    nothing = evolve(heavy(), weights=[Weight("A", "population", 2019, 0)])
    shares = over_draws(
        nothing, lambda w: coalitions.support(w, "seat").shares("population"), DAY, 3
    )
    assert {m.reason for m in shares.missing} == {"no actor has a population above 0"}


# Laws: the same bits, whatever runs them


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


@pytest.fixture(scope="module")
def spawned() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


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


def test_processes_give_the_same_bits(spawned: ProcessPoolExecutor) -> None:
    assert everything(spawned) == everything(None)
    assert bits(everything(spawned)) == bits(everything(None))


def test_the_order_of_completion_does_not_matter() -> None:
    dossier = heavy()
    late = over_draws(dossier, total, DAY, 35, executor=Scrambled())
    assert late == over_draws(dossier, total, DAY, 35)


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


def _find_tests(folder: str) -> None:
    import sys

    sys.path.insert(0, folder)


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


# Laws: nothing is lost


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


# Laws: completions


def fills(world: Snapshot, columns: list[int], levels: tuple[float, ...]) -> Iterator[Snapshot]:
    """Every completion by some levels."""
    cells = [
        (a, t)
        for a, t in np.argwhere(world.absences == 0).tolist()
        if t in columns
        and world.actors[a] != world.targets[t]
        and world.actors[a] in {actor.code for actor in world.actor_records}
    ]
    for chosen in itertools.product(levels, repeat=len(cells)):
        values, absences = world.values.copy(), world.absences.copy()
        for cell, value in zip(cells, chosen, strict=True):
            values[cell], absences[cell] = value, -1
        yield evolve(world, values=values, absences=absences)


def small_world(stances: list[tuple[str, str, float]], rivals: str = "ab") -> Snapshot:
    return case(
        *(Stance(actor, toward, value=value) for actor, toward, value in stances),
        actors=[Actor(code) for code in "ABC"],
        claimants=[Claimant(code, "seat") for code in rivals],
        weights=[Weight("A", "population", 2019, 1), Weight("B", "population", 2019, 2)],
    ).at(DAY)


small_stances = st.lists(
    st.tuples(
        st.sampled_from("ABCab"),
        st.sampled_from("ABCab"),
        st.sampled_from((1.0, -1.0, 0.5, -0.25)),
    ).filter(lambda s: s[0] != s[1]),
    min_size=2,
    max_size=9,
    unique_by=lambda s: s[:2],
)


@few
@given(small_stances)
def test_the_range_of_a_share_is_that_of_all_completions(
    stances: list[tuple[str, str, float]],
) -> None:
    world = small_world(stances)

    def share(day: Snapshot) -> object:
        return coalitions.recognition(day, "seat").shares("population")["a"]

    (found,) = completion_bounds(world, share, rising=["a"])
    column = world.targets.index("a")
    values = [share(day) for day in fills(world, [column], (-1.0, 0.0, 0.75, 1.0))]
    assert found.is_exact
    assert (found.lower, found.upper) == (min(values), max(values))


@settings(max_examples=8, deadline=None)
@given(small_stances)
def test_no_completion_leaves_the_range_of_the_index(
    stances: list[tuple[str, str, float]],
) -> None:
    world = small_world(stances)
    found = index_completion(world, alignment)
    columns = [world.targets.index(rival) for rival in "ab"]
    values = [
        index
        for day in itertools.islice(fills(world, columns, (-1.0, 0.0, 1.0)), 0, 729, 29)
        if not math.isnan(index := alignment(day).index[0])
    ]
    assert min(values) >= found.lower - 1e-12
    assert max(values) <= found.upper + 1e-12
    assert found.lower <= found.lower_reached <= found.upper_reached <= found.upper + 1e-12
    talks_back = any(actor in "ab" and toward in "ABC" for actor, toward, _ in stances)
    if not talks_back:  # the best completion is exact
        assert found.upper == pytest.approx(found.upper_reached)
        assert alignment(found.highest).index[0] == found.upper_reached


# Oracles


def china() -> Dossier:
    """The contest over China's seat, year by year, as the votes on it show it."""
    path = DATA / "unga_contests" / "china_seat_panel_1950_1971.csv"
    if not path.exists():
        pytest.skip("data/unga_contests is not here; set STANCEKIT_DATA")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row["country"] for row in rows})
    codes = {name: f"s{place:03d}" for place, name in enumerate(names)}
    return Dossier(
        "china-seat",
        actors=[Actor(codes[name], name) for name in names],
        contests=[Contest("seat", kind="seat")],
        claimants=[Claimant("PRC", "seat"), Claimant("ROC", "seat")],
        stances=[
            Stance(
                codes[row["country"]],
                claimant,
                value=int(row[f"toward_{claimant}"]),
                channel="vote",
                since=row["year"],
                evidence=f"roll-call-{row['rcid']}",
            )
            for row in rows
            for claimant in ("PRC", "ROC")
        ],
    )


def sign_toward_beijing(world: Snapshot) -> dict[str, float]:
    column = world.targets.index("PRC")
    return dict(zip(world.actors, np.sign(world.values[:, column]).tolist(), strict=True))


@pytest.fixture(scope="module")
def seat() -> Dossier:
    return china()


def test_forty_one_states_change_sides_over_the_seat(seat: Dossier) -> None:
    """At each New Year's Eve the stance of the year is sure: SOURCE.txt counts 41 and 11."""
    dates = [f"{year}-12-31" for year in range(1950, 1972)]
    series = over_dates(seat, sign_toward_beijing, dates)
    reversals = []
    for name in series.names:
        signs = [value for value in series.bounds(name)[0].tolist() if value in (1.0, -1.0)]
        reversals.append(sum(a != b for a, b in itertools.pairwise(signs)))
    assert len(series.names) == 130
    assert sum(count >= 1 for count in reversals) == 41
    assert sum(count >= 2 for count in reversals) == 11


def test_a_year_is_three_valued_until_it_is_over(seat: Dossier) -> None:
    """A vote of 1951 or later replaces one of 1950 on some day of its year: not known which."""
    changed = [
        (actor, history)
        for actor in (a.code for a in seat.actors)
        if len(history := seat.history(actor, "PRC")) > 1
        and history[0].value == 1
        and history[1].value == -1
    ]
    actor, history = changed[0]
    year = str(history[1].since)
    day = seat.at(f"{int(year) - 1}-12-31")
    assert day.value(actor, "PRC") == 1
    assert seat.at(f"{year}-06-15").absence(actor, "PRC") is Absence.UNKNOWN
    assert seat.at(f"{year}-12-31").value(actor, "PRC") == -1
    first = history[0].since
    assert first is not None
    assert first.before(f"{first.text}-06-15") is None


def test_drawn_days_settle_what_the_year_leaves_open(seat: Dossier) -> None:
    """Half of the days of a year lie before the middle of it."""
    found = over_draws(seat, known, ["1955-07-02"], 60)
    assert found.base_lower[0, 0] < found.lower.min()
    assert 0 < len(np.unique(found.lower)) <= 60


def test_a_stance_of_one_day_survives() -> None:
    dossier = case(Stance("A", "a", "recognises", since="1949-10-01", until="1949-10-01"))
    series = over_dates(dossier, known)
    assert [str(day) for day in series.dates] == ["1949-10-01", "1949-10-02"]
    assert series.lower[:, 0].tolist() == [1, 0]
    by_day = over_dates(dossier, known, ["1949-09-30", "1949-10-01", "1949-10-02"])
    assert by_day.lower[:, 0].tolist() == [0, 1, 0]


def test_streams_are_the_spawned_seeds() -> None:
    for number, seed in enumerate(np.random.SeedSequence(11).spawn(4)):
        assert stream((11,), number).random() == np.random.default_rng(seed).random()


def test_months() -> None:
    assert [str(day) for day in months("2019-11", "2020-03", step=2, day=30)] == [
        "2019-11-30",
        "2020-01-30",
        "2020-03-30",
    ]
    assert str(months("2020-02", "2020-02", day=31)[0]) == "2020-02-29"


# Refusals


def test_what_a_measure_may_not_give() -> None:
    for wrong in ("text", [1, 2, 3], {"a": "b"}, object(), (2.0, 1.0)):
        with pytest.raises(WorldsFailed, match="InputError"):
            over_dates(heavy(), lambda world, wrong=wrong: wrong, [DAY])


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


def test_wrong_questions() -> None:
    dossier = heavy()
    for wrong in (0, -1, 2.5, True, "3"):
        with pytest.raises(InputError, match="draws="):
            over_draws(dossier, known, DAY, wrong)
    for wrong in (-1, "x", 1.5, True, None):
        with pytest.raises(InputError, match="rng="):
            over_draws(dossier, known, DAY, 2, rng=wrong)
    for wrong in (-0.1, 1.1, "x", True, math.nan):
        with pytest.raises(InputError, match="unjudged"):
            over_draws(dossier, known, DAY, 2, unjudged=wrong)
    with pytest.raises(InputError, match="not one day"):
        over_dates(dossier, known, ["2019"])
    with pytest.raises(InputError, match="not a Scenario"):
        over_scenarios(dossier, known, ["RUS"], DAY)
    with pytest.raises(WorldsFailed, match="scenario 0, 'odd'"):
        over_scenarios(dossier, known, [Scenario("odd").set("nobody", "a", 1.0)], DAY)
    with pytest.raises(InputError, match="before start"):
        months("2019-02", "2019-01")
    with pytest.raises(InputError, match="does not tell the month"):
        months("2019", "2020-01")
    with pytest.raises(InputError, match="before start"):
        change_days(dossier, "2019-02-01", "2019-01-01")
    with pytest.raises(UnknownNameError):
        over_dates(dossier, members, [DAY]).bounds("c0")
    with pytest.raises(UnknownNameError):
        completion_bounds(dossier.at(DAY), known, rising=["nobody"])
    with pytest.raises(InputError, match="both rising and falling"):
        completion_bounds(dossier.at(DAY), known, rising=["a"], falling=["a"])
    with pytest.raises(InputError, match="does not rise and fall"):
        completion_bounds(dossier.at(DAY), lambda w: -(w.values[:, 0] > 0).sum(), rising=["a"])


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
