"""What is asked of a smallest change, and what is answered: goals, costs, moves."""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.projection import TieRule
from stancekit.records.fields import number
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import RECOGNITION, Channel
from stancekit.scenarios.changes import Scenario

__all__ = [
    "VALUES",
    "Ask",
    "Balanced",
    "Cost",
    "Goal",
    "InCamp",
    "Move",
    "Share",
    "SmallestChange",
    "Unanimous",
    "checked_values",
    "distance",
    "movers_of",
    "one_each",
    "unit_of",
    "unreachable",
]

#: The values that a mover may take unless others are given: the standard ladder's main steps.
VALUES = (-1.0, -0.5, 0.0, 0.5, 1.0)

#: What a change of one stance costs: the value before (nan where there was none) and after.
Cost = Callable[[float, float], float]


def one_each(before: float, after: float) -> float:
    """Each changed stance costs 1: the fewest changes.

    >>> one_each(0.5, -1.0)
    1.0
    """
    return 1.0


def distance(before: float, after: float) -> float:
    """A changed stance costs how far it moves; from no stance, how far from 0: the lightest.

    >>> distance(0.5, -1.0), distance(float("nan"), 0.5)
    (1.5, 0.5)
    """
    return abs(after - (0.0 if before != before else before))


@frozen
class Share:
    """The recognition coalition of a claimant has at least a share of a weight.

    >>> Share("guaido", "population", Fraction(2, 3))
    Share(claimant='guaido', weight='population', at_least=Fraction(2, 3))
    """

    claimant: str
    weight: str
    at_least: Fraction = field(converter=Fraction)


@frozen
class Balanced:
    """No tie is strained: two camps fit everything.

    >>> Balanced()
    Balanced()
    """


@frozen
class InCamp:
    """An actor is in the camp of another (a claimant, say) in every optimal partition.

    >>> InCamp("RUS", "guaido")
    InCamp(actor='RUS', of='guaido')
    """

    actor: str
    of: str


@frozen
class Unanimous:
    """Every member of a bloc recognises a claimant.

    >>> Unanimous("eu", "guaido")
    Unanimous(bloc='eu', claimant='guaido')
    """

    bloc: str
    claimant: str


Goal = Share | Balanced | InCamp | Unanimous


@frozen
class Move:
    """One stance that may change: who, toward whom, to what, at what cost."""

    actor: str
    toward: str
    value: float
    cost: Fraction


@frozen(repr=False)
class SmallestChange:
    """The smallest changes that reach a goal.

    Attributes
    ----------
    goal : Goal
    cost : float
        Of the smallest change; 0 where the goal is reached already, nan where it cannot be
        reached.
    scenarios : tuple of Scenario
        The smallest changes, one for each set of stances that has to move, up to the limit.
    is_complete : bool
        Whether these are all of them.
    proof : str
        Why nothing smaller reaches the goal, in words with the numbers in them.
    evidence : object
        What checks the proof: a certificate, or the numbers themselves.
    reason : str
        Why the goal cannot be reached; empty where it can.
    """

    goal: Goal
    cost: float
    scenarios: tuple[Scenario, ...]
    is_complete: bool
    proof: str
    evidence: Any = field(default=None, repr=False, eq=False)
    reason: str = ""

    @property
    def is_reachable(self) -> bool:
        """Whether any admissible change reaches the goal."""
        return not self.reason

    def __repr__(self) -> str:
        if self.reason:
            return f"SmallestChange({self.goal}, out of reach: {self.reason})"
        some = "" if self.is_complete else "at least "
        return f"SmallestChange({self.goal}, cost {self.cost:g}, {some}{len(self.scenarios)} ways)"

    def _repr_html_(self) -> str:
        ways = "".join(f"<li>{html.escape(repr(scenario))}</li>" for scenario in self.scenarios)
        return f"<p>{html.escape(repr(self))}</p><p>{html.escape(self.proof)}</p><ol>{ways}</ol>"


@frozen
class Ask:
    """What was asked, for the solvers of the single goals."""

    world: Snapshot
    day: datetime.date
    movers: set[str]
    values: tuple[float, ...]
    cost: Cost
    limit: int
    rivalry: float
    ties: TieRule
    channel: Channel

    def price(self, before: float, after: float) -> Fraction:
        """The cost of a change, exactly."""
        return Fraction(self.cost(before, after)).limit_denominator(10**6)

    def scenario(self, goal: Goal, moves: Iterable[Move]) -> Scenario:
        """The moves as a scenario."""
        made = Scenario(str(goal)).on(self.day)
        for move in sorted(moves, key=lambda m: (m.actor, m.toward)):
            made = made.set(move.actor, move.toward, move.value, channel=self.channel)
        return made

    def joining(self, actor: str, claimant: str) -> Move | None:
        """The cheapest way for an actor to recognise a claimant."""
        before = self.world.value(actor, claimant)
        options = [
            Move(actor, claimant, value, self.price(before, value))
            for value in self.values
            if value >= RECOGNITION
        ]
        if actor not in self.movers or not options:
            return None
        return min(options, key=lambda move: (move.cost, -move.value))


def checked_values(values: Iterable[float]) -> tuple[float, ...]:
    """The values that a stance may take, sorted.

    >>> checked_values([1, 0, 0.5])
    (0.0, 0.5, 1.0)
    """
    return tuple(sorted({number(value, -1, 1, "values") for value in values}))


def movers_of(world: Snapshot, may_move: Iterable[str] | None) -> set[str]:
    """Whose stances may change: those that are named, or every actor that is no claimant."""
    if may_move is None:
        return set(world.actors) - {claimant.code for claimant in world.claimants}
    movers = {may_move} if isinstance(may_move, str) else set(may_move)
    for name in sorted(movers - set(world.actors)):
        raise UnknownNameError("actor", name, nearest(name, world.actors))
    return movers


def unit_of(costs: Sequence[Fraction]) -> Fraction:
    """The largest number of which all costs are multiples."""
    unit = Fraction(0)
    for cost in costs:
        if cost < 0:
            raise InputError(f"a cost of {cost} is negative; costs are 0 or more")
        a, b = unit, cost
        while b:
            a, b = b, a % b
        unit = a
    return unit or Fraction(1)


def unreachable(goal: Goal, reason: str) -> SmallestChange:
    """The answer where nothing reaches the goal."""
    return SmallestChange(goal, float("nan"), (), True, "", None, reason)
