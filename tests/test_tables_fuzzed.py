"""Damaged dossiers: one that is sound or one InputError, never another exception."""

import contextlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tables_cases import JSON, SMALL, folder_of

from stancekit.errors import InputError
from stancekit.io.tables import read_with_lines
from stancekit.records.dossier import Dossier
from stancekit.records.tables import COLUMNS


def read_or_refused(path):
    """What fuzzing may meet: a dossier whose rows read back to it, or an InputError."""
    with contextlib.suppress(InputError):
        dossier, locate = read_with_lines(path)
        return _sound(path, dossier, locate)
    return None


def _sound(path, dossier, locate):
    assert Dossier.from_rows(dossier.to_rows()) == dossier
    for problem in dossier.problems():
        assert str(path) in locate(problem.table, problem.row)
    return dossier


# laws


def _files():
    with folder_of(SMALL) as place:
        return {path.name: path.read_bytes() for path in sorted(place.iterdir())}


FILES = _files()
NASTY = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"=", b"9" * 40, b"NaN", b"\\"]
NASTY += ["é".encode(), "\u2028".encode(), b"[..", b"..]", b"-", b"~", b";", b" > ", b"1e999"]


@st.composite
def damaged(draw):
    """The files of a small dossier, one of them changed in a few places."""
    name = draw(st.sampled_from(sorted(FILES)))
    content = FILES[name]
    spots = st.integers(0, len(content))
    pieces = st.one_of(st.sampled_from(NASTY), st.binary(max_size=4))
    changes = st.lists(st.tuples(spots, st.integers(0, 6), pieces), min_size=1, max_size=4)
    for spot, cut, piece in draw(changes):
        content = content[:spot] + piece + content[spot + cut :]
    return FILES | {name: content}


def folder_is_read_or_refused(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        read_or_refused(folder)


@settings(max_examples=300, suppress_health_check=[HealthCheck.data_too_large])
@given(damaged())
def test_changed_bytes_of_a_good_file_are_read_or_refused(files):
    folder_is_read_or_refused(files)


@settings(max_examples=200)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace")))
@example(b"[" * 100_000)
@example(b'{"dossier": {"code": "a"}, "actors": [[]]}')
@example(b'{"dossier": [], "actors": [], "contests": [], "claimants": [], "stances": []}')
def test_any_bytes_as_json_are_read_or_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case.json")
        path.write_bytes(content)
        read_or_refused(path)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["DNK", "p", "2019", "recognises", "vote", "seat", "=1", "nan"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(max_examples=200)
@given(st.data())
def test_any_value_in_a_cell_is_read_or_refused(data):
    rows = json.loads(JSON)
    for _ in range(data.draw(st.integers(1, 3))):
        table = data.draw(st.sampled_from([*COLUMNS, "dossier"]))
        row = rows[table] if table == "dossier" else data.draw(st.sampled_from(rows[table]))
        row[data.draw(st.sampled_from([*row, "x"]))] = data.draw(VALUES)
    with contextlib.suppress(InputError):
        dossier = Dossier.from_rows(rows)
        assert Dossier.from_rows(dossier.to_rows()) == dossier
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case.json")
        path.write_text(json.dumps(rows), encoding="utf-8")
        read_or_refused(path)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(["dossier", *COLUMNS, "x"]), VALUES) | VALUES)
def test_any_rows_are_read_or_refused(rows):
    with contextlib.suppress(InputError):
        dossier = Dossier.from_rows(rows)
        assert Dossier.from_rows(dossier.to_rows()) == dossier


@pytest.mark.slow
@settings(max_examples=20_000, suppress_health_check=[HealthCheck.data_too_large])
@given(damaged())
def test_many_changed_bytes_are_read_or_refused(files):
    folder_is_read_or_refused(files)
