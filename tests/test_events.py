"""Stances from event data: the same from every engine, and what they say of their evidence."""

import datetime
import math
import os
import pickle
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stancekit as sk
from stancekit.errors import InputError, MissingExtraError
from stancekit.io.events import Scale, UnusedEvents, read_scale, stances_from_events
from stancekit.records.dossier import Dossier

pytest.importorskip("narwhals", reason="narwhals is not installed")
pandas = pytest.importorskip("pandas", reason="pandas is not installed")

DATA = Path(os.environ.get("STANCEKIT_DATA", Path(__file__).parents[1].parent / "shared" / "data"))
SCALES = DATA / "event_scales"
needs_scales = pytest.mark.skipif(
    not SCALES.exists(), reason="no scales of events here: set STANCEKIT_DATA"
)

SCALE = Scale("test", {"010": 0, "036": 4, "10": -5, "19": -10, "07": 7})
AT = datetime.date(2014, 3, 1)
PLAIN = {"scale": SCALE, "half_life": math.inf, "at": AT}
COLUMNS = ("actor", "target", "day", "code")

names = st.sampled_from(["RUS", "UKR", "USA"])
days = st.dates(datetime.date(2013, 12, 1), datetime.date(2014, 4, 1))
codes = st.sampled_from([code for code, _ in SCALE.scores])
rows = st.fixed_dictionaries({"actor": names, "target": names, "day": days, "code": codes})
events = st.lists(rows, max_size=15)
half_lives = st.sampled_from([0.5, 7, 30.0, 365, math.inf])


def row(actor, target, day, code):
    return {"actor": actor, "target": target, "day": datetime.date.fromisoformat(day), "code": code}


def table(held):
    """As columns, so that an empty frame has them too."""
    return {name: [row[name] for row in held] for name in COLUMNS}


def in_pandas(held):
    frame = pandas.DataFrame(table(held)).astype(dict.fromkeys(("actor", "target", "code"), "str"))
    return frame.assign(day=pandas.to_datetime(frame["day"]))


def in_polars(held):
    polars = pytest.importorskip("polars")
    kinds = dict.fromkeys(COLUMNS, polars.String) | {"day": polars.Date}
    return polars.DataFrame(table(held), schema=kinds)


def in_lazy_polars(held):
    polars = pytest.importorskip("polars")
    return in_polars(held).lazy().with_columns(day=polars.col("day").cast(polars.Datetime))


def in_arrow(held):
    arrow = pytest.importorskip("pyarrow")
    kinds = [(name, arrow.date32() if name == "day" else arrow.string()) for name in COLUMNS]
    return arrow.table(table(held), schema=arrow.schema(kinds))


def in_duckdb(held):
    duckdb = pytest.importorskip("duckdb")
    frame = in_arrow(held)
    return duckdb.connect().from_arrow(frame)


ENGINES = [in_pandas, in_polars, in_lazy_polars, in_arrow, in_duckdb]


# Laws


@settings(max_examples=12)
@given(events, half_lives, st.none() | st.integers(1, 60))
@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__[3:])
def test_every_engine_gives_the_same_to_the_last_bit(engine, held, half_life, within):
    asked = {**PLAIN, "half_life": half_life, "within": within}
    assert stances_from_events(engine(held), **asked) == stances_from_events(held, **asked)


@given(events, half_lives, st.randoms(use_true_random=False))
def test_the_order_of_events_says_nothing(held, half_life, random):
    asked = {**PLAIN, "half_life": half_life}
    there = stances_from_events(held, **asked)
    shuffled = random.sample(held, len(held))
    assert stances_from_events(shuffled, **asked) == there
    assert pickle.loads(pickle.dumps(there)) == there


@given(events, half_lives)
def test_the_mean_is_the_mean(held, half_life):
    """Against sums one by one; without fading, against exact fractions."""
    found = stances_from_events(held, **{**PLAIN, "half_life": half_life})
    scores = dict(SCALE.scores)
    used = [r for r in held if r["day"] <= AT and r["actor"] != r["target"]]
    assert list(found.pairs) == sorted({(r["actor"], r["target"]) for r in used})
    assert found.events.sum() == len(used)
    for k, pair in enumerate(found.pairs):
        mine = [r for r in used if (r["actor"], r["target"]) == pair]
        weights = [2 ** (-(AT - r["day"]).days / half_life) for r in mine]
        score = [scores[r["code"]] / 10 for r in mine]
        assert found.events[k] == len(mine)
        assert found.newest[k] == max(r["day"] for r in mine)
        assert found.weights[k] == pytest.approx(math.fsum(weights))
        assert -1 <= found.values[k] <= 1
        assert 1 <= found.effective[k] <= len(mine) * (1 + 1e-12)
        if math.fsum(weights) > 1e-200:
            mean = math.fsum(w * s for w, s in zip(weights, score)) / math.fsum(weights)
            assert found.values[k] == pytest.approx(mean, abs=1e-12)
        if half_life == math.inf:
            exact = Fraction(sum(int(scores[r["code"]]) for r in mine), 10 * len(mine))
            assert found.values[k] == pytest.approx(float(exact), abs=1e-15)
            assert found.effective[k] == pytest.approx(len(mine))


