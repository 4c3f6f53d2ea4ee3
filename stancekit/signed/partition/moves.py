"""Blocks that contradict little: single vertices moved between a fixed number of blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.partition.clock import Clock

__all__ = ["camps_pattern", "contracted", "moved"]

_CELLS = 20_000  # vertices times blocks, up to which single moves are searched at length
_BATCHES = 60  # of many moves at a time, on large graphs
_FEW = 200  # gaining vertices: from here on they are moved one by one
_PATIENCE = 300, 8  # moves without a better answer, and so many more a vertex


def camps_pattern(most: int) -> NDArray[np.int8]:
    """Friends in one block, foes in different ones."""
    return (2 * np.eye(most, dtype=np.int8) - 1).astype(np.int8)


def contracted(adjacency: Any, labels: NDArray[np.int64]) -> Any:
    """What is between blocks, as one vertex each; their insides are left out."""
    from scipy.sparse import coo_array

    k = int(labels.max(initial=-1)) + 1
    tail, head = np.repeat(labels, np.diff(adjacency.indptr)), labels[adjacency.indices]
    apart = tail != head
    between = coo_array((adjacency.data[apart], (tail[apart], head[apart])), shape=(k, k)).tocsr()
    between.eliminate_zeros()
    return between


def moved(
    adjacency: Any,
    pattern: NDArray[np.int8],
    labels: NDArray[np.int64],
    generator: np.random.Generator,
    clock: Clock,
) -> NDArray[np.int64]:
    """Blocks no worse than these: each vertex where it gains most; beyond that by tabu search.

    A vertex ``x`` in block ``c`` agrees with its ties by the sum of ``S[x, y] P[c, labels[y]]``,
    for signed weights ``S`` in whole units and a pattern ``P`` of +1 and -1.
    """
    if not len(labels):
        return labels
    sign = pattern.astype(np.float64)
    if labels.size * len(sign) > _CELLS:
        return _settled(adjacency, sign, labels, generator, clock)
    return _tabu(adjacency, sign, labels, generator, clock)


def _settled(
    adjacency: Any,
    sign: NDArray[np.float64],
    labels: NDArray[np.int64],
    generator: np.random.Generator,
    clock: Clock,
) -> NDArray[np.int64]:
    """Many moves at a time, then one by one, while any gains."""
    every = np.arange(len(labels))

    def cost(labels: NDArray[np.int64], field: NDArray[np.float64]) -> float:
        return -float(field[every, labels].sum())

    labels = labels.copy()
    field = adjacency @ sign[labels]
    best, least = labels.copy(), cost(labels, field)
    for _ in range(_BATCHES):
        to = field.argmax(axis=1)
        gaining = np.flatnonzero(field[every, to] > field[every, labels])
        if len(gaining) < _FEW or clock.over:
            break
        chosen = gaining[generator.random(len(gaining)) < 0.5]
        labels[chosen] = to[chosen]
        field = adjacency @ sign[labels]
        if cost(labels, field) < least:
            best, least = labels.copy(), cost(labels, field)
    labels = best
    field = adjacency @ sign[labels]
    gain = field.max(axis=1) - field[every, labels]
    indptr, indices, data = adjacency.indptr, adjacency.indices, adjacency.data
    while gain.max() > 0 and not clock.over:
        x = int(gain.argmax())
        to, before = int(field[x].argmax()), int(labels[x])
        labels[x] = to
        near = indices[indptr[x] : indptr[x + 1]]
        field[near] += data[indptr[x] : indptr[x + 1], None] * (sign[to] - sign[before])
        near = np.append(near, x)
        gain[near] = field[near].max(axis=1) - field[near, labels[near]]
    return labels


def _tabu(
    adjacency: Any,
    sign: NDArray[np.float64],
    labels: NDArray[np.int64],
    generator: np.random.Generator,
    clock: Clock,
) -> NDArray[np.int64]:
    """The best move that is not back to where a vertex just was, again and again."""
    n, k = len(labels), len(sign)
    if k < 2:
        return labels
    indptr, indices, data = adjacency.indptr, adjacency.indices, adjacency.data
    every = np.arange(n)
    labels, best = labels.copy(), labels.copy()
    field = adjacency @ sign[labels]
    banned = np.zeros((n, k), dtype=np.int64)
    score, most, step, last = 0.0, 0.0, 0, 0
    patience = _PATIENCE[0] + _PATIENCE[1] * n
    while step - last < patience and not clock.over:
        step += 1
        gain = field - field[every, labels][:, None]
        # Gains are whole numbers, so noise only breaks ties.  A better answer is never banned.
        worth = gain + 0.5 * generator.random((n, k))
        worth[(banned > step) & (score + gain <= most)] = -np.inf
        worth[every, labels] = -np.inf
        x, to = divmod(int(worth.argmax()), k)
        if worth[x, to] == -np.inf:
            continue
        before = int(labels[x])
        score += float(gain[x, to])
        labels[x] = to
        banned[x, before] = step + 3 + int(generator.integers(0, 3 + n // 8))
        row = slice(indptr[x], indptr[x + 1])
        field[indices[row]] += data[row, None] * (sign[to] - sign[before])
        if score > most:
            best, most, last = labels.copy(), score, step
    return best
