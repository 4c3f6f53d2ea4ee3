"""Positions of actors over items, checked once, and any formula over all their pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from stancekit.errors import InputError
from stancekit.measures.agreement.contingency import (
    MOST_LEVELS,
    Formula,
    levels_of,
    observations,
    tables,
)
from stancekit.records.snapshot import Snapshot

__all__ = ["CONSTANT", "NOT_SHARED", "Found", "Panel", "row"]

Floats = npt.NDArray[np.float64]

#: Values, reasons and observations, each (A, B).
Found = tuple[Floats, npt.NDArray[np.str_], npt.NDArray[np.int64]]

NOT_SHARED = "no shared item"
CONSTANT = "constant data"

#: Lightest weight of an item, by the heaviest: products of two weights must not vanish.
_LIGHTEST = 1e-100

#: Numbers in one block of tables.
_BLOCK = 1 << 21


@frozen(eq=False)
class Panel:
    """Positions of A actors on n items, with the weights of the items and the scale.

    Attributes
    ----------
    values : (A, n) float64
        nan where there is no position; items of weight 0 are left out.
    weights : (n,) float64 or None
        Positive, the largest 1; None if all are equal.
    scale : (low, high) or None
    names : tuple of str

    Examples
    --------
    >>> Panel.of([[1, None, 3], [2, 2, 2]], (1, 3), [1, 1, 0]).values
    array([[ 1., nan],
           [ 2.,  2.]])
    """

    values: Floats
    weights: Floats | None
    scale: tuple[float, float] | None
    names: tuple[str, ...]

    @classmethod
    def of(
        cls,
        positions: npt.ArrayLike | Snapshot,
        scale: tuple[float, float] | None,
        weights: npt.ArrayLike | None,
    ) -> Panel:
        """Check positions, scale and weights.

        Raises
        ------
        InputError
            If positions are not a matrix of finite numbers and nan on the scale, or the
            weights do not fit.
        """
        if isinstance(positions, Snapshot):
            values, names = positions.values, positions.actors
            scale = (-1.0, 1.0) if scale is None else scale
        else:
            values = _matrix(positions)
            names = tuple(map(str, range(len(values))))
        scale = None if scale is None else _ends(scale)
        _check_range(values, scale)
        if weights is None:
            return cls(values, None, scale, names)
        heavy = _weights(weights, values.shape[1])
        kept = heavy > 0
        values, heavy = values[:, kept], heavy[kept]
        uniform = not len(heavy) or bool((heavy == heavy[0]).all())
        return cls(values, None if uniform else heavy / heavy.max(), scale, names)

    def unit(self, positions: Floats, levels: Floats) -> Floats:
        """Positions as fractions of the scale; of all ``levels`` where none is declared."""
        low, high = self.scale or (levels[0], levels[-1])
        width = high / 2 - low / 2  # halves, so that no declared scale overflows
        return np.asarray((positions / 2 - low / 2) / (width or 1.0))

    def against(self, other: Panel, formulas: Sequence[Formula]) -> list[Found]:
        """Each formula for every actor here with every actor there, from the same tables.

        Raises
        ------
        InputError
            If a formula needs a scale and there is none, or the items differ in number.
        """
        self.check_items(other)
        if self.scale is None and not all(formula.scale_cancels for formula in formulas):
            raise InputError(
                "this statistic depends on the scale, and none is declared; give its ends, "
                "for instance scale=(1, 3) for votes coded 1, 2, 3"
            )
        levels = levels_of(*{id(panel): panel.values for panel in (self, other)}.values())
        if len(levels) > MOST_LEVELS:
            return [self._each_pair(other, formula, levels) for formula in formulas]
        shape = (len(self.values), len(other.values))
        values = np.full((len(formulas), *shape), np.nan)
        if not len(levels):
            nothing = np.zeros(shape, dtype=np.int64)
            return [self._explained(other, value, nothing) for value in values]
        counted = None if self.weights is not None else np.zeros(shape, dtype=np.int64)
        unit = self.unit(levels, levels)
        step = max(1, _BLOCK // max(1, shape[1] * len(levels) ** 2))
        for start in range(0, shape[0], step):
            rows = slice(start, start + step)
            part = self.values if step >= shape[0] else self.values[rows]
            table = tables(part, other.values, levels, self.weights)
            if counted is not None:
                counted[rows] = table.sum((-2, -1))
            for value, formula in zip(values, formulas, strict=True):
                value[rows] = formula.of_tables(table, unit)
        if counted is None:
            counted = observations(self.values, other.values)
        return [self._explained(other, value, counted) for value in values]

    def _each_pair(self, other: Panel, formula: Formula, levels: Floats) -> Found:
        return self.pair_by_pair(
            other,
            lambda x, y, w: float(
                formula.of_pair(self.unit(x, levels), self.unit(y, levels), w[None])[0]
            ),
        )

    def pair_by_pair(
        self, other: Panel, function: Callable[[Floats, Floats, Floats], float]
    ) -> Found:
        """The same for any function of the shared positions of a pair and their weights."""
        self.check_items(other)
        values = np.full((len(self.values), len(other.values)), np.nan)
        for i in range(len(values)):
            for j in range(i if other is self else 0, values.shape[1]):
                x, y, weights = self.shared(i, other, j)
                if len(x):
                    values[i, j] = function(x, y, weights)
        return self._explained(other, values, observations(self.values, other.values))

    def shared(self, i: int, other: Panel, j: int) -> tuple[Floats, Floats, Floats]:
        """Positions of two actors on the items they share, and the weights of these."""
        x, y = self.values[i], other.values[j]
        both = ~(np.isnan(x) | np.isnan(y))
        weights = np.ones(int(both.sum())) if self.weights is None else self.weights[both]
        return x[both], y[both], weights

    def check_items(self, other: Panel) -> None:
        """Refuse groups with different numbers of items."""
        here, there = self.values.shape[1], other.values.shape[1]
        if here != there:
            raise InputError(
                f"positions on {here} items were to be compared with positions on {there}; "
                "both groups need the same items"
            )

    def _explained(self, other: Panel, values: Floats, observed: npt.NDArray[np.int64]) -> Found:
        values[observed == 0] = np.nan
        if other is self:  # a pair is one fact: both of its entries from one computation
            values = np.triu(values) + np.triu(values, 1).T
        reasons = np.where(np.isnan(values), np.where(observed > 0, CONSTANT, NOT_SHARED), "")
        return values, reasons, observed


def row(positions: npt.ArrayLike) -> Floats:
    """One actor's positions as a matrix of one row.

    Raises
    ------
    InputError
        If they are not a flat sequence of numbers and nan.

    Examples
    --------
    >>> row([1, None])
    array([[ 1., nan]])
    """
    values = _positions(positions)
    if values.ndim != 1:
        raise InputError(
            f"one actor's positions have shape {values.shape}; one number or nan for each item "
            "is accepted, and pairwise() for many actors"
        )
    return values[None]


def _numbers(what: str, given: npt.ArrayLike) -> Floats:
    try:
        plain = np.asarray(given)
        if plain.dtype.kind in "cmM":  # numpy would drop what makes them no real numbers
            raise TypeError(f"they are of type {plain.dtype}")
        return plain.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"{what} cannot be read as numbers ({error}); numbers are accepted, and nan or None "
            "where there is no position"
        ) from None


def _positions(positions: npt.ArrayLike) -> Floats:
    values = _numbers("positions", positions)
    if np.isinf(values).any():
        raise InputError("a position is infinite; a missing one is nan or None")
    return values


def _matrix(positions: npt.ArrayLike) -> Floats:
    values = _positions(positions)
    if values.ndim != 2:
        raise InputError(
            f"positions have shape {values.shape}; a row for each actor and a column for "
            "each item are accepted"
        )
    return values


def _ends(scale: object) -> tuple[float, float]:
    try:
        low, high = map(float, scale)  # type: ignore[call-overload]
        fits = low < high and bool(np.isfinite([low, high]).all())
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        raise InputError(f"scale={scale!r}; a scale is (low, high) with low < high, both finite")
    return low, high


def _check_range(values: Floats, scale: tuple[float, float] | None) -> None:
    if scale is None:
        return
    low, high = scale
    outside = (values < low) | (values > high)
    if outside.any():
        raise InputError(
            f"a position is {float(values[outside][0])!r}, outside the declared scale {scale!r}"
        )


def _weights(weights: npt.ArrayLike, items: int) -> Floats:
    heavy = _numbers("weights", weights)
    wrong = heavy[~(np.isfinite(heavy) & (heavy >= 0))]
    if heavy.shape != (items,) or len(wrong):
        found = f", one of them {float(wrong[0])!r}," if len(wrong) else ""
        raise InputError(
            f"weights of shape {heavy.shape}{found} for {items} items; one finite number of 0 "
            "or more for each item is accepted"
        )
    light = heavy.min(initial=np.inf, where=heavy > 0)
    if heavy.max(initial=0.0) * _LIGHTEST > light:
        raise InputError(
            f"weights from {float(light)!r} to {float(heavy.max())!r}; the lightest accepted is "
            f"{_LIGHTEST:g} of the heaviest (or 0, which leaves the item out)"
        )
    return heavy
