"""Bootstrap and permutation of items, vectorised over draws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.measures.agreement.contingency import (
    MOST_LEVELS,
    Codes,
    Formula,
    encode,
    levels_of,
    tables,
)
from stancekit.measures.agreement.panel import Panel

__all__ = ["bootstrap", "check_draws", "permute"]

Floats = npt.NDArray[np.float64]

#: Numbers in one block of tables.
_BLOCK = 1 << 22


def check_draws(draws: int) -> int:
    """Take a number of draws; refuse what is none.

    >>> check_draws(0)
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: draws=0; at least one draw is needed, a whole number
    """
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise InputError(f"draws={draws!r}; at least one draw is needed, a whole number")
    return int(draws)


def bootstrap(
    panel: Panel, formula: Formula, draws: int, coverage: float, rng: int | np.random.Generator
) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Percentile intervals for all pairs, with the items drawn once for all of them.

    Returns
    -------
    (A, A) lower, (A, A) upper, (A, A) draws in which the formula was undefined

    Examples
    --------
    >>> from stancekit.measures.agreement.contingency import NOMINAL, Difference
    >>> panel = Panel.of([[1, 2], [1, 2]], None, None)
    >>> lower, upper, _ = bootstrap(panel, Difference(NOMINAL), 10, 0.9, 0)
    >>> float(lower[0, 1]), float(upper[0, 1])
    (1.0, 1.0)
    """
    generator = generator_of(rng)
    size, items = panel.values.shape
    lower, upper = np.full((2, size, size), np.nan)
    undefined = np.zeros((size, size), dtype=np.int64)
    levels = levels_of(panel.values)
    if not len(levels):
        return lower, upper, undefined + draws
    kind = np.float32 if panel.weights is None else np.float64  # counts are exact in either
    times = np.empty((draws, items), dtype=kind)
    for draw in times:
        draw[:] = np.bincount(generator.integers(0, items, items), minlength=items)
    if panel.weights is not None:
        times *= panel.weights
    tail = [(1 - coverage) / 2, (1 + coverage) / 2]
    many = len(levels) > MOST_LEVELS
    codes = encode(panel.values, levels)
    unit = panel.unit(levels, levels)
    step = max(1, _BLOCK // (draws * len(levels) ** 2))
    for i in range(size):
        for start in range(i, size, 1 if many else step):
            others = slice(start, min(size, start + (1 if many else step)))
            if many:
                values = _pair_draws(panel, formula, times, i, start, levels)
            else:
                table = _tables(codes[i], codes[others], len(levels), times)
                values = formula.of_tables(table, unit)
            known = ~np.isnan(values)
            undefined[i, others] = draws - known.sum(axis=1)
            for row, j in enumerate(range(others.start, others.stop)):
                if known[row].any():
                    lower[i, j], upper[i, j] = np.quantile(values[row, known[row]], tail)
    for matrix in (lower, upper, undefined):
        below = np.tril_indices(size, -1)
        matrix[below] = matrix.T[below]
    return lower, upper, undefined


def _tables(
    x: Codes,
    others: Codes,
    size: int,
    times: npt.NDArray[np.floating],
) -> Floats:
    """Tables of one actor with each other in each draw: ``(others, draws, L, L)``."""
    table = np.empty((len(others), len(times), size, size))
    for level in range(size):
        held = x == level  # only these items can fall into this row of a table
        draws, there = times[:, held], others[:, held]
        for second in range(size):
            table[:, :, level, second] = (there == second).astype(times.dtype) @ draws.T
    return table


def _pair_draws(
    panel: Panel,
    formula: Formula,
    times: npt.NDArray[np.floating],
    i: int,
    j: int,
    levels: Floats,
) -> Floats:
    x, y = panel.values[i], panel.values[j]
    both = ~(np.isnan(x) | np.isnan(y))
    if not both.any():
        return np.full((1, len(times)), np.nan)
    weights = times[:, both].astype(np.float64)
    return formula.of_pair(panel.unit(x[both], levels), panel.unit(y[both], levels), weights)[None]


def permute(
    panel: Panel,
    formula: Formula,
    values: Floats,
    draws: int,
    rng: int | np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Mean under permutation and the two one-sided p-values, for all pairs.

    Parameters
    ----------
    values : (A, A) float64
        The observed statistic; where it is nan, so is everything.

    Returns
    -------
    (A, A) expected, (A, A) more, (A, A) less

    Examples
    --------
    >>> from stancekit.measures.agreement.contingency import NOMINAL, Difference
    >>> panel = Panel.of([[1, 2, 2], [1, 1, 1]], None, None)
    >>> _, more, less = permute(panel, Difference(NOMINAL), np.eye(2), 9, 0)
    >>> bool(more[0, 1] == less[0, 1] == 1.0)
    False
    """
    generator = generator_of(rng)
    size = len(panel.values)
    expected, more, less = np.full((3, size, size), np.nan)
    levels = levels_of(panel.values)
    by_tables = panel.weights is None and len(levels) <= MOST_LEVELS
    unit = panel.unit(levels, levels)
    step = max(1, _BLOCK // max(1, draws * len(levels) ** 2)) if by_tables else 1
    for i in range(size):
        for start in range(i, size, step):
            others = np.arange(start, min(size, start + step))
            others = others[~np.isnan(values[i, others])]
            if not len(others):
                continue
            if by_tables:
                table = tables(panel.values[i : i + 1], panel.values[others], levels, None)[0]
                table = _shuffled(table.sum(-1), table.sum(-2), draws, generator)
                drawn = formula.of_tables(table, unit)
            else:
                x, y, weights = panel.shared(i, panel, start)
                x, y = panel.unit(x, levels), panel.unit(y, levels)
                drawn = _permuted(formula, x, y, weights, draws, generator)[None]
            here = values[i, others, None]
            # equal tables may differ in the last digit when items are weighted
            slack = 1e-12 * np.maximum(1.0, np.abs(here))
            known = (~np.isnan(drawn)).sum(axis=1)
            expected[i, others] = np.nansum(drawn, axis=1) / np.maximum(known, 1)
            more[i, others] = (1 + (drawn >= here - slack).sum(axis=1)) / (1 + known)
            less[i, others] = (1 + (drawn <= here + slack).sum(axis=1)) / (1 + known)
    for matrix in (expected, more, less):
        below = np.tril_indices(size, -1)
        matrix[below] = matrix.T[below]
    return expected, more, less


def _shuffled(rows: Floats, columns: Floats, draws: int, generator: np.random.Generator) -> Floats:
    """Random tables with the given margins, as from shuffled items: ``(pairs, draws, L, L)``.

    Cell by cell: how many of a row's items fall on a column is hypergeometric in what is left.
    """
    pairs, size = rows.shape
    table = np.empty((pairs, draws, size, size))
    left = np.repeat(columns[:, None].astype(np.int64), draws, axis=1)
    for row in range(size - 1):
        needed = np.repeat(rows[:, row, None].astype(np.int64), draws, axis=1)
        rest = left.sum(axis=-1)
        for column in range(size):
            rest = rest - left[..., column]
            taken = generator.hypergeometric(left[..., column], rest, needed)
            table[..., row, column] = taken
            needed = needed - taken
        left = left - table[..., row, :].astype(np.int64)
    table[..., size - 1, :] = left
    return table


def _permuted(
    formula: Formula,
    x: Floats,
    y: Floats,
    weights: Floats,
    draws: int,
    generator: np.random.Generator,
) -> Floats:
    levels, codes = np.unique(np.concatenate([x, y]), return_inverse=True)
    first, second = codes[: len(x)], codes[len(x) :]
    found = []
    step = max(1, _BLOCK // len(x))
    for start in range(0, draws, step):
        shuffled = np.broadcast_to(second, (min(step, draws - start), len(x)))
        shuffled = generator.permuted(shuffled, axis=1)
        if len(levels) > MOST_LEVELS:
            for row in shuffled:
                found.append(formula.of_pair(x, levels[row], weights[None]))
            continue
        held = (first[:, None] == np.arange(len(levels))) * weights[:, None]
        table = np.stack([(shuffled == k) @ held for k in range(len(levels))], axis=-1)
        found.append(formula.of_tables(table, levels))
    return np.concatenate(found)
