"""Dossiers on disk: a folder of CSV files or one JSON file; read strictly, written sorted."""

from __future__ import annotations

import codecs
import contextlib
import csv
import itertools
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from stancekit.errors import InputError, nearest
from stancekit.records.dossier import Dossier
from stancekit.records.stance_table import Column, Encoder
from stancekit.records.tables import COLUMNS, REQUIRED, Table

__all__ = ["read", "read_with_lines", "write"]

#: No line of a dossier is longer; a file without line ends is refused, not swallowed.
LONGEST_LINE = 100_000

_CHUNK = 4_000

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
    content = _json(place)
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
    document = _json(folder / "dossier.json")
    tables = {
        name: _read_csv(folder / f"{name}.csv", COLUMNS[name])
        for name in COLUMNS
        if f"{name}.csv" in names
    }
    return Dossier.from_tables(document, tables, where=str(folder / "dossier.json"))


def _decoding_error(path: Path) -> InputError:
    """Say in which line a file stops being UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, place = 1, 0  # of the last byte that was read
    with path.open("rb") as handle:
        while chunk := handle.read(2**16):
            held = decoder.getstate()[0]  # the beginning of a sign that the last chunk cut
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                good = (held + chunk)[: error.start]
                bad = (held + chunk)[error.start]
                line += good.count(b"\n")
                last = good.rfind(b"\n")
                place = len(good) - last if last >= 0 else place - len(held) + len(good) + 1
                return InputError(
                    f"{path}, line {line}: byte {bad:#04x} at place {place} is not UTF-8; "
                    "save the file as UTF-8"
                )
            line += chunk.count(b"\n")
            last = chunk.rfind(b"\n")
            place = len(chunk) - last - 1 if last >= 0 else place + len(chunk)
    return InputError(f"{path}: the file ends within a sign; save it as UTF-8")


def _json(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if not text.strip():
            raise InputError("the file is empty")
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except UnicodeDecodeError:
        raise _decoding_error(path) from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; the file must be JSON"
        ) from None
    except RecursionError:
        raise InputError(f"{path}: the JSON is nested too deep for a dossier") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except ValueError:  # an integer of more digits than Python reads
        raise InputError(f"{path}: a number has too many digits; no field takes it") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None


def _no_constant(text: str) -> float:
    raise InputError(f"{text} is no number; a number is finite")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"the field {twice!r} is given twice")
    return made


def _lines(path: Path, handle: TextIO) -> Iterator[str]:
    """The lines of a file, none of them endless."""
    number = 0
    while line := handle.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise InputError(
                f"{path}, line {number}: the line is longer than {LONGEST_LINE} characters; "
                "one fact is one row"
            )
        yield line


def _read_csv(path: Path, columns: tuple[str, ...]) -> Table:
    """Read one file as columns; every cell is kept as text, encoded by its distinct values."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return _table(path, handle, columns)
    except UnicodeDecodeError:
        raise _decoding_error(path) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None


