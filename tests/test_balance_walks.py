"""Cycles of a length, closed walks, the signed Laplacian: laws, oracles, refusals."""

import importlib
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.signed.balance import algebraic_conflict, cycles, triangles, walks
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import frustration
from stancekit.testing.graphs import (
    balanced_graphs,
    dense_signed_graphs,
    signed_graphs,
    unbalanced_graphs,
    weighted_graphs,
)

few = settings(max_examples=60, deadline=None)

# --- laws -------------------------------------------------------------------------------------


@few
@given(balanced_graphs())
def test_balance_is_recognised_by_every_measure(graph):
    assert walks(graph).degree == pytest.approx(1)
    assert (algebraic_conflict(graph).by_component == 0).all()
    assert all(cycles(graph, k).unbalanced == 0 for k in (3, 4, 5))


@few
@given(unbalanced_graphs())
def test_imbalance_is_recognised(graph):
    assert walks(graph).degree < 1
    assert algebraic_conflict(graph).by_component.max() > 1e-9


@few
@given(dense_signed_graphs(), st.data())
def test_switching_changes_nothing(graph, data):
    camp = data.draw(st.sets(st.sampled_from(range(graph.order)))) if graph.order else set()
    other = graph.switched(camp)
    assert walks(graph).by_vertex == pytest.approx(walks(other).by_vertex)
    conflict = algebraic_conflict(graph).by_component
    assert conflict == pytest.approx(algebraic_conflict(other).by_component, abs=1e-9)
    assert [cycles(graph, k) for k in (3, 4, 5)] == [cycles(other, k) for k in (3, 4, 5)]


@few
@given(weighted_graphs())
def test_the_conflict_of_a_connected_graph_bounds_its_frustration(graph):
    conflict = algebraic_conflict(graph)
    if len(conflict.by_component) == 1:
        assert conflict.least * graph.order <= 4 * frustration(graph).upper + 1e-9


# --- oracles ----------------------------------------------------------------------------------


def by_hand(graph, length):
    """Every ring of different vertices, each once."""
    sign = {tuple(e): int(s) for e, s in zip(graph.edges.tolist(), graph.signs)}
    total = balanced = 0
    for first, *rest in itertools.permutations(range(graph.order), length):
        if first > min(rest) or rest[0] > rest[-1]:
            continue
        ring = [first, *rest, first]
        signs = [sign.get((min(p), max(p))) for p in itertools.pairwise(ring)]
        if None not in signs:
            total += 1
            balanced += int(np.prod(signs) > 0)
    return total, balanced


@few
@given(dense_signed_graphs(max_order=6), st.sampled_from([3, 4, 5]))
def test_cycles_are_those_of_the_definition(graph, length):
    found = cycles(graph, length)
    assert (found.total, found.balanced) == by_hand(graph, length)


@given(signed_graphs(max_order=10))
def test_cycles_of_three_are_triangles(graph):
    assert cycles(graph, 3).balanced == triangles(graph).balanced


@few
@given(weighted_graphs(max_order=6), st.sampled_from([0.5, 1.0]))
def test_walks_are_those_of_the_series(graph, beta):
    signed = graph.adjacency().toarray()
    top, bottom = (np.eye(graph.order) for _ in range(2))
    one, other = top.copy(), bottom.copy()
    for k in range(1, 60):
        one, other = one @ signed * beta / k, other @ abs(signed) * beta / k
        top, bottom = top + one, bottom + other
    found = walks(graph, beta=beta)
    assert found.by_vertex == pytest.approx(np.diag(top) / np.diag(bottom))
    if graph.order:
        assert found.degree == pytest.approx(np.trace(top) / np.trace(bottom))


