"""Intervals and tests of agreement: by hand, by their coverage, by their fairness."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from agreement_cases import each

from stancekit.measures import agreement

# laws


def test_a_seed_fixes_the_draws_and_the_global_state_stays():
    votes_ = np.random.default_rng(3).integers(1, 4, (3, 40)).astype(float)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    for rng in (0, 1, 2**31):
        first = agreement.interval(votes_, agreement.kappa, draws=50, rng=rng)
        assert first == agreement.interval(votes_, agreement.kappa, draws=50, rng=rng)
        assert first == agreement.interval(
            votes_, agreement.kappa, draws=50, rng=np.random.default_rng(rng)
        )
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


@each
def test_bootstrap_equals_resampling_by_hand(statistic):
    generator = np.random.default_rng(5)
    votes_ = generator.integers(1, 4, (3, 25)).astype(float)
    votes_[generator.random(votes_.shape) < 0.2] = np.nan
    weights = generator.integers(1, 4, 25).astype(float)
    found = agreement.interval(
        votes_, statistic, scale=(1, 3), weights=weights, draws=60, coverage=0.8, rng=9
    )
    again, drawn = np.random.default_rng(9), []
    for _ in range(60):
        items = again.integers(0, 25, 25)
        drawn.append(
            agreement.pairwise(
                votes_[:, items], statistic, scale=(1, 3), weights=weights[items]
            ).values
        )
    np.testing.assert_array_equal(found.undefined, np.isnan(drawn).sum(axis=0))
    np.testing.assert_allclose(found.lower, np.nanquantile(drawn, 0.1, axis=0), atol=1e-12)
    np.testing.assert_allclose(found.upper, np.nanquantile(drawn, 0.9, axis=0), atol=1e-12)


def test_bootstrap_with_many_levels():
    generator = np.random.default_rng(5)
    x = generator.normal(size=60)
    positions = np.stack([x, x + generator.normal(size=60) / 4])
    for statistic in (agreement.tau_b, agreement.kappa_linear):
        found = agreement.interval(positions, statistic, draws=100)
        assert found.lower[0, 1] < found.values[0, 1] < found.upper[0, 1]


def test_the_interval_covers_about_as_often_as_it_says():
    generator, inside = np.random.default_rng(11), 0
    for _ in range(200):  # two actors that agree with probability 0.7
        x = generator.integers(0, 2, 100)
        y = np.where(generator.random(100) < 0.7, x, 1 - x)
        found = agreement.interval([x, y], agreement.raw, draws=200, coverage=0.9, rng=generator)
        inside += found.lower[0, 1] <= 0.7 <= found.upper[0, 1]
    assert 165 <= inside <= 195


@each
@pytest.mark.parametrize("weights", [None, [1, 1, 1, 1, 1, 2]])
def test_permutation_of_few_items_approaches_all_orders(statistic, weights):
    x, y = [1, 1, 2, 3, 3, 1], [1, 2, 2, 3, 1, 3]
    options = {"scale": (1, 3), "weights": weights}
    found = agreement.permutation_test([x, y], statistic, **options, draws=2000)
    orders = sorted(set(itertools.permutations(y)))
    all_ = np.array([statistic(x, order, **options) for order in orders])
    here = float(found.values[0, 1])
    assert found.more[0, 1] == pytest.approx((all_ >= here - 1e-12).mean(), abs=0.05)
    assert found.less[0, 1] == pytest.approx((all_ <= here + 1e-12).mean(), abs=0.05)
    assert found.expected[0, 1] == pytest.approx(all_.mean(), abs=0.05)


def test_permutation_is_fair_when_there_is_nothing():
    generator = np.random.default_rng(2)
    votes_ = generator.integers(1, 4, (20, 60)).astype(float)
    found = agreement.permutation_test(votes_, agreement.kappa, draws=199, rng=1)
    p = found.more[np.triu_indices(20, 1)]
    assert 0.02 <= (p <= 0.1).mean() <= 0.2
    empty = agreement.permutation_test([[1, math.nan], [math.nan, 1]], agreement.raw, draws=9)
    assert np.isnan(empty.more[0, 1])
    assert empty.more[0, 0] == 1
    many = agreement.permutation_test(generator.normal(size=(2, 30)), agreement.tau_b, draws=50)
    assert 0 < many.more[0, 1] <= 1
