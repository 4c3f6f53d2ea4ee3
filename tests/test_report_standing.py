"""Who stands where, as the brief tells it: counts, shares, and who is told apart."""

from __future__ import annotations

import math

import pytest
from attrs import evolve
from cases import drawn
from hypothesis import given
from report_cases import DAYS, seat, section_of

import stancekit as sk
from stancekit.measures import coalitions
from stancekit.records import policies
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.stance import Stance
from stancekit.report import brief
from stancekit.testing.strategies import dossiers

# oracles


def test_the_first_sentence_counts_states():
    dossier = seat(
        Stance("A", "a", "recognises"),
        Stance("B", "a", "recognises de facto"),
        Stance("C", "b", "keeps contact"),
        Stance("D", "a", "declared neutral"),
        Stance("E", "a", absence="no-statement"),
        Stance("F", "a", "supports"),
    )
    made = brief(dossier, "2019-04-30")
    assert made.sections[0].title == "The seat"
    assert made.sections[0].paragraphs[0] == (
        "2 states recognise Ann, 1 backs Bob, 1 declared neither, 1 no statement, 1 unknown; "
        "besides, 1 leaning to one without recognising."
    )
    assert "2 states recognise Ann: A, B." in made.sections[0].points
    assert "1 state backs Bob: C." in made.sections[0].points
    assert "Leaning to Ann without recognising, 1: F." in made.sections[0].points
    assert "Unknown, 1, which is not neutral; no record says: X." in made.sections[0].points


def test_one_state_and_none():
    made = brief(seat(Stance("A", "a", "recognises")), "2019-04-30")
    assert made.sections[0].paragraphs[0].startswith("1 state recognises Ann, 0 back Bob,")
    assert "No state backs Bob." in made.sections[0].points


def test_states_and_others_are_told_apart():
    dossier = seat(
        Stance("army", "b", "supports"),
        Stance("un", "a", absence="not-applicable"),
        actors=[Actor("army", "the army", "faction"), Actor("un", kind="organisation")],
    )
    section = brief(dossier, "2019-04-30").sections[0]
    assert section.paragraphs[0].startswith("0 states recognise Ann, 0 back Bob")
    assert "Not states, but backs Bob: the army." in section.points
    assert "Not applicable (give no such recognition), 1: not states: un." in section.points


def test_shares_name_what_is_missing():
    weights = [Weight(code, "population", 2018, 10) for code in "AB"]
    weights += [Weight("C", "population", 2019, 20)]
    dossier = seat(
        Stance("A", "a", "recognises"),
        Stance("C", "b", "supports"),
        weights=weights,
        actors=[*(Actor(code) for code in "ABCD"), Actor("bloc", kind="bloc")],
    )
    assert brief(dossier, "2019-04-30").sections[0].paragraphs[1] == (
        "By population (2018-2019; known of 3, not of D and 1 that is not a state): 25.0% "
        "recognise Ann, 50.0% back Bob, 25.0% unknown."
    )


def test_shares_have_standard_errors_where_the_weights_have():
    """By the delta method, by hand: of 10, 10 and 20, each known to within 1, 2 and 0.

    A quarter with error sqrt((3/4)^2 1 + (1/4)^2 4) / 40, a half with sqrt((1/2)^2 5) / 40.
    """
    weights = [
        Weight("A", "population", 2019, 10, 1),
        Weight("B", "population", 2019, 10, 2),
        Weight("C", "population", 2019, 20, 0),
    ]
    dossier = seat(
        Stance("A", "a", "recognises"),
        Stance("C", "b", "supports"),
        weights=weights,
        actors=[Actor(code) for code in "ABC"],
    )
    made = brief(dossier, "2019-04-30")
    assert made.sections[0].paragraphs[1] == (
        "By population (2019; known of 3): 25.0% (standard error 2.3) recognise Ann, 50.0% "
        "(standard error 2.8) back Bob, 25.0% (standard error 3.8) unknown."
    )
    shares = made.data["contests"][0]["shares"]["population"]
    assert shares["unsure"] == 0
    errors = shares["standard_errors"]
    assert errors["recognition"]["a"] == pytest.approx(math.sqrt(9 / 16 + 4 / 16) / 40)
    assert errors["support"]["b"] == pytest.approx(math.sqrt(5 / 4) / 40)
    assert errors["others"]["unknown"] == pytest.approx(math.sqrt(1 / 16 + 36 / 16) / 40)


def test_a_standard_error_that_is_not_known_is_not_told():
    weights = [Weight("A", "population", 2019, 10, 1), Weight("B", "population", 2019, 10)]
    weights += [Weight("C", "population", 2019, 1e6, 10), Weight("D", "population", 2019, 1e6, 10)]
    who = {"actors": [Actor(code) for code in "ABCD"]}
    dossier = seat(
        Stance("A", "a", "recognises"), Stance("C", "b", "supports"), weights=weights, **who
    )
    told = brief(dossier, "2019-04-30").sections[0].paragraphs[1]
    assert told == (  # the unknown error of B would move every share
        "By population (2019; known of 4): under 0.1% recognise Ann, 50.0% back Bob, 50.0% unknown."
    )
    content = brief(dossier, "2019-04-30").data["contests"][0]["shares"]["population"]
    assert content["unsure"] == 1
    assert math.isnan(content["standard_errors"]["recognition"]["a"])
    all_known = [*weights[:1], Weight("B", "population", 2019, 10, 1), *weights[2:]]
    told = brief(evolve(dossier, weights=all_known), "2019-04-30").sections[0].paragraphs[1]
    assert told == (
        "By population (2019; known of 4): under 0.1% recognise Ann, 50.0% (standard error "
        "under 0.1) back Bob, 50.0% (standard error under 0.1) unknown."
    )


