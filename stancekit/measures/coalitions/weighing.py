"""How heavy coalitions are, as shares of a weight, with the errors that the weights bring."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence

from attrs import field, frozen

from stancekit.errors import UnknownNameError, nearest
from stancekit.records.snapshot import Snapshot, WeightColumn

__all__ = ["Shares", "shares_of", "weight_of"]

Groups = Sequence[tuple[str, tuple[str, ...]]]


@frozen(repr=False)
class Shares(Mapping[str, float]):
    r"""How heavy each coalition is, as a share of all actors whose weight is known.

    .. math:: s_G = \frac{\sum_{i \in G} w_i}{W}, \quad W = \sum_i w_i, \qquad
       \mathrm{se}(s_G)^2 = \sum_i \left(\frac{[i \in G] - s_G}{W}\right)^2 \sigma_i^2
       = \frac{(1 - s_G)^2 V_G + s_G^2 (V - V_G)}{W^2}

    with V the sum of all :math:`\sigma_i^2`, and :math:`V_G` of those in the coalition. The
    standard errors are those of the delta method [1]_: of first order, right where the
    errors :math:`\sigma_i` of the weights are small beside the total W. The errors of
    different actors are taken to be independent; estimates made by one model seldom are.
    They say nothing of who is in the coalition.

    An actor of whom nothing is known, not even a weight, changes nothing but ``missing``; one
    with a weight and no stance adds to ``unknown`` and to the total, so that the shares of the
    others fall in one proportion.

    Attributes
    ----------
    weight : str
        The name of the weight.
    shares : tuple of (str, float)
        Claimant and share, in [0, 1]; nan where no weight is known.
    others : tuple of (str, float)
        The shares of those outside every coalition: ``leaning``, ``neutral``, ``opposed``,
        and each kind of absence. An actor in two coalitions counts in both.
    observations : int
        Actors whose weight is known.
    missing : tuple of str
        Actors without a weight; they are in no share.
    total : float
        The sum of the known weights, in the unit of the weight.
    years : tuple of int
        First and last year of the weights that were used.
    reason : str
        Why the shares are nan; empty where they are numbers.
    standard_errors, other_errors : tuple of (str, float)
        Of ``shares`` and of ``others``, 0 or more; nan where an actor that would move the
        share has a weight without a standard error.
    unsure : int
        Actors whose weight is known without a standard error.

    References
    ----------
    .. [1] Oehlert, G. W. (1992). "A note on the delta method". *The American Statistician*
       46(1), 27-29. doi:10.1080/00031305.1992.10475842

    Examples
    --------
    Of 3 and 1, each known to within 0.4: 3/4, give or take
    :math:`\sqrt{(1/16)^2 + (3/16)^2} \cdot 0.4`.

    >>> from stancekit.measures.coalitions import recognition
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest, Weight
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("DNK"), Actor("NOR")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat")], stances=[Stance("DNK", "a", "recognises")],
    ...     weights=[Weight("DNK", "gdp", 2019, 3, 0.4), Weight("NOR", "gdp", 2019, 1, 0.4)],
    ... ).at("2019-04-30")
    >>> shares = recognition(world, "seat").shares("gdp")
    >>> shares["a"], round(shares.standard_error("a"), 4), dict(shares.others)["unknown"]
    (0.75, 0.0791, 0.25)
    """

    weight: str
    shares: tuple[tuple[str, float], ...] = field(eq=repr)  # by repr nan equals nan
    others: tuple[tuple[str, float], ...] = field(eq=repr)
    observations: int
    missing: tuple[str, ...]
    total: float
    years: tuple[int, ...]
    reason: str = ""
    standard_errors: tuple[tuple[str, float], ...] = field(eq=repr, default=())
    other_errors: tuple[tuple[str, float], ...] = field(eq=repr, default=())
    unsure: int = 0

    def __getitem__(self, claimant: str) -> float:
        return _held("claimant", self.shares, claimant)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.shares))

    def __len__(self) -> int:
        return len(self.shares)

    def standard_error(self, claimant: str) -> float:
        """The standard error of the share of a claimant.

        Raises
        ------
        UnknownNameError
            If there is no such claimant.
        """
        return _held("claimant", self.standard_errors, claimant)

    def __repr__(self) -> str:
        told = ", ".join(f"{claimant}: {share:.3f}" for claimant, share in self.shares)
        return f"Shares({self.weight!r}, {told or 'no claimant'}, from {self.observations} known)"

    def _repr_html_(self) -> str:
        errors = [error for _, error in (*self.standard_errors, *self.other_errors)]
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{share:.1%}</td><td>{error:.1%}</td></tr>"
            for (name, share), error in zip((*self.shares, *self.others), errors, strict=True)
            if share != 0
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption><thead><tr><th></th>"
            f"<th>share</th><th>standard error</th></tr></thead><tbody>{rows}</tbody></table>"
        )


def _held(what: str, pairs: tuple[tuple[str, float], ...], name: str) -> float:
    found = dict(pairs)
    if name not in found:
        raise UnknownNameError(what, name, nearest(name, found) or found)
    return found[name]


def weight_of(snapshot: Snapshot, weight: str) -> WeightColumn:
    """A weight of a snapshot by its name.

    Raises
    ------
    UnknownNameError
        If the snapshot has no weight of this name.
    """
    if weight not in snapshot.weights:
        names = list(snapshot.weights)
        raise UnknownNameError("weight", weight, nearest(weight, names) or names)
    return snapshot.weights[weight]


def shares_of(snapshot: Snapshot, weight: str, coalitions: Groups, others: Groups) -> Shares:
    """Weigh coalitions, and those outside all of them, against all who are in either."""
    column = weight_of(snapshot, weight)
    rows = {code: row for row, code in enumerate(snapshot.actors)}
    counted = sorted({actor for _, group in (*coalitions, *others) for actor in group})
    heavy = {actor: float(column.values[rows[actor]]) for actor in counted}
    known = {actor: value for actor, value in heavy.items() if not math.isnan(value)}
    variance = {actor: float(column.standard_errors[rows[actor]]) ** 2 for actor in known}
    years = [int(column.years[rows[actor]]) for actor in known]
    total = math.fsum(known.values())

    def share(group: tuple[str, ...]) -> float:
        held = math.fsum(known.get(actor, 0.0) for actor in group)
        return held / total if total > 0 else float("nan")

    def error(group: tuple[str, ...]) -> float:
        if not total > 0:
            return float("nan")
        mean, inside = share(group), set(group)
        within = math.fsum(v for actor, v in variance.items() if actor in inside)
        beyond = math.fsum(v for actor, v in variance.items() if actor not in inside)
        # an error counts, known or not, only where it would move the share
        parts = [(1 - mean) ** 2 * within] if mean < 1 and within else []
        parts += [mean**2 * beyond] if mean > 0 and beyond else []
        return math.sqrt(sum(parts)) / total

    return Shares(
        weight,
        tuple((name, share(group)) for name, group in coalitions),
        tuple((name, share(group)) for name, group in others),
        len(known),
        tuple(actor for actor in counted if actor not in known),
        total,
        (min(years), max(years)) if years else (),
        "" if total > 0 else f"no actor has a {weight} above 0",
        tuple((name, error(group)) for name, group in coalitions),
        tuple((name, error(group)) for name, group in others),
        sum(math.isnan(v) for v in variance.values()),
    )
