"""All optimal camps: laws, oracles, refusals."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stancekit.signed.partition.factors as factors_module
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import Verdict, frustration, optima
from stancekit.testing.graphs import dense_signed_graphs, unbalanced_graphs, weighted_graphs

few = settings(max_examples=60, deadline=None)

# --- laws -------------------------------------------------------------------------------------


@few
@given(unbalanced_graphs())
def test_every_listed_optimum_attains_the_index(graph):
    found = optima(graph)
    for side in found.camps:
        assert graph.frustrated(side).sum() == found.frustration.upper
    assert len(np.unique(found.camps, axis=0)) == len(found.camps) == found.count


@few
@given(dense_signed_graphs(max_order=6), st.data())
def test_switching_moves_the_camps_and_keeps_the_verdicts_on_ties(graph, data):
    camp = data.draw(st.sets(st.sampled_from(range(graph.order)))) if graph.order else set()
    one, two = optima(graph), optima(graph.switched(camp))
    assert one.ties.tolist() == two.ties.tolist()
    assert one.count == two.count


@few
@given(weighted_graphs(max_order=6), st.integers(0, 3))
def test_verdicts_do_not_depend_on_the_seed(graph, seed):
    one, two = optima(graph), optima(graph, rng=seed)
    assert one.ties.tolist() == two.ties.tolist()
    assert one.groups.tolist() == two.groups.tolist()


def test_an_actor_about_whom_nothing_is_known_changes_no_verdict():
    ties = [(0, 1, -1), (0, 2, 1), (1, 2, 1), (2, 3, 1)]
    one, two = (optima(SignedGraph.from_edges(n, ties)) for n in (4, 5))
    assert one.ties.tolist() == two.ties.tolist()
    assert one.count == two.count
    assert two.together(0, 4) is Verdict.SOMETIMES


# --- oracles ----------------------------------------------------------------------------------


def by_hand(graph):
    """All optima and the ties that each contradicts, by trying every partition."""
    every = np.array(list(itertools.product([1, -1], repeat=graph.order)), dtype=np.int8)
    bad = np.array([graph.frustrated(side) for side in every]).reshape(len(every), graph.size)
    cost = np.round((bad * graph.weights).sum(axis=1), 6)
    return every[cost == cost.min()], bad[cost == cost.min()]


def agrees(graph):
    found = optima(graph, limit=10_000)
    camps, bad = by_hand(graph)
    assert found.is_decided
    assert found.is_complete
    verdict = np.where(bad.all(axis=0), 2, np.where(bad.any(axis=0), 1, 0))
    assert found.ties.tolist() == verdict.tolist()
    for u, v in itertools.product(range(graph.order), repeat=2):
        same = camps[:, u] == camps[:, v]
        assert found.together(u, v) == (2 if same.all() else 1 if same.any() else 0)
    label = graph.components()
    first = np.unique(label, return_index=True)[1]
    normal = np.unique(camps * camps[:, first][:, label], axis=0) if len(label) else camps
    assert found.count == len(normal)
    assert np.unique(found.camps, axis=0).tolist() == normal.tolist()
    price = np.stack([verdict >= 1, verdict == 2], axis=1).astype(float)
    assert (found.price == price).all()


@pytest.mark.parametrize("tried", [14, 1], ids=["tried", "branched"])
@pytest.mark.parametrize(
    "strategy",
    [dense_signed_graphs(max_order=6), weighted_graphs(max_order=7)],
    ids=["dense", "weighted"],
)
def test_agrees_with_brute_force(strategy, tried, monkeypatch):
    monkeypatch.setattr(factors_module, "_LISTED", tried)

    @settings(max_examples=100, deadline=None)
    @given(strategy)
    def check(graph):
        agrees(graph)

    check()


@pytest.mark.parametrize("order", [0, 1, 2])
def test_without_ties_there_is_one_optimum(order):
    found = optima(SignedGraph.from_edges(order, []))
    assert (found.count, found.camps.tolist()) == (1, [[1] * order])


def test_free_actors_multiply_and_are_counted_beyond_the_limit():
    ties = [(0, 1, -100)] + [(c, k, 1) for k in range(2, 42) for c in (0, 1)]
    found = optima(SignedGraph.from_edges(42, ties), limit=10)
    assert found.count == 2**40
    assert found.camps.shape == (10, 42)
    assert not found.is_complete
    assert found.swing.sum() == 40
    assert set(found.ties.tolist()) == {Verdict.NEVER, Verdict.SOMETIMES}


# --- refusals ---------------------------------------------------------------------------------


def test_what_was_not_shown_is_undecided():
    generator = np.random.default_rng(0)
    pairs = list(itertools.combinations(range(14), 2))
    graph = SignedGraph.from_edges(
        14, [(*p, int(s)) for p, s in zip(pairs, generator.choice([-1, 1], len(pairs)))]
    )
    found = optima(graph, budget=0)
    assert not found.frustration.is_exact
    assert set(found.ties.tolist()) == {Verdict.UNDECIDED}
    assert np.isnan(found.price).all()
    assert found.count is None
    assert len(found.camps) == 0
    assert frustration(graph, budget=0).lower <= found.frustration.upper


def test_refuses_a_negative_limit():
    with pytest.raises(InputError, match="limit=-1"):
        optima(SignedGraph.from_edges(0, []), limit=-1)
