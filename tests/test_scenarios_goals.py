"""Smallest changes against brute force; their proofs checked by independent code; refusals."""

from __future__ import annotations

import itertools
import os
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

import stancekit as sk
from stancekit.errors import InputError, UnknownNameError
from stancekit.projection import mean, negative_wins, strongest
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.policies import binds
from stancekit.records.stance import Absence, Stance
from stancekit.scenarios import (
    Balanced,
    InCamp,
    Share,
    Unanimous,
    camp_change,
    distance,
    one_each,
    smallest_change,
)

DAY = "2019-04-30"
#: Set it to try many more cases.
MANY = int(os.environ.get("STANCEKIT_CASES", "1"))
VALUES = (-1.0, -0.5, 0.0, 0.5, 1.0)
RULES = {rule.__name__: rule for rule in (mean, strongest, negative_wins)}


def drawn(seed):
    """A case of up to four states, two or three rivals, a bloc and weights; dense, unbalanced."""
    rng = np.random.default_rng(seed)
    states = "ABCD"[: int(rng.integers(2, 5))]
    rivals = "abc"[: int(rng.integers(2, 4))]
    contests = [Contest("seat", exclusive=bool(rng.random() < 0.8))]
    stances = []
    for actor in states:
        for target in rivals + states:
            if actor != target and rng.random() < (0.55 if target in rivals else 0.4):
                if rng.random() < 0.15:
                    held = {"absence": list(Absence)[int(rng.integers(8))]}
                else:
                    held = {"value": VALUES[int(rng.integers(5))]}
                stances.append(Stance(actor, target, **held))
    for rival in rivals:
        if rng.random() < 0.3:
            target = states[int(rng.integers(len(states)))]
            stances.append(Stance(rival, target, value=VALUES[int(rng.integers(5))]))
    young = "2020-01-01" if rng.random() < 0.1 else None
    weights = [
        Weight(s, "votes", 2019, int(rng.integers(0, 5))) for s in states if rng.random() < 0.9
    ]
    return Dossier(
        "case",
        actors=[
            *(Actor(s, since=young if s == states[-1] else None) for s in states),
            Actor("eu", kind="bloc"),
        ],
        contests=contests,
        claimants=[
            Claimant(r, "seat", actor=states[0] if r == "a" and rng.random() < 0.15 else "")
            for r in rivals
        ],
        memberships=[Membership(s, "eu") for s in states if rng.random() < 0.5],
        stances=stances,
        weights=weights,
    )


