"""Blocks as 0/1 variables: the last resort where cycles do not close the bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.partition.cycles import Network, Rows
from stancekit.signed.partition.program import incidence

__all__ = ["Told", "milp_blocks"]

_TRUST = 1e-6  # relative: what a solver's bound may be off


@frozen
class Told:
    """What a mixed-integer solver says: blocks, if it has better ones, and a bound in units."""

    side: NDArray[np.int64] | None
    told: int


def milp_blocks(
    net: Network,
    pattern: NDArray[np.int8],
    rows: Rows,
    upper: int,
    *,
    seconds: float | None,
) -> Told:
    r"""Ask for blocks that contradict less than ``upper``, or for the word that there are none.

    With :math:`x_{vb} = 1` where vertex ``v`` is in block ``b``, an edge of sign :math:`\sigma`
    is contradicted, :math:`f_{uv} = 1`, unless the pattern between the blocks of its ends is
    :math:`\sigma`:

    .. math:: f_{uv} \ge x_{ub} - \sum_{c: P_{bc} = \sigma} x_{vc}

    for every block and both directions.  ``rows`` are cycles of which some edge must be
    contradicted.  Blocks that can be exchanged are named in the order in which the first vertices
    use them.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    k, m = len(pattern), net.m
    program = _Program(net, pattern)
    matrix, least = program.matrix()
    mean = float(net.weight.mean())
    price = np.concatenate([net.weight / mean, np.zeros(net.n * k)])
    top = np.ones(len(price))
    for v, block in _unnamed(net, pattern):
        top[m + v * k + block] = 0
    once = program.sparse(
        np.repeat(np.arange(net.n), k), m + np.arange(net.n * k), np.ones(net.n * k), net.n
    )
    constraints = [
        LinearConstraint(matrix, least, np.inf),
        LinearConstraint(once, 1, 1),
        LinearConstraint(price[None], -np.inf, (upper - 0.5) / mean),
    ]
    if len(rows):
        cover = incidence(rows, m).tocoo()
        cover = program.sparse(cover.row, cover.col, cover.data, len(rows))
        constraints.append(LinearConstraint(cover, 1, np.inf))
    found = milp(
        price,
        constraints=constraints,
        integrality=(np.arange(len(price)) >= m).astype(np.int64),
        bounds=Bounds(0, top),
        options={
            "mip_rel_gap": 0.0,
            "time_limit": np.inf if seconds is None else max(seconds, 0.05),
        },
    )
    if found.status == 2:  # nothing below
        return Told(None, upper)
    bound = found.mip_dual_bound
    bound = 0.0 if bound is None or not np.isfinite(bound) else float(bound) * mean
    told = min(int(np.ceil(bound - _TRUST * max(bound, 1))), upper)
    if found.x is None:
        return Told(None, told)
    return Told(found.x[m : m + net.n * k].reshape(net.n, k).argmax(axis=1), told)


@frozen
class _Program:
    """Columns are contradictions of edges, then blocks of vertices."""

    net: Network
    pattern: NDArray[np.int8]

    def sparse(self, row: Any, column: Any, value: Any, height: int) -> Any:
        """Rows over all columns."""
        from scipy.sparse import csr_array

        width = self.net.m + self.net.n * len(self.pattern)
        return csr_array((value, (row, column)), shape=(height, width))

    def matrix(self) -> tuple[Any, NDArray[np.float64]]:
        """What makes an edge contradicted, as ``matrix @ x >= least``."""
        from scipy.sparse import vstack

        parts: list[Any] = []
        least: list[NDArray[np.float64]] = []
        for sign in (1, -1):
            chosen = np.flatnonzero(self.net.sign == sign)
            directions = ((self.net.u, self.net.v), (self.net.v, self.net.u))
            for b in range(len(self.pattern)):
                pleased = self.pattern[b] == sign
                if pleased.all():
                    continue
                # The fewer terms: none of the blocks that please, or one of those that do not.
                few = 2 * pleased.sum() <= len(pleased)
                blocks = np.flatnonzero(pleased if few else ~pleased)
                for tail, head in directions:
                    terms = [(tail, b, -1.0)]
                    terms += [(head, int(c), 1.0 if few else -1.0) for c in blocks]
                    parts.append(self._rows(chosen, terms))
                    least.append(np.full(len(chosen), 0.0 if few else -1.0))
        if not parts:
            return self.sparse([], [], [], 0), np.zeros(0)
        return vstack(parts, format="csr"), np.concatenate(least)

    def _rows(
        self, chosen: NDArray[np.int64], terms: list[tuple[NDArray[np.int64], int, float]]
    ) -> Any:
        """One row an edge: its contradiction, and blocks of its ends."""
        k, m = len(self.pattern), self.net.m
        columns = [chosen, *(m + end[chosen] * k + b for end, b, _ in terms)]
        values = [1.0, *(value for *_, value in terms)]
        row = np.tile(np.arange(len(chosen)), len(columns))
        value = np.repeat(values, len(chosen))
        return self.sparse(row, np.concatenate(columns), value, len(chosen))


def _unnamed(net: Network, pattern: NDArray[np.int8]) -> list[tuple[int, int]]:
    """Vertices and blocks that they need not be in, as blocks that can be exchanged have no names.

    Of a class of such blocks, the ``i``-th vertex (those of most negative weight come first) is in
    one of the first ``i``.
    """
    k = len(pattern)
    classes: list[list[int]] = []
    for b in range(k):
        for members in classes:
            swap = np.arange(k)
            swap[[b, members[0]]] = members[0], b
            if (pattern[np.ix_(swap, swap)] == pattern).all():
                members.append(b)
                break
        else:
            classes.append([b])
    negative = np.where(net.sign < 0, net.weight, 0)
    load = np.bincount(net.u, negative, net.n) + np.bincount(net.v, negative, net.n)
    first = np.argsort(-load, kind="stable")
    return [
        (int(v), b)
        for i, v in enumerate(first[:k])
        for members in classes
        for b in members[i + 1 :]
    ]
