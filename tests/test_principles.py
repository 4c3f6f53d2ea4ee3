"""Principle against camp in words: true to the measures, careful, and the same in every form."""

from __future__ import annotations

import contextlib
import io
import json
import re

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import stancekit as sk
from stancekit.__main__ import main
from stancekit.measures import doctrines
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.stance import Source, Stance
from stancekit.report import brief
from stancekit.report.principles import principles
from stancekit.testing.strategies import dossiers

TITLE = "Principle against camp"
EXPECTED = {
    "CHN": "China",
    "CYP": "Cyprus",
    "ESP": "Spain",
    "RUS": "Russia",
    "USA": "the United States",
}


@pytest.fixture(scope="module")
def made():
    return brief(sk.load("contested-states"), doctrines=True)


@pytest.fixture(scope="module")
def content(made):
    return json.loads(made.json())["doctrines"]


def _section(made):
    (found,) = [section for section in made.sections if section.title == TITLE]
    return found


def _about(made, head):
    (found,) = [point for point in _section(made).points if point.startswith(head)]
    return found


def _numbers(text):
    return re.findall(r"[+-]\d\.\d\d", text)


# laws


@settings(max_examples=40, deadline=None)
@given(dossiers(), st.sampled_from(["textbook-camp", "textbook-territorial-integrity", ""]))
def test_any_legal_dossier_is_told(dossier, trait):
    actors = [evolve(a, traits=[*a.traits, trait]) if trait else a for a in dossier.actors]
    world = evolve(dossier, actors=actors).at("2000-06-01")
    found = principles(world)
    told = [*found.section.paragraphs, *found.section.points]
    assert all(part.endswith(".") for part in told)
    assert not any(re.search(r"\bnan( %| bits)|interval nan", part) for part in told)
    groups = [*found.content["principle"], *found.content["camp"], *found.content["open"]]
    assert sorted(groups) == sorted(found.content["by_actor"])
    assert len(groups) == found.content["ranked"]
    json.dumps(str(found.content))


def test_twice_the_same(made):
    assert brief(sk.load("contested-states"), doctrines=True).json() == made.json()
    assert not any(
        s.title == TITLE for s in brief(sk.load("venezuela-2019"), "2019-04-30").sections
    )


# oracles


def test_the_command_line_tells_it(made):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["report", "contested-states", "--doctrines"]) == 0
    assert out.getvalue() == made.text()
    words = out.getvalue().split()
    for part in (*_section(made).paragraphs, *_section(made).points):
        assert " ".join(part.split()) in " ".join(words).replace(" - ", " ")


def test_the_first_lines_count_what_json_counts(made, content):
    first, second, third = _section(made).paragraphs
    assert first.startswith(f"Of {content['actors']} actors, {content['ranked']} have at least 6")
    assert f"camps predict {len(content['camp'])} actors better" in second
    assert f"principles predict {len(content['principle'])} actors better" in second
    assert f"for {len(content['open'])} the 95 % interval" in second
    assert f"{content['votes']} of the {content['stances']} stances" in third
    assert content["stances"] == sum(
        content["by_actor"][code]["observations"] for code in content["by_actor"]
    )
    assert "of which there are 8" in third
    names = {a.code: a.name for a in sk.load("contested-states").actors}
    for code in (*content["camp"], *content["principle"]):
        assert names[code] in second
        lead = content["by_actor"][code]["lead_interval"]
        assert lead[1] < 0 if code in content["camp"] else lead[0] > 0


@pytest.mark.parametrize("code", EXPECTED)
def test_each_expectation_has_numbers_intervals_and_the_words_of_json(made, content, code):
    point = _about(made, f"Textbooks, as the dossier marks them, expect {EXPECTED[code]} to follow")
    (held,) = [entry for entry in content["expected"] if entry["actor"] == code]
    assert held["verdict"] in point
    assert held["expectation"] in point
    assert f"Over {held['observations']} stances in {held['contests']} contests" in point
    camp = held["expectation"] == "its camp"
    best = next(p for p in held["ranking"] if p["is_principle"] != camp)
    low, high = best["skill_interval"]
    assert best["in_words"] in point
    assert f"(as predicted in {best['hits']} of {best['coverage']})" in point
    assert (
        f"gains {best['skill']:+.2f} bits a stance (95 % interval {low:+.2f} to {high:+.2f})"
        in point
    )
    sign = -1 if camp else 1
    low, high = sorted(sign * end for end in held["lead_interval"])
    told = f"is {sign * held['lead']:+.2f} bits a stance (95 % interval {low:+.2f} to {high:+.2f})"
    assert told in point
    assert len(_numbers(point)) >= 6


@pytest.mark.parametrize("code", EXPECTED)
def test_agreement_and_every_counter_example_are_told(made, content, code):
    name = EXPECTED[code][:1].upper() + EXPECTED[code][1:]
    point = _about(made, f"{name} agrees with territorial integrity")
    held = content["territorial_integrity"][code]
    n, missed = held["observations"], held["counterexamples"]
    low, high = held["agreement_interval"]
    assert f"in {n - len(missed)} of {n} stances ({100 * held['agreement']:.0f} %" in point
    assert f"95 % interval {100 * low:.0f} to {100 * high:.0f} %" in point
    assert f"kappa {held['kappa']:.2f}" in point
    names = {c.code: c.name for c in sk.load("contested-states").claimants}
    for claimant, predicted, sign in missed:
        words = {1: "for", -1: "against", 0: "neutral toward"}
        told = f"{words[sign]} {names[claimant]}, not {words[predicted].split()[0]} ("
        assert told in point
    assert ("without exception" in point) == (not missed)


