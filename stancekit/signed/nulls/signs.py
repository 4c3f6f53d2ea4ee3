"""Draw signs on a fixed topology without a chain: shuffled, or by maximum entropy."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from attrs import asdict, field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, held_real
from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.nulls.exchange import free_ties

__all__ = ["SignModel", "fit_signs", "shuffle_signs"]

_ITERATIONS = 100
_TOLERANCE = 1e-9


def shuffle_signs(graph: SignedGraph, *, rng: int | np.random.Generator) -> SignedGraph:
    """Deal the signs out anew over all ties; only their numbers stay.

    The question it serves: is the network more consistent than one with the same ties and as many
    rivalries, placed blindly?  It keeps no vertex's share of rivalries, so a single quarrelsome
    state can make it answer yes; `exchange_signs` asks the stricter question.

    Parameters
    ----------
    graph : SignedGraph
        Weights stay on their ties: they say how much a tie matters, and belong to the topology.
    rng : int or numpy.random.Generator

    Returns
    -------
    SignedGraph
        Uniform over all placements of the same number of negative signs; exact, one permutation.

    Examples
    --------
    >>> ring = SignedGraph.from_edges(3, [(0, 1, 2), (1, 2, -1), (0, 2, 1)])
    >>> drawn = shuffle_signs(ring, rng=1)
    >>> drawn.signs, drawn.weights
    (array([ 1,  1, -1], dtype=int8), array([2., 1., 1.]))

    >>> shuffle_signs(SignedGraph.from_edges(0, []), rng=0).size
    0
    """
    signs = graph.signs[generator_of(rng).permutation(graph.size)]
    return SignedGraph(graph.order, graph.edges, signs, graph.weights)


@frozen(repr=False)
class SignModel:
    """The maximum entropy model of the signs of one graph; itself a null model.

    Attributes
    ----------
    graph : SignedGraph
        What it was fitted to.
    probability : (m,) float64 array
        Of each tie to be positive; 0.0 or 1.0 where the signed degrees settle it.
    error : float
        Largest difference between a vertex's positive degree and its expectation.

    Examples
    --------
    >>> fit_signs(SignedGraph.from_edges(2, [(0, 1, -1)]))
    SignModel(order=2, size=1, free=0, error=0)
    """

    graph: SignedGraph
    probability: NDArray[np.float64] = field(eq=array_key, converter=held_real)
    error: float

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **asdict(self, recurse=False)), ()

    def __repr__(self) -> str:
        free = int(((self.probability > 0) & (self.probability < 1)).sum())
        return (
            f"SignModel(order={self.graph.order}, size={self.graph.size}, free={free}, "
            f"error={self.error:.2g})"
        )

    def __call__(self, graph: SignedGraph, *, rng: int | np.random.Generator) -> SignedGraph:
        """Draw the signs of all ties independently; of ``graph`` only the ties are read.

        Raises
        ------
        InputError
            A graph with other ties than the model was fitted to.
        """
        if graph.order != self.graph.order or not np.array_equal(graph.edges, self.graph.edges):
            raise InputError(
                f"the model was fitted to {self.graph!r} and was given {graph!r} with other ties; "
                "accepted is a graph with the same ties (fit_signs makes a model of another)"
            )
        draw = generator_of(rng).random(graph.size)
        signs = np.where(draw < self.probability, 1, -1).astype(np.int8)
        return SignedGraph(graph.order, graph.edges, signs, graph.weights)


def fit_signs(graph: SignedGraph) -> SignModel:
    r"""Fit the null model of Hao and Kovács: topology kept, signed degrees kept in expectation.

    Of all distributions over the signs of the given ties that give every vertex its positive
    degree on average, the one of maximum entropy [1]_ draws ties independently, with

    .. math:: p_{uv} = \frac{1}{1 + e^{-(\alpha_u + \alpha_v)}}, \qquad
              \sum_{v \sim u} p_{uv} = d^+(u) \text{ for every } u,

    the fixed-topology signed configuration model of [2]_.  The multipliers maximise a concave
    likelihood and are found by damped Newton steps.  Where the degrees lie on the boundary (some
    tie is settled, though not by one vertex alone) they run to infinity; the search stops, and
    ``error`` says how well the degrees are met.

    Parameters
    ----------
    graph : SignedGraph
        Weights stay on their ties and do not enter.

    Returns
    -------
    SignModel
        Call it with ``graph`` and ``rng``, or give it to `test` as the null.

    Notes
    -----
    Draws differ in their signed degrees, and the observed graph gave the multipliers, so `test`
    is approximate with this null: a parametric bootstrap.  `exchange_signs` keeps the degrees
    exactly and makes it exact.

    References
    ----------
    .. [1] Hao, B. and Kovács, I. A. (2024). "Proper network randomization is key to assessing
       social balance". *Science Advances* 10(18), eadj0104. doi:10.1126/sciadv.adj0104
    .. [2] Gallo, A., Garlaschelli, D., Lambiotte, R., Saracco, F. and Squartini, T. (2024).
       "Testing structural balance theories in heterogeneous signed networks". *Communications
       Physics* 7. doi:10.1038/s42005-024-01640-7

    Examples
    --------
    Four states in a ring, each with one ally and one rival: nothing tells the ties apart.

    >>> square = SignedGraph.from_edges(4, [(0, 1, 1), (1, 2, -1), (2, 3, 1), (0, 3, -1)])
    >>> fit_signs(square).probability
    array([0.5, 0.5, 0.5, 0.5])

    >>> fit_signs(SignedGraph.from_edges(0, [])).probability
    array([], dtype=float64)
    """
    from scipy.sparse import coo_array, diags_array
    from scipy.sparse.linalg import spsolve

    probability = (graph.signs > 0).astype(np.float64)
    rows = np.flatnonzero(free_ties(graph).ties)
    if not len(rows):
        return SignModel(graph, probability, 0.0)
    names, ends = np.unique(graph.edges[rows], return_inverse=True)
    u, v = ends.reshape(-1, 2).T
    n, positive = len(names), graph.signs[rows] > 0

    def at_vertices(values: NDArray[Any]) -> NDArray[np.float64]:
        sums = np.bincount(u, values, n) + np.bincount(v, values, n)
        return sums.astype(np.float64)

    goal = at_vertices(positive.astype(np.float64))
    alpha = np.zeros(n)

    def likelihood(x: NDArray[np.float64]) -> float:
        return float(goal @ x - np.logaddexp(0, x[u] + x[v]).sum())

    level = likelihood(alpha)
    for _ in range(_ITERATIONS):
        p = 1 / (1 + np.exp(-(alpha[u] + alpha[v])))
        slope = goal - at_vertices(p)
        if np.abs(slope).max() < _TOLERANCE:
            break
        bend = p * (1 - p)
        own = at_vertices(bend)
        # On a two-mode component one direction changes nothing; the ridge settles it.
        system = coo_array(
            (np.concatenate([bend, bend]), (np.concatenate([u, v]), np.concatenate([v, u]))),
            shape=(n, n),
        ).tocsc() + diags_array(own + 1e-9 * (own.max() + 1e-9))
        step = spsolve(system.tocsc(), slope)
        size = min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        while size > 1e-6 and likelihood(alpha + size * step) < level:
            size /= 2
        alpha = alpha + size * step
        found = likelihood(alpha)
        if found <= level and size <= 1e-6:
            break
        level = found
    p = 1 / (1 + np.exp(-(alpha[u] + alpha[v])))
    probability[rows] = p
    return SignModel(graph, probability, float(np.abs(goal - at_vertices(p)).max()))
