"""The gazetteer: every name and code leads to its own, on its days, or is refused."""

from __future__ import annotations

import datetime
import pathlib
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError, UnknownNameError
from stancekit.records.dates import PartialDate, Span
from stancekit.records.entries import Designation, Entry, Scheme, name_key
from stancekit.records.gazetteer import AmbiguousNameError, Gazetteer

WORLD = Gazetteer.standard()
entries = st.sampled_from(WORLD.entries)


def keys(entry: Entry) -> list[tuple[Scheme, str, tuple[Span, ...]]]:
    """All codes and names of an entry, with the spans in which they denote it."""
    own = (entry.span,)
    found: list[tuple[Scheme, object, tuple[Span, ...]]] = [
        (Scheme.CODE, entry.code, own),
        (Scheme.ISO3, entry.iso3, own),
        (Scheme.ISO2, entry.iso2, own),
        (Scheme.COW, entry.cow, entry.cow_spans),
        (Scheme.COW_ABBREVIATION, entry.cow_abbreviation, entry.cow_spans),
        (Scheme.GW, entry.gw, entry.gw_spans),
        (Scheme.GW_ABBREVIATION, entry.gw_abbreviation, entry.gw_spans),
        *((Scheme.NAME, name, own) for name in (entry.name, *entry.aliases)),
        *((extra.scheme, extra.text, (extra.span,)) for extra in entry.dated),
    ]
    return [(scheme, str(text), spans) for scheme, text, spans in found if text is not None]


def days(span: Span) -> list[datetime.date]:
    """A first, a last and a late day that surely lie in the span."""
    first = span.since.latest if span.since else datetime.date(1945, 1, 1)
    last = span.until.earliest if span.until else datetime.date(2024, 6, 30)
    assert first is not None
    assert last is not None
    middle = first + (last - first) // 2
    return [day for day in (first, middle, last) if span.covers(day)]


# laws


# What two entries truly bore on one day: AI was the Afars and Issas' in ISO 3166 until 1977, and
# both Congos were "Republic of the Congo" from 1960 to 1964.
BOTH = {
    (Scheme.ISO2, "AI"): ("AFI", "AIA"),
    (Scheme.NAME, "Republic of the Congo"): ("COD", "COG"),
    (Scheme.NAME, "Republic of Congo"): ("COD", "COG"),
}


@pytest.mark.parametrize("entry", WORLD.entries, ids=lambda entry: entry.code)
def test_every_entry_is_found_by_each_of_its_codes_and_names(entry: Entry) -> None:
    assert WORLD.resolve(entry.code) is entry
    assert WORLD.resolve(entry.name) is entry
    for scheme, text, spans in keys(entry):
        for span in spans:
            for day in days(span):
                if not entry.span.covers(day):
                    continue
                try:
                    found: object = WORLD.resolve(text, scheme, on=day)
                except AmbiguousNameError as error:
                    found = error.candidates
                assert found is entry or found == BOTH.get((scheme, text)), (text, day)
    for name in (entry.name, *entry.aliases):
        for spelling in (name, name.upper(), name.lower(), f"  {name}. ", f"The {name}"):
            assert WORLD.resolve(spelling, "name") is entry
            assert WORLD.resolve(spelling) is entry, "a name is no other entry's code"


@given(entries)
def test_a_shared_name_is_never_settled_without_a_day(entry: Entry) -> None:
    for name in entry.shared:
        with pytest.raises(AmbiguousNameError) as caught:
            WORLD.resolve(name)
        assert entry.code in caught.value.candidates
        assert len(caught.value.candidates) > 1


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=12),
        st.text(alphabet="ABCDEGIKNORSTUV.' -", max_size=8),
        st.builds(
            lambda entry, cut: entry.name[:cut] + entry.name[cut + 1 :], entries, st.integers(0, 12)
        ),
        st.builds(lambda entry, more: entry.name + more, entries, st.text("aeis ", max_size=2)),
        st.integers(-1, 1000).map(str),
    ),
    st.sampled_from([None, *Scheme]),
    st.one_of(st.none(), st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1))),
)
def test_any_text_is_an_entrys_own_or_refused(
    text: str, scheme: Scheme | None, on: datetime.date | None
) -> None:
    try:
        found = WORLD.resolve(text, scheme, on=on)
    except UnknownNameError:
        return
    numeric = scheme in (Scheme.COW, Scheme.GW)
    asked = str(int(text)) if numeric else text
    exact = {key for way, key, _ in keys(found) if way is not Scheme.NAME and scheme in (None, way)}
    listed = (found.name, *found.aliases, *found.shared, found.code)
    named = {name_key(key) for way, key, _ in keys(found) if way is Scheme.NAME}
    named |= {name_key(name) for name in listed if name != found.iso3}
    assert asked in exact or (scheme in (None, Scheme.NAME) and name_key(text) in named)


