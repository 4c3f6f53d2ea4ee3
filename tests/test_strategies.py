"""Strategies: valid by construction, reaching every class, shrinking to a small named minimum."""

from __future__ import annotations

import builtins
import datetime
import importlib
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from stancekit.errors import MissingExtraError
from stancekit.records.dates import PartialDate, Span
from stancekit.records.dossier import Dossier
from stancekit.records.model import (
    Actor,
    ActorKind,
    Claimant,
    Contest,
    ContestKind,
    Membership,
    Weight,
)
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence, Act, Channel, Evidence, Ladder, Source, Stance
from stancekit.scenarios.changes import Change
from stancekit.scenarios.scenario import Scenario
from stancekit.signed import balance
from stancekit.signed.graph import SignedGraph
from stancekit.testing import strategies as house

# Laws: valid by construction


@given(house.dossiers())
def test_a_dossier_reads_back_from_its_rows(dossier: Dossier) -> None:
    assert Dossier.from_rows(dossier.to_rows()) == dossier


@given(house.dossiers(), st.randoms(use_true_random=False))
def test_a_dossier_is_the_same_in_any_order(dossier: Dossier, order: random.Random) -> None:
    rows = dossier.to_rows()
    for table in rows.values():
        order.shuffle(table)
    assert Dossier.from_rows(rows) == dossier


@given(house.snapshots())
def test_a_cell_holds_a_value_or_an_absence(world: Snapshot) -> None:
    assert (np.isnan(world.values) == (world.absences >= 0)).all()
    assert (np.abs(world.values[world.absences < 0]) <= 1).all()


@given(house.spans())
def test_a_span_never_surely_ends_before_it_begins(span: Span) -> None:
    assert not (span.since and span.until and span.until.before(span.since))


@given(house.stances())
def test_a_stance_survives_pickle(stance: Stance) -> None:
    assert pickle.loads(pickle.dumps(stance)) == stance


@settings(max_examples=25)
@given(st.data(), st.integers(0, 8), st.integers(0, 4), st.integers(0, 6))
def test_sizes_are_kept(data: st.DataObject, actors: int, claimants: int, least: int) -> None:
    if not actors + claimants:
        least = 0
    most = least + 4 if actors + claimants else 0
    found = data.draw(
        house.dossiers(
            max_actors=actors, max_claimants=claimants, min_stances=least, max_stances=most
        )
    )
    assert len(found.actors) <= actors
    assert len(found.claimants) <= claimants + 1  # one more bears the code of an actor
    assert least <= len(found.stances) <= most


@settings(max_examples=50)
@given(
    house.partial_dates(min_value=datetime.date(1990, 5, 1), max_value=datetime.date(1990, 5, 31))
)
def test_dates_may_lie_in_their_window(day: PartialDate) -> None:
    assert day.before("1990-05-01") is not True
    assert PartialDate.parse("1990-05-31").before(day) is not True


@pytest.mark.parametrize(
    "kind",
    [
        *(PartialDate, Span, Actor, Membership, Contest, Claimant, Weight, Source, Evidence),
        *(Ladder, Stance, Dossier, Snapshot, SignedGraph, Change, Scenario),
    ],
)
def test_each_type_is_enough(kind: type) -> None:
    assert isinstance(least(st.from_type(kind), anything, 0), kind)


# Oracles: every class is reached


def collected(
    strategy: st.SearchStrategy[Any], *features: Callable[[Any], Any], n: int = 400
) -> Any:
    """What some features of many examples were."""
    seen: list[set[Any]] = [set() for _ in features]

    @settings(max_examples=n, database=None, derandomize=True)
    @given(strategy)
    def look(value: Any) -> None:
        for feature, found in zip(features, seen, strict=True):
            found.add(feature(value))

    look()
    return seen


def test_dates_of_every_form() -> None:
    forms, qualifiers, ends = collected(
        house.partial_dates(),
        lambda day: day.precision,
        lambda day: day.qualifier,
        lambda day: (day.earliest is None, day.latest is None),
    )
    assert forms == {"day", "month", "year", "range"}
    assert qualifiers == {"", "~", "?", "%"}
    assert ends == {(False, False), (True, False), (False, True)}


def test_spans_open_and_closed() -> None:
    shapes, covers = collected(
        house.spans(),
        lambda span: (span.since is None, span.until is None),
        lambda span: span.covers("2000-01-01"),
    )
    assert len(shapes) == 4
    assert covers == {True, False, None}


