"""Dossiers for the tests of the bridge and the measures: drawn small, renamed, with a stranger."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st

from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Weight
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Stance

DAY = "2019-04-30"

#: For laws that solve a graph or take days of whole dossiers.
drawn = settings(max_examples=50, deadline=None)

#: Columns of a dossier's rows that hold the code of an actor or claimant.
_CODES = {
    "actors": ("code",),
    "memberships": ("member", "bloc"),
    "claimants": ("code", "actor"),
    "stances": ("actor", "toward", "claimed_by"),
    "weights": ("actor",),
}

#: Binary fractions, so that sums of weights are exact and may be compared with ``==``.
VALUES = (1.0, -1.0, 0.5, -0.5, 0.75, -0.75, 0.25, 0.0)


def renamed(dossier: Dossier, mapping: Mapping[str, str]) -> Dossier:
    """The same case under other codes."""
    rows = dossier.to_rows()
    for table, columns in _CODES.items():
        for row in rows[table]:
            for column in columns:
                row[column] = mapping.get(row[column], row[column])
    return Dossier.from_rows(rows)


def with_stranger(dossier: Dossier, *weights: Weight) -> Dossier:
    """The same case and one more state, STRANGER, about which nothing is known."""
    return evolve(
        dossier,
        actors=(*dossier.actors, Actor("STRANGER")),
        weights=(*dossier.weights, *weights),
    )


def case(*stances: Stance, **changed: object) -> Dossier:
    """States A to F and X, rivals a, b, c over one exclusive seat, and some stances."""
    fields = {
        "actors": [Actor(code) for code in "ABCDEFX"],
        "contests": [Contest("seat")],
        "claimants": [Claimant(code, "seat") for code in "abc"],
        "stances": stances,
    }
    return Dossier("case", **{**fields, **changed})


def day(*stances: Stance, **changed: object) -> Snapshot:
    """One day of such a case."""
    return case(*stances, **changed).at(DAY)


@st.composite
def small_cases(draw: st.DrawFn) -> Dossier:
    """Cases of at most nine names with ties, dense enough to be unbalanced."""
    rivals = draw(st.sampled_from(["ab", "abc", "a"]))
    who = draw(st.sampled_from(["ABCDEF", "ABC"]))
    pairs = st.tuples(
        st.sampled_from(who + rivals), st.sampled_from(rivals + who), st.sampled_from(VALUES)
    )
    said = draw(st.lists(pairs, max_size=18, unique_by=lambda pair: pair[:2]))
    exclusive = draw(st.sampled_from([True, True, False]))
    return case(
        *(Stance(actor, toward, value=value) for actor, toward, value in said),
        contests=[Contest("seat", exclusive=exclusive)],
        claimants=[Claimant(code, "seat") for code in rivals],
    )
