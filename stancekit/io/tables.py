"""Dossiers on disk: a folder of CSV files or one JSON file; read strictly, written sorted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from stancekit.errors import InputError, nearest
from stancekit.io.files import as_csv, as_json, put_in_place, read_csv, read_json
from stancekit.records.dossier import Dossier
from stancekit.records.tables import COLUMNS, REQUIRED, Table

__all__ = ["read", "read_with_lines", "write"]

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
