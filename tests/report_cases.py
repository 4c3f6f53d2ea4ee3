"""A small case over one seat, days to ask about, and sections by their titles: for briefs."""

from __future__ import annotations

import datetime

from cases import case
from hypothesis import strategies as st

from stancekit.records.model import Claimant, Contest

DAYS = st.dates(datetime.date(1999, 6, 1), datetime.date(2002, 6, 1))


def section_of(made, title):
    (found,) = [section for section in made.sections if section.title == title]
    return found


def seat(*stances, **changed):
    fields = {
        "claimants": [
            Claimant("a", "seat", "Ann", since="2019-01-23", until="2022"),
            Claimant("b", "seat", "Bob", traits="incumbent"),
        ],
        "contests": [Contest("seat", "The seat")],
    }
    return case(*stances, **{**fields, **changed})
