"""Voting power: laws, brute force and published values, and refusals."""

from __future__ import annotations

import csv
import gzip
import itertools
import math
import os
import pathlib
import pickle
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError, UnknownNameError
from stancekit.measures import power
from stancekit.measures.power import (
    Majority,
    counting,
    majority,
    minimal,
    rounded,
    sized,
    truth,
    weighed,
    words,
)
from stancekit.measures.power.counting import Means
from stancekit.measures.power.halves import halved
from stancekit.measures.power.indices import _one_weighting

DATA = pathlib.Path(
    os.environ.get("STANCEKIT_DATA", pathlib.Path(__file__).parents[1].parent / "shared" / "data")
)
STATES = DATA / "state_systems"
needs_states = pytest.mark.skipif(
    not STATES.exists(), reason="no populations here: set STANCEKIT_DATA"
)


@st.composite
def games(draw, most=6, heaviest=12):
    weights = draw(st.lists(st.integers(0, heaviest), min_size=1, max_size=most))
    assume(sum(weights))
    return draw(st.integers(1, sum(weights))), weights


def brute(size, wins):
    """Swings, Shapley-Shubik values and memberships by listing coalitions and orders."""
    swings, members = [0] * size, [0] * size
    for s in range(size + 1):
        for coalition in itertools.combinations(range(size), s):
            if not wins(coalition):
                continue
            needed = [i for i in coalition if not wins([j for j in coalition if j != i])]
            for i in needed:
                swings[i] += 1
            if len(needed) == len(coalition):
                for i in coalition:
                    members[i] += 1
    pivots = [0] * size
    for order in itertools.permutations(range(size)):
        last = next(k for k in range(size) if wins(order[: k + 1]))
        pivots[order[last]] += 1
    return swings, [Fraction(count, math.factorial(size)) for count in pivots], members


def meets(quota, weights):
    return lambda coalition: sum(weights[i] for i in coalition) >= quota


# --- laws -------------------------------------------------------------------


@settings(max_examples=150)
@given(games())
def test_equals_brute_force(game):
    quota, weights = game
    swings, shapley, members = brute(len(weights), meets(quota, weights))
    assert power.banzhaf(quota, weights).swings == tuple(swings)
    assert power.shapley_shubik(quota, weights).values == tuple(shapley)
    assert power.holler_packel(quota, weights).memberships == tuple(members)


def by_players(weights, counted):
    """Numbers in all, and with each player, from numbers by weight."""
    return [(number, [members[w] for w in weights]) for number, members in counted]


def halves(weights, limits):
    return by_players(weights, halved(weights, limits).counts())


def rows_of(weights, limits, listing, word):
    """A plan by weight and size as a user of the module would never choose it."""
    asked = sorted({limit for one in limits for limit in one})
    rows = sized._rows(listing.light, max(listing.words(asked), default=-1) + 1)
    return sized.SizedPlan(tuple(map(tuple, limits)), listing, rows, word, 0, 0.0)


@given(games(most=8, heaviest=30), st.data(), st.sampled_from(words.WORDS), st.integers(1, 300))
def test_every_way_of_counting_agrees(game, data, word, most):
    """By halves and by tables; whatever is listed, however wide the words, however limits go."""
    quota, weights = game
    size = len(weights)
    varied = data.draw(
        st.lists(st.integers(0, sum(weights) + 1), min_size=size + 1, max_size=size + 1)
    )
    limits = [[quota] * (size + 1), varied]
    expected = halves(weights, limits)
    losing, members = expected[0]
    totals = [(sum(losing), [sum(m) for m in members])]
    assert [
        (number, [m[0] for m in held])
        for (number,), held in by_players(
            weights, halved(weights, [[quota]], bears_size=False).counts()
        )
    ] == totals
    for listing in words.listings(weights, most):
        plan = rows_of(weights, limits, listing, word)
        assert by_players(weights, plan.counts()) == expected
    heavy = [w for w in weights if w]
    ((number, by_weight),) = halved(heavy, [[quota]], bears_size=False).counts()
    for listing in words.listings(heavy, most):
        width = max(listing.words([quota, 1]), default=-1) + 1
        plan = weighed.WeighedPlan((quota, 1), listing, width, word, 0, 0.0)
        assert plan.counts()[0] == (number[0], {w: row[0] for w, row in by_weight.items()})
    swings, least = truth.truth_table(size, [[(quota, weights)]])
    assert tuple(map(sum, swings)) == power.banzhaf(quota, weights).swings
    heaviest = tuple(sorted(heavy, reverse=True))
    for way in (minimal._Halved, minimal._Accumulated):
        found = way.of(heaviest, quota).counts()
        assert [found[w] if w else 0 for w in weights] == least


