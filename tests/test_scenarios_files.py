"""Scenarios on disk: what is written is read back; faults name file, line and field."""

from __future__ import annotations

import datetime
import json

import pytest
from hypothesis import HealthCheck, given, settings

from stancekit.errors import InputError
from stancekit.io.scenarios import COLUMNS, read, write
from stancekit.records.model import Actor, Claimant
from stancekit.scenarios import Scenario
from stancekit.testing.scenarios import scenarios

roomy = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DAYS = [None, datetime.date(2018, 4, 30), datetime.date(2020, 2, 29)]
ANY = scenarios(blocs=["B"], newcomers=["N"], contests=["seat"], days=DAYS)
HEADER = ",".join(COLUMNS)


# -- laws ------------------------------------------------------------------------------------


@roomy
@given(ANY)
def test_what_is_written_is_read_back(tmp_path_factory, scenario):
    place = tmp_path_factory.mktemp("scenario")
    for path in (place / "one.json", place / "folder"):
        write(scenario, path)
        assert read(path) == scenario
        assert read(str(path)) == scenario


@roomy
@given(ANY)
def test_the_same_scenario_gives_the_same_bytes(tmp_path_factory, scenario):
    place = tmp_path_factory.mktemp("scenario")
    for path in ("a.json", "b.json"):
        write(scenario, place / path)
    assert (place / "a.json").read_bytes() == (place / "b.json").read_bytes()
    write(read(place / "a.json"), place / "b.json")
    assert (place / "a.json").read_bytes() == (place / "b.json").read_bytes()


# -- oracles ---------------------------------------------------------------------------------


def test_a_file_by_hand(tmp_path):
    file = tmp_path / "russia.json"
    file.write_text(
        '{"name": "Russia drops Maduro", "day": "2019-04-30", "changes": ['
        '{"deed": "set", "actor": "RUS", "toward": "maduro", "value": 0}]}',
        encoding="utf-8",
    )
    assert read(file) == Scenario("Russia drops Maduro").set("RUS", "maduro", 0.0).on("2019-04-30")


def test_a_folder_by_hand(tmp_path):
    (tmp_path / "scenario.json").write_text('{"name": "n"}', encoding="utf-8")
    (tmp_path / "changes.csv").write_text(
        f"{HEADER}\n"
        "set,RUS,maduro,vote,,,withdrawn,,,,,,,,2019-04-30\n"
        "enter,N,,,,,,,,New,faction,elected;young,,,2019-01-01\n"
        "enter,c,,,,,,seat,N,,,elected,,,\n"
        "weigh,RUS,population,,,,,,,,,,1.5,2019,\n",
        encoding="utf-8",
    )
    wanted = (
        Scenario("n")
        .withdraw("RUS", "maduro", channel="vote", on="2019-04-30")
        .enter(Actor("N", "New", "faction", traits=["young", "elected"]), on="2019-01-01")
        .enter(Claimant("c", "seat", "c", actor="N", traits=["elected"]))
        .weigh("RUS", "population", 1.5, 2019)
    )
    found = read(tmp_path)
    assert [str(c) for c in found.changes] == [str(c) for c in wanted.changes]
    assert found.changes[:2] == wanted.changes[:2]


# -- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("set,RUS,maduro,,,2,,,,,,,,,", "line 2, field value: value=2 is outside [-1, 1]"),
        ("set,RUS,maduro,vot,,1,,,,,,,,,", "field channel: 'vot' is no channel"),
        ("sit,RUS,maduro,,,1,,,,,,,,,", "field deed: 'sit' is no deed"),
        ("set,R US,maduro,,,1,,,,,,,,,", "field actor"),
        ("set,,maduro,,,1,,,,,,,,,", "field actor"),
        ("set,RUS,maduro,,rejects,1,,,,,,,,,", "line 2: set RUS -> maduro: more than one"),
        ("set,RUS,maduro,,,1,,,,,,,,,2019", "field on: date=2019 is not one day"),
        ("set,RUS,maduro,,,1,,,,,,,,,2019-02-30", "no day 30"),
        ("weigh,RUS,votes,,,,,,,,,,1,soon,", "field year"),
        ("leave,RUS,eu,,,1,,,,,,,,,", "value has no place here"),
        ("set,RUS,maduro,,=1+1,,,,,,,,,,", "field degree"),
        ("set,RUS,maduro,,,1", "6 cells"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, row, told):
    (tmp_path / "scenario.json").write_text("{}", encoding="utf-8")
    (tmp_path / "changes.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read(tmp_path)
    assert told in str(error.value)
    assert "changes.csv" in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        ("[]", "list, not an object"),
        ("{", "JSON"),
        ('{"nam": "x"}', "did you mean 'name'"),
        ('{"name": 3}', "field name"),
        ('{"day": "2019"}', "field day"),
        ('{"day": true}', "field day"),
        ('{"changes": {}}', "not a list of rows"),
        ('{"changes": [3]}', "row 1 is int"),
        ('{"changes": [{"deed": "set", "who": "RUS"}]}', "no column 'who'"),
        ('{"changes": [{"deed": "set", "actor": "RUS", "toward": "a", "value": NaN}]}', "NaN"),
        ('{"changes": [{"deed": "set", "actor": "RUS", "toward": ["a"], "value": 1}]}', "toward"),
        (
            '{"changes": [{"deed": "set", "actor": "RUS", "toward": "a", "on": 3, "value": 1}]}',
            "on",
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path, content, told):
    file = tmp_path / "scenario.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read(file)
    assert told in str(error.value)
    assert "scenario.json" in str(error.value)


def test_all_faults_are_told_at_once(tmp_path):
    rows = [{"deed": "set", "actor": "RUS", "value": 3}, {"deed": "leave"}, {"deed": "go"}]
    file = tmp_path / "s.json"
    file.write_text(json.dumps({"changes": rows}), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read(file)
    assert len(error.value.problems) >= 3


def test_places_that_are_none(tmp_path):
    for path, told in (
        (tmp_path / "no.json", "no such file"),
        (tmp_path, "there is no scenario.json"),
        (__file__, "one .json"),
    ):
        with pytest.raises(InputError) as error:
            read(path)
        assert told in str(error.value)
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(InputError):
        write(Scenario(), blocked / "inner")
    with pytest.raises(InputError):
        write(Scenario(), blocked / "inner.json")
    assert blocked.read_text() == "x"
