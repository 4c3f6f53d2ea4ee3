"""The loop for large graphs: annealing, packing, first-order steps, paths, merging what is sure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.bracket import Bracket
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.core import Core
from stancekit.signed.partition.cycles import (
    Network,
    Roads,
    Rows,
    best_of_each,
    tree_rows,
    unique_rows,
)
from stancekit.signed.partition.firstorder import Point, primal_dual
from stancekit.signed.partition.packing import chosen_roots, packed
from stancekit.signed.partition.quotient import Quotient
from stancekit.signed.partition.small import close_small

__all__ = ["close_large"]

_STEPS = 120  # first-order steps a round while many cycles are missing
_LONG = 1500  # and at most, once few are
_ROWS_AN_EDGE = 3  # new cycles of one contradicted edge in a round
_PURGE = 0.3  # a cycle that is satisfied by more than this and unused is forgotten
_NEAR = 0.05  # relative gap from which on every halving of it is a reason to look for camps
_OPEN = 3000  # edges that may be left open to be solved exactly
_SLACK = 0.5, 0.1, 0.02  # of the weight; the first that leaves few enough edges open is taken
_FEW = 0.1  # of the upper bound: less violation than this is few cycles missing
_STALL = 15  # rounds without a better bound or camps
_TURNS = 500


def close_large(
    bracket: Bracket, start: Rows, generator: np.random.Generator, clock: Clock
) -> None:
    """Close the bracket as far as the clock allows.

    Annealing gives camps; cycles with one contradicted edge each are packed greedily; from there
    on rounds of first-order steps on the program over all cycles so far, and of new cycles over
    shortest-path trees.  When the gap is small, every edge that the multipliers leave slack is
    taken as satisfied, its ends are merged, and what remains is solved as a graph of its own: its
    optimal camps mend those of the whole.
    """
    net = bracket.net
    adjacency = net.adjacency()
    for camps in bracket.kind.starts(net, adjacency, generator):
        bracket.camps(camps)
        if clock.over:
            break
    rows, units = packed(bracket.kind.view(net, bracket.side), generator, clock)
    state = _State(rows, units.astype(np.float64), net, generator)
    bracket.cycles(rows, state.y)
    state.add(start)
    _rounds(bracket, state, adjacency, generator, clock)
    bracket.pool = state.rows
    bracket.cycles(state.rows, state.best)
    if bracket.closed:
        bracket.reason = "the cycles meet the camps"
    elif clock.over:
        bracket.reason = "the budget is spent"
    else:
        bracket.reason = "the program over cycles leaves a gap"


class _State:
    """The program so far: its cycles, where the method stands, and the best bound."""

    def __init__(
        self, rows: Rows, y: NDArray[np.float64], net: Network, generator: np.random.Generator
    ) -> None:
        self.net = net
        self.salt = generator.integers(-(2**62), 2**62, net.m)
        self.rows, self.y, self.best = rows, y, y.copy()
        self.marks = rows.sums(self.salt)
        self.bound = float(y.sum())
        self.balance = float(net.weight.mean())
        self.f = np.zeros(net.m)
        self.gap = np.inf

    def add(self, found: Rows, most: int | None = None) -> float:
        """Take the cycles that are new, at most so many an edge; their violation is returned."""
        found, mark = unique_rows(found, self.salt, self.marks)
        if most is not None:
            chosen = best_of_each(found, self.f, most)
            found, mark = found.taken(chosen), mark[chosen]
        self.rows, self.marks = self.rows.joined(found), np.concatenate([self.marks, mark])
        nothing = np.zeros(len(found))
        self.y, self.best = (np.concatenate([x, nothing]) for x in (self.y, self.best))
        if not len(found):
            return 0.0
        price = np.minimum.reduceat(self.net.weight[found.edges], found.starts[:-1])
        return float(price @ (1 - found.sums(self.f)).clip(0))

    def step(self, clock: Clock, steps: int, target: float, enough: float) -> None:
        """Advance the first-order method."""
        point = Point(self.f, self.y, self.balance, self.best, self.bound)
        weight = self.net.weight.astype(np.float64)
        point = primal_dual(
            self.rows, weight, point, clock, steps=steps, target=target, enough=enough
        )
        self.f, self.y, self.balance = point.f, point.y, point.balance
        self.best, self.bound, self.gap = point.best, point.bound, point.gap

    def purge(self) -> None:
        """Forget cycles that nothing uses."""
        least = 1e-6 * self.net.weight.mean()
        idle = (self.y < least) & (self.best < least)
        kept = ~(idle & (self.rows.sums(self.f) > 1 + _PURGE))
        self.rows, self.marks = self.rows.taken(kept), self.marks[kept]
        self.y, self.best = self.y[kept], self.best[kept]

    def load(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the cycles take from each edge."""
        each = np.repeat(y, np.diff(self.rows.starts))
        return np.bincount(self.rows.edges, each, self.net.m).astype(np.float64)