@given(games(most=8, heaviest=30), st.integers(1, 9))
def test_blocks_are_only_a_way_to_work(game, block):
    """However few words are worked on at a time, the counts are the same."""
    quota, weights = game
    limits = [[quota] * (len(weights) + 1)]
    expected = halves(weights, limits)
    heavy = tuple(sorted((w for w in weights if w), reverse=True))
    least = minimal._Halved.of(heavy, quota).counts()
    with pytest.MonkeyPatch.context() as patch:
        for module in (sized, weighed, minimal):
            patch.setattr(module, "BLOCK", block)
        for plan in sized.plans_sized(weights, limits):
            assert by_players(weights, plan.counts()) == expected
        for light in weighed.plans_weighed(heavy, [quota]):
            zeros = len(weights) - len(heavy)
            assert light.counts()[0][0] << zeros == sum(expected[0][0])
        assert minimal._Accumulated.of(heavy, quota).counts() == least
        patch.setattr(minimal, "_LIGHT", 1)  # undone in blocks, not in lines
        assert minimal._Accumulated.of(heavy, quota).counts() == least


@settings(max_examples=15)
@given(st.integers(5, 40), st.data())
def test_many_equal_doublings_never_overflow(size, data):
    """Where most coalitions have the same weight, words grow fastest."""
    light = data.draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    weights = [*light, *[1] * (70 - size)]
    quota = data.draw(st.integers(1, sum(weights)))
    exact = [1] + [0] * sum(weights)  # coalitions by weight, in integers of any size
    for weight in weights:
        for total in range(len(exact) - 1, weight - 1, -1):
            exact[total] += exact[total - weight]
    below, heavy = sum(exact[:quota]), [w for w in weights if w]
    listings = list(words.listings(heavy, 100))
    word = data.draw(st.sampled_from(words.WORDS))
    listing = data.draw(st.sampled_from(listings))
    width = max(listing.words([quota]), default=-1) + 1
    plan = weighed.WeighedPlan((quota,), listing, width, word, 0, 0.0)
    assert plan.counts()[0][0] << (70 - len(heavy)) == below
    listing = data.draw(st.sampled_from(list(words.listings(weights, 100))))
    ((by_size, _),) = rows_of(weights, [[quota] * 71], listing, word).counts()
    assert sum(by_size) == below
    ((by_size, _),) = halved(weights, [[quota] * 71]).counts()
    assert sum(by_size) == below


@given(games(most=8), st.data())
def test_limits_may_differ_by_size(game, data):
    _, weights = game
    limits = [data.draw(st.integers(0, sum(weights) + 1)) for _ in range(len(weights) + 1)]
    ((losing, members),) = counting.losing_members(weights, [limits], Means())
    for size, limit in enumerate(limits):
        below = [
            c
            for c in itertools.combinations(range(len(weights)), size)
            if sum(weights[i] for i in c) < limit
        ]
        assert losing[size] == len(below)
        assert [m[size] for m in members] == [
            sum(i in c for c in below) for i in range(len(weights))
        ]


@given(games(most=12, heaviest=10**40))
def test_weights_of_any_size_are_counted_alike(game):
    """Divided, cut at the limit, or far apart: what is counted is what brute force counts."""
    quota, weights = game
    total = sum(weights)
    for least in {quota, total - quota + 1, 1, total}:
        below = (
            [
                c
                for s in range(len(weights) + 1)
                for c in itertools.combinations(range(len(weights)), s)
                if sum(weights[i] for i in c) < least
            ]
            if len(weights) < 9
            else None
        )
        ((number, members),) = counting.containing(weights, [least], Means())
        if below is not None:
            assert number == len(below)
            assert members == [sum(i in c for c in below) for i in range(len(weights))]


