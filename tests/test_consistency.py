"""Camps, strained ties, consistency by actor, and the certificate checked by independent code."""

from __future__ import annotations

import itertools
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from cases import DAY, VALUES, case, day, drawn, renamed, small_cases, with_stranger
from hypothesis import given
from hypothesis import strategies as st

import stancekit as sk
from stancekit.errors import InputError, UnknownNameError
from stancekit.measures import coalitions, consistency
from stancekit.projection import mean, negative_wins, strongest
from stancekit.records.model import Actor, Claimant, Contest
from stancekit.records.stance import Stance
from stancekit.testing import laws
from stancekit.testing.strategies import snapshots

RULES = st.sampled_from([mean, strongest, negative_wins])


def _ties_by_hand(world, rivalry=1.0, rule=mean):
    """The ties of a day from its values alone: names in order, exact signed weights."""
    held = {}
    for a, t in itertools.product(range(len(world.actors)), range(len(world.targets))):
        value = float(world.values[a, t])
        pair = frozenset((world.actors[a], world.targets[t]))
        if len(pair) == 2 and value == value:
            held.setdefault(pair, []).append(value)
    ties = {pair: v[0] if len(v) == 1 else rule(*v) for pair, v in held.items()}
    exclusive = {c.code for c in world.contests if c.exclusive}
    for one, other in itertools.combinations(world.claimants, 2):
        if rivalry and one.contest == other.contest and one.contest in exclusive:
            ties[frozenset((one.code, other.code))] = -rivalry
    # a decimal such as 0.8 stands for eight tenths
    return {tuple(sorted(p)): Fraction(repr(float(v))) for p, v in ties.items() if v}


def _contradicted(ties, camp):
    """The ties that two camps contradict: negative inside, positive across."""
    return {p for p, value in ties.items() if ((p[0] in camp) == (p[1] in camp)) == (value < 0)}


def _cost(ties, camp):
    return sum((abs(ties[pair]) for pair in _contradicted(ties, camp)), Fraction(0))


def _all_optima(ties):
    """Every best camp (of two) by trying all; each the side without the first name."""
    names = sorted({name for pair in ties for name in pair})
    best, found = None, []
    for choice in itertools.product([False, True], repeat=max(0, len(names) - 1)):
        camp = {name for name, here in zip(names[1:], choice, strict=True) if here}
        cost = _cost(ties, camp)
        if best is None or cost < best:
            best, found = cost, []
        if cost == best:
            found.append(camp)
    return best, found


# A stranger's check of a certificate: the definition, names and fractions; nothing of the library.


def _faults(certificate, names, ties):
    """What is wrong with a certificate about these ties; empty where it proves its bounds."""
    faults = []
    scale = Fraction(certificate.scale)
    side = [int(s) for s in certificate.side]
    if len(side) != len(names) or any(s not in (1, -1) for s in side):
        return ["the camps are not about these names"]
    camp = {name for name, s in zip(names, side, strict=True) if s == 1}
    if _cost(ties, camp) * scale > int(certificate.upper_units):
        faults.append("the camps contradict more than it says")
    starts = [int(s) for s in certificate.starts]
    ring = [int(v) for v in certificate.vertices]
    times = [int(y) for y in certificate.multipliers]
    if len(starts) != len(times) + 1 or [*starts[:1], *starts[-1:]] != [0, len(ring)]:
        return [*faults, "the cycles are not delimited"]
    spent = dict.fromkeys(ties, Fraction(0))
    for k, y in enumerate(times):
        cycle = ring[starts[k] : starts[k + 1]]
        if y < 0:
            faults.append("a multiplier is negative")
        if len(cycle) < 3 or not all(0 <= v < len(names) for v in cycle):
            faults.append("a cycle is none")
            continue
        sign = 1
        for u, v in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            pair = tuple(sorted((names[u], names[v])))
            if pair not in ties:
                faults.append("a cycle steps where there is no tie")
                break
            sign *= 1 if ties[pair] > 0 else -1
            spent[pair] += Fraction(y, 2**24)
        else:
            if sign > 0:
                faults.append("a cycle is positive")
    # each tie gives at most the whole units of its weight
    if any(spent[pair] > math.floor(abs(value) * scale) for pair, value in ties.items()):
        faults.append("a tie gives more than its weight")
    if math.ceil(Fraction(sum(times), 2**24)) < int(certificate.lower_units):
        faults.append("the cycles do not add up to the lower bound")
    return faults


# laws


