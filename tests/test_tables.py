"""Dossiers on disk: what was written reads back equal, and each fault is refused by its place."""

import csv
import json
import os
import tempfile
from pathlib import Path

import pytest
from dossier_cases import dossiers
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_cases import JSON, SMALL, folder_of

from stancekit import datasets
from stancekit.errors import InputError
from stancekit.io import tables
from stancekit.io.tables import read, read_with_lines, write
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor
from stancekit.records.tables import COLUMNS
from stancekit.testing import strategies


def lines_of(place, name):
    return (place / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)


def refusal(path):
    """The one error that reading raises."""
    with pytest.raises(InputError) as caught:
        read(path)
    return caught.value


# laws


@settings(max_examples=40)
@given(dossiers() | strategies.dossiers())
def test_what_was_written_reads_back_equal(dossier):
    with tempfile.TemporaryDirectory() as folder:
        for place in (Path(folder) / "case", Path(folder) / "case.json"):
            write(dossier, place)
            again = read(place)
            assert again == dossier
            assert again.fingerprint == dossier.fingerprint


@settings(max_examples=25)
@given(dossiers(), st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n", "\r"]))
def test_equal_however_the_files_are_written(dossier, random, line_end):
    with folder_of(dossier) as place:
        for name, columns in COLUMNS.items():
            with (place / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
                rows = list(csv.DictReader(handle))
            shuffled = list(columns)
            random.shuffle(rows)
            random.shuffle(shuffled)
            with (place / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as handle:
                quoting = random.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
                writer = csv.DictWriter(handle, shuffled, quoting=quoting, lineterminator=line_end)
                writer.writeheader()
                writer.writerows(rows)
                if random.random() < 0.5:
                    handle.write(line_end)  # an empty line is no row
        again = read(place)
        assert again == dossier
        assert again.fingerprint == dossier.fingerprint


@settings(max_examples=25)
@given(dossiers())
def test_the_same_dossier_gives_the_same_bytes_however_often(dossier):
    with folder_of(dossier) as place:
        before = {path.name: path.read_bytes() for path in sorted(place.iterdir())}
        write(read(place), place)
        assert {path.name: path.read_bytes() for path in sorted(place.iterdir())} == before
        for name in COLUMNS:
            assert before[f"{name}.csv"].startswith(",".join(COLUMNS[name]).encode() + b"\n")
            assert b"\r" not in before[f"{name}.csv"]


@settings(max_examples=30)
@given(dossiers())
def test_every_record_is_found_again_by_its_line(dossier):
    with folder_of(dossier) as place:
        again, locate = read_with_lines(place)
        for name in COLUMNS:
            texts = lines_of(place, name)
            cells = list(again.cells(name))
            for row, expected in enumerate(cells):
                where = locate(name, row)
                assert where.startswith(f"{place / name}.csv, line ")
                number = int(where.rsplit(" ", 1)[1])
                assert tuple(next(csv.reader([texts[number - 1]]))) == expected


# oracles


def test_a_file_by_hand():
    with folder_of(SMALL) as place:
        assert lines_of(place, "stances")[1:] == [
            "DNK,p,recognition,recognises,,,2019-02-04,,,s1,,,,\n",
            'DNK,q,reported,supports,,,,,,s1,Pompeo > CNN,0.25,p,"a, b; `c`"\n',
            "NOR,p,vote,,-0.25,,2019-01,2020,,,,,,\n",
            "eu,p,recognition,,,divided,[..2019-02-06],,,s1,,,,\n",
        ]
        assert lines_of(place, "contests")[1] == ('seat,"The ""seat"", so called",seat,true,,,\n')
        document = json.loads((place / "dossier.json").read_text(encoding="utf-8"))
        assert document["ladder"]["adores"] == 0.9
        assert read(place) == SMALL


def test_empty_tables_may_be_left_out():
    bare = Dossier("case", actors=[Actor("A")])
    with folder_of(bare) as place:
        for name in ("memberships", "sources", "weights"):
            (place / f"{name}.csv").unlink()
        assert read(place) == bare


@pytest.mark.parametrize("name", datasets.names())
def test_what_ships_reads_and_is_written_as_it_is(name):
    dossier = datasets.load(name)
    assert dossier.problems() == ()
    assert Dossier.from_rows(dossier.to_rows()) == dossier
    with folder_of(dossier) as place:
        for table in COLUMNS:
            shipped = (datasets.folder(name) / f"{table}.csv").read_text(encoding="utf-8")
            again = (place / f"{table}.csv").read_text(encoding="utf-8")
            assert sorted(csv.reader(shipped.splitlines())) == sorted(
                csv.reader(again.splitlines())
            )


# refusals


def swap(old, new):
    return lambda text: text.replace(old, new, 1)


ROW = "DNK,p,recognition,recognises,,,2019-02-04,,,s1,,,,\n"


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("stances", swap("DNK,p", "DKN,p"), "line 2, field actor: unknown actor or claimant 'DKN'"),
        (
            "stances",
            swap("DNK,p", "DNK,pp"),
            "line 2, field toward: unknown actor or claimant 'pp'",
        ),
        ("stances", swap("-0.25", "-1.25"), "line 4, field value: value=-1.25 is outside [-1, 1]"),
        (
            "stances",
            swap("-0.25", "NaN"),
            "line 4, field value: value='NaN' is not a number in [-1",
        ),
        (
            "stances",
            swap("-0.25", "inf"),
            "line 4, field value: value='inf' is not a number in [-1",
        ),
        ("stances", swap("-0.25", "=1/2"), "line 4, field value: value='=1/2' is not a number"),
        ("stances", swap("2019-02-04", "2019-02-30"), "line 2, field since: '2019-02-30' is not a"),
        (
            "stances",
            swap("2019-01,2020", "2019-01,2018"),
            "line 4, field until: until=2018 is befor",
        ),
        ("stances", swap("recognises", "recognizes"), "unknown degree 'recognizes'; did you mean"),
        (
            "stances",
            swap("divided", "split"),
            "line 5, field absence: 'split' is no absence; accept",
        ),
        (
            "stances",
            swap("vote", "veto"),
            "line 4, field channel: 'veto' is no channel; accepted: ",
        ),
        ("stances", swap(",s1,,", ",s2,,"), "line 2, field source: unknown source 's2'"),
        (
            "stances",
            swap("0.25,p", "25,p"),
            "line 3, field confidence: confidence=25 is outside [0",
        ),
        (
            "stances",
            swap("Pompeo", "=Pompeo"),
            "line 3, field via: '=Pompeo' would run as a formula",
        ),
        (
            "stances",
            swap('"a, b', '"@a, b'),
            "line 3, field note: '@a, b; `c`' would run as a form",
        ),
        ("stances", swap("a, b; ", "a\0b"), "line 3, field note: 'a\\x00b`c`' holds the control"),
        ("stances", lambda text: text + ROW, "line 6: the record is the same as that in "),
        ("stances", swap("actor,", "actors,"), "line 1: there is no column 'actors'; did you mean"),
        ("stances", swap(",note\n", "\n"), "line 1: the column 'note' is missing; the first line"),
        (
            "stances",
            swap(",note\n", ",note,x\n"),
            "line 1: there is no column 'x'; accepted: actor",
        ),
        ("stances", swap(",via,", ",note,"), "line 1: the column 'note' stands there twice"),
        ("stances", swap("s1,,,,\n", "s1,,,\n"), "line 2: the row has 13 cells and the header 14"),
        (
            "stances",
            swap("s1,,,,\n", "s1,,,,,\n"),
            "line 2: the row has 15 cells and the header 14",
        ),
        (
            "stances",
            swap('"a, b', "a, b"),
            "line 3: the row has 15 cells and the header 14; a comm",
        ),
        ("stances", swap('`c`"', "`c`"), "line 3: a quotation mark opens a cell that does not end"),
        (
            "stances",
            swap("Pompeo", '"Pompeo" CNN"'),
            "line 3: ',' expected after '\"'; a cell with",
        ),
        (
            "stances",
            swap("a, b", "a\nb"),
            "line 3: a quotation mark opens a cell that does not end",
        ),
        (
            "stances",
            lambda text: "",
            "line 1: the file is empty; its first line must be actor,towa",
        ),
        (
            "stances",
            lambda text: "\n",
            "line 1: the file is empty; its first line must be actor,to",
        ),
        (
            "stances",
            lambda text: text + "x" * 200_000,
            "line 6: the line is longer than 100000 char",
        ),
        (
            "actors",
            swap("eu,eu,bloc", "eu,eu,block"),
            "line 4, field kind: 'block' is no actor kind",
        ),
        ("actors", swap("eu,eu,bloc", "DNK,eu,bloc"), "DNK is already in "),
        (
            "actors",
            swap("Danmark", "+Danmark"),
            "line 2, field name: '+Danmark' would run as a for",
        ),
        ("actors", swap("a;b", "a b"), "line 4, field traits: 'a b' is no code"),
        (
            "contests",
            swap("true", "yes"),
            "line 2, field exclusive: exclusive='yes' is neither tru",
        ),
        (
            "claimants",
            swap("p,seat", "p,throne"),
            "line 2, field contest: unknown contest 'throne'",
        ),
        ("claimants", swap("NOR", "SWE"), "line 3, field actor: unknown actor 'SWE'"),
        (
            "claimants",
            swap("2019-01-10,", "2019-01-10,2018"),
            "line 2: until=2018 is before since=",
        ),
        (
            "memberships",
            swap("DNK,eu", "eu,eu"),
            "line 2: member='eu' is the bloc itself; no actor",
        ),
        ("memberships", swap("DNK,eu", "DNK,oas"), "line 2, field bloc: unknown actor 'oas'"),
        (
            "weights",
            swap("2019", "19"),
            "line 2, field year: year='19' is not a year of four digit",
        ),
        ("weights", swap("5800000", "-1"), "line 2, field value: value=-1 is outside [0, 1e+300]"),
        (
            "sources",
            swap("2019-02-06", "6.2.2019"),
            "line 2, field date: '6.2.2019' is not a date;",
        ),
    ],
)
def test_one_error_says_where_and_what(table, change, said):
    with folder_of(SMALL) as place:
        path = place / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as handle:
            text = handle.read()
        assert change(text) != text, "the change of this test changes nothing"
        with path.open("w", encoding="utf-8", newline="") as handle:
            handle.write(change(text))
        error = refusal(place)
        assert f"{table}.csv" in str(error)
        assert said in str(error).replace("\n", " ")
        assert len(str(error)) < 600


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "dossier.json: the file is empty"),
        (b"  \n", "the file is empty"),
        (b"{", "line 1, column 2"),
        (b'{"code": "a", "code": "b"}', "the field 'code' is given twice"),
        (b'{"code": "a", "colour": "b"}', "there is no field 'colour'; accepted: code, title"),
        (b'{"title": "a"}', "the field 'code' is missing"),
        (b'{"code": "the case"}', "field code: 'the case' is no code"),
        (b'{"code": 5}', "field code: 5 is no code"),
        (b'{"code": "a", "title": 0}', "field title: 0 is int, not text"),
        (b'{"code": "a", "title": []}', "field title: [] is list, not text"),
        (b'{"code": "a", "title": "=1"}', "field title: '=1' would run as a formula"),
        (b'{"code": "a", "title": "\\ud800"}', "unpaired surrogate"),
        (b'{"code": "a", "ladder": 5}', "field ladder: a ladder is a mapping"),
        (b'{"code": "a", "ladder": {"x": 2}}', "field ladder: the step 'x'=2 is outside [-1, 1]"),
        (b'{"code": "a", "ladder": {"x": NaN}}', "NaN is no number"),
        (b'{"code": "a", "ladder": {"x": 1e999}}', "not a finite number"),
        (b'{"code": "a", "ladder": {"x": ' + b"1" * 5000 + b"}}", "too many digits"),
        (b'{"code": "a", "ladder": {"x": true}}', "not a number"),
        (b"[]", "is list, not a mapping"),
        (b"null", "is NoneType, not a mapping"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"code": "\xff"}', "line 1: byte 0xff at place 11 is not UTF-8; save the file as UTF-8"),
        (b"\xff\xfe{\0", "line 1: byte 0xff at place 1 is not UTF-8"),
    ],
)
def test_a_bad_document_is_refused(content, said):
    with folder_of(SMALL) as place:
        (place / "dossier.json").write_bytes(content)
        error = refusal(place)
        assert str(place / "dossier.json") in str(error)
        assert said in str(error)
        assert len(str(error)) < 600


