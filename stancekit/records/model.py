"""Who and what: actors, memberships, contests, claimants, and how heavy an actor is."""

from __future__ import annotations

import enum
import numbers
import re

from attrs import field, frozen

from stancekit.errors import InputError
from stancekit.records.dates import PartialDate, Span
from stancekit.records.fields import (
    number,
    one_line,
    optional_code,
    optional_date,
    plain,
    read_choice,
    read_code,
    slugs,
    spanned,
)

__all__ = [
    "Actor",
    "ActorKind",
    "Claimant",
    "Contest",
    "ContestKind",
    "Membership",
    "Weight",
]


class ActorKind(enum.StrEnum):
    """What an actor is.

    >>> ActorKind("bloc")
    <ActorKind.BLOC: 'bloc'>
    """

    STATE = "state"
    BLOC = "bloc"
    ORGANISATION = "organisation"
    FACTION = "faction"


class ContestKind(enum.StrEnum):
    """What is claimed.

    >>> ContestKind("seat")
    <ContestKind.SEAT: 'seat'>
    """

    GOVERNMENT = "government"
    SEAT = "seat"
    STATE = "state"
    TERRITORY = "territory"


def _actor_kind(text: str) -> ActorKind:
    return read_choice(ActorKind, text)


def _contest_kind(text: str) -> ContestKind:
    return read_choice(ContestKind, text)


@frozen
class Actor:
    """Who takes stances: a state, a bloc, an organisation, a faction.

    Parameters
    ----------
    code : str
        Identity: ISO 3166 alpha-3 where there is one, XKX for Kosovo, a lower-case slug
        otherwise. A code never implies recognition.
    name : str, optional
        The name to show; the code if left out.
    kind : ActorKind or str
        ``state``, ``bloc``, ``organisation`` or ``faction``.
    since, until : PartialDate, date, str or None
        When it existed; open where None.
    traits : iterable of str
        Slugs that doctrines may ask for, such as ``has-secessionists``.
    note : str

    Raises
    ------
    InputError
        On a malformed code, an unknown kind, a date that does not exist.

    Examples
    --------
    >>> Actor("XKX", "Kosovo", since="2008-02-17")
    Actor(code='XKX', name='Kosovo', kind='state', since=2008-02-17)
    """

    code: str = field(converter=read_code)
    name: str = field(default="", converter=plain)
    kind: ActorKind = field(default=ActorKind.STATE, converter=_actor_kind)
    since: PartialDate | None = field(default=None, converter=optional_date)
    until: PartialDate | None = field(default=None, converter=optional_date)
    traits: tuple[str, ...] = field(default=(), converter=slugs)
    note: str = field(default="", converter=plain)

    def __attrs_post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.code)
        spanned(self)

    @property
    def span(self) -> Span:
        """The time in which the actor existed."""
        return spanned(self)

    def __repr__(self) -> str:
        return one_line(self, "code", "name", "kind", "since", "until", "traits")


@frozen
class Membership:
    """An actor's membership in a bloc, dated.

    Raises
    ------
    InputError
        If an actor would be a member of itself, or the membership ends before it begins.

    Examples
    --------
    >>> Membership("GBR", "eu", "1973-01-01", "2020-01-31").span.covers("2019-02-06")
    True
    """

    member: str = field(converter=read_code)
    bloc: str = field(converter=read_code)
    since: PartialDate | None = field(default=None, converter=optional_date)
    until: PartialDate | None = field(default=None, converter=optional_date)
    source: str = field(default="", converter=optional_code)
    note: str = field(default="", converter=plain)

    def __attrs_post_init__(self) -> None:
        if self.member == self.bloc:
            raise InputError(f"member={self.member!r} is the bloc itself; no actor joins itself")
        spanned(self)

    @property
    def span(self) -> Span:
        """The time in which the actor was a member."""
        return spanned(self)

    def __repr__(self) -> str:
        return one_line(self, "member", "bloc", "since", "until")


def _exclusive(given: bool | str | None) -> bool | None:
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, str) and given in ("true", "false", ""):
        return {"true": True, "false": False, "": None}[given]
    raise InputError(
        f"exclusive={given!r} is neither true nor false; where it is empty, the kind decides"
    )


