"""The records of one cell cut short on the eve of a day, and put back into a large table."""

from __future__ import annotations

import bisect
import datetime
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from stancekit.errors import InputError
from stancekit.records.columns import Column
from stancekit.records.dates import PartialDate
from stancekit.records.reversals import ABSENT
from stancekit.records.stance import Act, Ladder, Stance
from stancekit.records.stance_table import (
    ABSENCES,
    CHANNELS,
    STANCE_COLUMNS,
    Faults,
    StanceTable,
    stance_texts,
)
from stancekit.records.timeline import Timeline

__all__ = ["cell_rows", "cut_short", "spliced", "table_of", "until_the_eve"]

_DAY = datetime.timedelta(days=1)


def table_of(stances: Sequence[Stance], ladder: Ladder) -> tuple[StanceTable, NDArray[np.int64]]:
    """A table of a few stances, and which of them each of its rows was."""
    cells = list(zip(*map(stance_texts, stances), strict=True)) or [()] * len(STANCE_COLUMNS)
    faults = Faults()
    found = StanceTable.from_columns(
        dict(zip(STANCE_COLUMNS, map(Column.of, cells), strict=True)),
        ladder=ladder,
        sources={s.evidence.source.id: s.evidence.source for s in stances if s.evidence},
        locate=lambda row: repr(stances[row]),
        faults=faults,
    )
    faults.settle()
    assert found is not None
    return found


def cell_rows(table: StanceTable, actor: str, toward: str, channel: str) -> slice:
    """The rows of one actor toward one target in one channel; they stand together."""
    rows = slice(0, len(table))
    if actor not in table.names or toward not in table.names:
        return slice(0, 0)
    wanted = (
        (table.actor, table.names.index(actor)),
        (table.toward, table.names.index(toward)),
        (table.channel, [str(each) for each in CHANNELS].index(channel)),
    )
    for column, code in wanted:
        first, end = np.searchsorted(column[rows], [code, code + 1]).tolist()
        rows = slice(rows.start + first, rows.start + end)
    return rows


# -- one cell --------------------------------------------------------------------------------


def cut_short(record: Any, on: datetime.date | None) -> Any:
    """A record as it was before a day: ended on the eve; None if it surely began no earlier."""
    first = record.since.earliest if record.since else None
    if on is None or on == datetime.date.min or (first is not None and first >= on):
        return None
    return evolve(record, until=_no_later(record.until, on - _DAY))


def _no_later(until: PartialDate | None, day: datetime.date) -> PartialDate | datetime.date:
    """An end that is no later than a day, and otherwise as uncertain as it was."""
    if until is None or (until.earliest is not None and until.earliest >= day):
        return day
    if until.latest is not None and until.latest <= day:
        return until
    return PartialDate.parse(f"[{until.earliest or ''}..{day}]")


def until_the_eve(
    records: Sequence[Stance], on: datetime.date | None, added: Stance | None, ladder: Ladder
) -> list[Stance]:
    """The records of one cell such that none holds from a day on, and then the added one.

    What they come to on any earlier day stays the same. Acts reach back in time (a stance that
    is voided never had effect), so that records around which acts were done are, where need
    be, written as what they came to.

    Raises
    ------
    InputError
        If acts of open order make that impossible.
    """
    new = [] if added is None else [added]
    begun = [(i, cut) for i, r in enumerate(records) if (cut := cut_short(r, on)) is not None]
    if on is None or all(record.act is Act.TAKE for record in records):
        return [*dict.fromkeys(cut for _, cut in begun), *new]
    was, rows = table_of(records, ladder)
    line, place = Timeline(was), np.argsort(rows)
    for cuts in (begun, _written_out(records, line, place, on)):
        if _alike(records, line, place, cuts, added, on, ladder):
            return [*dict.fromkeys(cut for _, cut in cuts), *new]
    raise InputError(
        f"the records of {records[0].actor} toward {records[0].toward} ({records[0].channel}) "
        f"cannot end before {on} without changing what they come to earlier: the order of their "
        "acts is open; give their dates to the day"
    )


def _written_out(
    records: Sequence[Stance], line: Timeline, place: NDArray[np.int64], on: datetime.date
) -> list[tuple[int, Stance]]:
    """Each record as a plain stance: what it came to, for as long as it may have held."""
    found = []
    for i, record in enumerate(records):
        content, last = float(line.content[place[i]]), int(line.last[place[i]])
        last = min(last, on.toordinal() - 1)
        first = record.since.earliest if record.since else None
        if last < 1 or (first is not None and first.toordinal() > last):
            continue  # it never held before that day
        held: dict[str, Any] = {"value": content, "absence": None}
        if content >= ABSENT:
            held = {"value": None, "absence": ABSENCES[int(content - ABSENT)]}
        if record.act is not Act.TAKE or (record.absence, record.value) != (
            held["absence"],
            held["value"],
        ):
            record = evolve(record, act=Act.TAKE, degree=None, **held)
        until = _no_later(record.until, datetime.date.fromordinal(last))
        found.append((i, evolve(record, until=until)))
    return found


