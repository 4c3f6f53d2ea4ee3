"""One measure over time: a series, exact at each date, with what moved it."""

from __future__ import annotations

import datetime
import html
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.ensembles.answers import (
    Answer,
    Measure,
    Missing,
    Sheet,
    measure_name,
    place_of,
    read_answer,
)
from stancekit.ensembles.running import Plan, run
from stancekit.errors import InputError
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier, channels_of, one_day
from stancekit.records.policies import BlocRule, Cell, Policy, latest, own
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Channel
from stancekit.records.stance_table import ABSENCES, FUTURE, PAST, array_key

__all__ = ["Move", "Moves", "Series", "change_days", "months", "over_dates"]

#: Anything that says one day.
Day = PartialDate | datetime.date | str


@frozen
class Move:
    """One cell that changed between two dates.

    Attributes
    ----------
    actor, toward : str
    before, after : Cell
        What the cell held: a value, or a kind of absence.
    source : str
        The id of the source of the record that gives the new cell; empty where none does.
    since : str
        The day from which that record holds, as it is written.

    Examples
    --------
    >>> print(Move("DNK", "guaido", Cell(None, ABSENCES[0]), Cell(1.0), "UM-2019", "2019-02-04"))
    DNK -> guaido: unknown to +1 (UM-2019, since 2019-02-04)
    """

    actor: str
    toward: str
    before: Cell
    after: Cell
    source: str = ""
    since: str = ""

    def __str__(self) -> str:
        behind = ", ".join(
            part for part in (self.source, self.since and f"since {self.since}") if part
        )
        change = f"{self.actor} -> {self.toward}: {_told(self.before)} to {_told(self.after)}"
        return f"{change} ({behind})" if behind else change


def _told(cell: Cell) -> str:
    return str(cell.absence) if cell.value is None else f"{cell.value:+g}"


