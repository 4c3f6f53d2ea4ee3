"""Laws, oracles and refusals of the policies between sources and of the rules for blocs."""

import day_oracle
import pytest
from dossier_cases import DAYS, cell_dossier, days, dossiers, one_cell_stances
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.records import policies
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.policies import Candidate, Cell
from stancekit.records.stance import Absence, Evidence, Source, Stance

POLICIES = ("latest", "most_certain", "most_precise", "consensus", "cautious")
RULES = ("own", "binds", "majority", "unanimity")


def answer(stances, day, policy):
    world = cell_dossier(stances).at(day, policy=policy)
    if "A" not in world.actors or "p" not in world.targets:
        return Absence.UNKNOWN
    return world.absence("A", "p") or world.value("A", "p")


# --- laws ---------------------------------------------------------------------------------


@given(one_cell_stances(), days())
def test_latest_is_the_same_as_arrays_and_as_a_function(stances, day):
    def spelled_out(candidates):  # not ``latest`` itself, so the function is really asked
        return policies.latest(candidates)

    assert answer(stances, day, policies.latest) == answer(stances, day, spelled_out)


@given(one_cell_stances(), days(), st.sampled_from(POLICIES))
def test_where_sources_agree_every_policy_agrees(stances, day, name):
    alike = [stance for stance in stances if stance.degree == "recognises"]
    policy = getattr(policies, name)
    assert answer(alike, day, policy) == answer(alike, day, policies.latest)


@given(one_cell_stances(), days())
def test_the_cautious_say_what_the_latest_say_or_nothing(stances, day):
    careful = answer(stances, day, policies.cautious)
    if not isinstance(careful, Absence):
        only_recognition = [s for s in stances if s.channel == "recognition"]
        if answer(only_recognition, day, policies.cautious) == careful:
            assert answer(only_recognition, day, policies.latest) == careful


@given(dossiers(), days(), st.sampled_from(RULES))
def test_a_rule_fills_only_what_it_may(dossier, day, name):
    plain = dossier.at(day)
    ruled = dossier.at(day, bloc_rule=getattr(policies, name))
    changed = (plain.absences != ruled.absences) | (
        (plain.values != ruled.values) & ~((plain.absences >= 0) & (ruled.absences >= 0))
    )
    assert (changed == ruled.derived).all()
    unknown = list(Absence).index(Absence.UNKNOWN)
    assert (plain.absences[ruled.derived] == unknown).all()
    assert (ruled.rows[ruled.derived] == -1).all()
    assert (ruled.channels[ruled.derived] == -1).all()
    if name == "own":
        assert not ruled.derived.any()


# --- oracles ------------------------------------------------------------------------------


@settings(max_examples=250)
@given(one_cell_stances(), days(), st.sampled_from(POLICIES))
def test_each_policy_is_the_one_of_the_oracle(stances, day, name):
    expected = day_oracle.cell_of(list(cell_dossier(stances).stances), day, policy=name)
    assert answer(stances, day, getattr(policies, name)) == expected


EARLY, LATE = "2019-01-23", "2019-02-04"
GOOD, POOR = Evidence("s1", confidence=0.9), Evidence("s2", confidence=0.2)
CASES = {
    # a trusted month against an untrusted day within it
    "month against day": [
        Stance("A", "p", "recognises", since="2019-01", evidence=GOOD),
        Stance("A", "p", "rejects", since=EARLY, evidence=POOR),
    ],
    "two against one": [
        Stance("A", "p", "recognises", since="[..2019-02-01]", evidence=Evidence("a")),
        Stance("A", "p", "recognises", since="[..2019-02-02]", evidence=Evidence("b")),
        Stance("A", "p", "rejects", since="[..2019-02-06]", evidence=Evidence("c")),
    ],
    "one wire against one": [
        Stance("A", "p", "recognises", since=EARLY, evidence=Evidence("a", via="wire")),
        Stance("A", "p", "recognises", since=EARLY, evidence=Evidence("b", via="wire")),
        Stance("A", "p", "rejects", since=EARLY, evidence=Evidence("c")),
    ],
    "equal in all": [
        Stance("A", "p", "recognises", since=EARLY),
        Stance("A", "p", "rejects", since=EARLY, evidence=Evidence("c")),
    ],
    "changed": [
        Stance("A", "p", "recognises", since=EARLY, evidence=GOOD),
        Stance("A", "p", "rejects", since=LATE, evidence=POOR),
    ],
}
CASES["half"] = [
    Stance("A", "p", value=value, since=EARLY, evidence=Evidence(source))
    for value, source in ((1, "a"), (1, "b"), (0.5, "c"), (-1, "d"))
]
CASES["one origin against itself"] = [
    Stance("A", "p", value=1, since=EARLY, evidence=Evidence("a", via="wire", confidence=0.9)),
    Stance("A", "p", value=-1, since=EARLY, evidence=Evidence("b", via="wire", confidence=0.1)),
]
CASES["a vague one beside a sure one"] = [
    Stance("A", "p", value=1, since=EARLY),
    Stance("A", "p", value=-1, since="2019", evidence=Evidence("c")),
]
OPEN = Absence.UNKNOWN


