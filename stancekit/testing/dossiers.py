"""Hypothesis strategies for whole dossiers, and for single days of them.

A dossier is drawn as plain lists: of stances, of memberships, and of the actors, claimants,
contests and sources of which more is known than a code.  Whoever is mentioned and not described
is there with a code alone.  So a record vanishes by leaving its list, and an actor with the last
record that mentions it.
"""

from __future__ import annotations

import datetime
import functools
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest
from stancekit.records.policies import (
    binds,
    cautious,
    consensus,
    latest,
    majority,
    most_certain,
    most_precise,
    own,
    unanimity,
)
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import (
    GENERAL_KNOWLEDGE,
    Absence,
    Channel,
    Evidence,
    Ladder,
    Source,
    Stance,
)
from stancekit.testing.records import (
    actors,
    claimants,
    contests,
    memberships,
    sources,
    stances,
    weights,
)

__all__ = ["dossiers", "snapshots"]

#: The records of a dossier lie close together, so that they overlap, follow and contradict.
_FIRST, _LAST = datetime.date(2000, 1, 1), datetime.date(2001, 12, 31)
_DAYS = st.sampled_from(
    (datetime.date(2000, 1, 1), datetime.date(2000, 6, 1), datetime.date(2000, 2, 15))
) | st.dates(datetime.date(1999, 1, 1), datetime.date(2002, 12, 31))

#: Codes of actors and of claimants: first plain letters, then what other programs misread.
_CODES = (
    (tuple("ABCDEFGH"), tuple("xyzw")),
    (
        ("NA", "nan", "lima-group", "a.b_c-d", "0", "1e5", "Z" * 64, "null"),
        ("maduro", "Maduro", "001", "TRUE"),
    ),
)
_CONTESTS = ("seat", "state", "land")
_SOURCES = ("s", "t", "u", GENERAL_KNOWLEDGE)

_POLICIES = (latest, most_certain, most_precise, consensus, cautious)
_BLOC_RULES = (own, binds, majority, unanimity)


#: The standard ladder, and one whose steps have other names and other signs.
_LADDERS = (Ladder.standard(), Ladder((("recognises", 1), ("is silent, but pays", 0.1))))


def _usual(
    who: tuple[str, ...], rivals: tuple[str, ...], ladder: Ladder
) -> st.SearchStrategy[Stance]:
    """What most stances of a real case are like; few choices, so that they meet and clash."""
    first, last = ladder.steps[-1][0], ladder.steps[0][0]
    values: list[dict[str, Any]] = [{"degree": first}, {"degree": last}, {"value": 1}, {"value": 0}]
    absences = (Absence.DIVIDED, Absence.NOT_APPLICABLE, Absence.ABSENT)
    said = [*values, *({"absence": absence} for absence in absences), *values]
    channels = (*[Channel.RECOGNITION] * 3, Channel.STATEMENT, Channel.REPORTED)
    days = ("2000-01-01", "2000-02", "[..2000-03]")
    proof = (None, Evidence("s"), Evidence("t", "s", 0.5), Evidence("t"))

    # Five choices a stance, with the one for "another follows": the shrinker takes out as many
    # from the middle of a list, and no more.
    pairs = itertools.product(who[:2], rivals[:2])
    grounds = itertools.product((None, *map(PartialDate.parse, days)), proof)

    def make(pair: tuple[str, str], what: dict[str, Any], channel: Channel, ground: Any) -> Stance:
        since, evidence = ground
        return Stance(*pair, **what, channel=channel, since=since, evidence=evidence)

    return st.builds(
        make,
        st.sampled_from(tuple(pairs)),
        st.sampled_from(said),
        st.sampled_from(channels),
        st.sampled_from(tuple(grounds)),
    )


_Table = tuple[str, st.SearchStrategy[list[Any]]]


@functools.cache
def _tables(
    who: tuple[str, ...], rivals: tuple[str, ...], ladder: Ladder, min_size: int, max_size: int
) -> tuple[_Table, ...]:
    """A list of records for each table, all of these codes."""
    window = {"min_value": _FIRST, "max_value": _LAST}

    def described(strategy: st.SearchStrategy[Any], key: Any, size: int = 3) -> Any:
        return st.lists(strategy, max_size=size, unique_by=key)

    tables: dict[str, Any] = {}
    if who or rivals:
        # Stances may be taken by and toward claimants and actors alike; the plainest is A -> x.
        said = stances(
            actors=(*who, *rivals),
            targets=(*rivals, *who),
            ladder=ladder,
            sources=_SOURCES,
            **window,
        )
        # Two lists, because a list is short on average, and records ought to meet.
        usual = _usual(who, rivals, ladder) if who and rivals else said
        tables["stances"] = st.lists(usual, min_size=min_size, max_size=max_size, unique=True)
        tables["others"] = st.lists(said, max_size=max_size, unique=True)
    if len(who) > 1:
        tables["memberships"] = described(
            memberships(codes=who, sources=_SOURCES, **window),
            lambda record: (record.member, record.bloc, record.since),
        )
    if rivals:
        # A claimant may bear the code of an actor: Serbia is both in the contest over Kosovo.
        tables["claimants"] = described(
            claimants(codes=(*rivals, *who[:1]), contests=_CONTESTS, actors=who or None, **window),
            lambda record: record.code,
        )
    if who:
        tables["actors"] = described(actors(codes=who, **window), lambda record: record.code)
        tables["weights"] = described(
            weights(actors=who), lambda record: (record.actor, record.name, record.year)
        )
    tables["contests"] = described(
        contests(codes=_CONTESTS, **window), lambda record: record.code, 1
    )
    tables["sources"] = described(sources(ids=_SOURCES, **window), lambda record: record.id, 2)
    return tuple(tables.items())


