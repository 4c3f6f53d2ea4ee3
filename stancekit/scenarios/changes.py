"""Changes as values: one deed each, checked when it is written down."""

from __future__ import annotations

import datetime
import enum

from attrs import field, fields, frozen

from stancekit.errors import InputError
from stancekit.records.asked import one_day
from stancekit.records.dates import PartialDate
from stancekit.records.fields import number, optional_code, plain, read_choice, read_code, slugs
from stancekit.records.model import ActorKind
from stancekit.records.stance import Absence, Channel

__all__ = ["Change", "Deed", "optional_day"]


class Deed(enum.StrEnum):
    """What a change does.

    >>> Deed("set")
    <Deed.SET: 'set'>
    """

    SET = "set"
    UNSET = "unset"
    ENTER = "enter"
    LEAVE = "leave"
    WEIGH = "weigh"


def _deed(text: str) -> Deed:
    return read_choice(Deed, text)


def _channel(text: str) -> Channel:
    return read_choice(Channel, text or Channel.RECOGNITION)


def _absence(text: str | None) -> Absence | None:
    return None if text is None or text == "" else read_choice(Absence, text)


def _kind(text: str) -> ActorKind | None:
    return None if text is None or text == "" else read_choice(ActorKind, text)


def optional_day(date: PartialDate | datetime.date | str | None) -> datetime.date | None:
    """Take one day, or nothing."""
    return None if date is None or date == "" else one_day(date)


def _signed(given: object) -> float | None:
    return None if given is None or given == "" else number(given, -1, 1, "value")


def _heavy(given: object) -> float | None:
    return None if given is None or given == "" else number(given, 0, 1e300, "amount")


def _year(given: object) -> int | None:
    if given is None or given == "":
        return None
    found = number(given, 1, 9999, "year")
    if found != int(found):
        raise InputError(f"year={given} is not a whole number")
    return int(found)


#: What a change of each deed may hold beside who changes.
_HOLDS = {
    Deed.SET: {"toward", "channel", "degree", "value", "absence", "on"},
    Deed.UNSET: {"toward", "channel", "on"},
    Deed.ENTER: {"toward", "contest", "behind", "name", "kind", "traits", "on"},
    Deed.LEAVE: {"toward", "on"},
    Deed.WEIGH: {"toward", "amount", "year"},
}


@frozen
class Change:
    """One change: a row of a scenario.

    Attributes
    ----------
    deed : Deed
        ``set`` a stance, or ``unset`` it, so that nothing is on record from that day on;
        ``enter`` or ``leave`` of an actor, of a claimant, or of a member (then with ``toward``
        the bloc); ``weigh`` an actor anew.
    actor : str
        Who changes.
    toward : str
        The target of a stance, the bloc of a membership, or the name of a weight.
    channel : Channel
        Of a stance.
    degree, value, absence : str, float or None, Absence or None
        Of a stance that is set; exactly one of them.
    contest, behind : str
        Of a claimant that enters: its contest, and the actor that it is, if any.
    name, kind, traits : str, ActorKind or None, tuple of str
        Of an actor or claimant that enters; a claimant has no kind.
    amount, year : float or None, int or None
        Of a weight.
    on : datetime.date or None
        The day from which it holds; None: the scenario's own day. A weight is of a year.

    Raises
    ------
    InputError
        If a field is malformed, missing, or has no place in a change of this deed.

    Examples
    --------
    >>> print(Change("set", "RUS", "maduro", value=0, on="2019-04-30"))
    RUS -> maduro, recognition: +0 on 2019-04-30
    >>> Change("leave", "GBR", "eu", value=1)
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: leave GBR: value has no place here; accepted: toward, on
    """

    deed: Deed = field(converter=_deed)
    actor: str = field(converter=read_code)
    toward: str = field(default="", converter=optional_code)
    channel: Channel = field(default=Channel.RECOGNITION, converter=_channel)
    degree: str = field(default="", converter=plain)
    value: float | None = field(default=None, converter=_signed)
    absence: Absence | None = field(default=None, converter=_absence)
    contest: str = field(default="", converter=optional_code)
    behind: str = field(default="", converter=optional_code)
    name: str = field(default="", converter=plain)
    kind: ActorKind | None = field(default=None, converter=_kind)
    traits: tuple[str, ...] = field(default=(), converter=slugs)
    amount: float | None = field(default=None, converter=_heavy)
    year: int | None = field(default=None, converter=_year)
    on: datetime.date | None = field(default=None, converter=optional_day)

    def __attrs_post_init__(self) -> None:
        who = f"{self.deed} {self.actor}"
        accepted = _HOLDS[self.deed]
        if self.deed is Deed.ENTER:
            accepted = accepted - (
                {"contest", "behind", "name", "kind", "traits"}
                if self.toward
                else {"kind", "toward"}
                if self.contest
                else {"behind", "toward"}
            )
        for part in fields(type(self))[2:]:
            held = getattr(self, part.name)
            if part.name not in accepted and held != part.default:
                shown = ", ".join(p.name for p in fields(type(self)) if p.name in accepted)
                raise InputError(f"{who}: {part.name} has no place here; accepted: {shown}")
        told = (self.value is not None) + bool(self.degree) + (self.absence is not None)
        if self.deed is Deed.SET and told != 1:
            raise InputError(
                f"{who} -> {self.toward}: {'none' if told == 0 else 'more than one'} of value, "
                "degree and absence is filled; a stance that is set has exactly one"
            )
        if self.deed in (Deed.SET, Deed.UNSET, Deed.WEIGH) and not self.toward:
            raise InputError(f"{who}: toward what? a target (or the name of a weight) is needed")
        if self.deed is Deed.WEIGH and (self.amount is None or self.year is None):
            raise InputError(f"{who}: an amount and a year are needed")

    @property
    def subject(self) -> tuple[str, ...]:
        """What the change is about.

        Two changes of other subjects can be swapped, unless one of them lets someone enter or
        leave the stage whom the other names.
        """
        if self.deed in (Deed.SET, Deed.UNSET):
            return ("stance", self.actor, self.toward, str(self.channel))
        if self.deed is Deed.WEIGH:
            return ("weight", self.actor, self.toward, str(self.year))
        return ("life", self.actor, self.toward)

    @property
    def named(self) -> frozenset[str]:
        """The codes of the actors and claimants that the change names."""
        weighs = self.deed is Deed.WEIGH
        codes = (self.actor, "" if weighs else self.toward, self.behind)
        return frozenset(code for code in codes if code)

    def __str__(self) -> str:
        day = f" on {self.on}" if self.on else ""
        where = f"{self.actor} -> {self.toward}, {self.channel}"
        if self.deed is Deed.SET:
            return f"{where}: {self.degree or self.absence or f'{self.value:+g}'}{day}"
        if self.deed is Deed.UNSET:
            return f"{where}: nothing on record{day}"
        if self.deed is Deed.WEIGH:
            return f"{self.actor} weighs {self.amount:g} by {self.toward} in {self.year}"
        place = f" {self.toward or self.contest}" if self.toward or self.contest else ""
        return f"{self.actor} {self.deed}s{place}{day}"
