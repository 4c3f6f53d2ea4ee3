"""Pajek networks: .net and project files with signed arcs, edges and matrices, and .mat files."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np
from attrs import define, field

from stancekit.errors import InputError, nearest
from stancekit.io.networks.named import NamedGraph, no_name
from stancekit.io.networks.text import lines_of, written
from stancekit.io.networks.told import Drop, Told, graph_of, values_of
from stancekit.records.columns import Column, number_text
from stancekit.signed.graph import Merge, refuse

__all__ = ["read_pajek", "write_pajek"]

#: Vertices of which a file may give the number alone, without a line for each.
_MOST = 10_000_000

_TOKEN = re.compile(r'"[^"]*"|[^\s"]+')
_ZERO = re.compile(r"[+-]?(0+\.?0*|\.0+)", re.ASCII)
_CODED = re.compile(r"&#(\d{1,7});", re.ASCII)
_SKIPPED = "*skipped"
_TIES = ("*arcs", "*edges", "*matrix")
_LISTS = ("*arcslist", "*edgeslist")
_OTHERS = ("*partition", "*vector", "*cluster", "*permutation", "*hierarchy")


def read_pajek(
    path: str | os.PathLike[str],
    *,
    network: str | None = None,
    relation: str | int | None = None,
    merge: Merge = refuse,
    drop: Collection[Drop] = (),
) -> NamedGraph:
    """Read one signed network of a Pajek file: ``.net``, ``.paj`` or ``.mat``.

    Line values are signed weights.  ``*Arcs``, ``*Edges`` and ``*Matrix`` are read, in any mixture;
    a 0 in a matrix is no tie.  Pajek takes 1 for a line value that is left out; here that is a
    missing sign, refused unless dropped.  Coordinates, colours, partitions and vectors are passed
    over; times of activity and lists of neighbours without values are refused.  The file is UTF-8
    [1]_, and may be compressed with gzip.

    Parameters
    ----------
    path : str or path
    network : str, optional
        Which network of a project file, by the name behind ``*Network``; needed if there are
        several.
    relation : str or int, optional
        Which relation (``*Arcs :2 "dislikes"``), by number or name; needed if there are several.
    merge : function
        What becomes of a pair that is told in both directions or more than once: see
        `from_ties`.  An edge has no direction and counts as one record.
    drop : collection of Drop
        What to leave out and count, where it would be refused.

    Returns
    -------
    NamedGraph
        A vertex without a label is called by its number.

    Raises
    ------
    InputError
        One error that names file and line of the first fault, what was found, and what would be
        accepted.  Nothing is half-loaded.

    References
    ----------
    .. [1] "Pajek format", http://vladowiki.fmf.uni-lj.si/doku.php?id=pajek:faq:format

    Examples
    --------
    >>> import tempfile, pathlib
    >>> lines = ["*Vertices 3", '1 "Ann"', '2 "Bob"', '3 "Cid"', "*Arcs", "1 2 1", "3 2 -1"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "novices.net")
    ...     _ = file.write_text(chr(10).join(lines))
    ...     list(read_pajek(file).ties())
    [('Ann', 'Bob', 1.0), ('Bob', 'Cid', -1.0)]
    """
    parser = _Parser(path)
    for number, line in enumerate(lines_of(path), start=1):
        parser.take(number, line.strip())
    parser.end()
    found = _chosen(path, parser.networks, network)
    rows = _of_relation(path, found, relation)
    lines = [found.lines[row] for row in rows]

    def where(k: int) -> str:
        return f"{path}, line {lines[k]}"

    values = values_of(Column.of(found.values[row] for row in rows), where)
    ends = np.array([found.ends[row] for row in rows], dtype=np.int64).reshape(-1, 2)
    loose = [k for k, row in enumerate(rows) if found.undirected[row]]
    told = Told(_names(path, found), ends - 1, values, where, (loose or [-1])[0])
    return graph_of(told, merge, drop)


@define
class _Network:
    """What has been read of one network."""

    name: str
    line: int
    order: int = -1
    first_mode: int = 0  # of a network of two kinds: how many vertices are of the first
    labels: dict[int, tuple[str, int]] = field(factory=dict)
    ends: list[tuple[int, int]] = field(factory=list)
    values: list[str] = field(factory=list)
    lines: list[int] = field(factory=list)
    relations: list[int] = field(factory=list)  # of each tie; 0 where none is given
    undirected: list[bool] = field(factory=list)
    known: dict[int, str] = field(factory=dict)  # relations by number, with their names


@define
class _Parser:
    """The networks of a file, taken line by line."""

    path: str | os.PathLike[str]
    networks: list[_Network] = field(factory=list)
    section: str = ""  # in which the lines stand; "*skipped" where they belong to no network
    relation: int = 0
    rows: int = 0  # of a matrix, that have been read

    def error(self, number: int, text: str) -> InputError:
        return InputError(f"{self.path}, line {number}: {text}")

    def take(self, number: int, text: str) -> None:
        """Take one line."""
        if not text or text.startswith(("%", "/*")):
            return
        if self.section == _SKIPPED and not text.startswith("*"):
            return
        tokens = self.tokens(number, text)
        if text.startswith("*"):
            self.begin(number, text, tokens)
        elif self.section == "*vertices":
            self.vertex(number, tokens)
        elif self.section in ("*arcs", "*edges"):
            self.tie(number, tokens)
        elif self.section == "*matrix":
            self.row(number, tokens)
        else:
            raise self.error(
                number,
                f"{text[:60]!r} stands in no section; a Pajek network begins with *Vertices and "
                "the number of its vertices",
            )

    def end(self) -> None:
        """See to it that all is there."""
        if not self.networks:
            raise InputError(
                f"{self.path}: there is no network in the file; one begins with *Vertices"
            )
        self.close()

    def tokens(self, number: int, text: str) -> list[str]:
        if '"' not in text:
            return text.split()
        if text.count('"') % 2:
            raise self.error(number, "a quotation mark is not closed; a label stands between two")
        return _TOKEN.findall(text)

    def whole(self, number: int, text: str, least: int, most: int, what: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most:
            return int(text)
        raise self.error(number, f"{text[:40]!r} is no {what}; accepted are {least}..{most}")

    def begin(self, number: int, text: str, tokens: list[str]) -> None:
        """Begin a section."""
        word = tokens[0].lower()
        if word == "*vertices" and self.section == _SKIPPED:
            return  # the length of a partition or of a vector
        if word != "*vertices":
            self.close()
        if word == "*network":
            name = text[len(word) :].strip().strip('"')
            self.networks.append(_Network(name, number))
            self.section = word
        elif word in _OTHERS:
            self.section = _SKIPPED
        elif word == "*vertices":
            self.vertices(number, tokens)
        elif word in _TIES:
            if self.section == _SKIPPED or not self.networks or self.networks[-1].order < 0:
                raise self.error(number, f"{tokens[0]} before the *Vertices of its network")
            self.relation = self.relate(number, tokens[1:])
            self.section, self.rows = word, 0
        elif word in _LISTS:
            raise self.error(
                number,
                f"{tokens[0]} has no line values, and so no signs; accepted are *Arcs, *Edges and "
                "*Matrix",
            )
        else:
            raise self.error(
                number,
                f"the section {tokens[0][:40]!r} is not known; accepted are *Network, *Vertices, "
                "*Arcs, *Edges and *Matrix",
            )

    def close(self) -> None:
        """End a section: a network has vertices, and a matrix all its rows."""
        if not self.networks:
            return
        network = self.networks[-1]
        if self.section == "*network":
            raise self.error(network.line, "the network has no *Vertices")
        wanted = network.first_mode or network.order
        if self.section == "*matrix" and self.rows != wanted:
            last = network.lines[-1] if network.lines else network.line
            raise self.error(
                last, f"a matrix ends after {self.rows} rows; accepted are {wanted} rows"
            )

    def vertices(self, number: int, tokens: list[str]) -> None:
        if self.networks and self.section != "*network":
            raise self.error(
                number,
                "a second *Vertices; in a project file each network begins with *Network and its "
                "name",
            )
        if len(tokens) not in (2, 3):
            raise self.error(number, "*Vertices needs the number of vertices, and no more")
        if not self.networks:
            self.networks.append(_Network("", number))
        network = self.networks[-1]
        network.order = self.whole(number, tokens[1], 0, _MOST, "number of vertices")
        if len(tokens) == 3:
            network.first_mode = self.whole(
                number, tokens[2], 0, network.order, "number of vertices of the first kind"
            )
        self.section = "*vertices"

    def vertex(self, number: int, tokens: list[str]) -> None:
        network = self.networks[-1]
        place = self.whole(number, tokens[0], 1, network.order, "vertex")
        if place in network.labels:
            line = network.labels[place][1]
            raise self.error(number, f"vertex {place} has its line already, line {line}")
        self.refuse_times(number, tokens[2:])
        label = _decoded(tokens[1].strip('"')).strip() if len(tokens) > 1 else str(place)
        if why := no_name(label):
            raise self.error(number, f"the label {label!r:.60} is no name of a vertex: {why}")
        network.labels[place] = label, number

    def tie(self, number: int, tokens: list[str]) -> None:
        network, relation = self.networks[-1], self.relation
        if tokens[0].endswith(":"):  # a relation of its own
            relation = self.whole(number, tokens[0][:-1], 1, _MOST, "number of a relation")
            network.known.setdefault(relation, "")
            tokens = tokens[1:]
        if len(tokens) < 2:
            raise self.error(number, "a tie needs two vertices and a signed value")
        ends = [self.whole(number, end, 1, network.order, "vertex") for end in tokens[:2]]
        self.refuse_times(number, tokens[2:])
        value = tokens[2] if len(tokens) > 2 else ""
        if len(value) == 1 and value.isalpha():  # how to draw the tie, and no value before it
            value = ""
        self.add(number, ends[0], ends[1], value, relation)

    def row(self, number: int, tokens: list[str]) -> None:
        """Take one row of a matrix; of two kinds of vertices, from the first to the second."""
        network = self.networks[-1]
        first = network.first_mode
        width = network.order - first
        self.rows += 1
        if self.rows > (first or network.order):
            raise self.error(number, f"a matrix of {first or network.order} rows has one more")
        if len(tokens) != width:
            raise self.error(number, f"the row has {len(tokens)} cells; accepted are {width}")
        for k, text in enumerate(tokens, start=1):
            if text != "0" and not _ZERO.fullmatch(text):
                self.add(number, self.rows, first + k, text, self.relation)

    def add(self, number: int, u: int, v: int, value: str, relation: int) -> None:
        network = self.networks[-1]
        network.ends.append((u, v))
        network.values.append(value)
        network.lines.append(number)
        network.relations.append(relation)
        network.undirected.append(self.section == "*edges")

    def relate(self, number: int, tokens: list[str]) -> int:
        """The relation of a section, such as ``:2 "dislikes"``; 0 where it says none."""
        if not tokens:
            return 0
        if not tokens[0].startswith(":"):
            raise self.error(
                number, f'{tokens[0][:40]!r} is no relation; accepted is :2 "dislikes", or nothing'
            )
        relation = self.whole(number, tokens[0][1:], 1, _MOST, "number of a relation")
        name = " ".join(tokens[1:]).strip('"')
        held = self.networks[-1].known.get(relation, "")
        if held and name and held != name:
            raise self.error(number, f"relation {relation} is called {held!r:.60} and {name!r:.60}")
        self.networks[-1].known[relation] = held or name
        return relation

    def refuse_times(self, number: int, tokens: list[str]) -> None:
        for token in tokens:
            if token.startswith("["):
                raise self.error(
                    number,
                    f"{token[:40]!r} is a time of activity; a signed graph has no time: cut the "
                    "network at one moment first",
                )


def _decoded(label: str) -> str:
    """Pajek writes signs that it could not hold as their numbers, like ``&#382;``."""
    return _CODED.sub(lambda match: chr(min(int(match[1]), 0x10FFFF)), label)


