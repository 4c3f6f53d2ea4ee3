"""Many related graphs, and large ones: laws, oracles, refusals."""

import importlib
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from test_partition import known_values, needs_data, read_network, read_windows

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import MULTIPLIER_UNIT, clusters, frustration, frustrations, optima
from stancekit.testing.graphs import dense_signed_graphs, weighted_graphs


def planted(order, size, flipped, seed):
    """Two camps, random ties between them, and some signs turned round."""
    generator = np.random.default_rng(seed)
    pairs = np.unique(np.sort(generator.integers(0, order, (2 * size, 2)), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]][:size]
    side = generator.choice([-1, 1], order)
    signs = side[pairs[:, 0]] * side[pairs[:, 1]]
    signs[generator.random(len(signs)) < flipped] *= -1
    return SignedGraph.from_arrays(order, pairs, signs)


# --- laws -------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(dense_signed_graphs(max_order=6), weighted_graphs(max_order=6)), max_size=4)
)
def test_a_series_has_the_answers_of_one_by_one(graphs):
    together = frustrations(graphs)
    assert [x.certificate.upper for x in together] == [
        frustration(graph).certificate.upper for graph in graphs
    ]
    assert all(x.certificate.proves(graph) for x, graph in zip(together, graphs))


@settings(max_examples=60, deadline=None)
@given(dense_signed_graphs(max_order=7), st.integers(0, 2**32), st.integers(1, 3000))
def test_a_hint_changes_no_bound(graph, seed, thousandths):
    """Not even one of camps and multipliers drawn at random, or in other units."""
    generator = np.random.default_rng(seed)
    best = frustration(graph)
    proof = best.certificate
    other = SignedGraph(graph.order, graph.edges, graph.signs, graph.weights * thousandths / 1000)
    drawn = evolve(
        proof,
        side=generator.choice([-1, 1], graph.order),
        multipliers=generator.integers(0, 2**62, proof.cycles),
        scale=Fraction(int(generator.integers(1, 2**40)), int(generator.integers(1, 2**40))),
    )
    for hint in (proof, drawn, frustration(other).certificate):
        for asked in (graph, other, graph.switched([0] if graph.order else [])):
            found = frustration(asked, hint=hint)
            assert found.certificate.upper == frustration(asked).certificate.upper
            assert found.is_exact
            assert found.certificate.proves(asked), found.certificate.problems(asked)


# --- oracles ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_the_large_loop_agrees_with_the_small_one(seed, monkeypatch):
    module = importlib.import_module("stancekit.signed.partition.frustration")
    graph = planted(300, 1400, 0.08, seed)
    small = frustration(graph)
    monkeypatch.setattr(module, "_SMALL", 100)
    monkeypatch.setattr(module, "_MIDDLE", 100)
    large = frustration(graph)
    assert small.is_certified
    assert large.lower <= small.upper <= large.upper
    assert large.is_certified
    assert large.certificate.proves(graph)
    groups = clusters(graph)
    assert groups.lower <= small.upper
    assert groups.certificate.proves(graph)


def test_a_large_graph_is_certified_and_fixed_by_its_seed():
    graph = planted(2000, 12_000, 0.05, 7)
    one, two = frustration(graph), frustration(graph)
    assert one.is_certified
    assert one.certificate.proves(graph)
    assert one == two


@pytest.mark.parametrize("weight", [1, 1 / 7, 1e-300, 1e300])
def test_a_proof_is_its_own_hint(weight, monkeypatch, tmp_path):
    small = importlib.import_module("stancekit.signed.partition.small")
    graph = planted(80, 300, 0.1, 2)
    graph = SignedGraph(graph.order, graph.edges, graph.signs, graph.weights * weight)
    proof = frustration(graph).certificate
    proof.save(tmp_path / "proof.npz")
    monkeypatch.setattr(small, "simplex", None)  # no program is solved
    again = frustration(graph, hint=type(proof).load(tmp_path / "proof.npz"))
    assert (again.certificate.lower, again.certificate.upper) == (proof.lower, proof.upper)
    assert again.certificate.proves(graph)


