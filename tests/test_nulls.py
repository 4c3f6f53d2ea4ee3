"""Null models and the Monte Carlo test: laws, oracles, refusals."""

import itertools
import math
import pickle
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from stancekit.errors import InputError
from stancekit.signed import balance, nulls, partition
from stancekit.signed.graph import SignedGraph
from stancekit.signed.nulls.exchange import alternate, free_ties
from stancekit.signed.nulls.montecarlo import NullTest
from stancekit.signed.nulls.rewire import swapped
from stancekit.testing.graphs import dense_signed_graphs, signed_graphs, weighted_graphs

graphs = st.one_of(signed_graphs(max_order=10), dense_signed_graphs(), weighted_graphs())
seeds = st.integers(0, 2**32 - 1)
cells = st.sampled_from([np.nan, np.nan, 1.0, -1.0, 0.5, -0.25, 0.0])
tables = st.tuples(st.integers(0, 5), st.integers(0, 5)).flatmap(
    lambda shape: st.lists(cells, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda values: np.array(values, dtype=float).reshape(shape)
    )
)
OF_GRAPHS = [nulls.shuffle_signs, nulls.signed_rewire, nulls.exchange_signs]
OF_TABLES = [nulls.shuffle_rows, nulls.shuffle_columns, nulls.exchange_table, nulls.rewire_table]


def signed_degrees(graph):
    u, v = graph.edges.T
    return np.array(
        [
            np.bincount(u[graph.signs == s], minlength=graph.order)
            + np.bincount(v[graph.signs == s], minlength=graph.order)
            for s in (1, -1)
        ]
    )


def random_graph(order, density, positive, rng):
    edges = np.argwhere(np.triu(rng.random((order, order)) < density, 1))
    signs = np.where(rng.random(len(edges)) < positive, 1, -1)
    return SignedGraph.from_arrays(order, edges, signs)


# --- laws -------------------------------------------------------------------------------------


@given(graphs, seeds)
def test_shuffled_signs_keep_ties_weights_and_the_number_of_rivalries(graph, seed):
    drawn = nulls.shuffle_signs(graph, rng=seed)
    assert (drawn.edges == graph.edges).all()
    assert (drawn.weights == graph.weights).all()
    assert drawn.signs.sum() == graph.signs.sum()


@given(graphs, seeds)
@settings(deadline=None)
def test_exchanged_signs_keep_ties_weights_and_signed_degrees(graph, seed):
    drawn = nulls.exchange_signs(graph, rng=seed)
    assert (drawn.edges == graph.edges).all()
    assert (drawn.weights == graph.weights).all()
    assert (signed_degrees(drawn) == signed_degrees(graph)).all()


@given(graphs, seeds)
@settings(max_examples=50, deadline=None)
def test_rewiring_keeps_signed_degrees_and_the_weights_of_each_sign(graph, seed):
    drawn = nulls.signed_rewire(graph, rng=seed)
    assert (signed_degrees(drawn) == signed_degrees(graph)).all()
    for sign in (1, -1):
        kept = [np.sort(g.weights[g.signs == sign]) for g in (drawn, graph)]
        assert (kept[0] == kept[1]).all()


@pytest.mark.parametrize("null", OF_GRAPHS)
@given(graph=graphs, seed=seeds)
@settings(max_examples=20, deadline=None)
def test_a_draw_follows_from_its_seed_alone(null, graph, seed):
    drawn = null(graph, rng=seed)
    assert drawn == null(graph, rng=np.random.default_rng(seed))
    assert drawn == null(graph, rng=seed)


@given(graphs, seeds)
@settings(deadline=None)
def test_settled_ties_are_settled(graph, seed):
    settled = ~free_ties(graph).ties
    drawn = nulls.exchange_signs(graph, rng=seed)
    assert (drawn.signs[settled] == graph.signs[settled]).all()


