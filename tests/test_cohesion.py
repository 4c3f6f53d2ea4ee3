"""Cohesion and polarisation: laws, the Union's roll calls, and refusals."""

from __future__ import annotations

import csv
import datetime
import gzip
import math
import os
import pathlib
import pickle
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stancekit.errors import InputError, UnknownNameError
from stancekit.measures import cohesion
from stancekit.records.dossier import Dossier
from stancekit.records.gazetteer import Gazetteer
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.stance import Absence, Stance

DATA = pathlib.Path(
    os.environ.get("STANCEKIT_DATA", pathlib.Path(__file__).parents[1].parent / "shared" / "data")
)
ORACLE = DATA / "oracles_agreement" / "reference_eu_bloc_cohesion.csv"
needs_data = pytest.mark.skipif(
    not ORACLE.exists(), reason="no reference values here: set STANCEKIT_DATA"
)

counts = st.integers(0, 60)
sizes = st.lists(st.integers(0, 20), min_size=1, max_size=8)


def shares(amounts):
    return [Fraction(a, sum(amounts)) for a in amounts]


# --- laws -------------------------------------------------------------------


@given(counts, counts, counts)
def test_agreement_index_equals_its_definition(yes, no, abstain):
    found = cohesion.agreement_index(yes, no, abstain)
    total, most = yes + no + abstain, max(yes, no, abstain)
    if not total:
        assert math.isnan(found)
    else:
        exact = (most - Fraction(total - most, 2)) / total
        assert found == pytest.approx(float(exact), abs=1e-15)
        assert 0 <= found <= 1
        assert found == cohesion.agreement_index(abstain, yes, no)


@given(counts, counts)
def test_rice_is_the_margin(yes, no):
    found = cohesion.rice(yes, no)
    if yes + no:
        assert found == pytest.approx(abs(yes - no) / (yes + no))
        # without abstentions a unit of margin is a unit of Rice, three quarters of AI
        assert cohesion.agreement_index(yes, no, 0) == pytest.approx((3 * found + 1) / 4)
    else:
        assert math.isnan(found)


@given(sizes)
def test_shares_equal_their_definitions(amounts):
    found = [
        cohesion.effective_number(amounts),
        cohesion.fractionalisation(amounts),
        cohesion.reynal_querol(amounts),
    ]
    if not sum(amounts):
        assert np.isnan(found).all()
        return
    p = shares(amounts)
    squares = sum(x * x for x in p)
    assert found[0] == pytest.approx(float(1 / squares))
    assert found[1] == pytest.approx(float(1 - squares), abs=1e-15)
    # Montalvo and Reynal-Querol's other form: 1 - sum of ((1/2 - p) / (1/2))^2 p
    distance = sum(((Fraction(1, 2) - x) / Fraction(1, 2)) ** 2 * x for x in p)
    assert found[2] == pytest.approx(float(1 - distance), abs=1e-14)
    assert 1 - 1e-12 <= found[0] <= len(amounts) + 1e-12
    assert -1e-12 <= found[2] <= 1 + 1e-12


@given(sizes, st.floats(0.1, 1e6), st.data())
def test_unit_order_and_empty_groups_do_not_matter(amounts, unit, data):
    mixed = data.draw(st.permutations([*amounts, 0]))
    for index in (cohesion.effective_number, cohesion.fractionalisation, cohesion.reynal_querol):
        once = index(amounts)
        again = index([unit * a for a in mixed])
        assert once == pytest.approx(again, rel=1e-9, abs=1e-12, nan_ok=True)


@given(sizes, st.data())
def test_esteban_ray_equals_its_definition(amounts, data):
    assume(sum(amounts))
    where = data.draw(st.lists(st.integers(-4, 4), min_size=len(amounts), max_size=len(amounts)))
    alpha = data.draw(st.sampled_from([0.25, 1.0, 1.6]))
    p = [float(x) for x in shares(amounts)]
    exact = sum(
        a ** (1 + alpha) * b * abs(y - z)
        for a, y in zip(p, where, strict=True)
        for b, z in zip(p, where, strict=True)
    )
    found = cohesion.esteban_ray(amounts, where, alpha=alpha)
    assert found == pytest.approx(exact, abs=1e-12)
    moved = cohesion.esteban_ray(amounts, [3 * y + 7 for y in where], alpha=alpha)
    assert moved == pytest.approx(3 * exact, abs=1e-11)


@given(st.integers(0, 20), st.integers(0, 20))
def test_two_groups_a_unit_apart_tie_both_polarisations(first, second):
    assume(first + second)
    assert 4 * cohesion.esteban_ray([first, second], [0, 1]) == pytest.approx(
        cohesion.reynal_querol([first, second]), abs=1e-14
    )


def test_arrays_go_together_elementwise():
    np.testing.assert_allclose(
        cohesion.agreement_index([8, 0, 0], [0, 0, 3], [1, 0, 3]), [5 / 6, np.nan, 0.25]
    )
    assert cohesion.rice([[1, 2]], [[1], [2]]).shape == (2, 2)
    assert cohesion.effective_number(np.ones((2, 3, 4))).tolist() == [[4.0] * 3] * 2
    assert cohesion.reynal_querol(np.empty((3, 0))).shape == (3,)
    assert math.isnan(cohesion.effective_number([]))
    assert math.isnan(cohesion.esteban_ray([], []))
    assert cohesion.effective_number([1e308, 1e308]) == pytest.approx(2)
    assert cohesion.effective_number([5e-324, 5e-324]) == pytest.approx(2)


