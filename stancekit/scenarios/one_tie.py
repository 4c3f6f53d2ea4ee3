"""Bounds of a graph with one tie changed, from the camps and cycles of the graphs before."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from stancekit.scenarios.board import Board, Pair, contradicted
from stancekit.scenarios.reuse import Answer, Packing, neighbours, widened
from stancekit.signed.partition import MULTIPLIER_UNIT, frustration

__all__ = ["OneTie"]


class OneTie:
    """Bounds of the graph with one tie changed, from what the other graphs taught."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.order = len(board.names)
        found = frustration(board.graph(board.ties))
        self.proof = found.certificate  # of the graph that was solved last
        self.base = Answer.of(found)
        self.solves = 1
        self.tied = neighbours(board.ties)
        self.amounts = Counter(map(abs, board.ties.values()))

    def answers(
        self, pair: Pair, wanted: Iterable[int]
    ) -> dict[int, tuple[Answer, tuple[int, ...]]]:
        """Bounds for every value (in units) that the tie of a pair may take.

        Those nearest to 0 come last: the cycles of a strong tie, cut back, serve a weak one.
        """
        code = pair[0] * self.order + pair[1]
        stood = self.board.ties.get(pair, 0)
        others = math.gcd(*(x for x, times in self.amounts.items() if times > (x == abs(stood))))
        # (tie at which they were packed, cycles, load on the tie, what a solver told)
        packings = [self._packed(stood, self.base.packing, self.base.told, code)]
        sides = self._sides(pair, self.base.side)
        bounds: dict[int, tuple[Answer, tuple[int, ...]]] = {}
        for x in sorted(wanted, key=lambda x: (-abs(x), x)):
            quantum = math.gcd(others, x) or 1
            upper, side = self._above(pair, x, sides)
            lower, packing, room, told = self._below(x, quantum, packings)
            if lower < upper:
                more = self._widened(packing.cut(pair, self.order, room), pair, x, side)
                packings.append(self._packed(x, more, 0, code))
                lower, packing, room, told = self._below(x, quantum, packings)
            if lower < upper:
                graph = self.board.graph({**self.board.ties, pair: x})
                found = frustration(graph, hint=self.proof)
                self.proof, self.solves = found.certificate, self.solves + 1
                answer = Answer.of(found)
                packings.append(self._packed(x, answer.packing, answer.told, code))
                sides += self._sides(pair, answer.side)
                upper, side = self._above(pair, x, sides)
                lower, packing, room, told = self._below(x, quantum, packings)
            bound = Answer(upper, side, packing.cut(pair, self.order, room), told, quantum)
            bounds[x] = bound, self._moved(side, pair, x)
        return bounds

    def _packed(
        self, x: int, packing: Packing, told: int, code: int
    ) -> tuple[int, Packing, int, int]:
        """A packing with the tie at which it was packed, its load on it, a solver's word."""
        codes, laid = packing.loads(self.order)
        return x, packing, int(laid[codes == code].sum()), told

    def _widened(self, packing: Packing, pair: Pair, x: int, side: NDArray[np.int8]) -> Packing:
        """More cycles for the graph with one tie changed."""
        around = dict(self.tied)
        for end, other in (pair, pair[::-1]):
            kept = [(w, y) for w, y in around.get(end, ()) if w != other]
            around[end] = [*kept, (other, x)] if x else kept
        ties = ((p, y) for p, y in {**self.board.ties, pair: x}.items() if y)
        bad = [((u, v), y) for (u, v), y in ties if y * int(side[u]) * int(side[v]) < 0]
        return widened(packing, self.order, around, bad)

    def _sides(self, pair: Pair, side: NDArray[np.int8]) -> list[tuple[NDArray[np.int8], int, int]]:
        """Camps, and those with one end of the pair moved across: without the pair's tie, cost.

        As (camps, units contradicted by all other ties, +1 if the pair is together).
        """
        u, v = pair
        stood = self.board.ties.get(pair, 0)
        if side is self.base.side:
            whole = self.base.upper
        else:
            whole = contradicted(self.board.ties, side)
        rest = whole - (abs(stood) if stood * int(side[u]) * int(side[v]) < 0 else 0)
        found = [(side, rest, int(side[u]) * int(side[v]))]
        for end, other in ((u, v), (v, u)):
            gain = sum(
                x * int(side[end]) * int(side[w]) for w, x in self.tied.get(end, ()) if w != other
            )
            flipped = side.copy()
            flipped[end] *= -1
            found.append((flipped, rest + gain, -found[0][2]))
        return found

    def _above(
        self, pair: Pair, x: int, sides: list[tuple[NDArray[np.int8], int, int]]
    ) -> tuple[int, NDArray[np.int8]]:
        """The best of the known camps; the first among equals, which are those of before."""
        costs = [rest + (abs(x) if x * together < 0 else 0) for _, rest, together in sides]
        best = min(range(len(sides)), key=costs.__getitem__)
        return costs[best], sides[best][0]

    def _below(
        self, x: int, quantum: int, packings: list[tuple[int, Packing, int, int]]
    ) -> tuple[int, Packing, int, int]:
        """The lower bound, the best packing, what it may lay on the tie, a solver's word."""
        best: tuple[int, Packing, int] | None = None
        told = 0
        for at, packing, load, word in packings:
            room = abs(x) * MULTIPLIER_UNIT if x * at > 0 else 0
            # in whole quanta, each cycle may lose what is no multiple of one
            value = packing.value - max(0, load - room) - len(packing.times) * (quantum - 1)
            if best is None or value > best[0]:
                best = value, packing, room
            lost = max(0, abs(at) - abs(x)) if x * at > 0 else abs(at)
            told = max(told, word - lost)
        assert best is not None
        value, packing, room = best
        proved = -(-value // (quantum * MULTIPLIER_UNIT)) * quantum
        return max(proved, told), packing, room, told

    def _moved(self, side: NDArray[np.int8], pair: Pair, x: int) -> tuple[int, ...]:
        """The names that are in another camp, of the two ways to name the camps the fewer."""
        if side is self.base.side:
            return ()
        tied = np.zeros(self.order, dtype=bool)
        tied[list(self.tied)] = True
        differs = tied & (side != self.base.side)
        other = tied & (side == self.base.side)
        fewer = differs if differs.sum() <= other.sum() else other
        return tuple(np.flatnonzero(fewer).tolist())
