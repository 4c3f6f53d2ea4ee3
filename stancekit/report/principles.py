"""Principle against camp: what each actor's stances follow, with the exceptions by name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from stancekit.measures import doctrines
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Channel, Stance
from stancekit.report.words import Passage, Reader, Section, by_name, source_of, when

__all__ = ["principles"]

_INTEGRITY = doctrines.territorial_integrity.name

#: Traits by which a dossier says what textbooks expect of an actor.
_EXPECTED = {
    "textbook-territorial-integrity": _INTEGRITY,
    "textbook-camp": "its camp",
}

#: Fewer declared stances than this say too little to be sorted.
_FEWEST = 6

#: Bits of skill that make no difference.
_EQUAL = 1e-9

_SIGN = {-1: "against", 0: "neutral toward", 1: "for"}

#: Last words of names that take an article, beside those that begin with "United" or "Group".
_WITH_ARTICLE = {"Union", "League", "Organization", "Organisation", "Community", "Republic"}


def principles(world: Snapshot) -> Passage:
    """Tell who follows a principle, who a camp, and where what is expected of them fails."""
    teller = _Teller.of(world)
    claimants = {claimant.code for claimant in world.claimants}
    actors = [a for a in world.actor_records if a.code in world.actors and a.code not in claimants]
    told = {a.code: doctrines.explain(world, a.code) for a in actors}
    ranked = {
        code: found
        for code, found in told.items()
        if found.observations >= _FEWEST and not math.isnan(found.lead)
    }
    sorted_ = {
        "principle": [c for c, e in ranked.items() if e.lead_interval[0] > 0],
        "camp": [c for c, e in ranked.items() if e.lead_interval[1] < 0],
    }
    sorted_["open"] = [c for c in ranked if c not in (*sorted_["principle"], *sorted_["camp"])]
    expected = sorted(
        ((a.code, trait) for a in actors for trait in a.traits if trait in _EXPECTED),
        key=lambda pair: by_name(teller.name(pair[0])),
    )
    tests = {code: _test(world, told[code], trait) for code, trait in expected}
    focus = {code for code, _ in expected} | set(sorted_["principle"])
    integrity = doctrines.adherence(
        world,
        doctrines.territorial_integrity,
        actors=sorted({*ranked, *focus}, key=lambda code: by_name(teller.name(code))),
    )
    points = [
        *(_best(teller, ranked) if ranked else ()),
        *(_expectation(teller, told[code], tests[code], trait) for code, trait in expected),
        *(_adherence(teller, a) for a in integrity.actors if a.actor in focus),
    ]
    votes = _votes(world, ranked)
    content = {
        "actors": len(actors),
        "ranked": len(ranked),
        "votes": votes[0],
        "stances": votes[1],
        **sorted_,
        "by_actor": {code: _told(teller, found) for code, found in ranked.items()},
        "territorial_integrity": {
            a.actor: {
                "agreement": a.agreement,
                "agreement_interval": list(a.agreement_interval),
                "kappa": a.kappa,
                "kappa_interval": list(a.kappa_interval),
                "observations": a.observations,
                "contests": a.contests,
                "counterexamples": [list(example) for example in a.counterexamples],
                "reason": a.reason,
            }
            for a in integrity.actors
        },
        "expected": [
            {
                "actor": code,
                "expectation": _EXPECTED[trait],
                "verdict": _verdict(tests[code], trait),
                **_told(teller, tests[code]),
            }
            for code, trait in expected
        ],
    }
    cited = tuple(_cited(world, ((c, rival) for c in focus for rival in claimants)))
    section = Section(
        "Principle against camp", _overview(teller, len(actors), sorted_, votes), tuple(points)
    )
    return Passage(section, content, cited)


@frozen
class _Teller:
    """Names of actors and doctrines as they stand in a sentence."""

    reader: Reader
    doctrines: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, world: Snapshot) -> _Teller:
        """Put the camps of a day into words."""
        reader = Reader.of(world)
        words = {}
        for actor in world.actor_records:
            name = _with_article(actor.name)
            words[doctrines.follow(actor.code).name] = f"following {name}"
            words[doctrines.follow_bloc(actor.code).name] = f"following the majority of {name}"
        return cls(reader, words)

    def doctrine(self, name: str) -> str:
        """A doctrine in words: "following the majority of the European Union"."""
        return self.doctrines.get(name, name)

    def name(self, code: str) -> str:
        """An actor or claimant as the dossier calls it."""
        return self.reader.names.get(code, code)

    def listed(self, codes: Iterable[str]) -> str:
        """Names in alphabetical order, within a sentence."""
        names = sorted((self.name(code) for code in codes), key=by_name)
        return ", ".join(map(_with_article, names))

    def named(self, codes: Iterable[str]) -> str:
        """Names in parentheses, or nothing."""
        held = list(codes)
        return f" ({self.listed(held)})" if held else ""


def _with_article(name: str) -> str:
    """A name within a sentence, with "the" where English has it.

    >>> _with_article("European Union"), _with_article("NATO"), _with_article("United States")
    ('the European Union', 'NATO', 'the United States')
    """
    words = name.split()
    takes = len(words) > 1 and (words[0] in ("United", "Group") or words[-1] in _WITH_ARTICLE)
    return f"the {name}" if takes else name


def _head(name: str) -> str:
    """The same at the beginning of a sentence."""
    told = _with_article(name)
    return told[:1].upper() + told[1:]


def _votes(world: Snapshot, ranked: Iterable[str]) -> tuple[int, int]:
    """How many of the stances that are compared are votes, and how many there are."""
    spoke = [
        world.channel(code, case.claimant.code)
        for code in ranked
        for case, _ in doctrines.cases_of(world, code)
    ]
    return spoke.count(Channel.VOTE), len(spoke)


def _overview(
    teller: _Teller, actors: int, groups: dict[str, list[str]], votes: tuple[int, int]
) -> tuple[str, ...]:
    ranked = sum(map(len, groups.values()))
    enough = f"at least {_FEWEST} declared stances in two or more contests to which"
    if not ranked:
        return (
            f"None of {actors} actors has {enough} it is no party, so that principle and camp "
            "cannot be compared.",
        )
    world = teller.reader.world
    camps, principles = len(doctrines.camps(world)), len(groups["principle"])
    return (
        f"Of {actors} actors, {ranked} have {enough} they are no party. Each contest is left out "
        "in turn, and every doctrine predicts the stances in it from what goes with its "
        "predictions in the others, provided that it is obeyed there more often than by chance. "
        "Its skill is told in bits a stance beyond knowing only how often the actor is for, "
        "against and neutral; 0 means that it tells nothing. To follow somebody means here that "
        "the stances of the one tell those of the other, not that the one leads the other.",
        f"There are {len(doctrines.PRINCIPLES)} principles and {camps} camps. So that neither "
        "side gains by having more to choose from, in each contest that principle and that camp "
        "are compared which predict best in the others. By this comparison camps predict "
        f"{_many(len(groups['camp']), 'actor')} better than principles do"
        f"{teller.named(groups['camp'])}; principles predict {_many(principles, 'actor')} better "
        f"than camps do{teller.named(groups['principle'])}; for {len(groups['open'])} the 95 % "
        "interval of the difference includes zero.",
        "To be read with care: the intervals of skill, lead and kappa are bootstraps over "
        f"contests, of which there are {len(world.contests)} at most, and therefore rough: of "
        "stances made at random, about one interval of the lead in seven excludes zero, which of "
        f"{ranked} actors is {round(ranked / 7)}. Those of "
        "shares take the stances for independent, which two in one contest are not. Stances that "
        "rest on one joint statement "
        "or one roll call are not independent either, which tends to favour camps; "
        f"{votes[0]} of the {votes[1]} stances that are compared are votes.",
    )


def _many(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _best(teller: _Teller, ranked: dict[str, doctrines.Explanation]) -> list[str]:
    """Which principle predicts whom best, taken singly."""
    best: dict[str, list[str]] = {}
    for code, found in ranked.items():
        for predictor in found.ranking:
            if predictor.skill > found.ranking[0].skill - _EQUAL:
                best.setdefault(predictor.doctrine, []).append(code)
    told = [
        f"{principle.name} of {teller.listed(best[principle.name])}"
        for principle in doctrines.PRINCIPLES
        if principle.name in best
    ]
    if not told:
        return ["Taken singly, no principle predicts anybody as well as some camp does."]
    return [f"Taken singly, the best predictor, alone or with others, is {'; '.join(told)}."]


def _test(world: Snapshot, found: doctrines.Explanation, trait: str) -> doctrines.Explanation:
    """What textbooks expect, put to the test: one principle named beforehand, or any."""
    if _EXPECTED[trait] != _INTEGRITY:
        return found
    rivals = (doctrines.territorial_integrity, *doctrines.camps(world))
    return doctrines.explain(world, found.actor, doctrines=rivals)


def _verdict(test: doctrines.Explanation, trait: str) -> str:
    """Does an actor do what is expected of it? Only where skill and lead are sure is it so."""
    for_principle = _EXPECTED[trait] == _INTEGRITY
    hoped = test.best_principle if for_principle else test.best_camp
    if hoped is None or math.isnan(test.lead):
        return "it cannot be told"
    ahead = test.lead if for_principle else -test.lead
    low, high = (
        test.lead_interval if for_principle else (-test.lead_interval[1], -test.lead_interval[0])
    )
    if low > 0 and hoped.skill_interval[0] > 0:
        return "the data bear it out"
    if high < 0:
        return "the data speak against it"
    if ahead > 0 and hoped.skill > 0:
        return "the data lean that way without showing it"
    return "the data do not show it"


def _expectation(
    teller: _Teller, found: doctrines.Explanation, test: doctrines.Explanation, trait: str
) -> str:
    """Does an actor do what textbooks expect of it?"""
    wanted = _EXPECTED[trait]
    head = (
        "Textbooks, as the dossier marks them, expect "
        f"{_with_article(teller.name(found.actor))} to follow {wanted}: {_verdict(test, trait)}"
    )
    principle, camp = test.best_principle, test.best_camp
    if principle is None or camp is None:
        return f"{head}; {test.reason}."
    sign = 1 if wanted == _INTEGRITY else -1
    low, high = sorted(sign * end for end in test.lead_interval)
    lead = _bits(sign * test.lead, low, high)
    over = f"{head}. Over {test.observations} stances in {test.contests} contests,"
    if wanted == _INTEGRITY:
        hoped = principle
        told = (
            f"{over} {_predictor(teller, hoped)}; its lead over the camp chosen in the other "
            f"contests is {lead}."
        )
    else:
        hoped = camp
        rival = "no principle gains anything"
        if principle.skill > _EQUAL:
            rival = f"the best of the principles, {_predictor(teller, principle, ',')}"
        told = (
            f"{over} the best of the camps, {_predictor(teller, hoped, ',')}; {rival}. The lead "
            f"of camp over principle, each chosen in the other contests, is {lead}."
        )
    best = [p for p in found.ranking if p.skill > found.ranking[0].skill - _EQUAL]
    if hoped.doctrine not in {p.doctrine for p in best}:
        equal = " and ".join(
            f"{teller.doctrine(p.doctrine)} ({p.hits} of {p.coverage})" for p in best
        )
        skill = _bits(best[0].skill, *best[0].skill_interval)
        told += f" The best of all predictors is {equal}, with {skill}."
    return told


def _predictor(teller: _Teller, found: doctrines.Predictor, mark: str = "") -> str:
    skill = _bits(found.skill, *found.skill_interval)
    name = teller.doctrine(found.doctrine)
    return f"{name} (as predicted in {found.hits} of {found.coverage}){mark} gains {skill}"


def _bits(value: float, low: float, high: float) -> str:
    return f"{value:+.2f} bits a stance (95 % interval {low:+.2f} to {high:+.2f})"


def _adherence(teller: _Teller, found: doctrines.Adherence) -> str:
    """How far an actor agrees with territorial integrity, and every exception."""
    name = _head(teller.name(found.actor))
    if not found.observations:
        return f"{name} has no stance of which {found.doctrine} says anything."
    hits = found.observations - len(found.counterexamples)
    low, high = found.agreement_interval
    kappa = f"kappa is not defined: {found.reason}"
    if not math.isnan(found.kappa):
        kappa = f"kappa {found.kappa:.2f}"
        if found.kappa_interval[0] < found.kappa_interval[1]:
            kappa += (
                f", 95 % interval {found.kappa_interval[0]:.2f} to {found.kappa_interval[1]:.2f}"
            )
    told = (
        f"{name} agrees with {found.doctrine} in {hits} of {found.observations} stances "
        f"({100 * found.agreement:.0f} %, 95 % interval {100 * low:.0f} to {100 * high:.0f} %; "
        f"{kappa})"
    )
    exceptions = [
        _exception(teller, found.actor, claimant, predicted, held)
        for claimant, predicted, held in found.counterexamples
    ]
    if not exceptions:
        return f"{told}, without exception."
    return f"{told}. Counter-examples: {'; '.join(exceptions)}."


def _exception(teller: _Teller, actor: str, claimant: str, predicted: int, held: int) -> str:
    """One stance that the doctrine did not predict, with its channel, date and source."""
    stance = teller.reader.world.stance(actor, claimant)
    parts = []
    if stance is not None:
        parts += [str(stance.channel)]
        parts += [f"since {when(stance.since)}"] if stance.since else []
        parts += [source_of(stance)] if source_of(stance) else []
    told = f"{_SIGN[held]} {teller.name(claimant)}, not {_SIGN[predicted].split()[0]}"
    return f"{told} ({', '.join(parts)})" if parts else told


def _told(teller: _Teller, found: doctrines.Explanation) -> dict[str, Any]:
    """An explanation as plain values."""
    return {
        "observations": found.observations,
        "contests": found.contests,
        "lead": found.lead,
        "lead_interval": list(found.lead_interval),
        "reason": found.reason,
        "ranking": [
            {
                "doctrine": p.doctrine,
                "in_words": teller.doctrine(p.doctrine),
                "is_principle": p.is_principle,
                "skill": p.skill,
                "skill_interval": list(p.skill_interval),
                "accuracy": p.accuracy,
                "coverage": p.coverage,
                "hits": p.hits,
            }
            for p in found.ranking
        ],
    }


def _cited(world: Snapshot, cells: Iterable[tuple[str, str]]) -> Iterable[Stance]:
    for actor, target in sorted(cells):
        if actor in world.actors and target in world.targets:
            stance = world.stance(actor, target)
            if stance is not None:
                yield stance
