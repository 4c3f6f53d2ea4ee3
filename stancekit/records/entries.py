"""What a gazetteer lists: entries, the schemes that name them, and when names are one name."""

from __future__ import annotations

import enum
import html
import re
import unicodedata
from collections.abc import Iterable

from attrs import field, frozen

from stancekit.errors import InputError
from stancekit.records.dates import Span
from stancekit.records.fields import plain, read_choice

__all__ = ["Designation", "Entry", "EntryKind", "Scheme", "name_key"]

_CODE = re.compile(r"[A-Z]{3}|[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_ALWAYS = Span()


class Scheme(enum.StrEnum):
    """What a text is read as.

    The Correlates of War project (COW) and Gleditsch and Ward (G-W) number and abbreviate
    states each in their own way: ``AUS`` is Australia in ISO 3166 and Austria in both lists.
    So the four schemes of the two lists are read only when they are named.

    >>> Scheme("cow-abbreviation") is Scheme.COW_ABBREVIATION
    True
    """

    CODE = "code"
    ISO3 = "iso3"
    ISO2 = "iso2"
    COW = "cow"
    COW_ABBREVIATION = "cow-abbreviation"
    GW = "gw"
    GW_ABBREVIATION = "gw-abbreviation"
    NAME = "name"


class EntryKind(enum.StrEnum):
    """What an entry is; a plain description that decides no dispute and no calculation.

    ``disputed`` says only that statehood or belonging is contested; it takes no side.

    >>> EntryKind("former-state").value
    'former-state'
    """

    STATE = "state"
    FORMER_STATE = "former-state"
    DISPUTED = "disputed"
    TERRITORY = "territory"
    FORMER_TERRITORY = "former-territory"
    ORGANISATION = "organisation"


def name_key(text: str) -> str:
    """What two spellings of one name share: letters and digits without case and accents.

    Accents, case, punctuation and a leading "the" do not count; ``&`` is "and" and ``St.`` is
    "saint". Nothing else is forgiven: no spelling is guessed, no word left out.

    >>> name_key("Côte d’Ivoire") == name_key("COTE D'IVOIRE")
    True
    >>> name_key("The Gambia"), name_key("St. Lucia"), name_key("U.S."), name_key("...")
    ('gambia', 'saint lucia', 'us', '')
    """
    # Decomposed first: compatibility forms may hold capitals (the telephone sign is TEL).
    text = unicodedata.normalize("NFKD", text).casefold()
    letters = (" and " if c == "&" else c for c in text if not unicodedata.combining(c))
    # Points and apostrophes stand within words (U.S., d'Ivoire), other marks between them.
    spaced = "".join(
        c if c.isalnum() or c == " and " else "" if c in ".'’ʼ‘`" else " " for c in letters
    )
    words = ["saint" if word == "st" else word for word in spaced.split()]
    while len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)


def _scheme(text: str) -> Scheme:
    return read_choice(Scheme, text)


def _kind(text: str) -> EntryKind:
    return read_choice(EntryKind, text)


def _number(value: int | None) -> int | None:
    if value is not None and (not isinstance(value, int) or not 0 < value < 10_000):
        raise InputError(f"{value!r} numbers no state; a number is 1 to 9999, or None")
    return value


def _kept(value: str | None) -> str | None:
    return value or None


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise InputError(f"{values!r} is one text; give a tuple of names")
    return tuple(values)