def _table(path: Path, handle: TextIO, columns: tuple[str, ...]) -> Table:
    width = len(columns)
    encoders = [Encoder() for _ in columns]
    codes: list[list[NDArray[np.int32]]] = [[] for _ in columns]
    lines: list[NDArray[np.int32]] = []
    reader = csv.reader(_lines(path, handle), strict=True)
    rows: list[list[str]] = []
    done = 0  # lines before the rows at hand
    try:
        header = next(reader, None)
        _check_header(path, header, columns)
        assert header is not None
        _check_lines(path, [header], done, reader.line_num, width)
        done = 1
        while True:
            rows.extend(itertools.islice(reader, _CHUNK))
            _check_lines(path, rows, done, reader.line_num, width)
            if not rows:
                break
            full = np.array([bool(row) for row in rows])
            lines.append(np.flatnonzero(full).astype(np.int32) + (done + 1))
            for encoder, out, cells in zip(
                encoders, codes, zip(*filter(None, rows), strict=True), strict=False
            ):
                out.append(encoder.codes(cells))
            done += len(rows)
            rows.clear()
    except csv.Error as error:
        _check_lines(path, rows, done, done + len(rows), width)
        here = done + len(rows) + 1
        if reader.line_num > here or "unexpected end" in str(error):
            raise _unclosed(path, here) from None
        raise InputError(
            f"{path}, line {here}: {error}; a cell with a quotation mark or a comma stands in "
            "quotation marks, and a mark inside it is written twice"
        ) from None
    nothing = np.zeros(0, dtype=np.int32)
    encoded = {
        name: Column(tuple(encoder), np.concatenate([nothing, *out]))
        for name, encoder, out in zip(header, encoders, codes, strict=True)
    }
    ends = np.concatenate([nothing, *lines])
    return Table({name: encoded[name] for name in columns}, lambda row: f"{path}, line {ends[row]}")


def _check_lines(path: Path, rows: list[list[str]], done: int, read: int, width: int) -> None:
    """Refuse rows of another width, and rows that are not one line each."""
    if read != done + len(rows):
        for number, row in enumerate(rows, start=done + 1):
            if any("\n" in cell or "\r" in cell for cell in row):
                raise _unclosed(path, number)
    for number, row in enumerate(rows, start=done + 1):
        if len(row) != width and row:
            raise InputError(
                f"{path}, line {number}: the row has {len(row)} cells and the header {width}; a "
                "comma inside a cell needs quotation marks around the cell"
            )


def _unclosed(path: Path, line: int) -> InputError:
    return InputError(
        f"{path}, line {line}: a quotation mark opens a cell that does not end on this line; "
        "close it, and write no line ends into a cell"
    )


def _check_header(path: Path, header: list[str] | None, columns: tuple[str, ...]) -> None:
    expected = ",".join(columns)
    if not header:
        raise InputError(f"{path}, line 1: the file is empty; its first line must be {expected}")
    for name in header:
        if name not in columns:
            close = nearest(name, columns)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise InputError(
                f"{path}, line 1: there is no column {name[:60]!r}; {hint}accepted: {expected}"
            )
        if header.count(name) > 1:
            raise InputError(f"{path}, line 1: the column {name!r} stands there twice")
    for name in columns:
        if name not in header:
            raise InputError(
                f"{path}, line 1: the column {name!r} is missing; the first line must be {expected}"
            )


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
            _replace({place: lambda handle: _dump(dossier.to_rows(), handle)})
            return
        place.mkdir(parents=True, exist_ok=True)
        writers: dict[Path, Callable[[Any], None]] = {
            place / "dossier.json": lambda handle: _dump(dossier.document(), handle)
        }
        for name in COLUMNS:
            writers[place / f"{name}.csv"] = _csv_writer(COLUMNS[name], dossier.cells(name))
        _replace(writers)
    except OSError as error:
        raise InputError(f"{place}: {error.strerror or error}") from None


def _csv_writer(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Callable[[Any], None]:
    def put(handle: Any) -> None:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)

    return put


def _dump(content: object, handle: Any) -> None:
    if isinstance(content, Mapping) and isinstance(content.get("dossier"), list):
        content = {**content, "dossier": content["dossier"][0]}
    json.dump(content, handle, ensure_ascii=False, indent=1)
    handle.write("\n")


def _replace(writers: Mapping[Path, Callable[[Any], None]]) -> None:
    """Write all files beside their places first, then move them there."""
    ready: list[tuple[str, Path]] = []
    try:
        for place, put in writers.items():
            handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
            ready.append((temporary, place))
            with open(handle, "w", encoding="utf-8", newline="") as opened:
                put(opened)
        for temporary, place in ready:
            os.chmod(temporary, 0o644)
            os.replace(temporary, place)
    finally:
        for temporary, _ in ready:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
