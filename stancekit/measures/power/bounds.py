"""Bounds of an index for weights as given, from a count with coarser ones."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any

from attrs import frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.measures.power.counting import HOURS, MEMORY, Means, containing, losing_members
from stancekit.measures.power.rules import Number, Player, Weights, majority, rounded

__all__ = ["BanzhafBounds", "PowerBounds", "banzhaf_bounds", "shapley_shubik_bounds"]


@frozen(repr=False)
class PowerBounds(Mapping[Player, tuple[Fraction, Fraction]]):
    """Between which fractions the power of every player certainly lies.

    ``bounds["FRA"]`` is the pair of the lower and the upper one.

    Attributes
    ----------
    measure : str
    players : tuple of str or int
    lower, upper : tuple of Fraction
    unit : Fraction
        Of the weights that were counted, in the measure of the given ones.

    Examples
    --------
    >>> found = shapley_shubik_bounds(5000, {"A": 4010, "B": 2690, "C": 1980}, 100)
    >>> found
    PowerBounds(Shapley-Shubik, 3 players in units of 100: widest 0 for 'A')
    >>> found["C"]
    (Fraction(1, 6), Fraction(1, 6))
    """

    measure: str
    players: tuple[Player, ...]
    lower: tuple[Fraction, ...]
    upper: tuple[Fraction, ...]
    unit: Fraction

    @property
    def observations(self) -> int:
        """The number of players."""
        return len(self.players)

    @property
    def widest(self) -> tuple[Player, Fraction]:
        """Who is known least well, and the distance of the bounds."""
        widths = [high - low for low, high in zip(self.lower, self.upper, strict=True)]
        place = widths.index(max(widths))
        return self.players[place], widths[place]

    def __getitem__(self, player: Any) -> tuple[Fraction, Fraction]:
        if player not in self.players:
            names = [str(each) for each in self.players]
            raise UnknownNameError("player", str(player), nearest(str(player), names))
        place = self.players.index(player)
        return self.lower[place], self.upper[place]

    def __iter__(self) -> Iterator[Player]:
        return iter(self.players)

    def __len__(self) -> int:
        return len(self.players)

    def __repr__(self) -> str:
        who, width = self.widest
        return (
            f"{type(self).__name__}({self.measure}, {len(self)} players in units of {self.unit}: "
            f"widest {float(width):.2g} for {who!r})"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(str(player))}</th><td>{float(low):.6f}</td>"
            f"<td>{float(high):.6f}</td></tr>"
            for player, low, high in zip(self.players, self.lower, self.upper, strict=True)
        )
        return f"<table><caption>{html.escape(repr(self))}</caption><tbody>{rows}</tbody></table>"


@frozen(kw_only=True, repr=False)
class BanzhafBounds(PowerBounds):
    """Bounds of normalised Banzhaf power, with those of the swings behind it.

    The swings, and `raw`, are known much better than their shares, for which the doubts
    about all other players count too.

    Attributes
    ----------
    least, most : tuple of int
        Bounds of each player's swings.

    Examples
    --------
    >>> found = banzhaf_bounds(5000, {"A": 4010, "B": 2690, "C": 1980}, 100)
    >>> found.least, found.raw["A"]
    ((3, 1, 1), (Fraction(3, 4), Fraction(3, 4)))
    """

    least: tuple[int, ...]
    most: tuple[int, ...]

    @property
    def raw(self) -> dict[Player, tuple[Fraction, Fraction]]:
        """Bounds of swings over 2**(n - 1), by player."""
        whole = 1 << (len(self) - 1)
        pairs = zip(self.players, self.least, self.most, strict=True)
        return {player: (Fraction(a, whole), Fraction(b, whole)) for player, a, b in pairs}

    __repr__ = PowerBounds.__repr__


@frozen
class _Coarse:
    """Whole weights and, by size, below what they surely lose and from what they surely win."""

    players: tuple[Player, ...]
    weights: tuple[int, ...]
    loses: tuple[int, ...]
    wins: tuple[int, ...]
    unit: Fraction


def _coarse(quota: Number, weights: Weights, unit: Number) -> _Coarse:
    """Rounded weights, of the game or its dual, with room for every error of rounding."""
    rule = majority(quota, weights)
    ((only,),) = rule.clauses
    step = rounded([0], unit).unit
    given = [weight * only.unit for weight in only.weights]
    made = rounded(given, step)
    held = tuple(made.weights.values())
    if not sum(held):
        raise InputError(
            f"unit={unit!r}; every weight is rounded to 0, and a unit below "
            f"{2 * max(given)} is accepted"
        )
    # the dual game has the same power, and less is counted if its quota is lower
    least = min(only.quota, sum(only.weights) - only.quota + 1) * only.unit
    changes = [exact - step * whole for exact, whole in zip(given, held, strict=True)]
    zero, size = Fraction(0), len(held)
    lost = sorted((max(change, zero) for change in changes), reverse=True)
    won = sorted((max(-change, zero) for change in changes), reverse=True)
    above, below = list(accumulate(lost, initial=zero)), list(accumulate(won, initial=zero))
    drift = sum(changes, zero)
    # s players weigh at most so much more than rounded, and at least so much less: their own
    # changes, or all changes without those of the others
    more = [min(above[s], drift + below[size - s]) for s in range(size + 1)]
    less = [min(below[s], above[size - s] - drift) for s in range(size + 1)]
    return _Coarse(
        players=rule.players,
        weights=held,
        loses=tuple(max(0, math.ceil((least - extra) / step)) for extra in more),
        wins=tuple(max(0, math.ceil((least + extra) / step)) for extra in less),
        unit=step,
    )


def banzhaf_bounds(
    quota: Number, weights: Weights, unit: Number, *, memory: int = MEMORY, hours: float = HOURS
) -> BanzhafBounds:
    r"""Bounds of Banzhaf power under a quota, counted in coarser weights.

    With :math:`r_i` the weight rounded to units u, and :math:`E^+, E^-` what rounding took
    from all weights and added to them, a coalition surely loses if :math:`r(S) < b` and
    surely wins if :math:`r(S) \ge c`, :math:`b = \lceil (q - E^+) / u \rceil`,
    :math:`c = \lceil (q + E^-) / u \rceil`.  So of the swings of i

    .. math:: \#\{S \not\ni i : c - r_i \le r(S) < b\} \le \eta_i
       \le \#\{S \not\ni i : b - r_i \le r(S) < c\}.

    Parameters
    ----------
    quota, weights
        As for `majority`.
    unit : number
        As for `rounded`: the coarser, the quicker and the wider.
    memory, hours
        As for `banzhaf`.

    Returns
    -------
    BanzhafBounds
        Rigorous: exact integers all the way. Not the best possible: players much lighter
        than the sum of all rounding may have a lower bound of 0.

    Raises
    ------
    InputError
        As for `majority`; if all weights round to 0; if the counts are out of reach.

    Examples
    --------
    >>> people = {"A": 40_103, "B": 29_904, "C": 19_871, "D": 8_000}
    >>> found = banzhaf_bounds(55_000, people, 1000)
    >>> found["B"], found.widest[1]
    ((Fraction(1, 4), Fraction(1, 4)), Fraction(0, 1))
    """
    made = _coarse(quota, weights, unit)
    means = Means(memory, hours, made.unit)
    surely, maybe = containing(made.weights, [min(made.loses), max(made.wins)], means)
    (few, with_few), (many, with_many) = surely, maybe
    least = [max(0, few - a - b) for a, b in zip(with_few, with_many, strict=True)]
    most = [many - b - a for a, b in zip(with_few, with_many, strict=True)]
    all_least, all_most = sum(least), sum(most)
    return BanzhafBounds(
        measure="Banzhaf",
        players=made.players,
        lower=tuple(
            Fraction(low, all_most - high + low) if low else Fraction(0)
            for low, high in zip(least, most, strict=True)
        ),
        upper=tuple(
            Fraction(high, all_least - low + high) if high else Fraction(0)
            for low, high in zip(least, most, strict=True)
        ),
        unit=made.unit,
        least=tuple(least),
        most=tuple(most),
    )


def shapley_shubik_bounds(
    quota: Number, weights: Weights, unit: Number, *, memory: int = MEMORY, hours: float = HOURS
) -> PowerBounds:
    """Bounds of Shapley-Shubik power under a quota, counted in coarser weights.

    As `banzhaf_bounds`, size by size: rounding cannot change a coalition of s players by more
    than the s largest changes of a weight, nor by more than all changes less those of the rest.

    Parameters
    ----------
    quota, weights, unit, memory, hours
        As for `banzhaf_bounds`.

    Returns
    -------
    PowerBounds

    Raises
    ------
    InputError
        As for `banzhaf_bounds`.

    Examples
    --------
    >>> people = {"A": 40_103, "B": 29_904, "C": 19_871, "D": 8_000}
    >>> found = shapley_shubik_bounds(55_000, people, 1000)
    >>> found["A"], found["D"]
    ((Fraction(5, 12), Fraction(5, 12)), (Fraction(1, 12), Fraction(1, 12)))
    """
    made = _coarse(quota, weights, unit)
    means = Means(memory, hours, made.unit)
    surely, maybe = losing_members(made.weights, [made.loses, made.wins], means)
    (few, with_few), (many, with_many) = surely, maybe
    size = len(made.weights)
    orders = [math.factorial(s) * math.factorial(size - 1 - s) for s in range(size)]
    whole = math.factorial(size)
    lower, upper = [], []
    for a, b in zip(with_few, with_many, strict=True):
        least = sum(max(0, few[s] - a[s] - b[s + 1]) * orders[s] for s in range(size))
        most = sum((many[s] - b[s] - a[s + 1]) * orders[s] for s in range(size))
        lower.append(Fraction(least, whole))
        upper.append(min(Fraction(1), Fraction(most, whole)))
    return PowerBounds(
        measure="Shapley-Shubik",
        players=made.players,
        lower=_closed(lower, upper),
        upper=tuple(
            min(high, 1 - sum(lower) + low) for low, high in zip(lower, upper, strict=True)
        ),
        unit=made.unit,
    )


def _closed(lower: Sequence[Fraction], upper: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Lower bounds that follow from a sum of 1."""
    rest = 1 - sum(upper)
    return tuple(max(low, rest + high) for low, high in zip(lower, upper, strict=True))
