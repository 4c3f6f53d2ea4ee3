"""Partial dates and spans of time, ordered in three values: yes, no, not known."""

from __future__ import annotations

import datetime
import re

from attrs import field, frozen

from stancekit.errors import InputError

__all__ = ["PartialDate", "Span"]

_QUALIFIERS = ("", "~", "?", "%")
_PLAIN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_ACCEPTED = (
    "a date is YYYY, YYYY-MM or YYYY-MM-DD, with ~ (approximate), ? (uncertain) or % (both) "
    "behind it if need be, or a day within a range such as [2019-01..2019-02-06] or [..2019-02-06]"
)


def _refused(text: str, why: str = "") -> InputError:
    return InputError(f"{text!r} is not a date{': ' + why if why else ''}; {_ACCEPTED}")


def _plain(text: str, whole: str) -> tuple[datetime.date, datetime.date, str]:
    """First day, last day and precision of YYYY, YYYY-MM or YYYY-MM-DD."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise _refused(whole)
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if year == 0:
        raise _refused(whole, "the calendar has no year 0000")
    if month is None:
        return datetime.date(year, 1, 1), datetime.date(year, 12, 31), "year"
    if not 1 <= month <= 12:
        raise _refused(whole, f"there is no month {month:02d}")
    try:
        if day is not None:
            exact = datetime.date(year, month, day)
            return exact, exact, "day"
        first = datetime.date(year, month, 1)
        if (year, month) == (9999, 12):
            return first, datetime.date.max, "month"
        later = datetime.date(year + month // 12, month % 12 + 1, 1)
        return first, later - datetime.timedelta(days=1), "month"
    except ValueError:
        raise _refused(whole, f"{year:04d}-{month:02d} has no day {day:02d}") from None


def _bounds(text: str) -> tuple[datetime.date | None, datetime.date | None, str]:
    """First day, last day and precision of any date in the notation."""
    if not isinstance(text, str):
        raise InputError(f"{text!r} is {type(text).__name__}, not text; {_ACCEPTED}")
    if len(text) > 40:
        raise _refused(text[:40] + "...", "it is too long")
    if text.startswith("[") and text.endswith("]") and text.count("..") == 1:
        first, last = text[1:-1].split("..")
        if not (first or last):
            raise _refused(text, "a range needs at least one end")
        earliest = _plain(first, text)[0] if first else None
        latest = _plain(last, text)[1] if last else None
        if earliest is not None and latest is not None and latest < earliest:
            raise _refused(text, "the range ends before it begins")
        return earliest, latest, "range"
    if "/" in text:
        raise _refused(text, "it is an interval, which since and until hold between them")
    if "T" in text and _PLAIN.match(text):
        raise _refused(text, "it holds a time of day; records are kept by the day")
    return _plain(text[:-1] if text[-1:] in _QUALIFIERS[1:] else text, text)


@frozen(order=False)
class PartialDate:
    """A day that may be known only to the month, the year, or within a range.

    The notation is the Extended Date/Time Format [1]_: level 0 dates, the qualifiers
    ``~ ? %`` of level 1 and the one-of-a-range sets ``[a..b]`` of level 2. Qualifiers are
    kept and shown; they do not move the bounds.

    Two dates are equal if they are written alike; ``before`` compares the days.

    Attributes
    ----------
    text : str
        The date as it is written.
    earliest, latest : datetime.date or None
        First and last day that it may be; None where a range is open.
    precision : str
        ``"day"``, ``"month"``, ``"year"`` or ``"range"``.

    References
    ----------
    .. [1] ISO 8601-2:2019, and Library of Congress, "Extended Date/Time Format (EDTF)
       Specification", https://www.loc.gov/standards/datetime/

    Examples
    --------
    A press report of January 2019 and a communique of 4 February are in a known order;
    the report and a statement of 23 January are not.

    >>> report = PartialDate.parse("2019-01")
    >>> report.before("2019-02-04"), report.before("2019-01-23")
    (True, None)
    >>> PartialDate.parse("[..2019-02-06]").latest
    datetime.date(2019, 2, 6)
    """

    text: str
    earliest: datetime.date | None = field(init=False, repr=False, eq=False)
    latest: datetime.date | None = field(init=False, repr=False, eq=False)
    precision: str = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        bounds = _bounds(self.text)
        for name, value in zip(("earliest", "latest", "precision"), bounds, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read one date.

        Raises
        ------
        InputError
            If the text is not a date in the notation above, or no such day exists.

        Examples
        --------
        >>> PartialDate.parse("1988-11~").precision
        'month'
        >>> PartialDate.parse("2019-02-29")
        Traceback (most recent call last):
            ...
        stancekit.errors.InputError: '2019-02-29' is not a date: 2019-02 has no day 29; ...
        """
        return cls(text)

    @classmethod
    def of(cls, day: PartialDate | datetime.date | str) -> PartialDate:
        """Take a date in any of its three forms: partial, of the calendar, or as text.

        >>> PartialDate.of(datetime.date(2019, 4, 30))
        PartialDate('2019-04-30')
        """
        if isinstance(day, PartialDate):
            return day
        if isinstance(day, datetime.datetime):
            day = day.date()
        if isinstance(day, datetime.date):
            return cls(day.isoformat())
        return cls.parse(day)

    @property
    def qualifier(self) -> str:
        """One of ``""``, ``"~"`` (approximate), ``"?"`` (uncertain), ``"%"`` (both).

        >>> PartialDate.parse("1988-11-16?").qualifier
        '?'
        """
        return self.text[-1] if self.text[-1] in _QUALIFIERS else ""

    def before(self, other: PartialDate | datetime.date | str) -> bool | None:
        """Is this day before the other: True, False, or None where that is not known?

        >>> PartialDate.parse("1950").before("1950"), PartialDate.parse("1951").before("1950")
        (None, False)
        """
        other = PartialDate.of(other)
        end, start = self.latest, other.earliest
        if end is not None and start is not None and end < start:
            return True
        start, end = self.earliest, other.latest
        if start is not None and end is not None and start >= end:
            return False
        return None

    def __repr__(self) -> str:
        return f"PartialDate({self.text!r})"

    def __str__(self) -> str:
        return self.text


