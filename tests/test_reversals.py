"""Laws and oracles of the grammar of reversals."""

import csv
import datetime
import os
from pathlib import Path

import day_oracle
import pytest
from dossier_cases import cell_dossier, one_cell_stances
from hypothesis import given

from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest
from stancekit.records.reversals import replayed
from stancekit.records.stance import Absence, Act, Evidence, Stance

DATA = Path(os.environ.get("STANCEKIT_DATA", Path(__file__).parents[2] / "shared" / "data"))
KOSOVO = DATA / "kosovo" / "reversals_and_disputed_reversals.csv"


def said(*acts, day="2030-01-01", **more):
    """What A says of p on a day, from acts given as (act or position, since)."""
    stances = []
    for act, since, *rest in acts:
        kind = {"act": act} if act in list(Act) else {"degree": act}
        stances.append(Stance("A", "p", since=since, **kind, **(rest[0] if rest else {})))
    world = cell_dossier(stances).at(day, **more)
    return world.absence("A", "p") or world.value("A", "p")


# --- laws ---------------------------------------------------------------------------------


@given(one_cell_stances(max_size=8))
def test_every_record_says_what_the_oracle_says_it_says(stances):
    dossier = cell_dossier(stances)
    groups = {}
    for row, stance in enumerate(dossier.stances):
        speaker = stance.claimed_by if stance.channel == "reported" else ""
        groups.setdefault((stance.channel, speaker), []).append(row)
    for rows in groups.values():
        records = [day_oracle.Record(dossier.stances[row]) for row in rows]
        day_oracle.replay(records)
        for row, record in zip(rows, records, strict=True):
            cell = dossier.timeline.cell(row)
            assert (cell.absence or cell.value) == record.says
            undone = int(dossier.timeline.undone[row])
            by = None if undone < 0 else records[rows.index(undone)]
            assert by is record.undone_by


@given(one_cell_stances(max_size=6))
def test_only_acts_undo(stances):
    dossier = cell_dossier(stances)
    for row in dossier.timeline.undone.tolist():
        assert row < 0 or dossier.stances[row].act in (Act.SUSPEND, Act.WITHDRAW, Act.RESCIND)


# --- oracles ------------------------------------------------------------------------------

RECOGNISED = ("recognises", "2008-03-01")


