"""What can go wrong: one base error and its few leaves, each saying what would be accepted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "InputError",
    "MissingExtraError",
    "StancekitError",
    "UnknownNameError",
    "nearest",
]


class StancekitError(Exception):
    """Every error that stancekit raises on purpose.

    >>> issubclass(InputError, StancekitError) and issubclass(InputError, ValueError)
    True
    """


class InputError(StancekitError, ValueError):
    """Input that cannot be taken; the message says where, what was found and what is accepted.

    >>> raise InputError("value=2.0; a value lies in [-1, 1]")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: value=2.0; a value lies in [-1, 1]

    Parameters
    ----------
    message : str
    problems : tuple of str, optional
        Where an input has several faults, all of them; the message names the first.
    """

    def __init__(self, message: str, *, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems or (message,)

    def __reduce__(self) -> tuple[object, ...]:
        return _input_error, (type(self), str(self), self.problems)


def _input_error(kind: type[InputError], message: str, problems: tuple[str, ...]) -> InputError:
    return kind(message, problems=problems)


class UnknownNameError(StancekitError, KeyError):
    """A name that nothing goes by; never replaced by a near one.

    Parameters
    ----------
    what : str
        The kind of thing that was looked for, for instance ``"actor"``.
    name : str
        The name as it was given.
    suggestions : iterable of str
        Names that would have been accepted and look alike; may be empty.
    where : str, optional
        File, line and field, put in front of the message.

    >>> raise UnknownNameError("actor", "Kosova", ["Kosovo"])
    Traceback (most recent call last):
        ...
    stancekit.errors.UnknownNameError: unknown actor 'Kosova'; did you mean 'Kosovo'?
    """

    def __init__(
        self, what: str, name: str, suggestions: Iterable[str] = (), *, where: str = ""
    ) -> None:
        self.what = what
        self.name = name
        self.suggestions = tuple(suggestions)
        self.where = where
        super().__init__(what, name, self.suggestions)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        text = f"{place}unknown {self.what} {self.name!r}"
        if self.suggestions:
            text += f"; did you mean {' or '.join(map(repr, self.suggestions))}?"
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return _unknown_name, (self.what, self.name, self.suggestions, self.where)


def _unknown_name(
    what: str, name: str, suggestions: tuple[str, ...], where: str
) -> UnknownNameError:
    return UnknownNameError(what, name, suggestions, where=where)


class MissingExtraError(StancekitError, ImportError):
    """A part of stancekit was used whose optional dependency is not installed.

    >>> raise MissingExtraError("pictures", "matplotlib", extra="plot")
    Traceback (most recent call last):
        ...
    stancekit.errors.MissingExtraError: pictures need matplotlib: pip install 'stancekit[plot]'
    """

    def __init__(self, purpose: str, package: str, *, extra: str) -> None:
        self.purpose, self.package, self.extra = purpose, package, extra
        super().__init__(f"{purpose} need {package}: pip install 'stancekit[{extra}]'")

    def __reduce__(self) -> tuple[object, ...]:
        return _missing_extra, (self.purpose, self.package, self.extra)


def _missing_extra(purpose: str, package: str, extra: str) -> MissingExtraError:
    return MissingExtraError(purpose, package, extra=extra)


def nearest(name: object, known: Iterable[str], *, limit: int = 3) -> tuple[str, ...]:
    """Names among ``known`` that look like ``name``, best first; for suggestions only.

    What is no text looks like no name.

    >>> nearest("madruo", ["maduro", "guaido"])
    ('maduro',)
    >>> nearest("x", [])
    ()
    """
    if not isinstance(name, str):
        return ()
    folded: dict[str, str] = {}
    for text in known:
        folded.setdefault(text.casefold(), text)
    close = difflib.get_close_matches(name.casefold(), folded, n=limit, cutoff=0.6)
    return tuple(folded[text] for text in close)