@drawn
@given(small_cases(), st.sampled_from([0.0, 0.5, 1.0]), RULES)
def test_the_camps_are_best_and_contradict_what_they_are_said_to(dossier, rivalry, rule):
    world = dossier.at(DAY)
    found = consistency.alignment(world, rivalry=rivalry, ties=rule)
    ties = _ties_by_hand(world, rivalry, rule)
    best, _ = _all_optima(ties)
    assert found.is_exact
    assert found.lower == found.upper == best
    camp = {name for pair in (found.camps, *found.elsewhere) for name in pair[0]}
    assert _cost(ties, camp) == best
    weight = sum(abs(value) for value in ties.values())
    assert found.weight == weight
    assert found.observations == len(ties)
    if weight:
        assert found.index == pytest.approx((1 - 2 * best / weight,) * 2)
        assert found.reason == ""
    else:
        assert all(map(math.isnan, found.index))
        assert found.reason == "there are no ties that day"


@drawn
@given(small_cases(), RULES)
def test_verdicts_on_ties_are_those_of_all_best_camps(dossier, rule):
    world = dossier.at(DAY)
    found = consistency.alignment(world, ties=rule)
    ties = _ties_by_hand(world, 1.0, rule)
    _, best = _all_optima(ties)
    want = {}
    for pair in ties:
        hit = [pair in _contradicted(ties, camp) for camp in best]
        if any(hit):
            want[pair] = "always" if all(hit) else "sometimes"
    assert {tie.names: tie.verdict for tie in found.strained} == want
    assert all(tie.value == ties[tie.names] for tie in found.strained)
    order = [(tie.verdict != "always", -abs(tie.value), tie.names) for tie in found.strained]
    assert order == sorted(order)


@drawn
@given(small_cases(), RULES)
def test_consistency_by_actor_spans_all_best_camps(dossier, rule):
    world = dossier.at(DAY)
    found = consistency.alignment(world, ties=rule)
    ties = _ties_by_hand(world, 1.0, rule)
    _, best = _all_optima(ties)
    assert sorted(found.by_actor) == sorted({name for pair in ties for name in pair})
    for name, actor in found.by_actor.items():
        own = {pair: value for pair, value in ties.items() if name in pair}
        weight = sum(abs(value) for value in own.values())
        index = [1 - 2 * _cost(own, camp) / weight for camp in best]
        assert (actor.ties, actor.weight) == (len(own), weight)
        assert (actor.lower, actor.upper) == pytest.approx((min(index), max(index)))
        assert 0 <= actor.lower <= actor.upper <= 1


@drawn
@given(small_cases())
def test_who_is_pinned_and_who_swings(dossier):
    world = dossier.at(DAY)
    found = consistency.alignment(world)
    ties = _ties_by_hand(world)
    _, best = _all_optima(ties)
    names = {name for camp in found.camps for name in camp}
    assert sorted([*found.pinned, *found.swing]) == sorted(names)
    assert found.undecided == ()

    def relation(one, other):
        return {(one in camp) == (other in camp) for camp in best}

    groups = []
    for name in sorted(names):
        for group in groups:
            if len(relation(name, group[0])) == 1:
                group.append(name)
                break
        else:
            groups.append([name])
    # the largest group of names that keep their relations; the first of several
    assert list(found.pinned) == max(groups, key=len, default=[])


@drawn
@given(small_cases())
def test_parts_that_nothing_connects_are_told_apart(dossier):
    world = dossier.at(DAY)
    found = consistency.alignment(world)
    ties = _ties_by_hand(world)
    parts = [{name for camp in pair for name in camp} for pair in (found.camps, *found.elsewhere)]
    assert sum(map(len, parts)) == len({name for pair in ties for name in pair})
    assert [len(part) for part in parts] == sorted(map(len, parts), reverse=True)
    for pair in ties:
        assert sum(set(pair) <= part for part in parts) == 1
    claimants = {claimant.code for claimant in world.claimants}
    for pair in (found.camps, *found.elsewhere):
        names = sorted(name for camp in pair for name in camp)
        if names:
            assert next((name for name in names if name in claimants), names[0]) in pair[0]
        for camp in pair:
            assert all(found.camp_of(name) == camp for name in camp)


@drawn
@given(snapshots(), st.sampled_from([0.0, 0.3, 1.0]), RULES)
def test_bounds_hold_on_any_day_and_prove_themselves(world, rivalry, rule):
    found = consistency.alignment(world, rivalry=rivalry, ties=rule)
    assert found.certificate.proves(found.bridge.graph)
    values = found.bridge.graph.signs * found.bridge.graph.weights
    ties = {found.bridge.pair(k): Fraction(float(values[k])) for k in range(len(values))}
    if len(found.bridge.names) <= 10:
        best, _ = _all_optima(ties)
        slack = Fraction(1, 10**9)
        assert found.lower - slack <= best <= found.upper + slack
    assert found.index[0] <= found.index[1] or math.isnan(found.index[0])