@given(games(most=12, heaviest=10**12))
def test_sums_to_one_and_follows_weight(game):
    quota, weights = game
    for found in (power.banzhaf(quota, weights), power.shapley_shubik(quota, weights)):
        assert sum(found) == 1
        assert all(0 <= value <= 1 for value in found)
        ranked = sorted(zip(weights, found, strict=True))
        assert [value for _, value in ranked] == sorted(found)
        assert all(not found[i] for i, w in enumerate(weights) if not w)
        assert set(found.veto) == {i for i, w in enumerate(weights) if sum(weights) - w < quota}
    assert sum(power.holler_packel(quota, weights)) == 1


@given(games(), st.integers(2, 10**30))
def test_only_the_proportions_of_weights_matter(game, factor):
    quota, weights = game
    large = [weight * factor for weight in weights]
    for index in (power.banzhaf, power.shapley_shubik, power.holler_packel):
        assert index(quota * factor, large).values == index(quota, weights).values


@given(games())
def test_a_rule_and_its_dual_have_the_same_power(game):
    quota, weights = game
    dual = sum(weights) - quota + 1
    assert power.banzhaf(quota, weights).swings == power.banzhaf(dual, weights).swings
    assert power.shapley_shubik(quota, weights).values == power.shapley_shubik(dual, weights).values


@st.composite
def compounds(draw):
    size = draw(st.integers(1, 5))

    def one():
        weights = draw(st.lists(st.integers(0, 6), min_size=size, max_size=size))
        assume(sum(weights))
        return majority(draw(st.integers(1, sum(weights))), weights)

    rule = one()
    for _ in range(draw(st.integers(0, 2))):
        rule = rule & one() if draw(st.booleans()) else rule | one()
    return rule


@given(compounds())
def test_joined_rules_equal_brute_force(rule):
    size = len(rule.players)
    swings, shapley, members = brute(size, rule.wins)
    assert power.banzhaf_under(rule).swings == tuple(swings)
    assert power.shapley_shubik_under(rule).values == tuple(shapley)
    assert power.holler_packel_under(rule).memberships == tuple(members)


@given(st.integers(1, 6), st.data())
def test_members_and_people_equal_brute_force(size, data):
    """One weighting beside numbers of members: the way of the Council of the Union."""
    people = data.draw(st.lists(st.integers(1, 9), min_size=size, max_size=size))
    heads = [1] * size
    rule = (
        majority(data.draw(st.integers(1, size)), heads)
        & majority(data.draw(st.integers(1, sum(people))), people)
    ) | majority(data.draw(st.integers(1, size)), heads)
    assert _one_weighting(rule) is not None
    swings, shapley, _ = brute(size, rule.wins)
    assert power.banzhaf_under(rule).swings == tuple(swings)
    assert power.shapley_shubik_under(rule).values == tuple(shapley)


def test_residues_join_exactly_for_hundreds_of_players():
    for size in (64, 100, 300):
        half = size // 2 + 1
        equal = power.banzhaf(half, [1] * size)
        assert equal.swings == (math.comb(size - 1, half - 1),) * size
        assert set(power.shapley_shubik(half, [1] * size)) == {Fraction(1, size)}
        members = power.holler_packel(half, [1] * size).memberships
        assert members == (math.comb(size - 1, half - 1),) * size


def test_results_are_values_with_names():
    weights = {"A": 2, "B": 1, "C": 1}
    found = power.shapley_shubik(3, weights)
    assert found == power.shapley_shubik(3, weights)
    assert pickle.loads(pickle.dumps(found)) == found
    assert hash(found) == hash(power.shapley_shubik(3, weights))
    assert found["A"] == found[0] == Fraction(2, 3)
    assert list(found) == [Fraction(2, 3), Fraction(1, 6), Fraction(1, 6)]
    assert found.veto == ("A",)
    assert power.banzhaf(3, {**weights, "D": 0}).dummies == ("D",)
    assert "<th>A</th>" in found._repr_html_()
    assert weights == {"A": 2, "B": 1, "C": 1}


