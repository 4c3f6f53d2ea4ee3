"""The loop for large graphs: annealing, packing, first-order steps, rounding, shortest paths."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.partition.bracket import Bracket
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import (
    Network,
    Roads,
    Rows,
    best_of_each,
    tree_rows,
    unique_rows,
)
from stancekit.signed.partition.firstorder import Point, primal_dual
from stancekit.signed.partition.packing import ROOTS, chosen_roots, most_roots, packed

__all__ = ["close_large"]

_STEPS = 120  # first-order steps a round while many cycles are missing
_LONG = 2000  # and at most, once few are
_FINE = 0.005  # of the violation found last: a program solved to this gap waits for cycles
_COARSE = 0.25  # and one left with a larger gap wants more steps
_LEAST = 0.002  # violation of a cycle that is worth a row
_WORTH = 0.5  # of the mean violation, likewise
_HOP = 0.05, 0.9, 2e-3  # length of an edge beside its f: at first, factor a round, at least
_TOLL = 2.0  # times that for an edge that the cycles so far use up
_NEAR = 2  # trees in which a contradicted edge is closed to a cycle, and one at random
_MANY, _FEW = 1.0, 0.5  # violated cycles found, of each contradicted edge: more trees, or fewer
_PURGE = 0.05  # a cycle that is satisfied by more than this and unused ...
_PATIENT = 0.3  # ... or by more than this, while the program is small (in edges of cycles) ...
_SMALL = 500_000
_IDLE = 2  # ... in so many rounds is forgotten
_SOON = 1e-3  # below the next whole unit: the bound that ends the rounds
_STALL = 30  # rounds without a better bound or camps
_TURNS = 500
_VAIN = 3  # draws of camps in a row without better ones: no more are drawn


def close_large(
    bracket: Bracket, start: Rows, generator: np.random.Generator, clock: Clock
) -> None:
    """Close the bracket as far as the clock allows.

    Annealing gives camps; cycles with one contradicted edge each are packed greedily; from there
    on rounds of first-order steps on the program over all cycles so far, of camps rounded from
    its answer, and of new cycles over shortest-path trees.

    What decides the speed: few rows (a cycle that is idle in two rounds goes; with a looser rule
    slashdot090221 gathered millions, and idle rows shorten every step besides costing one), paths
    that avoid edges whose weight is used up though their price is still nothing, and few trees a
    round (24 where 48 took a tenth longer on wiki_elec) but for networks without structure, where
    their number doubles: there better cycles count for more than quick rounds.
    """
    net = bracket.net
    adjacency = net.adjacency()
    bracket.camps(bracket.kind.drawn(net, adjacency, bracket.side, 0, generator))
    rows, units = packed(bracket.kind.view(net, bracket.side), generator, clock)
    state = _State(rows, units.astype(np.float64), net, generator)
    bracket.cycles(rows, state.y)
    state.add(start)
    if len(state.rows) and not bracket.closed:
        _rounds(bracket, state, adjacency, generator, clock)
        bracket.cycles(state.rows, state.best)
    bracket.pool = state.rows
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
        self.idle = np.zeros(len(rows), dtype=np.int64)
        self.bound = float(y.sum())
        self.balance = 1.0
        self.f = np.zeros(net.m)
        self.gap = np.inf

    def add(self, found: Rows) -> None:
        """Take all cycles that are new."""
        self._take(*unique_rows(found, self.salt, self.marks))

    def add_worst(self, found: Rows) -> float:
        """Take the most violated cycle of each closing edge; their violation is returned."""
        found, mark = unique_rows(found, self.salt, self.marks)
        chosen = best_of_each(found, self.f, 1)
        found, mark = found.taken(chosen), mark[chosen]
        if not len(found):
            return 0.0
        price = np.minimum.reduceat(self.net.weight[found.edges], found.starts[:-1])
        short = 1 - found.sums(self.f)
        worth = short > _WORTH * short.mean()
        self._take(found.taken(worth), mark[worth])
        return float(price @ short)

    def _take(self, found: Rows, mark: NDArray[np.int64]) -> None:
        self.rows, self.marks = self.rows.joined(found), np.concatenate([self.marks, mark])
        nothing = np.zeros(len(found))
        self.y, self.best = (np.concatenate([x, nothing]) for x in (self.y, self.best))
        self.idle = np.concatenate([self.idle, np.zeros(len(found), dtype=np.int64)])

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
        unused = (self.y < least) & (self.best < least)
        much = _PATIENT if len(self.rows.edges) < _SMALL else _PURGE
        self.idle = np.where(unused & (self.rows.sums(self.f) > 1 + much), self.idle + 1, 0)
        kept = self.idle < _IDLE
        self.rows, self.marks, self.idle = self.rows.taken(kept), self.marks[kept], self.idle[kept]
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
    net, kind = bracket.net, bracket.kind
    roads, bad = None, np.zeros(0, dtype=np.int64)
    state.f = bracket.bad.astype(np.float64)
    violation, waited, steps, soon, count = np.inf, 0, _STEPS, _SOON, ROOTS[0]
    draws = vain = 0
    for turn in range(_TURNS):
        if clock.over or waited >= _STALL:
            return
        # Rounding multipliers down to multiples of 2^-24 costs at most that much a cycle.
        target = bracket.upper - 1 + soon + 1.1 * len(state.rows) / MULTIPLIER_UNIT
        before, gap = state.bound, bracket.upper - state.bound
        state.step(clock, steps, target, _FINE * violation + 0.05)
        if state.bound > target:
            bracket.cycles(state.rows, state.best)
            if bracket.closed:
                return
            soon = min(4 * soon, 0.9)
        steps = min(2 * steps, _LONG) if state.gap > _COARSE * violation else _STEPS
        better = False
        if turn % 2 or waited or state.bound > bracket.upper - 1:
            camps = kind.rounded(net, state.f)
            better = bracket.camps(kind.polished(adjacency, camps, generator))
        if turn in kind.draws and vain < _VAIN and not clock.over:
            draws += 1
            gained = bracket.camps(kind.drawn(net, adjacency, bracket.side, draws, generator))
            better, vain = better or gained, 0 if gained else vain + 1
        bracket.hint(state.bound)
        waited = 0 if better or state.bound - before > 1e-3 * gap else waited + 1
        state.purge()
        if roads is None or better:
            inside = kind.view(net, bracket.side)
            roads, bad = Roads.of(inside, sheets=1), np.flatnonzero(inside.sign < 0)
        used = state.load(state.y) / net.weight
        hop = max(_HOP[0] * _HOP[1] ** turn, _HOP[2])
        need = (1 - used[bad]).clip(0) * net.weight[bad] + 1e-3 * net.weight[bad]
        found = tree_rows(
            roads,
            chosen_roots(net, bad, need, count, generator),
            bad,
            state.f,
            slack=_LEAST,
            hop=hop * (1 + _TOLL * used.clip(0, 1) ** 4),
            near=_NEAR,
            generator=generator,
        )
        violation = state.add_worst(found)
        # Where nearly all ways that are tried are violated, better ones are not far to seek.
        if len(found) > _MANY * len(bad):
            count = min(2 * count, most_roots(net, len(bad)))
        elif len(found) < _FEW * len(bad):
            count = max(count // 2, ROOTS[0])
