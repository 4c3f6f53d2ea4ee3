"""Time: which record of each actor, target and channel holds on a day, and where records clash."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.records.policies import Candidate, Cell, Policy, latest
from stancekit.records.reversals import ABSENT, replayed
from stancekit.records.stance import Absence, Act, Channel, Stance
from stancekit.records.stance_table import (
    ABSENCES,
    ACTS,
    CHANNELS,
    FUTURE,
    PAST,
    StanceTable,
    day_bounds,
)

__all__ = ["Conflict", "Standing", "Timeline"]

_UNKNOWN = ABSENT + ABSENCES.index(Absence.UNKNOWN)
_SILENCE = tuple(ABSENT + ABSENCES.index(kind) for kind in (Absence.UNKNOWN, Absence.NO_STATEMENT))
_GIVEN_UP = tuple(ABSENT + ABSENCES.index(kind) for kind in (Absence.SUSPENDED, Absence.WITHDRAWN))
_REPORTED = CHANNELS.index(Channel.REPORTED)
_RECOGNITION = CHANNELS.index(Channel.RECOGNITION)
_TAKE = ACTS.index(Act.TAKE)

#: More than the distance of any two day numbers, open ends included.
_AGE = 2**33


@frozen
class Conflict:
    """Records of one actor toward one target that cannot all be right.

    Attributes
    ----------
    kind : str
        ``value``: sources disagree and it is not known which came later; ``date``: they
        agree on a recognition but not on its day; ``disputed``: another denies what the
        actor itself says.
    stances : tuple of Stance
        The records, in order of time; what another reports comes last.
    winner : Stance or None
        What the policy chose on the day that was asked about; None where it chose none, or
        no day was asked about.
    losers : tuple of Stance
        Those of the records that say something else than the winner.
    """

    kind: str
    stances: tuple[Stance, ...]
    winner: Stance | None = None
    losers: tuple[Stance, ...] = ()

    @property
    def actor(self) -> str:
        """Whose stance it is."""
        return self.stances[0].actor

    @property
    def toward(self) -> str:
        """Toward whom."""
        return self.stances[0].toward

    def __str__(self) -> str:
        sides = "; ".join(
            f"{s.position} ({s.evidence.source.id if s.evidence else 'no source'}, {s.since})"
            for s in self.stances
        )
        return f"{self.actor} toward {self.toward}, {self.kind}: {sides}"


@frozen(eq=False)
class Standing:
    """What holds on one day, one entry an actor, target and channel with anything on record.

    Attributes
    ----------
    group : (k,) int64
        Which group of the timeline.
    row : (k,) int64
        The record that holds, -1 where that is open.
    content : (k,) float64
        What it says: a value, or an absence as 2 plus its place.
    candidate : (n,) bool
        Of all records, those that may hold.
    """

    group: NDArray[np.int64]
    row: NDArray[np.int64]
    content: NDArray[np.float64]
    candidate: NDArray[np.bool_]


class Timeline:
    """The records of a table, grouped by actor, target and channel, in order of time.

    A record may hold from the first day on which it may begin until the last on which it may
    end; until a record that surely comes after it has surely begun; or until an act that
    undoes it has surely happened. Records whose order is not known stand beside one another,
    and a policy chooses; where a later one may or may not have begun, the answer is unknown.
    What different speakers report about an actor never replaces one another. A source that
    knows of no statement neither replaces nor contradicts one that does.

    Attributes
    ----------
    table : StanceTable
    starts : (k,) int64
        The first row of each group.
    group : (n,) int64
        The group of each row.
    content : (n,) float64
        What each record says once reversals are worked out: a value, or an absence as 2
        plus its place in ``tuple(Absence)``.
    undone : (n,) int64
        The row of the act that undid the record, -1 for none.
    since_lo, since_hi, until_lo, until_hi : (n,) int64
        First and last day number on which a record may begin, and may end.
    silent : (n,) bool
        Records that say only that nothing is known or was said.
    last : (n,) int64
        The last day number on which a record may hold.
    """

    def __init__(self, table: StanceTable) -> None:
        self.table = table
        fresh = np.ones(len(table), dtype=bool)
        columns = (table.actor, table.toward, table.channel)
        fresh[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
        self.starts = np.flatnonzero(fresh)
        self.group = np.cumsum(fresh) - 1
        bounds = (bound.astype(np.int64) for bound in table.bounds())
        self.since_lo, self.since_hi, self.until_lo, self.until_hi = bounds
        self.content = np.where(table.absence >= 0, ABSENT + table.absence, table.value)
        self.undone = np.full(len(table), -1, dtype=np.int64)
        order, voice = self._voices()
        self._replay(order, voice)
        self.silent = np.isin(self.content, _SILENCE)
        self.last = self._last_days(order, voice)
        for array in vars(self).values():
            if isinstance(array, np.ndarray):
                array.setflags(write=False)

    def _voices(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows sorted by who speaks, and the number of each such row's voice."""
        reported = self.table.channel == _REPORTED
        speaker = np.where(reported, self.table.claimed_by, -1)
        order = np.arange(len(self.table))
        if reported.any():
            order = np.lexsort((speaker, self.group))
        fresh = np.ones(len(order), dtype=bool)
        fresh[1:] = np.diff(self.group[order]) != 0
        fresh[1:] |= np.diff(speaker[order]) != 0
        return order, np.cumsum(fresh) - 1

    def _replay(self, order: NDArray[np.int64], voice: NDArray[np.int64]) -> None:
        """Work out the acts, for the voices that have any."""
        acting = np.unique(voice[self.table.act[order] != _TAKE])
        firsts = np.searchsorted(voice, acting, side="left").tolist()
        ends = np.searchsorted(voice, acting, side="right").tolist()
        columns = (self.table.act, self.content, self.since_lo, self.since_hi)
        for first, end in zip(firsts, ends, strict=True):
            rows = order[first:end]
            said, undone = replayed(*(column[rows].tolist() for column in columns))
            self.content[rows] = said
            for place, act in undone.items():
                self.undone[rows[place]] = rows[act]

    def _last_days(self, order: NDArray[np.int64], voice: NDArray[np.int64]) -> NDArray[np.int64]:
        """The last day on which each record may hold."""
        lo, hi = self.since_lo[order] - PAST, self.since_hi[order] - PAST
        # silence replaces nothing: as if it never surely began
        sure_from = voice * _AGE + np.where(self.silent[order], _AGE, hi)
        by_lo = np.argsort(voice * _AGE + lo, kind="stable")  # nearly sorted: fast
        begin = voice[by_lo] * _AGE + lo[by_lo]
        # of this and all later beginnings of the same voice, the one that is sure first
        sure = np.minimum.accumulate(sure_from[by_lo][::-1])[::-1]
        after = np.searchsorted(begin, voice * _AGE + hi, side="right")
        next_sure = np.append(sure, np.iinfo(np.int64).max)[after] - voice * _AGE
        last = self.until_hi.copy()
        last[order] = np.minimum(
            last[order], np.where(next_sure < _AGE, next_sure + PAST - 1, FUTURE)
        )
        undone = self.undone >= 0
        last[undone] = np.minimum(last[undone], self.since_hi[self.undone[undone]] - 1)
        return last

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """Equal for rows of a group that nothing ranks: neither time, trust nor publication."""
        table = self.table
        published = np.array([*(day_bounds(s.date)[1] for s in table.sources), PAST])[table.source]
        trust = np.nan_to_num(table.confidence, nan=-1.0)
        apart = np.ones(len(table), dtype=bool)
        keys = (self.group, self.since_hi, self.since_lo, trust, published)
        apart[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
        return np.cumsum(apart)

    @cached_property
    def origin(self) -> NDArray[np.int64]:
        """A number for who said it first, equal for records of one origin; 0 where no source is."""
        table = self.table
        numbers: dict[str, int] = {"": 0}
        heads = [numbers.setdefault(chain[0], len(numbers)) for chain in table.chains] + [0]
        ids = [numbers.setdefault(source.id, len(numbers)) for source in table.sources] + [0]
        return np.where(table.via >= 0, np.array(heads)[table.via], np.array(ids)[table.source])

    def rows(self, group: int) -> slice:
        """The rows of one group."""
        end = self.starts[group + 1] if group + 1 < len(self.starts) else len(self.table)
        return slice(int(self.starts[group]), int(end))

    def cell(self, row: int) -> Cell:
        """What a record says once reversals are worked out."""
        content = float(self.content[row])
        if content >= ABSENT:
            return Cell(None, ABSENCES[int(content - ABSENT)])
        return Cell(content)

    def at(self, day: int, policy: Policy = latest) -> Standing:
        """Work out what holds on a day, given as its number (``date.toordinal``)."""
        candidate = (self.since_lo <= day) & (day <= self.last)
        heard = np.zeros(len(self.starts), dtype=bool)
        heard[self.group[candidate & ~self.silent]] = True
        candidate &= ~(self.silent & heard[self.group])
        rows = np.flatnonzero(candidate)
        if not len(rows):
            return Standing(rows, rows, np.empty(0), candidate)
        fresh = np.ones(len(rows), dtype=bool)
        fresh[1:] = np.diff(self.group[rows]) != 0
        starts, of = np.flatnonzero(fresh), np.cumsum(fresh) - 1

        def each(ufunc: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
            reduced: NDArray[Any] = ufunc.reduceat(values, starts)
            return reduced

        content, since_hi = self.content[rows], self.since_hi[rows]
        begun = since_hi <= day
        certain = begun & (self.until_lo[rows] >= day)
        if policy is latest:
            chosen = each(np.maximum, np.where(certain, rows, -1))
            equal = certain & (self.rank[rows] == self.rank[chosen][of])
            open_ = each(np.logical_or, equal & (content != self.content[chosen][of]))
        else:
            disputed = each(np.minimum, content) < each(np.maximum, content)
            chosen = each(np.maximum, np.where(certain, rows, -1))
            ends = np.append(starts[1:], len(rows))
            for k in np.flatnonzero(disputed).tolist():
                places = slice(starts[k], ends[k])
                chosen[k] = self._by_policy(policy, rows[places], certain[places])
            open_ = np.zeros(len(starts), dtype=bool)
        open_ |= chosen < 0
        # A record that surely comes after the chosen one, and may have begun already.
        coming = ~begun & (content != self.content[chosen][of])
        follows = self.since_lo[rows] > self.since_hi[chosen][of]
        coming &= follows | (self.undone[chosen][of] == rows)
        open_ |= each(np.logical_or, coming)
        said = np.where(open_, _UNKNOWN, self.content[chosen])
        # Of the records that say this, cite the one dated best, then earliest, then surest.
        width = np.where(self.table.since[rows] < 0, _AGE, since_hi - self.since_lo[rows])
        trust = np.nan_to_num(self.table.confidence[rows], nan=-1.0)
        citable = certain & ~open_[of] & (content == said[of])
        for key in (width, since_hi, -trust, rows):
            held = np.where(citable, key, np.inf)
            citable &= held == each(np.minimum, held)[of]
        row = np.full(len(starts), -1, dtype=np.int64)
        row[of[citable]] = rows[citable]
        return Standing(self.group[rows[starts]], row, said, candidate)

    def _by_policy(
        self, policy: Policy, rows: NDArray[np.int64], certain: NDArray[np.bool_]
    ) -> int:
        """The row that a policy chooses among those that may hold; -1 where it chooses none."""
        options = tuple(
            Candidate(self.table[row], self.cell(row), sure)
            for row, sure in zip(rows.tolist(), certain.tolist(), strict=True)
        )
        found = policy(options)
        if found is None:
            return -1
        return int(rows[options.index(found)])

    # -- conflicts -------------------------------------------------------------------------

    def conflicts(self, day: int | None, policy: Policy = latest) -> Iterator[Conflict]:
        """Find where sources clash, on a day or at any time."""
        standing = None if day is None else self.at(day, policy)
        alive = np.ones(len(self.table), dtype=bool) if standing is None else standing.candidate
        yield from self._conflicts_of_value(alive, standing)
        yield from self._conflicts_of_date(day)
        yield from self._denials(alive)

    def _conflicts_of_value(
        self, alive: NDArray[np.bool_], standing: Standing | None
    ) -> Iterator[Conflict]:
        """Records of different content and origin that overlap, in no known order."""
        rows = np.flatnonzero(alive)
        # in canonical order, a pair in no known order has neighbours in no known order
        near = self.since_lo[rows[1:]] <= self.since_hi[rows[:-1]]
        near &= self.group[rows[1:]] == self.group[rows[:-1]]
        for group in np.unique(self.group[rows[1:]][near]).tolist():
            held = np.arange(self.rows(group).start, self.rows(group).stop)
            held = held[alive[held]]
            clashing = [row for row in held.tolist() if self._clashes(row, held).any()]
            if not clashing:
                continue
            won = -1
            if standing is not None:
                won = int(standing.row[np.searchsorted(standing.group, group)])
            lost = [row for row in clashing if won >= 0 and self.content[row] != self.content[won]]
            yield Conflict(
                "value",
                tuple(self.table[row] for row in clashing),
                self.table[won] if won >= 0 else None,
                tuple(self.table[row] for row in lost),
            )

    def _clashes(self, row: int, others: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the other records of a group cannot be right beside this one."""
        lo, hi, last = self.since_lo, self.since_hi, self.last
        unordered = (lo[others] <= hi[row]) & (lo[row] <= hi[others])
        overlap = (lo[others] <= last[row]) & (lo[row] <= last[others])
        apart = (self.content[others] != self.content[row]) & (
            self.origin[others] != self.origin[row]
        )
        apart &= ~self.silent[others] & ~self.silent[row]
        undoing = (self.undone[others] == row) | (others == self.undone[row])
        clash: NDArray[np.bool_] = unordered & overlap & apart & ~undoing
        return clash

    def _conflicts_of_date(self, day: int | None) -> Iterator[Conflict]:
        """Recognitions on whose day sources disagree, with no reversal between them."""
        table, lo, hi = self.table, self.since_lo, self.since_hi
        eligible = (table.channel == _RECOGNITION) & (table.act == _TAKE) & (table.since >= 0)
        eligible &= (self.content > 0) & (self.content < ABSENT)
        rows = np.flatnonzero(eligible)
        fresh = np.ones(len(rows), dtype=bool)
        fresh[1:] = (np.diff(rows) != 1) | (np.diff(self.group[rows]) != 0)
        fresh[1:] |= np.diff(self.content[rows]) != 0
        fresh[1:] |= self.until_hi[rows[:-1]] < lo[rows[1:]]
        starts = np.flatnonzero(fresh)
        if not len(rows):
            return
        # the first row of a run ends its range of days first
        differing = np.maximum.reduceat(lo[rows], starts) > hi[rows[starts]]
        ends = np.append(starts[1:], len(rows))
        for k in np.flatnonzero(differing).tolist():
            run = rows[starts[k] : ends[k]]
            odd = np.zeros(len(run), dtype=bool)
            for place, row in enumerate(run.tolist()):
                later = (lo[run] > hi[row]) & (self.until_hi[row] >= lo[run])
                later &= self.origin[run] != self.origin[row]
                if day is not None:
                    later &= (lo[row] <= day) & (day < hi[run])
                odd |= later
                odd[place] |= later.any()
            if odd.any():
                yield Conflict("date", tuple(table[row] for row in run[odd].tolist()))

    def _denials(self, alive: NDArray[np.bool_]) -> Iterator[Conflict]:
        """What another reports about an actor, against what the actor says itself."""
        table = self.table
        other = (table.channel == _REPORTED) & (table.claimed_by != table.actor)
        reports = np.flatnonzero(alive & other)
        if not len(reports):
            return
        fresh = np.ones(len(table), dtype=bool)
        fresh[1:] = (np.diff(table.actor) != 0) | (np.diff(table.toward) != 0)
        cells = np.flatnonzero(fresh)
        # what the actor itself says of this target stands between its cell and its reports
        firsts = cells[np.searchsorted(cells, reports, side="right") - 1]
        for row, first in zip(reports.tolist(), firsts.tolist(), strict=True):
            own = np.arange(first, self.starts[self.group[row]])
            denied = own[alive[own] & _denied(self.content[row], self.content[own])]
            overlap = (self.last[denied] >= self.since_lo[row]) & (
                self.last[row] >= self.since_lo[denied]
            )
            if overlap.any():
                found = [*denied[overlap].tolist(), row]
                yield Conflict("disputed", tuple(table[i] for i in found))


def _denied(reported: float, own: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which stances a report denies: a value by the other sign, a positive one by giving it up."""
    held = own < ABSENT
    if reported in _GIVEN_UP:
        return held & (own > 0)
    if reported >= ABSENT:
        return np.zeros(len(own), dtype=bool)
    return (held & (own * reported < 0)) | (np.isin(own, _GIVEN_UP) & (reported > 0))
