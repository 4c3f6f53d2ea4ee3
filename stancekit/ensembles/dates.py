"""One measure over time: a series, exact at each date, with what moved it."""

from __future__ import annotations

import datetime
import html
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key
from stancekit.ensembles.answers import (
    Answer,
    Measure,
    Missing,
    Sheet,
    measure_name,
    place_of,
    read_answer,
)
from stancekit.ensembles.days import Day, change_days, days_of
from stancekit.ensembles.moves import Moves, moves_between
from stancekit.ensembles.running import Plan, run
from stancekit.records.asked import channels_of
from stancekit.records.dossier import Dossier
from stancekit.records.policies import BlocRule, Policy, latest, own
from stancekit.records.stance import Channel

__all__ = ["Series", "over_dates"]


@frozen(repr=False)
class Series:
    """What a measure says at each of some dates, and what moved it.

    Attributes
    ----------
    dossier, fingerprint, measure : str
        The code and content hash of the dossier, and the name of the measure.
    dates : tuple of datetime.date
        In order of time (D).
    names : tuple of str
        What the measure names (K); ``value`` where it gives one answer only.
    lower, upper : (D, K) float64
        Bounds; equal where the measure gives numbers. nan where there is no answer.
    missing : tuple of Missing
        Why answers are nan.
    moves : tuple of Moves
        What changed since the date before; the first is empty.

    Examples
    --------
    See ``over_dates``.
    """

    dossier: str
    fingerprint: str
    measure: str
    dates: tuple[datetime.date, ...]
    names: tuple[str, ...]
    lower: NDArray[np.float64] = field(eq=array_key)
    upper: NDArray[np.float64] = field(eq=array_key)
    missing: tuple[Missing, ...]
    moves: tuple[Moves, ...]

    @property
    def observations(self) -> int:
        """Dates."""
        return len(self.dates)

    @property
    def is_exact(self) -> bool:
        """Are all answers numbers, not bounds?"""
        return bool((np.isnan(self.lower) | (self.lower == self.upper)).all())

    def bounds(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper bounds of one name, each (D,).

        Raises
        ------
        UnknownNameError
            If the measure gives no such name.
        """
        place = place_of("name of the measure", name, self.names)
        return self.lower[:, place], self.upper[:, place]

    def to_rows(self) -> list[dict[str, object]]:
        """One row a date and name: for a data frame or a file."""
        why = {(m.where, m.name): m.reason for m in self.missing}
        return [
            {
                "date": date.isoformat(),
                "name": name,
                "lower": float(self.lower[d, k]),
                "upper": float(self.upper[d, k]),
                "reason": why.get((date.isoformat(), name), ""),
                "moved_by": " ".join(self.moves[d].actors),
            }
            for d, date in enumerate(self.dates)
            for k, name in enumerate(self.names)
        ]

    def __repr__(self) -> str:
        span = f"{self.dates[0]} to {self.dates[-1]}" if self.dates else "no dates"
        shown = ", ".join(self.names[:4]) + (", ..." if len(self.names) > 4 else "")
        moved = sum(len(m.cells) for m in self.moves)
        return (
            f"Series({self.dossier!r}, {len(self.dates)} dates, {span}, of {shown or 'nothing'}; "
            f"{moved} cells moved)"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.names)
        body = "".join(
            f"<tr><th>{date}</th>"
            + "".join(
                f"<td>{told(low, high)}</td>"
                for low, high in zip(self.lower[d].tolist(), self.upper[d].tolist(), strict=True)
            )
            + f"<td>{html.escape(', '.join(self.moves[d].actors[:12]))}</td></tr>"
            for d, date in enumerate(self.dates)
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption><thead><tr><th></th>{head}"
            f"<th>moved by</th></tr></thead><tbody>{body}</tbody></table>"
        )


def told(low: float, high: float) -> str:
    """A number, or bounds, to read."""
    if low == high:
        return f"{low:.4g}"
    return "-" if np.isnan(low) else f"{low:.4g} to {high:.4g}"


@frozen(eq=False)
class OneWorld:
    """The kernel of a series: one date a world."""

    dossier: Dossier
    measure: Measure
    days: tuple[datetime.date, ...]
    options: Mapping[str, Any]

    def __call__(self, number: int) -> Answer:
        """What the measure says at the date of this number."""
        return (read_answer(self.measure(self.dossier.at(self.days[number], **self.options))),)


def options_of(
    channels: Sequence[Channel | str] | None, policy: Policy, bloc_rule: BlocRule
) -> dict[str, Any]:
    """The options of ``Dossier.at``, checked."""
    return {"channels": channels_of(channels), "policy": policy, "bloc_rule": bloc_rule}


def identity_of(
    kind: str, dossier: Dossier, measure: Measure, options: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """What makes two runs the same, for the partial file."""
    return {
        "kind": kind,
        "dossier": dossier.fingerprint,
        "measure": measure_name(measure),
        "channels": [str(channel) for channel in options["channels"]],
        "policy": measure_name(options["policy"]),
        "bloc_rule": measure_name(options["bloc_rule"]),
        **more,
    }


def over_dates(
    dossier: Dossier,
    measure: Measure,
    dates: Iterable[Day] | None = None,
    *,
    channels: Sequence[Channel | str] | None = None,
    policy: Policy = latest,
    bloc_rule: BlocRule = own,
    executor: Executor | None = None,
    progress: bool = False,
    partial: str | os.PathLike[str] | None = None,
) -> Series:
    """How does a measure run over time, and what moved it?

    Exact at each date: ``measure(dossier.at(date))``, nothing in between is interpolated.

    Parameters
    ----------
    dossier : Dossier
    measure : callable
        Takes a Snapshot; gives a number, bounds ``(lower, upper)``, an object with ``lower``
        and ``upper``, None or nan where there is no answer (then ``reason`` of the object,
        if it has one, says why), or a mapping of names to such.
    dates : iterable of PartialDate, date or str, optional
        Days in any order, each taken once; ``months(...)``; without any,
        ``change_days(dossier)``: every day on which anything changes.
    channels, policy, bloc_rule
        As in ``Dossier.at``.
    executor : concurrent.futures.Executor, optional
        Runs the worlds; a Dask cluster does as ``Client.get_executor()``. Without one, worlds
        run here, and in processes of their own on this machine's cores if they turn out to
        take long, can be pickled, and the program has an ``if __name__ == "__main__"``.
        Results do not depend on it to the last bit.
    progress : bool
        Show a bar (needs tqdm).
    partial : path, optional
        A file that keeps each world as soon as it is finished; a run that was broken off goes
        on from it. Refused if it is of another dossier, measure or option. A measure is known
        by its name, not by what it does: remove the file after changing it.

    Raises
    ------
    InputError
        If a date is not one day, the measure cannot be sent to the executor, or the partial
        file is of another run.
    WorldsFailed
        If the measure raised, or a worker died; the error names the dates, and holds the
        series over the others.
    MissingExtraError
        If a bar is asked for and tqdm is not installed.

    Examples
    --------
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> dossier = Dossier("case", actors=[Actor("DNK"), Actor("NOR")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises", since="2019-02-04")])
    >>> def known(world):
    ...     return (world.absences < 0).sum()
    >>> series = over_dates(dossier, known, ["2019-02-03", "2019-02-04"])
    >>> series.lower[:, 0], str(series.moves[1].cells[0])
    (array([0., 1.]), 'DNK -> a: unknown to +1 (since 2019-02-04)')

    No date, no answer:

    >>> over_dates(dossier, known, [])
    Series('case', 0 dates, no dates, of nothing; 0 cells moved)
    """
    options = options_of(channels, policy, bloc_rule)
    days = change_days(dossier, **options) if dates is None else days_of(dates)
    labels = [day.isoformat() for day in days]
    identity = identity_of("dates", dossier, measure, options)

    def result(sheet: Sheet) -> Series:
        lower, upper = sheet.bounds()
        done = [days[number] for number in sheet.numbers]
        worlds = (dossier.at(day, **options) for day in done)
        moves, before = [], None
        for world in worlds:
            moves.append(Moves(world.date) if before is None else moves_between(before, world))
            before = world
        return Series(
            dossier.code,
            dossier.fingerprint,
            measure_name(measure),
            tuple(done),
            sheet.names,
            lower[:, 0],
            upper[:, 0],
            sheet.missing(),
            tuple(moves),
        )

    kernel = OneWorld(dossier, measure, days, options)
    plan = Plan(kernel, labels, labels, 1, lambda world, day: labels[world], identity)
    return run(plan, result, executor=executor, progress=progress, partial=partial)
