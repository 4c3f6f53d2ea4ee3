"""How alike two actors are: agreement statistics, with the number of shared observations.

Positions are numbers on a declared scale, nan where there is none; a statistic
uses the items on which both actors took a position, and says how many they are.
Each statistic is a function of two rows; ``pairwise`` and ``between`` take it
over all pairs at once.  What is undefined is nan, with a reason.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from stancekit.errors import InputError
from stancekit.measures import reliability, resampling
from stancekit.measures.contingency import (
    LINEAR,
    NOMINAL,
    QUADRATIC,
    Difference,
    Formula,
    Ordering,
    either_margin,
    own_margins,
)
from stancekit.measures.pairs import Agreement, Intervals, PairwiseAgreement, PermutationTest
from stancekit.measures.panel import Panel, row
from stancekit.records.snapshot import Snapshot

__all__ = [
    "Statistic",
    "absence_as_middle",
    "alpha",
    "between",
    "interval",
    "kappa",
    "kappa_linear",
    "kappa_quadratic",
    "pairwise",
    "permutation_test",
    "raw",
    "s_score",
    "s_score_squared",
    "scott_pi",
    "scott_pi_linear",
    "scott_pi_quadratic",
    "tau_b",
]

#: A function of two rows of positions; the ones below also take ``scale`` and ``weights``.
Statistic = Callable[..., float]

Positions = npt.ArrayLike | Snapshot
Row = npt.ArrayLike
Scale = tuple[float, float] | None
Weights = npt.ArrayLike | None


def pairwise(
    positions: Positions,
    statistic: Statistic,
    *,
    scale: Scale = None,
    weights: Weights = None,
) -> PairwiseAgreement:
    """A statistic for all pairs of actors at once.

    Parameters
    ----------
    positions : (A, n) array_like of float, or Snapshot
        One row an actor, one column an item; nan (or None) where there is no position.
        Of a snapshot, the values; its scale is (-1, 1).
    statistic : callable
        One of this module, or any function of two complete rows that returns a float
        (called pair by pair).
    scale : (low, high), optional
        The ends of the scale on which positions were taken, never read off the data.
        `s_score` and `s_score_squared` need it; for the other statistics it cancels, and
        only checks the positions.
    weights : (n,) array_like of float, optional
        Weight of each item, 0 or more; only their ratios matter. Items of weight 0 are
        left out and not counted as observations.

    Returns
    -------
    PairwiseAgreement
        ``.values``, ``.observations`` and ``.reasons``, each (A, A). The diagonal
        compares an actor with itself.

    Raises
    ------
    InputError
        If positions are infinite or off the scale, or shapes do not fit.

    Notes
    -----
    With up to 16 different positions: matrix products of the indicators of (actor,
    position) by items, A**2 L**2 n multiply-adds, in working memory of some 50 MB
    beside the results. With more, a loop over pairs.

    Examples
    --------
    Votes, 1 no, 2 abstain, 3 yes; the third state was absent from the first two:

    >>> votes = [[3, 1, 3, 2], [3, 1, 1, 2], [None, None, 1, 2]]
    >>> found = pairwise(votes, s_score, scale=(1, 3))
    >>> found.values[0]
    array([1. , 0.5, 0. ])
    >>> found.observations[0]
    array([4, 4, 2])

    No actors, no pairs:

    >>> pairwise(np.empty((0, 5)), raw).values.shape
    (0, 0)
    """
    panel = Panel.of(positions, scale, weights)
    return _compared(panel, panel, statistic)


def between(
    first: Positions,
    second: Positions,
    statistic: Statistic,
    *,
    scale: Scale = None,
    weights: Weights = None,
) -> PairwiseAgreement:
    """A statistic for every actor of one group with every actor of another.

    Parameters
    ----------
    first, second : (A, n), (B, n) array_like of float, or Snapshot
        Positions on the same items; nan where there is none.
    statistic, scale, weights
        As for `pairwise`.

    Returns
    -------
    PairwiseAgreement
        (A, B).

    Raises
    ------
    InputError
        As for `pairwise`, or if the groups do not share their items.

    Examples
    --------
    >>> between([[3, 1, 3]], [[3, 1, 1], [1, 3, 1]], raw).values.round(3)
    array([[0.667, 0.   ]])
    """
    one, other = Panel.of(first, scale, weights), Panel.of(second, scale, weights)
    return _compared(one, other, statistic)


def interval(
    positions: Positions,
    statistic: Statistic,
    *,
    scale: Scale = None,
    weights: Weights = None,
    draws: int = 1000,
    coverage: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> Intervals:
    """Bootstrap intervals for all pairs: items drawn with replacement.

    Every draw takes n of the n items with replacement, the same ones for all pairs, so
    that pairs can be compared; the ends are percentiles of the statistic over the draws.

    Parameters
    ----------
    positions, statistic, scale, weights
        As for `pairwise`; the statistic is one of this module. An item keeps its weight.
    draws : int
    coverage : float
        In (0, 1).
    rng : int or Generator

    Returns
    -------
    Intervals

    Raises
    ------
    InputError
        As for `pairwise`, or if ``draws`` or ``coverage`` is out of range.

    Notes
    -----
    The interval speaks about other items of the same kind, drawn independently. Roll
    calls come in families of near copies, and then it is too narrow: resample
    sessions instead. Cost: A**2 L n draws / 2 multiply-adds in matrix products, and
    draws x n single-precision numbers of memory.

    References
    ----------
    .. [1] Efron, B., Tibshirani, R. (1986). "Bootstrap methods for standard errors,
       confidence intervals, and other measures of statistical accuracy". *Statistical
       Science* 1(1), 54-75. doi:10.1214/ss/1177013815

    Examples
    --------
    >>> found = interval([[3, 1, 3, 2], [3, 1, 1, 2]], s_score, scale=(1, 3), draws=500)
    >>> float(found.values[0, 1]), float(found.upper[0, 1])
    (0.5, 1.0)
    """
    resampling.check_draws(draws)
    if not 0 < coverage < 1:
        raise InputError(f"coverage={coverage!r}; a coverage lies between 0 and 1")
    panel, formula = Panel.of(positions, scale, weights), _own_formula(statistic)
    values, reasons, observed = panel.against(panel, formula)
    lower, upper, undefined = resampling.bootstrap(panel, formula, draws, coverage, rng)
    return Intervals(
        values=values,
        lower=np.where(np.isnan(values), np.nan, lower),
        upper=np.where(np.isnan(values), np.nan, upper),
        observations=observed,
        undefined=undefined,
        reasons=reasons,
        coverage=float(coverage),
        draws=draws,
        rows=panel.names,
        columns=panel.names,
        statistic=_name(statistic),
    )


def permutation_test(
    positions: Positions,
    statistic: Statistic,
    *,
    scale: Scale = None,
    weights: Weights = None,
    draws: int = 999,
    rng: int | np.random.Generator = 0,
) -> PermutationTest:
    """Test each pair against chance: the items of the one shuffled against the other's.

    Both actors keep how often they took each position on their shared items; only which
    goes with which is random. ``more`` is (1 + draws with at least the observed value)
    / (1 + draws), which is never zero [1]_; ``less`` likewise.

    Parameters
    ----------
    positions, statistic, scale, weights
        As for `pairwise`; the statistic is one of this module. Weights stay with the
        items of the row actor.
    draws : int
    rng : int or Generator

    Returns
    -------
    PermutationTest

    Raises
    ------
    InputError
        As for `pairwise`, or if ``draws`` is less than 1.

    References
    ----------
    .. [1] Phipson, B., Smyth, G. K. (2010). "Permutation P-values should never be zero".
       *Statistical Applications in Genetics and Molecular Biology* 9(1), article 39.
       doi:10.2202/1544-6115.1585

    Examples
    --------
    >>> found = permutation_test([[1, 1, 3, 3], [1, 1, 3, 3]], kappa, draws=199)
    >>> float(found.values[0, 1]), float(found.less[0, 1])
    (1.0, 1.0)
    """
    resampling.check_draws(draws)
    panel, formula = Panel.of(positions, scale, weights), _own_formula(statistic)
    values, reasons, observed = panel.against(panel, formula)
    expected, more, less = resampling.permute(panel, formula, values, draws, rng)
    return PermutationTest(
        values=values,
        expected=expected,
        more=more,
        less=less,
        observations=observed,
        reasons=reasons,
        draws=draws,
        rows=panel.names,
        columns=panel.names,
        statistic=_name(statistic),
    )


def absence_as_middle(
    positions: Positions, *, scale: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """Fill every missing position with the middle of the scale: the stated alternative.

    Some published agreement scores count an absent state as one that abstained. This
    does the same, in the open, so that its effect can be shown; it is not advice. It
    cannot tell an absent member from a state that was no member.

    Parameters
    ----------
    positions : (A, n) array_like of float, or Snapshot
    scale : (low, high)

    Returns
    -------
    (A, n) float64
        A copy, with (low + high) / 2 where the position was nan.

    Raises
    ------
    InputError
        If positions are off the scale.

    Examples
    --------
    >>> votes = [[3, None, 1, 3], [1, 1, None, 3]]
    >>> float(pairwise(votes, s_score, scale=(1, 3)).values[0, 1])
    0.0
    >>> filled = absence_as_middle(votes, scale=(1, 3))
    >>> float(pairwise(filled, s_score, scale=(1, 3)).values[0, 1])
    0.0
    """
    values = Panel.of(positions, scale, None).values
    middle = scale[0] / 2.0 + scale[1] / 2.0
    filled = np.where(np.isnan(values), middle, values)
    filled.setflags(write=False)
    return filled


def alpha(
    positions: Positions,
    metric: reliability.Metric,
    *,
    scale: Scale = None,
    weights: Weights = None,
) -> Agreement:
    r"""Krippendorff's alpha: agreement among all actors at once.

    .. math:: \alpha = 1 - D_o / D_e

    with :math:`D_o` the mean difference of two positions on one item, each item's pairs
    counted :math:`1 / (m_u - 1)` for its :math:`m_u` positions, and :math:`D_e` the mean
    difference of any two of all those positions, without replacement [1]_.

    Parameters
    ----------
    positions : (A, n) array_like of float, or Snapshot
        nan where missing. Items with fewer than two positions say nothing.
    metric : Metric
        ``NOMINAL`` (equal or not), ``ORDINAL`` (squared difference in mean rank) or
        ``INTERVAL`` (squared difference in value).
    scale : (low, high), optional
        Checks the positions only; it cancels.
    weights : (n,) array_like of float, optional
        Relative weights of the items, scaled to mean 1 over those that count.

    Returns
    -------
    Agreement
        In [-1, 1]; 1 for perfect agreement, about 0 for chance. ``observations`` is the
        number of positions that could be paired. nan with a reason if no item has two
        positions, or all positions are equal.

    Raises
    ------
    InputError
        As for `pairwise`, or if the metric is none of the three.

    References
    ----------
    .. [1] Hayes, A. F., Krippendorff, K. (2007). "Answering the call for a standard
       reliability measure for coding data". *Communication Methods and Measures* 1(1),
       77-89. doi:10.1080/19312450709336664

    Examples
    --------
    >>> from stancekit.measures.reliability import Metric
    >>> alpha([[1, 2, 3, 3], [1, 2, 3, None]], Metric.ORDINAL)
    Agreement(1.0, observations=6)
    >>> alpha([[2, 2], [2, 2]], Metric.NOMINAL).reason
    'constant data'
    """
    panel = Panel.of(positions, scale, weights)
    value, observed, reason = reliability.krippendorff(panel.values, metric, panel.weights)
    return Agreement(value, observed, reason)


def raw(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Share of shared items on which two actors took the same position.

    .. math:: A = \sum_i w_i [x_i = y_i] \Big/ \sum_i w_i

    Parameters
    ----------
    a, b : (n,) array_like of float
        Positions on the same items; nan where missing.
    scale, weights
        As for `pairwise`; the scale cancels.

    Returns
    -------
    Agreement
        In [0, 1].

    References
    ----------
    .. [1] Lijphart, A. (1963). "The analysis of bloc voting in the General Assembly: a
       critique and a proposal". *American Political Science Review* 57(4), 902-917.

    Examples
    --------
    >>> raw([3, 2, None], [3, 1, 1])
    Agreement(0.5, observations=2)
    """
    return _pair(raw, a, b, scale, weights)


