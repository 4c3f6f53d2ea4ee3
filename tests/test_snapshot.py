"""Laws, oracles and refusals of one day as arrays."""

import pickle

import numpy as np
import pytest
from dossier_cases import days, dossiers
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.errors import UnknownNameError
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Weight
from stancekit.records.snapshot import Snapshot, WeightColumn
from stancekit.records.stance import Absence, Evidence, Stance
from stancekit.testing import strategies

ARRAYS = ("values", "absences", "channels", "rows", "derived")
WORLDS = st.builds(Dossier.at, dossiers(), days()) | strategies.snapshots()
some = settings(max_examples=50)
SMALL = Dossier(
    "case",
    actors=[Actor("DNK", "Danmark <1>"), Actor("NOR")],
    contests=[Contest("seat"), Contest("throne")],
    claimants=[Claimant("p", "seat"), Claimant("q", "seat"), Claimant("r", "throne")],
    weights=[Weight("DNK", "population", 2018, 5.8e6, 0.5)],
    stances=[
        Stance("DNK", "p", "recognises", since="2019-02-04", evidence="fp"),
        Stance("NOR", "p", absence="no-statement", since="2019"),
        Stance("p", "q", value=-1, since="2019-01", channel="statement"),
        Stance("DNK", "NOR", value=0.5, since="2000", channel="relations"),
    ],
)
DAY = SMALL.at("2020-01-01")

# --- laws ---------------------------------------------------------------------------------


@some
@given(WORLDS)
def test_a_cell_has_a_value_or_a_reason(world):
    assert (np.isnan(world.values) == (world.absences >= 0)).all()
    known = world.values[world.absences < 0]
    assert (np.abs(known) <= 1).all()
    assert world.absences.max(initial=0) < len(Absence)
    for name in ARRAYS:
        assert getattr(world, name).shape == (len(world.actors), len(world.targets))
    spoken = (world.channels >= 0) | world.derived
    assert spoken[world.absences < 0].all()
    assert (world.channels[world.rows >= 0] >= 0).all()
    not_yet = list(Absence).index(Absence.NOT_YET)
    assert (world.rows[world.absences == not_yet] >= -1).all()


@some
@given(WORLDS)
def test_the_record_behind_a_cell_is_about_that_cell(world):
    for a, t in np.argwhere(world.rows >= 0).tolist():
        stance = world.stance(world.actors[a], world.targets[t])
        assert (stance.actor, stance.toward) == (world.actors[a], world.targets[t])
        assert stance.channel is world.channel(world.actors[a], world.targets[t])


@some
@given(WORLDS)
def test_a_snapshot_is_a_value(world):
    again = pickle.loads(pickle.dumps(world))
    assert again == world
    assert hash(again) == hash(world)
    for copy in (world, again):
        for name in ARRAYS:
            with pytest.raises(ValueError, match="read-only"):
                getattr(copy, name)[...] = 0
        for column in copy.weights.values():
            for array in (column.values, column.standard_errors, column.years):
                assert not array.flags.writeable


@some
@given(WORLDS, st.data())
def test_to_restrict_keeps_cells_as_they_are(world, data):
    actors = data.draw(st.sets(st.sampled_from(world.actors))) if world.actors else set()
    targets = data.draw(st.sets(st.sampled_from(world.targets))) if world.targets else set()
    fewer = world.restrict(actors=actors, targets=targets)
    assert set(fewer.actors) == actors
    assert set(fewer.targets) == targets
    for actor in actors:
        for target in targets:
            for ask in (Snapshot.absence, Snapshot.channel, Snapshot.stance):
                assert ask(fewer, actor, target) == ask(world, actor, target)
            assert str(fewer.value(actor, target)) == str(world.value(actor, target))
    assert world.restrict() == world
    assert fewer.restrict(actors=actors) == fewer
    for name in ARRAYS:
        assert not getattr(fewer, name).flags.writeable
    for name, column in fewer.weights.items():
        assert len(column.values) == len(actors)
        assert not column.values.flags.writeable
        for row, actor in enumerate(fewer.actors):
            before = world.weights[name].values[world.actors.index(actor)]
            assert str(column.values[row]) == str(before)


@some
@given(WORLDS)
def test_rows_tell_all_that_is_not_merely_unknown(world):
    rows = world.to_rows()
    unknown = int((world.absences == list(Absence).index(Absence.UNKNOWN)).sum())
    assert len(rows) == world.values.size - unknown
    for row in rows:
        assert (row["value"] is None) == (row["absence"] is not None)
        assert row["absence"] == world.absence(row["actor"], row["toward"])


