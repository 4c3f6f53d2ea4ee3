"""The grammar of reversals: what suspensions, withdrawals, rescissions and voidings come to."""

from __future__ import annotations

import numpy as np
from attrs import Factory, define
from numpy.typing import NDArray

from stancekit.records.stance import Absence, Act
from stancekit.records.stance_table import ABSENCES, ACTS

__all__ = ["ABSENT", "replayed"]

#: One number for what a record says: a value as it is, an absence as this plus its place.
ABSENT = 2.0

_UNKNOWN = ABSENT + ABSENCES.index(Absence.UNKNOWN)
_WITHDRAWN = ABSENT + ABSENCES.index(Absence.WITHDRAWN)
_INTERRUPTIONS = {
    ACTS.index(Act.SUSPEND): ABSENT + ABSENCES.index(Absence.SUSPENDED),
    ACTS.index(Act.WITHDRAW): _WITHDRAWN,
}
_TAKE, _RESCIND = ACTS.index(Act.TAKE), ACTS.index(Act.RESCIND)


@define
class _Layer:
    """A stance that stands, or an interruption on top of it, and the records that say so."""

    content: float
    rows: list[int] = Factory(list)


def replayed(
    acts: NDArray[np.int8],
    content: NDArray[np.float64],
    since_lo: NDArray[np.int64],
    since_hi: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Work out what each record of one voice says, and which act undid it.

    Parameters
    ----------
    acts, content, since_lo, since_hi : (n,)
        The records in canonical order: places in ``tuple(Act)``, what they say themselves,
        first and last day on which they may begin.

    Returns
    -------
    content : (n,) float64
        What each says from its day on, as ``Act`` defines it.
    undone : (n,) int64
        The place of the act that undid the record; -1 for none.

    Examples
    --------
    Recognised, withdrawn, and the withdrawal rescinded.

    >>> days = np.array([10, 20, 30])
    >>> acts = np.array([ACTS.index(Act(act)) for act in ("take", "withdraw", "rescind")])
    >>> content, undone = replayed(acts, np.array([1.0, np.nan, np.nan]), days, days)
    >>> content.tolist(), undone.tolist()
    ([1.0, 9.0, 1.0], [1, 2, -1])
    """
    said = content.copy()
    undone = np.full(len(acts), -1, dtype=np.int64)
    layers: list[_Layer] = []
    touched: list[int] = []  # all records of the stance that stands, and of what befell it
    fallback = _WITHDRAWN  # what stands if that stance is void
    kinds, placed = acts.tolist(), [False] * len(acts)
    earliest_left = np.minimum.accumulate(since_lo[::-1])[::-1]

    def ahead(i: int, needed: tuple[int, ...]) -> int | None:
        """Find the next record of a needed kind that may have begun before this one."""
        for j in range(reached, len(kinds)):
            if earliest_left[j] > since_hi[i]:
                return None
            if not placed[j] and kinds[j] in needed and since_lo[j] <= since_hi[i]:
                return j
        return None

    def place(i: int) -> None:
        nonlocal layers, touched, fallback
        act, placed[i] = kinds[i], True
        lacking: tuple[int, ...] = ()
        if act == _RESCIND and len(layers) < 2:
            lacking = tuple(_INTERRUPTIONS)
        elif act not in (_TAKE, _RESCIND) and not layers:
            lacking = (_TAKE,)
        if lacking and (needed := ahead(i, lacking)) is not None:
            place(needed)
        if act == _TAKE:
            if len(layers) == 1 and layers[0].content == content[i]:
                layers[0].rows.append(i)
            else:
                fallback = layers[-1].content if layers else _WITHDRAWN
                layers, touched = [_Layer(float(content[i]), [i])], []
        elif act in _INTERRUPTIONS:
            layers = layers or [_Layer(_UNKNOWN)]
            said[i] = _INTERRUPTIONS[act]
            if len(layers) > 1 and layers[-1].content == said[i]:
                layers[-1].rows.append(i)
            else:
                undone[layers[-1].rows] = i
                layers.append(_Layer(float(said[i]), [i]))
        elif act == _RESCIND:
            if len(layers) > 1:
                undone[layers.pop().rows] = i
            layers = layers or [_Layer(_UNKNOWN)]
            said[i] = layers[-1].content
            layers[-1].rows.append(i)
        else:
            said[[*touched, i]] = fallback
            layers, touched, fallback = [_Layer(fallback, [i])], [], _WITHDRAWN
        touched.append(i)

    for reached in range(len(kinds)):
        if not placed[reached]:
            place(reached)
    return said, undone
