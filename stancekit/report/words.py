"""Sections, and the words in which days, positions and records are told."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from stancekit.records.dates import PartialDate, Span
from stancekit.records.entries import name_key
from stancekit.records.model import ActorKind
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence, Act, Stance

__all__ = [
    "SAID",
    "Passage",
    "Reader",
    "Section",
    "by_name",
    "day_order",
    "lasting",
    "source_of",
    "spelled",
    "told_of",
    "when",
]


@frozen
class Section:
    """One part of a brief: paragraphs, then points.

    >>> Section("Contradictions", ("None.",)).points
    ()
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@frozen
class Passage:
    """A section, the same content as plain values, and the records that it cites."""

    section: Section
    content: Any = field(repr=False)
    cited: tuple[Stance, ...] = field(default=(), repr=False)


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

#: What is said where there is no value, by the reason.
SAID = {
    Absence.UNKNOWN: "unknown",
    Absence.NO_STATEMENT: "no statement",
    Absence.ABSENT: "absent from the vote",
    Absence.NOT_APPLICABLE: "not applicable (give no such recognition)",
    Absence.NOT_YET: "not there that day",
    Absence.DIVIDED: "divided",
    Absence.SUSPENDED: "suspended",
    Absence.WITHDRAWN: "withdrew",
}


def spelled(day: datetime.date) -> str:
    """Write a day in words, the same in every locale.

    >>> spelled(datetime.date(2019, 4, 30))
    '30 April 2019'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def when(date: PartialDate | None) -> str:
    """A partial date without its notation, to stand behind "since"."""
    if date is None:
        return "an unknown day"
    if date.precision == "range":
        first, last = date.text[1:-1].split("..")
        if first and last:
            return f"a day from {first} to {last}"
        return f"{first} or later" if first else f"{last} or earlier"
    about = {"": "", "~": "about ", "?": "perhaps ", "%": "perhaps about "}[date.qualifier]
    return about + date.text.rstrip("~?%")


def lasting(span: Span) -> str:
    """A span in words; empty where both ends are open."""
    since = f"from {when(span.since)}" if span.since else ""
    until = f"until {when(span.until)}" if span.until else ""
    return " ".join(part for part in (since, until) if part)


def source_of(stance: Stance | None) -> str:
    """The id of the source of a record; empty where there is none."""
    return stance.evidence.source.id if stance is not None and stance.evidence else ""


def told_of(stance: Stance, names: Mapping[str, str]) -> str:
    """One record in words: what, since when, who says so, through whom, how far trusted."""
    what = stance.position if stance.absence is None else SAID[stance.absence]
    what = what if stance.act is Act.TAKE else f"{stance.act}s"
    parts = [f"since {when(stance.since)}"] if stance.since else []
    parts += [f"says {names[stance.claimed_by]}"] if stance.claimed_by else []
    if stance.evidence is not None:
        trust = stance.evidence.confidence
        parts.append(" > ".join(stance.evidence.chain) + ("" if trust is None else f", {trust:g}"))
    return f"{what} ({'; '.join(parts)})" if parts else what


@frozen
class Reader:
    """A snapshot with names at hand."""

    world: Snapshot
    names: Mapping[str, str]
    states: frozenset[str]

    @classmethod
    def of(cls, world: Snapshot) -> Reader:
        """Look up the names and the states of a snapshot once."""
        names = {actor.code: actor.name for actor in world.actor_records}
        names |= {claimant.code: claimant.name for claimant in world.claimants}
        states = {a.code for a in world.actor_records if a.kind is ActorKind.STATE}
        return cls(world, names, frozenset(states))

    def listed(self, codes: Iterable[str]) -> str:
        """Names in alphabetical order."""
        return ", ".join(sorted((self.names[code] for code in codes), key=by_name))

    def split(self, codes: Iterable[str]) -> tuple[list[str], list[str]]:
        """States, and others."""
        held = list(codes)
        return [c for c in held if c in self.states], [c for c in held if c not in self.states]

    def position(self, actor: str, target: str) -> str:
        """One cell in words."""
        absence = self.world.absence(actor, target)
        if absence is not None:
            return SAID[absence]
        stance = self.world.stance(actor, target)
        value = self.world.value(actor, target)
        if stance is not None and stance.degree and stance.value == value:
            return stance.degree
        if stance is None:
            return f"value {value:+g} by the bloc rule"
        return f"stands again ({value:+g})" if stance.act is Act.RESCIND else f"value {value:+g}"


def by_name(name: str) -> tuple[str, str]:
    """Sort names without regard to case and accents."""
    return name_key(name), name


def day_order(since: str | None) -> tuple[str, str]:
    """Sort days by the last day that each may be; no day at all comes last."""
    if since is None:
        return ("9999-99", "")
    date = PartialDate.parse(since)
    return (date.latest.isoformat() if date.latest else "9999-98", since)