def _alike(
    records: Sequence[Stance],
    was: Timeline,
    place: NDArray[np.int64],
    cuts: Sequence[tuple[int, Stance]],
    added: Stance | None,
    on: datetime.date,
    ladder: Ladder,
) -> bool:
    """Do cut records come to the same on all earlier days, and leave the added one alone?"""
    distinct = list(dict.fromkeys(cut for _, cut in cuts)) + ([] if added is None else [added])
    table, rows = table_of(distinct, ladder)
    now, at = Timeline(table), np.argsort(rows)
    of = {i: int(at[distinct.index(cut)]) for i, cut in cuts}
    eve = on.toordinal() - 1
    if added is not None:
        own = int(at[-1])
        said = table.value[own] if table.absence[own] < 0 else ABSENT + table.absence[own]
        if now.undone[own] >= 0 or now.content[own] != said:
            return False
    for i in range(len(records)):
        row = int(place[i])
        last = min(int(was.last[row]), eve)
        never = was.since_lo[row] > last
        if i not in of:
            if not never:
                return False
            continue
        mine = of[i]
        if min(int(now.last[mine]), eve) != last and not (never and now.since_lo[mine] > eve):
            return False
        if never:
            continue
        sure = min(int(was.until_lo[row]), last), min(int(now.until_lo[mine]), last)
        if now.content[mine] != was.content[row] or sure[0] != sure[1]:
            return False
        if not _undone_alike(was, row, now, mine, of, records, place, eve):
            return False
    return True


def _undone_alike(
    was: Timeline,
    row: int,
    now: Timeline,
    mine: int,
    of: dict[int, int],
    records: Sequence[Stance],
    place: NDArray[np.int64],
    eve: int,
) -> bool:
    """Is a record that an act may have undone by some earlier day open then as it was?"""
    act = int(was.undone[row])
    if act < 0:
        return int(now.undone[mine]) < 0
    begins = max(int(was.since_hi[row]), int(was.since_lo[act]))
    ends = min(int(was.since_hi[act]) - 1, int(was.last[row]), eve)
    if begins > ends or was.since_lo[act] > was.since_hi[row]:
        return True  # no such day, or the order alone says so
    number = int(np.flatnonzero(place == act)[0])
    return number in of and int(now.undone[mine]) == of[number]


# -- the table -------------------------------------------------------------------------------


def _vocabulary(
    held: Sequence[Any], kept: NDArray[np.bool_], more: Sequence[Any], key: Callable[[Any], Any]
) -> tuple[tuple[Any, ...], NDArray[np.int32], NDArray[np.int32]]:
    """Two sorted vocabularies as one, and the places of both in it; -1 stays -1.

    The first may be long; only the words of the second are looked up.
    """
    whole = bool(kept.all())
    shown = tuple(held) if whole else tuple(itertools.compress(held, kept.tolist()))
    places: list[int] = []
    fresh: list[tuple[int, Any]] = []
    for word in more:
        at = bisect.bisect_left(shown, key(word), key=key)
        known = at < len(shown) and key(shown[at]) == key(word)
        places.append(at + len(fresh))
        if not known:
            fresh.append((at, word))
    words = list(shown)
    for at, word in reversed(fresh):
        words.insert(at, word)
    rank = np.where(kept, np.cumsum(kept) - 1, -1)
    before = np.array([at for at, _ in fresh], dtype=np.int64)
    rank = np.where(kept, rank + np.searchsorted(before, rank, side="right"), -1)
    old = np.append(rank, -1).astype(np.int32)
    return tuple(words), old, np.array([*places, -1], dtype=np.int32)


#: Which columns point into each vocabulary, and what its words are sorted by.
_WORDS: dict[str, tuple[tuple[str, ...], Callable[[Any], Any]]] = {
    "names": (("actor", "toward", "claimed_by"), str),
    "degrees": (("degree",), str),
    "dates": (("since", "until"), str),
    "sources": (("source",), lambda source: source.id),
    "chains": (("via",), lambda chain: chain),
    "notes": (("note",), str),
}
_PLAIN = ("channel", "value", "absence", "act", "confidence")


def spliced(table: StanceTable, gone: NDArray[np.bool_], added: StanceTable) -> StanceTable:
    """Take whole cells out of a table and put others in, without reading any text again.

    Parameters
    ----------
    table : StanceTable
    gone : (n,) bool
        Rows that go; of a cell either all or none.
    added : StanceTable
        Rows of cells that are not, or no longer, in the table.
    """
    kept = ~gone
    words: dict[str, tuple[Any, ...]] = {}
    held: dict[str, NDArray[Any]] = {}
    more: dict[str, NDArray[Any]] = {}
    for vocabulary, (columns, key) in _WORDS.items():
        known = getattr(table, vocabulary)
        used = np.zeros(len(known) + 1, dtype=bool)
        for name in columns:
            used[getattr(table, name)[kept]] = True
        words[vocabulary], old, new = _vocabulary(known, used[:-1], getattr(added, vocabulary), key)
        for name in columns:
            held[name] = old[getattr(table, name)[kept]]
            more[name] = new[getattr(added, name)]
    for name in _PLAIN:
        held[name], more[name] = getattr(table, name)[kept], getattr(added, name)

    def cell(columns: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
        wide = columns["actor"].astype(np.int64) * len(words["names"]) + columns["toward"]
        return np.asarray(wide * len(CHANNELS) + columns["channel"])

    places = np.searchsorted(cell(held), cell(more))
    parts: dict[str, Any] = dict(words)
    for name, column in held.items():
        parts[name] = np.insert(column, places, more[name])
        parts[name].setflags(write=False)
    return StanceTable(**parts)
