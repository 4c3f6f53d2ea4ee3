"""Hypothesis strategies for scenarios: lists of changes over given codes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from stancekit.records.model import ActorKind
from stancekit.records.stance import Absence, Channel, Ladder
from stancekit.scenarios import Change, Scenario

__all__ = ["changes", "scenarios"]

#: Days among the records of drawn dossiers, with their edges.
_DAYS = (
    datetime.date(2000, 6, 1),
    datetime.date(2000, 1, 1),
    datetime.date(2001, 1, 1),
    datetime.date(2000, 2, 15),
)


def _pool(what: str, given: Iterable[str]) -> st.SearchStrategy[str]:
    codes = tuple(given)
    if not codes:
        raise InvalidArgument(f"{what} is empty; a change is about someone")
    return st.sampled_from(codes)


def changes(
    *,
    actors: Iterable[str] = ("A", "B", "C"),
    targets: Iterable[str] = ("x", "y", "A"),
    blocs: Iterable[str] = (),
    newcomers: Iterable[str] = (),
    contests: Iterable[str] = (),
    channels: Iterable[Channel] = Channel,
    days: Iterable[datetime.date | None] = _DAYS,
    ladder: Ladder | None = None,
) -> st.SearchStrategy[Change]:
    """Single changes: stances that are set or unset, and what else the codes allow.

    Parameters
    ----------
    actors, targets : iterable of str
        Who takes a stance, and toward whom.
    blocs : iterable of str
        Which of them actors join and leave; if left out, nobody does.
    newcomers, contests : iterable of str
        Codes that may come on stage, and the contests that they may claim in.
    channels : iterable of Channel
    days : iterable of datetime.date or None
    ladder : Ladder, optional
        Whose degrees there are; the standard one if left out.

    Shrinks to the first actor setting 1 toward the first target, in the first channel.

    >>> from hypothesis import find
    >>> print(find(changes(), lambda change: True))
    A -> x, recognition: +1 on 2000-06-01
    """
    steps = (ladder or Ladder.standard()).steps
    plain: list[dict[str, Any]] = [{"value": value} for value in (1.0, 0.0, -1.0, 0.5, 0.75)]
    plain += [{"degree": name} for name, _ in reversed(steps)]
    plain += [{"absence": absence} for absence in Absence]
    stance: list[dict[str, Any]] = [{"deed": "set", **held} for held in plain]
    stance += [{"deed": "unset"}] * 3
    fine = st.integers(-100, 100).map(lambda x: {"deed": "set", "value": x / 100})
    groups, newly = tuple(blocs), tuple(newcomers)
    other: list[dict[str, Any]] = []
    for deed in ("enter", "leave"):
        other += [{"deed": deed, "toward": bloc} for bloc in groups]
    for code in newly:
        other += [{"deed": "enter", "actor": code, "kind": kind} for kind in ActorKind]
        other += [{"deed": "enter", "actor": code, "contest": contest} for contest in contests]
        other.append({"deed": "leave", "actor": code})
    if newly:
        other.append({"deed": "leave"})
    weighed = [
        {"deed": "weigh", "toward": name, "amount": amount, "year": year}
        for name in ("population", "votes")
        for amount in (1.0, 0.0, 50.0)
        for year in (2000, 1999)
    ]
    # Who, toward whom, where and when are always drawn, so that what is done shrinks alone.
    return st.builds(
        _change,
        _pool("actors", actors),
        _pool("targets", targets),
        st.sampled_from([*channels]),
        st.sampled_from([*days]),
        st.one_of(st.sampled_from(stance), fine, st.sampled_from([*weighed, *other])),
    )


def _change(actor: str, toward: str, channel: Channel, on: Any, what: dict[str, Any]) -> Change:
    held = {"actor": actor, **what}
    if what["deed"] in ("set", "unset"):
        held |= {"toward": toward, "channel": channel}
    if what["deed"] != "weigh":
        held["on"] = on
    if held["actor"] == held.get("toward") and what["deed"] in ("enter", "leave"):
        held["deed"], held["channel"] = "unset", channel  # nobody joins itself
    return Change(**held)


def scenarios(
    *, min_changes: int = 0, max_changes: int = 4, **codes: Any
) -> st.SearchStrategy[Scenario]:
    """Scenarios of a few changes, with and without a name and a day of their own.

    Parameters
    ----------
    min_changes, max_changes : int
    **codes
        As in `changes`.

    Shrinks to the scenario without name, day and change; then change by change.

    >>> from hypothesis import find
    >>> find(scenarios(), lambda scenario: True)
    Scenario('', no change)
    >>> find(scenarios(), lambda scenario: len(scenario.changes) > 0)
    Scenario('', A -> x, recognition: +1 on 2000-06-01)
    """
    if not 0 <= min_changes <= max_changes:
        raise InvalidArgument(f"need 0 <= {min_changes=} <= {max_changes=}")
    return st.builds(
        Scenario,
        st.sampled_from(("", "what if", "Russia drops Maduro")),
        st.lists(changes(**codes), min_size=min_changes, max_size=max_changes),
        st.sampled_from((None, *_DAYS)),
    )
