"""Completions: the range of a measure over everything that is not known."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest
from attrs import evolve
from cases import DAY, case
from ensemble_cases import few
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.ensembles import completion_bounds, index_completion
from stancekit.measures import coalitions
from stancekit.measures.consistency import alignment
from stancekit.records.model import Actor, Claimant, Weight
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Stance

# laws


def fills(world: Snapshot, columns: list[int], levels: tuple[float, ...]) -> Iterator[Snapshot]:
    """Every completion by some levels."""
    cells = [
        (a, t)
        for a, t in np.argwhere(world.absences == 0).tolist()
        if t in columns
        and world.actors[a] != world.targets[t]
        and world.actors[a] in {actor.code for actor in world.actor_records}
    ]
    for chosen in itertools.product(levels, repeat=len(cells)):
        values, absences = world.values.copy(), world.absences.copy()
        for cell, value in zip(cells, chosen, strict=True):
            values[cell], absences[cell] = value, -1
        yield evolve(world, values=values, absences=absences)


def small_world(stances: list[tuple[str, str, float]], rivals: str = "ab") -> Snapshot:
    return case(
        *(Stance(actor, toward, value=value) for actor, toward, value in stances),
        actors=[Actor(code) for code in "ABC"],
        claimants=[Claimant(code, "seat") for code in rivals],
        weights=[Weight("A", "population", 2019, 1), Weight("B", "population", 2019, 2)],
    ).at(DAY)


small_stances = st.lists(
    st.tuples(
        st.sampled_from("ABCab"),
        st.sampled_from("ABCab"),
        st.sampled_from((1.0, -1.0, 0.5, -0.25)),
    ).filter(lambda s: s[0] != s[1]),
    min_size=2,
    max_size=9,
    unique_by=lambda s: s[:2],
)


@few
@given(small_stances)
def test_the_range_of_a_share_is_that_of_all_completions(
    stances: list[tuple[str, str, float]],
) -> None:
    world = small_world(stances)

    def share(day: Snapshot) -> object:
        return coalitions.recognition(day, "seat").shares("population")["a"]

    (found,) = completion_bounds(world, share, rising=["a"])
    column = world.targets.index("a")
    values = [share(day) for day in fills(world, [column], (-1.0, 0.0, 0.75, 1.0))]
    assert found.is_exact
    assert (found.lower, found.upper) == (min(values), max(values))


@settings(max_examples=8, deadline=None)
@given(small_stances)
def test_no_completion_leaves_the_range_of_the_index(
    stances: list[tuple[str, str, float]],
) -> None:
    world = small_world(stances)
    found = index_completion(world, alignment)
    columns = [world.targets.index(rival) for rival in "ab"]
    values = [
        index
        for day in itertools.islice(fills(world, columns, (-1.0, 0.0, 1.0)), 0, 729, 29)
        if not math.isnan(index := alignment(day).index[0])
    ]
    assert min(values) >= found.lower - 1e-12
    assert max(values) <= found.upper + 1e-12
    assert found.lower <= found.lower_reached <= found.upper_reached <= found.upper + 1e-12
    talks_back = any(actor in "ab" and toward in "ABC" for actor, toward, _ in stances)
    if not talks_back:  # the best completion is exact
        assert found.upper == pytest.approx(found.upper_reached)
        assert alignment(found.highest).index[0] == found.upper_reached
