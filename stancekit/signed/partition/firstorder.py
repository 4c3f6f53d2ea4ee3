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
    ends early when it passes ``target``, or the penalised gap falls to ``enough``.  A multiplier
    never needs more than the weight of the cheapest edge of its cycle, so edges of one cycle only
    are no columns: most edges are such, and the steps take half the time without them.  Rows and
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
    price = np.minimum.reduceat(weight[rows.edges], rows.starts[:-1])
    # An edge of a single cycle only caps its multiplier; the others are the columns.
    lone = (np.bincount(rows.edges, minlength=len(weight)) == 1)[rows.edges]
    used = np.unique(rows.edges[~lone])
    matrix = _incidence(rows, lone, used, len(weight), kind)
    across = matrix.T
    w, most = (weight[used] / mean).astype(kind), (price / mean).astype(kind)
    columns = np.asarray(across.sum(axis=1)).ravel()
    length = np.maximum(np.diff(matrix.indptr), 1).astype(kind)
    bound, omega = point.bound / mean, point.balance
    best: Any = None

    f, y = point.f[used].astype(kind), np.minimum((point.y / mean).astype(kind), most)
    load, sums = across @ y, matrix @ f
    anchor = f, y, load, sums
    now = tuple(x.copy() for x in anchor)
    f, y, load, sums = now
    f_next, y_next = np.empty_like(f), np.empty_like(y)
    spare = np.empty_like(f), np.empty_like(y), np.empty_like(f), np.empty_like(y)
    forward, backward = 1 / (kind(omega) * columns), kind(omega) / length
    since, first, last, gap = 0, 0.0, np.inf, np.inf
    for step in range(1, steps + 1):
        # Everything in place: fresh memory would take longer than the sums themselves.
        np.subtract(load, w, out=f_next)
        f_next *= forward
        f_next += f
        np.clip(f_next, 0, 1, out=f_next)
        sums_next = matrix @ f_next
        np.subtract(sums, sums_next, out=y_next)
        y_next -= sums_next
        y_next += 1
        y_next *= backward
        y_next += y
        np.clip(y_next, 0, most, out=y_next)
        load_next = across @ y_next
        looking = not step % _CHECK
        if looking or not since:
            moved = _length(f_next - f, columns), _length(y_next - y, length)
            size = float(np.hypot(np.sqrt(omega) * moved[0], moved[1] / np.sqrt(omega)))
            first = size if not since else first
        if looking:
            over = float(np.maximum(load_next - w, 0).sum(dtype=np.float64))
            below = float(y_next.sum(dtype=np.float64)) - over
            short = most @ np.maximum(1 - sums_next, 0)
            gap = float((w * f_next).sum(dtype=np.float64)) + float(short) - below
            if below > bound:
                best, bound = y_next.copy(), below
            if bound * mean > target or gap * mean <= enough or clock.over:
                break
            if size < 0.2 * first or last < size < 0.8 * first or since >= 0.36 * step:
                gone = _length(f_next - anchor[0], columns), _length(y_next - anchor[1], length)
                if min(gone) > 1e-9:
                    omega = float(np.clip(np.sqrt(omega * gone[1] / gone[0]), *_BALANCE))
                    forward, backward = 1 / (kind(omega) * columns), kind(omega) / length
                anchor = f_next.copy(), y_next.copy(), load_next, sums_next
                for old, new in zip(now, anchor):
                    old[:] = new
                since, last = 0, np.inf
                continue
            last = size
        pull = 1 / (since + 2)
        for old, new, fixed, room in zip(
            now, (f_next, y_next, load_next, sums_next), anchor, spare
        ):
            old *= kind(pull - 1)
            old += np.multiply(new, kind(2 - 2 * pull), out=room)
            old += np.multiply(fixed, kind(pull), out=room)
        since += 1
    whole = np.zeros(len(weight))
    whole[used] = f_next
    cycle, edge = _paid(rows, lone, weight, price)
    whole[edge] = (1 - sums_next[cycle]).clip(0, 1)
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


def _paid(
    rows: Rows, lone: NDArray[np.bool_], weight: NDArray[np.float64], price: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cycles whose price is that of an edge of their own, and that edge: the last, if of several.

    The last edge of a cycle is the one that closes it.  Sharing out among equals instead, or
    paying with another, makes more cycles look violated that do not move the bound.
    """
    owner = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    cell = np.flatnonzero(lone & (weight[rows.edges] == price[owner]))
    last = np.append(owner[cell][1:] != owner[cell][:-1], True)[: len(cell)]
    return owner[cell[last]], rows.edges[cell[last]]


def _incidence(
    rows: Rows, lone: NDArray[np.bool_], used: NDArray[np.int64], m: int, kind: Any
) -> Any:
    """Matrix of the program, one row a cycle, over the edges that are not alone."""
    from scipy.sparse import csr_array

    place = np.zeros(m, dtype=np.int32)
    place[used] = np.arange(len(used))
    cells = place[rows.edges[~lone]]
    starts = np.concatenate([[0], np.cumsum(~lone)])[rows.starts]
    ones = np.ones(len(cells), dtype=kind)
    fitting = np.int32 if starts[-1] < 2**31 else np.int64
    return csr_array((ones, cells, starts.astype(fitting)), shape=(len(rows), len(used)))