class Worlds:
    """All that a case may become by few moves, worked out from the values alone."""

    def __init__(self, dossier, movers, values, cost, rule):
        self.world = world = dossier.at(DAY)
        self.rule, self.values, self.cost = rule, values, cost
        self.claimants = {c.code for c in world.claimants}
        self.held = {}
        for a, t in itertools.product(world.actors, world.targets):
            if world.absence(a, t) is None:
                self.held[a, t] = world.value(a, t)
        exclusive = world.contests[0].exclusive
        self.rivals = {
            frozenset(pair)
            for pair in (itertools.combinations(sorted(self.claimants), 2) if exclusive else ())
        }
        self.cells = [
            (a, t)
            for a in world.actors
            if a in movers
            for t in world.targets
            if a != t
            and world.absence(a, t) is not Absence.NOT_YET
            and (t in self.claimants or (a, t) in self.held)
        ]

        self.names = sorted({*world.actors, *world.targets})
        rows = list(itertools.product((1, -1), repeat=len(self.names) - 1))
        self.sides = np.array([(1, *row) for row in rows])
        self.strain = {}
        pairs = {frozenset(cell) for cell in self.held} | self.rivals
        self.base = sum(
            (self.strained(pair, self.tie(pair, self.held)) for pair in pairs if len(pair) == 2),
            np.zeros(len(self.sides)),
        )

    def tie(self, pair, held):
        """The value of the tie of two names; 0 where there is none."""
        if pair in self.rivals:
            return -1.0
        said = [held[cell] for cell in itertools.permutations(sorted(pair)) if cell in held]
        return (self.rule(*said) if len(said) == 2 else said[0]) if said else 0.0

    def strained(self, pair, value):
        """What every two camps contradict of a tie."""
        if (pair, value) not in self.strain:
            one, other = (self.sides[:, self.names.index(name)] for name in pair)
            self.strain[pair, value] = np.where(one * other * value < 0, abs(value), 0.0)
        return self.strain[pair, value]

    def optima(self, moves):
        """All best camps, and what they cost, by trying all."""
        costs = self.base
        for pair in {frozenset(cell) for cell in moves}:
            was, now = self.tie(pair, self.held), self.tie(pair, {**self.held, **moves})
            costs = costs - self.strained(pair, was) + self.strained(pair, now)
        return self.sides[costs < costs.min() + 1e-9], costs.min()

    def reached(self, goal, moves):
        if isinstance(goal, Balanced):
            return self.optima(moves)[1] < 1e-9
        if isinstance(goal, InCamp):
            if goal.actor == goal.of:
                return True
            sides, _ = self.optima(moves)
            one, other = (sides[:, self.names.index(name)] for name in (goal.actor, goal.of))
            return bool((one == other).all())
        held = {**self.held, **moves}
        apart = {c.code for c in self.world.claimants} | {c.actor for c in self.world.claimants}
        inside = {a for (a, t), x in held.items() if t == goal.claimant and x >= 0.75} - apart
        if isinstance(goal, Unanimous):
            members = self.world.members(goal.bloc)
            return bool(members) and set(members) <= inside
        column = self.world.weights[goal.weight].values.tolist()
        heavy = {
            a: Fraction(x)
            for a, x in zip(self.world.actors, column, strict=True)
            if x == x and a not in apart and a in {r.code for r in self.world.actor_records}
        }
        total = sum(heavy.values())
        return total > 0 and sum(heavy.get(a, 0) for a in inside) >= goal.at_least * total

    def smallest(self, goal, most=3):
        """The least cost by at most so many moves, and the sets of cells of all that cost it."""
        if self.reached(goal, {}):
            return 0, {frozenset()}
        best, ways = None, set()
        cells_ = [c for c in self.cells if c[1] == getattr(goal, "claimant", c[1])]
        for size in range(1, most + 1):
            for cells in itertools.combinations(cells_, size):
                for values in itertools.product(self.values, repeat=size):
                    moves = dict(zip(cells, values, strict=True))
                    if any(self.held.get(c) == x for c, x in moves.items()):
                        continue
                    price = sum(
                        Fraction(self.cost(self.held.get(c, float("nan")), x))
                        for c, x in moves.items()
                    )
                    if best is not None and price > best:
                        continue
                    if self.reached(goal, moves):
                        ways = ways if price == best else set()
                        best = price
                        ways.add(frozenset(cells))
        return best, ways


def cells_of(scenario):
    return frozenset((c.actor, c.toward) for c in scenario.changes)


def heavier(before, after):
    """A cost of one's own, with eighths in it, and above 0 throughout."""
    return 0.125 + distance(before, after)


def check(goal, seed, *, most, cost=one_each, values=VALUES, rule=mean, some=False, ceiling=None):
    """One case: cost, ways, that they do what they say, and the proof."""
    dossier = drawn(seed)
    world = dossier.at(DAY)
    movers = set(world.actors) - {c.code for c in world.claimants}
    if some:
        movers -= {"B"}
    slow = Worlds(dossier, movers, values, cost, rule)
    best, ways = slow.smallest(goal, most)
    found = smallest_change(
        dossier,
        DAY,
        goal,
        cost=cost,
        values=values,
        ties=rule,
        limit=500,
        may_move=movers,
        most=ceiling,
    )
    if ceiling is not None and best is not None and best > ceiling:
        assert not found.is_reachable
        return found
    if best is None:
        if found.is_reachable:  # by more moves than were tried
            assert all(len(s.changes) > most for s in found.scenarios) or cost is not one_each
        return found
    if cost is not one_each and found.is_reachable and found.cost < best:
        # cheaper by more, smaller moves than were tried
        assert min(len(s.changes) for s in found.scenarios) > most
        return found
    assert found.is_reachable, (seed, found.reason)
    assert found.cost == best, (seed, found, best, ways)
    assert found.is_complete
    listed = {cells_of(s) for s in found.scenarios}
    assert len(listed) == len(found.scenarios)
    assert {way for way in listed if len(way) <= most} == ways, (seed, found)
    assert listed == ways or cost is not one_each
    for scenario in found.scenarios:
        after = Worlds(scenario.apply(dossier), movers, values, cost, rule)
        assert after.reached(goal, {}), (seed, scenario)
        spent = sum(
            cost(slow.held.get((c.actor, c.toward), float("nan")), c.value)
            for c in scenario.changes
        )
        assert spent == found.cost
    return found


