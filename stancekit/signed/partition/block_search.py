"""The bounds of one run for blocks of a pattern: moves above, walks or a solver's word below."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.partition.block_program import milp_blocks
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import Network, Rows
from stancekit.signed.partition.moves import moved
from stancekit.signed.partition.program import simplex, whole_multipliers
from stancekit.signed.partition.walks import Sequences, Walks

__all__ = ["Search", "completions"]

_TRIES = 8  # starts of a search for good blocks
_AGAIN = 2  # and for one choice of open signs
_EDGES = 4000  # up to which the programs are worth their time
_HOP = 1e-6  # of an edge on a walk, beside its f: prefers short walks
_SLACK = 1e-5  # by which a walk must be violated to become a row
_REFITS = 20  # of open signs to blocks, and of blocks to signs
_EMPTY = 3  # samples of roots without a new walk, before the search ends
_OPEN = 12  # signs that are chosen in every way
_NAMED = 6  # blocks up to which exchanges of blocks are tried in every way


class Search:
    """The bounds of one run; both only ever improve.

    Attributes
    ----------
    labels : (n,) int64 array
        The best blocks.
    upper, told : int
        In units; ``told`` is a lower bound that no walks show.
    rings, times : list of vertices, int64 array
        Walks and whole multipliers of the best proved lower bound.
    """

    def __init__(
        self,
        net: Network,
        pattern: NDArray[np.int8],
        report: Callable[[int, int], None] | None = None,
    ) -> None:
        self.net, self.pattern, self.report = net, pattern, report
        self.labels = np.zeros(net.n, dtype=np.int64)
        self.upper = self._cost(self.labels)
        self.rings: list[list[int]] = []
        self.times = np.zeros(0, dtype=np.int64)
        self.told = 0
        self.reason = "blocks without a contradiction"

    @property
    def proved(self) -> int:
        """Lower bound in units that the walks prove."""
        return -(-int(self.times.sum()) // MULTIPLIER_UNIT)

    @property
    def lower(self) -> int:
        """The best lower bound in units."""
        return max(self.proved, self.told)

    def bracket(self, generator: np.random.Generator, clock: Clock) -> None:
        """Close the bounds as far as the clock allows."""
        net = self.net
        if not net.m:
            return
        adjacency = net.adjacency()
        self._descend(adjacency, generator, clock)
        if not self.upper:
            return
        self.reason = "the budget is spent"
        if clock.over:
            return
        if net.m > _EDGES:
            self.reason = "too many ties for a bound"
            return
        if (self.pattern == 0).any():
            self._walk(self.upper, generator, clock)
            self._choose(adjacency, generator, clock)
            met = "no choice of the open signs contradicts less"
        else:
            rows = self._walk(self.upper, generator, clock)
            self._descend(adjacency, generator, clock)
            self._ask(self.upper, rows, adjacency, generator, clock)
            met = "a mixed-integer solver closed the gap"
        if self.lower >= self.upper:
            self.reason = "the walks meet the blocks" if self.proved >= self.upper else met

    def take(self, labels: NDArray[np.int64]) -> None:
        """Take blocks if they are better."""
        cost = self._cost(labels)
        if cost < self.upper:
            self.labels, self.upper = labels.copy(), cost
            self._tell()

    def _tell(self) -> None:
        if self.report is not None:
            self.report(min(self.lower, self.upper), self.upper)

    def _totals(self, labels: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Positive and negative weight between blocks, each pair once (upper triangle)."""
        net, k = self.net, len(self.pattern)
        a, b = labels[net.u], labels[net.v]
        code = np.minimum(a, b) * k + np.maximum(a, b)
        friends, foes = (np.zeros(k * k, dtype=np.int64) for _ in range(2))
        np.add.at(friends, code[net.sign > 0], net.weight[net.sign > 0])
        np.add.at(foes, code[net.sign < 0], net.weight[net.sign < 0])
        return friends.reshape(k, k), foes.reshape(k, k)

    def _cost(self, labels: NDArray[np.int64]) -> int:
        """Weight that blocks contradict, in units."""
        friends, foes = self._totals(labels)
        either = np.minimum(friends, foes)
        chosen = np.where(self.pattern > 0, foes, np.where(self.pattern < 0, friends, either))
        return int(chosen.sum())

    def _completed(self, labels: NDArray[np.int64]) -> NDArray[np.int8]:
        """The pattern with the better sign where it is open."""
        friends, foes = self._totals(labels)
        better = np.where(friends >= foes, 1, -1)
        better = np.triu(better) + np.triu(better, 1).T
        return np.where(self.pattern == 0, better, self.pattern).astype(np.int8)

    def _descend(
        self, adjacency: Any, generator: np.random.Generator, clock: Clock, tries: int = _TRIES
    ) -> None:
        """Blocks from random starts; open signs and blocks are fitted to each other in turn."""
        k = len(self.pattern)
        for _ in range(tries):
            if self.upper <= self.lower or clock.over:
                return
            open_ = np.triu(generator.choice(np.array([-1, 1]), (k, k)))
            signs = np.where(self.pattern == 0, open_ + np.triu(open_, 1).T, self.pattern)
            labels = generator.integers(0, k, self.net.n)
            for _ in range(_REFITS):
                labels = moved(adjacency, signs.astype(np.int8), labels, generator, clock)
                fitting = self._completed(labels)
                if (fitting == signs).all():
                    break
                signs = fitting
            self.take(labels)

    def _ask(
        self, target: int, rows: Rows, adjacency: Any, generator: np.random.Generator, clock: Clock
    ) -> None:
        """Ask a mixed-integer solver for less than the target, or for its word; no open signs."""
        if self.lower >= target or clock.over:
            return
        last = milp_blocks(self.net, self.pattern, rows, target, seconds=clock.left)
        self.told = max(self.told, last.told)
        if last.side is not None:
            self.take(last.side)
            self.take(moved(adjacency, self.pattern, last.side, generator, clock))
        self._tell()

    def _choose(self, adjacency: Any, generator: np.random.Generator, clock: Clock) -> None:
        """Choose the open signs in every way: the least bound is one for all."""
        if np.count_nonzero(np.triu(self.pattern == 0)) > _OPEN:
            self.reason = "too many open signs for a bound"
            return
        parts: list[tuple[Search, Rows]] = []
        for signs in completions(self.pattern):
            part = Search(self.net, signs)
            part._descend(adjacency, generator, clock, _AGAIN)
            self.take(part.labels)
            parts.append((part, part._walk(self.upper, generator, clock)))
            if clock.over:
                return
        parts.sort(key=lambda part: part[0].proved)
        for part, rows in parts:
            part._ask(self.upper, rows, adjacency, generator, clock)
            self.take(part.labels)
        self.told = max(self.told, min(self.upper, *(part.lower for part, _ in parts)))
        self._tell()

    def _walk(self, target: int, generator: np.random.Generator, clock: Clock) -> Rows:
        """Rounds of the program and of new walks; all walks are returned."""
        net, rows = self.net, Rows.none()
        sequences = Sequences.of(self.pattern)
        if sequences is None or not sequences.open.any():
            return rows
        walks = Walks.of(net, sequences)
        rings: list[list[int]] = []
        seen: set[bytes] = set()
        f, empty = np.zeros(net.m), 0
        while self.proved < target and empty < _EMPTY and not clock.over:
            more, found = walks.violated(f, generator, slack=_SLACK, hop=_HOP)
            new = []
            for i, edges in enumerate(np.split(found.edges, found.starts[1:-1])):
                if len(edges) and edges.tobytes() not in seen:
                    seen.add(edges.tobytes())
                    new.append(i)
            if not new:
                empty += _EMPTY if walks.thorough else 1
                continue
            empty = 0
            rows = rows.joined(found.taken(np.array(new)))
            rings += [more[i] for i in new]
            f, y = simplex(rows, net.weight, clock.left)
            times = whole_multipliers(rows, y, net.weight)
            if int(times.sum()) > int(self.times.sum()):
                kept = np.flatnonzero(times)
                self.rings, self.times = [rings[i] for i in kept.tolist()], times[kept]
                self._tell()
        return rows


def completions(pattern: NDArray[np.int8]) -> Iterator[NDArray[np.int8]]:
    """All ways to choose the open signs of a pattern that exchanges of blocks do not make equal."""
    k = len(pattern)
    pairs = np.argwhere(np.triu(pattern == 0))
    exchanges = [np.array(order) for order in itertools.permutations(range(k))]
    if k > _NAMED:
        exchanges = [np.arange(k)]
    exchanges = [x for x in exchanges if (pattern[np.ix_(x, x)] == pattern).all()]
    seen: set[bytes] = set()
    for signs in itertools.product((1, -1), repeat=len(pairs)):
        whole = pattern.copy()
        whole[pairs[:, 0], pairs[:, 1]] = signs
        whole[pairs[:, 1], pairs[:, 0]] = signs
        if whole.tobytes() not in seen:
            seen |= {whole[np.ix_(x, x)].tobytes() for x in exchanges}
            yield whole
