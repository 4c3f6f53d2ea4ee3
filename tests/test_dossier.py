"""Laws, oracles and refusals of the dossier as a whole."""

import csv
import itertools
import os
import pickle
from collections import Counter
from pathlib import Path

import pytest
from attrs import evolve
from dossier_cases import days, dossier_parts, dossiers
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit import datasets
from stancekit.errors import InputError, UnknownNameError
from stancekit.records.asked import DEFAULT_CHANNELS
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.stance import Absence, Channel, Evidence, Ladder, Source, Stance
from stancekit.testing import strategies

DATA = Path(os.environ.get("STANCEKIT_DATA", Path(__file__).parents[2] / "shared" / "data"))
CLAIMS = DATA / "venezuela_2019" / "claims.csv"
ARTICLE = DATA / "venezuela_2019" / "facts_article_2019-04-30.csv"
EITHER = dossiers() | strategies.dossiers()
some = settings(max_examples=50)


def cells(world):
    return {
        (actor, target): world.absence(actor, target) or world.value(actor, target)
        for actor in world.actors
        for target in world.targets
    }


# --- laws ---------------------------------------------------------------------------------


@some
@given(dossier_parts(), st.randoms(use_true_random=False))
def test_equal_however_written(parts, random):
    dossier = Dossier("case", **parts)
    shuffled = {name: random.sample(list(records), len(records)) for name, records in parts.items()}
    again = Dossier("case", **shuffled)
    assert again == dossier
    assert hash(again) == hash(dossier)
    assert again.fingerprint == dossier.fingerprint
    rows = dossier.to_rows()
    for table in rows.values():
        random.shuffle(table)
    assert Dossier.from_rows(rows) == dossier


@some
@given(EITHER)
def test_a_dossier_survives_rows_and_pickle(dossier):
    for again in (Dossier.from_rows(dossier.to_rows()), pickle.loads(pickle.dumps(dossier))):
        assert again == dossier
        assert again.fingerprint == dossier.fingerprint
        assert again.to_rows() == dossier.to_rows()


@some
@given(dossiers(), dossiers())
def test_a_fingerprint_is_that_of_one_content(one, other):
    assert (one.fingerprint == other.fingerprint) == (one == other)


@some
@given(dossiers(), st.data())
def test_any_change_of_a_field_changes_the_fingerprint(dossier, data):
    rows = dossier.to_rows()
    table = data.draw(st.sampled_from([name for name in rows if rows[name]]))
    row = data.draw(st.sampled_from(rows[table]))
    field = {"dossier": "title", "sources": "title", "weights": "source"}.get(table, "note")
    row[field] = "general-knowledge" if field == "source" else f"{row[field]}, changed"
    rows["sources"].append({"id": "general-knowledge"})
    base = Dossier.from_rows(
        dossier.to_rows()
        | {"sources": [*dossier.to_rows()["sources"], {"id": "general-knowledge"}]}
    )
    changed = Dossier.from_rows(rows)
    assert changed != base
    assert changed.fingerprint != base.fingerprint


@some
@given(EITHER, days())
def test_nothing_is_changed_by_asking(dossier, day):
    before = pickle.dumps(dossier)
    dossier.at(day)
    dossier.conflicts()
    dossier.conflicts(day)
    dossier.problems()
    dossier.citations()
    dossier.restrict(channels=["vote"])
    dossier.to_rows()
    assert dossier.fingerprint
    assert pickle.dumps(dossier) == before


@some
@given(EITHER, days())
def test_adding_an_actor_of_whom_nothing_is_known_changes_no_other_cell(dossier, day):
    if "stranger" in {actor.code for actor in dossier.actors}:
        return
    more = evolve(dossier, actors=(*dossier.actors, Actor("stranger")))
    before, after = cells(dossier.at(day)), cells(more.at(day))
    assert before.items() <= after.items()
    assert {actor for actor, _ in after.keys() - before.keys()} <= {"stranger"}
    assert more.conflicts(day) == dossier.conflicts(day)


@some
@given(dossiers(), days(), st.sets(st.sampled_from(["A", "B", "bloc", "club"])))
def test_to_restrict_actors_and_to_take_a_day_commute(dossier, day, kept):
    world, fewer = dossier.at(day), dossier.restrict(actors=kept).at(day)
    speakers = kept | {"p", "q"}
    # who is claimant and who is actor stays; what is left says the same
    for (actor, target), cell in cells(fewer).items():
        assert cell == cells(world)[actor, target]
    for (actor, target), cell in cells(world).items():
        if (
            actor in speakers
            and target in speakers
            and cell
            not in (
                Absence.UNKNOWN,
                Absence.NOT_YET,
            )
        ):
            assert cells(fewer)[actor, target] == cell


