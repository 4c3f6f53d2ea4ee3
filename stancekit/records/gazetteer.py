"""Names and codes to states and other actors, strictly: the one that is listed, or an error."""

from __future__ import annotations

import contextlib
import csv
import datetime
import functools
import html
import importlib.resources
import operator
import re
from collections.abc import Iterable, Iterator

from attrs import field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.dates import PartialDate, Span
from stancekit.records.entries import Designation, Entry, EntryKind, Scheme, name_key
from stancekit.records.fields import read_choice

__all__ = ["AmbiguousNameError", "Gazetteer"]

_Day = PartialDate | datetime.date | str

_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_ALWAYS = Span()
_LONGEST = 120  # no listed name is near it; longer text is cut in messages and never compared
_UNNAMED = (Scheme.CODE, Scheme.ISO3, Scheme.ISO2, Scheme.NAME)


class AmbiguousNameError(UnknownNameError):
    """A name or code that several entries bear, or that one bears at other times only.

    Parameters
    ----------
    name : str
        The text as it was given.
    reason : str
        Why it cannot be settled, and what would settle it.
    candidates : iterable of str
        Own codes of the entries that it may mean.

    Examples
    --------
    >>> Gazetteer.standard().resolve("Korea")
    Traceback (most recent call last):
        ...
    stancekit.records.gazetteer.AmbiguousNameError: 'Korea' may be KOR (South Korea, 1948-08-15/..)
    or PRK (North Korea, 1948-09-09/..); give one of these codes, or on= a day that settles it
    """

    def __init__(self, name: str, reason: str, candidates: Iterable[str]) -> None:
        self.reason = reason
        self.candidates = tuple(candidates)
        super().__init__("name", name, self.candidates)

    def __str__(self) -> str:
        return f"{self.name!r} {self.reason}"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.name, self.reason, self.candidates)


@frozen
class _Bearer:
    """An entry under one key of one scheme, and when the key means it."""

    entry: Entry
    spans: tuple[Span, ...]
    standing: bool = True
    shared: bool = False

    def on(self, day: PartialDate) -> bool | None:
        answers = [span.covers(day) for span in self.spans]
        if True in answers:
            return True
        return None if None in answers else False

    def __str__(self) -> str:
        spans = "".join(f", {span}" for span in self.spans if span != _ALWAYS)
        return f"{self.entry.code} ({self.entry.name}{spans})"


_Index = dict[tuple[Scheme, str], tuple[_Bearer, ...]]


def _bearings(entry: Entry) -> Iterator[tuple[Scheme, str, _Bearer]]:
    """Everything that the entry goes by, as it is written."""
    own = _Bearer(entry, (entry.span,))
    cow = _Bearer(entry, entry.cow_spans or (_ALWAYS,))
    gw = _Bearer(entry, entry.gw_spans or (_ALWAYS,))
    for scheme, code, bearer in (
        (Scheme.CODE, entry.code, own),
        (Scheme.ISO3, entry.iso3, own),
        (Scheme.ISO2, entry.iso2, own),
        (Scheme.COW, entry.cow, cow),
        (Scheme.COW_ABBREVIATION, entry.cow_abbreviation, cow),
        (Scheme.GW, entry.gw, gw),
        (Scheme.GW_ABBREVIATION, entry.gw_abbreviation, gw),
    ):
        if code is not None:
            yield scheme, str(code), bearer
    slug = (entry.code,) if entry.code.islower() else ()
    for name in (entry.name, *entry.aliases, *slug):
        yield Scheme.NAME, name, own
    for name in entry.shared:
        yield Scheme.NAME, name, _Bearer(entry, (entry.span,), shared=True)
    for extra in entry.dated:
        standing = extra.span == _ALWAYS
        yield extra.scheme, extra.text, _Bearer(entry, (extra.span,), standing)


def _key(scheme: Scheme, text: str) -> str:
    """The form in which a text is looked up: what it shares with what it equals."""
    if scheme is Scheme.NAME:
        return name_key(text)
    if scheme in (Scheme.COW, Scheme.GW) and _NUMBER.fullmatch(text):
        return str(int(text))
    return text


def _apart(one: _Bearer, other: _Bearer) -> bool:
    """Do the two surely never bear their key on one day?"""
    return all(
        (a.until is not None and b.since is not None and a.until.before(b.since) is True)
        or (b.until is not None and a.since is not None and b.until.before(a.since) is True)
        for a in one.spans
        for b in other.spans
    )


