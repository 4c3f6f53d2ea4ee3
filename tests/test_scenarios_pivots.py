"""All single changes: against the changed dossier, solved from scratch; every certificate."""

from __future__ import annotations

import itertools
import math
import pickle
import random
from fractions import Fraction

import pytest
from cases import case
from hypothesis import given, settings
from hypothesis import strategies as st
from test_scenarios_goals import RULES, drawn

import stancekit as sk
from stancekit.errors import InputError, UnknownNameError
from stancekit.measures import coalitions
from stancekit.projection import stance_graph
from stancekit.records.model import Actor, Claimant
from stancekit.records.policies import binds
from stancekit.records.stance import Absence, Stance
from stancekit.scenarios import single_changes
from stancekit.scenarios.board import Board, contradicted, graph_of
from stancekit.scenarios.reuse import Answer, neighbours, widened
from stancekit.signed import partition
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT

DAY = "2019-04-30"


def proves(certificate, graph):
    """Both bounds, by hand: nothing of the package but the numbers of the certificate."""
    scale = certificate.scale
    edges = {tuple(e): k for k, e in enumerate(graph.edges.tolist())}
    room = [Fraction(float(w)).limit_denominator(10**6) * scale for w in graph.weights]
    side = certificate.side.tolist()
    strained = [k for (u, v), k in edges.items() if side[u] * side[v] * int(graph.signs[k]) < 0]
    upper = sum((room[k] for k in strained), Fraction(0))
    spent = [Fraction(0)] * len(room)
    total = Fraction(0)
    for c in range(certificate.cycles):
        ring = certificate.cycle(c)
        y = Fraction(int(certificate.multipliers[c]), MULTIPLIER_UNIT)
        negative = 0
        for u, v in zip(ring, (*ring[1:], ring[0]), strict=True):
            k = edges[min(u, v), max(u, v)]
            negative += int(graph.signs[k]) < 0
            spent[k] += y
        assert negative % 2 == 1
        assert y >= 0
        total += y
    assert all(s <= r for s, r in zip(spent, room, strict=True))
    return math.ceil(total), upper


def checked(dossier, found, rule):
    """Every change against the changed dossier, solved from scratch."""
    for change in found:
        world = found.scenario(change).apply(dossier).at(DAY)
        bridge = stance_graph(world, ties=rule)
        graph = found.graph(change)
        assert graph == bridge.graph
        slow = partition.frustration(graph)
        assert slow.is_exact
        assert (change.lower, change.upper) == (slow.upper, slow.upper)
        assert change.is_exact
        index = slow.index if graph.size else (float("nan"), float("nan"))
        assert change.index == pytest.approx(index, nan_ok=True, abs=1e-12)
        certificate = found.certificate(change)
        assert certificate.proves(graph), certificate.problems(graph)
        lower, upper = proves(certificate, graph)
        assert lower >= certificate.lower_units
        assert upper <= certificate.upper_units
        assert certificate.upper == Fraction(change.upper).limit_denominator(10**6)
        assert change.is_certified == (certificate.lower_units == certificate.upper_units)


# -- laws ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_as_the_changed_dossier_solved_from_scratch(rule):
    changes = solved = 0
    for seed in range(5):
        dossier = drawn(seed)
        found = single_changes(dossier, DAY, ties=RULES[rule])
        checked(dossier, found, RULES[rule])
        changes, solved = changes + len(found), solved + found.solves
    assert solved < changes / 3


def test_every_admissible_change_is_there_once():
    for seed in range(20):
        dossier = drawn(seed)
        world = dossier.at(DAY)
        rivals = {claimant.code for claimant in world.claimants}
        wanted = [
            (a, t, x)
            for a in world.actors
            if a not in rivals
            for t in sorted(rivals)
            if world.absence(a, t) is not Absence.NOT_YET
            for x in (-1.0, -0.5, 0.0, 0.5, 1.0)
            if world.value(a, t) != x
        ]
        found = single_changes(dossier, DAY)
        assert [(c.actor, c.toward, c.after) for c in found] == sorted(wanted)


