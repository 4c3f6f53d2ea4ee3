"""Camps and cycles that prove bounds of one graph, cut and widened to fit one beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.scenarios.board import Pair
from stancekit.signed.partition import MULTIPLIER_UNIT, Frustration

__all__ = ["Answer", "Packing", "neighbours", "widened"]

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

    def proves(self, quantum: int) -> int:
        """What it proves, in units, of ties that are multiples of a quantum: so is the answer."""
        return -(-int((self.times // quantum).sum()) // MULTIPLIER_UNIT) * quantum

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
        lengths = np.diff(self.starts)
        starts = np.concatenate([[0], np.cumsum(lengths[kept])])
        return Packing(starts, self.vertices[np.repeat(kept, lengths)], times[kept])


@frozen(eq=False)
class Answer:
    """Bounds in units, with the camps and the cycles that prove them.

    Attributes
    ----------
    told : int
        A greater lower bound than the cycles prove, by a tree or a word; 0 where there is none.
    quantum : int
        All ties are multiples of so many units.
    """

    upper: int
    side: NDArray[np.int8]
    packing: Packing
    told: int = 0
    quantum: int = 1

    @classmethod
    def of(cls, found: Frustration) -> Answer:
        """The bounds of a graph of whole weights, in weights of 1.

        >>> from stancekit.signed.graph import SignedGraph
        >>> from stancekit.signed.partition import frustration
        >>> torn = SignedGraph.from_edges(3, [(0, 1, 4), (1, 2, 4), (0, 2, -2)])
        >>> answer = Answer.of(frustration(torn))
        >>> answer.lower, answer.upper
        (2, 2)
        """
        proof = found.certificate
        quantum = proof.scale.denominator
        packing = Packing(proof.starts, proof.vertices, proof.multipliers * quantum)
        lower = int(found.lower)
        told = lower if lower > packing.proves(quantum) else 0
        return cls(int(proof.upper), proof.side, packing, told, quantum)

    @property
    def proved(self) -> int:
        """The lower bound that the cycles prove."""
        return self.packing.proves(self.quantum)

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
