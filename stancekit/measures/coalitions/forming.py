"""Who recognises whom: the coalitions of a contest, and everyone who is in none, by reason."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from numbers import Real
from types import MappingProxyType

import numpy as np
from attrs import frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.measures.coalitions.weighing import Shares, shares_of
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import RECOGNITION, Absence

__all__ = ["Coalitions", "above", "recognition", "support"]

#: From the most telling kind of absence to the least: what is said of an actor whose cells
#: toward several claimants are absent for several reasons.
_TELLING = (
    Absence.DIVIDED,
    Absence.SUSPENDED,
    Absence.WITHDRAWN,
    Absence.NOT_APPLICABLE,
    Absence.NO_STATEMENT,
    Absence.ABSENT,
    Absence.UNKNOWN,
    Absence.NOT_YET,
)


@frozen(repr=False)
class Coalitions(Mapping[str, tuple[str, ...]]):
    """The coalitions of one contest on one day: a mapping from claimant to actors.

    Every actor but the claimants of the contest (and the actors behind them) stands in exactly
    one of: a coalition (or several), ``leaning``, ``neutral``, ``opposed``, or one kind of
    ``absent``. Claimants of other contests count where they are actors too.

    Attributes
    ----------
    contest : str
    threshold : float
        The least value that makes a member; a value of 0 never does.
    coalitions : tuple of (str, tuple of str)
        Claimant and sorted codes of its coalition.
    leaning : tuple of str
        In no coalition, with a value above 0 toward some claimant.
    neutral : tuple of str
        In no coalition, leaning to none, with a value of 0 toward some claimant.
    opposed : tuple of str
        Known only to be against some claimant, and for none.
    absent : mapping of Absence to tuple of str
        No value toward any claimant, by the most telling kind of absence.
    contradictory : tuple of str
        In the coalitions of two rivals although the contest is exclusive and not over.
    observations : int
        Actors with a value toward some claimant.
    """

    contest: str
    threshold: float
    coalitions: tuple[tuple[str, tuple[str, ...]], ...]
    leaning: tuple[str, ...]
    neutral: tuple[str, ...]
    opposed: tuple[str, ...]
    absences: tuple[tuple[Absence, tuple[str, ...]], ...]
    contradictory: tuple[str, ...]
    observations: int
    snapshot: Snapshot

    def __getitem__(self, claimant: str) -> tuple[str, ...]:
        found = dict(self.coalitions)
        if claimant not in found:
            raise UnknownNameError("claimant", claimant, nearest(claimant, found) or found)
        return found[claimant]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.coalitions))

    def __len__(self) -> int:
        return len(self.coalitions)

    @property
    def by_actor(self) -> Mapping[str, tuple[str, ...]]:
        """The claimants in whose coalitions each member of any is: a structure to compare."""
        found: dict[str, tuple[str, ...]] = {}
        for claimant, group in self.coalitions:
            for actor in group:
                found[actor] = (*found.get(actor, ()), claimant)
        return MappingProxyType(dict(sorted(found.items())))

    @property
    def everyone(self) -> tuple[str, ...]:
        """All actors that are in a coalition or outside, sorted."""
        return tuple(sorted({actor for _, group in self._groups() for actor in group}))

    @property
    def absent(self) -> Mapping[Absence, tuple[str, ...]]:
        """Those without any value, by kind of absence; every kind is a key."""
        return MappingProxyType(dict(self.absences))

    def shares(self, weight: str) -> Shares:
        """How heavy the coalitions are.

        The share of a claimant is the sum of the weights of its coalition over the sum of
        all known weights, with a standard error by the delta method. An actor without a
        weight is in no share and is listed as missing.

        Raises
        ------
        UnknownNameError
            If the snapshot has no weight of this name.
        """
        groups = self._groups()
        return shares_of(self.snapshot, weight, groups[: len(self)], groups[len(self) :])

    def _groups(self) -> list[tuple[str, tuple[str, ...]]]:
        outside = [("leaning", self.leaning), ("neutral", self.neutral), ("opposed", self.opposed)]
        return [*self.coalitions, *outside, *((str(kind), who) for kind, who in self.absences)]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{claimant}: {len(group)}" for claimant, group in self.coalitions)
        return f"Coalitions({self.contest!r}, {sizes}, from {self.observations} known)"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(str(name))}</th><td>{len(group)}</td>"
            f"<td>{html.escape(', '.join(group))}</td></tr>"
            for name, group in self._groups()
            if group
        )
        return f"<table><caption>{html.escape(repr(self))}</caption><tbody>{rows}</tbody></table>"


def recognition(snapshot: Snapshot, contest: str) -> Coalitions:
    """Who recognises whom: coalitions of the actors with a value of at least 0.75.

    Raises
    ------
    UnknownNameError
        If there is no such contest.

    Examples
    --------
    Neutral is a stance, unknown is not.

    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("DNK"), Actor("MEX"), Actor("NOR")],
    ...     contests=[Contest("seat")], claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises"), Stance("MEX", "a", "declared neutral")]
    ... ).at("2019-04-30")
    >>> found = recognition(world, "seat")
    >>> found["a"], found["b"], found.neutral, found.absent[Absence.UNKNOWN]
    (('DNK',), (), ('MEX',), ('NOR',))
    """
    return above(snapshot, contest, RECOGNITION)


def support(snapshot: Snapshot, contest: str) -> Coalitions:
    """Who is for whom: coalitions of the actors with any value above 0.

    Incumbents are seldom recognised anew, so support shows who backs them.

    Raises
    ------
    UnknownNameError
        If there is no such contest.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("CUB")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("CUB", "a", "supports")]).at("2019-04-30")
    >>> support(world, "seat")["a"], recognition(world, "seat")["a"]
    (('CUB',), ())
    """
    return above(snapshot, contest, 0.0)


def above(snapshot: Snapshot, contest: str, threshold: float) -> Coalitions:
    """Coalitions of the actors whose value is above 0 and at least ``threshold``.

    Raises
    ------
    UnknownNameError
        If there is no such contest.
    InputError
        If the threshold lies outside [0, 1].

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Contest
    >>> above(Dossier("empty", contests=[Contest("seat")]).at("2019-04-30"), "seat", 0.5)
    Coalitions('seat', , from 0 known)
    """
    if not (isinstance(threshold, Real) and 0 <= threshold <= 1):
        raise InputError(f"threshold={threshold!r} is no number in [0, 1]")
    held = snapshot.contest(contest)
    exclusive = held.exclusive and held.span.covers(snapshot.date) is not False
    rivals = [rival for rival in snapshot.rivals(contest) if rival in snapshot.targets]
    columns = [snapshot.targets.index(rival) for rival in rivals]
    claimants = [c for c in snapshot.claimants if c.contest == contest]
    apart = {c.code for c in claimants} | {c.actor for c in claimants}
    listed = {actor.code for actor in snapshot.actor_records}
    members: dict[str, list[str]] = {rival: [] for rival in rivals}
    outside: dict[str, list[str]] = {"leaning": [], "neutral": [], "opposed": []}
    absent: dict[Absence, list[str]] = {kind: [] for kind in Absence}
    contradictory, observations = [], 0
    kinds = tuple(Absence)
    for row, actor in enumerate(snapshot.actors):
        if actor in apart or actor not in listed:
            continue
        values = snapshot.values[row, columns]
        known = ~np.isnan(values)
        if not known.any():
            why = {kinds[code] for code in snapshot.absences[row, columns].tolist()}
            absent[next((k for k in _TELLING if k in why), Absence.UNKNOWN)].append(actor)
            continue
        observations += 1
        for_whom = [
            rival
            for rival, value in zip(rivals, values.tolist(), strict=True)
            if value > 0 and value >= threshold
        ]
        for rival in for_whom:
            members[rival].append(actor)
        if len(for_whom) > 1 and exclusive:
            contradictory.append(actor)
        if not for_whom:
            best = np.nanmax(values)
            outside["leaning" if best > 0 else "neutral" if best == 0 else "opposed"].append(actor)
    return Coalitions(
        contest,
        threshold,
        tuple((rival, tuple(sorted(group))) for rival, group in members.items()),
        tuple(sorted(outside["leaning"])),
        tuple(sorted(outside["neutral"])),
        tuple(sorted(outside["opposed"])),
        tuple((kind, tuple(sorted(group))) for kind, group in absent.items()),
        tuple(sorted(contradictory)),
        observations,
        snapshot,
    )
