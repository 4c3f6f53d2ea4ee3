"""The linear program over negative cycles, its mixed-integer close, and whole multipliers."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import (
    Network,
    Roads,
    Rows,
    best_of_each,
    covering,
    tree_rows,
)

__all__ = ["Closed", "incidence", "milp_close", "milp_clusters", "simplex", "whole_multipliers"]


def incidence(rows: Rows, m: int) -> Any:
    """Matrix of the program, one row a cycle."""
    from scipy.sparse import csr_array

    ones = np.ones(len(rows.edges))
    return csr_array((ones, rows.edges, rows.starts), shape=(len(rows), m))


def simplex(
    rows: Rows, weight: NDArray[np.int64], seconds: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Solve :math:`\min w f, \sum_{e \in C} f_e \ge 1, f \ge 0` to a vertex.

    Nothing but zeros when the seconds end first.

    Returns
    -------
    f : (m,) array, clipped to [0, 1]
    y : (rows,) array of multipliers, in units
    """
    from scipy.optimize import linprog

    mean = float(weight.mean()) or 1.0
    # An edge that no cycle runs over is not contradicted.
    used = np.flatnonzero(np.bincount(rows.edges, minlength=len(weight)))
    found = linprog(
        weight[used] / mean,
        A_ub=-incidence(rows, len(weight))[:, used],
        b_ub=-np.ones(len(rows)),
        bounds=(0, None),
        method="highs-ds",
        options={"time_limit": np.inf if seconds is None else max(seconds, 0.05)},
    )
    f = np.zeros(len(weight))
    if found.x is None or found.status != 0:
        return f, np.zeros(len(rows))
    f[used] = np.clip(found.x, 0, 1)
    return f, np.maximum(-found.ineqlin.marginals * mean, 0)


def whole_multipliers(
    rows: Rows, y: NDArray[np.float64], weight: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Multipliers in multiples of 2^-24 units that overspend no edge.

    Rounded down; then every cycle that runs over an overspent edge gives up the most that any of
    its edges is overspent by, one cycle after the other.
    """
    times: NDArray[np.int64] = np.floor(np.maximum(y, 0) * MULTIPLIER_UNIT).astype(np.int64)
    spent = np.zeros(len(weight), dtype=np.int64)
    np.add.at(spent, rows.edges, np.repeat(times, np.diff(rows.starts)))
    over = spent - weight * MULTIPLIER_UNIT
    if not len(rows) or over.max() <= 0:
        return times
    touched = np.maximum.reduceat(over[rows.edges], rows.starts[:-1]) > 0
    bounds, edges = rows.starts.tolist(), rows.edges
    for k in np.flatnonzero(touched & (times > 0)).tolist():
        along = edges[bounds[k] : bounds[k + 1]]
        cut = min(int(over[along].max()), int(times[k]))
        if cut > 0:
            times[k] -= cut
            over[along] -= cut
    return times


@frozen
class Closed:
    """What a mixed-integer solver says: camps if it has any, and its bound in units."""

    side: NDArray[np.float64] | None
    bound: float


def milp_close(net: Network, rows: Rows, *, seconds: float | None) -> Closed:
    """Camps as 0/1 variables, contradictions as costs, the cycles as further rows.

    An edge with ends in camps ``a`` and ``b`` costs at least ``|a - b|`` if positive, at least
    ``|a + b - 1|`` if negative.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, hstack, vstack

    n, m = net.n, net.m
    each = np.arange(m)
    one = np.ones(m)

    def block(a: NDArray[Any], b: NDArray[Any]) -> Any:
        """Rows ``f + a x_u + b x_v``."""
        columns = np.concatenate([each + n, net.u, net.v])
        values = np.concatenate([one, a, b])
        return csr_array((values, (np.tile(each, 3), columns)), shape=(m, n + m))

    # f >= x_u - x_v and x_v - x_u, or f >= x_u + x_v - 1 and 1 - x_u - x_v
    sign = net.sign.astype(np.float64)
    empty = csr_array((len(rows), n))
    matrix = vstack(
        [block(-one, sign), block(one, -sign), hstack([empty, incidence(rows, m)])], format="csr"
    )
    least = np.concatenate([np.where(sign < 0, -1.0, 0.0), np.where(sign < 0, 1.0, 0.0)])
    top = np.ones(n + m)
    anchor = np.bincount(np.concatenate([net.u, net.v]), minlength=n).argmax()
    top[anchor] = 0  # camps have no names
    limit = np.inf if seconds is None else max(seconds, 0.05)
    mean = float(net.weight.mean())
    found = milp(
        np.concatenate([np.zeros(n), net.weight / mean]),
        constraints=LinearConstraint(matrix, np.concatenate([least, np.ones(len(rows))]), np.inf),
        integrality=np.concatenate([np.ones(n), np.zeros(m)]),
        bounds=Bounds(np.zeros(n + m), top),
        options={"mip_rel_gap": 0.0, "time_limit": limit},
    )
    side = None if found.x is None else np.where(found.x[:n] > 0.5, 1.0, -1.0)
    bound = found.mip_dual_bound
    return Closed(side, 0.0 if bound is None or not np.isfinite(bound) else float(bound) * mean)


def milp_clusters(net: Network, rows: Rows, *, seconds: float | None) -> Closed:
    """Contradictions as 0/1 variables; cycles are added until the answer is that of some camps."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    clock = Clock(seconds)
    roads = Roads.of(net, sheets=1)
    mean = float(net.weight.mean())
    negative = np.flatnonzero(net.sign < 0)
    roots = covering(net.u[negative], net.v[negative], net.n)
    bound = 0.0
    while True:
        left = clock.left
        found = milp(
            net.weight / mean,
            constraints=LinearConstraint(incidence(rows, net.m), 1, np.inf),
            integrality=np.ones(net.m, dtype=np.int64),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0.0, "time_limit": np.inf if left is None else max(left, 0.05)},
        )
        if found.mip_dual_bound is not None and np.isfinite(found.mip_dual_bound):
            bound = max(bound, float(found.mip_dual_bound) * mean)
        if found.x is None:
            return Closed(None, bound)
        f = np.round(found.x)
        more = tree_rows(roads, roots, negative, f, slack=0.5, hop=1e-7)
        if len(more) and not clock.over:
            rows = rows.joined(more.taken(best_of_each(more, f, 3)))
            continue
        tied = (net.sign > 0) & (f < 0.5)
        links = coo_array((np.ones(tied.sum()), (net.u[tied], net.v[tied])), shape=(net.n, net.n))
        return Closed(connected_components(links, directed=False)[1].astype(np.float64), bound)