def _optional(day: PartialDate | datetime.date | str | None) -> PartialDate | None:
    return None if day is None or day == "" else PartialDate.of(day)


@frozen
class Span:
    """A stretch of time from ``since`` to ``until``, both days included, either end open.

    Parameters
    ----------
    since, until : PartialDate, datetime.date, str or None
        First and last day; None where the span is open at that end.

    Raises
    ------
    InputError
        If the span surely ends before it begins.

    Examples
    --------
    Britain's years in the European Union, and a claim that ended some day in January 2023.

    >>> Span("1973-01-01", "2020-01-31").covers("2020-02-01")
    False
    >>> claim = Span("2019-01-23", "2023-01")
    >>> claim.covers("2022-12-31"), claim.covers("2023-01-15"), claim.covers("2023-02")
    (True, None, False)
    >>> Span().covers("1815")
    True
    """

    since: PartialDate | None = field(default=None, converter=_optional)
    until: PartialDate | None = field(default=None, converter=_optional)

    def __attrs_post_init__(self) -> None:
        if self.since and self.until and self.until.before(self.since):
            raise InputError(
                f"until={self.until} is before since={self.since}; a span ends on or after "
                "the day on which it begins"
            )

    def covers(self, day: PartialDate | datetime.date | str) -> bool | None:
        """Does the day lie in the span: True, False, or None where that is not known?

        >>> Span("2019").covers("2019-06-01")
        """
        day = PartialDate.of(day)
        # "not before" is asked of both ends, and combined as Kleene's strong "and".
        begun = True if self.since is None else _negated(day.before(self.since))
        lasting = True if self.until is None else _negated(self.until.before(day))
        if begun is False or lasting is False:
            return False
        return None if begun is None or lasting is None else True

    def __str__(self) -> str:
        return f"{self.since or '..'}/{self.until or '..'}"


def _negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
