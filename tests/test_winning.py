"""Coalitions under a quota, their weight and its error, their changes, and how alike two are."""

from __future__ import annotations

import itertools
import math
import pickle
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from cases import DAY, case, day, drawn, small_cases
from hypothesis import given, settings
from hypothesis import strategies as st

import stancekit as sk
from stancekit.errors import InputError, UnknownNameError
from stancekit.measures import coalitions, consistency
from stancekit.projection import stance_graph
from stancekit.records.model import Claimant, Weight
from stancekit.records.stance import Stance
from stancekit.testing import laws
from stancekit.testing.strategies import dossiers, snapshots

NAMES = "ABCDEFGH"
EARLIER, LATER = "1999-12-01", "2001-06-01"
structures = st.lists(st.integers(0, 3), min_size=2, max_size=9)
games = st.tuples(
    st.fractions(min_value=Fraction(1, 4), max_value=12, max_denominator=6),
    st.lists(st.fractions(0, 5, max_denominator=4), max_size=7),
)


def _named(values):
    return dict(zip(NAMES, values, strict=False))


def _camps(labels):
    return {f"n{k}": label for k, label in enumerate(labels)}


def _brute(quota, weights):
    """Minimal winning coalitions from the definition."""
    found = set()
    for size in range(len(weights) + 1):
        for group in itertools.combinations(sorted(weights), size):
            total = sum(Fraction(weights[name]) for name in group)
            if total >= quota and all(total - Fraction(weights[name]) < quota for name in group):
                found.add(group)
    return found


@st.composite
def weighed(draw):
    """A day with one contest, some stances and weights, some of them without errors."""
    said = draw(st.dictionaries(st.sampled_from("ABCDEF"), st.sampled_from("abc"), max_size=6))
    numbers = st.integers(0, 9)
    held = draw(st.dictionaries(st.sampled_from("ABCDEFX"), numbers, min_size=1, max_size=7))
    errors = draw(
        st.fixed_dictionaries(
            {name: st.none() | st.sampled_from((0.25, 0.5, 1.0)) for name in held}
        )
    )
    weights = [Weight(name, "votes", 2019, value, errors[name]) for name, value in held.items()]
    return day(*(Stance(a, c, "recognises") for a, c in said.items()), weights=weights)


# laws


@given(games)
def test_listed_coalitions_win_and_need_everyone_and_are_all(game):
    quota, values = game
    weights = _named(values)
    found = coalitions.minimal_winning(quota, weights)
    assert found.is_complete
    assert found.observations == len(weights)
    assert set(found.coalitions) == _brute(quota, weights)
    assert len(set(found.coalitions)) == len(found.coalitions)
    assert list(found.coalitions) == sorted(found.coalitions, key=lambda c: (len(c), c))


@given(games, st.fractions(Fraction(1, 7), 7, max_denominator=7))
def test_the_unit_of_the_weights_does_not_matter(game, unit):
    quota, values = game
    scaled = coalitions.minimal_winning(quota * unit, _named([v * unit for v in values]))
    assert scaled == coalitions.minimal_winning(quota, _named(values))


@given(games, st.integers(1, 6))
def test_a_limit_lists_some_and_says_so(game, limit):
    quota, values = game
    everything = coalitions.minimal_winning(quota, _named(values))
    some = coalitions.minimal_winning(quota, _named(values), limit=limit)
    assert set(some.coalitions) <= set(everything.coalitions)
    assert len(some.coalitions) == min(limit, len(everything.coalitions))
    assert some.is_complete == (len(everything.coalitions) <= limit)