@settings(deadline=None)
@given(entries, st.sampled_from([None, Scheme.NAME]))
def test_a_suggestion_is_never_taken(entry: Entry, scheme: Scheme | None) -> None:
    wrong = entry.name + "q"
    with pytest.raises(UnknownNameError) as caught:
        WORLD.resolve(wrong, scheme)
    for suggestion in caught.value.suggestions:
        assert name_key(suggestion) != name_key(wrong)


def test_on_a_day_no_number_and_no_abbreviation_is_two_states() -> None:
    for day in ("1945-01-01", "1960-06-30", "1975-01-01", "1991-12-25", "2003-03-20", "2024-01-01"):
        for scheme, number in (("cow", "cow"), ("gw", "gw")):
            there = WORLD.on(day, scheme)
            numbers = [getattr(entry, number) for entry in there]
            assert len(set(numbers)) == len(numbers) > 50
            abbreviations = [getattr(entry, f"{number}_abbreviation") for entry in there]
            assert len(set(abbreviations)) == len(abbreviations)
            for entry in there:
                assert WORLD.resolve(getattr(entry, number), scheme, on=day) is entry


@settings(deadline=None)
@given(st.permutations(WORLD.entries[:40]))
def test_the_order_of_entries_does_not_count(shuffled: list[Entry]) -> None:
    assert Gazetteer(shuffled) == Gazetteer(WORLD.entries[:40])


def test_extending_changes_nothing_else() -> None:
    before = pickle.dumps(WORLD)
    more = WORLD.with_entries([Entry("ruritania", "Ruritania")])
    assert len(more) == len(WORLD) + 1
    assert more.resolve("RURITANIA").code == "ruritania"
    assert all(more.resolve(entry.code) is entry for entry in WORLD)
    assert pickle.dumps(WORLD) == before
    with pytest.raises(UnknownNameError):
        WORLD.resolve("Ruritania")
    assert WORLD.with_entries([]) == WORLD


def test_it_survives_pickling_and_shows_itself() -> None:
    again = pickle.loads(pickle.dumps(WORLD))
    assert again == WORLD
    assert again.resolve("NA").code == "NAM"
    assert f"{len(WORLD)} entries" in repr(WORLD)
    assert f"and {len(WORLD) - 20} more" in WORLD._repr_html_()
    assert len({entry.code for entry in WORLD}) == len(WORLD)
    with pytest.raises(AmbiguousNameError) as caught:
        WORLD.resolve("Korea")
    error = pickle.loads(pickle.dumps(caught.value))
    assert (str(error), error.candidates) == (str(caught.value), ("KOR", "PRK"))


def test_importing_reads_no_table() -> None:
    program = (
        "import sys, stancekit.records.gazetteer as g; "
        "assert g._standard.cache_info().currsize == 0; "
        "assert 'scipy' not in sys.modules and 'pandas' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", program], check=True, cwd=pathlib.Path(__file__).parents[1]
    )


# oracles


