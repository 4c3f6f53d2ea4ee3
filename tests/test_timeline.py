"""Laws, oracles and refusals of what holds on a day and of where records clash."""

import csv
import itertools
import os
from pathlib import Path

import day_oracle
import numpy as np
import pytest
from dossier_cases import DAYS, cell_dossier, days, dossiers, one_cell_stances
from hypothesis import given, settings
from hypothesis import strategies as st

from stancekit.records import policies
from stancekit.records.asked import DEFAULT_CHANNELS
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest
from stancekit.records.stance import Absence, Act, Channel, Evidence, Stance

POLICIES = ("latest", "most_certain", "most_precise", "consensus", "cautious")
RULES = ("own", "binds", "majority", "unanimity")
ORDERS = (None, ("reported",), ("vote", "reported", "statement"), ("statement", "recognition"), ())
DATA = Path(os.environ.get("STANCEKIT_DATA", Path(__file__).parents[2] / "shared" / "data"))
PALESTINE = DATA / "palestine" / "source_conflicts.csv"


def cells(world):
    return {
        (actor, target): world.absence(actor, target) or world.value(actor, target)
        for actor in world.actors
        for target in world.targets
    }


# --- laws ---------------------------------------------------------------------------------


@given(one_cell_stances())
def test_the_last_day_of_a_record_is_the_last_on_which_the_oracle_lets_it_hold(stances):
    dossier = cell_dossier(stances)
    line = dossier.timeline
    for voice in _voices(dossier):
        records = [day_oracle.Record(dossier.stances[row]) for row in voice]
        day_oracle.replay(records)
        for row, record in zip(voice, records, strict=True):
            for day in DAYS[::3]:
                number = day.toordinal()
                held = line.since_lo[row] <= number <= line.last[row]
                assert held == day_oracle.may_hold(record, records, number)


def _voices(dossier):
    found = {}
    for row, stance in enumerate(dossier.stances):
        speaker = stance.claimed_by if stance.channel == "reported" else ""
        found.setdefault((stance.actor, stance.toward, stance.channel, speaker), []).append(row)
    return list(found.values())


@given(dossiers(), days())
def test_the_record_behind_a_cell_says_what_the_cell_says(dossier, day):
    standing = dossier.timeline.at(day.toordinal())
    for group, row, content in zip(standing.group, standing.row, standing.content, strict=True):
        if row >= 0:
            assert dossier.timeline.group[row] == group
            assert dossier.timeline.content[row] == content
            assert standing.candidate[row]


@given(dossiers(), st.one_of(st.none(), days()))
def test_a_conflict_is_between_records_that_differ(dossier, day):
    for conflict in dossier.conflicts(day):
        assert len(conflict.stances) >= 2
        assert len({(s.actor, s.toward) for s in conflict.stances}) == 1
        assert str(conflict)
        if conflict.kind == "value":
            assert len({s.channel for s in conflict.stances}) == 1
            assert len({s.evidence.origin if s.evidence else "" for s in conflict.stances}) > 1
        if conflict.kind == "disputed":
            assert conflict.stances[-1].channel is Channel.REPORTED
            assert conflict.stances[-1].claimed_by != conflict.actor
        assert not set(conflict.losers) & {conflict.winner}
        assert set(conflict.losers) <= set(conflict.stances)


@given(one_cell_stances())
def test_conflicts_do_not_depend_on_how_the_records_were_written(stances):
    again = cell_dossier(list(reversed(stances)))
    assert cell_dossier(stances).conflicts() == again.conflicts()


@given(one_cell_stances(), days())
def test_a_conflict_of_value_on_a_day_is_one_at_all_times(stances, day):
    dossier = cell_dossier(stances)
    ever = {s for c in dossier.conflicts() if c.kind == "value" for s in c.stances}
    for conflict in dossier.conflicts(day):
        if conflict.kind == "value":
            assert set(conflict.stances) <= ever


# --- oracles ------------------------------------------------------------------------------


@settings(max_examples=120)
@given(
    dossiers(),
    days(),
    st.sampled_from(POLICIES),
    st.sampled_from(RULES),
    st.sampled_from(ORDERS),
)
def test_a_day_is_that_of_the_oracle(dossier, day, policy, rule, order):
    world = dossier.at(
        day,
        channels=order,
        policy=getattr(policies, policy),
        bloc_rule=getattr(policies, rule),
    )
    listened = DEFAULT_CHANNELS if order is None else order
    assert cells(world) == day_oracle.day_of(dossier, day, listened, policy, rule)


