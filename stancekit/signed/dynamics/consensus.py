"""Altafini's model: consensus, bipartite consensus, or opinions that fade."""

from __future__ import annotations

import math

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.arrays import array_key, held_real, held_sides
from stancekit.errors import InputError
from stancekit.signed.dynamics.path import Path, dense, state_of, times_of
from stancekit.signed.graph import SignedGraph

__all__ = ["Consensus", "altafini"]

#: What is left of the slowest transient at the end of a path whose times were not given.
_LEFT = 1e-6
_FRAMES = 101


@frozen(kw_only=True, repr=False)
class Consensus(Path):
    """A path of `altafini`, with the state that it tends to.

    Attributes
    ----------
    limit : (n,) float64 array
        Where the path leads as time goes to infinity; exact up to rounding, not read off the path.
    side : (n,) int8 array
        +1 or -1 by camp in a balanced component (its first vertex has +1), 0 in any other.

    Examples
    --------
    >>> altafini(SignedGraph.from_edges(2, [(0, 1, -1)]), [1.0, 0.0]).side
    array([ 1, -1], dtype=int8)
    """

    limit: NDArray[np.float64] = field(eq=array_key, converter=held_real)
    side: NDArray[np.int8] = field(eq=array_key, converter=held_sides)


def altafini(graph: SignedGraph, start: ArrayLike, *, times: ArrayLike | None = None) -> Consensus:
    r"""Let actors drift toward their friends' stances and away from their enemies'.

    Altafini's model [1]_ is linear, with the signed Laplacian:

    .. math:: \dot x_i = -\sum_j |a_{ij}| \, (x_i - \operatorname{sgn}(a_{ij}) \, x_j),
              \qquad \dot x = -L x.

    A connected balanced graph comes to a *bipartite consensus*: with :math:`\sigma` the camps,
    :math:`x_i \to \sigma_i \cdot \frac1n \sum_j \sigma_j x_j(0)`, the same strength of opinion with
    opposite signs.  In a connected graph that is not balanced every stance fades to 0.
    Disconnected components go their own ways.

    Parameters
    ----------
    graph : SignedGraph
        Weights :math:`|a_{ij}|`.
    start : (n,) array_like
        Stances; any finite numbers.
    times : (T,) array_like, optional
        Rising from 0; 101 even steps by default, until a millionth of the slowest transient is
        left.

    Returns
    -------
    Consensus
        States are exact at the given times, up to rounding (eigendecomposition, O(n^3)).
        ``converged`` if the last state is within 1e-5 of the limit, measured by the largest stance
        at the start.

    Raises
    ------
    InputError
        A start of another length or not finite, or times that do not rise from 0.

    References
    ----------
    .. [1] Altafini, C. (2013). "Consensus problems on networks with antagonistic interactions".
       *IEEE Transactions on Automatic Control* 58(4), 935-946. doi:10.1109/TAC.2012.2224251

    Examples
    --------
    Two allies and their common rival: camps that agree on opposite opinions.

    >>> bloc = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1), (0, 2, -1)])
    >>> altafini(bloc, [1.0, 0.5, 0.0]).limit
    array([ 0.5,  0.5, -0.5])

    Three mutual rivals: nobody can hold an opinion.

    >>> rivals = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    >>> altafini(rivals, [1.0, 0.5, 0.0]).limit
    array([0., 0., 0.])

    Without ties nobody moves, and without actors there is nothing to move:

    >>> altafini(SignedGraph.from_edges(2, []), [1.0, 0.5]).last
    array([1. , 0.5])
    >>> altafini(SignedGraph.from_edges(0, []), []).converged
    True
    """
    state = state_of(start, graph.order)
    if not np.isfinite(state).all():
        raise InputError("start holds nan or infinite values; accepted are finite numbers")
    adjacency = dense(graph)
    rates, modes = np.linalg.eigh(np.diag(np.abs(adjacency).sum(axis=1)) - adjacency)
    side, component = _camps(graph)
    count = np.bincount(component, minlength=1)
    limit = (
        side * (np.bincount(component, side * state, len(count)) / np.maximum(count, 1))[component]
    )
    # As many zero eigenvalues as balanced components; the camps know how many, rounding does not.
    silent = len(set(component[side != 0].tolist()))
    rates = np.concatenate([np.zeros(silent), rates[silent:]])
    if times is None:
        slowest = float(rates[silent]) if silent < len(rates) else math.inf
        wanted = np.linspace(
            0.0, -math.log(_LEFT) / slowest if slowest < math.inf else 1.0, _FRAMES
        )
    else:
        wanted = times_of(times)
    states = (np.exp(-np.outer(wanted, rates)) * (modes.T @ state)) @ modes.T
    states[0] = state
    scale = float(np.abs(state).max(initial=0.0))
    converged = bool((np.abs(states[-1] - limit) <= 1e-5 * scale).all())
    reason = "at the limit" if converged else "times are used up before the limit"
    return Consensus(
        times=wanted, states=states, converged=converged, reason=reason, limit=limit, side=side
    )


def _camps(graph: SignedGraph) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Camps of every balanced component (0 elsewhere), and the components."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = graph.order
    component = graph.components()
    if not n:
        return np.zeros(0, dtype=np.int8), component
    # The signed double cover: v and v + n are "v in this camp" and "v in the other".
    (u, v), minus = graph.edges.T, np.where(graph.signs < 0, n, 0)
    tail, head = np.concatenate([u, u + n]), np.concatenate([v + minus, v + n - minus])
    cover = coo_array((np.ones(len(tail)), (tail, head)), shape=(2 * n, 2 * n))
    _, label = connected_components(cover, directed=False)
    first = np.unique(component, return_index=True)[1][component]
    side = np.where(label[:n] == label[first], 1, -1)
    return np.where(label[:n] == label[n:], 0, side).astype(np.int8), component