@pytest.mark.parametrize(
    ("case", "answers"),
    [
        ("month against day", (1.0, 1.0, -0.75, OPEN, OPEN)),
        ("two against one", (-0.75, -0.75, -0.75, 1.0, OPEN)),
        ("one wire against one", (OPEN, OPEN, OPEN, OPEN, OPEN)),
        ("equal in all", (OPEN, OPEN, OPEN, OPEN, OPEN)),
        ("changed", (-0.75, -0.75, -0.75, -0.75, -0.75)),
        ("half", (OPEN, OPEN, OPEN, OPEN, OPEN)),
        ("one origin against itself", (1.0, 1.0, 1.0, OPEN, OPEN)),
        ("a vague one beside a sure one", (1.0, 1.0, 1.0, 1.0, OPEN)),
    ],
)
def test_policies_by_hand(case, answers):
    found = [answer(CASES[case], DAYS[-1], getattr(policies, name)) for name in POLICIES]
    assert tuple(found) == answers


def test_publication_decides_between_equal_days():
    old, new = Source("old", date="2019-02-05"), Source("new", date="2019-03-01")
    stances = [
        Stance("A", "p", "recognises", since=LATE, evidence=new),
        Stance("A", "p", "rejects", since=LATE, evidence=old),
    ]
    for name in ("latest", "most_certain", "most_precise"):
        assert answer(stances, DAYS[-1], getattr(policies, name)) == 1.0


def cell(text):
    return Cell(None, Absence(text)) if isinstance(text, str) else Cell(text)


@pytest.mark.parametrize(
    ("rule", "bloc", "members", "after"),
    [
        ("own", 1.0, ["unknown"], (1.0, ["unknown"])),
        ("binds", 1.0, ["unknown", -1.0, "no-statement"], (1.0, [1.0, -1.0, "no-statement"])),
        ("binds", "divided", ["unknown"], ("divided", ["unknown"])),
        ("majority", "unknown", [1.0, 1.0, 0.0], (1.0, [1.0, 1.0, 0.0])),
        ("majority", "unknown", [1.0, 0.0], ("unknown", [1.0, 0.0])),
        ("majority", "unknown", [1.0, "unknown"], ("unknown", [1.0, "unknown"])),
        ("majority", "unknown", ["divided", "divided"], ("unknown", ["divided", "divided"])),
        ("majority", "divided", [1.0, 1.0], ("divided", [1.0, 1.0])),
        ("majority", "unknown", [], ("unknown", [])),
        ("unanimity", "unknown", [1.0, 1.0], (1.0, [1.0, 1.0])),
        ("unanimity", "unknown", [1.0, 0.5], ("divided", [1.0, 0.5])),
        ("unanimity", "unknown", [1.0, "unknown"], ("unknown", [1.0, "unknown"])),
        ("unanimity", "unknown", [1.0, -1.0, "unknown"], ("divided", [1.0, -1.0, "unknown"])),
        ("unanimity", -1.0, [1.0, 1.0], (-1.0, [1.0, 1.0])),
        ("unanimity", "unknown", [], ("unknown", [])),
    ],
)
def test_rules_by_hand(rule, bloc, members, after):
    found = getattr(policies, rule)(cell(bloc), tuple(map(cell, members)))
    assert found == (cell(after[0]), tuple(map(cell, after[1])))


def test_where_two_blocs_would_bind_a_member_differently_neither_does():
    def world(eu, oas):
        return Dossier(
            "case",
            actors=[Actor("A"), Actor("eu", kind="bloc"), Actor("oas", kind="bloc")],
            memberships=[Membership("A", "eu"), Membership("A", "oas")],
            contests=[Contest("seat")],
            claimants=[Claimant("p", "seat")],
            stances=[Stance("eu", "p", value=eu), Stance("oas", "p", value=oas)],
        ).at("2019-01-01", bloc_rule=policies.binds)

    assert world(1, -1).absence("A", "p") is Absence.UNKNOWN
    assert not world(1, -1).derived.any()
    assert world(1, 1).value("A", "p") == 1.0


# --- refusals -----------------------------------------------------------------------------


def test_no_rule_speaks_for_whom_does_not_exist():
    dossier = Dossier(
        "case",
        actors=[Actor("A", since="2020"), Actor("B"), Actor("eu", kind="bloc")],
        memberships=[Membership("A", "eu"), Membership("B", "eu")],
        contests=[Contest("seat")],
        claimants=[Claimant("p", "seat")],
    )

    def all_for_p(bloc, members):
        return Cell(1.0), tuple(Cell(1.0) for _ in members)

    world = dossier.at("2019-01-01", bloc_rule=all_for_p)
    assert world.value("B", "p") == world.value("eu", "p") == 1.0
    assert world.absence("A", "p") is Absence.NOT_YET


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_with_nothing_to_choose_chooses_nothing(name):
    policy = getattr(policies, name)
    assert policy(()) is None
    unsure = Candidate(Stance("A", "p", value=1), Cell(1.0), False)
    assert policy((unsure,)) is None
    assert policy((Candidate(unsure.stance, unsure.cell, True),)) is not None


def test_a_policy_of_ones_own_serves():
    stances = CASES["changed"] + [Stance("A", "p", "rejects", since="2019-02", evidence=GOOD)]

    def first_in_the_alphabet(candidates):
        certain = [c for c in candidates if c.is_certain]
        return min(certain, key=lambda c: c.stance.evidence.source.id, default=None)

    assert answer(stances, "2019-03-05", first_in_the_alphabet) == -0.75
