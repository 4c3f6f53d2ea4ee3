"""Changes as values: composable, hashable, applied to a dossier without touching it."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier, one_day
from stancekit.records.fields import number, optional_code, plain, read_choice, read_code
from stancekit.records.model import Actor, Claimant, Membership, Weight
from stancekit.records.stance import Absence, Channel, Evidence, Source, Stance

if TYPE_CHECKING:
    from stancekit.scenarios.difference import Difference

__all__ = ["Change", "Deed", "Scenario"]


class Deed(enum.StrEnum):
    """What a change does.

    >>> Deed("set")
    <Deed.SET: 'set'>
    """

    SET = "set"
    ENTER = "enter"
    LEAVE = "leave"
    WEIGH = "weigh"


def _deed(text: str) -> Deed:
    return read_choice(Deed, text)


def _channel(text: str) -> Channel:
    return read_choice(Channel, text)


def _absence(text: str | None) -> Absence | None:
    return None if text is None or text == "" else read_choice(Absence, text)


def _day(date: PartialDate | datetime.date | str | None) -> datetime.date | None:
    return None if date is None or date == "" else one_day(date)


def _signed(given: object) -> float | None:
    return None if given is None or given == "" else number(given, -1, 1, "value")


def _heavy(given: object) -> float | None:
    return None if given is None or given == "" else number(given, 0, 1e300, "amount")


def _whole(given: object) -> int | None:
    if given is None or given == "":
        return None
    return int(number(given, 1, 9999, "year"))


@frozen
class Change:
    """One change: a row of a scenario.

    Attributes
    ----------
    deed : Deed
        ``set`` a stance; ``enter`` or ``leave`` of an actor, of a claimant, or of a member
        (then with ``toward`` the bloc); ``weigh`` an actor anew.
    actor : str
        Who changes.
    toward : str
        The target of a stance, the bloc of a membership, or the name of a weight.
    channel : Channel
        Of a stance.
    degree, value, absence : str, float or None, Absence or None
        Of a stance that is set; exactly one of them.
    contest : str
        Of a claimant that enters; empty for an actor.
    amount : float or None
        Of a weight; with ``year``.
    year : int or None
    name, kind : str
        Of an actor or claimant that enters.
    on : datetime.date or None
        The day from which it holds; None: the scenario's own day.
    """

    deed: Deed = field(converter=_deed)
    actor: str = field(converter=read_code)
    toward: str = field(default="", converter=optional_code)
    channel: Channel = field(default=Channel.RECOGNITION, converter=_channel)
    degree: str = field(default="", converter=plain)
    value: float | None = field(default=None, converter=_signed)
    absence: Absence | None = field(default=None, converter=_absence)
    contest: str = field(default="", converter=optional_code)
    amount: float | None = field(default=None, converter=_heavy)
    year: int | None = field(default=None, converter=_whole)
    name: str = field(default="", converter=plain)
    kind: str = field(default="", converter=plain)
    on: datetime.date | None = field(default=None, converter=_day)

    def __attrs_post_init__(self) -> None:
        held = (self.value is not None) + bool(self.degree) + (self.absence is not None)
        if self.deed is Deed.SET and held != 1:
            raise InputError(
                f"set {self.actor} -> {self.toward}: exactly one of value, degree and absence "
                "is needed"
            )
        if self.deed in (Deed.SET, Deed.WEIGH) and not self.toward:
            raise InputError(f"{self.deed} {self.actor}: toward what? a target is needed")
        if self.deed is Deed.WEIGH and (self.amount is None or self.year is None):
            raise InputError(f"weigh {self.actor}: an amount and a year are needed")

    @property
    def subject(self) -> tuple[str, ...]:
        """What the change is about; two changes with other subjects can be swapped."""
        kinds = {Deed.SET: "stance", Deed.WEIGH: "weight"}
        kind = kinds.get(self.deed, "life")
        rest = {"stance": (str(self.channel),), "weight": (str(self.year),)}.get(kind, ())
        return (kind, self.actor, self.toward, *rest)

    def __str__(self) -> str:
        day = f" on {self.on}" if self.on else ""
        if self.deed is Deed.SET:
            what = self.degree or str(self.absence or "") or f"{self.value:+g}"
            return f"{self.actor} -> {self.toward}, {self.channel}: {what}{day}"
        if self.deed is Deed.WEIGH:
            return f"{self.actor} weighs {self.toward} {self.amount:g} in {self.year}"
        place = f" {self.toward}" if self.toward else ""
        return f"{self.actor} {self.deed}s{place}{day}"


def _changes(given: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(given)


@frozen
class Scenario:
    """A named set of changes: what if?

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

    Raises
    ------
    InputError, UnknownNameError
        When it is applied to a dossier that does not know what it names.

    Examples
    --------
    >>> from stancekit.records.model import Contest
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
    day: datetime.date | None = field(default=None, converter=_day)

    def _with(self, change: Change) -> Scenario:
        return evolve(self, changes=(*self.changes, change))

    def set(
        self,
        actor: str,
        toward: str,
        value: float | str | Absence,
        *,
        channel: Channel | str = Channel.RECOGNITION,
        on: PartialDate | datetime.date | str | None = None,
    ) -> Scenario:
        """Let an actor take a stance: a value in [-1, 1], a degree of the ladder, an absence.

        In the channel ``recognition``, which is heard first, unless another is given.

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
        on: PartialDate | datetime.date | str | None = None,
    ) -> Scenario:
        """Let an actor withdraw its stance: an absence, not a neutral value."""
        return self.set(actor, toward, Absence.WITHDRAWN, channel=channel, on=on)

    def enter(
        self,
        who: str | Actor | Claimant,
        bloc: str = "",
        *,
        on: PartialDate | datetime.date | str | None = None,
    ) -> Scenario:
        """Let an actor join a bloc, or a new actor or claimant come on stage."""
        if isinstance(who, Actor):
            change = Change(Deed.ENTER, who.code, name=who.name, kind=str(who.kind), on=on)
        elif isinstance(who, Claimant):
            change = Change(Deed.ENTER, who.code, contest=who.contest, name=who.name, on=on)
        elif bloc:
            change = Change(Deed.ENTER, who, bloc, on=on)
        else:
            raise InputError(f"enter {who!r}: give the bloc that it joins, an Actor or a Claimant")
        return self._with(change)

    def leave(
        self,
        who: str,
        bloc: str = "",
        *,
        on: PartialDate | datetime.date | str | None = None,
    ) -> Scenario:
        """Let a member leave a bloc; without a bloc, let an actor or claimant leave the stage."""
        return self._with(Change(Deed.LEAVE, who, bloc, on=on))

    def weigh(self, actor: str, weight: str, amount: float, year: int) -> Scenario:
        """Give an actor another weight in a year."""
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
        return tuple(evolve(c, on=c.on or self.day) for c in self.changes)

    def apply(self, dossier: Dossier) -> Dossier:
        """Make the dossier in which the changes hold.

        Raises
        ------
        UnknownNameError
            If the dossier does not know an actor, claimant, bloc or degree that is named.
        InputError
            If a change contradicts the dossier: an actor enters that is there already, a
            member leaves a bloc that it is not in.
        """
        for change in self.dated():
            dossier = _DEEDS[change.deed](dossier, change, self.name)
        return dossier

    def inverse(self, dossier: Dossier) -> Scenario:
        """The scenario that undoes this one on its day, where it can be undone.

        On the day of the changes, ``(s + s.inverse(dossier)).apply(dossier)`` holds what
        ``dossier`` holds.

        Raises
        ------
        InputError
            If a change has no day, or nothing is on record that it could go back to.
        """
        undone: list[Change] = []
        for change in self.dated():
            undone.append(_undo(dossier, change))
            dossier = _DEEDS[change.deed](dossier, change, self.name)
        return Scenario(f"undo {self.name}", tuple(reversed(undone)))

    def difference(
        self,
        dossier: Dossier,
        at: PartialDate | datetime.date | str,
        **options: Any,
    ) -> Difference:
        """What the scenario makes different on a day; see ``scenarios.difference``."""
        from stancekit.scenarios.difference import difference

        return difference(dossier, self.apply(dossier), at, name=self.name, **options)

    def __repr__(self) -> str:
        day = f", on {self.day}" if self.day else ""
        return f"Scenario({self.name!r}, {'; '.join(map(str, self.changes)) or 'no change'}{day})"

    def _repr_html_(self) -> str:
        import html

        rows = "".join(f"<li>{html.escape(str(change))}</li>" for change in self.dated())
        return f"<p>{html.escape(self.name)}</p><ul>{rows}</ul>"


def _known(what: str, name: str, known: Iterable[str]) -> None:
    names = tuple(known)
    if name not in names:
        raise UnknownNameError(what, name, nearest(name, names))


def _entities(dossier: Dossier) -> list[str]:
    return [actor.code for actor in dossier.actors] + [c.code for c in dossier.claimants]


def scenario_source(name: str) -> Source:
    """The source that the records of a scenario cite.

    >>> scenario_source("Russia drops Maduro")
    Source(id='scenario', publisher='scenario', title='not a fact')
    """
    return Source("scenario", "scenario", "not a fact")


def _take(dossier: Dossier, change: Change, name: str) -> Dossier:
    for role, code in (("actor", change.actor), ("target", change.toward)):
        _known(role, code, _entities(dossier))
    held: dict[str, Any] = {"value": change.value, "absence": change.absence}
    if change.degree:
        dossier.ladder.value(change.degree)
        held = {"degree": change.degree}
    added = Stance(
        change.actor,
        change.toward,
        channel=change.channel,
        since=change.on,
        evidence=Evidence(scenario_source(name)),
        note=f"scenario: {name}" if name else "scenario",
        **held,
    )
    kept = []
    for stance in dossier.stances:
        same = (stance.actor, stance.toward, stance.channel)
        if same != (change.actor, change.toward, change.channel):
            kept.append(stance)
        elif change.on is not None:
            ended = _ended(stance, change.on)
            kept += [ended] if ended is not None else []
    sources = {source.id: source for source in (*dossier.sources, scenario_source(name))}
    return evolve(dossier, stances=(*kept, added), sources=tuple(sources.values()))


def _ended(record: Any, on: datetime.date) -> Any:
    """The record as it was before a day: ended on the eve, or gone if it began no earlier."""
    first = record.since.earliest if record.since else None
    if record.since is not None and first is not None and first >= on:
        return None
    if record.until is not None and record.until.before(on):
        return record
    return evolve(record, until=on - datetime.timedelta(days=1))


def _enter(dossier: Dossier, change: Change, name: str) -> Dossier:
    if change.toward:
        for code in (change.actor, change.toward):
            _known("actor", code, (actor.code for actor in dossier.actors))
        day = change.on or datetime.date.min
        if change.actor in dossier.members(change.toward, day):
            raise InputError(f"{change.actor} is a member of {change.toward} already on {day}")
        added = Membership(change.actor, change.toward, change.on, note=f"scenario: {name}")
        return evolve(dossier, memberships=(*dossier.memberships, added))
    if change.contest:
        _known("contest", change.contest, (contest.code for contest in dossier.contests))
        claimant = Claimant(change.actor, change.contest, change.name, since=change.on)
        return evolve(dossier, claimants=(*dossier.claimants, claimant))
    actor = Actor(change.actor, change.name, change.kind or "state", since=change.on)
    return evolve(dossier, actors=(*dossier.actors, actor))


def _leave(dossier: Dossier, change: Change, name: str) -> Dossier:
    on = change.on or datetime.date.min + datetime.timedelta(days=1)
    if change.toward:
        if change.actor not in dossier.members(change.toward, on):
            raise InputError(f"{change.actor} is no member of {change.toward} on {on}")
        memberships = [
            _ended(m, on) if (m.member, m.bloc) == (change.actor, change.toward) else m
            for m in dossier.memberships
        ]
        return evolve(dossier, memberships=[m for m in memberships if m is not None])
    _known("actor or claimant", change.actor, _entities(dossier))

    def ended(records: tuple[Any, ...]) -> list[Any]:
        gone = [_ended(r, on) if r.code == change.actor else r for r in records]
        if None in gone:
            raise InputError(f"{change.actor} is not there yet on {on}; it cannot leave")
        return gone

    return evolve(dossier, actors=ended(dossier.actors), claimants=ended(dossier.claimants))


def _weigh(dossier: Dossier, change: Change, name: str) -> Dossier:
    _known("actor", change.actor, (actor.code for actor in dossier.actors))
    assert change.year is not None
    key = (change.actor, change.toward, change.year)
    kept = [w for w in dossier.weights if (w.actor, w.name, w.year) != key]
    source = scenario_source(name)
    sources = {known.id: known for known in (*dossier.sources, source)}
    added = Weight(change.actor, change.toward, change.year, change.amount, source=source.id)
    return evolve(dossier, weights=(*kept, added), sources=tuple(sources.values()))


def _undo(dossier: Dossier, change: Change) -> Change:
    """The change that goes back to what the dossier holds."""
    if change.deed is Deed.ENTER:
        return Change(Deed.LEAVE, change.actor, change.toward, on=change.on)
    if change.deed is Deed.WEIGH:
        for weight in dossier.weights:
            if (weight.actor, weight.name, weight.year) == (*change.subject[1:3], change.year):
                return evolve(change, amount=weight.value)
    elif change.on is not None and change.deed is Deed.LEAVE and change.toward:
        return Change(Deed.ENTER, change.actor, change.toward, on=change.on)
    elif change.on is not None and change.deed is Deed.SET:
        world = dossier.at(change.on, channels=[change.channel])
        if change.actor not in world.actors or change.toward not in world.targets:
            held: dict[str, Any] = {"absence": Absence.UNKNOWN}
        elif absence := world.absence(change.actor, change.toward):
            held = {"absence": absence}
        else:
            held = {"value": world.value(change.actor, change.toward)}
        return Change(Deed.SET, change.actor, change.toward, change.channel, on=change.on, **held)
    raise InputError(f"{change} cannot be undone: nothing is on record to go back to")


_DEEDS = {
    Deed.SET: _take,
    Deed.ENTER: _enter,
    Deed.LEAVE: _leave,
    Deed.WEIGH: _weigh,
}