@pytest.mark.parametrize(
    ("text", "scheme", "code"),
    [
        ("NA", None, "NAM"),
        ("AUS", None, "AUS"),
        ("AUS", "cow-abbreviation", "AUT"),
        ("CHA", "cow-abbreviation", "TCD"),
        ("SWZ", None, "SWZ"),
        ("SWZ", "cow-abbreviation", "CHE"),
        ("MAC", "gw-abbreviation", "MKD"),
        ("MAC", None, "MAC"),
        ("KOS", "cow-abbreviation", "XKX"),
        ("ROM", "cow-abbreviation", "ROU"),
        ("RUM", "gw-abbreviation", "ROU"),
        ("970", "cow", "NRU"),
        ("970", "gw", "KIR"),
        ("002", "cow", "USA"),
        (2, "gw", "USA"),
        (np.int64(339), "cow", "ALB"),
        ("BUR", "iso3", "MMR"),
        ("Burma", None, "MMR"),
        ("Swaziland", None, "SWZ"),
        ("Ivory Coast", None, "CIV"),
        ("Cote d'Ivoire", None, "CIV"),
        ("Czech Republic", None, "CZE"),
        ("Macedonia (FYROM)", None, "MKD"),
        ("Georgia", None, "GEO"),
        ("Ireland", None, "IRL"),
        ("Micronesia", None, "FSM"),
        ("Guinea", None, "GIN"),
        ("Niger", None, "NER"),
        ("China", None, "CHN"),
        ("Germany", None, "DEU"),
        ("Yemen", None, "YEM"),
        ("Vietnam", None, "VNM"),
        ("EU", None, "eu"),
        ("Organisation of American States", None, "oas"),
    ],
)
def test_known_answers(text: str | int, scheme: str | None, code: str) -> None:
    assert WORLD.resolve(text, scheme).code == code


@pytest.mark.parametrize(
    ("texts", "code", "never"),
    [
        ("Taiwan;Republic of China;ROC;TWN;TW;Taiwan, Province of China", "TWN", "CHN"),
        ("Kosovo;XK;XKX;Kosovo and Metohija", "XKX", "SRB"),
        ("Palestine;State of Palestine;PSE;PS", "PSE", "ISR"),
        ("Western Sahara;SADR;Sahrawi Arab Democratic Republic;EH", "ESH", "MAR"),
        ("Northern Cyprus;TRNC;Turkish Republic of Northern Cyprus", "northern-cyprus", "CYP"),
        ("Crimea;Republic of Crimea;Autonomous Republic of Crimea", "crimea", "UKR"),
        ("Donetsk;DPR;Donetsk People's Republic", "donetsk", "UKR"),
        ("Luhansk;Lugansk;LPR", "luhansk", "UKR"),
        ("Abkhazia", "abkhazia", "GEO"),
        ("South Ossetia", "south-ossetia", "GEO"),
        ("Transnistria;Pridnestrovie", "transnistria", "MDA"),
        ("Somaliland", "somaliland", "SOM"),
        ("Nagorno-Karabakh;Artsakh", "nagorno-karabakh", "AZE"),
        ("Soviet Union;USSR;SUN;SU", "SUN", "RUS"),
        ("Yugoslavia;SFRY;YUG;YU", "YUG", "SRB"),
        ("Federal Republic of Yugoslavia;Serbia and Montenegro;SCG", "SCG", "SRB"),
        ("East Germany;GDR;German Democratic Republic;DDR;DD", "DDR", "DEU"),
        ("West Germany;German Federal Republic", "west-germany", "DEU"),
        ("Nazi Germany;German Reich", "german-reich", "DEU"),
        ("North Yemen;Yemen Arab Republic", "north-yemen", "YEM"),
        ("South Yemen;Yemen People's Republic;PDRY;YMD;YD", "YMD", "YEM"),
        ("South Vietnam;Republic of Vietnam", "south-vietnam", "VNM"),
        ("North Vietnam;Democratic Republic of Vietnam;VDR", "VDR", "VNM"),
        ("Czechoslovakia;CSK", "CSK", "CZE"),
        ("Rhodesia;Southern Rhodesia;RHO", "RHO", "ZWE"),
        ("Zanzibar", "zanzibar", "TZA"),
        ("Tibet", "tibet", "CHN"),
        ("Greenland;GL", "GRL", "DNK"),
        ("Hong Kong;HK", "HKG", "CHN"),
        ("Puerto Rico;PR", "PRI", "USA"),
        ("Holy See;Vatican", "VAT", "ITA"),
    ],
)
def test_the_disputed_the_dependent_and_the_gone_are_themselves(
    texts: str, code: str, never: str
) -> None:
    for text in texts.split(";"):
        assert WORLD.resolve(text).code == code
    other = WORLD.resolve(never)
    theirs = {other.name, *other.aliases, other.iso2, other.iso3}
    assert not theirs & {WORLD.resolve(code).name, *WORLD.resolve(code).aliases, code}


