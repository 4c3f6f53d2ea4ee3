"""The brief: what an analyst would paste into a memo, as text, HTML and JSON from one content."""

from __future__ import annotations

import datetime
import html
import json
import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from stancekit.measures import coalitions, consistency
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier, one_day
from stancekit.records.entries import name_key
from stancekit.records.model import ActorKind, Claimant
from stancekit.records.policies import BlocRule, Policy, latest, own
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence, Channel, Stance
from stancekit.records.timeline import Conflict

__all__ = ["Brief", "Section", "brief", "last_day"]


@frozen
class Section:
    """One part of a brief: paragraphs, then points."""

    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@frozen(repr=False)
class Brief:
    """A brief on one day of a dossier.

    Attributes
    ----------
    title : str
    sections : tuple of Section
        What is printed.
    data : dict
        The same content as plain values, for JSON.
    """

    title: str
    sections: tuple[Section, ...]
    data: dict[str, Any] = field(eq=False)

    def text(self, width: int = 96) -> str:
        """Write the brief as plain text, no line longer than ``width`` where words allow."""
        lines = [self.title, "=" * min(len(self.title), width), ""]
        for section in self.sections:
            lines += [section.title, "-" * len(section.title)]
            for paragraph in section.paragraphs:
                lines += textwrap.wrap(paragraph, width, break_long_words=False)
            for point in section.points:
                lines += textwrap.wrap(
                    point,
                    width,
                    initial_indent="- ",
                    subsequent_indent="  ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            lines.append("")
        return "\n".join(lines)

    def html(self) -> str:
        """Write the brief as one page of HTML without scripts or outside resources."""
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{html.escape(self.title)}</title><style>{_STYLE}</style></head>\n"
            f"<body>{self._repr_html_()}</body></html>\n"
        )

    def json(self) -> str:
        """Write the content as JSON; what is not a number is null."""
        return json.dumps(_plain(self.data), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def _repr_html_(self) -> str:
        parts = [f"<h1>{html.escape(self.title)}</h1>"]
        for section in self.sections:
            parts.append(f"<h2>{html.escape(section.title)}</h2>")
            parts += [f"<p>{html.escape(paragraph)}</p>" for paragraph in section.paragraphs]
            if section.points:
                items = "".join(f"<li>{html.escape(point)}</li>" for point in section.points)
                parts.append(f"<ul>{items}</ul>")
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"Brief({self.title!r}, {len(self.sections)} sections)"


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;border-bottom:1px solid #bbb;margin-top:2rem}"
    "li{margin:.2rem 0}"
)


def _plain(value: Any) -> Any:
    """Values that JSON knows; nan becomes null."""
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def last_day(dossier: Dossier) -> datetime.date:
    """The last day on which a record of the dossier begins.

    >>> from stancekit.records.stance import Stance
    >>> from stancekit.records.model import Actor
    >>> last_day(Dossier("case", actors=[Actor("A"), Actor("B")],
    ...     stances=[Stance("A", "B", "supports", since="2019-04")]))
    datetime.date(2019, 4, 30)
    """
    used = np.unique(dossier.table.since)
    starts = [dossier.table.dates[i].latest for i in used.tolist() if i >= 0]
    return max((day for day in starts if day), default=datetime.date(1, 1, 1))