def test_stances_of_every_kind() -> None:
    absences, acts, channels, told, graded = collected(
        house.stances(),
        lambda stance: stance.absence,
        lambda stance: stance.act,
        lambda stance: stance.channel,
        lambda stance: (
            stance.claimed_by and stance.claimed_by != stance.actor,
            stance.channel is Channel.REPORTED,
        ),
        lambda stance: (stance.degree is not None, stance.value is not None),
    )
    assert absences == {None, *Absence}
    assert acts == set(Act)
    assert channels == set(Channel)
    assert (True, True) in told
    assert (True, False) not in told
    assert {(True, False), (False, True), (False, False)} <= graded


def test_stances_have_every_degree_and_sign() -> None:
    degrees, values = collected(
        house.stances(), lambda stance: stance.degree, lambda s: np.sign(s.value or 0)
    )
    assert {name for name, _ in Ladder.standard().steps} <= degrees
    assert values == {-1, 0, 1}


def test_actors_contests_claimants_of_every_kind() -> None:
    (kinds,) = collected(house.actors(), lambda actor: actor.kind, n=200)
    assert kinds == set(ActorKind)
    (pairs,) = collected(house.contests(), lambda contest: (contest.kind, contest.exclusive))
    assert pairs == {(kind, exclusive) for kind in ContestKind for exclusive in (True, False)}
    who, traits = collected(
        house.claimants(actors=["A"]), lambda c: c.actor, lambda c: bool(c.traits), n=200
    )
    assert (who, traits) == ({"", "A"}, {True, False})


def test_evidence_of_every_shape() -> None:
    links, trusted, common = collected(
        house.evidence(),
        lambda found: len(found.via),
        lambda found: found.confidence is None,
        lambda found: found.is_general_knowledge,
    )
    assert links == {0, 1, 2, 3}
    assert trusted == common == {True, False}


def test_dossiers_hold_what_real_cases_hold() -> None:
    features: dict[str, Callable[[Dossier], bool]] = {
        "several contests": lambda d: len({c.contest for c in d.claimants}) > 1,
        "rivals": lambda d: len({c.contest for c in d.claimants}) < len(d.claimants),
        "claimants that speak": lambda d: bool(
            {s.actor for s in d.stances} & {c.code for c in d.claimants}
        ),
        "an actor that claims": lambda d: any(c.actor for c in d.claimants),
        "one code for both": lambda d: bool(
            {a.code for a in d.actors} & {c.code for c in d.claimants}
        ),
        "a bloc": lambda d: any(d.members(m.bloc, "2000-06-01") for m in d.memberships),
        "claims about others": lambda d: any(s.claimed_by not in ("", s.actor) for s in d.stances),
        "relations between actors": lambda d: bool(
            {s.toward for s in d.stances} & {a.code for a in d.actors}
        ),
        "an own ladder": lambda d: d.ladder != Ladder.standard(),
        "weights": lambda d: bool(d.weights),
        "conflict of value": lambda d: any(c.kind == "value" for c in d.conflicts()),
        "conflict of date": lambda d: any(c.kind == "date" for c in d.conflicts()),
        "what is disputed": lambda d: any(c.kind == "disputed" for c in d.conflicts()),
        "a problem": lambda d: bool(d.problems()),
        "nothing": lambda d: not d.actors,
    }
    seen = collected(house.dossiers(), *features.values(), n=300)
    missed = [name for name, found in zip(features, seen, strict=True) if found != {True, False}]
    assert missed == []


def test_days_hold_every_absence_and_channel() -> None:
    absences, channels, derived = collected(
        house.snapshots(),
        lambda world: frozenset(world.absences.ravel().tolist()),
        lambda world: frozenset(world.channels.ravel().tolist()),
        lambda world: bool(world.derived.any()),
        n=400,
    )
    assert frozenset().union(*absences) == set(range(-1, len(Absence)))
    assert frozenset().union(*channels) == set(range(-1, len(Channel)))
    assert derived == {True, False}


# Oracles: the small named minimum


def anything(value: object) -> bool:
    return True