@pytest.mark.parametrize(("order", "size"), [(200, 900), (1500, 9000)])
def test_a_run_goes_on_from_what_it_had(order, size):
    graph = planted(order, size, 0.2, 1)
    known = frustration(graph, budget=2).certificate
    cycles = -(-int(known.multipliers.sum()) // MULTIPLIER_UNIT) / known.scale
    again = frustration(graph, budget=0, hint=known).certificate
    assert again.lower >= cycles > 0
    assert again.upper <= known.upper
    assert again.proves(graph)


@needs_data
def test_the_windows_in_a_row_agree_with_the_known_values():
    known = known_values()
    windows = list(read_windows())[:12]
    for (window, graph), found in zip(windows, frustrations(graph for _, graph in windows)):
        assert found.certificate.proves(graph)
        assert (
            found.lower == found.upper == int(known[f"cow_windows/{window}"]["frustration_upper"])
        )


@needs_data
@pytest.mark.parametrize(("name", "value"), [("bitcoin_alpha", 720), ("bitcoin_otc", 1073)])
def test_networks_of_trust_are_certified(name, value):
    graph = read_network(name)
    found = frustration(graph)
    assert (found.lower, found.upper, found.is_certified) == (value, value, True)
    assert found.certificate.proves(graph)


@needs_data
@pytest.mark.parametrize(("name", "value"), [("bitcoin_alpha", 720), ("bitcoin_otc", 1052)])
def test_clusters_of_networks_of_trust_are_certified(name, value):
    graph = read_network(name)
    found = clusters(graph)
    assert (found.lower, found.upper, found.is_certified) == (value, value, True)
    assert found.certificate.proves(graph)


GIANTS = [("wiki_elec", 14602), ("epinions", 50756), ("slashdot090221", 73581)]


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), GIANTS)
def test_giants_are_certified(name, value):
    graph = read_network(name)
    found = frustration(graph)
    assert (found.lower, found.upper, found.is_certified) == (value, value, True)
    assert found.certificate.proves(graph)


# --- refusals ---------------------------------------------------------------------------------


def test_refuses_budgets():
    with pytest.raises(InputError, match="budget"):
        frustrations([SignedGraph.from_edges(0, [])], budget=-1)


WRONG = ["abc", 1j, [1], True, -1, float("nan"), object()]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_refuses_what_is_none_of_its_kind(wrong):
    graph = planted(6, 9, 0.2, 0)
    with pytest.raises(InputError, match="budget="):
        frustration(graph, budget=wrong)
    with pytest.raises(InputError, match="budget="):
        optima(graph, budget=wrong)
    with pytest.raises(InputError, match="limit="):
        optima(graph, limit=wrong)
    with pytest.raises(InputError, match="hint is of type"):
        frustration(graph, hint=wrong)
    with pytest.raises(InputError, match="graph="):
        frustration(wrong)
    with pytest.raises(InputError, match="graph="):
        optima(wrong)
    with pytest.raises(InputError, match=r"graphs?="):
        frustrations(wrong)
    with pytest.raises(InputError, match="vertex"):
        optima(graph).together(0, wrong)


def test_refuses_the_answer_as_a_hint_and_vertices_that_are_none():
    graph = planted(6, 9, 0.2, 0)
    with pytest.raises(InputError, match="type Frustration; accepted is the certificate"):
        frustration(graph, hint=frustration(graph))
    with pytest.raises(InputError, match=r"vertex 6; accepted are 0\.\.5"):
        optima(graph).together(6, 0)


def test_refuses_hints_about_others_and_damaged_ones():
    graph = planted(20, 60, 0.2, 0)
    proof = frustration(graph).certificate
    with pytest.raises(InputError, match="20 vertices, the graph has 3"):
        frustration(SignedGraph.from_edges(3, []), hint=proof)
    for damage in (
        {"side": np.zeros(20)},
        {"scale": Fraction(0)},
        {"starts": proof.starts[:-1]},
        {"starts": proof.starts[::-1]},
        {"starts": np.zeros(0)},
        {"vertices": proof.vertices + 20},
        {"vertices": proof.vertices[:-1]},
        {"multipliers": -proof.multipliers},
        {"multipliers": proof.multipliers[1:]},
    ):
        with pytest.raises(InputError, match="hint is damaged"):
            frustration(graph, hint=evolve(proof, **damage))


def test_progress_shows_the_bounds(capsys):
    pytest.importorskip("tqdm")
    found = frustration(planted(60, 200, 0.2, 3), progress=True)
    shown = capsys.readouterr().err
    assert f"upper={found.upper}" in shown
    assert f"lower={found.lower}" in shown
