"""Proofs of balance and of imbalance, in linear time."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, held_sides
from stancekit.signed.graph import SignedGraph

__all__ = ["Camps", "NegativeCycle", "certificate"]


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

    side: NDArray[np.int8] = field(eq=array_key, converter=held_sides)

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