def _index(entries: tuple[Entry, ...]) -> _Index:
    """Every key with its bearers; refuses what could never be resolved."""
    found: dict[tuple[Scheme, str], list[_Bearer]] = {}
    for entry in entries:
        for scheme, text, bearer in _bearings(entry):
            bearers = found.setdefault((scheme, _key(scheme, text)), [])
            if bearer not in bearers:
                bearers.append(bearer)
    for (scheme, key), bearers in found.items():
        standing = [bearer for bearer in bearers if bearer.standing]
        pairs = [(a, b) for i, a in enumerate(standing) for b in standing[:i]]
        if not pairs:
            continue
        if scheme is Scheme.NAME:
            refused = any(not (a.shared and b.shared) for a, b in pairs)
            advice = "a name that several entries bear is listed as shared in each of them"
        elif scheme is Scheme.CODE:
            refused, advice = True, "an own code is given once"
        else:
            refused = any(not _apart(a, b) for a, b in pairs)
            advice = "two entries may bear one code or number only in turn"
        if refused:
            raise InputError(f"{scheme.value} {key!r} is given to {_either(standing)}; {advice}")
    # A text without a scheme is read as a code and as a name; the two must not disagree.
    for (scheme, key), bearers in found.items():
        if scheme in (Scheme.CODE, Scheme.ISO2, Scheme.ISO3):
            for named in found.get((Scheme.NAME, name_key(key)), ()):
                if any(named.entry.code != bearer.entry.code for bearer in bearers):
                    raise InputError(
                        f"name {key!r} of {named.entry.code} is the {scheme.value} code of "
                        f"{_either(bearers)}; leave it out of the names"
                    )
    return {key: tuple(bearers) for key, bearers in found.items()}


def _either(bearers: Iterable[_Bearer]) -> str:
    return " or ".join(str(bearer) for bearer in bearers)


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    given = tuple(entries)
    for entry in given:
        if not isinstance(entry, Entry):
            raise InputError(f"{entry!r} is {type(entry).__name__}, not an Entry")
    return tuple(sorted(given, key=lambda entry: entry.code))