@given(tables, seeds)
@settings(max_examples=50, deadline=None)
def test_tables_keep_their_margins(table, seed):
    before = table.copy()
    there = ~np.isnan(table)

    def margins(values, axis):
        return np.array([np.nansum(np.sign(values) == s, axis=axis) for s in (1, 0, -1)])

    for null, axes in zip(OF_TABLES, [(1,), (0,), (0, 1), (0, 1)]):
        drawn = null(table, rng=seed)
        assert drawn.shape == table.shape
        for axis in axes:
            assert (margins(drawn, axis) == margins(table, axis)).all()
        if null is not nulls.rewire_table:
            assert (np.isnan(drawn) == ~there).all()
        held = [np.sort(values[~np.isnan(values)]) for values in (drawn, table)]
        sizes = [np.sort(np.abs(values)) for values in held]
        assert (sizes[0] == sizes[1]).all()
        if null is not nulls.exchange_table:
            assert (held[0] == held[1]).all()
    exchanged = nulls.exchange_table(table, rng=seed)
    assert (np.abs(exchanged[there]) == np.abs(table[there])).all()
    assert np.array_equal(before, table, equal_nan=True)


@given(graphs)
@settings(max_examples=40, deadline=None)
def test_maximum_entropy_meets_the_degrees(graph):
    model = nulls.fit_signs(graph)
    u, v = graph.edges.T
    expected = np.bincount(u, model.probability, graph.order) + np.bincount(
        v, model.probability, graph.order
    )
    gap = np.abs(expected - signed_degrees(graph)[0]).max(initial=0.0)
    # On the boundary the multipliers run away and the degrees are only approached.
    assert gap == pytest.approx(model.error, abs=1e-12)
    assert gap < 1e-3
    settled = ~free_ties(graph).ties
    assert (model.probability[settled] == (graph.signs[settled] > 0)).all()


def strength(graph):
    """A statistic without ties: every edge and sign has its own irrational-looking number."""
    u, v = graph.edges.T
    return float((np.sin(1 + u * 37.7 + v * 11.3) * graph.signs).sum())


@pytest.mark.parametrize("stop", [None, 3])
def test_the_same_bits_with_any_executor(stop):
    graph = random_graph(9, 0.6, 0.6, np.random.default_rng(3))
    run = partial(nulls.test, graph, strength, nulls.exchange_signs, draws=200, rng=11, stop=stop)
    alone = run()
    with ThreadPoolExecutor(3) as threads:
        assert run(executor=threads) == alone
    with ProcessPoolExecutor(2) as processes:
        assert run(executor=processes) == alone


def test_results_are_values():
    graph = random_graph(9, 0.6, 0.6, np.random.default_rng(3))
    model = nulls.fit_signs(graph)
    found = nulls.test(graph, strength, model, draws=5)
    for value, array in [(model, "probability"), (found, "values")]:
        again = pickle.loads(pickle.dumps(value))
        assert again == value
        assert not getattr(again, array).flags.writeable
        assert "\n" not in repr(value)


def test_a_generator_seeds_the_draws_too():
    graph = random_graph(9, 0.6, 0.6, np.random.default_rng(3))
    run = partial(nulls.test, graph, strength, nulls.shuffle_signs, draws=5)
    assert run(rng=np.random.default_rng(1)) == run(rng=np.random.default_rng(1))
    assert run(rng=np.random.default_rng(1)) != run(rng=np.random.default_rng(2))


values = st.lists(st.integers(-3, 3), min_size=1, max_size=12)


@given(st.integers(-3, 3), values, st.data(), st.one_of(st.none(), st.integers(1, 4)))
def test_intervals_hold_the_p_values_of_the_numbers_they_bound(mark, drawn, data, stop):
    slack = st.integers(0, 2)
    exact = NullTest(
        observed=(mark, mark), values=[(x, x) for x in drawn], requested=12, stop=stop, reason=""
    )
    bounds = [(x - data.draw(slack), x + data.draw(slack)) for x in drawn]
    hidden = [(np.nan, np.nan) if data.draw(st.booleans()) else pair for pair in bounds]
    for pairs, around in [(bounds, data.draw(slack)), (hidden, 0)]:
        loose = NullTest(
            observed=(mark - around, mark + around),
            values=pairs,
            requested=12,
            stop=stop,
            reason="",
        )
        for name in ("at_most", "at_least", "two_sided", "rank"):
            (low, high), (point, same) = getattr(loose, name), getattr(exact, name)
            assert point == same
            assert low <= point <= high
        if pairs is bounds and not math.isnan(loose.z[0]):
            assert loose.z[0] - 1e-9 <= exact.z[0] <= loose.z[1] + 1e-9


