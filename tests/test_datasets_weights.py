"""Weights of the shipped dossiers by year: equal to their source, and which year a day has."""

from __future__ import annotations

import csv
import gzip
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from stancekit.datasets import load
from stancekit.records.gazetteer import Gazetteer

DATA = Path(os.environ.get("STANCEKIT_DATA", Path(__file__).parents[1].parent / "shared" / "data"))
ESTIMATES = DATA / "state_systems" / "cw_gdppop_1990_on.csv.gz"
VOTES = DATA / "unga_votes"
needs_data = pytest.mark.skipif(
    not (ESTIMATES.exists() and VOTES.exists()),
    reason="no estimates and votes here: set STANCEKIT_DATA",
)

YEARS = {"contested-states": range(1990, 2020), "venezuela-2019": range(2017, 2020)}
shipped = pytest.mark.parametrize("name", sorted(YEARS))

#: Years in which a member cast no recorded vote, between years in which it did.
SILENT = {
    "BDI": {1999},
    "BIH": {1997, 1998},
    "GNB": {1994, 2000, 2001},
    "LBR": {1993, 1994, 1995, 1999, 2000, 2001, 2002, 2003},
    "MRT": {1999},
    "SRB": set(range(1993, 2000)),
    "STP": {*range(1993, 2000), 2001},
    "VUT": {1999},
}


def _rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _held(dossier):
    held = defaultdict(dict)
    for weight in dossier.weights:
        held[weight.actor, weight.name][weight.year] = weight
    return held


# laws


@shipped
def test_years_have_no_gap_but_where_a_member_did_not_vote(name):
    for (actor, weight), years in _held(load(name)).items():
        assert max(years) == 2019
        missing = set(range(min(years), 2020)) - set(years)
        silent = SILENT.get(actor, set()) & set(YEARS[name]) if weight == "un_member" else set()
        assert missing == silent


@shipped
def test_a_day_has_the_weights_of_its_own_year(name):
    dossier = load(name)
    held = _held(dossier)
    for year in YEARS[name]:
        for day in (f"{year}-01-01", f"{year}-12-31"):
            world = dossier.at(day)
            for weight, column in world.weights.items():
                for row, actor in enumerate(world.actors):
                    there = held.get((actor, weight), {})
                    if year in there:
                        assert column.years[row] == year
                        assert column.values[row] == there[year].value
                    else:  # the latest before, or nothing: never a later one, never 0
                        before = max((y for y in there if y < year), default=-1)
                        assert column.years[row] == before
                        assert np.isnan(column.values[row]) == (before < 0)


@shipped
def test_later_days_have_the_weights_of_2019_and_say_so(name):
    world = load(name).at("2023-01-05")
    for column in world.weights.values():
        assert set(column.years.tolist()) == {2019, -1}
        assert (np.isnan(column.values) == (column.years < 0)).all()


@shipped
def test_earlier_days_have_no_weights(name):
    world = load(name).at(f"{YEARS[name][0] - 1}-12-31")
    for column in world.weights.values():
        assert np.isnan(column.values).all()
        assert (column.years == -1).all()


# oracles


@needs_data
@shipped
def test_estimates_equal_their_source(name):
    """Every population and product with its standard deviation, for all years that it has."""
    number = {e.iso3: e.cow for e in Gazetteer.standard().entries if e.iso3 and e.cow is not None}
    source = {(int(float(r["ccode"])), int(float(r["year"]))): r for r in _rows(ESTIMATES)}
    dossier = load(name)
    held = _held(dossier)
    for actor in dossier.actors:
        for year in YEARS[name]:
            row = source.get((int(number.get(actor.code, -1)), year))
            # persons from millions; thousands of dollars from millions, as the file ships them
            for weight, column, digits in (("population", "pwtpop", 6), ("gdp", "pwtrgdp", 3)):
                found = held.get((actor.code, weight), {}).get(year)
                if row is None:
                    assert found is None
                    continue
                unit = 10 ** (6 - digits)
                assert found.value == round(float(row[column]) * 10**digits) * unit
                spread = round(float(row[f"sd_{column}"]) * 10**digits) * unit
                assert found.standard_error == spread
                assert found.source == "FARISS-2022"


@needs_data
@shipped
def test_members_voted_in_that_year(name):
    code = {e.iso2: e.iso3 for e in Gazetteer.standard().entries if e.iso2}
    year_of = {r["rcid"]: int(r["date"][:4]) for r in _rows(VOTES / "un_roll_calls.csv.gz")}
    voted = defaultdict(set)
    for row in _rows(VOTES / "un_votes.csv.gz"):
        west = row["country"] == "Federal Republic of Germany"  # it has no code in the source
        state = "DEU" if west else "SRB" if row["country_code"] == "YU" else row["country_code"]
        voted[year_of[row["rcid"]]].add(code.get(state, state))
    dossier = load(name)
    held = _held(dossier)
    for actor in dossier.actors:
        for year in YEARS[name]:
            found = held.get((actor.code, "un_member"), {}).get(year)
            if actor.code in ("PSE", "TWN", "XKX"):  # no members: said so, from the day they are
                assert found.value == 0 if actor.code != "XKX" or year >= 2008 else found is None
            else:
                assert (found is not None) == (actor.code in voted[year])
                assert found is None or (found.value, found.source) == (1, "UNGA-VOTES")
