"""Hypothesis strategies for scenarios: lists of changes over given codes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from stancekit.records.model import ActorKind
from stancekit.records.stance import Absence, Channel, Ladder
from stancekit.scenarios.changes import Change, Scenario

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
    who, whom, day = _pool("actors", actors), _pool("targets", targets), st.sampled_from([*days])
    channel = st.sampled_from([*channels])
    values = st.sampled_from((1.0, 0.0, -1.0, 0.5, 0.75)) | st.integers(-100, 100).map(
        lambda hundredths: hundredths / 100
    )
    said = values.map(lambda value: {"value": value})
    steps = (ladder or Ladder.standard()).steps
    degrees = st.sampled_from([{"degree": name} for name, _ in reversed(steps)])
    absences = st.sampled_from([{"absence": absence} for absence in Absence])

    def set_(actor: str, toward: str, what: dict[str, Any], how: Channel, on: Any) -> Change:
        return Change("set", actor, toward, how, **what, on=on)

    def new_(code: str, how: dict[str, Any], on: Any) -> Change:
        return Change("enter", code, **how, on=on)

    kinds = [
        st.builds(set_, who, whom, said | degrees | absences, channel, day),
        st.builds(lambda a, t, c, on: Change("unset", a, t, c, on=on), who, whom, channel, day),
    ]
    groups, newly, about = tuple(blocs), tuple(newcomers), tuple(contests)
    if groups:
        verbs = st.sampled_from(("enter", "leave"))
        pair = st.tuples(who, st.sampled_from(groups)).filter(lambda two: two[0] != two[1])
        kinds.append(
            st.builds(lambda v, two, on: Change(v, two[0], two[1], on=on), verbs, pair, day)
        )
    if newly:
        new = st.sampled_from(newly)
        roles: list[dict[str, Any]] = [{"name": "New", "kind": kind} for kind in ActorKind]
        roles += [{"contest": contest} for contest in about]
        kinds.append(st.builds(new_, new, st.sampled_from(roles), day))
        kinds.append(st.builds(lambda code, on: Change("leave", code, on=on), who | new, day))
    amount, year = st.integers(0, 100).map(float), st.sampled_from((2000, 1999))
    weighed = st.sampled_from(("population", "votes"))
    kinds.append(
        st.builds(
            lambda a, w, x, y: Change("weigh", a, w, amount=x, year=y), who, weighed, amount, year
        )
    )
    return st.one_of(kinds)


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