@given(st.integers(-3, 3), values)
def test_tails_mirror_each_other(mark, drawn):
    made = partial(NullTest, requested=12, reason="")
    plain = made(observed=(mark, mark), values=[(x, x) for x in drawn])
    turned = made(observed=(-mark, -mark), values=[(-x, -x) for x in drawn])
    assert plain.at_most == turned.at_least
    assert plain.rank[0] == -turned.rank[0]
    assert 1 / (len(drawn) + 1) <= plain.at_most[0] <= 1


# --- oracles ----------------------------------------------------------------------------------


def evenly(counts, states):
    """P-value of the hypothesis that the counted states are spread evenly over all of them."""
    assert set(counts) <= states, "a state that is not in the class"
    observed = [counts.get(state, 0) for state in sorted(states)]
    return stats.chisquare(observed).pvalue


SQUARE = [(0, 1, 1), (1, 2, -1), (2, 3, 1), (0, 3, -1)]
SMALL = {
    "complete": [(u, v, 1 if (u + v) % 2 else -1) for v in range(5) for u in range(v)],
    "hexagon": [(k, (k + 1) % 6, (-1) ** k) for k in range(6)],
    "two squares": [(a + d, b + d, s) for a, b, s in SQUARE for d in (0, 3)],
    "bow tie": [(0, 1, 1), (1, 2, -1), (0, 2, 1), (2, 3, 1), (3, 4, -1), (2, 4, -1), (0, 3, -1)],
}


@pytest.mark.parametrize("name", SMALL)
def test_exchanges_reach_all_assignments_evenly(name):
    edges = SMALL[name]
    graph = SignedGraph.from_edges(1 + max(v for _, v, _ in edges), edges)
    wanted = signed_degrees(graph)
    ends = np.zeros((graph.size, graph.order), dtype=int)
    ends[np.arange(graph.size), graph.edges[:, 0]] = 1
    ends[np.arange(graph.size), graph.edges[:, 1]] = 1
    states = {
        signs
        for signs in itertools.product((1, -1), repeat=graph.size)
        if ((np.array(signs) > 0) @ ends == wanted[0]).all()
    }
    rng = np.random.default_rng(1)
    counts = Counter(
        tuple(nulls.exchange_signs(graph, rng=rng).signs.tolist()) for _ in range(60 * len(states))
    )
    assert evenly(counts, states) > 0.001


def test_rewiring_reaches_all_graphs_evenly():
    graph = SignedGraph.from_edges(5, [(0, 1, 1), (2, 3, 1), (1, 4, 1), (0, 2, -1), (3, 4, -1)])
    pairs = [(u, v) for v in range(5) for u in range(v)]
    ends = np.array([[x in pair for x in range(5)] for pair in pairs], dtype=int)
    every = np.array(list(itertools.product((0, 1, -1), repeat=len(pairs))), dtype=np.int8)
    wanted = signed_degrees(graph)
    fits = ((every == 1) @ ends == wanted[0]).all(1) & ((every == -1) @ ends == wanted[1]).all(1)
    states = {tuple(state) for state in every[fits].tolist()}
    assert len(states) == 12
    rng, counts = np.random.default_rng(2), Counter()
    for _ in range(30 * len(states)):
        drawn = nulls.signed_rewire(graph, rng=rng)
        held = dict(zip(map(tuple, drawn.edges.tolist()), drawn.signs.tolist()))
        counts[tuple(held.get(pair, 0) for pair in pairs)] += 1
    assert evenly(counts, states) > 0.001