@pytest.mark.parametrize("line", [1, 2, 5_000])
@pytest.mark.parametrize("filler", ["", "é" * 40_000])
def test_broken_utf8_is_refused_with_its_line(line, filler):
    with folder_of(SMALL) as place:
        path = place / "actors.csv"
        good = path.read_bytes().splitlines(keepends=True)
        rows = [f"X{i},n{filler},state,,,,\n".encode() for i in range(6_000 if not filler else 1)]
        lines = [*good, *rows]
        line = min(line, len(lines) - 1)
        lines[line - 1] = lines[line - 1][:-1] + b"\xe9\n"
        path.write_bytes(b"".join(lines))
        place_in_line = len(lines[line - 1]) - 1
        error = refusal(place)
        assert f"{path}, line {line}: byte 0xe9 at place {place_in_line} is not" in str(error)


def test_a_file_cut_within_a_character_is_refused():
    with folder_of(SMALL) as place:
        path = place / "actors.csv"
        path.write_bytes(path.read_bytes() + "XKX,é".encode()[:-1])
        assert "is not UTF-8" in str(refusal(place)) or "ends within" in str(refusal(place))


def test_all_faults_are_listed_each_with_its_place():
    with folder_of(SMALL) as place:
        for name, old, new in (
            ("actors", "bloc", "block"),
            ("stances", "-0.25", "7"),
            ("stances", "2019-02-04", "2019-02-31"),
        ):
            path = place / f"{name}.csv"
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        error = refusal(place)
        assert [problem.rsplit("/", 1)[1].split(":")[0] for problem in error.problems] == [
            "actors.csv, line 4, field kind",
            "stances.csv, line 4, field value",
            "stances.csv, line 2, field since",
        ]
        assert str(error).startswith(error.problems[0])


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("dossier.json", "there is no dossier.json; a dossier needs one"),
        ("actors.csv", "there is no actors.csv; a dossier needs actors.csv, contests.csv"),
        ("stances.csv", "there is no stances.csv; a dossier needs"),
    ],
)
def test_a_missing_file_is_named(missing, said):
    with folder_of(SMALL) as place:
        (place / missing).unlink()
        assert said in str(refusal(place))


