"""What is known of balance in polynomial time: certificates and the triangle census."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph

__all__ = ["Camps", "NegativeCycle", "Triangles", "certificate", "triangles"]


def _key(array: NDArray[Any]) -> tuple[tuple[int, ...], bytes]:
    return array.shape, array.tobytes()


def _held_side(value: Any) -> NDArray[np.int8]:
    side = np.array(value, dtype=np.int8)
    side.setflags(write=False)
    return side


@frozen
class Camps:
    """Two camps that no edge contradicts: the witness of balance.

    Attributes
    ----------
    side : (order,) int8 array
        +1 or -1; the first vertex of every component is on side +1.

    Examples
    --------
    >>> Camps([1, -1]).proves(SignedGraph.from_edges(2, [(0, 1, -1)]))
    True
    """

    side: NDArray[np.int8] = field(eq=_key, converter=_held_side)

    def proves(self, graph: SignedGraph) -> bool:
        """Whether ``side`` shows that ``graph`` is balanced; linear time."""
        if self.side.shape != (graph.order,) or not np.isin(self.side, (-1, 1)).all():
            return False
        return not graph.frustrated(self.side).any()


@frozen
class NegativeCycle:
    """A cycle with an odd number of negative edges: the witness of imbalance.

    Attributes
    ----------
    vertices : tuple of int
        Different vertices, each joined to the next and the last to the first.

    Examples
    --------
    Three mutual rivals:

    >>> rivals = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    >>> NegativeCycle((0, 1, 2)).proves(rivals)
    True
    """

    vertices: tuple[int, ...]

    def proves(self, graph: SignedGraph) -> bool:
        """Whether this cycle is in ``graph`` and is negative."""
        ring = np.array(self.vertices, dtype=np.int64)
        if len(ring) < 3 or len(set(self.vertices)) < len(ring):
            return False
        if ring.min() < 0 or ring.max() >= graph.order:
            return False
        rows = graph.locate(ring, np.roll(ring, -1))
        return bool((rows >= 0).all() and (graph.signs[rows] < 0).sum() % 2 == 1)


def certificate(graph: SignedGraph) -> Camps | NegativeCycle:
    r"""Prove that a signed graph is balanced, or prove that it is not.

    A signed graph is balanced when every cycle has an even number of negative edges; equivalently
    [1]_ when its vertices split into two camps with positive edges inside a camp and negative
    edges between camps.

    Both answers are read off the signed double cover, in which every vertex appears once in each
    camp: the graph is balanced exactly when no vertex is connected to its own double.

    Returns
    -------
    Camps or NegativeCycle
        Either one is evidence: its ``proves(graph)`` does not trust this function.  Linear time,
        :math:`O(n + m)`.

    References
    ----------
    .. [1] Harary, F. (1953). "On the notion of balance of a signed graph". *Michigan Math. J.*
       2(2), 143-146. doi:10.1307/mmj/1028989917

    Examples
    --------
    Two allies with a common rival are consistent; three mutual rivals are not.

    >>> certificate(SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1), (0, 2, -1)]))
    Camps(side=array([ 1,  1, -1], dtype=int8))
    >>> certificate(SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)]))
    NegativeCycle(vertices=(0, 2, 1))

    Where nobody is there, nothing is contradicted:

    >>> certificate(SignedGraph.from_edges(0, []))
    Camps(side=array([], dtype=int8))
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    n = graph.order
    if not n:
        return Camps(np.zeros(0, dtype=np.int8))
    u, v = graph.edges.T
    across = np.where(graph.signs < 0, n, 0)
    cover = coo_array(
        (
            np.ones(2 * graph.size, dtype=np.int8),
            (np.concatenate([u, u + n]), np.concatenate([v + across, v + n - across])),
        ),
        shape=(2 * n, 2 * n),
    ).tocsr()
    _, label = connected_components(cover, directed=False)
    torn = np.flatnonzero(label[:n] == label[n:])
    if not len(torn):
        # The two sheets of a balanced component are its two labels; +1 goes to its first vertex.
        sheet = np.minimum(label[:n], label[n:])
        _, first, inverse = np.unique(sheet, return_index=True, return_inverse=True)
        return Camps(np.where(label[:n] == label[:n][first][inverse], 1, -1))
    start = int(torn[0])
    _, parent = breadth_first_order(cover, start, directed=False)
    walk = [start + n]
    while walk[-1] != start:
        walk.append(int(parent[walk[-1]]))
    return NegativeCycle(_innermost([x % n for x in walk]))


