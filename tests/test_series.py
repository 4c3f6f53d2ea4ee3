"""Tests of the command ``series``: three forms of one content."""

from __future__ import annotations

import argparse
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cases import case

from stancekit import series
from stancekit.__main__ import _dossier, _say
from stancekit.errors import InputError, UnknownNameError
from stancekit.io import tables
from stancekit.records.model import Claimant, Contest, Weight
from stancekit.records.stance import Evidence, Stance


def ask(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    series.add_commands(parser.add_subparsers(), _dossier, _say)
    asked = parser.parse_args(["series", *arguments])
    return int(asked.run(asked))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    dossier = case(
        Stance("A", "a", "recognises", since="2019-02-04"),
        Stance("B", "a", "supports", since="2019-03-10", evidence=Evidence("wire", (), 0.5)),
        title="<b> & co",
        weights=[Weight("A", "population", 2019, 3), Weight("B", "population", 2019, 1)],
    )
    tables.write(dossier, tmp_path / "case")
    return str(tmp_path / "case")


# Laws


def test_every_day_of_change_is_a_line(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(folder) == 0
    lines = capsys.readouterr().out.splitlines()
    dates = [line.split()[0] for line in lines if line.startswith("20")]
    assert dates == ["2019-01-01", "2019-02-04", "2019-03-10"]
    assert lines[-1].split() == ["2019-03-10", "1", "2", "0", "0", "0", "0", "B"]


def test_json_holds_the_same(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    ask(
        folder, "--json", "--draws", "20", "--since", "2019-02", "--until", "2019-04", "--step", "1"
    )
    found = json.loads(capsys.readouterr().out)
    assert [row["date"] for row in found["rows"]] == ["2019-02-01", "2019-03-01", "2019-04-01"]
    last = found["rows"][-1]
    assert last["values"]["a backed"] == {"lower": 2.0, "upper": 2.0, "q0.05": 1.0, "q0.95": 2.0}
    assert last["moved"] == ["B -> a: unknown to +0.5 (wire, since 2019-03-10)"]


def test_html_is_whole_and_escaped(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    ask(folder, "--html")
    page = capsys.readouterr().out
    assert "<b>" not in page
    assert "&lt;b&gt; &amp; co: recognition over time" in page
    assert "B -&gt; a: unknown to +0.5 (wire, since 2019-03-10)" in page
    open_: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                open_.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag != "meta":
                assert open_.pop() == tag

    Balance().feed(page)
    assert not open_


def test_shares_by_weight(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    ask(folder, "--weight", "population")
    assert "75.0%" in capsys.readouterr().out


# Refusals


def test_wrong_questions(folder: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="population"):
        ask(folder, "--weight", "popullation")
    with pytest.raises(UnknownNameError, match="seat"):
        ask(folder, "--contest", "seta")
    with pytest.raises(UnknownNameError):
        ask("no-such-dossier")
    with pytest.raises(SystemExit):
        ask(folder, "--step", "0")
    two = case(
        contests=[Contest("seat"), Contest("throne")],
        claimants=[Claimant("a", "seat"), Claimant("b", "throne")],
    )
    tables.write(two, tmp_path / "two")
    with pytest.raises(InputError, match="2 contests"):
        ask(str(tmp_path / "two"))
    with pytest.raises(InputError, match="has a date"):
        ask(str(tmp_path / "two"), "--contest", "seat", "--step", "1")
