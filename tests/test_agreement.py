"""Agreement of two, of groups and of all pairs: laws, published and foreign values, refusals."""

from __future__ import annotations

import csv
import gzip
import itertools
import math
import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from agreement_cases import (
    DATA,
    ORACLES,
    STATISTICS,
    each,
    item_weights,
    matrices,
    needs_oracles,
    reference_votes,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError, UnknownNameError
from stancekit.measures import agreement
from stancekit.measures.agreement import Agreement, Metric, contingency
from stancekit.measures.agreement.panel import Panel
from stancekit.measures.agreement.statistics import FORMULAS
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest
from stancekit.records.stance import Stance

UNGA = DATA / "unga_votes"
needs_unga = pytest.mark.skipif(
    not UNGA.exists(), reason="no General Assembly votes here: set STANCEKIT_DATA"
)
few = settings(max_examples=40)  # ten statistics each


def by_definition(name, x, y, weights, low, high):
    """Every statistic from its definition, in fractions, item by item; None if undefined."""
    shared = [
        (Fraction(a), Fraction(b), Fraction(w))
        for a, b, w in zip(x, y, weights, strict=True)
        if not (math.isnan(a) or math.isnan(b)) and w > 0
    ]
    total = sum(w for _, _, w in shared)
    if not shared:
        return None
    if name == "tau_b":
        score = first = second = Fraction(0)
        for (a, b, v), (c, d, w) in itertools.product(shared, repeat=2):
            score += v * w * ((a > c) - (a < c)) * ((b > d) - (b < d))
            first += v * w * (a != c)
            second += v * w * (b != d)
        if not first or not second:
            return None
        return float(score) / math.sqrt(float(first) * float(second))
    exponent = 0
    if name == "s_score" or name.endswith("linear"):
        exponent = 1
    elif name.endswith(("squared", "quadratic")):
        exponent = 2

    def apart(a, b):
        return Fraction(a != b) if exponent == 0 else abs(a - b) ** exponent

    observed = sum(w * apart(a, b) for a, b, w in shared) / total
    if name == "raw":
        return float(1 - observed)
    if name.startswith("s_score"):
        return float(1 - 2 * observed / Fraction(high - low) ** exponent)
    left = [(a, w) for a, _, w in shared]
    right = [(b, w) for _, b, w in shared]
    if name.startswith("scott"):
        left = right = left + right
    weight = sum(w for _, w in left) * sum(w for _, w in right)
    expected = sum(v * w * apart(a, b) for a, v in left for b, w in right) / weight
    return None if not expected else float(1 - observed / expected)


# laws


@each
@few
@given(data=st.data())
def test_equals_its_definition(statistic, data):
    votes_ = data.draw(matrices())
    weights = data.draw(st.none() | item_weights(votes_.shape[1]))
    found = agreement.pairwise(votes_, statistic, scale=(1, 3), weights=weights)
    used = [1.0] * votes_.shape[1] if weights is None else weights
    for i, j in itertools.product(range(len(votes_)), repeat=2):
        exact = by_definition(statistic.__name__, votes_[i], votes_[j], used, 1, 3)
        if exact is None:
            assert math.isnan(found.values[i, j])
            assert found.reasons[i, j] in ("no shared item", "constant data")
        else:
            assert found.values[i, j] == pytest.approx(exact, abs=1e-12)
            assert found.reasons[i, j] == ""


@each
@few
@given(data=st.data())
def test_many_levels_agree_with_the_definition_too(statistic, data):
    cells = st.integers(0, 200).map(lambda k: k / 8) | st.just(math.nan)
    positions = data.draw(matrices(cells, most=3))
    found = agreement.pairwise(positions, statistic, scale=(0, 25))
    for i, j in itertools.product(range(len(positions)), repeat=2):
        exact = by_definition(
            statistic.__name__, positions[i], positions[j], [1.0] * positions.shape[1], 0, 25
        )
        if exact is None:
            assert math.isnan(found.values[i, j])
        else:
            assert found.values[i, j] == pytest.approx(exact, abs=1e-9)


@each
def test_tables_and_pairs_are_two_ways_to_the_same_number(statistic):
    positions = np.random.default_rng(0).integers(0, 30, (6, 80)) / 10
    positions[np.random.default_rng(1).random(positions.shape) < 0.2] = np.nan
    by_pairs = agreement.pairwise(positions, statistic, scale=(0, 3)).values
    panel, levels = Panel.of(positions, (0, 3), None), contingency.levels_of(positions)
    assert len(levels) > contingency.MOST_LEVELS
    table = contingency.tables(positions, positions, levels, None)
    formula = FORMULAS[statistic]
    by_tables = formula.of_tables(table, panel.unit(levels, levels))
    np.testing.assert_allclose(by_pairs, by_tables, atol=1e-12)


@each
@few
@given(data=st.data())
def test_symmetric_bounded_and_never_infinite(statistic, data):
    votes_ = data.draw(matrices())
    found = agreement.pairwise(votes_, statistic, scale=(1, 3))
    assert not np.isinf(found.values).any()
    assert (np.nan_to_num(found.values) <= 1).all()
    np.testing.assert_array_equal(found.values, found.values.T)
    np.testing.assert_array_equal(np.isnan(found.values), found.reasons != "")
    np.testing.assert_array_equal(found.reasons == "no shared item", found.observations == 0)
    if statistic not in (agreement.kappa, agreement.kappa_linear, agreement.kappa_quadratic):
        assert (np.nan_to_num(found.values) >= -1).all()


@each
@few
@given(data=st.data())
def test_one_pair_two_groups_and_all_pairs_agree(statistic, data):
    votes_ = data.draw(matrices())
    every = agreement.pairwise(votes_, statistic, scale=(1, 3))
    apart = agreement.between(votes_[:2], votes_[2:], statistic, scale=(1, 3))
    np.testing.assert_allclose(apart.values, every.values[:2, 2:], atol=1e-14)
    if len(votes_) > 1:
        one = statistic(votes_[0], votes_[1], scale=(1, 3))
        assert one == pytest.approx(every.values[0, 1], abs=1e-14, nan_ok=True)
        assert (one.observations, one.reason) == (
            every.observations[0, 1],
            every.reasons[0, 1],
        )


@few
@given(matrices(), st.booleans())
def test_several_statistics_in_one_call(votes_, weighted):
    options = {"scale": (1, 3), "weights": range(1, votes_.shape[1] + 1) if weighted else None}
    found = agreement.pairwise_each(votes_, STATISTICS, **options)
    assert list(found) == [statistic.__name__ for statistic in STATISTICS]
    for statistic in STATISTICS:
        assert found[statistic.__name__] == agreement.pairwise(votes_, statistic, **options)


@each
@few
@given(data=st.data())
def test_actors_and_items_have_no_order(statistic, data):
    votes_ = data.draw(matrices())
    rows = data.draw(st.permutations(range(len(votes_))))
    columns = data.draw(st.permutations(range(votes_.shape[1])))
    straight = agreement.pairwise(votes_, statistic, scale=(1, 3)).values
    mixed = agreement.pairwise(votes_[rows][:, columns], statistic, scale=(1, 3)).values
    np.testing.assert_allclose(mixed, straight[np.ix_(rows, rows)], atol=1e-14)


@each
@few
@given(data=st.data())
def test_weights_are_relative_and_whole_ones_are_repetition(statistic, data):
    votes_ = data.draw(matrices(most=3))
    times = data.draw(
        st.lists(st.integers(0, 3), min_size=votes_.shape[1], max_size=votes_.shape[1])
    )
    weighted = agreement.pairwise(votes_, statistic, scale=(1, 3), weights=times)
    scaled = agreement.pairwise(votes_, statistic, scale=(1, 3), weights=[t * 7.3 for t in times])
    repeated = agreement.pairwise(np.repeat(votes_, times, axis=1), statistic, scale=(1, 3))
    np.testing.assert_allclose(weighted.values, repeated.values, atol=1e-12)
    np.testing.assert_allclose(weighted.values, scaled.values, atol=1e-12)
    kept = agreement.pairwise(votes_[:, np.array(times) > 0], statistic, scale=(1, 3))
    np.testing.assert_array_equal(weighted.observations, kept.observations)


@each
@few
@given(data=st.data())
def test_the_unknown_adds_nothing(statistic, data):
    votes_ = data.draw(matrices())
    more = np.hstack([votes_, np.full((len(votes_), 2), np.nan)])
    found = agreement.pairwise(votes_, statistic, scale=(1, 3))
    again = agreement.pairwise(more, statistic, scale=(1, 3))
    assert found == again


@pytest.mark.parametrize("statistic", STATISTICS[3:], ids=lambda f: f.__name__)
@few
@given(votes_=matrices())
def test_chance_corrected_statistics_do_not_see_the_scale(statistic, votes_):
    tight = agreement.pairwise(votes_, statistic, scale=(1, 3)).values
    np.testing.assert_allclose(
        agreement.pairwise(votes_, statistic, scale=(-7, 12)).values, tight, atol=1e-12
    )
    np.testing.assert_allclose(agreement.pairwise(votes_, statistic).values, tight, atol=1e-12)
    np.testing.assert_allclose(
        agreement.pairwise(5 - 2 * votes_, statistic).values, tight, atol=1e-12
    )


@given(matrices())
def test_s_follows_the_scale_and_not_the_data(votes_):
    narrow = agreement.pairwise(votes_, agreement.s_score, scale=(1, 3)).values
    wide = agreement.pairwise(votes_, agreement.s_score, scale=(0, 4)).values
    np.testing.assert_allclose(1 - wide, (1 - narrow) / 2, atol=1e-12)


def test_an_argument_is_never_changed():
    votes_ = np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]])
    weights = np.array([1.0, 2.0, 0.0])
    before = pickle.dumps((votes_, weights))
    for statistic in STATISTICS:
        agreement.pairwise(votes_, statistic, scale=(1, 3), weights=weights)
    agreement.interval(votes_, agreement.raw, draws=5)
    agreement.permutation_test(votes_, agreement.raw, draws=5)
    agreement.absence_as_middle(votes_, scale=(1, 3))
    assert pickle.dumps((votes_, weights)) == before


