"""A bloc beside its members: who dissents, and whose weight counts once."""

from __future__ import annotations

import datetime
import html

import numpy as np
import numpy.typing as npt
from attrs import frozen

from stancekit.arrays import held_field
from stancekit.errors import UnknownNameError, nearest
from stancekit.measures.cohesion.indices import agreement_index, rice
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence

__all__ = ["BlocCohesion", "bloc", "counted_once"]

Floats = npt.NDArray[np.float64]


@frozen(kw_only=True, repr=False)
class BlocCohesion:
    """How a bloc and its members stand toward the claimants of one contest on one day.

    Attributes
    ----------
    bloc, contest : str
    date : datetime.date
    claimants : (T,) tuple of str
    members : (M,) tuple of str
        Who is surely a member that day.
    values : (M, T) float64
        The members' own positions, nan where they have none.
    absences : (M, T) tuple of tuple of Absence or None
        Why a member has no position; None where it has one.
    own : (T,) float64
        The bloc's own position, nan where it has none; it is never mixed with the members'.
    own_absences : (T,) tuple of Absence or None
    counts : (T, 3) int64
        Members for (value above 0), against (below 0) and neutral (0).
    agreement, rice : (T,) float64
        `agreement_index` and `rice` of the counts; nan if no member has a position.
    middle : (T,) float64
        The median of the members' positions; it is the majority's wherever more than half
        of those with a position take the same one.
    distances : (M, T) float64
        Distance of each member's position from ``middle``, in [0, 2]; nan where none.

    Examples
    --------
    See `bloc`.
    """

    bloc: str
    contest: str
    date: datetime.date
    claimants: tuple[str, ...]
    members: tuple[str, ...]
    values: Floats = held_field()
    absences: tuple[tuple[Absence | None, ...], ...]
    own: Floats = held_field()
    own_absences: tuple[Absence | None, ...]
    counts: npt.NDArray[np.int64] = held_field()
    agreement: Floats = held_field()
    rice: Floats = held_field()
    middle: Floats = held_field()
    distances: Floats = held_field()

    @property
    def observations(self) -> npt.NDArray[np.int64]:
        """Members with a position toward each claimant: ``(T,)``."""
        counted: npt.NDArray[np.int64] = self.counts.sum(axis=1)
        return counted

    def dissenters(self, claimant: str) -> tuple[str, ...]:
        """Members on another side (for, against, neutral) than the median member.

        Raises
        ------
        UnknownNameError
            If the contest has no such claimant.
        """
        if claimant not in self.claimants:
            near = nearest(claimant, self.claimants) or self.claimants
            raise UnknownNameError("claimant", claimant, near)
        column = self.claimants.index(claimant)
        side = np.sign(self.middle[column])
        apart = ~np.isnan(self.values[:, column]) & (np.sign(self.values[:, column]) != side)
        return tuple(member for member, out in zip(self.members, apart, strict=True) if out)

    def __repr__(self) -> str:
        told = ", ".join(
            f"{name}: agreement {index:.2f} (n={number})"
            for name, index, number in zip(
                self.claimants, self.agreement, self.observations, strict=True
            )
        )
        return f"BlocCohesion({self.bloc!r}, {len(self.members)} members; {told})"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.claimants)
        lines = [
            (self.bloc, self.own, self.own_absences),
            *zip(self.members, self.values, self.absences, strict=True),
        ]
        body = "".join(
            f"<tr><th>{html.escape(name)}</th>"
            + "".join(
                f"<td>{value:+g}</td>" if why is None else f"<td><i>{why}</i></td>"
                for value, why in zip(values, absences, strict=True)
            )
            + "</tr>"
            for name, values, absences in lines
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption>"
            f"<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def bloc(snapshot: Snapshot, code: str, contest: str) -> BlocCohesion:
    """How united a bloc's members are in a contest, beside what the bloc itself says.

    Parameters
    ----------
    snapshot : Snapshot
    code : str
        The bloc; its members are those whose membership surely holds that day.
    contest : str

    Returns
    -------
    BlocCohesion

    Raises
    ------
    UnknownNameError
        If the contest is not in the snapshot, or nobody there is a member of the bloc.

    Notes
    -----
    In a snapshot taken with a bloc rule that lets the bloc speak for its members, or the
    members for the bloc, the positions are those of the rule. A dissenting majority of
    heavy members counts as heads here: every member has one vote.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest, Membership
    >>> from stancekit.records.stance import Stance
    >>> states = ["DEU", "FRA", "ITA", "SVK"]
    >>> world = Dossier("case", actors=[*map(Actor, states), Actor("eu", kind="bloc")],
    ...     contests=[Contest("seat")], claimants=[Claimant("a", "seat")],
    ...     memberships=[Membership(state, "eu") for state in states],
    ...     stances=[Stance("DEU", "a", "recognises"), Stance("FRA", "a", "recognises"),
    ...              Stance("ITA", "a", "declared neutral")]).at("2019-04-30")
    >>> found = bloc(world, "eu", "seat")
    >>> found
    BlocCohesion('eu', 4 members; a: agreement 0.50 (n=3))
    >>> found.own, found.dissenters("a"), found.absences[3]
    (array([nan]), ('ITA',), (<Absence.UNKNOWN: 'unknown'>,))
    """
    rivals = tuple(name for name in snapshot.rivals(contest) if name in snapshot.targets)
    members = snapshot.members(code)
    if not members:
        blocs = sorted({m.bloc for m in snapshot.memberships})
        raise UnknownNameError("bloc with members that day", code, nearest(code, blocs) or blocs)

    def stand(actor: str) -> tuple[list[float], tuple[Absence | None, ...]]:
        if actor not in snapshot.actors:  # a bloc need not be an actor of its own
            return [np.nan] * len(rivals), (Absence.UNKNOWN,) * len(rivals)
        return (
            [snapshot.value(actor, rival) for rival in rivals],
            tuple(snapshot.absence(actor, rival) for rival in rivals),
        )

    stands = [stand(member) for member in members]
    values = np.array([value for value, _ in stands]).reshape(len(members), len(rivals))
    own, own_absences = stand(code)
    known = [column[~np.isnan(column)] for column in values.T]
    middle = np.array([np.median(column) if len(column) else np.nan for column in known])
    counts = np.array(
        [[(column > 0).sum(), (column < 0).sum(), (column == 0).sum()] for column in known],
        dtype=np.int64,
    ).reshape(len(rivals), 3)
    return BlocCohesion(
        bloc=code,
        contest=contest,
        date=snapshot.date,
        claimants=rivals,
        members=members,
        values=values,
        absences=tuple(absences for _, absences in stands),
        own=np.array(own, dtype=np.float64),
        own_absences=own_absences,
        counts=counts,
        agreement=agreement_index(*counts.T),
        rice=rice(counts[:, 0], counts[:, 1]),
        middle=middle,
        distances=np.abs(values - middle),
    )


def counted_once(snapshot: Snapshot, target: str) -> tuple[str, ...]:
    """Whose weight may be summed toward a target without counting anyone twice.

    All actors with a position toward it, but not a bloc of which some member (or member
    of a member) has a position of its own. So a bloc's weight counts only where it alone
    has spoken.

    Parameters
    ----------
    snapshot : Snapshot
    target : str

    Returns
    -------
    tuple of str

    Raises
    ------
    UnknownNameError
        If the snapshot has no such target.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest, Membership
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("DEU"), Actor("eu", kind="bloc")],
    ...     contests=[Contest("seat")], claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     memberships=[Membership("DEU", "eu")],
    ...     stances=[Stance("DEU", "a", "recognises"), Stance("eu", "a", "supports"),
    ...              Stance("eu", "b", "rejects")]).at("2019-04-30")
    >>> counted_once(world, "a"), counted_once(world, "b")
    (('DEU',), ('eu',))
    """
    if target not in snapshot.targets:
        raise UnknownNameError("target", target, nearest(target, snapshot.targets))
    known = ~np.isnan(snapshot.values[:, snapshot.targets.index(target)])
    spoken = {actor for actor, speaks in zip(snapshot.actors, known, strict=True) if speaks}
    inside: dict[str, set[str]] = {}
    for membership in snapshot.memberships:
        inside.setdefault(membership.bloc, set()).add(membership.member)

    def below(code: str, seen: set[str]) -> set[str]:
        for member in inside.get(code, set()) - seen:
            seen |= {member} | below(member, seen | {member})
        return seen

    return tuple(
        actor
        for actor in snapshot.actors
        if actor in spoken and not (below(actor, set()) - {actor}) & spoken
    )
