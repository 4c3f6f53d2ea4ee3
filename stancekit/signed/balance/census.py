"""The triangle census: how many triangles of each pattern of signs, and which."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph

__all__ = ["Triangles", "triangles"]


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
