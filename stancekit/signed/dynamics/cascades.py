"""Cascades: actors move toward the stance of those they follow, past a threshold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.signed.dynamics.path import Path, dense, state_of
from stancekit.signed.graph import SignedGraph

__all__ = ["cascade"]

#: Differences below this are rounding; states and weights are of the order of 1.
_TINY = 1e-12


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

    Raises
    ------
    InputError
        Stances outside [-1, 1], weights that are not square and finite, options out of range, or a
        steadfast actor that is not there.

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
    state = state_of(start, n)
    if not (np.isnan(state) | (np.abs(state) <= 1)).all():
        raise InputError("start holds values outside [-1, 1]; accepted are [-1, 1], nan for none")
    needed = np.asarray(threshold, dtype=np.float64)
    if needed.shape not in ((), (n,)) or not (needed >= 0).all():
        raise InputError(
            f"threshold={threshold!r}; accepted is a number from 0, or one for each of {n} actors"
        )
    _share("pace", pace)
    _share("chance", chance)
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
        raise InputError(f"steps={steps!r}; accepted is a whole number from 0")
    free = np.ones(n, dtype=np.bool_)
    for actor in steadfast:
        if not 0 <= actor < n:
            raise InputError(f"steadfast names actor {actor}; accepted are 0..{n - 1}")
        free[actor] = False

    generator = generator_of(rng)
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
        return dense(follows)
    weights = np.array(follows, dtype=np.float64)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not np.isfinite(weights).all():
        raise InputError(
            f"the weights have shape {weights.shape}; accepted is a square array of finite numbers"
        )
    return weights


def _share(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise InputError(
            f"{name}={value!r}; accepted is a number in (0, 1], at 0 nobody ever moves"
        )
