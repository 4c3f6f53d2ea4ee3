"""The smallest change that reaches a goal, with the proof that nothing smaller does."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.measures import coalitions
from stancekit.projection import TieRule, mean
from stancekit.records.asked import channels_of, one_day
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.snapshot import Snapshot
from stancekit.scenarios.asking import (
    VALUES,
    Ask,
    Balanced,
    Cost,
    Goal,
    InCamp,
    Share,
    SmallestChange,
    Unanimous,
    checked_values,
    movers_of,
    one_each,
    unit_of,
    unreachable,
)
from stancekit.scenarios.balance_change import balanced
from stancekit.scenarios.board import own_voices
from stancekit.scenarios.camp_change import in_camp

__all__ = ["smallest_change"]


def smallest_change(
    dossier: Dossier,
    at: PartialDate | datetime.date | str,
    goal: Goal,
    *,
    may_move: Iterable[str] | None = None,
    values: Sequence[float] = VALUES,
    cost: Cost = one_each,
    limit: int = 100,
    most: float | None = None,
    rivalry: float = 1.0,
    ties: TieRule = mean,
    **options: Any,
) -> SmallestChange:
    """Find the fewest, or lightest, changes of stance after which a goal is reached.

    Exact: the search is complete within the moves that are admitted, and ``proof`` says why
    nothing smaller does.

    Parameters
    ----------
    dossier : Dossier
    at : PartialDate, date or str
        One day; the changes begin on it.
    goal : Share, Balanced, InCamp or Unanimous
    may_move : iterable of str, optional
        Whose stances may change; by default those of every actor that is no claimant (and,
        for ``InCamp``, has a tie that day or is the one that it is about). They may change
        toward every claimant, and wherever they have a stance already.
    values : sequence of float
        What a stance may become.
    cost : function
        ``one_each`` (default) or ``distance``, or one's own: above 0 for every change that
        has an effect.
    limit : int
        How many of the smallest changes to list, 1 or more.
    most : float, optional
        Search no dearer changes than this for ``InCamp``, the one goal whose search may take
        long, minutes where no change of less than five stances reaches it; the others are
        solved outright.
    rivalry, ties
        As in ``projection.stance_graph``.
    **options
        ``channels`` and ``policy``, as in ``Dossier.at``. The changes are made in the first
        channel.

    Raises
    ------
    InputError
        If a value lies outside [-1, 1], or the share outside [0, 1]; if a change that has an
        effect costs nothing; if a bloc rule other than ``own`` is asked for; if a goal of camps
        rests on partitions so hard that their bounds do not tell which are better.
    UnknownNameError
        If the snapshot does not know a name of the goal, or an actor that may move.

    Examples
    --------
    Two more of three equal states are needed for two thirds.

    >>> from stancekit.records.model import Actor, Claimant, Contest, Weight
    >>> from stancekit.records.stance import Stance
    >>> states = ["DNK", "MEX", "RUS"]
    >>> dossier = Dossier("case", actors=map(Actor, states), contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises")],
    ...     weights=[Weight(state, "votes", 2019, 1) for state in states])
    >>> found = smallest_change(dossier, "2019-04-30", Share("a", "votes", Fraction(2, 3)))
    >>> found.cost, [str(way.changes[0]) for way in found.scenarios]
    (1.0, ['MEX -> a, recognition: +1', 'RUS -> a, recognition: +1'])
    """
    own_voices(options)
    day = one_day(at)
    world = dossier.at(day, **options)
    if not isinstance(limit, int) or limit < 1:
        raise InputError(f"limit={limit!r}; accepted is a number of ways to list, 1 or more")
    ask = Ask(
        world,
        day,
        frozenset(movers_of(world, may_move)),
        may_move is None,
        checked_values(values),
        cost,
        limit,
        rivalry,
        ties,
        channels_of(options.get("channels"))[0],
    )
    if isinstance(goal, Share):
        return _share(ask, goal)
    if isinstance(goal, Unanimous):
        return _unanimous(ask, goal)
    if isinstance(goal, Balanced):
        return balanced(ask, goal)
    if isinstance(goal, InCamp):
        return in_camp(ask, goal, most)
    raise InputError(f"goal={goal!r}; accepted is Share, Balanced, InCamp or Unanimous")


def _contest_of(world: Snapshot, claimant: str) -> str:
    for known in world.claimants:
        if known.code == claimant:
            return known.contest
    names = [known.code for known in world.claimants]
    raise UnknownNameError("claimant", claimant, nearest(claimant, names) or names)


def _apart(world: Snapshot, claimant: str) -> set[str]:
    """Claimants of the same contest and the actors behind them: in no coalition of it."""
    contest = _contest_of(world, claimant)
    rivals = [c for c in world.claimants if c.contest == contest]
    return {c.code for c in rivals} | {c.actor for c in rivals}


def _share(ask: Ask, goal: Share) -> SmallestChange:
    """A knapsack, solved exactly over all costs: the most weight that each cost can bring."""
    if not 0 <= goal.at_least <= 1:
        raise InputError(f"at_least={goal.at_least} is no share; it lies in [0, 1]")
    world = ask.world
    found = coalitions.recognition(world, _contest_of(world, goal.claimant))
    shares = found.shares(goal.weight)
    if shares.reason:
        return unreachable(goal, shares.reason)
    column = world.weights[goal.weight]
    heavy = {
        actor: Fraction(float(value))
        for actor, value in zip(world.actors, column.values, strict=True)
        if value == value
    }
    apart = _apart(world, goal.claimant)
    counted = {a for group in (*found.values(), *found.absent.values()) for a in group}
    counted |= {*found.leaning, *found.neutral, *found.opposed}
    total = sum((heavy[a] for a in counted if a in heavy), Fraction(0))
    held = sum((heavy[a] for a in found[goal.claimant] if a in heavy), Fraction(0))
    need = goal.at_least * total - held
    moves = [
        move
        for actor in sorted(counted - set(found[goal.claimant]))
        if heavy.get(actor)
        and actor not in apart
        and (move := ask.joining(actor, goal.claimant)) is not None
    ]
    weights = [heavy[move.actor] for move in moves]
    unit = unit_of([move.cost for move in moves])
    prices = [int(move.cost / unit) for move in moves]
    if sum(prices) * len(prices) > 10_000_000:
        raise InputError("the costs have no common unit that is coarse enough; round them")
    # best[i][c]: the most weight that moves i, i + 1, ... bring for a cost of at most c
    most = sum(prices)
    best = [[Fraction(0)] * (most + 1) for _ in range(len(moves) + 1)]
    for i in reversed(range(len(moves))):
        for c in range(most + 1):
            best[i][c] = best[i + 1][c]
            if c >= prices[i]:
                best[i][c] = max(best[i][c], weights[i] + best[i + 1][c - prices[i]])
    if best[0][most] < need:
        return unreachable(
            goal,
            f"if all who may move join, the share is {float((held + best[0][most]) / total):.4f}",
        )
    least = next(c for c in range(most + 1) if best[0][c] >= need)
    ways = list(itertools.islice(_ways(prices, weights, best, 0, least, need), ask.limit + 1))
    below = best[0][least - 1] if least else Fraction(0)
    proof = (
        "the share is reached already"
        if need <= 0
        else f"for less than {float(least * unit):g} the most that can join is "
        f"{float(below):.6g} of {goal.weight}, and {float(need):.6g} is missing"
    )
    return SmallestChange(
        goal,
        float(least * unit),
        tuple(ask.scenario(goal, [moves[i] for i in way]) for way in ways[: ask.limit]),
        len(ways) <= ask.limit,
        proof,
        {"missing": need, "most_below": below, "total": total},
    )


def _ways(
    prices: Sequence[int],
    weights: Sequence[Fraction],
    best: Sequence[Sequence[Fraction]],
    i: int,
    budget: int,
    need: Fraction,
) -> Iterable[tuple[int, ...]]:
    """Every set of moves of cost ``budget``, the least that brings ``need``; none is idle."""
    if need <= 0 and budget == 0:
        yield ()
        return
    if i == len(prices) or best[i][budget] < need:
        return
    if prices[i] <= budget:
        for rest in _ways(prices, weights, best, i + 1, budget - prices[i], need - weights[i]):
            yield (i, *rest)
    yield from _ways(prices, weights, best, i + 1, budget, need)


def _unanimous(ask: Ask, goal: Unanimous) -> SmallestChange:
    """Every member outside the coalition has to move: there is one way only."""
    world = ask.world
    if goal.bloc not in world.actors:
        raise UnknownNameError("bloc", goal.bloc, nearest(goal.bloc, world.actors))
    members = world.members(goal.bloc)
    if not members:
        return unreachable(goal, f"{goal.bloc} has no members that day")
    inside = coalitions.recognition(world, _contest_of(world, goal.claimant))[goal.claimant]
    outside = [member for member in members if member not in inside]
    apart = _apart(world, goal.claimant)
    if claiming := sorted(apart & set(outside)):
        return unreachable(goal, f"{', '.join(claiming)} claims the same; it joins no coalition")
    moves = [ask.joining(member, goal.claimant) for member in outside]
    stuck = [member for member, move in zip(outside, moves, strict=True) if move is None]
    if stuck:
        return unreachable(goal, f"{', '.join(stuck)} may not move, or not as far")
    kept = [move for move in moves if move is not None]
    return SmallestChange(
        goal,
        float(sum((move.cost for move in kept), Fraction(0))),
        (ask.scenario(goal, kept),),
        True,
        f"each of the {len(outside)} members outside the coalition has to move: "
        f"{', '.join(outside) or 'none'}",
        tuple(outside),
    )
