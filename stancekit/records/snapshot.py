"""One day of a dossier as arrays: values and typed absences side by side."""

from __future__ import annotations

import datetime
import html
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, read_only, rebuilt
from stancekit.errors import UnknownNameError, nearest
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.stance import Absence, Channel, Stance
from stancekit.records.stance_table import (
    ABSENCES,
    CHANNELS,
    StanceTable,
)

__all__ = ["Snapshot", "WeightColumn"]


@frozen(repr=False)
class WeightColumn:
    """One weight of every actor of a snapshot.

    Attributes
    ----------
    name : str
        Such as ``population``.
    values : (A,) float64
        nan where none is known.
    standard_errors : (A,) float64
        nan where none is known.
    years : (A,) int64
        The year that each value is of, the latest that is not after the day; -1 for none.

    Examples
    --------
    >>> votes = np.array([1.0, np.nan])
    >>> WeightColumn("votes", votes, votes * 0, np.array([2019, -1]))
    WeightColumn('votes', known for 1 of 2)
    """

    name: str
    values: NDArray[np.float64] = field(converter=read_only, eq=array_key, repr=False)
    standard_errors: NDArray[np.float64] = field(converter=read_only, eq=array_key, repr=False)
    years: NDArray[np.int64] = field(converter=read_only, eq=array_key, repr=False)

    __reduce__ = rebuilt

    def __repr__(self) -> str:
        known = int((~np.isnan(self.values)).sum())
        return f"WeightColumn({self.name!r}, known for {known} of {len(self.values)})"

    def taken(self, rows: NDArray[np.int64]) -> WeightColumn:
        """The same for some of the actors."""
        return WeightColumn(
            self.name, self.values[rows], self.standard_errors[rows], self.years[rows]
        )