def test_results_are_values():
    found = agreement.pairwise([[1, 2], [1, 3]], agreement.kappa)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert hash(again) == hash(found)
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0] = 0
    one = found.pair("0", "1")
    assert pickle.loads(pickle.dumps(one)).observations == one.observations == 2
    with pytest.raises(AttributeError, match="cannot be changed"):
        one.observations = 3
    assert "PairwiseAgreement(kappa" in found._repr_html_()


# oracles


@needs_oracles
@pytest.mark.parametrize(
    ("column", "statistic"),
    [
        ("agree", agreement.raw),
        ("S_abs", agreement.s_score),
        ("S_sq", agreement.s_score_squared),
        ("kappa", agreement.kappa),
        ("kappa_lin", agreement.kappa_linear),
        ("kappa_quad", agreement.kappa_quadratic),
        ("psych_kappa", agreement.kappa),
        ("psych_wkappa", agreement.kappa_quadratic),
        ("pi", agreement.scott_pi),
        ("pi_lin", agreement.scott_pi_linear),
        ("pi_quad", agreement.scott_pi_quadratic),
        ("tau_b", agreement.tau_b),
    ],
)
def test_votes_of_ten_states_as_in_r_and_psych(column, statistic):
    """Computed independently in R 4.2.2 with psych 2.2.9 (SOURCE.txt beside the values)."""
    states, votes_ = reference_votes()
    found = agreement.pairwise(votes_, statistic, scale=(1, 3))
    with open(ORACLES / "reference_unga_dyads.csv", encoding="utf-8") as file:
        dyads = list(csv.DictReader(file))
    assert len(dyads) == 45
    for dyad in dyads:
        i, j = map(states.index, dyad["tag"].split())
        assert found.values[i, j] == pytest.approx(float(dyad[column]), abs=1e-9)
        assert found.observations[i, j] == int(dyad["n"])
        one = statistic(votes_[i], votes_[j], scale=(1, 3))
        assert one == pytest.approx(float(dyad[column]), abs=1e-9)