def _spans(values: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(values)


def _designations(values: Iterable[Designation]) -> tuple[Designation, ...]:
    return tuple(values)


@frozen
class Designation:
    """A name or code that an entry bears for some time, beside its standing ones.

    Between 1992 and 2003 "Yugoslavia" was the Federal Republic, and ``YEM`` was the Yemen Arab
    Republic until 1990. Such a designation is read only when ``on=`` gives a day in its span;
    one with an open span (a code that ISO 3166 withdrew when a state was renamed) always.

    >>> Designation(Scheme.NAME, "Yugoslavia", Span("1992-04-27", "2003-02-03")).scheme.value
    'name'
    """

    scheme: Scheme = field(converter=_scheme)
    text: str
    span: Span = _ALWAYS


@frozen
class Entry:
    """One state, territory or organisation, with everything that it goes by.

    Parameters
    ----------
    code : str
        The entry's identity: ISO 3166 alpha-3 where there is one (ISO 3166-3 for former states),
        XKX for Kosovo, a lower-case slug otherwise. A code never implies recognition.
    name : str
        The short English name.
    kind : EntryKind or str
        See `EntryKind`.
    aliases : tuple of str
        Other names which are its alone.
    shared : tuple of str
        Names that other entries bear as well ("Korea"): alone they settle nothing.
    iso2, iso3 : str or None
        ISO 3166 codes; XK and XKX are user-assigned.
    cow, gw : int or None
        Number in the COW and in the Gleditsch-Ward list.
    cow_abbreviation, gw_abbreviation : str or None
        Abbreviation in these lists.
    cow_spans, gw_spans : tuple of Span
        When these lists count it as a member of the state system under that number. Several
        entries may have one number, in turn; the cuts are then named in `note`.
    span : Span
        When the entry's names and codes denote it; open where nothing is said.
    dated : tuple of Designation
        What it bears or bore for some time only.
    note : str
        A remark for people.

    Raises
    ------
    InputError
        On a malformed code, a name without a letter or digit, an unknown kind.

    Examples
    --------
    >>> kosovo = Entry("XKX", "Kosovo", "disputed", cow=347, cow_spans=[Span("2008-02-20")])
    >>> kosovo
    Entry(code='XKX', name='Kosovo', kind='disputed')
    >>> kosovo.gw, str(kosovo.cow_spans[0]), str(kosovo.span)
    (None, '2008-02-20/..', '../..')
    """

    code: str
    name: str
    kind: EntryKind = field(default=EntryKind.STATE, converter=_kind)
    aliases: tuple[str, ...] = field(default=(), converter=_texts)
    shared: tuple[str, ...] = field(default=(), converter=_texts)
    iso2: str | None = field(default=None, converter=_kept)
    iso3: str | None = field(default=None, converter=_kept)
    cow: int | None = field(default=None, converter=_number)
    cow_abbreviation: str | None = field(default=None, converter=_kept)
    cow_spans: tuple[Span, ...] = field(default=(), converter=_spans)
    gw: int | None = field(default=None, converter=_number)
    gw_abbreviation: str | None = field(default=None, converter=_kept)
    gw_spans: tuple[Span, ...] = field(default=(), converter=_spans)
    span: Span = _ALWAYS
    dated: tuple[Designation, ...] = field(default=(), converter=_designations)
    note: str = field(default="", converter=plain)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.code, str) or not _CODE.fullmatch(self.code):
            raise InputError(
                f"code={self.code!r}; a code is three capital letters (ISO 3166 alpha-3) or a "
                "lower-case slug such as 'lima-group'"
            )
        for name in (self.name, *self.aliases, *self.shared):
            if not name_key(plain(name)):
                raise InputError(f"{self.code}: name {name!r}; a name has a letter or a digit")

    def __repr__(self) -> str:
        return f"Entry(code={self.code!r}, name={self.name!r}, kind={self.kind.value!r})"

    def __str__(self) -> str:
        return f"{self.code} ({self.name}{'' if self.span == _ALWAYS else f', {self.span}'})"

    def _repr_html_(self) -> str:
        rows = [
            ("kind", self.kind.value),
            ("also", "; ".join((*self.aliases, *self.shared))),
            ("ISO 3166", " ".join(filter(None, (self.iso2, self.iso3)))),
            ("COW", _listed(self.cow, self.cow_abbreviation, self.cow_spans)),
            ("Gleditsch-Ward", _listed(self.gw, self.gw_abbreviation, self.gw_spans)),
            ("span", str(self.span) if self.span != _ALWAYS else ""),
            ("note", self.note),
        ]
        body = "".join(f"<tr><th>{k}</th><td>{html.escape(v)}</td></tr>" for k, v in rows if v)
        title = html.escape(f"{self.name} ({self.code})")
        return f"<table><caption>{title}</caption>{body}</table>"


def _listed(number: int | None, abbreviation: str | None, spans: tuple[Span, ...]) -> str:
    if number is None:
        return ""
    return f"{number} {abbreviation or ''}: {'; '.join(map(str, spans))}"