def brief(
    dossier: Dossier,
    at: PartialDate | datetime.date | str | None = None,
    *,
    since: PartialDate | datetime.date | str | None = None,
    channels: Sequence[Channel | str] | None = None,
    policy: Policy = latest,
    bloc_rule: BlocRule = own,
) -> Brief:
    """Brief the reader on one day of a dossier.

    Parameters
    ----------
    dossier : Dossier
    at : PartialDate, date or str, optional
        The day; the last on which a record begins if left out.
    since : PartialDate, date or str, optional
        Also tell what changed since that day.
    channels, policy, bloc_rule
        As in ``Dossier.at``.

    Raises
    ------
    InputError
        If a date is not one day.

    Examples
    --------
    >>> print(brief(Dossier("empty-case"), "2019-04-30").title)
    empty-case: where it stood on 30 April 2019
    """
    day = last_day(dossier) if at is None else one_day(at)
    world = dossier.at(day, channels=channels, policy=policy, bloc_rule=bloc_rule)
    conflicts = dossier.conflicts(day, policy=policy)
    parts = [_contest(world, contest.code) for contest in world.contests]
    parts += [_blocs(world)] if _blocs_of(world) else []
    parts += [_contradictions(world), _conflicts(dossier, conflicts, policy)]
    parts += [_alignment(world)]
    if since is not None:
        earlier = dossier.at(one_day(since), channels=channels, policy=policy, bloc_rule=bloc_rule)
        parts.append(_changes(earlier, world))
    parts += [_evidence(dossier, world)]
    head: dict[str, Any] = {
        "dossier": dossier.code,
        "title": dossier.title or dossier.code,
        "date": day.isoformat(),
        "fingerprint": dossier.fingerprint,
        "policy": policy.__name__,
        "bloc_rule": bloc_rule.__name__,
        "contests": [],
    }
    for _, key, content in parts:
        if key == "contest":
            head["contests"].append(content)
        else:
            head[key] = content
    title = f"{dossier.title or dossier.code}: where it stood on {_day(day)}"
    return Brief(title, tuple(section for section, _, _ in parts), head)


_Part = tuple[Section, str, Any]


def _day(day: datetime.date) -> str:
    return f"{day.day} {day.strftime('%B')} {day.year}"


def _names(world: Snapshot, codes: Iterable[str]) -> str:
    return ", ".join(sorted((world.name(code) for code in codes), key=name_key))


def _split(world: Snapshot, codes: Iterable[str]) -> tuple[list[str], list[str]]:
    """States and others."""
    states = {a.code for a in world.actor_records if a.kind is ActorKind.STATE}
    held = list(codes)
    return [c for c in held if c in states], [c for c in held if c not in states]


def _contest(world: Snapshot, code: str) -> _Part:
    contest = world.contest(code)
    recognised = coalitions.recognition(world, code)
    supported = coalitions.support(world, code)
    rivals = [c for c in world.claimants if c.contest == code]
    claimed: set[str] = set()
    counts, points = [], []
    for rival in sorted(rivals, key=lambda c: ("incumbent" in c.traits, c.code)):
        verb, group = _following(rival, recognised, supported)
        states, others = _split(world, group)
        claimed |= set(group)
        counts.append(f"{_many(states, 'state')} {verb[len(states) != 1]} {rival.name}")
        what = f"{rival.name}: {len(states)} states {verb[1]}"
        points.append(f"{what}: {_names(world, states) or 'none'}.")
        if others:
            points.append(
                f"Not states: {_names(world, others)} {verb[len(others) != 1]} {rival.name}."
            )
        dead = rival.span.covers(world.date) is False
        points += (
            [f"The claim of {rival.name} is not alive that day ({rival.span})."] if dead else []
        )
    absent = {_SAID[kind]: group for kind, group in recognised.absent.items()}
    rest: list[tuple[str, tuple[str, ...]]] = [
        ("declared neither", recognised.neutral),
        ("no statement", absent.pop("no statement")),
        ("lean to one without recognising", recognised.leaning),
        ("only oppose", recognised.opposed),
        *sorted(absent.items(), key=lambda part: part[0] == "unknown"),
    ]
    always = {"declared neither", "no statement", "unknown"}
    for what, group in rest:
        states, others = _split(world, [c for c in group if c not in claimed])
        if states or what in always:
            counts.append(f"{len(states)} {what}")
        if what != "unknown" and (states or others):
            points.append(f"{what.capitalize()}: {_names(world, [*states, *others])}.")
    head = f"{'; '.join(counts[:1])}, {', '.join(counts[1:])}." if counts else "Nobody is known."
    shares, weighed = _shares(world, rivals, recognised, supported)
    content = {
        "code": code,
        "title": contest.title,
        "kind": str(contest.kind),
        "exclusive": contest.exclusive,
        "headline": head,
        "recognition": {rival: list(group) for rival, group in recognised.items()},
        "support": {rival: list(group) for rival, group in supported.items()},
        "neutral": list(recognised.neutral),
        "leaning": list(recognised.leaning),
        "opposed": list(recognised.opposed),
        "absent": {str(kind): list(group) for kind, group in recognised.absent.items()},
        "contradictory": list(recognised.contradictory),
        "observations": recognised.observations,
        "shares": weighed,
    }
    return Section(contest.title, (head, *shares), tuple(points)), "contest", content


