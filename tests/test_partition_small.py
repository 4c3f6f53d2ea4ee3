"""Small and middling graphs: last resorts, related graphs, budgets: laws, oracles, refusals."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_partition import brute_force, complete, needs_data, read_windows, stranger_accepts

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.nulls import shuffle_signs
from stancekit.signed.partition import frustration, frustrations
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import Network, Rows
from stancekit.signed.partition.program import milp_close
from stancekit.signed.partition.small_camps import annealed_copies, best_of_all
from stancekit.testing.graphs import dense_signed_graphs, unbalanced_graphs, weighted_graphs


def random_signs(order, size, seed):
    """Uniform edges, half of them negative."""
    generator = np.random.default_rng(seed)
    pairs = np.array(list(itertools.combinations(range(order), 2)))
    pairs = pairs[np.sort(generator.choice(len(pairs), size, replace=False))]
    signs = np.where(generator.permutation(size) < size // 2, -1, 1)
    return SignedGraph.from_arrays(order, pairs, signs)


def network(graph):
    """A graph of whole weights as the solvers see it."""
    return Network.of(graph, graph.weights.astype(np.int64))


def flipped(graph, edge):
    signs = graph.signs.copy()
    signs[edge] *= -1
    return SignedGraph(graph.order, graph.edges, signs, graph.weights)


# --- laws -------------------------------------------------------------------------------------

few = settings(max_examples=40, deadline=None)


@few
@given(st.one_of(dense_signed_graphs(max_order=7), unbalanced_graphs(max_order=7)))
def test_trying_all_camps_is_the_definition(graph):
    if not graph.size:
        return
    net = network(graph)
    best = best_of_all(net, Clock(None))
    assert set(best.tolist()) <= {-1.0, 1.0}
    assert net.cost(best) == brute_force(graph)


@settings(max_examples=15, deadline=None)
@given(dense_signed_graphs(max_order=7), st.integers(0, 2**32))
def test_annealing_keeps_to_the_bound(graph, seed):
    if not graph.size:
        return
    net, generator = network(graph), np.random.default_rng(seed)
    side = annealed_copies(net, generator)
    assert side.shape == (net.n,)
    assert net.cost(side) == brute_force(graph)  # 48 copies of seven vertices do not miss it
    again = annealed_copies(net, np.random.default_rng(seed))
    assert (side == again).all()


@few
@given(st.one_of(dense_signed_graphs(max_order=6), weighted_graphs(max_order=6)), st.data())
def test_single_flips_in_a_series_have_the_answers_of_one_by_one(graph, data):
    if not graph.size:
        return
    edges = data.draw(st.lists(st.integers(0, graph.size - 1), max_size=5))
    copies = [graph, *(flipped(graph, edge) for edge in edges), graph]
    together = frustrations(copies)
    for found, copy in zip(together, copies):
        assert found.certificate.upper == brute_force(copy)
        assert found.is_exact
        assert found.certificate.proves(copy), found.certificate.problems(copy)
        assert stranger_accepts(copy, found.certificate)


@few
@given(st.lists(dense_signed_graphs(max_order=6), max_size=4), st.integers(2, 9))
def test_weights_of_other_units_in_a_series(graphs, tenths):
    other = [SignedGraph(g.order, g.edges, g.signs, g.weights * tenths / 10) for g in graphs]
    mixed = [graph for pair in zip(graphs, other) for graph in pair]
    for found, graph in zip(frustrations(mixed), mixed):
        assert found.certificate.upper == brute_force(graph)
        assert found.certificate.proves(graph)


@pytest.mark.parametrize("seed", range(2))
def test_more_budget_gives_no_worse_bounds(seed):
    graph = random_signs(60, 300, seed)
    before = None
    for budget in (0, 0.2, 1, 3):
        found = frustration(graph, budget=budget)
        assert found.lower <= found.upper
        assert found.certificate.proves(graph)
        if before is not None:
            assert found.lower >= before.lower
            assert found.upper <= before.upper
        before = found


@pytest.mark.parametrize(
    "graph",
    [
        random_signs(60, 600, 0),
        random_signs(300, 1400, 0),
        complete(32, [-1] * 496),
        complete(45, [-1] * 990),
    ],
    ids=["dense", "sparse", "rivals", "many rivals"],
)
def test_a_budget_is_kept(graph):
    start = time.perf_counter()
    found = frustration(graph, budget=1.0)
    assert time.perf_counter() - start < 4.0  # a loaded machine; about one on a quiet one
    assert found.lower <= found.upper
    assert found.certificate.proves(graph)


# --- oracles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "size", "seed", "value"),
    # Values by gurobipy 13.0.3 on the program of Aref, Mason and Wilson with its triangles.
    [(50, 300, 0, 80), (50, 300, 3, 88), (100, 300, 1, 60), (100, 300, 2, 63)],
)
def test_random_signs_are_closed(order, size, seed, value):
    graph = random_signs(order, size, seed)
    found = frustration(graph)
    assert (found.lower, found.upper, found.is_certified) == (value, value, True)
    assert found.certificate.proves(graph)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "size", "seed", "value"),
    [
        (50, 300, 1, 90),
        (50, 300, 2, 90),
        (100, 300, 0, 64),
        (100, 300, 3, 64),
        (200, 400, 0, 59),
        (200, 400, 1, 61),
        (200, 400, 2, 60),
        (200, 400, 3, 61),
    ],
)
def test_more_random_signs_are_closed(order, size, seed, value):
    graph = random_signs(order, size, seed)
    found = frustration(graph)
    assert (found.lower, found.upper, found.is_certified) == (value, value, True)
    assert found.certificate.proves(graph)


@pytest.mark.parametrize("n", [16, 21, 26])
def test_many_rivals_have_the_closed_form(n):
    graph = complete(n, [-1] * (n * (n - 1) // 2))
    found = frustration(graph)
    assert found.is_exact
    assert found.upper == (n - 1) ** 2 // 4
    assert found.reason == "all camps were tried"


@pytest.mark.parametrize("n", [9, 14, 20])
def test_rivals_with_a_few_friends_agree_with_trying_all(n):
    generator = np.random.default_rng(n)
    signs = np.where(generator.random(n * (n - 1) // 2) < 0.1, 1, -1)
    graph = complete(n, signs.tolist())
    net = network(graph)
    assert frustration(graph).upper == net.cost(best_of_all(net, Clock(None)))


@pytest.mark.parametrize("weight", [1, 3, 10**5, 10**7])
def test_the_solver_is_believed_only_as_far_as_it_sees(weight, monkeypatch):
    program = __import__("stancekit.signed.partition.program", fromlist=["program"])
    for name in ("_TRIED", "_TRIED_LATE"):
        monkeypatch.setattr(program, name, 0)
    graph = random_signs(14, 60, 1)
    plain = network(graph)
    truth = plain.cost(best_of_all(plain, Clock(None))) * weight
    net = Network(plain.n, plain.u, plain.v, plain.sign, plain.weight * weight)
    worse = np.ones(net.n)
    said = milp_close(net, Rows.none(), worse, 0, seconds=None)
    assert said.bound <= truth
    assert said.bound >= truth - 1000
    assert net.cost(said.side) <= net.cost(worse)
    if weight < 10**5:
        assert net.cost(said.side) == said.bound == truth


def test_weights_beyond_float32_are_tried_exactly():
    graph = random_signs(12, 60, 0)
    weight = np.random.default_rng(0).integers(2**30, 2**31, graph.size)
    net = Network(graph.order, *graph.edges.T, graph.signs, weight)
    best = net.cost(best_of_all(net, Clock(None)))
    costs = [net.cost(np.array((1, *camps))) for camps in itertools.product([1, -1], repeat=11)]
    assert best == min(costs)


@needs_data
def test_shuffled_copies_of_the_largest_window_are_certified():
    graph = max((graph for _, graph in read_windows()), key=lambda graph: graph.size)
    copies = [shuffle_signs(graph, rng=k) for k in range(5)]
    together = frustrations(copies)
    for found, copy in zip(together, copies):
        assert found.is_certified
        assert found.certificate.proves(copy)
        assert found.upper == frustration(copy).upper


@needs_data
def test_a_flip_of_the_largest_window_needs_no_program(monkeypatch):
    small = __import__("stancekit.signed.partition.small", fromlist=["small"])
    graph = max((graph for _, graph in read_windows()), key=lambda graph: graph.size)
    generator = np.random.default_rng(0)
    copies = [graph] + [flipped(graph, k) for k in generator.choice(graph.size, 30, replace=False)]
    calls, solve = [], small.simplex
    monkeypatch.setattr(small, "simplex", lambda *given: calls.append(1) or solve(*given))
    frustration(graph)
    alone = len(calls)
    calls.clear()
    together = frustrations(copies)
    assert all(x.is_certified and x.certificate.proves(g) for x, g in zip(together, copies))
    assert len(calls) < alone + 10


# --- refusals ---------------------------------------------------------------------------------


def test_a_clock_that_is_over_leaves_the_camps_untried():
    net = network(random_signs(20, 100, 0))
    assert best_of_all(net, Clock(0.0)) is None
    said = milp_close(net, Rows.none(), np.ones(net.n), 3, seconds=0.0)
    assert (said.bound, net.cost(said.side)) == (3, net.cost(np.ones(net.n)))


@pytest.mark.parametrize("budget", [-1, float("nan")])
def test_a_series_refuses_budgets(budget):
    with pytest.raises(InputError, match="budget"):
        frustrations([random_signs(5, 6, 0)], budget=budget)
