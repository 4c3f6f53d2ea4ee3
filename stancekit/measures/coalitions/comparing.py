"""How coalitions differ: between two days, and between any two structures of the same actors."""

from __future__ import annotations

import datetime
import html
import math
from collections import Counter
from collections.abc import Hashable, Mapping
from fractions import Fraction

from attrs import field, frozen

from stancekit.errors import InputError
from stancekit.measures.coalitions.forming import Coalitions

__all__ = [
    "Changes",
    "StructureAgreement",
    "adjusted_rand",
    "changes",
    "variation_of_information",
]


@frozen(repr=False)
class Changes:
    """Who joined, left and changed between the coalitions of two days.

    Attributes
    ----------
    contest : str
    days : (date, date)
        Before and after.
    joined, left : tuple of (str, tuple of str)
        Claimant and sorted actors.
    switched : tuple of (str, tuple of str, tuple of str)
        Actors that left some coalition and joined another: the actor, the claimants whose
        coalitions it was in, and those in whose it is.
    observations : (int, int)
        Actors with a value toward some claimant, on either day.
    """

    contest: str
    days: tuple[datetime.date, datetime.date]
    joined: tuple[tuple[str, tuple[str, ...]], ...]
    left: tuple[tuple[str, tuple[str, ...]], ...]
    switched: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    observations: tuple[int, int]

    def __repr__(self) -> str:
        left = dict(self.left)
        told = ", ".join(f"{c}: +{len(who)} -{len(left[c])}" for c, who in self.joined)
        first, last = self.days
        return f"Changes({self.contest!r}, {first} to {last}, {told or 'no claimant'})"

    def _repr_html_(self) -> str:
        left = dict(self.left)
        rows = "".join(
            f"<tr><th>{html.escape(c)}</th><td>{html.escape(', '.join(who))}</td>"
            f"<td>{html.escape(', '.join(left[c]))}</td></tr>"
            for c, who in self.joined
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption><thead><tr><th></th>"
            f"<th>joined</th><th>left</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def changes(before: Coalitions, after: Coalitions) -> Changes:
    """Compare the coalitions of one contest on two days.

    Leaving a coalition says nothing of why: see where the actor stands in ``after``.

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
    >>> changes(*days)
    Changes('seat', 2019-02-03 to 2019-02-04, a: +1 -0, b: +0 -0)
    >>> changes(*days).joined
    (('a', ('DNK',)), ('b', ()))
    """
    if (before.contest, before.threshold) != (after.contest, after.threshold):
        raise InputError(
            f"{before.contest!r} at {before.threshold:g} and {after.contest!r} at "
            f"{after.threshold:g} are two questions; compare the same one on two days"
        )
    claimants = sorted({*before, *after})
    was = {claimant: set(before.get(claimant, ())) for claimant in claimants}
    now = {claimant: set(after.get(claimant, ())) for claimant in claimants}
    old, new = before.by_actor, after.by_actor
    return Changes(
        before.contest,
        (before.snapshot.date, after.snapshot.date),
        tuple((c, tuple(sorted(now[c] - was[c]))) for c in claimants),
        tuple((c, tuple(sorted(was[c] - now[c]))) for c in claimants),
        tuple(
            (actor, held, new[actor])
            for actor, held in old.items()
            if actor in new and set(held) - set(new[actor]) and set(new[actor]) - set(held)
        ),
        (before.observations, after.observations),
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

    value: float = field(eq=repr)  # by repr nan equals nan
    observations: int
    reason: str = ""


def _table(
    one: Mapping[str, Hashable], other: Mapping[str, Hashable]
) -> tuple[Counter[tuple[Hashable, Hashable]], Counter[Hashable], Counter[Hashable], int]:
    for given in (one, other):
        if not isinstance(given, Mapping):
            raise InputError(
                f"a structure is {given!r}; accepted is a mapping of each actor to its camp"
            )
    shared = [name for name in one if name in other]
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

    with :math:`n_{ij}` the actors that are in camp i of one and camp j of the other, and
    :math:`a_i, b_j` the sums of its rows and columns, over the n actors that both hold [1]_;
    at most 1, and 0 on average for partitions with these sizes drawn at random. Not defined
    where both put everyone together, or everyone apart (where other programs say 1), nor for
    fewer than two actors. Exact until the last division.

    Parameters
    ----------
    one, other : mapping of str to hashable
        Actor to camp.

    Raises
    ------
    InputError
        If one of them is no mapping.

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

    of the camps X and Y of one of the n actors that both hold, drawn at random [1]_. From 0,
    for equal partitions, to :math:`\log_2 n`; a metric among partitions of the same actors
    (over different ones, the triangle inequality need not hold).

    Parameters
    ----------
    one, other : mapping of str to hashable
        Actor to camp.

    Raises
    ------
    InputError
        If one of them is no mapping.

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
    lost = math.fsum(  # rounded once, so that no order of actors or arguments shows
        k * (math.log2(rows[i] / k) + math.log2(columns[j] / k)) for (i, j), k in cells.items()
    )
    return StructureAgreement(max(0.0, lost / n), n)