@some
@given(dossiers(), days(), st.lists(st.sampled_from(list(Channel)), unique=True))
def test_to_restrict_channels_is_to_listen_to_those(dossier, day, channels):
    order = [channel for channel in DEFAULT_CHANNELS if channel in channels]
    listened = cells(dossier.at(day, channels=order))
    restricted = cells(dossier.restrict(channels=order).at(day))
    silent = {Absence.UNKNOWN, Absence.NOT_YET}
    for cell in listened.keys() | restricted.keys():
        here, there = listened.get(cell), restricted.get(cell)
        assert here == there or {here, there} <= silent | {None}


@some
@given(dossiers(), st.sets(st.sampled_from(["s1", "s2", "s3"])))
def test_to_restrict_sources_keeps_their_stances_only(dossier, kept):
    fewer = dossier.restrict(sources=kept)
    expected = [s for s in dossier.stances if s.evidence and s.evidence.source.id in kept]
    assert list(fewer.stances) == expected
    assert fewer.sources == dossier.sources
    assert dossier.restrict(sources=["s1", "s2", "s3"]).restrict(sources=kept) == fewer


@some
@given(dossiers(), st.data())
def test_stances_added_and_taken_away_again_leave_the_dossier_as_it_was(dossier, data):
    chosen = data.draw(st.lists(st.sampled_from(range(max(1, len(dossier.stances)))), unique=True))
    some_of_them = [dossier.stances[i] for i in chosen if i < len(dossier.stances)]
    fewer = dossier.without_stances(*some_of_them)
    assert len(fewer.stances) == len(dossier.stances) - len(some_of_them)
    assert fewer.with_stances(some_of_them) == dossier
    assert fewer.with_stances(*some_of_them) == dossier
    again = evolve(dossier, stances=tuple(dossier.stances))
    assert again == dossier
    new = Stance("A", "q", value=0.125, since="1999", evidence=Source("s9", "New"))
    more = dossier.with_stances(new)
    assert Source("s9", "New") in more.sources
    assert more.without_stances(new) == evolve(dossier, sources=more.sources)


@some
@given(dossiers())
def test_a_history_is_all_that_is_on_record_in_order_of_time(dossier):
    for actor in ("A", "p"):
        for target in ("p", "B"):
            found = dossier.history(actor, target)
            about = [s for s in dossier.stances if (s.actor, s.toward) == (actor, target)]
            assert Counter(found) == Counter(about)
            for one, other in itertools.pairwise(found):
                if one.since and other.since:
                    assert other.since.before(one.since) is not True


@some
@given(EITHER)
def test_a_dossier_shows_itself(dossier):
    assert dossier.code in repr(dossier)
    assert "<table>" in dossier._repr_html_()
    assert len(dossier.citations()) <= len(dossier.sources)


# --- oracles ------------------------------------------------------------------------------


def test_listening_in_another_order_gives_another_answer():
    stances = [
        Stance("GBR", "PRC", "recognises", since="1950-01-06"),
        Stance("GBR", "PRC", value=-1, channel="vote", since="1951"),
        Stance("NOR", "PRC", absence="no-statement", since="1950"),
        Stance("NOR", "PRC", value=1, channel="vote", since="1951"),
        Stance("FRA", "PRC", absence="divided", since="1950"),
        Stance("FRA", "PRC", value=1, channel="vote", since="1951"),
    ]
    dossier = Dossier(
        "china",
        actors=[Actor(code) for code in ("GBR", "NOR", "FRA")],
        contests=[Contest("seat")],
        claimants=[Claimant("PRC", "seat"), Claimant("ROC", "seat")],
        stances=stances,
    )
    world = dossier.at("1955-01-01")
    assert world.value("GBR", "PRC") == 1.0
    assert world.channel("GBR", "PRC") is Channel.RECOGNITION
    assert world.value("NOR", "PRC") == 1.0  # silence lets the next channel speak
    assert world.channel("NOR", "PRC") is Channel.VOTE
    assert world.absence("FRA", "PRC") is Absence.DIVIDED  # a deliberate absence does not
    assert world.absence("GBR", "ROC") is Absence.UNKNOWN  # nothing is derived for a rival
    voted = dossier.at("1955-01-01", channels=["vote", "recognition"])
    assert voted.value("GBR", "PRC") == -1.0
    assert dossier.at("1955-01-01", channels=()).absence("GBR", "PRC") is Absence.UNKNOWN
    assert dossier.at("1955-01-01", channels="vote") == dossier.at("1955-01-01", channels=["vote"])


