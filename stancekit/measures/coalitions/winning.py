"""Coalitions under a quota: which are minimal and win, and who decides whether one does."""

from __future__ import annotations

import html
import math
import numbers
from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import field, frozen

from stancekit.errors import InputError
from stancekit.measures.coalitions.forming import Coalitions
from stancekit.measures.coalitions.weighing import weight_of

__all__ = ["MinimalWinning", "Swing", "minimal_winning", "swing"]


@frozen(repr=False)
class MinimalWinning:
    """Coalitions that win, and lose with the departure of any member.

    Attributes
    ----------
    coalitions : tuple of tuple of str
        Sorted by size, then by names.
    is_complete : bool
        Whether these are all.
    observations : int
        How many actors have a weight.
    """

    coalitions: tuple[tuple[str, ...], ...]
    is_complete: bool
    observations: int

    def __repr__(self) -> str:
        sizes = [len(coalition) for coalition in self.coalitions]
        told = f" of {sizes[0]} to {sizes[-1]} members" if sizes else ""
        more = "" if self.is_complete else ", and there are more"
        return f"MinimalWinning({len(sizes)} coalitions{told}, of {self.observations} actors{more})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{html.escape(', '.join(c))}</li>" for c in self.coalitions)
        return f"<p>{html.escape(repr(self))}</p><ul>{rows}</ul>"


def minimal_winning(
    quota: float | Fraction, weights: Mapping[str, float | Fraction], *, limit: int = 1000
) -> MinimalWinning:
    """Find the coalitions that reach a quota and need every member for it.

    A coalition wins with the quota or more; it is minimal where it loses without any one of
    its members [1]_. Exact: weights are compared as the exact values of the numbers given, so
    that two thirds are ``Fraction(2, 3)``, and ``2 / 3`` is a little less.

    Parameters
    ----------
    quota : number
        A coalition wins with this weight or more; above 0.
    weights : mapping of str to number
        0 or more each.
    limit : int
        How many to list at most, 1 or more. Where there are more, those with the heaviest
        members are listed: actors are taken from heavy to light, those of one weight by name,
        and coalitions in the order of their first members, then their second, and so on.

    Raises
    ------
    InputError
        If the quota is not above 0, a weight is negative or no finite number, or the limit is
        less than 1.

    Notes
    -----
    There can be exponentially many. The cost of each one listed is at most proportional to
    the number of actors.

    References
    ----------
    .. [1] Riker, W. H. (1962). *The Theory of Political Coalitions*. Yale University Press.

    Examples
    --------
    >>> minimal_winning(5, {"a": 3, "b": 2, "c": 2, "d": 1}).coalitions
    (('a', 'b'), ('a', 'c'), ('b', 'c', 'd'))
    >>> minimal_winning(9, {"a": 3, "b": 2})
    MinimalWinning(0 coalitions, of 2 actors)
    """
    if not isinstance(weights, Mapping):
        raise InputError(
            f"weights={weights!r}; accepted is a mapping of names to numbers, such as {{'DNK': 3}}"
        )
    exact = {name: _weight(weight, name) for name, weight in weights.items()}
    goal = _exact(quota)
    if goal is None or goal <= 0:
        raise InputError(
            f"quota={quota!r} is no finite number above 0; with 0, nobody would win already"
        )
    if isinstance(limit, bool) or not isinstance(limit, numbers.Integral) or limit < 1:
        raise InputError(f"limit={limit!r}; at least one coalition is to be listed")
    order = sorted(exact, key=lambda name: (-exact[name], name))
    found: list[tuple[str, ...]] = []
    complete = True
    for coalition in _minimal(goal, [exact[name] for name in order]):
        if len(found) == limit:
            complete = False
            break
        found.append(tuple(sorted(order[k] for k in coalition)))
    return MinimalWinning(tuple(sorted(found, key=lambda c: (len(c), c))), complete, len(order))


def _minimal(goal: Fraction, heavy: list[Fraction]) -> Iterator[tuple[int, ...]]:
    """Places of the members of each minimal winning coalition; weights from heavy to light.

    Members are added from heavy to light: with the last one the quota is reached, so that
    nobody, all being at least as heavy, can be spared. A branch is entered only where all who
    are left would reach the quota, so that none is barren.
    """
    rest = [Fraction(0)]
    for weight in reversed(heavy):
        rest.append(rest[-1] + weight)
    rest.reverse()
    chosen: list[int] = []
    missing, k = goal, 0
    while True:
        if rest[k] >= missing:  # never at the end, since something is always missing
            if heavy[k] >= missing:
                yield (*chosen, k)
            else:
                chosen.append(k)
                missing -= heavy[k]
            k += 1
        elif chosen:
            k = chosen.pop()
            missing += heavy[k]
            k += 1
        else:
            return


