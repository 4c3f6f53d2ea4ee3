"""What two worlds differ in: coalitions, shares, blocs, strained ties, consistency."""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable
from typing import Any

from attrs import asdict, field, frozen

from stancekit.measures import coalitions
from stancekit.measures.consistency import Alignment, alignment
from stancekit.records.asked import one_day
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.snapshot import Snapshot

__all__ = ["CoalitionShift", "Difference", "ShareShift", "difference"]


@frozen
class CoalitionShift:
    """Who joined and who left one claimant's coalition.

    Attributes
    ----------
    contest, claimant : str
    question : str
        ``recognition`` or ``support``.
    joined, left : tuple of str
    """

    contest: str
    claimant: str
    question: str
    joined: tuple[str, ...]
    left: tuple[str, ...]


@frozen
class ShareShift:
    """A coalition's share of a weight before and after, in [0, 1], nan where not defined."""

    contest: str
    claimant: str
    question: str
    weight: str
    before: float
    after: float


@frozen(repr=False)
class Difference:
    """What is different between two dossiers on one day.

    Attributes
    ----------
    name : str
    date : datetime.date
    cells : tuple of (str, str, str, str)
        Actor, target, and what was held before and after, in words.
    coalitions : tuple of CoalitionShift
        Only those that someone joined or left.
    shares : tuple of ShareShift
        Only those that changed.
    blocs : tuple of (str, str)
        Members of a bloc that crossed the line of a coalition: bloc and member.
    newly_strained, relieved : tuple of (str, str)
        Ties that some optimal partition contradicts now, and none did before; and the other
        way round.
    before, after : Alignment
        With bounds of the frustration and of the index.
    """

    name: str
    date: datetime.date
    cells: tuple[tuple[str, str, str, str], ...]
    coalitions: tuple[CoalitionShift, ...]
    shares: tuple[ShareShift, ...]
    blocs: tuple[tuple[str, str], ...]
    newly_strained: tuple[tuple[str, str], ...]
    relieved: tuple[tuple[str, str], ...]
    before: Alignment = field(repr=False)
    after: Alignment = field(repr=False)

    @property
    def index(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Bounds of the consistency index, before and after."""
        return self.before.index, self.after.index

    def lines(self) -> tuple[str, ...]:
        """The difference in sentences."""
        out = [f"{a} toward {t}: {was} -> {now}" for a, t, was, now in self.cells]
        for shift in self.coalitions:
            verb = "recognises" if shift.question == "recognition" else "backs"
            out += [f"{who} now {verb} {shift.claimant}" for who in shift.joined]
            out += [f"{who} no longer {verb} {shift.claimant}" for who in shift.left]
        out += [
            f"share of {s.claimant} by {s.weight} ({s.question}): "
            f"{100 * s.before:.1f} % -> {100 * s.after:.1f} %"
            for s in self.shares
        ]
        out += [f"crosses a line within {bloc}: {member}" for bloc, member in self.blocs]
        out += [f"newly strained: {u} - {v}" for u, v in self.newly_strained]
        out += [f"no longer strained: {u} - {v}" for u, v in self.relieved]
        out.append(f"consistency index: {_bounds(self.before)} -> {_bounds(self.after)}")
        return tuple(out)

    def content(self) -> dict[str, Any]:
        """The difference as plain values, for JSON."""
        return {
            "name": self.name,
            "date": self.date.isoformat(),
            "cells": [list(cell) for cell in self.cells],
            "coalitions": [asdict(shift) for shift in self.coalitions],
            "shares": [asdict(shift) for shift in self.shares],
            "blocs": [list(pair) for pair in self.blocs],
            "newly_strained": [list(pair) for pair in self.newly_strained],
            "relieved": [list(pair) for pair in self.relieved],
            "frustration": {
                when: [found.lower, found.upper] for when, found in self._both().items()
            },
            "index": {when: list(found.index) for when, found in self._both().items()},
        }

    def _both(self) -> dict[str, Alignment]:
        return {"before": self.before, "after": self.after}

    def __repr__(self) -> str:
        moved = sum(len(s.joined) + len(s.left) for s in self.coalitions)
        return (
            f"Difference({self.name!r}, {self.date}, {len(self.cells)} cells, {moved} moves, "
            f"index {_bounds(self.before)} -> {_bounds(self.after)})"
        )

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(line)}</li>" for line in self.lines())
        return f"<p>{html.escape(self.name)}, {self.date}</p><ul>{items}</ul>"


def _bounds(found: Alignment) -> str:
    low, high = found.index
    return f"{low:.3f}" if low == high else f"{low:.3f} to {high:.3f}"


def difference(
    before: Dossier,
    after: Dossier,
    at: PartialDate | datetime.date | str,
    *,
    name: str = "",
    measure: Callable[[Snapshot], Alignment] = alignment,
    **options: Any,
) -> Difference:
    """Compare two dossiers on one day.

    Parameters
    ----------
    before, after : Dossier
    at : PartialDate, date or str
        One day.
    name : str
    measure : function
        Gives the alignment of a snapshot; ``consistency.alignment`` by default.
    **options
        ``channels``, ``policy`` and ``bloc_rule``, as in ``Dossier.at``.

    Raises
    ------
    InputError
        If the date is not one day.

    Examples
    --------
    >>> empty = Dossier("case")
    >>> difference(empty, empty, "2019-04-30").cells
    ()
    """
    day = one_day(at)
    was, now = before.at(day, **options), after.at(day, **options)
    shifts, shares, crossed = [], [], set()
    contests = sorted({c.code for c in was.contests} & {c.code for c in now.contests})
    for contest in contests:
        for question in (coalitions.recognition, coalitions.support):
            old, new = question(was, contest), question(now, contest)
            label = question.__name__
            for claimant in sorted(set(old) | set(new)):
                held, holds = set(old.get(claimant, ())), set(new.get(claimant, ()))
                if held != holds:
                    joined, left = tuple(sorted(holds - held)), tuple(sorted(held - holds))
                    shifts.append(CoalitionShift(contest, claimant, label, joined, left))
                    crossed |= holds ^ held
            for weight in sorted(set(was.weights) & set(now.weights)):
                one, other = old.shares(weight), new.shares(weight)
                for claimant in sorted(set(one) & set(other)):
                    if one[claimant] != other[claimant] and not one.reason + other.reason:
                        shares.append(
                            ShareShift(
                                contest, claimant, label, weight, one[claimant], other[claimant]
                            )
                        )
    old_ties, new_ties = measure(was), measure(now)
    # what was not shown in time is neither strained nor free of strain
    maybe = [{tie.names for tie in each.strained} for each in (old_ties, new_ties)]
    surely = [
        {tie.names for tie in each.strained if tie.verdict != "undecided"}
        for each in (old_ties, new_ties)
    ]
    blocs = {
        (m.bloc, m.member) for m in (*was.memberships, *now.memberships) if m.member in crossed
    }
    return Difference(
        name,
        day,
        tuple(_cells(was, now)),
        tuple(shifts),
        tuple(shares),
        tuple(sorted(blocs)),
        tuple(sorted(surely[1] - maybe[0])),
        tuple(sorted(surely[0] - maybe[1])),
        old_ties,
        new_ties,
    )


def _cells(was: Snapshot, now: Snapshot) -> list[tuple[str, str, str, str]]:
    actors = sorted(set(was.actors) | set(now.actors))
    targets = sorted(set(was.targets) | set(now.targets))
    changed = []
    for actor in actors:
        for target in targets:
            one, other = _word(was, actor, target), _word(now, actor, target)
            if one != other:
                changed.append((actor, target, one, other))
    return changed


def _word(world: Snapshot, actor: str, target: str) -> str:
    if actor not in world.actors or target not in world.targets:
        return "unknown"
    absence = world.absence(actor, target)
    return str(absence) if absence is not None else f"{world.value(actor, target):+g}"