def test_sampled_walks_agree_with_exact_ones(monkeypatch):
    module = importlib.import_module("stancekit.signed.balance.walks")
    generator = np.random.default_rng(0)
    pairs = np.array(list(itertools.combinations(range(120), 2)))
    pairs = pairs[generator.random(len(pairs)) < 0.05]
    graph = SignedGraph.from_arrays(120, pairs, generator.choice([-1, 1], len(pairs)))
    exact, conflict = walks(graph, beta=0.5), algebraic_conflict(graph)
    monkeypatch.setattr(module, "_DENSE", 50)
    sampled = walks(graph, beta=0.5)
    assert sampled.error > 0
    assert abs(sampled.degree - exact.degree) < 4 * sampled.error
    assert np.isnan(sampled.by_vertex).all()
    assert algebraic_conflict(graph).least == pytest.approx(conflict.least, rel=1e-6)


@pytest.mark.parametrize("n", [3, 4, 7])
def test_all_rivals_have_known_values(n):
    graph = SignedGraph.from_edges(n, [(*p, -1) for p in itertools.combinations(range(n), 2)])
    assert algebraic_conflict(graph).least == pytest.approx(n - 2)
    top = (n - 1) * np.exp(1) + np.exp(1 - n)
    assert walks(graph).degree == pytest.approx(top / ((n - 1) * np.exp(-1) + np.exp(n - 1)))


def test_nobody_is_there():
    nobody = SignedGraph.from_edges(0, [])
    assert np.isnan(algebraic_conflict(nobody).least)
    assert walks(nobody).degree == 1
    assert cycles(nobody, 4).total == 0
    assert np.isnan(cycles(nobody, 4).share_balanced)


def test_a_component_far_below_another_keeps_its_own_balance():
    """e to the minus 950 is no number; the triangle's own walks do not care."""
    allies = [(u, v, 50) for u in range(20) for v in range(u)]
    rivals = [(20, 21, -1), (21, 22, -1), (20, 22, -1)]
    found = walks(SignedGraph.from_edges(24, allies + rivals))
    alone = walks(SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)]))
    assert found.by_vertex[20:23] == pytest.approx(alone.by_vertex)
    assert (found.by_vertex[:20] == 1).all()
    assert found.by_vertex[23] == 1
    assert found.degree == 1  # to rounding


@pytest.mark.parametrize("weight", [1e-300, 1e12, 1.7e308])
def test_a_balanced_graph_is_balanced_whatever_its_weights(weight):
    with np.errstate(all="raise"):
        allies = SignedGraph.from_edges(4, [(0, 1, weight), (1, 2, -weight), (0, 2, -weight)])
        assert (walks(allies).by_vertex == 1).all()
        rivals = SignedGraph.from_edges(3, [(0, 1, -weight), (1, 2, -weight), (0, 2, -weight)])
        assert algebraic_conflict(rivals).least / weight == pytest.approx(1)


def test_the_conflict_of_a_long_ring_is_found_at_once():
    n = 10_000  # Lanczos alone takes minutes: the eigenvalues crowd at zero
    ring = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)
    signs = np.where(np.arange(n) == 0, -1, 1)
    found = algebraic_conflict(SignedGraph.from_arrays(n, ring, signs)).least
    assert found == pytest.approx(4 * np.sin(np.pi / (2 * n)) ** 2, rel=1e-6)


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [2, 6, 3.5])
def test_refuses_lengths(length):
    with pytest.raises(InputError, match="length"):
        cycles(SignedGraph.from_edges(0, []), length)


@pytest.mark.parametrize("beta", [0, -1, float("nan"), float("inf")])
def test_refuses_beta(beta):
    with pytest.raises(InputError, match="beta"):
        walks(SignedGraph.from_edges(0, []), beta=beta)


def test_refuses_exponents_that_rounding_would_decide():
    rivals = SignedGraph.from_edges(3, [(0, 1, -1e9), (1, 2, -1e9), (0, 2, -1e9)])
    with pytest.raises(InputError, match=r"up to 2e\+09; beyond 1e\+06 rounding would decide"):
        walks(rivals)
    assert walks(rivals, beta=1e-9).degree == pytest.approx(0.6858, abs=1e-4)