@given(events, events, st.sampled_from([7, 30.0, math.inf]))
def test_evidence_adds_up(one, other, half_life):
    asked = {**PLAIN, "half_life": half_life}
    parts = [stances_from_events(held, **asked) for held in (one, other)]
    both = stances_from_events(one + other, **asked)
    total, weight, number = Counter(), Counter(), Counter()
    for part in parts:
        for k, pair in enumerate(part.pairs):
            total[pair] += part.weights[k] * part.values[k]
            weight[pair] += part.weights[k]
            number[pair] += int(part.events[k])
    assert set(both.pairs) == weight.keys()
    for k, pair in enumerate(both.pairs):
        assert both.weights[k] == pytest.approx(weight[pair])
        assert both.values[k] == pytest.approx(total[pair] / weight[pair], abs=1e-12)
        assert both.events[k] == number[pair]


@given(events, half_lives)
def test_every_event_is_accounted_for(held, half_life):
    found = stances_from_events(held, **{**PLAIN, "half_life": half_life}, within=40)
    unused = found.unused
    assert found.events.sum() + unused.later + unused.earlier + unused.themselves == len(held)
    assert unused.later == sum(r["day"] > AT for r in held)
    assert unused.earlier == sum(r["day"] <= AT - datetime.timedelta(days=40) for r in held)
    assert unused.undated == unused.nobody == unused.unscaled == 0


@given(events, st.integers(1, 5), st.sampled_from([0.0, 1.5, 2.0]))
def test_at_least_keeps_what_has_the_evidence(held, least, effective):
    found = stances_from_events(held, **{**PLAIN, "half_life": 30})
    kept = found.at_least(events=least, effective=effective)
    wanted = [
        pair
        for k, pair in enumerate(found.pairs)
        if found.events[k] >= least and found.effective[k] >= effective
    ]
    assert list(kept.pairs) == wanted
    assert kept.at_least(events=least) == kept


@given(events)
def test_rows_are_those_of_a_dossier(held):
    found = stances_from_events(held, **PLAIN)
    made = Dossier.from_rows(
        {
            "dossier": [{"code": "case"}],
            "actors": [{"code": code, "kind": "state"} for code in ("RUS", "UKR", "USA")],
            "contests": [],
            "claimants": [],
            "stances": found.to_rows(),
        }
    )
    world = made.at(AT, channels=["reported"])
    for (actor, target), value in zip(found.pairs, found.values.tolist()):
        assert world.value(actor, target) == value
    silent = {(a, t) for a in world.actors for t in world.targets} - set(found.pairs)
    assert all(world.absence(a, t) is not None for a, t in silent)
    assert np.isnan(made.at(AT).values).all()  # reported speaks only when asked for


# Oracles

WAR = [
    row("RUS", "UKR", "2014-02-01", "036"),
    row("RUS", "UKR", "2014-03-01", "19"),
    row("RUS", "UKR", "2014-03-02", "19"),
    row("USA", "UKR", "2013-12-31", "07"),
    row("UKR", "UKR", "2014-02-01", "19"),
]


def test_by_hand():
    found = stances_from_events(WAR, scale=SCALE, half_life=28, at="2014-03-01", within=60)
    assert found.pairs == (("RUS", "UKR"),)  # 60 days begin on the first of January
    assert found.values.tolist() == pytest.approx([(0.5 * 0.4 - 1) / 1.5])
    assert found.weights.tolist() == [1.5]
    assert found.effective.tolist() == [1.5**2 / 1.25]
    assert found.unused == UnusedEvents(later=1, earlier=1, themselves=1)
    wider = stances_from_events(WAR, scale=SCALE, half_life=28, at="2014-03-01", within=61)
    assert wider.pairs == (("RUS", "UKR"), ("USA", "UKR"))
    assert found.to_rows(source="s1", claimed_by="press", confidence=0.5) == [
        {
            "actor": "RUS",
            "toward": "UKR",
            "channel": "reported",
            "value": found.values[0],
            "since": "2014-03-01",
            "claimed_by": "press",
            "source": "s1",
            "confidence": 0.5,
            "note": "mean of 2 events (effective 1.8) up to 2014-03-01; scale test, half-life 28 "
            "days",
        }
    ]


