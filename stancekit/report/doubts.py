"""What to make of it: contradictions, conflicts, camps and strained ties, and the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from stancekit.measures import consistency
from stancekit.projection import Tie
from stancekit.records.dossier import Dossier
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import GENERAL_KNOWLEDGE, Stance
from stancekit.records.timeline import Conflict
from stancekit.report.words import Passage, Reader, Section, by_name, told_of

__all__ = ["alignment", "conflicts", "contradictions", "evidence"]


def contradictions(world: Snapshot) -> Passage:
    """Actors that are for two rivals of an exclusive contest at once."""
    reader, found = Reader.of(world), consistency.exclusivity(world)
    points = []
    for c in found:
        whom = " and ".join(f"{reader.names[rival]} ({value:+g})" for rival, value in c.toward)
        what = "recognises" if c.kind == "recognition" else "is for"
        points.append(f"{reader.names[c.actor]} {what} {whom}.")
    content = [
        {"actor": c.actor, "contest": c.contest, "toward": dict(c.toward), "kind": c.kind}
        for c in found
    ]
    text = () if points else ("No actor is for two rivals of an exclusive contest.",)
    cited = tuple(s for c in found for rival, _ in c.toward if (s := world.stance(c.actor, rival)))
    return Passage(Section("Contradictions", text, tuple(points)), content, cited)


def conflicts(dossier: Dossier, found: Sequence[Conflict], policy: str) -> Passage:
    """Sources that cannot all be right: what the policy takes, and over what."""
    named = {actor.code: actor.name for actor in dossier.actors}
    named |= {claimant.code: claimant.name for claimant in dossier.claimants}
    points, content = [], []
    for conflict in found:
        who = f"{named[conflict.actor]} toward {named[conflict.toward]}"
        channels = " and ".join(dict.fromkeys(str(s.channel) for s in conflict.stances))
        records = [told_of(stance, named) for stance in conflict.stances]
        if conflict.kind == "disputed":
            text = f"disputed: {'; '.join(records)}"
        elif conflict.kind == "date":
            text = f"sources differ on the day: {'; '.join(records)}"
        elif conflict.winner is None:
            text = f"{policy} takes none of {'; '.join(records)}"
        else:
            alike = [s for s in conflict.stances if s not in (conflict.winner, *conflict.losers)]
            text = f"{policy} takes {told_of(conflict.winner, named)}"
            text += "".join(f"; likewise {told_of(stance, named)}" for stance in alike)
            losers = "; ".join(told_of(stance, named) for stance in conflict.losers)
            text += f"{';' if alike else ''} over {losers}" if losers else ""
        points.append(f"{who} ({channels}): {text}.")
        content.append(
            {
                "actor": conflict.actor,
                "toward": conflict.toward,
                "channel": channels,
                "kind": conflict.kind,
                "winner": conflict.winner and told_of(conflict.winner, named),
                "losers": [told_of(stance, named) for stance in conflict.losers],
                "records": records,
            }
        )
    head = () if points else ("No two sources contradict one another that day.",)
    cited = tuple(stance for conflict in found for stance in conflict.stances)
    section = Section("Conflicts between sources", head, tuple(points))
    return Passage(section, content, cited)


_LEAST = 5  # how many of the least consistent actors are named


def alignment(world: Snapshot) -> Passage:
    """Camps, the consistency index with its bounds and proof, strained ties with their evidence."""
    reader, found = Reader.of(world), consistency.alignment(world)
    checked = found.certificate.proves(found.bridge.graph)
    points = [
        f"Camp {i + 1} ({len(camp)}): {reader.listed(camp)}."
        for i, camp in enumerate(found.camps)
        if camp
    ]
    if found.swing:
        points.append(f"Would fit the other camp as well: {reader.listed(found.swing)}.")
    if found.undecided:
        points.append(f"Not shown to be bound to a camp: {reader.listed(found.undecided)}.")
    for i, pair in enumerate(found.elsewhere):
        sides = " against ".join(reader.listed(camp) for camp in pair if camp)
        points.append(f"Apart from these, group {i + 1}: {sides}.")
    for tie in found.strained:
        behind = "; ".join(_behind(reader, tie.origin))
        points.append(f"Strained {tie.verdict} ({tie.value:+g}): {behind}.")
    content = {
        "lower": found.lower,
        "upper": found.upper,
        "is_exact": found.is_exact,
        "is_certified": found.is_certified and checked,
        "index": list(found.index),
        "reason": found.reason,
        "ties": found.observations,
        "weight": found.weight,
        "camps": [list(camp) for camp in found.camps],
        "elsewhere": [[list(camp) for camp in pair] for pair in found.elsewhere],
        "swing": list(found.swing),
        "undecided": list(found.undecided),
        "strained": [
            {
                "names": list(tie.names),
                "value": tie.value,
                "verdict": tie.verdict,
                "evidence": _behind(reader, tie.origin),
            }
            for tie in found.strained
        ],
        "by_actor": {
            a.name: {"lower": a.lower, "upper": a.upper, "ties": a.ties, "weight": a.weight}
            for a in found.actors
        },
    }
    cited = tuple(t.stance for tie in found.strained for t in tie.origin if t.stance)
    text = _consistency(reader, found, checked)
    section = Section("How consistent the alignments are", tuple(text), tuple(points))
    return Passage(section, content, cited)


def _behind(reader: Reader, origin: Sequence[Tie]) -> list[str]:
    """What a tie came from, each record once."""
    told: dict[str, list[Tie]] = {}
    for tie in origin:
        if tie.kind == "rivalry":
            what = f"rivals in {reader.world.contest(tie.contest).title}"
        elif tie.stance is None:
            what = f"value {tie.value:+g} by the bloc rule"
        else:
            what = told_of(tie.stance, reader.names)
        told.setdefault(what, []).append(tie)
    found = []
    for what, ties in told.items():
        one, other = reader.names[ties[0].actor], reader.names[ties[0].toward]
        who = f"{one} and {other} toward each other" if len(ties) > 1 else f"{one} toward {other}"
        found.append(
            f"{one} and {other}, {what}" if ties[0].kind == "rivalry" else f"{who}, {what}"
        )
    return found


def _consistency(reader: Reader, found: consistency.Alignment, checked: bool) -> list[str]:
    if found.reason:
        return [f"The index is not defined: {found.reason}."]
    low, high = found.index
    bounds = f"{found.upper:g}" if found.is_exact else f"{found.lower:g} to {found.upper:g}"
    index = f"{low:.3f}" if found.is_exact else f"between {low:.3f} and {high:.3f}"
    if found.is_certified and checked:
        proof = "proved by a certificate that was checked for this brief"
    elif found.is_exact:
        proof = "exact by the word of the solver, not by a certificate"
    else:
        proof = "bounds only; the truth lies between them"
    one = found.observations == 1
    fit = f"{found.weight:g}, the weight of {'one tie' if one else f'{found.observations} ties'}"
    lines = [
        f"The two camps that fit best contradict {bounds} of {fit}: consistency index {index} "
        f"({proof})."
    ]
    count = Counter(tie.verdict for tie in found.strained)
    kinds = {
        "always": "in every best pair of camps",
        "sometimes": "in some of them",
        "undecided": "perhaps",
    }
    strained = ", ".join(f"{count[kind]} {told}" for kind, told in kinds.items() if count[kind])
    single = sum(actor.ties == 1 for actor in found.actors)
    lines.append(
        f"Ties that are contradicted: {strained or 'none'}. Of the {len(found.actors)} names, "
        f"{single} {'has' if single == 1 else 'have'} one tie only, which always fits; the index "
        "rests on the others."
    )
    least = [actor for actor in found.actors if actor.lower < 1]
    least.sort(key=lambda actor: (actor.lower + actor.upper, -actor.weight, actor.name))
    if least:
        told = ", ".join(
            f"{reader.names[a.name]} {a.lower:.2f}"
            + (f" to {a.upper:.2f}" if a.upper > a.lower else "")
            + f" ({a.ties} {'tie' if a.ties == 1 else 'ties'})"
            for a in least[:_LEAST]
        )
        many = f", of {len(least)} that are less than wholly so" if len(least) > _LEAST else ""
        lines.append(f"Least consistent{many}: {told}.")
    return lines


def evidence(
    dossier: Dossier, world: Snapshot, cited: Iterable[Stance], asked: Mapping[str, Any]
) -> Passage:
    """How many records speak, on what they rest, and every source that the brief names."""
    reader = Reader.of(world)
    speaking = [world.stances[i] for i in np.unique(world.rows[world.rows >= 0]).tolist()]
    kinds = Counter(map(_ground, speaking))
    told = ", ".join(f"{kinds[kind]} on {kind}" for kind in _GROUNDS if kinds[kind])
    number = f"{len(speaking)} record{' speaks' if len(speaking) == 1 else 's speak'} that day"
    text = [f"{number}{f': {told}' if told else ''}."]
    derived = int((world.derived & (world.absences < 0)).sum())
    if derived:
        text.append(f"Filled by the bloc rule, without a record: {derived}.")
    channels = ", ".join(str(channel) for channel in asked["channels"])
    text.append(
        f"Channels in the order in which they speak: {channels}. Between sources: "
        f"{asked['policy']}. Blocs and members: {asked['bloc_rule']}. Dossier {dossier.code}, "
        f"fingerprint {dossier.fingerprint[:16]}."
    )
    believed = sorted(
        {
            f"{reader.names[s.actor]} toward {reader.names[s.toward]}"
            for s in speaking
            if _ground(s) == _BELIEF
        },
        key=by_name,
    )
    used = {s.evidence.source.id: s.evidence.source for s in (*speaking, *cited) if s.evidence}
    behind = {weight.source for weight in dossier.weights} | {m.source for m in world.memberships}
    used |= {source.id: source for source in dossier.sources if source.id in behind}
    known = {source.id: source for source in dossier.sources}
    citations = {
        id_: known.get(id_, source).cite()
        for id_, source in sorted(used.items())
        if id_ != GENERAL_KNOWLEDGE
    }
    points = [f"Believed without having been looked up: {', '.join(believed)}."] if believed else []
    points += [f"[{id_}] {line}" for id_, line in citations.items()]
    content = {
        "records": len(speaking),
        "by_kind": {kind: kinds[kind] for kind in _GROUNDS},
        "general_knowledge": believed,
        "derived": derived,
        "citations": citations,
    }
    return Passage(Section("Evidence and citations", tuple(text), tuple(points)), content)


_BELIEF = "general knowledge"
_GROUNDS = ("a named source", _BELIEF, "no source")


def _ground(stance: Stance) -> str:
    if stance.evidence is None:
        return "no source"
    return _BELIEF if stance.evidence.is_general_knowledge else "a named source"