_SAID = {
    Absence.UNKNOWN: "unknown",
    Absence.NO_STATEMENT: "no statement",
    Absence.ABSENT: "absent from the vote",
    Absence.NOT_APPLICABLE: "recognise states, not governments",
    Absence.NOT_YET: "not yet there",
    Absence.DIVIDED: "divided",
    Absence.SUSPENDED: "suspended",
    Absence.WITHDRAWN: "withdrew",
}


_WEIGHED = {"gdp": "GDP", "un_member": "seats in the United Nations, one each"}


def _following(
    rival: Claimant, recognised: coalitions.Coalitions, supported: coalitions.Coalitions
) -> tuple[tuple[str, str], tuple[str, ...]]:
    """Incumbents are seldom recognised anew, so theirs is the support; others' the recognition."""
    if "incumbent" in rival.traits:
        return ("backs", "back"), supported[rival.code]
    return ("recognises", "recognise"), recognised[rival.code]


def _many(group: Sequence[str], noun: str) -> str:
    return f"{len(group)} {noun}{'' if len(group) == 1 else 's'}"


def _shares(
    world: Snapshot,
    rivals: Sequence[Claimant],
    recognised: coalitions.Coalitions,
    supported: coalitions.Coalitions,
) -> tuple[list[str], dict[str, Any]]:
    lines, content = [], {}
    for name in world.weights:
        formal, any_support = recognised.shares(name), supported.shares(name)
        content[name] = {
            "recognition": dict(formal),
            "support": dict(any_support),
            "others": dict(formal.others),
            "observations": formal.observations,
            "missing": list(formal.missing),
            "total": formal.total,
            "years": list(formal.years),
        }
        if formal.reason:
            lines.append(f"By {name}: not defined, {formal.reason}.")
            continue
        parts = [
            f"{100 * (any_support if 'incumbent' in r.traits else formal)[r.code]:.1f} % "
            f"{'back' if 'incumbent' in r.traits else 'recognise'} {r.name}"
            for r in sorted(rivals, key=lambda c: ("incumbent" in c.traits, c.code))
        ]
        years = "-".join(map(str, dict.fromkeys(formal.years)))
        lines.append(
            f"By {_WEIGHED.get(name, name)} ({years}, {formal.observations} actors with a known "
            f"weight): {', '.join(parts)}, {100 * dict(formal.others)['unknown']:.1f} % unknown."
        )
    return lines, content


def _blocs_of(world: Snapshot) -> list[str]:
    return [b for b in sorted({m.bloc for m in world.memberships}) if b in world.actors]


def _position(world: Snapshot, actor: str, rival: Claimant) -> str:
    if actor not in world.actors or rival.code not in world.targets:
        return "unknown"
    absence = world.absence(actor, rival.code)
    if absence is not None:
        return str(absence).replace("-", " ")
    stance = world.stance(actor, rival.code)
    value = world.value(actor, rival.code)
    return stance.degree if stance is not None and stance.degree else f"{value:+g}"


def _blocs(world: Snapshot) -> _Part:
    paragraphs, points, content = [], [], []
    for bloc in _blocs_of(world):
        members = world.members(bloc)
        held: list[dict[str, Any]] = [
            {
                "claimant": rival.code,
                "own": _position(world, bloc, rival),
                "source": _cited(world.stance(bloc, rival.code)),
                "members": {m: _position(world, m, rival) for m in members},
            }
            for rival in world.claimants
            if rival.code in world.targets and bloc in world.actors
        ]
        content.append({"code": bloc, "members": list(members), "positions": held})
        own_words = "; ".join(
            f"toward {world.name(h['claimant'])}: {h['own']}"
            + (f" [{h['source']}]" if h["source"] else "")
            for h in held
        )
        paragraphs.append(f"{world.name(bloc)}, own position: {own_words}.")
        for h in held:
            groups: dict[str, list[str]] = {}
            for member, position in h["members"].items():
                groups.setdefault(position, []).append(member)
            told = "; ".join(
                f"{position} {len(who)} ({_names(world, who)})"
                for position, who in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
            )
            points.append(
                f"{world.name(bloc)}, its {len(members)} members toward "
                f"{world.name(h['claimant'])}: {told}."
            )
    return Section("Blocs and their members", tuple(paragraphs), tuple(points)), "blocs", content


