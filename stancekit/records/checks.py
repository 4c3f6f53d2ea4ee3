"""What is wrong between records: faults that are refused, and problems that are only reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.records.given import Records
from stancekit.records.stance import Act, Channel
from stancekit.records.stance_table import (
    ACTS,
    CHANNELS,
    FUTURE,
    PAST,
    Faults,
    StanceTable,
    day_bounds,
)
from stancekit.records.timeline import Timeline

__all__ = ["Problem", "reference_faults", "soft_problems"]

#: Reports of one kind are cut here, and counted from there on.
_MOST = 50


@frozen
class Problem:
    """Something legal that looks wrong.

    Attributes
    ----------
    table : str
        The table that it is about.
    row : int
        The record, counted from 0 in the dossier's own order.
    text : str
        What looks wrong.
    """

    table: str
    row: int
    text: str

    def __str__(self) -> str:
        return f"{self.table}[{self.row}]: {self.text}"


_KEYS: Mapping[str, Callable[[Any], tuple[Any, ...]]] = {
    "actors": lambda r: (r.code,),
    "contests": lambda r: (r.code,),
    "claimants": lambda r: (r.code,),
    "sources": lambda r: (r.id,),
    "memberships": lambda r: (r.member, r.bloc, r.since),
    "weights": lambda r: (r.actor, r.name, r.year),
}


def reference_faults(
    records: Mapping[str, Sequence[Any]],
    table: StanceTable,
    locate: Callable[[str, int], str],
    faults: Faults,
) -> None:
    """Note duplicates and references to nothing; ``locate(table, row)`` gives the place."""
    for name, key in _KEYS.items():
        first: dict[tuple[Any, ...], int] = {}
        for row, record in enumerate(records[name]):
            earlier = first.setdefault(key(record), row)
            if earlier != row:
                shown = " ".join(str(part) for part in key(record) if part is not None)
                faults.add(locate(name, row), f"{shown} is already in {locate(name, earlier)}")
    actors = {actor.code for actor in records["actors"]}
    contests = {contest.code for contest in records["contests"]}
    sources = {source.id for source in records["sources"]}
    entities = actors | {claimant.code for claimant in records["claimants"]}
    references = [
        ("memberships", "member", "actor", actors),
        ("memberships", "bloc", "actor", actors),
        ("memberships", "source", "source", sources),
        ("claimants", "contest", "contest", contests),
        ("claimants", "actor", "actor", actors),
        ("weights", "actor", "actor", actors),
        ("weights", "source", "source", sources),
    ]
    for name, column, what, known in references:
        for row, record in enumerate(records[name]):
            target = getattr(record, column)
            if target and target not in known:
                error = faults.unknown(what, target, known)
                kind = "an id" if what == "source" else "a code"
                accepted = f"(accepted: {kind} of the table {what}s)"
                faults.add(f"{locate(name, row)}, field {column}", f"{error} {accepted}")
    unknown = np.array([code not in entities for code in table.names] + [False], dtype=bool)
    for column in ("actor", "toward", "claimed_by") if unknown.any() else ():
        codes = getattr(table, column)
        for row in np.flatnonzero(unknown[codes]).tolist():
            code = table.names[codes[row]]
            error = faults.unknown("actor or claimant", code, entities)
            accepted = "(accepted: a code of the tables actors and claimants)"
            faults.add(f"{locate('stances', row)}, field {column}", f"{error} {accepted}")


#: A kind of problem, the records that have it, and what to say of each.
_Finding = tuple[str, Sequence[int], Callable[[int], str]]


def soft_problems(records: Records) -> tuple[Problem, ...]:
    """Collect what is legal but looks wrong; of each kind the first, and how many more."""
    found: list[Problem] = []
    for about, findings in (
        ("stances", _stance_findings(records)),
        ("contests", _contest_findings(records)),
        ("memberships", _membership_findings(records)),
    ):
        for kind, rows, tell in findings:
            for row in rows[:_MOST]:
                shown = f" ({records.table[row]!r})" if about == "stances" else ""
                found.append(Problem(about, row, f"{kind}: {tell(row)}{shown}"))
            if len(rows) > _MOST:
                text = f"{kind}: {len(rows) - _MOST} more like this"
                found.append(Problem(about, rows[_MOST], text))
    return tuple(found)


def _lives(records: Sequence[Any], names: tuple[str, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    """First and last day number of each name's life, open where it is no such record."""
    place = {name: index for index, name in enumerate(names)}
    first, last = np.full(len(names), PAST), np.full(len(names), FUTURE)
    for record in records:
        if (index := place.get(record.code)) is not None:
            first[index] = day_bounds(record.since)[0]
            last[index] = day_bounds(record.until, end=True)[1]
    return first, last


