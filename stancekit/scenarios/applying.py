"""What changes do to a dossier: stances in one pass over the cells touched, lives and weights."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from attrs import evolve

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Membership, Weight
from stancekit.records.reversals import ABSENT
from stancekit.records.stance import Absence, Evidence, Source, Stance
from stancekit.records.stance_table import ABSENCES, StanceTable
from stancekit.records.timeline import Timeline
from stancekit.scenarios.changes import Change
from stancekit.scenarios.cutting import cell_rows, cut_short, spliced, table_of, until_the_eve

__all__ = ["applied", "scenario_source", "undone"]

_STANCE = ("set", "unset")


def applied(dossier: Dossier, changes: Iterable[Change]) -> Dossier:
    """Make the dossier in which the changes hold, one after the other."""
    for about_stances, group in itertools.groupby(changes, lambda c: c.deed in _STANCE):
        if about_stances:
            dossier = _restanced(dossier, group)
        else:
            for change in group:
                dossier = _DEEDS[str(change.deed)](dossier, change)
    return dossier


def scenario_source(dossier: Dossier) -> Source:
    """The source that the records of a scenario cite; under another id if that one is taken.

    >>> scenario_source(Dossier("case")).cite()
    'scenario, "not a fact".'
    """
    held = {source.id: source for source in dossier.sources}
    for number in itertools.count(1):
        made = Source("scenario" if number == 1 else f"scenario-{number}", "scenario", "not a fact")
        if held.get(made.id, made) in (made, Source(made.id)):
            return made
    raise AssertionError


def _known(what: str, name: str, known: Iterable[str]) -> None:
    names = tuple(known)
    if name not in names:
        raise UnknownNameError(what, name, nearest(name, names))


def _codes(dossier: Dossier) -> set[str]:
    return {actor.code for actor in dossier.actors} | {c.code for c in dossier.claimants}


def _restanced(dossier: Dossier, changes: Iterable[Change]) -> Dossier:
    """Rewrite the cells that changes touch, and leave all other rows of the table alone."""
    entities = _codes(dossier)
    source = scenario_source(dossier)
    table, ladder = dossier.table, dossier.ladder
    cells: dict[tuple[str, str, str], list[Stance]] = {}
    gone = np.zeros(len(table), dtype=bool)
    for change in changes:
        for role, code in (("actor", change.actor), ("target", change.toward)):
            if code not in entities:
                raise UnknownNameError(role, code, nearest(code, entities))
        cell = (change.actor, change.toward, str(change.channel))
        if cell not in cells:
            rows = cell_rows(table, *cell)
            gone[rows] = True
            cells[cell] = list(table[rows])
        added = _stance(change, source) if change.deed == "set" else None
        if change.degree:
            ladder.value(change.degree)
        cells[cell] = until_the_eve(cells[cell], change.on, added, ladder)
    written = [stance for cell in sorted(cells) for stance in cells[cell]]
    sources = {known.id: known for known in dossier.sources}
    if any(s.evidence is not None and s.evidence.source == source for s in written):
        sources[source.id] = source
    made = spliced(table, gone, table_of(written, ladder)[0])
    return evolve(dossier, stances=made, sources=tuple(sources.values()))


def _stance(change: Change, source: Source) -> Stance:
    held: dict[str, Any] = {"value": change.value, "absence": change.absence}
    return Stance(
        change.actor,
        change.toward,
        **({"degree": change.degree} if change.degree else held),
        channel=change.channel,
        since=change.on,
        evidence=Evidence(source),
    )


def _enter(dossier: Dossier, change: Change) -> Dossier:
    code, on = change.actor, change.on
    if change.toward:
        for each in (code, change.toward):
            _known("actor", each, (actor.code for actor in dossier.actors))
        if code in dossier.members(change.toward, on or datetime.date.min):
            raise InputError(f"{code} is a member of {change.toward} already on {on or 'day one'}")
        kept = _without_membership(dossier, change)
        return evolve(dossier, memberships=(*kept, Membership(code, change.toward, on)))
    held: tuple[Actor | Claimant, ...] = dossier.claimants if change.contest else dossier.actors
    if code in (record.code for record in held):
        what = "claimant" if change.contest else "actor"
        raise InputError(
            f"{code} cannot enter: the dossier has a{'n' * (what[0] == 'a')} {what} of that code"
        )
    if not change.contest:
        kind = str(change.kind or "state")
        actor = Actor(code, change.name, kind, since=on, traits=change.traits)
        return evolve(dossier, actors=(*dossier.actors, actor))
    _known("contest", change.contest, (contest.code for contest in dossier.contests))
    if change.behind:
        _known("actor", change.behind, (actor.code for actor in dossier.actors))
    claimant = Claimant(
        code, change.contest, change.name, change.behind, since=on, traits=change.traits
    )
    return evolve(dossier, claimants=(*dossier.claimants, claimant))


def _without_membership(dossier: Dossier, change: Change) -> list[Membership]:
    """The memberships, those of the pair at hand ended on the eve of the change."""
    kept = []
    for record in dossier.memberships:
        if (record.member, record.bloc) == (change.actor, change.toward):
            ended = cut_short(record, change.on)
            kept += [] if ended is None else [ended]
        else:
            kept.append(record)
    return kept


def _leave(dossier: Dossier, change: Change) -> Dossier:
    code, on = change.actor, change.on
    if change.toward:
        for each in (code, change.toward):
            _known("actor", each, (actor.code for actor in dossier.actors))
        if code not in dossier.members(change.toward, on or datetime.date.min):
            raise InputError(f"{code} is no member of {change.toward} on {on or 'day one'}")
        return evolve(dossier, memberships=_without_membership(dossier, change))
    records: tuple[Actor | Claimant, ...] = (*dossier.actors, *dossier.claimants)
    _known("actor or claimant", code, (record.code for record in records))

    def ended(records: tuple[Any, ...]) -> Iterator[Any]:
        for record in records:
            if record.code != code:
                yield record
                continue
            first = record.since.earliest if record.since else None
            if on is None or (first is not None and first > on):
                raise InputError(f"{code} is not there yet on {on or 'day one'}; it cannot leave")
            if record.until is not None and record.until.before(on):
                raise InputError(f"{code} has left by {on} already")
            kept = cut_short(record, on)
            if kept is not None:  # one who leaves on the day of its entry was never there
                yield kept

    return evolve(
        dossier, actors=tuple(ended(dossier.actors)), claimants=tuple(ended(dossier.claimants))
    )


def _weigh(dossier: Dossier, change: Change) -> Dossier:
    _known("actor", change.actor, (actor.code for actor in dossier.actors))
    assert change.year is not None
    assert change.amount is not None
    key = (change.actor, change.toward, change.year)
    kept = [w for w in dossier.weights if (w.actor, w.name, w.year) != key]
    source = scenario_source(dossier)
    sources = {known.id: known for known in (*dossier.sources, source)}
    added = Weight(*key, change.amount, source=source.id)
    return evolve(dossier, weights=(*kept, added), sources=tuple(sources.values()))


_DEEDS = {"enter": _enter, "leave": _leave, "weigh": _weigh}


def undone(dossier: Dossier, change: Change) -> dict[str, Any]:
    """The fields of the change that goes back to what the dossier holds on its day.

    Raises
    ------
    InputError
        If there is no such change.
    """
    deed, held = str(change.deed), {"actor": change.actor, "toward": change.toward, "on": change.on}
    if deed == "weigh":
        for weight in dossier.weights:
            key = (weight.actor, weight.name, weight.year)
            if key == (change.actor, change.toward, change.year):
                return held | {"deed": deed, "amount": weight.value, "year": weight.year}
    elif change.on is not None and deed == "enter":
        if change.toward or change.actor not in _codes(dossier):
            return held | {"deed": "leave"}
        raise InputError(f"{change} cannot be undone: it would take all that has this code along")
    elif change.on is not None and deed == "leave" and change.toward:
        return held | {"deed": "enter"}
    elif change.on is not None and deed in _STANCE:
        rows = cell_rows(dossier.table, change.actor, change.toward, str(change.channel))
        held |= {"channel": change.channel}
        return held | _standing(table_of(dossier.table[rows], dossier.ladder)[0], change.on)
    raise InputError(f"{change} cannot be undone: nothing is on record to go back to")


def _standing(table: StanceTable, day: datetime.date) -> dict[str, Any]:
    """What the records of one cell come to on a day, as the fields of a change."""
    found = Timeline(table).at(day.toordinal()).content.tolist()
    if not found:
        return {"deed": "unset"}
    (content,) = found
    if content >= ABSENT:
        absence: Absence = ABSENCES[int(content - ABSENT)]
        return {"deed": "set", "absence": absence}
    return {"deed": "set", "value": content}
