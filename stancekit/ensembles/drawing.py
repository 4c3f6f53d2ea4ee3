"""What is uncertain in a dossier, and the world of one draw: evidence, dates and weights drawn."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
from attrs import evolve, fields, frozen
from numpy.typing import NDArray

from stancekit.chance import seed_of
from stancekit.errors import InputError
from stancekit.records.asked import channels_of, one_day
from stancekit.records.dates import PartialDate
from stancekit.records.day import Frame, away_from, filled, frame_of
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.policies import BlocRule, Policy, latest, own
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Channel
from stancekit.records.stance_table import FUTURE, PAST, StanceTable, canonical_order
from stancekit.records.timeline import Timeline

__all__ = ["Draw", "Scene", "Uncertainty", "draw", "seeds_of", "stream"]

#: Records with a life of their own, by the field of a dossier that holds them.
_LIVING = ("actors", "claimants", "contests", "memberships")


def seeds_of(rng: int | np.random.Generator) -> tuple[int, ...]:
    """The entropy from which every draw has its own stream.

    >>> seeds_of(7)
    (7,)
    """
    if isinstance(rng, np.random.Generator):
        return tuple(rng.integers(2**32, size=4).tolist())
    return (seed_of(rng),)


def stream(seeds: tuple[int, ...], number: int) -> np.random.Generator:
    """The generator of one draw: the same as that of the spawned seed of this number.

    >>> spawned = np.random.SeedSequence(7).spawn(3)[2]
    >>> stream((7,), 2).random() == np.random.default_rng(spawned).random()
    True
    """
    entropy = seeds[0] if len(seeds) == 1 else seeds
    return np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(number,)))


@frozen(eq=False)
class _Days:
    """Partial dates that can be drawn: places, and first and last day number of each."""

    place: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]

    def drawn(
        self, uniform: NDArray[np.float64], not_before: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Days in the ranges, every day as likely as any other."""
        low = self.low if not_before is None else np.maximum(self.low, not_before)
        span = self.high - low + 1
        return low + np.minimum((uniform * span).astype(np.int64), span - 1)


@frozen(eq=False)
class _Life:
    """The partial ends of one record's life, as day numbers; None where nothing is drawn."""

    table: str
    place: int
    since: tuple[int, int] | None
    until: tuple[int, int] | None


@frozen(eq=False)
class Draw:
    """What a dossier comes to in one draw: enough of one to take any day of it.

    Attributes
    ----------
    table : StanceTable
        The records that hold in this draw, with the days drawn.
    actors, claimants, contests, memberships, weights : tuple of records
        With their lives drawn.
    amounts : (w,) float64
        The drawn weights, in the order of ``Uncertainty.heavy``.
    """

    table: StanceTable
    actors: tuple[Actor, ...]
    claimants: tuple[Claimant, ...]
    contests: tuple[Contest, ...]
    memberships: tuple[Membership, ...]
    weights: tuple[Weight, ...]
    amounts: NDArray[np.float64]