# --- oracles ----------------------------------------------------------------


def test_security_council():
    """421/2145 and 4/2145 (Shapley-Shubik); Banzhaf counted by hand from combinations.

    The rule as 39 of five times 7 and ten times 1, and 4/2145:
    https://gonitsora.com/veto-starting-to-sound-really-good
    """
    weights = [7] * 5 + [1] * 10
    shapley = power.shapley_shubik(39, weights)
    assert shapley.values == (Fraction(421, 2145),) * 5 + (Fraction(4, 2145),) * 10
    found = power.banzhaf(39, weights)
    permanent = sum(math.comb(10, k) for k in range(4, 11))
    elected = math.comb(9, 3)
    assert found.swings == (permanent,) * 5 + (elected,) * 10 == (848,) * 5 + (84,) * 10
    assert found.values[0] == Fraction(106, 635)
    assert found.veto == (0, 1, 2, 3, 4)
    assert power.holler_packel(39, weights)[0] == Fraction(210, 5 * 210 + 10 * 84)
    # the same council said as a double majority: nine members, and all five permanent ones
    rule = majority(9, [1] * 15) & majority(5, [1] * 5 + [0] * 10)
    assert power.shapley_shubik_under(rule).values == shapley.values
    assert power.banzhaf_under(rule).swings == found.swings


def test_council_of_the_six():
    """The Council of 1958 to 1972: Luxembourg's one vote of 17 was worth nothing.

    So says https://www.mdpi.com/2073-4336/9/2/29 of both indices; the fractions were also
    computed with power-bdd 1.0.0, and by hand.
    """
    votes = {"FRA": 4, "DEU": 4, "ITA": 4, "BEL": 2, "NLD": 2, "LUX": 1}
    shapley, found = power.shapley_shubik(12, votes), power.banzhaf(12, votes)
    assert shapley.values == (Fraction(14, 60),) * 3 + (Fraction(9, 60),) * 2 + (Fraction(0),)
    assert found.values == (Fraction(10, 42),) * 3 + (Fraction(6, 42),) * 2 + (Fraction(0),)
    assert shapley.dummies == found.dummies == ("LUX",)


@pytest.mark.parametrize(
    ("quota", "weights", "swings", "shapley"),
    [
        # the Council of nine, ten, twelve and fifteen members, 1973 to 2004
        (
            41,
            [10] * 4 + [5] * 2 + [3] * 2 + [2],
            [53] * 4 + [29] * 2 + [21] * 2 + [5],
            [0.178571] * 4 + [0.080952] * 2 + [0.057143] * 2 + [0.009524],
        ),
        (
            45,
            [10] * 4 + [5] * 3 + [3] * 2 + [2],
            [100] * 4 + [52] * 3 + [26] * 3,
            [0.173810] * 4 + [0.071429] * 3 + [0.030159] * 3,
        ),
        (
            54,
            [10] * 4 + [8] + [5] * 4 + [3] * 2 + [2],
            [286] * 4 + [242] + [148] * 4 + [102] * 2 + [40],
            [0.134199] * 4 + [0.111255] + [0.063745] * 4 + [0.042569] * 2 + [0.011833],
        ),
        (
            62,
            [10] * 4 + [8] + [5] * 4 + [4] * 3 + [3] * 2 + [2],
            [1968] * 4 + [1606] + [1028] * 4 + [806] * 3 + [616] * 2 + [406],
            [0.117838] * 4 + [0.092313] + [0.055400] * 4 + [0.043673] * 3 + [0.032079] * 2
            + [0.019558],
        ),
        # the Board of Supervisors of Nassau County in 1970, 1976 and 1990
        (63, [31, 31, 21, 28, 2, 2], [15, 15, 7, 11, 3, 3], None),
        (71, [35, 35, 23, 32, 2, 2], [15, 15, 7, 11, 3, 3], None),
        (65, [29, 29, 15, 22, 7, 6], [14, 14, 10, 10, 2, 0], None),
    ],
)  # fmt: skip
def test_councils_as_in_power_bdd(quota, weights, swings, shapley):
    """Computed with power-bdd 1.0.0 (PyPI), which goes by decision diagrams."""
    assert power.banzhaf(quota, weights).swings == tuple(swings)
    if shapley is not None:
        found = power.shapley_shubik(quota, weights)
        assert [float(value) for value in found] == pytest.approx(shapley, abs=5e-7)


