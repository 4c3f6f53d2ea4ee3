"""Weights as whole numbers: how a rational weight is read, and what rounding would lose."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.errors import InputError

__all__ = ["Units", "in_units", "number", "rational"]

_DENOMINATOR = 10**6  # a weight that equals a fraction with a denominator up to this is that one
_ROOM = 2**37  # total in units, so that multiples of 2^-24 of it add up in int64


def rational(weight: float) -> Fraction:
    """Read a float as the fraction that was meant: 0.2 is 1/5; anything odder is itself, exactly.

    >>> rational(0.2), rational(0.75), rational(1 / 3)
    (Fraction(1, 5), Fraction(3, 4), Fraction(1, 3))
    >>> rational(2.0**-30) == Fraction(1, 2**30)
    True
    """
    near = Fraction(weight).limit_denominator(_DENOMINATOR)
    return near if float(near) == weight else Fraction(weight)


def number(value: Fraction) -> int | float:
    """A fraction as an int where it is whole, else the nearest float.

    >>> number(Fraction(4, 2)), number(Fraction(1, 5))
    (2, 0.2)
    """
    return int(value) if value.denominator == 1 else float(value)


@frozen
class Units:
    """Whole-number weights of the edges, and how they relate to the true ones.

    Attributes
    ----------
    amount : (m,) int64 array
        ``floor(weight * scale)`` of each edge.
    scale : Fraction
        Units in a weight of 1.
    excess : Fraction
        Sum of ``weight * scale - amount``; 0 when every weight is a whole number of units.
    """

    amount: NDArray[np.int64]
    scale: Fraction
    excess: Fraction

    def cost(self, weights: NDArray[np.float64], chosen: NDArray[np.bool_]) -> int:
        """Weight of the chosen edges in units, rounded up."""
        if not self.excess:
            return int(self.amount[chosen].sum())
        values, count = np.unique(weights[chosen], return_counts=True)
        total = sum((rational(x) * c for x, c in zip(values.tolist(), count.tolist())), Fraction())
        return -int(-(total * self.scale) // 1)


def in_units(weights: NDArray[np.float64], scale: Fraction | None = None) -> Units:
    """Scale weights to whole numbers, exactly where their common denominator is small enough.

    Parameters
    ----------
    weights : (m,) float64 array
        Positive.
    scale : Fraction, optional
        Units in a weight of 1; chosen when left out.

    Raises
    ------
    InputError
        ``scale`` makes more units than can be counted.

    Examples
    --------
    >>> in_units(np.array([1.0, 0.75, 0.5])).amount, in_units(np.array([1.0, 0.2])).scale
    (array([4, 3, 2]), Fraction(5, 1))
    >>> in_units(np.array([6.0, 4.0])).amount
    array([3, 2])
    >>> float(in_units(np.array([1.0, 2**0.5])).excess) < 1
    True
    """
    if scale is None and (weights == 1).all():
        return Units(np.ones(len(weights), dtype=np.int64), Fraction(1), Fraction(0))
    values, inverse, count = np.unique(weights, return_inverse=True, return_counts=True)
    read = [rational(x) for x in values.tolist()]
    total = sum((x * int(c) for x, c in zip(read, count)), Fraction())
    if scale is None:
        below = 1
        for x in read:
            below = lcm(below, x.denominator)
            if total * below >= _ROOM:
                break
        scale = Fraction(below)
        if total * scale < _ROOM:
            scale /= gcd(*(int(x * scale) for x in read))
        else:
            scale = Fraction(_ROOM) / (1 << max(int(total).bit_length(), 1))
            while total * scale >= _ROOM:
                scale /= 2
            while total * scale * 2 < _ROOM:
                scale *= 2
    elif total * scale >= 2 * _ROOM:
        raise InputError(
            "its scale makes too many units of the weights; accepted are scales that make fewer "
            "than 2**38 in all"
        )
    whole = [int(x * scale) for x in read]
    excess = sum((x * scale - k) * int(c) for x, k, c in zip(read, whole, count))
    return Units(np.array(whole, dtype=np.int64)[inverse], scale, Fraction(excess))
