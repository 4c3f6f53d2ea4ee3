"""Walks that no blocks of a pattern satisfy: which sign sequences those are, and finding them."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.partition.cycles import Network, Rows

__all__ = ["Sequences", "Walks"]

_STATES = 100  # products of a pattern; with more, no walks are looked for
_CELLS = 3_000_000  # distances that are held at once
_EACH = 4  # walks of one root in a round


@frozen
class Sequences:
    """What blocks the ends of a walk can be in, by the signs along it: products of a pattern.

    The blocks at both ends of a satisfied edge of a sign are the entries of a 0/1 matrix; along a
    walk these are multiplied, with 'or' for 'plus'.  A walk of product 0 is satisfied by no
    blocks, one that comes back to where it began by none if the diagonal of its product is 0.

    Attributes
    ----------
    following : (states, 2) int64 array
        State after one more positive (column 0) or negative (column 1) step; state 0 is the walk
        without steps.
    dead : (states,) bool array
        No blocks satisfy such a walk.
    open : (states,) bool array
        No blocks satisfy such a walk if it is closed.
    """

    following: NDArray[np.int64]
    dead: NDArray[np.bool_]
    open: NDArray[np.bool_]

    @classmethod
    def of(cls, pattern: NDArray[np.int8]) -> Sequences | None:
        """All products; None if they are too many."""
        k = len(pattern)
        pleased = [np.isin(pattern, (sign, 0)) for sign in (1, -1)]
        found = [np.eye(k, dtype=bool)]
        number = {found[0].tobytes(): 0}
        following: list[list[int]] = []
        for product in found:  # grows as it is read
            ahead = []
            for matrix in pleased:
                after = (product.astype(np.int64) @ matrix) > 0
                key = after.tobytes()
                if key not in number:
                    if len(found) == _STATES:
                        return None
                    number[key] = len(found)
                    found.append(after)
                ahead.append(number[key])
            following.append(ahead)
        return cls(
            np.array(following, dtype=np.int64),
            np.array([not x.any() for x in found]),
            np.array([not x.diagonal().any() for x in found]),
        )


@frozen
class Walks:
    """A network laid out for shortest walks that no blocks satisfy.

    Vertex ``x`` at the end of a walk in state ``s`` is ``x * states + s``.
    """

    net: Network
    sequences: Sequences
    arcs: Any
    carrier: NDArray[np.int64]

    @classmethod
    def of(cls, net: Network, sequences: Sequences) -> Walks:
        """Lay out a network."""
        from scipy.sparse import csr_array

        states = len(sequences.following)
        alive = np.flatnonzero(~sequences.dead)
        tail = np.concatenate([net.u, net.v])
        head = np.concatenate([net.v, net.u])
        column = (np.tile(net.sign, 2) < 0).astype(np.int64)
        after = sequences.following[alive][:, column]  # (alive, arcs)
        row = (tail[None] * states + alive[:, None]).ravel()
        to = (head[None] * states + after).ravel()
        edge = np.tile(np.tile(np.arange(net.m), 2), len(alive))
        size = net.n * states
        # One arc a pair of places: an edge leads from each place of its tail to one of its head.
        arcs = csr_array((np.arange(1, len(row) + 1), (row, to)), shape=(size, size))
        return cls(net, sequences, arcs, edge[arcs.data - 1])

    @property
    def thorough(self) -> bool:
        """Whether every vertex is a root in every round."""
        return self.net.n**2 * len(self.sequences.following) <= _CELLS

    def violated(
        self,
        f: NDArray[np.float64],
        generator: np.random.Generator,
        *,
        slack: float,
        hop: float,
    ) -> tuple[list[list[int]], Rows]:
        """Closed walks with a sum of ``f`` below ``1 - slack``, a few from each vertex.

        A walk of product 0 is closed by going back the way it came.

        Returns
        -------
        rings : list of vertices, the last joined to the first
        rows : Rows
            The different edges of each, and, in the place of vertices, the same again.
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        net, states = self.net, len(self.sequences.following)
        size = net.n * states
        arcs = csr_array(
            ((f + hop)[self.carrier], self.arcs.indices, self.arcs.indptr), shape=(size, size)
        )
        most = max(_CELLS // size, 1)
        roots = generator.permutation(net.n)[:most]
        distance, parent = dijkstra(
            arcs, indices=roots * states, return_predecessors=True, limit=1.0
        )
        lost = np.flatnonzero(self.sequences.dead)
        torn = np.flatnonzero(self.sequences.open & ~self.sequences.dead)
        rings: list[list[int]] = []
        edges: list[NDArray[np.int64]] = []
        for i, root in enumerate(roots.tolist()):
            goals = np.concatenate(
                [root * states + torn, (np.arange(net.n)[:, None] * states + lost).ravel()]
            )
            goals = goals[np.isfinite(distance[i, goals])]
            for goal in goals[np.argsort(distance[i, goals], kind="stable")][:_EACH].tolist():
                ring, along = self._traced(parent[i], goal)
                different = np.unique(along)
                if f[different].sum() < 1 - slack:
                    rings.append(ring)
                    edges.append(different)
        starts = np.cumsum([0, *map(len, edges)]).astype(np.int64)
        every = np.concatenate([np.zeros(0, dtype=np.int64), *edges])
        return rings, Rows(starts, every, every)

    def _traced(self, parent: NDArray[np.int32], goal: int) -> tuple[list[int], list[int]]:
        """The ring, and the edges that it takes, of the way to a goal."""
        states = len(self.sequences.following)
        lost = bool(self.sequences.dead[goal % states])
        walk, edges = [goal // states], []
        indptr, indices = self.arcs.indptr, self.arcs.indices
        while parent[goal] >= 0:
            before = int(parent[goal])
            arcs = np.arange(indptr[before], indptr[before + 1])
            edges.append(int(self.carrier[arcs[indices[arcs] == goal][0]]))
            goal = before
            walk.append(goal // states)
        walk = walk[::-1]
        return (walk + walk[-2:0:-1] if lost else walk[:-1]), edges
