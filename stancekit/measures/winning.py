"""Coalitions under a quota, and how far two coalition structures agree."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from fractions import Fraction

import numpy as np
from attrs import field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.measures.coalitions import Coalitions

__all__ = [
    "Changes",
    "MinimalWinning",
    "StructureAgreement",
    "Swing",
    "adjusted_rand",
    "changes",
    "minimal_winning",
    "swing",
    "variation_of_information",
]


@frozen
class Changes:
    """Who joined and who left each coalition between two days.

    Attributes
    ----------
    joined, left : tuple of (str, tuple of str)
        Claimant and actors.
    """

    joined: tuple[tuple[str, tuple[str, ...]], ...]
    left: tuple[tuple[str, tuple[str, ...]], ...]


def changes(before: Coalitions, after: Coalitions) -> Changes:
    """Compare the coalitions of one contest on two days.

    Raises
    ------
    InputError
        If the two are about different contests, or ask for a different strength of support.

    Examples
    --------
    >>> from stancekit.measures.coalitions import recognition
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> dossier = Dossier("case", actors=[Actor("DNK")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises", since="2019-02-04")])
    >>> days = [recognition(dossier.at(day), "seat") for day in ("2019-02-03", "2019-02-04")]
    >>> changes(*days).joined
    (('a', ('DNK',)), ('b', ()))
    """
    if (before.contest, before.threshold) != (after.contest, after.threshold):
        raise InputError(
            f"{before.contest!r} at {before.threshold:g} and {after.contest!r} at "
            f"{after.threshold:g} are two questions; compare the same one on two days"
        )
    claimants = sorted(set(before) | set(after))
    was = {claimant: set(before.get(claimant, ())) for claimant in claimants}
    now = {claimant: set(after.get(claimant, ())) for claimant in claimants}
    return Changes(
        tuple((c, tuple(sorted(now[c] - was[c]))) for c in claimants),
        tuple((c, tuple(sorted(was[c] - now[c]))) for c in claimants),
    )


@frozen
class MinimalWinning:
    """Coalitions that win, and lose with the departure of any member.

    Attributes
    ----------
    coalitions : tuple of tuple of str
        Sorted by size, then by names.
    is_complete : bool
        Whether these are all.
    """

    coalitions: tuple[tuple[str, ...], ...]
    is_complete: bool


def minimal_winning(
    quota: float | Fraction, weights: Mapping[str, float | Fraction], *, limit: int = 1000
) -> MinimalWinning:
    """Find the coalitions that reach a quota and need every member for it.

    Exact: weights are compared as the exact values of the numbers given.

    Parameters
    ----------
    quota : number
        A coalition wins with this weight or more; above 0.
    weights : mapping of str to number
        0 or more each.
    limit : int
        How many to list at most.

    Raises
    ------
    InputError
        If the quota is not above 0, or a weight is negative or no number.

    References
    ----------
    .. [1] Riker, W. H. (1962). *The Theory of Political Coalitions*. Yale University Press.

    Examples
    --------
    >>> minimal_winning(5, {"a": 3, "b": 2, "c": 2, "d": 1}).coalitions
    (('a', 'b'), ('a', 'c'), ('b', 'c', 'd'))
    >>> minimal_winning(9, {"a": 3, "b": 2}).coalitions
    ()
    """
    exact = {name: _exact(weight, name) for name, weight in weights.items()}
    goal = _exact(quota, "quota")
    if goal <= 0:
        raise InputError(f"quota={quota} is not above 0; with it, nobody would win already")
    order = sorted(exact, key=lambda name: (-exact[name], name))
    heavy = [exact[name] for name in order]
    rest = [Fraction(0)]
    for weight in reversed(heavy):
        rest.append(rest[-1] + weight)
    rest.reverse()

    def grow(i: int, missing: Fraction, chosen: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        # Members are added from heavy to light: with the last one the quota is reached, so
        # that nobody, all being at least as heavy, can be spared.
        for k in range(i, len(order)):
            if rest[k] < missing:
                return
            if heavy[k] == 0:
                return
            if heavy[k] >= missing:
                yield (*chosen, order[k])
            else:
                yield from grow(k + 1, missing - heavy[k], (*chosen, order[k]))

    found: list[tuple[str, ...]] = []
    complete = True
    for coalition in grow(0, goal, ()):
        if len(found) == limit:
            complete = False
            break
        found.append(tuple(sorted(coalition)))
    return MinimalWinning(tuple(sorted(found, key=lambda c: (len(c), c))), complete)


def _exact(number: float | Fraction, name: str) -> Fraction:
    try:
        exact = Fraction(number)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"the weight of {name} is {number!r}, not a finite number") from None
    if exact < 0:
        raise InputError(f"the weight of {name} is {number}; weights are 0 or more")
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
        Actors outside it any one of whom would bring it over the quota; empty if it is over.
    blocking : tuple of str
        Actors without whom no coalition at all reaches the quota.
    observations : int
        Actors whose weight is known.
    missing : tuple of str
        Actors without a weight, who decide nothing here.
    """

    claimant: str
    weight: str
    quota: float
    share: float
    is_winning: bool
    critical: tuple[str, ...]
    decisive: tuple[str, ...]
    blocking: tuple[str, ...]
    observations: int
    missing: tuple[str, ...] = field(repr=False)


def swing(found: Coalitions, claimant: str, weight: str, quota: float | Fraction) -> Swing:
    """Find the actors that decide whether a claimant's coalition reaches a share of a weight.

    Parameters
    ----------
    found : Coalitions
    claimant, weight : str
    quota : number
        In (0, 1]: a share of all known weight, reached or passed.

    Raises
    ------
    InputError
        If the quota lies outside (0, 1].
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
    share_needed = Fraction(quota)
    if not 0 < share_needed <= 1:
        raise InputError(f"quota={quota} is no share to reach; it lies in (0, 1]")
    members = set(found[claimant])
    world = found.snapshot
    if weight not in world.weights:
        names = list(world.weights)
        raise UnknownNameError("weight", weight, nearest(weight, names) or names)
    shares = found.shares(weight)
    column = world.weights[weight]
    counted = {a for group in (*found.values(), *found.absent.values()) for a in group}
    counted |= {*found.leaning, *found.neutral, *found.opposed}
    held = {
        actor: Fraction(float(value))
        for actor, value in zip(world.actors, column.values, strict=True)
        if actor in counted and not math.isnan(value)
    }
    total = sum(held.values(), Fraction(0))
    own = sum((w for actor, w in held.items() if actor in members), Fraction(0))
    need = share_needed * total
    wins = bool(held) and own >= need
    inside = {actor: w for actor, w in held.items() if actor in members}
    outside = {actor: w for actor, w in held.items() if actor not in members}
    return Swing(
        claimant,
        weight,
        float(quota),
        shares[claimant],
        wins,
        tuple(sorted(a for a, w in inside.items() if own - w < need)) if wins else (),
        () if wins else tuple(sorted(a for a, w in outside.items() if own + w >= need)),
        tuple(sorted(a for a, w in held.items() if total - w < need)),
        len(held),
        shares.missing,
    )


@frozen
class StructureAgreement:
    """How far two partitions of the same actors agree.

    Attributes
    ----------
    value : float
        nan where it is not defined.
    observations : int
        Actors that both partitions hold.
    reason : str
        Why the value is nan; empty where it is a number.
    """

    value: float
    observations: int
    reason: str = ""


def _table(
    one: Mapping[str, Hashable], other: Mapping[str, Hashable]
) -> tuple[Counter[tuple[Hashable, Hashable]], Counter[Hashable], Counter[Hashable], int]:
    shared = one.keys() & other.keys()
    cells = Counter((one[name], other[name]) for name in shared)
    return (
        cells,
        Counter(one[name] for name in shared),
        Counter(other[name] for name in shared),
        len(shared),
    )


def adjusted_rand(one: Mapping[str, Hashable], other: Mapping[str, Hashable]) -> StructureAgreement:
    r"""Share of pairs on which two partitions agree, corrected for chance.

    .. math:: \frac{\sum_{ij} \binom{n_{ij}}{2} - E}{\frac12 (A + B) - E}, \quad
       A = \sum_i \binom{a_i}{2},\ B = \sum_j \binom{b_j}{2},\ E = AB / \binom{n}{2}

    over the actors that both hold [1]_; at most 1, about 0 for independent partitions. Not
    defined where both put everyone together, or everyone apart.

    Parameters
    ----------
    one, other : mapping of str to hashable
        Actor to camp.

    References
    ----------
    .. [1] Hubert, L. and Arabie, P. (1985). "Comparing partitions". *Journal of
       Classification* 2, 193-218. doi:10.1007/BF01908075

    Examples
    --------
    >>> adjusted_rand({"a": 1, "b": 1, "c": 2, "d": 2}, {"a": "x", "b": "x", "c": "y", "d": "y"})
    StructureAgreement(value=1.0, observations=4, reason='')
    >>> adjusted_rand({"a": 1}, {"b": 1}).reason
    'fewer than two actors are in both'
    """
    cells, rows, columns, n = _table(one, other)
    if n < 2:
        return StructureAgreement(float("nan"), n, "fewer than two actors are in both")
    both = sum(math.comb(k, 2) for k in cells.values())
    a = sum(math.comb(k, 2) for k in rows.values())
    b = sum(math.comb(k, 2) for k in columns.values())
    expected = Fraction(a * b, math.comb(n, 2))
    most = Fraction(a + b, 2)
    if most == expected:
        return StructureAgreement(
            float("nan"), n, "both put everyone together, or everyone apart: chance agrees as well"
        )
    return StructureAgreement(float((both - expected) / (most - expected)), n)


def variation_of_information(
    one: Mapping[str, Hashable], other: Mapping[str, Hashable]
) -> StructureAgreement:
    r"""How much information two partitions do not share, in bits.

    .. math:: H(X \mid Y) + H(Y \mid X)

    over the actors that both hold: a metric, 0 for equal partitions, at most
    :math:`\log_2 n` [1]_.

    Parameters
    ----------
    one, other : mapping of str to hashable
        Actor to camp.

    References
    ----------
    .. [1] Meilă, M. (2007). "Comparing clusterings: an information based distance". *Journal
       of Multivariate Analysis* 98(5), 873-895. doi:10.1016/j.jmva.2006.11.013

    Examples
    --------
    >>> variation_of_information({"a": 1, "b": 1}, {"a": 1, "b": 2}).value
    1.0
    >>> variation_of_information({}, {}).reason
    'no actor is in both'
    """
    cells, rows, columns, n = _table(one, other)
    if n == 0:
        return StructureAgreement(float("nan"), 0, "no actor is in both")
    lost = sum(
        k * (math.log2(rows[i] / k) + math.log2(columns[j] / k)) for (i, j), k in cells.items()
    )
    return StructureAgreement(float(np.maximum(0.0, lost / n)), n)
