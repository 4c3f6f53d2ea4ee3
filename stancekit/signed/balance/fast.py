"""Loops over triangles for numba: the same numbers as the sparse products, sooner when many.

Nothing here needs numba: the functions are plain Python over arrays, which `census` compiles when
numba is installed (``pip install stancekit[fast]``) and a graph is large enough to repay it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["arranged", "closed_wedges", "compiled", "counted", "worth"]

_WORTH = 300_000_000  # steps of the plain way, about three seconds: as long as compiling takes


def worth(steps: int) -> bool:
    """Whether numba is installed and ``steps`` of the plain way take longer than compiling.

    >>> worth(0)
    False
    """
    return steps > _WORTH and find_spec("numba") is not None


@lru_cache
def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` as machine code, kept on disk for the next process."""
    from numba import njit  # type: ignore[import-not-found,unused-ignore]

    compiled_function: Callable[..., Any] = njit(cache=True)(function)
    return compiled_function


def arranged(
    order: int, edges: NDArray[np.int64], minus: NDArray[np.int8]
) -> tuple[NDArray[Any], ...]:
    """Edges from lower to higher rank of degree, by either end.

    Returns
    -------
    into, tail, place : (order + 1,), (m,), (m,) arrays
        ``tail[into[x]:into[x + 1]]`` are the lower ends of the edges into ``x``; ``place`` says
        where each of these edges is in ``head``.
    out, head, row, kind : (order + 1,), (m,), (m,), (m,) arrays
        ``head[out[x]:out[x + 1]]`` are the higher ends of the edges out of ``x``, ascending;
        ``row`` their rows in ``edges``, ``kind`` their entries of ``minus``.

    Examples
    --------
    >>> path = np.array([[0, 1], [1, 2]])
    >>> into, tail, *_ = arranged(3, path, np.zeros(2, dtype=np.int8))
    >>> into.tolist(), tail.tolist()
    ([0, 0, 0, 2], [0, 1])
    """
    size = len(edges)
    degree = np.zeros(order, np.int64)
    for e in range(size):
        degree[edges[e, 0]] += 1
        degree[edges[e, 1]] += 1
    first = np.zeros(2 * size + 2, np.int64)
    for x in range(order):
        first[degree[x] + 1] += 1
    for d in range(2 * size + 1):
        first[d + 1] += first[d]
    rank = np.empty(order, np.int64)
    for x in range(order):
        rank[x] = first[degree[x]]
        first[degree[x]] += 1
    into, out = np.zeros(order + 1, np.int64), np.zeros(order + 1, np.int64)
    for e in range(size):
        a, b = rank[edges[e, 0]], rank[edges[e, 1]]
        into[max(a, b) + 1] += 1
        out[min(a, b) + 1] += 1
    for x in range(order):
        into[x + 1] += into[x]
        out[x + 1] += out[x]
    tail, by_tail = np.empty(size, np.int32), np.empty(size, np.int64)
    free = into.copy()
    for e in range(size):
        a, b = rank[edges[e, 0]], rank[edges[e, 1]]
        k = free[max(a, b)]
        free[max(a, b)] += 1
        tail[k], by_tail[k] = min(a, b), e
    head, row = np.empty(size, np.int32), np.empty(size, np.int64)
    kind, place = np.empty(size, np.int8), np.empty(size, np.int64)
    free = out.copy()
    for x in range(order):
        for k in range(into[x], into[x + 1]):
            at = free[tail[k]]
            free[tail[k]] += 1
            head[at], row[at], kind[at], place[k] = x, by_tail[k], minus[by_tail[k]], at
    return into, tail, place, out, head, row, kind


def counted(
    into: NDArray[np.int64],
    tail: NDArray[np.int32],
    place: NDArray[np.int64],
    out: NDArray[np.int64],
    head: NDArray[np.int32],
    row: NDArray[np.int64],
    kind: NDArray[np.int8],
) -> NDArray[np.int64]:
    """Triangles by number of negative edges, of what `arranged` returns.

    >>> triangle, minus = np.array([[0, 1], [0, 2], [1, 2]]), np.array([0, 1, 0], dtype=np.int8)
    >>> counted(*arranged(3, triangle, minus)).tolist()
    [0, 1, 0, 0]
    """
    order = len(into) - 1
    counts, mark = np.zeros(4, np.int64), np.full(order, -1, np.int8)
    for x in range(order):
        for k in range(out[x], out[x + 1]):
            mark[head[k]] = kind[k]
        for k in range(into[x], into[x + 1]):
            for j in range(place[k] + 1, out[tail[k] + 1]):
                if mark[head[j]] >= 0:
                    counts[mark[head[j]] + kind[j] + kind[place[k]]] += 1
        for k in range(out[x], out[x + 1]):
            mark[head[k]] = -1
    return counts


def closed_wedges(
    into: NDArray[np.int64],
    tail: NDArray[np.int32],
    place: NDArray[np.int64],
    out: NDArray[np.int64],
    head: NDArray[np.int32],
    row: NDArray[np.int64],
    total: int,
) -> NDArray[np.int64]:
    """Rows of the three edges of each of ``total`` triangles, of what `arranged` returns.

    >>> triangle, minus = np.array([[0, 1], [0, 2], [1, 2]]), np.array([0, 1, 0], dtype=np.int8)
    >>> sorted(closed_wedges(*arranged(3, triangle, minus)[:6], 1)[:, 0].tolist())
    [0, 1, 2]
    """
    order = len(into) - 1
    sides, mark = np.empty((3, total), np.int64), np.full(order, -1, np.int64)
    found = 0
    for x in range(order):
        for k in range(out[x], out[x + 1]):
            mark[head[k]] = row[k]
        for k in range(into[x], into[x + 1]):
            for j in range(place[k] + 1, out[tail[k] + 1]):
                if mark[head[j]] >= 0:
                    sides[0, found], sides[1, found] = row[place[k]], row[j]
                    sides[2, found] = mark[head[j]]
                    found += 1
        for k in range(out[x], out[x + 1]):
            mark[head[k]] = -1
    return sides