@drawn
@given(small_cases(), st.sampled_from([0.0, 1e-6]))
def test_bounds_hold_when_there_is_no_time(dossier, budget):
    world = dossier.at(DAY)
    found = consistency.alignment(world, budget=budget)
    best, optima = _all_optima(_ties_by_hand(world))
    assert found.lower <= best <= found.upper
    truth = consistency.alignment(world)
    assert not set(found.swing) - set(truth.swing) or not found.is_exact
    names = {name for camp in found.camps for name in camp}
    assert sorted([*found.pinned, *found.swing, *found.undecided]) == sorted(names)
    if not found.is_exact:
        assert found.swing == ()  # nothing is shown, so nobody is said to swing
    for name, actor in found.by_actor.items():
        assert actor.lower <= truth.by_actor[name].lower + 1e-12
        assert actor.upper >= truth.by_actor[name].upper - 1e-12
    assert len(optima) > 0


@drawn
@given(small_cases(), RULES)
def test_a_stranger_changes_nothing(dossier, rule):
    def measure(world):
        found = consistency.alignment(world, ties=rule)
        return {
            "bounds": (found.lower, found.upper, found.index, found.weight, found.observations),
            "camps": found.camps,
            "elsewhere": found.elsewhere,
            "pinned": (found.pinned, found.swing),
            "strained": [str(tie) for tie in found.strained],
            "by_actor": {n: (a.lower, a.upper, a.ties) for n, a in found.by_actor.items()},
            "exclusivity": consistency.exclusivity(world),
        }

    laws.unknown_adds_nothing(measure, dossier.at(DAY))
    before, after = dossier.at(DAY), with_stranger(dossier).at(DAY)
    assert consistency.alignment(before, ties=rule) == consistency.alignment(after, ties=rule)


@drawn
@given(small_cases(), RULES, st.permutations("ABCDEFabc"))
def test_other_codes_give_the_same_answers(dossier, rule, order):
    mapping = dict(zip("ABCDEFabc", order, strict=True))
    before = consistency.alignment(dossier.at(DAY), ties=rule)
    after = consistency.alignment(renamed(dossier, mapping).at(DAY), ties=rule)
    assert (before.lower, before.upper) == (after.lower, after.upper)
    assert before.index == pytest.approx(after.index, nan_ok=True)
    assert {
        (frozenset(mapping[n] for n in t.names), t.value, t.verdict) for t in before.strained
    } == {(frozenset(t.names), t.value, t.verdict) for t in after.strained}
    assert {mapping[n]: (a.lower, a.upper) for n, a in before.by_actor.items()} == {
        n: (a.lower, a.upper) for n, a in after.by_actor.items()
    }


@drawn
@given(snapshots())
def test_whoever_recognises_two_rivals_is_told_and_nobody_else(world):
    found = consistency.exclusivity(world)
    for kind, measure in (("recognition", coalitions.recognition), ("support", coalitions.support)):
        for contest in world.contests:
            told = {
                c.actor
                for c in found
                if c.contest == contest.code and (c.kind == kind or kind == "support")
            }
            assert told == set(measure(world, contest.code).contradictory)
    for c in found:
        assert len(c.toward) > 1
        assert all(value == world.value(c.actor, rival) > 0 for rival, value in c.toward)


@drawn
@given(small_cases())
def test_results_are_values(dossier):
    world = dossier.at(DAY)
    found = consistency.alignment(world)
    assert found == consistency.alignment(dossier.at(DAY))
    assert pickle.loads(pickle.dumps(found)) == found
    assert "\n" not in repr(found)
    assert "<table>" in found._repr_html_()


# oracles


def test_no_ties_no_index():
    for world in (day(claimants=()), day(actors=(), claimants=(), contests=())):
        found = consistency.alignment(world)
        assert (found.lower, found.upper, found.camps) == (0, 0, ((), ()))
        assert all(map(math.isnan, found.index))
        assert found.reason == "there are no ties that day"
        assert repr(found) == "Alignment(no ties that day)"
        assert (found.pinned, found.swing, found.strained) == ((), (), ())


def test_rivals_alone_are_two_camps():
    found = consistency.alignment(day(claimants=[Claimant(code, "seat") for code in "ab"]))
    assert (found.camps, found.index, found.pinned) == ((("a",), ("b",)), (1.0, 1.0), ("a", "b"))


