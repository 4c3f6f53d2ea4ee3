"""Hypothesis strategies for single records: dates, actors, contests, sources, stances.

Every value is valid by construction.  What is optional is drawn as "nothing, or something", with
nothing first, so that records shrink to their required fields and one-letter codes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from stancekit.records.dates import PartialDate, Span
from stancekit.records.model import (
    Actor,
    ActorKind,
    Claimant,
    Contest,
    ContestKind,
    Membership,
    Weight,
)
from stancekit.records.stance import (
    GENERAL_KNOWLEDGE,
    Absence,
    Act,
    Channel,
    Evidence,
    Ladder,
    Source,
    Stance,
)

__all__ = [
    "actors",
    "claimants",
    "contests",
    "evidence",
    "ladders",
    "memberships",
    "partial_dates",
    "sources",
    "spans",
    "stances",
    "weights",
]

_T = TypeVar("_T")

_FIRST, _LAST = datetime.date(1945, 1, 1), datetime.date(2025, 12, 31)

#: Texts on which readers and writers stumble: markup, quotation, what other programs take for a
#: number, a date or nothing, signs of two code points, line separators that are no line ends.
_AWKWARD = (
    "Côte d'Ivoire",
    "Cote d\u2019Ivoire (e\u0301)",
    '<b>"bold" & plain</b>',
    "one, two; three | four",
    "NA",
    "nan",
    "null",
    "0012",
    "1e5",
    "2019-02",
    " spaces ",
    "`quoted`",
    "Россия 中国 السعودية",
    "a\u2028b\ufeff",
)
#: Neither control characters nor lone surrogates, which ``plain`` refuses.
_LETTERS = st.characters(exclude_categories=("Cc", "Cs"))
_INITIALS = st.characters(exclude_categories=("Cc", "Cs", "Z"), exclude_characters="=+-@>")
_SLUG = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#: Steps of the ladder first, then all hundredths: one list shrinks better than two.
_STEPS = (1.0, -1.0, 0.0, 0.5, -0.5, 0.25, 0.75, -0.75)
_VALUES = tuple(dict.fromkeys((*_STEPS, *(k / 100 for k in range(-100, 101)))))
_TRAITS = ("incumbent", "elected", "holds-territory", "secessionist", "parent-state", "un-seat")


def _days(min_value: datetime.date, max_value: datetime.date) -> st.SearchStrategy[datetime.date]:
    for name, day in (("min_value", min_value), ("max_value", max_value)):
        if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
            raise InvalidArgument(f"{name}={day!r} is no datetime.date")
    if min_value > max_value:
        raise InvalidArgument(f"need {min_value=} <= {max_value=}")
    return st.dates(min_value, max_value)


def _pool(name: str, given: Iterable[str]) -> tuple[str, ...]:
    pool = tuple(given)
    if isinstance(given, str) or not pool or not all(isinstance(code, str) for code in pool):
        raise InvalidArgument(f"{name}={given!r} is not a sequence of one or more codes")
    return pool


def _codes(name: str, given: Iterable[str] | None, plainest: str) -> st.SearchStrategy[str]:
    """Codes of a pool, the first first; or any code, the plainest first."""
    if given is not None:
        return st.sampled_from(_pool(name, given))
    rest = st.text(_SLUG + "._-", max_size=63)
    return st.just(plainest) | st.builds("".join, st.tuples(st.sampled_from(_SLUG), rest))


def _texts() -> st.SearchStrategy[str]:
    free = st.builds("".join, st.tuples(_INITIALS, st.text(_LETTERS, max_size=20)))
    return st.just("") | st.sampled_from(_AWKWARD) | free


def _traits() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(_TRAITS), max_size=2, unique=True).map(tuple)


def _optional(strategy: st.SearchStrategy[_T]) -> st.SearchStrategy[_T | None]:
    return st.none() | strategy


@st.composite
def _written(draw: st.DrawFn, day: datetime.date) -> PartialDate:
    """A date that may be this day: to the day, the month, the year, or within a range."""
    form = draw(st.sampled_from(("day", "month", "year", "range", "until", "from")))
    length = {"day": 10, "month": 7, "year": 4}
    if form in length:
        mark = draw(st.sampled_from(("", "~", "?", "%")))
        return PartialDate.parse(day.isoformat()[: length[form]] + mark)
    ends = []
    for side, way in (("from", -1), ("until", 1)):
        if form not in (side, "range"):
            ends.append("")
            continue
        room = min(400, (day - datetime.date.min if way < 0 else datetime.date.max - day).days)
        other = day + datetime.timedelta(days=way * draw(st.integers(0, room)))
        ends.append(other.isoformat()[: draw(st.sampled_from((10, 7, 4)))])
    return PartialDate.parse(f"[{ends[0]}..{ends[1]}]")


def partial_dates(
    *, min_value: datetime.date = _FIRST, max_value: datetime.date = _LAST
) -> st.SearchStrategy[PartialDate]:
    """Dates known to the day, month or year, or within a range; with every qualifier.

    Each is what some day from ``min_value`` to ``max_value`` may be written as. Shrinks
    to 2000-01-01, or the nearest day to it.

    >>> from hypothesis import find
    >>> find(partial_dates(), lambda day: True)
    PartialDate('2000-01-01')
    >>> find(partial_dates(), lambda day: day.earliest is None)
    PartialDate('[..2000-01-01]')
    """
    return _days(min_value, max_value).flatmap(_written)


@st.composite
def _spanned(
    draw: st.DrawFn, min_value: datetime.date, max_value: datetime.date
) -> tuple[PartialDate | None, PartialDate | None]:
    """First and last day, in order: each is written around a day, and the days are sorted."""
    shape, count = draw(st.sampled_from((("", 0), ("since", 1), ("until", 1), ("both", 2))))
    days = sorted(draw(st.dates(min_value, max_value)) for _ in range(count))
    ends = [draw(_written(day)) for day in days]
    since = ends[0] if shape in ("since", "both") else None
    return since, ends[-1] if shape in ("until", "both") else None


def spans(
    *, min_value: datetime.date = _FIRST, max_value: datetime.date = _LAST
) -> st.SearchStrategy[Span]:
    """Stretches of time, open at both ends, at one, or at none; never surely backward.

    Shrinks to the span that is open at both ends.

    >>> from hypothesis import find
    >>> find(spans(), lambda span: span.since and span.until)
    Span(since=PartialDate('2000-01-01'), until=PartialDate('2000-01-01'))
    """
    _days(min_value, max_value)
    return _spanned(min_value, max_value).map(lambda ends: Span(*ends))


@st.composite
def _build(
    draw: st.DrawFn,
    make: Any,
    days: tuple[datetime.date, datetime.date],
    fields: dict[str, st.SearchStrategy[Any]],
) -> Any:
    """A record of the fields, and of a span."""
    held = {name: draw(strategy) for name, strategy in fields.items()}
    since, until = draw(_spanned(*days))
    return make(**held, since=since, until=until)


def _dated(
    make: Any,
    min_value: datetime.date,
    max_value: datetime.date,
    **fields: st.SearchStrategy[Any],
) -> st.SearchStrategy[Any]:
    _days(min_value, max_value)
    return _build(make, (min_value, max_value), fields)


def actors(
    *,
    codes: Iterable[str] | None = None,
    min_value: datetime.date = _FIRST,
    max_value: datetime.date = _LAST,
) -> st.SearchStrategy[Actor]:
    """States, blocs, organisations and factions, with or without span, traits and note.

    Codes are of ``codes``, or any; dates lie as in `partial_dates`.

    Shrinks to a state with the first code and nothing else.

    >>> from hypothesis import find
    >>> find(actors(), lambda actor: actor.kind == "bloc")
    Actor(code='A', name='A', kind='bloc')
    """
    return _dated(
        Actor,
        min_value,
        max_value,
        code=_codes("codes", codes, "A"),
        name=_texts(),
        kind=st.sampled_from(ActorKind),
        traits=_traits(),
        note=_texts(),
    )


def memberships(
    *,
    codes: Iterable[str] = ("A", "B", "C"),
    sources: Iterable[str] | None = None,
    min_value: datetime.date = _FIRST,
    max_value: datetime.date = _LAST,
) -> st.SearchStrategy[Membership]:
    """Memberships of one of the codes in another.

    Parameters
    ----------
    codes : iterable of str
        Two codes or more, of actors.
    sources : iterable of str, optional
        Ids of sources to choose from.
    min_value, max_value : datetime.date
        Where dates lie, as in `partial_dates`.

    Shrinks to the first code being a member of the second, at all times.

    >>> from hypothesis import find
    >>> find(memberships(), lambda membership: True)
    Membership(member='A', bloc='B')
    """
    pool = tuple(dict.fromkeys(_pool("codes", codes)))
    if len(pool) < 2:
        raise InvalidArgument(f"codes={pool!r} is one code; no actor is a member of itself")
    ids = st.just("") if sources is None else st.just("") | st.sampled_from(_pool("s", sources))
    pairs = [(one, other) for one in pool for other in pool if one != other]

    def joined(pair: tuple[str, str], **rest: Any) -> Membership:
        return Membership(*pair, **rest)

    return _dated(
        joined, min_value, max_value, pair=st.sampled_from(pairs), source=ids, note=_texts()
    )


def contests(
    *,
    codes: Iterable[str] | None = None,
    min_value: datetime.date = _FIRST,
    max_value: datetime.date = _LAST,
) -> st.SearchStrategy[Contest]:
    """Contests of every kind, exclusive or not, whatever the kind's own default.

    Shrinks to a contest over a government.

    >>> from hypothesis import find
    >>> find(contests(), lambda contest: not contest.exclusive)
    Contest(code='seat', title='seat', kind='government', exclusive=False)
    """
    return _dated(
        Contest,
        min_value,
        max_value,
        code=_codes("codes", codes, "seat"),
        title=_texts(),
        kind=st.sampled_from(ContestKind),
        exclusive=st.sampled_from((True, False)),
        note=_texts(),
    )


def claimants(
    *,
    codes: Iterable[str] | None = None,
    contests: Iterable[str] = ("seat",),
    actors: Iterable[str] | None = None,
    min_value: datetime.date = _FIRST,
    max_value: datetime.date = _LAST,
) -> st.SearchStrategy[Claimant]:
    """Claimants in one of the contests, some of them actors at the same time.

    Parameters
    ----------
    codes : iterable of str, optional
        The codes to choose from; any code if left out.
    contests : iterable of str
        Codes of contests to choose from.
    actors : iterable of str, optional
        Codes of the actors that a claimant may be; none if left out.
    min_value, max_value : datetime.date
        Where dates lie, as in `partial_dates`.

    Shrinks to the first code in the first contest, who has always claimed.

    >>> from hypothesis import find
    >>> find(claimants(), lambda claimant: True)
    Claimant(code='x', contest='seat', name='x')
    """
    who = st.just("") if actors is None else st.just("") | st.sampled_from(_pool("actors", actors))
    return _dated(
        Claimant,
        min_value,
        max_value,
        code=_codes("codes", codes, "x"),
        contest=st.sampled_from(_pool("contests", contests)),
        name=_texts(),
        actor=who,
        traits=_traits(),
        note=_texts(),
    )


def weights(
    *,
    actors: Iterable[str] | None = None,
    names: Iterable[str] = ("population", "gdp", "un_member"),
    min_year: int = 1998,
    max_year: int = 2003,
) -> st.SearchStrategy[Weight]:
    """Weights of actors: nothing, one, fractions and billions, with or without an error.

    Shrinks to the population 0 of the first actor in 2000, or the nearest year to it.

    >>> from hypothesis import find
    >>> find(weights(), lambda weight: weight.value > 0)
    Weight(actor='A', name='population', year=2000, value=1.0)
    """
    if not 1 <= min_year <= max_year <= 9999:
        raise InvalidArgument(f"need 1 <= {min_year=} <= {max_year=} <= 9999")
    amounts = st.sampled_from((0.0, 1.0, 2.0, 0.1, 1e6, 21_439e9)) | st.floats(0, 1e15)
    years = sorted(range(min_year, max_year + 1), key=lambda year: abs(year - 2000))
    return st.builds(
        Weight,
        actor=_codes("actors", actors, "A"),
        name=st.sampled_from(_pool("names", names)),
        year=st.sampled_from(years),
        value=amounts,
        standard_error=_optional(amounts),
    )


def sources(
    *,
    ids: Iterable[str] | None = None,
    min_value: datetime.date = _FIRST,
    max_value: datetime.date = _LAST,
) -> st.SearchStrategy[Source]:
    """Sources, bare or with publisher, title, date and address; general knowledge among them.

    Shrinks to a bare id.

    >>> from hypothesis import find
    >>> find(sources(), lambda source: source.date is not None)
    Source(id='s', date=2000-01-01)
    """
    days = _days(min_value, max_value)
    codes = _codes("ids", ids, "s")
    return st.builds(
        Source,
        id=codes if ids is not None else codes | st.just(GENERAL_KNOWLEDGE),
        publisher=_texts(),
        title=_texts(),
        date=_optional(days.flatmap(_written)),
        address=_texts(),
    )


_ANY_SOURCE = sources()


def evidence(*, sources: Iterable[Source | str] | None = None) -> st.SearchStrategy[Evidence]:
    """Evidence: a source, a chain of up to three links, a confidence or none.

    Parameters
    ----------
    sources : iterable of Source or str, optional
        What to choose from; the strategy of this name if left out.

    Shrinks to a bare source without chain and confidence.

    >>> from hypothesis import find
    >>> find(evidence(), lambda found: found.via)
    Evidence(Reuters > s)
    """
    given = None if sources is None else tuple(sources)
    if given == ():
        raise InvalidArgument("sources is empty; evidence has a source")
    link = st.sampled_from(("Reuters", "CNN", "Pompeo", "a minister, unnamed")) | _INITIALS
    return st.builds(
        Evidence,
        source=_ANY_SOURCE if given is None else st.sampled_from(given),
        via=st.lists(link, max_size=3).map(tuple),
        confidence=_optional(st.sampled_from((1.0, 0.5, 0.0, 0.85)) | st.floats(0, 1)),
    )


def ladders() -> st.SearchStrategy[Ladder]:
    """Ladders of degrees: the standard one, or own steps, one to five of them.

    Shrinks to the standard ladder; one of one's own to the single step ``recognises``, 1.

    >>> from hypothesis import find
    >>> find(ladders(), lambda ladder: ladder != Ladder.standard())
    Ladder(steps=(('recognises', 1.0),))
    """
    names = (
        st.sampled_from(("recognises", "welcomes", "rejects", "is silent, but pays")) | _INITIALS
    )
    step = st.tuples(names, st.sampled_from(_VALUES))
    own = st.lists(step, min_size=1, max_size=5, unique_by=lambda step: step[0])
    return st.just(Ladder.standard()) | own.map(lambda steps: Ladder(tuple(steps)))


@st.composite
def _stances(
    draw: st.DrawFn,
    speakers: tuple[str, ...],
    targets: st.SearchStrategy[str],
    said: st.SearchStrategy[dict[str, Any]],
    proof: st.SearchStrategy[Evidence | None],
    days: tuple[datetime.date, datetime.date],
) -> Stance:
    actor, toward = draw(st.sampled_from(speakers)), draw(targets)
    what = draw(said)
    channel = draw(st.sampled_from(Channel))
    # Who says so: another only where the channel is reported; the actor itself anywhere.  By
    # place, so that a simpler actor leaves someone else to say it.
    tellers = ("", actor, *(code for code in speakers if code != actor))
    claimed_by = tellers[draw(st.integers(0, len(tellers) - 1 if channel == "reported" else 1))]
    since, until = draw(_spanned(*days))
    return Stance(
        actor,
        toward,
        **what,
        channel=channel,
        since=since,
        until=until,
        evidence=draw(proof),
        claimed_by=claimed_by,
        note=draw(_texts()),
    )


def stances(
    *,
    actors: Iterable[str] = ("A", "B", "C"),
    targets: Iterable[str] = ("x", "y", "A"),
    ladder: Ladder | None = None,
    sources: Iterable[Source | str] | None = None,
    min_value: datetime.date = _FIRST,
    max_value: datetime.date = _LAST,
) -> st.SearchStrategy[Stance]:
    """Stances: every channel, act and absence, degrees and values, evidence or none.

    Parameters
    ----------
    actors : iterable of str
        Codes that take a stance, and that say what another holds (``claimed_by``).
    targets : iterable of str
        Codes toward which they take it.
    ladder : Ladder, optional
        Whose degrees there are; the standard one if left out.
    sources : iterable of Source or str, optional
        What evidence rests on, as in `evidence`.
    min_value, max_value : datetime.date
        Where dates lie, as in `partial_dates`.

    Shrinks to the first actor recognising the first target, undated and without evidence.

    >>> from hypothesis import find
    >>> find(stances(), lambda stance: True)
    Stance(A -> x, recognition, recognises)
    >>> find(stances(), lambda stance: stance.claimed_by not in ("", stance.actor))
    Stance(A -> x, reported, recognises, claimed by B)
    """
    _days(min_value, max_value)
    steps = (Ladder.standard() if ladder is None else ladder).steps
    degrees = [{"degree": name} for name, _ in reversed(steps)]
    said: st.SearchStrategy[dict[str, Any]] = st.one_of(
        *([st.sampled_from(degrees)] if degrees else []),
        st.sampled_from(_VALUES).map(lambda value: {"value": value}),
        st.sampled_from([{"absence": absence} for absence in Absence]),
        st.sampled_from([{"act": act} for act in Act if act is not Act.TAKE]),
    )
    return _stances(
        _pool("actors", actors),
        st.sampled_from(_pool("targets", targets)),
        said,
        _optional(evidence(sources=sources)),
        (min_value, max_value),
    )