def test_what_is_cited_is_listed_with_the_evidence(made):
    evidence = "\n".join(part for part in made.sections[-1].points)
    points = " ".join(_section(made).points)
    assert points.count(", since ") >= 13
    assert "for Russia, claim to Crimea, not against (vote, since 2019-12-09, UNGA-VOTES)" in points
    for point in _section(made).points:
        for source in re.findall(r"\([a-z]+, since [^()]*, ([A-Z0-9_-]+)\)", point):
            assert f"[{source}]" in evidence, source


def test_camps_are_told_in_words(made):
    text = " ".join((*_section(made).paragraphs, *_section(made).points))
    for code in ("csto", "follow ", "african-union", "arab-league", " FRA", " CHN"):
        assert code not in text.replace("to follow ", "").replace("To follow ", ""), code
    assert "following the majority of the Collective Security Treaty Organization" in text
    assert "following the majority of ALBA" in text
    assert "following France" in text


def test_verdicts_do_not_say_more_than_intervals_do(content):
    for held in content["expected"]:
        camp = held["expectation"] == "its camp"
        low, high = sorted((-1 if camp else 1) * end for end in held["lead_interval"])
        hoped = next(p for p in held["ranking"] if p["is_principle"] != camp)
        sure = low > 0 and hoped["skill_interval"][0] > 0
        assert (held["verdict"] == "the data bear it out") == sure
        assert (held["verdict"] == "the data speak against it") == (high < 0)


def test_what_the_data_say_of_the_textbook(content):
    verdicts = {held["actor"]: held["verdict"] for held in content["expected"]}
    assert verdicts["CYP"] == verdicts["RUS"] == "the data bear it out"
    assert verdicts["CHN"] == "the data do not show it"
    assert verdicts["ESP"] == verdicts["USA"] == "the data lean that way without showing it"


def _case(*stances, **changed):
    fields = {
        "actors": [Actor("GBR", "United Kingdom", traits=["textbook-territorial-integrity"])],
        "contests": [Contest("k", kind="state"), Contest("m", kind="state")],
        "claimants": [
            Claimant("serbia", "k", "Serbia", traits=["parent-state"]),
            Claimant("kosovo", "k", "Kosovo", traits=["secessionist"]),
            Claimant("moon", "m", "The Moon", traits=["secessionist"]),
        ],
        "stances": stances,
    }
    return principles(Dossier("case", **{**fields, **changed}).at("2019-04-30")).section


def test_nobody_has_enough_to_be_judged():
    told = _case()
    assert told.paragraphs[0].startswith("None of 1 actors has at least 6 declared stances")
    assert told.points == (
        "Textbooks, as the dossier marks them, expect the United Kingdom to follow territorial "
        "integrity: it cannot be told; stances in fewer than two contests cannot be left out in "
        "turn.",
        "The United Kingdom has no stance of which territorial integrity says anything.",
    )
    assert _case(actors=()).points == ()


def test_only_one_side_speaks():
    stances = [
        Stance("GBR", "serbia", "supports"),
        Stance("GBR", "kosovo", "recognises", since="2008-02", evidence=Source("gov", "HMG")),
        Stance("GBR", "moon", "rejects"),
    ]
    one, two = _case(*stances).points
    assert one.endswith("territorial integrity: it cannot be told; only principles speak.")
    assert two == (
        "The United Kingdom agrees with territorial integrity in 2 of 3 stances (67 %, 95 % "
        "interval 21 to 94 %; kappa 0.40, 95 % interval 0.00 to 0.40). Counter-examples: for "
        "Kosovo, not against (recognition, since 2008-02, gov)."
    )


def test_one_camp_is_a_camp_and_one_name_takes_an_article():
    actors = [
        Actor("GBR", "United Kingdom", traits=["textbook-camp"]),
        *(Actor(code, traits=["permanent-member"]) for code in ("FRA", "USA")),
        Actor("eu", "European Union", "bloc"),
    ]
    claimants = [Claimant(f"c{k}{s}", f"c{k}") for k in range(6) for s in "ab"]
    held = [1, -1, -1, 1, 1, -1, 1, -1, -1, 1, -1, 1]
    stances = [
        Stance(who, c.code, value=float(v))
        for who in ("GBR", "FRA")
        for c, v in zip(claimants, held, strict=True)
    ]
    told = _case(
        *stances,
        actors=actors,
        memberships=[Membership("FRA", "eu")],
        contests=[Contest(f"c{k}", kind="territory") for k in range(6)],
        claimants=[evolve(c, traits=["parent-state"]) for c in claimants],
    )
    text = " ".join(told.points)
    assert "expect the United Kingdom to follow its camp: the data bear it out" in text
    assert "following FRA (as predicted in 12 of 12), gains" in text
    assert "no principle gains anything" in text
    assert "There are 5 principles and 3 camps." in told.paragraphs[1]
    assert "predict no actors better than camps do" in told.paragraphs[1]
    assert doctrines.follow_bloc("eu").name not in text


# refusals


def test_venezuela_has_one_contest_and_says_so():
    section = _section(brief(sk.load("venezuela-2019"), "2019-04-30", doctrines=True))
    (only,) = section.paragraphs
    assert "principle and camp cannot be compared" in only
    assert section.points == ()
