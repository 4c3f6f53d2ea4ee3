"""Signed networks of networkx and igraph, both ways; neither is imported before it is needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stancekit.errors import InputError, MissingExtraError, nearest
from stancekit.io.networks.named import NamedGraph, as_name, no_name
from stancekit.io.networks.told import Drop, Told, graph_of, signed
from stancekit.signed.graph import Merge, refuse

if TYPE_CHECKING:
    import igraph
    import networkx

__all__ = ["from_igraph", "from_networkx", "to_igraph", "to_networkx"]

_SIGN = "sign"
_WEIGHT = "weight"


def to_networkx(named: NamedGraph) -> networkx.Graph[str]:
    """Give a ``networkx.Graph``: nodes by name, each edge with ``sign`` and ``weight``.

    ``sign`` is +1 or -1 and ``weight`` is positive, so that what networkx takes for a length or
    for a strength is never negative.

    Raises
    ------
    MissingExtraError
        If networkx is not installed.

    Examples
    --------
    >>> from stancekit.io.networks import from_ties
    >>> graph = to_networkx(from_ties([("Ann", "Bob", -0.5)]))
    >>> list(graph.edges(data=True))
    [('Ann', 'Bob', {'sign': -1, 'weight': 0.5})]
    """
    try:
        import networkx
    except ImportError:
        raise MissingExtraError("networkx graphs", "networkx", extra="networks") from None
    graph: networkx.Graph[str] = networkx.Graph()
    graph.add_nodes_from(named.names)
    held = named.graph
    graph.add_edges_from(
        (named.names[u], named.names[v], {_SIGN: sign, _WEIGHT: weight})
        for (u, v), sign, weight in zip(
            held.edges.tolist(), held.signs.tolist(), held.weights.tolist(), strict=True
        )
    )
    return graph


def from_networkx(
    graph: networkx.Graph[Any],
    *,
    names: str | None = None,
    value: str | None = None,
    merge: Merge = refuse,
    drop: Collection[Drop] = (),
) -> NamedGraph:
    """Take any graph of networkx whose edges have signs.

    The sign of an edge is its attribute ``sign``, or that of a signed ``weight``, or both.

    Parameters
    ----------
    graph : networkx.Graph, DiGraph, MultiGraph or MultiDiGraph
    names : str, optional
        The node attribute that names the vertices; by default the nodes themselves, which are
        text or whole numbers.
    value : str, optional
        The edge attribute that holds the signed value, if it is called otherwise.
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
        If it is no such graph, or the first edge or node that cannot be taken is named.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_edge("Ann", "Bob", sign=-1)
    >>> graph.add_edge("Bob", "Ann", sign=-1)
    >>> from_networkx(graph).graph.reading
    Reading(records=2, loops=0, merged=1, contradictory=0, dropped=0)
    """
    if not all(hasattr(graph, part) for part in ("nodes", "edges", "is_directed")):
        raise InputError(f"it is {type(graph).__name__}; accepted is a graph of networkx")
    nodes = {node: place for place, node in enumerate(graph.nodes)}
    labels = list(nodes)
    if names is not None:
        labels = [held.get(names) for _, held in graph.nodes(data=True)]
    rows = list(graph.edges(data=True))
    return _taken(
        "networkx graph",
        labels,
        [(nodes[u], nodes[v]) for u, v, _ in rows],
        [held for _, _, held in rows],
        value,
        graph.is_directed(),
        merge,
        drop,
    )


def to_igraph(named: NamedGraph) -> igraph.Graph:
    """Give an undirected ``igraph.Graph``: vertex attribute ``name``; edges ``sign``, ``weight``.

    Vertices keep their numbers.

    Raises
    ------
    MissingExtraError
        If igraph is not installed.

    Examples
    --------
    >>> from stancekit.io.networks import from_ties
    >>> graph = to_igraph(from_ties([("Ann", "Bob", -0.5)]))
    >>> graph.es["sign"], graph.vs["name"]
    ([-1], ['Ann', 'Bob'])
    """
    try:
        import igraph
    except ImportError:
        raise MissingExtraError("igraph graphs", "igraph", extra="igraph") from None
    held = named.graph
    return igraph.Graph(
        n=held.order,
        edges=held.edges.tolist(),
        vertex_attrs={"name": list(named.names)},
        edge_attrs={_SIGN: held.signs.tolist(), _WEIGHT: held.weights.tolist()},
    )


def from_igraph(
    graph: igraph.Graph,
    *,
    names: str | None = None,
    value: str | None = None,
    merge: Merge = refuse,
    drop: Collection[Drop] = (),
) -> NamedGraph:
    """Take any graph of igraph whose edges have signs.

    Parameters
    ----------
    graph : igraph.Graph
    names : str, optional
        The vertex attribute that names the vertices; by default ``name`` where there is one, else
        their numbers.
    value, merge, drop
        As in `from_networkx`.

    Returns
    -------
    NamedGraph

    Raises
    ------
    InputError
        If it is no such graph, or the first edge or vertex that cannot be taken is named.

    Examples
    --------
    >>> from stancekit.io.networks import from_ties
    >>> named = from_ties([("Ann", "Bob", -0.5)])
    >>> from_igraph(to_igraph(named)) == named
    True
    """
    if not all(hasattr(graph, part) for part in ("vs", "es", "is_directed", "get_edgelist")):
        raise InputError(f"it is {type(graph).__name__}; accepted is a graph of igraph")
    known = graph.vs.attributes()
    if names is not None and names not in known:
        raise InputError(
            f"names={names!r:.60}; the vertices of the graph have "
            f"{', '.join(known)[:100] or 'no attributes'}"
        )
    key = names or ("name" if "name" in known else None)
    return _taken(
        "igraph graph",
        graph.vs[key] if key else range(graph.vcount()),
        graph.get_edgelist(),
        [edge.attributes() for edge in graph.es],
        value,
        graph.is_directed(),
        merge,
        drop,
    )


def _taken(
    what: str,
    labels: Iterable[Any],
    ends: list[tuple[int, int]],
    held: list[Mapping[str, Any]],
    value: str | None,
    directed: bool,
    merge: Merge,
    drop: Collection[Drop],
) -> NamedGraph:
    """Make a named graph of what either library gave."""
    names: dict[str, Any] = {}
    for label in labels:
        name = as_name(label)
        if (why := no_name(name)) or not isinstance(name, str):
            raise InputError(
                f"{what}: {label!r:.60} is no name of a vertex: {why}; accepted are text and whole "
                "numbers, and names= takes an attribute instead"
            )
        if name in names:
            raise InputError(
                f"{what}: two vertices are called {name!r:.60}; names= takes an attribute instead"
            )
        names[name] = label
    known = list(names)

    def where(k: int) -> str:
        a, b = (known[end] for end in ends[k])
        return f"{what}, edge {k} ({a[:40]!r}, {b[:40]!r})"

    there = {str(key) for attributes in held for key in attributes}
    if value is not None and held and value not in there:
        close = nearest(value, there)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise InputError(
            f"{what}: no edge has the attribute {value!r:.60}; {hint}"
            f"there: {', '.join(sorted(there))[:100] or 'none'}"
        )
    keys = [value] if value is not None else [key for key in (_SIGN, _WEIGHT) if key in there]
    if held and not keys:
        raise InputError(
            f"{what}: the sign of an edge is its attribute sign, or that of a signed weight; say "
            f"which with value=; there: {', '.join(sorted(there))[:100] or 'none'}"
        )
    columns = [
        np.array([_real(where, k, one.get(key)) for k, one in enumerate(held)], dtype=np.float64)
        for key in keys
    ]
    values = signed(columns, where)
    told = Told(
        known,
        np.array(ends, dtype=np.int64).reshape(-1, 2),
        values,
        where,
        -1 if directed or not ends else 0,
    )
    return graph_of(told, merge, drop)


def _real(where: Any, k: int, value: Any) -> float:
    if value is None:
        return np.nan
    if isinstance(value, bool | str | np.bool_):
        number = np.inf
    else:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = np.inf
    if np.isinf(number):
        raise InputError(
            f"{where(k)}: its value is {value!r:.60}; accepted is a finite number, whose sign is "
            "the sign of the tie"
        )
    return number