# -- laws ------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(4))
def test_share_is_as_brute_force_has_it(part):
    for seed in range(part, 160 * MANY, 4):
        goal = Share("ab"[seed % 2], "votes", Fraction(1 + seed % 4, 5))
        if not any(drawn(seed).weights):
            continue
        cost = (one_each, distance, heavier)[seed % 3]
        found = check(goal, seed, most=4, cost=cost, values=(-1, 0.75, 1), some=seed % 5 == 0)
        if found.is_reachable and found.cost:
            held = found.evidence
            assert held["most_below"] < held["missing"] <= held["total"]


@pytest.mark.parametrize("part", range(2))
def test_unanimous_is_as_brute_force_has_it(part):
    for seed in range(part, 120 * MANY, 2):
        cost = (one_each, heavier)[seed % 2]
        check(Unanimous("eu", "ab"[seed % 2]), seed, most=4, cost=cost, values=(-1, 0.75, 1))


@pytest.mark.parametrize("rule", RULES)
def test_balanced_is_as_brute_force_has_it(rule):
    for seed in range(30 * MANY):
        cost = (one_each, heavier)[seed % 2]
        found = check(
            Balanced(), seed, most=2, cost=cost, values=(-1, 0, 0.5), rule=RULES[rule],
            some=seed % 4 == 0,
        )  # fmt: skip
        if found.is_reachable and found.cost:
            proof = found.evidence
            assert proof.certificate.proves(proof.graph)
            assert proof.bound() == found.cost or "word" in found.proof
            assert proof.bound() <= found.cost


