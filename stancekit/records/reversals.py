"""The grammar of reversals: what suspensions, withdrawals, rescissions and voidings come to."""

from __future__ import annotations

import itertools

from attrs import Factory, define

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
    acts: list[int], content: list[float], since_lo: list[int], since_hi: list[int]
) -> tuple[list[float], dict[int, int]]:
    """Work out what each record of one voice says, and which act undid it.

    Parameters
    ----------
    acts, content, since_lo, since_hi : list
        The records in canonical order: places in ``tuple(Act)``, what they say themselves,
        first and last day on which they may begin.

    Returns
    -------
    content : list of float
        What each says from its day on, as ``Act`` defines it.
    undone : dict
        For records that were undone, by their place, the place of the act that did it.

    Examples
    --------
    Recognised, withdrawn, and the withdrawal rescinded.

    >>> acts = [ACTS.index(Act(act)) for act in ("take", "withdraw", "rescind")]
    >>> replayed(acts, [1.0, 0.0, 0.0], [10, 20, 30], [10, 20, 30])
    ([1.0, 9.0, 1.0], {0: 1, 1: 2})
    """
    said = content.copy()
    undone: dict[int, int] = {}
    layers: list[_Layer] = []
    touched: list[int] = []  # all records of the stance that stands, and of what befell it
    fallback = _WITHDRAWN  # what stands if that stance is void
    placed = [False] * len(acts)
    earliest_left = list(itertools.accumulate(reversed(since_lo), min))[::-1]

    def ahead(i: int, needed: tuple[int, ...]) -> int | None:
        """Find the next record of a needed kind that may have begun before this one."""
        for j in range(reached, len(acts)):
            if earliest_left[j] > since_hi[i]:
                return None
            if not placed[j] and acts[j] in needed and since_lo[j] <= since_hi[i]:
                return j
        return None

    def place(i: int) -> None:
        nonlocal layers, touched, fallback
        act, placed[i] = acts[i], True
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
                layers, touched = [_Layer(content[i], [i])], []
        elif act in _INTERRUPTIONS:
            layers = layers or [_Layer(_UNKNOWN)]
            said[i] = _INTERRUPTIONS[act]
            if len(layers) > 1 and layers[-1].content == said[i]:
                layers[-1].rows.append(i)
            else:
                undone.update(dict.fromkeys(layers[-1].rows, i))
                layers.append(_Layer(said[i], [i]))
        elif act == _RESCIND:
            if len(layers) > 1:
                undone.update(dict.fromkeys(layers.pop().rows, i))
            layers = layers or [_Layer(_UNKNOWN)]
            said[i] = layers[-1].content
            layers[-1].rows.append(i)
        else:
            for row in (*touched, i):
                said[row] = fallback
            layers, touched, fallback = [_Layer(fallback, [i])], [], _WITHDRAWN
        touched.append(i)

    for reached in range(len(acts)):
        if not placed[reached]:
            place(reached)
    return said, undone
