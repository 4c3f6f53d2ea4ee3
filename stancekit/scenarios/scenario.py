"""Scenarios: named lists of changes, composed, applied to a dossier without touching it."""

from __future__ import annotations

import datetime
import html
from collections.abc import Iterable
from typing import Any

from attrs import evolve, field, frozen

from stancekit.errors import InputError
from stancekit.records.asked import one_day
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.fields import plain
from stancekit.records.model import Actor, Claimant
from stancekit.records.stance import Absence, Channel
from stancekit.scenarios.applying import applied, undone
from stancekit.scenarios.changes import Change, Deed, optional_day
from stancekit.scenarios.difference import Difference, difference

__all__ = ["Scenario"]


def _changes(given: Iterable[Change]) -> tuple[Change, ...]:
    found = tuple(given)
    for change in found:
        if not isinstance(change, Change):
            raise InputError(f"{change!r:.80} is {type(change).__name__} where a Change belongs")
    return found


_When = PartialDate | datetime.date | str | None


@frozen(repr=False)
class Scenario:
    """A named list of changes: what if?

    A scenario is a value: every verb returns another one, ``a + b`` is first a, then b, and
    ``apply`` makes another dossier. From the day of a change on, the change holds, whatever
    the records say later; before it nothing is different.

    Parameters
    ----------
    name : str
    changes : iterable of Change
    day : datetime.date or None
        The day on which the changes begin that have none of their own; None: from the
        beginning of time.

    Examples
    --------
    >>> from stancekit.records.model import Contest
    >>> from stancekit.records.stance import Stance
    >>> dossier = Dossier("case", actors=[Actor("RUS")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("RUS", "a", "supports", channel="statement", since="2019-01-24")])
    >>> what_if = Scenario("Russia drops a").set("RUS", "a", 0.0).on("2019-04-30")
    >>> changed = what_if.apply(dossier)
    >>> [changed.at(day).value("RUS", "a") for day in ("2019-04-29", "2019-04-30")]
    [0.5, 0.0]
    >>> dossier.at("2019-04-30").value("RUS", "a")
    0.5
    """

    name: str = field(default="", converter=plain)
    changes: tuple[Change, ...] = field(default=(), converter=_changes)
    day: datetime.date | None = field(default=None, converter=optional_day)

    def _with(self, change: Change) -> Scenario:
        return evolve(self, changes=(*self.changes, change))

    def set(
        self,
        actor: str,
        toward: str,
        value: float | str | Absence,
        *,
        channel: Channel | str = Channel.RECOGNITION,
        on: _When = None,
    ) -> Scenario:
        """Let an actor take a stance: a value in [-1, 1], a degree of the ladder, an Absence.

        In the channel ``recognition``, which is heard first, unless another is given. An
        absence in which nothing is said (``unknown``, ``no-statement``, ``absent``) lets the
        next channel speak.

        Raises
        ------
        InputError
            If the value lies outside [-1, 1], or the day is not one day.
        """
        kind = "absence" if isinstance(value, Absence) else "degree"
        held: dict[str, Any] = {kind if isinstance(value, str) else "value": value}
        return self._with(Change(Deed.SET, actor, toward, channel, on=on, **held))

    def withdraw(
        self,
        actor: str,
        toward: str,
        *,
        channel: Channel | str = Channel.RECOGNITION,
        on: _When = None,
    ) -> Scenario:
        """Let an actor withdraw its stance: an absence, not a neutral value."""
        return self.set(actor, toward, Absence.WITHDRAWN, channel=channel, on=on)

    def unset(
        self,
        actor: str,
        toward: str,
        *,
        channel: Channel | str = Channel.RECOGNITION,
        on: _When = None,
    ) -> Scenario:
        """Let nothing be on record in a channel from a day on; the next channel speaks."""
        return self._with(Change(Deed.UNSET, actor, toward, channel, on=on))

    def enter(self, who: str | Actor | Claimant, bloc: str = "", *, on: _When = None) -> Scenario:
        """Let an actor join a bloc, or a new actor or claimant come on stage.

        An Actor or Claimant enters on the first day of its own life if no day is given here.

        Raises
        ------
        InputError
            If it carries an end or a note, which an entry does not hold, or another first day.
        """
        if isinstance(who, str):
            if not bloc:
                raise InputError(
                    f"enter {who!r}: give the bloc that it joins, or an Actor or Claimant"
                )
            return self._with(Change(Deed.ENTER, who, bloc, on=on))
        if bloc:
            raise InputError(f"enter {who!r}, {bloc!r}: whoever joins a bloc is named by its code")
        if not isinstance(who, Actor | Claimant):
            raise InputError(f"enter {who!r}: accepted is a code, an Actor or a Claimant")
        for part in ("until", "note"):
            if getattr(who, part):
                raise InputError(
                    f"enter {who!r} with {part}={getattr(who, part)}: an entry holds no {part}"
                )
        first = None if who.since is None else one_day(who.since)
        if first is not None and on is not None and one_day(on) != first:
            raise InputError(f"enter {who!r} on {on}: its life begins on {first}; give one of both")
        held: dict[str, Any] = {"name": who.name, "traits": who.traits, "on": on or first}
        if isinstance(who, Claimant):
            held |= {"contest": who.contest, "behind": who.actor}
        else:
            held["kind"] = who.kind
        return self._with(Change(Deed.ENTER, who.code, **held))

    def leave(self, who: str, bloc: str = "", *, on: _When = None) -> Scenario:
        """Let a member leave a bloc; without a bloc, let an actor or claimant leave the stage."""
        return self._with(Change(Deed.LEAVE, who, bloc, on=on))

    def weigh(self, actor: str, weight: str, amount: float, year: int) -> Scenario:
        """Give an actor another weight in a year.

        Raises
        ------
        InputError
            If the amount is negative, or the year no year.
        """
        return self._with(Change(Deed.WEIGH, actor, weight, amount=amount, year=year))

    def on(self, date: PartialDate | datetime.date | str) -> Scenario:
        """Let the changes begin on a day, those that have no day of their own.

        Raises
        ------
        InputError
            If the date is not one day.
        """
        return evolve(self, day=date)

    def __add__(self, other: Scenario) -> Scenario:
        if not isinstance(other, Scenario):
            return NotImplemented
        name = " + ".join(part for part in (self.name, other.name) if part)
        return Scenario(name, (*self.dated(), *other.dated()))

    def dated(self) -> tuple[Change, ...]:
        """The changes, each with its day."""
        return tuple(
            c if c.on or c.deed is Deed.WEIGH else evolve(c, on=self.day) for c in self.changes
        )

    def apply(self, dossier: Dossier) -> Dossier:
        """Make the dossier in which the changes hold.

        Records that a change ends end on its eve; what they say of earlier days stays as it
        was. Where acts (``withdraw``, ``void`` ...) without exact dates make that impossible
        to write down, the change is refused.

        Raises
        ------
        UnknownNameError
            If the dossier does not know an actor, claimant, bloc or degree that is named.
        InputError
            If a change contradicts the dossier: an actor enters that is there already, a
            member leaves a bloc that it is not in.
        """
        return applied(dossier, self.dated())

    def inverse(self, dossier: Dossier) -> Scenario:
        """The scenario that undoes this one on its day, where it can be undone.

        On the day of the changes, ``(s + s.inverse(dossier)).apply(dossier)`` holds what
        ``dossier`` holds.

        Raises
        ------
        InputError
            If a change has no day, or nothing is on record that it could go back to.
        """
        steps: list[Change] = []
        for change in self.dated():
            steps.append(Change(**undone(dossier, change)))
            dossier = applied(dossier, (change,))
        return Scenario(f"undo {self.name}".strip(), tuple(reversed(steps)))

    def difference(
        self,
        dossier: Dossier,
        at: PartialDate | datetime.date | str,
        **options: Any,
    ) -> Difference:
        """What the scenario makes different on a day; see ``scenarios.difference``."""
        return difference(dossier, self.apply(dossier), at, name=self.name, **options)

    def __repr__(self) -> str:
        day = f", on {self.day}" if self.day else ""
        return f"Scenario({self.name!r}, {'; '.join(map(str, self.changes)) or 'no change'}{day})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{html.escape(str(change))}</li>" for change in self.dated())
        return f"<p>{html.escape(self.name)}</p><ul>{rows}</ul>"
