"""How stances move: three models of influence, each told as a path and not as an end state."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph

__all__ = ["Balancing", "Consensus", "Path", "altafini", "cascade", "marvel"]

#: Differences below this are rounding; states and weights are of the order of 1.
_TINY = 1e-12
#: What is left of the slowest transient at the end of a path whose times were not given.
_LEFT = 1e-6
_FRAMES = 101


def _key(array: NDArray[Any]) -> tuple[tuple[int, ...], bytes]:
    return array.shape, array.tobytes()


def _held(value: Any) -> NDArray[np.float64]:
    array = np.array(value, dtype=np.float64)
    array.setflags(write=False)
    return array


def _held_side(value: Any) -> NDArray[np.int8]:
    array = np.array(value, dtype=np.int8)
    array.setflags(write=False)
    return array


@frozen(kw_only=True, repr=False)
class Path:
    """The states that a model went through, and why it stopped.

    Attributes
    ----------
    times : (T,) float64 array
        Rising, from 0: steps of `cascade`, model time otherwise.
    states : (T, n) or (T, n, n) float64 array
        One row a time; the first is the start.
    converged : bool
        Whether the path leads to a fixed point that its last state shows.
    reason : str
        How it ended.

    Examples
    --------
    >>> path = Path(times=[0, 1], states=[[1, 0], [1, 1]], converged=True, reason="nobody moves")
    >>> path
    Path(frames=2, actors=2, until=1, converged=True, reason='nobody moves')
    >>> path.last
    array([1., 1.])
    """

    times: NDArray[np.float64] = field(eq=_key, converter=_held)
    states: NDArray[np.float64] = field(eq=_key, converter=_held)
    converged: bool
    reason: str

    @property
    def last(self) -> NDArray[np.float64]:
        """The last state, (n,) or (n, n)."""
        state: NDArray[np.float64] = self.states[-1]
        return state

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(frames={len(self.times)}, actors={self.states.shape[-1]}, "
            f"until={self.times[-1]:.4g}, converged={self.converged}, reason={self.reason!r})"
        )

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"


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

    limit: NDArray[np.float64] = field(eq=_key, converter=_held)
    side: NDArray[np.int8] = field(eq=_key, converter=_held_side)


@frozen(kw_only=True, repr=False)
class Balancing(Path):
    """A path of `marvel`, with the time at which it ends and the camps that it ends in.

    Attributes
    ----------
    blowup : float
        Time at which relations become infinite; inf if they never do.
    side : (n,) int8 array
        Sign of the leading eigenvector, +1 for its first non-zero entry; 0 where it is zero, and
        everywhere if there is no blow-up or its eigenvector is not unique.  Then the model does
        not say who ends up where.

    Examples
    --------
    >>> marvel(SignedGraph.from_edges(2, [(0, 1, -1)])).side
    array([ 1, -1], dtype=int8)
    """

    blowup: float
    side: NDArray[np.int8] = field(eq=_key, converter=_held_side)


def _state(start: ArrayLike, order: int) -> NDArray[np.float64]:
    state = np.array(start, dtype=np.float64) + 0.0  # no -0.0: states are compared by their bytes
    if state.shape != (order,):
        raise InputError(
            f"start has shape {state.shape}; accepted is one number for each of {order} vertices"
        )
    return state


def _times(times: ArrayLike) -> NDArray[np.float64]:
    wanted = np.array(times, dtype=np.float64)
    if wanted.ndim != 1 or not len(wanted) or wanted[0] != 0 or not np.isfinite(wanted).all():
        raise InputError(f"times={times!r}; accepted are finite numbers that rise from 0")
    if (np.diff(wanted) <= 0).any():
        raise InputError(f"times={times!r}; accepted are finite numbers that rise from 0")
    return wanted


def _share(name: str, value: float, *, least: float = 0.0, most: float = 1.0) -> float:
    if not least <= value <= most:
        raise InputError(f"{name}={value!r}; accepted is a number in [{least:g}, {most:g}]")
    return float(value)


def cascade(
    follows: SignedGraph | ArrayLike,
    start: ArrayLike,
    *,
    threshold: ArrayLike = 0.0,
    pace: float = 1.0,
    chance: float = 1.0,
    steadfast: Iterable[int] = (),
    steps: int = 100,
    rng: int | np.random.Generator = 0,
) -> Path:
    r"""Let actors move toward the stance of those they follow, once it is far enough from theirs.

    With :math:`w_{ij}` the signed weight with which i follows j (negative: does the opposite), the
    pull on actor i at step t, and the share of its attention that has a stance at all, are

    .. math:: p_i = \frac{\sum_j w_{ij} x_j}{\sum_j |w_{ij}|}, \qquad
              c_i = \frac{\sum_j |w_{ij}|}{\sum_{j \text{ followed}} |w_{ij}|},

    sums over the j that have a stance.  All at once, an actor with
    :math:`|p_i - x_i| > \theta_i` moves to :math:`x_i + \text{pace} \, (p_i - x_i)`.  An actor
    without a stance (nan) takes :math:`p_i` when :math:`c_i |p_i| > \theta_i`: undecided neighbours
    hold it back.  With ``pace=1`` and undecided actors this is the threshold model of Granovetter
    [1]_ and Watts [2]_ for signed ties; an absence is never counted as 0.

    Parameters
    ----------
    follows : SignedGraph or (n, n) array_like
        Row i: whom i follows, signed weights, 0 for nobody; the diagonal is a stance's own
        inertia.  A graph is followed both ways.
    start : (n,) array_like
        Stances in [-1, 1]; nan for an actor that has none.
    threshold : float or (n,) array_like
        :math:`\theta_i \ge 0`.
    pace : float
        In (0, 1]; 1 takes over the pull at once.
    chance : float
        In (0, 1]; an actor that would move does so in this step with this probability.  1 is
        deterministic, and does not use ``rng``.
    steadfast : iterable of int
        Actors that never move.
    steps : int
        Steps at most.
    rng : int or numpy.random.Generator

    Returns
    -------
    Path
        Steps 0, 1, ...; ``converged`` if nobody would move any more.  A deterministic path that
        returns to an earlier state stops there, and its reason says with which period.

    Notes
    -----
    Equivariant under switching: with a set of actors reversed in ``start`` and in ``follows``, the
    path is reversed in the same actors.  Stances never leave [-1, 1].  O(n^2) a step.

    References
    ----------
    .. [1] Granovetter, M. (1978). "Threshold models of collective behavior". *American Journal of
       Sociology* 83(6), 1420-1443. doi:10.1086/226707
    .. [2] Watts, D. J. (2002). "A simple model of global cascades on random networks". *PNAS*
       99(9), 5766-5771. doi:10.1073/pnas.082090499

    Examples
    --------
    One state recognises a claimant; its ally follows, and the ally's rival does the opposite, one
    step later:

    >>> ties = SignedGraph.from_edges(3, [(0, 1, +1), (1, 2, -1)])
    >>> path = cascade(ties, [1, np.nan, np.nan], threshold=0.4, steadfast=[0])
    >>> path.states
    array([[ 1., nan, nan],
           [ 1.,  1., nan],
           [ 1.,  1., -1.]])
    >>> path.reason
    'nobody moves'

    Two rivals who each react to the other's last move never come to rest:

    >>> cascade(SignedGraph.from_edges(2, [(0, 1, -1)]), [1, 1]).reason
    'repeats with period 2'

    >>> cascade(SignedGraph.from_edges(0, []), []).converged
    True
    """
    weights = _follows(follows)
    n = len(weights)
    state = _state(start, n)
    if not (np.isnan(state) | (np.abs(state) <= 1)).all():
        raise InputError("start holds values outside [-1, 1]; accepted are [-1, 1], nan for none")
    needed = np.asarray(threshold, dtype=np.float64)
    if needed.shape not in ((), (n,)) or not (needed >= 0).all():
        raise InputError(
            f"threshold={threshold!r}; accepted is a number from 0, or one for each of {n} actors"
        )
    if not _share("pace", pace) or not _share("chance", chance):
        raise InputError(
            f"{pace=}, {chance=}; at 0 nobody ever moves, accepted are numbers in (0, 1]"
        )
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
        raise InputError(f"steps={steps!r}; accepted is a whole number from 0")
    free = np.ones(n, dtype=np.bool_)
    for actor in steadfast:
        if not 0 <= actor < n:
            raise InputError(f"steadfast names actor {actor}; accepted are 0..{n - 1}")
        free[actor] = False

    generator = np.random.default_rng(rng)
    size = np.abs(weights)
    attention = size.sum(axis=1)
    states = [state]
    known = {state.tobytes(): 0}
    converged, reason = False, "steps are used up"
    while True:
        there = ~np.isnan(state)
        heard = size @ there.astype(np.float64)
        pulled = free & (heard > 0)
        pull = np.divide(weights @ np.where(there, state, 0.0), heard, where=pulled, out=state * 0)
        covered = np.divide(heard, attention, where=pulled, out=np.zeros(n))
        gap = np.where(there, pull - np.where(there, state, 0.0), covered * pull)
        moves = pulled & (np.abs(gap) > needed + _TINY)
        if not moves.any():
            converged, reason = True, "nobody moves"
            break
        if len(states) > steps:
            break
        if chance < 1:
            moves &= generator.random(n) < chance
        new = np.where(there, state + pace * gap, pull)
        state = np.where(moves, np.clip(new, -1, 1), state) + 0.0
        states.append(state)
        if chance == 1:
            before = known.setdefault(state.tobytes(), len(states) - 1)
            if before < len(states) - 1:
                reason = f"repeats with period {len(states) - 1 - before}"
                break
    return Path(times=np.arange(len(states)), states=states, converged=converged, reason=reason)


def _follows(follows: SignedGraph | ArrayLike) -> NDArray[np.float64]:
    if isinstance(follows, SignedGraph):
        return _dense(follows)
    weights = np.array(follows, dtype=np.float64)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not np.isfinite(weights).all():
        raise InputError(
            f"the weights have shape {weights.shape}; accepted is a square array of finite numbers"
        )
    return weights


def _dense(graph: SignedGraph) -> NDArray[np.float64]:
    matrix = np.zeros((graph.order, graph.order))
    u, v = graph.edges.T
    matrix[u, v] = matrix[v, u] = graph.signs * graph.weights
    return matrix


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
    state = _state(start, graph.order)
    if not np.isfinite(state).all():
        raise InputError("start holds nan or infinite values; accepted are finite numbers")
    adjacency = _dense(graph)
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
        wanted = _times(times)
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


def marvel(start: SignedGraph | ArrayLike, *, times: ArrayLike | None = None) -> Balancing:
    r"""Let every relation follow from the relations to third parties, until camps are all there is.

    In the model of Marvel, Kleinberg, Kleinberg and Strogatz [1]_ two actors warm to each other by
    common friends and common enemies, and cool by the friends of enemies:

    .. math:: \frac{dX}{dt} = X^2, \qquad X(t) = Q \operatorname{diag}\!\left(
              \frac{\lambda_k}{1 - \lambda_k t}\right) Q^\top,

    with :math:`X(0) = Q \operatorname{diag}(\lambda_k) Q^\top`.  If the largest eigenvalue is
    positive, relations become infinite at :math:`t^* = 1 / \lambda_1`, and :math:`X / \|X\|` tends
    to the projector on its eigenvector: all friends if that has one sign, otherwise two camps,
    friendly inside and hostile across.  If it is not, X tends to 0.

    Parameters
    ----------
    start : SignedGraph or (n, n) array_like
        X(0), symmetric and finite; the diagonal is an actor's relation with itself.  A graph
        gives signed weights, and 0 on the diagonal and where there is no tie.
    times : (T,) array_like, optional
        Rising from 0; those from the blow-up on have no state and are left out.  By default the
        remaining time is halved 20 times; without a blow-up, 20 doublings of
        :math:`1 / \max |\lambda_k|`.

    Returns
    -------
    Balancing
        States are exact at their times, up to rounding (eigendecomposition, O(n^3)).
        ``converged`` if the signs of the last state are those of the camps (or, without a
        blow-up, if it is within 1e-5 of 0, measured by the largest relation at the start).

    References
    ----------
    .. [1] Marvel, S. A., Kleinberg, J., Kleinberg, R. D. and Strogatz, S. H. (2011).
       "Continuous-time model of structural balance". *PNAS* 108(5), 1771-1776.
       doi:10.1073/pnas.1013213108

    Examples
    --------
    Two friends of one broker who are at odds with each other.  The broker's ties are the stronger:
    the quarrel is made up before relations run away.

    >>> broker = marvel(SignedGraph.from_edges(3, [(0, 1, 3), (0, 2, 3), (1, 2, -1)]))
    >>> broker.side, round(broker.blowup, 3)
    (array([1, 1, 1], dtype=int8), 0.265)

    Three actors who are all at odds equally: the model does not say who will ally.

    >>> marvel(SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])).side
    array([0, 0, 0], dtype=int8)

    Without relations nothing happens:

    >>> marvel(SignedGraph.from_edges(0, [])).blowup
    inf
    """
    if isinstance(start, SignedGraph):
        matrix = _dense(start)
    else:
        matrix = np.array(start, dtype=np.float64)
        n = len(matrix) if matrix.ndim else 0
        if matrix.shape != (n, n) or not np.isfinite(matrix).all() or (matrix != matrix.T).any():
            raise InputError(
                f"start has shape {matrix.shape}; accepted is a symmetric array of finite numbers"
            )
    values, vectors = np.linalg.eigh(matrix)
    reach = float(np.abs(values).max(initial=0.0))
    noise = max(1, len(values)) * np.finfo(np.float64).eps * reach
    top = float(values[-1]) if len(values) else 0.0
    blowup = 1 / top if top > noise else math.inf
    if times is not None:
        wanted = _times(times)
        wanted = wanted[wanted < blowup]
    elif blowup < math.inf:
        wanted = np.asarray(blowup * (1 - 0.5 ** np.arange(21)), dtype=np.float64)
    else:
        wanted = np.concatenate([[0.0], 2.0 ** np.arange(20) / reach]) if reach else np.zeros(1)
    # Rounding must not turn a zero eigenvalue into a second, much later blow-up.
    kept = np.where(np.abs(values) > noise, values, 0.0)
    grown = kept / (1 - np.outer(wanted, kept))
    states = np.einsum("ik,tk,jk->tij", vectors, grown, vectors, optimize=True)
    states = (states + states.transpose(0, 2, 1)) / 2
    states[0] = matrix

    side = np.zeros(len(values), dtype=np.int8)
    if blowup == math.inf:
        left = np.abs(states[-1]).max(initial=0.0)
        converged = bool(left <= 1e-5 * np.abs(matrix).max(initial=0.0))
        reason = "relations fade" if reach else "there are no relations"
    elif len(values) > 1 and top - values[-2] <= 10 * noise:
        converged = False
        reason = f"blow-up at {blowup:.4g}; the leading eigenvector is not unique"
    else:
        leading = vectors[:, -1]
        side = np.where(np.abs(leading) > 1e-9, np.sign(leading), 0).astype(np.int8)
        side *= side[np.flatnonzero(side)[0]]
        # Of the diagonal the camps say nothing that is news.
        clear = np.outer(side, side)
        converged = bool((np.sign(states[-1])[clear != 0] == clear[clear != 0]).all())
        reason = f"blow-up at {blowup:.4g}"
    return Balancing(
        times=wanted, states=states, converged=converged, reason=reason, blowup=blowup, side=side
    )
