"""One measure over what we are not sure of: draws, their quantiles, and why some are nan."""

from __future__ import annotations

import datetime
import html
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
from attrs import define, field, frozen
from numpy.typing import ArrayLike, NDArray

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
from stancekit.ensembles.drawing import Scene, Uncertainty, seeds_of, stream
from stancekit.ensembles.running import Plan, run
from stancekit.errors import InputError
from stancekit.records.dossier import Dossier
from stancekit.records.policies import BlocRule, Policy, latest, own
from stancekit.records.stance import Channel
from stancekit.records.timeline import Timeline

__all__ = ["Draws", "over_draws"]


@frozen(repr=False)
class Draws:
    """What a measure says in each of many draws of what is uncertain.

    Attributes
    ----------
    dossier, fingerprint, measure : str
    dates : tuple of datetime.date
        In order of time (D).
    names : tuple of str
        What the measure names (K).
    lower, upper : (n, D, K) float64
        Bounds in each draw; the same array where the measure gives numbers. nan where there
        is no answer.
    base_lower, base_upper : (D, K) float64
        The same of the dossier as it is recorded.
    numbers : tuple of int
        The numbers of the draws, for ``draw``; all of them unless some failed.
    requested : int
        Draws asked for.
    missing : tuple of Missing
        Why answers are nan, and in how many draws.
    """

    dossier: str
    fingerprint: str
    measure: str
    dates: tuple[datetime.date, ...]
    names: tuple[str, ...]
    lower: NDArray[np.float64] = field(eq=array_key)
    upper: NDArray[np.float64] = field(eq=array_key)
    base_lower: NDArray[np.float64] = field(eq=array_key)
    base_upper: NDArray[np.float64] = field(eq=array_key)
    numbers: tuple[int, ...]
    requested: int
    missing: tuple[Missing, ...]

    @property
    def observations(self) -> int:
        """Draws made."""
        return len(self.numbers)

    def undefined(self) -> NDArray[np.int64]:
        """In how many draws there is no answer, (D, K)."""
        return np.asarray(np.isnan(self.lower).sum(axis=0), dtype=np.int64)

    def bounds(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper bounds of one name in each draw, each (n, D).

        Raises
        ------
        UnknownNameError
            If the measure gives no such name.
        """
        place = place_of("name of the measure", name, self.names)
        return self.lower[:, :, place], self.upper[:, :, place]

    def quantiles(self, shares: ArrayLike) -> NDArray[np.float64]:
        """Quantiles over the draws that have an answer: (..., D, K, 2).

        The two are quantiles of the lower and of the upper bounds, between which the
        quantile of what is bounded lies; equal where the measure gives numbers. Linear
        between order statistics (definition 7 of Hyndman and Fan [1]_).

        Raises
        ------
        InputError
            If a share lies outside [0, 1].

        References
        ----------
        .. [1] Hyndman, R. J. and Fan, Y. (1996). "Sample quantiles in statistical packages".
           *The American Statistician* 50(4), 361-365. doi:10.1080/00031305.1996.10473566
        """
        wanted = np.asarray(shares, dtype=np.float64)
        if not ((wanted >= 0) & (wanted <= 1)).all():
            raise InputError(f"shares={shares!r}; accepted are numbers in [0, 1]")
        out = np.full((*wanted.shape, *self.lower.shape[1:], 2), np.nan)
        for d in range(len(self.dates)):
            for k in range(len(self.names)):
                for side, held in enumerate((self.lower, self.upper)):
                    known = held[:, d, k][~np.isnan(held[:, d, k])]
                    if len(known):
                        out[..., d, k, side] = np.quantile(known, wanted)
        return out

    def to_rows(self, shares: Sequence[float] = (0.05, 0.5, 0.95)) -> list[dict[str, object]]:
        """One row a date and name: as recorded, mean, quantiles, draws, and how many are nan.

        Each number is given as lower and upper bound.

        Raises
        ------
        InputError
            If a share lies outside [0, 1].
        """
        found, undefined = self.quantiles(list(shares)), self.undefined()
        rows: list[dict[str, object]] = []
        for d, date in enumerate(self.dates):
            for k, name in enumerate(self.names):
                known = ~np.isnan(self.lower[:, d, k])
                means = [_mean(held[known, d, k]) for held in (self.lower, self.upper)]
                row: dict[str, object] = {"date": date.isoformat(), "name": name}
                base = (float(self.base_lower[d, k]), float(self.base_upper[d, k]))
                for what, (low, high) in (
                    ("recorded", base),
                    ("mean", (means[0], means[1])),
                    *(
                        (f"q{share:g}", (float(found[q, d, k, 0]), float(found[q, d, k, 1])))
                        for q, share in enumerate(shares)
                    ),
                ):
                    row[f"{what}_lower"], row[f"{what}_upper"] = low, high
                row["draws"], row["undefined"] = self.observations, int(undefined[d, k])
                why = [
                    f"{m.reason} ({m.worlds})"
                    for m in self.missing
                    if (m.where, m.name) == (date.isoformat(), name)
                ]
                row["reasons"] = "; ".join(why)
                rows.append(row)
        return rows

    def __repr__(self) -> str:
        shown = ", ".join(self.names[:4]) + (", ..." if len(self.names) > 4 else "")
        made = f"{self.observations}"
        if self.observations < self.requested:
            made += f" of {self.requested}"
        return (
            f"Draws({self.dossier!r}, {made} draws, {len(self.dates)} dates, "
            f"of {shown or 'nothing'}; {int(self.undefined().sum())} answers nan)"
        )

    def _repr_html_(self) -> str:
        found, undefined = self.quantiles([0.05, 0.5, 0.95]), self.undefined()
        base = np.stack([self.base_lower, self.base_upper], axis=-1)
        body = "".join(
            f"<tr><th>{date}</th><th>{html.escape(name)}</th>"
            + "".join(f"<td>{told(*pair[d, k].tolist())}</td>" for pair in (base, *found))
            + f"<td>{undefined[d, k]}</td></tr>"
            for d, date in enumerate(self.dates)
            for k, name in enumerate(self.names)
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption><thead><tr><th></th><th></th>"
            "<th>recorded</th><th>5%</th><th>50%</th><th>95%</th><th>nan</th></tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )


def _mean(held: NDArray[np.float64]) -> float:
    return float(held.mean()) if len(held) else float("nan")


@define(eq=False)
class _Kernel:
    """One draw a world, all its dates; world 0 is the dossier as it is recorded."""

    dossier: Dossier
    measure: Measure
    days: tuple[datetime.date, ...]
    seeds: tuple[int, ...]
    unjudged: float
    options: Mapping[str, Any]
    _ready: tuple[Uncertainty, tuple[Scene, ...]] | None = field(default=None, init=False)

    def __getstate__(self) -> dict[str, Any]:
        names = ("dossier", "measure", "days", "seeds", "unjudged", "options")
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, held in state.items():
            setattr(self, name, held)
        self._ready = None

    def __call__(self, number: int) -> Answer:
        """What the measure says of draw ``number - 1``."""
        if not number:
            worlds = (self.dossier.at(day, **self.options) for day in self.days)
            return tuple(read_answer(self.measure(world)) for world in worlds)
        if self._ready is None:
            prepared = Uncertainty.of(self.dossier, self.unjudged)
            self._ready = prepared, tuple(Scene.of(prepared, day) for day in self.days)
        uncertainty, scenes = self._ready
        drawn = uncertainty.draw(stream(self.seeds, number - 1))
        timeline, asked = Timeline(drawn.table), self.options.values()
        worlds = (scene.world(drawn, timeline, *asked) for scene in scenes)
        return tuple(read_answer(self.measure(world)) for world in worlds)


def over_draws(
    dossier: Dossier,
    measure: Measure,
    at: Iterable[Day] | Day,
    draws: int = 1000,
    *,
    rng: int | np.random.Generator = 0,
    unjudged: float = 1.0,
    channels: Sequence[Channel | str] | None = None,
    policy: Policy = latest,
    bloc_rule: BlocRule = own,
    executor: Executor | None = None,
    progress: bool = False,
    partial: str | os.PathLike[str] | None = None,
) -> Draws:
    r"""How sure is a measure, given how sure the records are?

    In each draw, independently of the others:

    - *Evidence.* Each origin (the first speaker in a chain, or else the source) has a number
      U, uniform in [0, 1), and a record of that origin with confidence c holds if U < c. So
      a record holds with probability c, records of different origins independently, and of
      one origin together: the surer holds wherever the less sure does. A record that does not
      hold is left out as if it had never been written; others then speak, or nobody does. A
      record without a source is its own origin.
    - *Dates.* A first or last day known to the month, the year or a range is one day of it,
      each as likely as any other, for each record by itself. The first day is cut to the life
      of the claim, where the two overlap, and to the last day; a last day is not drawn before
      the first. A range that is open even so is left as it is: three-valued. The same for
      lives of actors, claims and contests and for memberships (not cut).
    - *Weights.* A weight with a standard error is normal around its value, cut off below 0
      (conditionally, not set to 0): its mean is a little higher where the error is large. One
      error for an actor and weight, the same quantile in all years.

    One draw is one history: all dates of ``at`` are looked at in the same draw.

    Parameters
    ----------
    dossier : Dossier
    measure : callable
        As in ``over_dates``.
    at : date, or iterable of dates
    draws : int
        How many.
    rng : int or numpy.random.Generator
        Draw i has a generator of its own from the i-th spawned seed, so that it is the same
        whatever the number of draws, the executor, its workers and their order.
    unjudged : float
        The confidence of a record that nobody has judged: certain, if not given.
    channels, policy, bloc_rule
        As in ``Dossier.at``. Policies see the recorded confidences of the records that hold.
    executor, progress, partial
        As in ``over_dates``. A partial file also serves a run with more draws.

    Raises
    ------
    InputError
        If ``draws`` is below 1, ``unjudged`` outside [0, 1], or a date is not one day.
    WorldsFailed
        If the measure raised, or a worker died; the error names the draws, and holds the
        result over the others.
    MissingExtraError
        If a bar is asked for and tqdm is not installed.

    Notes
    -----
    Memory holds one float64 a draw, date and name (two where the measure gives bounds), and
    no snapshot.

    Examples
    --------
    Two newspapers that quote one agency are one source, and hold together.

    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Evidence, Stance
    >>> def wire(paper):
    ...     return Evidence(paper, via="Reuters", confidence=0.5)
    >>> dossier = Dossier("case", actors=[Actor("DNK"), Actor("NOR")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises", evidence=wire("le-monde")),
    ...              Stance("NOR", "a", "recognises", evidence=wire("el-pais"))])
    >>> def members(world):
    ...     return (world.values[:, 0] > 0).sum()
    >>> found = over_draws(dossier, members, "2020-01-01", 200)
    >>> sorted({float(count) for count in found.lower[:, 0, 0]})
    [0.0, 2.0]

    Nothing uncertain, nothing varies:

    >>> over_draws(Dossier("empty"), lambda world: None, "2020-01-01", 3)
    Draws('empty', 3 draws, 1 dates, of value; 3 answers nan)
    """
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise InputError(f"draws={draws!r}; accepted is a whole number from 1")
    seeds, options, days = seeds_of(rng), options_of(channels, policy, bloc_rule), days_of(at)
    Uncertainty.of(dossier, unjudged)  # refuse before anything runs
    labels = ["as recorded", *(f"draw {number}" for number in range(draws))]
    identity = identity_of(
        "draws",
        dossier,
        measure,
        options,
        dates=[str(day) for day in days],
        seeds=list(seeds),
        unjudged=float(unjudged),
    )

    def result(sheet: Sheet) -> Draws:
        lower, upper = sheet.bounds()
        numbers = sheet.numbers
        has_base = bool(numbers) and numbers[0] == 0
        blank = np.full(lower.shape[1:], np.nan)
        return Draws(
            dossier.code,
            dossier.fingerprint,
            measure_name(measure),
            days,
            sheet.names,
            lower[int(has_base) :],
            upper[int(has_base) :],
            lower[0] if has_base else blank,
            upper[0] if has_base else blank,
            tuple(number - 1 for number in numbers if number),
            int(draws),
            sheet.missing(),
        )

    plan = Plan(
        _Kernel(dossier, measure, days, seeds, float(unjudged), options),
        labels,
        labels,
        len(days),
        lambda world, day: days[day].isoformat() if world else f"{days[day]}, as recorded",
        identity,
    )
    return run(plan, result, executor=executor, progress=progress, partial=partial)