@frozen(eq=False)
class Scene:
    """One day, prepared for the worlds of many draws.

    Attributes
    ----------
    uncertainty : Uncertainty
    frame : Frame
        The day of the dossier as it is recorded.
    fixed : tuple of bool
        Which memberships hold that day in every draw.
    places : tuple of (rows, numbers)
        For each weight of the frame, the actors whose weight is drawn, and its number.
    """

    uncertainty: Uncertainty
    frame: Frame
    fixed: tuple[bool, ...]
    places: tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]

    @classmethod
    def of(cls, uncertainty: Uncertainty, day: datetime.date) -> Scene:
        """Prepare a day."""
        dossier = uncertainty.dossier
        frame = frame_of(dossier, day)
        drawn = {life.place for life in uncertainty.lives if life.table == "memberships"}
        fixed = tuple(
            i not in drawn and m.span.covers(day) is True for i, m in enumerate(dossier.memberships)
        )
        number = {(w.actor, w.name, w.year): i for i, w in enumerate(uncertainty.heavy)}
        places = []
        for column in frame.weights:
            keys = zip(frame.actors, column.years.tolist(), strict=True)
            found = [number.get((actor, column.name, year), -1) for actor, year in keys]
            numbers = np.array(found, dtype=np.int64)
            rows = np.flatnonzero(numbers >= 0)
            places.append((rows, numbers[rows]))
        return cls(uncertainty, frame, fixed, tuple(places))

    def world(
        self,
        drawn: Draw,
        timeline: Timeline,
        channels: Sequence[Channel],
        policy: Policy,
        bloc_rule: BlocRule,
    ) -> Snapshot:
        """The day in one draw."""
        frame, day = self.frame, self.frame.day
        tables = {life.table for life in self.uncertainty.lives}
        if tables - {"memberships"}:
            lived = cast(Dossier, drawn)
            away = away_from(lived, day, frame.actors, frame.targets)
            frame = evolve(frame, records=lived, away=away, memberships=self._members(drawn))
        elif tables:
            frame = evolve(frame, memberships=self._members(drawn))
        columns = []
        for column, (rows, numbers) in zip(frame.weights, self.places, strict=True):
            values = column.values.copy()
            values[rows] = drawn.amounts[numbers]
            values.setflags(write=False)
            columns.append(evolve(column, values=values))
        return filled(evolve(frame, weights=tuple(columns)), timeline, channels, policy, bloc_rule)

    def _members(self, drawn: Draw) -> tuple[Membership, ...]:
        """Those that hold in this draw."""
        day, recorded = self.frame.day, self.uncertainty.dossier.memberships
        return tuple(
            m
            for sure, m, was in zip(self.fixed, drawn.memberships, recorded, strict=True)
            if sure or (m is not was and m.span.covers(day))
        )


