"""What is wrong between records: faults that are refused, and problems that are only reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from stancekit.errors import UnknownNameError, nearest
from stancekit.records.stance import Act, Channel
from stancekit.records.stance_table import ACTS, CHANNELS, Faults, StanceTable, day_bounds
from stancekit.records.timeline import Timeline

if TYPE_CHECKING:
    from stancekit.records.dossier import Dossier

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
                error = UnknownNameError(what, target, nearest(target, known))
                faults.add(f"{locate(name, row)}, field {column}", error)
    for index, code in enumerate(table.names):
        if code in entities:
            continue
        error = UnknownNameError("actor or claimant", code, nearest(code, entities))
        for column in ("actor", "toward", "claimed_by"):
            for row in np.flatnonzero(getattr(table, column) == index)[:5].tolist():
                faults.add(f"{locate('stances', row)}, field {column}", error)


def soft_problems(dossier: Dossier, table: StanceTable, timeline: Timeline) -> tuple[Problem, ...]:
    """Collect what is legal but looks wrong."""
    found = [*_stance_problems(dossier, table, timeline), *_case_problems(dossier)]
    kinds = Counter(kind for kind, _ in found)
    kept: list[Problem] = []
    seen: Counter[str] = Counter()
    for kind, problem in found:
        seen[kind] += 1
        if seen[kind] <= _MOST:
            kept.append(problem)
        elif seen[kind] == _MOST + 1:
            rest = kinds[kind] - _MOST
            kept.append(Problem(problem.table, problem.row, f"{kind}: {rest} more like this"))
    return tuple(kept)


def _stance_problems(
    dossier: Dossier, table: StanceTable, timeline: Timeline
) -> Iterator[tuple[str, Problem]]:
    def problem(kind: str, row: int, text: str) -> tuple[str, Problem]:
        return kind, Problem("stances", row, f"{kind}: {text} ({table[row]!r})")

    place = {name: index for index, name in enumerate(table.names)}
    for claimant in dossier.claimants:
        if claimant.code not in place:
            continue
        rows = table.toward == place[claimant.code]
        first, _ = day_bounds(claimant.since)
        _, last = day_bounds(claimant.until, end=True)
        for row in np.flatnonzero(rows & (timeline.since_hi < first) & (table.since >= 0)).tolist():
            yield problem(
                "stance before its claimant", row, f"{claimant.code} claims since {claimant.since}"
            )
        for row in np.flatnonzero(rows & (timeline.since_lo > last)).tolist():
            yield problem(
                "stance after its claimant", row, f"{claimant.code} claimed until {claimant.until}"
            )
    for actor in dossier.actors:
        if actor.code not in place or (actor.since is None and actor.until is None):
            continue
        rows = table.actor == place[actor.code]
        first, _ = day_bounds(actor.since)
        _, last = day_bounds(actor.until, end=True)
        outside = (timeline.since_hi < first) & (table.since >= 0) | (timeline.since_lo > last)
        for row in np.flatnonzero(rows & outside).tolist():
            yield problem("stance outside its actor's life", row, f"{actor.code}: {actor.span}")
    reported = table.channel == CHANNELS.index(Channel.REPORTED)
    for row in np.flatnonzero(reported & (table.claimed_by < 0)).tolist():
        yield problem("report by nobody", row, "claimed_by does not say who says so")
    for row in np.flatnonzero(table.source < 0).tolist():
        yield problem("stance without a source", row, "no source is given")
    takes = table.act == ACTS.index(Act.TAKE)
    for row in np.flatnonzero(~takes).tolist():
        group = timeline.rows(int(timeline.group[row]))
        if not takes[group.start : row].any():
            yield problem("act on nothing", row, f"no stance is taken before the {table[row].act}")


def _case_problems(dossier: Dossier) -> Iterator[tuple[str, Problem]]:
    for row, contest in enumerate(dossier.contests):
        rivals = [c.code for c in dossier.claimants if c.contest == contest.code]
        if len(rivals) < 2:
            text = f"{contest.code} has {len(rivals)} claimants; a contest has two or more"
            yield "lone claimant", Problem("contests", row, text)
    for row, membership in enumerate(dossier.memberships):
        for other in dossier.memberships[row + 1 :]:
            if (other.member, other.bloc) != (membership.member, membership.bloc):
                break  # sorted: the same pair stands together
            if membership.until is None or membership.until.before(other.since or "9999") is False:
                text = f"{other.member} joins {other.bloc} again before it has left"
                yield "overlapping membership", Problem("memberships", row + 1, text)
