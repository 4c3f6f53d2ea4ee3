"""The search for camps of any number, on its own and inside a program's doubts."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_partition import known_values, needs_data, read_network

from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import clusters, kinds, regroup
from stancekit.signed.partition.cycles import Network
from stancekit.signed.partition.kinds import AnyCamps
from stancekit.signed.partition.regroup import combined, refined, regrouped, shaken
from stancekit.signed.partition.units import in_units
from stancekit.testing.graphs import dense_signed_graphs, weighted_graphs


def network(graph):
    return Network.of(graph, in_units(graph.weights).amount)


def cost(net, camps):
    """The definition: friends apart and foes together, in units."""
    return sum(
        int(w)
        for u, v, s, w in zip(net.u, net.v, net.sign, net.weight)
        if (s > 0) != (camps[u] == camps[v])
    )


def best(net):
    """Of all camps, by trying them."""
    ways = [()]
    for _ in range(net.n):
        ways = [(*way, c) for way in ways for c in range(max(way, default=-1) + 2)]
    return min(cost(net, way) for way in ways)


graphs = st.one_of(dense_signed_graphs(max_order=8), weighted_graphs(max_order=8))


@st.composite
def camped(draw):
    """A network, camps of its vertices, and a seed."""
    net = network(draw(graphs))
    camps = draw(st.lists(st.integers(0, 3), min_size=net.n, max_size=net.n))
    return net, np.array(camps, dtype=np.int64), draw(st.integers(0, 5))


# --- laws -------------------------------------------------------------------------------------


@given(camped())
def test_no_search_makes_camps_worse(case):
    net, camps, seed = case
    for search in (regrouped, refined, lambda *a: shaken(*a, patience=20)):
        found = search(net.adjacency(), camps, np.random.default_rng(seed))
        assert cost(net, found) <= cost(net, camps)


@given(camped(), st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_camps_combined_are_no_worse_than_either(case, others):
    net, camps, seed = case
    others = np.array(others[: net.n], dtype=np.int64)
    found = combined(net.adjacency(), camps, others, np.random.default_rng(seed))
    assert cost(net, found) <= min(cost(net, camps), cost(net, others))
    both = list(zip(camps, others))
    assert all(
        found[x] == found[y]
        for x, y in itertools.combinations(range(net.n), 2)
        if both[x] == both[y]
    )


@settings(max_examples=20)
@given(camped(), st.integers(1, 4))
def test_what_is_drawn_later_is_no_worse(case, count):
    net, camps, seed = case
    generator = np.random.default_rng(seed)
    found = AnyCamps().drawn(net, net.adjacency(), camps.astype(float), count, generator)
    assert cost(net, found) <= cost(net, camps)


@given(camped())
def test_a_seed_fixes_the_search(case):
    net, camps, seed = case
    first, again = (
        shaken(net.adjacency(), camps, np.random.default_rng(seed), patience=20) for _ in range(2)
    )
    assert first.tolist() == again.tolist()


@given(camped(), st.data())
def test_gains_are_those_of_the_definition_and_can_be_undone(case, data):
    net, camps, _ = case
    if not net.n:
        return
    state = regroup._Moves.of(net.adjacency(), camps)
    vertices = st.lists(st.integers(0, net.n - 1), min_size=1, max_size=4, unique=True)
    region = data.draw(vertices)
    gain = sum(state.put(x, data.draw(st.integers(0, 4))) for x in region)
    assert gain == cost(net, camps) - cost(net, state.label)
    gain += state.settle(list(region), data.draw(st.integers(0, 30)))
    assert gain == cost(net, camps) - cost(net, state.label)
    assert not any(state.waiting)
    state.back()
    assert state.label == camps.tolist()


@given(camped())
def test_an_answer_without_doubts_is_read_off(case):
    net, camps, _ = case
    f = AnyCamps().bad(net, camps).astype(float)
    read = AnyCamps().rounded(net, f)
    assert cost(net, read) <= cost(net, camps)
    tied = (net.sign > 0) & (camps[net.u] == camps[net.v])
    assert (read[net.u] == read[net.v])[tied].all()


@given(graphs, st.lists(st.sampled_from([0.0, 0.005, 0.3, 0.5, 1.0]), min_size=28, max_size=28))
def test_doubts_are_mended_and_what_is_sure_stays(graph, answer):
    net = network(graph)
    f = np.array(answer[: net.m])
    read, mended = (AnyCamps().rounded(net, g) for g in (np.where(f < 0.5, 0.0, 1.0), f))
    assert cost(net, mended) <= cost(net, read)
    sure = (net.sign > 0) & (f < 0.01)
    assert (mended[net.u] == mended[net.v])[sure].all()


# --- oracles ----------------------------------------------------------------------------------


@settings(max_examples=100)
@given(st.one_of(dense_signed_graphs(max_order=7), weighted_graphs(max_order=7)))
def test_shaking_finds_the_best_camps_of_small_graphs(graph):
    net = network(graph)
    found = shaken(net.adjacency(), np.arange(net.n), np.random.default_rng(0), patience=300)
    assert cost(net, found) == best(net)


def test_shaking_leaves_a_trap_of_regrouping():
    """Ten chains of three cliques: from one camp for all, single moves and merges gain nothing."""
    ties = []
    for chain in range(10):
        a, b, c = ([9 * chain + 3 * part + x for x in range(3)] for part in range(3))
        for part in (a, b, c):
            ties += [(x, y, 1) for x, y in itertools.combinations(part, 2)]
        ties += [(x, y, -1) for x, y in zip(a, c)]
        ties += [(a[0], b[0], 1), (b[1], c[1], 1)]
    net = network(SignedGraph.from_edges(90, ties))
    start = np.repeat(np.arange(10), 9)
    generator = np.random.default_rng(0)
    assert cost(net, regrouped(net.adjacency(), start, generator)) == 30
    assert cost(net, shaken(net.adjacency(), start, generator, patience=3000)) == 10


def test_refining_parts_what_regrouping_leaves_together():
    """Two cliques in one camp: each vertex holds to the camp, its half does not."""
    ties = [(x, y, 1) for a in (0, 6) for x, y in itertools.combinations(range(a, a + 6), 2)]
    ties += [(x, x + 6, -1) for x in range(6)] + [(x, (x + 1) % 6 + 6, -1) for x in range(6)]
    net = network(SignedGraph.from_edges(12, ties))
    start, generator = np.zeros(12, dtype=np.int64), np.random.default_rng(0)
    assert cost(net, regrouped(net.adjacency(), start, generator)) == 12
    assert cost(net, refined(net.adjacency(), start, generator)) == 0


def test_what_is_drawn_later_is_combined_with_the_best(monkeypatch):
    ties = [(x, y, 1) for a in (0, 6) for x, y in itertools.combinations(range(a, a + 6), 2)]
    net = network(SignedGraph.from_edges(12, [*ties, (0, 6, -1)]))
    best, given = np.repeat([0.0, 1.0], 6), []

    def watched(adjacency, camps, others, generator):
        given.append((camps.tolist(), others.tolist()))
        return combined(adjacency, camps, others, generator)

    monkeypatch.setattr(kinds, "combined", watched)
    monkeypatch.setattr(kinds, "regrouped", lambda adjacency, camps, generator: np.zeros(12))
    monkeypatch.setattr(kinds, "refined", lambda adjacency, camps, generator: camps)
    for count in (0, 1, 2):
        found = AnyCamps().drawn(net, net.adjacency(), best, count, np.random.default_rng(0))
        assert cost(net, found) == (0 if count else 1)
    assert given == [([0] * 12, [0] * 12), *2 * [(best.tolist(), [0] * 12)]]


def test_hubs_are_not_shaken():
    order = regroup._LINKS + 2
    star = network(SignedGraph.from_edges(order, [(0, x, 1) for x in range(1, order)]))
    found = shaken(star.adjacency(), np.arange(order), np.random.default_rng(0), patience=order * 9)
    assert cost(star, found) == 0
    hubs = network(
        SignedGraph.from_edges(
            2 * order, [(h, x, 1) for h in range(order) for x in range(order, 2 * order)]
        )
    )
    start = np.arange(2 * order)
    assert shaken(hubs.adjacency(), start, np.random.default_rng(0), patience=5).tolist() == list(
        range(2 * order)
    )


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_wiki_elec_is_closed(seed):
    graph = read_network("wiki_elec")
    found = clusters(graph, rng=seed)
    assert (found.upper, found.is_certified) == (14178, True)
    assert found.certificate.proves(graph)


@needs_data
@pytest.mark.parametrize("name", ["bitcoin_alpha", "bitcoin_otc"])
def test_networks_of_trust_are_closed(name):
    graph = read_network(name)
    least = known_values()[name]["clusters_minimum"]
    for seed in range(2):
        found = clusters(graph, rng=seed)
        assert found.is_certified
        assert found.certificate.proves(graph)
        assert not least or found.upper == int(least)


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [0, 1, 3])
def test_without_ties_nothing_moves(order):
    net = network(SignedGraph.from_edges(order, []))
    generator = np.random.default_rng(0)
    assert shaken(net.adjacency(), np.arange(order), generator, patience=9).tolist() == list(
        range(order)
    )
    assert len(AnyCamps().rounded(net, np.zeros(0))) == order