def test_tau_b_as_in_scipy():
    from scipy.stats import kendalltau

    generator = np.random.default_rng(8)
    for levels, items in ((3, 50), (9, 200), (60, 150)):
        x, y = generator.integers(0, levels, (2, items)).astype(float)
        assert agreement.tau_b(x, y) == pytest.approx(kendalltau(x, y).statistic, abs=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "statistic", "value", "reason"),
    [
        ([3, 3, 3], [3, 3, 3], agreement.kappa, math.nan, "constant data"),
        ([3, 3, 3], [3, 3, 3], agreement.scott_pi_quadratic, math.nan, "constant data"),
        ([3, 3, 3], [3, 3, 3], agreement.tau_b, math.nan, "constant data"),
        ([3, 3, 3], [3, 3, 3], agreement.s_score, 1.0, ""),
        ([3, 3], [1, 1], agreement.kappa, 0.0, ""),  # each its own habit: no more than chance
        ([3, 3], [1, 1], agreement.kappa_linear, 0.0, ""),
        ([3, 3], [1, 1], agreement.scott_pi, -1.0, ""),
        ([3, 3], [1, 1], agreement.s_score, -1.0, ""),
        ([3, 3], [1, 1], agreement.tau_b, math.nan, "constant data"),
        # perfect disagreement, and nobody abstains (the middle level is not used)
        ([3, 1, 3, 1], [1, 3, 1, 3], agreement.kappa, -1.0, ""),
        ([3, 1, 3, 1], [1, 3, 1, 3], agreement.kappa_linear, -1.0, ""),
        ([3, 1, 3, 1], [1, 3, 1, 3], agreement.kappa_quadratic, -1.0, ""),
        ([3, 1, 3, 1], [1, 3, 1, 3], agreement.scott_pi_linear, -1.0, ""),
        ([3, 1, 3, 1], [1, 3, 1, 3], agreement.tau_b, -1.0, ""),
        ([3], [1], agreement.kappa, 0.0, ""),
        ([3], [3], agreement.kappa, math.nan, "constant data"),
        ([3], [1], agreement.scott_pi, -1.0, ""),
        ([3], [2], agreement.s_score, 0.0, ""),
        ([3], [2], agreement.raw, 0.0, ""),
        ([], [], agreement.raw, math.nan, "no shared item"),
        ([math.nan, 1], [1, math.nan], agreement.kappa, math.nan, "no shared item"),
        ([math.nan, 1], [1, math.nan], agreement.s_score, math.nan, "no shared item"),
    ],
)
def test_degenerate_data(x, y, statistic, value, reason):
    found = statistic(x, y, scale=(1, 3))
    assert found == pytest.approx(value, abs=1e-15, nan_ok=True)
    assert found.reason == reason


