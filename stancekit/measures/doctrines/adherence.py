"""How far an actor's declared stances agree with a doctrine, beyond chance."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.chance import generator_of
from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.measures.doctrines.rules import Case, Doctrine, cases_of
from stancekit.records.snapshot import Snapshot

__all__ = ["Adherence", "Adherences", "adherence", "kappa_of", "resampled", "wilson"]


@frozen(repr=False)
class Adherence:
    """One actor's agreement with a doctrine.

    Attributes
    ----------
    actor, doctrine : str
    agreement : float
        Share of the stances that have the predicted sign; nan without any.
    agreement_interval : (float, float)
        Wilson's score interval for it, 95 % [1]_. It takes the stances for independent, which
        two stances in one contest are not: it is narrower than it ought to be.
    kappa : float
        Chance-corrected agreement (Cohen's kappa [2]_ of predicted and held sign); nan where
        it is not defined.
    kappa_interval : (float, float)
        2.5 % and 97.5 % quantiles of a bootstrap over contests, which are drawn whole; nan
        where there is only one contest, or half of the draws or more leave kappa undefined.
        A record without exceptions has none in any draw either: its interval has no width,
        which is a limit of the method and no certainty.
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

    Examples
    --------
    >>> from stancekit.measures.doctrines.rules import territorial_integrity
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("USA")], contests=[Contest("k", kind="state")],
    ...     claimants=[Claimant("kosovo", "k", traits=["secessionist"])],
    ...     stances=[Stance("USA", "kosovo", "recognises")]).at("2019-12-31")
    >>> adherence(world, territorial_integrity)["USA"].counterexamples
    (('kosovo', -1, 1),)
    """

    actor: str
    doctrine: str
    agreement: float = field(eq=repr)  # by repr nan equals nan
    agreement_interval: tuple[float, float] = field(eq=repr)
    kappa: float = field(eq=repr)
    kappa_interval: tuple[float, float] = field(eq=repr)
    observations: int
    contests: int
    counterexamples: tuple[tuple[str, int, int], ...] = field(repr=False)
    reason: str = ""

    def __repr__(self) -> str:
        if not self.observations:
            return f"Adherence({self.actor} to {self.doctrine}: {self.reason})"
        return (
            f"Adherence({self.actor} to {self.doctrine}: {self.agreement:.2f} of "
            f"{self.observations} stances, kappa {self.kappa:.2f})"
        )

    def _repr_html_(self) -> str:
        return html.escape(repr(self))


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


def kappa_of(predicted: NDArray[np.int64], held: NDArray[np.int64]) -> tuple[float, str]:
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
    if len(predicted) == 0:
        return float("nan"), "there is no stance that the doctrine says something about"
    kappa = float(_kappas(_table(predicted, held)))
    if math.isnan(kappa):
        return kappa, "both are the same throughout, so that chance explains all agreement"
    return kappa, ""


def _table(predicted: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each sign was held (columns) where each was predicted (rows)."""
    places = 3 * (predicted + 1) + held + 1
    return np.bincount(places, minlength=9).reshape(3, 3).astype(np.int64)


def _kappas(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    """Kappa of each table, (..., 3, 3) to (...); nan where it is not defined."""
    # whole numbers until the last step: equal counts give equal results
    n = tables.sum(axis=(-2, -1))
    expected = (tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1)
    observed = np.trace(tables, axis1=-2, axis2=-1) * n
    room = n * n - expected
    return np.where(room > 0, (observed - expected) / np.where(room > 0, room, 1), np.nan)


def resampled(
    size: int, draws: int, rng: int | np.random.Generator
) -> Callable[[int], NDArray[np.int64]]:
    """How often each of some contests is in each bootstrap sample, for any number of them.

    The answer for one number of contests does not depend on what else was asked, so that an
    actor's intervals do not depend on which other actors are there.

    Parameters
    ----------
    size : int
        The most contests that there are.
    draws : int
    rng : int or numpy.random.Generator

    Returns
    -------
    function
        From a number of contests, C up to ``size``, to the (draws, C) multiplicities.

    Raises
    ------
    InputError
        If there is to be no draw.

    Examples
    --------
    >>> resampled(4, 2, 0)(3).sum(axis=1)
    array([3, 3])
    """
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise InputError(f"draws={draws!r}; at least one draw is needed")
    uniform = generator_of(rng).random((draws, size))

    def multiplicities(number: int) -> NDArray[np.int64]:
        chosen = (uniform[:, :number] * number).astype(np.int64)
        return np.asarray((chosen[:, :, None] == np.arange(number)).sum(axis=1), dtype=np.int64)

    return multiplicities


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
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))


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
        All actors on record by default.
    draws : int
        Bootstrap draws over contests for the interval of kappa.
    rng : int or numpy.random.Generator

    Raises
    ------
    UnknownNameError
        If the snapshot has no such actor, or not the one that the doctrine follows.
    InputError
        If there is to be no draw, or the doctrine predicts what is no sign.

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
    times = resampled(len(snapshot.contests), draws, rng)
    listed = [a.code for a in snapshot.actor_records if a.code in snapshot.actors]
    found = []
    for actor in listed if actors is None else actors:
        asked = [
            (case, predicted, sign)
            for case, sign in cases_of(snapshot, actor)
            if (predicted := doctrine.says(case)) is not None
        ]
        found.append(_of_one(actor, doctrine, asked, times))
    return Adherences(doctrine.name, tuple(found))


def _of_one(
    actor: str,
    doctrine: Doctrine,
    asked: list[tuple[Case, int, int]],
    times: Callable[[int], NDArray[np.int64]],
) -> Adherence:
    predicted = np.array([p for _, p, _ in asked], dtype=np.int64)
    held = np.array([s for _, _, s in asked], dtype=np.int64)
    contests = np.array([case.contest.code for case, _, _ in asked])
    distinct = sorted(set(contests.tolist()))
    kappa, reason = kappa_of(predicted, held)
    hits = int((predicted == held).sum())
    interval = (float("nan"), float("nan"))
    if len(distinct) > 1:
        parts = [_table(predicted[contests == c], held[contests == c]) for c in distinct]
        sampled = _kappas(np.tensordot(times(len(distinct)), np.array(parts), axes=1))
        usable = sampled[~np.isnan(sampled)]
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
