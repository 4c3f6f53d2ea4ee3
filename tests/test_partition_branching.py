"""Trees of decisions: what their leaves prove, who checks it, and what is refused."""

import itertools

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from test_partition import brute_force, complete, stranger_accepts
from test_partition_small import random_signs

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import Certificate, clusters, frustration, frustrations, optima
from stancekit.signed.partition.bracket import Bracket
from stancekit.signed.partition.branches import read_leaves, tree_shows
from stancekit.signed.partition.branching import branched
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.core import Core
from stancekit.signed.partition.cycles import Rows
from stancekit.signed.partition.units import in_units
from stancekit.testing.graphs import dense_signed_graphs, unbalanced_graphs, weighted_graphs

UNIT = 2**24
TREE = ("branches", "leaves", "leaf_starts", "leaf_vertices", "leaf_multipliers")


def rivals(n, friends=()):
    """All in one feud, but for some pairs."""
    pairs = itertools.combinations(range(n), 2)
    return complete(n, [1 if pair in friends else -1 for pair in pairs])


def grown(graph, most, *, clock=None):
    """The tree that branching alone makes, from no cycles at all, on the core of a graph."""
    core = Core.of(graph, in_units(graph.weights).amount)
    bracket = Bracket(core.net, np.ones(core.net.n))
    generator = np.random.default_rng(0)
    bracket.tree = branched(bracket, Rows.none(), generator, clock or Clock(None), most)
    return core, bracket


def shown(core, tree):
    """What the tree proves of its core, in units, by the checker of certificates."""
    net = core.net
    inner = SignedGraph.from_arrays(net.n, np.stack([net.u, net.v], axis=1), net.sign, net.weight)
    branches = np.where(tree.edges[:, None] >= 0, inner.edges[tree.edges], -1)
    got = tree_shows(
        inner,
        net.weight,
        UNIT,
        branches,
        tree.leaves,
        tree.rows.starts,
        tree.rows.vertices,
        tree.times,
    )
    assert isinstance(got, int), got
    return -(-got // UNIT)


# --- laws -------------------------------------------------------------------------------------

few = settings(max_examples=40, deadline=None)


@few
@given(
    st.one_of(
        dense_signed_graphs(max_order=8),
        unbalanced_graphs(max_order=8),
        weighted_graphs(max_order=8),
    )
)
def test_all_graphs_of_eight_vertices_are_certified(graph):
    found = frustration(graph)
    assert found.is_certified
    assert found.certificate.upper == brute_force(graph)
    assert stranger_accepts(graph, found.certificate)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([-9, -5, -3, -1, 1, 4, 0.5]), min_size=28, max_size=28),
    st.sampled_from([1, 0.1, 10**6 + 1]),
)
def test_heavy_rivals_are_certified(weights, unit):
    pairs = itertools.combinations(range(8), 2)
    graph = SignedGraph.from_edges(
        8, [(*pair, round(x * unit, 3)) for pair, x in zip(pairs, weights, strict=True)]
    )
    found = frustration(graph)
    assert found.is_certified
    assert found.certificate.upper == brute_force(graph)
    assert stranger_accepts(graph, found.certificate)


@few
@given(
    st.one_of(dense_signed_graphs(max_order=7), weighted_graphs(max_order=7)),
    st.integers(1, 12),
)
def test_a_tree_cut_short_bounds_from_below_and_a_longer_one_no_worse(graph, most):
    if not graph.size:
        return
    truth = brute_force(graph) * in_units(graph.weights).scale
    if not Core.of(graph, in_units(graph.weights).amount).net.m:
        return
    before = 0
    for nodes in (1, most, 5000):
        core, bracket = grown(graph, nodes)
        assert shown(core, bracket.tree) == bracket.tree.bound
        assert before <= bracket.tree.bound <= truth
        before = bracket.tree.bound
    assert before == truth == bracket.upper


@few
@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 99))
def test_all_camps_belong_to_one_leaf(shape, seed):
    graph = rivals(6)
    generator = np.random.default_rng(seed)
    nodes, open_, used = [], 1, [set()]
    for inner in shape:
        path = used.pop()
        if inner and len(path) < graph.size:
            edge = int(generator.choice([e for e in range(graph.size) if e not in path]))
            nodes.append(graph.edges[edge].tolist())
            used += [path | {edge}] * 2
        else:
            nodes.append([-1, -1])
        open_ = len(used)
        if not open_:
            break
    nodes += [[-1, -1]] * open_
    leaves = read_leaves(graph, np.array(nodes))
    for camps in itertools.product([1, -1], repeat=5):
        bad = graph.frustrated((1, *camps))
        assert sum((bad[leaf.rows] == leaf.contradicted).all() for leaf in leaves) == 1


