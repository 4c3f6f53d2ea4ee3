"""Laws, an oracle and refusals of actors, memberships, contests, claimants and weights."""

import pickle

import pytest
from attrs import evolve
from hypothesis import given

from stancekit.errors import InputError
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, ContestKind, Membership, Weight
from stancekit.testing import strategies

RECORDS = (
    strategies.actors()
    | strategies.memberships()
    | strategies.contests()
    | strategies.claimants()
    | strategies.weights()
)

# --- laws ---------------------------------------------------------------------------------


@given(RECORDS)
def test_records_are_values(record):
    assert evolve(record) == record
    assert pickle.loads(pickle.dumps(record)) == record
    assert hash(evolve(record)) == hash(record)
    assert "\n" not in repr(record)
    with pytest.raises(AttributeError):
        record.note = "changed"


@given(strategies.actors())
def test_an_actor_reads_back_from_its_row(actor):
    dossier = Dossier("case", actors=[actor])
    assert Dossier.from_rows(dossier.to_rows()).actors == (actor,)


# --- oracles ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(ContestKind))
def test_two_states_may_be_recognised_and_two_governments_may_not(kind):
    assert Contest("c", kind=kind).exclusive is (kind != "state")
    assert Contest("c", kind=kind, exclusive=False).exclusive is False
    assert Contest("c", kind=kind, exclusive="true").exclusive is True


def test_names_and_titles_fall_back_on_the_code():
    assert Actor("XKX").name == "XKX"
    assert Contest("seat").title == "seat"
    assert Claimant("PRC", "seat").name == "PRC"


def test_traits_are_sorted_and_distinct():
    assert Actor("SRB", traits="b;a;b").traits == ("a", "b")
    assert Actor("SRB", traits=["b", "a"]) == Actor("SRB", traits="a;b;")


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Actor(""), "'' is no code"),
        (lambda: Actor("United States"), "is no code"),
        (lambda: Actor(5), "is no code"),
        (lambda: Actor("USA", 5), "5 is int, not text"),
        (lambda: Actor("USA", "=1+1"), "formula"),
        (lambda: Actor("USA", kind="empire"), "accepted: state, bloc, organisation, faction"),
        (lambda: Actor("USA", since="2019-02-30"), "has no day 30"),
        (lambda: Actor("USA", since="2020", until="2019"), "until=2019 is before since=2020"),
        (lambda: Actor("USA", traits=5), "not slugs"),
        (lambda: Actor("USA", note="a\0"), "control character"),
        (lambda: Membership("USA", "USA"), "member='USA' is the bloc itself"),
        (lambda: Membership("USA", "oas", "2020", "2019"), "before since"),
        (lambda: Membership("USA", "oas", source=0), "is no code"),
        (lambda: Contest("seat", kind="throne"), "accepted: government, seat, state, territory"),
        (lambda: Contest("seat", exclusive="yes"), "exclusive='yes' is neither true nor false"),
        (lambda: Contest("seat", exclusive=1), "neither true nor false"),
        (lambda: Contest("seat", exclusive=[]), "neither true nor false"),
        (lambda: Claimant("a", ""), "'' is no code"),
        (lambda: Claimant("a", "seat", actor="the king"), "is no code"),
        (lambda: Claimant("a", "seat", since="2023", until="2019"), "before since"),
        (lambda: Weight("USA", "gdp", 2019, -1), "value=-1 is outside"),
        (lambda: Weight("USA", "gdp", 2019, float("nan")), "not a finite number"),
        (lambda: Weight("USA", "gdp", 2019, float("inf")), "not a finite number"),
        (lambda: Weight("USA", "gdp", 2019, 10**400), "not a finite number"),
        (lambda: Weight("USA", "gdp", 2019, 1, -1), "standard_error=-1 is outside"),
        (lambda: Weight("USA", "gdp", "19", 1), "year='19' is not a year"),
        (lambda: Weight("USA", "gdp", 0, 1), "year=0 is not a year"),
        (lambda: Weight("USA", "gdp", 2019.7, 1), "year=2019.7 is not a year"),
        (lambda: Weight("USA", "gdp", True, 1), "year=True is not a year"),
        (lambda: Weight("USA", "gdp", "٢٠١٩", 1), "is not a year"),
        (lambda: Weight("USA", "gdp", float("inf"), 1), "is not a year"),
        (lambda: Weight("USA", "gdp", 10**5000, 1), "is not a year"),
        (lambda: Weight("USA", "gdp", None, 1), "is not a year"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300