@pytest.mark.parametrize(
    ("acts", "day", "answer"),
    [
        ([RECOGNISED], "2008-02-29", Absence.UNKNOWN),
        ([RECOGNISED], "2008-03-01", 1.0),
        # suspended, withdrawn, and back
        ([RECOGNISED, ("suspend", "2018-01-01")], "2018-01-01", Absence.SUSPENDED),
        ([RECOGNISED, ("withdraw", "2018-01-01")], "2017-12-31", 1.0),
        ([RECOGNISED, ("withdraw", "2018-01-01")], "2018-01-01", Absence.WITHDRAWN),
        ([RECOGNISED, ("withdraw", "2018-01-01"), ("rescind", "2018-06-01")], "2018-06-01", 1.0),
        (
            [RECOGNISED, ("withdraw", "2018-01-01"), ("rescind", "2018-06-01")],
            "2018-05-31",
            Absence.WITHDRAWN,
        ),
        # a rescission undoes the last interruption only
        (
            [
                RECOGNISED,
                ("suspend", "2018-01-01"),
                ("withdraw", "2018-03-01"),
                ("rescind", "2018-06-01"),
            ],
            "2019-01-01",
            Absence.SUSPENDED,
        ),
        (
            [
                RECOGNISED,
                ("suspend", "2018-01-01"),
                ("withdraw", "2018-03-01"),
                ("rescind", "2018-06-01"),
                ("rescind", "2018-07-01"),
            ],
            "2019-01-01",
            1.0,
        ),
        # two reports of one withdrawal are one withdrawal
        (
            [
                RECOGNISED,
                ("withdraw", "2018-01-01"),
                ("withdraw", "2018-01-03"),
                ("rescind", "2018-06-01"),
            ],
            "2019-01-01",
            1.0,
        ),
        # void from the beginning: in the past as well
        ([RECOGNISED, ("void", "2013-01-07")], "2010-01-01", Absence.WITHDRAWN),
        ([RECOGNISED, ("void", "2013-01-07")], "2014-01-01", Absence.WITHDRAWN),
        ([RECOGNISED, ("void", "2013-01-07")], "2008-02-29", Absence.UNKNOWN),
        # of two reports of the one stance both are void
        (
            [RECOGNISED, ("recognises", "2008-03-05"), ("void", "2013-01-07")],
            "2008-03-02",
            Absence.WITHDRAWN,
        ),
        # what stood before a void stance stood all along
        (
            [("rejects", "2008-02-20"), RECOGNISED, ("void", "2013-01-07")],
            "2010-01-01",
            -0.75,
        ),
        ([("rejects", "2008-02-20"), RECOGNISED, ("void", "2013-01-07")], "2014-01-01", -0.75),
        # a void stance is not brought back by a rescission
        (
            [RECOGNISED, ("void", "2013-01-07"), ("rescind", "2014-01-01")],
            "2015-01-01",
            Absence.WITHDRAWN,
        ),
        # recognised anew
        (
            [RECOGNISED, ("withdraw", "2018-01-01"), ("recognises", "2020-01-01")],
            "2020-01-01",
            1.0,
        ),
        # a stance taken anew is another: to void it leaves the first as it was
        (
            [
                RECOGNISED,
                ("withdraw", "2018-01-01"),
                ("recognises", "2020-01-01"),
                ("void", "2021-01-01"),
            ],
            "2010-01-01",
            1.0,
        ),
        # what stood before a void stance can be voided in turn
        (
            [
                ("rejects", "2008-02-20"),
                RECOGNISED,
                ("void", "2013-01-07"),
                ("void", "2014-01-07"),
            ],
            "2015-01-01",
            Absence.WITHDRAWN,
        ),
        # acts on nothing
        ([("withdraw", "2018-01-01")], "2019-01-01", Absence.WITHDRAWN),
        ([("rescind", "2018-01-01")], "2019-01-01", Absence.UNKNOWN),
        (
            [("withdraw", "2018-01-01"), ("rescind", "2018-06-01")],
            "2019-01-01",
            Absence.UNKNOWN,
        ),
        # an act comes after what it acts on, where the dates allow it
        ([("recognises", "2018"), ("withdraw", "2018-06-01")], "2018-07-01", Absence.WITHDRAWN),
        ([("recognises", "2018"), ("withdraw", "2018-06-01")], "2019-01-01", Absence.WITHDRAWN),
        (
            [RECOGNISED, ("withdraw", "2017-11"), ("rescind", "2017-11-20")],
            "2017-11-25",
            1.0,
        ),
        ([RECOGNISED, ("withdraw", "2017-11"), ("rescind", "2017-11-20")], "2018-01-01", 1.0),
        # the same day, whatever the confidence
        (
            [
                RECOGNISED,
                ("withdraw", "2018-01-01", {"evidence": Evidence("s1", confidence=0.9)}),
                ("rescind", "2018-01-01", {"evidence": Evidence("s1", confidence=0.1)}),
            ],
            "2018-01-02",
            1.0,
        ),
        # while it may or may not have happened, nothing is known
        ([RECOGNISED, ("withdraw", "2018-01")], "2018-01-15", Absence.UNKNOWN),
        ([RECOGNISED, ("withdraw", "2018-01")], "2018-01-31", Absence.WITHDRAWN),
        (
            [RECOGNISED, ("withdraw", "2017-11"), ("rescind", "[2017-11..]")],
            "2019-01-01",
            Absence.UNKNOWN,
        ),
    ],
)
def test_the_grammar_by_hand(acts, day, answer):
    assert said(*acts, day=day) == answer