@frozen(eq=False)
class Uncertainty:
    """What may be otherwise in a dossier, prepared once for all draws.

    Attributes
    ----------
    dossier : Dossier
    voice : (n,) int64
        The origin of each record, numbered; records of one number are drawn together. A
        record without a source is its own origin.
    chance : (n,) float64
        With which probability each record holds.
    begin, end : _Days
        Rows whose first and last day can be drawn.
    lives : tuple of _Life
    heavy : tuple of Weight
        Weights with a standard error.
    """

    dossier: Dossier
    voice: NDArray[np.int64]
    chance: NDArray[np.float64]
    begin: _Days
    end: _Days
    lives: tuple[_Life, ...]
    heavy: tuple[Weight, ...]

    @classmethod
    def of(cls, dossier: Dossier, unjudged: float) -> Uncertainty:
        """Find what is uncertain in a dossier.

        Raises
        ------
        InputError
            If ``unjudged`` is no number in [0, 1].
        """
        if isinstance(unjudged, bool) or not isinstance(unjudged, int | float | np.floating):
            raise InputError(f"unjudged={unjudged!r} is no number in [0, 1]")
        if not 0 <= unjudged <= 1:
            raise InputError(f"unjudged={unjudged!r}; a probability lies in [0, 1]")
        table, timeline = dossier.table, dossier.timeline
        first = int(timeline.origin.max(initial=0)) + 1
        voice = np.where(timeline.origin > 0, timeline.origin, first + np.arange(len(table)))
        chance = np.where(np.isnan(table.confidence), unjudged, table.confidence)
        begin, end = _ranges(dossier)
        heavy = tuple(w for w in dossier.weights if w.standard_error)
        return cls(
            dossier,
            np.unique(voice, return_inverse=True)[1].astype(np.int64),
            chance.astype(np.float64),
            begin,
            end,
            tuple(_lives(dossier)),
            heavy,
        )

    def draw(self, rng: np.random.Generator) -> Draw:
        """Make the dossier of one draw."""
        # always the same number of variates in the same order: one seed, one world
        heard = rng.random(int(self.voice.max(initial=-1)) + 1)
        begin, end = rng.random(len(self.begin.place)), rng.random(len(self.end.place))
        ends = rng.random((len(self.lives), 2))
        amounts = self._amounts(rng)
        keep = heard[self.voice] < self.chance
        table = self._table(keep, begin, end)
        dossier = self.dossier
        held = {name: getattr(dossier, name) for name in _LIVING}
        for name in {life.table for life in self.lives}:
            held[name] = self._lived(name, ends)
        return Draw(table, **held, weights=dossier.weights, amounts=amounts)

    def _amounts(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Normal around each weight, cut off below 0; one error an actor and weight."""
        if not self.heavy:
            return np.empty(0)
        from scipy.special import ndtr, ndtri

        keys = [(w.actor, w.name) for w in self.heavy]
        subjects = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        uniform = rng.random(len(subjects))[[subjects[key] for key in keys]]
        value = np.array([w.value for w in self.heavy])
        error = np.array([w.standard_error for w in self.heavy], dtype=np.float64)
        below = ndtr(-value / error)
        amounts = value + error * ndtri(below + uniform * (1 - below))
        return np.maximum(0.0, amounts)

    def _table(
        self, keep: NDArray[np.bool_], begin: NDArray[np.float64], end: NDArray[np.float64]
    ) -> StanceTable:
        """The records that hold, with their days, in canonical order."""
        table = self.dossier.table
        if keep.all() and not len(begin) and not len(end):
            return table
        first = self.begin.drawn(begin)
        sure = self.dossier.timeline.since_lo.copy()
        sure[self.begin.place] = first
        last = self.end.drawn(end, sure[self.end.place])
        days, codes = np.unique(np.concatenate([first, last]), return_inverse=True)
        dates = (*table.dates, *map(_date, days.tolist()))
        order = sorted(range(len(dates)), key=lambda i: dates[i].text)
        place = np.empty(len(dates) + 1, dtype=np.int32)
        place[order], place[-1] = np.arange(len(dates)), -1
        since, until = table.since.copy(), table.until.copy()
        since[self.begin.place] = len(table.dates) + codes[: len(first)]
        until[self.end.place] = len(table.dates) + codes[len(first) :]
        rows = np.flatnonzero(keep)
        sorted_dates = tuple(dates[i] for i in order)
        whole: dict[str, NDArray[Any]] = {name: getattr(table, name)[rows] for name in _COLUMNS}
        whole["since"], whole["until"] = place[since[rows]], place[until[rows]]
        arranged = canonical_order(whole, sorted_dates, table.sources)
        arrays: dict[str, Any] = {name: column[arranged] for name, column in whole.items()}
        for array in arrays.values():
            array.setflags(write=False)
        return evolve(table, dates=sorted_dates, **arrays)

    def _lived(self, name: str, ends: NDArray[np.float64]) -> tuple[Any, ...]:
        """The records of one table, with the days of their lives drawn."""
        records = list(getattr(self.dossier, name))
        for life, uniform in zip(self.lives, ends.tolist(), strict=True):
            if life.table != name:
                continue
            record, drawn, least = records[life.place], {}, PAST
            if life.since is not None:
                least = _within(*life.since, uniform[0])
                drawn["since"] = _date(least)
            if life.until is not None:
                drawn["until"] = _date(
                    _within(max(life.until[0], least), life.until[1], uniform[1])
                )
            records[life.place] = evolve(record, **drawn)
        return tuple(records)


def _within(low: int, high: int, uniform: float) -> int:
    return low + min(int(uniform * (high - low + 1)), high - low)


@lru_cache(maxsize=20_000)
def _date(day: int) -> PartialDate:
    return PartialDate.of(datetime.date.fromordinal(day))


_TEXTS = ("names", "degrees", "dates", "sources", "chains", "notes")
_COLUMNS = tuple(each.name for each in fields(StanceTable) if each.name not in _TEXTS)


def _ranges(dossier: Dossier) -> tuple[_Days, _Days]:
    """Rows whose days can be drawn: partial, of a known span, cut to the life of the claim."""
    table, line = dossier.table, dossier.timeline
    lives: dict[str, tuple[int, int]] = {}
    for claimant in dossier.claimants:
        lives[claimant.code] = _outer(claimant)
    nothing = (PAST, FUTURE)
    life = np.array([lives.get(name, nothing) for name in table.names], dtype=np.int64)
    life = life.reshape(-1, 2)[table.toward]

    def cut(low: NDArray[np.int64], high: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        inner_low, inner_high = np.maximum(low, life[:, 0]), np.minimum(high, life[:, 1])
        outside = inner_low > inner_high
        return np.where(outside, low, inner_low), np.where(outside, high, inner_high)

    low, high = cut(line.since_lo, np.minimum(line.since_hi, line.until_hi))
    partial = (table.since >= 0) & (line.since_lo < line.since_hi)
    # a range may come down to one day, which is then known
    rows = np.flatnonzero(partial & (low <= high) & (low > PAST) & (high < FUTURE))
    begin = _Days(rows, low[rows], high[rows])
    until_partial = (table.until >= 0) & (line.until_lo < line.until_hi)
    rows = np.flatnonzero(until_partial & (line.until_lo > PAST) & (line.until_hi < FUTURE))
    return begin, _Days(rows, line.until_lo[rows], line.until_hi[rows])


def _outer(record: Any) -> tuple[int, int]:
    """First and last day number on which a record may live."""
    since, until = record.span.since, record.span.until
    return (
        PAST if since is None or since.earliest is None else since.earliest.toordinal(),
        FUTURE if until is None or until.latest is None else until.latest.toordinal(),
    )


def _lives(dossier: Dossier) -> Iterable[_Life]:
    """Records whose lives begin or end on a day that is not known exactly."""
    for name in _LIVING:
        for place, record in enumerate(getattr(dossier, name)):
            since, until = _open(record.since), _open(record.until)
            if since is not None and record.until is not None and record.until.latest is not None:
                since = since[0], min(since[1], record.until.latest.toordinal())
            if until is not None and record.since is not None and record.since.earliest is not None:
                until = max(until[0], record.since.earliest.toordinal()), until[1]
            if since is not None or until is not None:
                yield _Life(name, place, since, until)


def _open(date: PartialDate | None) -> tuple[int, int] | None:
    """Day numbers of a date that is partial and of a known span."""
    if date is None or date.earliest is None or date.latest is None:
        return None
    if date.earliest == date.latest:
        return None
    return date.earliest.toordinal(), date.latest.toordinal()


def draw(
    dossier: Dossier,
    at: PartialDate | datetime.date | str,
    number: int,
    *,
    rng: int | np.random.Generator = 0,
    unjudged: float = 1.0,
    channels: Sequence[Channel | str] | None = None,
    policy: Policy = latest,
    bloc_rule: BlocRule = own,
) -> Snapshot:
    """The world of one draw, as ``over_draws`` makes it: to look at, or to check.

    Parameters
    ----------
    dossier : Dossier
    at : PartialDate, date or str
        One day.
    number : int
        Which draw, from 0.
    rng, unjudged, channels, policy, bloc_rule
        As in ``over_draws``.

    Raises
    ------
    InputError
        If the date is not one day, or the number is below 0.

    Examples
    --------
    A rumour of confidence 0.5: in one draw it holds, in another nobody knows.

    >>> from stancekit.records.stance import Evidence, Stance
    >>> rumour = Dossier("case", actors=[Actor("DNK")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises", evidence=Evidence("blog", confidence=0.5))])
    >>> [draw(rumour, "2020-01-01", number).value("DNK", "a") for number in range(4)]
    [nan, nan, nan, 1.0]
    """
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 0:
        raise InputError(f"number={number!r}; draws are numbered from 0")
    uncertainty = Uncertainty.of(dossier, unjudged)
    drawn = uncertainty.draw(stream(seeds_of(rng), int(number)))
    scene = Scene.of(uncertainty, one_day(at))
    return scene.world(drawn, Timeline(drawn.table), channels_of(channels), policy, bloc_rule)
