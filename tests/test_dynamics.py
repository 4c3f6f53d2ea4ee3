"""Paths of stances: laws, oracles from the papers, refusals."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from stancekit.errors import InputError
from stancekit.signed import balance
from stancekit.signed.dynamics import Path, altafini, cascade, marvel
from stancekit.signed.graph import SignedGraph
from stancekit.testing.graphs import (
    balanced_graphs,
    dense_signed_graphs,
    signed_graphs,
    unbalanced_graphs,
    weighted_graphs,
)

graphs = st.one_of(signed_graphs(), dense_signed_graphs(), weighted_graphs())
calm = settings(deadline=None, max_examples=60)


def dense(graph):
    return graph.adjacency().toarray()


@st.composite
def started(draw, source=graphs, absent=False):
    """A graph, stances, a set of vertices to switch as signs, and a permutation."""
    graph = draw(source)
    values = [-1.0, -0.5, 0.0, 0.25, 1.0, *([np.nan] if absent else [])]
    n = graph.order
    start = draw(st.lists(st.sampled_from(values), min_size=n, max_size=n))
    side = draw(st.lists(st.sampled_from([1, -1]), min_size=n, max_size=n))
    order = draw(st.permutations(range(n)))
    return graph, np.array(start), np.array(side, dtype=int), np.array(order, dtype=int)


def switched(graph, side):
    return graph.switched(np.flatnonzero(side < 0).tolist())


def renamed(graph, order):
    return SignedGraph.from_arrays(graph.order, order[graph.edges], graph.signs, graph.weights)


# --- laws -------------------------------------------------------------------------------------

RULES = st.fixed_dictionaries(
    {
        "threshold": st.sampled_from([0.0, 0.3, 0.9]),
        "pace": st.sampled_from([0.25, 1.0]),
        "chance": st.sampled_from([0.5, 1.0]),
        "rng": st.integers(0, 5),
    }
)


@given(started(absent=True), RULES)
@calm
def test_a_cascade_switches_with_its_actors(case, rules):
    graph, start, side, _ = case
    plain = cascade(graph, start, steps=20, **rules)
    turned = cascade(switched(graph, side), side * start, steps=20, **rules)
    assert np.array_equal(turned.states, plain.states * side, equal_nan=True)
    assert turned.reason == plain.reason


@given(started(absent=True), RULES)
@calm
def test_a_cascade_is_renamed_with_its_actors(case, rules):
    graph, start, _, order = case
    rules = {**rules, "chance": 1.0}
    moved = np.empty_like(start)
    moved[order] = start
    plain = cascade(graph, start, steps=1, **rules)
    again = cascade(renamed(graph, order), moved, steps=1, **rules)
    # Sums in another order may round past a threshold; one step keeps it to ties of that kind.
    near = np.isclose(again.last[order], plain.last, equal_nan=True)
    assert near.all() or len(plain.times) != len(again.times)


@given(started(absent=True), RULES)
@calm
def test_stances_stay_in_range_and_are_never_withdrawn(case, rules):
    graph, start, _, _ = case
    path = cascade(graph, start, steps=30, **rules)
    assert np.array_equal(path.states[0], start, equal_nan=True)
    there = ~np.isnan(path.states)
    assert (np.abs(path.states[there]) <= 1).all()
    assert (there[1:] >= there[:-1]).all()
    assert len(path.times) == len(path.states) <= 31
    if path.converged:
        again = cascade(graph, path.last, steps=5, **rules)
        assert len(again.times) == 1


@given(started(absent=True))
@calm
def test_the_steadfast_stay(case):
    graph, start, side, _ = case
    firm = np.flatnonzero(side > 0)
    path = cascade(graph, start, steadfast=firm.tolist())
    assert np.array_equal(path.last[firm], start[firm], equal_nan=True)


@given(started(balanced_graphs()))
@calm
def test_camps_that_are_at_one_are_at_rest(case):
    graph = case[0]
    camps = balance.certificate(graph).side.astype(float)
    assert cascade(graph, camps).reason == "nobody moves"


@given(started())
@calm
def test_altafini_switches_and_is_renamed(case):
    graph, start, side, order = case
    times = [0, 0.3, 1, 5]
    plain = altafini(graph, start, times=times)
    turned = altafini(switched(graph, side), side * start, times=times)
    assert np.allclose(turned.states, plain.states * side, atol=1e-9)
    assert np.allclose(turned.limit, plain.limit * side, atol=1e-9)
    moved = np.empty_like(start)
    moved[order] = start
    again = altafini(renamed(graph, order), moved, times=times)
    assert np.allclose(again.states[:, order], plain.states, atol=1e-9)


@given(started())
@calm
def test_altafini_is_a_flow_that_shrinks_and_ends_at_its_limit(case):
    graph, start, _, _ = case
    path = altafini(graph, start)
    sizes = np.abs(path.states).max(axis=1, initial=0.0)
    assert (np.diff(sizes) <= 1e-9).all()
    assert path.converged
    half = altafini(graph, path.states[50], times=path.times[:51])
    assert np.allclose(half.last, path.last, atol=1e-9)
    laplacian = np.diag(np.abs(dense(graph)).sum(axis=1)) - dense(graph)
    assert np.allclose(laplacian @ path.limit, 0, atol=1e-9)


@given(started())
@calm
def test_marvel_switches_and_is_renamed(case):
    graph, _, side, order = case
    plain = marvel(graph)
    turned = marvel(switched(graph, side))
    assert turned.blowup == pytest.approx(plain.blowup)
    scale = np.abs(plain.states).max(axis=(1, 2), initial=1.0)[:, None, None]
    # Close to the blow-up rounding of the eigenvalue is magnified: compare the first half.
    early = slice(0, 10)
    expected = plain.states * np.outer(side, side)
    assert np.allclose((turned.states / scale)[early], (expected / scale)[early], atol=1e-6)
    again = marvel(renamed(graph, order))
    moved = again.states[:, order][:, :, order]
    assert np.allclose((moved / scale)[early], (plain.states / scale)[early], atol=1e-6)


@given(st.one_of(signed_graphs(), dense_signed_graphs()))
@calm
def test_marvel_ends_in_two_camps(graph):
    path = marvel(graph)
    if not graph.size:
        assert path.blowup == np.inf
        assert path.converged
        return
    assert path.blowup < np.inf, "the trace is 0, so one eigenvalue is positive"
    side = path.side.astype(int)
    if (side != 0).all():
        assert path.converged
        assert (np.sign(path.last) == np.outer(side, side)).all()


@given(balanced_graphs())
@calm
def test_marvel_keeps_the_camps_of_a_balanced_graph(graph):
    path = marvel(graph)
    known = path.side != 0
    if known.any():
        side = balance.certificate(graph).side.astype(int)
        agree = (path.side * side)[known]
        assert (agree == agree[0]).all()


# --- oracles ----------------------------------------------------------------------------------


@given(started())
@settings(deadline=None, max_examples=25)
def test_altafini_against_the_matrix_exponential(case):
    graph, start, _, _ = case
    laplacian = np.diag(np.abs(dense(graph)).sum(axis=1)) - dense(graph)
    path = altafini(graph, start, times=[0, 0.7])
    assert np.allclose(path.last, expm(-0.7 * laplacian) @ start, atol=1e-9)


def connected(graph):
    return graph.order > 0 and (graph.components() == 0).all()


@given(started(balanced_graphs()))
@calm
def test_bipartite_consensus_on_balanced_graphs(case):
    """Altafini 2013: for symmetric weights the value is the mean of the switched start."""
    graph, start, _, _ = case
    path = altafini(graph, start)
    side, label = balance.certificate(graph).side, graph.components()
    for component in range(label.max(initial=-1) + 1):
        here = label == component
        value = (side * start)[here].mean()
        assert np.allclose(path.limit[here], side[here] * value)
        assert np.allclose(path.last[here], side[here] * value, atol=1e-4)
    assert (path.side == side).all()


@given(started(unbalanced_graphs().filter(connected)))
@calm
def test_everything_fades_where_there_is_no_balance(case):
    graph, start, _, _ = case
    path = altafini(graph, start)
    assert (path.limit == 0).all()
    assert (path.side == 0).all()
    assert np.allclose(path.last, 0, atol=1e-4)


@pytest.mark.parametrize(
    ("signs", "values"),
    [((1, 1, 1), [2, 2, 2]), ((-1, -1, 1), [-4 / 3, 4 / 3, 4 / 3]), ((-1, -1, -1), [0, 0, 0])],
)
def test_altafini_on_triangles(signs, values):
    """Camps {0} and {1, 2} of the second: (1 - 2 - 3) / 3 for the first, its opposite beyond."""
    graph = SignedGraph.from_arrays(3, [(0, 1), (0, 2), (1, 2)], signs)
    assert altafini(graph, [1, 2, 3]).limit == pytest.approx(np.array(values, dtype=float))


def test_marvel_against_a_solver():
    rng = np.random.default_rng(0)
    start = rng.normal(size=(6, 6))
    start = (start + start.T) / 2
    path = marvel(start)
    end = path.times[3]
    solved = solve_ivp(
        lambda t, x: (x.reshape(6, 6) @ x.reshape(6, 6)).ravel(),
        (0, end),
        start.ravel(),
        rtol=1e-10,
        atol=1e-10,
    )
    assert np.allclose(solved.y[:, -1].reshape(6, 6), path.states[3], rtol=1e-6)


def test_marvel_blows_up_at_the_inverse_of_the_leading_eigenvalue():
    """Marvel et al. 2011: t* = 1 / lambda_1, and X / |X| tends to the projector on its vector."""
    rng = np.random.default_rng(1)
    start = rng.normal(size=(20, 20))
    start = (start + start.T) / 2
    values, vectors = np.linalg.eigh(start)
    path = marvel(start)
    assert path.blowup == pytest.approx(1 / values[-1])
    leading = np.sign(vectors[:, -1]) * np.sign(vectors[0, -1])
    assert (path.side == leading).all()
    late = marvel(start, times=[0, path.blowup * (1 - 1e-9)]).last
    assert late / np.linalg.norm(late) == pytest.approx(
        np.outer(vectors[:, -1], vectors[:, -1]), abs=1e-6
    )


@pytest.mark.parametrize(
    ("signs", "top", "side"),
    [
        ((1, 1, 1), 2, (1, 1, 1)),
        ((-1, -1, 1), 2, (1, -1, -1)),
        ((-1, -1, -1), 1, (0, 0, 0)),
        ((1, 1, -1), 1, (0, 0, 0)),
    ],
)
def test_marvel_on_triangles(signs, top, side):
    """Balanced triangles have the eigenvalues 2, -1, -1; unbalanced ones 1, 1, -2."""
    path = marvel(SignedGraph.from_arrays(3, [(0, 1), (0, 2), (1, 2)], signs))
    assert path.blowup == pytest.approx(1 / top)
    assert tuple(path.side) == side
    assert path.converged == (side != (0, 0, 0))


def test_marvel_fades_without_a_positive_eigenvalue():
    path = marvel([[-1.0, 0.0], [0.0, -2.0]])
    assert path.blowup == np.inf
    assert path.converged
    assert marvel([[-2.0]], times=[0, 1, 2]).states.ravel() == pytest.approx([-2, -2 / 3, -2 / 5])


def test_watts_chain_and_its_threshold():
    """In a ring each follows two: one active neighbour is half of the attention."""
    ring = SignedGraph.from_edges(6, [(k, (k + 1) % 6, 1) for k in range(6)])
    start = [1, np.nan, np.nan, np.nan, np.nan, np.nan]
    spread = cascade(ring, start, threshold=0.49, steadfast=[0])
    assert spread.converged
    assert (spread.last == 1).all()
    assert spread.times[-1] == 3
    held = cascade(ring, start, threshold=0.5, steadfast=[0])
    assert np.isnan(held.last[1:]).all()
    assert held.times[-1] == 0


def test_one_follows_without_being_followed():
    follows = [[0, 0], [2, 0]]
    assert cascade(follows, [1, -1]).last.tolist() == [1, 1]
    assert cascade(follows, [1, -1], threshold=2).last.tolist() == [1, -1]
    half = cascade(follows, [1, -1], pace=0.5, steps=2)
    assert half.states[:, 1].tolist() == [-1, 0, 0.5]
    assert half.reason == "steps are used up"
    assert not half.converged


def test_chance_is_a_coin():
    follows = np.zeros((400, 400))
    follows[1:, 0] = 1
    start = np.full(400, -1.0)
    start[0] = 1
    once = cascade(follows, start, chance=0.25, steps=1, rng=3)
    assert 60 < (once.last[1:] == 1).sum() < 140
    assert once == cascade(follows, start, chance=0.25, steps=1, rng=np.random.default_rng(3))
    assert (cascade(follows, start, chance=0.25, rng=3).last == 1).all()


def test_rivals_never_rest():
    assert cascade([[0, -1], [-1, 0]], [1, 1]).reason == "repeats with period 2"


@pytest.mark.parametrize("path", [cascade([[0]], [1]), altafini(SignedGraph.from_edges(0, []), [])])
def test_paths_are_values(path):
    again = pickle.loads(pickle.dumps(path))
    assert again == path
    assert type(again) is type(path)
    assert not path.states.flags.writeable
    assert not again.states.flags.writeable
    assert isinstance(path, Path)
    assert "\n" not in repr(path)


# --- refusals ---------------------------------------------------------------------------------

PAIR = SignedGraph.from_edges(2, [(0, 1, 1)])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cascade(PAIR, [1]), r"start has shape \(1,\)"),
        (lambda: cascade(PAIR, [2, 0]), "outside"),
        (lambda: cascade([[0, 1]], [1]), "square"),
        (lambda: cascade([[np.nan]], [1]), "finite"),
        (lambda: cascade(PAIR, [1, 0], threshold=-1), "threshold=-1"),
        (lambda: cascade(PAIR, [1, 0], threshold=[0, 0, 0]), "one for each of 2"),
        (lambda: cascade(PAIR, [1, 0], pace=0), "nobody ever moves"),
        (lambda: cascade(PAIR, [1, 0], pace=1.5), "pace=1.5"),
        (lambda: cascade(PAIR, [1, 0], chance=float("nan")), "chance=nan"),
        (lambda: cascade(PAIR, [1, 0], steps=-1), "steps=-1"),
        (lambda: cascade(PAIR, [1, 0], steadfast=[5]), "steadfast names actor 5"),
        (lambda: altafini(PAIR, [1, np.nan]), "nan"),
        (lambda: altafini(PAIR, [1, 0], times=[1, 2]), "rise from 0"),
        (lambda: altafini(PAIR, [1, 0], times=[0, 2, 2]), "rise from 0"),
        (lambda: marvel([[0, 1], [2, 0]]), "symmetric"),
        (lambda: marvel([1.0, 2.0]), "symmetric"),
        (lambda: marvel([[np.inf]]), "finite"),
    ],
)
def test_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
