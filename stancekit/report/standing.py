"""Where everyone stood: contests by name and weight, blocs and their members, what changed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from stancekit.measures import coalitions
from stancekit.measures.coalitions.weighing import shares_of
from stancekit.records.dates import PartialDate
from stancekit.records.model import ActorKind, Claimant
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence
from stancekit.report.words import (
    SAID,
    Passage,
    Reader,
    Section,
    by_name,
    day_order,
    lasting,
    source_of,
    spelled,
    when,
)

__all__ = ["blocs", "changes", "contest"]

#: Who is seldom recognised anew, so that backing is told in place of recognition.
_STANDING = {"incumbent", "parent-state"}

_WEIGHED = {"gdp": "GDP", "un_member": "seats in the United Nations, one each"}


def contest(world: Snapshot, code: str) -> Passage:
    """Who recognises whom in one contest, in numbers, by weight and by name.

    Incumbents and parent states are seldom recognised anew, so theirs is the support (any
    value above 0), the others' the recognition. Shares of a weight are told with their
    standard errors (as in `coalitions.Shares`) where every weight that could move them has one.
    """
    reader, held = Reader.of(world), world.contest(code)
    recognised, supported = coalitions.recognition(world, code), coalitions.support(world, code)
    rivals = sorted(
        (c for c in world.claimants if c.contest == code),
        key=lambda c: (bool(_STANDING & set(c.traits)), c.code),
    )
    sides: list[tuple[Claimant, tuple[str, str], tuple[str, ...]]] = [
        (rival, ("backs", "back"), supported[rival.code])
        if _STANDING & set(rival.traits)
        else (rival, ("recognises", "recognise"), recognised[rival.code])
        for rival in rivals
    ]
    taken = Counter(actor for _, _, group in sides for actor in group)
    outside = [
        ("declared neither" if len(rivals) == 2 else "declared neutral", recognised.neutral),
        (SAID[Absence.NO_STATEMENT], recognised.absent[Absence.NO_STATEMENT]),
        (SAID[Absence.UNKNOWN], recognised.absent[Absence.UNKNOWN]),
        ("leaning to one without recognising", recognised.leaning),
        ("only opposing one", recognised.opposed),
        *(
            (SAID[kind], group)
            for kind, group in recognised.absent.items()
            if kind not in (Absence.NO_STATEMENT, Absence.UNKNOWN)
        ),
    ]
    rest = [(what, [c for c in group if c not in taken]) for what, group in outside]
    head = _headline(reader, sides, rest)
    paragraphs = [head, *_limits(world, code, rivals)]
    twice = [code for code, times in taken.items() if times > 1]
    if twice:
        paragraphs.append(f"Counted on more than one side: {reader.listed(twice)}.")
    lines, shares = _shares(reader, sides, rest, recognised, supported)
    content = {
        "code": code,
        "title": held.title,
        "kind": str(held.kind),
        "exclusive": held.exclusive,
        "headline": head,
        "recognition": {rival: list(group) for rival, group in recognised.items()},
        "support": {rival: list(group) for rival, group in supported.items()},
        "neutral": list(recognised.neutral),
        "leaning": list(recognised.leaning),
        "opposed": list(recognised.opposed),
        "absent": {str(kind): list(group) for kind, group in recognised.absent.items()},
        "contradictory": list(recognised.contradictory),
        "observations": recognised.observations,
        "shares": shares,
    }
    leaning = {
        rival.name: [a for a in supported[rival.code] if a in rest[3][1]] for rival in rivals
    }
    points = [*_sides(reader, sides), *_others(reader, rest, leaning)]
    return Passage(Section(held.title, (*paragraphs, *lines), tuple(points)), content)


def _headline(
    reader: Reader,
    sides: Sequence[tuple[Claimant, tuple[str, str], tuple[str, ...]]],
    rest: Sequence[tuple[str, list[str]]],
) -> str:
    counts: list[str] = []
    for rival, verb, group in sides:
        n = len(reader.split(group)[0])
        noun = "" if counts else " state" if n == 1 else " states"
        counts.append(f"{n}{noun} {verb[n != 1]} {rival.name}")
    if not sides:
        return "Nobody claims it in this dossier."
    sizes = [(what, len(reader.split(group)[0])) for what, group in rest]
    counts += [f"{n} {what}" for what, n in sizes[:3]]
    more = [f"{n} {what}" for what, n in sizes[3:] if n]
    return ", ".join(counts) + (f"; besides, {', '.join(more)}" if more else "") + "."


def _limits(world: Snapshot, code: str, rivals: Sequence[Claimant]) -> list[str]:
    """What is not alive that day."""
    held, lines = world.contest(code), []
    if held.span.covers(world.date) is False:
        lines.append(f"The contest is not on that day; it is {lasting(held.span)}.")
    for rival in rivals:
        if rival.span.covers(world.date) is False:
            lines.append(
                f"The claim of {rival.name} is not alive that day; it is {lasting(rival.span)}."
            )
    return lines


def _shares(
    reader: Reader,
    sides: Sequence[tuple[Claimant, tuple[str, str], tuple[str, ...]]],
    rest: Sequence[tuple[str, list[str]]],
    recognised: coalitions.Coalitions,
    supported: coalitions.Coalitions,
) -> tuple[list[str], dict[str, Any]]:
    lines, content = [], {}
    for name in reader.world.weights:
        formal, any_support = recognised.shares(name), supported.shares(name)
        content[name] = {
            "recognition": dict(formal),
            "support": dict(any_support),
            "others": dict(formal.others),
            "standard_errors": {
                "recognition": dict(formal.standard_errors),
                "support": dict(any_support.standard_errors),
                "others": dict(formal.other_errors),
            },
            "unsure": formal.unsure,
            "observations": formal.observations,
            "missing": list(formal.missing),
            "total": formal.total,
            "years": list(formal.years),
            "reason": formal.reason,
        }
        title = _WEIGHED.get(name, name)
        if formal.reason:
            lines.append(f"By {title}: not defined, since {formal.reason}.")
            continue
        told = _portions(reader.world, name, sides, rest)
        parts = [
            f"{portion} {verb[1]} {rival.name}"
            for (rival, verb, _), portion in zip(sides, told, strict=False)
        ]
        parts += [
            f"{portion} {what}"
            for (what, group), portion in zip(rest[:3], told[len(sides) :], strict=False)
            if group
        ]
        parts += [f"{told[-1]} other"] if any(group for _, group in rest[3:]) else []
        years = "-".join(map(str, dict.fromkeys(formal.years)))
        states, others = reader.split(formal.missing)
        missing = [reader.listed(states)] if 0 < len(states) <= 5 else []
        missing += [f"{len(states)} states"] if len(states) > 5 else []
        if others:
            what = "is not a state" if len(others) == 1 else "are not states"
            missing.append(f"{len(others)} that {what}")
        known = f"known of {formal.observations}"
        basis = f"{years}; {known}" + (f", not of {' and '.join(missing)}" if missing else "")
        lines.append(f"By {title} ({basis}): {', '.join(parts)}.")
    return lines, content


def _portions(
    world: Snapshot,
    weight: str,
    sides: Sequence[tuple[Claimant, tuple[str, str], tuple[str, ...]]],
    rest: Sequence[tuple[str, list[str]]],
) -> list[str]:
    """What each side weighs, and each of the three told apart, and all others together."""
    besides = tuple(actor for _, group in rest[3:] for actor in group)
    shares = shares_of(
        world,
        weight,
        [(rival.code, group) for rival, _, group in sides],
        [*((what, tuple(group)) for what, group in rest[:3]), ("other", besides)],
    )
    pairs = zip(
        (*shares.shares, *shares.others),
        (*shares.standard_errors, *shares.other_errors),
        strict=True,
    )
    return [_percent(share, error) for (_, share), (_, error) in pairs]


def _percent(share: float, error: float) -> str:
    """A share with its standard error, in percentage points, where that is known and not 0."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    told = f"{100 * share:.1f}%"
    if not (math.isfinite(error) and error > 0):
        return told
    points = f"{100 * error:.1f}" if error >= 0.0005 else "under 0.1"
    return f"{told} (standard error {points})"