def _encoded(name: str) -> str:
    name = _CODED.sub(lambda match: f"&#38;{match[0][1:]}", name)
    return name.replace('"', "&#34;")


def _chosen(path: object, networks: Sequence[_Network], asked: str | None) -> _Network:
    """The network that was asked for, or the only one."""
    if asked is None:
        if len(networks) == 1:
            return networks[0]
        names = ", ".join(repr(network.name[:60]) for network in networks[:10])
        raise InputError(f"{path}: {len(networks)} networks; say which with network=: {names}")
    found = [network for network in networks if network.name == asked]
    if len(found) == 1:
        return found[0]
    if found:
        lines = ", ".join(str(network.line) for network in found)
        raise InputError(f"{path}: several networks are called {asked!r:.60}: lines {lines}")
    names_known = [network.name for network in networks]
    close = nearest(asked, names_known)
    hint = f"did you mean {close[0]!r}? " if close else ""
    shown = ", ".join(repr(name[:60]) for name in names_known[:10])
    raise InputError(f"{path}: no network is called {asked!r:.60}; {hint}accepted: {shown}")


def _of_relation(path: object, network: _Network, asked: str | int | None) -> list[int]:
    """The ties of the relation that was asked for, or of the only one."""
    there = sorted(set(network.relations) | network.known.keys())
    if asked is None:
        if len(there) > 1:
            shown = ", ".join(f"{k} {network.known.get(k, '')!r:.60}" for k in there[:10])
            raise InputError(
                f"{path}: {len(there)} relations; say which with relation=, by number or name: "
                + shown
            )
        return list(range(len(network.relations)))
    found = [k for k in there if k == asked or network.known.get(k, "") == asked]
    if len(found) != 1 or isinstance(asked, bool):
        shown = ", ".join(f"{k} {network.known.get(k, '')!r:.60}" for k in there[:10])
        what = "several relations are" if len(found) > 1 else "no relation is"
        raise InputError(f"{path}: {what} called {asked!r:.60}; accepted: {shown or 'none'}")
    return [row for row, relation in enumerate(network.relations) if relation == found[0]]


