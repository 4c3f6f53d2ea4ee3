"""Laws: every measure that we ship keeps them, a measure that does not is caught, and how."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError, UnknownNameError
from stancekit.measures import agreement, coalitions, cohesion, consistency, doctrines
from stancekit.projection import stance_graph
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Weight
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence, Stance
from stancekit.signed import balance, partition
from stancekit.signed.graph import SignedGraph
from stancekit.testing import laws, strategies

graphs = strategies.signed_graphs(max_order=6) | strategies.dense_signed_graphs(max_order=5)
weighted = strategies.weighted_graphs(max_order=6)
DAY = "2000-06-01"

# Laws: what we ship keeps them


def of_contests(measure: Callable[[Snapshot, str], Any]) -> Callable[[Snapshot], Any]:
    def each(world: Snapshot) -> dict[str, Any]:
        return {contest.code: measure(world, contest.code) for contest in world.contests}

    each.__name__ = measure.__name__
    return each


def shares(world: Snapshot) -> Any:
    return {
        (contest.code, weight): coalitions.support(world, contest.code).shares(weight)
        for contest in world.contests
        for weight in world.weights
    }


def blocs(world: Snapshot) -> Any:
    found = {}
    for contest in world.contests:
        for bloc in {membership.bloc for membership in world.memberships}:
            try:
                found[bloc, contest.code] = cohesion.bloc(world, bloc, contest.code)
            except UnknownNameError:
                found[bloc, contest.code] = None
    return found


def counted_once(world: Snapshot) -> Any:
    return {target: cohesion.counted_once(world, target) for target in world.targets}


def alike(world: Snapshot) -> Any:
    return agreement.pairwise(world, agreement.s_score, scale=(-1, 1))


def kappas(world: Snapshot) -> Any:
    return agreement.pairwise(world, agreement.kappa)


def reliability(world: Snapshot) -> Any:
    return agreement.alpha(world, next(iter(agreement.Metric)))


def principled(world: Snapshot) -> Any:
    return doctrines.adherence(world, doctrines.effective_control, draws=20)


MEASURES: list[Callable[[Snapshot], Any]] = [
    of_contests(coalitions.recognition),
    of_contests(coalitions.support),
    shares,
    consistency.alignment,
    consistency.exclusivity,
    stance_graph,
    blocs,
    counted_once,
    alike,
    kappas,
    reliability,
    principled,
]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
def test_an_actor_of_whom_nothing_is_known_changes_no_number(measure: Any) -> None:
    @settings(max_examples=25)
    @given(strategies.snapshots(), st.sampled_from(("nobody-knows", "0000", "B2")))
    def check(world: Snapshot, newcomer: str) -> None:
        laws.unknown_adds_nothing(measure, world, newcomer=newcomer)

    check()


@settings(max_examples=25)
@given(strategies.dossiers())
def test_nor_does_it_in_a_dossier(dossier: Dossier) -> None:
    laws.unknown_adds_nothing(lambda case: shares(case.at(DAY)), dossier)
    laws.unknown_adds_nothing(lambda case: stance_graph(case.at(DAY)), dossier)


def frustration(graph: SignedGraph) -> float:
    found = partition.frustration(graph)
    assert found.is_exact
    return float(found.upper)


def is_balanced(graph: SignedGraph) -> bool:
    return isinstance(balance.certificate(graph), balance.Camps)


@settings(max_examples=40)
@given(graphs | weighted, st.data())
def test_balance_and_frustration_keep_the_laws_of_graphs(
    graph: SignedGraph, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(graph.order)))
    camp = data.draw(st.sets(st.sampled_from(range(graph.order)))) if graph.order else set()
    for measure in (frustration, is_balanced, lambda g: balance.triangles(g).balanced):
        laws.relabelling(measure, graph, order)
        laws.switching(measure, graph, camp)
        laws.unknown_adds_nothing(measure, graph)
    laws.scaling(frustration, graph, 4)
    laws.scaling(is_balanced, graph, 4, degree=0)


@settings(max_examples=50)
@given(graphs, weighted)
def test_frustration_adds_up_over_what_nothing_ties(one: SignedGraph, other: SignedGraph) -> None:
    laws.disjoint_union(frustration, one, other)
    laws.disjoint_union(is_balanced, one, other, combine=operator.and_)


@settings(max_examples=25)
@given(strategies.dossiers())
def test_new_codes_change_only_codes(dossier: Dossier) -> None:
    held = [actor.code for actor in dossier.actors] + [c.code for c in dossier.claimants]
    new = {code: f"new-{len(held) - k}" for k, code in enumerate(sorted(set(held)))}

    def recognised(case: Dossier) -> Any:
        return of_contests(coalitions.recognition)(case.at(DAY))

    def tied(case: Dossier) -> Any:
        found = consistency.alignment(case.at(DAY))
        ties = {(frozenset(tie.names), tie.verdict) for tie in found.strained}
        return found.lower, found.upper, found.index, ties

    laws.relabelling(recognised, dossier, new)
    laws.relabelling(lambda case: coalitions_only(recognised(case)), dossier, new)
    laws.relabelling(lambda case: tied(case)[:3], dossier, new)


def coalitions_only(found: dict[str, Any]) -> Any:
    return {code: dict(one.coalitions) for code, one in found.items()}


@settings(max_examples=25)
@given(strategies.snapshots(), st.sampled_from((2.0, 0.25, 1024.0)))
def test_shares_do_not_depend_on_units(world: Snapshot, factor: float) -> None:
    laws.scaling(lambda w: {k: dict(v) for k, v in shares(w).items()}, world, factor, degree=0)


# Oracles: a measure that breaks a law is caught, with what breaks it


TRIANGLE = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1), (0, 2, -1)])


def case() -> Dossier:
    return Dossier(
        "case",
        actors=[Actor("A"), Actor("B")],
        contests=[Contest("seat")],
        claimants=[Claimant("x", "seat"), Claimant("y", "seat")],
        stances=[Stance("A", "x", "recognises"), Stance("B", "y", "rejects")],
        weights=[Weight("A", "population", 2000, 3)],
    )


@frozen
class Answer:
    """A result object of one's own."""

    actors: tuple[str, ...]
    table: Any


