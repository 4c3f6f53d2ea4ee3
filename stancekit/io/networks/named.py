"""A signed graph and the names of its vertices: where names stop, and where they come back."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.signed.graph import SignedGraph

__all__ = ["LeftOut", "NamedGraph", "as_name", "no_name"]

#: Signs that some format cannot hold: ends of lines, what XML forbids, halves of a sign.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")

_SHOWN = 20


def no_name(text: object) -> str:
    """Say why something is no name of a vertex; empty where it is one.

    >>> no_name("Saudi Arabia"), no_name("")
    ('', 'it is empty')
    """
    if not isinstance(text, str):
        return f"it is {type(text).__name__}, not text"
    if not text:
        return "it is empty"
    if found := _FORBIDDEN.search(text):
        return f"it holds the sign {found[0]!a}, which not every file can"
    return "it begins or ends with a blank" if text != text.strip() else ""


def as_name(label: object) -> object:
    """A whole number as the text that names it; anything else as it is.

    >>> as_name(7), as_name("seven"), as_name(True)
    ('7', 'seven', True)
    """
    whole = isinstance(label, int | np.integer) and not isinstance(label, bool)
    return str(label) if whole else label


@frozen
class LeftOut:
    """Ties that were told and not taken, because the reader was asked to drop them.

    Attributes
    ----------
    loops : int
        Of a vertex with itself.
    zeros : int
        With the value 0.
    missing : int
        Without any sign.

    Examples
    --------
    >>> LeftOut()
    LeftOut(loops=0, zeros=0, missing=0)
    """

    loops: int = 0
    zeros: int = 0
    missing: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.loops + self.zeros + self.missing


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InputError(f"names={value[:60]!r}; accepted is one name for each vertex")
    return tuple(value)


@frozen(repr=False)
class NamedGraph:
    """A signed graph, and what its vertices are called.

    All that is computed is computed of ``graph``, whose vertices are numbers; here the numbers
    become names again.  Readers number vertices by the order of their names (whole numbers by
    size, otherwise as text), so that a network is the same value whatever file it came from.

    Attributes
    ----------
    graph : SignedGraph
        ``graph.reading`` says what the merge rule made of repeated and directed ties.
    names : tuple of str
        The name of each vertex; all different, none empty, without control signs and without
        blanks at the ends.
    left_out : LeftOut
        What the reader was asked to drop; no part of the value.

    Raises
    ------
    InputError
        If the names are not one for each vertex, are not all different, or hold what not every
        file can.

    Examples
    --------
    >>> graph = SignedGraph.from_edges(3, [(0, 1, +1), (1, 2, -1)])
    >>> named = NamedGraph(graph, ["Austria", "Prussia", "France"])
    >>> named
    NamedGraph(3 names, 2 ties, 1 negative)
    >>> named.pair(1), named.vertex("France")
    (('Prussia', 'France'), 2)
    >>> named.groups([+1, +1, -1])
    (('Austria', 'Prussia'), ('France',))

    Nobody at all:

    >>> NamedGraph(SignedGraph.from_edges(0, []), [])
    NamedGraph(0 names, 0 ties, 0 negative)
    """

    graph: SignedGraph
    names: tuple[str, ...] = field(converter=_names)
    left_out: LeftOut = field(default=LeftOut(), eq=False)
    _places: dict[str, int] = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.graph, SignedGraph):
            raise InputError(f"graph is {type(self.graph).__name__}; accepted is a SignedGraph")
        if len(self.names) != self.graph.order:
            raise InputError(
                f"{len(self.names)} names for {self.graph.order} vertices; accepted is one each"
            )
        places: dict[str, int] = {}
        for vertex, name in enumerate(self.names):
            if why := no_name(name):
                raise InputError(f"the name of vertex {vertex} is {name!r:.60}: {why}")
            if places.setdefault(name, vertex) != vertex:
                raise InputError(
                    f"vertices {places[name]} and {vertex} are both called {name[:60]!r}; "
                    "accepted are names that are all different"
                )
        object.__setattr__(self, "_places", places)

    def __reduce__(self) -> tuple[Any, ...]:
        return NamedGraph, (self.graph, self.names, self.left_out)

    def vertex(self, name: str) -> int:
        """The vertex that goes by a name.

        Raises
        ------
        UnknownNameError
            If none does; with names that look alike.
        """
        if name not in self._places:
            raise UnknownNameError("vertex", str(name), nearest(str(name), self.names))
        return self._places[name]

    def pair(self, edge: int) -> tuple[str, str]:
        """The names at the two ends of an edge of ``graph``."""
        u, v = self.graph.edges[edge].tolist()
        return self.names[u], self.names[v]

    def ties(self) -> Iterator[tuple[str, str, float]]:
        """Every tie as its two names and its signed weight.

        >>> named = NamedGraph(SignedGraph.from_edges(2, [(0, 1, -0.5)]), ["a", "b"])
        >>> list(named.ties())
        [('a', 'b', -0.5)]
        """
        values = (self.graph.signs * self.graph.weights).tolist()
        for (u, v), value in zip(self.graph.edges.tolist(), values, strict=True):
            yield self.names[u], self.names[v], value

    def groups(self, label: ArrayLike) -> tuple[tuple[str, ...], ...]:
        """The names behind each label: camps, clusters, components.

        Parameters
        ----------
        label : (order,) array_like of int
            What each vertex is in, such as the ``side`` of a frustration result.

        Returns
        -------
        tuple of tuple of str
            One for each label, the largest first and then by first vertex; names in the order
            of their vertices.

        Raises
        ------
        InputError
            If there is not one whole number for each vertex.
        """
        given: NDArray[Any] = np.asarray(label)
        if given.shape != (self.graph.order,) or (given.size and given.dtype.kind not in "iu"):
            raise InputError(
                f"label has shape {given.shape} and dtype {given.dtype}; accepted is one whole "
                f"number for each of {self.graph.order} vertices"
            )
        held: dict[int, list[str]] = {}
        for name, one in zip(self.names, given.tolist(), strict=True):
            held.setdefault(one, []).append(name)
        return tuple(sorted(map(tuple, held.values()), key=len, reverse=True))

    def tied(self) -> NamedGraph:
        """The same without the vertices that have no tie.

        >>> NamedGraph(SignedGraph.from_edges(3, [(0, 2, 1)]), ["a", "b", "c"]).tied().names
        ('a', 'c')
        """
        kept = np.unique(self.graph.edges)
        graph = SignedGraph(
            len(kept),
            np.searchsorted(kept, self.graph.edges),
            self.graph.signs,
            self.graph.weights,
            self.graph.reading,
        )
        return NamedGraph(graph, [self.names[vertex] for vertex in kept.tolist()], self.left_out)

    def __repr__(self) -> str:
        negative = int((self.graph.signs < 0).sum())
        dropped = f", {self.left_out.total} left out" if self.left_out.total else ""
        return (
            f"NamedGraph({len(self.names)} names, {self.graph.size} ties, {negative} negative"
            f"{dropped})"
        )

    def _repr_html_(self) -> str:
        rows = []
        for _, (a, b, value) in zip(range(_SHOWN), self.ties()):
            rows.append(
                f"<tr><td>{html.escape(a)}</td><td>{html.escape(b)}</td><td>{value:+g}</td></tr>"
            )
        if self.graph.size > _SHOWN:
            rows.append(f'<tr><td colspan="3">and {self.graph.size - _SHOWN} more</td></tr>')
        return (
            f"<table><caption>{html.escape(repr(self))}</caption>"
            f"<tbody>{''.join(rows)}</tbody></table>"
        )