def _innermost(walk: list[int]) -> tuple[int, ...]:
    """A cycle of a shortest closed walk between the doubles of ``walk[0] == walk[-1]``.

    Vertices repeat only across the two sheets, so the part between the two visits of a vertex is
    itself a walk between doubles; the innermost such part repeats no vertex.
    """
    last: dict[int, int] = {}
    for k, x in enumerate(walk):
        if x in last:
            return tuple(walk[last[x] : k])
        last[x] = k
    raise AssertionError("a closed walk repeats its first vertex")


@frozen(kw_only=True)
class Triangles:
    """How many triangles have no, one, two or three negative edges.

    Attributes
    ----------
    ppp, ppm, pmm, mmm : int
        Number of triangles by signs: all positive, one negative edge, two, all negative.
    graph : SignedGraph
        The graph that was counted.

    Notes
    -----
    Balance in the strong sense (two camps) calls ``ppp`` and ``pmm`` balanced; in the weak sense
    (any number of camps) ``mmm`` is balanced as well [1]_.  A census is blind to everything that
    closes in no triangle: a network of two kinds of vertices, such as states and claimants, has
    none at all.

    References
    ----------
    .. [1] Davis, J. A. (1967). "Clustering and structural balance in graphs". *Human Relations*
       20(2), 181-187. doi:10.1177/001872676702000206

    Examples
    --------
    >>> census = triangles(SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1), (0, 2, -1)]))
    >>> census.ppp, census.ppm, census.pmm, census.mmm
    (0, 0, 1, 0)
    >>> census.by_vertex.tolist()
    [[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0]]
    """

    ppp: int
    ppm: int
    pmm: int
    mmm: int
    graph: SignedGraph

    @property
    def total(self) -> int:
        """Number of triangles."""
        return self.ppp + self.ppm + self.pmm + self.mmm

    @property
    def balanced(self) -> int:
        """Triangles with an even number of negative edges."""
        return self.ppp + self.pmm

    @property
    def unbalanced(self) -> int:
        """Triangles with an odd number of negative edges."""
        return self.ppm + self.mmm

    @property
    def weakly_unbalanced(self) -> int:
        """Triangles with exactly one negative edge, which no number of camps allows."""
        return self.ppm

    @property
    def share_balanced(self) -> float:
        """``balanced / total``; nan where there is no triangle."""
        return self.balanced / self.total if self.total else float("nan")

    @property
    def vertices(self) -> NDArray[np.int64]:
        """The triangles themselves, ``(total, 3)`` vertices, ascending; computed when asked."""
        return self._listed()[0]

    @property
    def by_vertex(self) -> NDArray[np.int64]:
        """Columns ppp, ppm, pmm, mmm of the triangles at each vertex; computed when asked."""
        corner, _, kind = self._listed()
        return _tally(corner, kind, self.graph.order)

    @property
    def by_edge(self) -> NDArray[np.int64]:
        """Columns ppp, ppm, pmm, mmm of the triangles on each edge; computed when asked."""
        _, side, kind = self._listed()
        return _tally(side, kind, self.graph.size)

    def _listed(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Corners, edge rows, and number of negative edges of every triangle."""
        graph = self.graph
        low, high, row = _oriented(graph)
        start = np.searchsorted(low, np.arange(graph.order + 1))
        # A wedge is a pair of edges out of one vertex: each edge with all later ones of its row.
        later = start[low + 1] - np.arange(graph.size) - 1 if graph.size else low
        code = high + low * graph.order
        found: list[NDArray[np.int64]] = []
        ends = np.cumsum(later)
        for first, last in _batches(ends, 4_000_000):
            count = later[first:last]
            one = np.repeat(np.arange(first, last), count)
            offset = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
            two = one + 1 + offset
            b, c = high[one], high[two]
            wanted = np.minimum(b, c) * graph.order + np.maximum(b, c)
            third = np.minimum(np.searchsorted(code, wanted), graph.size - 1)
            hit = code[third] == wanted
            found.append(np.stack([row[one[hit]], row[two[hit]], row[third[hit]]], axis=1))
        sides = np.concatenate(found) if found else np.zeros((0, 3), dtype=np.int64)
        ends_of = graph.edges[sides]  # (t, 3, 2)
        corners = np.stack(
            [
                ends_of.min(axis=(1, 2)),
                ends_of.sum(axis=(1, 2)) // 2 - ends_of.min(axis=(1, 2)) - ends_of.max(axis=(1, 2)),
                ends_of.max(axis=(1, 2)),
            ],
            axis=1,
        )
        rank = np.lexsort(corners.T[::-1])
        negative = (graph.signs[sides] < 0).sum(axis=1)
        return corners[rank], sides[rank], negative[rank]


def _batches(ends: NDArray[np.int64], room: int) -> list[tuple[int, int]]:
    """Cut ``0 .. len(ends)`` so that each part holds about ``room`` of the running total."""
    if not len(ends):
        return []
    marks = np.searchsorted(ends, np.arange(room, int(ends[-1]) + room, room)) + 1
    marks = np.unique(np.minimum(np.concatenate([[0], marks, [len(ends)]]), len(ends)))
    return list(zip(marks[:-1].tolist(), marks[1:].tolist()))


def _tally(members: NDArray[np.int64], kind: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    cells = members * 4 + kind[:, None]
    return np.bincount(cells.ravel(), minlength=4 * size).reshape(size, 4).astype(np.int64)


def _oriented(
    graph: SignedGraph,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Edges from the end of lower degree to the other, by rank of degree, and their rows.

    Every vertex then has at most ``sqrt(2 m)`` edges out of it, which bounds the wedges.
    """
    n = graph.order
    degree = np.bincount(graph.edges.ravel(), minlength=n)
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(degree, kind="stable")] = np.arange(n)
    u, v = rank[graph.edges[:, 0]], rank[graph.edges[:, 1]]
    low, high = np.minimum(u, v), np.maximum(u, v)
    row = np.lexsort((high, low))
    return low[row], high[row], row


