"""Certificates of balance and the triangle census: laws, oracles, refusals."""

import itertools

import networkx
import numpy as np
import pytest
from hypothesis import find, given, settings

from stancekit.signed.balance import Camps, NegativeCycle, certificate, triangles
from stancekit.signed.graph import SignedGraph
from stancekit.testing.graphs import (
    balanced_graphs,
    dense_signed_graphs,
    signed_graphs,
    unbalanced_graphs,
)

# --- laws -------------------------------------------------------------------------------------


@given(signed_graphs(max_order=12))
def test_every_certificate_proves_its_claim(graph):
    assert certificate(graph).proves(graph)


@given(dense_signed_graphs())
def test_every_certificate_of_a_dense_graph_proves_its_claim(graph):
    assert certificate(graph).proves(graph)


@given(balanced_graphs())
def test_balanced_by_construction_is_recognised(graph):
    found = certificate(graph)
    assert isinstance(found, Camps)
    firsts = np.unique(graph.components(), return_index=True)[1]
    assert (found.side[firsts] == 1).all()


@given(unbalanced_graphs())
def test_unbalanced_by_construction_is_recognised(graph):
    assert isinstance(certificate(graph), NegativeCycle)


@given(dense_signed_graphs())
def test_the_census_adds_up(graph):
    census = triangles(graph)
    four = [census.ppp, census.ppm, census.pmm, census.mmm]
    assert (census.by_vertex.sum(axis=0) == 3 * np.array(four)).all()
    assert (census.by_edge.sum(axis=0) == 3 * np.array(four)).all()
    assert len(census.vertices) == census.total == census.balanced + census.unbalanced


@given(dense_signed_graphs())
def test_switching_keeps_balanced_triangles_balanced(graph):
    before, after = triangles(graph), triangles(graph.switched(range(0, graph.order, 2)))
    assert (before.balanced, before.unbalanced) == (after.balanced, after.unbalanced)


# --- oracles ----------------------------------------------------------------------------------


def by_hand(graph):
    sign = {tuple(e): int(s) for e, s in zip(graph.edges.tolist(), graph.signs)}
    counts, listed = [0, 0, 0, 0], []
    for a, b, c in itertools.combinations(range(graph.order), 3):
        sides = [sign.get(p) for p in ((a, b), (a, c), (b, c))]
        if None not in sides:
            counts[sides.count(-1)] += 1
            listed.append([a, b, c])
    return counts, listed


@given(dense_signed_graphs())
def test_the_census_is_the_definition(graph):
    census = triangles(graph)
    counts, listed = by_hand(graph)
    assert [census.ppp, census.ppm, census.pmm, census.mmm] == counts
    assert census.vertices.tolist() == listed


@given(dense_signed_graphs())
def test_the_census_by_vertex_and_by_edge_is_the_definition(graph):
    census = triangles(graph)
    vertex = np.zeros((graph.order, 4), dtype=int)
    edge = np.zeros((graph.size, 4), dtype=int)
    for a, b, c in by_hand(graph)[1]:
        rows = [graph.edge_index(*pair) for pair in ((a, b), (a, c), (b, c))]
        kind = int((graph.signs[rows] < 0).sum())
        vertex[[a, b, c], kind] += 1
        edge[rows, kind] += 1
    assert census.by_vertex.tolist() == vertex.tolist()
    assert census.by_edge.tolist() == edge.tolist()


@pytest.mark.parametrize("part", [{"_ROOM": 1, "_WEDGES": 1}, {"_SHIFT": 1}, {"_SHIFT": 2}])
def test_the_census_in_parts_is_the_census(monkeypatch, part):
    generator = np.random.default_rng(1)
    pairs = np.array(list(itertools.combinations(range(30), 2)))
    pairs = pairs[generator.random(len(pairs)) < 0.7]
    graph = SignedGraph.from_arrays(30, pairs, generator.choice([-1, 1], len(pairs)))
    counts, listed = by_hand(graph)
    for name, value in part.items():
        monkeypatch.setattr(f"stancekit.signed.balance.census.{name}", value)
    census = triangles(graph)
    assert [census.ppp, census.ppm, census.pmm, census.mmm] == counts
    assert census.vertices.tolist() == listed