def test_a_double_majority_as_in_power_bdd():
    """The Council of fifteen with 62 votes and ten members: two diagrams joined by *and*."""
    votes = [10] * 4 + [8] + [5] * 4 + [4] * 3 + [3] * 2 + [2]
    rule = majority(62, votes) & majority(10, [1] * 15)
    swings = [1695] * 4 + [1423] + [1021] * 4 + [861] * 3 + [721] * 2 + [541]
    assert power.banzhaf_under(rule).swings == tuple(swings)
    found = [float(value) for value in power.shapley_shubik_under(rule)]
    expected = [0.11187146187146187, 0.08884448884448884, 0.056676656676656674]
    assert [found[0], found[4], found[5]] == pytest.approx(expected, abs=1e-15)
    assert found[14] == pytest.approx(0.02460872460872461, abs=1e-15)


def test_the_electoral_college_of_1996_as_in_power_bdd():
    """51 members, 270 of 538: the example of power-bdd's documentation, run with 1.0.0."""
    votes = [
        54, 33, 32, 25, 23, 22, 21, 18, 15, 14, 13, 13, 12, 12, 11, 11, 11, 11, 10, 10, 9, 9,
        8, 8, 8, 8, 8, 8, 7, 7, 7, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3,
    ]  # fmt: skip
    raw = [float(value) for value in power.banzhaf(270, votes).raw]
    expected = [0.4664541346829614, 0.25958612004997317, 0.2512143267270046]
    assert raw[:3] == pytest.approx(expected, rel=1e-12)
    assert raw[50] == pytest.approx(0.0228538034563881, rel=1e-12)
    shapley = [float(value) for value in power.shapley_shubik(270, votes)]
    expected = [0.10812540951779513, 0.06296832700852448, 0.06093272191760148]
    assert shapley[:3] == pytest.approx(expected, rel=1e-12)
    assert shapley[50] == pytest.approx(0.005405549637386589, rel=1e-12)


def test_nassau_county():
    """Banzhaf's example: three towns had all the power, in 1958 and again in 1964.

    Weights, quotas and dummies (Oyster Bay, Long Beach and Glen Cove in 1958) are in Malkevitch,
    "Voting games: part II", http://www.ams.org/featurecolumn/archive/voting.games.two.html
    """
    towns = ("Hempstead 1", "Hempstead 2", "North Hempstead", "Oyster Bay", "Long Beach", "Glen C")
    found = power.banzhaf(16, dict(zip(towns, [9, 9, 7, 3, 1, 1], strict=True)))
    assert found.values == (Fraction(1, 3),) * 3 + (Fraction(0),) * 3
    assert found.dummies == towns[3:]
    later = power.banzhaf(58, dict(zip(towns, [31, 31, 21, 28, 2, 2], strict=True)))
    assert later.dummies == ("North Hempstead", "Long Beach", "Glen C")
    assert later["Oyster Bay"] == Fraction(1, 3)
    raised = power.banzhaf(63, dict(zip(towns, [31, 31, 21, 28, 2, 2], strict=True)))
    assert raised.dummies == ()  # "the quota was raised to guarantee that no community was a dummy"


def test_less_weight_may_mean_more_public_good():
    """The known failure of local monotonicity of the public good index.

    Holler (2011), as run in the documentation of the R package CoopGame 0.2.2:
    0.2666667 0.1333333 0.2 0.2 0.2
    https://rdocumentation.org/packages/CoopGame/versions/0.2.2/topics/publicGoodIndex
    """
    found = power.holler_packel(51, [35, 20, 15, 15, 15])
    assert found.values == tuple(Fraction(k, 60) for k in (16, 8, 12, 12, 12))


