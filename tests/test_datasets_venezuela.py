"""The dossier venezuela-2019: the facts that must hold, the given lists and article whole."""

from __future__ import annotations

import csv
import datetime
import os
from pathlib import Path

import pytest

import stancekit as sk
from stancekit import datasets
from stancekit.errors import UnknownNameError
from stancekit.io import tables
from stancekit.measures import coalitions
from stancekit.records.stance import GENERAL_KNOWLEDGE, Absence, Channel

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("STANCEKIT_DATA", ROOT / ".." / "shared" / "data")) / "venezuela_2019"
LISTS = (
    "OPAIS_2019-01-23",
    "ELNUEVODIA_2019-01",
    "YUCATAN_2019-01",
    "FP_2019-02-06",
    "SHAREAMERICA_2019-02-15",
)
ARTICLE = "ARTICLE_2019-04-30"
CONTEST = "venezuela-presidency"
DAY = "2019-04-30"


@pytest.fixture(scope="module")
def dossier():
    return sk.load("venezuela-2019")


@pytest.fixture(scope="module")
def world(dossier):
    return dossier.at(DAY)


def _given(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is not there; set STANCEKIT_DATA to the folder of the given data")
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


# laws


def test_what_ships_reads_back_from_what_is_written(dossier, tmp_path):
    assert dossier.problems() == ()
    tables.write(dossier, tmp_path)
    assert sk.read(tmp_path) == dossier
    shipped = datasets.folder("venezuela-2019")
    for path in shipped.iterdir():  # sorted, one fact a row: as a writer would write it
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_every_record_rests_on_a_source_with_an_address_or_a_date(dossier):
    sources = {source.id: source for source in dossier.sources}
    for stance in dossier.stances:
        assert stance.evidence is not None
        assert stance.evidence.confidence is not None
        if stance.evidence.is_general_knowledge:
            assert stance.evidence.confidence <= 0.6
        else:
            source = sources[stance.evidence.source.id]
            assert source.publisher
            assert source.address.startswith("http") or source.id in (*LISTS, ARTICLE)
    assert sources[GENERAL_KNOWLEDGE].address == ""


def test_each_day_of_the_case_can_be_taken(dossier):
    day = datetime.date(2018, 12, 15)
    while day < datetime.date(2023, 3, 1):
        world = dossier.at(day)
        found = coalitions.recognition(world, CONTEST)
        placed = {a for g in (*found.values(), *found.absent.values()) for a in g}
        placed |= {*found.leaning, *found.neutral, *found.opposed}
        assert placed == {actor.code for actor in dossier.actors}
        day += datetime.timedelta(days=61)


# oracles: the seed statements


def test_the_united_states_and_denmark_recognise(world):
    for state in ("USA", "DNK"):
        assert world.value(state, "guaido") == 1.0
        assert world.channel(state, "guaido") is Channel.RECOGNITION
        assert state in coalitions.recognition(world, CONTEST)["guaido"]


def test_cuba_supports_maduro_in_its_statements_and_is_against_the_united_states(dossier, world):
    spoken = dossier.at(DAY, channels=["statement"])
    assert spoken.value("CUB", "maduro") == 0.5
    assert spoken.value("CUB", "USA") < 0
    assert world.value("CUB", "maduro") > 0
    assert world.value("CUB", "USA") < 0
    assert "CUB" in coalitions.support(world, CONTEST)["maduro"]


def test_russia_is_with_maduro_by_its_own_word_and_what_pompeo_says_stays_apart(dossier, world):
    assert "RUS" in coalitions.support(world, CONTEST)["maduro"]
    assert world.channel("RUS", "maduro") is Channel.STATEMENT
    spoken = world.stance("RUS", "maduro")
    assert spoken.claimed_by == ""
    assert spoken.evidence.source.id != ARTICLE
    (claim,) = [s for s in dossier.history("RUS", "maduro") if s.channel is Channel.REPORTED]
    assert claim.evidence.via == ("Pompeo", "CNN", "Reuters")
    assert claim.evidence.origin == "Pompeo"
    assert claim.evidence.confidence <= 0.3
    assert claim.claimed_by == "USA"
    assert str(claim.since) == DAY
    assert "persuaded him to stay" in claim.note
    # without the claim, nothing about Russia changes
    assert dossier.without_stances(claim).at(DAY).value("RUS", "maduro") == world.value(
        "RUS", "maduro"
    )
    assert dossier.at(DAY, channels=["reported"]).value("RUS", "maduro") == 0.5


def test_the_backing_of_the_armed_forces_is_a_claim_of_guaido(dossier, world):
    army = "venezuelan-armed-forces"
    (claim,) = [s for s in dossier.history(army, "guaido") if s.channel is Channel.REPORTED]
    assert claim.claimed_by == "guaido"
    assert claim.evidence.confidence <= 0.3
    assert world.value(army, "guaido") < 0
    assert world.value(army, "maduro") > 0
    assert army not in coalitions.support(world, CONTEST)["guaido"]
    kinds = {(c.actor, c.toward, c.kind) for c in dossier.conflicts(DAY)}
    assert (army, "guaido", "disputed") in kinds


def test_norway_is_unknown_and_not_neutral(world):
    assert world.absence("NOR", "maduro") is Absence.UNKNOWN
    assert "NOR" in coalitions.recognition(world, CONTEST).absent[Absence.UNKNOWN]


# oracles: the list of 6 February 2019


def test_by_the_list_of_6_february_22_of_28_members_recognise_and_43_actors_in_all(dossier):
    world = dossier.restrict(sources=["FP_2019-02-06"]).at("2019-02-06")
    found = coalitions.recognition(world, CONTEST)
    members = world.members("eu")
    assert len(members) == 28
    assert len(set(members) & set(found["guaido"])) == 22
    assert len(found["guaido"]) == 43
    assert world.absence("eu", "guaido") is Absence.DIVIDED
    assert found.absent[Absence.DIVIDED] == ("eu",)
    assert not world.derived.any()
    # neither from the other: without its members the bloc is divided, without it they recognise
    others = [actor.code for actor in dossier.actors if actor.code not in members]
    alone = dossier.restrict(sources=["FP_2019-02-06"], actors=others).at("2019-02-06")
    assert alone.absence("eu", "guaido") is Absence.DIVIDED
    rest = [actor.code for actor in dossier.actors if actor.code != "eu"]
    without = dossier.restrict(sources=["FP_2019-02-06"], actors=rest).at("2019-02-06")
    assert len(coalitions.recognition(without, CONTEST)["guaido"]) == 43


def test_with_all_sources_each_member_has_its_own_day_and_source(dossier, world):
    recognised = coalitions.recognition(world, CONTEST)["guaido"]
    members = [m for m in world.members("eu") if m in recognised]
    assert len(members) == 24
    for member in members:
        stance = world.stance(member, "guaido")
        assert stance.since.precision == "day", member
        assert stance.evidence.source.id not in LISTS, member
        assert not stance.evidence.is_general_knowledge, member
    days = {m: str(world.stance(m, "guaido").since) for m in members}
    assert days["FRA"] == "2019-02-04"
    assert days["MLT"] == "2019-02-05"
    assert days["ROU"] == "2019-02-08"
    assert days["SVN"] == "2019-02-14"
    assert not {"ITA", "GRC", "CYP", "SVK"} & set(members)
    assert world.absence("eu", "guaido") is Absence.DIVIDED


def test_on_22_january_nobody_recognises(dossier):
    found = coalitions.recognition(dossier.at("2019-01-22"), CONTEST)
    assert found["guaido"] == ()
    assert set(found) == {"guaido", "maduro"}
    assert dossier.at("2019-01-22").absence("USA", "guaido") is Absence.NOT_YET
    assert "USA" in coalitions.recognition(dossier.at("2019-01-23"), CONTEST)["guaido"]


# oracles: sources that disagree, states that change


@pytest.mark.parametrize("state", ["MEX", "URY"])
def test_mexico_and_uruguay_are_conflicts_between_sources_in_january(dossier, state):
    found = [
        conflict
        for conflict in dossier.conflicts("2019-01-24")
        if (conflict.actor, conflict.toward, conflict.kind) == (state, "maduro", "value")
    ]
    assert len(found) == 1
    positions = {stance.position for stance in found[0].stances}
    assert {"supports", "declared neutral"} <= positions
    assert len({stance.evidence.origin for stance in found[0].stances}) > 1
    # the given lists alone disagree about Uruguay, and about Mexico with what came later
    lists = dossier.restrict(sources=LISTS)
    held = [c for c in lists.conflicts() if (c.actor, c.toward) == (state, "maduro")]
    assert held


def test_ireland_changes_its_position_on_6_february(dossier):
    by_list = dossier.restrict(sources=["FP_2019-02-06"]).at("2019-02-06")
    assert by_list.value("IRL", "guaido") == 0.0
    by_later_list = dossier.restrict(sources=["SHAREAMERICA_2019-02-15"]).at("2019-02-15")
    assert by_later_list.value("IRL", "guaido") == 1.0
    assert dossier.at("2019-02-05").value("IRL", "guaido") == 0.0
    after = dossier.at("2019-02-06")
    assert after.value("IRL", "guaido") == 1.0
    assert str(after.stance("IRL", "guaido").since) == "2019-02-06"
    assert after.stance("IRL", "guaido").evidence.source.id == "IRISHEXAMINER_2019-02-06"
    assert dossier.at("2019-02-07").value("IRL", "guaido") == 1.0


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        ("BOL", "2019-11-01", "2019-12-31"),
        ("ARG", "2019-12-01", "2020-02-01"),
        ("PER", "2020-06-01", "2021-11-01"),
        ("COL", "2022-06-01", "2022-09-30"),
        ("BRA", "2022-12-31", "2023-01-02"),
    ],
)
def test_states_that_changed(dossier, state, before, after):
    was, now = dossier.at(before), dossier.at(after)
    recognised = ["guaido" in _for(was, state), "guaido" in _for(now, state)]
    assert recognised == ([False, True] if state == "BOL" else [True, False])


