"""One day of a dossier, worked out slowly from the definitions: one cell at a time, no arrays.

Nothing here is imported from the code that it checks: of ``stancekit`` only the names of
absences, acts and channels, and the records themselves.
"""

from __future__ import annotations

import math

from stancekit.records.stance import Absence, Act, Channel

SILENT = {Absence.UNKNOWN, Absence.NO_STATEMENT, Absence.ABSENT}
DEFAULT = [channel for channel in Channel if channel != "reported"]
INTERRUPTION = {Act.SUSPEND: Absence.SUSPENDED, Act.WITHDRAW: Absence.WITHDRAWN}


def days(date, open_end):
    """First and last day that a date may be."""
    if date is None:
        return open_end, open_end
    first = -math.inf if date.earliest is None else date.earliest.toordinal()
    last = math.inf if date.latest is None else date.latest.toordinal()
    return first, last


class Record:
    """One stance with what the definitions ask about."""

    def __init__(self, stance):
        self.stance = stance
        self.first, self.last = days(stance.since, -math.inf)
        self.end_first, self.end_last = days(stance.until, math.inf)
        evidence = stance.evidence
        self.trust = (
            -1.0 if evidence is None or evidence.confidence is None else evidence.confidence
        )
        self.published = -math.inf
        if evidence is not None and evidence.source.date is not None:
            self.published = days(evidence.source.date, None)[1]
        self.origin = "" if evidence is None else (*evidence.via, evidence.source.id)[0]
        self.says = stance.absence or stance.value
        self.undone_by = None

    @property
    def recency(self):
        return self.last, self.first, self.trust, self.published

    def surely_before(self, other):
        return self.last < other.first


def replay(records):
    """Work out what each record of one voice says, given in canonical order."""
    waiting = list(records)
    layers = []  # the stance that stands, and the interruptions on top of it
    touched = []  # all records since it was taken
    fallback = Absence.WITHDRAWN

    def bring_forward(record, kinds):
        for later in waiting:
            if later.stance.act in kinds and not record.surely_before(later):
                waiting.remove(later)
                waiting.insert(0, record)
                waiting.insert(0, later)
                return True
        return False

    while waiting:
        record = waiting.pop(0)
        act = record.stance.act
        interrupted = len(layers) > 1
        if act == Act.TAKE:
            if len(layers) == 1 and layers[0][0] == record.says:
                layers[0][1].append(record)
            else:
                fallback = layers[-1][0] if layers else Absence.WITHDRAWN
                layers, touched = [(record.says, [record])], []
        elif act in INTERRUPTION:
            if not layers and bring_forward(record, {Act.TAKE}):
                continue
            record.says = INTERRUPTION[act]
            if not layers:
                layers = [(Absence.UNKNOWN, [])]
            if interrupted and layers[-1][0] == record.says:
                layers[-1][1].append(record)
            else:
                for beneath in layers[-1][1]:
                    beneath.undone_by = record
                layers.append((record.says, [record]))
        elif act == Act.RESCIND:
            if not interrupted and bring_forward(record, set(INTERRUPTION)):
                continue
            if interrupted:
                for undone in layers.pop()[1]:
                    undone.undone_by = record
            if not layers:
                layers = [(Absence.UNKNOWN, [])]
            record.says = layers[-1][0]
            layers[-1][1].append(record)
        else:
            if not layers and bring_forward(record, {Act.TAKE}):
                continue
            record.says = fallback
            for annulled in touched:
                annulled.says = fallback
            layers, fallback = [(fallback, [record])], Absence.WITHDRAWN
        touched.append(record)
        if act == Act.VOID:
            touched = [record]


def is_mute(record):
    """A source that knows of nothing: it neither replaces nor contradicts one that does."""
    return record.says in (Absence.UNKNOWN, Absence.NO_STATEMENT)


def may_hold(record, voice, day):
    if not record.first <= day <= record.end_last:
        return False
    if record.undone_by is not None and record.undone_by.last <= day:
        return False
    return not any(
        record.surely_before(later) and later.last <= day and not is_mute(later) for later in voice
    )


def surely_holds(record, voice, day):
    return may_hold(record, voice, day) and record.last <= day <= record.end_first


def best(certain, rank):
    if not certain:
        return None
    top = max(map(rank, certain))
    equals = [record for record in certain if rank(record) == top]
    return equals[0] if len({record.says for record in equals}) == 1 else None


def width(record):
    return math.inf if record.stance.since is None else record.last - record.first


