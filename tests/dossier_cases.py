"""Small crowded dossiers for tests: few names, few days, so that records collide in every way."""

from __future__ import annotations

import datetime

from hypothesis import strategies as st

from stancekit.errors import InputError
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.stance import Evidence, Source, Stance

#: The days that tests ask about, and around which records are dated.
DAYS = [datetime.date(2019, 1, 20) + datetime.timedelta(days=step) for step in range(45)]

_DATES = st.sampled_from(
    [
        *(f"2019-01-{day}" for day in (23, 24, 25)),
        *(f"2019-02-{day:02d}" for day in (1, 2, 4, 6, 10, 15)),
        "2019-01",
        "2019-02",
        "2019-02~",
        "2019",
        "2018",
        "[2019-01-23..2019-02-04]",
        "[2019-02-04..2019-02-10]",
        "[..2019-02-06]",
        "[..2019-01-24]",
        "[2019-02-01..]",
    ]
)
_SAYS = st.sampled_from(
    [
        {"degree": "recognises"},
        {"degree": "recognises"},
        {"degree": "rejects"},
        {"value": 0.5},
        {"value": 0.0},
        {"value": -0.5},
        {"absence": "no-statement"},
        {"absence": "unknown"},
        {"absence": "divided"},
        {"absence": "absent"},
        {"absence": "not-applicable"},
        {"act": "suspend"},
        {"act": "withdraw"},
        {"act": "withdraw"},
        {"act": "rescind"},
        {"act": "void"},
    ]
)
SOURCES = (
    Source("s1", "One", date="2019-01-24"),
    Source("s2", "Two", date="2019-02"),
    Source("s3"),
)
_EVIDENCE = st.one_of(
    st.none(),
    st.builds(
        Evidence,
        st.sampled_from(SOURCES),
        st.sampled_from(["", "", "wire", "x > wire"]),
        st.sampled_from([None, 0.5, 0.9]),
    ),
)
_NAMES = ("A", "B", "bloc", "club", "p", "q")
_SPAN = st.sampled_from([{}, {}, {}, {"since": "2019-01-25"}, {"until": "2019-02"}])


def _stances(actors, targets, channels):
    def made(actor, toward, channel, says, since, until, evidence, speaker, note):
        claimed = speaker if channel == "reported" else ""
        try:
            return Stance(
                actor,
                toward,
                channel=channel,
                since=since,
                until=until,
                evidence=evidence,
                claimed_by=claimed,
                note=note,
                **says,
            )
        except InputError:  # an end before its beginning
            return None

    return st.builds(
        made,
        st.sampled_from(actors),
        st.sampled_from(targets),
        st.sampled_from(channels),
        _SAYS,
        st.one_of(_DATES, _DATES, _DATES, st.none()),
        st.one_of(st.none(), st.none(), st.none(), _DATES),
        _EVIDENCE,
        st.sampled_from(["", "B", "q"]),
        st.sampled_from(["", "x"]),
    )


def one_cell_stances(max_size=6):
    """Records of one actor toward one target, mostly in one channel."""
    alone = _stances(["A"], ["p"], ["recognition"])
    mixed = _stances(["A"], ["p"], ["recognition", "statement", "reported"])
    return st.lists(st.one_of(alone, mixed), max_size=max_size).map(_distinct)


def _distinct(stances):
    return list(dict.fromkeys(stance for stance in stances if stance is not None))


def _parts(stances):
    return {
        "actors": [Actor("A"), Actor("B"), Actor("bloc", kind="bloc"), Actor("club", kind="bloc")],
        "contests": [Contest("seat")],
        "claimants": [Claimant("p", "seat"), Claimant("q", "seat")],
        "sources": SOURCES,
        "stances": stances,
    }


@st.composite
def dossier_parts(draw, max_stances=8):
    """What a crowded dossier is made of, in any order; as keywords of Dossier."""
    parts = _parts(
        _distinct(
            draw(
                st.lists(
                    _stances(
                        ["A", "B", "bloc", "club", "p"],
                        ["p", "q", "B"],
                        ["recognition", "recognition", "statement", "vote", "reported"],
                    ),
                    max_size=max_stances,
                )
            )
        )
    )
    parts["actors"] = [
        Actor(actor.code, kind=actor.kind, **draw(_SPAN)) for actor in parts["actors"]
    ]
    parts["claimants"] = [Claimant(c.code, "seat", **draw(_SPAN)) for c in parts["claimants"]]
    pairs = [("A", "bloc"), ("B", "bloc"), ("A", "club"), ("B", "club"), ("club", "bloc")]
    parts["memberships"] = [
        Membership(member, bloc, **draw(_SPAN))
        for member, bloc in draw(st.lists(st.sampled_from(pairs), unique=True, max_size=5))
    ]
    parts["weights"] = [
        Weight(actor, "population", year, 10 * year)
        for actor, year in draw(
            st.lists(
                st.tuples(st.sampled_from("AB"), st.sampled_from([2017, 2019, 2020])),
                unique=True,
                max_size=3,
            )
        )
    ]
    return parts


def dossiers(max_stances=8):
    """Crowded dossiers."""
    return dossier_parts(max_stances).map(lambda parts: Dossier("case", **parts))


def cell_dossier(stances):
    """A dossier of records of one cell."""
    return Dossier("case", **_parts(stances))


def days():
    """Days about which something may be known."""
    return st.sampled_from(DAYS)