def _for(world, state):
    found = coalitions.recognition(world, CONTEST)
    return {rival for rival in found if state in found[rival]}


def test_the_interim_presidency_ends(dossier):
    assert coalitions.recognition(dossier.at("2023-01-05"), CONTEST)["guaido"] == ()
    assert len(coalitions.recognition(dossier.at("2022-12-31"), CONTEST)["guaido"]) > 0


def test_weights_have_a_source_and_all_but_venezuela_are_members(dossier, world):
    assert set(world.weights) == {"gdp", "population", "un_member"}
    sources = {source.id for source in dossier.sources}
    assert all(weight.source in sources for weight in dossier.weights)
    for year in (2017, 2018, 2019):
        members = [w.value for w in dossier.weights if (w.name, w.year) == ("un_member", year)]
        assert sum(members) == 192  # of 193


# oracles: the given files, without loss


def test_all_claims_of_the_five_lists_are_there(dossier):
    claims = _given("claims.csv")
    assert len(claims) == 180
    said = {}
    for stance in dossier.stances:
        if stance.evidence.source.id in LISTS:
            key = (stance.evidence.source.id, stance.actor)
            said.setdefault(key, []).append(stance)
    organisations = {"ORG:OAS": "oas", "ORG:EU": "eu", "ORG:IDB": "idb"}
    held = set()
    for claim in claims:
        code = organisations.get(claim["iso3"], claim["iso3"])
        stances = said[claim["source_id"], code]
        held.add((claim["source_id"], code))
        assert any(f"category: {claim['category']}" in stance.note for stance in stances), claim
        for stance in stances:
            published = stance.evidence.source.date
            given = datetime.date.fromisoformat(claim["source_date"])
            assert published.earliest <= given <= published.latest, claim
            assert stance.since.latest >= given, claim  # holds on the day of the list, or by it
        toward = {stance.toward: stance for stance in stances}
        if claim["category"] == "recognises_guaido":
            assert toward["guaido"].degree == "recognises"
        elif claim["category"] == "backs_maduro":
            assert toward["maduro"].degree == "supports"
        elif claim["category"].startswith("neither"):
            assert {s.degree for s in toward.values()} == {"declared neutral"}
        else:
            assert {s.absence for s in toward.values()} <= {
                Absence.NO_STATEMENT,
                Absence.DIVIDED,
                Absence.NOT_APPLICABLE,
            }
    assert held == set(said)  # and nothing is said to be in a list that is not
    assert len(held) == 180