@pytest.mark.parametrize("value", [1e-300, 1e300, -1e308])
def test_extreme_scales_stay_finite(value):
    for statistic in STATISTICS:
        ends = (-abs(value), abs(value))
        found = statistic([value, -value, value], [value, value, -value], scale=ends)
        assert found == pytest.approx(statistic([1, -1, 1], [1, 1, -1], scale=(-1, 1)))


@pytest.fixture(scope="module")
def decade():
    """Votes of 2010-2019: states, and (states, roll calls)."""
    with gzip.open(UNGA / "un_roll_calls.csv.gz", "rt", encoding="utf-8") as file:
        calls = [r["rcid"] for r in csv.DictReader(file) if "2010" <= r["date"][:4] <= "2019"]
    place = {rcid: i for i, rcid in enumerate(calls)}
    with gzip.open(UNGA / "un_votes.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["rcid"] in place]
    states = sorted({row["country"] for row in rows})
    votes_ = np.full((len(states), len(calls)), np.nan)
    code = {"no": 1.0, "abstain": 2.0, "yes": 3.0}
    where = {state: i for i, state in enumerate(states)}
    for row in rows:
        votes_[where[row["country"]], place[row["rcid"]]] = code[row["vote"]]
    return states, votes_


@needs_unga
def test_missing_is_missing(decade):
    """S of Somalia and the United States, 2010-2019, and what counting absence does to it."""
    states, votes_ = decade
    pair = votes_[[states.index("Somalia"), states.index("United States")]]
    assert round(agreement.s_score(*pair, scale=(1, 3)), 3) == -0.454
    filled = agreement.absence_as_middle(pair, scale=(1, 3))
    assert round(agreement.s_score(*filled, scale=(1, 3)), 3) == -0.203
    assert agreement.s_score(*pair, scale=(1, 3)).observations < pair.shape[1]


@needs_unga
def test_an_assembly_takes_little_memory():
    """All pairs of 200 states on 6,203 items, in a process of its own."""
    code = (
        "import resource, numpy as np\n"
        "from stancekit.measures import agreement as a\n"
        "v = np.random.default_rng(0).choice([1., 2., 3., np.nan], (200, 6203))\n"
        "a.pairwise(v, a.s_score, scale=(1, 3)); a.pairwise(v, a.kappa)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 2**20  # KiB: half of the 2 GiB allowed


def test_a_snapshot_brings_its_names_and_its_scale():
    world = Dossier(
        "case",
        actors=[Actor("CUB"), Actor("DNK"), Actor("NOR")],
        contests=[Contest("seat")],
        claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
        stances=[
            Stance("CUB", "a", "rejects"),
            Stance("CUB", "b", "recognises"),
            Stance("DNK", "a", "recognises"),
            Stance("DNK", "b", "rejects"),
        ],
    ).at("2019-04-30")
    found = agreement.pairwise(world, agreement.s_score)
    assert found.rows[:3] == ("CUB", "DNK", "NOR")
    assert found.pair("CUB", "DNK") == -0.75
    assert found.pair("CUB", "NOR").reason == "no shared item"
    with pytest.raises(UnknownNameError, match="did you mean 'CUB'"):
        found.pair("CUBA", "DNK")


# refusals


@pytest.mark.parametrize(
    ("positions", "options", "message"),
    [
        ([1, 2, 3], {}, "shape"),
        ([[1, math.inf]], {}, "infinite"),
        ([["yes", "no"]], {}, "cannot be read"),
        ([[1, 2, 5]], {"scale": (1, 3)}, "5.0, outside the declared scale"),
        ([[1, 2, 3]], {"scale": (3, 1)}, "low < high"),
        ([[1, 2, 3]], {"scale": (1, math.nan)}, "low < high"),
        ([[1, 2, 3]], {"weights": [1, 2]}, "weights of shape"),
        ([[1, 2, 3]], {"weights": [1, 2, -1]}, "0 or more"),
        ([[1, 2, 3]], {"weights": [1, 2, math.nan]}, "0 or more"),
    ],
)
def test_refuses(positions, options, message):
    with pytest.raises(InputError, match=message):
        agreement.pairwise(positions, agreement.raw, **options)
    with pytest.raises(InputError, match=message):
        agreement.alpha(positions, Metric.NOMINAL, **options)


def test_s_needs_a_declared_scale():
    for statistic in (agreement.s_score, agreement.s_score_squared):
        with pytest.raises(InputError, match="none is declared"):
            statistic([1, 2], [2, 3])


def test_refuses_what_does_not_fit_together():
    with pytest.raises(InputError, match="2 items were to be compared with positions on 3"):
        agreement.raw([1, 2], [1, 2, 3])
    with pytest.raises(InputError, match="one actor"):
        agreement.raw([[1, 2]], [1, 2])
    with pytest.raises(InputError, match=r"Metric\.ORDINAL"):
        agreement.alpha([[1, 2]], "ratio")
    with pytest.raises(InputError, match="at least one draw"):
        agreement.interval([[1, 2]], agreement.raw, draws=0)
    with pytest.raises(InputError, match="between 0 and 1"):
        agreement.interval([[1, 2]], agreement.raw, coverage=95)


def test_a_function_of_ones_own():
    def both_high(x, y):
        return float(np.mean((x == 3) & (y == 3)))

    votes_ = [[3, 3, None], [3, 1, 3]]
    found = agreement.pairwise(votes_, both_high)
    assert found.pair("0", "1") == 0.5
    assert found.statistic == "both_high"
    with pytest.raises(InputError, match="leave the weights out"):
        agreement.pairwise(votes_, both_high, weights=[1, 2, 1])
    with pytest.raises(InputError, match="not a statistic of this module"):
        agreement.interval(votes_, both_high)
    with pytest.raises(InputError, match="they are raw, s_score"):
        agreement.pairwise_each(votes_, [both_high])


def test_an_agreement_is_a_number():
    found = Agreement(0.25, 8)
    assert found + 0.25 == 0.5
    assert f"{found:.1f}" == "0.2"
    assert repr(Agreement(math.nan, 0, "no shared item")).endswith("reason='no shared item')")