def test_unknown_counted_as_neutral_is_caught() -> None:
    def mean(world: Snapshot) -> float:
        return float(np.nan_to_num(world.values).mean())

    with pytest.raises(AssertionError, match=r"unknown_adds_nothing does not hold for mean\n"):
        laws.unknown_adds_nothing(mean, case().at(DAY))


def test_the_message_shows_the_counterexample() -> None:
    with pytest.raises(AssertionError) as caught:
        laws.unknown_adds_nothing(lambda world: {"n": [len(world.actors)]}, case().at(DAY))
    text = str(caught.value)
    assert "at ['n'][0] the answer is 3, and 2 was due" in text
    assert "Stance(A -> x, recognition, recognises)" in text
    assert "an actor 'nobody-knows' is added" in text


def test_a_row_of_the_newcomer_is_no_change() -> None:
    def table(world: Snapshot) -> Answer:
        return Answer(world.actors, world.values.copy())

    laws.unknown_adds_nothing(table, case().at(DAY), newcomer="AB")
    laws.unknown_adds_nothing(lambda world: world.values.copy(), case().at(DAY), newcomer="AB")
    laws.unknown_adds_nothing(
        lambda world: {a: world.absence(a, "x") for a in world.actors}, case().at(DAY)
    )
    laws.unknown_adds_nothing(lambda world: np.isnan(world.values).sum(axis=0) * 0, case().at(DAY))


def test_a_row_at_another_place_is_a_change() -> None:
    with pytest.raises(AssertionError):
        laws.unknown_adds_nothing(
            lambda world: Answer(world.actors, world.values[::-1].copy()),
            case().at(DAY),
            newcomer="C",
        )


