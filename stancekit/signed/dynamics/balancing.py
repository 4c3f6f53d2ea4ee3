"""Marvel's model: relations follow from third parties until they run away into camps."""

from __future__ import annotations

import math

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.arrays import array_key, held_sides
from stancekit.errors import InputError
from stancekit.signed.dynamics.path import Path, dense, times_of
from stancekit.signed.graph import SignedGraph

__all__ = ["Balancing", "marvel"]


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
    side: NDArray[np.int8] = field(eq=array_key, converter=held_sides)


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

    Raises
    ------
    InputError
        Relations that are not square, symmetric and finite, or times that do not rise from 0.

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
        matrix = dense(start)
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
        wanted = times_of(times)
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