MINIMA: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], Any], str]] = {
    "a date": (house.partial_dates(), anything, "PartialDate('2000-01-01')"),
    "an uncertain date": (
        house.partial_dates(),
        lambda day: day.qualifier == "?",
        "PartialDate('2000-01-01?')",
    ),
    "a span": (house.spans(), anything, "Span(since=None, until=None)"),
    "an actor": (house.actors(), anything, "Actor(code='A', name='A', kind='state')"),
    "a claimant": (house.claimants(), anything, "Claimant(code='x', contest='seat', name='x')"),
    "a membership": (house.memberships(), anything, "Membership(member='A', bloc='B')"),
    "a source": (house.sources(), anything, "Source(id='s')"),
    "a stance": (house.stances(), anything, "Stance(A -> x, recognition, recognises)"),
    "a refusal": (
        house.stances(),
        lambda stance: (stance.value or 0) < 0,
        "Stance(A -> x, recognition, -1)",
    ),
    "a withdrawal": (
        house.stances(),
        lambda stance: stance.act is Act.WITHDRAW,
        "Stance(A -> x, recognition, withdraw)",
    ),
    "a dossier": (house.dossiers(), anything, "Dossier('case', 0 actors, 0 claimants, 0 stances)"),
    "a dossier with a stance": (
        house.dossiers(),
        lambda dossier: dossier.stances,
        "Dossier('case', 1 actors, 1 claimants, 1 stances)",
    ),
    "a dossier with a conflict": (
        house.dossiers(),
        lambda dossier: dossier.conflicts(),
        "Dossier('case', 1 actors, 1 claimants, 2 stances)",
    ),
    "a day": (house.snapshots(), anything, "Snapshot(2000-01-01, 0 actors, 0 targets, 0 values)"),
    "a day with a value": (
        house.snapshots(),
        lambda world: (world.absences < 0).any(),
        "Snapshot(2000-01-01, 1 actors, 1 targets, 1 values)",
    ),
    "a graph out of balance": (
        house.signed_graphs(),
        lambda graph: isinstance(balance.certificate(graph), balance.NegativeCycle),
        "SignedGraph(order=3, size=3, negative=1)",
    ),
}


def least(strategy: st.SearchStrategy[Any], wanted: Callable[[Any], Any], seed: int) -> Any:
    options = settings(
        max_examples=4000,
        database=None,
        report_multiple_bugs=False,
        # no explanation: nothing has failed
        phases=(Phase.generate, Phase.shrink),
        # a rare condition filters most draws; that is what finding means
        suppress_health_check=[HealthCheck.filter_too_much],
    )
    return find(strategy, wanted, settings=options, random=random.Random(seed))


@pytest.mark.parametrize("name", MINIMA)
@pytest.mark.parametrize("seed", range(2))
def test_shrinks_to_the_documented_minimum(name: str, seed: int) -> None:
    strategy, wanted, expected = MINIMA[name]
    assert repr(least(strategy, wanted, seed)) == expected


def test_a_found_dossier_is_readable() -> None:
    found = least(
        house.dossiers(), lambda case: len({s.toward for s in case.stances if s.value == 1}) > 1, 0
    )
    assert len(found.stances) == 2
    assert not found.memberships
    assert not found.weights
    assert all(stance.since is None and stance.note == "" for stance in found.stances)


# Refusals


@pytest.mark.parametrize(
    "make",
    [
        lambda: house.partial_dates(
            min_value=datetime.date(2001, 1, 1), max_value=datetime.date(2000, 1, 1)
        ),
        lambda: house.partial_dates(min_value="2000-01-01"),  # type: ignore[arg-type]
        lambda: house.spans(max_value=datetime.datetime(2000, 1, 1)),
        lambda: house.actors(codes=[]),
        lambda: house.actors(codes="DNK"),
        lambda: house.memberships(codes=["A", "A"]),
        lambda: house.claimants(contests=[]),
        lambda: house.stances(actors=[1]),  # type: ignore[list-item]
        lambda: house.evidence(sources=[]),
        lambda: house.weights(min_year=2003, max_year=2000),
        lambda: house.weights(min_year=0),
        lambda: house.dossiers(max_actors=9),
        lambda: house.dossiers(max_actors=-1),
        lambda: house.dossiers(max_claimants=5),
        lambda: house.dossiers(min_stances=3, max_stances=2),
        lambda: house.dossiers(max_actors=0, max_claimants=0),
        lambda: house.snapshots(days=datetime.date(2000, 1, 1)),  # type: ignore[arg-type]
        lambda: house.snapshots(dossiers=[]),  # type: ignore[arg-type]
    ],
)
def test_options_that_make_no_sense_are_refused_at_once(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidArgument):
        make()


def test_without_hypothesis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {
        name: held for name, held in sys.modules.items() if name.startswith("stancekit.testing")
    }
    real = builtins.__import__

    def without(name: str, *rest: Any, **options: Any) -> Any:
        if name.split(".")[0] == "hypothesis":
            raise ModuleNotFoundError("No module named 'hypothesis'", name="hypothesis")
        return real(name, *rest, **options)

    for name in kept:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'stancekit\[testing\]'"):
        importlib.import_module("stancekit.testing")
    monkeypatch.undo()
    sys.modules.update(kept)


def test_nothing_is_registered_before_it_is_imported() -> None:
    code = (
        "import hypothesis, hypothesis.strategies as st, stancekit\n"
        "from stancekit.errors import InputError\n"
        "from stancekit.records.model import Actor\n"
        "try:\n"
        "    hypothesis.find(st.from_type(Actor), lambda actor: True)\n"
        "except InputError:\n"
        "    print('made of any text')\n"
        "import stancekit.testing\n"
        "print(hypothesis.find(st.from_type(Actor), lambda actor: True).code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["made of any text", "A"]