@drawn
@given(weighed(), st.fractions(Fraction(1, 10), 1, max_denominator=10), st.sampled_from("abc"))
def test_swing_is_what_one_departure_or_arrival_does(world, quota, claimant):
    found = coalitions.recognition(world, "seat")
    told = coalitions.swing(found, claimant, "votes", quota)
    column = world.weights["votes"].values
    held = {
        a: Fraction(float(w)) for a, w in zip(world.actors, column, strict=True) if not np.isnan(w)
    }
    held = {a: w for a, w in held.items() if a in found.everyone}
    total = sum(held.values())

    def wins(group):
        return bool(total) and sum(held.get(a, 0) for a in group) >= quota * total

    members = set(found[claimant])
    assert told.is_winning == wins(members)
    assert told.observations == len(held)
    assert set(told.missing) == set(found.everyone) - set(held)
    if wins(members):
        assert told.decisive == ()
        assert set(told.critical) == {a for a in members if not wins(members - {a})}
    else:
        assert told.critical == ()
        assert set(told.decisive) == {a for a in set(held) - members if wins(members | {a})}
    if total:
        # nobody can win without those who are in every minimal winning coalition
        minimal = coalitions.minimal_winning(quota * total, held).coalitions
        assert set(told.blocking) == set.intersection(*map(set, minimal))
        assert told.share == pytest.approx(float(sum(held.get(a, 0) for a in members) / total))
    else:
        assert (told.blocking, told.is_winning) == ((), False)
        assert told.reason


@drawn
@given(dossiers())
def test_changes_take_one_day_to_the_other_and_back(dossier):
    first, last = dossier.at(EARLIER), dossier.at(LATER)
    for contest in {c.code for c in first.contests} & {c.code for c in last.contests}:
        one, other = (coalitions.support(world, contest) for world in (first, last))
        there, back = coalitions.changes(one, other), coalitions.changes(other, one)
        assert (there.joined, there.left) == (back.left, back.joined)
        for claimant, joined in there.joined:
            moved = set(one.get(claimant, ())) - set(dict(there.left)[claimant]) | set(joined)
            assert moved == set(other.get(claimant, ()))
        assert {a for a, _, _ in there.switched} == {a for a, _, _ in back.switched}
        still = coalitions.changes(one, one)
        assert not any(who for _, who in (*still.joined, *still.left))
        assert still.switched == ()


@drawn
@given(weighed())
def test_errors_of_shares_follow_the_formula(world):
    shares = coalitions.recognition(world, "seat").shares("votes")
    column = world.weights["votes"]
    w, sigma = column.values[~np.isnan(column.values)], column.standard_errors
    sigma = sigma[~np.isnan(column.values)]
    names = [a for a, v in zip(world.actors, column.values, strict=True) if not np.isnan(v)]
    assert shares.unsure == int(np.isnan(sigma).sum())
    for claimant, group in coalitions.recognition(world, "seat").items():
        error = shares.standard_error(claimant)
        if not w.sum():
            assert math.isnan(error)
            continue
        share = shares[claimant]
        moves = (np.isin(names, group) - share) / w.sum()
        sure = np.where(moves == 0, 0.0, sigma)
        assert error == pytest.approx(math.sqrt(((moves * sure) ** 2).sum()), nan_ok=True)
    assert pickle.loads(pickle.dumps(shares)) == shares


@drawn
@given(weighed(), st.sampled_from((0.25, 2.0, 8.0)))
def test_the_unit_of_a_weight_changes_neither_shares_nor_errors(world, unit):
    (column,) = world.weight_columns
    scaled = evolve(
        column, values=column.values * unit, standard_errors=column.standard_errors * unit
    )
    other = evolve(world, weight_columns=(scaled,))
    one, two = (coalitions.recognition(w, "seat").shares("votes") for w in (world, other))
    np.testing.assert_allclose(
        [e for _, e in one.standard_errors], [e for _, e in two.standard_errors], rtol=1e-12
    )
    assert dict(one) == pytest.approx(dict(two), nan_ok=True)


@drawn
@given(snapshots())
def test_an_actor_of_whom_nothing_is_known_changes_no_error_and_no_camp(world):
    def measure(held):
        shares = [
            coalitions.support(held, c.code).shares(w)
            for c in held.contests
            for w in sorted(held.weights)
        ]
        return [(s.standard_errors, s.other_errors, s.unsure) for s in shares]

    laws.unknown_adds_nothing(measure, world)
    laws.unknown_adds_nothing(lambda held: coalitions.camps(held).camps, world)


@given(structures, structures)
def test_both_agreements_are_symmetric_and_blind_to_labels(one, other):
    first, second = _camps(one), _camps(other)
    other_words = {name: f"camp {9 - label}" for name, label in first.items()}
    for measure in (coalitions.adjusted_rand, coalitions.variation_of_information):
        assert measure(first, second) == measure(second, first)
        assert measure(first, second) == measure(other_words, second)
        assert measure(first, second) == measure(dict(reversed(first.items())), second)
        assert measure(first, second).observations == min(len(one), len(other))


