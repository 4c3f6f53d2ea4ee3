"""Seeds and generators: the same draws as numpy's, and nothing that nobody could repeat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit.chance import generator_of, seed_of
from stancekit.errors import InputError
from stancekit.measures import agreement, doctrines
from stancekit.records.dossier import Dossier
from stancekit.signed import dynamics, nulls, partition
from stancekit.signed.graph import SignedGraph

# laws


@given(st.integers(0, 2**130))
def test_a_seed_gives_the_draws_that_it_gives_in_numpy(seed):
    assert generator_of(seed).random() == np.random.default_rng(seed).random()
    assert seed_of(seed) == seed


def test_a_generator_is_moved_on():
    given_, own = np.random.default_rng(3), np.random.default_rng(3)
    assert generator_of(given_) is given_
    assert [generator_of(given_).random() for _ in "ab"] == own.random(2).tolist()


@given(st.integers(0, 2**31 - 1), st.sampled_from([np.int32, np.uint64, np.int64]))
def test_whole_numbers_of_numpy_are_seeds(seed, kind):
    assert generator_of(kind(seed)).random() == generator_of(seed).random()


# refusals

TORN = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)])
TABLE = np.array([[1.0, -1.0], [-1.0, 1.0]])
DAY = Dossier("empty").at("2019-12-31")
VERBS = (
    partition.frustration,
    partition.optima,
    partition.clusters,
    lambda graph, rng: partition.frustrations([graph], rng=rng),
    lambda graph, rng: partition.blocks(graph, [[1, -1], [-1, 1]], rng=rng),
    lambda graph, rng: dynamics.cascade(graph, np.full(3, 0.5), rng=rng),
    nulls.shuffle_signs,
    nulls.exchange_signs,
    nulls.signed_rewire,
    lambda graph, rng: nulls.fit_signs(graph)(graph, rng=rng),
    lambda graph, rng: nulls.shuffle_rows(TABLE, rng=rng),
    lambda graph, rng: nulls.exchange_table(TABLE, rng=rng),
    lambda graph, rng: nulls.rewire_table(TABLE, rng=rng),
    lambda graph, rng: nulls.test(graph, len, nulls.shuffle_signs, draws=1, rng=rng),
    lambda graph, rng: agreement.interval(TABLE, agreement.raw, draws=1, rng=rng),
    lambda graph, rng: agreement.permutation_test(TABLE, agreement.raw, draws=1, rng=rng),
    lambda graph, rng: doctrines.adherence(DAY, doctrines.territorial_integrity, rng=rng),
)


@pytest.mark.parametrize("rng", [-1, 1.0, True, None, "abc", np.nan, [1], np.random.RandomState(0)])
@pytest.mark.parametrize("verb", VERBS)
def test_what_is_no_seed_is_refused_by_its_value(verb, rng):
    with pytest.raises(InputError, match=r"rng=.*accepted are a whole number from 0"):
        verb(TORN, rng=rng)
