"""Krippendorff's alpha: its definition, foreign values, and what does not change it."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from agreement_cases import item_weights, matrices, needs_oracles, reference_votes
from hypothesis import given
from hypothesis import strategies as st

from stancekit.measures import agreement
from stancekit.measures.agreement import Metric

# laws


def alpha_by_definition(positions, metric):
    """Krippendorff's alpha from the coincidence table, in fractions."""
    units = [[Fraction(v) for v in column if not math.isnan(v)] for column in positions.T]
    units = [unit for unit in units if len(unit) > 1]
    levels = sorted({v for unit in units for v in unit})
    together = {(a, b): Fraction(0) for a in levels for b in levels}
    for unit in units:
        for i, j in itertools.permutations(range(len(unit)), 2):
            together[unit[i], unit[j]] += Fraction(1, len(unit) - 1)
    held = {a: sum(together[a, b] for b in levels) for a in levels}
    total = sum(held.values())

    def apart(a, b):
        if metric is Metric.NOMINAL:
            return Fraction(a != b)
        if metric is Metric.INTERVAL:
            return (a - b) ** 2
        low, high = min(a, b), max(a, b)
        between = sum(held[v] for v in levels if low <= v <= high)
        return (between - (held[a] + held[b]) / 2) ** 2

    expected = sum(held[a] * held[b] * apart(a, b) for a in levels for b in levels)
    if not expected:
        return None
    observed = sum(together[a, b] * apart(a, b) for a in levels for b in levels)
    return float(1 - (total - 1) * observed / expected)


@given(
    positions=matrices(st.sampled_from([-1.0, -0.75, 0.0, 0.5, 1.0, math.nan])),
    metric=st.sampled_from(Metric),
)
def test_alpha_equals_its_definition(positions, metric):
    found = agreement.alpha(positions, metric)
    exact = alpha_by_definition(positions, metric)
    if exact is None:
        assert math.isnan(found)
        assert found.reason == ("constant data" if found.observations else "no shared item")
    else:
        assert found == pytest.approx(exact, abs=1e-10)


def test_alpha_of_more_levels_than_fit_in_16_bits():
    x = np.random.default_rng(4).permutation(40_000).astype(float)
    assert agreement.alpha([x, x], Metric.NOMINAL) == 1
    assert agreement.alpha([x, x], Metric.ORDINAL) == 1
    assert agreement.alpha([x, x + 0.5], Metric.INTERVAL) == pytest.approx(1, abs=1e-6)


@given(positions=matrices(), metric=st.sampled_from(Metric), data=st.data())
def test_alpha_has_no_order_and_relative_weights(positions, metric, data):
    weights = data.draw(item_weights(positions.shape[1]))
    found = agreement.alpha(positions, metric, weights=weights)
    again = agreement.alpha(positions[::-1], metric, weights=[5 * w for w in weights])
    assert found == pytest.approx(again, abs=1e-10, nan_ok=True)
    assert found.observations == again.observations


# oracles


@needs_oracles
@pytest.mark.parametrize(
    ("metric", "value"),
    [
        (Metric.NOMINAL, 0.09226412677474893),
        (Metric.ORDINAL, 0.08288125126027812),
        (Metric.INTERVAL, 0.09045457586824823),
    ],
)
def test_alpha_of_ten_states_as_in_the_package_krippendorff(metric, value):
    """krippendorff 0.9.0 on the same votes."""
    assert agreement.alpha(reference_votes()[1], metric) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    ("metric", "published", "value"),
    [
        (Metric.NOMINAL, 0.743, 0.743421052631579),
        (Metric.ORDINAL, 0.815, 0.8153875037548814),
        (Metric.INTERVAL, 0.849, 0.8491071428571428),
    ],
)
def test_alpha_of_krippendorffs_own_example(metric, published, value):
    """Four observers, twelve units: the worked example of "Computing Krippendorff's
    Alpha-Reliability" (2011), sections C and D.

    The data are in the documentation of kripp.alpha in the R package irr as "the C data"
    (https://rdrr.io/pkg/irr/man/kripp.alpha.html), nominal alpha to twelve digits in the test
    of nltk.metrics.agreement; all three digit by digit from krippendorff 0.9.0.
    """
    none = None
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, none, none, none],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, none, 3],
        [none, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, none],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, none],
    ]
    found = agreement.alpha(observers, metric)
    assert found == pytest.approx(value, abs=1e-12)
    assert round(found, 3) == published
    assert found.observations == 40
