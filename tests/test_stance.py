"""Laws, an oracle and refusals of stances, evidence, sources and ladders."""

import pickle

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from stancekit.errors import InputError, UnknownNameError
from stancekit.records.stance import (
    RECOGNITION,
    Absence,
    Act,
    Channel,
    Evidence,
    Ladder,
    Source,
    Stance,
)
from stancekit.testing import strategies

# --- laws ---------------------------------------------------------------------------------


@given(strategies.stances() | strategies.sources() | strategies.evidence() | strategies.ladders())
def test_records_are_values(record):
    assert evolve(record) == record
    assert pickle.loads(pickle.dumps(record)) == record
    assert hash(evolve(record)) == hash(record)


@given(strategies.stances())
def test_a_stance_holds_one_thing_and_says_it_in_a_line(stance):
    held = [stance.degree or stance.value, stance.absence]
    taken = sum(part is not None for part in held)
    assert taken == (1 if stance.act is Act.TAKE else 0)
    assert stance.position
    assert len(repr(stance).split("\n")) == 1


@given(strategies.evidence(), strategies.evidence())
def test_independence_is_symmetric_and_never_from_itself(one, other):
    assert one.independent_of(other) is other.independent_of(one)
    assert not one.independent_of(one)
    assert one.origin == one.chain[0]
    assert one.chain[-1] == one.source.id


@given(strategies.ladders(), st.floats(-1, 1))
def test_a_ladder_is_the_same_in_any_order_and_can_be_changed(ladder, value):
    assert Ladder(tuple(reversed(ladder.steps))) == ladder
    changed = ladder.with_step("congratulates", value)
    assert changed.value("congratulates") == value
    assert changed.without("congratulates") == (
        ladder if "congratulates" not in dict(ladder.steps) else ladder.without("congratulates")
    )


# --- oracles ------------------------------------------------------------------------------


def test_the_standard_ladder_is_the_one_of_the_design():
    assert dict(Ladder.standard().steps) == {
        "declares illegitimate": -1.0,
        "rejects": -0.75,
        "criticises": -0.5,
        "declared neutral": 0.0,
        "keeps contact": 0.25,
        "supports": 0.5,
        "recognises de facto": 0.75,
        "recognises": 1.0,
    }
    assert Ladder.standard().value("recognises de facto") == RECOGNITION


def test_the_words_are_those_of_the_design():
    assert [str(channel) for channel in Channel] == (
        ["recognition", "relations", "statement", "vote", "aid", "force", "sanction", "reported"]
    )
    assert {str(absence) for absence in Absence} == {
        "unknown",
        "no-statement",
        "absent",
        "not-applicable",
        "not-yet",
        "divided",
        "suspended",
        "withdrawn",
    }
    assert [str(act) for act in Act] == ["take", "suspend", "withdraw", "rescind", "void"]


def test_a_chain_is_read_first_speaker_first():
    evidence = Evidence("article", via="Pompeo > CNN > Reuters")
    assert evidence.chain == ("Pompeo", "CNN", "Reuters", "article")
    assert evidence == Evidence("article", via=["Pompeo", "CNN", "Reuters"])
    assert evidence.origin == "Pompeo"


def test_two_outlets_that_quote_one_wire_are_one_source():
    assert not Evidence("a", via="Reuters").independent_of(Evidence("b", via="Reuters"))
    assert not Evidence("a", via="Reuters").independent_of(Evidence("Reuters"))
    assert Evidence("a").independent_of(Evidence("b"))


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Stance("A", "b"), "none of degree, value and absence is filled"),
        (lambda: Stance("A", "b", "recognises", absence="divided"), "more than one of degree"),
        (lambda: Stance("A", "b", value=0.5, absence="divided"), "more than one of degree"),
        (lambda: Stance("A", "b", "recognises", act="withdraw"), "act=withdraw with a degree"),
        (lambda: Stance("A", "b", value=2), "value=2 is outside [-1, 1]"),
        (lambda: Stance("A", "b", value=-1.5), "value=-1.5 is outside [-1, 1]"),
        (lambda: Stance("A", "b", value=float("nan")), "value=nan is not a finite number"),
        (lambda: Stance("A", "b", value=float("inf")), "value=inf is not a finite number"),
        (lambda: Stance("A", "b", value=10**400), "is not a finite number"),
        (lambda: Stance("A", "b", value=""), "is not a number in [-1, 1]"),
        (lambda: Stance("A", "b", value=True), "is not a number in [-1, 1]"),
        (lambda: Stance("A", "b", 1.0), "a number goes into value="),
        (lambda: Stance("A", "b", ""), "is no name of a step"),
        (lambda: Stance("A", "b", "=1"), "formula"),
        (lambda: Stance("A", "b", absence="zero"), "accepted: unknown, no-statement"),
        (lambda: Stance("A", "b", value=1, channel="rumour"), "accepted: recognition"),
        (lambda: Stance("A", "b", act="forget"), "accepted: take, suspend"),
        (lambda: Stance("A", "b", value=1, since="2019-02-30"), "has no day 30"),
        (lambda: Stance("A", "b", value=1, since="2020", until="2019"), "before since"),
        (
            lambda: Stance("RUS", "m", value=1, claimed_by="USA"),
            "what another says about RUS goes into channel=reported",
        ),
        (lambda: Stance("A", "b", value=1, evidence=5), "is no code"),
        (lambda: Stance("the USA", "b", value=1), "is no code"),
        (lambda: Evidence("s", confidence=1.1), "confidence=1.1 is outside [0, 1]"),
        (lambda: Evidence("s", confidence="high"), "is not a number in [0, 1]"),
        (lambda: Evidence("s", via="a > > b"), "empty link"),
        (lambda: Evidence("s", via=5), "not a chain"),
        (lambda: Evidence("s", via=[5]), "not a chain"),
        (lambda: Evidence("s", via=["a > b"]), "empty link"),
        (lambda: Source("s", date="yesterday"), "is not a date"),
        (lambda: Ladder((("a", 2),)), "the step 'a'=2 is outside [-1, 1]"),
        (lambda: Ladder((("a", 1), ("a", 0))), "names 'a' twice"),
        (lambda: Ladder((("", 1),)), "has no name"),
        (lambda: Ladder(5), "is no ladder"),
        (lambda: Ladder((5,)), "is no ladder"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert message in str(caught.value)


def test_an_unknown_degree_is_never_replaced_by_a_near_one():
    with pytest.raises(UnknownNameError, match="did you mean 'recognises'"):
        Ladder.standard().value("recognizes")
    with pytest.raises(UnknownNameError):
        Ladder.standard().without("adores")
