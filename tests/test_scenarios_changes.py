"""Changes as values: the laws of apply over generated dossiers and scenarios; refusals."""

from __future__ import annotations

import datetime
import itertools
import pickle
import subprocess
import sys

import numpy as np
import pytest
from attrs import evolve
from cases import case
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

import stancekit as sk
from stancekit.errors import InputError, UnknownNameError
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.policies import (
    cautious,
    consensus,
    latest,
    most_certain,
    most_precise,
)
from stancekit.records.stance import Absence, Channel, Evidence, Source, Stance
from stancekit.scenarios import Change, Scenario
from stancekit.testing.scenarios import scenarios
from stancekit.testing.strategies import dossiers

POLICIES = st.sampled_from([latest, most_certain, most_precise, consensus, cautious])
#: Dossiers take a while to draw.
some = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
few = settings(some, max_examples=25)

DAYS = [datetime.date(2000, m, 1) for m in (1, 2, 3, 6, 9)] + [
    datetime.date(2000, 2, 14),
    datetime.date(2000, 2, 15),
    datetime.date(2000, 5, 31),
    datetime.date(1999, 7, 1),
    datetime.date(2001, 6, 1),
    datetime.date(2002, 1, 1),
]


@st.composite
def cases(draw, scenario_of=1, **options):
    """A dossier and scenarios that are about its codes and that it does not refuse."""
    dossier = draw(dossiers(max_actors=4, max_claimants=2, min_stances=1, max_stances=6))
    who = [actor.code for actor in dossier.actors]
    everyone = who + [claimant.code for claimant in dossier.claimants]
    spoken = sorted({(s.actor, s.toward) for s in dossier.stances})
    codes = {
        "actors": [actor for actor, _ in spoken] + everyone,
        "targets": [toward for _, toward in spoken] + everyone,
        "ladder": dossier.ladder,
        **options,
    }
    if options.get("lives", True):
        codes |= {"blocs": who, "newcomers": ["N", "M"]}
        codes |= {"contests": [contest.code for contest in dossier.contests]}
    codes.pop("lives", None)
    if not who:
        codes["actors"] = everyone
        codes.pop("blocs", None)
    return dossier, *(draw(scenarios(**codes)) for _ in range(scenario_of))


def applied(scenario, dossier):
    """The changed dossier, or nothing where the scenario does not fit."""
    try:
        return scenario.apply(dossier)
    except (InputError, UnknownNameError) as error:
        event(f"refused: {'open order' if 'open' in str(error) else 'does not fit'}")
        assume(False)


def cells(dossier, day, **options):
    """What is held on a day, by name; a cell that is not there is unknown."""
    world = dossier.at(day, **options)
    held = {}
    for a, t in itertools.product(range(len(world.actors)), range(len(world.targets))):
        code = int(world.absences[a, t])
        if code != tuple(Absence).index(Absence.UNKNOWN):
            what = tuple(Absence)[code] if code >= 0 else float(world.values[a, t])
            channel = int(world.channels[a, t])
            held[world.actors[a], world.targets[t]] = what, channel
    return held


def assert_same_day(changed, dossier, day, **options):
    """The same cells; one that is in the table of only one of them is unknown, or not yet."""
    now, was = cells(changed, day, **options), cells(dossier, day, **options)
    worlds = changed.at(day, **options), dossier.at(day, **options)
    for cell in now.keys() | was.keys():
        if all(cell[0] in world.actors and cell[1] in world.targets for world in worlds):
            assert now.get(cell) == was.get(cell), cell
        else:
            assert (now.get(cell) or was.get(cell)) == (Absence.NOT_YET, -1), cell


def weights(dossier, day):
    world = dossier.at(day)
    return {
        name: [(a, v) for a, v in zip(world.actors, column.values.tolist(), strict=True) if v == v]
        for name, column in world.weights.items()
    }


# -- laws ------------------------------------------------------------------------------------


@few
@given(dossiers())
def test_no_change_is_the_identity(dossier):
    assert Scenario("nothing").apply(dossier) == dossier
    assert Scenario("nothing").on("2000-01-01").apply(dossier).fingerprint == dossier.fingerprint


