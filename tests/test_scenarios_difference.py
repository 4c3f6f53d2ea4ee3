"""Differences against direct recomputation; well-formed pages; the commands what-if and pivots."""

from __future__ import annotations

import argparse
import itertools
import json
from html.parser import HTMLParser

import pytest
from cases import case
from test_scenarios_goals import drawn

import stancekit as sk
from stancekit.errors import InputError, StancekitError
from stancekit.io.scenarios import write
from stancekit.measures import coalitions, consistency
from stancekit.records.model import Actor, Membership
from stancekit.records.stance import Absence, Stance
from stancekit.scenarios import Scenario, difference
from stancekit.what_if import add_commands

DAY = "2019-04-30"


class Tags(HTMLParser):
    """Refuses a page whose tags do not close one another."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def page(text):
    tags = Tags()
    tags.feed(text)
    tags.close()
    assert not tags.open
    return " ".join(tags.text)


# -- laws ------------------------------------------------------------------------------------


def test_nothing_is_different_from_itself():
    for seed in range(10):
        dossier = drawn(seed)
        diff = difference(dossier, dossier, DAY)
        assert not (diff.cells)
        assert not (diff.coalitions)
        assert not (diff.shares)
        assert not (diff.blocs)
        assert not (diff.newly_strained)
        assert not (diff.relieved)
        assert len(diff.lines()) == 1


def test_there_and_back_are_mirrored():
    for seed in range(12):
        one, other = (
            drawn(seed),
            Scenario().set("A", "a", -1.0).set("B", "b", 1.0).apply(drawn(seed)),
        )
        there, back = difference(one, other, DAY), difference(other, one, DAY)
        assert there.newly_strained == back.relieved
        assert there.relieved == back.newly_strained
        assert {(c.claimant, c.question, c.joined, c.left) for c in there.coalitions} == {
            (c.claimant, c.question, c.left, c.joined) for c in back.coalitions
        }
        assert there.index == back.index[::-1]
        assert [(a, t, now, was) for a, t, was, now in there.cells] == list(back.cells)


def test_all_parts_are_what_direct_work_gives():
    kinds = set()
    for seed, (actor, target, value) in enumerate(
        itertools.product("AB", "ab", (-1.0, 0.5, 1.0, "withdraw"))
    ):
        dossier = drawn(seed)
        scenario = Scenario("x").on(DAY)
        scenario = (
            scenario.withdraw(actor, target)
            if value == "withdraw"
            else scenario.set(actor, target, value)
        )
        diff = scenario.difference(dossier, DAY)
        was, now = dossier.at(DAY), scenario.apply(dossier).at(DAY)
        changed = was.absence(actor, target) is not Absence.NOT_YET and (
            was.value(actor, target) != value
            if value != "withdraw"
            else was.absence(actor, target) is not Absence.WITHDRAWN
        )
        assert [cell[:2] for cell in diff.cells] == ([(actor, target)] if changed else [])
        joined = {
            (q.__name__, c, who)
            for q in (coalitions.recognition, coalitions.support)
            for c, group in q(now, "seat").items()
            for who in set(group) - set(q(was, "seat")[c])
        }
        left = {
            (q.__name__, c, who)
            for q in (coalitions.recognition, coalitions.support)
            for c, group in q(was, "seat").items()
            for who in set(group) - set(q(now, "seat")[c])
        }
        assert joined == {(s.question, s.claimant, w) for s in diff.coalitions for w in s.joined}
        assert left == {(s.question, s.claimant, w) for s in diff.coalitions for w in s.left}
        for shift in diff.shares:
            ask = getattr(coalitions, shift.question)
            assert shift.before == ask(was, "seat").shares(shift.weight)[shift.claimant]
            assert shift.after == ask(now, "seat").shares(shift.weight)[shift.claimant]
            assert shift.before != shift.after
        strained = [{t.names for t in consistency.alignment(w).strained} for w in (was, now)]
        assert set(diff.newly_strained) == strained[1] - strained[0]
        assert set(diff.relieved) == strained[0] - strained[1]
        assert diff.index == (consistency.alignment(was).index, consistency.alignment(now).index)
        crossed = {who for _, _, who in joined | left}
        assert set(diff.blocs) == {("eu", who) for who in crossed if who in was.members("eu")}
        kinds |= {"joined"} if joined else set()
        kinds |= {"left"} if left else set()
        kinds |= {"strained"} if diff.newly_strained else set()
        kinds |= {"relieved"} if diff.relieved else set()
        kinds |= {"share"} if diff.shares else set()
        kinds |= {"bloc"} if diff.blocs else set()
    assert kinds == {"joined", "left", "strained", "relieved", "share", "bloc"}


# -- oracles ---------------------------------------------------------------------------------


def test_who_comes_new_is_told():
    dossier = case(Stance("A", "a", "recognises"))
    scenario = Scenario("a new state").enter(Actor("N"), on="2019-01-01")
    diff = scenario.set("N", "a", 1.0).on("2019-01-02").difference(dossier, DAY)
    assert ("N", "a", "unknown", "+1") in diff.cells
    assert [s.joined for s in diff.coalitions] == [("N",), ("N",)]


def test_members_that_cross_a_line():
    actors = [*map(Actor, "ABCDEFX"), Actor("eu", kind="bloc")]
    dossier = case(
        Stance("A", "a", "recognises"), actors=actors, memberships=[Membership("A", "eu")]
    )
    diff = Scenario().withdraw("A", "a").on(DAY).difference(dossier, DAY)
    assert diff.blocs == (("eu", "A"),)
    assert "crosses a line within eu: A" in diff.lines()


def test_pages_are_well_formed_and_escaped():
    dossier = case(Stance("A", "a", "recognises"))
    scenario = Scenario("<script>alert('x')</script> & more").set("A", "a", -1.0).on(DAY)
    diff = scenario.difference(dossier, DAY)
    for shown in (diff._repr_html_(), scenario._repr_html_()):
        assert "<script>" not in shown
        assert "alert" in page(shown)
    json.dumps(diff.content())


# -- the commands ----------------------------------------------------------------------------


def run(*arguments, dossier=None):
    parser = argparse.ArgumentParser()
    said = []
    load = sk.load if dossier is None else lambda name: dossier
    add_commands(parser.add_subparsers(), load, said.append)
    asked = parser.parse_args(arguments)
    assert asked.run(asked) == 0
    return "".join(said)


def test_what_if():
    arguments = ["what-if", "venezuela-2019", "--at", DAY, "--set", "RUS:maduro=0"]
    text = run(*arguments)
    assert "RUS toward maduro: +0.5 -> +0" in text
    assert "consistency index: 0.872 -> 0.871" in text
    held = json.loads(run(*arguments, "--json"))
    assert held["cells"] == [["RUS", "maduro", "+0.5", "+0"]]
    assert held["fingerprint"] == sk.load("venezuela-2019").fingerprint
    shown = page(run(*arguments, "--html"))
    assert "RUS no longer backs maduro" in shown


def test_what_if_from_a_file(tmp_path):
    write(Scenario("from a file").set("A", "a", 1.0).on("2019-01-01"), tmp_path / "s.json")
    dossier = case(Stance("A", "a", "rejects"))
    text = run("what-if", "x", "--scenario", str(tmp_path / "s.json"), dossier=dossier)
    assert text.startswith("from a file: what would be different on 2019-01-01")
    both = run(
        "what-if", "x", "--scenario", str(tmp_path / "s.json"), "--set", "B:b=rejects",
        "--withdraw", "A:b@vote", "--name", "mine", "--at", DAY, "--json", dossier=dossier,
    )  # fmt: skip
    assert json.loads(both)["name"] == "mine"
    assert ["A", "b", "unknown", "withdrawn"] in json.loads(both)["cells"]
    assert ["B", "b", "unknown", "-0.75"] in json.loads(both)["cells"]


def test_what_if_members_and_channels():
    actors = [*map(Actor, "ABCDEFX"), Actor("eu", kind="bloc")]
    dossier = case(Stance("A", "a", "rejects", channel="vote"), actors=actors)
    text = run("what-if", "x", "--at", DAY, "--join", "A:eu", "--set", "A:a=divided",
               "--channels", "vote,statement", dossier=dossier)  # fmt: skip
    assert "A toward a: -0.75 -> divided" in text


def test_pivots():
    dossier = drawn(3)
    arguments = ["pivots", "x", "--at", DAY, "--weight", "votes", "--line", "1/2"]
    text = run(*arguments, dossier=dossier)
    for title in ("All single changes", "Pivotal for consistency", "Across the line of 1/2"):
        assert title in text
    held = json.loads(run(*arguments, "--json", dossier=dossier))
    assert all(row["is_certified"] for row in held["changes"])
    page(run(*arguments, "--html", dossier=dossier))
    few = run("pivots", "x", "--at", DAY, "--toward", "a", "--actors", "A", "--values=-1,1",
              "--json", dossier=dossier)  # fmt: skip
    assert {(r["actor"], r["toward"]) for r in json.loads(few)["changes"]} == {("A", "a")}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["what-if", "x", "--at", DAY], "what if what"),
        (["what-if", "x", "--at", DAY, "--set", "A:a"], "accepted is --set A:B=VALUE"),
        (["what-if", "x", "--at", DAY, "--set", "A=a"], "accepted is"),
        (["what-if", "x", "--at", DAY, "--withdraw", "A:a=1"], "accepted is --withdraw A:B"),
        (["what-if", "x", "--at", DAY, "--set", "A:a=2"], "outside [-1, 1]"),
        (["what-if", "x", "--at", DAY, "--set", "A:a=recognizes"], "recognises"),
        (["what-if", "x", "--at", DAY, "--set", "A:a=1@vot"], "no channel"),
        (["what-if", "x", "--at", DAY, "--join", "A:B@vote"], "no channel"),
        (["what-if", "x", "--at", DAY, "--leave", "A:B"], "no member"),
        (["what-if", "x", "--at", "2019", "--set", "A:a=1"], "not one day"),
        (["what-if", "x", "--at", DAY, "--set", "Q:a=1"], "'Q'"),
        (["what-if", "x", "--scenario", "none.json"], "no such file"),
        (["pivots", "x", "--at", DAY, "--top", "few"], "--top few"),
        (["pivots", "x", "--at", DAY, "--line", "1/2"], "--weight"),
        (["pivots", "x", "--at", DAY, "--line", "3/2", "--weight", "votes"], "a share in"),
        (["pivots", "x", "--at", DAY, "--line", "1/0", "--weight", "votes"], "a share in"),
        (["pivots", "x", "--at", DAY, "--values", "1,5"], "outside [-1, 1]"),
        (["pivots", "x", "--at", DAY, "--weight", "gold"], "gold"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments, told):
    with pytest.raises(StancekitError) as error:
        run(*arguments, dossier=drawn(3))
    assert told in str(error.value)


def test_a_difference_needs_one_day():
    with pytest.raises(InputError):
        difference(case(), case(), "2019")
