"""Verbs are pure: arguments and the global random state stay as they were, results stay fixed."""

from __future__ import annotations

import importlib
import pickle
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from attrs import fields, has
from attrs.exceptions import FrozenInstanceError
from hypothesis import given, settings
from hypothesis import strategies as st
from surface import DOORS, SURFACE, module, shown

from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Stance
from stancekit.signed.graph import SignedGraph
from stancekit.testing import strategies

DAY = "2000-06-01"

graphs = strategies.weighted_graphs(max_order=6) | strategies.dense_signed_graphs(max_order=5)
#: The optima of the graph without vertices hold an array that can be written to.
peopled = strategies.weighted_graphs(min_order=1, max_order=6)
dossiers = strategies.dossiers(min_stances=1, max_stances=8)
positions = st.lists(
    st.lists(st.sampled_from((-1.0, -0.5, 0.0, 1.0, float("nan"))), min_size=4, max_size=4),
    min_size=1,
    max_size=3,
).map(np.array)
amounts = st.lists(st.sampled_from((0.0, 1.0, 2.0, 5.0)), min_size=3, max_size=3).map(np.array)
shares = st.sampled_from(([0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.4, 0.4, 0.2])).map(np.array)
camps = st.fixed_dictionaries({name: st.integers(0, 2) for name in "ABCD"})
votes = st.lists(st.integers(1, 5), min_size=1, max_size=5)


@st.composite
def worlds(draw: st.DrawFn, *, contest: bool = False, bloc: bool = False) -> tuple[Any, ...]:
    """A day; with a contest and a bloc of it, if asked for and there are any."""
    world = draw(strategies.snapshots(dossiers=dossiers))
    picked: list[Any] = [world]
    if bloc:
        blocs = sorted({membership.bloc for membership in world.memberships})
        picked.append(draw(st.sampled_from(blocs)) if blocs else "")
    if contest:
        codes = [found.code for found in world.contests]
        picked.append(draw(st.sampled_from(codes)) if codes else "")
    return tuple(picked)


