"""Data frames of whatever library, behind one door that needs narwhals only when one is given."""

from __future__ import annotations

from typing import Any

from stancekit.errors import InputError, MissingExtraError

__all__ = ["as_frame"]


def as_frame(frame: Any, what: str) -> Any:
    """Take a data frame that narwhals knows, lazy or not, as one of narwhals.

    Parameters
    ----------
    frame : data frame
        Of pandas, polars, pyarrow, DuckDB or another library that narwhals knows.
    what : str
        What it is, with its verb, for the error: ``"the events are"``.

    Raises
    ------
    InputError
        If it is no such frame.
    MissingExtraError
        If narwhals is not installed.

    Examples
    --------
    >>> as_frame(3, "the frame is")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: the frame is int; accepted are a data frame of pandas, polars, ...
    """
    try:
        import narwhals as nw
    except ImportError:
        raise MissingExtraError("data frames", "narwhals", extra="frames") from None
    try:
        return nw.from_native(frame)
    except TypeError:
        raise InputError(
            f"{what} {type(frame).__name__}; accepted are a data frame of pandas, polars, "
            "pyarrow or DuckDB, or rows that are mappings"
        ) from None