@some
@given(cases(2))
def test_a_sum_is_one_after_the_other(drawn):
    dossier, a, b = drawn
    changed = applied(b, applied(a, dossier))
    assert (a + b).apply(dossier) == changed
    assert (a + b).apply(dossier).fingerprint == changed.fingerprint


@few
@given(cases(3))
def test_sums_are_associative(drawn):
    _, a, b, c = drawn
    assert ((a + b) + c).dated() == (a + (b + c)).dated()


@some
@given(cases(2))
def test_disjoint_changes_may_be_swapped(drawn):
    dossier, a, b = drawn
    subjects = {c.subject for c in a.changes} & {c.subject for c in b.changes}
    staged = [
        {
            change.actor
            for change in s.changes
            if change.deed in ("enter", "leave") and not change.toward
        }
        for s in (a, b)
    ]
    named = [frozenset().union(*(change.named for change in s.changes)) for s in (a, b)]
    assume(not subjects and not staged[0] & named[1] and not staged[1] & named[0])
    one = applied(a + b, dossier)
    assert (b + a).apply(dossier) == one


@some
@given(cases())
def test_nothing_is_mutated_and_the_result_is_canonical(drawn):
    """The fast splice gives what a reading of the written rows gives."""
    dossier, scenario = drawn
    before = dossier.fingerprint, dossier.to_rows()
    changed = applied(scenario, dossier)
    fresh = Dossier.from_rows(dossier.to_rows())
    assert (dossier.fingerprint, dossier.to_rows()) == before
    assert (fresh.fingerprint, fresh.to_rows()) == before
    again = Dossier.from_rows(changed.to_rows())
    assert again == changed
    for name in ("names", "dates", "notes", "sources", "chains", "degrees"):
        assert getattr(again.table, name) == getattr(changed.table, name)


@some
@given(cases(lives=False, min_changes=1), POLICIES, st.data())
def test_before_the_change_nothing_is_different(drawn, policy, data):
    dossier, scenario = drawn
    days = [change.on for change in scenario.dated() if change.deed != "weigh"]
    assume(days and None not in days)
    changed = applied(scenario, dossier)
    first = min(days)
    channels = data.draw(st.lists(st.sampled_from(Channel), min_size=1, unique=True))
    for day in [*(d for d in DAYS if d < first), first - datetime.timedelta(days=1)]:
        for options in ({}, {"channels": channels}):
            assert_same_day(changed, dossier, day, policy=policy, **options)


@few
@given(cases())
def test_before_the_change_lives_and_blocs_are_as_they_were(drawn):
    dossier, scenario = drawn
    days = [change.on for change in scenario.dated() if change.deed != "weigh"]
    assume(days and None not in days)
    changed = applied(scenario, dossier)
    day = min(days) - datetime.timedelta(days=1)
    assert_same_day(changed, dossier, day)
    assert {(m.member, m.bloc) for m in dossier.at(day).memberships} == {
        (m.member, m.bloc) for m in changed.at(day).memberships
    }


@some
@given(cases(lives=False, min_changes=1), POLICIES, st.data())
def test_from_the_day_on_the_cell_is_what_was_set(drawn, policy, data):
    """Whatever later records said, under every policy and order that hears the channel first."""
    dossier, scenario = drawn
    stances = [c for c in scenario.dated() if c.deed == "set"]
    assume(stances)
    changed = applied(scenario, dossier)
    change = data.draw(st.sampled_from(stances))
    later = [c for c in scenario.dated() if c.subject == change.subject]
    assume(later[-1] == change)
    others = data.draw(st.permutations([c for c in Channel if c is not change.channel]))
    day = data.draw(st.sampled_from([*DAYS, change.on or DAYS[0]]))
    assume(change.on is None or day >= change.on)
    world = changed.at(day, channels=[change.channel, *others], policy=policy)
    alone = changed.at(day, channels=[change.channel], policy=policy)
    absence = alone.absence(change.actor, change.toward)
    if absence is Absence.NOT_YET and change.absence is not Absence.NOT_YET:
        return  # the actor or its target does not live that day
    if change.absence is not None:
        assert absence is change.absence
        return
    worth = change.value if change.value is not None else dossier.ladder.value(change.degree)
    for each in (alone, world):
        assert each.value(change.actor, change.toward) == worth
        assert each.channel(change.actor, change.toward) is change.channel


