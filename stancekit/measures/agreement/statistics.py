"""The agreement statistics of one pair of actors, each with its formula and its source."""

from __future__ import annotations

from collections.abc import Callable

import numpy.typing as npt

from stancekit.measures.agreement.contingency import (
    LINEAR,
    NOMINAL,
    QUADRATIC,
    Difference,
    Formula,
    Ordering,
    either_margin,
    own_margins,
)
from stancekit.measures.agreement.pairs import Agreement
from stancekit.measures.agreement.panel import Panel, row

__all__ = [
    "FORMULAS",
    "Statistic",
    "kappa",
    "kappa_linear",
    "kappa_quadratic",
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

Row = npt.ArrayLike
Scale = tuple[float, float] | None
Weights = npt.ArrayLike | None


def raw(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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


def s_score(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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


def s_score_squared(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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


def kappa(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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
        In [-1, 1]; 0 is chance. nan, ``constant data``, if both took one and the same
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


def kappa_linear(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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


def kappa_quadratic(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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


def scott_pi(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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


def scott_pi_linear(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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


def tau_b(a: Row, b: Row, *, scale: Scale = None, weights: Weights = None) -> Agreement:
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


def _pair(statistic: Statistic, a: Row, b: Row, scale: Scale, weights: Weights) -> Agreement:
    one, other = Panel.of(row(a), scale, weights), Panel.of(row(b), scale, weights)
    ((values, reasons, observed),) = one.against(other, [FORMULAS[statistic]])
    return Agreement(float(values[0, 0]), int(observed[0, 0]), str(reasons[0, 0]))


#: What each statistic is made of; how all pairs are taken at once.
FORMULAS: dict[Statistic, Formula] = {
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
