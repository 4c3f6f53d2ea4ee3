"""Strict readers of single fields, and the one line that a record prints as."""

from __future__ import annotations

import datetime
import enum
import math
import numbers
import re
from collections.abc import Iterable
from typing import Any, TypeVar

from stancekit.errors import InputError
from stancekit.records.dates import PartialDate, Span

__all__ = [
    "number",
    "one_line",
    "optional_code",
    "optional_date",
    "plain",
    "read_choice",
    "read_code",
    "slugs",
    "spanned",
    "texts",
]

_Enum = TypeVar("_Enum", bound=enum.StrEnum)


def read_choice(kind: type[_Enum], text: str) -> _Enum:
    """Turn a text into a member of an enumeration, or say which there are.

    >>> class Direction(enum.StrEnum):
    ...     NORTH = "north"
    ...     SOUTH = "south"
    >>> read_choice(Direction, "west")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: 'west' is no direction; accepted: north, south
    """
    try:
        return kind(text)
    except ValueError:
        names = ", ".join(kind)
        words = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).lower()
        raise InputError(f"{text!r} is no {words}; accepted: {names}") from None


_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}", re.ASCII)


def read_code(text: str) -> str:
    """Check a code or slug.

    >>> read_code("lima-group")
    'lima-group'
    >>> read_code("the Lima Group")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: 'the Lima Group' is no code; a code is 1 to 64 of ...
    """
    if not isinstance(text, str) or _CODE.fullmatch(text) is None:
        shown = repr(text) if len(str(text)) <= 70 else repr(str(text)[:70]) + "..."
        raise InputError(
            f"{shown} is no code; a code is 1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"
        )
    return text


def optional_code(text: str | None) -> str:
    """Check a code that may be left empty."""
    return "" if text is None or text == "" else read_code(text)


_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")


def plain(text: str) -> str:
    """Check free text: one line, no control characters, nothing a spreadsheet would run.

    >>> plain("=HYPERLINK(1)")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: '=HYPERLINK(1)' would run as a formula in a spreadsheet; ...
    """
    if not isinstance(text, str):
        raise InputError(f"{text!r} is {type(text).__name__}, not text")
    if len(text) > 10_000:
        raise InputError(f"{text[:40]!r}... has {len(text)} characters; at most 10000 are accepted")
    if text[:1] in ("=", "+", "-", "@"):
        raise InputError(
            f"{text[:60]!r} would run as a formula in a spreadsheet; begin with a letter, a "
            "digit or a quotation mark"
        )
    if (found := _CONTROL.search(text)) is not None:
        mark = found.group()
        what = "an unpaired surrogate" if mark >= "\ud800" else "the control character"
        raise InputError(f"{text[:60]!r} holds {what} {mark!r}; remove it")
    return text


def slugs(given: str | Iterable[str]) -> tuple[str, ...]:
    """Sorted, distinct slugs, from an iterable or from text with ``;`` between."""
    parts = [part.strip() for part in texts(given, ";", "slugs")]
    return tuple(sorted({read_code(part) for part in parts if part}))


def texts(given: str | Iterable[str], mark: str, what: str) -> list[str]:
    """Split a text at a mark, or take the texts of an iterable.

    >>> texts("a;b", ";", "slugs"), texts(("a", "b"), ";", "slugs")
    (['a', 'b'], ['a', 'b'])
    """
    if isinstance(given, str):
        return given.split(mark)
    parts = list(given) if isinstance(given, Iterable) else [given]
    for part in parts:
        if not isinstance(part, str):
            raise InputError(f"{given!r} is not {what}: text with {mark} between, or texts")
    return parts


def number(given: object, low: float, high: float, what: str) -> float:
    """Check that a number lies in ``[low, high]``; text is read strictly.

    >>> number("1.5", -1, 1, "value")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: value=1.5 is outside [-1, 1]
    """
    if isinstance(given, str):
        # float() would take "nan", "1_0" and digits of other scripts
        if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", given, re.ASCII) is None:
            raise InputError(f"{what}={given[:40]!r} is not a number in [{low:g}, {high:g}]")
        found = float(given)
    elif isinstance(given, bool) or not isinstance(given, numbers.Real):
        raise InputError(f"{what}={given!r} is not a number in [{low:g}, {high:g}]")
    else:
        try:
            found = float(given)
        except OverflowError:  # an integer of more than 308 digits
            found = math.inf
    if not math.isfinite(found):
        raise InputError(f"{what}={found} is not a finite number in [{low:g}, {high:g}]")
    if not low <= found <= high:
        raise InputError(f"{what}={found:g} is outside [{low:g}, {high:g}]")
    return found + 0.0  # -0.0 becomes 0.0: equal values are written alike


def optional_date(day: PartialDate | datetime.date | str | None) -> PartialDate | None:
    """Read a date that may be left empty."""
    return None if day is None or day == "" else PartialDate.of(day)


def spanned(record: Any) -> Span:
    """Give the span between the two dates of a record."""
    return Span(record.since, record.until)


def one_line(record: Any, *fields: str) -> str:
    """One readable line: the fields that are filled."""
    shown = []
    for name in fields:
        value = getattr(record, name)
        if value is not None and value != () and value != "":
            text = str(value) if isinstance(value, PartialDate) else repr(value)
            text = repr(str(value)) if isinstance(value, enum.Enum) else text
            shown.append(f"{name}={text}")
    return f"{type(record).__name__}({', '.join(shown)})"
