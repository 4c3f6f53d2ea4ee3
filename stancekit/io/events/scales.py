"""Scales of events: how friendly each kind is, by a table that the user names."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from stancekit.errors import InputError, nearest
from stancekit.io.files import read_csv

__all__ = ["Scale", "read_scale"]


def _scores(given: Any) -> tuple[tuple[str, float], ...]:
    rows = given.items() if isinstance(given, Mapping) else given
    try:
        held = {code: float(score) for code, score in rows}
        return tuple(sorted(held.items()))
    except (TypeError, ValueError):
        raise InputError(
            f"scores={given!r:.80}; accepted is a mapping of codes, as text, to numbers"
        ) from None


@frozen(repr=False)
class Scale:
    """How friendly each kind of event is, from ``-bound`` to ``bound``.

    None ships with stancekit: tables of the same name differ, and so do their licences.  Give a
    mapping, or load one with `read_scale`.

    Attributes
    ----------
    name : str
        Which table; it goes into the note of every stance.
    scores : mapping of str to float
        By the code of the event, as text (``"010"`` and ``"10"`` are two codes of CAMEO); kept as
        sorted pairs.
    bound : float
        The score that counts as a value of 1; 10 for the scales of Goldstein [1]_ and PLOVER.

    Raises
    ------
    InputError
        A code that is no text, a score that is not finite or beyond the bound.

    References
    ----------
    .. [1] Goldstein, J. S. (1992). "A conflict-cooperation scale for WEIS events data". *Journal
       of Conflict Resolution* 36(2), 369-385. (From memory; the entry was not seen.)

    Examples
    --------
    >>> Scale("by hand", {"consult": 1.5, "fight": -10})
    Scale('by hand', 2 codes, -10 to 1.5 of 10)
    """

    name: str
    scores: tuple[tuple[str, float], ...] = field(converter=_scores)
    bound: float = 10.0

    def __attrs_post_init__(self) -> None:
        if not (isinstance(self.bound, int | float) and 0 < self.bound < math.inf):
            raise InputError(f"bound={self.bound!r}; accepted is a finite number above 0")
        for code, score in self.scores:
            if not isinstance(code, str) or not code:
                raise InputError(f"{code!r:.60} is no code of an event; accepted is text")
            if not abs(score) <= self.bound:
                raise InputError(
                    f"the score of {code[:60]!r} is {score!r}; accepted are -{self.bound:g} to "
                    f"{self.bound:g}"
                )

    def __repr__(self) -> str:
        held = [score for _, score in self.scores] or [0.0]
        return (
            f"Scale({self.name!r:.60}, {len(self.scores)} codes, {min(held):g} to {max(held):g} "
            f"of {self.bound:g})"
        )


def read_scale(
    path: str | os.PathLike[str],
    *,
    code: str | Sequence[str],
    score: str,
    bound: float = 10.0,
    name: str = "",
) -> Scale:
    """Read a scale from a CSV file with a header.

    Parameters
    ----------
    path : str or path
    code : str or sequence of str
        The column of the codes; of several, such as category and mode of PLOVER, the cells that
        are filled are joined by ``:``.
    score : str
        The column of the scores.
    bound : float
        See `Scale`.
    name : str, optional
        By default the name of the file and of its column of scores.

    Raises
    ------
    InputError
        One error that names file and line of the first fault, and what would be accepted.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> lines = ["category,mode,score", "AID,,10", "ASSAULT,,-9", "ASSAULT,Torture,-8.5"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "scores.csv")
    ...     _ = file.write_text(chr(10).join(lines))
    ...     read_scale(file, code=("category", "mode"), score="score").scores
    (('AID', 10.0), ('ASSAULT', -9.0), ('ASSAULT:Torture', -8.5))
    """
    place = Path(path)
    codes = (code,) if isinstance(code, str) else tuple(code)
    try:
        with place.open(encoding="utf-8-sig", newline="") as handle:
            header = next(csv.reader(handle), [])
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{place}, line 1: {error}; accepted is a CSV file in UTF-8") from None
    for asked in (*codes, score):
        if asked not in header:
            close = nearest(asked, header)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise InputError(
                f"{place}, line 1: there is no column {asked[:60]!r}; {hint}there: "
                f"{', '.join(header)[:100]}"
            )
    table = read_csv(place, tuple(header))
    held: dict[str, float] = {}
    for row, cells in enumerate(table.cells()):
        given = dict(zip(header, cells, strict=True))
        key = ":".join(given[column].strip() for column in codes if given[column].strip())
        try:
            value = float(given[score])
        except ValueError:
            value = math.nan
        if not key or key in held or not abs(value) <= bound:
            what = "no code" if not key else "given twice" if key in held else given[score]
            raise InputError(
                f"{table.locate(row)}: {key[:60]!r} is {what[:60]}; accepted are different codes "
                f"with a score of -{bound:g} to {bound:g}"
            )
        held[key] = value
    return Scale(name or f"{place.name}, {score}", held, bound)