@pytest.mark.parametrize(
    ("text", "scheme", "on", "code"),
    [
        (365, "cow", "1991-12-25", "SUN"),
        (365, "gw", "1991-12-26", "RUS"),
        ("RUS", "cow-abbreviation", "1968-08-21", "SUN"),
        (255, "cow", "1945-01-01", "german-reich"),
        (255, "cow", "1990-10-03", "DEU"),
        (260, "gw", "1989-11-09", "west-germany"),
        (260, "gw", "1990-10-03", "DEU"),
        (345, "cow", "1991-06-25", "YUG"),
        (345, "cow", "1999-03-24", "SCG"),
        (345, "cow", "2008-02-17", "SRB"),
        (678, "gw", "1979", "north-yemen"),
        (816, "cow", "1968", "VDR"),
        ("YUG", "iso3", "1999-03-24", "SCG"),
        ("Yugoslavia", None, "1999-03-24", "SCG"),
        ("Federal Republic of Germany", None, "1973-09-18", "west-germany"),
        ("Federal Republic of Germany", None, "1999", "DEU"),
        ("Yemen", None, "1979", "north-yemen"),
        ("YEM", "iso3", "1979", "north-yemen"),
        ("DE", "iso2", "1979", "west-germany"),
        ("CS", "iso2", "1989", "CSK"),
        ("CS", "iso2", "2005", "SCG"),
        ("SK", "iso2", "1974", "SKM"),
        ("United Arab Republic", None, "1960", "EGY"),
        ("Republic of the Congo", None, "2019", "COG"),
    ],
)
def test_a_day_settles_what_the_text_alone_does_not(
    text: str | int, scheme: str | None, on: str, code: str
) -> None:
    assert WORLD.resolve(text, scheme, on=on).code == code
    assert WORLD.resolve(text, scheme, on=PartialDate.parse(on)).code == code


def test_states_on_a_day() -> None:
    # Cuba: COW leaves out the American occupation of 1906 to 1909, which is before our time;
    # Japan: COW leaves out the occupation after 1945, Gleditsch and Ward do not.
    assert WORLD.resolve("JPN") not in WORLD.on("1950-06-25", "cow")
    assert WORLD.resolve("JPN") in WORLD.on("1950-06-25", "gw")
    assert [str(span) for span in WORLD.resolve("CUB").cow_spans] == ["1909-01-23/.."]
    assert [str(span) for span in WORLD.resolve("CUB").gw_spans] == ["1902-05-20/.."]
    assert WORLD.resolve("eu") not in WORLD.on("2019-01-23")
    both = set(WORLD.on("1995-01-01", "cow")) | set(WORLD.on("1995-01-01", "gw"))
    assert set(WORLD.on("1995-01-01")) == both


# refusals


@pytest.mark.parametrize(
    ("text", "scheme", "candidates"),
    [
        ("Korea", None, "KOR PRK"),
        ("Congo", None, "COD COG"),
        ("Virgin Islands", None, "VGB VIR"),
        ("Saint Martin", None, "MAF SXM"),
        ("Federal Republic of Germany", None, "DEU west-germany"),
        (365, "cow", "RUS SUN"),
        (255, "cow", "DEU german-reich"),
        (260, "gw", "DEU west-germany"),
        (345, "cow", "SCG SRB YUG"),
        (345, "gw", "SCG YUG"),
        (678, "gw", "YEM north-yemen"),
        (816, "cow", "VDR VNM"),
        ("GMY", "cow-abbreviation", "DEU german-reich"),
        ("CS", None, "CSK SCG"),
        ("United Arab Republic", None, "EGY"),
    ],
)
def test_what_several_bear_is_refused_by_name(
    text: str | int, scheme: str | None, candidates: str
) -> None:
    with pytest.raises(AmbiguousNameError) as caught:
        WORLD.resolve(text, scheme)
    assert caught.value.candidates == tuple(candidates.split())
    for code in candidates.split():
        assert f"{code} ({WORLD.resolve(code).name}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Germany", "1970-12-07"),
        ("DEU", "1970-12-07"),
        ("DE", "1947-06-05"),
        ("Russia", "1962-10-27"),
        ("Republic of China", "1946-01-01"),
        ("Serbia", "1995-12-14"),
        ("Soviet Union", "2022-02-24"),
        ("Republic of the Congo", "1962"),
        ("Yugoslavia", "1992"),
        ("Yemen", "1900"),
    ],
)
def test_a_name_out_of_its_time_is_refused(text: str, on: str) -> None:
    with pytest.raises(AmbiguousNameError):
        WORLD.resolve(text, on=on)


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("", None),
        ("   ", None),
        ("Kosova", None),
        ("na", None),
        ("usa", "iso3"),
        (" USA", "iso3"),
        ("USA", "iso2"),
        ("2.0", "cow"),
        ("+2", "cow"),
        ("²", "cow"),
        ("٣٦٥", "cow"),
        (-2, "cow"),
        (10**30, "gw"),
        ("1" * 5000, "cow"),
        ("365", None),
        ("GMY", None),
        ("UKG", None),
        ("Republic", None),
        ("North", None),
        ("=USA()", "iso3"),
        ("\ud800", None),
        ("Nigeria" * 200_000, None),
    ],
)
def test_what_nothing_goes_by_is_unknown(text: str | int, scheme: str | None) -> None:
    with pytest.raises(UnknownNameError) as caught:
        WORLD.resolve(text, scheme)
    assert not isinstance(caught.value, AmbiguousNameError)
    assert len(str(caught.value)) < 400


