"""Time: which record of each actor, target and channel holds on a day, and where records clash."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.records.policies import Candidate, Cell, Policy, latest
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

__all__ = ["Conflict", "Timeline"]

_UNKNOWN = ABSENCES.index(Absence.UNKNOWN)
_WITHDRAWN = ABSENCES.index(Absence.WITHDRAWN)
_SUSPENDED = ABSENCES.index(Absence.SUSPENDED)

#: One number for what a record says: a value as it is, an absence as this plus its place.
_ABSENT = 2.0


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
        The records, in order of time.
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
    """What holds on one day, one entry a group of (actor, toward, channel).

    ``row`` is the record that holds, -1 where none is sure; ``content`` what it says, nan
    where nothing is on record that day; ``candidate`` marks the records that may hold.
    """

    row: NDArray[np.int64]
    content: NDArray[np.float64]
    candidate: NDArray[np.bool_]
    certain: NDArray[np.bool_]


class Timeline:
    """The records of a table, grouped by actor, target and channel, in order of time.

    A record replaces those that surely began before it. Records whose order is not known
    stand beside one another, and a policy chooses; where the next one may or may not have
    begun, the answer is unknown.
    """

    def __init__(self, table: StanceTable) -> None:
        self.table = table
        n = len(table)
        fresh = np.ones(n, dtype=bool)
        if n:
            fresh[1:] = (
                (np.diff(table.actor) != 0)
                | (np.diff(table.toward) != 0)
                | (np.diff(table.channel) != 0)
            )
        self.starts = np.flatnonzero(fresh)
        self.group = np.cumsum(fresh) - 1
        self.since_lo, self.since_hi, self.until_lo, self.until_hi = table.bounds()
        self.content = np.where(table.absence >= 0, _ABSENT + table.absence, table.value)
        for group in np.unique(self.group[table.act != ACTS.index(Act.TAKE)]).tolist():
            rows = self.rows(group)
            self.content[rows] = _replayed(table.act[rows], self.content[rows])

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """Equal for rows of a group that nothing ranks: neither time, trust nor publication."""
        table = self.table
        published = np.array([*(day_bounds(s.date)[1] for s in table.sources), PAST])[table.source]
        trust = np.nan_to_num(table.confidence, nan=-1.0)
        apart = np.ones(len(table), dtype=bool)
        keys = (self.group, self.since_hi, self.since_lo, trust, published)
        apart[1:] = np.logical_or.reduce([np.diff(key) != 0 for key in keys])
        return np.cumsum(apart)

    @cached_property
    def by_precedence(self) -> NDArray[np.int64]:
        """Rows in the order in which they are cited: dated best, then earliest, then surest."""
        width = self.since_hi.astype(np.int64) - self.since_lo
        width[self.table.since < 0] = FUTURE
        trust = np.nan_to_num(self.table.confidence, nan=-1.0)
        order: NDArray[np.int64] = np.lexsort((-trust, self.since_hi, width))
        return order

    @cached_property
    def precedence(self) -> NDArray[np.int64]:
        """The place of each row in ``by_precedence``."""
        place = np.empty(len(self.by_precedence), dtype=np.int64)
        place[self.by_precedence] = np.arange(len(place))
        return place

    def rows(self, group: int) -> slice:
        """The rows of one group."""
        end = self.starts[group + 1] if group + 1 < len(self.starts) else len(self.table)
        return slice(int(self.starts[group]), int(end))

    def cell(self, row: int) -> Cell:
        """What a record says once reversals are worked out."""
        return _cell(float(self.content[row]))

    def at(self, day: int, policy: Policy = latest) -> Standing:
        """Work out what holds on a day."""
        begun_surely = self.since_hi <= day
        newest = self._reduce(
            np.maximum, np.where(begun_surely, self.since_lo, np.iinfo(np.int32).min)
        )
        candidate = (
            (self.since_lo <= day) & (self.until_hi >= day) & (self.since_hi >= newest[self.group])
        )
        certain = candidate & begun_surely & (self.until_lo >= day)

        index = np.arange(len(self.table))
        row = self._reduce(np.maximum, np.where(certain, index, -1))
        chosen = row[self.group]
        said = np.where(chosen >= 0, self.content[chosen], np.nan)
        # Of equal rank and with another content: open.
        rival = certain & (self.content != said) & (self.rank == self.rank[chosen])
        open_ = self._reduce(np.logical_or, rival)
        if policy is not latest:
            row, open_ = self._by_policy(policy, candidate, certain, row)
            chosen = row[self.group]
            said = np.where(chosen >= 0, self.content[chosen], np.nan)
        # A record that surely comes after the chosen one, and may have begun already.
        coming = candidate & ~begun_surely & (self.content != said)
        coming &= (chosen < 0) | (self.since_lo > self.since_hi[chosen])
        open_ |= self._reduce(np.logical_or, coming)
        open_ |= (row < 0) & self._reduce(np.logical_or, candidate)
        content = np.where(row >= 0, self.content[row], np.nan) if len(row) else np.empty(0)
        content = np.where(open_, _ABSENT + _UNKNOWN, content)
        # Of the records that say this, cite the one that dates it best.
        citable = certain & (self.content == content[self.group])
        rank = self._reduce(np.minimum, np.where(citable, self.precedence, len(index)))
        row = np.where(rank < len(index), self.by_precedence[rank % max(len(index), 1)], -1)
        return Standing(row, content, candidate, certain)

    def _reduce(self, ufunc: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        if not len(values):
            return values
        reduced: NDArray[Any] = ufunc.reduceat(values, self.starts)
        return reduced

    def _by_policy(
        self,
        policy: Policy,
        candidate: NDArray[np.bool_],
        certain: NDArray[np.bool_],
        row: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Ask the policy wherever records disagree; elsewhere there is nothing to choose."""
        row = row.copy()
        open_ = np.zeros(len(self.starts), dtype=bool)
        for group in self._disputed(candidate):
            rows = np.flatnonzero(candidate[self.rows(group)]) + self.starts[group]
            options = tuple(
                Candidate(self.table[i], self.cell(i), bool(certain[i])) for i in rows.tolist()
            )
            found = policy(options)
            open_[group] = found is None
            row[group] = -1 if found is None else rows[options.index(found)]
        return row, open_

    def _disputed(self, candidate: NDArray[np.bool_]) -> list[int]:
        """Groups in which records that may hold say different things."""
        low = self._reduce(np.minimum, np.where(candidate, self.content, np.inf))
        high = self._reduce(np.maximum, np.where(candidate, self.content, -np.inf))
        return np.flatnonzero(low < high).tolist()

    def conflicts(self, day: int | None, policy: Policy = latest) -> Iterator[Conflict]:
        """Find where sources clash, on a day or at any time."""
        if not len(self.table):
            return
        standing = None if day is None else self.at(day, policy)
        alive = np.ones(len(self.table), dtype=bool) if standing is None else standing.candidate
        for group in self._disputed(alive):
            rows = (np.flatnonzero(alive[self.rows(group)]) + self.starts[group]).tolist()
            clashing = [i for i in rows if any(i != j and self._clash(i, j) for j in rows)]
            if clashing:
                won = -1 if standing is None else int(standing.row[group])
                lost = [i for i in clashing if won >= 0 and self.content[i] != self.content[won]]
                yield Conflict(
                    "value",
                    tuple(self.table[i] for i in clashing),
                    self.table[won] if won >= 0 else None,
                    tuple(self.table[i] for i in lost),
                )
        yield from self._conflicts_of_date(day)
        yield from self._denials(alive)

    def _clash(self, i: int, j: int) -> bool:
        """Two records with different content, of different origin, in no known order."""
        ordered = self.since_hi[i] < self.since_lo[j] or self.since_hi[j] < self.since_lo[i]
        apart = self.until_hi[i] < self.since_lo[j] or self.until_hi[j] < self.since_lo[i]
        if ordered or apart or self.content[i] == self.content[j]:
            return False
        return self._origin(i) != self._origin(j)

    def _origin(self, row: int) -> str:
        via, source = self.table.via[row], self.table.source[row]
        if via >= 0:
            return str(self.table.chains[via][0])
        return self.table.sources[source].id if source >= 0 else ""

    def _same_cell(self, i: int, j: int) -> bool:
        table = self.table
        return bool(table.actor[i] == table.actor[j] and table.toward[i] == table.toward[j])

    def _conflicts_of_date(self, day: int | None) -> Iterator[Conflict]:
        """Recognitions on whose day sources disagree, with no reversal between them."""
        table = self.table
        eligible = (table.channel == CHANNELS.index(Channel.RECOGNITION)) & (table.value > 0)
        follows = np.zeros(len(table), dtype=bool)
        follows[1:] = (
            eligible[1:]
            & eligible[:-1]
            & (np.diff(self.group) == 0)
            & (self.content[1:] == self.content[:-1])
            & (self.since_hi[:-1] < self.since_lo[1:])
            & (self.until_hi[:-1] >= self.since_lo[1:])
            & (table.since[:-1] >= 0)
        )
        for row in np.flatnonzero(follows).tolist():
            within = day is None or self.since_lo[row - 1] <= day < self.since_hi[row]
            if within and self._origin(row) != self._origin(row - 1):
                yield Conflict("date", (table[row - 1], table[row]))

    def _denials(self, alive: NDArray[np.bool_]) -> Iterator[Conflict]:
        """What another reports about an actor, against what the actor says itself."""
        table = self.table
        reported = table.channel == CHANNELS.index(Channel.REPORTED)
        spoken = table.claimed_by != table.actor
        for row in np.flatnonzero(alive & reported & spoken).tolist():
            # what the actor itself says of this target stands in the rows just before
            first = row
            while first and self._same_cell(first - 1, row):
                first -= 1
            own = [i for i in range(first, row) if alive[i] and not reported[i]]
            denied = [i for i in own if _denies(self.content[row], self.content[i])]
            overlap = [
                i
                for i in denied
                if self.until_hi[i] >= self.since_lo[row] and self.until_hi[row] >= self.since_lo[i]
            ]
            if overlap:
                yield Conflict("disputed", (*(table[i] for i in overlap), table[row]))


