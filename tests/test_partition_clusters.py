"""Camps, any number of them, and their certificate: laws, oracles, refusals."""

import itertools

import pytest
from attrs import evolve
from hypothesis import given, settings
from test_partition import exact, known_values, needs_data, read_windows

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import (
    Certificate,
    ClusterCertificate,
    clusters,
    frustration,
)
from stancekit.testing.graphs import dense_signed_graphs, unbalanced_graphs, weighted_graphs

few = settings(max_examples=60, deadline=None)


def partitions(n):
    """All ways to put n vertices into camps, each numbered by first vertex."""
    ways = [()]
    for _ in range(n):
        ways = [(*way, c) for way in ways for c in range(max(way, default=-1) + 2)]
    return ways


def brute_force(graph):
    """The definition, slowly and in fractions."""
    rows = list(zip(graph.edges.tolist(), graph.signs.tolist(), map(exact, graph.weights)))
    return min(
        sum(w for (u, v), s, w in rows if (s > 0) != (way[u] == way[v]))
        for way in partitions(graph.order)
    )


# --- laws -------------------------------------------------------------------------------------


@few
@given(unbalanced_graphs())
def test_more_camps_contradict_no_more_than_two(graph):
    assert clusters(graph).upper <= frustration(graph).upper


@few
@given(dense_signed_graphs())
def test_a_seed_fixes_the_answer(graph):
    assert clusters(graph, rng=3) == clusters(graph, rng=3)


@few
@given(weighted_graphs())
def test_camps_are_numbered_by_first_vertex(graph):
    labels = clusters(graph).labels.tolist()
    assert [x for k, x in enumerate(labels) if x not in labels[:k]] == list(range(len(set(labels))))


# --- oracles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "strategy",
    [
        dense_signed_graphs(max_order=6),
        weighted_graphs(max_order=6),
        unbalanced_graphs(max_order=7),
    ],
    ids=["dense", "weighted", "unbalanced"],
)
def test_agrees_with_brute_force(strategy):
    @settings(max_examples=100, deadline=None)
    @given(strategy)
    def check(graph):
        found, truth = clusters(graph), brute_force(graph)
        assert found.is_exact
        assert found.certificate.upper == truth
        assert found.certificate.lower <= truth
        assert found.certificate.proves(graph), found.certificate.problems(graph)

    check()


@pytest.mark.parametrize("n", range(1, 8))
def test_rivals_all_round_need_a_camp_each(n):
    graph = SignedGraph.from_edges(n, [(*p, -1) for p in itertools.combinations(range(n), 2)])
    found = clusters(graph)
    assert (found.upper, found.camps, found.is_certified) == (0, n, True)


@needs_data
def test_every_window_of_the_state_system_is_certified():
    known = known_values()
    for window, graph in itertools.islice(read_windows(), 0, None, 5):
        found = clusters(graph)
        assert found.is_certified
        assert found.certificate.proves(graph)
        assert found.upper == int(known[f"cow_windows/{window}"]["clusters_minimum"])


# --- refusals ---------------------------------------------------------------------------------

TORN = SignedGraph.from_edges(4, [(0, 1, 1), (1, 2, 1), (0, 2, -1), (2, 3, -1), (0, 3, -1)])
PROOF = clusters(TORN).certificate


@pytest.mark.parametrize(
    ("proof", "problem"),
    [
        (evolve(PROOF, vertices=[0, 2, 3], starts=[0, 3]), "3 negative edges"),
        (evolve(PROOF, labels=[0, 0, 0, 0]), "camps contradict"),
        (evolve(PROOF, labels=[0, 0]), "vertices"),
        (evolve(PROOF, lower_units=2), "show 1 units, not 2"),
        (evolve(PROOF, multipliers=-PROOF.multipliers), "negative"),
    ],
)
def test_forged_certificates_prove_nothing(proof, problem):
    assert PROOF.proves(TORN)
    assert not proof.proves(TORN)
    assert problem in proof.problems(TORN)[0]


def test_a_certificate_of_one_kind_is_not_one_of_the_other(tmp_path):
    path = tmp_path / "proof"
    PROOF.save(path)
    assert ClusterCertificate.load(path) == PROOF
    with pytest.raises(InputError, match="frustration"):
        Certificate.load(path)


def test_refuses_budgets():
    with pytest.raises(InputError, match="budget"):
        clusters(TORN, budget=-1)