@st.composite
def _dossiers(
    draw: st.DrawFn, max_actors: int, max_claimants: int, min_stances: int, max_stances: int
) -> Dossier:
    ladder = draw(st.sampled_from(_LADDERS))
    who, rivals = draw(st.sampled_from(_CODES))
    who, rivals = who[:max_actors], rivals[:max_claimants]
    held: dict[str, Any] = {
        table: []
        for table in ("stances", "others", "memberships", "claimants", "actors", "weights")
    }
    for table, records in _tables(who, rivals, ladder, min_stances, max_stances):
        held[table] = draw(records)

    room = max_stances - len(held["stances"])
    others = [stance for stance in held.pop("others") if stance not in held["stances"]]
    held["stances"] += others[:room]

    # Whoever is mentioned is there.
    def fill(table: str, make: Callable[[str], Any], codes: Iterable[str]) -> None:
        known = {record.id if table == "sources" else record.code for record in held[table]}
        held[table] += [make(code) for code in sorted(set(codes) - known)]

    said, joined = held["stances"], held["memberships"]
    mentioned = {code for s in said for code in (s.actor, s.toward, s.claimed_by)}
    mentioned |= {code for m in joined for code in (m.member, m.bloc)}
    mentioned |= {claimant.actor for claimant in held["claimants"]}
    mentioned |= {weight.actor for weight in held["weights"]}
    cited = {s.evidence.source.id for s in said if s.evidence} | {m.source for m in joined}
    fill("actors", Actor, mentioned & set(who))
    fill("claimants", lambda code: Claimant(code, _CONTESTS[0]), mentioned & set(rivals))
    fill("contests", Contest, {claimant.contest for claimant in held["claimants"]})
    fill("sources", Source, cited - {""})
    return Dossier("case", **held, ladder=ladder)


def dossiers(
    *,
    max_actors: int = 5,
    max_claimants: int = 3,
    min_stances: int = 0,
    max_stances: int = 10,
) -> st.SearchStrategy[Dossier]:
    """Dossiers of up to three contests, with blocs, speaking claimants, conflicts and gaps.

    All dates lie in the years 2000 and 2001 or are written around them, so that records meet.
    Claimants take stances, some bear the code of an actor, and some stand alone in their
    contest, which is legal and a problem.

    Parameters
    ----------
    max_actors : int
        From 0 to 8.
    max_claimants : int
        From 0 to 4.
    min_stances, max_stances : int

    Shrinks to fewer stances, then to fewer of everything else; names to single letters.

    >>> from hypothesis import find
    >>> found = find(dossiers(), lambda dossier: dossier.stances)
    >>> found, found.stances[0]
    (Dossier('case', 1 actors, 1 claimants, 1 stances), Stance(A -> x, recognition, recognises))
    """
    if not 0 <= max_actors <= len(_CODES[0][0]):
        raise InvalidArgument(f"need 0 <= {max_actors=} <= {len(_CODES[0][0])}")
    if not 0 <= max_claimants <= len(_CODES[0][1]):
        raise InvalidArgument(f"need 0 <= {max_claimants=} <= {len(_CODES[0][1])}")
    if not 0 <= min_stances <= max_stances:
        raise InvalidArgument(f"need 0 <= {min_stances=} <= {max_stances=}")
    if max_stances and not max_actors + max_claimants:
        raise InvalidArgument(f"{max_stances=} with nobody to take them; raise max_actors")
    return _dossiers(max_actors, max_claimants, min_stances, max_stances)


_ANY_DOSSIER = dossiers()


@st.composite
def _snapshots(
    draw: st.DrawFn,
    cases: st.SearchStrategy[Dossier],
    days: st.SearchStrategy[datetime.date],
) -> Snapshot:
    channels = st.lists(st.sampled_from(Channel), min_size=1, unique=True)
    return draw(cases).at(
        draw(days),
        channels=draw(st.sampled_from((None, ("recognition",))) | channels),
        policy=draw(st.sampled_from(_POLICIES)),
        bloc_rule=draw(st.sampled_from(_BLOC_RULES)),
    )


def snapshots(
    *,
    dossiers: st.SearchStrategy[Dossier] | None = None,
    days: st.SearchStrategy[datetime.date] | None = None,
) -> st.SearchStrategy[Snapshot]:
    """Single days of dossiers, by every policy and bloc rule, with any order of channels.

    Parameters
    ----------
    dossiers : strategy of Dossier, optional
        What the days are taken of; the strategy of this name if left out.
    days : strategy of datetime.date, optional
        From 1999 to 2002 if left out: before, among and after the records.

    Shrinks to 2000-01-01 of a small dossier, by the defaults of ``Dossier.at``.

    >>> from hypothesis import find
    >>> find(snapshots(), lambda world: (world.values > 0).any())
    Snapshot(2000-01-01, 1 actors, 1 targets, 1 values)
    """
    for name, given in (("dossiers", dossiers), ("days", days)):
        if given is not None and not isinstance(given, st.SearchStrategy):
            raise InvalidArgument(f"{name}={given!r} is no strategy")
    return _snapshots(
        _ANY_DOSSIER if dossiers is None else dossiers,
        _DAYS if days is None else days,
    )
