"""A path of states as a value, and the starts and times that a model takes."""

from __future__ import annotations

import html
from functools import partial
from typing import Any

import numpy as np
from attrs import asdict, field, frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.arrays import array_key, held_real
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph

__all__ = ["Path"]


@frozen(kw_only=True, repr=False)
class Path:
    """The states that a model went through, and why it stopped.

    Attributes
    ----------
    times : (T,) float64 array
        Rising, from 0: steps of `cascade`, model time otherwise.
    states : (T, n) or (T, n, n) float64 array
        One row a time; the first is the start.
    converged : bool
        Whether the path leads to a fixed point that its last state shows.
    reason : str
        How it ended.

    Examples
    --------
    >>> path = Path(times=[0, 1], states=[[1, 0], [1, 1]], converged=True, reason="nobody moves")
    >>> path
    Path(frames=2, actors=2, until=1, converged=True, reason='nobody moves')
    >>> path.last
    array([1., 1.])
    """

    times: NDArray[np.float64] = field(eq=array_key, converter=held_real)
    states: NDArray[np.float64] = field(eq=array_key, converter=held_real)
    converged: bool
    reason: str

    @property
    def last(self) -> NDArray[np.float64]:
        """The last state, (n,) or (n, n)."""
        state: NDArray[np.float64] = self.states[-1]
        return state

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **asdict(self, recurse=False)), ()

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(frames={len(self.times)}, actors={self.states.shape[-1]}, "
            f"until={self.times[-1]:.4g}, converged={self.converged}, reason={self.reason!r})"
        )

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"


def state_of(start: ArrayLike, order: int) -> NDArray[np.float64]:
    state = np.array(start, dtype=np.float64) + 0.0  # no -0.0: states are compared by their bytes
    if state.shape != (order,):
        raise InputError(
            f"start has shape {state.shape}; accepted is one number for each of {order} vertices"
        )
    return state


def times_of(times: ArrayLike) -> NDArray[np.float64]:
    wanted = np.array(times, dtype=np.float64)
    rises = wanted.ndim == 1 and len(wanted) and wanted[0] == 0 and (np.diff(wanted) > 0).all()
    if not rises or not np.isfinite(wanted).all():
        raise InputError(f"times={times!r}; accepted are finite numbers that rise from 0")
    return wanted


def dense(graph: SignedGraph) -> NDArray[np.float64]:
    matrix = np.zeros((graph.order, graph.order))
    u, v = graph.edges.T
    matrix[u, v] = matrix[v, u] = graph.signs * graph.weights
    return matrix
