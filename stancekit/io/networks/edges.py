"""Lists of ties: one tie a line as CSV, TSV or between blanks, with or without a header."""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import TextIO

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.errors import InputError, nearest
from stancekit.io.networks.named import NamedGraph
from stancekit.io.networks.text import blocks_of, lines_of, written
from stancekit.io.networks.told import Drop, Told, ends_of, graph_of, signed, values_of
from stancekit.records.columns import Column, Encoder, number_text
from stancekit.signed.graph import Merge, refuse

__all__ = ["read_edges", "write_edges"]

#: What headers call the two ends of a tie, and its value.
ENDS = (
    ("u", "v"),
    ("source", "target"),
    ("from", "to"),
    ("fromnodeid", "tonodeid"),
    ("src", "dst"),
    ("a", "b"),
    ("i", "j"),
)
SIGN = ("sign",)
WEIGHT = ("weight", "value", "rating")

_COMMENT = ("#", "%")

#: A column by its name in the header, or by its place, the first being 0.
Columns = Sequence[str] | Sequence[int]


@frozen
class _Layout:
    """How the lines of a file are to be read."""

    delimiter: str  # empty: any run of blanks
    width: int
    columns: tuple[int, ...]  # source, target, and one or two of value
    has_header: bool


def read_edges(
    path: str | os.PathLike[str],
    *,
    columns: Columns | None = None,
    delimiter: str | None = None,
    merge: Merge = refuse,
    drop: Collection[Drop] = (),
) -> NamedGraph:
    """Read a list of ties.

    One tie a line: two names and a sign or a signed weight, or both; ``+`` and ``-`` are signs
    too.  Cells are separated by tabs, semicolons, commas or blanks, whichever separates the first
    line; a name that holds the separator stands in quotation marks, and blanks around a name are
    no part of it.  Lines above the first tie that begin with ``#`` or ``%`` are comments.  A first
    line that names the columns (``u,v,sign``; ``source,target,weight``; ...) is a header.  The file
    is UTF-8, and may be compressed with gzip.

    Parameters
    ----------
    path : str or path
    columns : sequence of str or of int, optional
        Source, target and value, by their names in the header or by their places (from 0); a
        fourth is then a weight beside a sign.  Needed where there are further columns, so that
        nothing is left out that was not named.
    delimiter : str, optional
        One sign, or ``" "`` for any run of blanks; otherwise found.
    merge : function
        What becomes of a pair that is told more than once: see `from_ties`.
    drop : collection of Drop
        What to leave out and count, where it would be refused.

    Returns
    -------
    NamedGraph

    Raises
    ------
    InputError
        One error that names file and line of the first fault, what was found, and what would be
        accepted.  Nothing is half-loaded.

    Notes
    -----
    Every distinct cell is read once; the time is linear in the number of lines.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> lines = ["# who trusts whom", "Ann;Bob;1", "Bob;Cid;-1"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "ties.csv")
    ...     _ = file.write_text(chr(10).join(lines))
    ...     read_edges(file)
    NamedGraph(3 names, 2 ties, 1 negative)
    >>> read_edges("no-such-file.csv")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: no-such-file.csv: there is no such file
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise InputError(f"delimiter={delimiter!r:.20}; accepted is one sign, such as ',' or '\\t'")
    number, first, comments = _first(path)
    layout = _layout(path, number, first, columns, delimiter)
    _check_comments(path, comments, layout)
    above = number if layout.has_header else number - 1
    names = Encoder()
    cells = [Encoder() for _ in layout.columns[2:]]
    ends: list[list[NDArray[np.int32]]] = [[], []]
    held: list[list[NDArray[np.int32]]] = [[] for _ in cells]
    at: list[NDArray[np.int64]] = []
    for numbers, taken in _chunks(path, above, layout):
        for out, place in zip(ends, layout.columns):
            out.append(names.codes(taken[place]))
        for out, encoder, place in zip(held, cells, layout.columns[2:]):
            out.append(encoder.codes(taken[place]))
        at.append(numbers)
    nothing = np.zeros(0, dtype=np.int32)
    lines = np.concatenate([nothing, *at])

    def where(k: int) -> str:
        return f"{path}, line {lines[k]}"

    values = [
        values_of(Column(tuple(encoder), np.concatenate([nothing, *out])), where)
        for encoder, out in zip(cells, held)
    ]
    value = signed(values, where)
    codes = np.stack([np.concatenate([nothing, *out]) for out in ends], axis=1).astype(np.int64)
    known, both = ends_of(tuple(names), codes, where)
    return graph_of(Told(known, both, value, where), merge, drop)


def _cells(path: object, number: int, line: str, delimiter: str) -> list[str]:
    return next(iter(_rows(path, [number], [line], delimiter)))


def _rows(
    path: object, numbers: Sequence[int], lines: Sequence[str], delimiter: str
) -> list[list[str]]:
    """The cells of some lines."""
    if not delimiter:
        for number, line in zip(numbers, lines, strict=True):
            if '"' in line:
                raise InputError(
                    f"{path}, line {number}: a quotation mark among blanks; names in quotation "
                    "marks need tabs, semicolons or commas between the cells"
                )
        return list(map(str.split, lines))
    with contextlib.suppress(csv.Error):
        done = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True))
        if len(done) == len(lines):
            return done
    for number, line in zip(numbers, lines, strict=True):  # which of them was it?
        try:
            if (
                len(
                    list(
                        csv.reader(
                            [line, ""], delimiter=delimiter, skipinitialspace=True, strict=True
                        )
                    )
                )
                == 2
            ):
                continue
        except csv.Error:
            pass
        raise InputError(
            f"{path}, line {number}: a quotation mark opens or closes a cell where none begins "
            "or ends; a mark inside a cell is written twice, and the cell stands in marks"
        )
    raise InputError(f"{path}: quotation marks that do not match")


def _first(path: str | os.PathLike[str]) -> tuple[int, str, list[tuple[int, str]]]:
    """The first line that is no comment, its number, and the comments above it."""
    comments: list[tuple[int, str]] = []
    for number, line in enumerate(lines_of(path), start=1):
        if line.lstrip().startswith(_COMMENT):
            comments.append((number, line))
        elif line.strip():
            return number, line, comments
    raise InputError(f"{path}: there is no tie in the file, nor a header such as u,v,sign")


def _chunks(
    path: str | os.PathLike[str], above: int, layout: _Layout
) -> Iterator[tuple[NDArray[np.int64], list[list[str]]]]:
    """The columns of some thousand ties at a time, with the numbers of their lines."""
    done = 0
    for block in blocks_of(path):
        chunk = block[max(above - done, 0) :]
        numbers: Sequence[int] = range(done + len(block) - len(chunk) + 1, done + len(block) + 1)
        done += len(block)
        if not all(map(str.strip, chunk)):
            numbers = [k for k, line in zip(numbers, chunk, strict=True) if line.strip()]
            chunk = list(filter(str.strip, chunk))
        if any(mark in "".join(chunk) for mark in _COMMENT):
            for number, line in zip(numbers, chunk, strict=True):
                if line.lstrip().startswith(_COMMENT):
                    raise InputError(
                        f"{path}, line {number}: a comment below the first tie; accepted are "
                        "comments above it, and names that begin with # or % in quotation marks"
                    )
        if chunk:
            yield np.array(numbers, dtype=np.int64), _columns(path, numbers, chunk, layout)


def _columns(
    path: object, numbers: Sequence[int], lines: Sequence[str], layout: _Layout
) -> list[list[str]]:
    """The cells of some lines, column by column."""
    mark, width = layout.delimiter, layout.width
    is_plain = mark and not any('"' in line for line in lines)
    if is_plain and set(map(methodcaller("count", mark), lines)) == {width - 1}:
        cells = mark.join(lines).split(mark)  # no list for each line: twice as fast
        return [cells[k::width] for k in range(width)]
    rows = _rows(path, numbers, lines, mark)
    for number, row in zip(numbers, rows, strict=True):
        if len(row) != width:
            raise InputError(
                f"{path}, line {number}: the line has {len(row)} cells and the first one {width}; "
                "accepted are lines of one width"
            )
    return list(map(list, zip(*rows, strict=True)))


def _layout(
    path: object, number: int, first: str, columns: Columns | None, delimiter: str | None
) -> _Layout:
    """How to read the file, by its first line."""
    where = f"{path}, line {number}"
    if delimiter is None:
        # An error in the quotation marks is told when the lines are read.
        found = [mark for mark in "\t;," if first.count(mark) and len(_try(first, mark)) >= 3]
        delimiter = found[0] if found else ""
    elif delimiter == " ":
        delimiter = ""
    cells = [cell.strip() for cell in _cells(path, number, first, delimiter)]
    width = len(cells)
    if width < 3:
        width = max(len(_try(first, mark)) for mark in "\t;, ")
        raise InputError(
            f"{where}: the line has {width} cells; a signed tie has three, two names and a sign, "
            "separated by tabs, semicolons, commas or blanks"
        )
    if columns is not None:
        chosen = _chosen(where, cells, columns)
        return _Layout(
            delimiter,
            width,
            chosen,
            isinstance(columns[0], str) or not _is_value(cells[chosen[2]]),
        )
    known = _known(cells)
    if known:
        extra = [cells[k] for k in range(width) if k not in known]
        if extra:
            asked = tuple(cells[k] for k in known)
            raise InputError(
                f"{where}: the columns {', '.join(extra)[:100]} would be left out; say "
                f"columns={asked} to do so"
            )
        return _Layout(delimiter, width, known, True)
    if width > 3:
        raise InputError(
            f"{where}: the line has {width} cells and is no header that is known; say which hold "
            "source, target and value: columns=(0, 1, 2)"
        )
    if not _is_value(cells[2]):
        raise InputError(
            f"{where}: {cells[2][:60]!r} is no sign, and the line is no header that is known "
            "(u,v,sign; source,target,weight; ...); say columns=, with the names of source, target "
            "and value, or write a sign"
        )
    return _Layout(delimiter, width, (0, 1, 2), False)


def _try(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _is_value(text: str) -> bool:
    try:
        values_of(Column.of([text]), str)
    except InputError:
        return False
    return True


def _known(cells: Sequence[str]) -> tuple[int, ...]:
    """Places of source, target and value in a header that says so; empty if it does not."""
    lower = [cell.lower() for cell in cells]
    for source, target in ENDS:
        if lower.count(source) == 1 and lower.count(target) == 1:
            signs = [k for k, cell in enumerate(lower) if cell in SIGN]
            weights = [k for k, cell in enumerate(lower) if cell in WEIGHT]
            if len(signs) <= 1 and len(weights) <= 1 and (signs or weights):
                return lower.index(source), lower.index(target), *signs, *weights
    return ()


def _chosen(where: str, cells: Sequence[str], columns: Columns) -> tuple[int, ...]:
    """Places of the columns that were asked for."""
    asked = list(columns) if not isinstance(columns, str) else []
    names = all(isinstance(one, str) for one in asked)
    places = all(isinstance(one, int) and not isinstance(one, bool) for one in asked)
    if len(asked) not in (3, 4) or not (names or places) or len(set(asked)) != len(asked):
        raise InputError(
            f"columns={columns!r:.80}; accepted are three or four different names or places: "
            "source, target, value, and a weight beside a sign"
        )
    found: list[int] = []
    for one in columns:
        if isinstance(one, str):
            if cells.count(one) != 1:
                close = nearest(one, cells)
                hint = f"did you mean {close[0]!r}? " if close else ""
                raise InputError(
                    f"{where}: there is {'no' if one not in cells else 'more than one'} column "
                    f"{one[:60]!r}; {hint}the first line has {', '.join(cells)[:100]}"
                )
            found.append(cells.index(one))
        elif not 0 <= one < len(cells):
            raise InputError(f"{where}: there is no column {one}; accepted: 0..{len(cells) - 1}")
        else:
            found.append(one)
    return tuple(found)


def _check_comments(path: object, comments: Sequence[tuple[int, str]], layout: _Layout) -> None:
    """Refuse a comment that may be a tie whose first name begins with ``#`` or ``%``."""
    for number, line in comments:
        cells = _try(line, layout.delimiter) if layout.delimiter else line.split()
        if len(cells) == layout.width and len(cells[0].strip()) > 1:
            value = cells[layout.columns[2]].strip()
            if value and _is_value(value):
                raise InputError(
                    f"{path}, line {number}: is this a comment or a tie? It has the cells of one; "
                    "accepted are comments of another width, and names that begin with # or % in "
                    "quotation marks"
                )


