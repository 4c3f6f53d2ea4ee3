"""The command line: every command, option and exit code, run in-process; the pipe from outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from cases import case
from hypothesis import HealthCheck, given, settings

import stancekit as sk
from stancekit import datasets
from stancekit.__main__ import main
from stancekit.io import tables
from stancekit.records import policies
from stancekit.records.model import Actor, Claimant, Contest, Membership
from stancekit.records.stance import Stance
from stancekit.report import brief
from stancekit.testing.strategies import dossiers


@pytest.fixture
def run(capsys):
    """Run the command line; returns its exit code, its output, and what went to stderr."""

    def go(*arguments):
        capsys.readouterr()
        code = main([str(part) for part in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.fixture
def own(tmp_path):
    """A dossier of one's own, as a folder and as a file."""
    dossier = case(
        Stance("A", "a", "recognises", since="2019-01-24", evidence="paper"),
        Stance("A", "b", "supports", since="2019-03", channel="vote", evidence="paper"),
        Stance("B", "a", "criticises", since="2019-02-01", channel="vote", evidence="paper"),
        Stance(
            "B",
            "a",
            "supports",
            since="2019-02-01",
            channel="reported",
            claimed_by="C",
            evidence="paper",
        ),
        memberships=[Membership("A", "X", "2018")],
        actors=[*(Actor(code) for code in "ABCD"), Actor("X", "The bloc", "bloc")],
        title="A case of one's own",
    )
    tables.write(dossier, tmp_path / "folder")
    tables.write(dossier, tmp_path / "file.json")
    return dossier, tmp_path


# laws


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(dossier=dossiers())
def test_any_dossier_on_disk_is_checked_and_reported(dossier, run, tmp_path):
    path = tmp_path / "case.json"
    tables.write(dossier, path)
    code, out, err = run("check", path)
    assert (code, err) == (1 if dossier.problems() else 0, "")
    assert len(out.splitlines()) == len(dossier.problems()) + 1
    for form in ((), ("--json",), ("--html",)):
        code, out, err = run("report", path, "--at", "2000-06-01", *form)
        assert (code, err) == (0, "")
        assert out


@pytest.mark.parametrize("form", [(), ("--json",), ("--html",)])
def test_the_same_question_gives_the_same_bytes(run, form):
    asked = ("report", "venezuela-2019", "--at", "2019-02-06", "--since", "2019-01-22", *form)
    one, other = run(*asked), run(*asked)
    assert one == other
    assert one[0] == 0


def test_the_same_bytes_whatever_the_hash_seed():
    found = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "stancekit", "report", "venezuela-2019", "--at", "2019-04-30"],
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1", "PATH": ""},
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1


# oracles: report


class _Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words = []

    def handle_data(self, data):
        self.words += data.split()


def test_text_json_and_html_have_the_same_content(run):
    asked = ("report", "venezuela-2019", "--at", "2019-04-30", "--since", "2019-02-06")
    (_, text, _), (_, data, _), (_, page, _) = (
        run(*asked),
        run(*asked, "--json"),
        run(*asked, "--html"),
    )
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    reader = _Words()
    reader.feed(page)
    body = " ".join(reader.words)
    flat = " ".join(text.split())
    content = json.loads(data)
    (contest,) = content["contests"]
    assert contest["headline"] in flat
    assert contest["headline"] in body
    world = sk.load("venezuela-2019").at("2019-04-30")
    for name in map(world.name, (*contest["recognition"]["guaido"], *contest["support"]["maduro"])):
        assert name in flat
        assert name in body
    for conflict in content["conflicts"]:
        for record in conflict["records"]:
            assert record in flat
            assert record in body
    for tie in content["alignment"]["strained"]:
        assert "; ".join(tie["evidence"]) in flat
        assert "; ".join(tie["evidence"]) in body
    for change in content["changes"]["changes"]:
        who = f"{world.name(change['actor'])} toward {world.name(change['toward'])}: "
        assert who + change["after"] in flat
    low, high = content["alignment"]["index"]
    assert low == high
    assert f"consistency index {low:.3f} (proved by a certificate" in flat
    for line in content["evidence"]["citations"].values():
        assert line in flat
        assert line in body


