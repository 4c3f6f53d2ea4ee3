"""What a gazetteer lists: laws of name keys and refusals of malformed entries."""

from __future__ import annotations

import pickle
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.records.dates import Span
from stancekit.records.entries import Designation, Entry, EntryKind, Scheme, name_key

# Laws


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


def test_every_single_character_has_a_stable_key() -> None:
    for point in range(sys.maxunicode + 1):
        if unicodedata.category(chr(point)) in ("Cn", "Co", "Cs"):
            continue  # unassigned, private, surrogates
        key = name_key(chr(point) + "x")
        assert name_key(key) == key, hex(point)


@given(st.text(alphabet=st.characters(codec="latin-1")))
def test_case_and_decomposition_do_not_count(text: str) -> None:
    assert name_key(text.upper()) == name_key(text.lower()) == name_key(text)
    assert name_key(unicodedata.normalize("NFD", text)) == name_key(text)


@given(st.lists(st.text(alphabet="abcxyz", min_size=4), min_size=1, max_size=4))
def test_words_are_never_joined_dropped_or_reordered(words: list[str]) -> None:
    assert name_key(" ".join(words)).split() == words


def test_an_entry_survives_pickling_and_hashing() -> None:
    entry = Entry("XKX", "Kosovo", "disputed", cow=347, cow_spans=[Span("2008-02-20")])
    assert pickle.loads(pickle.dumps(entry)) == entry
    assert len({entry, pickle.loads(pickle.dumps(entry))}) == 1
    assert "2008-02-20" in entry._repr_html_()


# Oracles: by hand


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Côte d'Ivoire", "COTE D’IVOIRE"),
        ("St. Lucia", "saint lucia"),
        ("The Gambia", "Gambia"),
        ("Trinidad & Tobago", "Trinidad and Tobago"),
        ("U.S.S.R.", "USSR"),
        ("Congo - Brazzaville", "Congo (Brazzaville)"),
        ("São Tomé", "sao tome"),
        ("Türkiye", "TURKIYE"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Niger", "Nigeria"),
        ("Guinea", "Guinea-Bissau"),
        ("Dominica", "Dominican Republic"),
        ("Republic of Korea", "Korea"),
        ("Sint Maarten", "Saint Martin"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_markup_in_names_is_escaped() -> None:
    assert "<b>" not in Entry("bold", "<b>bold</b>")._repr_html_()


# Refusals


@pytest.mark.parametrize("code", ["", "Usa", "USAX", "US", "-a", "a--b", "a b", "é", 3, None])
def test_a_malformed_code_is_refused(code: object) -> None:
    with pytest.raises(InputError, match="code="):
        Entry(code, "Name")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "..."},
        {"name": "=1+1"},
        {"aliases": ("",)},
        {"aliases": "one; text"},
        {"shared": (None,)},
        {"kind": "empire"},
        {"cow": "2"},
        {"cow": 0},
        {"gw": 2.0},
        {"note": "two\nlines"},
    ],
)
def test_a_malformed_field_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Entry(**{"code": "AAA", "name": "Name", **change})  # type: ignore[arg-type]


def test_an_unknown_scheme_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="iso3"):
        Designation("iso4", "USA")  # type: ignore[arg-type]
    assert Designation("iso3", "USA").scheme is Scheme.ISO3  # type: ignore[arg-type]
    assert Entry("AAA", "Name", "territory").kind is EntryKind.TERRITORY  # type: ignore[arg-type]
