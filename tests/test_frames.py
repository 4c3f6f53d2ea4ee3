"""Data frames of several libraries become the same dossier, or one clear error."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings

import stancekit as sk
from stancekit.errors import InputError, MissingExtraError
from stancekit.io.tables import from_frame
from stancekit.records.tables import COLUMNS
from stancekit.testing import strategies

pandas = pytest.importorskip("pandas", reason="pandas is not installed")
pytest.importorskip("narwhals", reason="narwhals is not installed")

CASE = {
    "claimants": [{"code": code, "contest": "presidency"} for code in ("guaido", "maduro")],
    "contests": [{"code": "presidency", "kind": "government"}],
}


def small():
    return pandas.DataFrame(
        {
            "actor": ["DNK", "RUS", "NOR"],
            "toward": ["guaido", "maduro", "RUS"],
            "channel": ["recognition", "statement", "statement"],
            "degree": ["recognises", None, None],
            "value": [float("nan"), 0.5, 0.25],
            "since": pandas.to_datetime(["2019-02-04", "2019-01-24", None]),
        }
    )


def rows_of(frame):
    return [
        {name: None if pandas.isna(cell) else cell for name, cell in row.items()}
        for row in frame.assign(since=frame["since"].dt.date).to_dict("records")
    ]


# Laws


@given(strategies.dossiers())
@settings(max_examples=30)
def test_what_a_dossier_writes_a_frame_gives_back(dossier):
    written = dossier.to_rows()
    head = written.pop("dossier")[0]
    frames = {
        name: pandas.DataFrame(rows, columns=COLUMNS[name], dtype=object)
        for name, rows in written.items()
    }
    back = from_frame(**frames, code=head["code"], title=head["title"])
    assert {**back.to_rows(), "dossier": []} == {**dossier.to_rows(), "dossier": []}


def test_every_kind_of_frame_gives_the_same_dossier():
    frame = small()
    expected = from_frame(frame, **CASE)
    assert expected.at("2019-03-01").value("DNK", "guaido") == 1.0
    assert expected.at("2019-03-01").value("RUS", "maduro") == 0.5
    others = {"rows": rows_of(frame), "nullable": frame.convert_dtypes()}
    if polars := _installed("polars"):
        columns = {name: [row[name] for row in rows_of(frame)] for name in frame.columns}
        others["polars"] = polars.DataFrame(columns)
        others["lazy"] = polars.LazyFrame(columns)
    if arrow := _installed("pyarrow"):
        others["pyarrow"] = arrow.Table.from_pandas(frame)
    if duckdb := _installed("duckdb"):
        others["duckdb"] = duckdb.sql("select * from frame")
    for name, other in others.items():
        assert from_frame(other, **CASE).fingerprint == expected.fingerprint, name
    shuffled = frame.iloc[::-1][list(reversed(frame.columns))]
    assert from_frame(shuffled, **CASE) == expected


def _installed(name):
    try:
        return pytest.importorskip(name)
    except pytest.skip.Exception:
        return None


def test_the_frame_is_as_it_was():
    frame = small()
    from_frame(frame, **CASE)
    pandas.testing.assert_frame_equal(frame, small())


# Oracles


def test_states_are_those_of_the_gazetteer_and_absent_is_not_zero():
    dossier = from_frame(small(), **CASE)
    assert (dossier.actors[0].code, dossier.actors[0].name) == ("DNK", "Denmark")
    assert dossier.at("2019-03-01").absence("NOR", "maduro") is sk.Absence.UNKNOWN


def test_a_shipped_dossier_survives():
    shipped = sk.load("venezuela-2019")
    written = shipped.to_rows()
    del written["dossier"]
    frames = {name: pandas.DataFrame(rows) for name, rows in written.items()}
    back = from_frame(**frames, code=shipped.code)
    assert back.to_rows() | {"dossier": []} == shipped.to_rows() | {"dossier": []}


# Refusals


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.rename(columns={"actor": "acter"}), "no column 'acter'; did you mean 'actor'"),
        (lambda f: f.assign(value=[0.1, 2.0, 0.1]), "row 2, field value: value=2 is outside"),
        (lambda f: f.assign(value=[float("inf")] * 3), "row 1, field value: inf"),
        (
            lambda f: f.assign(since=pandas.Timestamp("2019-02-04 12:00")),
            "row 1, field since: 2019-02-04 12:00:00 is an instant; accepted is a day",
        ),
        (lambda f: f.assign(since="2019-02-30"), "2019-02 has no day 30"),
        (lambda f: f.assign(actor="EUN"), "'EUN' is the code of no state in the gazetteer"),
        (lambda f: f.drop(columns="channel"), "row 1, field channel: '' is no channel"),
        (lambda f: f["actor"], "is Series; accepted are a data frame"),
        (lambda f: f.to_numpy(), "is ndarray; accepted are a data frame"),
        (lambda f: 3, "is int; accepted are a data frame"),
    ],
)
def test_bad_frames_get_one_clear_error(change, words):
    with pytest.raises(InputError) as caught:
        from_frame(change(small()), **CASE)
    assert words in str(caught.value)
    assert str(caught.value).startswith("frame of stances")


def test_claimants_are_never_guessed():
    with pytest.raises(InputError, match="frame of claimants is NoneType"):
        from_frame(small(), claimants=None, contests=CASE["contests"])


def test_without_narwhals_there_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stancekit\[frames\]'"):
        from_frame(small(), **CASE)
    assert len(from_frame(rows_of(small()), **CASE).stances) == 3
