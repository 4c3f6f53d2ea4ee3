"""Principle against camp: what each actor's stances follow, with the exceptions by name."""

from __future__ import annotations

import math
from collections.abc import Iterable

from stancekit.measures import doctrines
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Stance
from stancekit.report.words import Passage, Reader, Section, by_name

__all__ = ["principles"]

#: Traits by which a dossier says what the literature expects of an actor.
_EXPECTED = {
    "textbook-territorial-integrity": doctrines.territorial_integrity.name,
    "textbook-camp": "its camp",
}

#: Fewer declared stances than this say too little to be sorted.
_FEWEST = 6

_SIGN = {-1: "against", 0: "neutral", 1: "for"}


def principles(world: Snapshot) -> Passage:
    """Tell who follows a principle, who a camp, and where what is expected of them fails."""
    reader = Reader.of(world)
    claimants = {claimant.code for claimant in world.claimants}
    actors = [a for a in world.actor_records if a.code in world.actors and a.code not in claimants]
    told = {a.code: doctrines.explain(world, a.code) for a in actors}
    ranked = {
        code: found
        for code, found in told.items()
        if found.ranking and found.observations >= _FEWEST and not math.isnan(found.lead)
    }
    integrity = doctrines.adherence(world, doctrines.territorial_integrity, actors=list(ranked))
    first = {
        "principle": [c for c, e in ranked.items() if e.lead_interval[0] > 0],
        "camp": [c for c, e in ranked.items() if e.lead_interval[1] < 0],
    }
    open_ = [c for c in ranked if c not in first["principle"] and c not in first["camp"]]
    text = (
        f"Of {len(actors)} actors, {len(ranked)} have at least {_FEWEST} declared stances in two "
        "or more contests to which they are no party. Judged on contests left out in turn, a "
        f"principle predicts {len(first['principle'])} of them better than any camp does"
        f"{_named(reader, first['principle'])}; a camp predicts {len(first['camp'])} better than "
        f"any principle{_named(reader, first['camp'])}; for {len(open_)} the 95 % interval of "
        "the difference holds zero. The intervals are bootstraps over contests, of which there "
        f"are {len(world.contests)}: they are wide, and stances that rest on one joint statement "
        "or one roll call are not independent of one another."
    )
    expected = [
        (a.code, trait)
        for a in actors
        for trait in a.traits
        if trait in _EXPECTED and a.code in told
    ]
    points = [_expectation(reader, told[code], trait) for code, trait in sorted(expected)]
    focus = {code for code, _ in expected} | set(first["principle"])
    points += [
        _adherence(reader, integrity[code])
        for code in sorted(focus, key=lambda code: by_name(reader.names[code]))
        if code in ranked and integrity[code].observations
    ]
    content = {
        "actors": len(actors),
        "ranked": len(ranked),
        "principle": first["principle"],
        "camp": first["camp"],
        "open": open_,
        "by_actor": {
            code: {
                "observations": e.observations,
                "contests": e.contests,
                "lead": e.lead,
                "lead_interval": list(e.lead_interval),
                "ranking": [
                    {
                        "doctrine": p.doctrine,
                        "is_principle": p.is_principle,
                        "skill": p.skill,
                        "skill_interval": list(p.skill_interval),
                        "accuracy": p.accuracy,
                        "coverage": p.coverage,
                    }
                    for p in e.ranking
                ],
            }
            for code, e in ranked.items()
        },
        "territorial_integrity": {
            a.actor: {
                "agreement": a.agreement,
                "agreement_interval": list(a.agreement_interval),
                "kappa": a.kappa,
                "kappa_interval": list(a.kappa_interval),
                "observations": a.observations,
                "counterexamples": [list(example) for example in a.counterexamples],
                "reason": a.reason,
            }
            for a in integrity.actors
        },
        "expected": [{"actor": code, "expectation": _EXPECTED[trait]} for code, trait in expected],
    }
    cited = tuple(_cited(world, ((c, rival) for c in focus for rival in claimants)))
    return Passage(Section("Principle against camp", (text,), tuple(points)), content, cited)


def _named(reader: Reader, codes: list[str]) -> str:
    return f" ({reader.listed(codes)})" if codes else ""


def _bits(value: float, interval: tuple[float, float]) -> str:
    return f"{value:+.2f} bits a stance, 95 % interval {interval[0]:+.2f} to {interval[1]:+.2f}"


def _expectation(reader: Reader, found: doctrines.Explanation, trait: str) -> str:
    """Does an actor do what the literature expects of it?"""
    name, wanted = reader.names[found.actor], _EXPECTED[trait]
    head = f"{name} is expected to follow {wanted}"
    if not found.ranking:
        return f"{head}; it cannot be told: {found.reason}."
    principle, camp = found.best_principle, found.best_camp
    if principle is None or camp is None:
        return f"{head}; it cannot be told: only one kind of doctrine says anything of it."
    low, high = found.lead_interval
    for_principle = trait == "textbook-territorial-integrity"
    as_expected = found.ranking[0].is_principle == for_principle
    if as_expected and for_principle:
        as_expected = found.ranking[0].doctrine == wanted
    sure = low > 0 or high < 0
    verdict = (
        ("so it does" if as_expected else "it does not")
        if sure
        else (
            "the data lean that way without showing it"
            if as_expected
            else "the data lean the other way without showing it"
        )
    )
    best = found.ranking[0]
    rival = camp if best.is_principle else principle
    return (
        f"{head}: {verdict}. Over {found.observations} stances in {found.contests} contests, "
        f"{best.doctrine} predicts it best ({_bits(best.skill, best.skill_interval)}); the best "
        f"{'camp' if best.is_principle else 'principle'} is {rival.doctrine} "
        f"({_bits(rival.skill, rival.skill_interval)}). Principle leads camp by "
        f"{_bits(found.lead, found.lead_interval)}."
    )


def _adherence(reader: Reader, found: doctrines.Adherence) -> str:
    """How far an actor agrees with territorial integrity, and every exception."""
    hits = found.observations - len(found.counterexamples)
    low, high = found.agreement_interval
    kappa = f"kappa not defined: {found.reason}"
    if not math.isnan(found.kappa):
        kappa = f"kappa {found.kappa:.2f}"
        if not math.isnan(found.kappa_interval[0]):
            kappa += f", 95 % {found.kappa_interval[0]:.2f} to {found.kappa_interval[1]:.2f}"
    exceptions = "; ".join(
        f"{reader.names[claimant]}: {_SIGN[held]}" for claimant, _, held in found.counterexamples
    )
    return (
        f"{reader.names[found.actor]} agrees with {found.doctrine} in {hits} of "
        f"{found.observations} stances ({100 * found.agreement:.0f} %, 95 % {100 * low:.0f} to "
        f"{100 * high:.0f} %; {kappa}). "
        f"{'Exceptions: ' + exceptions if exceptions else 'No exception'}."
    )


def _cited(world: Snapshot, cells: Iterable[tuple[str, str]]) -> Iterable[Stance]:
    for actor, target in sorted(cells):
        if actor in world.actors and target in world.targets:
            stance = world.stance(actor, target)
            if stance is not None:
                yield stance