def test_very_old_events_still_have_a_mean():
    """Their weight on the day is 0 in floating point; the mean of equally old ones is not lost."""
    held = [row("A", "B", "1900-01-01", "036"), row("A", "B", "1900-01-01", "19")]
    found = stances_from_events(held, scale=SCALE, half_life=1, at="2014-03-01")
    assert found.values.tolist() == pytest.approx([-0.3])
    assert (found.weights.tolist(), found.effective.tolist()) == ([0.0], [2.0])


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__[3:])
def test_what_is_missing_is_counted_and_is_no_stance(engine):
    held = [
        *WAR,
        {"actor": None, "target": "UKR", "day": AT, "code": "19"},
        {"actor": "RUS", "target": None, "day": AT, "code": "19"},
        {"actor": "RUS", "target": "UKR", "day": AT, "code": None},
        {"actor": "RUS", "target": "UKR", "day": None, "code": "19"},
    ]
    found = stances_from_events(engine(held), **PLAIN)
    assert found.unused == UnusedEvents(later=1, undated=1, nobody=3, themselves=1)
    assert found == stances_from_events(held, **PLAIN)


def test_many_events_in_any_order_to_the_last_bit():
    generator = np.random.default_rng(3)
    kinds = [code for code, _ in SCALE.scores]
    held = [
        {
            "actor": "RUS",
            "target": "UKR",
            "day": AT - datetime.timedelta(days=int(age)),
            "code": kinds[kind],
        }
        for age, kind in generator.integers(0, (400, len(kinds)), size=(500, 2)).tolist()
    ]
    asked = {**PLAIN, "half_life": 11.3}
    there = stances_from_events(held, **asked)
    for _ in range(5):
        mixed = [held[k] for k in generator.permutation(len(held)).tolist()]
        assert stances_from_events(mixed, **asked) == there
        assert stances_from_events(in_pandas(mixed), **asked) == there


def test_the_time_of_day_says_nothing():
    frame = in_pandas(WAR)
    late = frame.assign(day=frame["day"] + pandas.Timedelta(hours=23, minutes=59, seconds=59.5))
    asked = {**PLAIN, "within": 60}
    assert stances_from_events(late, **asked) == stances_from_events(WAR, **asked)
    polars = pytest.importorskip("polars")
    later = in_polars(WAR).with_columns(
        day=polars.col("day").cast(polars.Datetime) + polars.duration(hours=23)
    )
    assert stances_from_events(later.lazy(), **asked) == stances_from_events(WAR, **asked)


def test_rows_hold_only_what_was_said():
    (first,) = stances_from_events(WAR[:2], **PLAIN).to_rows()
    assert list(first) == ["actor", "toward", "channel", "value", "since", "note"]
    assert first["note"] == "mean of 2 events (effective 2.0) up to 2014-03-01; scale test"


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__[3:])
def test_no_events_are_no_stances(engine):
    found = stances_from_events(engine([]), **PLAIN)
    assert (found.pairs, found.unused, found.to_rows()) == ((), UnusedEvents(), [])


def test_columns_by_any_name():
    frame = in_pandas(WAR).rename(columns={"actor": "Actor1", "code": "EventCode"})
    found = stances_from_events(frame, **PLAIN, actor="Actor1", code="EventCode")
    assert found == stances_from_events(WAR, **PLAIN)


@needs_scales
def test_the_scales_of_the_field():
    """Two packages ship different scores under one name: which table was used must be told."""
    place = SCALES / "cameo_goldstein_two_packages.csv"
    one = read_scale(SCALES / "cameo_goldstein_gdeltPyR.csv", code="cameo", score="goldstein")
    assert len(one.scores) == 320
    assert dict(one.scores)["010"] == 0.0
    assert one.name == "cameo_goldstein_gdeltPyR.csv, goldstein"
    assert dict(read_scale(place, code="cameo", score="goldstein").scores) == dict(one.scores)
    plover = read_scale(SCALES / "plover_scores.csv", code=("category", "mode"), score="score")
    assert len(plover.scores) == 82
    assert dict(plover.scores)["ASSAULT:Torture"] == -8.5


# Refusals


