"""The triangle census: how many triangles of each pattern of signs, and which."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.balance.fast import arranged, closed_wedges, compiled, counted, worth
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
        graph, sides = self.graph, self._sides()
        # Of the three edges ab < ac < bc, the first two name the triangle and give its place.
        first, last = sides.min(axis=0), sides.max(axis=0)
        second = sides.sum(axis=0) - first - last
        place = np.argsort(first * graph.size + second)
        first, second = first[place], second[place]
        return np.stack(
            [graph.edges[first, 0], graph.edges[first, 1], graph.edges[second, 1]], axis=1
        )

    @property
    def by_vertex(self) -> NDArray[np.int64]:
        """Columns ppp, ppm, pmm, mmm of the triangles at each vertex; computed when asked."""
        n, told = self.graph.order, self.by_edge
        found = np.zeros((n, 4), dtype=np.int64)
        for end in self.graph.edges.T:
            for kind in range(4):
                found[:, kind] += np.bincount(end, told[:, kind], n).astype(np.int64)
        return found // 2  # two edges of a triangle meet at each of its corners

    @property
    def by_edge(self) -> NDArray[np.int64]:
        """Columns ppp, ppm, pmm, mmm of the triangles on each edge; computed when asked."""
        sides = self._sides()
        negative = (self.graph.signs < 0)[sides].sum(axis=0)
        cells = np.bincount((sides * 4 + negative).ravel(), minlength=4 * self.graph.size)
        return cells.reshape(-1, 4).astype(np.int64)

    def _sides(self) -> NDArray[np.int64]:
        """Rows of the three edges of every triangle, ``(3, total)``, in no particular order."""
        n, size = self.graph.order, self.graph.size
        low, high = _oriented(self.graph)
        code = low * n + high
        row = np.argsort(code)
        code, low, high = code[row], low[row], high[row]
        end = np.searchsorted(low, low, side="right")
        # A wedge is a pair of edges out of one vertex: each edge with all later ones of its row.
        later = end - np.arange(size) - 1
        if worth(8 * int(later.sum())):
            held = _arranged(self.graph)[:6]
            return np.asarray(compiled(closed_wedges)(*held, self.total))
        found = [np.zeros((3, 0), dtype=np.int64)]
        for first, last in _batches(np.cumsum(later), _WEDGES):
            count = later[first:last]
            one = np.repeat(np.arange(first, last), count)
            shift = np.arange(first + 1, last + 1) - (np.cumsum(count) - count)
            two = np.arange(len(one)) + np.repeat(shift, count)
            wanted = high[one] * n + high[two]
            third = np.minimum(np.searchsorted(code, wanted), size - 1)
            hit = code[third] == wanted
            found.append(row[np.stack([one[hit], two[hit], third[hit]])])
        return np.concatenate(found, axis=1)


_WEDGES = 500_000  # at a time: what a cache holds


def _batches(ends: NDArray[np.int64], room: int) -> list[tuple[int, int]]:
    """Cut ``0 .. len(ends)`` so that each part holds about ``room`` of the running total."""
    if not len(ends):
        return []
    marks = np.searchsorted(ends, np.arange(room, int(ends[-1]) + room, room)) + 1
    marks = np.unique(np.minimum(np.concatenate([[0], marks, [len(ends)]]), len(ends)))
    return list(zip(marks[:-1].tolist(), marks[1:].tolist()))


def _oriented(graph: SignedGraph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every edge from the end of lower degree to the other, by rank of degree.

    Every vertex then has at most ``sqrt(2 m)`` edges out of it, which bounds the wedges.
    """
    n = graph.order
    u, v = graph.edges.T
    degree = np.bincount(u, minlength=n) + np.bincount(v, minlength=n)
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(degree, kind="stable")] = np.arange(n)
    return np.minimum(rank[u], rank[v]), np.maximum(rank[u], rank[v])


_SHIFT = 21  # bits of a digit; three of them fit into int64
_ROOM = 4_000_000  # products at a time, and at least so many times the size


def triangles(graph: SignedGraph) -> Triangles:
    r"""Count the triangles by their number of negative edges.

    With every edge directed from lower to higher degree and :math:`U_{uv} = 1` for a positive and
    :math:`B` for a negative edge, :math:`(U^T U)_{bc}` holds the wedges that :math:`bc` closes, by
    their signs, as the digits of one number in base :math:`B = 2^{21}`: one sparse product in
    int64 counts all.

    Returns
    -------
    Triangles
        Exact.  Time and memory follow the number of directed wedges, at most :math:`O(m^{3/2})`.
        Where there are very many, numba is used if it is installed, with the same result.

    Examples
    --------
    >>> k4 = SignedGraph.from_edges(4, [(u, v, -1) for v in range(4) for u in range(v)])
    >>> triangles(k4).mmm
    4
    >>> triangles(SignedGraph.from_edges(2, [(0, 1, 1)])).total
    0
    """
    low, high = _oriented(graph)
    products = np.bincount(low, minlength=graph.order).astype(np.int64)[low]
    if worth(int(products.sum())):
        counts = compiled(counted)(*_arranged(graph))
    else:
        counts = _counted(graph, low, high, products)
    ppp, ppm, pmm, mmm = counts.tolist()
    return Triangles(ppp=ppp, ppm=ppm, pmm=pmm, mmm=mmm, graph=graph)


def _arranged(graph: SignedGraph) -> tuple[NDArray[Any], ...]:
    return tuple(compiled(arranged)(graph.order, graph.edges, (graph.signs < 0).view(np.int8)))


def _counted(
    graph: SignedGraph,
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    products: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The census by sparse products; ``products`` are those that each edge takes part in."""
    from scipy.sparse import csr_array

    n, base = graph.order, 1 << _SHIFT
    out = csr_array((np.where(graph.signs < 0, base, 1), (low, high)), shape=(n, n))
    sign = csr_array((np.where(out.data > 1, -1, 1), out.indices, out.indptr), shape=(n, n))
    into = out.T.tocsr()
    counts = np.zeros(4, dtype=np.int64)
    ends = np.cumsum(np.bincount(high, weights=products, minlength=n).astype(np.int64))
    for first, last in _batches(ends, max(_ROOM, 4 * graph.size)):
        # The row of b needs only the columns behind it; a digit holds fewer than B wedges.
        ahead, closing = out[:, first:], sign[first:last, first:]
        for w in range(0, n, base - 1):
            some = slice(w, w + base - 1)
            hits = (into[first:last, some] @ ahead[some]).multiply(closing).data
            # The sign of a hit is that of the closing edge, its digits are those of the wedges.
            for shift, wedge in ((0, hits[hits > 0]), (1, -hits[hits < 0])):
                for digit in range(3):
                    counts[digit + shift] += ((wedge >> (_SHIFT * digit)) & (base - 1)).sum()
    return counts