@frozen(repr=False)
class Snapshot:
    """Who stands where on one day.

    Rows are actors (and claimants that speak for themselves), columns are targets: all
    claimants, then actors toward whom there is a stance. A value is in [-1, 1]; where there
    is none, ``absences`` says why, and nothing is ever put in its place.

    Attributes
    ----------
    date : datetime.date
    actors, targets : tuple of str
        Codes of the rows (A) and of the columns (T).
    values : (A, T) float64
        nan where absent.
    absences : (A, T) int8
        Place in ``tuple(Absence)``; -1 where there is a value.
    channels : (A, T) int8
        Place in ``tuple(Channel)`` of the channel that spoke; -1 where none did.
    rows : (A, T) int64
        Which record of ``stances`` gave the cell; -1 where none did.
    derived : (A, T) bool
        Whether a bloc rule filled the cell.
    actor_records, claimants, contests, memberships : tuple
        The records behind the names; only memberships that surely hold that day.
    stances : StanceTable
        The records that ``rows`` points into.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> world = Dossier("case", actors=[Actor("DNK"), Actor("NOR")],
    ...     contests=[Contest("seat")], claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises", since="2019")]).at("2020-01-01")
    >>> world.value("DNK", "a"), world.absence("NOR", "a")
    (1.0, <Absence.UNKNOWN: 'unknown'>)
    >>> world.values
    array([[ 1., nan],
           [nan, nan]])
    """

    date: datetime.date
    actors: tuple[str, ...]
    targets: tuple[str, ...]
    values: NDArray[np.float64] = field(converter=read_only, eq=array_key, repr=False)
    absences: NDArray[np.int8] = field(converter=read_only, eq=array_key, repr=False)
    channels: NDArray[np.int8] = field(converter=read_only, eq=array_key, repr=False)
    rows: NDArray[np.int64] = field(converter=read_only, eq=array_key, repr=False)
    derived: NDArray[np.bool_] = field(converter=read_only, eq=array_key, repr=False)
    actor_records: tuple[Actor, ...] = field(repr=False)
    claimants: tuple[Claimant, ...] = field(repr=False)
    contests: tuple[Contest, ...] = field(repr=False)
    memberships: tuple[Membership, ...] = field(repr=False)
    weight_columns: tuple[WeightColumn, ...] = field(repr=False)
    stances: StanceTable = field(repr=False)

    __reduce__ = rebuilt

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {code: row for row, code in enumerate(self.actors)}

    @cached_property
    def _column_of(self) -> Mapping[str, int]:
        return {code: column for column, code in enumerate(self.targets)}

    @cached_property
    def _name_of(self) -> Mapping[str, str]:
        records: tuple[Actor | Claimant, ...] = (*self.actor_records, *self.claimants)
        return {record.code: record.name for record in records}

    def _place(self, actor: str, target: str) -> tuple[int, int]:
        if actor not in self._row_of:
            raise UnknownNameError("actor", actor, nearest(actor, self.actors))
        if target not in self._column_of:
            raise UnknownNameError("target", target, nearest(target, self.targets))
        return self._row_of[actor], self._column_of[target]

    def value(self, actor: str, target: str) -> float:
        """The signed value, nan where there is none (``absence`` then says why).

        Raises
        ------
        UnknownNameError
            If the snapshot has no such actor or target.
        """
        return float(self.values[self._place(actor, target)])

    def absence(self, actor: str, target: str) -> Absence | None:
        """Why there is no value; None where there is one.

        Raises
        ------
        UnknownNameError
            If the snapshot has no such actor or target.
        """
        code = self.absences[self._place(actor, target)]
        return ABSENCES[code] if code >= 0 else None

    def channel(self, actor: str, target: str) -> Channel | None:
        """The channel that spoke; None where none did.

        Raises
        ------
        UnknownNameError
            If the snapshot has no such actor or target.
        """
        code = self.channels[self._place(actor, target)]
        return CHANNELS[code] if code >= 0 else None

    def stance(self, actor: str, target: str) -> Stance | None:
        """The record behind a cell, with its evidence; None where there is none.

        Raises
        ------
        UnknownNameError
            If the snapshot has no such actor or target.
        """
        row = int(self.rows[self._place(actor, target)])
        return self.stances[row] if row >= 0 else None

    @property
    def weights(self) -> Mapping[str, WeightColumn]:
        """The weights of the actors, by name."""
        return MappingProxyType({column.name: column for column in self.weight_columns})

    def name(self, code: str) -> str:
        """The name of an actor or claimant; the code where it has none."""
        return self._name_of.get(code, code)

    def contest(self, code: str) -> Contest:
        """A contest of the dossier.

        Raises
        ------
        UnknownNameError
            If there is no such contest.
        """
        for contest in self.contests:
            if contest.code == code:
                return contest
        known = [contest.code for contest in self.contests]
        raise UnknownNameError("contest", code, nearest(code, known) or known[:5])

    def rivals(self, contest: str) -> tuple[str, ...]:
        """The claimants of a contest.

        Raises
        ------
        UnknownNameError
            If there is no such contest.
        """
        self.contest(contest)
        return tuple(c.code for c in self.claimants if c.contest == contest)

    def members(self, bloc: str) -> tuple[str, ...]:
        """Who is surely a member of the bloc that day."""
        return tuple(sorted({m.member for m in self.memberships if m.bloc == bloc}))

    def restrict(
        self,
        *,
        actors: Iterable[str] | None = None,
        targets: Iterable[str] | None = None,
    ) -> Snapshot:
        """Keep some actors, some targets, or both.

        Raises
        ------
        UnknownNameError
            If the snapshot has no such actor or target.
        """
        rows = _chosen("actor", actors, self.actors)
        columns = _chosen("target", targets, self.targets)
        block = np.ix_(rows, columns)
        kept = {self.actors[i] for i in rows}
        shown = {self.targets[i] for i in columns}
        arrays: dict[str, Any] = {
            name: getattr(self, name)[block]
            for name in ("values", "absences", "channels", "rows", "derived")
        }
        return evolve(
            self,
            actors=tuple(self.actors[i] for i in rows),
            targets=tuple(self.targets[i] for i in columns),
            **arrays,
            actor_records=tuple(a for a in self.actor_records if a.code in kept | shown),
            claimants=tuple(c for c in self.claimants if c.code in shown),
            memberships=tuple(m for m in self.memberships if m.member in kept),
            weight_columns=tuple(column.taken(rows) for column in self.weight_columns),
        )

    def to_rows(self) -> list[dict[str, object]]:
        """One row a cell that is not merely unknown: for a data frame or a file."""
        shown = np.argwhere(self.absences != ABSENCES.index(Absence.UNKNOWN))
        return [self._row(int(a), int(t)) for a, t in shown]

    def _row(self, a: int, t: int) -> dict[str, object]:
        stance = self.stances[int(self.rows[a, t])] if self.rows[a, t] >= 0 else None
        absence, channel = int(self.absences[a, t]), int(self.channels[a, t])
        return {
            "date": self.date.isoformat(),
            "actor": self.actors[a],
            "toward": self.targets[t],
            "value": None if absence >= 0 else float(self.values[a, t]),
            "absence": str(ABSENCES[absence]) if absence >= 0 else None,
            "channel": str(CHANNELS[channel]) if channel >= 0 else None,
            "since": str(stance.since) if stance and stance.since else None,
            "source": stance.evidence.source.id if stance and stance.evidence else None,
            "derived": bool(self.derived[a, t]),
        }

    def __repr__(self) -> str:
        known = int((self.absences < 0).sum())
        return (
            f"Snapshot({self.date.isoformat()}, {len(self.actors)} actors, "
            f"{len(self.targets)} targets, {known} values)"
        )

    def _repr_html_(self) -> str:
        columns = [t for t in self.targets if t in {c.code for c in self.claimants}]
        head = "".join(f"<th>{html.escape(self.name(t))}</th>" for t in columns)
        body = []
        for actor in self.actors:
            cells = []
            for target in columns:
                absence = self.absence(actor, target)
                text = f"<i>{absence}</i>" if absence else f"{self.value(actor, target):+g}"
                cells.append(f"<td>{text}</td>")
            body.append(f"<tr><th>{html.escape(self.name(actor))}</th>{''.join(cells)}</tr>")
        return (
            f"<table><caption>{html.escape(repr(self))}</caption>"
            f"<thead><tr><th></th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        )


def _chosen(what: str, asked: Iterable[str] | None, known: tuple[str, ...]) -> NDArray[np.int64]:
    if asked is None:
        return np.arange(len(known))
    wanted = {asked} if isinstance(asked, str) else set(asked)
    for name in sorted(wanted - set(known)):
        raise UnknownNameError(what, name, nearest(name, known))
    return np.array([i for i, name in enumerate(known) if name in wanted], dtype=np.int64)
