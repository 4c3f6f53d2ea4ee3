"""The linear program over negative cycles by a first-order primal-dual method, with restarts."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define
from numpy.typing import NDArray

from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import Rows

__all__ = ["Point", "primal_dual"]

_CHECK = 40
_BALANCE = 0.02, 50.0  # bounds of the primal weight
_SINGLE = 2**21  # total weight over mean weight up to which 24 bits are enough


@define
class Point:
    """Where the method stands, and how it weighs the two sides.

    Attributes
    ----------
    f : (m,) array
        Primal: how far each edge is contradicted.
    y : (rows,) array
        Dual: multiplier of each cycle, in units.
    balance : float
        Primal weight: dual steps are longer by it, primal steps shorter.
    best : (rows,) array
        The multipliers of the best bound seen.
    bound : float
        That bound.
    gap : float
        Penalised gap at the last look.
    """

    f: NDArray[np.float64]
    y: NDArray[np.float64]
    balance: float
    best: NDArray[np.float64]
    bound: float = -np.inf
    gap: float = np.inf


def primal_dual(
    rows: Rows,
    weight: NDArray[np.float64],
    point: Point,
    clock: Clock,
    *,
    steps: int,
    target: float,
    enough: float,
) -> Point:
    r"""Take steps of PDHG on :math:`\min w f, A f \ge 1, 0 \le f \le 1`, reflected and anchored.

    For any :math:`y \ge 0`, :math:`\sum y - \sum \max(0, A^T y - w)` is a lower bound; the method
    ends early when it passes ``target``, or the penalised gap falls to ``enough``.  Rows and
    columns are scaled by their sums [1]_.  Each step is reflected and drawn back to an anchor with
    falling strength (Halpern's iteration [2]_); anchor and primal weight are renewed as in PDLP
    [3]_ when the step has become short enough or stops becoming shorter.  On the programs of
    large networks that took half the steps of restarts to the average.  Where weights are like
    one another single precision does, and saves a third of the time: the time goes into memory.

    References
    ----------
    .. [1] Pock, T. and Chambolle, A. (2011). "Diagonal preconditioning for first order primal-dual
       algorithms in convex optimization". *ICCV 2011*. doi:10.1109/ICCV.2011.6126441
    .. [2] Lu, H. and Yang, J. (2024). "Restarted Halpern PDHG for linear programming".
       arXiv:2407.16144
    .. [3] Applegate, D. et al. (2021). "Practical large-scale linear programming using
       primal-dual hybrid gradient". *NeurIPS 2021*.
    """
    mean = float(weight.mean())
    kind: Any = np.float32 if weight.sum() <= _SINGLE * mean else np.float64
    # Only edges that some cycle runs over take part.
    used = np.flatnonzero(np.bincount(rows.edges, minlength=len(weight)))
    matrix = _incidence(rows, used, len(weight), kind)
    across = matrix.T.tocsr()
    w = (weight[used] / mean).astype(kind)
    columns = np.asarray(across.sum(axis=1)).ravel()
    length = np.diff(rows.starts).astype(kind)
    price = (np.minimum.reduceat(weight[rows.edges], rows.starts[:-1]) / mean).astype(kind)
    bound, omega = point.bound / mean, point.balance
    best: Any = None

    f, y = point.f[used].astype(kind), (point.y / mean).astype(kind)
    load, sums = across @ y, matrix @ f
    anchor = f, y, load, sums
    since, first, last, gap = 0, 0.0, np.inf, np.inf
    for step in range(1, steps + 1):
        f_next = np.clip(f - (w - load) / (kind(omega) * columns), 0, 1)
        sums_next = matrix @ f_next
        y_next = np.maximum(y + (kind(omega) / length) * (1 + sums - 2 * sums_next), 0)
        load_next = across @ y_next
        looking = not step % _CHECK
        if looking or not since:
            moved = _length(f_next - f, columns), _length(y_next - y, length)
            size = float(np.hypot(np.sqrt(omega) * moved[0], moved[1] / np.sqrt(omega)))
            first = size if not since else first
        if looking:
            over = float(np.maximum(load_next - w, 0).sum(dtype=np.float64))
            below = float(y_next.sum(dtype=np.float64)) - over
            short = price @ np.maximum(1 - sums_next, 0)
            gap = float((w * f_next).sum(dtype=np.float64)) + float(short) - below
            if below > bound:
                best, bound = y_next, below
            if bound * mean > target or gap * mean <= enough or clock.over:
                break
            if size < 0.2 * first or last < size < 0.8 * first or since >= 0.36 * step:
                gone = _length(f_next - anchor[0], columns), _length(y_next - anchor[1], length)
                if min(gone) > 1e-9:
                    omega = float(np.clip(np.sqrt(omega * gone[1] / gone[0]), *_BALANCE))
                f, y, load, sums = anchor = f_next, y_next, load_next, sums_next
                since, last = 0, np.inf
                continue
            last = size
        pull = 1 / (since + 2)
        f, y, load, sums = (
            kind(1 - pull) * (2 * new - old) + kind(pull) * fixed
            for new, old, fixed in zip(
                (f_next, y_next, load_next, sums_next), (f, y, load, sums), anchor
            )
        )
        since += 1
    whole = np.zeros(len(weight))
    whole[used] = f_next
    return Point(
        whole,
        y_next.astype(np.float64) * mean,
        omega,
        point.best if best is None else best.astype(np.float64) * mean,
        bound * mean,
        gap * mean,
    )


def _length(step: NDArray[Any], scale: NDArray[Any]) -> float:
    """Length of a step in scaled coordinates."""
    return float(np.sqrt(np.dot(step * step, scale)))


def _incidence(rows: Rows, used: NDArray[np.int64], m: int, kind: Any) -> Any:
    """Matrix of the program, one row a cycle, over the edges in use."""
    from scipy.sparse import csr_array

    place = np.zeros(m, dtype=np.int32)
    place[used] = np.arange(len(used))
    ones = np.ones(len(rows.edges), dtype=kind)
    starts = rows.starts.astype(np.int32 if rows.starts[-1] < 2**31 else np.int64)
    return csr_array((ones, place[rows.edges], starts), shape=(len(rows), len(used)))