@pytest.mark.parametrize("rule", RULES)
def test_in_camp_is_as_brute_force_has_it(rule):
    for seed in range(30 * MANY):
        dossier = drawn(seed)
        who = [actor.code for actor in dossier.actors] + ["a", "b"]
        goal = InCamp(who[seed % len(who)], "ab"[seed // 7 % 2])
        cost = (one_each, heavier)[seed % 2]
        found = check(
            goal, seed, most=2, cost=cost, values=(-1, 0.5, 1), rule=RULES[rule],
            some=seed % 4 == 0,
            ceiling=3,
        )  # fmt: skip
        if found.is_reachable and found.cost:
            assert_cover(found)


def assert_cover(found):
    """Weak duality, by hand; and the search over all cheaper sets agrees."""
    proof = found.evidence
    duals = [Fraction(float(y)) for y in proof.duals]
    assert all(y >= 0 for y in duals)
    least = sum(
        (y * Fraction(float(b)) for y, b in zip(duals, proof.need, strict=True)), Fraction(0)
    )
    for i, price in enumerate(proof.prices.tolist()):
        worth = sum(
            (y * Fraction(float(r)) for y, r in zip(duals, proof.rows[:, i], strict=True)),
            Fraction(0),
        )
        least -= max(Fraction(0), worth - price)
    shown = float(least * proof.unit)
    assert shown <= found.cost + 1e-5
    assert proof.bound() <= found.cost
    assert proof.bound() >= shown - 1e-5
    assert proof.holds(found.cost) is True
    if "weak duality, which" in found.proof:
        assert proof.bound() == found.cost
    if found.cost <= 2:  # it would not hold for more: what was found satisfies all rows
        assert proof.holds(found.cost + float(proof.unit)) in (False, None)


def test_every_successful_set_satisfies_every_row():
    """The rows of the proof cut off nothing: all successful sets of one move are checked."""
    checked = 0
    for seed in range(60):
        dossier = drawn(seed)
        goal = InCamp("A", "b")
        found = smallest_change(
            dossier, DAY, goal, limit=200, may_move=["A", "B", "C", "D"][: len(dossier.actors) - 1]
        )
        if not found.is_reachable or found.cost != 1:
            continue
        assert proof_rows_hold(found)
        checked += 1
    assert checked > 5


def proof_rows_hold(found):
    """Of the sets of one move, at least as many satisfy all rows as there are ways."""
    proof = found.evidence
    alone = (proof.rows >= proof.need[:, None] - 1e-9).all(axis=0)
    return int(alone.sum()) >= len(found.scenarios)


def test_more_freedom_never_costs_more():
    for seed in range(30):
        dossier = drawn(seed)
        for goal in (Balanced(), InCamp("A", "a")):
            few = smallest_change(dossier, DAY, goal, values=(-1, 1), limit=1)
            many = smallest_change(dossier, DAY, goal, values=VALUES, limit=1)
            if few.is_reachable:
                assert many.cost <= few.cost


# -- oracles ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "cost"),
    [
        (Share("guaido", "population", Fraction(2, 3)), 6),
        (Unanimous("eu", "guaido"), 4),
        (Balanced(), 22),
        (InCamp("TUR", "maduro"), 1),
        (InCamp("RUS", "guaido"), 2),
    ],
    ids=lambda part: str(part),
)
def test_venezuela(goal, cost):
    dossier = sk.load("venezuela-2019")
    found = smallest_change(dossier, DAY, goal, limit=5)
    assert found.cost == cost
    after = found.scenarios[0].difference(dossier, DAY)
    if isinstance(goal, InCamp):
        assert_cover(found)
        assert goal.of in after.after.camp_of(goal.actor)
    if isinstance(goal, Balanced):
        assert after.after.upper == 0
        assert found.evidence.certificate.proves(found.evidence.graph)
        assert found.evidence.bound() == cost
    if isinstance(goal, Share):
        world = found.scenarios[0].apply(dossier).at(DAY)
        from stancekit.measures import coalitions

        shares = coalitions.recognition(world, "venezuela-presidency").shares("population")
        assert shares["guaido"] >= 2 / 3


def test_nothing_to_do_is_one_way_of_no_change():
    dossier = drawn(0)
    found = smallest_change(dossier, DAY, Share("a", "votes", Fraction(0)))
    assert (found.cost, len(found.scenarios), found.is_complete) == (0, 1, True)
    assert found.scenarios[0].changes == ()
    assert smallest_change(dossier, DAY, InCamp("A", "A")).cost == 0


def test_html_is_escaped():
    found = smallest_change(drawn(0), DAY, Balanced(), limit=1)
    assert "<script>" not in found._repr_html_()
    assert "SmallestChange" in found._repr_html_()


# -- refusals --------------------------------------------------------------------------------


def test_what_cannot_be_reached_says_why():
    dossier = drawn(1)
    for goal, options in (
        (Share("a", "votes", Fraction(1)), {"may_move": []}),
        (Unanimous("A", "a"), {}),
        (InCamp("A", "a"), {"values": []}),
    ):
        found = smallest_change(dossier, DAY, goal, **options)
        if not found.is_reachable:
            assert found.reason
            assert found.cost != found.cost
            assert not found.scenarios
            assert "out of reach" in repr(found)


@pytest.mark.parametrize(
    ("goal", "options", "error"),
    [
        (Share("a", "votes", Fraction(3, 2)), {}, InputError),
        (Share("z", "votes", Fraction(1, 2)), {}, UnknownNameError),
        (Share("a", "gold", Fraction(1, 2)), {}, UnknownNameError),
        (Unanimous("nato", "a"), {}, UnknownNameError),
        (Unanimous("eu", "z"), {}, UnknownNameError),
        (InCamp("Z", "a"), {}, UnknownNameError),
        (Balanced(), {"may_move": ["Z"]}, UnknownNameError),
        (Balanced(), {"values": [2]}, InputError),
        (Balanced(), {"values": [True]}, InputError),
        (Balanced(), {"limit": 0}, InputError),
        (Balanced(), {"bloc_rule": binds}, InputError),
        (Balanced(), {"cost": lambda before, after: 0.0}, InputError),
        (Balanced(), {"cost": lambda before, after: -1.0}, InputError),
        (InCamp("A", "a"), {"cost": lambda before, after: float("nan")}, InputError),
        (Balanced(), {"values": [1e-9, 0.123456789]}, InputError),
        ("balanced", {}, InputError),
    ],
)
def test_what_makes_no_sense_is_refused(goal, options, error):
    with pytest.raises(error):
        smallest_change(drawn(3), DAY, goal, **options)


def test_camps_whose_bounds_do_not_meet_are_refused_or_told_rightly(monkeypatch):
    """Bounds that are left open decide where they can; they never give a wrong change."""
    told = {"the same": 0, "refused": 0}
    for seed in range(40):
        dossier = drawn(seed)
        goal = InCamp("A", "a")
        right = smallest_change(dossier, at=DAY, goal=goal, most=2)
        with monkeypatch.context() as patch:
            hasty = partial(camp_change.frustration, budget=0.0)
            patch.setattr(camp_change, "frustration", hasty)
            try:
                found = smallest_change(dossier, at=DAY, goal=goal, most=2)
            except InputError:
                told["refused"] += 1
            else:
                assert np.array_equal(found.cost, right.cost, equal_nan=True)
                told["the same"] += 1
    assert min(told.values()) > 0
