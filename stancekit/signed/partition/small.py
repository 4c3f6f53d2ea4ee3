"""The loop for graphs of up to a few thousand edges: simplex, paths, rounding, last resort."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.partition.bracket import Bracket
from stancekit.signed.partition.branching import branched
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import (
    Roads,
    Rows,
    best_of_each,
    covering,
    tree_rows,
    unique_rows,
)
from stancekit.signed.partition.program import simplex, whole_multipliers

__all__ = ["close_small", "continued"]

_HOP = 1e-7  # of an edge on a path, beside its f: prefers short cycles
_FIRST_ROOTS = 150  # besides those that touch every contradicted edge
_NEAR = 6  # roots of an edge that are tried at first, all only if these give nothing new
_EACH = 6  # new cycles of one contradicted edge in a round, at first
_MORE = 8  # and later
_SLACK = 1e-5  # by which a cycle must be violated to become a row
_IDLE = 0.3  # a cycle that is satisfied by more than this is forgotten when the bound has risen
_EASY = 3  # rounds after which more cycles are added each time
_LONG = 6  # rounds after which camps are searched for on their own
_FEW = 40  # contradicted edges that no cycle of a related graph pays for, to look for others
_MENDS = 6  # times that others are looked for
_HOPELESS = 1000  # rounds like the last one that would not close the gap
_NODES = 3000  # of a tree of decisions, at most
_SURE = 12  # vertices up to which such a tree is a matter of a second or two
_TRIED = 30  # vertices up to which all camps can be tried in a second or two
_FEW_NODES = 100  # of a tree, at most, for so few vertices
_PATIENCE = 3  # such rounds on end; a single one may only turn a degenerate corner


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
    only change which cycles are looked for; rows stay valid.  After a few rounds better camps are
    searched for on their own.  Where the program has no more to give, the problem is divided into
    parts that have programs of their own, if there need not be too many; the last resort is to try
    all camps, or a mixed-integer solver.
    """
    net = bracket.net
    if bracket.closed:
        bracket.reason = "balanced"
        return
    adjacency = net.adjacency()
    kind = bracket.kind
    bracket.camps(kind.polished(adjacency, bracket.side, generator))
    rows = _program(bracket, start, adjacency, generator, clock, to_the_end=not last_resort)
    bracket.pool = rows
    if bracket.closed:
        bracket.reason = "the cycles meet the camps"
        return
    if clock.over:
        bracket.reason = "the budget is spent"
        return
    if not last_resort:
        bracket.reason = "the program over cycles leaves a gap"
        return
    bracket.camps(kind.searched(net, adjacency, generator))
    if bracket.closed:
        bracket.reason = "the cycles meet the camps"
        return
    if kind.sheets == 2 and (bracket.shows_trees or net.n > _TRIED):
        most = _FEW_NODES if _SURE < net.n <= _TRIED else _NODES
        bracket.tree = branched(bracket, rows, generator, clock, most)
        bracket.told = bracket.tree.bound
        if bracket.told >= bracket.upper:
            bracket.reason = "the cycles of a tree of decisions meet the camps"
            return
    last = kind.last_resort(net, rows, bracket.side, max(bracket.proved, bracket.told), clock.left)
    if last.side is not None:
        bracket.camps(kind.polished(adjacency, last.side, generator))
    bracket.told = min(max(last.bound, bracket.told), bracket.upper)
    met = bracket.told >= bracket.upper
    bracket.reason = last.reason if met else "the budget is spent"


def continued(
    bracket: Bracket, rows: Rows, times: NDArray[np.int64], generator: np.random.Generator
) -> Rows:
    """Take over cycles and multipliers of a related graph, and mend them where it is easy.

    What was proved there mostly is here too.  An edge that has come to be contradicted is often
    paid for by a cycle over edges that have weight to spare, and no program needs to be solved.
    The cycles, with those that were found, are returned.
    """
    net, kind = bracket.net, bracket.kind
    bracket.camps(kind.polished(net.adjacency(), bracket.side, generator))
    times = whole_multipliers(rows, times / MULTIPLIER_UNIT, net.weight)
    spent = np.repeat(times, np.diff(rows.starts))
    left = net.weight * MULTIPLIER_UNIT
    np.subtract.at(left, rows.edges, spent)
    roads = None
    for _ in range(_MENDS):
        bracket.cycles(rows, times / MULTIPLIER_UNIT)
        bad = kind.closing(net, bracket.side)
        bad = bad[left[bad] > 0]
        if bracket.closed or not 0 < len(bad) <= _FEW:
            break
        roads = Roads.of(net, sheets=kind.sheets) if roads is None else roads
        roots = covering(net.u[bad], net.v[bad], net.n)
        full = (left <= 0).astype(np.float64)
        found = tree_rows(roads, roots, bad, full, slack=0.5, hop=_HOP)
        found = found.taken(best_of_each(found, full, _MORE))
        found = found.taken(np.argsort(np.diff(found.starts), kind="stable"))
        given = np.zeros(len(found), dtype=np.int64)
        for k in range(len(found)):
            along = found.edges[found.starts[k] : found.starts[k + 1]]
            given[k] = left[along].min()
            left[along] -= given[k]
        if not len(found):
            break
        rows, times = rows.joined(found), np.concatenate([times, given])
    return rows


def _program(
    bracket: Bracket,
    start: Rows,
    adjacency: Any,
    generator: np.random.Generator,
    clock: Clock,
    *,
    to_the_end: bool,
) -> Rows:
    """Rounds of the program until it closes the bracket or has no more to give; its tight rows.

    Unless it is to run to its end, it is left when it rises too slowly ever to close the bracket.
    """
    net, kind = bracket.net, bracket.kind
    roads = Roads.of(net, sheets=kind.sheets)
    salt = generator.integers(-(2**62), 2**62, net.m)
    rows, marks = unique_rows(start, salt, np.zeros(0, dtype=np.int64))
    f, value, turn, still = np.zeros(net.m), 0.0, 0, 0
    if len(rows):
        f = _step(bracket, rows, adjacency, generator, clock)
    while not bracket.closed and not clock.over:
        turn += 1
        easy = turn <= _EASY
        if turn == _LONG + 1:
            bracket.camps(kind.searched(net, adjacency, generator))
        rise, value = float(net.weight @ f) - value, float(net.weight @ f)
        if rise > _SLACK * value:
            kept = rows.sums(f) <= 1 + _IDLE
            rows, marks = rows.taken(kept), marks[kept]
        hopeless = value + _HOPELESS * rise < bracket.upper - 1
        still = still + 1 if hopeless and not easy else 0
        if still >= _PATIENCE and not to_the_end:
            break
        bad = kind.closing(net, bracket.side)
        roots = covering(net.u[bad], net.v[bad], net.n)
        if not len(rows):
            roots = np.union1d(roots, generator.permutation(net.n)[:_FIRST_ROOTS])
        for near in (_NEAR, None) if easy else (None,):
            found = tree_rows(
                roads, roots, bad, f, slack=_SLACK, hop=_HOP, near=near, generator=generator
            )
            found, mark = unique_rows(found, salt, marks)
            chosen = best_of_each(found, f, _EACH if easy else _MORE)
            if len(chosen):
                break
        else:
            break
        rows, marks = rows.joined(found.taken(chosen)), np.concatenate([marks, mark[chosen]])
        f = _step(bracket, rows, adjacency, generator, clock)
    return rows.taken(rows.sums(f) < 1 + _SLACK)


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
