"""One measure over many scenarios: a grid of scenarios and dates, beside what is recorded."""

from __future__ import annotations

import datetime
import hashlib
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
from stancekit.ensembles.dates import identity_of, options_of, told
from stancekit.ensembles.days import Day, days_of
from stancekit.ensembles.running import Plan, run
from stancekit.errors import InputError
from stancekit.records.dossier import Dossier
from stancekit.records.policies import BlocRule, Policy, latest, own
from stancekit.records.stance import Channel
from stancekit.scenarios import Scenario

__all__ = ["Grid", "over_scenarios"]

#: What the row without a scenario is called.
RECORDED = "as recorded"


@frozen(repr=False)
class Grid:
    """What a measure says under each scenario, on each date.

    Attributes
    ----------
    dossier, fingerprint, measure : str
    scenarios : tuple of Scenario
        As they were given (S); only those that were finished.
    dates : tuple of datetime.date
        In order of time (D).
    names : tuple of str
        What the measure names (K).
    lower, upper : (S, D, K) float64
        Bounds; equal where the measure gives numbers. nan where there is no answer.
    base_lower, base_upper : (D, K) float64
        The same of the dossier as it is recorded.
    missing : tuple of Missing
    """

    dossier: str
    fingerprint: str
    measure: str
    scenarios: tuple[Scenario, ...]
    dates: tuple[datetime.date, ...]
    names: tuple[str, ...]
    lower: NDArray[np.float64] = field(eq=array_key)
    upper: NDArray[np.float64] = field(eq=array_key)
    base_lower: NDArray[np.float64] = field(eq=array_key)
    base_upper: NDArray[np.float64] = field(eq=array_key)
    missing: tuple[Missing, ...]

    @property
    def observations(self) -> int:
        """Scenarios times dates."""
        return len(self.scenarios) * len(self.dates)

    def bounds(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper bounds of one name, each (S, D).

        Raises
        ------
        UnknownNameError
            If the measure gives no such name.
        """
        place = place_of("name of the measure", name, self.names)
        return self.lower[:, :, place], self.upper[:, :, place]

    def to_rows(self) -> list[dict[str, object]]:
        """One row a scenario, date and name, the dossier as recorded first."""
        lower = np.concatenate([self.base_lower[None], self.lower])
        upper = np.concatenate([self.base_upper[None], self.upper])
        return [
            {
                "scenario": label,
                "date": date.isoformat(),
                "name": name,
                "lower": float(lower[s, d, k]),
                "upper": float(upper[s, d, k]),
            }
            for s, label in enumerate((RECORDED, *(scenario.name for scenario in self.scenarios)))
            for d, date in enumerate(self.dates)
            for k, name in enumerate(self.names)
        ]

    def __repr__(self) -> str:
        shown = ", ".join(self.names[:4]) + (", ..." if len(self.names) > 4 else "")
        return (
            f"Grid({self.dossier!r}, {len(self.scenarios)} scenarios, {len(self.dates)} dates, "
            f"of {shown or 'nothing'})"
        )

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><th>{html.escape(str(row['scenario']))}</th><td>{row['date']}</td>"
            f"<td>{html.escape(str(row['name']))}</td>"
            f"<td>{told(float(str(row['lower'])), float(str(row['upper'])))}</td></tr>"
            for row in self.to_rows()
        )
        return f"<table><caption>{html.escape(repr(self))}</caption><tbody>{body}</tbody></table>"


@frozen(eq=False)
class _Kernel:
    """One scenario a world, the last of them none; all dates of it."""

    dossier: Dossier
    measure: Measure
    scenarios: tuple[Scenario, ...]
    days: tuple[datetime.date, ...]
    options: Mapping[str, Any]

    def __call__(self, number: int) -> Answer:
        """What the measure says of the scenario of this number; 0 is none."""
        changed = self.scenarios[number - 1].apply(self.dossier) if number else self.dossier
        return tuple(read_answer(self.measure(changed.at(d, **self.options))) for d in self.days)


def over_scenarios(
    dossier: Dossier,
    measure: Measure,
    scenarios: Iterable[Scenario],
    at: Iterable[Day] | Day,
    *,
    channels: Sequence[Channel | str] | None = None,
    policy: Policy = latest,
    bloc_rule: BlocRule = own,
    executor: Executor | None = None,
    progress: bool = False,
    partial: str | os.PathLike[str] | None = None,
) -> Grid:
    """What does a measure say under each of some scenarios?

    ``measure(scenario.apply(dossier).at(date))`` for each, beside the dossier as it is
    recorded. A world is one scenario with all its dates.

    Parameters
    ----------
    dossier : Dossier
    measure : callable
        As in ``over_dates``.
    scenarios : iterable of Scenario
    at : date, or iterable of dates
        The days to look at.
    channels, policy, bloc_rule
        As in ``Dossier.at``.
    executor, progress, partial
        As in ``over_dates``.

    Raises
    ------
    InputError
        If something given is no Scenario, or a date is not one day.
    WorldsFailed
        If a scenario cannot be applied, the measure raised, or a worker died; the error names
        the scenarios, and holds the grid of the others (nan for the dossier as recorded, if
        that is among the failures).
    MissingExtraError
        If a bar is asked for and tqdm is not installed.

    Examples
    --------
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> dossier = Dossier("case", actors=[Actor("RUS")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("RUS", "a", "supports")])
    >>> def backing(world):
    ...     return {"a": (world.values[:, 0] > 0).sum()}
    >>> drops = Scenario("Russia drops a").set("RUS", "a", 0.0)
    >>> grid = over_scenarios(dossier, backing, [drops], "2019-04-30")
    >>> float(grid.base_lower[0, 0]), float(grid.lower[0, 0, 0])
    (1.0, 0.0)
    """
    given = tuple(scenarios)
    for scenario in given:
        if not isinstance(scenario, Scenario):
            raise InputError(f"{scenario!r:.80} is {type(scenario).__name__}, not a Scenario")
    options = options_of(channels, policy, bloc_rule)
    days = days_of(at)
    labels = [RECORDED, *(f"scenario {i}, {s.name!r}" for i, s in enumerate(given))]
    keys = ["recorded", *(_mark(scenario) for scenario in given)]
    identity = identity_of("scenarios", dossier, measure, options, dates=[str(day) for day in days])

    def result(sheet: Sheet) -> Grid:
        lower, upper = sheet.bounds()
        numbers = sheet.numbers
        blank = np.full(lower.shape[1:], np.nan)
        has_base = bool(numbers) and numbers[0] == 0
        return Grid(
            dossier.code,
            dossier.fingerprint,
            measure_name(measure),
            tuple(given[number - 1] for number in numbers if number),
            days,
            sheet.names,
            lower[int(has_base) :],
            upper[int(has_base) :],
            lower[0] if has_base else blank,
            upper[0] if has_base else blank,
            sheet.missing(),
        )

    plan = Plan(
        _Kernel(dossier, measure, given, days, options),
        keys,
        labels,
        len(days),
        lambda world, day: f"{labels[world]}, {days[day]}",
        identity,
    )
    return run(plan, result, executor=executor, progress=progress, partial=partial)


def _mark(scenario: Scenario) -> str:
    """What a scenario goes by in a partial file: its changes and their days."""
    return hashlib.sha256(repr((scenario.name, scenario.dated())).encode()).hexdigest()[:32]