def test_all_actors_of_the_lists_are_there(dossier):
    claims = _given("claims.csv")
    assert len({claim["actor"] for claim in claims}) == 81
    assert len({s.actor for s in dossier.stances if s.evidence.source.id in LISTS}) == 81


def test_all_statements_of_the_article_are_there_with_their_chains(dossier):
    statements = _given("facts_article_2019-04-30.csv")
    assert len(statements) == 14
    mine = [s for s in dossier.stances if s.evidence.source.id == ARTICLE]
    told = {}
    for stance in mine:
        assert stance.note.startswith("article statement ")
        number = stance.note.removeprefix("article statement ").split(":")[0]
        told.setdefault(number, []).append(stance)
    assert sorted(told, key=int) == [str(n) for n in range(1, 15)]
    codes = {"VEN-MIL": "venezuelan-armed-forces", "VEN-SEC": "venezuelan-security-forces"}
    for fact in statements:
        stances = told[fact["id"]]
        for stance in stances:
            assert str(stance.channel) == fact["channel"], fact
            assert stance.toward == fact["toward"]
            value = stance.value if stance.value is not None else 0
            assert (value > 0) == (fact["sign"] == "+")
            assert (value < 0) == (fact["sign"] == "-")
            assert stance.evidence.chain == (
                *(part for part in fact["chain"].split(" > ") if part != "article"),
                ARTICLE,
            )
            assert f"said by {fact['said_by']}:" in stance.note
            what = "EU members (many) recognised" if fact["id"] == "3" else fact["what"]
            assert what in stance.note
        if fact["id"] == "3":  # many members, none named: each that had recognised, not the bloc
            members = set(dossier.members("eu", DAY))
            assert {stance.actor for stance in stances} <= members
            assert all(stance.evidence.confidence <= 0.5 for stance in stances)
        else:
            (stance,) = stances
            assert stance.actor == codes.get(fact["actor"], fact["actor"])
        if fact["channel"] == "reported":  # disputed, and marked so
            assert "disputed" in stances[0].note
            assert stances[0].evidence.confidence <= 0.3


# refusals


def test_a_dataset_that_does_not_ship_is_refused():
    for name in ("venezuela", "", "../venezuela-2019", "venezuela-2019/"):
        with pytest.raises(UnknownNameError, match="unknown dataset"):
            sk.load(name)
    with pytest.raises(UnknownNameError, match="did you mean 'venezuela-2019'"):
        datasets.folder("venezuela-209")


def test_the_names_are_those_of_the_folders():
    assert "venezuela-2019" in datasets.names()
    for name in datasets.names():
        assert datasets.folder(name).is_dir()
        assert sk.load(name).code == name