def test_who_does_not_exist_that_day_has_no_stance_and_meets_none():
    dossier = Dossier(
        "case",
        actors=[Actor("SUN", until="1991-12-26"), Actor("USA"), Actor("RUS", since="1991-12")],
        contests=[Contest("seat")],
        claimants=[Claimant("p", "seat", since="1980-01-01", until="1999")],
        stances=[
            Stance("SUN", "p", value=1, since="1970"),
            Stance("USA", "p", value=1, since="1970"),
            Stance("USA", "SUN", value=-1, since="1970"),
        ],
    )

    def told(day):
        world = dossier.at(day)
        return [world.absence(*pair) for pair in (("SUN", "p"), ("USA", "p"), ("USA", "SUN"))]

    assert told("1979-12-31") == [Absence.NOT_YET, Absence.NOT_YET, None]
    assert told("1985-01-01") == [None, None, None]
    assert told("1991-12-26") == [None, None, None]
    assert told("1991-12-27") == [Absence.NOT_YET, None, Absence.NOT_YET]
    assert told("1999-06-01") == [Absence.NOT_YET, None, Absence.NOT_YET]  # may still claim
    assert told("2000-01-01") == [Absence.NOT_YET, Absence.NOT_YET, Absence.NOT_YET]


def test_members_are_those_who_surely_are():
    dossier = Dossier(
        "case",
        actors=[Actor(code) for code in ("GBR", "HRV", "NOR", "eu")],
        memberships=[
            Membership("GBR", "eu", "1973-01-01", "2020-01-31"),
            Membership("HRV", "eu", "2013-07"),
        ],
    )
    assert dossier.members("eu", "2013-07-15") == ("GBR",)
    assert dossier.members("eu", "2013-07-31") == ("GBR", "HRV")
    assert dossier.members("eu", "2020-02-01") == ("HRV",)
    assert dossier.members("NOR", "2020-02-01") == ()


def test_weights_are_those_of_the_latest_year_up_to_the_day():
    dossier = Dossier(
        "case",
        actors=[Actor("A"), Actor("B")],
        weights=[Weight("A", "population", year, year) for year in (2015, 2018, 2020)],
    )
    column = dossier.at("2019-01-01").weights["population"]
    assert column.values[0] == column.years[0] == 2018
    assert column.years[1] == -1
    assert str(column.values[1]) == "nan"
    assert dossier.at("2014-12-31").weights["population"].years[0] == -1


def test_sources_are_gathered_and_a_bare_id_gives_way():
    full = Source("fp", "Foreign Policy", date="2019-02-06")
    stances = [
        Stance("A", "p", value=1, evidence="fp"),
        Stance("A", "q", value=1, evidence=full),
    ]
    dossier = Dossier(
        "case",
        actors=[Actor("A")],
        contests=[Contest("seat")],
        claimants=[Claimant("p", "seat"), Claimant("q", "seat")],
        stances=stances,
    )
    assert dossier.sources == (full,)
    assert {s.evidence.source for s in dossier.stances} == {full}
    assert dossier.citations() == ("Foreign Policy, 2019-02-06.",)
    # dropping the sources of a dossier does not lose those that its stances rest on
    assert evolve(dossier, sources=()) == dossier


@pytest.mark.skipif(not CLAIMS.exists(), reason="STANCEKIT_DATA has no venezuela claims")
def test_the_180_claims_can_be_told_again_from_the_dossier():
    with CLAIMS.open(encoding="utf-8") as handle:
        claims = Counter(
            (row["source_id"], row["actor"], row["iso3"], row["category"])
            for row in csv.DictReader(handle)
        )
    assert sum(claims.values()) == 180
    dossier = datasets.load("venezuela-2019")
    told = {
        (s.evidence.source.id, s.actor, s.note.removeprefix("category: ").split(";")[0])
        for s in dossier.stances
        if s.note.startswith("category: ")
    }
    codes = {actor.code for actor in dossier.actors}
    names = {actor.name.casefold(): actor.code for actor in dossier.actors}
    aliases = {"OAS (organisation)": "oas", "IDB": "idb", "European Union": "eu"}
    retold = set()
    for source, name, iso3, category in claims:
        code = iso3 if iso3 in codes else names.get(name.casefold()) or aliases.get(name)
        candidates = [code] if code else [c for s, c, k in told if (s, k) == (source, category)]
        assert any((source, c, category) in told for c in candidates), (source, name, category)
        retold |= {(source, c, category) for c in candidates}
    assert told <= retold  # and nothing is told that no list says


