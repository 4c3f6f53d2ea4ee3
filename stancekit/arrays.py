"""Arrays inside values: read-only, and compared by what they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, fields
from numpy.typing import NDArray

__all__ = [
    "array_key",
    "held",
    "held_field",
    "held_real",
    "held_sides",
    "held_whole",
    "read_only",
    "rebuilt",
]


def array_key(array: NDArray[Any] | None) -> tuple[str, tuple[int, ...], bytes] | None:
    """What two arrays must share to be the same value; for ``field(eq=...)``.

    >>> array_key(np.zeros(2)) == array_key(np.zeros(2)), array_key(np.zeros(2)) == array_key(None)
    (True, False)
    """
    return None if array is None else (array.dtype.str, array.shape, array.tobytes())


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Give a view of an array that nobody can write to."""
    view = array.view()
    view.setflags(write=False)
    return view


def held(value: Any) -> NDArray[Any]:
    """Copy an array, so that nobody can write to it."""
    array = np.array(value)
    array.setflags(write=False)
    return array


def held_real(value: Any) -> NDArray[np.float64]:
    """Copy numbers as float64, so that nobody can write to them."""
    return held(np.asarray(value, dtype=np.float64))


def held_whole(value: Any) -> NDArray[np.int64]:
    """Copy whole numbers as int64, so that nobody can write to them."""
    return held(np.asarray(value, dtype=np.int64))


def held_sides(value: Any) -> NDArray[np.int8]:
    """Copy sides, +1 or -1, as int8, so that nobody can write to them."""
    return held(np.asarray(value, dtype=np.int8))


def held_field() -> Any:
    """A field for an array of any kind: copied, compared by what it holds, too long to print."""
    return field(eq=array_key, converter=held, repr=False)


def rebuilt(record: Any) -> tuple[Any, tuple[Any, ...]]:
    """Pickle a record through its constructor: a copied array is read-only there, too."""
    return type(record), tuple(getattr(record, part.name) for part in fields(type(record)))
