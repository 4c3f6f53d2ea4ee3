"""Scenarios on disk: one JSON file, or a folder of a head and its changes; read strictly."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import fields

from stancekit.errors import InputError, StancekitError, nearest
from stancekit.io.files import as_csv, as_json, put_in_place, read_csv, read_json
from stancekit.records.columns import number_text
from stancekit.scenarios import Change, Scenario

__all__ = ["COLUMNS", "read", "write"]

#: The columns of ``changes.csv``, in their order.
COLUMNS = tuple(part.name for part in fields(Change))

_HEAD = ("name", "day")


def read(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from a folder or from one JSON file.

    Parameters
    ----------
    path : str or path
        A folder with ``scenario.json`` (``name`` and ``day``) and ``changes.csv``, one change
        a row; or a ``.json`` file with ``name``, ``day`` and ``changes``, a list of rows in
        which empty fields may be left out.

    Raises
    ------
    InputError
        One error that names file, line (or row) and field of the first fault, the value, and
        what would be accepted; ``problems`` holds all of them.

    Examples
    --------
    >>> import tempfile
    >>> what_if = Scenario("Russia drops Maduro").set("RUS", "maduro", 0.0).on("2019-04-30")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(what_if, folder + "/russia.json")
    ...     read(folder + "/russia.json") == what_if
    True
    >>> read("no-such-folder")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: no-such-folder: there is no such file or folder
    """
    place = Path(path)
    try:
        if place.is_dir():
            return _read_folder(place)
        if not place.exists():
            raise InputError(f"{place}: there is no such file or folder")
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None
    if place.suffix.lower() != ".json":
        raise InputError(
            f"{place}: a scenario is a folder with scenario.json and changes.csv, or one .json "
            "file; stancekit.io.scenarios.write makes either"
        )
    content = _head(read_json(place), place, (*_HEAD, "changes"))
    rows = content.get("changes", [])
    if not isinstance(rows, list):
        raise InputError(f"{place}, changes: it is {type(rows).__name__}, not a list of rows")
    where = [f"{place}, changes, row {k + 1}" for k in range(len(rows))]
    return _made(content, rows, where, place)


def _read_folder(folder: Path) -> Scenario:
    for name in ("scenario.json", "changes.csv"):
        if not (folder / name).exists():
            raise InputError(f"{folder}: there is no {name}; a scenario has both of the files")
    content = _head(read_json(folder / "scenario.json"), folder / "scenario.json", _HEAD)
    table = read_csv(folder / "changes.csv", COLUMNS)
    rows = [dict(zip(COLUMNS, cells, strict=True)) for cells in table.cells()]
    where = [table.locate(row) for row in range(len(rows))]
    return _made(content, rows, where, folder / "scenario.json")


def _head(content: object, place: Path, accepted: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise InputError(f"{place} holds {type(content).__name__}, not an object of fields")
    for name in content:
        if name not in accepted:
            close = nearest(name, accepted)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise InputError(
                f"{place}: there is no field {name!r}; {hint}accepted: {', '.join(accepted)}"
            )
    return content


def _made(
    content: Mapping[str, Any], rows: Sequence[Any], where: Sequence[str], place: Path
) -> Scenario:
    """Make the scenario, or one error of all that is wrong with it."""
    faults: list[str] = []
    changes = [_change(row, at, faults) for row, at in zip(rows, where, strict=True)]
    head: dict[str, Any] = {}
    for name in _HEAD:
        held = content.get(name)
        if held is not None and not isinstance(held, str):
            faults.append(f"{place}, field {name}: {held!r:.60} is {type(held).__name__}, not text")
            continue
        try:
            part = Scenario(held or "") if name == "name" else Scenario(day=held)
            head[name] = getattr(part, name)
        except StancekitError as error:
            faults.append(f"{place}, field {name}: {error}")
    if faults:
        more = f" (and {len(faults) - 1} more faults)" if len(faults) > 1 else ""
        raise InputError(faults[0] + more, problems=tuple(faults))
    return Scenario(changes=[change for change in changes if change is not None], **head)


def _change(row: object, where: str, faults: list[str]) -> Change | None:
    """Read one row; what is wrong is noted, field by field."""
    if not isinstance(row, Mapping):
        faults.append(f"{where} is {type(row).__name__}, not a mapping of columns")
        return None
    before = len(faults)
    for name in row:
        if name not in COLUMNS:
            close = nearest(str(name), COLUMNS)
            hint = f"did you mean {close[0]!r}? " if close else ""
            faults.append(
                f"{where}: there is no column {name!r}; {hint}accepted: {', '.join(COLUMNS)}"
            )
    held = {name: _plain(row.get(name)) for name in COLUMNS}
    for part in fields(Change):
        required = part.name in ("deed", "actor")
        if held[part.name] == "" and not required:
            continue
        try:
            convert: Any = part.converter
            convert(held[part.name])
        except StancekitError as error:
            faults.append(f"{where}, field {part.name}: {error}")
        except (TypeError, ValueError):
            faults.append(f"{where}, field {part.name}: {row[part.name]!r:.60} is no cell")
    if len(faults) > before:
        return None
    try:
        return Change(**held)
    except StancekitError as error:
        faults.append(f"{where}: {error}")
        return None


def _plain(value: object) -> Any:
    """A cell; nothing is the same as empty text."""
    return "" if value is None else value


def _text(value: object) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return ";".join(value)
    return number_text(float(value)) if isinstance(value, int | float) else str(value)


def _cells(change: Change) -> dict[str, str]:
    """A change as text, a cell a column; the channel where there is one."""
    cells = {name: _text(getattr(change, name)) for name in COLUMNS}
    if change.deed not in ("set", "unset"):
        cells["channel"] = ""
    return cells


def write(scenario: Scenario, path: str | os.PathLike[str]) -> None:
    """Write a scenario as a folder, or as one file where the path ends in ``.json``.

    What ``read`` makes of it is equal to the scenario; the same scenario always gives the same
    bytes. The changes stand in their own order, which is part of what they mean. What is there
    already is replaced only when all has been written.

    Raises
    ------
    InputError
        If the path cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Scenario("one vote").set("RUS", "maduro", -1.0, channel="vote"), folder)
    ...     print(Path(folder, "changes.csv").read_text(encoding="utf-8"))
    deed,actor,toward,channel,degree,value,absence,contest,behind,name,kind,traits,amount,year,on
    set,RUS,maduro,vote,,-1,,,,,,,,,
    <BLANKLINE>
    """
    place = Path(path)
    head = {"name": scenario.name, "day": "" if scenario.day is None else str(scenario.day)}
    rows = [_cells(change) for change in scenario.changes]
    if place.suffix.lower() == ".json":
        short = [{name: text for name, text in row.items() if text} for row in rows]
        writers = {place: as_json({**head, "changes": short})}
    else:
        writers = {
            place / "scenario.json": as_json(head),
            place / "changes.csv": as_csv(COLUMNS, [row.values() for row in rows]),
        }
    try:
        if place.suffix.lower() != ".json":
            place.mkdir(parents=True, exist_ok=True)
        put_in_place(writers)
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None
