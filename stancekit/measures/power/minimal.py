"""Minimal winning coalitions: in how many of them each player is."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

from stancekit.measures.power.counting import Means, Plan, best, beyond
from stancekit.measures.power.halves import halved
from stancekit.measures.power.words import BLOCK, STEP, Words, add, joined, moduli

__all__ = ["in_minimal_winning"]

_NANOSECONDS = 12.0  # for a word, forth and back
_LIGHT = 1 << 12  # below it, blocks of one weight would be too many
_FAR = 1 << 60  # words that nobody will ever have


def in_minimal_winning(weights: Sequence[int], quota: int, means: Means) -> list[int]:
    """In how many minimal winning coalitions each player is.

    A winning coalition is minimal if it loses without its lightest member. Players are
    put in order of weight; the coalitions whose last member is j are the sets of earlier
    players that lose by at most the weight of j.

    Raises
    ------
    InputError
        If the count is out of reach.

    Examples
    --------
    Of 3, 2, 2 and 1 with quota 5: {3, 2}, {3, 2'} and {2, 2', 1}.

    >>> in_minimal_winning([3, 2, 2, 1], 5, Means())
    [2, 2, 2, 1]
    """
    shared = math.gcd(*weights) or 1
    heavy = sorted((weight // shared for weight in weights if weight), reverse=True)

    def ways(rounded: Sequence[int], limits: Sequence[Sequence[int]]) -> list[Plan]:
        least, positive = limits[0][0], tuple(weight for weight in rounded if weight)
        by_halves = _Halved.of(positive, least)
        return [by_halves, _Accumulated.of(positive, least)]

    needed = [[-(-quota // shared)]]
    chosen = best(ways(heavy, needed), means)
    if chosen is None:
        raise beyond(heavy, needed, ways, means, shared)
    counts = chosen.counts()
    return [counts[weight // shared] if weight else 0 for weight in weights]


@frozen
class _Halved:
    """Players of equal weight together; earlier ones in two halves, for each weight anew."""

    kinds: tuple[tuple[int, int], ...]
    quota: int
    memory: int
    seconds: float

    @staticmethod
    def of(weights: Sequence[int], quota: int) -> _Halved:
        kinds = sorted(Counter(weights).items(), reverse=True)
        plan = _Halved(tuple(kinds), quota, 0, 0.0)
        memory, seconds = 0, 0.0
        # the last weights take nearly all: the work doubles with each
        for place in range(len(kinds) - 1, max(-1, len(kinds) - 40), -1):
            count = kinds[place][1]
            one = halved(plan.earlier(place), [[0]] * (count + 1), bears_size=False)
            memory, seconds = max(memory, one.memory), seconds + one.seconds
        return _Halved(tuple(kinds), quota, memory, seconds)

    def earlier(self, place: int) -> list[int]:
        return [weight for weight, count in self.kinds[:place] for _ in range(count)]

    def counts(self) -> dict[int, int]:
        """For each weight, the minimal winning coalitions that a player of it is in."""
        found = {weight: 0 for weight, _ in self.kinds}
        for place, (weight, count) in enumerate(self.kinds):
            # with v of the lightest: the earlier weigh from quota - v w to less than w more
            limits = [[max(0, self.quota - v * weight)] for v in range(count + 1)]
            below = halved(self.earlier(place), limits, bears_size=False).counts()
            for v, (above, under) in enumerate(pairwise(below), start=1):
                ways = math.comb(count, v)
                number = above[0][0] - under[0][0]
                found[weight] += number * ways * v // count
                for heavier, row in above[1].items():
                    found[heavier] += (row[0] - under[1][heavier][0]) * ways
        return found


@frozen
class _Accumulated:
    """A generating function forth, for sets of earlier players; and undone while going back.

    Only weights matter from which the lighter players can still reach the quota.
    """

    weights: tuple[int, ...]
    quota: int
    memory: int
    seconds: float

    @staticmethod
    def of(weights: Sequence[int], quota: int) -> _Accumulated:
        lighter = list(accumulate(reversed(weights)))
        seconds = math.inf
        if quota < _FAR:
            words = float(sum(min(rest, quota) for rest in lighter))
            many = len(_primes(weights, quota))
            blocks = words / BLOCK + 6 * len(weights)
            seconds = (words * _NANOSECONDS + blocks * STEP) * many / 1e9
        return _Accumulated(tuple(weights), quota, 8 * quota, seconds)

    def counts(self) -> dict[int, int]:
        """For each weight, the minimal winning coalitions that a player of it is in."""
        size, quota = len(self.weights), self.quota
        lowest = [max(0, quota - rest) for rest in _rests(self.weights)]
        residues = []
        sets, share = np.empty(quota, dtype=np.uint32), np.empty(quota, dtype=np.uint32)
        primes = _primes(self.weights, quota)
        for modulus in primes:
            sets.fill(0)
            sets[0] = 1
            share.fill(0)  # what a set of this weight goes on to count
            for weight, low in zip(self.weights, lowest[1:], strict=True):
                _shift(sets, weight, low, modulus)
            number = [0] * size
            for j in range(size - 1, -1, -1):
                weight, low = self.weights[j], lowest[j]
                _unshift(sets, weight, lowest[j + 1], modulus)
                number[j] = _taken(sets, share, weight, low, modulus)
                _pull(share, weight, low, modulus)
            residues.append(np.array(number, dtype=object))
        return dict(zip(self.weights, joined(residues, primes), strict=True))


def _rests(weights: Sequence[int]) -> list[int]:
    """What the players from each place on weigh together."""
    return list(accumulate(reversed(weights), initial=0))[::-1]


def _primes(weights: Sequence[int], quota: int) -> list[int]:
    """Moduli for numbers of sets of which none contains another (Sperner; Lubell)."""
    size, lightest = len(weights), list(accumulate(sorted(weights)))
    most = bisect_left(lightest, quota) + 1  # no more players than this, in a minimal coalition
    out = bisect_right(lightest, sum(weights) - quota)  # nor more than this outside
    return moduli(math.comb(size, min(most, out, size // 2)) << 32, 32)[1:]  # 2**32 is no help


def _shift(sets: Words, weight: int, low: int, modulus: int) -> None:
    """Let a player join: words from ``low`` on gain those a weight before, in place."""
    spare = np.empty(min(BLOCK, len(sets)), dtype=sets.dtype)
    for end in range(len(sets), max(low, weight), -BLOCK):
        start = max(low, weight, end - BLOCK)
        add(sets[start:end], sets[start - weight : end - weight], modulus, spare)


def _unshift(sets: Words, weight: int, low: int, modulus: int) -> None:
    """Take back what ``_shift`` did."""
    first = max(low, weight)
    number = sets.dtype.type(modulus)
    if weight >= _LIGHT:
        spare = np.empty(BLOCK, dtype=sets.dtype)
        step = min(weight, BLOCK)
        for start in range(first, len(sets), step):
            end = min(start + step, len(sets))
            block, rest = sets[start:end], spare[: end - start]
            np.subtract(block, sets[start - weight : end - weight], out=rest)
            np.add(rest, number, out=block)  # wraps to something larger unless it was below
            np.minimum(rest, block, out=block)
        return
    # light players: alternating running sums, in lines of one weight
    lines = max(1, BLOCK // weight)
    for start in range(first, len(sets), lines * weight):
        block = sets[start : start + lines * weight]
        before = sets[start - weight : start]
        table = np.zeros((-(-len(block) // weight) + 1, weight), dtype=np.int64)
        table[0] = before
        table[1:].reshape(-1)[: len(block)] = block
        table[1::2] *= -1
        np.cumsum(table, axis=0, out=table)
        table[1::2] *= -1
        block[:] = (table[1:].reshape(-1)[: len(block)] % modulus).astype(sets.dtype)


def _taken(sets: Words, share: Words, weight: int, low: int, modulus: int) -> int:
    """Sets that this player joins, each as often as it goes on; or that it completes."""
    found, last = 0, max(low, len(sets) - weight)
    for start in range(low, last, BLOCK):
        end = min(start + BLOCK, last)
        product = sets[start:end].astype(np.uint64)
        product *= share[start + weight : end + weight]
        product %= np.uint64(modulus)
        found += int(product.sum())
    return found + int(sets[last:].sum(dtype=np.uint64))


def _pull(share: Words, weight: int, low: int, modulus: int) -> None:
    """What sets of each weight go on to count, with this player too, in place."""
    spare = np.empty(min(BLOCK, len(share)), dtype=share.dtype)
    last = max(low, len(share) - weight)
    for start in range(low, last, BLOCK):
        end = min(start + BLOCK, last)
        add(share[start:end], share[start + weight : end + weight], modulus, spare)
    for start in range(last, len(share), BLOCK):
        block = share[start : start + BLOCK]
        one: npt.NDArray[Any] = np.ones(len(block), dtype=share.dtype)
        add(block, one, modulus, spare)
