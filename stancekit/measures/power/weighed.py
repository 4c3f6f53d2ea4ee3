"""Coalitions of many players by weight, as a generating function prod(1 + x**w).

Three things keep its table narrow.  The choices of the few heaviest players are listed, so
that the table holds the lighter ones only.  Those, of total weight T, are counted to T / 2:
as many weigh less than r as weigh more than T - r.  And words hold running sums, which
stand still beyond what the players so far can weigh.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from stancekit.measures.power.words import (
    ADDING,
    BLOCK,
    STEP,
    WORDS,
    Choice,
    Counts,
    Listing,
    Words,
    add,
    folded,
    joined,
    listings,
    moduli,
    taken,
)

__all__ = ["WeighedPlan", "plans_weighed"]

_LISTED = 1 << 13  # choices among the heaviest players that may be listed
_READING = 12.0  # nanoseconds for a word read from anywhere
_FAR = 1 << 60  # words of a table that nobody will ever have


@frozen
class WeighedPlan:
    """How coalitions are counted by weight: what it takes, and the way to do it.

    Attributes
    ----------
    limits : tuple of int
    listing : Listing
    width : int
        Words of the table.
    word : numpy.dtype
    memory : int
        Bytes.
    seconds : float
        A rough forecast.
    """

    limits: tuple[int, ...]
    listing: Listing
    width: int
    word: np.dtype[np.unsignedinteger[Any]]
    memory: int
    seconds: float

    def counts(self) -> list[tuple[int, dict[int, int]]]:
        """For each limit: coalitions below it, in all and with a player of each weight."""
        light, heavy = self.listing.light, self.listing.kinds
        kinds, total = sorted(set(light)), sum(self.listing.light)
        rows = 1 + len(heavy) + len(kinds)
        fixed = np.zeros((len(self.limits), rows), dtype=object)
        read: list[list[tuple[Choice, int, bool]]] = [[] for _ in self.limits]
        for row, limit, reads in zip(fixed, self.limits, read, strict=True):
            for choice in self.listing.choices:
                room = limit - choice.weight
                place, above = folded(room, total) if room <= total else (0, True)
                if 0 < room <= total:
                    reads.append((choice, place, above))
                if room > 0 and above:  # from above: all, less those that are heavy
                    ways = [choice.many, *choice.held, *[0] * len(kinds)]
                    row += np.array(ways, dtype=object) << len(light)
                    row[1 + len(heavy) :] += choice.many << len(light) >> 1
        size = len(light) + max(choice.size for choice in self.listing.choices)
        numbers = moduli(1 << size, 8 * self.word.itemsize)
        table, found = np.empty(self.width, dtype=self.word), []
        for modulus in numbers:
            _fill(light, table, modulus)
            lines = [_read_weighed(table, some, len(heavy), kinds, modulus) for some in read]
            found.append((np.array(lines, dtype=object) + fixed).ravel() % modulus)
        values = joined(found, numbers)
        told = []
        for start in range(0, len(values), rows):
            row_ = values[start + 1 : start + rows]
            told.append((values[start], dict(zip([*heavy, *kinds], row_, strict=True))))
        return told


def plans_weighed(weights: Sequence[int], limits: Sequence[int]) -> list[WeighedPlan]:
    """All ways to count the coalitions below these limits.

    Parameters
    ----------
    weights : (n,) sequence of int
        Above 0.
    limits : sequence of int
        At most the sum of the weights and one.

    Returns
    -------
    list of WeighedPlan
        More choices listed, or narrower words, take less memory and, in the end, more time.

    Examples
    --------
    >>> plans_weighed([3, 2, 1], [4])[0].counts()
    [(5, {1: 2, 2: 2, 3: 1})]
    """
    found = []
    numbers = {word: len(moduli(1 << len(weights), 8 * word.itemsize)) for word in WORDS}
    for listing in listings(weights, _LISTED):
        words = listing.words(limits)
        width = max(words, default=-1) + 1
        added, rest = _costs(listing.light, width, words) if width < _FAR else (math.inf, 0.0)
        for word, many in numbers.items():
            if many:  # enough moduli
                seconds = (added * ADDING[word.itemsize] + rest) * many / 1e9
                needed = width * word.itemsize
                found.append(WeighedPlan(tuple(limits), listing, width, word, needed, seconds))
    return found


def _costs(light: Sequence[int], width: int, words: Sequence[int]) -> tuple[float, float]:
    """Words added for one modulus; and nanoseconds for all else."""
    reaches = np.array([min(reach, width) for reach in accumulate(light)], dtype=float)
    kinds = np.array([min(weight, width + 1) for weight in set(light)], dtype=float)
    blocks = float((reaches // BLOCK + 1).sum())
    turns = reads = 0.0
    if words and len(kinds):
        mean = float(sum(words)) / len(words)
        reads = len(words) * float((mean / kinds + 1).sum())
        turns = float(np.minimum(width / kinds + 1, len(words)).sum())
    return float(reaches.sum()), reads * _READING + (blocks + turns) * STEP


def _fill(light: Sequence[int], table: Words, modulus: int) -> None:
    """Word x becomes the coalitions that weigh x or less, modulo a number."""
    table[:1] = 1
    reach, ways, width = 0, 1, len(table)
    spare = np.empty(min(BLOCK, width), dtype=table.dtype)
    for weight in light:
        table[min(reach + 1, width) : min(weight, width)] = ways
        for end in range(min(reach + weight + 1, width), weight, -BLOCK):
            start = max(weight, end - BLOCK)  # blocks below are not yet changed
            block = table[start:end]
            if end > reach + 1:
                block[max(0, reach + 1 - start) :] = ways
            add(block, table[start - weight : end - weight], modulus, spare)
        ways, reach = 2 * ways % modulus, reach + weight


def _read_weighed(
    table: Words,
    read: Sequence[tuple[Choice, int, bool]],
    listed: int,
    kinds: Sequence[int],
    modulus: int,
) -> list[int]:
    """Sums over the choices left open: in all, with one of each listed weight, of each other.

    With a player of weight w: all, but for those without it.  Without it and x or less:
    A(x) = F(x) - A(x - w) = F(x) - F(x - w) + F(x - 2 w) - ...
    """
    found, plain = [0] * (1 + listed), 0
    merged: dict[int, int] = {}
    for choice, place, above in read:
        value = int(table[place])
        signed = -value if above else value
        found = [
            f + signed * many for f, many in zip(found, (choice.many, *choice.held), strict=True)
        ]
        plain += 0 if above else value * choice.many
        merged[place] = merged.get(place, 0) + choice.many
    points = np.array(sorted(merged), dtype=np.int64)
    often = [merged[point] for point in points.tolist()]
    many = np.array(often, dtype=object) if max(often, default=1) > 1 else None
    return found + [plain - _alternating(table, points, many, w, modulus) for w in kinds]


def _alternating(
    table: Words, points: npt.NDArray[np.int64], many: Counts | None, weight: int, modulus: int
) -> int:
    """Sum of F(p) - F(p - w) + F(p - 2 w) - ... over the points, each so many times."""
    if not len(points):
        return 0
    summed, last = 0, int(points[-1])
    if last // weight < len(points):
        for j in range(last // weight + 1):
            from_ = int(np.searchsorted(points, j * weight))
            values = table[points[from_:] - j * weight]
            part = int(taken(values, None if many is None else many[from_:], modulus).sum())
            summed += -part if j % 2 else part
        return summed
    for k, point in enumerate(points.tolist()):
        falling = table[point % weight : point + 1 : weight][::-1]
        even, odd = falling[0::2].sum(dtype=np.int64), falling[1::2].sum(dtype=np.int64)
        summed += (int(even) - int(odd)) * (1 if many is None else many[k])
    return summed
