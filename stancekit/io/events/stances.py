"""Stances from counted events: means that fade, and how much evidence is behind them."""

from __future__ import annotations

import datetime
import math
from collections import Counter
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, held_real, held_whole, rebuilt
from stancekit.errors import InputError
from stancekit.io.events.counting import Counts, UnusedEvents, counted, one_day
from stancekit.io.events.scales import Scale
from stancekit.records.stance import Channel

__all__ = ["EventStances", "stances_from_events"]


@frozen(repr=False)
class EventStances:
    r"""What the events up to a day say of each actor toward each target.

    Attributes
    ----------
    at : datetime.date
    scale : Scale
    half_life : float
        Days after which an event counts half; infinite where all count alike.
    pairs : tuple of (actor, target)
        Those with an event, sorted.  **No event is no stance**: it is absent here, not 0.
    values : (k,) float64 array
        Weighted mean of the scores, in units of the bound: -1 to 1.
    events : (k,) int64 array
        Number of events behind each value.
    effective : (k,) float64 array
        Number of equally weighted events that would be as much evidence, :math:`(\sum w)^2 /
        \sum w^2`, from 1 to ``events``.  It takes events as independent; reports of one affair
        are not.
    weights : (k,) float64 array
        :math:`\sum w`: what is left of the events on that day.
    newest : tuple of datetime.date
        Day of the last event of each pair.
    unused : UnusedEvents

    Examples
    --------
    See `stances_from_events`.
    """

    at: datetime.date
    scale: Scale
    half_life: float
    pairs: tuple[tuple[str, str], ...]
    values: NDArray[np.float64] = field(eq=array_key, converter=held_real)
    events: NDArray[np.int64] = field(eq=array_key, converter=held_whole)
    effective: NDArray[np.float64] = field(eq=array_key, converter=held_real)
    weights: NDArray[np.float64] = field(eq=array_key, converter=held_real)
    newest: tuple[datetime.date, ...]
    unused: UnusedEvents

    __reduce__ = rebuilt

    def __repr__(self) -> str:
        return (
            f"EventStances({len(self.pairs)} pairs of {int(self.events.sum())} events, "
            f"{self.at.isoformat()})"
        )

    def at_least(self, *, events: int = 1, effective: float = 0.0) -> EventStances:
        """Only the pairs with that much evidence.

        Parameters
        ----------
        events : int
            Least number of events.
        effective : float
            Least effective number of them.
        """
        kept = np.flatnonzero((self.events >= events) & (self.effective >= effective))
        return EventStances(
            self.at,
            self.scale,
            self.half_life,
            tuple(self.pairs[k] for k in kept.tolist()),
            self.values[kept],
            self.events[kept],
            self.effective[kept],
            self.weights[kept],
            tuple(self.newest[k] for k in kept.tolist()),
            self.unused,
        )

    def to_rows(
        self,
        *,
        channel: Channel | str = Channel.REPORTED,
        claimed_by: str = "",
        source: str = "",
        confidence: float | None = None,
    ) -> list[dict[str, Any]]:
        """Rows for the table ``stances`` of `Dossier.from_rows` or `io.tables.from_frame`.

        Parameters
        ----------
        channel : Channel or str
            ``reported`` by default: news say what an actor did, not the actor itself; such
            stances speak only where `Dossier.at` is asked for the channel by name.
        claimed_by : str, optional
            Who reports; a code of the dossier.
        source : str, optional
            The id of a source of the dossier: which event data, in which version.
        confidence : float, optional
            Of every row.

        Returns
        -------
        list of dict
            A stance since ``at`` each, whose note says how many events and which scale are
            behind it.  Actors and targets are the codes that the events use; the dossier says
            whether it knows them.

        Raises
        ------
        InputError
            If there is no such channel.
        """
        known = [one.value for one in Channel]
        if str(channel) not in known:
            raise InputError(f"channel={channel!r:.60}; accepted are {', '.join(known)}")
        fades = "" if math.isinf(self.half_life) else f", half-life {self.half_life:g} days"
        extra = {"claimed_by": claimed_by, "source": source, "confidence": confidence}
        return [
            {
                "actor": actor,
                "toward": target,
                "channel": str(channel),
                "value": value,
                "since": self.at.isoformat(),
                **{name: given for name, given in extra.items() if given not in ("", None)},
                "note": f"mean of {count} events (effective {effective:.1f}) up to "
                f"{newest.isoformat()}; scale {self.scale.name}{fades}",
            }
            for (actor, target), value, count, effective, newest in zip(
                self.pairs,
                self.values.tolist(),
                self.events.tolist(),
                self.effective.tolist(),
                self.newest,
                strict=True,
            )
        ]