def _exact(number: object) -> Fraction | None:
    """The exact value of a finite number; None for anything else."""
    if isinstance(number, numbers.Rational):
        return Fraction(int(number.numerator), int(number.denominator))
    if isinstance(number, numbers.Real) and math.isfinite(number):
        return Fraction(float(number))
    return None


def _weight(number: object, name: str) -> Fraction:
    exact = _exact(number)
    if exact is None or exact < 0:
        raise InputError(f"the weight of {name} is {number!r}; weights are finite and 0 or more")
    return exact


@frozen
class Swing:
    """Who decides whether a coalition reaches a share.

    Attributes
    ----------
    claimant, weight : str
    quota : float
        A share of all known weight.
    share : float
        Of the coalition; nan where no weight is known.
    is_winning : bool
    critical : tuple of str
        Members without any one of whom it would not reach the quota; empty if it does not.
    decisive : tuple of str
        Actors outside it any one of whom would bring it to the quota; empty if it is there.
    blocking : tuple of str
        Actors without whom no coalition at all reaches the quota.
    observations : int
        Actors whose weight is known.
    missing : tuple of str
        Actors without a weight, who decide nothing here.
    reason : str
        Why nobody decides anything; empty where somebody might.
    """

    claimant: str
    weight: str
    quota: float
    share: float = field(eq=repr)  # by repr nan equals nan
    is_winning: bool
    critical: tuple[str, ...]
    decisive: tuple[str, ...]
    blocking: tuple[str, ...]
    observations: int
    missing: tuple[str, ...] = field(repr=False)
    reason: str = ""


def swing(found: Coalitions, claimant: str, weight: str, quota: float | Fraction) -> Swing:
    r"""Find the actors that decide whether a claimant's coalition reaches a share of a weight.

    With W the known weight of all who could be in a coalition, and S that of the claimant's,
    an actor of weight w is critical where :math:`S \ge qW > S - w`, decisive where
    :math:`S < qW \le S + w`, blocking where :math:`W - w < qW`. Exact in the weights given;
    their errors are left aside.

    Parameters
    ----------
    found : Coalitions
    claimant, weight : str
    quota : number
        In (0, 1]: a share of all known weight, reached or passed. Two thirds are
        ``Fraction(2, 3)``; ``2 / 3`` is a little less.

    Raises
    ------
    InputError
        If the quota is no number in (0, 1].
    UnknownNameError
        If there is no such claimant or weight.

    Examples
    --------
    >>> from stancekit.measures.coalitions import recognition
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest, Weight
    >>> from stancekit.records.stance import Stance
    >>> states = {"DNK": 1, "MEX": 3, "RUS": 4}
    >>> world = Dossier("case", actors=map(Actor, states), contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises"), Stance("MEX", "a", "recognises")],
    ...     weights=[Weight(code, "votes", 2019, n) for code, n in states.items()]
    ... ).at("2019-04-30")
    >>> found = swing(recognition(world, "seat"), "a", "votes", 0.5)
    >>> found.is_winning, found.critical, found.blocking
    (True, ('DNK', 'MEX'), ())
    """
    needed = _exact(quota)
    if needed is None or not 0 < needed <= 1:
        raise InputError(f"quota={quota!r} is no share to reach; it is a number in (0, 1]")
    members = set(found[claimant])
    values = weight_of(found.snapshot, weight).values.tolist()
    rows = {actor: row for row, actor in enumerate(found.snapshot.actors)}
    shares = found.shares(weight)
    known = sorted(set(found.everyone) - set(shares.missing))
    held = {actor: Fraction(values[rows[actor]]) for actor in known}
    total = sum(held.values(), Fraction(0))
    own = sum((held[actor] for actor in known if actor in members), Fraction(0))
    goal = needed * total
    wins = total > 0 and own >= goal
    critical = (a for a in known if wins and a in members and own - held[a] < goal)
    decisive = (a for a in known if not wins and a not in members and own + held[a] >= goal)
    return Swing(
        claimant,
        weight,
        float(quota),
        shares[claimant],
        wins,
        tuple(critical),
        tuple(decisive) if total else (),
        tuple(a for a in known if total - held[a] < goal),
        len(known),
        shares.missing,
        shares.reason,
    )
