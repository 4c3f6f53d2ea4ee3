"""Negative cycles as rows of a program: a store of rows, and their separation by shortest paths."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph

__all__ = ["Network", "Roads", "Rows", "best_of_each", "covering", "tree_rows", "unique_rows"]


_SHORT = 1e-4  # of an edge on a walk, when walks are compared
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, and near 2^64 over the golden ratio


@frozen
class Rows:
    """Closed walks, one after the other: vertices, and the edge from each to the next.

    ``starts`` (k + 1,) delimits both; the last vertex of a walk is joined to its first.
    """

    starts: NDArray[np.int64]
    vertices: NDArray[np.int64]
    edges: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def none(cls) -> Rows:
        """No walk at all."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(np.zeros(1, dtype=np.int64), empty, empty)

    def taken(self, chosen: NDArray[Any]) -> Rows:
        """The walks at these positions (or under this mask), in that order."""
        where = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        length = np.diff(self.starts)[where]
        starts = np.concatenate([[0], np.cumsum(length)])
        cell = np.arange(starts[-1]) + np.repeat(self.starts[where] - starts[:-1], length)
        return Rows(starts, self.vertices[cell], self.edges[cell])

    def joined(self, other: Rows) -> Rows:
        """These walks, then those."""
        return Rows(
            np.concatenate([self.starts, other.starts[1:] + self.starts[-1]]),
            np.concatenate([self.vertices, other.vertices]),
            np.concatenate([self.edges, other.edges]),
        )

    def sums(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sum of an edge value along each walk."""
        if not len(self):
            return np.zeros(0, dtype=values.dtype)
        return np.add.reduceat(values[self.edges], self.starts[:-1])


def unique_rows(
    rows: Rows, salt: NDArray[np.int64], seen: NDArray[np.int64]
) -> tuple[Rows, NDArray[np.int64]]:
    """Walks whose edges are neither in ``seen`` nor earlier in ``rows``; and their marks.

    A walk is known by the wrapped sum of random 64-bit numbers (``salt``) of its edges; two walks
    that share a mark by chance cost one row, never a wrong bound.
    """
    mark = rows.sums(salt)
    _, first = np.unique(mark, return_index=True)
    first = np.sort(first)
    new = first[~np.isin(mark[first], seen)]
    return rows.taken(new), mark[new]


@frozen
class Network:
    """Signed edges in whole units (``u < v``, sorted): the problem that the solvers see."""

    n: int
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    sign: NDArray[np.int8]
    weight: NDArray[np.int64]

    @classmethod
    def of(cls, graph: SignedGraph, weight: NDArray[np.int64]) -> Network:
        """The edges of a graph, with weights in units."""
        return cls(graph.order, graph.edges[:, 0], graph.edges[:, 1], graph.signs, weight)

    @property
    def m(self) -> int:
        """Number of edges."""
        return len(self.u)

    def switched(self, side: NDArray[Any]) -> Network:
        """The same edges as seen from these camps: what they contradict is negative."""
        return evolve(self, sign=np.where(self.bad(side), -1, 1).astype(np.int8))

    def bad(self, side: NDArray[Any]) -> NDArray[np.bool_]:
        """Which edges two camps contradict."""
        return np.asarray(self.sign * side[self.u] * side[self.v] < 0)

    def cost(self, side: NDArray[Any]) -> int:
        """Weight that two camps contradict, in units."""
        return int(self.weight[self.bad(side)].sum())

    def adjacency(self) -> Any:
        """Symmetric sparse matrix of signed weights in float64."""
        from scipy.sparse import coo_array

        value = (self.sign * self.weight).astype(np.float64)
        ends = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        return coo_array((np.tile(value, 2), ends), shape=(self.n, self.n)).tocsr()


@frozen
class _Finder:
    """Edges by the code of their ends, hashed: four times as fast as a search in sorted codes."""

    code: NDArray[np.int64]
    table: NDArray[np.int32]  # edge in each slot, or -1
    shift: np.uint64

    @classmethod
    def of(cls, code: NDArray[np.int64]) -> _Finder:
        """Put each edge into the first free slot from its own on."""
        bits = max(int(4 * len(code)).bit_length(), 3)
        table = np.full(1 << bits, -1, dtype=np.int32)
        finder = cls(code, table, np.uint64(64 - bits))
        edge, slot = np.arange(len(code), dtype=np.int32), finder._slot(code)
        while len(edge):
            free = table[slot] < 0
            table[slot[free]] = edge[free]  # of several the last stays
            homeless = table[slot] != edge
            edge, slot = edge[homeless], (slot[homeless] + 1) & (len(table) - 1)
        return finder

    def _slot(self, code: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where an edge is looked for first."""
        return ((code.astype(np.uint64) * _SPREAD) >> self.shift).astype(np.int64)

    def edges(self, code: NDArray[np.int64]) -> NDArray[np.int64]:
        """The edges of these codes, all of which there must be."""
        slot = self._slot(code)
        found = self.table[slot].astype(np.int64)
        wrong = np.flatnonzero(self.code[found] != code)
        while len(wrong):
            slot[wrong] = (slot[wrong] + 1) & (len(self.table) - 1)
            found[wrong] = self.table[slot[wrong]]
            wrong = wrong[self.code[found[wrong]] != code[wrong]]
        return found


@frozen
class Roads:
    """A network laid out for shortest paths that end in a negative cycle.

    With two ``sheets`` this is the signed double cover: vertex ``x`` in the camp of the root is
    ``x``, in the other camp ``x + n``; an edge keeps the camp if positive and changes it if
    negative.  With one sheet only the positive edges can be walked.
    """

    net: Network
    sheets: int
    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    carrier: NDArray[np.int64]  # edge behind each arc
    finder: _Finder

    @classmethod
    def of(cls, net: Network, *, sheets: int) -> Roads:
        """Lay out the roads of a network."""
        n, u, v, every = net.n, net.u, net.v, np.arange(net.m)
        if sheets == 2:
            across = np.where(net.sign < 0, n, 0)
            tails = np.concatenate([u, u + n, v + across, v + n - across])
            heads = np.concatenate([v + across, v + n - across, u, u + n])
            edge = np.tile(every, 4)
        else:
            good = net.sign > 0
            tails = np.concatenate([u[good], v[good]])
            heads = np.concatenate([v[good], u[good]])
            edge = np.tile(every[good], 2)
        rank = np.argsort(tails * (sheets * n) + heads)
        indptr = np.searchsorted(tails[rank], np.arange(sheets * n + 1))
        return cls(
            net,
            sheets,
            indptr.astype(np.int32),
            heads[rank].astype(np.int32),
            edge[rank],
            _Finder.of(u * n + v),
        )

    def trees(
        self, roots: NDArray[np.int64], length: NDArray[np.float64], limit: float
    ) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Distance and predecessor of every cover vertex from each root, a row each."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        size = self.sheets * self.net.n
        along = length[self.carrier]
        short = along <= limit  # no longer arc is on any way that is asked for
        ends = np.concatenate([[0], np.cumsum(short)])[self.indptr].astype(np.int32)
        arcs = csr_array((along[short], self.indices[short], ends), shape=(size, size))
        distance, parent = dijkstra(
            arcs, directed=True, indices=roots, return_predecessors=True, limit=limit
        )
        return distance, parent


def _climbs(
    distance: NDArray[np.float64],
    parent: NDArray[np.int32],
    tree: NDArray[np.int64],
    a: NDArray[np.int64],
    b: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Walk from ``a`` up to where it meets the way from ``b``, then down to ``b``; all at once.

    Distances fall strictly along every way to a root, so the farther of two different vertices is
    never above the other.  Returns delimiters and cover vertices of the walks.
    """
    left, right = a.copy(), b.copy()
    left_steps, right_steps = np.zeros_like(a), np.zeros_like(a)
    events: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], bool]] = []
    active = np.flatnonzero(left != right)
    while len(active):
        t = tree[active]
        ahead = distance[t, left[active]] >= distance[t, right[active]]
        for end, steps, moving, is_left in (
            (left, left_steps, active[ahead], True),
            (right, right_steps, active[~ahead], False),
        ):
            events.append((moving, steps[moving], end[moving], is_left))
            steps[moving] += 1
            end[moving] = parent[tree[moving], end[moving]]
        active = active[left[active] != right[active]]
    starts = np.concatenate([[0], np.cumsum(left_steps + right_steps + 1)])
    walk = np.empty(starts[-1], dtype=np.int64)
    walk[starts[:-1] + left_steps] = left
    for which, step, vertex, is_left in events:
        walk[starts[which] + step if is_left else starts[which + 1] - 1 - step] = vertex
    return starts, walk


def tree_rows(
    roads: Roads,
    roots: NDArray[np.int64],
    closing: NDArray[np.int64],
    f: NDArray[np.float64],
    *,
    slack: float,
    hop: float | NDArray[np.float64],
    near: int | None = None,
    generator: np.random.Generator | None = None,
) -> Rows:
    """Negative cycles through the edges ``closing``, over shortest-path trees from ``roots``.

    The walk from one end of an edge up the tree and down to the (double of the) other end, closed
    by the edge, is negative.  In two sheets both camps of the edge are tried.  Kept are the simple
    cycles whose sum of ``f`` is below ``1 - slack``; when the roots touch all edges that some two
    camps contradict and ``closing`` are these, none is missed but those within ``hop`` a step, one
    number or one for each edge.

    With ``near``, only that many of the nearest roots of each edge are tried, and one at random.
    """
    net, n = roads.net, roads.net.n
    distance, parent = roads.trees(roots, f + hop, 1.0)
    if roads.sheets == 2:
        across = np.where(net.sign[closing] < 0, n, 0)
        # The edge leads from (u, a) to (v, a * sign); the way on from there is mirrored.
        u = np.concatenate([net.u[closing], net.u[closing] + n])
        v = np.concatenate([net.v[closing] + n - across, net.v[closing] + across])
    else:
        u, v = net.u[closing], net.v[closing]
    by_vertex = np.ascontiguousarray(distance.T)  # all roots of a vertex side by side
    around = by_vertex[u] + by_vertex[v]
    if near is None or generator is None or near >= len(roots):
        case, tree = np.nonzero(np.isfinite(around))
    else:
        tree = np.column_stack(
            [_nearest(around, near), generator.integers(0, len(roots), len(u))]
        ).ravel()
        case = np.repeat(np.arange(len(u)), near + 1)
        reached = np.isfinite(around[case, tree])
        tree, case = tree[reached], case[reached]
    u, v = u[case], v[case]
    starts, walk = _climbs(distance, parent, tree, u, v)
    walk %= n
    following = np.empty_like(walk)
    following[:-1] = walk[1:]
    following[starts[1:] - 1] = walk[starts[:-1]]
    steps = roads.finder.edges(np.minimum(walk, following) * n + np.maximum(walk, following))
    rows = Rows(starts, walk, steps)
    rows = rows.taken(rows.sums(f) < 1 - slack)
    return rows.taken(_simple(rows, n)) if roads.sheets == 2 else rows


def _nearest(around: NDArray[np.float64], near: int) -> NDArray[np.int64]:
    """So many roots of least distance for each edge, a row each; one or two by plain minima."""
    if near > 2:
        nearest: NDArray[np.int64] = np.argpartition(around, near - 1, axis=1)[:, :near]
        return nearest
    first: NDArray[np.int64] = around.argmin(axis=1)
    if near == 1:
        return first[:, None]
    rest = around.copy()
    rest[np.arange(len(rest)), first] = np.inf
    return np.column_stack([first, rest.argmin(axis=1)])


def _simple(rows: Rows, n: int) -> NDArray[np.bool_]:
    """Which walks repeat no vertex."""
    owner = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    cell = np.sort(owner * n + rows.vertices)
    simple = np.ones(len(rows), dtype=bool)
    simple[cell[1:][cell[1:] == cell[:-1]] // n] = False
    return simple


def best_of_each(rows: Rows, f: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Positions of the ``most`` walks of least ``f``, short ones first, of every closing edge."""
    edge = rows.edges[rows.starts[1:] - 1]
    rank = np.lexsort((rows.sums(f) + _SHORT * np.diff(rows.starts), edge))
    first = np.searchsorted(edge[rank], edge[rank])
    return np.sort(rank[np.arange(len(rank)) - first < most])


def covering(u: NDArray[np.int64], v: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Vertices that touch every edge: greedily the one of the highest remaining degree."""
    chosen: list[int] = []
    alive = np.ones(len(u), dtype=bool)
    while alive.any():
        degree = np.bincount(u[alive], minlength=n) + np.bincount(v[alive], minlength=n)
        x = int(degree.argmax())
        chosen.append(x)
        alive &= (u != x) & (v != x)
    return np.array(chosen, dtype=np.int64)