def _rounds(
    bracket: Bracket,
    state: _State,
    adjacency: Any,
    generator: np.random.Generator,
    clock: Clock,
) -> None:
    """First-order steps, new cycles, better camps, in turn."""
    net = bracket.net
    roads, bad = None, np.zeros(0, dtype=np.int64)
    state.f = bracket.bad.astype(np.float64)
    violation, waited, mended = np.inf, 0, np.inf
    for turn in range(_TURNS):
        if clock.over or waited >= _STALL:
            return
        # Rounding multipliers down to multiples of 2^-24 costs at most that much a cycle.
        target = bracket.upper - 1 + 1e-3 + 1.1 * len(state.rows) / MULTIPLIER_UNIT
        before = state.bound
        few = violation < _FEW * bracket.upper
        state.step(clock, _LONG if few else _STEPS, target, 0.01 * violation + 0.1)
        if state.bound > target:
            return
        gap = bracket.upper - state.bound
        better = False
        if turn % 4 == 3 or gap < min(0.5 * mended, _NEAR * bracket.upper):
            better = _mend(bracket, state, adjacency, generator, clock)
            mended = bracket.upper - state.bound
            if state.bound > bracket.upper - 1 + 1e-3:
                continue
        bracket.hint(state.bound)
        waited = 0 if better or state.bound - before > 1e-3 * gap else waited + 1
        state.purge()
        if roads is None or better:
            inside = bracket.kind.view(net, bracket.side)
            roads, bad = Roads.of(inside, sheets=1), np.flatnonzero(inside.sign < 0)
        need = (net.weight - state.load(state.y))[bad].clip(0) + 1e-3 * net.weight[bad]
        roots = chosen_roots(net, bad, need, generator)
        found = tree_rows(
            roads,
            roots,
            bad,
            state.f,
            slack=max(0.1 * 0.7**turn, 2e-3),
            hop=max(0.05 * 0.7**turn, 1e-3),
            near=3,
            generator=generator,
        )
        violation = state.add(found, _ROWS_AN_EDGE)


def _mend(
    bracket: Bracket,
    state: _State,
    adjacency: Any,
    generator: np.random.Generator,
    clock: Clock,
) -> bool:
    """Look for better camps in the program's answer; whether any were found.

    First its answer is rounded.  Then the ends of every edge with slack are merged and what is
    left is solved: with multipliers that prove the optimum, an edge that they leave slack is
    contradicted by no optimal camps; with multipliers that nearly do, it is so nearly always.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    net = bracket.net
    before = bracket.upper
    kind = bracket.kind
    bracket.camps(kind.polished(adjacency, kind.rounded(net, state.f), generator))
    slack = net.weight - state.load(state.best)
    for part in _SLACK:
        sure = (kind.view(net, bracket.side).sign > 0) & ~bracket.bad & (slack > part * net.weight)
        links = coo_array((np.ones(sure.sum()), (net.u[sure], net.v[sure])), shape=(net.n, net.n))
        _, label = connected_components(links, directed=False)
        left = Quotient.of(net, label.astype(np.int64), kind.relation(bracket.side))
        graph = SignedGraph.from_arrays(
            left.net.n, np.stack([left.net.u, left.net.v], axis=1), left.net.sign, left.net.weight
        )
        core = Core.of(graph, left.net.weight)
        if core.net.m > _OPEN:
            continue
        inner = Bracket(core.net, kind.plain(core.net.n), kind=kind)
        close_small(inner, Rows.none(), generator, clock, last_resort=False)
        bracket.camps(
            kind.polished(adjacency, left.lifted(kind.lifted(core, inner.side)), generator)
        )
        break
    return bracket.upper < before