def test_an_act_does_not_reach_for_what_surely_comes_after_it():
    withdraw, take, suspend = (list(Act).index(Act(act)) for act in ("withdraw", "take", "suspend"))
    # withdrawn on day 20, taken on day 30, suspended some day from 10 to 40
    _, undone = replayed([withdraw, take, suspend], [0.0, 1.0, 0.0], [20, 30, 10], [20, 30, 40])
    assert undone == {1: 2}


def test_a_second_source_for_a_withdrawal_wins_over_no_recognition_of_the_same_year():
    acts = [("recognises", "2018", {"evidence": Evidence("s1", confidence=0.9)})]
    acts += [("withdraw", "2018", {"evidence": Evidence("s2", confidence=0.1)})]
    assert said(*acts, day="2018-12-31") == Absence.WITHDRAWN
    assert not cell_dossier(
        [
            Stance("A", "p", "recognises", since="2018"),
            Stance("A", "p", act="withdraw", since="2018"),
        ]
    ).conflicts()


def kosovo(rows):
    """A dossier of the table: what the states did, and what Serbia says that they did."""
    stances = []
    for row in rows:
        code, status = row["iso3"], row["status"]
        stances.append(Stance(code, "kosovo", "recognises", since=row["recognised"] or None))
        when = row["withdrawn"] or None
        if status in ("withdrawn", "withdrawn_then_rescinded"):
            stances.append(Stance(code, "kosovo", act="withdraw", since=when))
        if status == "withdrawn_then_rescinded":
            stances.append(Stance(code, "kosovo", act="rescind", since=f"[{when}..2018-12-31]"))
        if status == "never_valid":
            stances.append(Stance(code, "kosovo", act="void", since="2013-01-07"))
        if status.startswith("claimed") or status == "never_valid":
            stances.append(
                Stance(
                    code,
                    "kosovo",
                    act="withdraw",
                    channel="reported",
                    since=when,
                    claimed_by="SRB",
                    evidence=Evidence("serbia", confidence=0.3),
                )
            )
    return Dossier(
        "kosovo",
        actors=[Actor("SRB"), *(Actor(row["iso3"]) for row in rows)],
        contests=[Contest("kosovo-status", kind="state")],
        claimants=[Claimant("kosovo", "kosovo-status"), Claimant("serbia", "kosovo-status")],
        stances=stances,
    )


@pytest.mark.skipif(not KOSOVO.exists(), reason="STANCEKIT_DATA has no kosovo table")
def test_the_table_of_kosovo():
    with KOSOVO.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    dossier = kosovo(rows)
    world = dossier.at("2020-01-01")
    disputed = {c.actor for c in dossier.conflicts("2020-01-01") if c.kind == "disputed"}
    for row in rows:
        code, status = row["iso3"], row["status"]
        if status == "withdrawn":
            assert world.absence(code, "kosovo") is Absence.WITHDRAWN
            before = datetime.date.fromisoformat(row["withdrawn"]) - datetime.timedelta(days=1)
            assert dossier.at(before).value(code, "kosovo") == 1.0
        elif status == "never_valid":
            assert world.absence(code, "kosovo") is Absence.WITHDRAWN
            assert dossier.at("2012-12-31").absence(code, "kosovo") is Absence.WITHDRAWN
        else:
            assert world.value(code, "kosovo") == 1.0
        # what Serbia says of a state that says otherwise itself is shown, and changes nothing
        assert (code in disputed) == status.startswith("claimed")
    heard = dossier.at("2020-01-01", channels=["reported"])
    for row in rows:
        if row["status"].startswith("claimed"):
            assert heard.absence(row["iso3"], "kosovo") is Absence.WITHDRAWN
    assert not [p for p in dossier.problems() if "act on nothing" in p.text]
