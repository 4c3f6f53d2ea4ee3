"""Choices left to the reader of a dossier: which record wins, and how blocs and members relate."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from attrs import frozen

from stancekit.records.dates import PartialDate
from stancekit.records.stance import Absence, Stance

__all__ = [
    "BlocRule",
    "Candidate",
    "Cell",
    "Policy",
    "binds",
    "cautious",
    "consensus",
    "latest",
    "majority",
    "most_certain",
    "most_precise",
    "own",
    "unanimity",
]


@frozen
class Cell:
    """What one actor holds toward one target: a value, or the kind of absence.

    >>> Cell(1.0).agrees(Cell(1.0)), Cell(None, Absence.DIVIDED).agrees(Cell(1.0))
    (True, False)
    """

    value: float | None = None
    absence: Absence | None = None

    def agrees(self, other: Cell) -> bool:
        """Do the two say the same?"""
        return self == other


@frozen
class Candidate:
    """A record that may hold on the day, and what it says there.

    Attributes
    ----------
    stance : Stance
        The record.
    cell : Cell
        What it says: for a rescinded withdrawal, what stood before.
    is_certain : bool
        Whether it surely holds that day; its dates may leave that open.
    """

    stance: Stance
    cell: Cell
    is_certain: bool


#: Chooses among the records of one actor, target and channel, given in order of time, later
#: evidence last; None where it leaves the question open.
Policy = Callable[[tuple[Candidate, ...]], Candidate | None]


def _certain(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    return tuple(c for c in candidates if c.is_certain)


def _bounds(day: PartialDate | None) -> tuple[float, float]:
    """Last and first day number that a date may be; before all others where there is none."""
    if day is None:
        return -math.inf, -math.inf
    return (
        day.latest.toordinal() if day.latest else math.inf,
        day.earliest.toordinal() if day.earliest else -math.inf,
    )


def _trust(candidate: Candidate) -> float:
    evidence = candidate.stance.evidence
    return -1.0 if evidence is None or evidence.confidence is None else evidence.confidence


def _published(candidate: Candidate) -> float:
    evidence = candidate.stance.evidence
    return _bounds(evidence.date if evidence else None)[0]


def _best(
    candidates: tuple[Candidate, ...], rank: Callable[[Candidate], tuple[float, ...]]
) -> Candidate | None:
    """The best-ranked certain candidate; None where equals disagree."""
    certain = _certain(candidates)
    if not certain:
        return None
    top = max(map(rank, certain))
    equals = [c for c in certain if rank(c) == top]
    return equals[-1] if all(c.cell.agrees(equals[0].cell) for c in equals) else None


def _recency(candidate: Candidate) -> tuple[float, ...]:
    return (*_bounds(candidate.stance.since), _trust(candidate), _published(candidate))


def latest(candidates: tuple[Candidate, ...]) -> Candidate | None:
    """Choose the record that begins last; then the most trusted, then the last published.

    Of partial dates the last possible day counts, and among equals the first: a list that
    gives a state of affairs on 6 February speaks of 6 February.

    Where two that are equal in all this disagree, the question stays open.

    >>> latest(())
    """
    return _best(candidates, _recency)


def most_certain(candidates: tuple[Candidate, ...]) -> Candidate | None:
    """Choose the record with the highest confidence; among equals the latest.

    >>> most_certain(())
    """
    return _best(candidates, lambda c: (_trust(c), *_recency(c)))


def most_precise(candidates: tuple[Candidate, ...]) -> Candidate | None:
    """Choose the record whose beginning is known most exactly; among equals the latest.

    >>> most_precise(())
    """

    def width(candidate: Candidate) -> float:
        last, first = _bounds(candidate.stance.since)
        return last - first if candidate.stance.since else math.inf

    return _best(candidates, lambda c: (-width(c), *_recency(c)))


def consensus(candidates: tuple[Candidate, ...]) -> Candidate | None:
    """Choose what more than half of the independent origins say; open where there is no such.

    Records whose chains begin with the same speaker count once. An origin that contradicts
    itself counts for each thing it says; where two things then have their half, it is open.

    >>> consensus(())
    """
    certain = _certain(candidates)
    said = {(c.stance.evidence.origin if c.stance.evidence else "", c.cell) for c in certain}
    origins = len({origin for origin, _ in said})
    winners = [cell for cell, n in Counter(cell for _, cell in said).items() if 2 * n > origins]
    if len(winners) != 1:
        return None
    return next(c for c in reversed(certain) if c.cell == winners[0])


def cautious(candidates: tuple[Candidate, ...]) -> Candidate | None:
    """Choose only where every record that may hold says the same.

    >>> cautious(())
    """
    if any(not c.cell.agrees(candidates[0].cell) for c in candidates):
        return None
    return latest(candidates)


#: Given a bloc's own cell and its members' (toward one target), what each of them holds.
BlocRule = Callable[[Cell, tuple[Cell, ...]], tuple[Cell, tuple[Cell, ...]]]


def own(bloc: Cell, members: tuple[Cell, ...]) -> tuple[Cell, tuple[Cell, ...]]:
    """A bloc speaks for itself only, and so does each member.

    >>> own(Cell(None, Absence.DIVIDED), (Cell(1.0),))[0].absence
    <Absence.DIVIDED: 'divided'>
    """
    return bloc, members


def binds(bloc: Cell, members: tuple[Cell, ...]) -> tuple[Cell, tuple[Cell, ...]]:
    """A bloc's value is taken for that of members of whom nothing is known.

    >>> binds(Cell(1.0), (Cell(None, Absence.UNKNOWN), Cell(-1.0)))[1]
    (Cell(value=1.0, absence=None), Cell(value=-1.0, absence=None))
    """
    if bloc.value is None:
        return bloc, members
    return bloc, tuple(bloc if cell.absence is Absence.UNKNOWN else cell for cell in members)


def majority(bloc: Cell, members: tuple[Cell, ...]) -> tuple[Cell, tuple[Cell, ...]]:
    """A bloc of which nothing is known holds what more than half of all its members hold.

    >>> majority(Cell(None, Absence.UNKNOWN), (Cell(1.0), Cell(1.0), Cell(0.0)))[0].value
    1.0
    """
    if bloc.absence is Absence.UNKNOWN:
        held, times = next(iter(Counter(members).most_common(1)), (bloc, 0))
        if held.value is not None and 2 * times > len(members):
            return held, members
    return bloc, members


def unanimity(bloc: Cell, members: tuple[Cell, ...]) -> tuple[Cell, tuple[Cell, ...]]:
    """A bloc of which nothing is known holds what all its members hold.

    Where two members hold different values it is divided; where none differ but a value is
    missing, it stays unknown.

    >>> unanimity(Cell(None, Absence.UNKNOWN), (Cell(1.0), Cell(0.0)))[0].absence
    <Absence.DIVIDED: 'divided'>
    """
    if bloc.absence is Absence.UNKNOWN and members:
        values = {cell.value for cell in members if cell.value is not None}
        if len(values) > 1:
            return Cell(None, Absence.DIVIDED), members
        if all(cell.value is not None for cell in members):
            return members[0], members
    return bloc, members
