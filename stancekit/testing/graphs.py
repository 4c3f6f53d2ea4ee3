"""Hypothesis strategies for signed graphs: general, balanced, unbalanced, dense, weighted.

Graphs are drawn as a plain list of ``(u, v, sign)`` triples; loops and repeated pairs are dropped
and the vertices follow from what is left.  Deleting a list element is the shrink Hypothesis is
best at, and a vertex disappears with its last edge.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from stancekit.signed.graph import SignedGraph

__all__ = [
    "balanced_graphs",
    "dense_signed_graphs",
    "signed_graphs",
    "unbalanced_graphs",
    "weighted_graphs",
]

#: Weights that stance graphs have: decimals that binary floats do not all hold exactly.
_WEIGHTS = (1.0, 2.0, 3.0, 0.5, 0.75, 0.25, 0.2, 0.1)


def _orders(min_order: int, max_order: int) -> None:
    if not 0 <= min_order <= max_order:
        raise InvalidArgument(f"need 0 <= {min_order=} <= {max_order=}")


@st.composite
def _graphs(
    draw: st.DrawFn, min_order: int, max_order: int, values: tuple[float, ...]
) -> SignedGraph:
    vertex = st.integers(0, max(0, max_order - 1))
    edges: dict[tuple[int, int], float] = {}
    for u, v, value in draw(st.lists(st.tuples(vertex, vertex, st.sampled_from(values)))):
        if u != v:
            edges.setdefault((min(u, v), max(u, v)), value)
    name = {x: i for i, x in enumerate(sorted({x for pair in edges for x in pair}))}
    isolated = draw(st.integers(max(0, min_order - len(name)), max_order - len(name)))
    return SignedGraph.from_edges(
        len(name) + isolated, [(name[u], name[v], x) for (u, v), x in edges.items()]
    )


def signed_graphs(*, min_order: int = 0, max_order: int = 8) -> st.SearchStrategy[SignedGraph]:
    """Any signed graph without weights.

    Shrinks to fewer edges, then fewer vertices, then positive edges; an unbalanced one to the
    triangle with one negative edge.  Most draws are sparse and balanced: use `dense_signed_graphs`
    or `unbalanced_graphs` beside it.

    >>> from hypothesis import find
    >>> find(signed_graphs(), lambda graph: graph.size > 0)
    SignedGraph(order=2, size=1, negative=0)
    """
    _orders(min_order, max_order)
    return _graphs(min_order, max_order, (1, -1))


@st.composite
def _switched(draw: st.DrawFn, max_order: int) -> SignedGraph:
    positive = draw(_graphs(0, max_order, (1,)))
    vertices = st.integers(0, max(0, positive.order - 1))
    return positive.switched(draw(st.sets(vertices, max_size=positive.order)))


def balanced_graphs(*, max_order: int = 8) -> st.SearchStrategy[SignedGraph]:
    """Balanced by construction: an all-positive graph, switched; nothing is filtered.

    Shrinks to fewer edges and to all signs positive.

    >>> from hypothesis import find
    >>> find(balanced_graphs(), lambda graph: graph.signs.min(initial=1) < 0)
    SignedGraph(order=2, size=1, negative=1)
    """
    _orders(0, max_order)
    return _switched(max_order)


@st.composite
def _around_a_negative_cycle(draw: st.DrawFn, max_order: int) -> SignedGraph:
    graph = draw(_graphs(0, max_order, (1, -1)))
    length = draw(st.integers(3, max_order))
    order = max(graph.order, length)
    edges = {(u, v): int(sign) for (u, v), sign in zip(graph.edges.tolist(), graph.signs.tolist())}
    ring = [(k, k + 1) for k in range(length - 1)] + [(0, length - 1)]
    product = 1
    for pair in ring:
        product *= edges.setdefault(pair, 1)
    if product > 0:
        edges[ring[0]] *= -1
    return SignedGraph.from_edges(order, [(u, v, sign) for (u, v), sign in edges.items()])


def unbalanced_graphs(*, max_order: int = 8) -> st.SearchStrategy[SignedGraph]:
    """Unbalanced by construction: a negative cycle through the first vertices; nothing filtered.

    Shrinks to the triangle with one negative edge.

    >>> from hypothesis import find
    >>> find(unbalanced_graphs(), lambda graph: True)
    SignedGraph(order=3, size=3, negative=1)
    """
    _orders(3, max_order)
    return _around_a_negative_cycle(max_order)


@st.composite
def _complete_but(draw: st.DrawFn, min_order: int, max_order: int) -> SignedGraph:
    order = draw(st.integers(min_order, max_order))
    pairs = [(u, v) for v in range(order) for u in range(v)]
    size = len(pairs)
    signs = draw(st.lists(st.sampled_from((1, -1)), min_size=size, max_size=size))
    missing = draw(st.sets(st.sampled_from(pairs), max_size=size // 4)) if pairs else set()
    return SignedGraph.from_edges(
        order, [(u, v, s) for (u, v), s in zip(pairs, signs) if (u, v) not in missing]
    )


def dense_signed_graphs(
    *, min_order: int = 0, max_order: int = 7
) -> st.SearchStrategy[SignedGraph]:
    """Complete graphs with signs drawn one by one, less at most a quarter of the edges.

    Shrinks to fewer vertices, then to the complete graph with all signs positive.

    >>> from hypothesis import find
    >>> find(dense_signed_graphs(), lambda graph: graph.order == 3)
    SignedGraph(order=3, size=3, negative=0)
    """
    _orders(min_order, max_order)
    return _complete_but(min_order, max_order)


def weighted_graphs(*, min_order: int = 0, max_order: int = 7) -> st.SearchStrategy[SignedGraph]:
    """Signed graphs with weights such as 3, 0.75 and 0.1.

    Shrinks as `signed_graphs`, and weights to 1.

    >>> from hypothesis import find
    >>> find(weighted_graphs(), lambda graph: graph.size > 0).weights
    array([1.])
    """
    _orders(min_order, max_order)
    values: tuple[Any, ...] = tuple(x * s for x in _WEIGHTS for s in (1, -1))
    return _graphs(min_order, max_order, values)
