"""The brief: true to the measures, the same in every form, on any legal dossier."""

from __future__ import annotations

import datetime
import html
import json
import math
import re
from collections import Counter
from functools import partial
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from attrs import evolve
from cases import case, drawn
from hypothesis import given
from hypothesis import strategies as st

import stancekit as sk
from stancekit.errors import InputError
from stancekit.measures import coalitions, consistency
from stancekit.records import policies
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.stance import Absence, Source, Stance
from stancekit.report import Brief, Section, brief, last_day
from stancekit.report.words import spelled
from stancekit.testing.strategies import dossiers

DAYS = st.dates(datetime.date(1999, 6, 1), datetime.date(2002, 6, 1))
POLICIES = (
    policies.latest,
    policies.most_certain,
    policies.most_precise,
    policies.consensus,
    policies.cautious,
)
RULES = (policies.own, policies.binds, policies.majority, policies.unanimity)
VOID = {"meta", "br", "hr", "img", "link"}


class _Page(HTMLParser):
    """Collects what a browser would see; every tag must be closed."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.words, self.links = [], Counter(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data):
        self.words += data.split()


def _page(made):
    page = _Page()
    page.feed(made.html())
    page.close()
    assert page.open == []
    return page


def _section(made, title):
    (found,) = [section for section in made.sections if section.title == title]
    return found


# laws


@drawn
@given(dossiers(), DAYS, st.sampled_from(POLICIES), st.sampled_from(RULES), st.booleans())
def test_any_legal_dossier_has_a_brief_in_every_form(dossier, day, policy, rule, changed):
    since = day - datetime.timedelta(days=200) if changed else None
    made = brief(dossier, day, since=since, policy=policy, bloc_rule=rule)
    page, content = _page(made), json.loads(made.json())
    assert page.tags["h2"] == len(made.sections)
    assert page.tags["script"] == 0
    assert content["policy"] == policy.__name__
    assert made.text() == str(made)
    # the same words in the page as in the text, but for marks of layout
    told = [made.title, *(s.title for s in made.sections)]
    told += [part for s in made.sections for part in (*s.paragraphs, *s.points)]
    words = [word for part in told for word in part.split()]
    assert Counter(words) <= Counter(page.words)
    assert brief(dossier, day, since=since, policy=policy, bloc_rule=rule) == made


@drawn
@given(dossiers(), DAYS)
def test_the_same_dossier_gives_the_same_bytes(dossier, day):
    again = sk.Dossier.from_rows(dossier.to_rows())
    one, other = brief(dossier, day, since=day), brief(again, day, since=day)
    assert one.text() == other.text()
    assert one.json() == other.json()
    assert one.html() == other.html()


@drawn
@given(dossiers(), DAYS)
def test_numbers_are_those_of_the_measures(dossier, day):
    world = dossier.at(day)
    content = json.loads(brief(dossier, day).json())
    for told in content["contests"]:
        found = coalitions.recognition(world, told["code"])
        assert told["recognition"] == {rival: list(group) for rival, group in found.items()}
        backing = coalitions.support(world, told["code"])
        assert told["support"] == {rival: list(group) for rival, group in backing.items()}
        assert told["absent"] == {str(k): list(group) for k, group in found.absent.items()}
        assert told["observations"] == found.observations
    found = consistency.alignment(world)
    told = content["alignment"]
    assert (told["lower"], told["upper"]) == (found.lower, found.upper)
    assert told["camps"] == [list(camp) for camp in found.camps]
    assert len(told["strained"]) == len(found.strained)
    assert sorted(told["by_actor"]) == sorted(found.by_actor)
    assert told["index"] == ([None, None] if found.reason else list(found.index))
    assert [c["actor"] for c in content["contradictions"]] == [
        c.actor for c in consistency.exclusivity(world)
    ]


@drawn
@given(dossiers(), DAYS)
def test_the_headline_counts_every_state_once_or_says_who_counts_twice(dossier, day):
    world = dossier.at(day)
    made = brief(dossier, day)
    for contest in json.loads(made.json())["contests"]:
        rivals = [c for c in world.claimants if c.contest == contest["code"]]
        if not rivals:
            assert contest["headline"] == "Nobody claims it in this dossier."
            continue
        apart = {c.code for c in rivals} | {c.actor for c in rivals}
        states = [a.code for a in world.actor_records if a.kind == "state" and a.code not in apart]
        head = contest["headline"]
        for rival in rivals:  # names may hold anything, also digits
            head = head.replace(rival.name, "")
        sides = {
            rival.code: contest[
                "support" if {"incumbent", "parent-state"} & set(rival.traits) else "recognition"
            ][rival.code]
            for rival in rivals
        }
        twice = sum(max(0, sum(code in group for group in sides.values()) - 1) for code in states)
        assert sum(map(int, re.findall(r"(?<![\w.+-])\d+(?= )", head))) == len(states) + twice


@drawn
@given(dossiers(), DAYS)
def test_every_source_that_is_named_is_in_the_citations(dossier, day):
    made = brief(dossier, day, since=day - datetime.timedelta(days=300))
    told = {**made.data["evidence"]["citations"]}
    known = {source.id for source in dossier.sources} - {"general-knowledge"}
    assert set(told) <= known
    cited = set()
    for section in made.sections[:-1]:
        for point in section.points:
            cited |= {mark for mark in re.findall(r"\[([^\[\]]+)\]", point) if mark in known}
    assert cited <= set(told)
    for source, line in told.items():
        full = next(s for s in dossier.sources if s.id == source)
        assert line == full.cite()
    evidence = made.data["evidence"]
    assert sum(evidence["by_kind"].values()) == evidence["records"]


@drawn
@given(dossiers(), DAYS)
def test_a_stranger_adds_to_unknown_only(dossier, day):
    later = evolve(dossier, actors=(*dossier.actors, Actor("STRANGER")))
    before, after = brief(dossier, day).data, brief(later, day).data
    for one, two in zip(before["contests"], after["contests"], strict=True):
        (kind,) = [kind for kind, group in two["absent"].items() if "STRANGER" in group]
        assert kind in ("unknown", "not-yet")  # the latter where no claim is alive that day
        two["absent"][kind].remove("STRANGER")
        for shares in two["shares"].values():
            shares["missing"].remove("STRANGER")
        one.pop("headline")
        two.pop("headline")
    assert repr(before["contests"]) == repr(after["contests"])  # by repr nan equals nan
    for key in ("alignment", "blocs", "contradictions", "conflicts"):
        assert repr(before[key]) == repr(after[key])


@given(st.dates())
def test_days_are_spelled_without_the_locale(day):
    assert spelled(day).split()[0] == str(day.day)
    assert spelled(day).split()[2] == str(day.year)


@drawn
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=80))
def test_text_is_never_markup(text):
    made = Brief(text, (Section(text, (text,), (text,)),), {"told": text})
    page = _page(made)
    assert set(page.tags) <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "ul",
        "li",
        "a",
        "span",
    }
    assert all(link.startswith(("http://", "https://")) for link in page.links)
    assert json.loads(made.json()) == {"told": text}


# oracles


def _seat(*stances, **changed):
    fields = {
        "claimants": [
            Claimant("a", "seat", "Ann", since="2019-01-23", until="2022"),
            Claimant("b", "seat", "Bob", traits="incumbent"),
        ],
        "contests": [Contest("seat", "The seat")],
    }
    return case(*stances, **{**fields, **changed})


def test_the_first_sentence_counts_states():
    dossier = _seat(
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
    made = brief(_seat(Stance("A", "a", "recognises")), "2019-04-30")
    assert made.sections[0].paragraphs[0].startswith("1 state recognises Ann, 0 back Bob,")
    assert "No state backs Bob." in made.sections[0].points


def test_states_and_others_are_told_apart():
    dossier = _seat(
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
    dossier = _seat(
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
    dossier = _seat(
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
    dossier = _seat(
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
    dossier = _seat(weights=[Weight("A", "gdp", 2019, 0)])
    assert brief(dossier, "2019-04-30").sections[0].paragraphs[1] == (
        "By GDP: not defined, since no actor has a gdp above 0."
    )


def test_an_actor_on_both_sides_is_said_to_count_twice():
    dossier = _seat(Stance("A", "a", "recognises"), Stance("A", "b", "supports"))
    made = brief(dossier, "2019-04-30")
    assert "Counted on more than one side: A." in made.sections[0].paragraphs
    assert _section(made, "Contradictions").points == ("A is for Ann (+1) and Bob (+0.5).",)


def test_a_claim_and_a_contest_that_are_not_alive_say_so():
    made = brief(_seat(Stance("A", "a", "recognises")), "2018-01-01")
    assert made.sections[0].paragraphs[1] == (
        "The claim of Ann is not alive that day; it is from 2019-01-23 until 2022."
    )
    over = _seat(contests=[Contest("seat", "The seat", until="[..2017-06-01]")])
    assert brief(over, "2018-01-01").sections[0].paragraphs[1] == (
        "The contest is not on that day; it is until 2017-06-01 or earlier."
    )


def test_an_empty_dossier():
    made = brief(sk.Dossier("empty"), "2019-04-30")
    assert made.title == "empty: where it stood on 30 April 2019"
    assert _section(made, "How consistent the alignments are").paragraphs == (
        "The index is not defined: there are no ties that day.",
    )
    assert _section(made, "Evidence and citations").paragraphs[0] == "0 records speak that day."
    assert json.loads(made.json())["alignment"]["index"] == [None, None]
    assert repr(made) == "Brief('empty: where it stood on 30 April 2019', 5 sections)"


def test_several_contests_and_one_without_claimants():
    contests = [Contest("seat", "The seat"), Contest("land"), Contest("void", "Void")]
    dossier = _seat(
        contests=contests,
        claimants=[Claimant("a", "seat"), Claimant("b", "land"), Claimant("c", "land")],
    )
    made = brief(dossier, "2019-04-30")
    assert [section.title for section in made.sections[:3]] == ["land", "The seat", "Void"]
    assert made.sections[2].paragraphs == ("Nobody claims it in this dossier.",)
    assert "declared neutral" in made.sections[1].paragraphs[0]


def test_blocs_speak_for_themselves_and_members_one_by_one():
    dossier = _seat(
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
    assert _section(made, "Blocs and their members").points == (
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
    later = _section(brief(dossier, "2020-04-30"), "Blocs and their members")
    assert later.points[1].startswith("The Union (no member on record that day)")


def test_what_a_bloc_rule_filled_is_told_as_such():
    dossier = _seat(
        Stance("eu", "a", "recognises"),
        actors=[Actor("A"), Actor("eu", kind="bloc")],
        memberships=[Membership("A", "eu")],
    )
    made = brief(dossier, "2019-04-30", bloc_rule=policies.binds)
    assert (
        "eu, members toward Ann: value +1 by the bloc rule 1 (A)."
        in _section(made, "Blocs and their members").points
    )
    evidence = _section(made, "Evidence and citations")
    assert "Filled by the bloc rule, without a record: 1." in evidence.paragraphs


def test_conflicts_name_the_winner_the_losers_and_cite_both():
    dossier = _seat(
        Stance(
            "A",
            "a",
            "recognises",
            since="[..2019-02-06]",
            evidence=sk.Evidence(Source("list", date="2019-02-06"), confidence=0.9),
        ),
        Stance(
            "A",
            "a",
            degree="declared neutral",
            since="[..2019-02-05]",
            evidence=sk.Evidence(Source("wire"), via="X > Y", confidence=0.5),
        ),
    )
    made = brief(dossier, "2019-04-30")
    assert _section(made, "Conflicts between sources").points == (
        "A toward Ann (recognition): latest takes recognises (since 2019-02-06 or earlier; list, "
        "0.9) over declared neutral (since 2019-02-05 or earlier; X > Y > wire, 0.5).",
    )
    assert sorted(made.data["evidence"]["citations"]) == ["list", "wire"]


def test_a_disputed_claim_names_who_claims():
    dossier = _seat(
        Stance("A", "a", "rejects", channel="statement", since="2019-01", evidence="wire"),
        Stance(
            "A",
            "a",
            "supports",
            channel="reported",
            since="2019-02",
            claimed_by="a",
            evidence="video",
        ),
    )
    (point,) = _section(brief(dossier, "2019-04-30"), "Conflicts between sources").points
    assert point == (
        "A toward Ann (statement and reported): disputed: rejects (since 2019-01; wire); "
        "supports (since 2019-02; says Ann; video)."
    )


def test_strained_ties_come_with_their_evidence():
    dossier = _seat(
        Stance("A", "a", "recognises", evidence="x"),
        Stance("A", "b", "supports", evidence="y", since="2019-01"),
        Stance("A", "B", "supports"),
        Stance("B", "A", "supports"),
        Stance("B", "b", "recognises"),
    )
    section = _section(brief(dossier, "2019-04-30"), "How consistent the alignments are")
    assert section.paragraphs[0] == (
        "The two camps that fit best contradict 1 of 4, the weight of 5 ties: consistency index "
        "0.500 (proved by a certificate that was checked for this brief)."
    )
    points = [point for point in section.points if point.startswith("Strained")]
    assert points == [
        "Strained sometimes (+1): A toward Ann, recognises (x).",
        "Strained sometimes (-1): Ann and Bob, rivals in The seat.",
        "Strained sometimes (+0.5): A and B toward each other, supports.",
        "Strained sometimes (+0.5): A toward Bob, supports (since 2019-01; y).",
    ]


def test_a_proof_that_fails_is_not_called_one(monkeypatch):
    from stancekit.signed.partition import Certificate

    monkeypatch.setattr(Certificate, "problems", lambda self, graph: ("broken",))
    dossier = _seat(Stance("A", "a", "recognises"), Stance("A", "b", "supports"))
    made = brief(dossier, "2019-04-30")
    text = _section(made, "How consistent the alignments are").paragraphs[0]
    assert "by the word of the solver" in text
    assert not made.data["alignment"]["is_certified"]


def test_changes_are_told_apart_from_first_records():
    dossier = _seat(
        Stance("A", "a", "supports", since="2019-02-01", evidence="old"),
        Stance("A", "a", "recognises", since="2019-03-01", evidence="new"),
        Stance("B", "a", "recognises", since="[..2019-03-15]", evidence="list"),
        Stance("C", "b", "supports", since="2019-01-01"),
        Stance("A", "B", "supports", since="2019-03-02"),
    )
    section = _section(
        brief(dossier, "2019-04-30", since="2019-02-06"), "What changed since 6 February 2019"
    )
    assert section.paragraphs == (
        "On record before, and changed: 1, told first.",
        "Not on record on 6 February 2019, and since: 2; that need not be a change of mind.",
    )
    assert section.points == (
        "A toward Ann: recognises since 2019-03-01 [new]; before, supports.",
        "B toward Ann: recognises since 2019-03-15 or earlier [list].",
        "A toward B: supports since 2019-03-02.",
    )
    made = brief(dossier, "2019-04-30", since="2019-02-06")
    assert sorted(made.data["evidence"]["citations"]) == ["list", "new", "old"]


def test_a_claim_that_begins_or_ends_is_told_once():
    dossier = _seat(Stance("A", "a", "recognises", since="2019-01-24"))
    section = _section(
        brief(dossier, "2019-01-30", since="2018-12-31"), "What changed since 31 December 2018"
    )
    assert section.points == (
        "The claim of Ann began in the meantime: it is from 2019-01-23 until 2022.",
        "A toward Ann: recognises since 2019-01-24.",
    )
    section = _section(
        brief(dossier, "2023-01-30", since="2020-12-31"), "What changed since 31 December 2020"
    )
    assert section.points == (
        "The claim of Ann ended in the meantime: it is from 2019-01-23 until 2022.",
    )
    section = _section(
        brief(dossier, "2020-12-31", since="2020-12-31"), "What changed since 31 December 2020"
    )
    assert section == Section(section.title, ("Nothing that is on record.",))


def test_general_knowledge_is_counted_and_named_apart():
    dossier = _seat(
        Stance("A", "a", "recognises", evidence="paper"),
        Stance("B", "a", "recognises", evidence="general-knowledge"),
        Stance("C", "a", "recognises"),
    )
    made = brief(dossier, "2019-04-30")
    section = _section(made, "Evidence and citations")
    assert section.paragraphs[0] == (
        "3 records speak that day: 1 on a named source, 1 on general knowledge, 1 on no source."
    )
    assert section.points == (
        "Believed without having been looked up: B toward Ann.",
        "[paper] paper.",
    )
    assert made.data["evidence"]["by_kind"] == {
        "a named source": 1,
        "general knowledge": 1,
        "no source": 1,
    }


def test_names_with_markup_are_escaped():
    nasty = "<script>alert(\"1\")</script> & 'co'"
    dossier = _seat(
        Stance("A", "a", "recognises"),
        actors=[Actor("A", nasty)],
        contests=[Contest("seat", "<b>The seat</b>")],
        title="</title><script>x</script>",
    )
    made = brief(dossier, "2019-04-30")
    assert _page(made).tags["script"] == 0
    assert html.escape(nasty, quote=False) in made.html()
    assert nasty in made.text()


def test_the_page_is_well_formed_and_reaches_nowhere():
    made = brief(sk.load("venezuela-2019"), "2019-04-30")
    text = made.html()
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    assert root.tag == "html"
    page = _page(made)
    assert set(page.tags) & {"script", "img", "link", "iframe"} == set()
    assert "https://agenda.ge/en/news/2019/227" in page.links
    assert all(link.startswith(("http://", "https://")) for link in page.links)


def test_lines_break_at_spaces_only():
    made = brief(sk.load("venezuela-2019"), "2019-04-30", since="2019-02-06")
    text = made.text()
    for source in made.data["evidence"]["citations"]:
        assert f"[{source}]" in text
    assert all(len(line) <= 96 or " " not in line.strip() for line in text.splitlines())
    narrow = made.text(width=60)
    assert narrow.split() != []
    assert "".join(narrow.split()).replace("=", "").replace("-", "") == "".join(
        text.split()
    ).replace("=", "").replace("-", "")


def test_the_last_day_is_that_of_the_last_record():
    dossier = case(
        Stance("A", "a", "supports", since="2019-02"),
        Stance("B", "a", "supports", since="[2020..]"),
    )
    assert last_day(dossier) == datetime.date(2020, 1, 1)
    assert brief(dossier).data["date"] == "2020-01-01"


def test_a_policy_without_a_name_is_no_fault():
    made = brief(_seat(), "2019-04-30", policy=partial(policies.latest))
    assert made.data["policy"] == "partial"


def test_channels_are_told():
    made = brief(_seat(), "2019-04-30", channels=["vote", "reported"])
    assert made.data["channels"] == ["vote", "reported"]
    assert "in which they speak: vote, reported." in made.text().replace("\n", " ")


def test_every_kind_of_absence_has_words():
    said = [Stance(code, "a", absence=kind) for code, kind in zip("ABCDEFX", Absence)]
    made = brief(_seat(*said), "2019-04-30")
    assert made.sections[0].paragraphs[0].startswith("0 states recognise Ann")
    assert len(made.sections[0].points) > 7


def test_a_withdrawal_that_is_rescinded_stands_again():
    dossier = _seat(
        Stance("A", "a", "recognises", since="2019-02-01"),
        Stance("A", "a", since="2019-03-01", act="withdraw"),
        Stance("A", "a", since="2019-04-01", act="rescind"),
        Stance("B", "a", value=0.9),
        actors=[*(Actor(code) for code in "AB"), Actor("X", kind="bloc")],
        memberships=[Membership(code, "X") for code in "AB"],
    )
    points = _section(brief(dossier, "2019-04-30"), "Blocs and their members").points
    assert points[1] == (
        "X, members toward Ann: stands again (+1) 1 (A since 2019-04-01); value +0.9 1 (B)."
    )


def test_the_claim_of_a_parent_state_is_backed_as_an_incumbents_is():
    dossier = _seat(
        Stance("A", "b", "supports"),
        Stance("B", "a", "recognises"),
        claimants=[
            Claimant("b", "seat", "Parent", traits="parent-state"),
            Claimant("a", "seat", "New"),
        ],
    )
    head = brief(dossier, "2019-04-30").sections[0].paragraphs[0]
    assert head.startswith("1 state recognises New, 1 backs Parent, 0 declared neither")


# refusals


@pytest.mark.parametrize("day", ["2019", "2019-04", "2019-02-30", "", "yesterday"])
def test_a_day_that_is_none_is_refused(day):
    with pytest.raises(InputError, match=r"day|date"):
        brief(_seat(), day)


def test_changes_back_in_time_are_refused():
    with pytest.raises(InputError, match="since=2019-05-01 is after at=2019-04-30"):
        brief(_seat(), "2019-04-30", since="2019-05-01")


def test_a_dossier_without_dates_wants_a_day():
    with pytest.raises(InputError, match="'case' has a date; say which day"):
        brief(case(Stance("A", "a", "supports")))