def test_a_tree_is_the_same_for_the_same_seed():
    graph = rivals(8, {(0, 1), (2, 5)})
    assert frustration(graph, rng=1) == frustration(graph, rng=1)
    assert frustration(graph).certificate.branches is not None


def test_a_series_hands_on_what_holds_everywhere():
    copies = [rivals(8, {pair}) for pair in [(0, 1), (2, 3), (0, 7), (4, 6)]]
    for found, graph in zip(frustrations([*copies, copies[0]]), copies):
        assert found.is_certified
        assert found.certificate.proves(graph)
        assert found.upper == frustration(graph).upper == brute_force(graph)


def test_trees_hang_from_the_core_and_from_other_components():
    heart = [(u + 3, v + 3, -1) for u, v in itertools.combinations(range(7), 2)]
    graph = SignedGraph.from_edges(14, [*heart, (0, 3, -1), (0, 1, 1), (11, 12, -1), (9, 10, 1)])
    found = frustration(graph)
    assert (found.lower, found.upper, found.is_certified) == (9, 9, True)
    assert found.certificate.branches is not None
    assert stranger_accepts(graph, found.certificate)


def test_two_clusters_and_all_optima_rest_on_the_same_bound():
    graph = rivals(7)
    found = clusters(graph, k=2)
    assert (found.lower, found.upper) == (9, 9)
    assert found.certificate.proves(graph)
    every = optima(graph)
    assert every.count == 35  # three of seven, in either camp


# --- oracles ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [7, 8, 9, 10])
def test_all_rivals_are_certified(n):
    graph = rivals(n)
    found = frustration(graph)
    assert (found.lower, found.upper, found.is_certified) == ((n - 1) ** 2 // 4,) * 2 + (True,)
    assert stranger_accepts(graph, found.certificate)
    assert found.told_units == 0
    assert "tree" in found.reason


@pytest.mark.parametrize(
    ("order", "size", "seed", "value"),
    # Values by gurobipy 13.0.3 on the program of Aref, Mason and Wilson with its triangles.
    [(50, 300, 3, 88), (100, 300, 4, 61)],
)
def test_random_signs_are_certified(order, size, seed, value):
    graph = random_signs(order, size, seed)
    found = frustration(graph)
    assert (found.lower, found.upper, found.is_certified) == (value, value, True)
    assert stranger_accepts(graph, found.certificate)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "size", "values"),
    [
        (50, 300, [80, 90, 90, 88, 88]),
        (100, 300, [64, 60, 63, 64, 61]),
        (200, 400, [59, 61, 60, 61, 59]),
    ],
)
def test_all_random_signs_are_certified(order, size, values):
    for seed, value in enumerate(values):
        graph = random_signs(order, size, seed)
        found = frustration(graph)
        assert (found.lower, found.upper, found.is_certified) == (value, value, True)
        assert stranger_accepts(graph, found.certificate)


def test_weights_whose_units_a_solver_cannot_see_end_in_time():
    generator = np.random.default_rng(0)
    pairs = itertools.combinations(range(8), 2)
    graph = SignedGraph.from_edges(
        8, [(*pair, -float(1 + x)) for pair, x in zip(pairs, generator.random(28))]
    )
    found = frustration(graph)
    assert found.certificate.proves(graph)
    assert found.upper - found.lower <= 1e-6
    assert found.upper == pytest.approx(
        min(
            graph.weights[graph.frustrated((1, *camps))].sum()
            for camps in itertools.product([1, -1], repeat=7)
        )
    )


# --- refusals ---------------------------------------------------------------------------------

GRAPH = rivals(7)
PROOF = frustration(GRAPH).certificate


def changed(**parts):
    """The proof with other parts of the tree, some entries set or cut."""
    return evolve(PROOF, **{name: np.array(value) for name, value in parts.items()})


def put(name, k, value):
    array = getattr(PROOF, name).copy()
    array[k] = value
    return changed(**{name: array})


