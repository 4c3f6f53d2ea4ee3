"""Which days to look at: months, every day of change, or those that are given."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from stancekit.ensembles.moves import moves_between
from stancekit.errors import InputError
from stancekit.records.asked import one_day
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.policies import BlocRule, Policy, latest, own
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Channel
from stancekit.records.stance_table import FUTURE, PAST

__all__ = ["Day", "change_days", "days_of", "months"]

#: Anything that says one day.
Day = PartialDate | datetime.date | str


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


def days_of(dates: Iterable[Day] | Day) -> tuple[datetime.date, ...]:
    """Days in order of time, each once."""
    given = [dates] if isinstance(dates, str | datetime.date | PartialDate) else list(dates)
    return tuple(sorted({one_day(date) for date in given}))