@frozen
class Gazetteer:
    """Entries, and the strict way from a name or a code to one of them.

    The standard one holds every state that the lists of the Correlates of War project [1]_
    and of Gleditsch and Ward [2]_ count on or after 1 January 1945, former states as themselves,
    the dependent territories of ISO 3166, and contested and collective actors that no list of
    states has. A disputed entry is never another state: Taiwan is not China, Crimea is neither
    Russia nor Ukraine.

    Parameters
    ----------
    entries : iterable of Entry
        Held sorted by code.

    Raises
    ------
    InputError
        If two entries have the same own code, share a name that is not listed as shared by
        both, bear one code or number at the same time, or if a name is another's ISO code.

    References
    ----------
    .. [1] Correlates of War Project (2017). "State System Membership List, v2016".
    .. [2] Gleditsch, K. S. and Ward, M. D. (1999). "A revised list of independent states since
       the Congress of Vienna". *International Interactions* 25(4), 393-413.
       doi:10.1080/03050629908434958

    Examples
    --------
    >>> world = Gazetteer.standard()
    >>> world.resolve("NA"), world.resolve("Burma").code
    (Entry(code='NAM', name='Namibia', kind='state'), 'MMR')
    >>> world.resolve("AUS").code, world.resolve("AUS", "cow-abbreviation").code
    ('AUS', 'AUT')

    The empty case, and the unknown:

    >>> len(Gazetteer(())), Gazetteer(()).on("2019-01-23")
    (0, ())
    >>> world.resolve("Kosova")
    Traceback (most recent call last):
        ...
    stancekit.errors.UnknownNameError: unknown code, iso3, iso2 or name 'Kosova'; did you mean
    'Kosovo'...?
    """

    entries: tuple[Entry, ...] = field(converter=_sorted)
    _found: _Index = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_found", _index(self.entries))

    @classmethod
    def standard(cls) -> Gazetteer:
        """The gazetteer that ships with stancekit; read once, when first asked for.

        >>> Gazetteer.standard() is Gazetteer.standard()
        True
        """
        return _standard()

    def resolve(
        self, text: str | int, scheme: Scheme | str | None = None, *, on: _Day | None = None
    ) -> Entry:
        """Find the one entry that goes by this text, or refuse.

        Parameters
        ----------
        text : str or int
            A name or a code. Names match without regard to case, accents and punctuation
            (`name_key`); codes match exactly; numbers may have leading zeros.
        scheme : Scheme or str, optional
            What to read the text as. Without it: the own code first, which nothing overrides;
            else ISO alpha-3, ISO alpha-2 and names together. COW and Gleditsch-Ward numbers
            and abbreviations are read only when their scheme is named.
        on : PartialDate, datetime.date or str, optional
            The day that is spoken of. Only entries that bear the text on that day are then
            found, or may do so where either date is known in part only. Without it, an entry's
            standing names and codes count, of any time.

        Raises
        ------
        UnknownNameError
            If nothing goes by the text; near names are suggested, never taken.
        AmbiguousNameError
            If more than one entry goes by it (COW 365 is the Soviet Union and then Russia), or
            if it does so at other times only.
        InputError
            If ``text`` is neither text nor a number, or the scheme or the day does not exist.

        Examples
        --------
        >>> world = Gazetteer.standard()
        >>> world.resolve(365, "cow", on="1962-10-27").name
        'Soviet Union'
        >>> world.resolve(365, "cow")
        Traceback (most recent call last):
            ...
        stancekit.records.gazetteer.AmbiguousNameError: '365' may be RUS (Russia, 1991-12-26/..) or
        SUN (Soviet Union, 1922-12-30/1991-12-25); give one of these codes, or on= a day that ...
        >>> world.resolve("Germany", on="1970-12-07")
        Traceback (most recent call last):
            ...
        stancekit.records.gazetteer.AmbiguousNameError: 'Germany' is DEU (Germany, 1990-10-03/..),
        not on 1970-12-07; give the code of the entry that is meant, without on=
        """
        text = _checked(text)
        schemes = _UNNAMED if scheme is None else (read_choice(Scheme, scheme),)
        day = None if on is None else PartialDate.of(on)
        known = [b for way in schemes for b in self._found.get((way, _key(way, text)), ())]
        if scheme is None and known and known[0].entry.code == text:
            known = known[:1]
        if day is None:
            found = [bearer for bearer in known if bearer.standing]
        else:
            found = [b for b in known if b.on(day) is not False and _alive(b, day)]
        if len({bearer.entry.code for bearer in found}) == 1:
            return found[0].entry
        if not known:
            raise self._unknown(text, schemes)
        codes = sorted({bearer.entry.code for bearer in (found or known)})
        if found:
            reason = f"may be {_either(_once(found))}; give one of these codes"
            reason += ", or on= a day that settles it" if _settled_by_day(found) else ""
        elif day is None:
            reason = f"is {_either(_once(known))}, and only then; give on= a day, or the code"
        else:
            reason = (
                f"is {_either(_once(known))}, not on {day}; give the code of the "
                "entry that is meant, without on="
            )
        raise AmbiguousNameError(text, reason, codes)

    def on(self, day: _Day, scheme: Scheme | str | None = None) -> tuple[Entry, ...]:
        """The states that existed on a day, as the COW or the Gleditsch-Ward list has it.

        Parameters
        ----------
        day : PartialDate, datetime.date or str
            A day known only in part finds the states that are listed on all of it.
        scheme : {"cow", "gw"}, optional
            Which list to ask; without it, a state is there if either list has it. Entries that
            neither list has (organisations, territories, most disputed ones) are never found.

        Examples
        --------
        >>> world = Gazetteer.standard()
        >>> [entry.code for entry in world.on("1989-11-09") if "German" in entry.name]
        ['DDR', 'west-germany']
        >>> len(world.on("2016-12-31", "cow")), len(world.on("2016-12-31", "gw"))
        (195, 197)
        """
        asked = None if scheme is None else read_choice(Scheme, scheme)
        if asked not in (None, Scheme.COW, Scheme.GW):
            raise InputError(f"scheme={scheme!r}; the lists of states are 'cow' and 'gw'")
        moment = PartialDate.of(day)
        found = []
        for entry in self.entries:
            spans = () if asked is Scheme.GW else entry.cow_spans
            spans += () if asked is Scheme.COW else entry.gw_spans
            if any(span.covers(moment) is True for span in spans):
                found.append(entry)
        return tuple(found)

    def with_entries(self, entries: Iterable[Entry]) -> Gazetteer:
        """A new gazetteer with these entries as well.

        >>> armed_forces = Entry("ven-armed-forces", "Armed forces of Venezuela", "organisation")
        >>> Gazetteer.standard().with_entries([armed_forces]).resolve("ven-armed-forces").name
        'Armed forces of Venezuela'
        """
        return Gazetteer((*self.entries, *entries))

    def _unknown(self, text: str, schemes: tuple[Scheme, ...]) -> UnknownNameError:
        *most, last = (scheme.value for scheme in schemes)
        what = f"{', '.join(most)} or {last}" if most else last
        if len(text) > _LONGEST:
            return UnknownNameError(what, text[:_LONGEST] + "...")
        key = name_key(text)
        known: dict[str, str] = {}
        for entry in self.entries if key else ():
            for scheme, listed, _ in _bearings(entry):
                if scheme in schemes:
                    known.setdefault(name_key(listed), listed)
        return UnknownNameError(what, text, [known[near] for near in nearest(key, known)])

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return f"Gazetteer({len(self.entries)} entries)"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{x}</th>" for x in ("code", "name", "kind", "COW", "G-W", "span"))
        shown = self.entries[:20]
        rows = "".join(
            "<tr>"
            + "".join(
                f"<td>{html.escape(str(cell))}</td>"
                for cell in (e.code, e.name, e.kind.value, e.cow or "", e.gw or "", e.span)
            )
            + "</tr>"
            for e in shown
        )
        more = len(self.entries) - len(shown)
        rest = f"<p>and {more} more</p>" if more else ""
        return f"<table><caption>{self!r}</caption><tr>{head}</tr>{rows}</table>{rest}"