def _stance_findings(records: Records) -> Iterator[_Finding]:
    table, timeline = records.table, records.timeline
    claims = {claimant.code: claimant for claimant in records.claimants}
    actors = {actor.code: actor for actor in records.actors}
    rivals = _lives(records.claimants, table.names)
    others = [actor for actor in records.actors if actor.code not in claims]
    dated = table.since >= 0

    def early(first: NDArray[Any]) -> list[int]:
        return np.flatnonzero(dated & (timeline.since_hi < first)).tolist()

    def late(last: NDArray[Any]) -> list[int]:
        return np.flatnonzero(timeline.since_lo > last).tolist()

    def life(column: NDArray[Any], records: Mapping[str, Any]) -> Callable[[int], str]:
        def tell(row: int) -> str:
            code = table.names[column[row]]
            return f"{code}: {records[code].span}"

        return tell

    claim = life(table.toward, claims)
    yield "stance before its claimant", early(rivals[0][table.toward]), claim
    yield "stance after its claimant", late(rivals[1][table.toward]), claim
    for what, column, alive in (
        ("actor", table.actor, _lives(records.actors, table.names)),
        ("target", table.toward, _lives(others, table.names)),
    ):
        outside = sorted({*early(alive[0][column]), *late(alive[1][column])})
        yield f"stance outside its {what}'s life", outside, life(column, actors)
    nobody = (table.channel == CHANNELS.index(Channel.REPORTED)) & (table.claimed_by < 0)
    yield (
        "report by nobody",
        np.flatnonzero(nobody).tolist(),
        lambda row: "claimed_by does not say who says so",
    )
    yield (
        "stance without a source",
        np.flatnonzero(table.source < 0).tolist(),
        lambda row: "no source is given",
    )
    yield (
        "act on nothing",
        _baseless(table, timeline),
        lambda row: f"there is nothing before it to {ACTS[table.act[row]]}",
    )


def _baseless(table: StanceTable, timeline: Timeline) -> list[int]:
    """Acts that come before anything that they could act on.

    What another reports, dated or not, may act on what the actor itself says in any channel.
    """
    if not len(table):
        return []
    fresh = np.ones(len(table), dtype=bool)
    fresh[1:] = (np.diff(table.actor) != 0) | (np.diff(table.toward) != 0)
    cell, cells = np.cumsum(fresh) - 1, np.flatnonzero(fresh)
    reported = table.channel == CHANNELS.index(Channel.REPORTED)

    def first_of(*acts: Act) -> NDArray[Any]:
        """The first day on which such an act may be, for each row's group, or cell if reported."""
        kind = np.isin(table.act, [ACTS.index(act) for act in acts])
        day = np.where(kind, timeline.since_lo, FUTURE)
        in_group = np.minimum.reduceat(day, timeline.starts)[timeline.group]
        in_cell: NDArray[Any] = np.minimum.reduceat(day, cells)[cell]
        return np.where(reported, in_cell, in_group)

    rescind, take = ACTS.index(Act.RESCIND), ACTS.index(Act.TAKE)
    when = np.where(reported & (table.since < 0), FUTURE - 1, timeline.since_hi)
    baseless = (table.act != take) & (first_of(Act.TAKE) > when)
    interrupted = first_of(Act.SUSPEND, Act.WITHDRAW) <= when
    baseless |= (table.act == rescind) & ~interrupted
    return np.flatnonzero(baseless).tolist()


def _contest_findings(records: Records) -> Iterator[_Finding]:
    rivals = Counter(claimant.contest for claimant in records.claimants)
    codes = [contest.code for contest in records.contests]
    yield (
        "lone claimant",
        [row for row, code in enumerate(codes) if rivals[code] < 2],
        lambda row: f"{codes[row]} has {rivals[codes[row]]} claimants; a contest has two or more",
    )


def _membership_findings(records: Records) -> Iterator[_Finding]:
    """Memberships of one pair that surely overlap; sorted, so such pairs stand together."""
    held = records.memberships
    spans = [(*day_bounds(m.since), *day_bounds(m.until, end=True)) for m in held]
    again = []
    for row in range(1, len(held)):
        one, other = held[row - 1], held[row]
        if (one.member, one.bloc) == (other.member, other.bloc):
            (_, begun, left, _), (_, joined, gone, _) = spans[row - 1], spans[row]
            if max(begun, joined) <= min(left, gone):
                again.append(row)
    yield (
        "overlapping membership",
        again,
        lambda row: f"{held[row].member} joins {held[row].bloc} again before it has left",
    )
