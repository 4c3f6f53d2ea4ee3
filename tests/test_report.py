"""The brief: true to the measures, the same in every form, on any legal dossier."""

from __future__ import annotations

import datetime
import html
import json
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
from report_cases import DAYS, seat, section_of

import stancekit as sk
from stancekit.errors import InputError
from stancekit.measures import coalitions, consistency
from stancekit.records import policies
from stancekit.records.model import Actor, Contest
from stancekit.records.stance import Absence, Stance
from stancekit.report import Brief, Section, brief, last_day
from stancekit.report.words import spelled
from stancekit.testing.strategies import dossiers

POLICIES = (
    policies.latest,
    policies.most_certain,
    policies.most_precise,
    policies.consensus,
    policies.cautious,
)
RULES = (policies.own, policies.binds, policies.majority, policies.unanimity)
VOID = {"meta", "br", "hr", "img", "link"}


class Page(HTMLParser):
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


def page_of(made):
    page = Page()
    page.feed(made.html())
    page.close()
    assert page.open == []
    return page


# laws


@drawn
@given(dossiers(), DAYS, st.sampled_from(POLICIES), st.sampled_from(RULES), st.booleans())
def test_any_legal_dossier_has_a_brief_in_every_form(dossier, day, policy, rule, changed):
    since = day - datetime.timedelta(days=200) if changed else None
    made = brief(dossier, day, since=since, policy=policy, bloc_rule=rule)
    page, content = page_of(made), json.loads(made.json())
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
    page = page_of(made)
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


def test_an_empty_dossier():
    made = brief(sk.Dossier("empty"), "2019-04-30")
    assert made.title == "empty: where it stood on 30 April 2019"
    assert section_of(made, "How consistent the alignments are").paragraphs == (
        "The index is not defined: there are no ties that day.",
    )
    assert section_of(made, "Evidence and citations").paragraphs[0] == "0 records speak that day."
    assert json.loads(made.json())["alignment"]["index"] == [None, None]
    assert repr(made) == "Brief('empty: where it stood on 30 April 2019', 5 sections)"


def test_names_with_markup_are_escaped():
    nasty = "<script>alert(\"1\")</script> & 'co'"
    dossier = seat(
        Stance("A", "a", "recognises"),
        actors=[Actor("A", nasty)],
        contests=[Contest("seat", "<b>The seat</b>")],
        title="</title><script>x</script>",
    )
    made = brief(dossier, "2019-04-30")
    assert page_of(made).tags["script"] == 0
    assert html.escape(nasty, quote=False) in made.html()
    assert nasty in made.text()


def test_the_page_is_well_formed_and_reaches_nowhere():
    made = brief(sk.load("venezuela-2019"), "2019-04-30")
    text = made.html()
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    assert root.tag == "html"
    page = page_of(made)
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
    made = brief(seat(), "2019-04-30", policy=partial(policies.latest))
    assert made.data["policy"] == "partial"


def test_channels_are_told():
    made = brief(seat(), "2019-04-30", channels=["vote", "reported"])
    assert made.data["channels"] == ["vote", "reported"]
    assert "in which they speak: vote, reported." in made.text().replace("\n", " ")


def test_every_kind_of_absence_has_words():
    said = [Stance(code, "a", absence=kind) for code, kind in zip("ABCDEFX", Absence)]
    made = brief(seat(*said), "2019-04-30")
    assert made.sections[0].paragraphs[0].startswith("0 states recognise Ann")
    assert len(made.sections[0].points) > 7


# refusals


@pytest.mark.parametrize("day", ["2019", "2019-04", "2019-02-30", "", "yesterday"])
def test_a_day_that_is_none_is_refused(day):
    with pytest.raises(InputError, match=r"day|date"):
        brief(seat(), day)


def test_a_dossier_without_dates_wants_a_day():
    with pytest.raises(InputError, match="'case' has a date; say which day"):
        brief(case(Stance("A", "a", "supports")))