def below_the_root():
    """Position of the next node that decides, below the root (seven rivals: on its other side)."""
    return int(np.flatnonzero((PROOF.branches >= 0).all(axis=1))[1])


def flat_only():
    return evolve(PROOF, **dict.fromkeys(TREE))


def one_leaf(rings, times, lower, branches=((-1, -1),), leaves=None):
    return evolve(
        PROOF,
        lower_units=lower,
        branches=np.array(branches),
        leaves=np.array([0, len(rings)] if leaves is None else leaves),
        leaf_starts=np.cumsum([0, *map(len, rings)]),
        leaf_vertices=[x for ring in rings for x in ring],
        leaf_multipliers=times,
    )


def test_what_the_forgeries_start_from():
    assert PROOF.proves(GRAPH)
    assert stranger_accepts(GRAPH, PROOF)
    assert (PROOF.lower, PROOF.upper) == (9, 9)
    assert evolve(flat_only(), lower_units=7).proves(GRAPH)


@pytest.mark.parametrize(
    ("proof", "problem"),
    [
        (flat_only(), "show 7 units, not 9"),
        (evolve(PROOF, lower_units=10), "show 9 units, not 10"),
        (evolve(PROOF, upper_units=8), "camps contradict"),
        (evolve(PROOF, side=np.ones(7)), "camps contradict"),
        (evolve(PROOF, branches=None), "no list of edges"),
        (changed(branches=PROOF.branches[:, :1]), "no list of edges"),
        (changed(branches=PROOF.branches[:-1]), "lacks a leaf"),
        (changed(branches=PROOF.branches[1:]), "last leaf"),
        (changed(branches=np.vstack([PROOF.branches, [[-1, -1]]])), "last leaf"),
        (put("branches", 0, (-1, -1)), "after its last leaf"),
        (put("branches", -1, (0, 1)), "lacks a leaf"),
        (put("branches", 0, (0, 7)), "not in the graph"),
        (put("branches", 0, (0, -1)), "not in the graph"),
        (put("branches", 0, (3, 3)), "no edge"),
        (put("branches", below_the_root(), PROOF.branches[0]), "twice"),
        (put("branches", below_the_root(), PROOF.branches[0][::-1]), "twice"),
        (evolve(PROOF, leaves=None), "leaves are not delimited"),
        (changed(leaves=PROOF.leaves[:-1]), "leaves are not delimited"),
        (put("leaves", 0, 1), "leaves are not delimited"),
        (put("leaves", 1, PROOF.leaves[-1] + 1), "leaves are not delimited"),
        (put("leaf_multipliers", 0, -1), "negative"),
        (put("leaf_multipliers", 0, 2**62), "larger than any weight"),
        (put("leaf_multipliers", 0, 2 * UNIT), "more than its weight"),
        (changed(leaf_multipliers=PROOF.leaf_multipliers[:-1]), "not delimited"),
        (evolve(PROOF, leaf_starts=PROOF.leaf_starts + 1), "not delimited"),
        (evolve(PROOF, leaf_vertices=PROOF.leaf_vertices + 1), "not in the graph"),
        (evolve(PROOF, leaf_multipliers=PROOF.leaf_multipliers // 2), "units, not 9"),
        (one_leaf([(0, 1, 2, 3)], [UNIT], 7), "leaf 0 of the tree cycle 0 is no contradiction"),
        (one_leaf([(0, 1)], [UNIT], 7), "fewer than three"),
        (one_leaf([(0, 0, 1)], [UNIT], 7), "no edge"),
    ],
)
def test_forged_trees_prove_nothing(proof, problem):
    assert not proof.proves(GRAPH)
    assert problem in proof.problems(GRAPH)[0]


def test_the_weakest_leaf_is_what_counts():
    for first, last in itertools.pairwise(PROOF.leaves.tolist()):
        times = PROOF.leaf_multipliers.copy()
        times[first:last] = 0
        assert "units, not 9" in changed(leaf_multipliers=times).problems(GRAPH)[0]


def test_the_signs_of_a_leaf_are_turned_round_where_it_says():
    # With (0, 1) contradicted, (0, 1, 2) has two negative edges and (0, 1, 2, 3) three.
    both = [(0, 1), (-1, -1), (-1, -1)]
    triangle, square = (0, 1, 2), (0, 1, 2, 3)
    wrong = one_leaf([triangle, triangle], [UNIT, UNIT], 9, both, [0, 1, 2])
    assert "leaf 1 of the tree cycle 0" in wrong.problems(GRAPH)[0]
    wrong = one_leaf([square, square], [UNIT, UNIT], 9, both, [0, 1, 2])
    assert "leaf 0 of the tree cycle 0" in wrong.problems(GRAPH)[0]
    right = one_leaf([triangle, square], [UNIT, UNIT], 9, both, [0, 1, 2])
    assert right.problems(GRAPH) == ("the cycles show 7 units, not 9",)  # 7 without the tree
    assert evolve(right, lower_units=7).proves(GRAPH)


def test_only_decided_edges_give_without_end():
    lone = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    proof = frustration(lone).certificate
    for times, good in ((UNIT, True), (UNIT + 1, False)):
        forged = evolve(
            proof,
            branches=[(0, 1), (1, 2), (-1, -1), (-1, -1), (-1, -1)],
            leaves=[0, 1, 1, 1],
            leaf_starts=[0, 3],
            leaf_vertices=[0, 1, 2],
            leaf_multipliers=[times],
        )
        assert forged.proves(lone) == good


def test_leaves_out_of_order_prove_nothing():
    # The cycles of the first leaf, given to the last one as well.
    first, last = PROOF.leaves[:2]
    ends = PROOF.leaf_starts
    proof = changed(
        leaves=[0, *(PROOF.leaves[2:] - (last - first)), PROOF.leaves[-1]],
        leaf_vertices=np.roll(PROOF.leaf_vertices, -ends[last]),
        leaf_starts=np.cumsum([0, *np.roll(np.diff(ends), -last)]),
        leaf_multipliers=np.roll(PROOF.leaf_multipliers, -last),
    )
    assert not proof.proves(GRAPH)
    assert not stranger_accepts(GRAPH, proof)


def test_a_tree_is_about_one_graph():
    for pair in itertools.combinations(range(7), 2):
        assert not PROOF.proves(rivals(7, {pair}))
        fewer = [(*p, -1) for p in itertools.combinations(range(7), 2) if p != pair]
        assert not PROOF.proves(SignedGraph.from_edges(7, fewer))
    lighter = SignedGraph(7, GRAPH.edges, GRAPH.signs, GRAPH.weights / 2)
    assert not PROOF.proves(lighter)


@given(k=st.integers(0, 10**6), where=st.sampled_from(TREE[2:]), by=st.sampled_from([-1, 1, UNIT]))
@few
def test_what_is_accepted_after_damage_is_still_true(k, where, by):
    array = getattr(PROOF, where).copy()
    array[k % len(array)] += by
    damaged = changed(**{where: array})
    assert damaged.proves(GRAPH) == stranger_accepts(GRAPH, damaged)


def test_a_tree_survives_its_file(tmp_path):
    PROOF.save(tmp_path / "tree")
    assert Certificate.load(tmp_path / "tree") == PROOF
    flat = evolve(flat_only(), lower_units=7)
    flat.save(tmp_path / "flat")
    with np.load(tmp_path / "flat") as archive:
        assert str(archive["format"]).endswith(" 1")
        assert "branches" not in archive
    assert Certificate.load(tmp_path / "flat") == flat


def test_files_that_hold_no_whole_tree(tmp_path):
    path = tmp_path / "tree"
    PROOF.save(path)
    whole = path.read_bytes()
    for size in (1, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="whole certificate"):
            Certificate.load(path)
    path.write_bytes(whole)
    with np.load(path) as archive:
        held = dict(archive)
    for name in TREE:
        for value in (None, np.array(["x"]), np.zeros((2, 2, 2), dtype=np.int64), np.array([0.5])):
            other = {**held, name: value} if value is not None else dict(held)
            if value is None:
                del other[name]
            with path.open("wb") as file:
                np.savez(file, **other)
            with pytest.raises(InputError):
                Certificate.load(path)


def test_a_clock_that_is_over_keeps_what_was_known():
    graph = rivals(9)
    core, bracket = grown(graph, 1000, clock=Clock(0.0))
    assert 0 <= bracket.tree.bound <= 16
    assert shown(core, bracket.tree) == bracket.tree.bound
