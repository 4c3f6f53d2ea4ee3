"""The linear program over negative cycles by a first-order primal-dual method, with restarts."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define
from numpy.typing import NDArray

from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import Rows
from stancekit.signed.partition.program import incidence

__all__ = ["Point", "primal_dual"]

_CHECK = 40
_BALANCE = 0.1, 10.0  # bounds of the primal weight, in mean weights


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
        Least penalised gap at the last look.
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
    r"""Take steps of PDHG on :math:`\min w f, A f \ge 1, 0 \le f \le 1`, restarting to averages.

    For any :math:`y \ge 0`, :math:`\sum y - \sum \max(0, A^T y - w)` is a lower bound; the method
    ends early when it passes ``target``, or the penalised gap falls to ``enough``.  Rows and
    columns are scaled by their sums [1]_; restarts and the primal weight follow PDLP [2]_ loosely:
    restart to the better of the last point and the average when the penalised gap has fallen
    enough or stops falling.

    References
    ----------
    .. [1] Pock, T. and Chambolle, A. (2011). "Diagonal preconditioning for first order primal-dual
       algorithms in convex optimization". *ICCV 2011*. doi:10.1109/ICCV.2011.6126441
    .. [2] Applegate, D. et al. (2021). "Practical large-scale linear programming using
       primal-dual hybrid gradient". *NeurIPS 2021*.
    """
    matrix = incidence(rows, len(weight))
    # Only edges that some cycle runs over take part.
    used = np.flatnonzero(np.bincount(rows.edges, minlength=len(weight)))
    matrix = matrix[:, used]
    across = matrix.T.tocsr()
    w = weight[used]
    columns = across.sum(axis=1)
    length = np.diff(rows.starts).astype(np.float64)
    price = np.minimum.reduceat(weight[rows.edges], rows.starts[:-1])  # no multiplier is larger

    f, y = point.f[used].copy(), point.y.copy()
    best, bound, omega = point.best, point.bound, point.balance
    load = across @ y

    def look(f: Any, y: Any, load: Any) -> tuple[float, float]:
        """Lower bound of y and penalised gap of (f, y)."""
        below = float(y.sum() - np.maximum(load - w, 0).sum())
        above = float(w @ f + price @ np.maximum(1 - matrix @ f, 0))
        return below, above - below

    first, gap = look(f, y, load)
    if first > bound:
        best, bound = y.copy(), first
    start_gap = last_gap = gap
    limits = np.array(_BALANCE) * float(w.mean())
    f0, y0 = f.copy(), y.copy()
    f_sum, y_sum, since = np.zeros_like(f), np.zeros_like(y), 0
    for step in range(1, steps + 1):
        forward = np.clip(f + (load - w) / (omega * columns), 0, 1)
        y += (omega / length) * (1 - matrix @ (2 * forward - f))
        np.maximum(y, 0, out=y)
        f = forward
        load = across @ y
        f_sum += f
        y_sum += y
        since += 1
        if step % _CHECK:
            continue
        f_mean, y_mean = f_sum / since, y_sum / since
        load_mean = across @ y_mean
        now, mean = look(f, y, load), look(f_mean, y_mean, load_mean)
        for (below, _), candidate in ((now, y), (mean, y_mean)):
            if below > bound:
                best, bound = candidate.copy(), below
        gap = min(now[1], mean[1])
        if bound > target or gap <= enough or clock.over:
            if mean[1] < now[1]:
                f, y = f_mean, y_mean
            break
        fallen = gap <= 0.2 * start_gap
        stuck = gap <= 0.8 * start_gap and gap > last_gap
        last_gap = gap
        if fallen or stuck or since >= 0.4 * step + 200:
            if mean[1] < now[1]:
                f, y, load = f_mean, y_mean, load_mean
            moved = float(np.linalg.norm(f - f0)), float(np.linalg.norm(y - y0))
            if min(moved) > 1e-9:
                omega = float(np.clip(np.sqrt(omega * moved[1] / moved[0]), *limits))
            f0, y0, start_gap = f.copy(), y.copy(), gap
            last_gap = gap
            f_sum, y_sum, since = np.zeros_like(f), np.zeros_like(y), 0
    whole = np.zeros(len(weight))
    whole[used] = f
    return Point(whole, y, omega, best, bound, gap)
