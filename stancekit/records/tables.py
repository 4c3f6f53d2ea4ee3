"""The plain tables of a dossier: their columns, and how rows of text become records and back."""

from __future__ import annotations

import datetime
import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from attrs import field, fields, frozen

from stancekit.errors import InputError
from stancekit.records.columns import Column, number_text
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.stance import Ladder, Source
from stancekit.records.stance_table import STANCE_COLUMNS, Faults

__all__ = ["COLUMNS", "RECORDS", "REQUIRED", "Table", "records_of", "texts_of"]

#: The tables of a dossier and their columns, in their order on disk.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "actors": ("code", "name", "kind", "since", "until", "traits", "note"),
    "memberships": ("member", "bloc", "since", "until", "source", "note"),
    "contests": ("code", "title", "kind", "exclusive", "since", "until", "note"),
    "claimants": ("code", "contest", "name", "actor", "since", "until", "traits", "note"),
    "sources": ("id", "publisher", "title", "date", "address"),
    "stances": STANCE_COLUMNS,
    "weights": ("actor", "name", "year", "value", "standard_error", "source"),
}

#: Tables without which there is no dossier.
REQUIRED = ("actors", "contests", "claimants", "stances")

#: What the rows of each table but the stances become.
RECORDS: Mapping[str, type] = {
    "actors": Actor,
    "memberships": Membership,
    "contests": Contest,
    "claimants": Claimant,
    "sources": Source,
    "weights": Weight,
}


def _nowhere(row: int) -> str:
    return f"row {row + 1}"


@frozen
class Table:
    """The columns of one table as text, and a way to say where a row stands.

    >>> table = Table.of_rows("sources", [{"id": "FP", "publisher": "Foreign Policy"}])
    >>> len(table), table.locate(0)
    (1, 'sources, row 1')
    """

    columns: Mapping[str, Column]
    locate: Callable[[int], str] = field(default=_nowhere, eq=False)

    @classmethod
    def of_rows(cls, name: str, rows: Iterable[Mapping[str, object]], file: str = "") -> Table:
        """Encode rows given as mappings; a column that a row leaves out is empty there.

        Raises
        ------
        InputError
            If a row is no mapping, has an unknown column, or holds what is no cell.
        """
        columns = COLUMNS[name]
        place = file or name
        cells: list[list[str]] = [[] for _ in columns]
        known = set(columns)
        for index, row in enumerate(rows):
            where = f"{place}, row {index + 1}"
            if not isinstance(row, Mapping):
                raise InputError(f"{where} is {type(row).__name__}, not a mapping of columns")
            for extra in (key for key in row if key not in known):
                raise InputError(
                    f"{where}: there is no column {extra!r}; accepted: {', '.join(columns)}"
                )
            for column, out in zip(columns, cells, strict=True):
                out.append(_cell(row.get(column), where, column))
        return cls(
            {column: Column.of(texts) for column, texts in zip(columns, cells, strict=True)},
            lambda index: f"{place}, row {index + 1}",
        )

    def __len__(self) -> int:
        return max((len(column.codes) for column in self.columns.values()), default=0)

    def rows(self) -> Iterable[dict[str, str]]:
        """Give the rows as mappings of text."""
        return (dict(zip(self.columns, cells, strict=True)) for cells in self.cells())

    def cells(self) -> Iterable[tuple[str, ...]]:
        """Give the rows as tuples of text, in the order of the columns."""
        return zip(*(column.texts() for column in self.columns.values()), strict=True)


def _cell(value: object, where: str, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.datetime):
        if value.time() != datetime.time():
            raise InputError(f"{where}, field {column}: {value} is an instant; accepted is a day")
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    is_whole = isinstance(value, numbers.Integral)
    if isinstance(value, numbers.Integral):
        whole = int(value)
        if abs(whole) < 10**300:
            return str(whole)
    elif isinstance(value, numbers.Real) and math.isfinite(value):
        return number_text(float(value))
    shown = "a number of more than 300 digits" if is_whole else f"{value!r:.40}"
    raise InputError(
        f"{where}, field {column}: {shown} is {type(value).__name__} and no cell; a cell is text, "
        "a day, a finite number, true, false, or nothing"
    )


def records_of(name: str, table: Table, faults: Faults) -> tuple[Any, ...]:
    """Make the records of a table other than the stances; what is wrong goes to ``faults``."""
    make = RECORDS[name]
    made = []
    for index, row in enumerate(table.rows()):
        where = table.locate(index)
        before = len(faults.found)
        for part in fields(make):
            try:
                part.converter(row[part.name])
            except InputError as error:
                faults.add(f"{where}, field {part.name}", error)
        if len(faults.found) == before:  # only now can fields contradict one another
            made.append(faults.attempt(where, partial(make, **row)))
    return tuple(made)


def texts_of(name: str, records: Sequence[Any]) -> Iterable[tuple[str, ...]]:
    """Write records other than stances as tuples of text."""
    columns = COLUMNS[name]
    return (tuple(_text(getattr(record, column)) for column in columns) for record in records)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def ladder_of(given: object, where: str) -> Ladder:
    """Read the ladder of ``dossier.json``: a mapping of names to values, or nothing.

    >>> ladder_of({"recognises": 1, "rejects": -1}, "dossier.json").value("rejects")
    -1.0
    """
    if given is None or given == "":
        return Ladder.standard()
    if not isinstance(given, Mapping):
        raise InputError(f"{where}, field ladder: a ladder is a mapping of names to values")
    try:
        return Ladder(tuple(given.items()))
    except InputError as error:
        raise InputError(f"{where}, field ladder: {error}") from None
