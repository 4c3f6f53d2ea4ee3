"""The loop for large graphs: laws, oracles, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_partition_series import planted

from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import clusters, frustration, large
from stancekit.signed.partition.bracket import Bracket
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.core import Core
from stancekit.signed.partition.cycles import Roads, Rows, tree_rows, unique_rows
from stancekit.signed.partition.firstorder import Point, primal_dual
from stancekit.signed.partition.kinds import AnyCamps
from stancekit.signed.partition.packing import ROOTS, chosen_roots, most_roots, packed
from stancekit.signed.partition.program import simplex
from stancekit.signed.partition.units import in_units


def program(seed, order=40, size=150, flipped=0.2):
    """A small program: cycles packed into a graph, and some of them again under other camps."""
    graph = planted(order, size, flipped, seed)
    net = Core.of(graph, in_units(graph.weights).amount).net
    generator = np.random.default_rng(seed)
    rows = Rows.none()
    for _ in range(3):
        camps = generator.choice([-1, 1], net.n)
        rows = rows.joined(packed(net.switched(camps), generator, Clock(None))[0])
    salt = generator.integers(-(2**62), 2**62, net.m)
    return net, unique_rows(rows, salt, np.zeros(0, dtype=np.int64))[0]


def bound_of(rows, y, weight):
    """The bound that multipliers give, by its definition."""
    load = np.zeros(len(weight))
    np.add.at(load, rows.edges, np.repeat(y, np.diff(rows.starts)))
    return y.sum() - np.maximum(load - weight, 0).sum()


def stepped(rows, weight, steps):
    nothing = np.zeros(len(rows))
    start = Point(np.zeros(len(weight)), nothing, 1.0, nothing)
    return primal_dual(rows, weight, start, Clock(None), steps=steps, target=np.inf, enough=-1.0)


# --- laws -------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([40, 80, 400]), st.sampled_from([1, 1000]))
def test_first_order_bounds_are_bounds(seed, steps, scale):
    net, rows = program(seed)
    weight = net.weight * float(scale)
    point = stepped(rows, weight, steps)
    assert (point.best >= 0).all()
    assert (point.f >= 0).all()
    assert (point.f <= 1).all()
    # In single precision, and reported of the multipliers that are returned.
    assert point.bound == pytest.approx(bound_of(rows, point.best, weight), rel=1e-5)
    f, _ = simplex(rows, net.weight * scale, None)
    assert point.bound <= (1 + 1e-5) * float(weight @ f)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_no_cycle_takes_more_than_its_cheapest_edge_has(seed, weighted):
    net, rows = program(seed)
    weight = np.ones(net.m)
    if weighted:
        weight = np.random.default_rng(seed).integers(1, 5, net.m).astype(float)
    price = np.minimum.reduceat(weight[rows.edges], rows.starts[:-1])
    point = stepped(rows, weight, 120)
    assert (point.best <= price * (1 + 1e-6)).all()
    # A cycle whose cheapest edge is its own is never left short: that edge pays.
    owner = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    alone = np.bincount(rows.edges, minlength=net.m)[rows.edges] == 1
    paying = owner[alone & (weight[rows.edges] == price[owner])]
    assert (rows.sums(point.f)[paying] >= 1 - 1e-5).all()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2]), st.sampled_from([None, 1, 3]))
def test_walks_over_trees_are_closed_by_their_edges(seed, sheets, near):
    generator = np.random.default_rng(seed)
    net = Core.of(planted(30, 90, 0.3, seed), np.ones(90, dtype=np.int64)).net
    f = np.where(generator.random(net.m) < 0.7, 0.0, generator.random(net.m))
    roads, closing = Roads.of(net, sheets=sheets), np.flatnonzero(net.sign < 0)
    roots = generator.permutation(net.n)[:8]
    rows = tree_rows(roads, roots, closing, f, slack=0.1, hop=0.01, near=near, generator=generator)
    following = np.roll(rows.vertices, -1)
    following[rows.starts[1:] - 1] = rows.vertices[rows.starts[:-1]]
    ends = np.sort(np.stack([rows.vertices, following]), axis=0)
    assert (ends == np.stack([net.u[rows.edges], net.v[rows.edges]])).all()
    assert (rows.sums((net.sign < 0).astype(np.int64)) % 2 == 1).all()
    assert (rows.sums(f) < 0.9).all()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_roots_are_different_ends_of_edges_in_need(seed, count):
    generator = np.random.default_rng(seed)
    net = Core.of(planted(30, 90, 0.3, seed), np.ones(90, dtype=np.int64)).net
    edges = generator.permutation(net.m)[:20]
    need = generator.random(20) * (generator.random(20) < 0.5)
    need[0] = 1.0
    roots = chosen_roots(net, edges, need, count, generator)
    wanted = np.unique(np.concatenate([net.u[edges[need > 0]], net.v[edges[need > 0]]]))
    assert len(set(roots.tolist())) == len(roots) == min(count, len(wanted))
    assert np.isin(roots, wanted).all()
    assert ROOTS[0] <= most_roots(net, 10**9) <= most_roots(net, 20) <= ROOTS[1]


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_packed_cycles_overspend_nothing(seed):
    graph = planted(60, 240, 0.2, seed)
    net = Core.of(graph, in_units(graph.weights).amount).net
    generator = np.random.default_rng(seed)
    inside = net.switched(generator.choice([-1, 1], net.n))
    rows, units = packed(inside, generator, Clock(None))
    spent = np.zeros(net.m, dtype=np.int64)
    np.add.at(spent, rows.edges, np.repeat(units, np.diff(rows.starts)))
    assert (spent <= net.weight).all()
    assert (rows.sums((inside.sign < 0).astype(np.int64)) == 1).all()


@pytest.mark.parametrize("gains", [0, 1, 2])
def test_camps_are_drawn_until_that_is_in_vain(monkeypatch, gains):
    """Each draw is given the best camps so far; after a few that are no better there is no more."""
    monkeypatch.setattr(large, "_TURNS", 2 * (gains + large._VAIN) + 4)
    graph = planted(400, 2400, 0.3, 1)
    net = Core.of(graph, in_units(graph.weights).amount).net
    poor = [AnyCamps().polished(net.adjacency(), np.arange(net.n), np.random.default_rng(0))]
    for _ in range(gains):  # each worse than the one before by a vertex on its own
        worse = poor[0].copy()
        worse[len(poor)] = worse.max() + 1
        poor.insert(0, worse)
    bracket = Bracket(net, AnyCamps().plain(net.n), kind=AnyCamps(draws=range(1, 60, 2)))
    costs = [bracket.cost(camps) for camps in poor]
    assert costs == sorted(set(costs), reverse=True)
    given = []

    def drawn(self, net, adjacency, camps, count, generator):
        given.append((count, bracket.cost(camps)))
        return poor[min(count, gains)]

    monkeypatch.setattr(AnyCamps, "drawn", drawn)
    monkeypatch.setattr(AnyCamps, "rounded", lambda self, net, f: self.plain(net.n))
    monkeypatch.setattr(AnyCamps, "polished", lambda self, adjacency, camps, generator: camps)
    large.close_large(bracket, Rows.none(), np.random.default_rng(0), Clock(None))
    assert not bracket.closed
    assert [count for count, _ in given] == list(range(1 + gains + large._VAIN))
    assert [best for _, best in given[1:]] == costs + [costs[-1]] * (large._VAIN - 1)


@pytest.mark.parametrize("ends", [False, True])
def test_a_spent_budget_draws_no_more(monkeypatch, ends):
    """The clock runs out between the steps of the second round and its draw."""
    monkeypatch.setattr(large, "_TURNS", 2)
    counts, over = [], []

    class Ending(Clock):
        left = property(lambda self: 0.0 if over and ends else None)

    def drawn(self, net, adjacency, camps, count, generator):
        counts.append(count)
        return self.plain(net.n)

    def rounded(self, net, f):
        over.append(True)
        return self.plain(net.n)

    monkeypatch.setattr(AnyCamps, "drawn", drawn)
    monkeypatch.setattr(AnyCamps, "rounded", rounded)
    graph = planted(400, 2400, 0.3, 1)
    net = Core.of(graph, in_units(graph.weights).amount).net
    bracket = Bracket(net, AnyCamps().plain(net.n), kind=AnyCamps(draws=(1,)))
    large.close_large(bracket, Rows.none(), np.random.default_rng(0), Ending(None))
    assert over
    assert counts == ([0] if ends else [0, 1])


def test_a_longer_budget_is_not_worse():
    graph = planted(1500, 9000, 0.25, 3)
    found = [frustration(graph, budget=seconds) for seconds in (0, 0.5, 3)]
    assert [x.upper for x in found] == sorted((x.upper for x in found), reverse=True)
    assert [x.lower for x in found] == sorted(x.lower for x in found)
    assert all(x.certificate.proves(graph) for x in found)


# --- oracles ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_first_order_steps_reach_the_simplex(seed):
    net, rows = program(seed)
    f, _ = simplex(rows, net.weight, None)
    point = stepped(rows, net.weight.astype(np.float64), 4000)
    assert point.bound == pytest.approx(float(net.weight @ f), rel=1e-3)


def test_two_blocs_of_a_legislature_are_certified():
    generator = np.random.default_rng(0)
    party = np.where(np.arange(120) < 65, 1, -1)
    ideal = 0.8 * party + generator.normal(0, 0.5, 120)
    cut = generator.normal(0, 0.8, 300)
    votes = np.sign(ideal[:, None] + generator.normal(0, 0.35, (120, 300)) - cut)
    agreement = votes @ votes.T
    u, v = np.triu_indices(120, 1)
    tied = np.abs(agreement[u, v]) > 40
    pairs = np.stack([u[tied], v[tied]], axis=1)
    graph = SignedGraph.from_arrays(120, pairs, np.sign(agreement[u, v][tied]).astype(int))
    found = frustration(graph)
    assert found.is_certified
    assert found.certificate.proves(graph)
    assert clusters(graph, budget=20).upper <= found.upper


def test_rational_weights_are_closed_exactly():
    base = planted(800, 4000, 0.06, 1)
    weights = np.round(np.random.default_rng(0).uniform(0.1, 5, base.size), 2)
    graph = SignedGraph.from_arrays(base.order, base.edges, base.signs, weights)
    found = frustration(graph)
    assert found.is_certified
    assert found.loss == 0
    assert found.certificate.proves(graph)


# --- refusals ---------------------------------------------------------------------------------


def test_a_balanced_large_graph_needs_no_cycle():
    graph = planted(800, 4000, 0, 2)
    found = frustration(graph)
    assert (found.lower, found.upper, found.certificate.cycles) == (0, 0, 0)
    assert found.is_certified