def test_the_default_day_is_that_of_the_last_record(run, own):
    _, place = own
    code, out, _ = run("report", place / "folder")
    assert (code, out.splitlines()[0]) == (
        0,
        "A case of one's own: where it stood on 31 March 2019",
    )


def test_a_folder_and_a_file_give_the_same_brief(run, own):
    _, place = own
    folder, file = (
        run("report", place / name, "--at", "2019-04-30") for name in ("folder", "file.json")
    )
    assert folder == file
    assert folder[0] == 0


def test_each_option_is_handed_on(run, own):
    dossier, place = own
    path = place / "folder"
    at = ("--at", "2019-04-30")
    for name in ("latest", "most_certain", "most_precise", "consensus", "cautious"):
        _, out, _ = run("report", path, *at, "--policy", name)
        assert out == brief(dossier, "2019-04-30", policy=getattr(policies, name)).text()
    for name in ("own", "binds", "majority", "unanimity"):
        _, out, _ = run("report", path, *at, "--bloc-rule", name)
        assert out == brief(dossier, "2019-04-30", bloc_rule=getattr(policies, name)).text()
    _, out, _ = run("report", path, *at, "--channels", "vote, reported")
    assert out == brief(dossier, "2019-04-30", channels=["vote", "reported"]).text()
    assert json.loads(run("report", path, *at, "--channels", "vote", "--json")[1])["contests"][0][
        "support"
    ] == {"a": [], "b": ["A"], "c": []}
    _, out, _ = run("report", path, *at, "--since", "2019-02-06")
    assert out == brief(dossier, "2019-04-30", since="2019-02-06").text()
    assert "What changed since 6 February 2019" in out


# oracles: the other commands


def test_datasets_lists_what_ships(run):
    code, out, err = run("datasets")
    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()] == list(datasets.names())
    assert re.search(r"^venezuela-2019: .+ \(\d+ actors, 2 claimants, \d+ stances\)$", out, re.M)


@pytest.mark.parametrize("name", datasets.names())
def test_what_ships_has_no_problems(run, name):
    code, out, err = run("check", name)
    assert (code, err) == (0, "")
    assert out.endswith("no problems\n")


def test_check_tells_problems_with_file_and_line(run, tmp_path):
    dossier = case(
        Stance("A", "a", "recognises", since="2018", evidence="paper"),
        claimants=[Claimant("a", "seat", since="2019")],
    )
    tables.write(dossier, tmp_path)
    code, out, err = run("check", tmp_path)
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert f"{tmp_path / 'stances.csv'}, line 2: stance before its claimant" in lines[-2] + lines[0]
    assert f"{tmp_path / 'contests.csv'}, line 2: lone claimant" in out
    assert lines[-1].endswith("2 problems")


def test_check_tells_all_faults_of_what_cannot_be_read(run, own):
    _, place = own
    path = place / "folder" / "stances.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2019-01-24", "2019-02-30").replace("criticises", "critisises"))
    code, out, err = run("check", place / "folder")
    assert (code, err) == (1, "")
    assert f"{path}, line 2" in out
    assert "2019-02-30" in out
    assert "did you mean 'criticises'" in out
    assert out.splitlines()[-1] == f"{place / 'folder'}: refused, 2 faults"


def test_show_tells_all_that_is_on_record(run, own):
    _, place = own
    code, out, err = run("show", "A", "--dossier", place / "folder")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "A (A)",
        "",
        "A case of one's own [case]",
        "  member of X, 2018/..",
        "  A -> a, recognition: recognises since 2019-01-24 [paper]",
        "  A -> b, vote: supports since 2019-03 [paper]",
    ]
    _, out, _ = run("show", "C", "--dossier", place / "folder")
    assert "  B -> a, reported: supports since 2019-02-01 (says C) [paper]" in out
    _, out, _ = run("show", "a", "--dossier", place / "folder")
    assert "  claims in seat: a" in out
    _, out, _ = run("show", "The bloc", "--dossier", place / "folder")
    assert "  members at some time: A" in out
    assert "  no stance on record: unknown" in out


def test_show_finds_states_by_any_name_and_says_where_they_are_not(run, own):
    _, place = own
    code, out, _ = run("show", "Danmark")
    assert code == 0
    assert out.startswith("Denmark (DNK)\nISO alpha-2 DK, ISO alpha-3 DNK, COW 390 DEN")
    assert "DNK -> guaido, recognition: recognises since 2019-02-04" in out
    code, out, _ = run("show", "DNK", "--dossier", place / "folder")
    assert code == 0
    assert out.splitlines()[-1] == "not in case"


