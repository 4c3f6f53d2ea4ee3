"""Closed walks of a certificate as steps along the edges of a graph."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph

__all__ = ["Steps", "read_steps"]


@frozen
class Steps:
    """The steps of all cycles, one after the other.

    Attributes
    ----------
    starts : (k + 1,) int64 array
        Cycle ``i`` takes the steps ``starts[i]:starts[i + 1]``.
    row : int64 array
        The edge that a step takes; -1 where it takes none.
    sign : int8 array
        The sign of that edge, or of what stands for one.
    """

    starts: NDArray[np.int64]
    row: NDArray[np.int64]
    sign: NDArray[np.int8]

    def negative(self) -> NDArray[np.int64]:
        """Number of negative steps of each cycle."""
        return np.add.reduceat((self.sign < 0).astype(np.int64), self.starts[:-1])


def read_steps(
    graph: SignedGraph,
    starts: NDArray[np.int64],
    ring: NDArray[np.int64],
    cycles: int,
    known: NDArray[np.int64],
    shortest: int,
) -> Steps | str:
    """The steps of cycles, or why they are none.

    Parameters
    ----------
    starts, ring : int64 arrays
        Cycle ``i`` visits the vertices ``ring[starts[i]:starts[i + 1]]``.
    cycles : int
        How many there should be.
    known : (n,) int64 array
        Camp of each vertex where it is given, else -1: a step between two such vertices is free.
    shortest : int
        Fewest vertices of a cycle.
    """
    if starts.shape != (cycles + 1,) or starts[0] != 0 or starts[-1] != len(ring):
        return "the cycles are not delimited"
    length = np.diff(starts)
    if (length < shortest).any():
        return f"a cycle has fewer than {'three' if shortest == 3 else shortest} vertices"
    if len(ring) and (ring.min() < 0 or ring.max() >= graph.order):
        return "a cycle visits a vertex that is not in the graph"
    following = np.empty_like(ring)
    following[:-1] = ring[1:]
    following[starts[1:] - 1] = ring[starts[:-1]]
    free = (known[ring] >= 0) & (known[following] >= 0)
    row = graph.locate(ring, following)
    missing = np.flatnonzero((row < 0) & ~free)
    if len(missing):
        k = missing[0]
        return f"a cycle steps from {ring[k]} to {following[k]}, which is no edge"
    bond = np.where(known[ring] == known[following], 1, -1).astype(np.int8)
    sign = np.append(graph.signs, np.int8(0))[row]
    return Steps(starts, np.where(free, -1, row), np.where(free, bond, sign))
