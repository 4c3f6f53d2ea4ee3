"""Blocks of a prespecified pattern, and their certificate: laws, oracles, refusals."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from test_partition import complete, exact, needs_data, read_network, read_windows

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import (
    BlockCertificate,
    ClusterCertificate,
    block_search,
    blocks,
    clusters,
    frustration,
)
from stancekit.signed.partition.block_program import Told, milp_blocks
from stancekit.signed.partition.cycles import Network, Rows
from stancekit.testing.graphs import dense_signed_graphs, unbalanced_graphs, weighted_graphs

few = settings(max_examples=30, deadline=None)

MEDIATED = ((1, -1, 1), (-1, 1, 1), (1, 1, 1))
HOSTILE = ((1, -1, -1), (-1, 1, -1), (-1, -1, -1))
LIKED = ((1, 1), (1, -1))


@st.composite
def patterns(draw, most=3, values=(1, -1)):
    """Symmetric matrices of signs."""
    k = draw(st.integers(1, most))
    pattern = np.zeros((k, k), dtype=int)
    for b, c in itertools.combinations_with_replacement(range(k), 2):
        pattern[b, c] = pattern[c, b] = draw(st.sampled_from(values))
    return pattern.tolist()


def contradicted(graph, pattern, labels):
    """The definition, in fractions: pairs of blocks without a sign take the better one."""
    weight = {}
    for (u, v), s, w in zip(graph.edges.tolist(), graph.signs.tolist(), graph.weights):
        b, c = sorted((labels[u], labels[v]))
        weight[b, c, s] = weight.get((b, c, s), Fraction(0)) + exact(w)
    cost = Fraction(0)
    for b, c in {(b, c) for b, c, _ in weight}:
        friends, foes = weight.get((b, c, 1), Fraction(0)), weight.get((b, c, -1), Fraction(0))
        sign = pattern[b][c]
        cost += foes if sign > 0 else friends if sign < 0 else min(friends, foes)
    return cost


def brute_force(graph, pattern):
    """Least contradiction of all assignments."""
    ways = itertools.product(range(len(pattern)), repeat=graph.order)
    return min(contradicted(graph, pattern, labels) for labels in ways)


def no_blocks_satisfy(signs, pattern):
    """Whether a closed walk of these signs has no image in the pattern, by trying all."""
    k = len(pattern)
    return not any(
        all(pattern[b][c] in (sign, 0) for sign, b, c in zip(signs, image, image[1:] + image[:1]))
        for image in itertools.product(range(k), repeat=len(signs))
    )


def stranger_accepts(graph, proof, pattern):
    """Check a certificate from what it says in words, in Python integers and fractions."""
    weight = {tuple(e): exact(w) for e, w in zip(graph.edges.tolist(), graph.weights)}
    sign = {tuple(e): int(s) for e, s in zip(graph.edges.tolist(), graph.signs)}
    spent, total = dict.fromkeys(weight, Fraction(0)), Fraction(0)
    for number in range(proof.cycles):
        ring = proof.cycle(number)
        give = Fraction(int(proof.multipliers[number]), 2**24) / proof.scale
        assert give >= 0
        steps = [(min(u, v), max(u, v)) for u, v in zip(ring, ring[1:] + ring[:1])]
        if len(ring) < 9:
            assert no_blocks_satisfy([sign[e] for e in steps], pattern)
        for e in set(steps):
            spent[e] += give
        total += give
    assert all(spent[e] <= weight[e] for e in weight)
    lower = -(-(total * proof.scale) // 1) / proof.scale
    cost = contradicted(graph, pattern, proof.labels.tolist())
    return cost <= proof.upper and lower >= proof.lower


def agrees(graph, pattern):
    found, truth = blocks(graph, pattern), brute_force(graph, pattern)
    proof = found.certificate
    assert found.is_exact
    assert proof.upper == truth
    assert proof.lower <= truth
    assert proof.proves(graph), proof.problems(graph)
    assert stranger_accepts(graph, proof, pattern)
    assert found.is_certified == (proof.lower == proof.upper)
    assert found.pattern.tolist() == [list(row) for row in pattern]
    kept = found.pattern != 0
    assert (found.image[kept] == found.pattern[kept]).all()
    assert (found.image == found.image.T).all()
    assert found.sizes.sum() == graph.order


# --- laws -------------------------------------------------------------------------------------


@few
@given(weighted_graphs(max_order=6), st.integers(2, 4))
def test_friends_together_and_foes_apart_are_camps(graph, k):
    pattern = 2 * np.eye(k, dtype=int) - 1
    found, camps = blocks(graph, pattern), clusters(graph, k)
    assert (found.lower, found.upper, found.is_certified) == (
        camps.lower,
        camps.upper,
        camps.is_certified,
    )
    if k == 2:
        assert found.upper == frustration(graph).upper


@few
@given(dense_signed_graphs(max_order=6), patterns())
def test_all_signs_exchanged_change_nothing(graph, pattern):
    turned = SignedGraph(graph.order, graph.edges, -graph.signs, graph.weights)
    assert blocks(graph, pattern).upper == blocks(turned, -np.array(pattern)).upper


@few
@given(dense_signed_graphs(max_order=6), patterns(), st.randoms(use_true_random=False))
def test_names_of_vertices_and_blocks_mean_nothing(graph, pattern, random):
    name, order = list(range(graph.order)), list(range(len(pattern)))
    random.shuffle(name)
    random.shuffle(order)
    again = SignedGraph.from_edges(
        graph.order,
        [(name[u], name[v], int(s)) for (u, v), s in zip(graph.edges.tolist(), graph.signs)],
    )
    turned = np.array(pattern)[np.ix_(order, order)]
    assert blocks(graph, pattern).upper == blocks(again, turned).upper


@few
@given(unbalanced_graphs(max_order=6), patterns(most=2), st.data())
def test_one_block_more_costs_nothing(graph, pattern, data):
    k = len(pattern)
    more = [[*row, data.draw(st.sampled_from((1, -1)))] for row in pattern]
    more.append([*(row[-1] for row in more), data.draw(st.sampled_from((1, -1)))])
    assert len(more) == k + 1
    assert blocks(graph, more).upper <= blocks(graph, pattern).upper


@few
@given(dense_signed_graphs(max_order=5), patterns(values=(1, -1, 0)))
def test_an_open_sign_costs_no_more_than_either(graph, pattern):
    found = blocks(graph, pattern)
    for sign in (1, -1):
        closed = np.where(np.array(pattern) == 0, sign, pattern)
        assert found.upper <= blocks(graph, closed).upper
    assert blocks(graph, np.where(found.image == 0, 1, found.image)).upper == found.upper


@few
@given(weighted_graphs(max_order=6), patterns(values=(1, -1, 0)), st.integers(0, 3))
def test_a_seed_fixes_the_answer(graph, pattern, seed):
    assert blocks(graph, pattern, rng=seed) == blocks(graph, pattern, rng=seed)


# --- oracles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "strategy",
    [
        dense_signed_graphs(max_order=6),
        weighted_graphs(max_order=6),
        unbalanced_graphs(max_order=6),
    ],
    ids=["dense", "weighted", "unbalanced"],
)
@pytest.mark.parametrize("values", [(1, -1), (1, -1, 0)], ids=["signs", "open"])
def test_agrees_with_brute_force(strategy, values):
    @settings(max_examples=60, deadline=None)
    @given(strategy, patterns(values=values))
    def check(graph, pattern):
        agrees(graph, pattern)

    check()


@few
@given(dense_signed_graphs(min_order=2, max_order=6), patterns(most=4))
def test_the_last_resort_finds_what_there_is_and_denies_the_rest(graph, pattern):
    if not graph.size:
        return
    net = Network.of(graph, np.ones(graph.size, dtype=np.int64))
    truth, signs = brute_force(graph, pattern), np.array(pattern, dtype=np.int8)
    asked = milp_blocks(net, signs, Rows.none(), graph.size + 1, seconds=None)
    assert contradicted(graph, pattern, asked.side.tolist()) == truth == asked.told
    denied = milp_blocks(net, signs, Rows.none(), int(truth), seconds=None)
    assert (denied.side, denied.told) == (None, truth)


def test_the_solver_makes_up_for_moves_that_gain_nothing(monkeypatch):
    monkeypatch.setattr(block_search, "moved", lambda adjacency, signs, labels, *rest: labels)

    @settings(max_examples=60, deadline=None)
    @given(dense_signed_graphs(max_order=6), patterns(values=(1, -1, 0)))
    def check(graph, pattern):
        agrees(graph, pattern)

    check()


def test_without_moves_and_solver_the_walks_stay_honest(monkeypatch):
    monkeypatch.setattr(block_search, "moved", lambda adjacency, signs, labels, *rest: labels)
    monkeypatch.setattr(block_search, "milp_blocks", lambda *asked, seconds: Told(None, 0))

    @settings(max_examples=60, deadline=None)
    @given(dense_signed_graphs(max_order=6), patterns(values=(1, -1, 0)))
    def check(graph, pattern):
        found, truth = blocks(graph, pattern), brute_force(graph, pattern)
        assert found.lower <= truth <= found.upper
        assert stranger_accepts(graph, found.certificate, pattern)

    check()


@pytest.mark.parametrize("n", [3, 4])
@pytest.mark.parametrize("pattern", [((1,),), ((-1,),), LIKED, MEDIATED, HOSTILE, ((0, 1), (1, 0))])
def test_sign_patterns_of_small_complete_graphs(n, pattern):
    for signs in list(itertools.product([1, -1], repeat=n * (n - 1) // 2))[:: 3 * n - 8]:
        agrees(complete(n, signs), pattern)


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("pattern", [((1,),), ((-1,),), ((0,),), MEDIATED, ((1, -1), (-1, 1))])
def test_no_ties_no_contradiction(order, pattern):
    found = blocks(SignedGraph.from_edges(order, []), pattern)
    assert (found.lower, found.upper, found.is_certified) == (0, 0, True)
    assert len(found.labels) == order


def test_one_block_contradicts_every_tie_of_the_other_sign():
    graph = SignedGraph.from_edges(4, [(0, 1, 2), (1, 2, -0.5), (2, 3, -0.2)])
    like, hate = blocks(graph, [[1]]), blocks(graph, [[-1]])
    assert (like.upper, like.is_certified, hate.upper, hate.is_certified) == (0.7, True, 2, True)
    assert like.certificate.proves(graph)


def test_a_planted_pattern_is_found():
    generator = np.random.default_rng(2)
    labels = generator.integers(0, 3, 60)
    pairs = np.array([p for p in itertools.combinations(range(60), 2) if generator.random() < 0.3])
    signs = np.array(MEDIATED)[labels[pairs[:, 0]], labels[pairs[:, 1]]]
    graph = SignedGraph.from_arrays(60, pairs, signs)
    assert (blocks(graph, MEDIATED).upper, frustration(graph).lower > 0) == (0, True)
    noise = generator.random(len(pairs)) < 0.03
    noisy = SignedGraph.from_arrays(60, pairs, np.where(noise, -signs, signs))
    found = blocks(noisy, MEDIATED)
    assert found.is_exact
    assert found.upper <= int(noise.sum())


def test_an_open_sign_that_is_even_costs_half():
    graph = complete(4, [1, 1, -1, 1, -1, -1])
    for budget in (None, 0):
        found = blocks(graph, [[0]], budget=budget)
        assert (found.upper, found.image.tolist()) == (3, [[0]])
        assert found.certificate.proves(graph)
        assert not evolve(found.certificate, upper_units=2).proves(graph)


@settings(max_examples=60, deadline=None)
@given(dense_signed_graphs(max_order=5), patterns(values=(1, -1, 0)))
def test_a_spent_budget_leaves_honest_bounds(graph, pattern):
    found, truth = blocks(graph, pattern, budget=0), brute_force(graph, pattern)
    assert found.lower <= truth <= found.upper
    assert found.certificate.proves(graph), found.certificate.problems(graph)


def test_what_is_too_large_is_bounded_from_above():
    generator = np.random.default_rng(1)
    pairs = np.unique(generator.integers(0, 3000, (9000, 2)), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    graph = SignedGraph.from_arrays(3000, pairs, generator.choice([-1, 1], len(pairs)))
    found = blocks(graph, MEDIATED, budget=1)
    assert graph.size > 4000
    assert (found.lower, found.is_exact) == (0, False)
    assert 0 < found.upper < graph.size / 3
    assert found.certificate.proves(graph)


def test_what_is_known_is_said():
    rivals = complete(3, [-1, -1, -1])
    found = blocks(rivals, [[1, 0], [0, 1]])
    assert repr(found) == "Blocks(lower=1, upper=1, blocks=2, certified)"
    assert found.image.tolist() == [[1, -1], [-1, 1]]
    assert "<th>image</th><td>+- / -+</td>" in found._repr_html_()


@needs_data
def test_the_highland_tribes_by_pattern():
    tribes = read_network("tribes")
    truth = {MEDIATED: 7, HOSTILE: 7, ((0,) * 3,) * 3: 2}
    for pattern, value in truth.items():
        found = blocks(tribes, pattern)
        assert (found.lower, found.upper) == (value, value)
        assert found.certificate.proves(tribes)
    assert blocks(tribes, ((1, -1, -1), (-1, 1, -1), (-1, -1, 1))).upper == 2


@needs_data
def test_a_window_of_the_state_system_by_pattern():
    _, graph = next(itertools.islice(read_windows(), 24, None))
    two = frustration(graph).upper
    for pattern in (MEDIATED, HOSTILE):
        found = blocks(graph, pattern)
        assert found.is_exact
        assert found.upper <= two
        assert found.certificate.proves(graph)


# --- refusals ---------------------------------------------------------------------------------

#: A member of the hostile block who is liked twice over.
TORN = SignedGraph.from_edges(5, [(0, 1, -1), (0, 2, 1), (1, 3, 1), (2, 3, -1), (3, 4, 1)])
PROOF = blocks(TORN, ((1, -1), (-1, -1))).certificate
UNIT = 2**24


def forged(rings, times, **changes):
    """The proof with other walks."""
    return evolve(
        PROOF,
        starts=np.cumsum([0, *map(len, rings)]),
        vertices=[x for ring in rings for x in ring],
        multipliers=times,
        **changes,
    )


def test_the_proof_goes_back_the_way_it_came():
    assert PROOF.proves(TORN)
    assert (PROOF.lower, PROOF.upper) == (1, 1)
    there_and_back = forged([(2, 0, 1, 3, 1, 0)], [UNIT])
    assert there_and_back.proves(TORN)
    assert there_and_back.lower == 1


@pytest.mark.parametrize(
    ("proof", "problem"),
    [
        (forged([(2, 0, 1)], [UNIT]), "no edge"),
        (forged([(0, 1)], [UNIT]), "no contradiction"),
        (forged([(0, 1, 0, 2)], [UNIT]), "no contradiction"),
        (forged([(0, 1, 7)], [UNIT]), "not in the graph"),
        (forged([(0,)], [UNIT]), "fewer than 2"),
        (forged([(2, 0, 1, 3, 1, 0)], [2 * UNIT]), "more than its weight"),
        (forged([(2, 0, 1, 3, 1, 0)], [-UNIT]), "negative"),
        (forged([(2, 0, 1, 3, 1, 0)], [UNIT], lower_units=2), "show 1 units, not 2"),
        (evolve(PROOF, starts=PROOF.starts + 1), "delimited"),
        (evolve(PROOF, upper_units=0), "contradict"),
        (evolve(PROOF, labels=[1] * 5), "contradict"),
        (evolve(PROOF, labels=[0, 0, 0, 0, 2]), "does not have"),
        (evolve(PROOF, labels=[0, 0, 0, 0, -1]), "does not have"),
        (evolve(PROOF, labels=[0, 0]), "vertices"),
        (evolve(PROOF, order=4), "vertices"),
        (evolve(PROOF, pattern=[[1, -1], [1, 1]]), "symmetric"),
        (evolve(PROOF, pattern=[[1, -1]]), "symmetric"),
        (evolve(PROOF, pattern=[[1, -2], [-2, 1]]), "more than"),
        (evolve(PROOF, pattern=[[1, 1], [1, 1]]), "contradict"),
        (evolve(PROOF, pattern=[[0, 0], [0, 0]], upper_units=3), "no contradiction"),
        (evolve(PROOF, scale=Fraction(0)), "scale"),
    ],
)
def test_forged_certificates_prove_nothing(proof, problem):
    assert not proof.proves(TORN)
    assert problem in proof.problems(TORN)[0]


def test_a_certificate_is_about_one_graph():
    assert not PROOF.proves(SignedGraph.from_edges(5, [(0, 1, 1), (0, 2, 1), (1, 3, 1)]))
    lighter = SignedGraph(5, TORN.edges, TORN.signs, TORN.weights / 2)
    assert not PROOF.proves(lighter)


@few
@given(weighted_graphs(max_order=6), patterns(values=(1, -1, 0)))
def test_a_certificate_survives_its_file(tmp_path_factory, graph, pattern):
    path = tmp_path_factory.getbasetemp() / "blocks"
    proof = blocks(graph, pattern).certificate
    proof.save(path)
    assert BlockCertificate.load(path) == proof


def test_files_that_hold_no_whole_certificate(tmp_path):
    path = tmp_path / "proof"
    PROOF.save(path)
    with pytest.raises(InputError, match="block certificate"):
        ClusterCertificate.load(path)
    with np.load(path) as archive:
        held = dict(archive)
    for name in held:
        less = {key: value for key, value in held.items() if key != name}
        with path.open("wb") as file:
            np.savez(file, **less)
        with pytest.raises(InputError, match="whole certificate"):
            BlockCertificate.load(path)
    with path.open("wb") as file:
        np.savez(file, **(held | {"pattern": np.array([1])}))
    with pytest.raises(InputError, match="pattern has 1 dimensions"):
        BlockCertificate.load(path)


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ([], "shape"),
        ([[]], "shape"),
        ([1, -1], "shape"),
        ([[1, -1]], "shape"),
        ([[1], [1, -1]], "several lengths"),
        ([[1, -1], [1, 1]], r"-1 at \(0, 1\) and 1 at \(1, 0\)"),
        ([[2]], "holds"),
        ([[0.5]], "holds"),
        ([[np.nan]], "holds"),
        ([["+"]], "holds"),
        (None, "shape"),
    ],
)
def test_refuses_patterns(pattern, problem):
    with pytest.raises(InputError, match=problem):
        blocks(TORN, pattern)


def test_refuses_budgets():
    with pytest.raises(InputError, match="budget"):
        blocks(TORN, [[1]], budget=-1)
