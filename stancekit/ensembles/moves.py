"""What changed in a dossier from one day to another, and on whose word."""

from __future__ import annotations

import datetime

import numpy as np
from attrs import frozen

from stancekit.records.policies import Cell
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance_table import ABSENCES

__all__ = ["Move", "Moves", "moves_between"]


@frozen
class Move:
    """One cell that changed between two dates.

    Attributes
    ----------
    actor, toward : str
    before, after : Cell
        What the cell held: a value, or a kind of absence.
    source : str
        The id of the source of the record that gives the new cell; empty where none does.
    since : str
        The day from which that record holds, as it is written.

    Examples
    --------
    >>> print(Move("DNK", "guaido", Cell(None, ABSENCES[0]), Cell(1.0), "UM-2019", "2019-02-04"))
    DNK -> guaido: unknown to +1 (UM-2019, since 2019-02-04)
    """

    actor: str
    toward: str
    before: Cell
    after: Cell
    source: str = ""
    since: str = ""

    def __str__(self) -> str:
        behind = ", ".join(
            part for part in (self.source, self.since and f"since {self.since}") if part
        )
        change = f"{self.actor} -> {self.toward}: {_told(self.before)} to {_told(self.after)}"
        return f"{change} ({behind})" if behind else change


def _told(cell: Cell) -> str:
    return str(cell.absence) if cell.value is None else f"{cell.value:+g}"


@frozen
class Moves:
    """All that changed in a dossier from the date before to this one.

    Attributes
    ----------
    date : datetime.date
    cells : tuple of Move
        Cells that changed, by actor and target; none at the first date.
    joined, left : tuple of (str, str)
        Member and bloc of memberships that began or ended.
    weights : tuple of str
        Names of weights that are of another year.

    Examples
    --------
    >>> Moves(datetime.date(2019, 1, 1)).is_still
    True
    """

    date: datetime.date
    cells: tuple[Move, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    weights: tuple[str, ...] = ()

    @property
    def is_still(self) -> bool:
        """Did nothing change?"""
        return not (self.cells or self.joined or self.left or self.weights)

    @property
    def actors(self) -> tuple[str, ...]:
        """Whose stances changed, sorted."""
        return tuple(sorted({move.actor for move in self.cells}))


def moves_between(before: Snapshot, after: Snapshot) -> Moves:
    """What changed from one day of a dossier to another."""
    same = (before.absences == after.absences) & (
        (before.values == after.values) | (before.absences >= 0)
    )
    cells = []
    for a, t in np.argwhere(~same).tolist():
        stance = after.stances[int(after.rows[a, t])] if after.rows[a, t] >= 0 else None
        cells.append(
            Move(
                after.actors[a],
                after.targets[t],
                _cell(before, a, t),
                _cell(after, a, t),
                stance.evidence.source.id if stance and stance.evidence else "",
                str(stance.since) if stance and stance.since else "",
            )
        )
    cells.sort(key=lambda move: (move.actor, move.toward))
    was = {(m.member, m.bloc) for m in before.memberships}
    now = {(m.member, m.bloc) for m in after.memberships}
    weights = [
        column.name
        for column, earlier in zip(after.weight_columns, before.weight_columns, strict=True)
        if column != earlier
    ]
    return Moves(
        after.date,
        tuple(cells),
        tuple(sorted(now - was)),
        tuple(sorted(was - now)),
        tuple(weights),
    )


def _cell(world: Snapshot, a: int, t: int) -> Cell:
    code = int(world.absences[a, t])
    return Cell(None, ABSENCES[code]) if code >= 0 else Cell(float(world.values[a, t]))