def test_the_census_agrees_with_networkx_on_a_skewed_graph():
    generator = np.random.default_rng(4)
    peer = networkx.barabasi_albert_graph(400, 6, seed=4)
    pairs = np.array(peer.edges)
    graph = SignedGraph.from_arrays(400, pairs, generator.choice([-1, 1], len(pairs)))
    census = triangles(graph)
    assert census.total == sum(networkx.triangles(peer).values()) // 3
    assert census.by_vertex.sum(axis=1).tolist() == [
        networkx.triangles(peer)[x] for x in range(400)
    ]


@pytest.mark.parametrize("n", range(1, 9))
def test_all_rivals_make_only_all_negative_triangles(n):
    graph = SignedGraph.from_edges(n, [(u, v, -1) for v in range(n) for u in range(v)])
    assert triangles(graph).mmm == n * (n - 1) * (n - 2) // 6
    assert np.isnan(triangles(graph).share_balanced) == (n < 3)


def test_a_long_negative_ring_is_its_own_witness():
    n = 20_000
    ring = [(k, k + 1, 1) for k in range(n - 1)] + [(n - 1, 0, -1)]
    found = certificate(SignedGraph.from_edges(n, ring))
    assert isinstance(found, NegativeCycle)
    assert len(found.vertices) == n


def test_an_unbalanced_graph_shrinks_to_a_triangle():
    found = find(
        signed_graphs(),
        lambda g: isinstance(certificate(g), NegativeCycle),
        settings=settings(max_examples=2000, database=None),
    )
    assert (found.order, found.size) == (3, 3)


def plainly(function):
    return function


@given(dense_signed_graphs())
@settings(max_examples=40)
def test_loops_and_products_count_the_same(graph):
    # numba compiles these very loops; here they run as they are.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stancekit.signed.balance.census.worth", lambda steps: True)
        patch.setattr("stancekit.signed.balance.census.compiled", plainly)
        loops = triangles(graph)
        told = loops.vertices.tolist(), loops.by_edge.tolist(), loops.by_vertex.tolist()
    products = triangles(graph)
    assert loops == products
    assert told == (
        products.vertices.tolist(),
        products.by_edge.tolist(),
        products.by_vertex.tolist(),
    )


def test_compiled_loops_and_products_count_the_same(monkeypatch):
    pytest.importorskip("numba")
    generator = np.random.default_rng(5)
    pairs = np.array(networkx.barabasi_albert_graph(3000, 8, seed=5).edges)
    graph = SignedGraph.from_arrays(3000, pairs, generator.choice([-1, 1], len(pairs)))
    products = triangles(graph)
    expected = products.vertices
    monkeypatch.setattr("stancekit.signed.balance.fast._WORTH", -1)
    assert triangles(graph) == products
    assert (products.vertices == expected).all()


# --- refusals ---------------------------------------------------------------------------------

ALLIES = SignedGraph.from_edges(4, [(0, 1, 1), (1, 2, 1), (0, 2, 1)])
RIVALS = SignedGraph.from_edges(4, [(0, 1, -1), (1, 2, -1), (0, 2, -1), (2, 3, 1)])


@pytest.mark.parametrize(
    "cycle", [(), (0, 1), (0, 1, 3), (0, 1, 2, 0, 1, 2), (0, 1, 9), (0, 1, -1), (2, 3, 2)]
)
def test_forged_cycles_prove_nothing(cycle):
    assert not NegativeCycle(cycle).proves(RIVALS)


def test_forged_witnesses_prove_nothing():
    assert not NegativeCycle((0, 1, 2)).proves(ALLIES)
    for side in ([1, 1, -1, 1], [1, 1, 1], [1, 1, 1, 0], []):
        assert not Camps(side).proves(ALLIES)
