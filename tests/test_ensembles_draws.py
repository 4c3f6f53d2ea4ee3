"""One measure over draws: what a draw is, how often each comes, and what it leaves open."""

from __future__ import annotations

import datetime
import math

import numpy as np
from attrs import evolve
from cases import DAY, case, small_cases
from ensemble_cases import few, heavy
from ensemble_worlds import band, known, total
from hypothesis import given
from hypothesis import strategies as st

from stancekit.ensembles import draw, over_draws
from stancekit.ensembles.drawing import Uncertainty, stream
from stancekit.measures import coalitions
from stancekit.records.dossier import Dossier
from stancekit.records.model import Claimant, Weight
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence, Stance
from stancekit.testing import strategies

# laws


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

    def population(world: Snapshot) -> dict[str, float]:
        return dict(zip(world.actors, world.weights["population"].values.tolist(), strict=True))

    drawn = over_draws(dossier, population, DAY, 1200, rng=3).lower[:, 0]
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
    early = over_draws(dossier, population, "2018-06-01", 50, rng=3).lower[:, 0, 2]
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


# oracles


def test_streams_are_the_spawned_seeds() -> None:
    for number, seed in enumerate(np.random.SeedSequence(11).spawn(4)):
        assert stream((11,), number).random() == np.random.default_rng(seed).random()
