"""Coalitions of many players by weight and size, as a generating function prod(1 + t x**w).

As by weight alone, but with a row for each size, from the lightest to the heaviest players
of that number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
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

__all__ = ["SizedPlan", "plans_sized"]

_LISTED = 1 << 9  # choices among the heaviest players that may be listed
_READING = 30.0  # nanoseconds for a word read from anywhere
_FAR = 1 << 60  # words of a table that nobody will ever have


@frozen
class _Rows:
    """Where the counts of each size lie in one flat table.

    Row t holds weights from the t lightest to the t heaviest, as far as they are read;
    a word before it stands for everything lighter (0), one behind for everything heavier.
    """

    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    width: int

    @property
    def offsets(self) -> list[int]:
        """The place of each row's first weight."""
        return [1 + end for end in accumulate((n + 2 for n in self.lengths[:-1]), initial=0)]

    @property
    def words(self) -> int:
        return sum(self.lengths) + 2 * len(self.lengths)


def _rows(light: Sequence[int], width: int) -> _Rows:
    starts = list(accumulate(light, initial=0))
    heaviest = list(accumulate(reversed(light), initial=0))
    lengths = [
        max(0, min(most, width - 1) - start + 1)
        for start, most in zip(starts, heaviest, strict=True)
    ]
    return _Rows(starts=tuple(starts), lengths=tuple(lengths), width=width)


