"""The frustration index and its certificate: laws, oracles, refusals."""

import csv
import gzip
import itertools
import os
import pathlib
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import Certificate, frustration
from stancekit.testing.graphs import (
    balanced_graphs,
    dense_signed_graphs,
    signed_graphs,
    unbalanced_graphs,
    weighted_graphs,
)

DATA = pathlib.Path(
    os.environ.get("STANCEKIT_DATA", pathlib.Path(__file__).parents[2] / "shared" / "data")
)
needs_data = pytest.mark.skipif(
    not (DATA / "signed_graphs").is_dir(), reason="STANCEKIT_DATA has no signed_graphs folder"
)


def exact(x):
    """The fraction that a decimal weight means."""
    return Fraction(repr(float(x)))


def brute_force(graph):
    """The definition, slowly and in fractions: least weight that any two camps contradict."""
    best = None
    for camps in itertools.product([1, -1], repeat=max(graph.order - 1, 0)):
        side = (1, *camps)
        cost = sum(
            (
                exact(w)
                for (u, v), s, w in zip(graph.edges.tolist(), graph.signs, graph.weights)
                if s * side[u] * side[v] < 0
            ),
            Fraction(0),
        )
        best = cost if best is None else min(best, cost)
    return best


def stranger_accepts(graph, proof):
    """Check a certificate from its definition alone, in Python integers and fractions."""
    weight = {tuple(e): exact(w) for e, w in zip(graph.edges.tolist(), graph.weights)}
    sign = {tuple(e): int(s) for e, s in zip(graph.edges.tolist(), graph.signs)}
    side = proof.side.tolist()
    cost = sum(w for (u, v), w in weight.items() if sign[u, v] * side[u] * side[v] < 0)
    times = proof.multipliers.tolist()
    rings = [proof.cycle(k) for k in range(proof.cycles)]
    lower = packed(weight, sign, {}, rings, times, proof.scale)
    if lower is not None and proof.branches is not None:
        leaf = leaf_by_leaf(weight, sign, proof)
        lower = None if leaf is None else max(lower, leaf)
    return lower is not None and cost <= proof.upper and lower >= proof.lower


