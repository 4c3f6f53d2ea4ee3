"""Cross tables of positions, for all pairs of actors by matrix products, and formulas over them.

An agreement statistic of two actors depends on their positions through one
small table only: the weight of the items on which the first took level *l* and
the second level *m*.  Those tables come for all pairs at once out of one matrix
product of level indicators; so do the tables of every bootstrap draw.  Positions
with too many distinct values for tables are taken pair by pair.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt
from attrs import frozen

__all__ = [
    "LINEAR",
    "MOST_LEVELS",
    "NOMINAL",
    "QUADRATIC",
    "Chance",
    "Codes",
    "Difference",
    "Distance",
    "Formula",
    "Ordering",
    "either_margin",
    "encode",
    "levels_of",
    "observations",
    "own_margins",
    "tables",
]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.signedinteger]

#: More distinct values than this, and pairs are taken one by one without tables.
MOST_LEVELS = 16

#: Entries of the largest working array (float64 tables, float32 indicators).
_BLOCK = 1 << 22


class Formula(Protocol):
    """What a statistic must know how to do: be taken of tables, and of one pair of rows.

    >>> Ordering().scale_cancels, Difference(LINEAR).scale_cancels
    (True, False)
    """

    @property
    def scale_cancels(self) -> bool:
        """Whether the value is the same for any scale that holds the positions."""
        ...

    def of_tables(self, table: Array, levels: Array) -> Array:
        """Values for a stack of tables ``(..., L, L)`` over the ``levels (L,)``; nan if 0/0."""
        ...

    def of_pair(self, x: Array, y: Array, weights: Array) -> Array:
        """Values for complete ``x, y (n,)`` under each row of ``weights (draws, n)``."""
        ...


@frozen
class Distance:
    """How far two positions are apart, and how far on average under independence.

    Attributes
    ----------
    between : callable
        ``between(x, y)``, elementwise, 0 for equal positions.
    expected : callable
        ``expected(p, q, levels)``: the mean distance of two independent draws
        from the distributions ``p, q (..., L)`` over the increasing ``levels (L,)``,
        in time linear in ``L``; exactly 0 when both sit on one level.

    >>> float(LINEAR.between(np.array(0.0), np.array(0.5)))
    0.5
    """

    between: Callable[[Array, Array], Array]
    expected: Callable[[Array, Array, Array], Array]


def _total(array: Array) -> Array:
    """Sum over the last axis; a short one slice by slice, which is several times quicker."""
    if not 0 < array.shape[-1] <= MOST_LEVELS:
        return np.asarray(array.sum(-1))
    total = array[..., 0].copy()
    for k in range(1, array.shape[-1]):
        total += array[..., k]
    return total


def _sides(p: Array) -> tuple[Array, Array]:
    """Shares up to each gap between levels, and beyond it; never 1 less a share near 1."""
    return p.cumsum(-1)[..., :-1], p[..., ::-1].cumsum(-1)[..., -2::-1]


def _expected_nominal(p: Array, q: Array, levels: Array) -> Array:
    # what lies beyond the gap above each level, and up to the gap below it
    below, above = _sides(q)
    return _total(p[..., :-1] * above) + _total(p[..., 1:] * below)


def _expected_linear(p: Array, q: Array, levels: Array) -> Array:
    # |x - y| is the sum of the gaps that lie between x and y
    (below_p, above_p), (below_q, above_q) = _sides(p), _sides(q)
    return _total((below_p * above_q + below_q * above_p) * np.diff(levels))


def _expected_quadratic(p: Array, q: Array, levels: Array) -> Array:
    # from the commonest level, so that rounding of the means hides no rare position
    levels = levels - levels[p.argmax(-1)][..., None]
    mean_p, mean_q = _total(p * levels), _total(q * levels)
    spread_p = _total(p * (levels - mean_p[..., None]) ** 2)
    spread_q = _total(q * (levels - mean_q[..., None]) ** 2)
    return spread_p + spread_q + (mean_p - mean_q) ** 2


#: 0 for equal positions, else 1.
NOMINAL = Distance(lambda x, y: (x != y).astype(np.float64), _expected_nominal)
#: The absolute difference.
LINEAR = Distance(lambda x, y: np.abs(x - y), _expected_linear)
#: The squared difference.
QUADRATIC = Distance(lambda x, y: (x - y) ** 2, _expected_quadratic)

Chance = Callable[[Distance, Array, Array, Array], Array]


def own_margins(distance: Distance, p: Array, q: Array, levels: Array) -> Array:
    """Mean distance if each actor keeps its own distribution of positions (Cohen).

    >>> p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    >>> float(own_margins(NOMINAL, p, q, np.array([0.0, 1.0])))
    1.0
    """
    return distance.expected(p, q, levels)


def either_margin(distance: Distance, p: Array, q: Array, levels: Array) -> Array:
    """Mean distance if both actors draw from their pooled distribution (Scott).

    >>> p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    >>> float(either_margin(NOMINAL, p, q, np.array([0.0, 1.0])))
    0.5
    """
    pooled = (p + q) / 2.0
    return distance.expected(pooled, pooled, levels)


@frozen
class Difference:
    """One less a ratio of distances: ``1 - factor * observed / expected``.

    ``chance`` gives the expected distance from the margins; without it the
    expected distance is 1 (the width of the scale).

    >>> always_apart = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> float(Difference(NOMINAL, either_margin).of_tables(always_apart, np.array([0.0, 1.0])))
    -1.0
    """

    distance: Distance
    chance: Chance | None = None
    factor: float = 1.0

    @property
    def scale_cancels(self) -> bool:
        """Whether the value is the same for any scale that holds the positions."""
        return self.chance is not None or self.distance is NOMINAL

    def of_tables(self, table: Array, levels: Array) -> Array:
        """Values for a stack of tables ``(..., L, L)`` over the ``levels (L,)``; nan if 0/0."""
        apart = self.distance.between(levels[:, None], levels[None, :])
        columns = _total(np.swapaxes(table, -1, -2))
        return self._value(_total(_total(table * apart)), _total(table), columns, levels)

    def of_pair(self, x: Array, y: Array, weights: Array) -> Array:
        """Values for complete ``x, y (n,)`` under each row of ``weights (draws, n)``."""
        levels, codes = np.unique(np.concatenate([x, y]), return_inverse=True)
        rows = _margin(codes[: len(x)], weights, len(levels))
        columns = _margin(codes[len(x) :], weights, len(levels))
        return self._value(weights @ self.distance.between(x, y), rows, columns, levels)

    def _value(self, observed: Array, rows: Array, columns: Array, levels: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            total = _total(rows)
            mean = np.minimum(observed / total, 1.0)  # sums in two orders may differ
            if self.chance is None:
                return np.asarray(1.0 - self.factor * mean)
            # each margin by its own sum, so that a constant one is exactly 1 at its level
            p = rows / total[..., None]
            q = columns / _total(columns)[..., None]
            expected = self.chance(self.distance, p, q, levels)
            value = np.maximum(1.0 - self.factor * mean / expected, -1.0)
            return np.where(expected > 0, value, np.nan)


@frozen
class Ordering:
    """Concordant less discordant pairs of items over the untied ones (Kendall's tau-b).

    >>> same_order = np.diag([2.0, 1.0, 1.0])
    >>> float(Ordering().of_tables(same_order, np.arange(3.0)))
    1.0
    """

    @property
    def scale_cancels(self) -> bool:
        """Whether the value is the same for any scale that holds the positions."""
        return True

    def of_tables(self, table: Array, levels: Array) -> Array:
        """Values for a stack of tables ``(..., L, L)`` over the ``levels (L,)``; nan if 0/0."""
        order = np.sign(levels[:, None] - levels[None, :])
        untied = np.abs(order)
        rows, columns = _total(table), _total(np.swapaxes(table, -1, -2))
        score = _total(_total(table * (order @ table @ order.T)))
        return _correlation(
            score, _total(rows * (rows @ untied)), _total(columns * (columns @ untied))
        )

    def of_pair(self, x: Array, y: Array, weights: Array) -> Array:
        """Values for complete ``x, y (n,)`` under each row of ``weights (draws, n)``."""
        score, untied_x, untied_y = np.zeros((3, len(weights)))
        step = max(1, _BLOCK // max(1, len(x)))
        for start in range(0, len(x), step):  # items by items, a band at a time
            band = slice(start, start + step)
            order_x = np.sign(x[band, None] - x[None, :])
            order_y = np.sign(y[band, None] - y[None, :])
            part = weights[:, band]
            score += (part * (weights @ (order_x * order_y).T)).sum(-1)
            untied_x += (part * (weights @ np.abs(order_x).T)).sum(-1)
            untied_y += (part * (weights @ np.abs(order_y).T)).sum(-1)
        return _correlation(score, untied_x, untied_y)


def _correlation(score: Array, first: Array, second: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        most = np.maximum(first, second)  # the product of two small weights may vanish
        value = score / most / np.sqrt((first / most) * (second / most))
        value = np.clip(value, -1.0, 1.0)
        return np.where((first > 0) & (second > 0), value, np.nan)


def _margin(codes: npt.NDArray[np.intp], weights: Array, size: int) -> Array:
    """Weight of each level under each row of ``weights``: ``(draws, size)``."""
    margin = np.zeros((len(weights), size))
    order = np.argsort(codes, kind="stable")
    present, starts = np.unique(codes[order], return_index=True)
    if len(present):
        margin[:, present] = np.add.reduceat(weights[:, order], starts, axis=1)
    return margin


def levels_of(*positions: Array) -> Array:
    """The different positions that occur, increasing; nan is none.

    >>> levels_of(np.array([[3.0, np.nan]]), np.array([[1.0, 3.0]]))
    array([1., 3.])
    """
    sample = np.concatenate([np.empty(0), *(part.ravel()[:4096] for part in positions)])
    found = np.unique(sample[~np.isnan(sample)])
    for part in positions:
        # counting a few known levels is quicker than sorting everything
        if len(found) <= MOST_LEVELS:
            known = sum(int(np.count_nonzero(part == level)) for level in found)
            if known + int(np.count_nonzero(np.isnan(part))) == part.size:
                continue
        found = np.union1d(found, part[~np.isnan(part)])
    return found


def encode(positions: Array, levels: Array) -> Codes:
    """Positions as places in the increasing ``levels``; -1 where missing.

    >>> encode(np.array([[1.0, np.nan, 3.0]]), np.array([1.0, 3.0]))
    array([[ 0, -1,  1]], dtype=int16)
    """
    small = np.int16 if len(levels) < 1 << 15 else np.int64
    codes: Codes = np.searchsorted(levels, positions).astype(small)
    codes[np.isnan(positions)] = -1
    return codes


def observations(first: Array, second: Array) -> npt.NDArray[np.int64]:
    """Items on which both took a position, for each pair: ``(A, n), (B, n) -> (A, B)``.

    >>> observations(np.array([[1.0, np.nan]]), np.array([[2.0, 2.0]]))
    array([[1]])
    """
    count = np.zeros((len(first), len(second)), dtype=np.int64)
    step = max(1, _BLOCK // max(1, len(first) + len(second)))
    for start in range(0, first.shape[1], step):
        items = slice(start, start + step)
        here = (~np.isnan(first[:, items])).astype(np.float32)
        there = here if first is second else (~np.isnan(second[:, items])).astype(np.float32)
        count += (here @ there.T).astype(np.int64)  # exact: a block is far below 2**24
    return count


def tables(first: Array, second: Array, levels: Array, weights: Array | None) -> Array:
    """Cross tables of every row of ``first`` with every row of ``second``.

    Parameters
    ----------
    first, second : (A, n), (B, n) float64
        Positions, nan where missing.
    levels : (L,) float64
        All positions that occur.
    weights : (n,) float64, optional
        Weight of each item; 1 if not given, and the tables are then exact counts.

    Returns
    -------
    (A, B, L, L) float64
        Weight of the items at level l of the one and level m of the other.

    Notes
    -----
    One matrix product of the indicators of (actor, level) by items, in blocks of
    items: A * B * L**2 * n multiply-adds, in single precision for counts.

    Examples
    --------
    >>> votes = np.array([[1.0, 3.0, 3.0], [1.0, 1.0, np.nan]])
    >>> tables(votes[:1], votes[1:], np.array([1.0, 3.0]), None)[0, 0]
    array([[1., 0.],
           [1., 0.]])
    """
    kind = np.float32 if weights is None else np.float64
    size = len(levels)
    total = np.zeros((len(first) * size, len(second) * size))
    step = max(64, _BLOCK // max(1, max(len(first), len(second)) * size))
    for start in range(0, first.shape[1], step):
        items = slice(start, start + step)
        left = _indicators(first[:, items], levels, kind)
        right = left if first is second else _indicators(second[:, items], levels, kind)
        if weights is not None:
            left = left * weights[items]
        total += left @ right.T
    shape = (len(first), size, len(second), size)
    # in memory one matrix of pairs for each cell, so that sums over cells are quick
    cells = np.ascontiguousarray(total.reshape(shape).transpose(1, 3, 0, 2))
    return cells.transpose(2, 3, 0, 1)


def _indicators(
    positions: Array, levels: Array, kind: type[np.floating]
) -> npt.NDArray[np.floating]:
    taken: npt.NDArray[np.bool_] = positions[:, None] == levels[:, None]
    return taken.astype(kind).reshape(len(positions) * len(levels), positions.shape[1])
