"""How far an actor's declared stances agree with a doctrine, beyond chance."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from attrs import field, frozen

from stancekit.errors import UnknownNameError, nearest
from stancekit.measures.doctrines.rules import Case, Doctrine, cases_of
from stancekit.records.snapshot import Snapshot

__all__ = ["Adherence", "Adherences", "adherence", "kappa_of"]


@frozen(repr=False)
class Adherence:
    """One actor's agreement with a doctrine.

    Attributes
    ----------
    actor, doctrine : str
    agreement : float
        Share of the stances that have the predicted sign; nan without any.
    agreement_interval : (float, float)
        Wilson's score interval for it, 95 % [1]_. It treats the stances as independent, which
        two stances in one contest are not.
    kappa : float
        Chance-corrected agreement (Cohen's kappa [2]_ of predicted and held sign); nan where
        it is not defined.
    kappa_interval : (float, float)
        2.5 % and 97.5 % quantiles of a bootstrap over contests; nan where most draws leave it
        undefined.
    observations : int
        Stances that the doctrine says something about.
    contests : int
        Contests that they are in.
    counterexamples : tuple of (str, int, int)
        Claimant, predicted sign, held sign, where the two differ.
    reason : str
        Why kappa is nan; empty where it is a number.

    References
    ----------
    .. [1] Wilson, E. B. (1927). "Probable inference, the law of succession, and statistical
       inference". *Journal of the American Statistical Association* 22(158), 209-212.
       doi:10.1080/01621459.1927.10502953
    .. [2] Cohen, J. (1960). "A coefficient of agreement for nominal scales". *Educational and
       Psychological Measurement* 20(1), 37-46. doi:10.1177/001316446002000104
    """

    actor: str
    doctrine: str
    agreement: float
    agreement_interval: tuple[float, float]
    kappa: float
    kappa_interval: tuple[float, float]
    observations: int
    contests: int
    counterexamples: tuple[tuple[str, int, int], ...] = field(repr=False)
    reason: str = ""

    def __repr__(self) -> str:
        return (
            f"Adherence({self.actor} to {self.doctrine}: {self.agreement:.2f} of "
            f"{self.observations} stances, kappa {self.kappa:.2f})"
        )


@frozen(repr=False)
class Adherences(Mapping[str, Adherence]):
    """The adherence of every actor to one doctrine: a mapping from code to ``Adherence``."""

    doctrine: str
    actors: tuple[Adherence, ...]

    def __getitem__(self, actor: str) -> Adherence:
        found = {a.actor: a for a in self.actors}
        if actor not in found:
            raise UnknownNameError("actor", actor, nearest(actor, found))
        return found[actor]

    def __iter__(self) -> Iterator[str]:
        return iter([a.actor for a in self.actors])

    def __len__(self) -> int:
        return len(self.actors)

    def __repr__(self) -> str:
        known = sum(not math.isnan(a.kappa) for a in self.actors)
        return f"Adherences({self.doctrine!r}, {len(self)} actors, kappa defined for {known})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(a.actor)}</th><td>{a.agreement:.2f}</td><td>{a.kappa:.2f}</td>"
            f"<td>{a.observations}</td></tr>"
            for a in self.actors
        )
        return (
            f"<table><caption>{html.escape(self.doctrine)}</caption><thead><tr><th></th>"
            f"<th>agreement</th><th>kappa</th><th>n</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def kappa_of(predicted: np.ndarray, held: np.ndarray) -> tuple[float, str]:
    r"""Cohen's kappa of two sequences of signs.

    .. math:: \kappa = \frac{p_o - p_e}{1 - p_e}

    with the observed share of agreement and the one expected of independent signs with the
    same frequencies.

    Returns
    -------
    value : float
    reason : str
        Why it is nan; empty where it is not.

    Examples
    --------
    >>> kappa_of(np.array([1, -1, 1, -1]), np.array([1, -1, 1, 1]))
    (0.5, '')
    >>> kappa_of(np.array([1, 1]), np.array([1, 1]))
    (nan, 'both are the same throughout, so that chance explains all agreement')
    """
    n = len(predicted)
    if n == 0:
        return float("nan"), "there is no stance that the doctrine says something about"
    # whole numbers until the last step: equal counts give equal results
    expected = sum(int((predicted == s).sum()) * int((held == s).sum()) for s in (-1, 0, 1))
    if expected == n * n:
        return (
            float("nan"),
            "both are the same throughout, so that chance explains all agreement",
        )
    observed = int((predicted == held).sum()) * n
    return (observed - expected) / (n * n - expected), ""


def wilson(hits: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's score interval for a share, 95 % by default.

    >>> tuple(round(end, 4) for end in wilson(8, 10))
    (0.4902, 0.9433)
    >>> wilson(0, 0)
    (nan, nan)
    """
    if n == 0:
        return float("nan"), float("nan")
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def adherence(
    snapshot: Snapshot,
    doctrine: Doctrine,
    *,
    actors: Iterable[str] | None = None,
    draws: int = 1000,
    rng: int | np.random.Generator = 0,
) -> Adherences:
    """How far each actor's declared stances agree with a doctrine.

    A stance counts by its sign; a declared neutral one counts as 0. Absences do not count:
    silence is neither obedience nor revolt. Contests to which the actor is a party do not
    count either.

    Parameters
    ----------
    snapshot : Snapshot
    doctrine : Doctrine
    actors : iterable of str, optional
        All actors that are no claimants by default.
    draws : int
        Bootstrap draws over contests for the interval of kappa.
    rng : int or numpy.random.Generator

    Raises
    ------
    UnknownNameError
        If the snapshot has no such actor.

    Examples
    --------
    >>> from stancekit.measures.doctrines.rules import territorial_integrity
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("ESP")], contests=[Contest("k", kind="state")],
    ...     claimants=[Claimant("kosovo", "k", traits=["secessionist"]),
    ...                Claimant("serbia", "k", traits=["parent-state"])],
    ...     stances=[Stance("ESP", "kosovo", "rejects"), Stance("ESP", "serbia", "supports")]
    ... ).at("2019-12-31")
    >>> adherence(world, territorial_integrity)["ESP"]
    Adherence(ESP to territorial integrity: 1.00 of 2 stances, kappa 1.00)
    """
    generator = np.random.default_rng(rng)
    listed = [a.code for a in snapshot.actor_records if a.code in snapshot.actors]
    found = []
    for actor in listed if actors is None else actors:
        asked = [
            (case, predicted, sign)
            for case, sign in cases_of(snapshot, actor)
            if (predicted := doctrine.prediction(case)) is not None
        ]
        found.append(_of_one(actor, doctrine, asked, draws, generator))
    return Adherences(doctrine.name, tuple(found))


def _of_one(
    actor: str,
    doctrine: Doctrine,
    asked: list[tuple[Case, int, int]],
    draws: int,
    generator: np.random.Generator,
) -> Adherence:
    predicted = np.array([p for _, p, _ in asked], dtype=np.int64)
    held = np.array([s for _, _, s in asked], dtype=np.int64)
    contests = [case.contest.code for case, _, _ in asked]
    distinct = sorted(set(contests))
    kappa, reason = kappa_of(predicted, held)
    hits = int((predicted == held).sum())
    groups = [np.flatnonzero(np.array(contests) == contest) for contest in distinct]
    sampled = []
    for _ in range(draws if len(groups) > 1 else 0):
        chosen = generator.integers(0, len(groups), len(groups))
        rows = np.concatenate([groups[i] for i in chosen.tolist()])
        sampled.append(kappa_of(predicted[rows], held[rows])[0])
    usable = [value for value in sampled if not math.isnan(value)]
    interval = (float("nan"), float("nan"))
    if 2 * len(usable) > len(sampled):
        low, high = np.quantile(usable, [0.025, 0.975])
        interval = (float(low), float(high))
    return Adherence(
        actor,
        doctrine.name,
        hits / len(asked) if asked else float("nan"),
        wilson(hits, len(asked)),
        kappa,
        interval,
        len(asked),
        len(distinct),
        tuple((case.claimant.code, p, s) for case, p, s in asked if p != s),
        reason,
    )