def test_suggestions_and_schemes_are_told() -> None:
    with pytest.raises(UnknownNameError, match="Kosovo") as caught:
        WORLD.resolve("Kosova")
    assert "code, iso3, iso2 or name" in str(caught.value)
    with pytest.raises(UnknownNameError, match="cow-abbreviation 'GERM'"):
        WORLD.resolve("GERM", "cow-abbreviation")


@pytest.mark.parametrize("text", [None, 365.0, float("nan"), True, b"USA", ["USA"]])
def test_what_is_neither_text_nor_number_is_refused(text: object) -> None:
    with pytest.raises(InputError, match=type(text).__name__):
        WORLD.resolve(text)  # type: ignore[arg-type]


def test_unknown_schemes_and_days_are_refused() -> None:
    with pytest.raises(InputError, match="cow-abbreviation"):
        WORLD.resolve("USA", "iso4")
    with pytest.raises(InputError):
        WORLD.resolve("USA", on="2019-02-30")
    with pytest.raises(InputError, match="'cow' and 'gw'"):
        WORLD.on("2019-01-23", "iso3")


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ((Entry("a", "One"), Entry("a", "Two")), "own code"),
        ((Entry("a", "One"), Entry("b", "Two", aliases=["ONE"])), "name 'one'"),
        ((Entry("a", "One"), Entry("b", "Two", shared=["One"])), "shared in each"),
        ((Entry("a", "One", iso2="AA"), Entry("b", "Two", iso2="AA")), "only in turn"),
        ((Entry("a", "One", cow=7), Entry("b", "Two", cow=7)), "only in turn"),
        ((Entry("AAA", "One", iso3="AAA"), Entry("b", "Aaa")), "leave it out"),
        ((Entry("a-b", "One"), Entry("c", "A B")), "name 'a b'"),
    ],
)
def test_what_could_never_be_resolved_is_refused(pair: tuple[Entry, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Gazetteer(pair)
    with pytest.raises(InputError, match=message):
        Gazetteer(pair[:1]).with_entries(pair[1:])


def test_in_turn_is_accepted_and_only_entries_are() -> None:
    first = Entry("a", "One", cow=7, cow_spans=[Span(None, "1990")], shared=["Both"])
    second = Entry("b", "Two", cow=7, cow_spans=[Span("1991")], shared=["Both"])
    third = Entry("c", "Three", dated=[Designation("name", "One", Span("2000"))])  # type: ignore[arg-type]
    world = Gazetteer([second, third, first])
    assert world.resolve(7, "cow", on="1995").code == "b"
    assert world.resolve("One").code == "a"
    with pytest.raises(AmbiguousNameError):
        world.resolve("One", on="2001")
    with pytest.raises(AmbiguousNameError, match="One"):
        world.resolve("Both")
    with pytest.raises(InputError, match="not an Entry"):
        Gazetteer(["USA"])  # type: ignore[list-item]
