"""Laws, an oracle and refusals of the stances as columns."""

import pickle

import numpy as np
import pytest
from attrs import fields
from dossier_cases import SOURCES, one_cell_stances
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.records.columns import Column, number_text
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest
from stancekit.records.stance import Ladder, Source, Stance
from stancekit.records.stance_table import STANCE_COLUMNS, Faults, StanceTable, stance_texts
from stancekit.testing import strategies

KNOWN = (*SOURCES, Source("serbian"))


def table_of(stances, ladder=None, sources=KNOWN):
    """The table, or one InputError."""
    cells = list(zip(*map(stance_texts, stances), strict=True)) or [()] * len(STANCE_COLUMNS)
    return table_of_columns(
        dict(zip(STANCE_COLUMNS, map(Column.of, cells), strict=True)), ladder, sources
    )


def table_of_columns(columns, ladder=None, sources=KNOWN):
    faults = Faults()
    built = StanceTable.from_columns(
        columns,
        ladder=ladder or Ladder.standard(),
        sources={source.id: source for source in sources},
        locate=lambda row: f"row {row}",
        faults=faults,
    )
    faults.settle()
    return built[0]


def cells(**filled):
    """The columns of one row."""
    row = {"actor": "A", "toward": "p", "channel": "vote", "value": "1"} | filled
    return {name: Column.of([row.get(name, "")]) for name in STANCE_COLUMNS}


# --- laws ---------------------------------------------------------------------------------


@given(one_cell_stances(), st.randoms(use_true_random=False))
def test_equal_however_written(stances, random):
    table = table_of(stances)
    shuffled = list(stances)
    random.shuffle(shuffled)
    again = table_of(shuffled)
    assert again == table
    assert hash(again) == hash(table)
    assert pickle.loads(pickle.dumps(table)) == table
    assert table_of_columns(table.columns()) == table


@given(one_cell_stances())
def test_a_table_is_the_sequence_of_its_stances(stances):
    table = table_of(stances)
    assert len(table) == len(stances)
    assert {stance_texts(stance) for stance in table} == set(map(stance_texts, stances))
    assert table[:] == tuple(table) == tuple(table[i] for i in range(len(table)))
    for stance in table:
        if stance.degree is not None:
            assert stance.value == Ladder.standard().value(stance.degree)


@given(one_cell_stances())
def test_columns_of_some_rows_are_those_rows(stances):
    table = table_of(stances)
    rows = np.arange(len(table))[::2]
    texts = zip(*(column.texts() for column in table.columns(rows).values()), strict=True)
    assert list(texts) == [stance_texts(table[i]) for i in rows.tolist()]


@settings(max_examples=25)
@given(strategies.dossiers())
def test_every_array_is_read_only(dossier):
    for table in (dossier.table, pickle.loads(pickle.dumps(dossier)).table):
        for part in fields(StanceTable):
            array = getattr(table, part.name)
            if isinstance(array, np.ndarray):
                with pytest.raises(ValueError, match="read-only"):
                    array[...] = 0


@given(st.lists(st.sampled_from(["", "a", "b", "é"])), st.lists(st.sampled_from(["", "a", "z"])))
def test_a_column_is_its_texts(first, second):
    column = Column.of(first)
    assert column.texts() == first
    assert column.followed_by(second) == Column.of(first + second)
    assert len(set(column.values)) == len(column.values)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_from_its_text(value):
    assert float(number_text(value)) == value


# --- oracles ------------------------------------------------------------------------------


def test_the_columns_are_those_of_the_format():
    assert STANCE_COLUMNS == (
        "actor",
        "toward",
        "channel",
        "degree",
        "value",
        "absence",
        "since",
        "until",
        "act",
        "source",
        "via",
        "confidence",
        "claimed_by",
        "note",
    )


def test_an_order_by_hand():
    early = Stance("A", "p", value=1, since="2019-01-23")
    vague = Stance("A", "p", value=1, since="2019-01")
    undated = Stance("A", "p", value=1)
    trusted = Stance("A", "p", value=0, since="2019-01-23", evidence=SOURCES[0])
    other = Stance("A", "b", value=1, since="2020")
    spoken = Stance("A", "p", value=1, since="2018", channel="statement")
    table = table_of([spoken, vague, early, trusted, undated, other])
    # by actor, toward, channel, the last day that it may have begun, then publication
    assert [stance_texts(stance) for stance in table] == [
        stance_texts(stance) for stance in (other, undated, early, trusted, vague, spoken)
    ]