def test_three_rivals_cannot_be_two_camps():
    found = consistency.alignment(day())
    assert (found.lower, found.weight) == (1, 3)
    assert [tie.verdict for tie in found.strained] == ["sometimes"] * 3
    assert {name: (a.lower, a.upper) for name, a in found.by_actor.items()} == dict.fromkeys(
        "abc", (0.0, 1.0)
    )


def test_an_actor_pulled_two_ways_alike_gives_half_whichever_camp_it_is_in():
    # in each best partition exactly one of its two ties is contradicted
    world = day(
        Stance("A", "a", value=1),
        Stance("A", "b", value=1),
        *(Stance(code, "a", value=1) for code in "BC"),
        claimants=[Claimant(code, "seat") for code in "ab"],
    )
    found = consistency.alignment(world, rivalry=2.0)
    assert (found.lower, found.swing, found.pinned) == (1, ("A",), ("B", "C", "a", "b"))
    assert (found.by_actor["A"].lower, found.by_actor["A"].upper) == (0.0, 0.0)


def test_more_best_camps_than_are_listed_give_bounds():
    # each of eleven actors is pulled two ways alike: 2**11 best partitions
    pulled = [f"S{k}" for k in range(11)]
    world = day(
        *(Stance(code, rival, value=1) for code in pulled for rival in "ab"),
        actors=[Actor(code) for code in pulled],
        claimants=[Claimant(code, "seat") for code in "ab"],
    )
    found = consistency.alignment(world, rivalry=20.0)
    assert (found.lower, found.is_exact, found.swing) == (11, True, tuple(sorted(pulled)))
    for code in pulled:  # always 0; never below, since half of the ties fit at least
        assert found.by_actor[code].lower == 0
        assert 0 <= found.by_actor[code].upper <= 1


def test_who_swings_does_not_hang_on_the_first_claimant():
    # a, the first claimant, is the one that fits either side; all others are sure of one another
    world = day(
        Stance("A", "a", value=0.5),
        Stance("B", "a", value=0.5),
        Stance("A", "b", value=1),
        Stance("B", "c", value=1),
        contests=[Contest("seat"), Contest("other")],
        claimants=[Claimant("a", "other"), Claimant("b", "seat"), Claimant("c", "seat")],
    )
    found = consistency.alignment(world)
    assert found.swing == ("a",)
    assert found.pinned == ("A", "B", "b", "c")


def test_strained_ties_come_with_the_evidence():
    said = Stance("A", "b", "supports", evidence="newspaper", since="2019-01-23")
    world = day(
        Stance("A", "a", "recognises"), said, claimants=[Claimant(code, "seat") for code in "ab"]
    )
    (tie,) = consistency.alignment(world).strained
    assert str(tie) == "A - b (+0.5, always)"
    (origin,) = tie.origin
    assert evolve(origin.stance, value=None) == said


def test_contradictions_by_hand():
    both = [Stance("A", "a", "recognises"), Stance("A", "b", "recognises de facto")]
    weak = [Stance("B", "a", "recognises"), Stance("B", "b", "keeps contact")]
    found = consistency.exclusivity(day(*both, *weak))
    assert [(c.actor, c.kind, c.toward) for c in found] == [
        ("A", "recognition", (("a", 1.0), ("b", 0.75))),
        ("B", "support", (("a", 1.0), ("b", 0.25))),
    ]
    assert consistency.exclusivity(day(*both, contests=[Contest("seat", kind="state")])) == ()
    over = day(*both, contests=[Contest("seat", until="2018-12-31")])
    assert consistency.exclusivity(over) == ()


def test_a_claimant_that_keeps_contact_with_its_rival_is_no_contradiction():
    world = day(Stance("a", "a", value=1), Stance("a", "b", "keeps contact"))
    assert consistency.exclusivity(world) == ()


def _venezuela(*added, at="2019-04-30", **asked):
    dossier = sk.load("venezuela-2019")
    return (dossier.with_stances(*added) if added else dossier).at(at, **asked)


#: Days and variants of the dossier; some in balance, others not.
VENEZUELA = [
    ({}, {}),
    ({"at": "2019-01-24"}, {}),
    ({"at": "2019-02-06"}, {"rivalry": 3.0}),
    ({"at": "2020-01-31"}, {"ties": strongest}),
    ({"at": "2022-10-10"}, {"ties": negative_wins}),
    ({"at": "2022-10-10", "channels": ["vote", "statement"]}, {}),
    ({"at": "2019-04-30", "channels": ["reported", "vote", "statement", "recognition"]}, {}),
]
ADDED = [
    Stance("DNK", "maduro", "keeps contact"),
    Stance("USA", "maduro", "supports"),
    Stance("BRA", "RUS", "supports"),
    Stance("RUS", "DNK", value=0.8),
    Stance("CHN", "BRA", value=0.3),
    Stance("CUB", "CAN", value=0.2),
    Stance("TUR", "guaido", value=0.7),
]


