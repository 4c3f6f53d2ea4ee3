"""The camps that hold two together, as variables beside the moves: slow, and never weak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stancekit.scenarios.asking import Option
from stancekit.scenarios.board import Pair

__all__ = ["together"]


def together(
    matrix: Any,
    options: Sequence[Option],
    ties: Mapping[Pair, int],
    ends: Pair,
    apart: Sequence[tuple[int, NDArray[np.float64]]],
    quantum: int,
) -> tuple[Any, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Extend a covering program by camps Q that hold the ends together.

    A set of moves succeeds exactly when some Q is better, by a quantum, than every partition
    that holds the ends apart. Beside the moves s there are a camp b of each vertex, for each
    pair whether Q divides it, d, and what Q contradicts of it, k:

    - ``d >= |b_u - b_v|``, ``d <= b_u + b_v``, ``d <= 2 - b_u - b_v``;
    - ``k >=`` what Q contradicts of the tie as it stood, unless a move of the pair is made;
      and of what each move makes of it, if that is made;
    - for each known partition P that holds the ends apart: what the moves make of its weight
      is at least ``sum(k)`` and a quantum.

    Returns
    -------
    matrix, low, top, whole
        All rows, those of ``matrix`` first; the lower bounds of the new rows; upper bounds
        and integrality of all variables, the moves first.
    """
    from scipy import sparse

    count = len(options)
    pairs = sorted(set(ties) | {option.pair for option in options})
    vertices = {v: i for i, v in enumerate(sorted({v for pair in pairs for v in pair} | {*ends}))}
    camp, divided = count, count + len(vertices)
    paid = divided + len(pairs)
    size = paid + len(pairs)
    cells: list[tuple[int, int, float]] = []
    low: list[float] = []

    def row(least: float, *terms: tuple[int, float]) -> None:
        cells.extend((len(low), column, value) for column, value in terms)
        low.append(least)

    moves: dict[Pair, list[int]] = {}
    for i, option in enumerate(options):
        moves.setdefault(option.pair, []).append(i)
    for j, pair in enumerate(pairs):
        u, v = (camp + vertices[x] for x in pair)
        d, k = divided + j, paid + j
        row(0, (d, 1), (u, -1), (v, 1))
        row(0, (d, 1), (u, 1), (v, -1))
        row(0, (d, -1), (u, 1), (v, 1))
        row(-2, (d, -1), (u, -1), (v, -1))
        x = ties.get(pair, 0)
        # k >= x d for a positive tie, k >= |x| (1 - d) for a negative one
        freed = [(i, float(abs(x))) for i in moves.get(pair, ())]
        if x:
            row(max(0, -x), (k, 1), (d, -x), *freed)
        for i in moves.get(pair, ()):
            y = options[i].units
            if y:
                row(max(0, -y) - abs(y), (k, 1), (d, -y), (i, -float(abs(y))))
    for start, rises in apart:
        held = [(i, float(r)) for i, r in enumerate(rises.tolist()) if r]
        row(quantum - start, *held, *((paid + j, -1.0) for j in range(len(pairs))))
    rows, columns, values = zip(*cells, strict=True)
    block = sparse.csr_array((values, (rows, columns)), shape=(len(low), size))
    wider = sparse.hstack([matrix, sparse.csr_array((matrix.shape[0], size - count))])
    top = np.ones(size)
    heavy = [*(abs(x) for x in ties.values()), *(abs(option.units) for option in options)]
    top[paid:] = max(heavy, default=0)
    for end in ends:
        top[camp + vertices[end]] = 0  # both in the first camp
    whole = np.ones(size)
    return sparse.vstack([wider, block], format="csr"), np.array(low, dtype=np.float64), top, whole
