"""Plain files: JSON and CSV read strictly, and written whole or not at all."""

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
from stancekit.records.columns import Column, Encoder
from stancekit.records.tables import Table

__all__ = ["Writer", "as_csv", "as_json", "put_in_place", "read_csv", "read_json"]

#: No line is longer; a file without line ends is refused, not swallowed.
LONGEST_LINE = 100_000

_CHUNK = 4_000

#: Puts the content of one file into a handle.
Writer = Callable[[TextIO], None]


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


def read_json(path: Path) -> Any:
    """Read a JSON file in which no number is infinite and no field stands twice."""
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
        raise InputError(f"{path}: the JSON is nested too deep") from None
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


def read_csv(path: Path, columns: tuple[str, ...]) -> Table:
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


def as_json(content: object) -> Writer:
    """Write a value as JSON."""

    def put(handle: TextIO) -> None:
        json.dump(content, handle, ensure_ascii=False, indent=1)
        handle.write("\n")

    return put


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Writer:
    """Write rows of text as CSV."""

    def put(handle: TextIO) -> None:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)

    return put


def put_in_place(writers: Mapping[Path, Writer]) -> None:
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