@given(structures)
def test_equal_structures_agree_wholly(labels):
    same = _camps(labels)
    renamed = {name: str(label) for name, label in same.items()}
    assert coalitions.variation_of_information(same, renamed).value == 0
    if 1 < len(set(labels)) < len(labels):
        assert coalitions.adjusted_rand(same, renamed).value == 1


@settings(max_examples=300)
@given(
    st.integers(2, 8).flatmap(
        lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n)] * 3)
    )
)
def test_variation_of_information_is_a_metric(three):
    x, y, z = map(_camps, three)
    distance = coalitions.variation_of_information
    xy, yz, xz = distance(x, y).value, distance(y, z).value, distance(x, z).value
    assert xz <= xy + yz + 1e-12
    together = all((x[a] == x[b]) == (y[a] == y[b]) for a, b in itertools.combinations(x, 2))
    assert (xy == 0) == together
    assert 0 <= xy <= math.log2(len(x)) + 1e-12


@drawn
@given(small_cases())
def test_camps_contradict_what_they_say_and_no_more_than_two_camps_do(dossier):
    world = dossier.at(DAY)
    found = coalitions.camps(world)
    bridge = stance_graph(world)
    values = bridge.graph.signs * bridge.graph.weights
    cost = 0.0
    for k in range(bridge.graph.size):
        a, b = bridge.pair(k)
        together = found.by_name[a] == found.by_name[b]
        cost += abs(values[k]) * (together != (values[k] > 0))
    assert found.is_exact
    assert found.upper == pytest.approx(cost)
    assert found.upper <= consistency.alignment(world).upper
    assert found.certificate.proves(bridge.graph)
    assert sorted(found.by_name) == sorted(bridge.names)
    assert [len(camp) for camp in found.camps] == sorted(map(len, found.camps), reverse=True)
    positive = {frozenset(bridge.pair(k)) for k in range(bridge.graph.size) if values[k] > 0}
    for camp in found.camps:  # each is connected by positive ties
        reached, left = {camp[0]}, set(camp[1:])
        while near := {b for b in left if any(frozenset((a, b)) in positive for a in reached)}:
            reached, left = reached | near, left - near
        assert left == set()


# oracles


def test_minimal_winning_coalitions_of_thousands_of_small_games():
    rng = random.Random(4)
    for _ in range(3000):
        n = rng.randint(0, 7)
        weights = _named([Fraction(rng.randint(0, 6), rng.choice((1, 1, 2, 3))) for _ in range(n)])
        quota = Fraction(rng.randint(1, 24), rng.choice((1, 2, 3)))
        assert set(coalitions.minimal_winning(quota, weights).coalitions) == _brute(quota, weights)


def test_the_security_council():
    permanent, elected = [f"P{k}" for k in range(5)], [f"E{k}" for k in range(10)]
    weights = dict.fromkeys(permanent, 7) | dict.fromkeys(elected, 1)
    found = coalitions.minimal_winning(39, weights)
    assert found.is_complete
    assert len(found.coalitions) == math.comb(10, 4)
    assert all(set(permanent) <= set(c) and len(c) == 9 for c in found.coalitions)


def test_two_thirds_are_a_fraction():
    thirds = {"a": 1, "b": 1, "c": 1}
    assert coalitions.minimal_winning(Fraction(2, 3) * 3, thirds).coalitions[0] == ("a", "b")
    # the nearest double of 0.1 + 0.2 is above 0.3, and exact sums see it
    tenths = {"a": 0.1, "b": 0.2}
    assert coalitions.minimal_winning(0.1 + 0.2, tenths).coalitions == ()
    assert coalitions.minimal_winning(0.3, tenths).coalitions == (("a", "b"),)
    assert coalitions.minimal_winning(np.int64(2), dict.fromkeys("ab", np.int64(1))).is_complete


def test_many_players_and_many_coalitions_take_no_depth_and_little_time():
    crowd = {f"s{k:04}": 1 for k in range(2500)}
    found = coalitions.minimal_winning(2400, crowd, limit=3)
    assert (len(found.coalitions), found.is_complete) == (3, False)
    assert [len(c) for c in found.coalitions] == [2400] * 3
    assert found.coalitions[0] == tuple(sorted(crowd))[:2400]


