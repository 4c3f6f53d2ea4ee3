"""Two camps that contradict little: descent, rounding of a fractional answer, annealing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.balance import Camps, certificate
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.cycles import Network

__all__ = ["annealed", "descent", "rounded", "settled", "spanned"]

_FEW = 200  # gaining vertices: from here on they are flipped one by one
_BATCHES = 300
_BLOCKS = 12  # of vertices, each updated at once in annealing


def descent(adjacency: Any, side: NDArray[np.float64]) -> NDArray[np.float64]:
    """Flip the vertex that gains most, until none gains; a copy is returned."""
    side = side.copy()
    if not len(side):
        return side
    indptr, indices, data = adjacency.indptr, adjacency.indices, adjacency.data
    field = adjacency @ side
    while True:
        gain = side * field
        x = int(gain.argmin())
        if gain[x] >= 0:
            return side
        side[x] = -side[x]
        row = slice(indptr[x], indptr[x + 1])
        field[indices[row]] += 2 * side[x] * data[row]


def spanned(n: int, u: NDArray[Any], v: NDArray[Any], sign: NDArray[Any]) -> NDArray[np.float64]:
    """Sides that satisfy every edge of a forest."""
    camps = certificate(SignedGraph.from_arrays(n, np.stack([u, v], axis=1), sign))
    assert isinstance(camps, Camps)
    return camps.side.astype(np.float64)


def rounded(net: Network, f: NDArray[np.float64]) -> NDArray[np.float64]:
    """Camps from a fractional answer: believe the edges whose ``f`` is nearest to 0 or 1.

    A minimum spanning forest over the distance of ``f`` to 0 or 1; an edge of it with ``f`` below
    1/2 is satisfied, the others are contradicted.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    doubt = np.minimum(f, 1 - f).clip(0) + 1e-3  # a zero would be no edge
    graph = coo_array((doubt, (net.u, net.v)), shape=(net.n, net.n)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    low, high = np.minimum(tree.row, tree.col), np.maximum(tree.row, tree.col)
    row = np.searchsorted(net.u * net.n + net.v, low.astype(np.int64) * net.n + high)
    return spanned(net.n, low, high, np.where(f[row] < 0.5, net.sign[row], -net.sign[row]))


def settled(
    adjacency: Any, side: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Descent for large graphs: many flips at a time, then one by one."""
    side = side.copy()
    for _ in range(_BATCHES):
        gaining = np.flatnonzero(side * (adjacency @ side) < 0)
        if len(gaining) < _FEW:
            break
        side[gaining[generator.random(len(gaining)) < 0.5]] *= -1
    return descent(adjacency, side)


def annealed(
    adjacency: Any,
    side: NDArray[np.float64],
    heat: float,
    sweeps: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Simulated annealing in random blocks of vertices, cooled linearly, then `settled`.

    The vertices of a block are offered a flip at once; the few neighbours that flip together undo
    each other's gain, which the next sweep sees.  The best camps on the way are kept.
    """
    side, best, least = side.copy(), side, np.inf
    block = generator.integers(0, _BLOCKS, len(side))
    members = [np.flatnonzero(block == b) for b in range(_BLOCKS)]
    parts = [adjacency[inside] for inside in members]
    for k in range(sweeps):
        cold = max(heat * (1 - k / sweeps), 1e-6 * heat)
        cost = 0.0
        for inside, part in zip(members, parts):
            agreement = side[inside] * (part @ side)
            cost -= float(agreement.sum())
            chance = np.exp(-2 * np.maximum(agreement, 0) / cold)
            side[inside[generator.random(len(inside)) < chance]] *= -1
        if cost < least:
            best, least = side.copy(), cost
    return settled(adjacency, best, generator)