def test_codes_without_a_score():
    held = [*WAR, row("RUS", "UKR", "2014-02-01", "999"), row("RUS", "UKR", "2014-02-01", "0")]
    with pytest.raises(InputError, match=r"2 of 5 events have a code .* '999' \(1\), '0' \(1\)"):
        stances_from_events(held, **PLAIN)
    with pytest.raises(InputError, match=r"accepted is a share of 0\.39"):
        stances_from_events(held, **PLAIN, unscaled=0.39)
    found = stances_from_events(held, **PLAIN, unscaled=0.4)
    assert found.unused.unscaled == 2
    assert found.values.tolist() == stances_from_events(WAR, **PLAIN).values.tolist()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"scale": {"19": -10}}, "scale is dict; accepted is a Scale"),
        ({"half_life": 0}, "half_life=0; accepted: days above 0, or math.inf"),
        ({"half_life": math.nan}, "half_life=nan"),
        ({"half_life": True}, "half_life=True"),
        ({"within": 0}, "within=0; accepted is a whole number of days from 1"),
        ({"within": 1.5}, "within=1.5"),
        ({"at": "2014-03"}, "at='2014-03'; accepted is one day"),
        ({"at": datetime.datetime(2014, 3, 1, 12)}, "accepted is one day"),
        ({"unscaled": 2}, "unscaled=2; accepted: 0 to 1"),
        ({"code": "cdoe"}, "event 0 has no column 'cdoe'; say which holds it with code="),
    ],
)
def test_what_cannot_be_asked(asked, said):
    with pytest.raises(InputError, match=said):
        stances_from_events(WAR, **{**PLAIN, **asked})


def test_frames_that_cannot_be_taken():
    frame = in_pandas(WAR)
    stamps = frame.assign(day=frame["day"].dt.tz_localize("UTC"))
    for given_frame, said in [
        (frame.drop(columns="code"), "the events have no column 'code'"),
        (frame.rename(columns={"actor": "actors"}), "did you mean 'actors'"),
        (frame.assign(code=19), "column 'code' is Int64; accepted is text, since 010 and 10"),
        (frame.assign(day="2014-03-01"), "accepted are dates and datetimes: cast it"),
        (stamps, "accepted are days without a time zone"),
        (12, "the events are int; accepted are a data frame"),
        ([12], "event 0 is int"),
        ([{**WAR[0], "day": "soon"}], "event 0: 'soon' is no day"),
        ([{**WAR[0], "code": 19}], "an event holds 19, which is int"),
    ]:
        with pytest.raises(InputError, match=said):
            stances_from_events(given_frame, **PLAIN)


def test_without_narwhals_rows_will_do(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "narwhals", None)
    assert stances_from_events(WAR, **PLAIN).pairs
    with pytest.raises(MissingExtraError, match=r"pip install 'stancekit\[frames\]'"):
        stances_from_events(in_pandas(WAR), **PLAIN)


@pytest.mark.parametrize(
    ("scores", "bound", "said"),
    [
        ({"a": 11}, 10, "the score of 'a' is 11.0; accepted are -10 to 10"),
        ({"a": math.nan}, 10, "the score of 'a' is nan"),
        ({"": 1}, 10, "'' is no code"),
        ({1: 1}, 10, "1 is no code"),
        ({1: 1, "a": 2}, 10, "accepted is a mapping of codes, as text, to numbers"),
        ({"a": "x"}, 10, "accepted is a mapping of codes, as text, to numbers"),
        ([1, 2], 10, "accepted is a mapping of codes, as text, to numbers"),
        ({"a": 1}, 0, "bound=0; accepted is a finite number above 0"),
    ],
)
def test_scales_that_are_none(scores, bound, said):
    with pytest.raises(InputError, match=said):
        Scale("test", scores, bound)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: there is no column 'code'; there: "),
        ("cod,score\n", "did you mean 'cod'"),
        ("code,score\na,1\na,2\n", "line 3: 'a' is given twice"),
        ("code,score\n,1\n", "line 2: '' is no code"),
        ("code,score\na,x\n", "line 2: 'a' is x"),
        ("code,score\na,11\n", "line 2: 'a' is 11; accepted are .* -10 to 10"),
        ("code,score\na\n", "line 2: the row has 1 cells"),
    ],
)
def test_files_that_are_no_scales(text, said, tmp_path):
    place = tmp_path / "scale.csv"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_scale(place, code="code", score="score")
    with pytest.raises(InputError, match="No such file"):
        read_scale(tmp_path / "none.csv", code="code", score="score")


def test_a_channel_that_is_none():
    found = stances_from_events(WAR, **PLAIN)
    assert found.to_rows(channel=sk.Channel.RELATIONS)[0]["channel"] == "relations"
    with pytest.raises(InputError, match="accepted are recognition, "):
        found.to_rows(channel="radio")
