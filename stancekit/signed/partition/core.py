"""The part of a graph that has cycles: trees hang from it and cost nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.camps import spanned
from stancekit.signed.partition.cycles import Network, Rows

__all__ = ["Core"]

_PEELS = 1000  # rounds; what a very long tail leaves over does no harm


@frozen
class Core:
    """The 2-core of a graph as a network, and the way back.

    Attributes
    ----------
    net : Network
        Vertices renumbered; edges in whole units.
    vertices : (net.n,) array
        Their names in the graph.
    peeled : (k,) array
        Edges of the graph outside the core: a forest, once the core is one vertex.
    """

    graph: SignedGraph
    net: Network
    vertices: NDArray[np.int64]
    peeled: NDArray[np.int64]

    @classmethod
    def of(cls, graph: SignedGraph, amount: NDArray[np.int64]) -> Core:
        """Peel vertices of degree one, round by round; ``amount`` is the weight in units."""
        n, (u, v) = graph.order, graph.edges.T
        degree = np.bincount(graph.edges.ravel(), minlength=n)
        # With one edge left at a vertex, the xor of its edges is that edge.
        last = np.zeros(n, dtype=np.int64)
        rows = np.arange(graph.size)
        np.bitwise_xor.at(last, u, rows)
        np.bitwise_xor.at(last, v, rows)
        alive = np.ones(graph.size, dtype=bool)
        leaves = np.flatnonzero(degree == 1)
        for _ in range(_PEELS):
            if not len(leaves):
                break
            gone = np.unique(last[leaves])
            alive[gone] = False
            ends = np.concatenate([u[gone], v[gone]])
            np.subtract.at(degree, ends, 1)
            np.bitwise_xor.at(last, ends, np.tile(gone, 2))
            ends = np.unique(ends)
            leaves = ends[degree[ends] == 1]
        kept = np.flatnonzero(alive)
        vertices = np.unique(graph.edges[kept])
        name = np.full(n, -1, dtype=np.int64)
        name[vertices] = np.arange(len(vertices))
        net = Network(len(vertices), name[u[kept]], name[v[kept]], graph.signs[kept], amount[kept])
        return cls(graph, net, vertices, np.flatnonzero(~alive))

    def side(self, inner: NDArray[np.float64]) -> NDArray[np.int8]:
        """Camps of the whole graph; the first vertex of each component is on side +1."""
        graph, hub = self.graph, self.vertices[:1]
        spokes = np.stack([np.repeat(hub, max(len(inner) - 1, 0)), self.vertices[1:]], axis=1)
        edges = np.concatenate([graph.edges[self.peeled], spokes])
        signs = np.concatenate([graph.signs[self.peeled], inner[:1] * inner[1:]])
        side = spanned(graph.order, edges[:, 0], edges[:, 1], signs)
        label = graph.components()
        _, first = np.unique(label, return_index=True)
        return (side * side[first][label]).astype(np.int8) if len(side) else side.astype(np.int8)

    def groups(self, inner: NDArray[np.float64]) -> NDArray[np.int64]:
        """Clusters of the whole graph, numbered by first vertex."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        n = self.graph.order
        tied = self.peeled[self.graph.signs[self.peeled] > 0]
        rank = np.argsort(inner, kind="stable")
        alike = inner[rank][1:] == inner[rank][:-1]
        u = np.concatenate([self.graph.edges[tied, 0], self.vertices[rank[:-1][alike]]])
        v = np.concatenate([self.graph.edges[tied, 1], self.vertices[rank[1:][alike]]])
        links = coo_array((np.ones(len(u)), (u, v)), shape=(n, n))
        label = connected_components(links, directed=False)[1] if n else np.zeros(0, dtype=np.int64)
        _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[inverse].astype(np.int64)

    def few(self, inner: NDArray[np.int64], most: int) -> NDArray[np.int64]:
        """Camps, ``0 .. most - 1``, of the whole graph: foes in the trees take the next camp."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import breadth_first_order

        n = self.graph.order
        label = np.zeros(n, dtype=np.int64)
        label[self.vertices] = inner
        # One more vertex is joined to the core, and to one vertex of each tree beside it.
        part = self.graph.components()
        _, first = np.unique(part, return_index=True)
        hung = np.concatenate([self.vertices, first[~np.isin(part[first], part[self.vertices])]])
        u = np.concatenate([self.graph.edges[self.peeled, 0], np.full(len(hung), n)])
        v = np.concatenate([self.graph.edges[self.peeled, 1], hung])
        links = coo_array((np.ones(len(u)), (u, v)), shape=(n + 1, n + 1)).tocsr()
        order, parent = breadth_first_order(links, n, directed=False)
        order = order[parent[order] >= 0]
        order = order[parent[order] < n]
        foes = self.graph.signs[self.graph.locate(order, parent[order])] < 0
        for x, y, foe in zip(order.tolist(), parent[order].tolist(), foes.tolist()):
            label[x] = (label[y] + foe) % most
        return label

    def inner_side(self, side: NDArray[Any]) -> NDArray[np.float64]:
        """Camps of the core out of camps of the graph."""
        return side[self.vertices].astype(np.float64)

    def inner_rows(
        self, starts: NDArray[np.int64], vertices: NDArray[np.int64]
    ) -> tuple[Rows, NDArray[np.bool_]]:
        """Those closed walks of the graph that are negative in the core, and which they are."""
        if len(starts) < 2 or not self.net.m:
            return Rows.none(), np.zeros(len(starts) - 1, dtype=bool)
        name = np.full(self.graph.order, -1, dtype=np.int64)
        name[self.vertices] = np.arange(len(self.vertices))
        walk = name[vertices]
        following = np.empty_like(walk)
        following[:-1] = walk[1:]
        following[starts[1:] - 1] = walk[starts[:-1]]
        code = self.net.u * self.net.n + self.net.v
        wanted = np.minimum(walk, following) * self.net.n + np.maximum(walk, following)
        row = np.minimum(np.searchsorted(code, wanted), self.net.m - 1)
        there = (walk >= 0) & (following >= 0) & (code[row] == wanted)
        rows = Rows(starts, walk, row)
        whole = np.add.reduceat((~there).astype(np.int64), starts[:-1]) == 0
        odd = rows.sums((self.net.sign < 0).astype(np.int64)) % 2 == 1
        return rows.taken(whole & odd), whole & odd