def _sides(
    reader: Reader, sides: Sequence[tuple[Claimant, tuple[str, str], tuple[str, ...]]]
) -> Iterator[str]:
    for rival, verb, group in sides:
        states, others = reader.split(group)
        noun = "state" if len(states) == 1 else "states"
        what = f"{len(states)} {noun} {verb[len(states) != 1]} {rival.name}"
        yield f"{what}: {reader.listed(states)}." if states else f"No state {verb[0]} {rival.name}."
        if others:
            told = reader.listed(others)
            yield f"Not states, but {verb[len(others) != 1]} {rival.name}: {told}."


def _others(
    reader: Reader, rest: Sequence[tuple[str, list[str]]], leaning: Mapping[str, list[str]]
) -> Iterator[str]:
    told_apart = [(f"leaning to {name} without recognising", leaning[name]) for name in leaning]
    for what, group in (*rest[:3], *told_apart, *rest[4:]):
        states, others = reader.split(group)
        if what == SAID[Absence.UNKNOWN]:
            if group:
                names = f": {reader.listed(group)}" if len(group) <= 20 else ""
                yield f"Unknown, {len(group)}, which is not neutral; no record says{names}."
            continue
        told = [reader.listed(states)] if states else []
        told += [f"not states: {reader.listed(others)}"] if others else []
        if told:
            yield f"{what[:1].upper()}{what[1:]}, {len(group)}: {'; '.join(told)}."


