"""How many coalitions stay below a limit: the best way to count them, or a refusal at once.

Everything rests on one table: of all coalitions (of size s) that weigh less than a limit,
how many contain player i.  Few players, or few different weights, of any size are counted
by halves; many players of moderate weight by a generating function.  The way is chosen by
forecasts of memory and time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Protocol

from attrs import frozen

from stancekit.errors import InputError
from stancekit.measures.power.halves import halved
from stancekit.measures.power.sized import plans_sized
from stancekit.measures.power.weighed import plans_weighed

__all__ = ["HOURS", "MEMORY", "Means", "Plan", "best", "beyond", "containing", "losing_members"]

#: Working memory that a count may take, in bytes, and time, in hours, if no more is granted.
MEMORY = 2 << 30
HOURS = 1.0

_FAR = 1 << 50  # bytes that nobody has
_AT_ONCE = 0.02  # seconds that are not worth looking for a quicker way


@frozen
class Means:
    """What a count may take, and in which measure its weights are whole numbers.

    Attributes
    ----------
    memory : int
        Bytes.
    hours : float
        By a rough forecast, for one core.
    unit : Fraction
        A weight of 1 in the measure of those who ask.
    """

    memory: int = MEMORY
    hours: float = HOURS
    unit: Fraction = Fraction(1)


class Plan(Protocol):
    """A way to count, with its forecast of bytes and seconds."""

    @property
    def memory(self) -> int:
        """Bytes."""

    @property
    def seconds(self) -> float:
        """A rough forecast."""

    def counts(self) -> Any:
        """The answer."""


#: All ways to count some weights below limits.
Ways = Callable[[Sequence[int], Sequence[Sequence[int]]], Sequence[Plan]]


def losing_members(
    weights: Sequence[int], limits: Sequence[Sequence[int]], means: Means
) -> list[tuple[list[int], list[list[int]]]]:
    """How many coalitions of each size stay below a limit, in all and with each player.

    Parameters
    ----------
    weights : (n,) sequence of int
        0 or more.
    limits : sequence of (n + 1,) sequences of int
        For each question and size s, the weight that a coalition of s players must stay below.
    means : Means

    Returns
    -------
    list of (list of int, list of list of int)
        For each question and size, the coalitions below its limit; for each player and
        size, those that contain the player.

    Raises
    ------
    InputError
        If no way of counting is within reach.

    Examples
    --------
    Of 3, 2 and 1, coalitions that weigh less than 4:

    >>> losing_members([3, 2, 1], [[4, 4, 4, 4]], Means())
    [([1, 3, 1, 0], [[0, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0]])]
    """
    size = len(weights)
    kept, shared = _reduced(weights, max(max(one) for one in limits))
    light, total = [weights[i] // shared for i in kept], sum(weights[i] for i in kept) // shared
    asked = [
        [min(max(0, -(-limit // shared)), total + 1) for limit in one[: len(kept) + 1]]
        for one in limits
    ]

    def ways(rounded: Sequence[int], below: Sequence[Sequence[int]]) -> list[Plan]:
        by_halves = halved(rounded, below)
        if by_halves.seconds < _AT_ONCE:
            return [by_halves]
        return [by_halves, *plans_sized(rounded, below)]

    chosen = best(ways(light, asked), means)
    if chosen is None:
        raise beyond(light, asked, ways, means, shared)
    told = []
    lost = [0] * (size + 1)
    for by_size, by_weight in chosen.counts():
        more = [0] * (size - len(kept))
        members = [lost] * size
        for i, weight in zip(kept, light, strict=True):
            members[i] = by_weight[weight] + more
        told.append((by_size + more, members))
    return told


def containing(
    weights: Sequence[int], limits: Sequence[int], means: Means
) -> list[tuple[int, list[int]]]:
    """How many coalitions of any size weigh less than each limit, in all and with each player.

    The same as `losing_members` summed over sizes, but the generating function needs
    no track of sizes, and so goes n times as far.

    Examples
    --------
    >>> containing([3, 2, 1], [4], Means())
    [(5, [1, 2, 2])]
    """
    kept, shared = _reduced(weights, max(limits))
    heavy = [weights[i] // shared for i in kept if weights[i]]
    zeros, total = len(kept) - len(heavy), sum(heavy)
    asked = [[min(max(0, -(-limit // shared)), total + 1)] for limit in limits]

    def ways(rounded: Sequence[int], below: Sequence[Sequence[int]]) -> list[Plan]:
        by_halves = halved(rounded, below, bears_size=False)
        if by_halves.seconds < _AT_ONCE:
            return [by_halves]
        positive = [weight for weight in rounded if weight]
        found: list[Plan] = [by_halves, *plans_weighed(positive, [limit for (limit,) in below])]
        if len(positive) == len(rounded) and best(found, means) is None:
            # weights that differ little leave most words empty, if sizes are kept apart
            found += plans_sized(positive, [[limit] * (len(positive) + 1) for (limit,) in below])
        return found

    chosen = best(ways(heavy, asked), means)
    if chosen is None:
        raise beyond(heavy, asked, ways, means, shared)
    told = []
    for number, by_weight in chosen.counts():
        losing = number if isinstance(number, int) else sum(number)  # by sizes
        members = [0] * len(weights)
        for i in kept:
            held = by_weight[weights[i] // shared] if weights[i] else 0
            count = held if isinstance(held, int) else sum(held)
            # a player of no weight is in half of all coalitions
            members[i] = count << zeros if weights[i] else losing << zeros >> 1
        told.append((losing << zeros, members))
    return told


def _reduced(weights: Sequence[int], most: int) -> tuple[list[int], int]:
    """Who can be in a coalition that weighs less than ``most``, and their common divisor."""
    kept = [i for i, weight in enumerate(weights) if weight < most]
    return kept, math.gcd(*(weights[i] for i in kept)) or 1


def best(plans: Sequence[Plan], means: Means) -> Plan | None:
    """The quickest of those that are allowed, if any."""
    fit = [p for p in plans if p.memory <= means.memory and p.seconds <= 3600 * means.hours]
    return min(fit, key=lambda plan: plan.seconds, default=None)


def beyond(
    weights: Sequence[int],
    limits: Sequence[Sequence[int]],
    ways: Ways,
    means: Means,
    shared: int,
) -> InputError:
    """What cannot be counted, what it would take, and how coarse weights would fit.

    ``ways`` gives all plans for weights and limits; ``shared`` is what they were divided by.
    """
    plans, allowed = ways(weights, limits), 3600 * means.hours
    in_time = [plan for plan in plans if plan.seconds <= allowed]
    least = min(in_time or plans, key=lambda plan: (plan.memory, plan.seconds))
    takes, grant = f"{least.memory / 2**30:.2g} GiB", f"memory={max(least.memory, means.memory)}"
    if least.memory >= _FAR:
        takes = "more memory than there is"
    elif least.seconds > allowed:
        takes += f" and about {max(0.1, least.seconds / 3600):.1f} h"
        grant += f", hours={math.ceil(least.seconds / 3600)}"
    told = (
        f"{len(weights)} players with a total weight of {sum(weights)}: counting takes {takes}, "
        f"and {means.memory / 2**30:.2g} GiB and {means.hours:g} h are allowed."
    )
    coarse = _coarser(weights, limits, ways, means)
    if coarse:
        unit = coarse * shared * means.unit
        shown = str(unit) if unit.denominator == 1 else f"Fraction({unit})"
        told += (
            f" Coarser weights fit: rule = power.rounded(weights, {shown}).majority(quota) can be "
            "counted exactly (banzhaf_under, shapley_shubik_under, holler_packel_under); "
            f"power.banzhaf_bounds and shapley_shubik_bounds(quota, weights, {shown}) enclose what "
            "holds for the given weights."
        )
    if least.memory < _FAR:
        told += f" The given weights themselves can be counted if it is allowed: {grant}."
    return InputError(told)


def _coarser(
    weights: Sequence[int], limits: Sequence[Sequence[int]], ways: Ways, means: Means
) -> int:
    """How many times coarser weights must be to be counted, to two digits; 0 if none can be."""

    def fits(unit: int) -> bool:
        rounded = [(2 * weight + unit) // (2 * unit) for weight in weights]
        # a limit that came from the dual quota moves with the total
        moved = max(0, sum(rounded) - sum(weights) // unit) + 2
        below = [
            [min(-(-limit // unit) + moved, sum(rounded) + 1) for limit in one] for one in limits
        ]
        return best(ways(rounded, below), means) is not None

    low, high, last = 1, 2, 2 * max(weights, default=1)
    while not fits(high):
        if high > last:
            return 0
        low, high = high, high * 4 if high < 1 << 10 else high * high // 64
    while high > low + 1 and 20 * high > 21 * low:
        middle = math.isqrt(low * high) if high > 2 * low else (low + high) // 2
        if fits(middle):
            high = middle
        else:
            low = middle
    digits: int = 10 ** max(0, len(str(high)) - 2)
    shown = digits * -(-high // digits)
    return shown if fits(shown) else high  # where weights fall together, less may be more