@pytest.mark.parametrize("added", [(), ADDED], ids=["as it is", "with ties across"])
@pytest.mark.parametrize(("asked", "how"), VENEZUELA)
def test_a_stranger_verifies_the_alignment_of_venezuela(asked, how, added):
    world = _venezuela(*added, **asked)
    found = consistency.alignment(world, **how)
    alive = evolve(
        world, claimants=[c for c in world.claimants if c.span.covers(world.date) is not False]
    )
    ties = _ties_by_hand(alive, how.get("rivalry", 1.0), how.get("ties", mean))
    names = sorted({name for pair in ties for name in pair})
    proof = found.certificate
    assert _faults(proof, names, ties) == []
    assert found.is_certified
    assert Fraction(proof.lower_units) / proof.scale == Fraction(proof.upper_units) / proof.scale
    assert found.upper == pytest.approx(float(Fraction(proof.upper_units) / proof.scale))
    camp = {name for pair in (found.camps, *found.elsewhere) for name in pair[0]}
    assert float(_cost(ties, camp)) == pytest.approx(found.upper)
    assert sum(map(abs, ties.values())) == pytest.approx(found.weight)
    if added:
        assert found.lower > 0
        assert proof.cycles > 0


def test_forged_certificates_of_venezuela_are_refused():
    world = _venezuela(*ADDED)
    found = consistency.alignment(world)
    graph, proof = found.bridge.graph, found.certificate
    names, ties = list(found.bridge.names), _ties_by_hand(world)
    assert proof.proves(graph)
    starts, ring, times = proof.starts, proof.vertices, proof.multipliers
    flipped = proof.side.copy()
    flipped[found.bridge.vertex("USA")] *= -1
    shorter = np.concatenate([ring[: starts[1] - 1], ring[starts[1] :]])
    half = times.copy()
    half[0] //= 2
    forged = {
        "camps that cost more": evolve(proof, side=flipped),
        "a smaller upper bound": evolve(proof, upper_units=proof.upper_units - 1),
        "a larger lower bound": evolve(proof, lower_units=proof.lower_units + 1),
        "multipliers too large": evolve(proof, multipliers=times * 10**6),
        "a negative multiplier": evolve(proof, multipliers=-times),
        "a cycle cut short": evolve(
            proof, vertices=shorter, starts=np.concatenate([[0], starts[1:] - 1])
        ),
        "another cycle's vertices": evolve(proof, vertices=(ring + 1) % graph.order),
        "no cycles": evolve(proof, starts=[0], vertices=[], multipliers=[]),
        "another scale": evolve(proof, scale=proof.scale * 1000),
        "half of a cycle": evolve(
            proof, multipliers=half, lower_units=proof.lower_units + (half == times).all()
        ),
    }
    for what, bad in forged.items():
        assert not bad.proves(graph), what
        assert _faults(bad, names, ties), what
    other = consistency.alignment(_venezuela())
    assert not other.certificate.proves(graph)
    assert _faults(other.certificate, names, ties)


def test_values_that_are_no_fractions_of_two_keep_their_proof():
    world = day(
        *(Stance(code, "a", value=0.1) for code in "ABC"),
        *(Stance(code, "b", value=0.1) for code in "ABC"),
        claimants=[Claimant(code, "seat") for code in "ab"],
    )
    found = consistency.alignment(world)
    assert (found.lower, found.is_certified) == (0.3, True)


# refusals


@pytest.mark.parametrize("rivalry", [-1, math.nan, math.inf, "1"])
def test_a_rivalry_that_is_no_weight_is_refused(rivalry):
    with pytest.raises(InputError, match="rivalry"):
        consistency.alignment(day(), rivalry=rivalry)


def test_a_negative_budget_is_refused():
    with pytest.raises(InputError, match="budget"):
        consistency.alignment(day(), budget=-1)


def test_a_name_without_a_tie_is_in_no_camp():
    with pytest.raises(UnknownNameError, match="name with a tie 'A'"):
        consistency.alignment(case().at(DAY)).camp_of("A")


def test_values_are_binary_fractions():
    assert all((value * 4).is_integer() for value in VALUES)