def test_shares_by_monte_carlo():
    rng = np.random.default_rng(8)
    w, sigma = np.array([40.0, 25, 10, 8, 5, 2]), np.array([2.0, 1, 1, 0.3, 0.2, 0.1])
    weights = [Weight(a, "gdp", 2019, *pair) for a, *pair in zip("ABCDEF", w, sigma, strict=True)]
    stances = [Stance(a, c, "recognises") for a, c in zip("ABDD", "aaba", strict=True)]
    found = coalitions.recognition(day(*stances, weights=weights), "seat").shares("gdp")
    sampled = rng.normal(w, sigma, (400_000, 6))
    for claimant, group in (("a", (0, 1, 3)), ("b", (3,)), ("c", ())):
        shares = sampled[:, group].sum(axis=1) / sampled.sum(axis=1)
        assert found.standard_error(claimant) == pytest.approx(shares.std(), rel=0.02, abs=1e-12)
    unknown = sampled[:, [2, 4, 5]].sum(axis=1) / sampled.sum(axis=1)
    assert dict(found.other_errors)["unknown"] == pytest.approx(unknown.std(), rel=0.02)
    assert (found.unsure, found.standard_error("c")) == (0, 0.0)


def test_an_unknown_error_makes_unsure_only_what_it_moves():
    weights = [Weight("A", "gdp", 2019, 3, 0.1), Weight("B", "gdp", 2019, 1)]
    found = coalitions.recognition(day(Stance("A", "a", value=1), weights=weights), "seat")
    shares = found.shares("gdp")
    assert math.isnan(shares.standard_error("a"))
    assert shares.standard_error("b") == 0  # nobody is in it, whatever anybody weighs
    assert shares.unsure == 1
    alone = day(Stance("A", "a", value=1), weights=[Weight("A", "gdp", 2019, 3)])
    whole = coalitions.recognition(alone, "seat").shares("gdp")
    assert (whole["a"], whole.standard_error("a"), whole.unsure) == (1, 0, 1)
    assert "nan%" in shares._repr_html_()


def test_the_population_behind_guaido_has_an_error_of_half_a_percent():
    world = sk.load("venezuela-2019").at("2019-04-30")
    found = coalitions.recognition(world, "venezuela-presidency")
    shares = found.shares("population")
    assert shares.unsure == 0
    assert 0 < shares.standard_error("guaido") < 0.02
    assert math.isnan(found.shares("un_member").standard_error("guaido"))  # none is on record


def test_the_weight_of_nobody_decides_nothing():
    world = day(Stance("A", "a", value=1), weights=[Weight("A", "gdp", 2019, 0)])
    told = coalitions.swing(coalitions.recognition(world, "seat"), "a", "gdp", 0.5)
    assert (told.is_winning, told.critical, told.decisive, told.blocking) == (False, (), (), ())
    assert told.reason == "no actor has a gdp above 0"
    assert told == coalitions.swing(coalitions.recognition(world, "seat"), "a", "gdp", 0.5)


def test_to_reach_the_quota_exactly_is_to_win():
    weights = [Weight(a, "votes", 2019, w) for a, w in zip("ABCD", (2, 1, 1, 2), strict=True)]
    held = [Stance("A", "a", value=1), Stance("B", "a", value=1), Stance("C", "b", value=1)]
    found = coalitions.recognition(day(*held, weights=weights), "seat")
    told = {q: coalitions.swing(found, "a", "votes", Fraction(q, 6)) for q in (2, 3, 4, 5)}
    assert (told[2].is_winning, told[2].critical) == (True, ("A",))  # without B it has 2 of 2
    assert (told[3].critical, told[3].blocking) == (("A", "B"), ())
    assert (told[4].is_winning, told[4].decisive) == (False, ("C", "D"))
    assert (told[5].decisive, told[5].blocking) == (("D",), ("A", "D"))


