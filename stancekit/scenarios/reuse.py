"""Frustration again and again, of graphs that differ in a few ties: camps and cycles are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.scenarios.board import Pair, graph_of
from stancekit.signed.partition.bracket import Bracket
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.core import Core
from stancekit.signed.partition.cycles import Rows
from stancekit.signed.partition.small import close_small

__all__ = ["Answer", "Memory", "Packing", "neighbours", "widened"]

#: Whom each vertex is tied to, and by how many signed units.
Around = dict[int, list[tuple[int, int]]]


@frozen(eq=False)
class Packing:
    """Negative cycles that take their multipliers from the ties they run over.

    Attributes
    ----------
    starts : (k + 1,) int64
        Cycle ``i`` is ``vertices[starts[i]:starts[i + 1]]``.
    vertices : int64
    times : (k,) int64
        In multiples of 2^-24 units.
    """

    starts: NDArray[np.int64]
    vertices: NDArray[np.int64]
    times: NDArray[np.int64]

    @property
    def value(self) -> int:
        """What it proves, in multiples of 2^-24 units."""
        return int(self.times.sum())

    def loads(self, order: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What it lays on each pair, in multiples of 2^-24 units: codes u * order + v, amounts."""
        codes, _ = self._steps(order)
        amount = np.repeat(self.times, np.diff(self.starts))
        pairs, place = np.unique(codes, return_inverse=True)
        laid = np.zeros(len(pairs), dtype=np.int64)
        np.add.at(laid, place, amount)
        return pairs, laid

    def _steps(self, order: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The pair of each step of each cycle, and the cycle of each step."""
        ring = self.vertices
        following = np.empty_like(ring)
        following[:-1] = ring[1:]
        following[self.starts[1:] - 1] = ring[self.starts[:-1]]
        codes = np.minimum(ring, following) * order + np.maximum(ring, following)
        owner = np.repeat(np.arange(len(self.times)), np.diff(self.starts))
        return codes, owner

    def cut(self, pair: Pair, order: int, room: int) -> Packing:
        """Take so much from the cycles through a pair that they lay no more than ``room`` on it."""
        codes, owner = self._steps(order)
        through = np.unique(owner[codes == pair[0] * order + pair[1]])
        times = self.times.copy()
        over = int(times[through].sum()) - room
        for k in through.tolist():
            if over <= 0:
                break
            less = min(over, int(times[k]))
            times[k] -= less
            over -= less
        kept = times > 0
        rows = Rows(self.starts, self.vertices, self.vertices).taken(kept)
        return Packing(rows.starts, rows.vertices, times[kept])


@frozen(eq=False)
class Answer:
    """Bounds in units, with the camps and the cycles that prove them.

    ``told`` is a lower bound that rests on the word of a mixed-integer solver; 0 if none does.
    """

    upper: int
    side: NDArray[np.int8]
    packing: Packing
    told: int = 0

    @property
    def proved(self) -> int:
        """The lower bound that the cycles prove."""
        return -(-self.packing.value // MULTIPLIER_UNIT)

    @property
    def lower(self) -> int:
        """The lower bound."""
        return max(self.proved, self.told)


def neighbours(ties: Mapping[Pair, int]) -> Around:
    """Whom each vertex is tied to.

    >>> neighbours({(0, 2): -1})
    {0: [(2, -1)], 2: [(0, -1)]}
    """
    around: Around = {}
    for (u, v), x in ties.items():
        around.setdefault(u, []).append((v, x))
        around.setdefault(v, []).append((u, x))
    return around


def widened(
    packing: Packing,
    order: int,
    around: Around,
    contradicted: Iterable[tuple[Pair, int]],
) -> Packing:
    """Add cycles to a packing, each through a contradicted tie and what is left of the others.

    Shortest first; greedy, so that it may end below what is possible, never above.
    """
    codes, laid = packing.loads(order)
    loads = dict(zip(codes.tolist(), laid.tolist(), strict=True))
    walks: list[list[int]] = []
    times: list[int] = []

    def left(u: int, v: int, x: int) -> int:
        code = u * order + v if u < v else v * order + u
        laid_on: int = loads.get(code, 0)
        return abs(x) * MULTIPLIER_UNIT - laid_on

    for (u, v), x in contradicted:
        while (spare := left(u, v, x)) > 0:
            walk = _detour(u, v, 0 if x < 0 else 1, around, left)
            if walk is None:
                break
            steps = [(*sorted(step), y) for *step, y in walk]
            for a, b, y in steps:
                runs = sum((a, b) == other[:2] for other in steps)
                spare = min(spare, left(a, b, y) // runs)
            if spare < 1:
                break
            for a, b, _ in (*steps, (u, v, x)):
                loads[a * order + b] = loads.get(a * order + b, 0) + spare
            walks.append([u, *(step[1] for step in walk)])
            times.append(spare)
    if not walks:
        return packing
    lengths = np.cumsum([len(walk) for walk in walks]) + packing.starts[-1]
    return Packing(
        np.concatenate([packing.starts, lengths]),
        np.concatenate([packing.vertices, *(np.array(walk) for walk in walks)]),
        np.concatenate([packing.times, np.array(times, dtype=np.int64)]),
    )


def _detour(
    u: int, v: int, odd: int, around: Around, left: Callable[[int, int, int], int]
) -> list[tuple[int, int, int]] | None:
    """The shortest way from u to v over ties with something left, other than their own tie.

    With an odd or even number of negative ties; as steps (from, to, units of the tie).
    """
    before: dict[tuple[int, int], tuple[int, int, int]] = {(u, 0): (-1, -1, 0)}
    queue = [(u, 0)]
    for at, parity in queue:
        for to, x in around.get(at, ()):
            place = to, parity ^ (x < 0)
            if place in before or {at, to} == {u, v} or left(at, to, x) < MULTIPLIER_UNIT // 4096:
                continue
            before[place] = at, parity, x
            if place == (v, odd):
                steps: list[tuple[int, int, int]] = []
                while before[place][0] >= 0:
                    here, was, y = before[place]
                    steps.append((here, place[0], y))
                    place = here, was
                return steps[::-1]
            queue.append(place)
    return None


class Memory:
    """Solves one graph after the other, each from the camps and cycles of those before.

    >>> memory = Memory(3)
    >>> answer = memory.solve({(0, 1): 2, (1, 2): 2, (0, 2): -1})
    >>> answer.lower, answer.upper
    (1, 1)
    """

    def __init__(self, order: int, most: int = 2_000) -> None:
        self.order = order
        self.most = most  # walks that are kept
        self._side: NDArray[np.int8] | None = None
        self._pool = Rows.none()

    def solve(self, ties: Mapping[Pair, int], side: NDArray[np.int8] | None = None) -> Answer:
        """Bound the frustration of ties given in units."""
        graph = graph_of(self.order, ties)
        amount = graph.weights.astype(np.int64)
        core = Core.of(graph, amount)
        start = side if side is not None else self._side
        inner = np.ones(core.net.n) if start is None else core.inner_side(start)
        bracket = Bracket(core.net, inner)
        rows = core.inner_rows(self._pool.starts, self._pool.vertices)
        close_small(bracket, rows, np.random.default_rng(0), Clock(None))
        answer = Answer(
            int(bracket.upper),
            core.side(bracket.side),
            Packing(bracket.rows.starts, core.vertices[bracket.rows.vertices], bracket.times),
            int(bracket.told),
        )
        self._side = answer.side
        self._keep(core, len(rows), bracket)
        return answer

    def _keep(self, core: Core, known: int, bracket: Bracket) -> None:
        """Keep the walks that this run found; all of the last ones, where there are too many."""
        fresh = bracket.pool.taken(np.arange(known, len(bracket.pool)))
        walks = core.vertices[fresh.vertices]
        pool = self._pool.joined(Rows(fresh.starts, walks, walks))
        if len(pool) > self.most:
            pool = pool.taken(np.arange(len(pool) - self.most, len(pool)))
        self._pool = pool