def test_an_author_may_change_the_ladder_of_a_dossier():
    ladder = Ladder.standard().with_step("sends a congratulation", 0.6)
    stances = [Stance("A", "p", "sends a congratulation")]
    dossier = Dossier(
        "case",
        actors=[Actor("A")],
        contests=[Contest("seat")],
        claimants=[Claimant("p", "seat")],
        stances=stances,
        ladder=ladder,
    )
    assert dossier.stances[0].value == 0.6
    again = Dossier.from_rows(dossier.to_rows())
    assert again == dossier
    moved = Dossier(
        "case",
        actors=dossier.actors,
        contests=dossier.contests,
        claimants=dossier.claimants,
        stances=dossier.stances,
        ladder=ladder.with_step("sends a congratulation", 0.4),
    )
    assert moved.stances[0].value == 0.4
    assert Dossier.from_rows(moved.to_rows()) == moved


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filled", "field", "message"),
    [
        ({"actor": ""}, "actor", "'' is no code"),
        ({"actor": "=1"}, "actor", "is no code"),
        ({"channel": ""}, "channel", "accepted: recognition"),
        ({"value": "2"}, "value", "value=2 is outside [-1, 1]"),
        ({"value": "nan"}, "value", "value='nan' is not a number"),
        ({"value": "inf"}, "value", "is not a number"),
        ({"value": "", "degree": "adores"}, "degree", "unknown degree 'adores'"),
        ({"value": "", "absence": "none"}, "absence", "accepted: unknown"),
        ({"since": "2019-02-30"}, "since", "has no day 30"),
        ({"until": "never"}, "until", "is not a date"),
        ({"since": "2020", "until": "2019"}, "until", "until=2019 is before since=2020"),
        ({"act": "forget"}, "act", "accepted: take"),
        ({"source": "serbia"}, "source", "unknown source 'serbia'; did you mean 'serbian'?"),
        ({"via": "a >"}, "via", "empty link"),
        ({"confidence": "2"}, "confidence", "confidence=2 is outside [0, 1]"),
        ({"claimed_by": "the king"}, "claimed_by", "is no code"),
        ({"note": "@x"}, "note", "formula"),
    ],
)
def test_a_bad_cell_is_refused_with_its_place(filled, field, message):
    with pytest.raises(InputError) as caught:
        table_of_columns(cells(**filled))
    assert str(caught.value).startswith(f"row 0, field {field}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("filled", "message"),
    [
        ({"value": ""}, "none of degree, value and absence"),
        ({"absence": "divided"}, "more than one of degree"),
        ({"degree": "supports"}, "more than one of degree"),
        ({"act": "void"}, "act=void with a degree"),
        ({"claimed_by": "B"}, "goes into channel=reported"),
    ],
)
def test_cells_that_contradict_one_another_are_refused(filled, message):
    with pytest.raises(InputError) as caught:
        table_of_columns(cells(**filled))
    assert str(caught.value).startswith("row 0: ")
    assert message in str(caught.value)


def test_every_row_with_a_fault_is_named():
    columns = {name: Column.of([""] * 60) for name in STANCE_COLUMNS}
    columns |= {"actor": Column.of(["A"] * 60), "toward": Column.of(["p"] * 60)}
    columns |= {"channel": Column.of(["vote"] * 60)}
    columns["value"] = Column.of(["2", "1"] * 30)
    with pytest.raises(InputError) as caught:
        table_of_columns(columns)
    assert len(caught.value.problems) == 30
    assert "(and 29 more" in str(caught.value)
    assert caught.value.problems[-1].startswith("row 58, field value")


def test_the_same_record_twice_is_refused():
    stance = Stance("A", "p", value=1, since="2019", evidence=SOURCES[0])
    with pytest.raises(InputError, match="row 1: the record is the same as that in row 0"):
        table_of([stance, stance])
    other = Stance("A", "p", value=1, since="2019", evidence=SOURCES[1])
    assert len(table_of([stance, other])) == 2


def test_a_value_at_odds_with_its_degree_is_refused():
    with pytest.raises(InputError, match=r"value=-1 with degree='recognises', which is 1"):
        Dossier(
            "case",
            actors=[Actor("A")],
            contests=[Contest("seat")],
            claimants=[Claimant("p", "seat")],
            stances=[Stance("A", "p", "recognises", value=-1)],
        )


def test_a_million_unknown_names_get_few_suggestions():
    faults = Faults()
    known = [f"actor-{i}" for i in range(1000)]
    errors = [faults.unknown("actor", f"actr-{i}", known) for i in range(200)]
    assert sum(bool(error.suggestions) for error in errors) == 20


def test_two_sources_of_one_name_are_refused():
    stances = [
        Stance("A", "p", value=1, evidence=Source("s", "One")),
        Stance("A", "p", value=0, evidence=Source("s", "Another")),
    ]
    with pytest.raises(InputError, match="is also given as"):
        Dossier("case", actors=[Actor("A")], stances=stances)