def _names(path: object, network: _Network) -> list[str]:
    """The names of all vertices; their numbers where they have no label."""
    seen: dict[str, int] = {}
    for place in range(1, network.order + 1):
        name, line = network.labels.get(place, (str(place), network.line))
        if name in seen:
            raise InputError(
                f"{path}, line {line}: vertices {seen[name]} and {place} are both called "
                f"{name!r:.60}; accepted are labels that are all different"
            )
        seen[name] = place
    return list(seen)


def write_pajek(named: NamedGraph, path: str | os.PathLike[str]) -> None:
    """Write a Pajek file: a matrix where the path ends in ``.mat``, else edges with signed values.

    A path that ends in ``.paj`` is a project of this one network.  What `read_pajek` makes of it
    is equal, if the vertices are in the order of their names.  Quotation marks in names are
    written as ``&#34;``, as igraph does.

    Raises
    ------
    InputError
        If the path cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from stancekit.io.networks import from_ties
    >>> named = from_ties([("Ann", "Bob", 1), ("Bob", "Cid", -2)], names=["Dan"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_pajek(named, folder + "/novices.mat")
    ...     read_pajek(folder + "/novices.mat") == named
    True
    """
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    written(path, partial(_put, named, ".paj" in suffixes, ".mat" in suffixes))


def _put(named: NamedGraph, project: bool, matrix: bool, handle: TextIO) -> None:
    graph = named.graph
    if project:
        handle.write("*Network signed\n")
    handle.write(f"*Vertices {graph.order}\n")
    for k, name in enumerate(named.names, start=1):
        handle.write(f'{k} "{_encoded(name)}"\n')
    values = [number_text(value) for value in (graph.signs * graph.weights).tolist()]
    if not matrix:
        handle.write("*Edges\n")
        for (u, v), text in zip(graph.edges.tolist(), values, strict=True):
            handle.write(f"{u + 1} {v + 1} {text}\n")
        return
    rows: list[dict[int, str]] = [{} for _ in range(graph.order)]
    for (u, v), text in zip(graph.edges.tolist(), values, strict=True):
        rows[u][v] = rows[v][u] = text
    handle.write("*Matrix\n")
    for row in rows:
        handle.write(" ".join(row.get(k, "0") for k in range(graph.order)) + "\n")
