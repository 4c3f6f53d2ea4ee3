"""Which coalitions win: quotas of weights, read exactly, joined by *and* and *or*."""

from __future__ import annotations

import html
import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy.typing as npt
from attrs import evolve, field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest

__all__ = ["Majority", "Number", "Player", "Rounded", "Rule", "Weights", "majority", "rounded"]

#: A name, or a number where players have none.
Player = str | int

Number = int | float | Fraction | Decimal
Weights = Mapping[str, Number] | Sequence[Number] | npt.NDArray[Any]


@frozen
class Majority:
    """One quota of integer weights: a coalition that weighs ``quota`` or more meets it.

    >>> Majority(3, (2, 1, 1)).met([0, 2])
    True
    """

    quota: int
    weights: tuple[int, ...]
    #: What a weight of 1 is in the measure in which weights were given; for messages.
    unit: Fraction = field(default=Fraction(1), eq=False, repr=False)

    def met(self, coalition: Iterable[int]) -> bool:
        """Whether these players, by number, reach the quota."""
        return sum(self.weights[i] for i in coalition) >= self.quota


@frozen(repr=False)
class Rule:
    """Which coalitions win: those that meet every majority of at least one clause.

    Rules over the same players join with ``&`` and ``|``. Made by `majority`.

    Attributes
    ----------
    players : tuple of str or int
    clauses : tuple of tuple of Majority
    error : Fraction
        Largest difference between a weight as a binary float and as it was read; 0
        if all were integers or fractions.

    Examples
    --------
    The Council of three members: two of them, with 65 % of the people, or all but one.

    >>> people = {"A": 80, "B": 15, "C": 5}
    >>> heads = dict.fromkeys(people, 1)
    >>> rule = majority(2, heads) & majority(65, people)
    >>> rule.wins(["A", "C"]), rule.wins(["B", "C"])
    (True, False)
    >>> (rule | majority(2, heads)).wins(["B", "C"])
    True
    """

    players: tuple[Player, ...]
    clauses: tuple[tuple[Majority, ...], ...]
    error: Fraction = Fraction(0)

    def __and__(self, other: Rule) -> Rule:
        self._check(other)
        both = tuple(mine + theirs for mine in self.clauses for theirs in other.clauses)
        return Rule(self.players, both, max(self.error, other.error))

    def __or__(self, other: Rule) -> Rule:
        self._check(other)
        return Rule(self.players, self.clauses + other.clauses, max(self.error, other.error))

    def _check(self, other: Rule) -> None:
        if self.players != other.players:
            raise InputError(
                f"a rule for {len(self.players)} players was joined with one for "
                f"{len(other.players)}; both need the same players in the same order"
            )

    def wins(self, coalition: Iterable[Player]) -> bool:
        """Whether a coalition of named players wins.

        Raises
        ------
        UnknownNameError
            If someone is no player.
        """
        return self._wins({self.place(player) for player in coalition})

    def _wins(self, coalition: set[int]) -> bool:
        return any(all(m.met(coalition) for m in clause) for clause in self.clauses)

    def place(self, player: Player) -> int:
        """The number of a player.

        Raises
        ------
        UnknownNameError
            If there is no such player.
        """
        if player not in self.players:
            names = [str(each) for each in self.players]
            raise UnknownNameError("player", str(player), nearest(str(player), names))
        return self.players.index(player)

    @property
    def veto(self) -> tuple[Player, ...]:
        """Players without whom nobody wins."""
        totals = {m: sum(m.weights) for clause in self.clauses for m in clause}
        return tuple(
            player
            for i, player in enumerate(self.players)
            if not any(
                all(totals[m] - m.weights[i] >= m.quota for m in clause) for clause in self.clauses
            )
        )

    def __repr__(self) -> str:
        told = " or ".join(
            " and ".join(f"{m.quota} of {sum(m.weights)}" for m in clause)
            for clause in self.clauses
        )
        return f"Rule({len(self.players)} players: {told})"

    def _repr_html_(self) -> str:
        return html.escape(repr(self))


def _exact(number: object, what: str) -> tuple[Fraction, Fraction]:
    """A number as it was written, and how far that is from its binary value."""
    if isinstance(number, numbers.Rational):
        return Fraction(int(number.numerator), int(number.denominator)), Fraction(0)
    if isinstance(number, Decimal) and number.is_finite():
        return Fraction(number), Fraction(0)
    if isinstance(number, numbers.Real) and math.isfinite(number):
        written = Fraction(str(number))  # 0.1 is a tenth
        return written, abs(written - Fraction(float(number)))
    raise InputError(f"{what} {number!r} is not a finite number; integers are counted exactly")