def test_places_that_hold_no_dossier(tmp_path):
    assert "no such file or folder" in str(refusal(tmp_path / "nowhere"))
    assert "there is no dossier.json" in str(refusal(tmp_path))
    (tmp_path / "notes.txt").write_text("x")
    assert "a folder of CSV files or one .json file" in str(refusal(tmp_path / "notes.txt"))
    assert "no such file or folder" in str(refusal("a\0b")) or "null" in str(refusal("a\0b"))
    assert str(refusal("x" * 5_000))
    write(SMALL, tmp_path / "case")
    (tmp_path / "case" / "stance.csv").write_text("x")
    assert "did you mean stances.csv?" in str(refusal(tmp_path / "case"))
    (tmp_path / "case" / "stance.csv").unlink()
    (tmp_path / "case" / "stances.csv").unlink()
    (tmp_path / "case" / "stances.csv").mkdir()
    assert "stances.csv" in str(refusal(tmp_path / "case"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files cannot be counted")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: b"",
        lambda good: b"x" + good,  # the error comes while most of the file is unread
        lambda good: good + b"x" * 200_000,
        lambda good: good + b'"',
        lambda good: good + b"\xff",
        lambda good: good + b"a,b\n" + good * 2_000,
    ],
)
def test_a_refused_file_is_closed(spoil):
    with folder_of(SMALL) as place:
        path = place / "stances.csv"
        path.write_bytes(spoil(path.read_bytes()))
        before = len(list(Path("/proc/self/fd").iterdir()))
        error = refusal(place)  # as long as the error lives, so do the frames that it came from
        assert len(list(Path("/proc/self/fd").iterdir())) == before
        assert error.problems