def test_the_row_that_a_snapshot_gains_is_the_one_that_a_dossier_would_give() -> None:
    from stancekit.testing.laws import _with_actor

    dossier = case().with_stances(Stance("x", "A", "supports"))
    grown, place = _with_actor(dossier, "AB")
    world, row = _with_actor(dossier.at(DAY), "AB")
    assert (world, row) == (grown.at(DAY), place)


@pytest.mark.parametrize(
    ("law", "arguments"),
    [
        (laws.relabelling, (lambda g: int(g.signs[0]), TRIANGLE, [2, 1, 0])),
        (laws.switching, (lambda g: int((g.signs > 0).sum()), TRIANGLE, [2])),
        (laws.disjoint_union, (lambda g: g.order**2, TRIANGLE, TRIANGLE)),
        (laws.scaling, (lambda g: g.total_weight**2, TRIANGLE, 2)),
        (laws.unknown_adds_nothing, (lambda g: g.size / g.order, TRIANGLE)),
        (laws.scaling, (lambda w: w.weights["population"].values.copy(), case().at(DAY), 2, 0)),
        (laws.relabelling, (lambda d: sorted(d.at(DAY).actors)[0], case(), {"A": "C"})),
    ],
)
def test_each_law_can_be_broken(law: Any, arguments: tuple[Any, ...]) -> None:
    options = {"degree": arguments[3]} if len(arguments) > 3 and law is laws.scaling else {}
    with pytest.raises(AssertionError, match="does not hold"):
        law(*arguments[: 3 if options else None], **options)


def test_names_are_carried_and_order_of_names_is_free() -> None:
    laws.relabelling(lambda d: d.at(DAY).actors, case(), {"A": "Z", "x": "w"})
    laws.relabelling(
        lambda g: sorted(g.edges[g.signs > 0].ravel().tolist()),
        TRIANGLE,
        [2, 0, 1],
        carry=lambda ends: sorted([2, 0, 1][v] for v in ends),
    )


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (float("nan"), float("nan"), True),
        (0.1 + 0.2, 0.3, True),
        (1, True, True),
        (None, 0, False),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.array([1, 2]), np.array([1, 2, 3]), False),
        ({"a": 1}, {"b": 1}, False),
        ({1, 2}, {2, 1}, True),
        (Absence.UNKNOWN, "unknown", False),
        ((1, 2), (2, 1), False),
    ],
)
def test_answers_are_compared_as_a_reader_would(one: Any, other: Any, is_same: bool) -> None:
    answers = iter((one, other))

    def measure(graph: SignedGraph) -> Any:
        return next(answers)

    if is_same:
        laws.switching(measure, TRIANGLE, [])
    else:
        with pytest.raises(AssertionError):
            laws.switching(measure, TRIANGLE, [])


# Refusals


@pytest.mark.parametrize("names", [[0, 1], [0, 0, 1], {"A": "B"}, [1, 2, 3]])
def test_what_is_no_permutation_is_refused(names: Any) -> None:
    with pytest.raises(InputError, match="no permutation"):
        laws.relabelling(frustration, TRIANGLE, names)


def test_codes_that_collide_are_refused() -> None:
    with pytest.raises(InputError, match="the same code"):
        laws.relabelling(repr, case(), {"A": "B"})
    with pytest.raises(InputError, match="no mapping"):
        laws.relabelling(repr, case(), [1, 0])


@pytest.mark.parametrize("newcomer", ["A", "x"])
def test_a_newcomer_that_is_there_is_refused(newcomer: str) -> None:
    for value in (case(), case().at(DAY)):
        with pytest.raises(InputError, match="there already"):
            laws.unknown_adds_nothing(repr, value, newcomer=newcomer)


@pytest.mark.parametrize("factor", [0, -1, float("nan"), float("inf")])
def test_a_factor_that_is_none_is_refused(factor: float) -> None:
    with pytest.raises(InputError, match="factor"):
        laws.scaling(frustration, TRIANGLE, factor)