def one(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(strategy)


def s_score() -> Any:
    return importlib.import_module("stancekit.measures.agreement").s_score


def scale(verb: Any, *given: Any) -> Any:
    return verb(*given, s_score(), scale=(-1, 1))


def plainly(verb: Any, *given: Any) -> Any:
    """Call it; a dossier may lack what a verb asks for, which is refused, and is pure as well."""
    return verb(*given) if "" not in [part for part in given if isinstance(part, str)] else None


def if_dated(verb: Any, case: Dossier) -> Any:
    return verb(case) if any(stance.since for stance in case.stances) else None


def doctrine() -> Any:
    return importlib.import_module("stancekit.measures.doctrines").effective_control


def twice(verb: Any, world: Snapshot, contest: str) -> Any:
    coalitions = importlib.import_module("stancekit.measures.coalitions")
    return verb(coalitions.support(world, contest), coalitions.support(world, contest))


def metric() -> Any:
    return next(iter(importlib.import_module("stancekit.measures.agreement").Metric))


Case = tuple[st.SearchStrategy[tuple[Any, ...]], Callable[..., Any]]

#: Statistics of two rows of positions.
PAIRS = (
    *("raw", "s_score", "s_score_squared", "tau_b"),
    *("kappa", "kappa_linear", "kappa_quadratic"),
    *("scott_pi", "scott_pi_linear", "scott_pi_quadratic"),
)

#: Every public function of the rooms below: what it is tried with, and how it is called.
VERBS: dict[str, Case] = {
    "projection.stance_graph": (worlds(), plainly),
    "projection.mean": (st.just((1.0, -0.5)), plainly),
    "projection.strongest": (st.just((1.0, -0.5)), plainly),
    "projection.negative_wins": (st.just((1.0, -0.5)), plainly),
    "report.brief": (one(dossiers), lambda verb, case: verb(case, DAY, since="2000-01-01")),
    "report.last_day": (one(dossiers), if_dated),
    "measures.coalitions.recognition": (worlds(contest=True), plainly),
    "measures.coalitions.support": (worlds(contest=True), plainly),
    "measures.coalitions.above": (
        worlds(contest=True),
        lambda verb, world, contest: verb(world, contest, 0.5) if contest else None,
    ),
    "measures.coalitions.camps": (worlds(), plainly),
    "measures.consistency.alignment": (worlds(), plainly),
    "measures.consistency.exclusivity": (worlds(), plainly),
    "measures.agreement.pairwise": (worlds() | one(positions), scale),
    "measures.agreement.pairwise_each": (
        worlds() | one(positions),
        lambda verb, held: verb(held, [s_score()], scale=(-1, 1)),
    ),
    "measures.agreement.between": (st.tuples(positions, positions), scale),
    "measures.agreement.interval": (
        one(positions),
        lambda verb, held: verb(held, s_score(), scale=(-1, 1), draws=5),
    ),
    "measures.agreement.permutation_test": (
        one(positions),
        lambda verb, held: verb(held, s_score(), scale=(-1, 1), draws=5),
    ),
    "measures.agreement.absence_as_middle": (
        worlds() | one(positions),
        lambda verb, held: verb(held, scale=(-1, 1)),
    ),
    "measures.agreement.alpha": (one(positions), lambda verb, held: verb(held, metric())),
    **{
        f"measures.agreement.{name}": (
            st.tuples(amounts, amounts),
            lambda verb, a, b: verb(a, b, scale=(0, 5)),
        )
        for name in PAIRS
    },
    "measures.coalitions.changes": (
        worlds(contest=True),
        lambda verb, world, contest: twice(verb, world, contest) if contest else None,
    ),
    "measures.coalitions.minimal_winning": (
        one(votes),
        lambda verb, held: verb(3, {str(k): weight for k, weight in enumerate(held)}),
    ),
    **{
        f"measures.coalitions.{name}": (st.tuples(camps, camps), plainly)
        for name in ("adjusted_rand", "variation_of_information")
    },
    "measures.doctrines.adherence": (
        worlds(),
        lambda verb, world: verb(world, doctrine(), draws=5),
    ),
    "measures.doctrines.explain": (
        worlds(),
        lambda verb, world: [verb(world, actor, draws=5) for actor in world.actors[:1]],
    ),
    "measures.doctrines.camps": (worlds(), plainly),
    "measures.doctrines.cases_of": (
        worlds(),
        lambda verb, world: [list(verb(world, actor)) for actor in world.actors[:2]],
    ),
    "measures.cohesion.bloc": (worlds(bloc=True, contest=True), plainly),
    "measures.cohesion.counted_once": (
        worlds(),
        lambda verb, world: [verb(world, target) for target in world.targets],
    ),
    "measures.cohesion.agreement_index": (st.tuples(amounts, amounts, amounts), plainly),
    "measures.cohesion.rice": (st.tuples(amounts, amounts), plainly),
    "measures.cohesion.effective_number": (one(shares), plainly),
    "measures.cohesion.fractionalisation": (one(shares), plainly),
    "measures.cohesion.reynal_querol": (one(shares), plainly),
    "measures.cohesion.esteban_ray": (st.tuples(shares, amounts), plainly),
    **{
        f"measures.power.{name}": (one(votes), lambda verb, held: verb(sum(held) // 2 + 1, held))
        for name in ("banzhaf", "shapley_shubik", "holler_packel")
    },
    "signed.balance.certificate": (one(graphs), plainly),
    "signed.balance.triangles": (one(graphs), plainly),
    "signed.balance.cycles": (st.tuples(graphs, st.integers(3, 5)), plainly),
    "signed.balance.walks": (one(graphs), plainly),
    "signed.balance.algebraic_conflict": (one(graphs), plainly),
    "signed.partition.frustration": (
        one(graphs),
        lambda verb, graph: verb(graph, hint=verb(graph).certificate),
    ),
    "signed.partition.optima": (one(peopled), plainly),
    "signed.partition.blocks": (one(graphs), lambda verb, graph: verb(graph, [[1, -1], [-1, 0]])),
    "signed.partition.clusters": (one(graphs), plainly),
    "signed.partition.frustrations": (one(st.lists(graphs, max_size=2)), plainly),
    "signed.dynamics.cascade": (
        one(graphs),
        lambda verb, graph: verb(graph, np.full(graph.order, 0.5), steps=3),
    ),
    "signed.dynamics.altafini": (
        one(graphs),
        lambda verb, graph: verb(graph, np.full(graph.order, 0.5)),
    ),
    "signed.dynamics.marvel": (one(strategies.dense_signed_graphs(min_order=3)), plainly),
    **{
        f"signed.nulls.{name}": (one(graphs), lambda verb, graph: verb(graph, rng=0))
        for name in ("shuffle_signs", "exchange_signs", "signed_rewire")
    },
    **{
        f"signed.nulls.{name}": (one(positions), lambda verb, table: verb(table, rng=0))
        for name in ("shuffle_rows", "shuffle_columns", "exchange_table", "rewire_table")
    },
    "scenarios.single_changes": (one(dossiers), lambda verb, case: list(verb(case, DAY))),
}

#: Public functions that are not tried here, and why.
UNTRIED = {
    "signed.graph.refuse": "takes numbers, which cannot change",
    "signed.graph.net_sign": "takes numbers, which cannot change",
    "signed.graph.negative_wins": "takes numbers, which cannot change",
    "signed.graph.reciprocated": "takes numbers, which cannot change",
    "signed.partition.rational": "takes a number, which cannot change",
    "signed.nulls.fit_signs": "gives a model that is itself a null; see tests/test_nulls.py",
    "signed.nulls.test": "see tests/test_nulls.py",
    "signed.nulls.hub": "a way to begin, given to nulls.test",
    "signed.nulls.observed": "a way to begin, given to nulls.test",
    "measures.power.majority": "makes a rule from numbers",
    "measures.power.rounded": "makes a rule from numbers",
    "measures.power.banzhaf_bounds": "takes numbers; see tests/test_power.py",
    "measures.power.shapley_shubik_bounds": "takes numbers; see tests/test_power.py",
    "measures.power.banzhaf_under": "takes a rule, a frozen value of tuples",
    "measures.power.shapley_shubik_under": "takes a rule, a frozen value of tuples",
    "measures.power.holler_packel_under": "takes a rule, a frozen value of tuples",
    "measures.doctrines.follow": "makes a doctrine from a code",
    "measures.doctrines.follow_bloc": "makes a doctrine from a code",
    "measures.coalitions.swing": "takes coalitions, which are frozen; see tests/test_winning.py",
    "scenarios.difference": "see tests of scenarios",
    "scenarios.smallest_change": "see tests of scenarios",
    "scenarios.distance": "takes numbers, which cannot change",
    "scenarios.one_each": "takes numbers, which cannot change",
}

ROOMS = ("projection", "report", "measures", "signed", "scenarios")


def doors() -> dict[str, Any]:
    """Public functions of these rooms, by the door that shows them."""
    found = {}
    for door in DOORS:
        if door.removeprefix("stancekit.").split(".")[0] in ROOMS:
            for name in shown(door):
                held = getattr(module(door), name)
                if callable(held) and not isinstance(held, type) and hasattr(held, "__code__"):
                    found[f"{door.removeprefix('stancekit.')}.{name}"] = held
    return found


FUNCTIONS = doors()


def arrays(value: Any, seen: set[int] | None = None) -> Iterator[np.ndarray]:
    """Every array that a result holds, however deep."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, str | bytes):
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        yield value
    elif has(type(value)):
        for part in fields(type(value)):
            yield from arrays(getattr(value, part.name), seen)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from arrays(part, seen)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from arrays(part, seen)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other, equal_nan=True))
    if isinstance(one, list) and any(isinstance(part, SignedGraph) for part in one):
        return one == other
    return bool(one == other)


def test_every_verb_is_tried_or_excused() -> None:
    assert FUNCTIONS.keys() - VERBS.keys() - UNTRIED.keys() == set()
    assert VERBS.keys() & UNTRIED.keys() == set()


@pytest.mark.parametrize("name", sorted(VERBS.keys() & FUNCTIONS.keys()))
def test_a_verb_changes_nothing_but_gives(name: str) -> None:
    strategy, call = VERBS[name]

    @settings(max_examples=8, database=None)
    @given(strategy)
    def check(given: tuple[Any, ...]) -> None:
        before = pickle.dumps(given)
        state = random.getstate(), pickle.dumps(np.random.get_state())  # noqa: NPY002
        result = call(FUNCTIONS[name], *given)
        assert (random.getstate(), pickle.dumps(np.random.get_state())) == state  # noqa: NPY002
        for kept, argument in zip(pickle.loads(before), given, strict=True):
            assert same(kept, argument), f"{name} has changed {argument!r}"
        if has(type(result)):
            assert all(not array.flags.writeable for array in arrays(result)), f"{result!r}"
            with pytest.raises((FrozenInstanceError, AttributeError)):
                setattr(result, fields(type(result))[0].name, None)

    check()


# What the methods of records and graphs leave as it was


@settings(max_examples=25)
@given(dossiers)
def test_the_verbs_of_a_dossier_leave_it_as_it_was(case: Dossier) -> None:
    before = pickle.dumps(case)
    who = [actor.code for actor in case.actors]
    for code in who[:1]:
        case.members(code, DAY)
        case.restrict(actors=[code])
    for stance in case.stances[:1]:
        case.history(stance.actor, stance.toward)
        case.without_stances(stance)
    rows = case.to_rows()
    written = pickle.dumps(rows)
    assert Dossier.from_rows(rows) == case
    assert pickle.dumps(rows) == written
    case.conflicts(), case.conflicts(DAY), case.problems(), case.citations()
    case.restrict(channels=["recognition"], contests=[c.code for c in case.contests][:1])
    case.at(DAY)
    again = pickle.loads(before)
    assert again == case
    assert hash(again) == hash(case)
    assert again.fingerprint == case.fingerprint
    assert pickle.loads(pickle.dumps(case)) == case


@settings(max_examples=25)
@given(strategies.snapshots(dossiers=dossiers))
def test_the_verbs_of_a_snapshot_leave_it_as_it_was(world: Snapshot) -> None:
    before = pickle.dumps(world)
    world.restrict(actors=world.actors[:1])
    world.restrict(targets=world.targets[:1])
    world.to_rows(), world._repr_html_(), world.weights
    assert all(not array.flags.writeable for array in arrays(world))
    assert pickle.loads(before) == world
    assert hash(pickle.loads(before)) == hash(world)


@settings(max_examples=25)
@given(graphs, st.data())
def test_the_verbs_of_a_graph_leave_it_as_it_was(graph: SignedGraph, data: st.DataObject) -> None:
    before = pickle.dumps(graph)
    some = data.draw(st.sets(st.sampled_from(range(graph.order)))) if graph.order else set()
    graph.switched(some), graph.components(), graph.adjacency()
    graph.frustrated(np.ones(graph.order, dtype=np.int8))
    assert not any(array.flags.writeable for array in (graph.edges, graph.signs, graph.weights))
    assert pickle.loads(before) == graph
    assert hash(pickle.loads(before)) == hash(graph)


@given(strategies.partial_dates(), strategies.stances())
def test_small_records_survive_pickle(day: PartialDate, stance: Stance) -> None:
    assert pickle.loads(pickle.dumps((day, stance))) == (day, stance)
    assert hash(pickle.loads(pickle.dumps(stance))) == hash(stance)


def test_the_surface_is_not_empty() -> None:
    assert len(SURFACE) > 50
    assert len(FUNCTIONS) > 20
