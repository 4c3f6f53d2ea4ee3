"""How many events of each kind happened on each day: counted by the engine that holds them."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from stancekit.errors import InputError, nearest
from stancekit.io.frames import as_frame
from stancekit.records.dates import PartialDate

__all__ = ["Counts", "UnusedEvents", "counted", "one_day"]

#: Events by actor, target, code and day.
Counts = Mapping[tuple[Any, Any, Any, datetime.date], int]


@frozen
class UnusedEvents:
    """Events that became part of no stance, and why.

    Attributes
    ----------
    later : int
        After the day that was asked for.
    earlier : int
        Before the window.
    undated : int
        Without a day.
    nobody : int
        Without an actor, a target or a code.
    themselves : int
        Of an actor toward itself.
    unscaled : int
        With a code that the scale does not have.

    Examples
    --------
    >>> UnusedEvents(later=2)
    UnusedEvents(later=2, earlier=0, undated=0, nobody=0, themselves=0, unscaled=0)
    """

    later: int = 0
    earlier: int = 0
    undated: int = 0
    nobody: int = 0
    themselves: int = 0
    unscaled: int = 0


def one_day(at: str | datetime.date) -> datetime.date:
    """Read one day.

    >>> one_day("2019-04-30")
    datetime.date(2019, 4, 30)
    """
    if isinstance(at, datetime.date) and not isinstance(at, datetime.datetime):
        return at
    parsed = PartialDate.parse(at) if isinstance(at, str) else None
    if parsed is None or parsed.earliest is None or parsed.earliest != parsed.latest:
        raise InputError(f"at={at!r:.60}; accepted is one day, such as '2019-04-30', or a date")
    return parsed.earliest


def counted(
    frame: Any,
    columns: Mapping[str, str],
    first: datetime.date | None,
    last: datetime.date,
) -> tuple[Counts, dict[str, int]]:
    """Events by actor, target, code and day; and how many are of no or of another day."""
    if isinstance(frame, Iterable) and not hasattr(frame, "columns"):
        return _of_rows(frame, columns, first, last)
    native = as_frame(frame, "the events are")
    import narwhals as nw

    held = native.lazy() if isinstance(native, nw.DataFrame) else native
    schema = held.collect_schema()
    for role, column in columns.items():
        if column not in schema:
            close = nearest(column, list(schema))
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise InputError(
                f"the events have no column {column!r:.60}; {hint}say which holds it with {role}="
            )
        kind = schema[column]
        if role != "day" and (kind.is_numeric() or kind.is_temporal() or kind == nw.Boolean):
            raise InputError(
                f"column {column!r:.60} is {kind}; accepted is text, since 010 and 10 are two codes"
            )
    kind = schema[columns["day"]]
    has_time = isinstance(kind, nw.Datetime) or kind == nw.Datetime
    if not has_time and kind != nw.Date:
        raise InputError(
            f"column {columns['day']!r:.60} is {kind}; accepted are dates and datetimes: cast it "
            "in the engine that holds the events"
        )
    if has_time and getattr(kind, "time_zone", None) is not None:
        raise InputError(
            f"column {columns['day']!r:.60} is {kind}; accepted are days without a time zone"
        )
    when = nw.col("day")
    events = held.select(**{role: nw.col(column) for role, column in columns.items()})

    def midnight(day: datetime.date) -> Any:
        return datetime.datetime.combine(day, datetime.time()) if has_time else day

    later = when >= midnight(last + datetime.timedelta(days=1))
    tests = {"undated": when.is_null(), "later": later}
    inside = ~when.is_null() & ~later
    if first is not None:
        tests["earlier"] = when < midnight(first)
        inside = inside & ~tests["earlier"]
    tally = events.select(
        **{
            name: nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)).sum()
            for name, test in tests.items()
        }
    ).collect()
    out = {name: int(tally[name].to_list()[0] or 0) for name in tests}
    rows = events.filter(inside)
    if has_time:
        rows = rows.with_columns(day=when.dt.truncate("1d"))
    grouped = rows.group_by(*columns).agg(events=nw.len()).collect()
    cells = [
        [None if null else cell for cell, null in zip(part.to_list(), part.is_null().to_list())]
        for part in (grouped[name] for name in columns)
    ]
    counts: Counter[tuple[Any, Any, Any, Any]] = Counter()
    for a, t, c, d, number in zip(*cells, grouped["events"].to_list(), strict=True):
        counts[a, t, c, d.date() if isinstance(d, datetime.datetime) else d] += int(number)
    return counts, out


def _of_rows(
    rows: Iterable[Any],
    columns: Mapping[str, str],
    first: datetime.date | None,
    last: datetime.date,
) -> tuple[Counts, dict[str, int]]:
    """The same of rows."""
    counts: Counter[tuple[Any, Any, Any, Any]] = Counter()
    out = {"undated": 0, "later": 0, "earlier": 0}
    for k, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InputError(f"event {k} is {type(row).__name__}; accepted are mappings of columns")
        for role, column in columns.items():
            if column not in row:
                raise InputError(
                    f"event {k} has no column {column!r:.60}; say which holds it with {role}="
                )
        given = row[columns["day"]]
        if given is None:
            out["undated"] += 1
            continue
        if isinstance(given, datetime.datetime):
            given = given.date()
        try:
            day = one_day(given)
        except InputError:
            raise InputError(f"event {k}: {given!r:.60} is no day") from None
        if day > last:
            out["later"] += 1
        elif first is not None and day < first:
            out["earlier"] += 1
        else:
            counts[row[columns["actor"]], row[columns["target"]], row[columns["code"]], day] += 1
    return counts, out
