"""What is said: stances, their channels, degrees, absences and acts, and the evidence for them."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from attrs import evolve, field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.dates import PartialDate, Span
from stancekit.records.fields import (
    number,
    one_line,
    optional_code,
    optional_date,
    plain,
    read_choice,
    read_code,
    spanned,
    texts,
)

__all__ = [
    "GENERAL_KNOWLEDGE",
    "RECOGNITION",
    "Absence",
    "Act",
    "Channel",
    "Evidence",
    "Ladder",
    "Source",
    "Stance",
]

#: The id of the one source for facts that are believed without having been looked up.
GENERAL_KNOWLEDGE = "general-knowledge"

#: The least value that counts as recognition: the step ``recognises de facto``.
RECOGNITION = 0.75


class Channel(enum.StrEnum):
    """Where a stance shows; the order is the order in which ``Dossier.at`` listens.

    >>> Channel("vote") is Channel.VOTE
    True
    """

    RECOGNITION = "recognition"
    RELATIONS = "relations"
    STATEMENT = "statement"
    VOTE = "vote"
    AID = "aid"
    FORCE = "force"
    SANCTION = "sanction"
    REPORTED = "reported"


class Absence(enum.StrEnum):
    """Why there is no value. An absence is never zero.

    >>> [absence.value for absence in Absence]
    [..., 'divided', 'suspended', 'withdrawn']
    """

    UNKNOWN = "unknown"
    NO_STATEMENT = "no-statement"
    ABSENT = "absent"
    NOT_APPLICABLE = "not-applicable"
    NOT_YET = "not-yet"
    DIVIDED = "divided"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class Act(enum.StrEnum):
    """What a record does to a stance: the grammar of reversals.

    ``take`` sets it; one that says what stands already only confirms it. ``suspend`` and
    ``withdraw`` leave a typed absence from their day on; a second report of the same
    interruption confirms it. ``rescind`` undoes the last interruption, and what stood before
    it stands again. ``void`` says that the stance never had effect, from the day on which it
    was taken: what stood before it stood all along, or else it counts as withdrawn.

    An act comes after what it acts on. Where dates leave the order open and there would
    otherwise be nothing to act on (withdrawn in 2018, recognised some day in 2018), that
    decides it; and once an act has surely happened, what it undid no longer holds, however
    vaguely dated. In the channel ``reported``, acts are told apart by who claims them.

    >>> Act("withdraw")
    <Act.WITHDRAW: 'withdraw'>
    """

    TAKE = "take"
    SUSPEND = "suspend"
    WITHDRAW = "withdraw"
    RESCIND = "rescind"
    VOID = "void"


@frozen
class Source:
    """Where a fact was published.

    >>> Source("FP-2019", "Foreign Policy", date="2019-02-06").cite()
    'Foreign Policy, 2019-02-06.'
    """

    id: str = field(converter=read_code)
    publisher: str = field(default="", converter=plain)
    title: str = field(default="", converter=plain)
    date: PartialDate | None = field(default=None, converter=optional_date)
    address: str = field(default="", converter=plain)

    def cite(self) -> str:
        """One line for a list of references."""
        parts = [self.publisher or self.id, self.title and f'"{self.title}"', str(self.date or "")]
        line = ", ".join(part for part in parts if part) + "."
        return f"{line} {self.address}" if self.address else line

    def __repr__(self) -> str:
        return one_line(self, "id", "publisher", "title", "date", "address")


def read_chain(given: str | Iterable[str]) -> tuple[str, ...]:
    """Read who passed it on, first speaker first, ``>`` between in text."""
    links = tuple(plain(part.strip()) for part in texts(given, ">", "a chain"))
    if links == ("",):
        return ()
    if not all(links) or any(">" in link for link in links):
        raise InputError(f"via={given!r} has an empty link; write first speaker > next > last")
    return links


def _source(given: Source | str) -> Source:
    return given if isinstance(given, Source) else Source(given)


def _confidence(given: object) -> float | None:
    return None if given is None or given == "" else number(given, 0, 1, "confidence")


@frozen
class Evidence:
    """What a stance rests on: a source, who passed it on, and how far it is trusted.

    Parameters
    ----------
    source : Source or str
        The source, or its id.
    via : iterable of str, or str with ``>`` between
        Who passed it on before the source, first speaker first: ``Pompeo > CNN > Reuters``.
    confidence : float, optional
        In [0, 1]; None where nobody has judged it.

    Raises
    ------
    InputError
        On an empty link in the chain or a confidence outside [0, 1].

    Examples
    --------
    Two newspapers that quote one agency are one source.

    >>> paris = Evidence("le-monde", via="Reuters")
    >>> madrid = Evidence("el-pais", via="Reuters")
    >>> paris.origin, paris.independent_of(madrid)
    ('Reuters', False)
    """

    source: Source = field(converter=_source)
    via: tuple[str, ...] = field(default=(), converter=read_chain)
    confidence: float | None = field(default=None, converter=_confidence)

    @property
    def date(self) -> PartialDate | None:
        """The day on which the source was published."""
        return self.source.date

    @property
    def chain(self) -> tuple[str, ...]:
        """Everyone through whom it passed, the source last."""
        return (*self.via, self.source.id)

    @property
    def origin(self) -> str:
        """Who said it first: the head of the chain."""
        return self.chain[0]

    def independent_of(self, other: Evidence) -> bool:
        """Do the two chains share nobody?"""
        return not set(self.chain) & set(other.chain)

    @property
    def is_general_knowledge(self) -> bool:
        """Was the fact entered without a source?"""
        return self.source.id == GENERAL_KNOWLEDGE

    def __repr__(self) -> str:
        trust = "" if self.confidence is None else f", confidence={self.confidence:g}"
        return f"Evidence({' > '.join(self.chain)}{trust})"


def _evidence(given: Evidence | Source | str | None) -> Evidence | None:
    return given if given is None or isinstance(given, Evidence) else Evidence(given)


def _degree(given: object) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or not given:
        raise InputError(f"degree={given!r} is no name of a step; a number goes into value=")
    return plain(given)


def _value(given: object) -> float | None:
    return None if given is None else number(given, -1, 1, "value")


def _absence(text: str | None) -> Absence | None:
    return None if text is None else read_choice(Absence, text)


def _channel(text: str) -> Channel:
    return read_choice(Channel, text)


def _act(text: str) -> Act:
    return read_choice(Act, text)


@frozen
class Stance:
    """One actor toward one claimant or actor, in one channel, from a date.

    Parameters
    ----------
    actor, toward : str
        Codes of an actor or claimant each.
    degree : str, optional
        A step of the dossier's ladder, such as ``recognises``.
    value : float, optional
        A signed value in [-1, 1]; a dossier fills it in from the degree.
    absence : Absence or str, optional
        Why there is no value.
    channel : Channel or str
    since, until : PartialDate, date, str or None
        First and last day; a stance without ``until`` lasts until a later one replaces it.
    act : Act or str
        What the record does; ``take`` needs a degree, a value or an absence, the others none.
    evidence : Evidence, Source, str or None
    claimed_by : str, optional
        Who says so, where another speaks about the actor; the channel is then ``reported``.
    note : str

    Raises
    ------
    InputError
        Where a field is malformed, or fields contradict one another.

    Examples
    --------
    >>> Stance("DNK", "guaido", "recognises", since="2019-02-04", evidence="FP-2019")
    Stance(DNK -> guaido, recognition, recognises, since 2019-02-04, FP-2019)
    >>> Stance("eu", "guaido", absence="divided", since="2019-02-06")
    Stance(eu -> guaido, recognition, absence divided, since 2019-02-06)
    """

    actor: str = field(converter=read_code)
    toward: str = field(converter=read_code)
    degree: str | None = field(default=None, converter=_degree)
    value: float | None = field(default=None, converter=_value)
    absence: Absence | None = field(default=None, converter=_absence)
    channel: Channel = field(default=Channel.RECOGNITION, converter=_channel)
    since: PartialDate | None = field(default=None, converter=optional_date)
    until: PartialDate | None = field(default=None, converter=optional_date)
    act: Act = field(default=Act.TAKE, converter=_act)
    evidence: Evidence | None = field(default=None, converter=_evidence)
    claimed_by: str = field(default="", converter=optional_code)
    note: str = field(default="", converter=plain)

    def __attrs_post_init__(self) -> None:
        held = [self.degree is not None or self.value is not None, self.absence is not None]
        reason = contradiction(self.act, sum(held), self.channel, self.actor, self.claimed_by)
        if reason:
            raise InputError(reason)
        spanned(self)

    @property
    def span(self) -> Span:
        """From the first day to the last."""
        return spanned(self)

    @property
    def position(self) -> str:
        """What the record says, in words: a degree, a value, an absence or an act."""
        if self.act is not Act.TAKE:
            return str(self.act)
        if self.absence is not None:
            return f"absence {self.absence}"
        return self.degree if self.degree is not None else f"{self.value:+g}"

    def __repr__(self) -> str:
        parts = [f"{self.actor} -> {self.toward}", str(self.channel), self.position]
        parts += [f"since {self.since}"] if self.since else []
        parts += [f"until {self.until}"] if self.until else []
        parts += [" > ".join(self.evidence.chain)] if self.evidence else []
        parts += [f"claimed by {self.claimed_by}"] if self.claimed_by else []
        return f"Stance({', '.join(parts)})"


def contradiction(act: Act, held: int, channel: Channel, actor: str, claimed_by: str) -> str:
    """Say what is wrong between the fields of one stance; empty where nothing is."""
    if act is Act.TAKE and held != 1:
        return (
            f"{'none' if held == 0 else 'more than one'} of degree, value and absence is filled; "
            "a stance that is taken has exactly one"
        )
    if act is not Act.TAKE and held:
        return f"act={act} with a degree, value or absence; only act=take has one"
    if claimed_by and claimed_by != actor and channel is not Channel.REPORTED:
        return (
            f"claimed_by={claimed_by} in channel={channel}; what another says about {actor} "
            "goes into channel=reported"
        )
    return ""


def _steps(given: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    try:
        pairs = [(name, value) for name, value in given]
    except (TypeError, ValueError):
        raise InputError(f"{given!r} is no ladder; a ladder is pairs of name and value") from None
    steps = [(plain(name), number(value, -1, 1, f"the step {name!r}")) for name, value in pairs]
    names = [name for name, _ in steps]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise InputError(f"the ladder names {sorted(doubled)[0]!r} twice")
    if not all(names):
        raise InputError("a step of the ladder has no name")
    return tuple(sorted(steps, key=lambda step: (step[1], step[0])))


@frozen
class Ladder:
    """The named degrees of a stance and their values, editable by the author of a dossier.

    >>> ladder = Ladder.standard()
    >>> ladder.value("recognises de facto")
    0.75
    >>> ladder.with_step("sends a congratulation", 0.6).value("sends a congratulation")
    0.6
    """

    steps: tuple[tuple[str, float], ...] = field(converter=_steps)

    @classmethod
    def standard(cls) -> Ladder:
        """Return the ladder that a dossier has unless it brings its own."""
        return _STANDARD

    def value(self, degree: str) -> float:
        """Give the value of a step.

        Raises
        ------
        UnknownNameError
            If the ladder has no such step.
        """
        found = dict(self.steps).get(degree)
        if found is None:
            names = [name for name, _ in self.steps]
            close = nearest(degree, names)
            raise UnknownNameError("degree", degree, close or names)
        return found

    def with_step(self, name: str, value: float) -> Ladder:
        """Add a step, or move the one of this name."""
        return evolve(self, steps=(*(s for s in self.steps if s[0] != name), (name, value)))

    def without(self, name: str) -> Ladder:
        """Take a step away."""
        self.value(name)
        return evolve(self, steps=tuple(step for step in self.steps if step[0] != name))


_STANDARD = Ladder(
    (
        ("declares illegitimate", -1.0),
        ("rejects", -0.75),
        ("criticises", -0.5),
        ("declared neutral", 0.0),
        ("keeps contact", 0.25),
        ("supports", 0.5),
        ("recognises de facto", 0.75),
        ("recognises", 1.0),
    )
)
