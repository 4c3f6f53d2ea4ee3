"""Numbers modulo several moduli, in words of 32, 16 or 8 bits, and the heaviest players listed.

A table of counts is filled once for each modulus, and only one is in memory at a time; the
narrower the words, the more moduli it takes, and the longer.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import frozen

__all__ = [
    "ADDING",
    "BLOCK",
    "STEP",
    "WORDS",
    "Choice",
    "Counts",
    "Listing",
    "Words",
    "add",
    "folded",
    "joined",
    "listings",
    "moduli",
    "taken",
]

Words = npt.NDArray[np.unsignedinteger[Any]]
Counts = npt.NDArray[np.object_]

BLOCK = 1 << 16  # words that are worked on at a time, so that they stay in the cache
WORDS = (np.dtype(np.uint32), np.dtype(np.uint16), np.dtype(np.uint8))  # the widest first

# Nominal costs in nanoseconds, for forecasts: an addition modulo a number, by bytes of a
# word; a step of the interpreter.
ADDING = {4: 0.7, 2: 0.42, 1: 0.4}
STEP = 4000.0


def moduli(bound: int, bits: int) -> list[int]:
    """Pairwise coprime numbers whose product exceeds ``bound``, for words of so many bits.

    The first is 2**bits; the others stay below half of it, so that sums fit in a word (but
    for words of 8 bits, which have too few such numbers).  Empty if there are not enough.
    """
    found = [1 << bits]
    product, candidate = found[0], (1 << bits) - 1 if bits == 8 else (1 << (bits - 1)) - 1
    while product <= bound:
        if candidate < 3:
            return []
        if math.gcd(candidate, product) == 1:
            found.append(candidate)
            product *= candidate
        candidate -= 2
    return found


def add(block: Words, more: Words, modulus: int, spare: Words) -> None:
    """Add words to a block modulo a number, in place; both are below it."""
    spare = spare[: len(block)]
    if modulus >> (8 * block.itemsize):
        np.add(block, more, out=block)  # words are modulo 2**bits by themselves
        return
    number = block.dtype.type(modulus)
    if 2 * modulus <= 1 << (8 * block.itemsize):
        np.add(block, more, out=spare)
        np.subtract(spare, number, out=block)  # wraps to something large if it was below
        np.minimum(spare, block, out=block)
        return
    np.subtract(number, more, out=spare)  # x + y - m = x - (m - y), or m more if that wraps
    wraps = block < spare
    np.subtract(block, spare, out=block)
    np.multiply(wraps.view(np.uint8), number, out=spare)
    np.add(block, spare, out=block)


def joined(residues: Sequence[Counts], numbers: Sequence[int]) -> list[int]:
    """The numbers with these residues (Garner's way of the Chinese remainder theorem)."""
    whole, product = residues[0] % numbers[0], numbers[0]
    for residue, modulus in zip(residues[1:], numbers[1:], strict=True):
        step = (residue - whole) * pow(product, -1, modulus) % modulus
        whole, product = whole + product * step, product * modulus
    found: list[int] = whole.tolist()
    return found


@frozen
class Choice:
    """Choices among the heaviest players that weigh and number the same.

    Attributes
    ----------
    weight, size : int
    many : int
        How many choices.
    held : tuple of int
        For each weight listed, how many of them a player of that weight is in.
    """

    weight: int
    size: int
    many: int
    held: tuple[int, ...]


def _chosen(choices: Sequence[Choice], weight: int, count: int) -> list[Choice]:
    """Choices that may take any of some further players, who all weigh the same."""
    merged: dict[tuple[int, int], list[int]] = {}
    for choice in choices:
        for taken in range(count + 1):
            ways = math.comb(count, taken)
            with_one = math.comb(count - 1, taken - 1) if taken else 0
            numbers = [choice.many * ways, *(h * ways for h in choice.held), choice.many * with_one]
            key = (choice.weight + taken * weight, choice.size + taken)
            before = merged.get(key)
            if before is not None:
                numbers = [x + y for x, y in zip(before, numbers, strict=True)]
            merged[key] = numbers
    return [Choice(w, s, many, tuple(held)) for (w, s), (many, *held) in merged.items()]


@frozen
class Listing:
    """Players in two parts: choices among the heaviest, and the weights of the others.

    Attributes
    ----------
    kinds : tuple of int
        The weights that are listed, the heaviest first.
    choices : tuple of Choice
    light : tuple of int
        The lightest first.
    """

    kinds: tuple[int, ...]
    choices: tuple[Choice, ...]
    light: tuple[int, ...]

    def words(self, limits: Sequence[int]) -> list[int]:
        """Which words of a table would be read for these limits, by each choice left open."""
        total = sum(self.light)
        return [
            min(limit - choice.weight - 1, total - limit + choice.weight)
            for limit in limits
            for choice in self.choices
            if 0 < limit - choice.weight <= total
        ]


def listings(weights: Sequence[int], most: int) -> Iterator[Listing]:
    """None of the heaviest listed, then all of the heaviest weight, and so on."""
    light, choices = sorted(weights), [Choice(0, 0, 1, ())]
    kinds: list[int] = []
    while True:
        yield Listing(tuple(kinds), tuple(choices), tuple(light))
        if not light or not light[-1]:
            return
        count = len(light) - bisect_left(light, light[-1])
        if len(choices) * (count + 1) > most:
            return
        choices = _chosen(choices, light[-1], count)
        kinds.append(light[-1])
        del light[-count:]


def folded(room: int, total: int) -> tuple[int, bool]:
    """The word that tells how many weigh less than ``room``, and whether from above."""
    return (room - 1, False) if room - 1 <= total - room else (total - room, True)


def taken(values: npt.NDArray[Any], many: Counts | None, modulus: int) -> npt.NDArray[np.int64]:
    """Words taken so many times modulo a number; once if nothing is said."""
    if many is None:
        return values.astype(np.int64)
    reduced = (many % modulus).astype(np.uint64)  # products wrap only for 2**32, which bears it
    products: npt.NDArray[np.uint64] = values.astype(np.uint64) * reduced % np.uint64(modulus)
    return products.astype(np.int64)
