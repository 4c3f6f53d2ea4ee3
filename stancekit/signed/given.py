"""What callers hand over for a signed graph, read as arrays or refused by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stancekit.errors import InputError

__all__ = ["check", "count", "numbers", "triples", "vertices"]

_MAX_ORDER = 2**31 - 1  # u * order + v must fit into int64


def count(value: Any) -> int:
    """Take a number of vertices.

    Raises
    ------
    InputError
        If it is no whole number from 0.

    Examples
    --------
    >>> count(-1)
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: order=-1; accepted are 0..2147483647
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InputError(f"order={value!r}; accepted is a whole number of vertices")
    if not 0 <= value <= _MAX_ORDER:
        raise InputError(f"order={value}; accepted are 0..{_MAX_ORDER}")
    return int(value)


def numbers(what: str, given: ArrayLike, dtype: type | None = None) -> NDArray[Any]:
    """Take an array of real numbers, of its own type where none is asked for.

    Raises
    ------
    InputError
        If it holds anything else.

    Examples
    --------
    >>> numbers("weights", ["heavy"], np.float64)
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: weights hold something that is no number: could not convert \
string to float: np.str_('heavy')
    """
    try:
        array = np.asarray(given)
        if array.dtype.kind in "cmM":  # numpy would drop what makes them no real numbers
            raise TypeError(f"they are of type {array.dtype}")
        return array if dtype is None else array.astype(dtype, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{what} hold something that is no number: {error}") from None


def vertices(what: str, given: NDArray[Any]) -> NDArray[Any]:
    """Take whole vertex numbers, in any integer type, or as floats that are whole.

    Raises
    ------
    InputError
        If one is no whole number.

    Examples
    --------
    >>> vertices("edges", np.array([[0.0, 1.5]]))
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: edges hold 1.5; accepted are whole vertex numbers
    """
    if not given.size:
        return given.astype(np.int64)
    if given.dtype.kind in "iu":
        return given
    if given.dtype.kind != "f":
        raise InputError(f"{what} hold {given.dtype}; accepted are whole vertex numbers")
    broken = ~(np.abs(given) <= _MAX_ORDER) | (given != np.floor(given))  # nan breaks the first
    if broken.any():
        found = f"{given[broken][0]:g}"
        raise InputError(f"{what} hold {found}; accepted are whole vertex numbers")
    return given.astype(np.int64)


def triples(what: str, given: Iterable[Any]) -> tuple[Any, Any, Any]:
    """Take the columns of some triples.

    Raises
    ------
    InputError
        If one of them is none.

    Examples
    --------
    >>> triples("edge", [(0, 1, 1), (1, 2, -1)])
    ((0, 1), (1, 2), (1, -1))
    """
    if not isinstance(given, Iterable):
        raise InputError(f"{what}s={given!r}; accepted are (u, v, signed_weight) triples")
    rows = list(given)
    for k, row in enumerate(rows):
        if not hasattr(row, "__len__") or isinstance(row, str) or len(row) != 3:
            raise InputError(f"{what} {k} is {row!r}; accepted are (u, v, signed_weight) triples")
    u, v, value = zip(*rows, strict=True) if rows else ((), (), ())
    return u, v, value


def check(order: int, edges: NDArray[Any], signs: NDArray[Any], weights: NDArray[Any]) -> None:
    """Refuse what no signed graph can hold; name the first offending edge.

    Raises
    ------
    InputError
        If there is such an edge.

    Examples
    --------
    >>> check(2, np.array([[1, 1]]), np.array([1]), np.array([1.0]))
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: edge 0 is (1, 1) with sign 1 and weight 1.0; a loop; an edge \
joins two different vertices
    """
    if not len(signs):
        return
    u, v = edges[:, 0], edges[:, 1]
    rules = (
        ((u < 0) | (v < 0) | (u >= order) | (v >= order), f"accepted are vertices 0..{order - 1}"),
        (u == v, "a loop; an edge joins two different vertices"),
        ((signs != 1) & (signs != -1), "a sign is +1 or -1 (leave the edge out for 'no relation')"),
        (~((weights > 0) & (weights < np.inf)), "a weight is positive and finite"),
    )
    for broken, accepted in rules:
        if broken.any():
            k = int(np.flatnonzero(broken)[0])
            raise InputError(
                f"edge {k} is ({u[k]}, {v[k]}) with sign {signs[k]} and weight {weights[k]}; "
                f"{accepted}"
            )