@drawn
@given(dossiers(), DAYS)
def test_every_standard_error_told_is_that_of_the_coalitions(dossier, day):
    world = dossier.at(day)
    for content in brief(dossier, day).data["contests"]:
        found = coalitions.recognition(world, content["code"])
        for name, shares in content["shares"].items():
            theirs = found.shares(name)
            told = shares["standard_errors"]["recognition"]
            assert repr(told) == repr(dict(theirs.standard_errors))
            assert shares["unsure"] == theirs.unsure


def test_the_years_of_old_weights_are_told():
    told = " ".join(brief(sk.load("venezuela-2019"), "2022-10-06").sections[0].paragraphs)
    assert "By population (2019; known of 193" in told


def test_shares_of_nothing_say_why():
    dossier = seat(weights=[Weight("A", "gdp", 2019, 0)])
    assert brief(dossier, "2019-04-30").sections[0].paragraphs[1] == (
        "By GDP: not defined, since no actor has a gdp above 0."
    )


def test_an_actor_on_both_sides_is_said_to_count_twice():
    dossier = seat(Stance("A", "a", "recognises"), Stance("A", "b", "supports"))
    made = brief(dossier, "2019-04-30")
    assert "Counted on more than one side: A." in made.sections[0].paragraphs
    assert section_of(made, "Contradictions").points == ("A is for Ann (+1) and Bob (+0.5).",)


def test_a_claim_and_a_contest_that_are_not_alive_say_so():
    made = brief(seat(Stance("A", "a", "recognises")), "2018-01-01")
    assert made.sections[0].paragraphs[1] == (
        "The claim of Ann is not alive that day; it is from 2019-01-23 until 2022."
    )
    over = seat(contests=[Contest("seat", "The seat", until="[..2017-06-01]")])
    assert brief(over, "2018-01-01").sections[0].paragraphs[1] == (
        "The contest is not on that day; it is until 2017-06-01 or earlier."
    )


def test_several_contests_and_one_without_claimants():
    contests = [Contest("seat", "The seat"), Contest("land"), Contest("void", "Void")]
    dossier = seat(
        contests=contests,
        claimants=[Claimant("a", "seat"), Claimant("b", "land"), Claimant("c", "land")],
    )
    made = brief(dossier, "2019-04-30")
    assert [section.title for section in made.sections[:3]] == ["land", "The seat", "Void"]
    assert made.sections[2].paragraphs == ("Nobody claims it in this dossier.",)
    assert "declared neutral" in made.sections[1].paragraphs[0]


def test_blocs_speak_for_themselves_and_members_one_by_one():
    dossier = seat(
        Stance("eu", "a", absence="divided", evidence="paper"),
        Stance("A", "a", "recognises", since="2019-02-04", evidence="paper"),
        Stance("B", "a", "recognises", since="[..2019-02-06]", evidence="list"),
        Stance("C", "a", "recognises", since="2019-02-04"),
        actors=[
            *(Actor(code) for code in "ABCD"),
            Actor("eu", "The Union", "bloc"),
            Actor("club", "A club", "bloc"),
        ],
        memberships=[Membership(code, "eu", until="2019-12-31") for code in "ABCD"],
    )
    made = brief(dossier, "2019-04-30")
    assert section_of(made, "Blocs and their members").points == (
        "A club (no member on record that day), its own position: unknown.",
        "The Union (4 members that day), its own position: toward Ann divided [paper].",
        "The Union, members toward Ann: recognises 3 (A, C since 2019-02-04; B since 2019-02-06 "
        "or earlier); unknown 1 (D).",
    )
    held = made.data["blocs"][1]["positions"][0]
    assert held["members"]["B"] == {
        "position": "recognises",
        "since": "[..2019-02-06]",
        "source": "list",
    }
    assert held["own"] == {"position": "divided", "since": None, "source": "paper"}
    later = section_of(brief(dossier, "2020-04-30"), "Blocs and their members")
    assert later.points[1].startswith("The Union (no member on record that day)")


def test_what_a_bloc_rule_filled_is_told_as_such():
    dossier = seat(
        Stance("eu", "a", "recognises"),
        actors=[Actor("A"), Actor("eu", kind="bloc")],
        memberships=[Membership("A", "eu")],
    )
    made = brief(dossier, "2019-04-30", bloc_rule=policies.binds)
    assert (
        "eu, members toward Ann: value +1 by the bloc rule 1 (A)."
        in section_of(made, "Blocs and their members").points
    )
    evidence = section_of(made, "Evidence and citations")
    assert "Filled by the bloc rule, without a record: 1." in evidence.paragraphs


def test_the_claim_of_a_parent_state_is_backed_as_an_incumbents_is():
    dossier = seat(
        Stance("A", "b", "supports"),
        Stance("B", "a", "recognises"),
        claimants=[
            Claimant("b", "seat", "Parent", traits="parent-state"),
            Claimant("a", "seat", "New"),
        ],
    )
    head = brief(dossier, "2019-04-30").sections[0].paragraphs[0]
    assert head.startswith("1 state recognises New, 1 backs Parent, 0 declared neither")
