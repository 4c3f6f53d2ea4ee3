"""The linear program over negative cycles, its mixed-integer close, and whole multipliers."""

from __future__ import annotations

from collections.abc import Callable
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
from stancekit.signed.partition.small_camps import best_of_all

__all__ = ["Closed", "incidence", "milp_close", "milp_clusters", "simplex", "whole_multipliers"]

_TRIED = 30  # vertices up to which all camps are tried in a second or so
_TRIED_LATE = 33  # and up to which it is still better than to wait for the solver without end
_PATIENCE = 4.0  # seconds until then
_MARGIN = 1e-3  # mean weights above a goal that a solver cannot miss
_COARSE = 5e4  # mean weight in units from which on half of one is within a solver's tolerances
_MANY = 300  # rows from which on steps through the interior lead to a vertex sooner
_INFEASIBLE = 2  # status of scipy.optimize.milp


def incidence(rows: Rows, m: int) -> Any:
    """Matrix of the program, one row a cycle."""
    from scipy.sparse import csr_array

    ones = np.ones(len(rows.edges))
    return csr_array((ones, rows.edges, rows.starts), shape=(len(rows), m))


def simplex(
    rows: Rows,
    weight: NDArray[np.int64],
    seconds: float | None,
    *,
    free: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Solve :math:`\min w f, \sum_{e \in C} f_e \ge 1, f \ge 0` to a vertex.

    Nothing but zeros when the seconds end first.  Only edges that are ``free`` count, where that
    is given.

    Returns
    -------
    f : (m,) array, clipped to [0, 1]
    y : (rows,) array of multipliers, in units
    """
    from scipy.optimize import linprog

    mean = float(weight.mean()) or 1.0
    # An edge that no cycle runs over is not contradicted.
    crossed = np.bincount(rows.edges, minlength=len(weight)) > 0
    used = np.flatnonzero(crossed if free is None else crossed & free)
    if not len(used):
        return np.zeros(len(weight)), np.zeros(len(rows))
    found = linprog(
        weight[used] / mean,
        A_ub=-incidence(rows, len(weight))[:, used],
        b_ub=-np.ones(len(rows)),
        bounds=(0, None),
        method="highs-ds" if len(rows) < _MANY else "highs-ipm",
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
    """What a last resort says: camps if it has any, its bound in units, and what it was."""

    side: NDArray[np.float64] | None
    bound: int
    reason: str


def milp_close(
    net: Network,
    rows: Rows,
    side: NDArray[np.float64],
    lower: int,
    *,
    seconds: float | None,
) -> Closed:
    """Close what is left between camps and a lower bound in units.

    On few vertices all camps are tried.  Else a mixed-integer solver is asked for camps that cost
    less, and nothing more: that there are none is shown far sooner than that some are best.  With
    limited seconds it is first asked for camps that cost far less, which is denied sooner still.
    """
    clock = Clock(seconds)
    if net.n > _TRIED:
        ask, upper, blur = _question(net, rows), net.cost(side), _blur(net)
        while upper - lower > 2 * blur and not clock.over:
            far = seconds is not None and upper - lower > 4 * blur + 2
            goal = (lower + upper - 1) // 2 if far else upper - 1 - blur
            limit = np.inf if clock.left is None else max(clock.left, 0.05)
            camps, denied = ask(goal, min(limit, _PATIENCE) if net.n <= _TRIED_LATE else limit)
            if camps is not None and net.cost(camps) < upper:
                side, upper = camps, net.cost(camps)
            elif denied:
                lower = max(lower, goal + 1 - blur)
            else:
                break
        if lower >= upper or net.n > _TRIED_LATE:
            return Closed(side, min(lower, upper), "a mixed-integer solver closed the gap")
    best = best_of_all(net, clock)
    if best is None:
        return Closed(side, lower, "")
    return Closed(best, net.cost(best), "all camps were tried")


def _blur(net: Network) -> int:
    """Units that a mixed-integer solver cannot see."""
    mean = float(net.weight.mean())
    return 0 if mean < _COARSE else int(np.ceil(mean / _COARSE))


def _question(
    net: Network, rows: Rows
) -> Callable[[int, float], tuple[NDArray[np.float64] | None, bool]]:
    """Ask for camps that cost no more than a goal, within seconds: the camps; or are there none.

    Camps are 0/1 variables.  An edge with ends in camps ``a`` and ``b`` costs at least ``|a - b|``
    if positive, at least ``|a + b - 1|`` if negative; the cycles are further rows, the goal is the
    last one.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, hstack, vstack

    n, m = net.n, net.m
    each = np.arange(m)
    one = np.ones(m)
    mean = float(net.weight.mean())

    def block(a: NDArray[Any], b: NDArray[Any]) -> Any:
        """Rows ``f + a x_u + b x_v``."""
        columns = np.concatenate([each + n, net.u, net.v])
        values = np.concatenate([one, a, b])
        return csr_array((values, (np.tile(each, 3), columns)), shape=(m, n + m))

    # f >= x_u - x_v and x_v - x_u, or f >= x_u + x_v - 1 and 1 - x_u - x_v
    sign = net.sign.astype(np.float64)
    empty = csr_array((len(rows), n))
    cost = csr_array(np.concatenate([np.zeros(n), net.weight / mean])[None])
    matrix = vstack(
        [
            block(-one, sign),
            block(one, -sign),
            hstack([empty, incidence(rows, m)]),
            cost,
        ],
        format="csr",
    )
    least = np.concatenate(
        [
            np.where(sign < 0, -1.0, 0.0),
            np.where(sign < 0, 1.0, 0.0),
            np.ones(len(rows)),
            [0.0],
        ]
    )
    top = np.ones(n + m)
    anchor = np.bincount(np.concatenate([net.u, net.v]), minlength=n).argmax()
    top[anchor] = 0  # camps have no names
    integrality = np.concatenate([np.ones(n), np.zeros(m)])

    def ask(goal: int, seconds: float) -> tuple[NDArray[np.float64] | None, bool]:
        # Less than a unit above the goal, and more than the solver's tolerances.
        most = np.full(len(least), np.inf)
        most[-1] = goal / mean + min(_MARGIN, 0.5 / mean)
        found = milp(
            np.zeros(n + m),
            constraints=LinearConstraint(matrix, least, most),
            integrality=integrality,
            bounds=Bounds(np.zeros(n + m), top),
            options={"time_limit": seconds},
        )
        side = None if found.x is None else np.where(found.x[:n] > 0.5, 1.0, -1.0)
        return side, found.status == _INFEASIBLE

    return ask


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
            return Closed(None, _whole(bound), "")
        f = np.round(found.x)
        more = tree_rows(roads, roots, negative, f, slack=0.5, hop=1e-7)
        if len(more) and not clock.over:
            rows = rows.joined(more.taken(best_of_each(more, f, 3)))
            continue
        tied = (net.sign > 0) & (f < 0.5)
        links = coo_array((np.ones(tied.sum()), (net.u[tied], net.v[tied])), shape=(net.n, net.n))
        camps = connected_components(links, directed=False)[1].astype(np.float64)
        return Closed(camps, _whole(bound), "a mixed-integer solver closed the gap")


def _whole(bound: float) -> int:
    """The whole number that a solver's bound stands for, up to its tolerances."""
    return int(np.ceil(bound - 1e-6 * max(bound, 1)))