def write_edges(named: NamedGraph, path: str | os.PathLike[str]) -> None:
    """Write a list of ties: CSV where the path ends in ``.csv`` or ``.csv.gz``, else TSV.

    The header is ``u,v,sign``, or ``u,v,weight`` with signed weights where some weight is not 1.
    What `read_edges` makes of it is equal, if the vertices are in the order of their names.

    Raises
    ------
    InputError
        If a vertex has no tie, for which a list of ties has no place; or the path cannot be
        written.

    Examples
    --------
    >>> import tempfile
    >>> from stancekit.io.networks import from_ties
    >>> named = from_ties([("a", "b", -0.5), ("b", "c", 2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_edges(named, folder + "/ties.csv.gz")
    ...     read_edges(folder + "/ties.csv.gz") == named
    True
    """
    alone = np.setdiff1d(np.arange(named.graph.order), named.graph.edges)
    if len(alone):
        shown = ", ".join(repr(named.names[k]) for k in alone[:3].tolist())
        raise InputError(
            f"{path}: {len(alone)} vertices have no tie ({shown[:100]}), and a list of ties has no "
            "place for them; write GraphML or Pajek, or NamedGraph.tied()"
        )
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    written(path, partial(_put, named, "," if ".csv" in suffixes else "\t"))


def _put(named: NamedGraph, delimiter: str, handle: TextIO) -> None:
    unit = bool((named.graph.weights == 1).all())
    handle.write(delimiter.join(("u", "v", "sign" if unit else "weight")) + "\n")
    cells = [_quoted(name, delimiter) for name in named.names]
    values = named.graph.signs * named.graph.weights
    texts = {value: number_text(value) for value in np.unique(values).tolist()}
    for (u, v), value in zip(named.graph.edges.tolist(), values.tolist(), strict=True):
        handle.write(f"{cells[u]}{delimiter}{cells[v]}{delimiter}{texts[value]}\n")


def _quoted(name: str, delimiter: str) -> str:
    if delimiter in name or '"' in name or name.startswith(_COMMENT):
        return '"' + name.replace('"', '""') + '"'
    return name
