"""Coalitions of few players, or few different weights, of any size, counted by two halves."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

__all__ = ["HalvedPlan", "halved"]

# Nominal costs in nanoseconds, for forecasts: finding the partners of one half-coalition, and
# taking one number of one player; the same in integers of any size; and a step.
_FINDING, _TAKING, _SLOW, _STEP = 60.0, 1.5, 30.0, 30_000.0
_BYTES = 80  # for each half-coalition
_CHUNK = 1 << 14


@frozen
class HalvedPlan:
    """How coalitions are counted by two halves: what it takes, and the way to do it.

    Attributes
    ----------
    limits : tuple of tuple of int
        For each question, the weight that a coalition of s players must stay below.
    halves : tuple of two tuples of (weight, number of players)
        Which weights each half holds.
    bears_size : bool
        Whether limits go by size; if not, they are one number each.
    memory : int
        Bytes.
    seconds : float
        A rough forecast.
    """

    limits: tuple[tuple[int, ...], ...]
    halves: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]
    bears_size: bool
    memory: int
    seconds: float

    def counts(self) -> list[tuple[list[int], dict[int, list[int]]]]:
        """For each question and size: coalitions below its limit, and with one of each weight."""
        halves = [_half(kinds, self.bears_size) for kinds in self.halves]
        players = [count for kinds in self.halves for _, count in kinds]
        # sums of so many numbers are exact in 53 bits; if not, in integers of any size
        quick = max(players, default=0) << sum(players) <= 1 << 52
        found = []
        for limits in self.limits:
            numbers: list[int] = []
            members: dict[int, list[int]] = {}
            for this, that in (halves, halves[::-1]):
                numbers, held = _half_counts(this, that, limits, quick)
                members.update(held)
            found.append((numbers, members))
        return found


def halved(
    weights: Sequence[int], limits: Sequence[Sequence[int]], *, bears_size: bool = True
) -> HalvedPlan:
    """The way to count coalitions below limits by halves.

    Parameters
    ----------
    weights : (n,) sequence of int
        0 or more, of any size.
    limits : sequence of sequences of int
        For each question one limit for each size, or one for all.
    bears_size : bool
        Which of these.

    Returns
    -------
    HalvedPlan

    Examples
    --------
    >>> halved([3, 2, 1], [[4, 4, 4, 4]]).counts()
    [([1, 3, 1, 0], {3: [0, 1, 0, 0], 1: [0, 1, 1, 0], 2: [0, 1, 1, 0]})]
    >>> halved([3, 2, 1], [[4]], bears_size=False).counts()
    [([5], {3: [1], 1: [2], 2: [2]})]
    """
    parts: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    ways, players = [1, 1], [0, 0]
    for weight, count in sorted(Counter(weights).items(), key=lambda kind: (-kind[1], -kind[0])):
        side = int(ways[1] < ways[0])
        parts[side].append((weight, count))
        ways[side] *= count + 1
        players[side] += count
    quick = max((c for part in parts for _, c in part), default=0) << len(weights) <= 1 << 52
    huge = sum(weights) >> 62 > 0  # sums are objects then
    seconds = math.inf
    if max(ways) < 1 << 40:
        seconds = 0.0
        for this, that in ((0, 1), (1, 0)):
            met = players[that] + 1 if bears_size else 1
            each = _FINDING * (_SLOW if huge else 1.0)
            each += _TAKING * len(parts[this]) * (1.0 if quick else _SLOW)
            sizes = players[this] + 1 if bears_size else 1
            seconds += ways[this] * met * each + sizes * met * _STEP
        seconds *= len(limits) / 1e9
    return HalvedPlan(
        limits=tuple(map(tuple, limits)),
        halves=(tuple(parts[0]), tuple(parts[1])),
        bears_size=bears_size,
        memory=sum(ways) * _BYTES * (1 + 2 * huge + 3 * (not quick)),
        seconds=seconds,
    )


@frozen(eq=False)
class _Half:
    """All coalitions of one half, but for which of those of equal weight are in them.

    Attributes
    ----------
    kinds : tuple of (weight, number of players)
    sums, sizes, many : arrays of one length
        Weight, players, and how many such coalitions.
    """

    kinds: tuple[tuple[int, int], ...]
    sums: npt.NDArray[Any]
    sizes: npt.NDArray[np.int64]
    many: npt.NDArray[np.object_] | npt.NDArray[np.int64]

    def taken(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many players of each weight are in these coalitions, a row for each."""
        rows, step = [], 1
        for _, count in self.kinds:
            rows.append(places // step % (count + 1))
            step *= count + 1
        return np.array(rows, dtype=np.int64).reshape(len(rows), len(places))


def _half(kinds: tuple[tuple[int, int], ...], bears_size: bool) -> _Half:
    small = sum(weight * count for weight, count in kinds) < 1 << 62
    few = sum(count for _, count in kinds) < 62
    sums = np.zeros(1, dtype=np.int64 if small else object)
    sizes = np.zeros(1, dtype=np.int64)
    many = np.ones(1, dtype=np.int64 if few else object)
    for weight, count in kinds:
        ways = [math.comb(count, taken) for taken in range(count + 1)]
        sums = np.concatenate([sums + taken * weight for taken in range(count + 1)])
        sizes = np.concatenate([sizes + taken * bears_size for taken in range(count + 1)])
        many = np.concatenate([many * way for way in ways])
    return _Half(kinds, sums, sizes, many)


def _half_counts(
    here: _Half, there: _Half, limits: Sequence[int], quick: bool
) -> tuple[list[int], dict[int, list[int]]]:
    """For each total size: coalitions below the limit, and with one of each weight of ``here``."""
    kind: Any = np.int64 if quick else np.object_
    numbers = [0] * len(limits)
    held = [[0] * len(limits) for _ in here.kinds]
    partners = []
    for t in range(int(there.sizes.max()) + 1):
        chosen = np.flatnonzero(there.sizes == t)
        chosen = chosen[np.argsort(there.sums[chosen], kind="stable")]
        before = np.concatenate([[0], np.cumsum(there.many[chosen].astype(kind))])
        partners.append((there.sums[chosen], before.astype(kind)))
    for s in range(int(here.sizes.max()) + 1):
        chosen = np.flatnonzero(here.sizes == s)
        chosen = chosen[np.argsort(here.sums[chosen], kind="stable")]
        for start in range(0, len(chosen), _CHUNK):
            places = chosen[start : start + _CHUNK]
            mine, many = here.sums[places], here.many[places].astype(kind)
            inside: Any = here.taken(places).astype(np.float64 if quick else np.object_)
            for t, (rest, before) in enumerate(partners):
                # partners that keep it under the limit, a number beyond 62 bits in objects
                rooms = _rooms(limits[s + t], mine, rest)
                below = before[np.searchsorted(rest, rooms)] * many
                numbers[s + t] += int(below.sum())
                for k, count in enumerate(inside @ below):
                    held[k][s + t] += int(count)
    members = {
        weight: [number // count for number in row]  # shared evenly by players of equal weight
        for (weight, count), row in zip(here.kinds, held, strict=True)
    }
    return numbers, members


def _rooms(limit: int, mine: npt.NDArray[Any], rest: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What partners must stay below, in the words in which their weights are."""
    if mine.dtype == object or limit >= 1 << 62:
        mine = mine.astype(object)
    rooms: npt.NDArray[Any] = limit - mine
    if rest.dtype == object:
        return rooms.astype(object)
    if rooms.dtype == object:  # no partner weighs more than the last
        within: npt.NDArray[Any] = np.clip(rooms, 0, int(rest[-1]) + 1)
        return within.astype(np.int64)
    return rooms
