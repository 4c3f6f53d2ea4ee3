"""Camps, any number of them, few, or known in part: laws, oracles, refusals."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from test_partition import complete, exact, known_values, needs_data, read_network, read_windows
from test_winning import DAY, small_cases

from stancekit.errors import InputError
from stancekit.measures import coalitions, consistency
from stancekit.records.dossier import Dossier
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import (
    Certificate,
    ClusterCertificate,
    clusters,
    few_camps,
    frustration,
)
from stancekit.testing.graphs import dense_signed_graphs, unbalanced_graphs, weighted_graphs

few = settings(max_examples=50, deadline=None)


def partitions(n):
    """All ways to put n vertices into camps, each numbered by first vertex."""
    ways = [()]
    for _ in range(n):
        ways = [(*way, c) for way in ways for c in range(max(way, default=-1) + 2)]
    return ways


def keeps(way, told):
    """Whether what is given as one camp is together, and what is given as two apart."""
    return told is None or all(
        (told[u] == told[v]) == (way[u] == way[v])
        for u, v in itertools.combinations(range(len(way)), 2)
        if told[u] >= 0 and told[v] >= 0
    )


def brute_force(graph, k=None, told=None):
    """The definition, slowly and in fractions."""
    rows = list(zip(graph.edges.tolist(), graph.signs.tolist(), map(exact, graph.weights)))
    return min(
        sum(w for (u, v), s, w in rows if (s > 0) != (way[u] == way[v]))
        for way in partitions(graph.order)
        if (k is None or max(way, default=-1) < k) and keeps(way, told)
    )


def stranger_accepts(graph, proof, k, told):
    """Check a certificate from what it says in words, in Python integers and fractions."""
    told = [0] * graph.order if k == 1 else [-1] * graph.order if told is None else list(told)
    weight = {tuple(e): exact(w) for e, w in zip(graph.edges.tolist(), graph.weights)}
    sign = {tuple(e): int(s) for e, s in zip(graph.edges.tolist(), graph.signs)}
    labels = proof.labels.tolist()
    assert keeps(labels, told)
    assert k is None or len(set(labels)) <= k
    cost = sum(w for (u, v), w in weight.items() if (sign[u, v] > 0) != (labels[u] == labels[v]))
    spent, total = dict.fromkeys(weight, Fraction(0)), Fraction(0)
    for (u, v), w in weight.items():
        if min(told[u], told[v]) >= 0:
            total += w * ((sign[u, v] > 0) != (told[u] == told[v]))
            spent[u, v] = w
    for number in range(proof.cycles):
        ring, negative = proof.cycle(number), 0
        give = Fraction(int(proof.multipliers[number]), 2**24) / proof.scale
        assert give >= 0
        for u, v in zip(ring, ring[1:] + ring[:1]):
            if min(told[u], told[v]) >= 0:
                negative += told[u] != told[v]
                continue
            edge = (min(u, v), max(u, v))
            negative += sign[edge] < 0
            spent[edge] += give
        assert negative % 2 == 1 if k == 2 else negative == 1
        total += give
    assert all(spent[e] <= weight[e] for e in weight)
    lower = -(-(total * proof.scale) // 1) / proof.scale
    return cost <= proof.upper and lower >= proof.lower


def agrees(graph, k=None, told=None):
    found, truth = clusters(graph, k, given=told), brute_force(graph, k, told)
    proof = found.certificate
    assert found.is_exact
    assert proof.upper == truth
    assert proof.lower <= truth
    assert proof.proves(graph), proof.problems(graph)
    assert stranger_accepts(graph, proof, k, told)
    assert keeps(found.labels.tolist(), told)
    assert (found.most, found.is_certified) == (k, proof.lower == proof.upper)


@st.composite
def known_in_part(draw, graphs):
    """A graph, camps of some of its vertices, and room for as many camps at least."""
    graph = draw(graphs)
    told = draw(st.lists(st.integers(-1, 2), min_size=graph.order, max_size=graph.order))
    least = max(1, len({x for x in told if x >= 0}))
    return graph, draw(st.sampled_from((None, *range(least, 5)))), told


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
@given(dense_signed_graphs(max_order=8))
def test_room_for_one_camp_more_costs_nothing(graph):
    exact_at = [clusters(graph, k) for k in range(1, 5)]
    assert all(found.is_exact for found in exact_at)
    assert all(more.upper <= fewer.upper for fewer, more in itertools.pairwise(exact_at))
    assert clusters(graph).upper <= exact_at[-1].upper


@few
@given(weighted_graphs())
def test_two_camps_are_those_of_frustration(graph):
    found, two = clusters(graph, 2), frustration(graph)
    assert (found.lower, found.upper, found.is_certified) == (
        two.lower,
        two.upper,
        two.is_certified,
    )
    assert found.certificate.multipliers.tolist() == two.certificate.multipliers.tolist()


@few
@given(weighted_graphs(), st.integers(0, 3))
def test_room_for_a_camp_each_is_room_for_any(graph, more):
    assert clusters(graph, max(graph.order, 1) + more).upper == clusters(graph).upper


@few
@given(dense_signed_graphs(max_order=6), st.integers(1, 4), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(graph, k, random):
    name = list(range(graph.order))
    random.shuffle(name)
    again = SignedGraph.from_edges(
        graph.order,
        [(name[u], name[v], int(s)) for (u, v), s in zip(graph.edges.tolist(), graph.signs)],
    )
    assert clusters(graph, k).upper == clusters(again, k).upper


@few
@given(known_in_part(weighted_graphs(max_order=6)))
def test_what_the_camps_are_called_means_nothing(case):
    graph, k, told = case
    renamed = [x if x < 0 else 40 - x for x in told]
    named = {v: x for v, x in enumerate(told) if x >= 0}
    costs = {clusters(graph, k, given=given).upper for given in (told, renamed, named)}
    assert len(costs) == 1


@few
@given(dense_signed_graphs(max_order=6), st.integers(1, 4))
def test_the_camps_that_are_best_may_be_given(graph, k):
    free = clusters(graph, k)
    held = clusters(graph, k, given=free.labels)
    assert (held.upper, held.is_certified) == (free.upper, True)
    assert held.labels.tolist() == free.labels.tolist()


@few
@given(small_cases(), st.integers(1, 4))
def test_a_day_falls_into_as_many_camps_as_are_allowed(dossier, k):
    world = dossier.at(DAY)
    found = coalitions.camps(world, k=k)
    assert (found.most, len(found.camps) <= k) == (k, True)
    assert sorted(found.by_name) == sorted(found.bridge.names)
    assert found.certificate.proves(found.bridge.graph)
    assert found.upper >= coalitions.camps(world).upper
    if k == 2:
        assert found.upper == consistency.alignment(world).upper


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


@pytest.mark.parametrize("n", range(1, 5))
@pytest.mark.parametrize("k", [1, 2, 3])
def test_every_sign_pattern_of_small_complete_graphs(n, k):
    for signs in itertools.product([1, -1], repeat=n * (n - 1) // 2):
        agrees(complete(n, signs), k)


@pytest.mark.parametrize("k", [3, 4])
def test_sign_patterns_of_the_complete_graph_on_five(k):
    for signs in list(itertools.product([1, -1], repeat=10))[::17]:
        agrees(complete(5, signs), k)


@pytest.mark.parametrize(
    "strategy",
    [
        dense_signed_graphs(max_order=6),
        weighted_graphs(max_order=6),
        unbalanced_graphs(max_order=7),
    ],
    ids=["dense", "weighted", "unbalanced"],
)
def test_few_camps_agree_with_brute_force(strategy):
    @settings(max_examples=100, deadline=None)
    @given(strategy, st.integers(1, 5))
    def check(graph, k):
        agrees(graph, k)

    check()


def test_the_solver_makes_up_for_moves_that_gain_nothing(monkeypatch):
    monkeypatch.setattr(few_camps, "moved", lambda adjacency, signs, labels, *rest: labels)

    @settings(max_examples=40, deadline=None)
    @given(dense_signed_graphs(min_order=4, max_order=7), st.integers(3, 4))
    def check(graph, k):
        agrees(graph, k)

    check()


@pytest.mark.parametrize(
    "strategy",
    [dense_signed_graphs(max_order=6), weighted_graphs(max_order=6)],
    ids=["dense", "weighted"],
)
def test_camps_known_in_part_agree_with_brute_force(strategy):
    @settings(max_examples=150, deadline=None)
    @given(known_in_part(strategy))
    def check(case):
        agrees(*case)

    check()


@settings(max_examples=40, deadline=None)
@given(known_in_part(dense_signed_graphs(max_order=6)))
def test_a_spent_budget_leaves_honest_bounds(case):
    graph, k, told = case
    found, truth = clusters(graph, k, given=told, budget=0), brute_force(graph, k, told)
    assert found.lower <= truth <= found.upper
    assert found.certificate.proves(graph), found.certificate.problems(graph)
    assert stranger_accepts(graph, found.certificate, k, told)


@pytest.mark.parametrize("n", range(2, 9))
@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_rivals_all_round_have_the_closed_form(n, k):
    """As evenly as can be: the fewest pairs inside k camps."""
    found = clusters(complete(n, [-1] * (n * (n - 1) // 2)), k)
    size, over = divmod(n, k)
    pairs = over * (size + 1) * size // 2 + (k - over) * size * (size - 1) // 2
    assert (found.lower, found.upper) == (pairs, pairs)


def test_many_disjoint_rivals_fit_into_few_camps():
    triangles = [(3 * t + u, 3 * t + v, -1) for t in range(30) for u, v in ((0, 1), (1, 2), (0, 2))]
    tails = [(3 * t, 90 + t, (-1) ** t) for t in range(30)]
    found = clusters(SignedGraph.from_edges(121, triangles + tails), 3)
    assert (found.upper, found.is_certified, found.camps) == (0, True, 3)


def test_few_camps_of_a_larger_graph_keep_their_bounds():
    generator = np.random.default_rng(5)
    blocs = generator.integers(0, 5, 400)
    pairs = np.array([p for p in itertools.combinations(range(400), 2) if sum(p) % 23 == 0])
    noise = generator.random(len(pairs)) < 0.01
    signs = np.where((blocs[pairs[:, 0]] == blocs[pairs[:, 1]]) != noise, 1, -1)
    graph = SignedGraph.from_arrays(400, pairs, signs)
    any_, few = clusters(graph), clusters(graph, 5, budget=60)
    assert any_.lower <= few.lower <= few.upper <= int(noise.sum())
    assert few.certificate.proves(graph)
    assert few.camps <= 5
    told = np.where(np.arange(400) < 40, blocs, -1)
    held = clusters(graph, 5, given=told, budget=60)
    assert held.certificate.proves(graph), held.certificate.problems(graph)
    assert few.lower <= held.upper <= int(noise.sum())
    assert keeps(held.labels[:40].tolist(), told[:40].tolist())


def test_what_is_known_is_said():
    rivals = complete(4, [-1] * 6)
    found = clusters(rivals, 3, given={0: 5, 1: 6})
    assert repr(found) == (
        "Clusters(lower=1, upper=1, camps=3, most=3, given=2, exact by the solver's word)"
    )
    assert "solver" in found._repr_html_()
    assert clusters(rivals).given is None
    assert clusters(rivals, given=[-1] * 4).given is None
    assert clusters(rivals, 1).upper == 6


@needs_data
def test_the_highland_tribes_need_three_camps():
    tribes = read_network("tribes")
    found = [clusters(tribes, k) for k in (2, 3, 4, None)]
    assert [(x.upper, x.is_certified) for x in found] == [
        (7, True),
        (2, True),
        (2, True),
        (2, True),
    ]


@needs_data
def test_few_camps_of_the_state_system():
    known = known_values()
    for window, graph in itertools.islice(read_windows(), 3, None, 16):
        row = known[f"cow_windows/{window}"]
        two, three, four = (clusters(graph, k) for k in (2, 3, 4))
        assert (two.upper, two.is_certified) == (int(row["frustration_upper"]), True)
        assert three.is_exact
        assert two.upper >= three.upper >= four.upper == int(row["clusters_minimum"])
        assert all(x.certificate.proves(graph) for x in (two, three, four))


@needs_data
def test_every_window_of_the_state_system_is_certified():
    known = known_values()
    for window, graph in read_windows():
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


#: Two blocs that hold, and an outsider whom a member of each befriends.
BLOCS = SignedGraph.from_edges(5, [(0, 1, 1), (2, 3, -1), (1, 4, 1), (2, 4, 1), (0, 2, 1)])
HELD = clusters(BLOCS, 3, given=[0, 0, 1, 1, -1]).certificate


def test_what_is_decided_counts_and_what_is_known_is_a_step():
    assert (HELD.lower, HELD.upper) == (3, 3)
    assert HELD.proves(BLOCS)
    assert stranger_accepts(BLOCS, HELD, 3, [0, 0, 1, 1, -1])


@pytest.mark.parametrize("k", [None, 2, 3])
def test_parallel_ties_share_what_a_cycle_takes(k):
    ties = [
        (0, 4, 2),
        (1, 4, 1),
        (5, 4, 0.5),
        (2, 4, 1),
        (3, 4, 3),
        (0, 6, 1),
        (2, 6, 1),
        (1, 6, -1),
    ]
    graph = SignedGraph.from_edges(7, ties)
    found = clusters(graph, k, given=[0, 0, 1, 1, -1, 0, -1])
    assert (found.upper, found.is_certified) == (4.5, True)
    assert found.certificate.cycles >= 5
    assert stranger_accepts(graph, found.certificate, k, [0, 0, 1, 1, -1, 0, -1])


@pytest.mark.parametrize(
    ("proof", "problem"),
    [
        (evolve(HELD, given=None), "no edge"),
        (evolve(HELD, given=[0, 0, 1, 2, -1]), "part what is given"),
        (evolve(HELD, given=[0, 0, 0, 0, -1]), "part what is given"),
        (evolve(HELD, given=[-1] * 5), "no edge"),
        (evolve(HELD, given=[0, 0, 1, 1]), "given of 4 vertices"),
        (evolve(HELD, given=[0, 0, 1, 1, -2]), "below -1"),
        (evolve(HELD, most=1), "more than 1"),
        (evolve(HELD, lower_units=5), "show 3 units, not 5"),
        (evolve(HELD, upper_units=2), "camps contradict"),
        (evolve(HELD, multipliers=HELD.multipliers * 2), "more than its weight"),
        (evolve(HELD, starts=[0, 4], vertices=[0, 1, 2, 3], multipliers=[2**24]), "2 negative"),
    ],
)
def test_forged_certificates_of_known_camps_prove_nothing(proof, problem):
    assert not proof.proves(BLOCS)
    assert problem in proof.problems(BLOCS)[0]


def test_fewer_camps_are_another_claim():
    rivals = complete(3, [-1] * 3)
    proof = clusters(rivals, 2).certificate
    assert proof.proves(rivals)
    assert "3 negative edges" in evolve(proof, most=3).problems(rivals)[0]
    assert "3 negative edges" in evolve(proof, most=None).problems(rivals)[0]
    one = clusters(rivals, 1).certificate
    assert one.proves(rivals)
    assert "show 0 units" in evolve(one, most=3).problems(rivals)[0]


@few
@given(known_in_part(weighted_graphs()))
def test_a_certificate_survives_its_file(tmp_path_factory, case):
    graph, k, told = case
    path = tmp_path_factory.getbasetemp() / "camps"
    proof = clusters(graph, k, given=told).certificate
    proof.save(path)
    assert ClusterCertificate.load(path) == proof


@pytest.mark.parametrize("proof", [PROOF, HELD], ids=["1", "2"])
def test_a_file_says_which_format_it_is_of(tmp_path, proof):
    path = tmp_path / "proof"
    proof.save(path)
    with np.load(path) as archive:
        held = dict(archive)
    number = 1 if proof is PROOF else 2
    assert str(held["format"]) == f"stancekit cluster certificate {number}"
    assert ("given" in held) == (number == 2)
    for name in held:
        less = {key: value for key, value in held.items() if key != name}
        with path.open("wb") as file:
            np.savez(file, **less)
        with pytest.raises(InputError, match="whole certificate"):
            ClusterCertificate.load(path)


@pytest.mark.parametrize("k", [0, -1, 1.5, "two", True, np.nan])
def test_refuses_numbers_of_camps(k):
    with pytest.raises(InputError, match="k="):
        clusters(TORN, k)


def test_refuses_numbers_of_camps_of_a_day():
    with pytest.raises(InputError, match="k=0"):
        coalitions.camps(Dossier("empty").at(DAY), k=0)


@pytest.mark.parametrize(
    ("told", "k", "problem"),
    [
        ([0, 1], None, "shape"),
        ([0, 1, 2, 0], 2, "tells 3 camps apart"),
        ([0, 1, -2, 0], None, "-2"),
        ([0.5, 1, 1, 0], None, "float"),
        (["a", "b", "c", "d"], None, "whole number"),
        ([[0, 1], [1, 0]], None, "shape"),
        ([[0], [1, 0]], None, "whole number"),
        ({7: 1}, None, "vertices"),
        ({-1: 1}, None, "vertices"),
        ({"0": 1}, None, "vertices"),
        ({0: "a"}, None, "whole number"),
        ({0: -5}, None, "-5"),
        (3, None, "shape"),
    ],
)
def test_refuses_camps(told, k, problem):
    with pytest.raises(InputError, match=problem):
        clusters(TORN, k, given=told)


def test_refuses_budgets():
    with pytest.raises(InputError, match="budget"):
        clusters(TORN, budget=-1)