def test_coalitions_and_shares_are_those_of_the_changed_dossier():
    moved = 0
    for seed in range(12):
        dossier = drawn(seed)
        if not dossier.weights:
            continue
        found = single_changes(dossier, DAY, weight="votes", values=(-1, 0.75, 1))
        before = coalitions.recognition(dossier.at(DAY), "seat")
        for change in found:
            after = coalitions.recognition(found.scenario(change).apply(dossier).at(DAY), "seat")
            was, now = before.shares("votes")[change.toward], after.shares("votes")[change.toward]
            assert change.share == pytest.approx((was, now), nan_ok=True)
            apart = {c.actor for c in dossier.claimants}
            if change.actor not in apart:
                assert change.joins == (
                    change.actor in after[change.toward]
                    and change.actor not in before[change.toward]
                )
                assert change.leaves == (
                    change.actor in before[change.toward]
                    and change.actor not in after[change.toward]
                )
            moved += was != now
        for change in found.crossing(Fraction(1, 2)):
            assert (change.share[0] >= 0.5) != (change.share[1] >= 0.5)
    assert moved > 20


def test_camps_that_moved_make_best_camps():
    """Nobody moved: the camps of before are still best; otherwise they are not."""
    for seed in range(14):
        dossier = drawn(seed)
        found = single_changes(dossier, DAY)
        for change in found:
            if not change.moved:
                continue
            graph = found.graph(change)
            bridge = stance_graph(found.scenario(change).apply(dossier).at(DAY))
            side = found.certificate(change).side.copy()
            assert float(graph.weights[graph.frustrated(side)].sum()) == change.upper
            for name in change.moved:
                if name in bridge.names:
                    side[bridge.names.index(name)] *= -1
            assert float(graph.weights[graph.frustrated(side)].sum()) > change.upper


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(4, 9), st.sampled_from((1, 2, 6)))
def test_answers_are_right_whatever_the_hint(seed, order, quantum):
    """Graphs that have little in common; and widened packings stay packings."""
    rng = random.Random(seed)
    hint = None
    for _ in range(4):
        ties = {
            pair: quantum * rng.choice((-3, -1, 1, 2))
            for pair in itertools.combinations(range(order), 2)
            if rng.random() < 0.7
        }
        found = partition.frustration(graph_of(order, ties), hint=hint)
        hint, answer = found.certificate, Answer.of(found)
        best = min(
            contradicted(ties, (1, *rest)) for rest in itertools.product((1, -1), repeat=order - 1)
        )
        assert answer.lower == answer.upper == best == contradicted(ties, answer.side)
        assert math.gcd(*ties.values()) % answer.quantum == 0
        assert answer.packing.proves(answer.quantum) == answer.proved <= best
        bad = [((u, v), x) for (u, v), x in ties.items() if x * answer.side[u] * answer.side[v] < 0]
        start = answer.packing.cut(next(iter(ties), (0, 1)), order, 0)
        more = widened(start, order, neighbours(ties), bad)
        assert start.value <= more.value <= best * MULTIPLIER_UNIT
        codes, laid = more.loads(order)
        for code, amount in zip(codes.tolist(), laid.tolist(), strict=True):
            assert 0 <= amount <= abs(ties[code // order, code % order]) * MULTIPLIER_UNIT
        graph = graph_of(order, ties)
        signs = {tuple(e): int(s) for e, s in zip(graph.edges.tolist(), graph.signs, strict=True)}
        for k in range(len(more.times)):
            ring = more.vertices[more.starts[k] : more.starts[k + 1]].tolist()
            steps = zip(ring, (*ring[1:], ring[0]), strict=True)
            assert math.prod(signs[min(s), max(s)] for s in steps) == -1


def test_where_cycles_leave_a_gap_all_changes_are_exact():
    """Seven rivals: cycles prove 7 of 9, and what proves the rest holds beside them, too."""
    names = "ABCDEFG"
    hostile = [Stance(a, b, value=-1.0) for a in names for b in names if a < b]
    rivals = [Claimant("a", "seat"), Claimant("b", "seat")]
    dossier = case(*hostile, actors=[Actor(a) for a in names], claimants=rivals)
    found = single_changes(dossier, DAY, toward=["C", "G"], values=(-1, -0.5, 0, 1))
    assert found.lower == found.upper == 9
    for change in found:
        graph = found.graph(change)
        assert change.is_exact
        assert change.upper == partition.frustration(graph).upper
        assert found.certificate(change).proves(graph)


# -- oracles ---------------------------------------------------------------------------------


def test_venezuela():
    dossier = sk.load("venezuela-2019")
    before = dossier.fingerprint
    found = single_changes(dossier, DAY, weight="population")
    assert all(change.is_certified for change in found)
    assert found.solves < len(found) / 20
    for change in found[:: max(1, len(found) // 150)]:
        graph = found.graph(change)
        certificate = found.certificate(change)
        assert certificate.proves(graph)
        assert certificate.lower == certificate.upper == Fraction(change.upper)
    some = found[:: max(1, len(found) // 25)]
    for change in some:
        world = found.scenario(change).apply(dossier).at(DAY)
        assert stance_graph(world).graph == found.graph(change)
        assert partition.frustration(found.graph(change)).upper == change.upper
    assert dossier.fingerprint == before


@pytest.mark.slow
def test_venezuela_each_certificate():
    dossier = sk.load("venezuela-2019")
    found = single_changes(dossier, DAY)
    for change in found:
        assert found.certificate(change).proves(found.graph(change))


def test_a_case_by_hand():
    """Two states that like each other stand with two rivals: one tie is strained."""
    dossier = case(
        Stance("A", "a", "recognises"),
        Stance("B", "b", "recognises"),
        Stance("A", "B", value=0.5),
        claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    )
    found = single_changes(dossier, DAY, may_move=["B"], values=(-1, 0, 1))
    assert (found.lower, found.upper) == (0.5, 0.5)
    assert {(c.toward, c.after): (c.upper, c.moved) for c in found} == {
        ("a", -1.0): (0.5, ()),  # B against a fits the camps
        ("a", 0.0): (0.5, ()),
        ("a", 1.0): (1.0, ("B",)),  # B is torn, and its friend A pulls it over
        ("b", -1.0): (0.0, ("B",)),
        ("b", 0.0): (0.0, ("B",)),
    }
    first = found.by_consistency()[0]
    assert (first.toward, first.rise[0]) == ("b", pytest.approx(1 - (1 - 2 * 0.5 / 3.5)))


def test_ranks_are_in_order():
    found = single_changes(drawn(3), DAY, weight="votes")
    rises = [abs(c.rise[0]) for c in found.by_consistency()]
    assert rises == sorted(rises, reverse=True)
    moved = [len(c.moved) for c in found.by_camps()]
    assert moved == sorted(moved, reverse=True)
    shares = [abs(c.share[1] - c.share[0]) for c in found.by_share()]
    assert shares == sorted(shares, reverse=True)
    assert set(found.by_share()) == set(found)


def test_nothing_to_change():
    empty = case(actors=[])
    found = single_changes(empty, DAY)
    assert len(found) == 0
    assert list(found) == []
    assert found[:] == ()
    assert "0 changes" in repr(found)
    assert found._repr_html_().startswith("<p>")


def test_results_pickle():
    found = single_changes(drawn(3), DAY)
    copy = pickle.loads(pickle.dumps(found))
    assert list(copy) == list(found)
    assert copy.certificate(copy[0]).proves(copy.graph(copy[0]))


# -- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"values": [2]}, InputError),
        ({"values": ["x"]}, InputError),
        ({"values": [0.1234567891]}, InputError),
        ({"may_move": ["Z"]}, UnknownNameError),
        ({"toward": ["z"]}, UnknownNameError),
        ({"weight": "gold"}, UnknownNameError),
        ({"bloc_rule": binds}, InputError),
        ({"rivalry": -1}, InputError),
        ({"channels": ["telepathy"]}, InputError),
    ],
)
def test_what_makes_no_sense_is_refused(options, error):
    with pytest.raises(error):
        single_changes(drawn(3), DAY, **options)


def test_a_change_of_another_day_has_no_certificate_here():
    found = single_changes(drawn(3), DAY)
    other = single_changes(drawn(4), DAY, values=[0.25])
    for ask in (found.graph, found.certificate):
        with pytest.raises(InputError, match="not one of these"):
            ask(other[0])


def test_units_are_fine_enough():
    world = drawn(3).at(DAY)
    board = Board.of(world, 0.3, RULES["mean"], [("A", "a")], (0.25, 0.1))
    assert board.scale % 20 == 0
    assert all(isinstance(x, int) for x in board.ties.values())
