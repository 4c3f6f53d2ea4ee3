"""Who recognises whom: coalitions of a contest, and everyone who is in none."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from attrs import evolve
from cases import DAY, case, day, drawn, small_cases, with_stranger
from hypothesis import assume, given
from hypothesis import strategies as st

from stancekit.errors import InputError, UnknownNameError
from stancekit.measures import coalitions
from stancekit.records.model import Actor, Claimant, Contest, Weight
from stancekit.records.stance import Absence, Stance
from stancekit.testing import laws
from stancekit.testing.strategies import snapshots

THRESHOLDS = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


def _all(measure):
    """The coalitions of every contest of a day, as plain values."""

    def told(world):
        found = {contest.code: measure(world, contest.code) for contest in world.contests}
        return {
            code: {
                "members": dict(held),
                "outside": _outside(held),
                "contradictory": held.contradictory,
                "observations": held.observations,
            }
            for code, held in found.items()
        }

    return told


def _shares(world):
    return {
        (contest.code, weight): (
            dict(found.shares(weight)),
            dict(found.shares(weight).others),
            found.shares(weight).total,
        )
        for contest in world.contests
        for found in [coalitions.recognition(world, contest.code)]
        for weight in world.weights
    }


def _outside(found):
    groups = {"leaning": found.leaning, "neutral": found.neutral, "opposed": found.opposed}
    return {**groups, **found.absent}


# laws


@drawn
@given(snapshots(), THRESHOLDS)
def test_everyone_but_the_claimants_stands_in_exactly_one_place(world, threshold):
    for contest in world.contests:
        found = coalitions.above(world, contest.code, threshold)
        rivals = [c for c in world.claimants if c.contest == contest.code]
        apart = {c.code for c in rivals} | {c.actor for c in rivals}
        inside = {actor for group in found.values() for actor in group}
        outside = [actor for group in _outside(found).values() for actor in group]
        assert sorted([*inside, *outside]) == sorted(
            {actor.code for actor in world.actor_records} - apart
        )


@drawn
@given(snapshots(), THRESHOLDS)
def test_the_place_of_an_actor_follows_from_its_cells(world, threshold):
    for contest in world.contests:
        found = coalitions.above(world, contest.code, threshold)
        rivals = world.rivals(contest.code)
        assert tuple(found) == rivals
        assert len(found) == len(rivals)
        seen = 0
        for actor in {a for g in (*found.values(), *_outside(found).values()) for a in g}:
            values = {rival: world.value(actor, rival) for rival in rivals}
            known = [value for value in values.values() if not math.isnan(value)]
            seen += bool(known)
            inside = [r for r, value in values.items() if value >= threshold and value > 0]
            assert inside == [rival for rival in rivals if actor in found[rival]]
            assert (actor in found.contradictory) == (
                len(inside) > 1
                and bool(contest.exclusive)
                and contest.span.covers(world.date) is not False
            )
            if not inside:
                (place,) = [name for name, group in _outside(found).items() if actor in group]
                if not known:
                    reasons = {world.absence(actor, rival) for rival in rivals}
                    assert place in (reasons or {Absence.UNKNOWN})
                else:
                    best = max(known)
                    want = "leaning" if best > 0 else "neutral" if best == 0 else "opposed"
                    assert place == want
        assert found.observations == seen


@drawn
@given(snapshots())
def test_recognition_is_part_of_support(world):
    for contest in world.contests:
        formal = coalitions.recognition(world, contest.code)
        any_support = coalitions.support(world, contest.code)
        for rival in formal:
            assert set(formal[rival]) <= set(any_support[rival])
        assert any_support.leaning == ()
        assert set(formal.contradictory) <= set(any_support.contradictory)
        assert formal.absent == any_support.absent


@drawn
@given(snapshots())
def test_an_actor_of_whom_nothing_is_known_changes_nothing(world):
    laws.unknown_adds_nothing(_all(coalitions.recognition), world)
    laws.unknown_adds_nothing(_all(coalitions.support), world)
    laws.unknown_adds_nothing(_shares, world)


@given(small_cases(), st.floats(0.01, 1e12), st.floats(0.01, 1e12))
def test_a_stranger_with_a_weight_adds_to_unknown_and_to_the_total_only(dossier, heavy, strange):
    # shares are shares of all known weight, so they fall in one proportion; sums do not change
    dossier = evolve(
        dossier, weights=[Weight(a.code, "gdp", 2019, heavy) for a in dossier.actors[:3]]
    )
    later = with_stranger(dossier, Weight("STRANGER", "gdp", 2019, strange))
    before = coalitions.recognition(dossier.at(DAY), "seat").shares("gdp")
    after = coalitions.recognition(later.at(DAY), "seat").shares("gdp")
    assert after.total == pytest.approx(before.total + strange)
    assert after.observations == before.observations + 1
    assert after.missing == before.missing
    for name, share in (*before.shares, *before.others):
        now = {**dict(after.shares), **dict(after.others)}[name] * after.total
        added = strange if name == "unknown" else 0.0
        assert now == pytest.approx(share * before.total + added)


@drawn
@given(small_cases(), st.permutations("ABCDEFabc"))
def test_other_codes_give_the_same_coalitions(dossier, order):
    names = dict(zip("ABCDEFabc", order, strict=True))
    laws.relabelling(lambda d: _all(coalitions.recognition)(d.at(DAY)), dossier, names)
    laws.relabelling(lambda d: _all(coalitions.support)(d.at(DAY)), dossier, names)


@given(small_cases(), st.lists(st.floats(0, 1e9), min_size=7, max_size=7), THRESHOLDS)
def test_shares_sum_to_one_when_nobody_counts_twice(dossier, heavy, threshold):
    weights = [
        Weight(actor.code, "gdp", 2019, value)
        for actor, value in zip(dossier.actors, heavy, strict=True)
    ]
    found = coalitions.above(evolve(dossier, weights=weights).at(DAY), "seat", threshold)
    shares = found.shares("gdp")
    members = [actor for group in found.values() for actor in group]
    assume(shares.total > 0)
    whole = sum(shares.values()) + sum(dict(shares.others).values())
    if len(set(members)) == len(members):
        assert whole == pytest.approx(1)
    else:
        assert whole >= 1 - 1e-9
    assert all(0 <= share <= 1 + 1e-9 for share in shares.values())


@drawn
@given(snapshots(), st.sampled_from([2.0, 0.5, 1024.0]))
def test_units_of_weight_do_not_count(world, factor):
    def shares(world):
        return {key: found[:2] for key, found in _shares(world).items()}

    laws.scaling(shares, world, factor, degree=0)


@drawn
@given(snapshots())
def test_results_are_values(world):
    for contest in world.contests:
        found = coalitions.recognition(world, contest.code)
        assert found == coalitions.recognition(world, contest.code)
        assert pickle.loads(pickle.dumps(found)) == found
        assert "\n" not in repr(found)
        for weight in world.weights:
            shares = found.shares(weight)
            assert shares == found.shares(weight)
            assert pickle.loads(pickle.dumps(shares)) == shares
            assert hash(shares) == hash(found.shares(weight))


# oracles


def test_the_threshold_itself_counts():
    world = day(
        Stance("A", "a", value=0.75),
        Stance("B", "a", "recognises de facto"),
        Stance("C", "a", value=0.7499),
        Stance("D", "a", value=0.0),
        Stance("E", "a", value=-1),
    )
    found = coalitions.recognition(world, "seat")
    assert (found["a"], found.leaning, found.neutral, found.opposed) == (
        ("A", "B"),
        ("C",),
        ("D",),
        ("E",),
    )
    assert coalitions.support(world, "seat")["a"] == ("A", "B", "C")
    assert coalitions.above(world, "seat", 0)["a"] == ("A", "B", "C")
    assert coalitions.above(world, "seat", 1)["a"] == ()


def test_neutral_toward_one_and_against_the_other_is_neutral():
    world = day(Stance("A", "a", value=0), Stance("A", "b", value=-0.75))
    assert coalitions.recognition(world, "seat").neutral == ("A",)


def test_two_at_once_is_a_contradiction_only_where_the_contest_is_exclusive():
    both = (Stance("A", "a", "recognises"), Stance("A", "b", "recognises"))
    found = coalitions.recognition(day(*both), "seat")
    assert (found["a"], found["b"], found.contradictory) == (("A",), ("A",), ("A",))
    state = day(*both, contests=[Contest("seat", kind="state")])
    assert coalitions.recognition(state, "seat").contradictory == ()


def test_a_contest_that_is_over_makes_no_contradiction():
    both = (Stance("A", "a", "recognises"), Stance("A", "b", "recognises"))
    over = day(*both, contests=[Contest("seat", until="2018")])
    assert coalitions.recognition(over, "seat").contradictory == ()
    assert coalitions.recognition(over, "seat")["b"] == ("A",)


def test_a_claimant_is_in_no_coalition_of_its_own_contest_but_in_those_of_others():
    # CHN is an actor of that code and the claimant to its seat; XKX is the actor behind kosovo
    world = day(
        Stance("CHN", "a", "recognises"),
        Stance("XKX", "a", "recognises"),
        Stance("CHN", "ROC", "declares illegitimate"),
        Stance("XKX", "ROC", "recognises"),
        Stance("ROC", "a", "recognises"),
        actors=[Actor("CHN"), Actor("XKX")],
        contests=[Contest("seat"), Contest("china"), Contest("land", kind="state")],
        claimants=[
            Claimant("a", "seat"),
            Claimant("CHN", "china"),
            Claimant("ROC", "china"),
            Claimant("kosovo", "land", actor="XKX"),
        ],
    )
    seat = coalitions.recognition(world, "seat")
    assert (seat["a"], seat.observations) == (("CHN", "XKX"), 2)
    china = coalitions.recognition(world, "china")
    assert (china["ROC"], china["CHN"], china.opposed) == (("XKX",), (), ())
    land = coalitions.recognition(world, "land")
    assert land.absent[Absence.UNKNOWN] == ("CHN",)


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (("suspended", "divided"), Absence.DIVIDED),
        (("withdrawn", "suspended"), Absence.SUSPENDED),
        (("not-applicable", "withdrawn"), Absence.WITHDRAWN),
        (("no-statement", "not-applicable"), Absence.NOT_APPLICABLE),
        (("absent", "no-statement"), Absence.NO_STATEMENT),
        (("absent", None), Absence.ABSENT),
        ((None, None), Absence.UNKNOWN),
    ],
)
def test_of_several_absences_the_most_telling_is_told(held, told):
    said = [
        Stance("A", rival, absence=absence)
        for rival, absence in zip("ab", held, strict=True)
        if absence
    ]
    world = day(*said, claimants=[Claimant(code, "seat") for code in "ab"])
    found = coalitions.recognition(world, "seat")
    assert [kind for kind, group in found.absent.items() if "A" in group] == [told]
    assert set(found.absent) == set(Absence)


def test_before_a_claim_begins_everyone_is_not_yet_there():
    dossier = case(Stance("A", "a", "recognises"), claimants=[Claimant("a", "seat", since="2020")])
    found = coalitions.recognition(dossier.at(DAY), "seat")
    assert (found["a"], found.observations) == ((), 0)
    assert found.absent[Absence.NOT_YET] == tuple("ABCDEFX")


def test_shares_by_hand():
    weights = [
        Weight("A", "gdp", 2018, 6),
        Weight("B", "gdp", 2019, 1),
        Weight("C", "gdp", 2019, 1),
        Weight("D", "gdp", 2020, 5),
    ]
    world = day(Stance("A", "a", value=1), Stance("B", "b", value=1), weights=weights)
    found = coalitions.recognition(world, "seat").shares("gdp")
    assert dict(found) == {"a": 0.75, "b": 0.125, "c": 0}
    assert dict(found.others)["unknown"] == 0.125
    assert (found.observations, found.total, found.years) == (3, 8.0, (2018, 2019))
    assert found.missing == ("D", "E", "F", "X")  # the weight of D is of a later year
    assert found.reason == ""


def test_shares_of_nothing_are_nan_with_a_reason():
    found = coalitions.recognition(
        day(Stance("A", "a", value=1), weights=[Weight("A", "gdp", 2019, 0)]), "seat"
    ).shares("gdp")
    assert math.isnan(found["a"])
    assert (found.reason, found.observations) == ("no actor has a gdp above 0", 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=9))
def test_structures_agree_as_in_igraph(pairs):
    """adjusted_rand and vi of igraph; it counts information in nats, and we in bits."""
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    one, other = (list(labels) for labels in zip(*pairs, strict=True))
    names = [f"S{i}" for i in range(len(pairs))]
    held = dict(zip(names, one, strict=True)), dict(zip(names, other, strict=True))
    far = coalitions.variation_of_information(*held)
    theirs = igraph.compare_communities(one, other, method="vi")
    assert far.value == pytest.approx(theirs / math.log(2), abs=1e-12)
    near = coalitions.adjusted_rand(*held)
    if not near.reason:
        theirs = igraph.compare_communities(one, other, method="adjusted_rand")
        assert near.value == pytest.approx(theirs, abs=1e-12)


def test_structures_agree_as_igraph_counted():
    """The same for one pair, with what igraph 1.0.0 gave, where it is not installed."""
    one = dict(zip("abcdefgh", (0, 0, 0, 1, 1, 1, 2, 2), strict=True))
    other = dict(zip("abcdefgh", (0, 0, 1, 1, 2, 2, 2, 2), strict=True))
    assert coalitions.adjusted_rand(one, other).value == pytest.approx(
        0.1818181818181817, abs=1e-15
    )
    found = coalitions.variation_of_information(one, other).value
    assert found == pytest.approx(0.9972460116410686 / math.log(2), abs=1e-15)


def test_the_empty_contest():
    found = coalitions.recognition(day(actors=(), claimants=()), "seat")
    assert (dict(found), found.observations, found.contradictory) == ({}, 0, ())


def test_pages_hold_names_as_text():
    world = day(Stance("A", "a", value=1))
    assert "<td>A</td>" in coalitions.recognition(world, "seat")._repr_html_()
    heavy = day(Stance("A", "a", value=1), weights=[Weight("A", "gdp", 2019, 1)])
    shares = coalitions.recognition(heavy, "seat").shares("gdp")
    assert repr(shares) == "Shares('gdp', a: 1.000, b: 0.000, c: 0.000, from 1 known)"
    assert "<th>a</th><td>100.0%</td>" in shares._repr_html_()


def test_large_days_are_quick():
    many = [Actor(f"S{i:05d}") for i in range(4000)]
    world = case(
        Stance("S00001", "a", value=1),
        actors=many,
        weights=[Weight(actor.code, "gdp", 2019, 1) for actor in many],
    ).at(DAY)
    shares = coalitions.recognition(world, "seat").shares("gdp")
    assert shares["a"] == 1 / 4000


# refusals


def test_unknown_names_are_refused_with_suggestions():
    world = day(weights=[Weight("A", "gdp", 2019, 1)])
    with pytest.raises(UnknownNameError, match="contest 'saet'; did you mean 'seat'"):
        coalitions.recognition(world, "saet")
    found = coalitions.recognition(world, "seat")
    with pytest.raises(UnknownNameError, match="claimant 'A'; did you mean 'a'"):
        found["A"]
    with pytest.raises(UnknownNameError, match="weight 'gpd'; did you mean 'gdp'"):
        found.shares("gpd")
    with pytest.raises(UnknownNameError, match="claimant 'z'"):
        found.shares("gdp")["z"]


@pytest.mark.parametrize("threshold", [-0.1, 1.1, math.nan, math.inf, "1", None])
def test_thresholds_off_the_scale_are_refused(threshold):
    with pytest.raises(InputError, match=r"threshold=.*\[0, 1\]"):
        coalitions.above(day(), "seat", threshold)


def test_arrays_of_the_snapshot_are_left_alone():
    world = day(Stance("A", "a", value=1), weights=[Weight("A", "gdp", 2019, 1)])
    before = world.values.tobytes()
    coalitions.recognition(world, "seat").shares("gdp")
    assert world.values.tobytes() == before
    assert not world.values.flags.writeable
    assert np.isnan(world.values).sum() == world.values.size - 1