@pytest.mark.skipif(not ARTICLE.exists(), reason="STANCEKIT_DATA has no venezuela article")
def test_the_14_statements_of_the_article_are_kept_apart():
    with ARTICLE.open(encoding="utf-8") as handle:
        statements = {int(row["id"]): row for row in csv.DictReader(handle)}
    told = {}
    for stance in datasets.load("venezuela-2019").stances:
        if stance.note.startswith("article statement "):
            number = int(stance.note.removeprefix("article statement ").split(":")[0])
            told.setdefault(number, []).append(stance)
    assert sorted(told) == sorted(statements) == list(range(1, 15))
    for number, row in statements.items():
        for stance in told[number]:
            assert str(stance.channel) == row["channel"]
            assert (stance.value > 0) == (row["sign"] == "+")
            links = [link.strip() for link in row["chain"].split(">")]
            if links[-1] == "article" and len(links) > 2:
                assert list(stance.evidence.via) == links[:-1]
    (reported,) = told[5]
    assert (reported.actor, reported.toward, reported.claimed_by) == ("RUS", "maduro", "USA")
    assert reported.evidence.chain[:3] == ("Pompeo", "CNN", "Reuters")
    assert reported.evidence.confidence <= 0.3
    world = datasets.load("venezuela-2019").at("2019-04-30")
    assert world.stance("RUS", "maduro").channel is not Channel.REPORTED


# --- refusals -----------------------------------------------------------------------------

BASE = {
    "actors": [Actor("A"), Actor("eu", kind="bloc")],
    "contests": [Contest("seat")],
    "claimants": [Claimant("p", "seat"), Claimant("q", "seat")],
}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"actors": [Actor("A"), Actor("A", "Again")]}, "A is already in actors[0]"),
        ({"claimants": [Claimant("p", "throne")]}, "field contest: unknown contest 'throne'"),
        ({"claimants": [Claimant("p", "seat", actor="X")]}, "field actor: unknown actor 'X'"),
        ({"memberships": [Membership("A", "oas")]}, "field bloc: unknown actor 'oas'"),
        (
            {"memberships": [Membership("A", "eu", "2019"), Membership("A", "eu", "2019", "2020")]},
            "A eu 2019 is already in memberships[0]",
        ),
        ({"memberships": [Membership("A", "eu", source="s")]}, "field source: unknown source 's'"),
        ({"weights": [Weight("X", "gdp", 2019, 1)]}, "field actor: unknown actor 'X'"),
        (
            {"weights": [Weight("A", "gdp", 2019, 1), Weight("A", "gdp", 2019, 2)]},
            "A gdp 2019 is already in weights[0]",
        ),
        ({"sources": [Source("s"), Source("s", "Two")]}, "s is already in sources[0]"),
        ({"stances": [Stance("X", "p", value=1)]}, "field actor: unknown actor or claimant 'X'"),
        ({"stances": [Stance("A", "X", value=1)]}, "field toward: unknown actor or claimant 'X'"),
        (
            {"stances": [Stance("A", "p", value=1, channel="reported", claimed_by="X")]},
            "field claimed_by: unknown actor or claimant 'X'",
        ),
        ({"stances": [Stance("A", "p", "adores")]}, "field degree: unknown degree 'adores'"),
        ({"stances": [Stance("A", "p", value=1)] * 2}, "is the same as that in stances[0]"),
        ({"stances": [5]}, "5 is int where a Stance belongs"),
        ({"stances": 5}, "5 is int, not an iterable of records"),
        ({"actors": "USA"}, "'USA' is str, not an iterable of records"),
        ({"actors": ["USA"]}, "'USA' is str where a Actor belongs"),
        ({"actors": None}, "None is NoneType, not an iterable"),
        ({"sources": [Actor("A")]}, "where a Source belongs"),
        ({"ladder": {"a": 1}}, "is dict, not Ladder"),
        ({"title": "=1"}, "formula"),
        ({"title": 5}, "5 is int, not text"),
    ],
)
def test_a_dossier_that_contradicts_itself_is_refused(more, said):
    with pytest.raises(InputError) as caught:
        Dossier("case", **(BASE | more))
    assert said in str(caught.value)


