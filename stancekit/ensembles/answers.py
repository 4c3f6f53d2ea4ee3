"""What a measure says of one world, read as named bounds; and what a measure is called."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.snapshot import Snapshot

__all__ = ["Answer", "Entry", "Measure", "Missing", "Sheet", "measure_name", "read_answer"]

#: Gives a number, bounds, an object with ``lower`` and ``upper``, or names with such; nan or
#: None where there is no answer.
Measure = Callable[[Snapshot], Any]

#: Name, lower bound, upper bound, and why they are nan.
Entry = tuple[str, float, float, str]

#: What a measure says of one world on each of its days.
Answer = tuple[tuple[Entry, ...], ...]

#: What an answer without names goes by.
UNNAMED = "value"

_ACCEPTED = (
    "accepted are a number, bounds (lower, upper), an object with .lower and .upper, None or nan "
    "where there is no answer, or a mapping of names to such"
)


def read_answer(said: Any) -> tuple[Entry, ...]:
    """Read what a measure returned.

    Raises
    ------
    InputError
        If it is none of what a measure may return.

    Examples
    --------
    >>> read_answer({"a": 0.5, "b": (0.2, 0.4)})
    (('a', 0.5, 0.5, ''), ('b', 0.2, 0.4, ''))
    >>> read_answer(None)
    (('value', nan, nan, 'the measure gave no number'),)
    """
    if isinstance(said, Mapping):
        why = str(getattr(said, "reason", "") or "")
        return tuple(_entry(str(name), held, why) for name, held in said.items())
    return (_entry(UNNAMED, said, ""),)


def _entry(name: str, said: Any, why: str) -> Entry:
    why = str(getattr(said, "reason", "") or "") or why
    if hasattr(said, "lower") and hasattr(said, "upper"):
        said = (said.lower, said.upper)
    try:
        if said is None:
            low = high = math.nan
        elif np.ndim(said) == 1 and len(said) == 2:
            low, high = float(said[0]), float(said[1])
        else:
            low = high = float(said)
    except (TypeError, ValueError):
        raise InputError(f"the measure gave {said!r:.80} for {name!r}; {_ACCEPTED}") from None
    if math.isnan(low) or math.isnan(high):
        return name, math.nan, math.nan, why or "the measure gave no number"
    if low > high:
        raise InputError(f"the measure gave bounds ({low:g}, {high:g}) for {name!r}, upside down")
    return name, low, high, ""


def measure_name(measure: Any) -> str:
    """What a measure or an option goes by in a partial file.

    A function goes by its module and name, with the plain values that it was made with; a
    lambda also by its line. What is written inside a function is not seen.

    >>> measure_name(functools.partial(round, ndigits=2))
    'builtins.round(ndigits=2)'
    """
    if isinstance(measure, functools.partial):
        words = [_shown(part) for part in measure.args]
        words += [f"{key}={_shown(part)}" for key, part in sorted(measure.keywords.items())]
        return f"{measure_name(measure.func)}({', '.join(words)})"
    name = getattr(measure, "__qualname__", "")
    if not name:
        return f"{type(measure).__module__}.{measure!r}"
    code = getattr(measure, "__code__", None)
    line = f":{code.co_firstlineno}" if code is not None and "<lambda>" in name else ""
    cells = zip(code.co_freevars, measure.__closure__ or ()) if code is not None else ()
    held = ", ".join(f"{key}={_shown(cell.cell_contents)}" for key, cell in cells)
    return f"{measure.__module__}.{name}{line}{f'[{held}]' if held else ''}"


def _shown(part: Any) -> str:
    """Plain values as they are; a function by its name; anything else by its class."""
    if part is None or isinstance(part, str | int | float):
        return repr(part)
    if isinstance(part, tuple):
        return f"({', '.join(map(_shown, part))})"
    return measure_name(part) if callable(part) else type(part).__name__


@frozen
class Missing:
    """Why an answer is nan, and in how many worlds.

    Attributes
    ----------
    where : str
        The date, the scenario and date, or the date of the draws.
    name : str
        Of what the measure names.
    reason : str
    worlds : int

    Examples
    --------
    >>> Missing("2019-01-01", "a", "no actor has a gdp above 0", 12).worlds
    12
    """

    where: str
    name: str
    reason: str
    worlds: int


#: Reasons that are told apart for one name; more of them would be a leak, no explanation.
_REASONS = 50


@define
class Sheet:
    """Collects answers: one float64 a world, day and name, and a second only for bounds.

    A name that some worlds lack is nan there. Worlds stand in the order of their numbers,
    whatever the order in which they come in; ``where`` says under which heading the reasons
    of a world's day are counted.
    """

    worlds: int
    days: int
    where: Callable[[int, int], str]
    _lower: dict[str, NDArray[np.float64]] = field(factory=dict)
    _upper: dict[str, NDArray[np.float64]] = field(factory=dict)
    _why: dict[tuple[str, str], dict[str, int]] = field(factory=dict)
    _named: dict[tuple[str, str], int] = field(factory=dict)
    _asked: dict[str, int] = field(factory=dict)
    _first: dict[str, tuple[int, int, int]] = field(factory=dict)
    _done: NDArray[np.bool_] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._done = np.zeros(self.worlds, dtype=bool)

    def take(self, world: int, answer: Answer) -> None:
        """Note what was said of one world."""
        if self._done[world]:  # kept twice in a partial file
            return
        self._done[world] = True
        for day, entries in enumerate(answer):
            where = self.where(world, day)
            self._asked[where] = self._asked.get(where, 0) + 1
            for place, (name, low, high, why) in enumerate(entries):
                if name not in self._lower:
                    self._lower[name] = self._blank()
                # names stand in the order of the first world that has them
                first = (world, day, place)
                self._first[name] = min(self._first.get(name, first), first)
                self._lower[name][world, day] = low
                if high != low and not math.isnan(low) and name not in self._upper:
                    self._upper[name] = self._lower[name].copy()
                if name in self._upper:
                    self._upper[name][world, day] = high
                self._named[where, name] = self._named.get((where, name), 0) + 1
                if math.isnan(low):
                    held = self._why.setdefault((where, name), {})
                    why = why if why in held or len(held) < _REASONS else "other reasons"
                    held[why] = held.get(why, 0) + 1

    def _blank(self) -> NDArray[np.float64]:
        return np.full((self.worlds, self.days), np.nan)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The worlds of which something was said."""
        return tuple(np.flatnonzero(self._done).tolist())

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the order of the first world that has them."""
        return tuple(sorted(self._first, key=lambda name: self._first[name]))

    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper bounds, each (worlds done, days, names); one array where they meet."""
        names, rows = self.names, np.flatnonzero(self._done)
        shape = (len(rows), self.days, len(names))
        lower = np.empty(shape)
        for k, name in enumerate(names):
            lower[:, :, k] = self._lower[name][rows]
        lower.setflags(write=False)
        if not self._upper:
            return lower, lower
        upper = lower.copy()
        for k, name in enumerate(names):
            if name in self._upper:
                upper[:, :, k] = self._upper[name][rows]
        upper.setflags(write=False)
        return lower, upper

    def missing(self) -> tuple[Missing, ...]:
        """Why answers are nan, sorted."""
        found = {(*at, why): n for at, reasons in self._why.items() for why, n in reasons.items()}
        for where, asked in self._asked.items():
            for name in self._first:
                silent = asked - self._named.get((where, name), 0)
                if silent:
                    found[where, name, "the measure does not name it"] = silent
        return tuple(Missing(*key, worlds) for key, worlds in sorted(found.items()))


def place_of(what: str, name: str, known: Iterable[str]) -> int:
    """Where a name stands among those known."""
    names = list(known)
    if name not in names:
        raise UnknownNameError(what, name, nearest(name, names) or names[:5])
    return names.index(name)
