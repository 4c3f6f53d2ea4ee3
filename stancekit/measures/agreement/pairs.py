"""Results over pairs of actors: values with their observations, reasons and names."""

from __future__ import annotations

import html
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from attrs import frozen

from stancekit.arrays import held_field
from stancekit.errors import InputError, UnknownNameError, nearest

__all__ = ["Agreement", "Intervals", "PairwiseAgreement", "PermutationTest"]

Array = npt.NDArray[Any]


class Agreement(float):
    """A number that knows how many observations it rests on, and why if it is nan.

    Attributes
    ----------
    observations : int
        Items on which both actors took a position.
    reason : str
        Empty, or why the value is nan: ``no shared item`` or ``constant data``.

    Examples
    --------
    >>> Agreement(0.5, 2) + 0.25
    0.75
    >>> Agreement(float("nan"), 0, "no shared item")
    Agreement(nan, observations=0, reason='no shared item')
    """

    observations: int
    reason: str

    def __new__(cls, value: float, observations: int, reason: str = "") -> Self:
        """Attach what a bare float cannot say."""
        self = super().__new__(cls, value)
        object.__setattr__(self, "observations", observations)
        object.__setattr__(self, "reason", reason)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an Agreement cannot be changed: {name}")

    def __getnewargs__(self) -> tuple[float, int, str]:  # type: ignore[override]
        return float(self), self.observations, self.reason

    def __repr__(self) -> str:
        why = f", reason={self.reason!r}" if self.reason else ""
        return f"Agreement({float(self)!r}, observations={self.observations}{why})"

    def _repr_html_(self) -> str:
        return html.escape(repr(self))


@frozen(kw_only=True, repr=False)
class PairwiseAgreement:
    """A statistic for every pair of actors, each with its observations.

    Attributes
    ----------
    values : (A, B) float64
        The statistic; nan where it is undefined.
    observations : (A, B) int64
        Items on which both took a position.
    reasons : (A, B) str
        Empty where there is a value, else ``no shared item`` or ``constant data``.
    rows, columns : tuple of str
        Codes of the actors if the positions came from a snapshot, else their numbers.
    statistic : str
        Name of the statistic.

    Examples
    --------
    >>> from stancekit.measures.agreement import pairwise, raw
    >>> found = pairwise([[3, 3, 1], [3, 1, None]], raw)
    >>> found
    PairwiseAgreement(raw, 2 x 2, mean 0.5 over 1 pairs, 0 undefined)
    >>> found.pair("0", "1")
    Agreement(0.5, observations=2)
    """

    values: Array = held_field()
    observations: Array = held_field()
    reasons: Array = held_field()
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    statistic: str

    def pair(self, row: str, column: str) -> Agreement:
        """The entry of two actors by name.

        Raises
        ------
        UnknownNameError
            If there is no such actor.
        """
        place = _place(row, self.rows), _place(column, self.columns)
        return Agreement(
            float(self.values[place]), int(self.observations[place]), str(self.reasons[place])
        )

    def __repr__(self) -> str:
        return f"PairwiseAgreement({self.statistic}, {_summary(self)})"

    def _repr_html_(self) -> str:
        return _table(self, self.values, repr(self))


@frozen(kw_only=True, repr=False)
class Intervals:
    """A statistic for every pair of actors, with a bootstrap interval.

    Attributes
    ----------
    values, lower, upper : (A, A) float64
        The statistic and the ends of its interval; nan where undefined.
    observations : (A, A) int64
    undefined : (A, A) int64
        Draws in which the statistic was undefined; they are left out of the interval.
    reasons : (A, A) str
    coverage : float
    draws : int
    rows, columns : tuple of str
    statistic : str

    Examples
    --------
    >>> from stancekit.measures.agreement import interval, raw
    >>> found = interval([[1, 2, 3, 1], [1, 2, 3, 3]], raw, draws=200)
    >>> bool(found.lower[0, 1] <= found.values[0, 1] <= found.upper[0, 1])
    True
    """

    values: Array = held_field()
    lower: Array = held_field()
    upper: Array = held_field()
    observations: Array = held_field()
    undefined: Array = held_field()
    reasons: Array = held_field()
    coverage: float
    draws: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    statistic: str

    def __repr__(self) -> str:
        return (
            f"Intervals({self.statistic}, {_summary(self)}, "
            f"{self.coverage:.0%} of {self.draws} draws)"
        )

    def _repr_html_(self) -> str:
        return _table(self, self.values, repr(self))


@frozen(kw_only=True, repr=False)
class PermutationTest:
    """Whether each pair agrees more, or less, than if their items were unrelated.

    Attributes
    ----------
    values : (A, A) float64
        The statistic observed.
    expected : (A, A) float64
        Its mean over the permutations.
    more, less : (A, A) float64
        One-sided p-values, in (0, 1]: as much agreement or more, as little or less.
    observations : (A, A) int64
    reasons : (A, A) str
    draws : int
    rows, columns : tuple of str
    statistic : str

    Examples
    --------
    >>> from stancekit.measures.agreement import permutation_test, raw
    >>> found = permutation_test([[1, 1, 1, 3, 3, 3], [1, 1, 1, 3, 3, 3]], raw, draws=99)
    >>> bool(found.more[0, 1] < 0.3)
    True
    """

    values: Array = held_field()
    expected: Array = held_field()
    more: Array = held_field()
    less: Array = held_field()
    observations: Array = held_field()
    reasons: Array = held_field()
    draws: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    statistic: str

    def __repr__(self) -> str:
        return f"PermutationTest({self.statistic}, {_summary(self)}, {self.draws} draws)"

    def _repr_html_(self) -> str:
        return _table(self, self.more, repr(self))


def _place(name: str, names: tuple[str, ...]) -> int:
    if not isinstance(name, str):
        raise InputError(f"actor={name!r}; accepted are names, such as {str(name)!r}")
    if name not in names:
        raise UnknownNameError("actor", name, nearest(name, names))
    return names.index(name)


def _summary(result: PairwiseAgreement | Intervals | PermutationTest) -> str:
    values = result.values
    if result.rows == result.columns:  # each pair once, and nobody with itself
        values = values[np.triu_indices(len(values), 1)]
    known = values[~np.isnan(values)]
    mean = f"mean {known.mean():.3g} over {known.size} pairs" if known.size else "no value"
    return (
        f"{len(result.rows)} x {len(result.columns)}, {mean}, {values.size - known.size} undefined"
    )


def _table(
    result: PairwiseAgreement | Intervals | PermutationTest, shown: Array, caption: str
) -> str:
    most = 25  # a table that a person can read
    head = "".join(f"<th>{html.escape(name)}</th>" for name in result.columns[:most])
    body = ""
    for i, name in enumerate(result.rows[:most]):
        cells = "".join(
            f"<td title='n={result.observations[i, j]}'>"
            f"{result.reasons[i, j] or format(shown[i, j], '.3f')}</td>"
            for j in range(min(most, len(result.columns)))
        )
        body += f"<tr><th>{html.escape(name)}</th>{cells}</tr>"
    return (
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