def s_score(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Signorino and Ritter's S: one less twice the mean distance, in widths of the scale.

    .. math:: S = 1 - 2 \sum_i w_i |x_i - y_i| \Big/ \Big( (h - l) \sum_i w_i \Big)

    Parameters
    ----------
    a, b : (n,) array_like of float
        Positions on the same items; nan where missing.
    scale : (low, high)
        The ends l and h of the scale; needed, unless positions are a snapshot's.
    weights : (n,) array_like of float, optional

    Returns
    -------
    Agreement
        In [-1, 1]: 1 for equal positions, -1 for opposite ends throughout. Not corrected
        for chance: two actors that both vote yes nearly always score high.

    Raises
    ------
    InputError
        If no scale is given, or positions are off it.

    References
    ----------
    .. [1] Signorino, C. S., Ritter, J. M. (1999). "Tau-b or not tau-b: measuring the
       similarity of foreign policy positions". *International Studies Quarterly* 43(1),
       115-144. doi:10.1111/0020-8833.00113

    Examples
    --------
    >>> s_score([3, 1, 2, None], [3, 3, 1, 1], scale=(1, 3))
    Agreement(0.0, observations=3)
    """
    return _pair(s_score, a, b, scale, weights)


def s_score_squared(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""S with squared distances.

    .. math:: S = 1 - 2 \sum_i w_i (x_i - y_i)^2 \Big/ \Big( (h - l)^2 \sum_i w_i \Big)

    Parameters, range and errors as for `s_score`; a step next door costs less than half
    of the whole way. Named as a variant by Häge [1]_.

    References
    ----------
    .. [1] Häge, F. M. (2011). "Choice or circumstance? Adjusting measures of foreign
       policy similarity for chance agreement". *Political Analysis* 19(3), 287-305.
       doi:10.1093/pan/mpr023

    Examples
    --------
    >>> s_score_squared([3, 1, 2, 3], [3, 3, 1, 3], scale=(1, 3))
    Agreement(0.375, observations=4)
    """
    return _pair(s_score_squared, a, b, scale, weights)


def kappa(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Cohen's kappa: agreement beyond what each actor's own habits would give.

    .. math:: \kappa = 1 - D_o / D_e, \quad
       D_o = \sum_{lm} p_{lm} d_{lm}, \quad D_e = \sum_{lm} p_{l+} p_{+m} d_{lm}

    with :math:`p_{lm}` the share of shared items at level l of the one and m of the
    other, and :math:`d_{lm} = [l \ne m]`.

    Parameters
    ----------
    a, b : (n,) array_like of float
        Positions on the same items; nan where missing.
    scale, weights
        As for `pairwise`; the scale cancels, and a level that nobody took changes nothing.

    Returns
    -------
    Agreement
        At most 1; 0 is chance. nan, ``constant data``, if both took one and the same
        position throughout.

    References
    ----------
    .. [1] Cohen, J. (1960). "A coefficient of agreement for nominal scales".
       *Educational and Psychological Measurement* 20(1), 37-46.
       doi:10.1177/001316446002000104

    Examples
    --------
    >>> kappa([3, 3, 1, 1], [3, 3, 1, 3])
    Agreement(0.5, observations=4)
    >>> kappa([3, 3], [3, 3])
    Agreement(nan, observations=2, reason='constant data')
    """
    return _pair(kappa, a, b, scale, weights)


def kappa_linear(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Cohen's kappa with linear weights: `kappa` with :math:`d_{lm} = |x_l - x_m|`.

    The difference is one of values, so on equally spaced levels it is the usual
    :math:`|l - m|`; for weights by rank on uneven levels, pass ranks.

    Parameters, range and errors as for `kappa`.

    References
    ----------
    .. [1] Cohen, J. (1968). "Weighted kappa: nominal scale agreement provision for scaled
       disagreement or partial credit". *Psychological Bulletin* 70(4), 213-220.
       doi:10.1037/h0026256

    Examples
    --------
    >>> kappa_linear([3, 3, 1, 1], [3, 2, 1, 1])
    Agreement(0.75, observations=4)
    """
    return _pair(kappa_linear, a, b, scale, weights)


def kappa_quadratic(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Cohen's kappa with quadratic weights: `kappa` with :math:`d_{lm} = (x_l - x_m)^2`.

    Parameters, range and errors as for `kappa`; source as for `kappa_linear`.

    References
    ----------
    .. [1] Cohen, J. (1968). "Weighted kappa: nominal scale agreement provision for scaled
       disagreement or partial credit". *Psychological Bulletin* 70(4), 213-220.
       doi:10.1037/h0026256

    Examples
    --------
    >>> round(kappa_quadratic([3, 3, 1, 1], [3, 2, 1, 1]), 6)
    0.857143
    """
    return _pair(kappa_quadratic, a, b, scale, weights)


def scott_pi(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Scott's pi: agreement beyond what the two actors' pooled habits would give.

    .. math:: \pi = 1 - D_o / D_e, \quad D_e = \sum_{lm} \bar p_l \bar p_m d_{lm}, \quad
       \bar p_l = (p_{l+} + p_{+l}) / 2

    with the rest as in `kappa`. Having different habits counts as disagreement here,
    and is forgiven by kappa.

    Parameters
    ----------
    a, b, scale, weights
        As for `kappa`.

    Returns
    -------
    Agreement
        In [-1, 1]; 0 is chance. nan as for `kappa`.

    References
    ----------
    .. [1] Scott, W. A. (1955). "Reliability of content analysis: the case of nominal
       scale coding". *Public Opinion Quarterly* 19(3), 321-325. doi:10.1086/266577

    Examples
    --------
    >>> scott_pi([3, 3], [1, 1])
    Agreement(-1.0, observations=2)
    """
    return _pair(scott_pi, a, b, scale, weights)


def scott_pi_linear(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Scott's pi with linear weights: `scott_pi` with :math:`d_{lm} = |x_l - x_m|`.

    Parameters, range and errors as for `scott_pi`.

    References
    ----------
    .. [1] Häge, F. M. (2011). "Choice or circumstance? Adjusting measures of foreign
       policy similarity for chance agreement". *Political Analysis* 19(3), 287-305.
       doi:10.1093/pan/mpr023

    Examples
    --------
    >>> round(scott_pi_linear([3, 3, 1, 1], [3, 2, 1, 1]), 6)
    0.741935
    """
    return _pair(scott_pi_linear, a, b, scale, weights)


def scott_pi_quadratic(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Scott's pi with quadratic weights: `scott_pi` with :math:`d_{lm} = (x_l - x_m)^2`.

    Parameters, range and errors as for `scott_pi`.

    References
    ----------
    .. [1] Häge, F. M. (2011). "Choice or circumstance? Adjusting measures of foreign
       policy similarity for chance agreement". *Political Analysis* 19(3), 287-305.
       doi:10.1093/pan/mpr023

    Examples
    --------
    >>> round(scott_pi_quadratic([3, 3, 1, 1], [3, 2, 1, 1]), 6)
    0.854545
    """
    return _pair(scott_pi_quadratic, a, b, scale, weights)


def tau_b(
    a: Row, b: Row, *, scale: Scale = None, weights: Weights = None
) -> Agreement:
    r"""Kendall's tau-b: do the items on which one is higher tend to be the other's too.

    .. math:: \tau_b = \frac{\sum_{ij} w_i w_j \operatorname{sgn}(x_i - x_j)
       \operatorname{sgn}(y_i - y_j)}{\sqrt{\sum_{ij} w_i w_j [x_i \ne x_j]
       \sum_{ij} w_i w_j [y_i \ne y_j]}}

    over pairs i, j of shared items. It measures association, not agreement: two actors
    that always differ by one step have tau-b 1.

    Parameters
    ----------
    a, b, scale, weights
        As for `kappa`; only the order of positions matters.

    Returns
    -------
    Agreement
        In [-1, 1]; nan, ``constant data``, if either took the same position throughout.

    References
    ----------
    .. [1] Kendall, M. G. (1945). "The treatment of ties in ranking problems".
       *Biometrika* 33(3), 239-251. doi:10.1093/biomet/33.3.239

    Examples
    --------
    >>> tau_b([1, 2, 3], [1, 3, 2]).observations
    3
    >>> round(tau_b([1, 2, 3], [1, 3, 2]), 6)
    0.333333
    >>> tau_b([1, 2, 3], [2, 2, 2]).reason
    'constant data'
    """
    return _pair(tau_b, a, b, scale, weights)


def _name(statistic: Statistic) -> str:
    return str(getattr(statistic, "__name__", statistic))


def _compared(one: Panel, other: Panel, statistic: Statistic) -> PairwiseAgreement:
    if statistic in _FORMULAS:
        values, reasons, observed = one.against(other, _FORMULAS[statistic])
    elif one.weights is None:
        values, reasons, observed = one.pair_by_pair(other, lambda x, y, _: statistic(x, y))
    else:
        raise InputError(
            f"weights were given for {_name(statistic)}, which is not a statistic of this "
            "module and takes two rows only; leave the weights out"
        )
    return PairwiseAgreement(
        values=values,
        observations=observed,
        reasons=reasons,
        rows=one.names,
        columns=other.names,
        statistic=_name(statistic),
    )


def _own_formula(statistic: Statistic) -> Formula:
    if statistic not in _FORMULAS:
        known = ", ".join(_name(each) for each in _FORMULAS)
        raise InputError(f"{_name(statistic)} cannot be resampled; the statistics are {known}")
    return _FORMULAS[statistic]


def _pair(statistic: Statistic, a: Row, b: Row, scale: Scale, weights: Weights) -> Agreement:
    one, other = Panel.of(row(a), scale, weights), Panel.of(row(b), scale, weights)
    values, reasons, observed = one.against(other, _FORMULAS[statistic])
    return Agreement(float(values[0, 0]), int(observed[0, 0]), str(reasons[0, 0]))


_FORMULAS: dict[Statistic, Formula] = {
    raw: Difference(NOMINAL),
    s_score: Difference(LINEAR, factor=2.0),
    s_score_squared: Difference(QUADRATIC, factor=2.0),
    kappa: Difference(NOMINAL, own_margins),
    kappa_linear: Difference(LINEAR, own_margins),
    kappa_quadratic: Difference(QUADRATIC, own_margins),
    scott_pi: Difference(NOMINAL, either_margin),
    scott_pi_linear: Difference(LINEAR, either_margin),
    scott_pi_quadratic: Difference(QUADRATIC, either_margin),
    tau_b: Ordering(),
}