def majority(quota: Number, weights: Weights) -> Rule:
    """The rule that a coalition wins if its weights sum to the quota or more.

    Parameters
    ----------
    quota : number
        More than 0, at most the sum of the weights.
    weights : mapping of name to number, or sequence of numbers
        0 or more. Integers, fractions and decimals are exact. A float is read as the
        decimal that Python prints for it (0.1 is a tenth) and scaled to integers; the
        largest difference to its binary value is ``rule.error``.

    Returns
    -------
    Rule

    Raises
    ------
    InputError
        If a number is negative, infinite or nan, there are no players, or the quota is out
        of range.

    Examples
    --------
    >>> majority(0.5, {"A": 0.3, "B": 0.2, "C": 0.1})
    Rule(3 players: 5 of 6)
    >>> majority(7, [1, 2])
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: quota=7; with weights that sum to 3, more than 0 and at most 3
    is accepted
    """
    if isinstance(weights, Mapping):
        players: tuple[Player, ...] = tuple(weights)
        given: list[object] = list(weights.values())
    else:
        given = list(weights)
        players = tuple(range(len(given)))
    if not players:
        raise InputError("a rule needs at least one player, and none were given")
    read = [_exact(weight, "weight") for weight in given]
    threshold, slip = _exact(quota, "quota")
    for weight, _ in read:
        if weight < 0:
            raise InputError(f"weight {weight}; weights of 0 or more are accepted")
    unit = math.lcm(threshold.denominator, *(weight.denominator for weight, _ in read))
    scaled = [int(weight * unit) for weight, _ in read]
    least = int(threshold * unit)
    if not 0 < least <= sum(scaled):
        total = Fraction(sum(scaled), unit)
        raise InputError(
            f"quota={quota}; with weights that sum to {total}, more than 0 and at most "
            f"{total} is accepted"
        )
    shared = math.gcd(*scaled)
    kept = tuple(weight // shared for weight in scaled)
    made = Majority(-(-least // shared), kept, Fraction(shared, unit))
    return Rule(players, ((made,),), max([slip, *(error for _, error in read)]))


@frozen(kw_only=True)
class Rounded:
    """Weights in whole units, with what the rounding cost.

    Attributes
    ----------
    weights : dict of name to int
        Names are numbers if none were given.
    unit : Fraction
    error : Fraction
        The largest change of a weight, in the given unit of measure.
    total_error : Fraction
        The sum of all changes: no coalition's weight is off by more than this.

    Examples
    --------
    See `rounded`.
    """

    weights: dict[Player, int]
    unit: Fraction
    error: Fraction
    total_error: Fraction

    def majority(self, quota: Number) -> Rule:
        """The rule of these weights under a quota in the measure of the given ones.

        Raises
        ------
        InputError
            As for `majority`.

        Examples
        --------
        >>> rounded({"A": 1312, "B": 5678}, 100).majority(5000)
        Rule(2 players: 50 of 70)
        """
        exact, _ = _exact(quota, "quota")
        held = majority(exact / self.unit, tuple(self.weights.values()))
        ((only,),) = held.clauses
        return Rule(tuple(self.weights), ((evolve(only, unit=only.unit * self.unit),),), held.error)


def rounded(weights: Weights, unit: Number) -> Rounded:
    """Weights in whole multiples of a unit, so that many players can be counted.

    Parameters
    ----------
    weights : mapping of name to number, or sequence of numbers
    unit : number
        More than 0, in the weights' own measure: 1000 for persons in thousands.

    Returns
    -------
    Rounded
        With the error stated, and ``.majority(quota)`` for the rule with these weights. The
        game of the rounded weights is then exact; whether it is the game of the given ones is
        certain only for coalitions further than ``total_error`` from the quota. What certainly
        holds for the given ones: `banzhaf_bounds`, `shapley_shubik_bounds`.

    Raises
    ------
    InputError
        If a weight is negative or not finite, or the unit is not above 0.

    Examples
    --------
    >>> rounded({"A": 1234, "B": 5678}, 100)
    Rounded(weights={'A': 12, 'B': 57}, unit=Fraction(100, 1), error=Fraction(34, 1),
            total_error=Fraction(56, 1))
    """
    step, _ = _exact(unit, "unit")
    if step <= 0:
        raise InputError(f"unit={unit!r}; a unit above 0 is accepted")
    pairs: Iterable[tuple[Player, object]]
    pairs = weights.items() if isinstance(weights, Mapping) else enumerate(weights)
    found, changes = {}, []
    for player, weight in pairs:
        exact, _ = _exact(weight, "weight")
        if exact < 0:
            raise InputError(f"weight {weight!r}; weights of 0 or more are accepted")
        found[player] = math.floor(exact / step + Fraction(1, 2))
        changes.append(abs(exact - found[player] * step))
    return Rounded(
        weights=found,
        unit=step,
        error=max(changes, default=Fraction(0)),
        total_error=sum(changes, Fraction(0)),
    )
