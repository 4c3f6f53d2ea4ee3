"""The loop for graphs of up to a few thousand edges: simplex, paths, rounding, last resort."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.partition.bracket import Bracket
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import (
    Roads,
    Rows,
    best_of_each,
    covering,
    tree_rows,
    unique_rows,
)
from stancekit.signed.partition.program import simplex

__all__ = ["close_small"]

_HOP = 1e-7  # of an edge on a path, beside its f: prefers short cycles
_FIRST_ROOTS = 150  # besides those that touch every contradicted edge
_SLACK = 1e-5  # by which a cycle must be violated to become a row


def close_small(
    bracket: Bracket,
    start: Rows,
    generator: np.random.Generator,
    clock: Clock,
    *,
    last_resort: bool = True,
) -> None:
    """Close the bracket as far as the clock allows.

    Rounds of: solve the program over the cycles so far, round its answer to camps, add for each
    edge that closes contradictions the most violated cycles through it.  Camps that are better
    only change which cycles are looked for; rows stay valid.  Where the program has no more to
    give, the last resort is a mixed-integer solver.
    """
    net = bracket.net
    if bracket.closed:
        bracket.reason = "balanced"
        return
    adjacency = net.adjacency()
    kind = bracket.kind
    roads = Roads.of(net, sheets=kind.sheets)
    salt = generator.integers(-(2**62), 2**62, net.m)
    rows, marks = unique_rows(start, salt, np.zeros(0, dtype=np.int64))
    f = np.zeros(net.m)
    bracket.camps(kind.polished(adjacency, bracket.side, generator))
    if len(rows):
        f = _step(bracket, rows, adjacency, generator, clock)
    while not bracket.closed and not clock.over:
        bad = kind.closing(net, bracket.side)
        roots, most = covering(net.u[bad], net.v[bad], net.n), 3
        if not len(rows):
            others = generator.permutation(net.n)[:_FIRST_ROOTS]
            roots, most = np.union1d(roots, others), 4
        found = tree_rows(roads, roots, bad, f, slack=_SLACK, hop=_HOP)
        found, mark = unique_rows(found, salt, marks)
        chosen = best_of_each(found, f, most)
        if not len(chosen):
            break
        rows, marks = rows.joined(found.taken(chosen)), np.concatenate([marks, mark[chosen]])
        f = _step(bracket, rows, adjacency, generator, clock)
    bracket.pool = rows.taken(rows.sums(f) < 1 + _SLACK)
    if bracket.closed:
        bracket.reason = "the cycles meet the camps"
        return
    if clock.over:
        bracket.reason = "the budget is spent"
        return
    if not last_resort:
        bracket.reason = "the program over cycles leaves a gap"
        return
    last = kind.last_resort(net, rows, clock.left)
    if last.side is not None:
        bracket.camps(kind.polished(adjacency, last.side, generator))
    bracket.told = min(int(np.ceil(last.bound - 1e-6 * max(last.bound, 1))), bracket.upper)
    met = bracket.told >= bracket.upper
    bracket.reason = "a mixed-integer solver closed the gap" if met else "the budget is spent"


def _step(
    bracket: Bracket,
    rows: Rows,
    adjacency: Any,
    generator: np.random.Generator,
    clock: Clock,
) -> NDArray[np.float64]:
    """Solve the program, take its bound and its rounded camps; its answer is returned."""
    f, y = simplex(rows, bracket.net.weight, clock.left)
    bracket.cycles(rows, y)
    camps = bracket.kind.rounded(bracket.net, f)
    bracket.camps(bracket.kind.polished(adjacency, camps, generator))
    return f