# --- oracles ----------------------------------------------------------------


def read(path):
    open_ = gzip.open if path.suffix == ".gz" else open
    with open_(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_data
def test_the_union_on_every_reference_roll_call():
    """Indices computed independently (SOURCE.txt beside them), from the votes themselves."""
    contests = DATA / "unga_contests"
    members = read(DATA / "eu_membership" / "eu_membership.csv")
    iso3 = {entry.iso2: entry.iso3 for entry in Gazetteer.standard().entries}
    votes: dict[tuple[str, str], dict[str, str]] = {}
    for row in read(contests / "votes.csv.gz"):
        west = row["country"] == "Federal Republic of Germany"  # it has no code in the source
        state = "DEU" if west else iso3.get(row["country_code"])
        if state:
            votes.setdefault((row["unres"], row["date"]), {})[state] = row["vote"]
    explicit = {"approve": "yes", "against": "no", "abstain": "abstain"}
    for row in read(contests / "positions_68_262_ES11_1.csv"):
        if row["resolution"] == "ES-11/1" and row["position"] in explicit:
            call = votes.setdefault(("ES-11/1", "2022-03-02"), {})
            call[row["iso3"]] = explicit[row["position"]]
    checked = 0
    for row in read(ORACLE):
        day = row["date"]
        inside = {
            m["iso3"] for m in members if m["joined"] <= day <= (m["left_last_day"] or "9999")
        }
        assert len(inside) == int(row["eu_members"])
        cast = Counter(v for s, v in votes[row["unres"], day].items() if s in inside)
        assert [cast["yes"], cast["no"], cast["abstain"]] == [
            int(row[name]) for name in ("yes", "no", "abstain")
        ]
        unity = cohesion.agreement_index(cast["yes"], cast["no"], cast["abstain"])
        assert unity == pytest.approx(float(row["agreement_index"]), abs=1e-9)
        margin = cohesion.rice(cast["yes"], cast["no"])
        assert margin == pytest.approx(float(row["rice"] or "nan"), abs=1e-9, nan_ok=True)
        checked += 1
    assert checked == 38


def test_published_formula_values():
    """Hix, Noury and Roland's fixed points; Laakso and Taagepera's equal parties."""
    assert cohesion.agreement_index(10, 0, 0) == 1
    assert cohesion.agreement_index(5, 5, 5) == 0
    assert cohesion.agreement_index(5, 5, 0) == 0.25
    for k in range(1, 12):
        assert cohesion.effective_number([3] * k) == pytest.approx(k)
        assert cohesion.fractionalisation([3] * k) == pytest.approx(1 - 1 / k)
    assert cohesion.reynal_querol([1, 1]) == 1
    assert cohesion.effective_number([0.5, 0.3, 0.2]) == pytest.approx(1 / 0.38)


@pytest.mark.parametrize(
    ("sizes", "number", "apart"),
    [
        ([14, 1, 12], 2.1378299120234607, 0.5322359396433471),
        ([53, 29, 29, 21, 5], 3.7863627193867258, 0.7358942937823005),
        ([1, 1, 1, 7], 1.9230769230769234, 0.4800000000000001),
        ([30, 40, 210, 130, 530, 50, 10], 2.881844380403458, 0.653),
    ],
)
def test_numbers_of_groups_as_in_scikit_bio(sizes, number, apart):
    """inv_simpson and simpson of scikit-bio 0.7.4: ecology has the same formulas."""
    assert cohesion.effective_number(sizes) == pytest.approx(number, rel=1e-14)
    assert cohesion.fractionalisation(sizes) == pytest.approx(apart, rel=1e-14)


def test_reynal_querol_as_in_stata():
    """The example in the help file of Carlos Gradín's Stata module rq: 0.8800."""
    assert round(float(cohesion.reynal_querol([0.2, 0.5, 0.3])), 4) == 0.88
    individuals = {"1": 2, "2": 2 + 3, "3": 1 + 1 + 1}
    assert round(float(cohesion.reynal_querol(list(individuals.values()))), 4) == 0.88


@pytest.mark.parametrize(
    ("positions", "sizes", "alpha", "value"),
    [
        ([-1, 0, 1], [1, 1, 1], 1.0, 0.2962962962962963),
        ([-1, -0.5, 0, 1], [10, 4, 3, 7], 1.0, 0.27228009259259267),
        ([-1, -0.5, 0, 1], [10, 4, 3, 7], 1.6, 0.1406276613233435),
        ([0, 2, 3, 7, 9], [5, 1, 4, 4, 6], 0.5, 1.9408262039089483),
    ],
)
def test_esteban_ray_as_in_morie(positions, sizes, alpha, value):
    """esteban_ray_index of morie 1.5.1 (PyPI), with its scale constant at 1."""
    found = cohesion.esteban_ray(sizes, positions, alpha=alpha)
    assert found == pytest.approx(value, rel=1e-14)


STATES = ("AUT", "BEL", "CYP", "DEU", "EST")


@pytest.fixture
def world():
    said = {"AUT": "recognises", "BEL": "recognises", "CYP": "rejects", "DEU": "declared neutral"}
    return Dossier(
        "case",
        actors=[*map(Actor, STATES), Actor("CHE"), Actor("eu", kind="bloc")],
        contests=[Contest("seat"), Contest("land", kind="territory")],
        claimants=[Claimant("a", "seat"), Claimant("b", "seat"), Claimant("c", "land")],
        memberships=[Membership(state, "eu", since="1990") for state in STATES],
        stances=[
            *(Stance(state, "a", degree) for state, degree in said.items()),
            Stance("EST", "a", absence=Absence.NO_STATEMENT),
            Stance("eu", "a", "supports"),
            Stance("eu", "b", "criticises"),
            Stance("CHE", "a", "recognises"),
        ],
    ).at("2019-04-30")


def test_a_bloc_beside_its_members(world):
    found = cohesion.bloc(world, "eu", "seat")
    assert found.members == STATES
    assert found.claimants == ("a", "b")
    assert found.counts.tolist() == [[2, 1, 1], [0, 0, 0]]
    assert found.observations.tolist() == [4, 0]
    assert found.agreement[0] == cohesion.agreement_index(2, 1, 1)
    assert found.rice[0] == cohesion.rice(2, 1)
    assert math.isnan(found.agreement[1])
    assert found.own.tolist() == [0.5, -0.5]
    assert found.own_absences == (None, None)
    assert found.absences[4][0] is Absence.NO_STATEMENT
    assert found.middle[0] == 0.5  # between two that recognise and one that is neutral
    np.testing.assert_array_equal(found.distances[:, 0], [0.5, 0.5, 1.25, 0.5, np.nan])
    assert found.dissenters("a") == ("CYP", "DEU")
    assert found.dissenters("b") == ()
    assert found.date == datetime.date(2019, 4, 30)
    assert pickle.loads(pickle.dumps(found)) == found
    assert "no-statement" in found._repr_html_()


def test_members_are_those_of_the_day(world):
    with pytest.raises(UnknownNameError, match="'nato'"):
        cohesion.bloc(world, "nato", "seat")
    early = Dossier(
        "case",
        actors=[Actor("AUT"), Actor("BEL"), Actor("eu", kind="bloc")],
        contests=[Contest("seat")],
        claimants=[Claimant("a", "seat")],
        memberships=[Membership("AUT", "eu", since="1995"), Membership("BEL", "eu")],
    )
    assert cohesion.bloc(early.at("1994-06-01"), "eu", "seat").members == ("BEL",)
    late = cohesion.bloc(early.at("1996-06-01"), "eu", "seat")
    assert late.members == ("AUT", "BEL")
    assert late.own_absences == (Absence.UNKNOWN,)
    alone = cohesion.bloc(early.at("1996-06-01").restrict(actors=["AUT", "BEL"]), "eu", "seat")
    assert np.isnan(alone.own).all()  # the bloc is no actor of this snapshot


def test_nobody_is_weighed_twice(world):
    assert cohesion.counted_once(world, "a") == ("AUT", "BEL", "CHE", "CYP", "DEU")
    assert cohesion.counted_once(world, "b") == ("eu",)
    assert cohesion.counted_once(world, "c") == ()


# --- refusals ---------------------------------------------------------------


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_refuses_what_is_no_count(bad):
    for index, given_ in (
        (cohesion.agreement_index, (1, bad, 1)),
        (cohesion.rice, (bad, 1)),
        (cohesion.effective_number, ([1, bad],)),
        (cohesion.fractionalisation, ([1, bad],)),
        (cohesion.reynal_querol, ([bad],)),
        (cohesion.esteban_ray, ([1, bad], [0, 1])),
    ):
        with pytest.raises(InputError, match="0 or more"):
            index(*given_)


def test_refuses_other_nonsense():
    with pytest.raises(InputError, match="single number"):
        cohesion.effective_number(3)
    with pytest.raises(InputError, match="cannot be read"):
        cohesion.rice("many", 1)
    for alpha in (0, 1.7, math.nan):
        with pytest.raises(InputError, match="alpha"):
            cohesion.esteban_ray([1, 1], [0, 1], alpha=alpha)
    with pytest.raises(InputError, match="one position for each"):
        cohesion.esteban_ray([1, 1], [0, 1, 2])
    with pytest.raises(InputError, match="nan or infinite"):
        cohesion.esteban_ray([1, 1], [0, math.nan])


def test_refuses_unknown_names(world):
    with pytest.raises(UnknownNameError, match="contest"):
        cohesion.bloc(world, "eu", "throne")
    with pytest.raises(UnknownNameError, match="target"):
        cohesion.counted_once(world, "z")
    with pytest.raises(UnknownNameError, match="claimant"):
        cohesion.bloc(world, "eu", "seat").dissenters("z")