@some
@given(WORLDS)
def test_a_snapshot_shows_itself(world):
    assert repr(world).count("\n") == 0
    assert world._repr_html_().startswith("<table>")


# --- oracles ------------------------------------------------------------------------------


def test_a_day_by_hand():
    assert DAY.actors == ("DNK", "NOR", "p")
    assert DAY.targets == ("p", "q", "r", "NOR")
    assert DAY.value("DNK", "p") == 1.0
    assert DAY.absence("DNK", "p") is None
    assert DAY.absence("NOR", "p") is Absence.NO_STATEMENT
    assert str(DAY.value("NOR", "p")) == "nan"
    assert DAY.value("p", "q") == -1.0
    assert DAY.value("DNK", "NOR") == 0.5
    assert DAY.channel("DNK", "NOR") == "relations"
    assert DAY.channel("NOR", "q") is None
    assert DAY.stance("NOR", "q") is None
    assert DAY.rivals("seat") == ("p", "q")
    assert DAY.name("DNK") == "Danmark <1>"
    assert DAY.name("stranger") == "stranger"
    assert DAY.weights["population"].values[0] == 5.8e6
    assert repr(DAY) == "Snapshot(2020-01-01, 3 actors, 4 targets, 3 values)"
    assert repr(DAY.weights["population"]) == "WeightColumn('population', known for 1 of 3)"
    assert len(DAY.to_rows()) == 4
    assert DAY.to_rows()[0] == {
        "date": "2020-01-01",
        "actor": "DNK",
        "toward": "p",
        "value": 1.0,
        "absence": None,
        "channel": "recognition",
        "since": "2019-02-04",
        "source": "fp",
        "derived": False,
    }


def test_markup_in_a_name_is_no_markup_in_a_notebook():
    assert "Danmark &lt;1&gt;" in DAY._repr_html_()


@pytest.mark.parametrize(
    ("records", "shown"),
    [
        ([("2019-02", "b"), ("2019-02-04", "a"), ("[..2019-02-06]", "c"), (None, "d")], "a"),
        ([("2019-01", "a"), ("[2019-01-30..2019-02-02]", "b")], "b"),  # known better, if later
        ([("[2019-01-02..2019-01-04]", "b"), ("[2019-01-01..2019-01-03]", "a")], "a"),
        ([("2019", "a", 0.5), ("2019", "b", 0.9), ("2019", "c")], "b"),
    ],
)
def test_the_record_shown_is_the_one_that_dates_it_best(records, shown):
    stances = [
        Stance("DNK", "p", "recognises", since=since, evidence=Evidence(source, (), *trust))
        for since, source, *trust in records
    ]
    world = SMALL.without_stances(SMALL.stances).with_stances(stances).at("2020-06-01")
    assert world.stance("DNK", "p").evidence.source.id == shown


def test_an_open_question_has_no_record_behind_it():
    stances = [
        Stance("DNK", "p", "recognises", since="2019", evidence="a"),
        Stance("DNK", "p", "rejects", since="2019", evidence="b"),
    ]
    world = SMALL.without_stances(SMALL.stances).with_stances(stances).at("2020-01-01")
    assert world.absence("DNK", "p") is Absence.UNKNOWN
    assert world.stance("DNK", "p") is None


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: DAY.value("DKN", "p"), "unknown actor 'DKN'; did you mean 'DNK'?"),
        (lambda: DAY.value("DNK", "guaido"), "unknown target 'guaido'"),
        (lambda: DAY.absence("q", "p"), "unknown actor 'q'"),  # a claimant that does not speak
        (lambda: DAY.channel("DNK", "DNK"), "unknown target 'DNK'"),
        (lambda: DAY.stance("X", "p"), "unknown actor 'X'"),
        (lambda: DAY.contest("seats"), "unknown contest 'seats'; did you mean 'seat'?"),
        (lambda: DAY.rivals("x"), "unknown contest 'x'"),
        (lambda: DAY.restrict(actors=["X"]), "unknown actor 'X'"),
        (lambda: DAY.restrict(actors="NOR2"), "unknown actor 'NOR2'; did you mean 'NOR'?"),
        (lambda: DAY.restrict(targets=["X"]), "unknown target 'X'"),
    ],
)
def test_unknown_names_are_refused(ask, said):
    with pytest.raises(UnknownNameError) as caught:
        ask()
    assert said in str(caught.value)


def test_one_name_may_be_given_as_it_is():
    assert DAY.restrict(actors="NOR") == DAY.restrict(actors=["NOR"])


def test_a_snapshot_does_not_change():
    with pytest.raises(AttributeError):
        DAY.date = None
    with pytest.raises(TypeError):
        DAY.weights["population"] = WeightColumn("x", *[np.zeros(3)] * 3)
