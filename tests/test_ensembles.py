"""One measure over dates and scenarios: as day by day, as by hand; and what is refused."""

from __future__ import annotations

import csv
import datetime
import itertools
import math
import os
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from cases import DAY, case, small_cases
from ensemble_cases import few, heavy
from ensemble_worlds import known, members, total
from hypothesis import given
from hypothesis import strategies as st

from stancekit.ensembles import (
    WorldsFailed,
    change_days,
    completion_bounds,
    months,
    over_dates,
    over_draws,
    over_scenarios,
)
from stancekit.errors import InputError, UnknownNameError
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence, Stance
from stancekit.scenarios import Scenario
from stancekit.testing import strategies

DATA = Path(
    os.environ.get("STANCEKIT_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)


# laws


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


# oracles


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


def test_months() -> None:
    assert [str(day) for day in months("2019-11", "2020-03", step=2, day=30)] == [
        "2019-11-30",
        "2020-01-30",
        "2020-03-30",
    ]
    assert str(months("2020-02", "2020-02", day=31)[0]) == "2020-02-29"


# refusals


def test_what_a_measure_may_not_give() -> None:
    for wrong in ("text", [1, 2, 3], {"a": "b"}, object(), (2.0, 1.0)):
        with pytest.raises(WorldsFailed, match="InputError"):
            over_dates(heavy(), lambda world, wrong=wrong: wrong, [DAY])


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