def test_weights_of_any_size():
    huge = 10**40
    found = power.shapley_shubik(2 * huge, {"A": huge, "B": huge, "C": huge - 1, "D": 1})
    expected = brute(4, meets(2 * huge, [huge, huge, huge - 1, 1]))[1]
    assert found.values == tuple(expected)


def assembly():
    """Persons in each of the 193 member states in 2019, the largest first."""
    people: dict[str, int] = {}
    path = STATES / "cw_gdppop_1990_on.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["year"].startswith("2019") and row["pwtpop"] not in ("", "NA"):
                people[str(int(float(row["ccode"])))] = round(Decimal(row["pwtpop"]) * 10**6)
    del people["347"], people["713"]  # Kosovo and Taiwan are no members
    assert len(people) == 193
    return dict(sorted(people.items(), key=lambda held: -held[1]))


@needs_states
@pytest.mark.parametrize(
    ("index", "unit"),
    [
        (power.banzhaf_under, 1000),
        (power.shapley_shubik_under, 100_000),
        (power.holler_packel_under, 100_000),
        pytest.param(power.shapley_shubik_under, 1000, marks=pytest.mark.slow),  # 45 s, 1.5 GiB
    ],
)
def test_assembly_by_population(index, unit):
    """193 states by population, two thirds needed: exact, and the sum is exactly 1."""
    people = assembly()
    quota = Fraction(2 * sum(people.values()), 3)
    made = rounded(people, unit)
    assert made.error <= Fraction(unit, 2)
    found = index(made.majority(quota))
    assert len(found) == 193
    assert sum(found) == 1
    assert found.players == tuple(people)
    if index is not power.holler_packel_under:  # heavier is never weaker
        assert list(found) == sorted(found, reverse=True)