@some
@given(cases(days=[None]), st.sampled_from(DAYS))
def test_the_inverse_undoes_on_the_day(drawn, day):
    dossier, scenario = drawn
    scenario = scenario.on(day)
    applied(scenario, dossier)
    try:
        undo = scenario.inverse(dossier)
    except InputError:
        assume(False)
    back = (scenario + undo).apply(dossier)
    assert_same_day(back, dossier, day)
    assert weights(back, day) == weights(dossier, day)
    assert {(m.member, m.bloc) for m in back.at(day).memberships} == {
        (m.member, m.bloc) for m in dossier.at(day).memberships
    }


@few
@given(scenarios())
def test_scenarios_are_values(scenario):
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert hash(copy) == hash(scenario)
    assert {scenario: 1}[copy] == 1
    assert len(repr(scenario).splitlines()) == 1
    assert evolve(scenario) == scenario


@few
@given(cases())
def test_once_more_is_once(drawn):
    """Stances that are set again stay as they are."""
    dossier, scenario = drawn
    scenario = evolve(
        scenario, changes=[c for c in scenario.changes if c.deed in ("set", "unset", "weigh")]
    )
    subjects = [change.subject for change in scenario.changes]
    assume(len(set(subjects)) == len(subjects))
    once = applied(scenario, dossier)
    assert scenario.apply(once) == once


# -- oracles ---------------------------------------------------------------------------------


def test_the_one_liner():
    dossier = sk.load("venezuela-2019")
    before = dossier.fingerprint
    what_if = Scenario("Russia drops Maduro").set("RUS", "maduro", 0.0).on("2019-04-30")
    diff = what_if.difference(dossier, at="2019-04-30")
    assert diff.cells == (("RUS", "maduro", "+0.5", "+0"),)
    assert dossier.fingerprint == before
    assert sk.load("venezuela-2019").fingerprint == before


def test_a_void_after_the_day_still_reaches_back():
    """A recognition voided later never had effect; a scenario in between does not revive it."""
    dossier = case(
        Stance("A", "a", "recognises", since="2000-01-01"),
        Stance("A", "a", act="void", since="2002-01-01"),
    )
    changed = Scenario().set("A", "a", 0.5).on("2001-01-01").apply(dossier)
    for day in ("2000-06-01", "2000-12-31"):
        assert dossier.at(day).absence("A", "a") is Absence.WITHDRAWN
        assert changed.at(day).absence("A", "a") is Absence.WITHDRAWN
    assert changed.at("2003-01-01").value("A", "a") == 0.5


def test_a_vague_withdrawal_does_not_undo_the_change():
    dossier = case(
        Stance("A", "a", "recognises", since="1999"),
        Stance("A", "a", act="withdraw", since="2000"),
    )
    changed = Scenario().set("A", "a", 1.0).on("2000-06-01").apply(dossier)
    for day in ("2000-06-01", "2001-01-01"):
        assert changed.at(day).value("A", "a") == 1.0
    for day in ("1999-12-31", "2000-03-01"):
        assert cells(changed, day) == cells(dossier, day)


def test_an_uncertain_end_stays_uncertain_before_the_day():
    dossier = case(Stance("A", "a", "recognises", since="1999", until="2000"))
    changed = Scenario().set("A", "a", 0.0).on("2000-06-01").apply(dossier)
    assert dossier.at("2000-03-01").absence("A", "a") is Absence.UNKNOWN
    assert changed.at("2000-03-01").absence("A", "a") is Absence.UNKNOWN
    assert [s.until.text for s in changed.history("A", "a") if s.until] == [
        "[2000-01-01..2000-05-31]"
    ]