def blocs(world: Snapshot) -> Passage:
    """Each bloc: its own position, and its members of that day one by one; neither from the other.

    Only claimants toward whom the bloc or a member has a position are told.
    """
    reader = Reader.of(world)
    found = {m.bloc for m in world.memberships}
    found |= {a.code for a in world.actor_records if a.kind is ActorKind.BLOC}
    points, content, cited = [], [], []
    for bloc in sorted(found & set(world.actors), key=lambda code: by_name(reader.names[code])):
        members, name = world.members(bloc), reader.names[bloc]
        own: list[str] = []
        lines: list[str] = []
        positions = []
        for rival in world.claimants:
            if rival.code not in world.targets:
                continue
            held = {m: _entry(reader, m, rival.code) for m in (bloc, *members)}
            cited += [s for m in held if (s := world.stance(m, rival.code)) is not None]
            mine = held.pop(bloc)
            positions.append({"claimant": rival.code, "own": mine, "members": held})
            if mine["position"] != "unknown":
                behind = f" [{mine['source']}]" if mine["source"] else ""
                own.append(f"toward {rival.name} {mine['position']}{behind}")
            if any(entry["position"] != "unknown" for entry in held.values()):
                lines.append(f"{name}, members toward {rival.name}: {_by_day(reader, held)}.")
        content.append({"code": bloc, "members": list(members), "positions": positions})
        size = f"{len(members)} member{'' if len(members) == 1 else 's'} that day"
        size = size if members else "no member on record that day"
        points.append(f"{name} ({size}), its own position: {'; '.join(own) or 'unknown'}.")
        points += lines
    text = () if points else ("No bloc is on record.",)
    return Passage(Section("Blocs and their members", text, tuple(points)), content, tuple(cited))


def _entry(reader: Reader, actor: str, target: str) -> dict[str, Any]:
    """A position with its day and source."""
    stance = reader.world.stance(actor, target)
    return {
        "position": reader.position(actor, target),
        "since": str(stance.since) if stance is not None and stance.since else None,
        "source": source_of(stance) or None,
    }


def _by_day(reader: Reader, held: Mapping[str, Mapping[str, Any]]) -> str:
    """Members by position, and within it by the day on which it began."""
    groups: dict[str, dict[str | None, list[str]]] = {}
    for member, entry in held.items():
        days = groups.setdefault(entry["position"], {})
        days.setdefault(entry["since"], []).append(member)
    told = []
    size = {position: sum(map(len, days.values())) for position, days in groups.items()}
    for position in sorted(groups, key=lambda p: (-size[p], p)):
        dated = []
        for since, who in sorted(groups[position].items(), key=lambda d: day_order(d[0])):
            day = f" since {when(PartialDate.parse(since))}" if since else ""
            dated.append(f"{reader.listed(who)}{day}")
        told.append(f"{position} {size[position]} ({'; '.join(dated)})")
    return "; ".join(told)


def changes(before: Snapshot, after: Snapshot) -> Passage:
    """What two days of one dossier differ in; a first record apart from a change of mind."""
    reader, earlier = Reader.of(after), Reader.of(before)
    points, content, cited = [], [], []
    for rival in after.claimants:
        alive = [rival.span.covers(day) is not False for day in (before.date, after.date)]
        if alive[0] != alive[1]:
            what = "began" if alive[1] else "ended"
            points.append(
                f"The claim of {rival.name} {what} in the meantime: it is {lasting(rival.span)}."
            )
    differ = (before.absences != after.absences) | (
        (before.values != after.values) & (after.absences < 0)
    )
    told: list[tuple[tuple[Any, ...], str]] = []
    counts: Counter[bool] = Counter()
    for a, t in np.argwhere(differ).tolist():
        actor, target = after.actors[a], after.targets[t]
        was, now = earlier.position(actor, target), reader.position(actor, target)
        silent = {SAID[Absence.NOT_YET], SAID[Absence.UNKNOWN]}
        if now == SAID[Absence.NOT_YET] or {was, now} <= silent:
            continue
        stance, old = after.stance(actor, target), before.stance(actor, target)
        cited += [held for held in (stance, old) if held is not None]
        first = was in silent
        counts[first] += 1
        since = f" since {when(stance.since)}" if stance is not None and stance.since else ""
        behind = f" [{source_of(stance)}]" if source_of(stance) else ""
        text = f"{reader.names[actor]} toward {reader.names[target]}: {now}{since}"
        text += f"{behind}." if first else f"{behind}; before, {was}."
        day = day_order(str(stance.since) if stance is not None and stance.since else None)
        told.append(((first, t, day, by_name(reader.names[actor])), text))
        content.append({"actor": actor, "toward": target, "before": was, "after": now})
    points += [text for _, text in sorted(told)]
    summary = []
    if counts[False]:
        summary.append(f"On record before, and changed: {counts[False]}, told first.")
    if counts[True]:
        summary.append(
            f"Not on record on {spelled(before.date)}, and since: {counts[True]}; that need not "
            "be a change of mind."
        )
    title = f"What changed since {spelled(before.date)}"
    if not points:
        summary = ["Nothing that is on record."]
    values = {"since": before.date.isoformat(), "changes": content}
    return Passage(Section(title, tuple(summary), tuple(points)), values, tuple(cited))
