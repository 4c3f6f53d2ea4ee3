"""Laws and oracles of the problems that are reported and not refused."""

import pytest
from dossier_cases import dossiers
from hypothesis import given, settings

from stancekit import datasets
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.stance import Act, Stance
from stancekit.testing import strategies

KINDS = (
    "stance before its claimant",
    "stance after its claimant",
    "stance outside its actor's life",
    "stance outside its target's life",
    "report by nobody",
    "stance without a source",
    "act on nothing",
    "lone claimant",
    "overlapping membership",
)


def problems(**parts):
    """The kinds of problem of a small dossier."""
    base = {
        "actors": [Actor("A"), Actor("B", since="1990", until="2000"), Actor("eu", kind="bloc")],
        "contests": [Contest("seat")],
        "claimants": [
            Claimant("p", "seat", since="2019-01-23", until="2023-01-04"),
            Claimant("q", "seat"),
        ],
    }
    return [problem.text.split(":")[0] for problem in Dossier("case", **(base | parts)).problems()]


def sourced(*args, **more):
    return Stance(*args, evidence="s", **more)


# --- laws ---------------------------------------------------------------------------------


@settings(max_examples=60)
@given(dossiers() | strategies.dossiers())
def test_a_problem_names_a_record_and_its_kind(dossier):
    for problem in dossier.problems():
        assert 0 <= problem.row < len(getattr(dossier, problem.table))
        assert problem.text.split(":")[0] in KINDS
        assert str(problem).startswith(f"{problem.table}[{problem.row}]: ")


@settings(max_examples=60)
@given(dossiers())
def test_stances_outside_lives_are_those_of_the_definition(dossier):
    claims = {claimant.code: claimant for claimant in dossier.claimants}
    actors = {actor.code: actor for actor in dossier.actors}
    expected = set()
    for row, stance in enumerate(dossier.stances):
        for what, record in (
            ("claimant", claims.get(stance.toward)),
            ("actor", actors.get(stance.actor)),
            ("target", None if stance.toward in claims else actors.get(stance.toward)),
        ):
            if record is None or stance.since is None:
                continue
            early = record.since is not None and stance.since.before(record.since) is True
            late = record.until is not None and record.until.before(stance.since) is True
            if what == "claimant":
                expected |= {(row, "stance before its claimant")} if early else set()
                expected |= {(row, "stance after its claimant")} if late else set()
            elif early or late:
                expected.add((row, f"stance outside its {what}'s life"))
    found = {(problem.row, problem.text.split(":")[0]) for problem in dossier.problems()}
    kinds = {kind for kind in KINDS if kind.startswith(("stance before", "stance after"))}
    kinds |= {kind for kind in KINDS if kind.startswith("stance outside")}
    assert {(row, kind) for row, kind in found if kind in kinds} == expected


# --- oracles ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stance", "kinds"),
    [
        (sourced("A", "p", value=1, since="2019-01-22"), ["stance before its claimant"]),
        (sourced("A", "p", value=1, since="2019-01"), []),  # not surely before
        (sourced("A", "p", value=1), []),
        (sourced("A", "p", value=1, since="2023-01-05"), ["stance after its claimant"]),
        (sourced("A", "p", value=1, since="2023-01"), []),
        (sourced("B", "q", value=1, since="1989"), ["stance outside its actor's life"]),
        (sourced("B", "q", value=1, since="2001"), ["stance outside its actor's life"]),
        (sourced("A", "B", value=1, since="2001"), ["stance outside its target's life"]),
        (sourced("A", "q", value=1, channel="reported"), ["report by nobody"]),
        (Stance("A", "q", value=1), ["stance without a source"]),
        (sourced("A", "q", act="withdraw", since="2019"), ["act on nothing"]),
        (sourced("A", "q", act="rescind", since="2019"), ["act on nothing"]),
    ],
)
def test_problems_of_a_stance_by_hand(stance, kinds):
    assert problems(stances=[stance]) == kinds


@pytest.mark.parametrize(
    ("acts", "count"),
    [
        ([("take", "2018"), ("withdraw", "2019")], 0),
        ([("take", "2019-06"), ("withdraw", "2019")], 0),  # the order is left open
        ([("take", "2020"), ("withdraw", "2019")], 1),
        ([("take", "2018"), ("rescind", "2019")], 1),
        ([("take", "2018"), ("suspend", "2019"), ("rescind", "2020")], 0),
        ([("void", "2018")], 1),
    ],
)
def test_acts_on_nothing_by_hand(acts, count):
    stances = [
        sourced("A", "q", since=since, act=act, value=1 if act == "take" else None)
        for act, since in acts
    ]
    assert problems(stances=stances).count("act on nothing") == count


@pytest.mark.parametrize("act", [Act.WITHDRAW, Act.VOID, Act.SUSPEND])
def test_what_another_says_may_act_on_what_the_actor_said(act):
    own = sourced("A", "q", value=1, since="2018")
    said = {"channel": "reported", "claimed_by": "B", "act": act}
    assert problems(stances=[own, sourced("A", "q", since="2019", **said)]) == []
    assert problems(stances=[own, sourced("A", "q", **said)]) == []
    assert problems(stances=[sourced("A", "q", since="2019", **said)]) == ["act on nothing"]


@pytest.mark.parametrize(
    ("spans", "count"),
    [
        ([("1990", "2000"), ("2001", "")], 0),
        ([("1990", ""), ("2001", "")], 1),
        ([("1990", "2001"), ("2001", "")], 0),  # not surely
        ([("1990", "2001-06-30"), ("2001-06-30", "")], 1),
        ([("", "1990"), ("1995", "")], 0),
    ],
)
def test_overlapping_memberships_by_hand(spans, count):
    memberships = [Membership("A", "eu", since, until) for since, until in spans]
    assert problems(memberships=memberships) == ["overlapping membership"] * count


def test_a_contest_has_two_claimants():
    assert problems(claimants=[Claimant("p", "seat")]) == ["lone claimant"]
    assert problems(claimants=[]) == ["lone claimant"]


def test_many_of_a_kind_are_counted():
    stances = [Stance("A", "q", value=1, since=f"{year}") for year in range(1900, 2000)]
    found = problems(stances=stances)
    assert found == ["stance without a source"] * 51
    dossier = Dossier(
        "case",
        actors=[Actor("A")],
        contests=[Contest("seat")],
        claimants=[Claimant("p", "seat"), Claimant("q", "seat")],
        stances=stances,
    )
    assert dossier.problems()[-1].text == "stance without a source: 50 more like this"


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", datasets.names())
def test_what_ships_has_no_problem(name):
    assert datasets.load(name).problems() == ()