@pytest.mark.slow
@settings(max_examples=20_000)
@given(
    dossiers(max_stances=16),
    days(),
    st.sampled_from(POLICIES),
    st.sampled_from(RULES),
    st.sampled_from(ORDERS),
)
def test_thousands_of_days_are_those_of_the_oracle(dossier, day, policy, rule, order):
    world = dossier.at(
        day,
        channels=order,
        policy=getattr(policies, policy),
        bloc_rule=getattr(policies, rule),
    )
    listened = DEFAULT_CHANNELS if order is None else order
    assert cells(world) == day_oracle.day_of(dossier, day, listened, policy, rule)


def clashing_by_definition(dossier, day=None):
    """Sets of clashing records by group, straight from the docstring of Conflict."""
    found = {}
    everything = list(dossier.stances)
    for voice_rows in _voices(dossier):
        records = [day_oracle.Record(everything[row]) for row in voice_rows]
        day_oracle.replay(records)
        for row, record in zip(voice_rows, records, strict=True):
            record.row, record.voice = row, records
            found.setdefault(
                (record.stance.actor, record.stance.toward, record.stance.channel), []
            ).append(record)
    clashes = set()
    for records in found.values():
        for one, other in itertools.combinations(records, 2):
            if one.says == other.says or one.origin == other.origin:
                continue
            if day_oracle.is_mute(one) or day_oracle.is_mute(other):
                continue
            if one.surely_before(other) or other.surely_before(one):
                continue
            if one.undone_by is other or other.undone_by is one:
                continue
            when = [day.toordinal()] if day else _telling_days(one, other)
            if any(
                day_oracle.may_hold(one, one.voice, d)
                and day_oracle.may_hold(other, other.voice, d)
                for d in when
            ):
                clashes |= {one.row, other.row}
    return clashes


def _telling_days(*records):
    """Days around every bound of the records: if they ever hold together, then on one of these."""
    bounds = {0, 10**6}
    for record in records:
        for near in record.voice:
            bounds |= {near.first, near.last, near.end_first, near.end_last}
    finite = {int(bound) for bound in bounds if abs(bound) < 10**7}
    return sorted({bound + step for bound in finite for step in (-1, 0, 1)})


@settings(max_examples=100)
@given(one_cell_stances(), st.one_of(st.none(), days()))
def test_conflicts_of_value_are_those_of_the_definition(stances, day):
    dossier = cell_dossier(stances)
    found = {stance for c in dossier.conflicts(day) if c.kind == "value" for stance in c.stances}
    expected = clashing_by_definition(dossier, day)
    assert found == {dossier.stances[row] for row in expected}


@pytest.mark.parametrize(
    ("since", "day", "answer"),
    [
        ("2019", "2019-02-01", 1.0),  # in no known order with the sure one: it does not disturb
        ("2019-01", "2019-01-25", 1.0),
        ("2019-01", "2019-01-31", -0.75),  # by now it has begun, and is the later one
        ("2019-02", "2019-02-01", Absence.UNKNOWN),  # it surely comes after, and may have begun
        ("2019-02", "2019-02-28", -0.75),
        ("[2019-01-24..]", "2030-01-01", Absence.UNKNOWN),
        ("[..2019-02-06]", "2019-02-05", 1.0),
        ("[..2019-02-06]", "2019-02-06", -0.75),
        (None, "2019-01-22", -0.75),
    ],
)
def test_a_vague_record_beside_a_sure_one(since, day, answer):
    stances = [
        Stance("A", "p", "recognises", since="2019-01-23"),
        Stance("A", "p", "rejects", since=since, evidence="s3"),
    ]
    world = cell_dossier(stances).at(day)
    assert (world.absence("A", "p") or world.value("A", "p")) == answer


@pytest.mark.parametrize(
    ("until", "day", "answer"),
    [
        ("2019-02-04", "2019-02-04", 1.0),
        ("2019-02-04", "2019-02-05", Absence.UNKNOWN),
        ("2019-02", "2019-02-01", 1.0),
        ("2019-02", "2019-02-02", Absence.UNKNOWN),  # it may have ended
        ("2019-02", "2019-03-01", Absence.UNKNOWN),
    ],
)
def test_after_the_last_day_nothing_is_known_even_of_what_was_before(until, day, answer):
    stances = [
        Stance("A", "p", "rejects", since="2018"),
        Stance("A", "p", "recognises", since="2019-01-23", until=until),
    ]
    world = cell_dossier(stances).at(day)
    assert (world.absence("A", "p") or world.value("A", "p")) == answer