def test_all_faults_of_a_dossier_are_listed():
    with pytest.raises(InputError) as caught:
        Dossier(
            "case",
            actors=[Actor("A"), Actor("A")],
            claimants=[Claimant("p", "seat")],
            stances=[Stance("X", "Y", value=1), Stance("X", "p", value=1)],
        )
    assert len(caught.value.problems) == 5
    assert "(and 4 more" in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (5, "rows are int, not a mapping of tables to rows"),
        ([], "rows are list, not a mapping"),
        ({}, "table dossier has 0 rows; it has exactly one"),
        ({"dossier": [{"code": "a"}]}, "there is no table 'actors'; a dossier needs actors"),
        ({"dossier": [{"code": "a"}, {"code": "b"}]}, "table dossier has 2 rows"),
        ({"dossier": 5}, "table dossier is int; a table is a list of rows"),
        ({"dossier": [5]}, "is int, not a mapping"),
        ({"dossier": {"code": "a"}, "actors": 5}, "table actors is int; a table is a list"),
        ({"dossier": {"code": "a"}, "actors": "x"}, "table actors is str; a table is a list"),
        ({"dossier": {"code": "a"}, "actors": [5]}, "actors, row 1 is int, not a mapping"),
        ({"dossier": {"code": "a"}, "actors": [{5: 1}]}, "there is no column 5; accepted: code"),
        ({"dossier": {"code": "a"}, "x": []}, "there is no table 'x'; accepted: dossier, actors"),
        (
            {"dossier": {"code": "a"}, "actors": [{"code": "A", "name": float("nan")}]},
            "actors, row 1, field name: nan is float and no cell; a cell is text, a day, a finite",
        ),
    ],
)
def test_bad_rows_are_refused(rows, said):
    with pytest.raises(InputError) as caught:
        Dossier.from_rows(rows)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("ask", "kind", "said"),
    [
        (lambda d: d.at("2019-04"), InputError, "date=2019-04 is not one day"),
        (lambda d: d.at("2019-02-30"), InputError, "has no day 30"),
        (lambda d: d.at(None), InputError, "not text"),
        (lambda d: d.at("2019-01-01", channels=["rumour"]), InputError, "accepted: recognition"),
        (lambda d: d.at("2019-01-01", channels=["vote", "vote"]), InputError, "names one twice"),
        (lambda d: d.conflicts("2019"), InputError, "is not one day"),
        (lambda d: d.members("oas", "2019-01-01"), UnknownNameError, "unknown actor 'oas'"),
        (lambda d: d.history("X", "p"), UnknownNameError, "unknown actor 'X'"),
        (lambda d: d.history("A", "X"), UnknownNameError, "unknown target 'X'"),
        (lambda d: d.actor("X"), UnknownNameError, "unknown actor 'X'"),
        (lambda d: d.restrict(actors=["X"]), UnknownNameError, "unknown actor 'X'"),
        (lambda d: d.restrict(actors="X"), UnknownNameError, "unknown actor 'X'"),
        (lambda d: d.restrict(contests=["X"]), UnknownNameError, "unknown contest 'X'"),
        (lambda d: d.restrict(sources=["X"]), UnknownNameError, "unknown source 'X'"),
        (lambda d: d.restrict(channels=["X"]), InputError, "'X' is no channel"),
        (lambda d: d.with_stances(5), InputError, "5 is int where a Stance belongs"),
        (
            lambda d: d.with_stances(Stance("X", "p", value=1)),
            InputError,
            "unknown actor or claimant 'X'",
        ),
        (
            lambda d: d.with_stances(Stance("A", "p", value=1), Stance("A", "p", value=1)),
            InputError,
            "is the same as that in the added Stance(A -> p",
        ),
        (
            lambda d: d.without_stances(Stance("A", "p", value=1)),
            InputError,
            "is not in the dossier 'case'",
        ),
    ],
)
def test_bad_questions_are_refused(ask, kind, said):
    with pytest.raises(kind) as caught:
        ask(Dossier("case", **BASE))
    assert said in str(caught.value)


def test_a_dossier_does_not_change():
    dossier = Dossier("case", **BASE)
    with pytest.raises(AttributeError):
        dossier.title = "Another"
    with pytest.raises((AttributeError, TypeError)):
        dossier.actors[0] = Actor("B")


def test_a_stance_is_taken_away_by_what_it_says():
    stance = Stance("A", "p", "recognises", since="2019", evidence=Evidence("s", "wire", 0.5))
    dossier = Dossier("case", **BASE, sources=[Source("s", "The source")], stances=[stance])
    assert dossier.stances[0] != stance  # it has the value and the full source now
    assert len(dossier.without_stances(stance).stances) == 0
    assert dossier.ladder == Ladder.standard()
