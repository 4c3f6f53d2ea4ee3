"""Which doctrine, or whose camp, predicts an actor's stances best, out of sample."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
from attrs import field, frozen

from stancekit.measures.doctrines.rules import (
    PRINCIPLES,
    Case,
    Doctrine,
    cases_of,
    follow,
    follow_bloc,
)
from stancekit.records.snapshot import Snapshot

__all__ = ["Explanation", "Predictor", "camps", "explain"]

_SIGNS = (-1, 0, 1)


@frozen
class Predictor:
    """How well one doctrine predicts an actor's stances in contests that it was not fitted on.

    Attributes
    ----------
    doctrine : str
    is_principle : bool
        Whether it looks at the claimant, or follows somebody.
    skill : float
        Bits gained a stance over knowing only how often the actor is for, against and
        neutral; negative where it misleads.
    skill_interval : (float, float)
        2.5 % and 97.5 % quantiles of a bootstrap over contests.
    accuracy : float
        Share of the stances that have the sign held most probable.
    coverage : int
        Stances that the doctrine says something about; for the others it predicts what the
        frequencies do.
    """

    doctrine: str
    is_principle: bool
    skill: float
    skill_interval: tuple[float, float]
    accuracy: float
    coverage: int


@frozen(repr=False)
class Explanation:
    """Principle against camp, for one actor.

    Attributes
    ----------
    actor : str
    ranking : tuple of Predictor
        Best first.
    observations, contests : int
        Declared stances, and the contests that they are in.
    lead : float
        Bits a stance by which the best principle beats the best camp; negative where the camp
        is ahead.
    lead_interval : (float, float)
        Bootstrap over contests of the lead, with best principle and best camp as they are.
    reason : str
        Why there is no ranking; empty where there is one.
    """

    actor: str
    ranking: tuple[Predictor, ...]
    observations: int
    contests: int
    lead: float
    lead_interval: tuple[float, float]
    reason: str = field(default="")

    @property
    def best_principle(self) -> Predictor | None:
        """The best doctrine that looks at the claimant."""
        return next((p for p in self.ranking if p.is_principle), None)

    @property
    def best_camp(self) -> Predictor | None:
        """The best doctrine that follows somebody."""
        return next((p for p in self.ranking if not p.is_principle), None)

    def __repr__(self) -> str:
        if not self.ranking:
            return f"Explanation({self.actor}: {self.reason})"
        best = self.ranking[0]
        return (
            f"Explanation({self.actor}: {best.doctrine}, {best.skill:+.2f} bits a stance, "
            f"{self.observations} stances in {self.contests} contests)"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(p.doctrine)}</th><td>{p.skill:+.2f}</td>"
            f"<td>{p.accuracy:.2f}</td><td>{p.coverage}</td></tr>"
            for p in self.ranking
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption><thead><tr><th></th>"
            f"<th>bits</th><th>accuracy</th><th>n</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def camps(snapshot: Snapshot) -> tuple[Doctrine, ...]:
    """The camps that a snapshot knows: permanent members, and every bloc with members.

    >>> from stancekit.records.dossier import Dossier
    >>> camps(Dossier("empty").at("2019-12-31"))
    ()
    """
    leaders = [
        a.code
        for a in snapshot.actor_records
        if "permanent-member" in a.traits and a.code in snapshot.actors
    ]
    blocs = sorted({membership.bloc for membership in snapshot.memberships})
    return (*map(follow, sorted(leaders)), *map(follow_bloc, blocs))


def explain(
    snapshot: Snapshot,
    actor: str,
    *,
    doctrines: Iterable[Doctrine] | None = None,
    draws: int = 1000,
    rng: int | np.random.Generator = 0,
) -> Explanation:
    r"""Rank principle against camp.

    Each doctrine is fitted and judged out of sample: one contest is left out, the frequencies
    of the signs held, given what the doctrine predicts, are counted in the others (one half
    added to each count [1]_), and the stances in the contest left out are scored by the
    logarithm of the probability that they were given. The skill is the mean gain, in bits,

    .. math:: \frac{1}{n} \sum_i \log_2 \frac{P_{-c(i)}(s_i \mid d_i)}{P_{-c(i)}(s_i)}

    over frequencies that do not know the doctrine. Where a doctrine says nothing, its
    probabilities are those, and the gain is 0. A doctrine is judged by what it tells, not by
    being obeyed: an actor that always does the opposite of a leader is as predictable.

    Parameters
    ----------
    snapshot : Snapshot
    actor : str
    doctrines : iterable of Doctrine, optional
        By default the principles, the permanent members, and every bloc with members.
    draws : int
        Bootstrap draws over contests, for the intervals.
    rng : int or numpy.random.Generator

    Raises
    ------
    UnknownNameError
        If the snapshot has no such actor.

    References
    ----------
    .. [1] Krichevsky, R. E. and Trofimov, V. K. (1981). "The performance of universal
       encoding". *IEEE Transactions on Information Theory* 27(2), 199-207.
       doi:10.1109/TIT.1981.1056331

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor
    >>> explain(Dossier("case", actors=[Actor("NOR")]).at("2019-12-31"), "NOR")
    Explanation(NOR: stances in fewer than two contests cannot be left out in turn)
    """
    generator = np.random.default_rng(rng)
    asked = list(cases_of(snapshot, actor))
    contests = sorted({case.contest.code for case, _ in asked})
    nothing = float("nan"), float("nan")
    if len(contests) < 2:
        reason = "stances in fewer than two contests cannot be left out in turn"
        return Explanation(actor, (), len(asked), len(contests), nothing[0], nothing, reason)
    chosen = tuple(doctrines) if doctrines is not None else (*PRINCIPLES, *camps(snapshot))
    held = [sign for _, sign in asked]
    place = [contests.index(case.contest.code) for case, _ in asked]
    samples = generator.integers(0, len(contests), (draws, len(contests)))
    times = np.stack([(samples == c).sum(axis=1) for c in range(len(contests))], axis=1)
    size = np.bincount(place, minlength=len(contests))
    found, sums = [], {}
    for doctrine in chosen:
        said = [_heard(doctrine, case) for case, _ in asked]
        gains, right = _gains(said, held, place)
        if all(prediction is None for prediction in said):
            continue
        by_contest = np.bincount(place, weights=gains, minlength=len(contests))
        sums[doctrine.name] = by_contest
        found.append(
            Predictor(
                doctrine.name,
                doctrine.is_principle,
                float(by_contest.sum() / len(asked)),
                _quantiles(times @ by_contest, times @ size),
                sum(right) / len(asked),
                sum(prediction is not None for prediction in said),
            )
        )
    ranking = tuple(sorted(found, key=lambda p: (-p.skill, p.doctrine)))
    best = {p.is_principle: p for p in reversed(ranking)}
    if len(best) < 2:
        return Explanation(actor, ranking, len(asked), len(contests), nothing[0], nothing)
    gap = sums[best[True].doctrine] - sums[best[False].doctrine]
    return Explanation(
        actor,
        ranking,
        len(asked),
        len(contests),
        float(gap.sum() / len(asked)),
        _quantiles(times @ gap, times @ size),
    )


def _heard(doctrine: Doctrine, case: Case) -> int | None:
    return doctrine.prediction(case)


def _quantiles(total: np.ndarray, count: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(total / count, [0.025, 0.975])
    return float(low), float(high)


def _gains(
    said: list[int | None], held: list[int], place: list[int]
) -> tuple[list[float], list[bool]]:
    """Bits gained by each stance over the frequencies, its own contest left out; and hits."""
    joint = Counter(zip(place, said, held, strict=True))
    together = Counter(zip(said, held, strict=True))
    margin, by_contest = Counter(held), Counter(zip(place, held, strict=True))
    gains, right = [], []
    for prediction, sign, contest in zip(said, held, place, strict=True):
        plain = {s: margin[s] - by_contest[contest, s] + 0.5 for s in _SIGNS}
        told = plain
        if prediction is not None:
            told = {
                s: together[prediction, s] - joint[contest, prediction, s] + 0.5 for s in _SIGNS
            }
        chance = told[sign] / sum(told.values())
        gains.append(math.log2(chance / (plain[sign] / sum(plain.values()))))
        best = max(told.values())
        top = [s for s in _SIGNS if told[s] == best]
        right.append(top == [sign])
    return gains, right
