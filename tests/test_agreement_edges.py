"""Agreement and cohesion at the edges of floating point, and of what callers may hand over."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from agreement_cases import each
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.measures import agreement, cohesion
from stancekit.measures.agreement import Metric

CORRECTED = (
    agreement.kappa,
    agreement.kappa_linear,
    agreement.kappa_quadratic,
    agreement.scott_pi,
    agreement.scott_pi_linear,
    agreement.scott_pi_quadratic,
)

#: Weights that no float sum holds side by side.
uneven = st.sampled_from([0.0, 1.0, 3.0, 1e-20, 1e-50, 1e40])


def exactly(name, x, y, weights):
    """A chance-corrected statistic in fractions; None if undefined."""
    items = [(Fraction(a), Fraction(b), Fraction(w)) for a, b, w in zip(x, y, weights) if w]
    total = sum(w for *_, w in items)
    exponent = 1 if name.endswith("linear") else 2 if name.endswith("quadratic") else 0

    def apart(a, b):
        return abs(a - b) ** exponent if exponent else Fraction(a != b)

    left, right = [(a, w) for a, _, w in items], [(b, w) for _, b, w in items]
    if name.startswith("scott"):
        left = right = left + right
    weight = sum(w for _, w in left) * sum(w for _, w in right)
    expected = sum(v * w * apart(a, b) for a, v in left for b, w in right)
    if not expected:
        return None
    return float(1 - sum(w * apart(a, b) for a, b, w in items) / total * weight / expected)


# --- laws -------------------------------------------------------------------


@pytest.mark.parametrize("statistic", CORRECTED, ids=lambda f: f.__name__)
@settings(max_examples=40)
@given(rows=st.lists(st.tuples(*[st.sampled_from([1, 2, 3])] * 2, uneven), max_size=7))
def test_a_rare_position_is_not_lost_beside_a_heavy_one(statistic, rows):
    x, y, weights = zip(*rows, strict=True) if rows else ((), (), ())
    exact = exactly(statistic.__name__, x, y, weights)
    found = statistic(x, y, weights=weights)
    assert -1 <= found <= 1 or math.isnan(found)
    assert found == pytest.approx(math.nan if exact is None else exact, abs=1e-12, nan_ok=True)
    assert found.reason == (
        "" if exact is not None else "constant data" if any(weights) else "no shared item"
    )


@each
@given(data=st.data())
@settings(max_examples=40)
def test_nothing_leaves_its_range(statistic, data):
    levels = data.draw(st.lists(st.floats(0, 1), min_size=2, max_size=4, unique=True))
    items = st.lists(st.sampled_from(levels), min_size=6, max_size=6)
    x, y = data.draw(items), data.draw(items)
    weights = data.draw(st.none() | st.lists(st.floats(0.01, 1), min_size=6, max_size=6))
    found = statistic(x, y, scale=(0, 1), weights=weights)
    assert math.isnan(found) or (0 if statistic is agreement.raw else -1) <= found <= 1


# --- oracles ----------------------------------------------------------------


def test_two_light_items_still_order_a_pair():
    # one pair of items is untied for each, and it is not the same one
    found = agreement.tau_b([1, 2, 2], [2, 1, 2], weights=[1e-90, 1e-90, 1])
    assert found == pytest.approx(0.0, abs=1e-12)
    assert agreement.tau_b([1, 2, 2], [1, 3, 3], weights=[1e-99, 1, 1]) == 1.0


@pytest.mark.parametrize("metric", Metric)
def test_alpha_of_the_widest_and_the_rarest(metric):
    wide = [[-1.7e308, 1.7e308, 0.0], [-1.7e308, 1.7e308, 1.7e308]]
    plain = [[-1, 1, 0], [-1, 1, 1]]
    with np.errstate(all="raise"):
        assert agreement.alpha(wide, metric) == pytest.approx(agreement.alpha(plain, metric))
    # two items of which one hardly counts: perfect agreement all the same
    assert agreement.alpha([[1, 2], [1, 2]], metric, weights=[1, 1e-60]) == 1.0


def test_cohesion_of_any_size():
    assert cohesion.agreement_index(1e308, 1e308, 1e308) == 0
    assert cohesion.rice(1.5e308, 0.5e308) == 0.5
    assert cohesion.agreement_index(5e-324, 0, 0) == 1
    with np.errstate(all="raise"):
        assert cohesion.esteban_ray([1, 1], [-1.7e308, 1.7e308]) == pytest.approx(0.85e308)
    tenths = cohesion.agreement_index([0.1, 0.3], [0.1, 0.3], [0.1, 0.3])
    assert ((tenths >= 0) & (tenths < 1e-15)).all()


# --- refusals ---------------------------------------------------------------


@pytest.mark.parametrize("scale", [3, True, (1,), (1, 2, 3), "1,3", [[1, 2], [3, 4]], (1j, 2)])
def test_a_scale_is_two_numbers(scale):
    for ask in (
        lambda: agreement.raw([1, 2], [1, 2], scale=scale),
        lambda: agreement.absence_as_middle([[1, 2]], scale=scale),
    ):
        with pytest.raises(InputError, match=r"a scale is \(low, high\) with low < high"):
            ask()
    with pytest.raises(InputError, match="scale=None; the middle"):
        agreement.absence_as_middle([[1, 2]], scale=None)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda x: agreement.raw(x, x, weights="ab"), "weights cannot be read as numbers"),
        (lambda x: agreement.raw(x, x, weights=[1, math.inf]), "one of them inf"),
        (lambda x: agreement.raw(x, x, weights=[1, 1e-300]), "from 1e-300 to 1.0; the lightest"),
        (lambda x: agreement.raw([1 + 2j], [1]), "of type complex128"),
        (lambda x: agreement.pairwise([x], None), "statistic=None; accepted are"),
        (lambda x: agreement.pairwise([x], [agreement.raw]), "statistic=.*; accepted are"),
        (lambda x: agreement.pairwise_each([x], agreement.raw), "statistics=.*; accepted are"),
        (lambda x: agreement.pairwise_each([x], [None]), "None is not a statistic of this module"),
        (lambda x: agreement.interval([x], [], draws=9), "is not a statistic of this module"),
        (lambda x: agreement.interval([x], agreement.raw, draws=1.5), "draws=1.5; at least one"),
        (lambda x: agreement.interval([x], agreement.raw, draws=True), "draws=True; at least one"),
        (lambda x: agreement.permutation_test([x], agreement.raw, draws="9"), "draws='9'; at"),
        (lambda x: agreement.interval([x], agreement.raw, coverage="95%"), "coverage='95%'"),
        (lambda x: agreement.pairwise([x], agreement.raw).pair(0, 0), "actor=0; .* such as '0'"),
        (lambda x: cohesion.agreement_index(x, [1, 2, 3], 1), r"votes have shapes \(2,\) and"),
        (lambda x: cohesion.rice(1j, 1), "of type complex128"),
        (lambda x: cohesion.esteban_ray(x, "ab"), "positions cannot be read as numbers"),
        (lambda x: cohesion.esteban_ray(x, x, alpha="1"), "alpha='1'"),
    ],
)
def test_what_is_no_number_is_named(ask, message):
    with pytest.raises(InputError, match=message):
        ask([1, 2])


def test_a_number_of_draws_may_come_from_numpy():
    found = agreement.interval([[1, 2], [1, 2]], agreement.raw, draws=np.int8(20))
    assert found.draws == 20