def test_changes_by_hand():
    dossier = case(
        Stance("A", "a", "recognises", since="2019-01-23"),
        Stance("B", "b", "recognises", since="2018"),
        Stance("B", "b", "rejects", since="2019-02-01"),
        Stance("B", "a", "recognises", since="2019-02-01"),
    )
    days = [coalitions.recognition(dossier.at(d), "seat") for d in ("2019-01-01", "2019-03-01")]
    found = coalitions.changes(*days)
    assert found.joined == (("a", ("A", "B")), ("b", ()), ("c", ()))
    assert found.left == (("a", ()), ("b", ("B",)), ("c", ()))
    assert found.switched == (("B", ("b",), ("a",)),)
    assert found.observations == (1, 2)
    assert "A, B" in found._repr_html_()


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [  # the examples in the documentation of sklearn.metrics.adjusted_rand_score
        ((0, 0, 1, 2), (0, 0, 1, 1), 4 / 7),
        ((0, 0, 1, 1), (0, 0, 1, 2), 4 / 7),
        ((0, 0, 0, 0), (0, 1, 2, 3), 0.0),
        ((0, 0, 1, 1), (0, 1, 0, 1), -0.5),
    ],
)
def test_adjusted_rand_as_documented_elsewhere(one, other, value):
    assert coalitions.adjusted_rand(_camps(one), _camps(other)).value == pytest.approx(value)


@given(structures, st.data())
def test_adjusted_rand_by_counting_pairs(one, data):
    other = data.draw(st.lists(st.integers(0, 3), min_size=len(one), max_size=len(one)))
    seen = Counter(
        (one[i] == one[j], other[i] == other[j])
        for i, j in itertools.combinations(range(len(one)), 2)
    )
    tp, fn, fp, tn = (seen[key] for key in itertools.product((True, False), repeat=2))
    below = (tp + fn) * (fn + tn) + (tp + fp) * (fp + tn)
    found = coalitions.adjusted_rand(_camps(one), _camps(other))
    if below:
        assert found.value == pytest.approx(2 * (tp * tn - fn * fp) / below)
    else:
        assert math.isnan(found.value)
        assert found.reason
        assert found == coalitions.adjusted_rand(_camps(one), _camps(other))


def test_adjusted_rand_is_nought_on_average_over_all_orders():
    one, other = (0, 0, 0, 1, 1, 2), (0, 0, 1, 1, 1, 1)
    values = [
        coalitions.adjusted_rand(_camps(one), _camps(order)).value
        for order in itertools.permutations(other)
    ]
    assert math.fsum(values) / len(values) == pytest.approx(0, abs=1e-12)


@given(structures, st.data())
def test_variation_of_information_from_entropies(one, data):
    other = data.draw(st.lists(st.integers(0, 3), min_size=len(one), max_size=len(one)))

    def entropy(items):
        p = np.array(list(Counter(items).values())) / len(one)
        return -(p * np.log2(p)).sum()

    want = 2 * entropy(list(zip(one, other, strict=True))) - entropy(one) - entropy(other)
    found = coalitions.variation_of_information(_camps(one), _camps(other))
    assert found.value == pytest.approx(want, abs=1e-12)


def _partitions(names):
    if not names:
        yield []
        return
    first, rest = names[0], names[1:]
    for parts in _partitions(rest):
        yield [[first], *parts]
        for k in range(len(parts)):
            yield [*parts[:k], [first, *parts[k]], *parts[k + 1 :]]


@settings(max_examples=25, deadline=None)
@given(small_cases())
def test_no_camps_of_any_number_contradict_less(dossier):
    world = dossier.at(DAY)
    bridge = stance_graph(world)
    if len(bridge.names) > 7:
        return
    values = [
        (bridge.pair(k), s * w)
        for k, (s, w) in enumerate(
            zip(bridge.graph.signs.tolist(), bridge.graph.weights.tolist(), strict=True)
        )
    ]
    least = math.inf
    for parts in _partitions(list(bridge.names)):
        place = {name: k for k, part in enumerate(parts) for name in part}
        least = min(least, sum(abs(v) for (a, b), v in values if (place[a] == place[b]) != (v > 0)))
    assert coalitions.camps(world).upper == pytest.approx(least)


