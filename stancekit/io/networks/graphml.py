"""GraphML: signed networks as XML, read with the lines of what is wrong, and written plainly."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, TextIO
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from stancekit.errors import InputError, nearest
from stancekit.io.networks.named import NamedGraph, no_name
from stancekit.io.networks.text import opened, written
from stancekit.io.networks.told import Drop, Told, graph_of, signed, values_of
from stancekit.records.columns import Column, number_text
from stancekit.signed.graph import Merge, refuse

__all__ = ["read_graphml", "write_graphml"]

_BLOCK = 2**16
_SIGN = "sign"
_WEIGHTS = ("weight", "value", "rating")


@frozen
class _Key:
    """An attribute that a file declares."""

    name: str
    of_edges: bool
    of_nodes: bool


@define
class _Element:
    """A node or an edge, while it is read."""

    line: int
    ends: tuple[str, ...]
    is_directed: bool = True
    data: dict[str, str] = field(factory=dict)


@define
class _Parser:
    """What has been read of a file."""

    path: str | os.PathLike[str]
    line: Any = None  # gives the line at which the parser is
    keys: dict[str, _Key] = field(factory=dict)
    defaults: dict[str, str] = field(factory=dict)
    nodes: dict[str, _Element] = field(factory=dict)
    edges: list[_Element] = field(factory=list)
    is_directed: bool = True
    graphs: int = 0
    open: list[str] = field(factory=list)
    at: _Element | None = None  # the node or edge that is open
    key: str = ""  # of the data, or of the default, that is open
    text: list[str] = field(factory=list)

    def error(self, text: str) -> InputError:
        return InputError(f"{self.path}, line {self.line()}: {text}")

    def begin(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if not self.open and name != "graphml":
            raise self.error(f"the file begins with <{name[:40]}>; accepted is <graphml>")
        within = self.open[-1] if self.open else ""
        self.open.append(name)
        if name == "key":
            self.declare(given)
        elif name == "graph":
            self.graphs += 1
            if self.graphs > 1:
                raise self.error("a second <graph>; accepted is one graph a file, none within it")
            self.is_directed = self.direction(given, "edgedefault", None)
        elif name in ("node", "edge") and within == "graph":
            self.at = self.node(given) if name == "node" else self.edge(given)
        elif name == "hyperedge":
            raise self.error("<hyperedge> ties more than two; accepted are <edge>")
        elif name == "data" and within in ("node", "edge"):
            self.key, self.text = self.needed("data", given, "key"), []
        elif name == "default" and within == "key":
            self.text = []

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        self.open.pop()
        within = self.open[-1] if self.open else ""
        if name == "data" and within in ("node", "edge") and self.at is not None:
            if self.key not in self.keys:
                raise self.error(f"no <key> declares {self.key[:60]!r}")
            if self.key in self.at.data:
                raise self.error(f"the attribute {self.keys[self.key].name[:60]!r} stands twice")
            self.at.data[self.key] = "".join(self.text).strip()
        elif name == "default" and within == "key":
            self.defaults[self.key] = "".join(self.text).strip()
        elif name in ("node", "edge"):
            self.at = None

    def said(self, text: str) -> None:
        if self.open and self.open[-1] in ("data", "default"):
            self.text.append(text)

    def entity(self, name: str, *_: object) -> None:
        raise self.error(f"the file declares the entity {name[:40]!r}; accepted is plain XML")

    def needed(self, what: str, given: Mapping[str, str], name: str) -> str:
        if name not in given:
            raise self.error(f"<{what}> has no {name!r}, which it needs")
        return given[name]

    def direction(self, given: Mapping[str, str], name: str, default: bool | None) -> bool:
        words = {"true": True, "1": True, "false": False, "0": False}
        if name == "edgedefault":
            words = {"directed": True, "undirected": False}
        if name not in given and default is not None:
            return default
        word = self.needed("graph", given, name)
        if word not in words:
            raise self.error(f"{name}={word[:40]!r}; accepted are {', '.join(words)}")
        return words[word]

    def declare(self, given: Mapping[str, str]) -> None:
        code = self.needed("key", given, "id")
        if code in self.keys:
            raise self.error(f"the key {code[:60]!r} is declared twice")
        of = given.get("for", "all")
        self.key = code
        self.keys[code] = _Key(
            given.get("attr.name", code), of in ("edge", "all"), of in ("node", "all")
        )

    def node(self, given: Mapping[str, str]) -> _Element:
        code = self.needed("node", given, "id")
        if code in self.nodes:
            raise self.error(
                f"a second node {code[:60]!r}, which stands at line {self.nodes[code].line} already"
            )
        self.nodes[code] = _Element(self.line(), (code,))
        return self.nodes[code]

    def edge(self, given: Mapping[str, str]) -> _Element:
        ends = tuple(self.needed("edge", given, end) for end in ("source", "target"))
        directed = self.direction(given, "directed", self.is_directed)
        self.edges.append(_Element(self.line(), ends, directed))
        return self.edges[-1]


def read_graphml(
    path: str | os.PathLike[str],
    *,
    names: str | None = None,
    value: str | None = None,
    merge: Merge = refuse,
    drop: Collection[Drop] = (),
) -> NamedGraph:
    """Read a signed network from GraphML, as networkx, igraph, Gephi and yEd write it.

    The sign of a tie is its attribute ``sign``, or that of a signed ``weight`` (``value``,
    ``rating``), or both [1]_.  A default that the file declares holds where a tie says nothing.
    No other package is needed; entities are refused, and compressed files (gzip) are read.

    Parameters
    ----------
    path : str or path
    names : str, optional
        The attribute that names the nodes; by default ``name`` where the file declares it, else
        their ids.
    value : str, optional
        The attribute that holds the signed value, if it is called otherwise.
    merge : function
        What becomes of a pair that is told in both directions or more than once: see
        `from_ties`.
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

    References
    ----------
    .. [1] "The GraphML File Format", http://graphml.graphdrawing.org

    Examples
    --------
    >>> import tempfile
    >>> from stancekit.io.networks import from_ties
    >>> named = from_ties([("Ann", "Bob", 1), ("Bob", "Cid", -0.5)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_graphml(named, folder + "/novices.graphml")
    ...     read_graphml(folder + "/novices.graphml") == named
    True
    """
    found = _parsed(path)

    def where(k: int) -> str:
        return f"{path}, line {found.edges[k].line}"

    places = {code: place for place, code in enumerate(found.nodes)}
    for k, edge in enumerate(found.edges):
        for end in edge.ends:
            if end not in places:
                raise InputError(
                    f"{where(k)}: the edge has an end {end[:60]!r}, and there is no such node"
                )
    ends = np.array(
        [[places[end] for end in edge.ends] for edge in found.edges], dtype=np.int64
    ).reshape(-1, 2)
    loose = [k for k, edge in enumerate(found.edges) if not edge.is_directed]
    told = Told(
        _node_names(path, found, names),
        ends,
        _values(path, found, value),
        where,
        (loose or [-1])[0],
    )
    return graph_of(told, merge, drop)


def _parsed(path: str | os.PathLike[str]) -> _Parser:
    found = _Parser(path)
    # A separator, so that the names of elements are the same with and without a name space.
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    found.line = lambda: parser.CurrentLineNumber
    parser.StartElementHandler = found.begin
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.said
    parser.EntityDeclHandler = found.entity
    try:
        with opened(path) as handle:
            while block := handle.read(_BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
    except ExpatError as error:
        raise InputError(f"{path}, line {error.lineno}: the XML is broken: {error}") from None
    except (LookupError, UnicodeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: the XML cannot be decoded: {error}; save it as UTF-8") from None
    if not found.graphs:
        raise InputError(f"{path}: there is no <graph> in the file")
    return found


def _key(path: object, found: _Parser, name: str, of_edges: bool) -> str:
    """The key of an attribute of edges or of nodes; empty where none is called so."""
    codes = [
        code
        for code, key in found.keys.items()
        if key.name == name and (key.of_edges if of_edges else key.of_nodes)
    ]
    if len(codes) > 1:
        raise InputError(f"{path}: several keys are called {name[:60]!r}: {', '.join(codes)[:100]}")
    return codes[0] if codes else ""


def _unknown(path: object, found: _Parser, name: str, of_edges: bool) -> InputError:
    known = [key.name for key in found.keys.values() if (key.of_edges, key.of_nodes)[not of_edges]]
    close = nearest(name, known)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return InputError(
        f"{path}: the file declares no attribute {name[:60]!r} of "
        f"{'edges' if of_edges else 'nodes'}; {hint}there: {', '.join(known)[:100] or 'none'}"
    )


def _node_names(path: object, found: _Parser, asked: str | None) -> list[str]:
    """What the nodes are called."""
    key = _key(path, found, asked or "name", of_edges=False)
    if asked is not None and not key:
        raise _unknown(path, found, asked, of_edges=False)
    lines: dict[str, int] = {}
    for code, node in found.nodes.items():
        name = node.data.get(key, found.defaults.get(key, "")) if key else code
        if why := no_name(name):
            raise InputError(
                f"{path}, line {node.line}: {name!r:.60} is no name of a node: {why}; names= says "
                "which attribute holds the names"
            )
        if name in lines:
            raise InputError(
                f"{path}, line {node.line}: a second node called {name!r:.60}, beside that of line "
                f"{lines[name]}; names= says which attribute holds the names"
            )
        lines[name] = node.line
    return list(lines)


def _values(path: object, found: _Parser, asked: str | None) -> NDArray[np.float64]:
    """The signed values of all edges."""

    def where(k: int) -> str:
        return f"{path}, line {found.edges[k].line}"

    def of(key: str) -> NDArray[np.float64]:
        default = found.defaults.get(key, "")
        return values_of(Column.of(edge.data.get(key, default) for edge in found.edges), where)

    if asked is not None:
        if not (key := _key(path, found, asked, of_edges=True)):
            raise _unknown(path, found, asked, of_edges=True)
        return of(key)
    sign = _key(path, found, _SIGN, of_edges=True)
    weights = [key for name in _WEIGHTS if (key := _key(path, found, name, of_edges=True))]
    if len(weights) > 1 or (found.edges and not sign and not weights):
        raise InputError(
            f"{path}: the sign of a tie is its attribute sign, or that of a signed weight, value "
            "or rating; say which with value=; there: "
            + (", ".join(key.name for key in found.keys.values() if key.of_edges)[:100] or "none")
        )
    both = [of(key) for key in (sign, *weights) if key]
    return signed(both, where)


def write_graphml(named: NamedGraph, path: str | os.PathLike[str]) -> None:
    """Write GraphML: a node for each name, a sign and a weight for each tie.

    The name of a node is its attribute ``name``, and its id is made, since an id cannot hold
    every name; igraph writes the same.  What `read_graphml` makes of it is equal, if the
    vertices are in the order of their names.

    Raises
    ------
    InputError
        If the path cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from stancekit.io.networks import from_ties
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "pair.graphml")
    ...     write_graphml(from_ties([("Ann", "Bob", -1)]), file)
    ...     print(file.read_text().splitlines()[7].strip())
    <node id="n1"><data key="name">Bob</data></node>
    """
    written(path, partial(_put, named))


def _put(named: NamedGraph, handle: TextIO) -> None:
    handle.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        '  <key id="name" for="node" attr.name="name" attr.type="string"/>\n'
        '  <key id="sign" for="edge" attr.name="sign" attr.type="int"/>\n'
        '  <key id="weight" for="edge" attr.name="weight" attr.type="double"/>\n'
        '  <graph edgedefault="undirected">\n'
    )
    for k, name in enumerate(named.names):
        handle.write(f'    <node id="n{k}"><data key="name">{escape(name)}</data></node>\n')
    graph = named.graph
    for (u, v), sign, weight in zip(
        graph.edges.tolist(), graph.signs.tolist(), graph.weights.tolist(), strict=True
    ):
        handle.write(
            f'    <edge source="n{u}" target="n{v}"><data key="sign">{sign}</data>'
            f'<data key="weight">{number_text(weight)}</data></edge>\n'
        )
    handle.write("  </graph>\n</graphml>\n")
