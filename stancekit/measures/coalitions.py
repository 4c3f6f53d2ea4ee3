"""Who recognises whom: the coalitions of a contest, and everyone who is in none, by reason."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping
from numbers import Real
from types import MappingProxyType

import numpy as np
from attrs import field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import RECOGNITION, Absence

__all__ = ["Coalitions", "Shares", "above", "recognition", "support"]

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
class Shares(Mapping[str, float]):
    """How heavy each coalition is, as a share of all actors whose weight is known.

    An actor of whom nothing is known, not even a weight, changes nothing but ``missing``; one
    with a weight and no stance adds to ``unknown`` and to the total, so that the shares of the
    others fall in one proportion.

    Attributes
    ----------
    weight : str
        The name of the weight.
    shares : tuple of (str, float)
        Claimant and share, in [0, 1]; nan where no weight is known.
    others : tuple of (str, float)
        The shares of those outside every coalition: ``leaning``, ``neutral``, ``opposed``,
        and each kind of absence. An actor in two coalitions counts in both.
    observations : int
        Actors whose weight is known.
    missing : tuple of str
        Actors without a weight; they are in no share.
    total : float
        The sum of the known weights, in the unit of the weight.
    years : tuple of int
        First and last year of the weights that were used.
    reason : str
        Why the shares are nan; empty where they are numbers.
    """

    weight: str
    shares: tuple[tuple[str, float], ...] = field(eq=repr)  # by repr nan equals nan
    others: tuple[tuple[str, float], ...] = field(eq=repr)
    observations: int
    missing: tuple[str, ...]
    total: float
    years: tuple[int, ...]
    reason: str = ""

    def __getitem__(self, claimant: str) -> float:
        found = dict(self.shares)
        if claimant not in found:
            raise UnknownNameError("claimant", claimant, nearest(claimant, found) or found)
        return found[claimant]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.shares))

    def __len__(self) -> int:
        return len(self.shares)

    def __repr__(self) -> str:
        told = ", ".join(f"{claimant}: {share:.3f}" for claimant, share in self.shares)
        return f"Shares({self.weight!r}, {told or 'no claimant'}, from {self.observations} known)"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{share:.1%}</td></tr>"
            for name, share in (*self.shares, *self.others)
            if share != 0
        )
        return f"<table><caption>{html.escape(repr(self))}</caption><tbody>{rows}</tbody></table>"


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
    def absent(self) -> Mapping[Absence, tuple[str, ...]]:
        """Those without any value, by kind of absence; every kind is a key."""
        return MappingProxyType(dict(self.absences))

    def shares(self, weight: str) -> Shares:
        """How heavy the coalitions are.

        The share of a claimant is the sum of the weights of its coalition over the sum of
        all known weights. An actor without a weight is in no share and is listed as missing.

        Raises
        ------
        UnknownNameError
            If the snapshot has no weight of this name.
        """
        snapshot = self.snapshot
        if weight not in snapshot.weights:
            names = list(snapshot.weights)
            raise UnknownNameError("weight", weight, nearest(weight, names) or names)
        column = snapshot.weights[weight]
        rows = {code: row for row, code in enumerate(snapshot.actors)}
        counted = sorted({a for _, group in self._groups() for a in group})
        heavy = {a: float(column.values[rows[a]]) for a in counted}
        known = {a: value for a, value in heavy.items() if not math.isnan(value)}
        total = math.fsum(known.values())
        years = [int(column.years[rows[a]]) for a in known]

        def share(group: tuple[str, ...]) -> float:
            held = math.fsum(known.get(a, 0.0) for a in group)
            return held / total if total > 0 else float("nan")

        return Shares(
            weight,
            tuple((claimant, share(group)) for claimant, group in self.coalitions),
            tuple((str(name), share(group)) for name, group in self._groups()[len(self) :]),
            len(known),
            tuple(a for a in counted if a not in known),
            total,
            (min(years), max(years)) if years else (),
            "" if total > 0 else f"no actor has a {weight} above 0",
        )

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
