"""Dossiers as tables: CSV folders, JSON files, data frames; read strictly, written sorted."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from stancekit.errors import InputError, nearest
from stancekit.io.files import as_csv, as_json, put_in_place, read_csv, read_json
from stancekit.io.frames import as_frame
from stancekit.records.dossier import Dossier
from stancekit.records.entries import EntryKind
from stancekit.records.gazetteer import Gazetteer
from stancekit.records.tables import COLUMNS, REQUIRED, Table

__all__ = ["from_frame", "read", "read_with_lines", "write"]

Locate = Callable[[str, int], str]


def read(path: str | os.PathLike[str]) -> Dossier:
    """Read a dossier from a folder of CSV files or from one JSON file.

    Parameters
    ----------
    path : str or path
        A folder with ``dossier.json``, ``actors.csv``, ``contests.csv``, ``claimants.csv``
        and ``stances.csv``, and if need be ``memberships.csv``, ``sources.csv`` and
        ``weights.csv``; or a ``.json`` file that holds the same tables.

    Raises
    ------
    InputError
        One error that names file, line and field of the first fault, the value, and what
        would be accepted; ``problems`` holds all of them. Nothing is half-loaded.

    Examples
    --------
    >>> read("no-such-folder")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: no-such-folder: there is no such file or folder
    """
    return read_with_lines(path)[0]


def read_with_lines(path: str | os.PathLike[str]) -> tuple[Dossier, Locate]:
    """Read a dossier, and keep the way from each record to its file and line.

    Returns
    -------
    dossier : Dossier
    locate : function
        ``locate(table, row)`` names the file and line of a record, where ``row`` is its
        place in the dossier.

    Raises
    ------
    InputError
        As ``read``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from stancekit.datasets import folder
    >>> dossier, locate = read_with_lines(folder("venezuela-2019"))
    >>> Path(locate("claimants", 0)).name
    'claimants.csv, line 2'
    """
    place = Path(path)
    try:
        if place.is_dir():
            return _read_folder(place)
        if not place.exists():
            raise InputError(f"{place}: there is no such file or folder")
    except OSError as error:  # a folder that may not be listed, a name that is too long
        raise InputError(f"{place}: {error.strerror or error}") from None
    if place.suffix.lower() != ".json":
        raise InputError(
            f"{place}: a dossier is a folder of CSV files or one .json file; "
            "stancekit.io.tables.write makes either"
        )
    content = read_json(place)
    if not isinstance(content, dict):
        raise InputError(f"{place} holds {type(content).__name__}, not an object of tables")
    accepted = ("dossier", *COLUMNS)
    for name in content:
        if name not in accepted:
            raise InputError(
                f"{place}: there is no table {name!r}; accepted: {', '.join(accepted)}"
            )
    tables = {}
    for name in COLUMNS:
        if name in content:
            if not isinstance(content[name], list):
                raise InputError(f"{place}, {name}: a table is a list of rows")
            tables[name] = Table.of_rows(name, content[name], f"{place}, {name}")
    return Dossier.from_tables(content.get("dossier", {}), tables, where=f"{place}, dossier")


def _read_folder(folder: Path) -> tuple[Dossier, Locate]:
    names = {entry.name for entry in folder.iterdir()}
    accepted = {f"{name}.csv" for name in COLUMNS}
    for name in sorted(names):
        if name.lower().endswith(".csv") and name not in accepted:
            close = nearest(name, accepted)
            hint = (
                f"did you mean {close[0]}?" if close else f"accepted: {', '.join(sorted(accepted))}"
            )
            raise InputError(f"{folder / name}: a dossier has no such table; {hint}")
    if "dossier.json" not in names:
        raise InputError(f"{folder}: there is no dossier.json; a dossier needs one with its code")
    for name in REQUIRED:
        if f"{name}.csv" not in names:
            needed = ", ".join(f"{table}.csv" for table in REQUIRED)
            raise InputError(f"{folder}: there is no {name}.csv; a dossier needs {needed}")
    document = read_json(folder / "dossier.json")
    tables = {
        name: read_csv(folder / f"{name}.csv", COLUMNS[name])
        for name in COLUMNS
        if f"{name}.csv" in names
    }
    return Dossier.from_tables(document, tables, where=str(folder / "dossier.json"))


def write(dossier: Dossier, path: str | os.PathLike[str]) -> None:
    """Write a dossier as a folder of CSV files, or as one file where the path ends in ``.json``.

    What ``read`` makes of it is equal to the dossier. The same dossier always gives the same
    bytes. An existing file or table is replaced only when all has been written.

    Raises
    ------
    InputError
        If the path cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> dossier = Dossier("empty-case")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(dossier, folder + "/case.json")
    ...     read(folder + "/case.json") == dossier
    True
    """
    place = Path(path)
    try:
        if place.suffix.lower() == ".json":
            content = {**dossier.to_rows(), "dossier": dossier.document()}
            put_in_place({place: as_json(content)})
            return
        place.mkdir(parents=True, exist_ok=True)
        writers = {place / "dossier.json": as_json(dossier.document())}
        for name, columns in COLUMNS.items():
            writers[place / f"{name}.csv"] = as_csv(columns, dossier.cells(name))
        put_in_place(writers)
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None


def from_frame(
    stances: Any,
    *,
    claimants: Any,
    contests: Any,
    actors: Any = None,
    memberships: Any = None,
    sources: Any = None,
    weights: Any = None,
    code: str = "from-frame",
    title: str = "",
) -> Dossier:
    """Make a dossier of data frames whose columns are those of the files on disk.

    Parameters
    ----------
    stances : data frame
        Of pandas, polars, pyarrow, DuckDB or any other that narwhals knows; or rows, each a
        mapping.  Columns of ``stances.csv``, in any order; those that are left out are empty.
        A null, nan or NaT is an empty cell, a day is read from a date or from a datetime at
        midnight, and a year may be a number.
    claimants, contests : data frame
        Likewise.  They cannot be guessed from the stances: who claims what is the case.
    actors : data frame, optional
        Without one, all whom the stances name and who are no claimants must be states of the
        gazetteer, by its codes.
    memberships, sources, weights : data frame, optional
    code, title : str

    Raises
    ------
    InputError
        One error that names table, row and column of the first fault, the value, and what would
        be accepted; ``problems`` holds all of them.
    MissingExtraError
        If narwhals is not installed and something else than rows is given.

    Examples
    --------
    >>> rows = [{"actor": "DNK", "toward": "guaido", "channel": "recognition", "value": 1}]
    >>> from_frame(
    ...     rows,
    ...     claimants=[{"code": "guaido", "contest": "presidency"}],
    ...     contests=[{"code": "presidency", "kind": "government"}],
    ... )
    Dossier('from-frame', 1 actors, 1 claimants, 1 stances)
    """
    given = {
        "actors": actors,
        "memberships": memberships,
        "contests": contests,
        "claimants": claimants,
        "sources": sources,
        "stances": stances,
        "weights": weights,
    }
    tables = {
        name: _framed(name, frame)
        for name, frame in given.items()
        if frame is not None or name in ("stances", "claimants", "contests")
    }
    if actors is None:
        tables["actors"] = _states(tables)
    return Dossier.from_tables({"code": code, "title": title}, tables)[0]


def _states(tables: Mapping[str, Table]) -> Table:
    """Everyone in the stances who is no claimant, as the states of the gazetteer."""
    stances, claimants = tables["stances"].columns, tables["claimants"].columns["code"].values
    named = {name for column in ("toward", "claimed_by") for name in stances[column].values}
    codes = sorted((named - set(claimants) | set(stances["actor"].values)) - {""})
    states = {
        entry.code: entry.name
        for entry in Gazetteer.standard()
        if entry.kind in (EntryKind.STATE, EntryKind.FORMER_STATE)
    }
    for code in codes:
        if code not in states:
            raise InputError(
                f"frame of stances: {code!r} is the code of no state in the gazetteer; give "
                "actors=, a frame with its code and kind"
            )
    rows = [{"code": code, "name": states[code], "kind": "state"} for code in codes]
    return Table.of_rows("actors", rows, "states named in the stances")


def _framed(name: str, frame: Any) -> Table:
    """One frame as a table of text."""
    where = f"frame of {name}"
    if isinstance(frame, Iterable) and not hasattr(frame, "columns"):
        held = list(frame)
        if all(isinstance(row, Mapping) for row in held):
            return Table.of_rows(name, held, where)
    native = as_frame(frame, f"{where} is")
    import narwhals as nw

    eager = native.collect() if isinstance(native, nw.LazyFrame) else native
    for column in eager.columns:
        if column not in COLUMNS[name]:
            close = nearest(str(column), COLUMNS[name])
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise InputError(
                f"{where}: there is no column {column!r}; {hint}"
                f"accepted: {', '.join(COLUMNS[name])}"
            )
    cells = [
        [
            None if null or (isinstance(cell, float) and math.isnan(cell)) else cell
            for cell, null in zip(column.to_list(), column.is_null().to_list(), strict=True)
        ]
        for column in (eager[name] for name in eager.columns)
    ]
    rows = (dict(zip(eager.columns, row, strict=True)) for row in zip(*cells, strict=True))
    return Table.of_rows(name, rows, where)