_SHIFT = 21
_BASE = 2**_SHIFT


def triangles(graph: SignedGraph) -> Triangles:
    r"""Count the triangles by their number of negative edges.

    With every edge directed from lower to higher degree and :math:`U_{uv} = 1` for a positive and
    :math:`B` for a negative edge, :math:`(U U)_{uv}` holds the wedges below :math:`uv` by signs as
    the digits of one number in base :math:`B = 2^{21}`: one sparse product in int64 counts all.

    Returns
    -------
    Triangles
        Exact.  Time and memory follow the number of directed wedges, at most :math:`O(m^{3/2})`.

    Examples
    --------
    >>> k4 = SignedGraph.from_edges(4, [(u, v, -1) for v in range(4) for u in range(v)])
    >>> triangles(k4).mmm
    4
    >>> triangles(SignedGraph.from_edges(2, [(0, 1, 1)])).total
    0
    """
    from scipy.sparse import csr_array

    n = graph.order
    low, high, row = _oriented(graph)
    sign = graph.signs[row].astype(np.int64)
    start = np.searchsorted(low, np.arange(n + 1))
    columns, bounds = high.astype(np.int32), start.astype(np.int32)
    packed = csr_array((np.where(sign < 0, _BASE, 1), columns, bounds), shape=(n, n))
    closing = csr_array((sign, columns, bounds), shape=(n, n))
    counts = np.zeros(4, dtype=np.int64)
    outgoing = np.diff(start)
    wedges = np.bincount(low, weights=outgoing[high], minlength=n).astype(np.int64)
    for first, last in _batches(np.cumsum(wedges), 30_000_000):
        hits = (packed[first:last] @ packed).multiply(closing[first:last]).data
        # The sign of a hit is that of the closing edge, its digits are those of the wedges.
        for shift, wedge in ((0, hits[hits > 0]), (1, -hits[hits < 0])):
            for digit in range(3):
                counts[digit + shift] += ((wedge >> (_SHIFT * digit)) & (_BASE - 1)).sum()
    return Triangles(
        ppp=int(counts[0]), ppm=int(counts[1]), pmm=int(counts[2]), mmm=int(counts[3]), graph=graph
    )