def one_way(step, states, tries):
    """P-value of the hypothesis that one step leads from i to j as often as from j to i."""
    rng = np.random.default_rng(9)
    counts = {state: Counter(step(state, rng) for _ in range(tries)) for state in states}
    pairs = [(counts[a][b], counts[b][a]) for a, b in itertools.combinations(states, 2)]
    met = [pair for pair in pairs if sum(pair) > 10]
    assert len(met) >= 3
    return stats.chi2.sf(sum((x - y) ** 2 / (x + y) for x, y in met), len(met))


def reached(step, first):
    """All states within a few steps."""
    rng, found = np.random.default_rng(1), {first}
    for _ in range(6):
        found |= {step(state, rng) for state in sorted(found) for _ in range(20)}
    return sorted(found)


@pytest.mark.parametrize("name", ["complete", "two squares"])
def test_one_walk_leads_back_as_often_as_there(name):
    edges = SMALL[name]
    graph = SignedGraph.from_edges(1 + max(v for _, v, _ in edges), edges)

    def step(state, rng):
        now = SignedGraph(graph.order, graph.edges, np.array(state, dtype=np.int8), graph.weights)
        return tuple(alternate(now, rng, 1e-9).tolist())

    states = reached(step, tuple(graph.signs.tolist()))
    assert one_way(step, states, 6000 // len(states)) > 0.001


def test_one_round_of_swaps_leads_back_as_often_as_there():
    graph = SignedGraph.from_edges(6, [(0, 1, 1), (1, 2, 1), (2, 3, 1), (3, 4, 1), (0, 5, -1)])

    rows = sorted(zip((-graph.signs).tolist(), graph.edges.tolist()))
    first = tuple(x for _, pair in rows for x in pair)
    signs = np.array([-s for s, _ in rows], dtype=np.int8)

    def round_of(state, rng):
        moved = swapped(6, np.array(state).reshape(-1, 2), signs, 0, 0.75, rng)
        keyed = sorted(zip((-signs).tolist(), moved.tolist()))
        return tuple(x for _, pair in keyed for x in pair)

    states = reached(round_of, first)
    assert one_way(round_of, states, 25_000 // len(states)) > 0.001


CROSSED = [[1.0, -1.0, np.nan], [-1.0, 1.0, 1.0], [np.nan, 1.0, -1.0]]
SPARSE = [[1.0, -1.0, np.nan], [np.nan, 1.0, 1.0], [np.nan, np.nan, -1.0]]


@pytest.mark.parametrize(
    ("null", "table"), [(nulls.exchange_table, CROSSED), (nulls.rewire_table, SPARSE)]
)
def test_tables_are_reached_evenly(null, table):
    table = np.array(table)
    keep_cells = null is nulls.exchange_table
    every = np.array(list(itertools.product((0, 1, -1), repeat=9)), dtype=np.int8)
    sign = np.nan_to_num(table).astype(np.int8)
    fits = np.ones(len(every), dtype=bool)
    for axis in (0, 1):
        for s in (1, -1):
            count = (every.reshape(-1, 3, 3) == s).sum(axis=axis + 1)
            fits &= (count == (sign == s).sum(axis=axis)).all(1)
    if keep_cells:
        fits &= ((every != 0) == (sign != 0).ravel()).all(1)
    states = {tuple(state) for state in every[fits].tolist()}
    assert len(states) > 1
    rng = np.random.default_rng(5)
    counts = Counter(
        tuple(np.nan_to_num(null(table, rng=rng)).astype(int).ravel().tolist())
        for _ in range(60 * len(states))
    )
    assert evenly(counts, states) > 0.001


def test_maximum_entropy_on_a_star_of_triangles():
    """Where all vertices have the same degrees, all ties have the same probability."""
    ring = SignedGraph.from_edges(6, [(k, (k + 1) % 6, (-1) ** k) for k in range(6)])
    assert nulls.fit_signs(ring).probability == pytest.approx(np.full(6, 0.5))
    graph = random_graph(15, 0.7, 0.6, np.random.default_rng(0))
    model = nulls.fit_signs(graph)
    assert model.error < 1e-8
    rng = np.random.default_rng(1)
    mean = np.mean([model(graph, rng=rng).signs > 0 for _ in range(400)], axis=0)
    assert np.abs(mean - model.probability).max() < 5 * 0.5 / 20


def spread(null, start, stop, count, draws=19, density=0.8):
    """The tests of graphs that were drawn from the null itself."""
    rng = np.random.default_rng(7)
    found = []
    for seed in range(count):
        graph = null(random_graph(11, density, 0.6, rng), rng=rng)
        found.append(
            nulls.test(graph, strength, null, draws=draws, rng=seed, stop=stop, start=start)
        )
    return found


def made_even(results, draws=19):
    """P-values, each spread over the step that it stands on."""
    p = np.array([result.at_least[0] for result in results])
    return p - np.random.default_rng(8).random(len(p)) / (draws + 1)


@pytest.mark.parametrize(
    ("null", "count"), [(nulls.shuffle_signs, 600), (nulls.exchange_signs, 120)]
)
def test_calibrated(null, count):
    """Under the null, (b + 1) / (k + 1) is uniform on its 20 values."""
    p = made_even(spread(null, nulls.hub, None, count))
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_calibrated_where_ties_move():
    p = made_even(spread(nulls.signed_rewire, nulls.hub, None, 40, 9, 0.3), 9)
    assert stats.kstest(p, "uniform").pvalue > 0.01


def lazy(graph, *, rng):
    """A chain that hardly moves: a twentieth of a sweep."""
    signs = alternate(graph, rng, 0.05)
    return SignedGraph(graph.order, graph.edges, signs, graph.weights)


def test_a_hub_makes_even_a_chain_that_does_not_mix_exact():
    p, q = (made_even(spread(lazy, start, None, 100)) for start in (nulls.hub, nulls.observed))
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert stats.kstest(q, "uniform").pvalue < 0.01, "the chain mixes after all; nothing is shown"


def test_stopping_keeps_the_level_and_saves_draws():
    results = spread(nulls.shuffle_signs, nulls.hub, 5, 300, 99)
    p = np.array([r.at_least[0] for r in results])
    for level in (0.05, 0.1, 0.25, 0.5):
        assert stats.binomtest(int((p <= level).sum()), 300, level, "greater").pvalue > 0.01
    assert np.mean([r.used for r in results]) < 60


def test_besag_and_clifford_by_hand():
    """The third exceedance of 5 comes with draw 4: p = 3 / 4; below it there is one of 5."""
    made = partial(NullTest, observed=(5, 5), requested=5, reason="")
    drawn = [(7, 7), (1, 1), (6, 6), (5, 5), (9, 9)]
    assert made(values=drawn, stop=3).at_least == (3 / 4, 3 / 4)
    assert made(values=drawn, stop=3).at_most == (3 / 6, 3 / 6)
    assert made(values=drawn).at_least == (5 / 6, 5 / 6)
    assert made(values=drawn).rank == (-2 / 5, -2 / 5)


def test_a_settled_test_stops_at_the_draw_that_settled_it():
    graph = random_graph(9, 0.6, 0.6, np.random.default_rng(3))
    long = nulls.test(graph, strength, nulls.shuffle_signs, draws=500, rng=2)
    short = nulls.test(graph, strength, nulls.shuffle_signs, draws=500, rng=2, stop=4)
    assert (short.values == long.values[: short.used]).all()
    beyond = (short.values[:, 0] >= short.observed[0]).sum()
    assert min(beyond, (short.values[:, 0] <= short.observed[0]).sum()) == 4


def balanced_share(graph):
    found = balance.triangles(graph)
    return found.balanced / found.total if found.total else math.nan


def test_two_blocs_are_no_accident_and_bounds_go_in_as_they_are():
    blocs = SignedGraph.from_edges(
        8, [(u, v, 1 if u // 4 == v // 4 else -1) for v in range(8) for u in range(v)]
    )
    found = nulls.test(blocs, partition.frustration, nulls.exchange_signs, draws=39, rng=4)
    assert found.observed == (0.0, 0.0)
    assert found.at_most[1] <= 0.05
    assert found.z[1] < -2
    assert found.rank[0] < -0.9


def test_undefined_draws_are_counted_and_widen():
    bloc = SignedGraph.from_edges(5, [(0, 1, 1), (1, 2, 1), (0, 2, 1), (3, 4, 1)])
    found = nulls.test(bloc, balanced_share, nulls.signed_rewire, draws=50, rng=1)
    assert 0 < found.undefined < 50, "without a triangle there is no share"
    assert found.at_least == ((51 - found.undefined) / 51, 1.0)

    def sometimes(graph):
        return math.nan if graph.signs[0] > 0 else 1.0

    graph = SignedGraph.from_edges(4, [(0, 1, -1), (1, 2, 1), (2, 3, 1)])
    found = nulls.test(graph, sometimes, nulls.shuffle_signs, draws=50, rng=1)
    assert 0 < found.undefined < 50
    sure = 50 - found.undefined
    assert found.at_least == ((sure + 1) / 51, 1.0)
    assert not found.is_exact


# --- refusals ---------------------------------------------------------------------------------

PAIR = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"draws": 0}, "draws=0; accepted is a whole number from 1"),
        ({"draws": 2.5}, "draws=2.5"),
        ({"stop": 0}, "stop=0"),
        ({"rng": -1}, "rng=-1"),
        ({"rng": "seed"}, "rng='seed'"),
    ],
)
def test_refused_options(change, message):
    with pytest.raises(InputError, match=message):
        nulls.test(PAIR, strength, nulls.shuffle_signs, **{"draws": 3, **change})