def test_nothing_is_half_written(tmp_path, monkeypatch):
    write(SMALL, tmp_path / "case")
    before = {path.name: path.read_bytes() for path in (tmp_path / "case").iterdir()}

    def breaks(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "as_csv", lambda *_: breaks)
    with pytest.raises(InputError, match="No space left"):
        write(Dossier("other"), tmp_path / "case")
    after = {path.name: path.read_bytes() for path in (tmp_path / "case").iterdir()}
    assert after == before


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="file"):
        write(SMALL, tmp_path / "file")
    with pytest.raises(InputError, match="No such file"):
        write(SMALL, tmp_path / "nowhere" / "case.json")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"stances"', '"stanzas"', "there is no table 'stanzas'; accepted: dossier, actors"),
        ('"weights": [', '"weights": 5, "actors": [', "the field 'actors' is given twice"),
        ('"weights": [', '"weights": [5, ', "weights, row 1 is int, not a mapping of columns"),
        ('"value": "-0.25"', '"value": -1.5', "stances, row 3, field value: value=-1.5 is outside"),
        (
            '"value": "-0.25"',
            '"value": [1]',
            "stances, row 3, field value: [1] is list and no cell",
        ),
        ('"value": "-0.25"', '"value": 1e999', "field value: inf is float and no cell"),
        ('"value": "-0.25"', '"value": NaN', "NaN is no number"),
        ('"value": "-0.25"', f'"value": {"9" * 400}', "more than 300 digits is int and no cell"),
        ('"value": "-0.25"', f'"value": {"9" * 5000}', "too many digits"),
        ('"value": "-0.25"', '"worth": "1"', "stances, row 3: there is no column 'worth'"),
        ('"member": "DNK"', '"member": "DNK", "member": "A"', "the field 'member' is given twice"),
        ('"code": "DNK"', '"code": null', "actors, row 1, field code: '' is no code"),
    ],
)
def test_a_bad_file_of_json_is_refused(tmp_path, old, new, said):
    assert old in JSON
    path = tmp_path / "case.json"
    path.write_text(JSON.replace(old, new, 1), encoding="utf-8")
    error = refusal(path)
    assert str(error).startswith(str(path))
    assert said in str(error)
    assert len(str(error)) < 600


def test_json_takes_numbers_and_truths_as_they_are(tmp_path):
    path = tmp_path / "case.json"
    text = JSON.replace('"exclusive": "true"', '"exclusive": true')
    text = text.replace('"value": "-0.25"', '"value": -0.25').replace('"2019"', "2019")
    path.write_text(text, encoding="utf-8-sig")
    assert read(path) == SMALL


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    write(SMALL, tmp_path / "case")
    (tmp_path / "case" / "actors.csv").chmod(0)
    assert "Permission denied" in str(refusal(tmp_path / "case"))
