"""The bridge from one day's stances to a signed graph."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cases import DAY, case, day, drawn, renamed, small_cases, with_stranger
from hypothesis import given
from hypothesis import strategies as st

from stancekit.errors import InputError, UnknownNameError
from stancekit.projection import mean, negative_wins, stance_graph, strongest
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.policies import majority
from stancekit.records.stance import Stance
from stancekit.testing.strategies import snapshots

RULES = st.sampled_from([mean, strongest, negative_wins])
RIVALRY = st.sampled_from([0.0, 0.25, 1.0, 2.0])


def _ties(bridge):
    """Each tie of a stance graph: names and signed weight."""
    values = bridge.graph.signs * bridge.graph.weights
    return {bridge.pair(k): float(values[k]) for k in range(bridge.graph.size)}


def _by_definition(world, rivalry, rule):
    """The ties that a snapshot should give, read off its cells one by one."""
    held = {}
    for a, actor in enumerate(world.actors):
        for t, target in enumerate(world.targets):
            value = float(world.values[a, t])
            if actor != target and not math.isnan(value):
                held.setdefault(frozenset((actor, target)), []).append(value)
    ties = {}
    for pair, values in held.items():
        ties[pair] = values[0] if len(values) == 1 else rule(*values)
    if rivalry:
        spans = {contest.code: (contest.exclusive, contest.span) for contest in world.contests}
        for one in world.claimants:
            for other in world.claimants:
                exclusive, span = spans[one.contest]
                alive = [s.covers(world.date) is not False for s in (one.span, other.span, span)]
                if one.contest == other.contest and one != other and exclusive and all(alive):
                    ties[frozenset((one.code, other.code))] = -rivalry
    return {tuple(sorted(pair)): value for pair, value in ties.items() if value}


# laws


@drawn
@given(snapshots(), RIVALRY, RULES)
def test_ties_are_the_cells_that_are_not_zero(world, rivalry, rule):
    found = stance_graph(world, rivalry=rivalry, ties=rule)
    assert _ties(found) == pytest.approx(_by_definition(world, rivalry, rule), rel=1e-12, abs=0)


@drawn
@given(snapshots(), RIVALRY, RULES)
def test_every_tie_knows_what_it_came_from(world, rivalry, rule):
    found = stance_graph(world, rivalry=rivalry, ties=rule)
    assert len(found.origin) == found.graph.size
    for k, origin in enumerate(found.origin):
        assert origin
        for tie in origin:
            assert set(found.pair(k)) == {tie.actor, tie.toward}
            if tie.kind == "rivalry":
                assert tie.value == -rivalry
                assert tie.contest
            else:
                assert tie.value == world.value(tie.actor, tie.toward)
                assert tie.stance == world.stance(tie.actor, tie.toward)
                assert (tie.stance is None) == (tie.kind == "derived")
    cells = {(t.actor, t.toward) for ties in (*found.origin, *found.cancelled) for t in ties}
    known = {(world.actors[a], world.targets[t]) for a, t in np.argwhere(~np.isnan(world.values))}
    assert {cell for cell in known if cell[0] != cell[1]} <= cells


@drawn
@given(snapshots(), RIVALRY, RULES)
def test_names_are_those_with_a_tie(world, rivalry, rule):
    found = stance_graph(world, rivalry=rivalry, ties=rule)
    assert list(found.names) == sorted({name for pair in _ties(found) for name in pair})
    assert len(found.kinds) == len(found.names)
    claimants = {claimant.code for claimant in world.claimants}
    actors = {actor.code for actor in world.actor_records}
    for name, kind in zip(found.names, found.kinds, strict=True):
        assert (name in claimants, name in actors) == {
            "actor": (False, True),
            "claimant": (True, False),
            "both": (True, True),
        }[kind]
        assert found.names[found.vertex(name)] == name


@drawn
@given(small_cases(), RULES)
def test_a_stranger_changes_nothing(dossier, rule):
    before = stance_graph(dossier.at(DAY), ties=rule)
    after = stance_graph(with_stranger(dossier).at(DAY), ties=rule)
    assert before == after


@drawn
@given(small_cases(), RULES, st.permutations("ABCDEFabc"))
def test_other_codes_give_the_same_graph(dossier, rule, order):
    mapping = dict(zip("ABCDEFabc", order, strict=True))
    # claimants take codes of actors, and the other way round: neither may matter
    before = _ties(stance_graph(dossier.at(DAY), ties=rule))
    after = _ties(stance_graph(renamed(dossier, mapping).at(DAY), ties=rule))
    assert after == {tuple(sorted((mapping[u], mapping[v]))): x for (u, v), x in before.items()}


@given(st.floats(-1, 1), st.floats(-1, 1), RULES)
def test_rules_are_symmetric_and_stay_between_the_two(one, other, rule):
    assert rule(one, other) == rule(other, one)
    assert min(one, other) <= rule(one, other) <= max(one, other)
    assert rule(one, one) == one


# oracles


def test_two_directions_by_each_rule():
    world = day(Stance("A", "B", value=1), Stance("B", "A", value=-0.5), claimants=())
    got = {rule: _ties(stance_graph(world, ties=rule)) for rule in (mean, strongest, negative_wins)}
    assert got == {
        mean: {("A", "B"): 0.25},
        strongest: {("A", "B"): 1.0},
        negative_wins: {("A", "B"): -0.5},
    }


def test_a_rule_hears_the_name_that_comes_first_first():
    # the claimant's code sorts before the actor's, its row in the snapshot comes after it
    world = day(
        Stance("Z", "B", value=1),
        Stance("B", "Z", value=-0.5),
        actors=[Actor("Z")],
        claimants=[Claimant("B", "seat")],
    )
    assert _ties(stance_graph(world, ties=lambda first, second: first)) == {("B", "Z"): -0.5}


def test_opposite_and_equal_directions_cancel_and_are_kept_apart():
    world = day(Stance("A", "B", value=1), Stance("B", "A", value=-1), claimants=())
    found = stance_graph(world)
    assert (found.names, found.graph.size) == ((), 0)
    assert [str(tie) for tie in found.cancelled[0]] == ["A -> B (+1)", "B -> A (-1)"]
    assert _ties(stance_graph(world, ties=strongest)) == {("A", "B"): -1.0}


def test_rivalry_stands_in_place_of_what_rivals_say_of_one_another():
    world = day(Stance("a", "b", value=0.5), claimants=[Claimant(c, "seat") for c in "ab"])
    found = stance_graph(world, rivalry=2.0)
    assert _ties(found) == {("a", "b"): -2.0}
    assert [tie.kind for tie in found.origin[0]] == ["rivalry", "stance"]
    assert str(found.origin[0][0]) == "a -> b (rivals in seat)"
    assert _ties(stance_graph(world, rivalry=0)) == {("a", "b"): 0.5}


def test_claims_that_do_not_meet_are_no_rivals():
    claimants = [Claimant("a", "seat", until="2018-12-31"), Claimant("b", "seat", since="2019")]
    dossier = case(claimants=claimants)
    for when in ("2018-06-30", "2019-06-30"):
        assert stance_graph(dossier.at(when)).graph.size == 0


def test_a_claim_that_may_be_alive_is_a_rival_as_its_stances_count():
    # on 15 January it is not known whether the claim of b has begun; stances toward it count
    claimants = [Claimant("a", "seat"), Claimant("b", "seat", since="2019-01")]
    dossier = case(Stance("A", "b", value=1), claimants=claimants)
    assert _ties(stance_graph(dossier.at("2019-01-15"))) == {("A", "b"): 1.0, ("a", "b"): -1.0}
    assert _ties(stance_graph(dossier.at("2018-12-31"))) == {}


def test_rivals_of_another_contest_or_of_one_that_is_not_exclusive_are_none():
    contests = [Contest("seat"), Contest("other"), Contest("land", kind="state")]
    claimants = [
        Claimant("a", "seat"),
        Claimant("b", "other"),
        Claimant("SRB", "land"),
        Claimant("XKX", "land"),
    ]
    assert stance_graph(day(contests=contests, claimants=claimants)).graph.size == 0


def test_a_contest_that_is_over_makes_no_rivals():
    dossier = case(contests=[Contest("seat", until="2018-12-31")])
    assert stance_graph(dossier.at("2018-12-31")).graph.size == 3
    assert stance_graph(dossier.at("2019-01-01")).graph.size == 0


def test_a_word_about_oneself_and_a_neutral_one_tie_nobody():
    world = day(
        Stance("A", "A", value=-0.25),
        Stance("A", "B", value=0),
        Stance("B", "C", value=1),
        claimants=(),
    )
    found = stance_graph(world)
    assert found.names == ("B", "C")
    assert [str(tie) for ties in found.cancelled for tie in ties] == ["A -> B (+0)"]


def test_a_cell_that_a_bloc_rule_filled_is_called_derived():
    dossier = case(
        Stance("A", "a", value=1),
        Stance("B", "a", value=1),
        memberships=[Membership("A", "X"), Membership("B", "X")],
        claimants=[Claimant("a", "seat")],
    )
    found = stance_graph(dossier.at(DAY, bloc_rule=majority))
    derived = [tie for ties in found.origin for tie in ties if tie.kind == "derived"]
    assert [(tie.actor, tie.toward, tie.value, tie.stance) for tie in derived] == [
        ("X", "a", 1.0, None)
    ]


def test_an_empty_day_is_an_empty_graph():
    found = stance_graph(day(actors=(), claimants=(), contests=()))
    assert repr(found) == "StanceGraph(0 names, 0 ties)"
    page = stance_graph(day(Stance("A", "a", value=1)))._repr_html_()
    assert "<th>A - a</th><td>+1</td><td>A -&gt; a (+1)</td>" in page
    assert (found.origin, found.cancelled) == ((), ())


# refusals


@pytest.mark.parametrize("rivalry", [-1, -1e-9, math.nan, math.inf, "1", None])
def test_a_rivalry_that_is_no_weight_is_refused(rivalry):
    with pytest.raises(InputError, match=r"rivalry=.*0 or more"):
        stance_graph(day(), rivalry=rivalry)


@pytest.mark.parametrize("bad", [math.nan, math.inf, 3.0, "x", None])
def test_a_rule_that_gives_no_signed_value_is_refused_by_name(bad):
    def broken(one, other):
        return bad

    world = day(Stance("A", "B", value=1), Stance("B", "A", value=1), claimants=())
    with pytest.raises(InputError, match=r"broken.*A.*B.*\[-1, 1\]"):
        stance_graph(world, ties=broken)


def test_a_name_without_a_tie_has_no_vertex():
    found = stance_graph(day(Stance("A", "a", value=1)))
    with pytest.raises(UnknownNameError, match="name with a tie 'B'"):
        found.vertex("B")


@drawn
@given(small_cases())
def test_the_snapshot_is_left_as_it_was(dossier):
    world = dossier.at(DAY)
    before = world.values.tobytes(), world.absences.tobytes()
    stance_graph(world)
    assert (world.values.tobytes(), world.absences.tobytes()) == before