def _cited(stance: Stance | None) -> str:
    return stance.evidence.source.id if stance is not None and stance.evidence else ""


def _contradictions(world: Snapshot) -> _Part:
    found = consistency.exclusivity(world)
    points = []
    for c in found:
        whom = " and ".join(f"{world.name(rival)} ({value:+g})" for rival, value in c.toward)
        points.append(f"{world.name(c.actor)} is for {whom} ({c.kind}).")
    content = [
        {"actor": c.actor, "contest": c.contest, "toward": dict(c.toward), "kind": c.kind}
        for c in found
    ]
    text = "" if points else "No actor is for two rivals of an exclusive contest."
    return (
        Section("Contradictions", (text,) if text else (), tuple(points)),
        "contradictions",
        content,
    )


def _told(stance: Stance) -> str:
    parts = [stance.position]
    parts += [f"since {stance.since}"] if stance.since else []
    if stance.claimed_by:
        parts.append(f"says {stance.claimed_by}")
    if stance.evidence is not None:
        trust = stance.evidence.confidence
        parts.append(" > ".join(stance.evidence.chain) + ("" if trust is None else f", {trust:g}"))
    return f"{parts[0]} ({'; '.join(parts[1:])})" if parts[1:] else parts[0]


def _conflicts(dossier: Dossier, found: Sequence[Conflict], policy: Policy) -> _Part:
    named = {actor.code: actor.name for actor in dossier.actors}
    named |= {claimant.code: claimant.name for claimant in dossier.claimants}
    points, content = [], []
    for conflict in found:
        who = f"{named[conflict.actor]} toward {named[conflict.toward]}"
        records = [_told(stance) for stance in conflict.stances]
        if conflict.kind == "disputed":
            text = f"{who}, disputed: {'; '.join(records)}."
        elif conflict.kind == "date":
            text = f"{who}, sources differ on the day: {'; '.join(records)}."
        elif conflict.winner is None:
            text = f"{who}: the policy {policy.__name__} chooses none of {'; '.join(records)}."
        else:
            text = (
                f"{who}: {policy.__name__} takes {_told(conflict.winner)} over "
                f"{'; '.join(map(_told, conflict.losers))}."
            )
        points.append(text)
        content.append(
            {
                "actor": conflict.actor,
                "toward": conflict.toward,
                "kind": conflict.kind,
                "winner": None if conflict.winner is None else _told(conflict.winner),
                "losers": [_told(stance) for stance in conflict.losers],
                "records": records,
            }
        )
    text = "" if points else "No two sources contradict one another that day."
    return (
        Section("Conflicts between sources", (text,) if text else (), tuple(points)),
        "conflicts",
        content,
    )