# refusals


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            ["report", "venezuela-2018"],
            "unknown dataset, file or folder 'venezuela-2018'; did you mean 'venezuela-2019'?",
        ),
        (["report", "venezuela-2019", "--at", "2019-02-30"], "2019-02 has no day 30"),
        (["report", "venezuela-2019", "--at", "2019-04"], "not one day"),
        (["report", "venezuela-2019", "--at", ""], "is not a date"),
        (["report", "venezuela-2019", "--at", "2019-04-30", "--since", "2020-01-01"], "after at="),
        (
            ["report", "venezuela-2019", "--policy", "lastest"],
            "unknown policy 'lastest'; did you mean 'latest'?",
        ),
        (
            ["report", "venezuela-2019", "--bloc-rule", "own "],
            "unknown bloc rule 'own '; did you mean 'own'?",
        ),
        (["report", "venezuela-2019", "--channels", "votes"], "'votes' is no channel; accepted:"),
        (["report", "venezuela-2019", "--channels", ""], "'' is no channel; accepted:"),
        (["report", "venezuela-2019", "--channels", "vote,vote"], "names one twice"),
        (["report", "venezuela-2019", "--json", "--html"], "not allowed with"),
        (["report"], "required: dossier; see stancekit report --help"),
        (["report", "venezuela-2019", "--nonsense"], "unrecognized arguments: --nonsense"),
        ([], "required: COMMAND"),
        (["brief"], "invalid choice: 'brief'"),
        (["check"], "required: path"),
        (["check", "no-such-folder"], "no-such-folder: there is no such file or folder"),
        (["show", "Denmrak"], "unknown actor 'Denmrak'; did you mean 'Denmark'"),
        (["show", "Nicolas Maduro"], "did you mean 'Nicolás Maduro'"),
        (["show", "DNK", "--dossier", "nowhere"], "unknown dataset, file or folder 'nowhere'"),
    ],
)
def test_bad_input_is_told_in_one_sentence(run, asked, told):
    code, out, err = run(*asked)
    assert code == 2
    assert out == ""
    assert told in err
    assert err.startswith("stancekit: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_broken_file_is_told_with_its_line(run, own):
    _, place = own
    path = place / "folder" / "stances.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("supports", "soports", 1))
    code, out, err = run("report", place / "folder")
    assert (code, out) == (2, "")
    assert re.search(r"stances\.csv, line \d+.*did you mean 'supports'", err)
    (place / "empty.json").write_text("")
    assert run("report", place / "empty.json")[0] == 2
    assert run("check", place / "empty.json")[0] == 1


def test_a_dossier_without_dates_wants_a_day(run, tmp_path):
    tables.write(case(Stance("A", "a", "supports")), tmp_path)
    code, _, err = run("report", tmp_path)
    assert code == 2
    assert "say which day" in err
    assert run("report", tmp_path, "--at", "2019-01-01")[0] == 0


def test_help_is_no_fault(capsys):
    for asked in (["--help"], ["report", "--help"]):
        with pytest.raises(SystemExit) as left:
            main(asked)
        assert left.value.code == 0
        assert "usage: stancekit" in capsys.readouterr().out


def test_a_reader_that_leaves_early_is_no_fault():
    command = (
        f"{sys.executable} -m stancekit report venezuela-2019 --at 2019-04-30 | head -n 1; "
        "echo ${PIPESTATUS[0]}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    title, code = done.stdout.splitlines()
    assert title.startswith("The presidency of Venezuela")
    assert code == "0"


def test_names_outside_the_terminals_signs_are_printed_in_utf8():
    done = subprocess.run(
        [sys.executable, "-m", "stancekit", "show", "guaido"],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        check=True,
    )
    assert "Juan Guaidó".encode() in done.stdout


def test_markup_in_titles_is_escaped(run, tmp_path):
    tables.write(case(contests=[Contest("seat", "<i>The & seat</i>")]), tmp_path)
    code, out, _ = run("report", tmp_path, "--at", "2019-04-30", "--html")
    assert code == 0
    assert "&lt;i&gt;The &amp; seat&lt;/i&gt;" in out