def choose(policy, possible, certain):
    if policy == "latest":
        return best(certain, lambda r: r.recency)
    if policy == "most_certain":
        return best(certain, lambda r: (r.trust, *r.recency))
    if policy == "most_precise":
        return best(certain, lambda r: (-width(r), *r.recency))
    if policy == "cautious":
        if len({record.says for record in possible}) > 1:
            return None
        return best(certain, lambda r: r.recency)
    assert policy == "consensus"
    origins = {record.origin for record in certain}
    found = []
    for option in {record.says for record in certain}:
        backers = {record.origin for record in certain if record.says == option}
        if 2 * len(backers) > len(origins):
            found.append([record for record in certain if record.says == option][-1])
    return found[0] if len(found) == 1 else None


def said(stances, day, policy="latest"):
    """What holds among the records of one actor, target and channel: None where nothing."""
    records = [Record(stance) for stance in stances]
    voices = {}
    for record in records:
        speaker = record.stance.claimed_by if record.stance.channel == "reported" else ""
        voices.setdefault(speaker, []).append(record)
    for voice in voices.values():
        replay(voice)
    possible, certain = [], []
    for record in records:
        voice = next(v for v in voices.values() if record in v)
        if may_hold(record, voice, day):
            possible.append(record)
            if surely_holds(record, voice, day):
                certain.append(record)
    if not possible:
        return None
    if not all(map(is_mute, possible)):
        possible = [record for record in possible if not is_mute(record)]
        certain = [record for record in certain if not is_mute(record)]
    chosen = choose(policy, possible, certain)
    if chosen is None:
        return Absence.UNKNOWN
    for record in possible:
        comes_after = chosen.surely_before(record) or chosen.undone_by is record
        if record.last > day and comes_after and record.says != chosen.says:
            return Absence.UNKNOWN
    return chosen.says


def cell_of(stances, date, channels=DEFAULT, policy="latest"):
    """A value or an absence, from all records of one actor toward one target in canonical order."""
    day = date.toordinal()
    first_silence = None
    for channel in channels:
        heard = said([s for s in stances if s.channel == channel], day, policy)
        if heard is None:
            continue
        if heard not in SILENT:
            return heard
        first_silence = first_silence or heard
    return first_silence or Absence.UNKNOWN


def is_alive(record, date):
    day = date.toordinal()
    return days(record.since, -math.inf)[0] <= day <= days(record.until, math.inf)[1]


def surely_covers(record, date):
    day = date.toordinal()
    return days(record.since, -math.inf)[1] <= day <= days(record.until, math.inf)[0]


def bloc_cells(rule, bloc, members):
    """What a bloc and its members hold under a rule, from what each holds itself."""
    values = [cell for cell in members if not isinstance(cell, Absence)]
    if rule == "binds" and not isinstance(bloc, Absence):
        return bloc, [bloc if cell is Absence.UNKNOWN else cell for cell in members]
    if rule == "majority" and bloc is Absence.UNKNOWN:
        for value in set(values):
            if 2 * values.count(value) > len(members):
                return value, members
    if rule == "unanimity" and bloc is Absence.UNKNOWN:
        if len(set(values)) > 1:
            return Absence.DIVIDED, members
        if values and len(values) == len(members):
            return values[0], members
    return bloc, members


def day_of(dossier, date, channels=DEFAULT, policy="latest", rule="own"):
    """All cells of a day as a mapping (actor, target) -> value or absence."""
    claimants = {claimant.code: claimant for claimant in dossier.claimants}
    actors = {actor.code: actor for actor in dossier.actors}
    stances = list(dossier.stances)
    rows = set(actors) | {s.actor for s in stances}
    columns = set(claimants) | {s.toward for s in stances}
    cells, fixed = {}, set()
    for actor in rows:
        for target in columns:
            subject, object_ = actors.get(actor) or claimants[actor], None
            object_ = claimants.get(target) or actors[target]
            if not (is_alive(subject, date) and is_alive(object_, date)):
                cells[actor, target] = Absence.NOT_YET
                fixed.add((actor, target))
                continue
            about = [s for s in stances if (s.actor, s.toward) == (actor, target)]
            cells[actor, target] = cell_of(about, date, channels, policy)
    if rule == "own":
        return cells
    given = {}
    for bloc in {m.bloc for m in dossier.memberships}:
        inside = {
            m.member for m in dossier.memberships if m.bloc == bloc and surely_covers(m, date)
        }
        members = sorted(inside)
        for target in columns if members else ():
            before = cells[bloc, target], [cells[member, target] for member in members]
            after = bloc_cells(rule, *before)
            for who, old, new in zip(
                (bloc, *members), (before[0], *before[1]), (after[0], *after[1]), strict=True
            ):
                if new != old and (who, target) not in fixed:
                    given.setdefault((who, target), set()).add(new)
    # where two blocs would give different answers, neither does
    return cells | {cell: new.pop() for cell, new in given.items() if len(new) == 1}
