"""From a dossier and a day to a brief: takes the day, and puts the passages in order."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np

from stancekit.errors import InputError
from stancekit.records.asked import channels_of, one_day
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.policies import BlocRule, Policy, latest, own
from stancekit.records.stance import Channel
from stancekit.report import doubts, standing
from stancekit.report.paper import Brief
from stancekit.report.principles import principles
from stancekit.report.words import spelled

__all__ = ["brief", "last_day"]


def last_day(dossier: Dossier) -> datetime.date:
    """The last day on which a record of the dossier begins.

    Raises
    ------
    InputError
        If no record has a date.

    Examples
    --------
    >>> from stancekit.records.stance import Stance
    >>> from stancekit.records.model import Actor
    >>> last_day(Dossier("case", actors=[Actor("A"), Actor("B")],
    ...     stances=[Stance("A", "B", "supports", since="2019-04")]))
    datetime.date(2019, 4, 30)
    """
    used = [dossier.table.dates[i] for i in np.unique(dossier.table.since).tolist() if i >= 0]
    days: list[datetime.date] = [day for d in used if (day := d.latest or d.earliest)]
    if not days:
        raise InputError(
            f"no record of the dossier {dossier.code!r} has a date; say which day, as YYYY-MM-DD"
        )
    return max(days)


def brief(
    dossier: Dossier,
    at: PartialDate | datetime.date | str | None = None,
    *,
    since: PartialDate | datetime.date | str | None = None,
    channels: Sequence[Channel | str] | None = None,
    policy: Policy = latest,
    bloc_rule: BlocRule = own,
    doctrines: bool = False,
) -> Brief:
    """Brief the reader on one day of a dossier.

    Parameters
    ----------
    dossier : Dossier
    at : PartialDate, date or str, optional
        The day; the last on which a record begins if left out.
    since : PartialDate, date or str, optional
        Also tell what changed since that day.
    channels, policy, bloc_rule
        As in ``Dossier.at``.
    doctrines : bool
        Also tell whose stances follow a principle, and whose a camp.

    Raises
    ------
    InputError
        If a date is not one day, or ``since`` is after ``at``.

    Examples
    --------
    >>> print(brief(Dossier("empty-case"), "2019-04-30").title)
    empty-case: where it stood on 30 April 2019
    """
    day = last_day(dossier) if at is None else one_day(at)
    start = day if since is None else one_day(since)
    if start > day:
        raise InputError(f"since={start} is after at={day}; changes are told up to that day")
    asked: dict[str, Any] = {
        "policy": _named(policy),
        "bloc_rule": _named(bloc_rule),
        "channels": [str(channel) for channel in channels_of(channels)],
    }
    world = dossier.at(day, channels=channels, policy=policy, bloc_rule=bloc_rule)
    contests = [standing.contest(world, contest.code) for contest in world.contests]
    parts = {
        "blocs": standing.blocs(world),
        "contradictions": doubts.contradictions(world),
        "conflicts": doubts.conflicts(
            dossier, dossier.conflicts(day, policy=policy), asked["policy"]
        ),
        "alignment": doubts.alignment(world),
    }
    if doctrines:
        parts = {"doctrines": principles(world), **parts}
    if since is not None:
        earlier = dossier.at(start, channels=channels, policy=policy, bloc_rule=bloc_rule)
        parts["changes"] = standing.changes(earlier, world)
    cited = [stance for part in (*contests, *parts.values()) for stance in part.cited]
    parts["evidence"] = doubts.evidence(dossier, world, cited, asked)
    data = {
        "dossier": dossier.code,
        "title": dossier.title or dossier.code,
        "date": day.isoformat(),
        "fingerprint": dossier.fingerprint,
        **asked,
        "contests": [part.content for part in contests],
        **{key: part.content for key, part in parts.items()},
    }
    title = f"{dossier.title or dossier.code}: where it stood on {spelled(day)}"
    return Brief(title, tuple(p.section for p in (*contests, *parts.values())), data)


def _named(function: Policy | BlocRule) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
