"""Signed graphs as values: laws, oracles, refusals."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.signed.graph import (
    SignedGraph,
    negative_wins,
    net_sign,
    reciprocated,
    refuse,
)
from stancekit.testing.graphs import signed_graphs, weighted_graphs

# --- laws -------------------------------------------------------------------------------------


def triples(graph):
    return [
        (u, v, float(s * w))
        for (u, v), s, w in zip(graph.edges.tolist(), graph.signs, graph.weights)
    ]


@given(weighted_graphs(), st.randoms(use_true_random=False))
def test_equal_however_written_down(graph, random):
    rows = triples(graph)
    random.shuffle(rows)
    again = SignedGraph.from_edges(graph.order, [(v, u, x) for u, v, x in rows] + rows[:1])
    assert again == graph
    assert hash(again) == hash(graph)


@given(weighted_graphs())
def test_a_pickle_is_the_same_value_and_still_read_only(graph):
    again = pickle.loads(pickle.dumps(graph))
    assert again == graph
    assert not any(a.flags.writeable for a in (again.edges, again.signs, again.weights))


@given(signed_graphs(), st.data())
def test_switching_twice_is_nothing(graph, data):
    camp = data.draw(st.sets(st.sampled_from(range(graph.order)))) if graph.order else set()
    assert graph.switched(camp).switched(camp) == graph


@given(signed_graphs(), st.data())
def test_switching_moves_contradictions_with_the_camps(graph, data):
    side = np.array(
        data.draw(st.lists(st.sampled_from((1, -1)), min_size=graph.order, max_size=graph.order)),
        dtype=np.int8,
    )
    switched = graph.switched(np.flatnonzero(side < 0))
    assert (switched.frustrated(np.ones(graph.order)) == graph.frustrated(side)).all()


@given(weighted_graphs(), st.sampled_from([-1, 500_000]))
def test_every_edge_is_found_and_no_other(graph, cached):
    held = {(u, v): k for k, (u, v) in enumerate(graph.edges.tolist())}
    every = [(u, v) for u in range(graph.order) for v in range(graph.order)]
    u, v = np.array(every, dtype=np.int64).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patch:  # large graphs are searched in another way
        patch.setattr("stancekit.signed.graph._CACHED", cached)
        found = graph.locate(u, v)
        square = graph.locate(*(x.reshape(graph.order, graph.order) for x in (u, v)))
    assert found.tolist() == [held.get((min(p), max(p)), -1) for p in every]
    assert square.ravel().tolist() == found.tolist()


@given(signed_graphs())
def test_components_join_exactly_what_edges_join(graph):
    label = list(range(graph.order))
    for u, v in graph.edges.tolist():
        a, b = label[u], label[v]
        label = [min(a, b) if x in (a, b) else x for x in label]
    ours = graph.components().tolist()
    assert len(set(zip(label, ours))) == len(set(label)) == len(set(ours))
    assert ours[:1] in ([], [0])


@given(weighted_graphs())
def test_adjacency_holds_every_signed_weight_twice(graph):
    dense = graph.adjacency().toarray()
    assert (dense == dense.T).all()
    assert [(u, v, dense[u, v]) for u, v, _ in triples(graph)] == triples(graph)
    assert np.count_nonzero(dense) == 2 * graph.size


# --- oracles ----------------------------------------------------------------------------------

RECORDS = [
    (0, 1, 1),
    (1, 0, 1),
    (0, 1, -1),
    (1, 2, -1),
    (2, 1, -2),
    (2, 3, 1),
    (3, 3, 1),
    (0, 3, 1),
    (3, 0, -1),
]


@pytest.mark.parametrize(
    ("rule", "edges", "signs", "dropped"),
    [
        (net_sign, [(0, 1), (1, 2), (2, 3)], [1, -1, 1], 1),
        (negative_wins, [(0, 1), (0, 3), (1, 2), (2, 3)], [-1, -1, -1, 1], 0),
        (reciprocated, [(1, 2)], [-1], 3),
    ],
)
def test_each_rule_reads_records_its_way(rule, edges, signs, dropped):
    graph = SignedGraph.from_records(4, RECORDS, merge=rule)
    assert [tuple(e) for e in graph.edges.tolist()] == edges
    assert graph.signs.tolist() == signs
    reading = graph.reading
    assert (reading.records, reading.loops, reading.merged) == (9, 1, 3)
    assert (reading.contradictory, reading.dropped) == (2, dropped)


def test_a_rule_of_ones_own():
    def loudest(pair, forward, value):
        best = np.zeros(pair.max() + 1)
        for k, x in zip(pair, value):
            best[k] = max(best[k], x, key=abs)
        return best

    graph = SignedGraph.from_records(2, [(0, 1, 1), (1, 0, -3)], merge=loudest)
    assert (graph.signs.tolist(), graph.weights.tolist()) == ([-1], [3])


def test_a_million_edges_in_arrays():
    n = 1_000_000
    graph = SignedGraph.from_arrays(
        n, np.stack([np.arange(1, n), np.arange(n - 1)], axis=1), np.ones(n - 1, dtype=np.int8)
    )
    assert (graph.order, graph.size) == (n, n - 1)


def test_html_names_what_it_counts():
    assert "<td>1</td>" in SignedGraph.from_edges(2, [(0, 1, -1)])._repr_html_()


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([(0, 1, 0)], "nonzero finite"),
        ([(0, 1, float("nan"))], "nonzero finite"),
        ([(0, 1, float("inf"))], "nonzero finite"),
        ([(0, 1, "x")], "no number"),
        ([(0, 1)], "triples"),
        ([(0, 0, 1)], "loop"),
        ([(0, 9, 1)], r"0\.\.2"),
        ([(-1, 0, 1)], r"0\.\.2"),
        ([(0.5, 1, 1)], "whole"),
        ([(0, 1, 1), (1, 0, -1)], "given twice, with"),
        ([(0, 1, 1), (1, 0, 2)], "given twice, with"),
    ],
)
def test_refuses_edges(edges, message):
    with pytest.raises(InputError, match=message):
        SignedGraph.from_edges(3, edges)


@pytest.mark.parametrize("order", [-1, 2.0, True, "3", 2**40])
def test_refuses_orders(order):
    with pytest.raises(InputError, match="order="):
        SignedGraph.from_edges(order, [])


@pytest.mark.parametrize(
    ("edges", "signs", "weights", "message"),
    [
        ([[0, 1]], [2], None, r"\+1 or -1"),
        ([[0, 1]], [1], [0.0], "positive and finite"),
        ([[0, 1]], [1], [np.nan], "positive and finite"),
        ([[0, 1]], [1, 1], None, r"\(m, 2\)"),
        ([[0, 1, 2]], [1], None, r"\(m, 2\)"),
    ],
)
def test_refuses_arrays(edges, signs, weights, message):
    with pytest.raises(InputError, match=message):
        SignedGraph.from_arrays(3, edges, signs, weights)


def test_the_plain_constructor_takes_canonical_arrays_only():
    with pytest.raises(InputError, match="canonical"):
        SignedGraph(3, [[1, 0]], [1], [1.0])
    with pytest.raises(InputError, match="canonical"):
        SignedGraph(3, [[0, 2], [0, 1]], [1, 1], [1.0, 1.0])


def test_refuses_camps_that_are_none():
    graph = SignedGraph.from_edges(2, [(0, 1, 1)])
    for side in ([1], [1, 0], [[1, 1]]):
        with pytest.raises(InputError, match="side"):
            graph.frustrated(side)
    with pytest.raises(InputError, match="switching"):
        graph.switched([2])
    with pytest.raises(InputError, match="no edge"):
        graph.edge_index(0, 0)


def test_refuses_records():
    with pytest.raises(InputError, match=r"pair \(0, 1\)"):
        SignedGraph.from_records(2, [(0, 1, 1), (1, 0, -1)], merge=refuse)
    with pytest.raises(InputError, match="returned shape"):
        SignedGraph.from_records(2, [(0, 1, 1)], merge=lambda pair, forward, value: np.zeros(5))


def test_values_are_immutable_all_the_way_down():
    rows = np.array([[0, 1]])
    graph = SignedGraph.from_arrays(2, rows, [1])
    with pytest.raises(AttributeError):
        graph.order = 3
    with pytest.raises(ValueError, match="read-only"):
        graph.signs[0] = -1
    rows[0, 0] = 1
    assert graph.edges.tolist() == [[0, 1]]