def _alive(bearer: _Bearer, day: PartialDate) -> bool:
    return bearer.entry.span.covers(day) is not False


def _once(bearers: list[_Bearer]) -> Iterator[_Bearer]:
    """One bearer an entry, sorted by code."""
    first = {bearer.entry.code: bearer for bearer in reversed(bearers)}
    return (first[code] for code in sorted(first))


def _settled_by_day(bearers: list[_Bearer]) -> bool:
    return len({bearer.spans for bearer in bearers}) > 1


def _checked(text: object) -> str:
    if isinstance(text, str):
        return text
    if not isinstance(text, bool):
        with contextlib.suppress(TypeError):  # an integer of any kind, numpy's too
            return str(operator.index(text))  # type: ignore[arg-type]
    hint = ""
    if isinstance(text, float):
        hint = "; a table reader may have made NA (Namibia) a missing value, or a number a float"
    raise InputError(f"{text!r} is {type(text).__name__}; a name or code is text, a number{hint}")


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("; ")) if cell else ()


def _span(cell: str) -> Span:
    since, until = cell.split("/")
    return Span(None if since == ".." else since, None if until == ".." else until)


def _designation(cell: str) -> Designation:
    borne, _, span = cell.rpartition(" ")
    scheme, _, text = borne.partition("=")
    return Designation(scheme, text, _span(span))


def _entry(row: dict[str, str]) -> Entry:
    return Entry(
        code=row["code"],
        name=row["name"],
        kind=EntryKind(row["kind"]),
        aliases=_split(row["aliases"]),
        shared=_split(row["shared"]),
        iso2=row["iso2"],
        iso3=row["iso3"],
        cow=int(row["cow"]) if row["cow"] else None,
        cow_abbreviation=row["cow_abbreviation"],
        cow_spans=[_span(cell) for cell in _split(row["cow_spans"])],
        gw=int(row["gw"]) if row["gw"] else None,
        gw_abbreviation=row["gw_abbreviation"],
        gw_spans=[_span(cell) for cell in _split(row["gw_spans"])],
        span=Span(row["since"], row["until"]),
        dated=[_designation(cell) for cell in _split(row["dated"])],
        note=row["note"],
    )


@functools.cache
def _standard() -> Gazetteer:
    table = importlib.resources.files("stancekit.records") / "gazetteer.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    return Gazetteer(map(_entry, csv.DictReader(lines, strict=True)))