def test_mexico_says_one_thing_by_one_source_and_another_by_another():
    stances = [
        Stance("A", "p", "supports", since="[..2019-01-24]", evidence="yucatan"),
        Stance("A", "p", "declared neutral", since="[..2019-02-06]", evidence="fp"),
    ]
    (conflict,) = cell_dossier(stances).conflicts("2019-02-10")
    assert conflict.kind == "value"
    assert conflict.winner.evidence.source.id == "fp"
    assert [s.evidence.source.id for s in conflict.losers] == ["yucatan"]
    (undecided,) = cell_dossier(stances).conflicts("2019-02-10", policy=policies.cautious)
    assert undecided.winner is None
    assert undecided.losers == ()


def test_a_change_of_position_is_no_conflict():
    stances = [
        Stance("A", "p", "supports", since="2019-01-24", evidence="one"),
        Stance("A", "p", "rejects", since="2019-02-06", evidence="another"),
    ]
    assert not cell_dossier(stances).conflicts()


def test_two_outlets_of_one_origin_do_not_clash():
    stances = [
        Stance("A", "p", "supports", since="2019", evidence=Evidence("a", via="wire")),
        Stance("A", "p", "rejects", since="2019", evidence=Evidence("b", via="wire")),
    ]
    assert not cell_dossier(stances).conflicts()


def test_two_days_of_one_recognition_clash_even_with_a_vague_record_between():
    stances = [
        Stance("A", "p", "recognises", since="2019-01-23", evidence="one"),
        Stance("A", "p", "recognises", since="[2019-01-20..2019-02-12]", evidence="two"),
        Stance("A", "p", "recognises", since="2019-02-12", evidence="three"),
    ]
    dossier = cell_dossier(stances)
    (conflict,) = dossier.conflicts()
    assert conflict.kind == "date"
    assert [s.evidence.source.id for s in conflict.stances] == ["one", "three"]
    # on the days between, one says that it was and the other that it was not yet
    assert not dossier.conflicts("2019-01-22")
    assert dossier.conflicts("2019-01-23") == dossier.conflicts("2019-02-11") == (conflict,)
    assert not dossier.conflicts("2019-02-12")


@pytest.mark.parametrize(
    "between",
    [
        [Stance("A", "p", act="withdraw", since="2019-01-30")],
        [Stance("A", "p", "rejects", since="2019-01-30")],
    ],
)
def test_recognition_anew_is_no_conflict_of_date(between):
    stances = [
        Stance("A", "p", "recognises", since="2019-01-23", evidence="one"),
        *between,
        Stance("A", "p", "recognises", since="2019-02-12", evidence="two"),
    ]
    assert not cell_dossier(stances).conflicts()


def test_two_days_by_one_origin_are_no_conflict_of_date():
    stances = [
        Stance("A", "p", "recognises", since="2019-01-23", evidence=Evidence("a", via="wire")),
        Stance("A", "p", "recognises", since="2019-02-12", evidence=Evidence("b", via="wire")),
    ]
    assert not cell_dossier(stances).conflicts()


def test_what_an_actor_is_reported_to_say_by_itself_disputes_nothing():
    stances = [
        Stance("A", "p", "recognises", since="2019-01-23"),
        Stance("A", "p", "rejects", channel="reported", claimed_by="A", since="2019-01-23"),
    ]
    assert not cell_dossier(stances).conflicts()


@pytest.mark.parametrize(
    ("own", "reported", "is_disputed"),
    [
        ({"degree": "recognises"}, {"act": "withdraw"}, True),
        ({"degree": "recognises"}, {"absence": "suspended"}, True),
        ({"degree": "recognises"}, {"degree": "rejects"}, True),
        ({"degree": "recognises"}, {"degree": "supports"}, False),
        ({"degree": "recognises"}, {"degree": "declared neutral"}, False),
        ({"degree": "recognises"}, {"absence": "divided"}, False),
        ({"degree": "rejects"}, {"act": "withdraw"}, False),
        ({"degree": "rejects"}, {"degree": "supports"}, True),
        ({"absence": "withdrawn"}, {"degree": "recognises"}, True),
        ({"absence": "withdrawn"}, {"degree": "rejects"}, False),
        ({"absence": "no-statement"}, {"degree": "rejects"}, False),
    ],
)
def test_what_another_says_is_disputed_if_the_actor_itself_says_otherwise(
    own, reported, is_disputed
):
    said = {"channel": "reported", "claimed_by": "B", "since": "2019-02-01"}
    stances = [
        Stance("A", "p", since="2019-01-01", **own),
        Stance("A", "p", **reported, **said),
    ]
    dossier = cell_dossier(stances)
    assert [c.kind for c in dossier.conflicts()] == ["disputed"] * is_disputed
    assert [c.kind for c in dossier.conflicts("2019-02-01")] == ["disputed"] * is_disputed
    assert not dossier.conflicts("2019-01-31")
    # whatever B says, the default channels hear A
    before = cells(cell_dossier(stances[:1]).at("2019-02-01"))
    assert before.items() <= cells(dossier.at("2019-02-01")).items()


