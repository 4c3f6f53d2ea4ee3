"""All optimal camps of weighted graphs, against trying every pair of camps in fractions."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import Verdict, optima, rational

heavy = st.sampled_from([1, 2, 127, 128, 300, 1001, 0.25, 1 / 3, 2.0**40]).flatmap(
    lambda weight: st.sampled_from([weight, -weight])
)


@st.composite
def weighted(draw):
    order = draw(st.integers(0, 7))
    pairs = list(itertools.combinations(range(order), 2))
    values = draw(st.lists(st.none() | heavy, min_size=len(pairs), max_size=len(pairs)))
    return SignedGraph.from_edges(
        order, [(u, v, x) for (u, v), x in zip(pairs, values, strict=True) if x is not None]
    )


def by_trying(graph):
    """Every best pair of camps, the first vertex of each component on side +1."""
    label = graph.components()
    first = np.unique(label, return_index=True)[1]
    weight = [rational(x) for x in graph.weights.tolist()]
    found = {}
    for side in itertools.product((1, -1), repeat=graph.order):
        camps = np.array(side, dtype=np.int64)
        camps *= camps[first][label]
        torn = graph.frustrated(camps)
        cost = sum((w for w, bad in zip(weight, torn, strict=True) if bad), Fraction(0))
        found.setdefault(cost, set()).add(tuple(camps.tolist()))
    return min(found), found[min(found)]


# --- laws -------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(weighted())
def test_optima_are_those_of_trying_all(graph):
    least, best = by_trying(graph)
    found = optima(graph, limit=1000)
    if found.frustration.loss:  # bounds only, where the weights are no whole units
        return
    assert Fraction(found.frustration.certificate.upper) == least
    assert found.is_complete
    assert found.count == len(best)
    assert {tuple(camps) for camps in found.camps.tolist()} == best
    torn = np.array([graph.frustrated(camps) for camps in best]).reshape(len(best), graph.size)
    for k, verdict in enumerate(found.ties.tolist()):
        share = torn[:, k].mean()
        assert Verdict(verdict).name == {0: "NEVER", 1: "ALWAYS"}.get(share, "SOMETIMES")


# --- oracles ----------------------------------------------------------------


def test_weights_beyond_a_byte():
    graph = SignedGraph.from_edges(4, [(0, 1, 300), (0, 2, 1001), (0, 3, -1001), (2, 3, 1001)])
    found = optima(graph)
    assert found.frustration.upper == 1001
    assert found.count == 3
