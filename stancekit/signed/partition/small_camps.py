"""Two camps of small networks: many copies annealed at once, or all camps tried."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import Network

__all__ = ["annealed_copies", "best_of_all"]

_COPIES = 48
_SWEEPS = 400
_HEAT = 0.7  # of the start, in typical fields
_COLUMNS = 10  # vertices whose camps are tried side by side
_LINES = 4  # and one below the other: products small enough to stay on one processor
_FLOAT32 = 2**23  # whole numbers up to twice this are exact


def annealed_copies(net: Network, generator: np.random.Generator) -> NDArray[np.float64]:
    """The best of many random camps, annealed side by side and settled.

    Vertices of one colour have no ties among themselves, so they take new camps at once, in all
    copies (heat bath, cooled linearly).
    """
    n = net.n
    ties = net.adjacency()
    colour = _colours(ties)
    blocks = [np.flatnonzero(colour == c) for c in range(int(colour.max(initial=-1)) + 1)]
    parts = [ties[inside] for inside in blocks]
    side = generator.choice([-1.0, 1.0], (n, _COPIES))
    start = _HEAT * np.sqrt((ties.data**2).sum() / n)
    for k in range(_SWEEPS):
        heat = start * (1 - k / _SWEEPS)
        for inside, part in zip(blocks, parts):
            lean = np.clip(part @ side * (-2 / heat), -700, 700)
            up = generator.random(lean.shape) * (1 + np.exp(lean)) < 1
            side[inside] = np.where(up, 1.0, -1.0)
    moved = True
    while moved:
        moved = False
        for inside, part in zip(blocks, parts):
            lean = part @ side
            better = np.where(lean == 0, side[inside], np.sign(lean))
            moved = moved or bool((better != side[inside]).any())
            side[inside] = better
    bad = net.sign[:, None] * side[net.u] * side[net.v] < 0
    return np.asarray(side[:, (net.weight @ bad).argmin()])


def _colours(ties: Any) -> NDArray[np.int64]:
    """Colours of the vertices, tied ones different: greedily, high degrees first."""
    indptr, indices = ties.indptr.tolist(), ties.indices.tolist()
    colour = [-1] * (len(indptr) - 1)
    for x in np.argsort(-np.diff(ties.indptr), kind="stable").tolist():
        taken = {colour[y] for y in indices[indptr[x] : indptr[x + 1]]}
        colour[x] = next(c for c in range(len(taken) + 1) if c not in taken)
    return np.array(colour, dtype=np.int64)


def best_of_all(net: Network, clock: Clock) -> NDArray[np.float64] | None:
    """The best of all camps, in whole numbers throughout; None if the clock ends first.

    Twice the work with every vertex: 2^25 camps take a fraction of a second.  The agreement of all
    camps of the last vertices with many camps of the first ones is one product of matrices.
    """
    n = net.n
    real = np.float32 if int(net.weight.sum()) < _FLOAT32 else np.float64
    ties = np.zeros((n, n), dtype=real)
    ties[net.u, net.v] = ties[net.v, net.u] = net.sign * net.weight
    columns = min(_COLUMNS, n - 1)
    first = n - columns
    lines = min(_LINES, first - 1)
    right = _all_camps(columns, 0, 2**columns, real)
    # Ties among the last and among the first vertices are one more line and column.
    above = np.vstack([right.T, _agreement(right, ties[first:, first:]), np.ones(len(right), real)])
    best, most = None, -np.inf
    for start in range(0, 2 ** (first - 1), 2**lines):
        if clock.over:
            return None
        left = np.ones((2**lines, first), dtype=real)
        left[:, 1:] = _all_camps(first - 1, start, start + 2**lines, real)
        inner = _agreement(left, ties[:first, :first])
        beside = np.column_stack([left @ ties[:first, first:], np.ones(len(left), real), inner])
        agreement = beside @ above
        if agreement.max() > most:
            row, column = divmod(int(agreement.argmax()), len(right))
            best, most = np.concatenate([left[row], right[column]]), agreement[row, column]
    return None if best is None else best.astype(np.float64)


def _all_camps(n: int, start: int, stop: int, real: type) -> NDArray[Any]:
    """Camps of ``n`` vertices, a row each, as the bits of ``start .. stop - 1`` have it."""
    return (1 - 2 * ((np.arange(start, stop)[:, None] >> np.arange(n)) & 1)).astype(real)


def _agreement(camps: NDArray[Any], ties: NDArray[Any]) -> NDArray[Any]:
    """Weight of satisfied ties less that of contradicted ones, of each row of camps."""
    return np.asarray(((camps @ ties) * camps).sum(axis=1) / 2)