def stances_from_events(
    frame: Any,
    *,
    scale: Scale,
    half_life: float,
    at: str | datetime.date,
    within: int | None = None,
    actor: str = "actor",
    target: str = "target",
    day: str = "day",
    code: str = "code",
    unscaled: float = 0.0,
) -> EventStances:
    r"""What event data say of who stands how toward whom on a day.

    .. math:: v = \frac{\sum_e w_e s_e / b}{\sum_e w_e}, \qquad w_e = 2^{-(t - t_e) / h}

    over the events :math:`e` of an actor toward a target up to day :math:`t`, with the score
    :math:`s` of their code, the bound :math:`b` of the scale and the half-life :math:`h` in days.

    Parameters
    ----------
    frame : data frame
        Of pandas, polars, pyarrow, DuckDB or any other that narwhals knows, lazy or not; or rows,
        each a mapping.  One event a row.  The engine that holds the events counts them by actor,
        target, code and day, and only the counts are collected.
    scale : Scale
    half_life : float
        In days; ``math.inf`` for the plain mean.
    at : str or date
        The day that is asked for; later events are not known then.
    within : int, optional
        Days of the window that ends with ``at``, itself included; by default all that went before.
    actor, target, day, code : str
        The columns.  Names and codes are text, days are dates or datetimes without a time zone.
    unscaled : float
        Share of the events, 0 to 1, that may have a code which the scale does not know; they are
        counted and left out.

    Returns
    -------
    EventStances
        Exact but for rounding, the same from every engine and for every order of the rows.

    Raises
    ------
    InputError
        Columns that are not there or of another type, parameters out of range, or more events
        without a score than ``unscaled`` allows.
    MissingExtraError
        If narwhals is not installed and something else than rows is given.

    Notes
    -----
    A mean of scores says how an actor was reported to behave, on average: a hundred meetings
    outweigh one attack.  Repeated reports of one event count as often as they stand in the data;
    remove them before.  For two sets of events of a pair, with weights :math:`W_1` and
    :math:`W_2`, the value of both together is :math:`(W_1 v_1 + W_2 v_2) / (W_1 + W_2)`.

    Examples
    --------
    >>> events = [
    ...     {"actor": "RUS", "target": "UKR", "day": "2014-02-01", "code": "consult"},
    ...     {"actor": "RUS", "target": "UKR", "day": "2014-03-01", "code": "fight"},
    ... ]
    >>> scale = Scale("by hand", {"consult": 1.5, "fight": -10})
    >>> found = stances_from_events(events, scale=scale, half_life=28, at="2014-03-01")
    >>> found
    EventStances(1 pairs of 2 events, 2014-03-01)
    >>> found.pairs, found.values.round(3), found.effective
    ((('RUS', 'UKR'),), array([-0.617]), array([1.8]))

    Before the first event there is no stance, which is not a neutral one:

    >>> stances_from_events(events, scale=scale, half_life=28, at="2014-01-01").pairs
    ()
    """
    if not isinstance(scale, Scale):
        raise InputError(f"scale is {type(scale).__name__}; accepted is a Scale, see read_scale")
    for name, given, top in (("half_life", half_life, math.inf), ("unscaled", unscaled, 1.0)):
        real = isinstance(given, int | float) and not isinstance(given, bool)
        if not (real and 0 <= given <= top) or (name == "half_life" and not given):
            accepted = "days above 0, or math.inf" if name == "half_life" else "0 to 1"
            raise InputError(f"{name}={given!r:.60}; accepted: {accepted}")
    if within is not None and (isinstance(within, bool) or not isinstance(within, int)):
        raise InputError(f"within={within!r:.60}; accepted is a whole number of days from 1")
    if within is not None and within < 1:
        raise InputError(f"within={within}; accepted is a whole number of days from 1")
    last = one_day(at)
    first = None if within is None else last - datetime.timedelta(days=within - 1)
    columns = {"actor": actor, "target": target, "code": code, "day": day}
    counts, out = counted(frame, columns, first, last)
    return _stances(counts, out, scale, float(half_life), last, unscaled)


def _stances(
    counts: Counts,
    out: dict[str, int],
    scale: Scale,
    half_life: float,
    last: datetime.date,
    unscaled: float,
) -> EventStances:
    """The means; in one order of the counts, whatever the engine gave."""
    scores = dict(scale.scores)
    held: list[tuple[str, str, datetime.date, str, int]] = []
    unknown: Counter[str] = Counter()
    out = {**out, "nobody": 0, "themselves": 0}
    for (actor, target, code, day), number in counts.items():
        for what in (actor, target, code):
            if what is not None and not isinstance(what, str):
                raise InputError(
                    f"an event holds {what!r:.60}, which is {type(what).__name__}; actors, targets "
                    "and codes are text, since 010 and 10 are two codes"
                )
        if not (actor and target and code):
            out["nobody"] += number
        elif actor == target:
            out["themselves"] += number
        elif code not in scores:
            unknown[code] += number
        else:
            held.append((actor, target, day, code, number))
    lost, all_dyadic = unknown.total(), unknown.total() + sum(row[-1] for row in held)
    if lost > unscaled * all_dyadic:
        shown = ", ".join(f"{code[:40]!r} ({number})" for code, number in unknown.most_common(5))
        raise InputError(
            f"{lost} of {all_dyadic} events have a code that the scale {scale.name!r:.60} does not "
            f"know: {shown}; accepted is a share of {unscaled:g}, see unscaled="
        )
    held.sort()
    pairs = sorted({(actor, target) for actor, target, *_ in held})
    place = {pair: k for k, pair in enumerate(pairs)}
    of = np.array([place[actor, target] for actor, target, *_ in held], dtype=np.int64)
    many = np.array([row[4] for row in held], dtype=np.float64)
    value = np.array([scores[row[3]] for row in held], dtype=np.float64) / scale.bound
    days = np.array([row[2].toordinal() for row in held], dtype=np.int64)
    newest = np.zeros(len(pairs), dtype=np.int64)
    np.maximum.at(newest, of, days)

    def summed(part: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(of, weights=part, minlength=len(pairs)).astype(np.float64)

    # From the newest event of the pair: the weights of old events do not vanish all at once.
    weight = np.exp2((days - newest[of]) / half_life)
    total = summed(many * weight)
    return EventStances(
        last,
        scale,
        half_life,
        tuple(pairs),
        np.clip(summed(many * weight * value) / total, -1, 1),
        summed(many).astype(np.int64),
        total**2 / summed(many * weight**2),
        total * np.exp2((newest - last.toordinal()) / half_life),
        tuple(map(datetime.date.fromordinal, newest.tolist())),
        UnusedEvents(**out, unscaled=lost),
    )