def test_a_report_from_after_the_withdrawal_disputes_nothing():
    stances = [
        Stance("A", "p", "recognises", since="2008"),
        Stance("A", "p", act="withdraw", since="2018-01-01"),
        Stance("A", "p", act="withdraw", channel="reported", claimed_by="B", since="2018-02-01"),
    ]
    assert not cell_dossier(stances).conflicts()


def test_two_speakers_do_not_replace_one_another():
    said = {"channel": "reported", "toward": "p", "actor": "A"}
    stances = [
        Stance("A", "p", "recognises", since="2008"),
        Stance(act="withdraw", claimed_by="B", since="2018-01-01", **said),
        Stance(degree="recognises", claimed_by="q", since="2018-02-01", **said),
    ]
    dossier = cell_dossier(stances)
    (conflict,) = dossier.conflicts("2019-01-01")
    assert conflict.kind == "disputed"
    assert conflict.stances[-1].claimed_by == "B"
    assert dossier.at("2019-01-01", channels=["reported"]).value("A", "p") == 1.0


@pytest.mark.skipif(not PALESTINE.exists(), reason="STANCEKIT_DATA has no palestine table")
def test_the_table_of_palestine():
    with PALESTINE.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    stances = []
    for row in rows:
        dates = {"list-b": row["list_b_date"], "list-a": row["list_a_date"]}
        stances += [
            Stance(row["iso3"], "palestine", "recognises", since=date, evidence=source)
            for source, date in dates.items()
            if date
        ]
    # two conflicts that the lists' notes know and their columns do not show
    known = [("MLT", "2025-09-22", "government"), ("IRN", "1988-02-04", "un-annex")]
    stances += [
        Stance(code, "palestine", "recognises", since=date, evidence=source)
        for code, date, source in known
    ]
    dossier = Dossier(
        "palestine",
        actors=[Actor(row["iso3"]) for row in rows],
        contests=[Contest("palestine-status", kind="state")],
        claimants=[Claimant("palestine", "palestine-status", since="1988-11-15")],
        stances=stances,
    )
    found = {conflict.actor for conflict in dossier.conflicts()}
    assert {c.kind for c in dossier.conflicts()} == {"date"}
    differing = {row["iso3"] for row in rows if row["list_a_date"] not in ("", row["list_b_date"])}
    assert found == differing | {"MLT", "IRN"}
    assert {"MLT", "MEX", "BRA", "PRY", "IRN"} <= found
    # Iran is dated before the declaration that it recognises
    assert ["IRN" in str(p) for p in dossier.problems() if "before its claimant" in str(p)] == [
        True
    ]


# --- refusals -----------------------------------------------------------------------------


def test_a_source_that_knows_of_no_statement_refutes_none():
    heard = Stance("A", "p", "rejects", channel="statement", since="2019-01-04", evidence="one")
    mute = Stance(
        "A", "p", absence="no-statement", channel="statement", since="2019-01-24", evidence="two"
    )
    dossier = cell_dossier([heard, mute])
    assert dossier.at("2019-02-01").value("A", "p") == -0.75
    assert dossier.at("2019-02-01").stance("A", "p").evidence.source.id == "one"
    assert dossier.conflicts() == dossier.conflicts("2019-02-01") == ()
    assert cell_dossier([mute]).at("2019-02-01").absence("A", "p") is Absence.NO_STATEMENT


def test_nothing_on_record_is_unknown_and_clashes_with_nothing():
    dossier = Dossier("case", actors=[Actor("A")])
    assert dossier.conflicts() == dossier.conflicts("2019-01-01") == ()
    assert len(dossier.timeline.at(DAYS[0].toordinal()).row) == 0


@given(dossiers())
def test_a_timeline_does_not_change(dossier):
    line = dossier.timeline
    for array in vars(line).values():
        if isinstance(array, np.ndarray) and array.size:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.TAKE])
def test_an_act_alone_gives_an_absence_and_no_value(act):
    world = cell_dossier([Stance("A", "p", act=act, since="2019-01-01")]).at("2019-06-01")
    assert isinstance(world.absence("A", "p"), Absence)
