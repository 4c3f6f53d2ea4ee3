"""Banzhaf, Shapley-Shubik and Holler-Packel under a quota or any rule."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from stancekit.measures.power.counting import HOURS, MEMORY, Means, containing, losing_members
from stancekit.measures.power.minimal import in_minimal_winning
from stancekit.measures.power.rules import Number, Player, Rule, Weights, majority
from stancekit.measures.power.truth import truth_table

__all__ = [
    "Banzhaf",
    "HollerPackel",
    "Power",
    "banzhaf",
    "banzhaf_under",
    "holler_packel",
    "holler_packel_under",
    "shapley_shubik",
    "shapley_shubik_under",
]


@frozen(kw_only=True, repr=False)
class Power(Sequence[Fraction]):
    """The power of every player, exactly; a sequence of fractions that sum to 1.

    ``power[0]`` is the power of the first player, ``power["FRA"]`` of the named one.

    Attributes
    ----------
    measure : str
    rule : Rule
    values : tuple of Fraction
    veto : tuple of str or int
        Players without whom nobody wins.

    Examples
    --------
    >>> power = shapley_shubik(3, {"A": 2, "B": 1, "C": 1})
    >>> power
    Power(Shapley-Shubik, 3 players: 'A' 2/3, 'B' 1/6, 'C' 1/6; veto 'A')
    >>> power["A"], sum(power)
    (Fraction(2, 3), Fraction(1, 1))
    """

    measure: str
    rule: Rule
    values: tuple[Fraction, ...]
    veto: tuple[Player, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "veto", self.rule.veto)

    @property
    def players(self) -> tuple[Player, ...]:
        """Names of the players, in the order of the values."""
        return self.rule.players

    @property
    def dummies(self) -> tuple[Player, ...]:
        """Players who never matter."""
        return tuple(p for p, value in zip(self.players, self.values, strict=True) if not value)

    @property
    def observations(self) -> int:
        """The number of players."""
        return len(self.values)

    def __getitem__(self, player: Any) -> Any:
        if isinstance(player, str):
            return self.values[self.rule.place(player)]
        return self.values[player]

    def __iter__(self) -> Iterator[Fraction]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        ranked = sorted(zip(self.players, self.values, strict=True), key=lambda p: -p[1])
        if all(value.denominator < 10**6 for value in self.values):
            told = [f"{player!r} {value}" for player, value in ranked[:4]]
        else:
            told = [f"{player!r} {float(value):.4f}" for player, value in ranked[:4]]
        more = ", ..." if len(ranked) > 4 else ""
        veto = f"; veto {', '.join(map(repr, self.veto[:5]))}" if self.veto else ""
        return (
            f"{type(self).__name__}({self.measure}, {len(self)} players: "
            f"{', '.join(told)}{more}{veto})"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(str(player))}</th><td>{float(value):.6f}</td></tr>"
            for player, value in zip(self.players, self.values, strict=True)
        )
        return f"<table><caption>{html.escape(repr(self))}</caption><tbody>{rows}</tbody></table>"


@frozen(kw_only=True, repr=False)
class Banzhaf(Power):
    """Normalised Banzhaf power, with the swings behind it.

    Attributes
    ----------
    swings : tuple of int
        Coalitions that lose, and win when the player joins.
    raw : tuple of Fraction
        The same over all coalitions of the others: the chance to decide when every other
        player tosses a coin.

    Examples
    --------
    >>> found = banzhaf(3, [2, 1, 1])
    >>> found.swings, found.raw[0], found[0]
    ((3, 1, 1), Fraction(3, 4), Fraction(3, 5))
    """

    swings: tuple[int, ...]

    @property
    def raw(self) -> tuple[Fraction, ...]:
        """Swings over 2**(n - 1)."""
        return tuple(Fraction(count, 1 << (len(self) - 1)) for count in self.swings)


@frozen(kw_only=True, repr=False)
class HollerPackel(Power):
    """Holler-Packel power, with the minimal winning coalitions behind it.

    Attributes
    ----------
    memberships : tuple of int
        Minimal winning coalitions that each player is in.

    Examples
    --------
    >>> holler_packel(3, [2, 1, 1]).memberships
    (2, 1, 1)
    """

    memberships: tuple[int, ...]


def _direction(weights: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Weights without their common divisor, and that divisor."""
    shared = math.gcd(*weights)
    return tuple(weight // shared for weight in weights), shared


def _one_weighting(rule: Rule) -> tuple[tuple[int, ...], list[int], Fraction] | None:
    """One weighting and, for each number of members, the weight that wins; if that suffices.

    A majority of equal weights asks only for a number of members, so any of them may go
    with one other weighting.
    """
    size = len(rule.players)
    heads = (1,) * size
    units = {_direction(m.weights)[0]: m.unit for clause in rule.clauses for m in clause}
    kinds = units.keys() - {heads}
    if len(kinds) > 1:
        return None
    weights = kinds.pop() if kinds else heads
    never = sum(weights) + 1
    limits = []
    for members in range(size + 1):
        least = never
        for clause in rule.clauses:
            needed = 0
            for m in clause:
                direction, shared = _direction(m.weights)
                quota = -(-m.quota // shared)
                if direction != heads or weights == heads:
                    needed = max(needed, quota)
                elif members < quota:
                    needed = never
            least = min(least, needed)
        limits.append(least)
    return weights, limits, units.get(weights, Fraction(1))


def _dual(weights: tuple[int, ...], limits: list[int]) -> list[int]:
    """Limits of the game in which a coalition wins if the rest loses; it has the same swings."""
    total = sum(weights)
    return [total + 1 - limit for limit in reversed(limits)]


def _swings_by_size(rule: Rule, memory: int, hours: float) -> list[list[int]]:
    """For each player and size s, losing coalitions of s others that win with the player."""
    size = len(rule.players)
    plain = _one_weighting(rule)
    if plain is None:
        return truth_table(size, [[(m.quota, m.weights) for m in c] for c in rule.clauses])[0]
    weights, limits, unit = plain
    least = min(limits, _dual(weights, limits), key=max)
    ((losing, members),) = losing_members(weights, [least], Means(memory, hours, unit))
    return [
        [losing[s] - with_[s] - with_[s + 1] for s in range(size)]  # the game is monotone
        for with_ in members
    ]


def banzhaf(
    quota: Number, weights: Weights, *, memory: int = MEMORY, hours: float = HOURS
) -> Banzhaf:
    r"""Banzhaf power under a quota: how often a player's joining makes a coalition win.

    .. math:: \beta_i = \eta_i / \sum_j \eta_j, \quad
       \eta_i = \#\{S \not\ni i : w(S) < q \le w(S) + w_i\}

    Parameters
    ----------
    quota, weights
        As for `majority`.
    memory : int
        Bytes that counting may take, 2 GiB if nothing else is said.
    hours : float
        Time that it may take, by a rough forecast for one core; 1 if nothing else is said.

    Returns
    -------
    Banzhaf
        A sequence of fractions that sum to 1; ``.swings`` and ``.raw`` (swings over
        :math:`2^{n-1}`, Penrose's measure) beside it.

    Raises
    ------
    InputError
        As for `majority`; or, at once, if the counts would take more than ``memory`` or
        ``hours``: it says how coarse weights would fit (`rounded`, `banzhaf_bounds`).

    Notes
    -----
    Up to some 46 players of any weights, or more if many weigh the same, are counted by two
    halves. More by the generating function :math:`\prod_i (1 + x^{w_i})` [3]_ modulo several
    numbers, for all players together: with T the weight of all but the few heaviest, whose
    choices are listed, a table of T / 2 words of 4, 2 or 1 bytes, and n * T / 2 additions for
    each modulus at most. The 193 members of the United Nations by population are counted in
    single persons with ``memory=4 << 30``.

    References
    ----------
    .. [1] Banzhaf, J. F. (1965). "Weighted voting doesn't work: a mathematical analysis".
       *Rutgers Law Review* 19, 317-343.
    .. [2] Penrose, L. S. (1946). "The elementary statistics of majority voting". *Journal
       of the Royal Statistical Society* 109(1), 53-57.
    .. [3] Brams, S. J., Affuso, P. J. (1976). "Power and size: a new paradox". *Theory and
       Decision* 7, 29-56. doi:10.1007/BF00141101

    Examples
    --------
    The Security Council: 39 of five times 7 and ten times 1.

    >>> council = banzhaf(39, [7] * 5 + [1] * 10)
    >>> council[0], council[14], council.veto
    (Fraction(106, 635), Fraction(21, 1270), (0, 1, 2, 3, 4))
    """
    return banzhaf_under(majority(quota, weights), memory=memory, hours=hours)


def banzhaf_under(rule: Rule, *, memory: int = MEMORY, hours: float = HOURS) -> Banzhaf:
    """Banzhaf power under any rule, for instance a double majority.

    Definition and sources as for `banzhaf`. A single majority is counted as there; one
    weighting beside numbers of members likewise, but with sizes (reach as for
    `shapley_shubik`); with several weightings all coalitions are listed, for at most 27
    players.

    Raises
    ------
    InputError
        If the counts are out of reach.

    Examples
    --------
    >>> from stancekit.measures.power import majority
    >>> people, heads = {"A": 80, "B": 15, "C": 5}, dict.fromkeys("ABC", 1)
    >>> banzhaf_under(majority(2, heads) & majority(65, people)).swings
    (3, 1, 1)
    """
    if len(rule.clauses) == 1 and len(rule.clauses[0]) == 1:
        (only,) = rule.clauses[0]
        total = sum(only.weights)
        # the game and its dual have the same swings; count the one with the lower quota
        least = min(only.quota, total - only.quota + 1)
        means = Means(memory, hours, only.unit)
        ((losing, members),) = containing(only.weights, [least], means)
        swings = [losing - 2 * with_ for with_ in members]
    else:
        swings = [sum(by_size) for by_size in _swings_by_size(rule, memory, hours)]
    total = sum(swings)
    return Banzhaf(
        measure="Banzhaf",
        rule=rule,
        values=tuple(Fraction(count, total) for count in swings),
        swings=tuple(swings),
    )


def shapley_shubik(
    quota: Number, weights: Weights, *, memory: int = MEMORY, hours: float = HOURS
) -> Power:
    r"""Shapley-Shubik power under a quota: the chance to be pivotal in a random order.

    .. math:: \phi_i = \sum_s \frac{s! (n - 1 - s)!}{n!} \,
       \#\{S \not\ni i : |S| = s, w(S) < q \le w(S) + w_i\}

    Parameters
    ----------
    quota, weights
        As for `majority`.
    memory : int
        Bytes that counting may take, 2 GiB if nothing else is said.
    hours : float
        Time that it may take, by a rough forecast for one core; 1 if nothing else is said.

    Returns
    -------
    Power
        A sequence of fractions that sum to 1.

    Raises
    ------
    InputError
        As for `majority`; or, at once, if the counts would take more than ``memory`` or
        ``hours``: it says how coarse weights would fit (`rounded`, `shapley_shubik_bounds`).

    Notes
    -----
    As in `banzhaf`, with a row for each size, by :math:`\prod_i (1 + t x^{w_i})` [2]_: some
    n / 2 times as long, and as large.

    References
    ----------
    .. [1] Shapley, L. S., Shubik, M. (1954). "A method for evaluating the distribution of
       power in a committee system". *American Political Science Review* 48(3), 787-792.
       doi:10.2307/1951053
    .. [2] Mann, I., Shapley, L. S. (1962). "Values of large games, VI: evaluating the
       electoral college exactly". RAND Corporation, RM-3158.

    Examples
    --------
    The Security Council: 39 of five times 7 and ten times 1.

    >>> council = shapley_shubik(39, [7] * 5 + [1] * 10)
    >>> council[0], council[14]
    (Fraction(421, 2145), Fraction(4, 2145))
    """
    return shapley_shubik_under(majority(quota, weights), memory=memory, hours=hours)


def shapley_shubik_under(rule: Rule, *, memory: int = MEMORY, hours: float = HOURS) -> Power:
    """Shapley-Shubik power under any rule, for instance a double majority.

    Definition, sources and reach as for `shapley_shubik`; with several weightings all
    coalitions are listed, for at most 27 players.

    Raises
    ------
    InputError
        If the counts are out of reach.

    Examples
    --------
    >>> from stancekit.measures.power import majority
    >>> people, heads = {"A": 80, "B": 15, "C": 5}, dict.fromkeys("ABC", 1)
    >>> shapley_shubik_under(majority(2, heads) & majority(65, people)).values
    (Fraction(2, 3), Fraction(1, 6), Fraction(1, 6))
    """
    size = len(rule.players)
    orders = [math.factorial(s) * math.factorial(size - 1 - s) for s in range(size)]
    whole = math.factorial(size)
    found: dict[tuple[int, ...], Fraction] = {}  # players of equal weight share one sum
    values = []
    for by_size in map(tuple, _swings_by_size(rule, memory, hours)):
        if by_size not in found:
            pivots = sum(count * order for count, order in zip(by_size, orders, strict=True))
            found[by_size] = Fraction(pivots, whole)
        values.append(found[by_size])
    return Power(measure="Shapley-Shubik", rule=rule, values=tuple(values))


def holler_packel(
    quota: Number, weights: Weights, *, memory: int = MEMORY, hours: float = HOURS
) -> HollerPackel:
    r"""Holler-Packel power under a quota (the public good index).

    .. math:: h_i = m_i / \sum_j m_j

    with :math:`m_i` the number of minimal winning coalitions that i is in: those that lose
    when any member leaves. A heavier player may have less of it than a lighter one.

    Parameters
    ----------
    quota, weights
        As for `majority`.
    memory : int
        Bytes that counting may take, 2 GiB if nothing else is said.
    hours : float
        Time that it may take, by a rough forecast for one core; 1 if nothing else is said.

    Returns
    -------
    HollerPackel
        A sequence of fractions that sum to 1; the counts are ``.memberships``.

    Raises
    ------
    InputError
        As for `majority`; or, at once, if the counts would take more than ``memory`` (8 bytes
        times the quota, for many players of many weights) or ``hours``: it says how coarse
        weights would fit (`rounded`).

    References
    ----------
    .. [1] Holler, M. J., Packel, E. W. (1983). "Power, luck and the right index".
       *Zeitschrift für Nationalökonomie* (*Journal of Economics*) 43(1), 21-29.

    Examples
    --------
    >>> holler_packel(51, [35, 20, 15, 15, 15]).values[:2]
    (Fraction(4, 15), Fraction(2, 15))
    """
    return holler_packel_under(majority(quota, weights), memory=memory, hours=hours)


def holler_packel_under(rule: Rule, *, memory: int = MEMORY, hours: float = HOURS) -> HollerPackel:
    """Holler-Packel power under any rule.

    Definition, source and, for a single majority, reach as for `holler_packel`; under any
    other rule all coalitions are listed, for at most 27 players.

    Raises
    ------
    InputError
        If the counts are out of reach.

    Examples
    --------
    >>> from stancekit.measures.power import majority
    >>> people, heads = {"A": 80, "B": 15, "C": 5}, dict.fromkeys("ABC", 1)
    >>> holler_packel_under(majority(2, heads) & majority(65, people)).memberships
    (2, 1, 1)
    """
    if len(rule.clauses) == 1 and len(rule.clauses[0]) == 1:
        (only,) = rule.clauses[0]
        members = in_minimal_winning(only.weights, only.quota, Means(memory, hours, only.unit))
    else:
        _, members = truth_table(
            len(rule.players), [[(m.quota, m.weights) for m in clause] for clause in rule.clauses]
        )
    total = sum(members)
    return HollerPackel(
        measure="Holler-Packel",
        rule=rule,
        values=tuple(Fraction(count, total) for count in members),
        memberships=tuple(members),
    )