@frozen
class Contest:
    """What two or more claimants claim: a government, a seat, a state, a territory.

    Parameters
    ----------
    code : str
    title : str, optional
        The code if left out.
    kind : ContestKind or str
    exclusive : bool, optional
        Whether recognising two rivals is a contradiction. By default False for a state
        (both Kosovo and Serbia may be recognised) and True otherwise.
    since, until : PartialDate, date, str or None
    note : str

    Raises
    ------
    InputError
        On a malformed code, an unknown kind, a date that does not exist.

    Examples
    --------
    >>> Contest("china-seat", "China's seat in the United Nations", "seat").exclusive
    True
    >>> Contest("kosovo", kind="state").exclusive
    False
    """

    code: str = field(converter=read_code)
    title: str = field(default="", converter=plain)
    kind: ContestKind = field(default=ContestKind.GOVERNMENT, converter=_contest_kind)
    exclusive: bool | None = field(default=None, converter=_exclusive)
    since: PartialDate | None = field(default=None, converter=optional_date)
    until: PartialDate | None = field(default=None, converter=optional_date)
    note: str = field(default="", converter=plain)

    def __attrs_post_init__(self) -> None:
        if self.exclusive is None:
            object.__setattr__(self, "exclusive", self.kind is not ContestKind.STATE)
        if not self.title:
            object.__setattr__(self, "title", self.code)
        spanned(self)

    @property
    def span(self) -> Span:
        """The time in which the contest is on."""
        return spanned(self)

    def __repr__(self) -> str:
        return one_line(self, "code", "title", "kind", "exclusive", "since", "until")


@frozen
class Claimant:
    """Who claims, in one contest.

    Parameters
    ----------
    code : str
        Unique in a dossier. A claimant may itself take stances under this code.
    contest : str
        The code of the contest.
    name : str, optional
    actor : str, optional
        The code of the actor who is this claimant (Serbia in the contest over Kosovo); it is
        then no member of a coalition in that contest.
    since, until : PartialDate, date, str or None
        The life of the claim. Outside it every stance is absent as ``not-yet``.
    traits : iterable of str
        Such as ``incumbent``, ``elected``, ``holds-territory``, ``secessionist``,
        ``parent-state``, ``un-seat``.
    note : str

    Raises
    ------
    InputError
        On a malformed code, a date that does not exist, an end before its beginning.

    Examples
    --------
    >>> Claimant("guaido", "venezuela-presidency", "Juan Guaidó", since="2019-01-23")
    Claimant(code='guaido', contest='venezuela-presidency', name='Juan Guaidó', since=2019-01-23)
    """

    code: str = field(converter=read_code)
    contest: str = field(converter=read_code)
    name: str = field(default="", converter=plain)
    actor: str = field(default="", converter=optional_code)
    since: PartialDate | None = field(default=None, converter=optional_date)
    until: PartialDate | None = field(default=None, converter=optional_date)
    traits: tuple[str, ...] = field(default=(), converter=slugs)
    note: str = field(default="", converter=plain)

    def __attrs_post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.code)
        spanned(self)

    @property
    def span(self) -> Span:
        """The life of the claim."""
        return spanned(self)

    def __repr__(self) -> str:
        return one_line(self, "code", "contest", "name", "actor", "since", "until", "traits")


def _year(given: int | str) -> int:
    if isinstance(given, str):
        year = int(given) if re.fullmatch(r"\d{4}", given, re.ASCII) else 0
    else:
        is_whole = isinstance(given, numbers.Integral) and not isinstance(given, bool)
        year = int(given) if is_whole else 0
    if not 1 <= year <= 9999:
        shown = f"{given!r:.40}" if abs(year) < 10**9 else "..."
        raise InputError(f"year={shown} is not a year of four digits")
    return year


def _heaviness(given: object) -> float:
    return number(given, 0, 1e300, "value")


def _standard_error(given: object) -> float | None:
    return None if given is None or given == "" else number(given, 0, 1e300, "standard_error")


@frozen
class Weight:
    """How heavy an actor is: its population, product or vote in one year.

    >>> Weight("VUT", "un_member", 2019, 1)
    Weight(actor='VUT', name='un_member', year=2019, value=1.0)
    """

    actor: str = field(converter=read_code)
    name: str = field(converter=read_code)
    year: int = field(converter=_year)
    value: float = field(converter=_heaviness)
    standard_error: float | None = field(default=None, converter=_standard_error)
    source: str = field(default="", converter=optional_code)

    def __repr__(self) -> str:
        return one_line(self, "actor", "name", "year", "value", "standard_error")