def test_three_rivals_make_three_camps_across_contests():
    world = day(
        *(Stance(actor, claimant, value=1) for actor, claimant in zip("ABC", "abc", strict=True)),
        claimants=[Claimant(c, "seat") for c in "abc"],
    )
    found = coalitions.camps(world)
    assert found.camps == (("A", "a"), ("B", "b"), ("C", "c"))
    assert (found.upper, found.contests) == (0, ("seat",))
    assert consistency.alignment(world).upper == 1
    assert coalitions.adjusted_rand(
        {k: v for k, v in found.by_name.items() if k in "ABC"},
        coalitions.recognition(world, "seat").by_actor,
    ).reason
    assert (
        coalitions.variation_of_information(
            found.by_name, coalitions.recognition(world, "seat").by_actor
        ).value
        == 0
    )


def test_a_member_of_two_coalitions_is_a_camp_of_its_own_kind():
    world = day(Stance("A", "a", value=1), Stance("A", "b", value=1), Stance("B", "a", value=1))
    assert dict(coalitions.recognition(world, "seat").by_actor) == {"A": ("a", "b"), "B": ("a",)}


# refusals


@pytest.mark.parametrize("quota", [0, -1, Fraction(0), math.nan, math.inf, "3", None])
def test_a_quota_that_is_none(quota):
    with pytest.raises(InputError, match="quota="):
        coalitions.minimal_winning(quota, {"a": 1})


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf, "1", None])
def test_a_weight_that_is_none(weight):
    with pytest.raises(InputError, match="the weight of a is"):
        coalitions.minimal_winning(1, {"a": weight})


def test_a_limit_of_nothing():
    with pytest.raises(InputError, match="limit=0"):
        coalitions.minimal_winning(1, {"a": 1}, limit=0)


@pytest.mark.parametrize("quota", [0, -0.5, 1.01, math.nan, math.inf, "half"])
def test_a_share_that_is_none(quota):
    world = day(weights=[Weight("A", "gdp", 2019, 1)])
    with pytest.raises(InputError, match=r"\(0, 1\]"):
        coalitions.swing(coalitions.recognition(world, "seat"), "a", "gdp", quota)


def test_unknown_names():
    world = day(weights=[Weight("A", "gdp", 2019, 1)])
    found = coalitions.recognition(world, "seat")
    with pytest.raises(UnknownNameError, match="gdq"):
        coalitions.swing(found, "a", "gdq", 0.5)
    with pytest.raises(UnknownNameError, match="'z'"):
        coalitions.swing(found, "z", "gdp", 0.5)
    with pytest.raises(UnknownNameError, match="'unknown'"):
        found.shares("gdp").standard_error("unknown")


def test_two_questions_are_not_compared():
    world = day(Stance("A", "a", value=1))
    one, other = coalitions.recognition(world, "seat"), coalitions.support(world, "seat")
    with pytest.raises(InputError, match="two questions"):
        coalitions.changes(one, other)


def test_rivalry_that_is_no_weight():
    with pytest.raises(InputError, match="rivalry"):
        coalitions.camps(day(), rivalry=-1)


def test_results_are_one_line():
    world = day(Stance("A", "a", value=1))
    found = coalitions.recognition(world, "seat")
    many = coalitions.minimal_winning(20, {f"s{k}": 1 for k in range(40)})
    told = (
        many,
        coalitions.changes(found, found),
        coalitions.camps(world),
        coalitions.camps(day(claimants=())),
    )
    for value in told:
        assert "\n" not in repr(value)
        assert len(repr(value)) < 200
        assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("limit", [None, 1.5, "9", True])
def test_a_limit_that_is_no_number(limit):
    with pytest.raises(InputError, match="limit="):
        coalitions.minimal_winning(1, {"a": 1}, limit=limit)


@pytest.mark.parametrize("weights", [None, 3, [("a", 1)]])
def test_weights_that_name_nobody(weights):
    with pytest.raises(InputError, match="accepted is a mapping of names"):
        coalitions.minimal_winning(1, weights)


@pytest.mark.parametrize("structure", [None, "abc", [1, 2]])
@pytest.mark.parametrize("compare", [coalitions.adjusted_rand, coalitions.variation_of_information])
def test_a_structure_that_is_none(compare, structure):
    for one, other in ((structure, {"a": 1}), ({"a": 1}, structure)):
        with pytest.raises(InputError, match="accepted is a mapping of each actor"):
            compare(one, other)
