"""Null models of stance tables: actors by claimants, with absences that stay absences."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.signed.given import numbers
from stancekit.signed.graph import SignedGraph
from stancekit.signed.nulls.exchange import SWEEPS, alternate
from stancekit.signed.nulls.rewire import moved

__all__ = ["exchange_table", "rewire_table", "shuffle_columns", "shuffle_rows"]

Table = NDArray[np.float64]


def _table(value: ArrayLike) -> Table:
    table: Table = np.array(numbers("the cells", value, np.float64))
    if table.ndim != 2:
        raise InputError(
            f"the table has shape {table.shape}; accepted are two dimensions, actors by claimants"
        )
    if np.isinf(table).any():
        raise InputError(
            "the table holds an infinite value; accepted are finite values, and nan for no stance"
        )
    return table


def _cells(there: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Cells as ties between row vertices and, after them, column vertices; row by row."""
    row, column = np.nonzero(there)
    return np.stack([row, column + len(there)], axis=1).astype(np.int64)


def shuffle_rows(table: ArrayLike, *, rng: int | np.random.Generator) -> Table:
    """Deal each actor's stances out anew among the claimants that it took a stance on.

    Parameters
    ----------
    table : (A, T) array_like
        Stances, actors by claimants; nan where there is none.
    rng : int or numpy.random.Generator

    Returns
    -------
    (A, T) float64 array
        Every row holds the values it held, nan at the same cells; columns are free.  Exact.

    Raises
    ------
    InputError
        A table that is not two-dimensional, or holds an infinite value.

    Examples
    --------
    A state that backs one claimant and opposes two others:

    >>> shuffle_rows([[1.0, -1.0, np.nan, -1.0]], rng=0)
    array([[-1., -1., nan,  1.]])
    >>> shuffle_rows(np.empty((0, 3)), rng=0).shape
    (0, 3)
    """
    out = _table(table)
    row, column = np.nonzero(~np.isnan(out))
    order = np.lexsort((generator_of(rng).random(len(row)), row))
    out[row, column] = out[row, column][order]
    return out


def shuffle_columns(table: ArrayLike, *, rng: int | np.random.Generator) -> Table:
    """Deal each claimant's stances out anew among the actors that took one.

    Parameters
    ----------
    table : (A, T) array_like
        Stances, actors by claimants; nan where there is none.
    rng : int or numpy.random.Generator

    Returns
    -------
    (A, T) float64 array
        Every column holds the values it held, nan at the same cells; rows are free.  Exact.

    Raises
    ------
    InputError
        A table that is not two-dimensional, or holds an infinite value.

    Examples
    --------
    Support for each claimant stays what it is; who gives it is drawn:

    >>> shuffle_columns([[1.0, -1.0], [-1.0, np.nan], [-1.0, 1.0]], rng=4)
    array([[-1., -1.],
           [ 1., nan],
           [-1.,  1.]])
    >>> shuffle_columns(np.empty((2, 0)), rng=0).shape
    (2, 0)
    """
    return np.ascontiguousarray(shuffle_rows(_table(table).T, rng=rng).T)


def exchange_table(table: ArrayLike, *, rng: int | np.random.Generator) -> Table:
    """Draw other signs for the same cells; rows and columns keep their numbers of each sign.

    Two stances that cross (A for x and against y, B against x and for y) are the smallest
    exchange: the checkerboard of [1]_.  Longer alternating cycles reach what those cannot where
    cells are absent.  It is `exchange_signs` of the two-mode graph.

    Parameters
    ----------
    table : (A, T) array_like
        Stances, actors by claimants; nan where there is none.
    rng : int or numpy.random.Generator

    Returns
    -------
    (A, T) float64 array
        Absences, zeros and the size of every value stay where they are; signs move.  Uniform is
        the stationary distribution of the chain, which starts at ``table``.

    Raises
    ------
    InputError
        A table that is not two-dimensional, or holds an infinite value.

    References
    ----------
    .. [1] Strona, G., Nappo, D., Boccacci, F., Fattorini, S. and San-Miguel-Ayanz, J. (2014). "A
       fast and unbiased procedure to randomize ecological binary matrices with fixed row and
       column totals". *Nature Communications* 5, 4114. doi:10.1038/ncomms5114

    Examples
    --------
    Two states that each back a rival of the other's friend can only trade both:

    >>> {exchange_table([[1.0, -0.5], [-1.0, 0.5]], rng=k)[0, 0] for k in range(8)} == {1.0, -1.0}
    True
    >>> exchange_table(np.empty((0, 0)), rng=0).shape
    (0, 0)
    """
    out = _table(table)
    sign = np.sign(np.nan_to_num(out)).astype(np.int8)
    line = sign != 0
    edges = _cells(line)
    graph = SignedGraph(sum(out.shape), edges, sign[line], np.ones(len(edges)))
    out[line] = np.abs(out[line]) * alternate(graph, generator_of(rng), SWEEPS)
    return out


def rewire_table(table: ArrayLike, *, rng: int | np.random.Generator) -> Table:
    """Draw other cells; rows and columns keep their numbers of positive, zero, negative stances.

    An absence (nan) is an empty place here, and a stance may move into it: the null of actors who
    choose anew on whom to speak.  Where absences are structural (the claimant did not exist, the
    actor was no member) use `exchange_table`, which leaves them alone.

    Parameters
    ----------
    table : (A, T) array_like
        Stances, actors by claimants; nan where there is none.
    rng : int or numpy.random.Generator

    Returns
    -------
    (A, T) float64 array
        All margins of the three signs as they were; the sizes of the values are dealt out anew
        among the cells of the same sign.  Chain and rounds as in `signed_rewire`, within the two
        modes.

    Raises
    ------
    InputError
        A table that is not two-dimensional, or holds an infinite value.

    Examples
    --------
    >>> before = np.array([[1.0, np.nan], [np.nan, 1.0]])
    >>> {int(np.isnan(rewire_table(before, rng=k)[0, 0])) for k in range(8)} == {0, 1}
    True
    >>> rewire_table(np.empty((0, 2)), rng=0).shape
    (0, 2)
    """
    held = _table(table)
    generator = generator_of(rng)
    there = ~np.isnan(held)
    sign = np.sign(held[there]).astype(np.int8)
    rows = len(held)
    edges, signs = moved(sum(held.shape), _cells(there), sign, rows, held.size, generator)
    values: NDArray[Any] = np.empty(len(signs))
    for kind in (1, 0, -1):
        values[signs == kind] = generator.permutation(held[there][sign == kind])
    out = np.full(held.shape, np.nan)
    out[edges[:, 0], edges[:, 1] - rows] = values
    return out
