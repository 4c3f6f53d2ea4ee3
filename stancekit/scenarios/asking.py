"""What is asked of a smallest change, and what is answered: goals, costs, moves."""

from __future__ import annotations

import datetime
import html
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from numbers import Real
from typing import Any

from attrs import field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.projection import TieRule
from stancekit.records.fields import number
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import RECOGNITION, Absence, Channel
from stancekit.scenarios.board import Board, Cell, Pair
from stancekit.scenarios.scenario import Scenario
from stancekit.signed.partition import rational

__all__ = [
    "VALUES",
    "Ask",
    "Balanced",
    "Cost",
    "Goal",
    "InCamp",
    "Move",
    "Option",
    "Share",
    "SmallestChange",
    "Unanimous",
    "checked_values",
    "distance",
    "free",
    "movers_of",
    "one_each",
    "options_of",
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
    distance: float


@frozen(repr=False)
class SmallestChange:
    """The smallest changes that reach a goal.

    One way is one set of stances (actor and target) that move. Where the same stances could
    move to other values at the same cost, one choice is shown: for coalitions and balance the
    mildest, that is the least total distance.

    Attributes
    ----------
    goal : Goal
    cost : float
        Of the smallest change; 0 where the goal is reached already (the one way is then to
        change nothing), nan where it cannot be reached.
    scenarios : tuple of Scenario
        The smallest changes, one for each set of stances that moves, up to the limit.
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
    cost: float = field(eq=repr)
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
    movers: frozenset[str]
    is_open: bool  # the movers are all that there are, not some that were named
    values: tuple[float, ...]
    cost: Cost
    limit: int
    rivalry: float
    ties: TieRule
    channel: Channel

    def price(self, before: float, after: float) -> Fraction:
        """The cost of a change, exactly."""
        found = self.cost(before, after)
        if not (isinstance(found, Real) and math.isfinite(found) and found >= 0):
            name = getattr(self.cost, "__name__", type(self.cost).__name__)
            raise InputError(
                f"cost={name} gives {found!r} for {before:g} -> {after:g}; a cost is 0 or more"
            )
        return rational(float(found))

    def scenario(self, goal: Goal, moves: Iterable[Move]) -> Scenario:
        """The moves as a scenario."""
        made = Scenario(str(goal)).on(self.day)
        for move in sorted(moves, key=lambda m: (m.actor, m.toward)):
            made = made.set(move.actor, move.toward, move.value, channel=self.channel)
        return made

    def moves(self, actor: str, toward: str) -> tuple[Move, ...]:
        """What one stance may become, if it may move at all that day."""
        world = self.world
        if actor not in self.movers or actor == toward or actor not in world.actors:
            return ()
        if toward not in world.targets or world.absence(actor, toward) is Absence.NOT_YET:
            return ()
        before = world.value(actor, toward)
        return tuple(
            Move(actor, toward, value, self.price(before, value), _distance(before, value))
            for value in self.values
            if value != before
        )

    def joining(self, actor: str, claimant: str) -> Move | None:
        """The cheapest way for an actor to recognise a claimant; of equals the mildest."""
        options = [m for m in self.moves(actor, claimant) if m.value >= RECOGNITION]
        found = min(options, key=lambda move: (move.cost, move.distance), default=None)
        if found is not None and not found.cost:
            raise free(found)
        return found


def _distance(before: float, after: float) -> float:
    return abs(after - (0.0 if before != before else before))


def free(move: Move) -> InputError:
    """What to raise for a change that costs nothing: with such, nothing is smallest."""
    return InputError(
        f"{move.actor} -> {move.toward}: the change to {move.value:+g} costs nothing and has an "
        "effect; a cost must be above 0"
    )


@frozen
class Option:
    """What the tie of a pair may become when certain cells of it move, in the cheapest way."""

    pair: Pair
    cells: frozenset[Cell]
    units: int
    moves: tuple[Move, ...]
    price: Fraction


def options_of(ask: Ask, board: Board, pairs: Iterable[Pair]) -> tuple[Option, ...]:
    """All that these pairs may become: one option a set of cells and value of the tie.

    Cells are admissible toward claimants, and wherever there is a stance already.
    """
    claimants = {claimant.code for claimant in ask.world.claimants}
    found: list[Option] = []
    for pair in sorted(set(pairs) - board.fixed):
        names = board.names[pair[0]], board.names[pair[1]]
        held = board.held.get(pair, {})
        ways: list[tuple[Move | None, ...]] = []
        for cell in (names, names[::-1]):
            known = cell in held or cell[1] in claimants
            ways.append((None, *(ask.moves(*cell) if known else ())))
        best: dict[tuple[frozenset[Cell], int], Option] = {}
        for choice in itertools.product(*ways):
            moves = tuple(move for move in choice if move is not None)
            changed = {(move.actor, move.toward): move.value for move in moves}
            units = board.units(board.merged(pair, changed))
            if units == board.ties.get(pair, 0):
                continue
            price = sum((move.cost for move in moves), Fraction(0))
            if not price:
                raise free(moves[0])
            made = Option(pair, frozenset(changed), units, moves, price)
            known_one = best.get((made.cells, units))
            if known_one is None or _rank(made) < _rank(known_one):
                best[made.cells, units] = made
        least: dict[int, Fraction] = {}
        for option in best.values():  # nobody pays more for the same tie
            least[option.units] = min(option.price, least.get(option.units, option.price))
        kept = [option for option in best.values() if option.price == least[option.units]]
        found += sorted(kept, key=lambda o: (sorted(o.cells), o.units))
    return tuple(found)


def _rank(option: Option) -> tuple[Fraction, float]:
    return option.price, sum(move.distance for move in option.moves)


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