@frozen
class SizedPlan:
    """How coalitions are counted by weight and size: what it takes, and the way to do it.

    Attributes
    ----------
    limits : tuple of tuple of int
        For each question, the weight that a coalition of s players must stay below.
    listing, word, memory, seconds
        As for `WeighedPlan`.
    rows : _Rows
    """

    limits: tuple[tuple[int, ...], ...]
    listing: Listing
    rows: _Rows
    word: np.dtype[np.unsignedinteger[Any]]
    memory: int
    seconds: float

    def counts(self) -> list[tuple[list[int], dict[int, list[int]]]]:
        """For each question and size: coalitions below its limit, and with one of each weight."""
        sizes = len(self.limits[0])
        heavy, kinds = self.listing.kinds, sorted(set(self.listing.light))
        queries, fixed = _sized_queries(self.listing, self.limits, len(kinds))
        numbers = moduli(math.comb(sizes - 1, (sizes - 1) // 2), 8 * self.word.itemsize)
        table, found = np.empty(self.rows.words, dtype=self.word), []
        for modulus in numbers:
            _fill_sized(self.listing.light, self.rows, table, modulus)
            read = _read_sized(table, self.rows, queries, kinds, fixed.shape, modulus)
            found.append((read + fixed).ravel() % modulus)
        values, wide = joined(found, numbers), fixed.shape[1]
        told = []
        for group in range(0, wide, sizes):
            lines = [values[k * wide + group : k * wide + group + sizes] for k in range(len(fixed))]
            told.append((lines[0], dict(zip([*heavy, *kinds], lines[1:], strict=True))))
        return told


def plans_sized(weights: Sequence[int], limits: Sequence[Sequence[int]]) -> list[SizedPlan]:
    """All ways to count the coalitions of each size below these limits.

    Parameters
    ----------
    weights : (n,) sequence of int
        0 or more.
    limits : sequence of (n + 1,) sequences of int
        For each question, one for each size; at most the sum of the weights and one.

    Returns
    -------
    list of SizedPlan

    Examples
    --------
    >>> plans_sized([3, 2, 1], [[4, 4, 4, 4]])[0].counts()
    [([1, 3, 1, 0], {1: [0, 1, 1, 0], 2: [0, 1, 1, 0], 3: [0, 1, 0, 0]})]
    """
    size, asked = len(weights), sorted({limit for one in limits for limit in one})
    most, found = math.comb(size, size // 2), []
    numbers = {word: len(moduli(most, 8 * word.itemsize)) for word in WORDS}
    for listing in listings(weights, _LISTED):
        words = listing.words(asked)
        rows = _rows(listing.light, max(words, default=-1) + 1)
        added, rest = math.inf, 0.0
        if rows.words < _FAR:
            added, rest = _costs(listing.light, rows, len(words) * len(limits))
        for word, many in numbers.items():
            if many:  # enough moduli
                seconds = (added * ADDING[word.itemsize] + rest) * many / 1e9
                needed = rows.words * word.itemsize
                held = tuple(map(tuple, limits))
                found.append(SizedPlan(held, listing, rows, word, needed, seconds))
    return found


def _costs(light: Sequence[int], rows: _Rows, words: int) -> tuple[float, float]:
    """Words added for one modulus; and nanoseconds for all else."""
    added, blocks = _work(light, rows)
    kinds = np.array([min(w, rows.width + 1) for w in set(light)], dtype=float)
    turns = np.minimum(rows.width / np.maximum(kinds, 1e-9) + 1, float(len(light)))
    # each of so many steps back is read for all larger sizes
    reads = float((turns * (len(light) + 1 - turns / 2)).sum()) * words
    return added, reads * _READING + blocks * STEP


def _work(light: Sequence[int], rows: _Rows) -> tuple[float, float]:
    """Words added and blocks worked on for one modulus."""
    sums = np.fromiter(accumulate(light, initial=0), dtype=float, count=len(light) + 1)
    stops = np.array(rows.starts, dtype=float) + np.array(rows.lengths, dtype=float)
    live = int(np.count_nonzero(rows.lengths))
    added = blocks = 0.0
    for count in range(1, len(light) + 1):
        most = max(0, min(count, live - 1))  # sizes 1 to most gain by the player of this place
        first = sums[:most] + (sums[count] - sums[count - 1])
        last = sums[count] - sums[count - 1 :: -1][:most]
        span = np.maximum(np.minimum(last + 1, stops[1 : most + 1]) - first, 0)
        added += float(span.sum())
        blocks += float((span // BLOCK + 1).sum())
    return added, blocks


def _fill_sized(light: Sequence[int], rows: _Rows, table: Words, modulus: int) -> None:
    """Row t becomes the running number of coalitions of t players by weight."""
    offsets, starts, lengths = rows.offsets, rows.starts, rows.lengths
    live = sum(length > 0 for length in lengths)  # rows start ever later: the rest is empty
    sums, ways = starts, [1] + [0] * len(light)
    spare = np.empty(min(BLOCK, max(lengths, default=0)), dtype=table.dtype)
    table.fill(0)
    if live:
        table[offsets[0]] = 1
    for count, weight in enumerate(light):
        for t in range(min(count + 1, live - 1), 0, -1):
            row = table[offsets[t] : offsets[t] + lengths[t]]
            below = table[offsets[t - 1] : offsets[t - 1] + lengths[t - 1]]
            # of the players so far, the t heaviest; beyond them the row stands still
            reach = sums[count] - sums[count - t] if count >= t else starts[t] - 1
            first = starts[t - 1] + weight
            last = min(sums[count] - sums[count - t + 1] + weight, starts[t] + lengths[t] - 1)
            standing = max(0, reach + 1 - starts[t])
            row[standing : max(standing, min(first - starts[t], lengths[t]))] = ways[t]
            for start in range(first, last + 1, BLOCK):
                end = min(start + BLOCK, last + 1)
                block = row[start - starts[t] : end - starts[t]]
                if end > reach + 1:
                    block[max(0, reach + 1 - start) :] = ways[t]
                shift = weight + starts[t - 1]
                add(block, below[start - shift : end - shift], modulus, spare)
        ways = [1, *((a + b) % modulus for a, b in pairwise(ways))]
    for offset, length, number in zip(offsets, lengths, ways, strict=True):
        table[offset - 1] = 0
        table[offset + length] = number


@frozen(eq=False)
class _Queries:
    """Where tables are read: weights, sizes, answers, and how often; those in order."""

    points: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    answers: npt.NDArray[np.int64]
    above: npt.NDArray[np.bool_]
    many: Counts | None
    held: Counts  # a row for each listed weight


def _sized_queries(
    listing: Listing, limits: Sequence[Sequence[int]], kinds: int
) -> tuple[_Queries, Counts]:
    """What is read from a table; and what needs no table, by answers."""
    total, many, listed = sum(listing.light), len(listing.light), len(listing.kinds)
    sizes = len(limits[0])
    fixed = np.zeros((1 + listed + kinds, len(limits) * sizes), dtype=object)
    read: list[tuple[int, int, int, bool, Choice]] = []
    for group, one in enumerate(limits):
        for choice in listing.choices:
            for t in range(many + 1):
                room, answer = one[choice.size + t] - choice.weight, choice.size + t
                answer += group * sizes
                place, above = folded(room, total) if room <= total else (0, True)
                if room > 0 and above:  # from above: all, less those that are heavy
                    ways = math.comb(many, t)
                    of_each = [ways * number for number in (choice.many, *choice.held)]
                    fixed[: 1 + listed, answer] += np.array(of_each, dtype=object)
                    with_one = math.comb(many - 1, t - 1) if t else 0
                    fixed[1 + listed :, answer] += choice.many * with_one
                if 0 < room <= total:
                    read.append((answer, place, many - t if above else t, above, choice))
    read.sort(key=lambda one: one[0])
    often = np.array([r[4].many for r in read], dtype=object)
    queries = _Queries(
        points=np.array([r[1] for r in read], dtype=np.int64),
        sizes=np.array([r[2] for r in read], dtype=np.int64),
        answers=np.array([r[0] for r in read], dtype=np.int64),
        above=np.array([r[3] for r in read], dtype=np.bool_),
        many=often if len(read) and max(often) > 1 else None,
        held=np.array([r[4].held for r in read], dtype=object).reshape(len(read), listed).T,
    )
    return queries, fixed


def _read_sized(
    table: Words,
    rows: _Rows,
    queries: _Queries,
    kinds: Sequence[int],
    shape: tuple[int, ...],
    modulus: int,
) -> Counts:
    """Sums over the queries of each answer: in all, with one of each listed weight, each other.

    Without a player of weight w, of t players and x or less: A(x, t) = F(x, t) - A(x - w, t - 1).
    """
    found = np.zeros(shape, dtype=np.int64)
    if not len(queries.points):
        return found.astype(object)
    starts = np.array([min(start, rows.width) for start in rows.starts], dtype=np.int64)
    lengths, offsets = np.array(rows.lengths), np.array(rows.offsets)

    def look(points: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> Words:
        inside = np.clip(points - starts[sizes], -1, lengths[sizes])
        words: Words = table[offsets[sizes] + inside]
        return words

    values, sign = look(queries.points, queries.sizes), np.where(queries.above, -1, 1)
    plain = taken(values, queries.many, modulus)
    np.add.at(found[0], queries.answers, sign * plain)
    for row, held in zip(found[1:], queries.held, strict=False):
        np.add.at(row, queries.answers, sign * taken(values, held, modulus))
    from_below = np.zeros(shape[1], dtype=np.int64)
    np.add.at(from_below, queries.answers, np.where(queries.above, 0, plain))
    others = found[1 + len(queries.held) :]
    others[:] = from_below
    # subtract F(p, t) - F(p - w, t - 1) + F(p - 2 w, t - 2) - ...
    farthest = int(queries.points.max())
    for j in range(int(queries.sizes.max()) + 1):
        reached = sum(j * weight <= farthest for weight in kinds)
        chosen = queries.sizes >= j
        points, sizes = queries.points[chosen], queries.sizes[chosen] - j
        many = None if queries.many is None else queries.many[chosen]
        answers, firsts = np.unique(queries.answers[chosen], return_index=True)
        step = max(1, (1 << 18) // len(points))
        for start in range(0, reached, step):
            end = min(start + step, reached)
            back = np.array([[j * weight] for weight in kinds[start:end]], dtype=np.int64)
            seen = taken(
                look(points - back, np.broadcast_to(sizes, (end - start, len(sizes)))),
                many,
                modulus,
            )
            sums = np.add.reduceat(seen, firsts, axis=1)
            others[start:end, answers] += sums if j % 2 else -sums
    return found.astype(object)