def packed(weight, sign, decided, rings, times, scale):
    """What cycles show of camps that satisfy and contradict decided edges; None for bad ones."""
    spent, total = dict.fromkeys(weight, Fraction(0)), Fraction(0)
    for ring, multiplier in zip(rings, times):
        if len(ring) < 3:
            return None
        give, product = Fraction(int(multiplier), 2**24) / scale, 1
        for u, v in zip(ring, (*ring[1:], ring[0])):
            edge = (min(u, v), max(u, v))
            if edge not in weight:
                return None
            product *= -sign[edge] if decided.get(edge) else sign[edge]
            spent[edge] += give
        if product != -1 or give < 0:
            return None
        total += give
    if any(spent[e] > weight[e] for e in weight if e not in decided):
        return None
    paid = sum((weight[e] for e, contradicted in decided.items() if contradicted), Fraction(0))
    # Every weight is a whole number of units, so the bound may be rounded up to one.
    return -(-((paid + total) * scale) // 1) / scale


def leaf_by_leaf(weight, sign, proof):
    """The least that a leaf of the tree shows; None where it is no whole tree."""
    nodes, leaves = proof.branches.tolist(), proof.leaves.tolist()
    starts, ring = proof.leaf_starts.tolist(), proof.leaf_vertices.tolist()
    times = proof.leaf_multipliers.tolist()
    if len(starts) != len(times) + 1 or starts[-1] != len(ring) or leaves[-1] != len(times):
        return None
    count = itertools.count()

    def below(decided):
        u, v = nodes.pop(0)
        if (u, v) == (-1, -1):
            k = next(count)
            inside = range(leaves[k], leaves[k + 1])
            rings = [tuple(ring[starts[c] : starts[c + 1]]) for c in inside]
            return packed(weight, sign, decided, rings, [times[c] for c in inside], proof.scale)
        edge = (min(u, v), max(u, v))
        if edge not in weight or edge in decided:
            return None
        parts = below({**decided, edge: False}), below({**decided, edge: True})
        return None if None in parts else min(parts)

    least = below({})
    return None if nodes else least


def complete(n, signs):
    return SignedGraph.from_edges(
        n, [(*p, s) for p, s in zip(itertools.combinations(range(n), 2), signs)]
    )


# --- laws -------------------------------------------------------------------------------------

few = settings(max_examples=60, deadline=None)


@few
@given(unbalanced_graphs(), st.data())
def test_switching_changes_nothing(graph, data):
    camp = data.draw(st.sets(st.sampled_from(range(graph.order))))
    assert frustration(graph).upper == frustration(graph.switched(camp)).upper


@few
@given(dense_signed_graphs(), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(graph, random):
    name = list(range(graph.order))
    random.shuffle(name)
    again = SignedGraph.from_edges(
        graph.order,
        [(name[u], name[v], int(s)) for (u, v), s in zip(graph.edges.tolist(), graph.signs)],
    )
    assert frustration(graph).upper == frustration(again).upper


@few
@given(weighted_graphs(), unbalanced_graphs())
def test_a_disjoint_union_adds_up(one, two):
    union = SignedGraph.from_arrays(
        one.order + two.order,
        np.concatenate([one.edges, two.edges + one.order]),
        np.concatenate([one.signs, two.signs]),
        np.concatenate([one.weights, two.weights]),
    )
    whole, parts = frustration(union), (frustration(one), frustration(two))
    assert whole.certificate.upper == sum(p.certificate.upper for p in parts)


@few
@given(weighted_graphs(), st.data())
def test_one_flip_moves_it_by_at_most_its_weight(graph, data):
    if not graph.size:
        return
    k = data.draw(st.integers(0, graph.size - 1))
    signs = graph.signs.copy()
    signs[k] *= -1
    flipped = SignedGraph(graph.order, graph.edges, signs, graph.weights)
    before, after = frustration(graph).certificate.upper, frustration(flipped).certificate.upper
    assert abs(before - after) <= exact(graph.weights[k])


@few
@given(unbalanced_graphs(), st.integers(1, 40))
def test_scaling_all_weights_scales_it(graph, tenths):
    scaled = SignedGraph(graph.order, graph.edges, graph.signs, graph.weights * tenths / 10)
    assert frustration(scaled).certificate.upper == (
        frustration(graph).certificate.upper * Fraction(tenths, 10)
    )


@few
@given(balanced_graphs())
def test_balance_is_zero_and_certified(graph):
    found = frustration(graph)
    assert (found.lower, found.upper, found.is_certified, found.index) == (0, 0, True, (1.0, 1.0))


@few
@given(dense_signed_graphs(), st.integers(0, 5))
def test_a_seed_fixes_the_answer(graph, seed):
    assert frustration(graph, rng=seed) == frustration(graph, rng=seed)


@few
@given(signed_graphs(max_order=9))
def test_the_first_of_each_component_is_on_side_one(graph):
    found = frustration(graph)
    assert (found.side[np.unique(graph.components(), return_index=True)[1]] == 1).all()


@pytest.mark.parametrize("budget", [0, 0.01, 0.2, 5])
def test_a_budget_leaves_honest_bounds(budget):
    generator = np.random.default_rng(3)
    signs = generator.choice([-1, 1], size=45)
    graph = complete(10, signs.tolist())
    found = frustration(graph, budget=budget)
    assert found.lower <= brute_force(graph) <= found.upper
    assert found.certificate.proves(graph)


# --- oracles ----------------------------------------------------------------------------------


def agrees(graph):
    found, truth = frustration(graph), brute_force(graph)
    proof = found.certificate
    assert found.is_certified
    assert proof.lower == proof.upper == truth
    assert found.upper == float(truth)
    assert proof.proves(graph), proof.problems(graph)
    assert stranger_accepts(graph, proof)
    assert found.loss == 0.0


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_every_sign_pattern_of_small_complete_graphs(n):
    for signs in itertools.product([1, -1], repeat=n * (n - 1) // 2):
        agrees(complete(n, signs))


def test_sign_patterns_of_the_complete_graph_on_five():
    for signs in list(itertools.product([1, -1], repeat=10))[::7]:
        agrees(complete(5, signs))


@pytest.mark.parametrize(
    "strategy",
    [
        signed_graphs(max_order=8),
        dense_signed_graphs(max_order=7),
        unbalanced_graphs(max_order=8),
        weighted_graphs(max_order=7),
    ],
    ids=["any", "dense", "unbalanced", "weighted"],
)
def test_agrees_with_brute_force(strategy):
    @settings(max_examples=150, deadline=None)
    @given(strategy)
    def check(graph):
        agrees(graph)

    check()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_agrees_with_brute_force_on_two_kinds_of_vertices(states, claims, data):
    values = data.draw(
        st.lists(
            st.sampled_from((-1, -0.5, 0, 0.25, 1)),
            min_size=states * claims,
            max_size=states * claims,
        )
    )
    pairs = itertools.product(range(states), range(states, states + claims))
    agrees(SignedGraph.from_edges(states + claims, [(*p, x) for p, x in zip(pairs, values) if x]))


@pytest.mark.parametrize("n", range(1, 14))
def test_all_rivals_have_the_closed_form(n):
    found = frustration(complete(n, [-1] * (n * (n - 1) // 2)))
    assert found.is_exact
    assert found.upper == (n - 1) ** 2 // 4


@pytest.mark.parametrize("order", [0, 1, 2])
def test_no_ties_no_contradiction(order):
    found = frustration(SignedGraph.from_edges(order, []))
    assert (found.lower, found.upper, found.is_certified) == (0, 0, True)
    assert found.side.tolist() == [1] * order
    assert "certified" in found._repr_html_()


def test_weights_that_no_whole_number_holds_are_bounded_with_the_loss_stated():
    generator = np.random.default_rng(0)
    graph = SignedGraph.from_edges(
        4,
        [(*p, -float(w)) for p, w in zip(itertools.combinations(range(4), 2), generator.random(6))],
    )
    found = frustration(graph)
    truth = min(
        sum(Fraction(float(w)) for w in graph.weights[graph.frustrated((1, *camps))])
        for camps in itertools.product([1, -1], repeat=3)
    )
    assert 0 < found.loss < 1e-9
    assert found.certificate.lower <= truth <= found.certificate.upper
    assert found.upper - found.lower <= 1e-9
    assert found.certificate.proves(graph)


@pytest.mark.parametrize("scale", [1e-9, 1e6, 1e12])
def test_odd_magnitudes_are_still_bracketed(scale):
    graph = complete(5, [-1, 1, -1, -1, 1, -1, -1, 1, -1, -1])
    scaled = SignedGraph(5, graph.edges, graph.signs, graph.weights * scale)
    found = frustration(scaled)
    assert found.lower == pytest.approx(float(brute_force(graph)) * scale)
    assert found.certificate.proves(scaled)


def read_windows():
    windows = {}
    with gzip.open(DATA / "signed_graphs" / "cow_windows.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            windows.setdefault(row["window"], []).append((row["a"], row["b"], int(row["sign"])))
    for window, ties in windows.items():
        code = {x: i for i, x in enumerate(sorted({x for tie in ties for x in tie[:2]}))}
        yield window, SignedGraph.from_edges(len(code), [(code[a], code[b], s) for a, b, s in ties])


def known_values():
    path = DATA / "oracles_frustration" / "values.csv"
    with path.open(encoding="utf-8") as file:
        return {row["network"]: row for row in csv.DictReader(file)}


def read_network(name):
    with gzip.open(DATA / "signed_graphs" / f"{name}.csv.gz") as file:
        rows = np.loadtxt(file, delimiter=",", skiprows=1, dtype=np.int64)
    return SignedGraph.from_arrays(int(rows[:, :2].max()) + 1, rows[:, :2], rows[:, 2])


@needs_data
def test_every_window_of_the_state_system_is_certified():
    known = known_values()
    for window, graph in read_windows():
        found, truth = frustration(graph), known[f"cow_windows/{window}"]
        assert found.is_certified
        assert found.certificate.proves(graph)
        assert found.upper == int(truth["frustration_upper"])


@needs_data
def test_the_highland_tribes_are_certified():
    found = frustration(read_network("tribes"))
    assert (found.upper, found.is_certified) == (7, True)


# --- refusals ---------------------------------------------------------------------------------

TIES = [(0, 1, -1), (1, 2, -1), (0, 2, -1), (2, 3, 1), (3, 4, 1), (2, 4, -1), (0, 4, 1)]
GRAPH = SignedGraph.from_edges(5, TIES)
PROOF = frustration(GRAPH).certificate


def forged(cycles=None, multipliers=None, **changes):
    """The proof with other cycles or multipliers."""
    rings = [PROOF.cycle(k) for k in range(PROOF.cycles)] if cycles is None else cycles
    times = PROOF.multipliers.tolist() if multipliers is None else multipliers
    return evolve(
        PROOF,
        starts=np.cumsum([0, *map(len, rings)]),
        vertices=[x for ring in rings for x in ring],
        multipliers=times,
        **changes,
    )


UNIT = 2**24


@pytest.mark.parametrize(
    ("proof", "problem"),
    [
        (forged([(0, 1, 3)], [UNIT]), "no edge"),
        (forged([(0, 1, 7)], [UNIT]), "not in the graph"),
        (forged([(0, 1, -1)], [UNIT]), "not in the graph"),
        (forged([(0, 2, 4)], [UNIT]), "2 negative edges"),
        (forged([(0, 1, 2), (2, 1, 0)], [UNIT, UNIT]), "more than its weight"),
        (forged([(0, 1, 2)], [2 * UNIT]), "more than its weight"),
        (forged([(0, 1, 2)], [2**62]), "larger than any weight"),
        (forged([(0, 1, 2), (2, 3, 4)], [UNIT, -1]), "negative"),
        (forged([(0, 1)], [UNIT]), "fewer than three"),
        (forged([(0, 1, 2)], [UNIT], lower_units=2), "show 1 units, not 2"),
        (forged(upper_units=0), "camps contradict"),
        (forged(side=[1, 1, 1, 1, 1]), "camps contradict"),
        (forged(side=[1, 1, 1, 1, 0]), "neither"),
        (forged(side=[1, 1, 1]), "vertices"),
        (forged(order=6), "vertices"),
        (forged(scale=Fraction(-1)), "scale"),
        (forged(scale=Fraction(2)), "camps contradict"),
        (evolve(PROOF, starts=PROOF.starts + 1), "delimited"),
    ],
)
def test_forged_certificates_prove_nothing(proof, problem):
    assert not proof.proves(GRAPH)
    assert problem in proof.problems(GRAPH)[0]


def test_a_certificate_is_about_one_graph():
    assert PROOF.proves(GRAPH)
    assert stranger_accepts(GRAPH, PROOF)
    assert not PROOF.proves(SignedGraph.from_edges(5, TIES[1:]))
    assert not PROOF.proves(SignedGraph.from_edges(5, [(0, 1, 1), *TIES[1:]]))
    lighter = SignedGraph(5, GRAPH.edges, GRAPH.signs, GRAPH.weights / 2)
    assert not PROOF.proves(lighter)


@few
@given(graph=weighted_graphs())
def test_a_certificate_survives_its_file(graph, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "proof"
    proof = frustration(graph).certificate
    proof.save(path)
    assert Certificate.load(path) == proof


def test_files_that_hold_no_whole_certificate(tmp_path):
    path = tmp_path / "proof.npz"
    PROOF.save(path)
    whole = path.read_bytes()
    for size in (0, 1, 30, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="whole certificate"):
            Certificate.load(path)
    path.write_text("formula,=1+1\n")
    with pytest.raises(InputError, match="whole certificate"):
        Certificate.load(path)
    with pytest.raises(FileNotFoundError):
        Certificate.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", np.array("another")),
        ("scale", np.array("1/0")),
        ("scale", np.array("x")),
        ("scale", np.array("-1")),
        ("scale", np.array("1e99999999")),
        ("scale", np.array("9" * 10**6)),
        ("scale", np.array("\u0662")),
        ("side", np.array([0.5])),
        ("bounds", np.array([1, 2, 3])),
        ("starts", np.array([[1]])),
        ("multipliers", np.array(["x"])),
    ],
)
def test_files_with_a_wrong_field(tmp_path, field, value):
    path = tmp_path / "proof.npz"
    PROOF.save(path)
    with np.load(path) as archive:
        held = dict(archive)
    held["camps" if field == "side" else field] = value
    with path.open("wb") as file:
        np.savez(file, **held)
    with pytest.raises(InputError):
        Certificate.load(path)


def test_files_with_one_byte_turned(tmp_path):
    path = tmp_path / "proof.npz"
    PROOF.save(path)
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        for turned in (whole[place] ^ 0xFF, whole[place] ^ 1):
            path.write_bytes(whole[:place] + bytes([turned]) + whole[place + 1 :])
            try:
                read = Certificate.load(path)
            except InputError:
                refused += 1
            else:
                assert read == PROOF or not read.proves(GRAPH)
    assert refused > len(whole)


@pytest.mark.parametrize("scale", [Fraction(10**30), Fraction(10**399), Fraction(1, 10**399)])
def test_scales_that_no_machine_counts_prove_nothing(scale):
    assert not evolve(PROOF, scale=scale).proves(GRAPH)


@pytest.mark.parametrize("budget", [-1, float("nan")])
def test_refuses_budgets(budget):
    with pytest.raises(InputError, match="budget"):
        frustration(GRAPH, budget=budget)