def _denies(reported: float, own: float) -> bool:
    """A claim of the other sign, or of a withdrawal where the actor holds a value."""
    if own >= _ABSENT:
        return reported < _ABSENT and own >= _ABSENT + _SUSPENDED
    return reported >= _ABSENT + _SUSPENDED or reported * own < 0


def _cell(content: float) -> Cell:
    if content >= _ABSENT:
        return Cell(None, ABSENCES[int(content - _ABSENT)])
    return Cell(content)


def _replayed(acts: NDArray[np.int8], content: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn acts into what holds from their day on; a void one undoes the past as well."""
    said = content.copy()
    standing: list[int] = []  # rows of the stances that acts can fall back on
    current = _ABSENT + _UNKNOWN  # what those hold, before any interruption
    for i, code in enumerate(acts.tolist()):
        act = ACTS[code]
        if act is Act.TAKE:
            standing, current = [i], content[i]
        elif act is Act.SUSPEND or act is Act.WITHDRAW:
            said[i] = _ABSENT + (_SUSPENDED if act is Act.SUSPEND else _WITHDRAWN)
            standing.append(i)
        elif act is Act.RESCIND:
            said[i] = current
            standing.append(i)
        else:
            said[[*standing, i]] = _ABSENT + _WITHDRAWN
            standing = []
    return said