@pytest.mark.parametrize("value", ["much", (1, 2, 3), (2.0, 1.0), object()])
def test_refused_statistics(value):
    with pytest.raises(InputError, match="the statistic returned"):
        nulls.test(PAIR, lambda graph: value, nulls.shuffle_signs, draws=3)


def test_an_error_says_in_which_draw_it_was():
    calls = iter([0.0, 1.0])

    def breaks(graph):
        try:
            return next(calls)
        except StopIteration:
            raise ZeroDivisionError("by design") from None

    with pytest.raises(ZeroDivisionError) as caught:
        nulls.test(PAIR, breaks, nulls.shuffle_signs, draws=3)
    assert caught.value.__notes__ == ["in draw 1 of the null model"]


def test_refused_tables():
    for null in OF_TABLES:
        with pytest.raises(InputError, match="two dimensions"):
            null([1.0, -1.0], rng=0)
        with pytest.raises(InputError, match="infinite"):
            null([[np.inf]], rng=0)


def test_a_model_refuses_other_ties():
    with pytest.raises(InputError, match="other ties"):
        nulls.fit_signs(PAIR)(SignedGraph.from_edges(3, [(0, 1, 1)]), rng=0)


def test_refused_quantiles():
    with pytest.raises(InputError, match="shares"):
        nulls.test(PAIR, strength, nulls.shuffle_signs, draws=3).quantiles(1.5)


def test_refuses_by_name_what_is_no_function_and_no_number():
    for options in ({"statistic": 3}, {"null": None}, {"start": "hub"}, {"executor": 4}):
        asked = {"statistic": strength, "null": nulls.shuffle_signs, "draws": 3} | options
        with pytest.raises(InputError, match=f"{next(iter(options))}=.*accepted is a"):
            nulls.test(PAIR, **asked)
    for null in OF_TABLES:
        with pytest.raises(InputError, match="the cells hold something that is no number"):
            null([["for", "against"]], rng=0)


def test_a_statistic_without_bound_has_no_effect_size():
    found = nulls.test(PAIR, lambda graph: math.inf, nulls.shuffle_signs, draws=5)
    assert all(map(math.isnan, found.z))
    assert found.at_least == (1.0, 1.0)