@frozen
class Moves:
    """All that changed in a dossier from the date before to this one.

    Attributes
    ----------
    date : datetime.date
    cells : tuple of Move
        Cells that changed, by actor and target; none at the first date.
    joined, left : tuple of (str, str)
        Member and bloc of memberships that began or ended.
    weights : tuple of str
        Names of weights that are of another year.

    Examples
    --------
    >>> Moves(datetime.date(2019, 1, 1)).is_still
    True
    """

    date: datetime.date
    cells: tuple[Move, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    weights: tuple[str, ...] = ()

    @property
    def is_still(self) -> bool:
        """Did nothing change?"""
        return not (self.cells or self.joined or self.left or self.weights)

    @property
    def actors(self) -> tuple[str, ...]:
        """Whose stances changed, sorted."""
        return tuple(sorted({move.actor for move in self.cells}))


def moves_between(before: Snapshot, after: Snapshot) -> Moves:
    """What changed from one day of a dossier to another."""
    same = (before.absences == after.absences) & (
        (before.values == after.values) | (before.absences >= 0)
    )
    cells = []
    for a, t in np.argwhere(~same).tolist():
        stance = after.stances[int(after.rows[a, t])] if after.rows[a, t] >= 0 else None
        cells.append(
            Move(
                after.actors[a],
                after.targets[t],
                _cell(before, a, t),
                _cell(after, a, t),
                stance.evidence.source.id if stance and stance.evidence else "",
                str(stance.since) if stance and stance.since else "",
            )
        )
    cells.sort(key=lambda move: (move.actor, move.toward))
    was = {(m.member, m.bloc) for m in before.memberships}
    now = {(m.member, m.bloc) for m in after.memberships}
    weights = [
        column.name
        for column, earlier in zip(after.weight_columns, before.weight_columns, strict=True)
        if column != earlier
    ]
    return Moves(
        after.date,
        tuple(cells),
        tuple(sorted(now - was)),
        tuple(sorted(was - now)),
        tuple(weights),
    )


def _cell(world: Snapshot, a: int, t: int) -> Cell:
    code = int(world.absences[a, t])
    return Cell(None, ABSENCES[code]) if code >= 0 else Cell(float(world.values[a, t]))


@frozen(repr=False)
class Series:
    """What a measure says at each of some dates, and what moved it.

    Attributes
    ----------
    dossier, fingerprint, measure : str
        The code and content hash of the dossier, and the name of the measure.
    dates : tuple of datetime.date
        In order of time (D).
    names : tuple of str
        What the measure names (K); ``value`` where it gives one answer only.
    lower, upper : (D, K) float64
        Bounds; equal where the measure gives numbers. nan where there is no answer.
    missing : tuple of Missing
        Why answers are nan.
    moves : tuple of Moves
        What changed since the date before; the first is empty.

    Examples
    --------
    See ``over_dates``.
    """

    dossier: str
    fingerprint: str
    measure: str
    dates: tuple[datetime.date, ...]
    names: tuple[str, ...]
    lower: NDArray[np.float64] = field(eq=array_key)
    upper: NDArray[np.float64] = field(eq=array_key)
    missing: tuple[Missing, ...]
    moves: tuple[Moves, ...]

    @property
    def observations(self) -> int:
        """Dates."""
        return len(self.dates)

    @property
    def is_exact(self) -> bool:
        """Are all answers numbers, not bounds?"""
        return bool((np.isnan(self.lower) | (self.lower == self.upper)).all())

    def bounds(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper bounds of one name, each (D,).

        Raises
        ------
        UnknownNameError
            If the measure gives no such name.
        """
        place = place_of("name of the measure", name, self.names)
        return self.lower[:, place], self.upper[:, place]

    def to_rows(self) -> list[dict[str, object]]:
        """One row a date and name: for a data frame or a file."""
        why = {(m.where, m.name): m.reason for m in self.missing}
        return [
            {
                "date": date.isoformat(),
                "name": name,
                "lower": float(self.lower[d, k]),
                "upper": float(self.upper[d, k]),
                "reason": why.get((date.isoformat(), name), ""),
                "moved_by": " ".join(self.moves[d].actors),
            }
            for d, date in enumerate(self.dates)
            for k, name in enumerate(self.names)
        ]

    def __repr__(self) -> str:
        span = f"{self.dates[0]} to {self.dates[-1]}" if self.dates else "no dates"
        shown = ", ".join(self.names[:4]) + (", ..." if len(self.names) > 4 else "")
        moved = sum(len(m.cells) for m in self.moves)
        return (
            f"Series({self.dossier!r}, {len(self.dates)} dates, {span}, of {shown or 'nothing'}; "
            f"{moved} cells moved)"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.names)
        body = "".join(
            f"<tr><th>{date}</th>"
            + "".join(
                f"<td>{told(low, high)}</td>"
                for low, high in zip(self.lower[d].tolist(), self.upper[d].tolist(), strict=True)
            )
            + f"<td>{html.escape(', '.join(self.moves[d].actors[:12]))}</td></tr>"
            for d, date in enumerate(self.dates)
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption><thead><tr><th></th>{head}"
            f"<th>moved by</th></tr></thead><tbody>{body}</tbody></table>"
        )


def told(low: float, high: float) -> str:
    """A number, or bounds, to read."""
    if low == high:
        return f"{low:.4g}"
    return "-" if np.isnan(low) else f"{low:.4g} to {high:.4g}"


def months(start: Day, stop: Day, *, step: int = 1, day: int = 1) -> tuple[datetime.date, ...]:
    """One day in every month, or in every few months, from one to another.

    Parameters
    ----------
    start, stop : PartialDate, date or str
        The first and the last month; what day they give is not read.
    step : int
        Months from one to the next.
    day : int
        Which day; the last of the month where it has fewer.

    Raises
    ------
    InputError
        If a date does not tell the month, ``stop`` is before ``start``, ``step`` is below 1,
        or ``day`` is not from 1 to 31.

    Examples
    --------
    >>> [str(day) for day in months("2019-01", "2019-04", step=2, day=31)]
    ['2019-01-31', '2019-03-31']
    """
    if step < 1 or not 1 <= day <= 31:
        raise InputError(f"step={step}, day={day}; accepted are a step from 1 and a day in 1..31")
    first, last = (_month(date) for date in (start, stop))
    if last < first:
        raise InputError(f"stop={stop} is before start={start}")
    return tuple(_day_in(month, day) for month in range(first, last + 1, step))


def _month(date: Day) -> int:
    """Months since the year 0."""
    found = PartialDate.of(date)
    early, late = found.earliest, found.latest
    if early is None or late is None or (early.year, early.month) != (late.year, late.month):
        raise InputError(f"{date!s} does not tell the month; give it as YYYY-MM")
    return early.year * 12 + early.month - 1


def _day_in(month: int, day: int) -> datetime.date:
    year, place = divmod(month, 12)
    for candidate in range(day, 27, -1):
        try:
            return datetime.date(year, place + 1, candidate)
        except ValueError:
            continue
    return datetime.date(year, place + 1, min(day, 28))


def change_days(
    dossier: Dossier,
    start: Day | None = None,
    stop: Day | None = None,
    *,
    channels: Sequence[Channel | str] | None = None,
    policy: Policy = latest,
    bloc_rule: BlocRule = own,
) -> tuple[datetime.date, ...]:
    """Every day on which anything changes: a cell, a membership, a weight, the life of a claim.

    A measure that reads none but these is constant between two such days, so that a series
    over them is the whole story. ``start``, if given, is the first of them in any case.

    Parameters
    ----------
    dossier : Dossier
    start, stop : PartialDate, date or str, optional
        First and last day; without them, from the first change to the last.
    channels, policy, bloc_rule
        As in ``Dossier.at``.

    Raises
    ------
    InputError
        If a date is not one day, or ``stop`` is before ``start``.

    Examples
    --------
    A stance of one day is two changes.

    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> brief = Dossier("case", actors=[Actor("NRU")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("NRU", "a", "recognises", since="1949-10-01", until="1949-10-01")])
    >>> [str(day) for day in change_days(brief)]
    ['1949-10-01', '1949-10-02']
    """
    first = PAST if start is None else one_day(start).toordinal()
    last = FUTURE if stop is None else one_day(stop).toordinal()
    if last < first:
        raise InputError(f"stop={stop} is before start={start}")
    line = dossier.timeline
    ends = (line.since_lo, line.since_hi, line.until_lo + 1, line.until_hi + 1, line.last + 1)
    found = {int(day) for array in ends for day in np.unique(array)}
    living: tuple[Any, ...] = (
        *dossier.actors,
        *dossier.claimants,
        *dossier.contests,
        *dossier.memberships,
    )
    for record in living:
        for date, late in ((record.since, 0), (record.until, 1)):
            for edge in (date.earliest, date.latest) if date else ():
                found |= {edge.toordinal() + late} if edge else set()
    found |= {datetime.date(weight.year, 1, 1).toordinal() for weight in dossier.weights}
    greatest = datetime.date.max.toordinal()
    days = sorted(day for day in found if max(first, 1) < day <= min(last, greatest))
    kept = [] if start is None else [one_day(start)]
    asked: dict[str, Any] = {"channels": channels, "policy": policy, "bloc_rule": bloc_rule}
    ahead = max(1, days[0] - 1 if days and start is None else first)
    world = dossier.at(datetime.date.fromordinal(ahead), **asked) if days else None
    for day in days:
        earlier, world = world, dossier.at(datetime.date.fromordinal(day), **asked)
        assert earlier is not None
        if _alive(earlier) != _alive(world) or not moves_between(earlier, world).is_still:
            kept.append(world.date)
    return tuple(kept)


def _alive(world: Snapshot) -> tuple[bool | None, ...]:
    """How contests, claims and actors stand that day."""
    records: tuple[Any, ...] = (*world.contests, *world.claimants, *world.actor_records)
    return tuple(record.span.covers(world.date) for record in records)


@frozen(eq=False)
class OneWorld:
    """The kernel of a series: one date a world."""

    dossier: Dossier
    measure: Measure
    days: tuple[datetime.date, ...]
    options: Mapping[str, Any]

    def __call__(self, number: int) -> Answer:
        """What the measure says at the date of this number."""
        return (read_answer(self.measure(self.dossier.at(self.days[number], **self.options))),)


def options_of(
    channels: Sequence[Channel | str] | None, policy: Policy, bloc_rule: BlocRule
) -> dict[str, Any]:
    """The options of ``Dossier.at``, checked."""
    return {"channels": channels_of(channels), "policy": policy, "bloc_rule": bloc_rule}


def identity_of(
    kind: str, dossier: Dossier, measure: Measure, options: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """What makes two runs the same, for the partial file."""
    return {
        "kind": kind,
        "dossier": dossier.fingerprint,
        "measure": measure_name(measure),
        "channels": [str(channel) for channel in options["channels"]],
        "policy": measure_name(options["policy"]),
        "bloc_rule": measure_name(options["bloc_rule"]),
        **more,
    }


def days_of(dates: Iterable[Day] | Day) -> tuple[datetime.date, ...]:
    """Days in order of time, each once."""
    given = [dates] if isinstance(dates, str | datetime.date | PartialDate) else list(dates)
    return tuple(sorted({one_day(date) for date in given}))


def over_dates(
    dossier: Dossier,
    measure: Measure,
    dates: Iterable[Day] | None = None,
    *,
    channels: Sequence[Channel | str] | None = None,
    policy: Policy = latest,
    bloc_rule: BlocRule = own,
    executor: Executor | None = None,
    progress: bool = False,
    partial: str | os.PathLike[str] | None = None,
) -> Series:
    """How does a measure run over time, and what moved it?

    Exact at each date: ``measure(dossier.at(date))``, nothing in between is interpolated.

    Parameters
    ----------
    dossier : Dossier
    measure : callable
        Takes a Snapshot; gives a number, bounds ``(lower, upper)``, an object with ``lower``
        and ``upper``, None or nan where there is no answer (then ``reason`` of the object,
        if it has one, says why), or a mapping of names to such.
    dates : iterable of PartialDate, date or str, optional
        Days in any order, each taken once; ``months(...)``; without any,
        ``change_days(dossier)``: every day on which anything changes.
    channels, policy, bloc_rule
        As in ``Dossier.at``.
    executor : concurrent.futures.Executor, optional
        Runs the worlds; a Dask cluster does as ``Client.get_executor()``. Without one, worlds
        run here, and in processes of their own on this machine's cores if they turn out to
        take long, can be pickled, and the program has an ``if __name__ == "__main__"``.
        Results do not depend on it to the last bit.
    progress : bool
        Show a bar (needs tqdm).
    partial : path, optional
        A file that keeps each world as soon as it is finished; a run that was broken off goes
        on from it. Refused if it is of another dossier, measure or option. A measure is known
        by its name, not by what it does: remove the file after changing it.

    Raises
    ------
    InputError
        If a date is not one day, the measure cannot be sent to the executor, or the partial
        file is of another run.
    WorldsFailed
        If the measure raised, or a worker died; the error names the dates, and holds the
        series over the others.
    MissingExtraError
        If a bar is asked for and tqdm is not installed.

    Examples
    --------
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> dossier = Dossier("case", actors=[Actor("DNK"), Actor("NOR")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises", since="2019-02-04")])
    >>> def known(world):
    ...     return (world.absences < 0).sum()
    >>> series = over_dates(dossier, known, ["2019-02-03", "2019-02-04"])
    >>> series.lower[:, 0], str(series.moves[1].cells[0])
    (array([0., 1.]), 'DNK -> a: unknown to +1 (since 2019-02-04)')

    No date, no answer:

    >>> over_dates(dossier, known, [])
    Series('case', 0 dates, no dates, of nothing; 0 cells moved)
    """
    options = options_of(channels, policy, bloc_rule)
    days = change_days(dossier, **options) if dates is None else days_of(dates)
    labels = [day.isoformat() for day in days]
    identity = identity_of("dates", dossier, measure, options)

    def result(sheet: Sheet) -> Series:
        lower, upper = sheet.bounds()
        done = [days[number] for number in sheet.numbers]
        worlds = (dossier.at(day, **options) for day in done)
        moves, before = [], None
        for world in worlds:
            moves.append(Moves(world.date) if before is None else moves_between(before, world))
            before = world
        return Series(
            dossier.code,
            dossier.fingerprint,
            measure_name(measure),
            tuple(done),
            sheet.names,
            lower[:, 0],
            upper[:, 0],
            sheet.missing(),
            tuple(moves),
        )

    kernel = OneWorld(dossier, measure, days, options)
    plan = Plan(kernel, labels, labels, 1, lambda world, day: labels[world], identity)
    return run(plan, result, executor=executor, progress=progress, partial=partial)