@needs_states
@pytest.mark.parametrize(
    ("index", "memory"),
    [(power.banzhaf, 1 << 30), (power.shapley_shubik, 2 << 30), (power.holler_packel, 2 << 30)],
)
def test_an_assembly_by_single_persons_is_refused_with_a_way_out(index, memory):
    people = assembly()
    with pytest.raises(InputError, match=r"193 players.*power\.rounded.*memory=\d+"):
        index(-(-2 * sum(people.values()) // 3), people, memory=memory)


@pytest.mark.slow
def test_thousands_of_small_games():
    generator = np.random.default_rng(0)
    for _ in range(3000):
        weights = generator.integers(0, 40, generator.integers(1, 7)).tolist()
        if not sum(weights):
            continue
        quota = int(generator.integers(1, sum(weights) + 1))
        swings, shapley, members = brute(len(weights), meets(quota, weights))
        assert power.banzhaf(quota, weights).swings == tuple(swings)
        assert power.shapley_shubik(quota, weights).values == tuple(shapley)
        assert power.holler_packel(quota, weights).memberships == tuple(members)


def test_floats_are_read_as_written():
    rule = majority(0.6, {"A": 0.1, "B": 0.2, "C": 0.3})
    assert rule.clauses == ((Majority(6, (1, 2, 3)),),)  # 0.1 + 0.2 + 0.3 reach 0.6
    assert 0 < rule.error < Fraction(1, 10**16)
    assert majority(2.0, [1.0, 1.5]).error == 0
    for kind in (np.int64, np.float64, Fraction, Decimal, np.float32):
        assert majority(kind(3), [kind(2), kind(1)]).clauses == ((Majority(3, (2, 1)),),)
    assert power.banzhaf(np.int64(3), np.array([2, 1, 1])).swings == (3, 1, 1)


def test_the_coarser_weights_of_the_refusal_fit():
    """What is refused says how much coarser; then it is one call, and exact."""
    weights = {f"S{k:02}": 10**9 + 7 * k * k for k in range(60)}
    quota = 2 * sum(weights.values()) // 3
    for index, under in (
        (power.banzhaf, power.banzhaf_under),
        (power.holler_packel, power.holler_packel_under),
        (power.shapley_shubik, power.shapley_shubik_under),
    ):
        with pytest.raises(InputError, match="Coarser weights fit") as refused:
            index(quota, weights, memory=1 << 20)
        coarser = int(re.search(r"rounded\(weights, (\d+)\)", str(refused.value))[1])
        made = rounded(weights, coarser)
        assert made.error <= Fraction(coarser, 2)
        rule = made.majority(quota)
        assert rule.players == tuple(weights)
        total, needed = sum(made.weights.values()), Fraction(quota, coarser)
        ((only,),) = rule.clauses
        assert Fraction(only.quota, sum(only.weights)) == pytest.approx(float(needed / total))
        assert sum(under(rule, memory=1 << 20)) == 1


def test_memory_is_what_is_allowed_and_the_refusal_says_how_much_is_enough():
    weights = {f"S{k:02}": 100 + 7 * k for k in range(60)}
    quota = 2 * sum(weights.values()) // 3
    for index in (power.banzhaf, power.shapley_shubik, power.holler_packel):
        exact = index(quota, weights)
        with pytest.raises(InputError, match="are allowed") as refused:
            index(quota, weights, memory=1000)
        enough = int(re.search(r"memory=(\d+)", str(refused.value))[1])
        assert index(quota, weights, memory=enough) == exact
        with pytest.raises(InputError, match=f"memory={enough}"):
            index(quota, weights, memory=enough - 1)


@given(games(most=7, heaviest=60), st.integers(1, 9))
def test_bounds_hold_and_close_where_nothing_is_rounded(game, unit):
    quota, weights = game
    assume(any(2 * weight >= unit for weight in weights))
    for bounds, index in (
        (power.banzhaf_bounds, power.banzhaf),
        (power.shapley_shubik_bounds, power.shapley_shubik),
    ):
        found, exact = bounds(quota, weights, unit), index(quota, weights)
        for low, value, high in zip(found.lower, exact, found.upper, strict=True):
            assert 0 <= low <= value <= high <= 1
        assert found.widest[1] == max(
            high - low for low, high in zip(found.lower, found.upper, strict=True)
        )
        if all(weight % unit == 0 for weight in weights) and quota % unit == 0:
            assert found.lower == found.upper == exact.values
        assert bounds(quota, weights, 1).lower == exact.values


@needs_states
def test_bounds_of_the_assembly_enclose_a_finer_count():
    """Bounds from units of 100,000 persons hold for units of 10,000 and less."""
    people = assembly()
    quota = -(-2 * sum(people.values()) // 3)
    fine = power.banzhaf_under(rounded(people, 10_000).majority(quota))
    found = power.banzhaf_bounds(quota, people, 100_000)
    assert all(found[name][0] <= fine[name] <= found[name][1] for name in people)
    assert all(a <= swings <= b for a, swings, b in zip(found.least, fine.swings, found.most))
    low, high = found.raw["850"]  # Indonesia
    assert 0 < high - low < high / 20


@st.composite
def few_kinds(draw):
    """Many players of two weights, whatever these are, and few others."""
    some = draw(st.integers(1, 10**40)), draw(st.integers(1, 10**40))
    counts = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    others = draw(st.lists(st.integers(1, 10**40), max_size=2))
    weights = [some[0]] * counts[0] + [some[1]] * counts[1] + others
    return draw(st.integers(1, sum(weights))), weights


@settings(max_examples=20)
@given(few_kinds())
def test_many_players_of_few_weights_are_counted_whatever_these_are(game):
    quota, weights = game
    swings, found = power.banzhaf(quota, weights), power.shapley_shubik(quota, weights)
    assert sum(swings) == sum(found) == 1
    assert sum(power.holler_packel(quota, weights)) == 1
    ranked = sorted(zip(weights, found, swings, strict=True))
    assert [value for _, value, _ in ranked] == sorted(found)
    assert [value for _, _, value in ranked] == sorted(swings)
    dual = sum(weights) - quota + 1
    assert power.shapley_shubik(dual, weights).values == found.values


def test_weights_that_differ_little_are_counted_by_sizes():
    """Of 60 weights near a milliard, only those who number as many compare."""
    weights = [10**9 + 7 * k * k for k in range(60)]
    quota = sum(weights) // 2 + 1
    swings, found = power.banzhaf(quota, weights), power.shapley_shubik(quota, weights)
    assert sum(swings) == sum(found) == 1
    assert list(swings) == sorted(swings)
    assert list(found) == sorted(found)
    # a coalition of 30 may win or lose, so that nobody is far from an equal share
    assert all(abs(value - Fraction(1, 60)) < Fraction(1, 200) for value in (*swings, *found))


def test_extremes_of_the_quota_with_thousands_of_players():
    """All winners or all veto players, and one player who outweighs all others."""
    small = [1 + k % 97 for k in range(1000)]
    for quota in (1, sum(small)):
        assert set(power.banzhaf(quota, small)) == {Fraction(1, 1000)}
        assert set(power.shapley_shubik(quota, small)) == {Fraction(1, 1000)}
    giant = [10**40, *[1] * 300]
    found = power.shapley_shubik(10**40 + 150, giant)
    # the giant is pivotal but if fewer than 150 of the others come before it
    assert found[0] == Fraction(151, 301)
    assert set(found[1:]) == {Fraction(150, 301 * 300)}


@given(games(most=8), st.integers(1, 9))
def test_a_rounded_majority_is_the_majority_of_rounded_weights(game, unit):
    quota, weights = game
    names = {f"P{i}": weight for i, weight in enumerate(weights)}
    made = rounded(names, unit)
    held = sum(made.weights.values())
    assume(Fraction(quota, unit) <= held)
    rule = made.majority(quota)
    wins = meets(Fraction(quota, unit), list(made.weights.values()))
    for size in range(len(weights) + 1):
        for coalition in itertools.combinations(range(len(weights)), size):
            assert rule.wins([f"P{i}" for i in coalition]) == wins(coalition)
    assert rule.players == tuple(names)


@given(games())
def test_one_majority_is_counted_alike_as_a_rule(game):
    quota, weights = game
    rule = majority(quota, weights)
    assert power.banzhaf_under(rule) == power.banzhaf(quota, weights)
    assert power.banzhaf_under(rule & rule).swings == power.banzhaf(quota, weights).swings
    assert power.holler_packel_under(rule) == power.holler_packel(quota, weights)
    twice = power.holler_packel_under(rule & rule)
    assert twice.memberships == power.holler_packel(quota, weights).memberships


def test_rounding_states_its_error():
    made = rounded([0.26, 1.5, 3], 1)
    assert made.weights == {0: 0, 1: 2, 2: 3}
    assert (made.error, made.total_error) == (Fraction(1, 2), Fraction(76, 100))


# --- refusals ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("quota", "weights", "message"),
    [
        (0, [1, 2], "quota=0; with weights that sum to 3"),
        (4, [1, 2], "more than 0 and at most 3"),
        (1, [], "at least one player"),
        (1, [1, -1], "weight -1"),
        (1, [1, math.nan], "not a finite number"),
        (math.inf, [1, 2], "not a finite number"),
        (1, ["2"], "not a finite number"),
        (1, [0, 0], "sum to 0"),
    ],
)
def test_refuses(quota, weights, message):
    for index in (power.banzhaf, power.shapley_shubik, power.holler_packel):
        with pytest.raises(InputError, match=message):
            index(quota, weights)


def test_refuses_what_it_cannot_count():
    weights = [10**9 + 7919**5 * k**3 % 10**9 for k in range(60)]
    for index in (power.banzhaf, power.shapley_shubik, power.holler_packel):
        with pytest.raises(InputError, match=r"Coarser weights .* power\.rounded\(weights, \d+\)"):
            index(sum(weights) // 2 + 1, weights)
    heads = majority(20, [1] * 30)
    two = heads & majority(20, range(30)) & majority(20, range(30, 0, -1))
    with pytest.raises(InputError, match="at most 27"):
        power.banzhaf_under(two)


def test_refuses_strangers():
    rule = majority(2, {"A": 1, "B": 1})
    with pytest.raises(UnknownNameError, match="unknown player 'C'"):
        rule.wins(["C"])
    with pytest.raises(UnknownNameError, match="unknown player"):
        power.banzhaf(2, {"A": 1, "B": 1})["C"]
    with pytest.raises(InputError, match="same players"):
        rule & majority(1, {"A": 1})
    with pytest.raises(InputError, match="unit above 0"):
        rounded([1], 0)