def test_an_id_of_ones_own_is_left_alone():
    own = Source("scenario", "Le Monde")
    dossier = case(Stance("A", "a", "recognises", evidence=own))
    changed = Scenario().set("B", "a", 1.0).apply(dossier)
    held = {source.id: source.publisher for source in changed.sources}
    assert held == {"scenario": "Le Monde", "scenario-2": "scenario"}
    assert changed.at("2000-01-01").stance("B", "a").evidence == Evidence(
        Source("scenario-2", "scenario", "not a fact")
    )


def test_who_enters_is_there_whole():
    dossier = case()
    state = Actor("N", "New", traits=["young"], since="2000-05-05")
    rival = Claimant("d", "seat", "Fourth", actor="N", traits=["elected"])
    made = Scenario().enter(state).enter(rival, on="2001-01-01").set("N", "a", 1.0, on="2001-02-01")
    changed = made.apply(dossier)
    assert changed.actor("N") == state
    assert next(c for c in changed.claimants if c.code == "d") == evolve(rival, since="2001-01-01")
    assert changed.at("2001-02-01").value("N", "a") == 1.0


def test_members_come_and_go():
    bloc = Actor("eu", kind="bloc")
    actors = [*map(Actor, "ABCDEFX"), bloc]
    dossier = case(
        actors=actors, memberships=[Membership("A", "eu", "1999"), Membership("B", "eu", "2005")]
    )
    made = Scenario().leave("A", "eu").enter("B", "eu").on("2001-01-01").apply(dossier)
    assert dossier.members("eu", "2001-01-01") == ("A",)
    assert [made.members("eu", d) for d in ("2000-12-31", "2001-01-01", "2006-01-01")] == [
        ("A",), ("B",), ("B",),
    ]  # fmt: skip


def test_a_weight_is_given_anew():
    dossier = case(weights=[Weight("A", "votes", 2000, 3), Weight("B", "votes", 2000, 1)])
    changed = Scenario().weigh("A", "votes", 1, 2000).apply(dossier)
    assert changed.at("2000-01-01").weights["votes"].values[:2].tolist() == [1.0, 1.0]
    back = Scenario().weigh("A", "votes", 1, 2000)
    assert back.inverse(dossier).apply(changed).at("2000-01-01").weights["votes"].values[0] == 3.0


def test_a_small_change_of_a_large_dossier_reads_no_text_again():
    """All rows but those of the cell are the same arrays, however many there are."""
    many = [Stance(f"S{i}", "ab"[i % 2], value=(i % 9 - 4) / 4, note=f"n{i}") for i in range(400)]
    dossier = case(*many, actors=[Actor(f"S{i}") for i in range(400)])
    changed = Scenario().set("S7", "b", 1.0).withdraw("S8", "a").apply(dossier)
    assert changed == Dossier.from_rows(changed.to_rows())
    assert len(changed.stances) == 400
    kept = [s for s in changed.stances if s.actor not in ("S7", "S8")]
    assert kept == [s for s in dossier.stances if s.actor not in ("S7", "S8")]


def test_the_root_has_it_and_loads_no_scipy():
    code = "import sys, stancekit.scenarios; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert sk.Scenario is Scenario