def _alignment(world: Snapshot) -> _Part:
    found = consistency.alignment(world)
    low, high = found.index
    bounds = (
        f"{found.lower:g}" if found.is_exact else f"between {found.lower:g} and {found.upper:g}"
    )
    index = f"{low:.3f}" if low == high else f"between {low:.3f} and {high:.3f}"
    proof = (
        "proved by a certificate that was checked"
        if found.is_certified
        else ("exact by the word of the solver" if found.is_exact else "bounds only")
    )
    if found.reason:
        text = f"The index is not defined: {found.reason}."
    else:
        text = (
            f"The two camps that fit best contradict ties of weight {bounds} of {found.weight:g} "
            f"({found.observations} ties): consistency index {index} ({proof})."
        )
    points = [
        f"Camp {i + 1} ({len(camp)}): {_names(world, camp)}."
        for i, camp in enumerate(found.camps)
        if camp
    ]
    if found.swing:
        points.append(f"In either camp, equally well: {_names(world, found.swing)}.")
    for i, pair in enumerate(found.elsewhere):
        sides = " against ".join(_names(world, camp) for camp in pair if camp)
        points.append(f"Apart from these, group {i + 1}: {sides}.")
    if not found.strained and not found.reason:
        points.append("No tie is strained.")
    for tie in found.strained:
        behind = "; ".join(
            f"{world.name(t.actor)} toward {world.name(t.toward)}: "
            f"{_told(t.stance) if t.stance else t.kind}"
            for t in tie.origin
        )
        ends = " - ".join(world.name(name) for name in tie.names)
        points.append(f"Strained, {tie.verdict}: {ends} ({tie.value:+g}). {behind}.")
    content = {
        "lower": found.lower,
        "upper": found.upper,
        "is_exact": found.is_exact,
        "is_certified": found.is_certified,
        "index": list(found.index),
        "reason": found.reason,
        "ties": found.observations,
        "weight": found.weight,
        "camps": [list(camp) for camp in found.camps],
        "elsewhere": [[list(camp) for camp in pair] for pair in found.elsewhere],
        "swing": list(found.swing),
        "strained": [
            {
                "names": list(tie.names),
                "value": tie.value,
                "verdict": tie.verdict,
                "evidence": [_told(t.stance) if t.stance else t.kind for t in tie.origin],
            }
            for tie in found.strained
        ],
        "by_actor": {
            a.name: {"lower": a.lower, "upper": a.upper, "ties": a.ties, "weight": a.weight}
            for a in found.actors
        },
    }
    return (
        Section("How consistent the alignments are", (text,), tuple(points)),
        "alignment",
        content,
    )


def _changes(before: Snapshot, after: Snapshot) -> _Part:
    points, content = [], []
    for rival in after.claimants:
        for actor in sorted(set(before.actors) | set(after.actors), key=after.name):
            was, now = _position(before, actor, rival), _position(after, actor, rival)
            if was == now:
                continue
            stance = after.stance(actor, rival.code)
            behind = f" [{_cited(stance)}, {stance.since}]" if stance else ""
            points.append(f"{after.name(actor)} toward {rival.name}: {was} -> {now}{behind}.")
            content.append({"actor": actor, "toward": rival.code, "before": was, "after": now})
    title = f"What changed since {_day(before.date)}"
    text = "" if points else "Nothing that is on record."
    return (
        Section(title, (text,) if text else (), tuple(points)),
        "changes",
        {
            "since": before.date.isoformat(),
            "changes": content,
        },
    )


def _evidence(dossier: Dossier, world: Snapshot) -> _Part:
    used = np.unique(world.rows[world.rows >= 0]).tolist()
    stances = [world.stances[i] for i in used]
    kinds = Counter(
        "no source"
        if s.evidence is None
        else "general knowledge"
        if s.evidence.is_general_knowledge
        else "a named source"
        for s in stances
    )
    told = ", ".join(f"{n} on {kind}" for kind, n in sorted(kinds.items(), key=lambda k: -k[1]))
    cited = sorted(
        {
            s.evidence.source
            for s in stances
            if s.evidence is not None and not s.evidence.is_general_knowledge
        },
        key=lambda source: source.id,
    )
    behind = {weight.source for weight in dossier.weights if weight.source}
    behind |= {m.source for m in world.memberships if m.source}
    cited += [s for s in dossier.sources if s.id in behind and s not in cited]
    text = (
        f"{len(stances)} records speak that day: {told or 'none'}. "
        f"Dossier {dossier.code}, fingerprint {dossier.fingerprint[:16]}."
    )
    points = tuple(f"[{source.id}] {source.cite()}" for source in cited)
    content = {
        "records": len(stances),
        "by_kind": dict(kinds),
        "citations": {source.id: source.cite() for source in cited},
    }
    return Section("Evidence and citations", (text,), points), "evidence", content