# -- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"deed": "drop", "actor": "A"}, "accepted: set, unset, enter, leave, weigh"),
        ({"deed": "set", "actor": "A", "toward": "a"}, "none of value"),
        (
            {"deed": "set", "actor": "A", "toward": "a", "value": 1, "degree": "rejects"},
            "more than",
        ),
        ({"deed": "set", "actor": "A", "value": 1}, "toward what"),
        ({"deed": "set", "actor": "A", "toward": "a", "value": 2}, "outside [-1, 1]"),
        ({"deed": "set", "actor": "A", "toward": "a", "value": True}, "not a number"),
        ({"deed": "set", "actor": "A", "toward": "a", "value": 1, "on": "2000"}, "not one day"),
        ({"deed": "set", "actor": "A", "toward": "a", "value": 1, "amount": 2}, "no place"),
        ({"deed": "unset", "actor": "A", "toward": "a", "value": 1}, "no place"),
        ({"deed": "leave", "actor": "A", "channel": "vote"}, "channel has no place"),
        ({"deed": "enter", "actor": "A", "toward": "eu", "name": "x"}, "name has no place"),
        ({"deed": "enter", "actor": "A", "behind": "B"}, "behind has no place"),
        ({"deed": "weigh", "actor": "A", "toward": "votes", "amount": 2}, "a year"),
        ({"deed": "weigh", "actor": "A", "toward": "v", "amount": 2, "year": 1.5}, "whole"),
        ({"deed": "weigh", "actor": "A", "toward": "v", "amount": -2, "year": 1}, "outside"),
        (
            {
                "deed": "weigh",
                "actor": "A",
                "toward": "v",
                "amount": 1,
                "year": 1,
                "on": "2000-01-01",
            },
            "on has",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(fields, told):
    with pytest.raises(InputError) as error:
        Change(**fields)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        (Scenario().set("RUSS", "a", 1.0), "RUSS"),
        (Scenario().set("A", "guaido", 1.0), "guaido"),
        (Scenario().set("A", "a", "recognizes"), "recognises"),
        (Scenario().enter(Actor("A")), "cannot enter"),
        (Scenario().enter(Claimant("a", "seat")), "cannot enter"),
        (Scenario().enter(Claimant("n", "seats")), "seats"),
        (Scenario().enter("A", "B").enter("A", "B"), "already"),
        (Scenario().leave("A", "B").on("2000-01-01"), "no member"),
        (Scenario().leave("Q").on("2000-01-01"), "Q"),
        (Scenario().leave("A"), "not there yet"),
        (Scenario().leave("A", on="2000-01-02").leave("A", on="2000-02-02"), "has left"),
        (Scenario().weigh("a", "votes", 1, 2000), "actor"),
    ],
)
def test_what_the_dossier_does_not_know_is_refused(scenario, told):
    with pytest.raises((InputError, UnknownNameError)) as error:
        scenario.apply(case())
    assert told in str(error.value)


def test_verbs_refuse_what_they_cannot_hold():
    for make in (
        lambda: Scenario().enter("A"),
        lambda: Scenario().enter(Actor("N"), "eu"),
        lambda: Scenario().enter(Actor("N", until="2000")),
        lambda: Scenario().enter(Actor("N", note="why")),
        lambda: Scenario().enter(Actor("N", since="2000-01-01"), on="2001-01-01"),
        lambda: Scenario().enter(Actor("N", since="2000")),
        lambda: Scenario().enter(3),
        lambda: Scenario().on("2000"),
        lambda: Scenario("x", [1]),
        lambda: Scenario().set("A", "a", 1.0).inverse(case()),
        lambda: Scenario().leave("A").on("2000-01-01").inverse(case()),
    ):
        with pytest.raises(InputError):
            make()
    with pytest.raises(TypeError):
        Scenario() + 1


def test_acts_of_open_order_are_refused_rather_than_rewritten():
    """The scenario would have to say in which order two acts of one year came."""
    contest = [Contest("seat")]
    rng = np.random.default_rng(0)
    acts = ("withdraw", "rescind", "suspend", "void", None)
    spans = ("1999", "2000", "[1999-06..2000-08]", "2000-03", "[2000-01..2000-09]")
    refused = 0
    for _ in range(120):
        records = []
        for k in range(4):
            act = acts[rng.integers(5)]
            held = {"act": act} if act else {"value": float(rng.integers(-2, 3)) / 2}
            since = spans[rng.integers(5)]
            records.append(Stance("A", "a", **held, since=since, note=f"n{k}"))
        dossier = case(*records, contests=contest)
        try:
            changed = Scenario().set("A", "a", 0.25).on("2000-05-01").apply(dossier)
        except InputError as error:
            refused += "to the day" in str(error)
            continue
        for day in ("1999-03-01", "1999-09-01", "2000-01-15", "2000-03-15", "2000-04-30"):
            for policy in (latest, most_precise, consensus, cautious):
                assert cells(changed, day, policy=policy) == cells(dossier, day, policy=policy)
        assert changed.at("2000-05-01").value("A", "a") == 0.25
    assert 0 < refused < 60
