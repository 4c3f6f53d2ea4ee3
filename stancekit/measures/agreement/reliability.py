"""Krippendorff's alpha from the positions of any number of actors, without tables of pairs."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from stancekit.errors import InputError
from stancekit.measures.agreement.contingency import encode, levels_of
from stancekit.measures.agreement.pairs import Agreement
from stancekit.measures.agreement.panel import CONSTANT, NOT_SHARED, Panel
from stancekit.records.snapshot import Snapshot

__all__ = ["Metric", "alpha"]

Floats = npt.NDArray[np.float64]


class Metric(StrEnum):
    """What a difference between two positions is.

    >>> Metric("ordinal") is Metric.ORDINAL
    True
    """

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def alpha(
    positions: npt.ArrayLike | Snapshot,
    metric: Metric,
    *,
    scale: tuple[float, float] | None = None,
    weights: npt.ArrayLike | None = None,
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
    >>> alpha([[1, 2, 3, 3], [1, 2, 3, None]], Metric.ORDINAL)
    Agreement(1.0, observations=6)
    >>> alpha([[2, 2], [2, 2]], Metric.NOMINAL).reason
    'constant data'
    """
    panel = Panel.of(positions, scale, weights)
    value, observed, reason = _krippendorff(panel.values, metric, panel.weights)
    return Agreement(value, observed, reason)


def _krippendorff(
    positions: Floats, metric: Metric, weights: Floats | None
) -> tuple[float, int, str]:
    # The ordinal difference (the number of positions between two levels, with half of those
    # at either end) is the difference of their mean ranks; so ordinal alpha is interval
    # alpha of mean ranks, and no table of levels by levels is needed.
    try:
        metric = Metric(metric)
    except ValueError:
        known = ", ".join(f"Metric.{each.name}" for each in Metric)
        raise InputError(f"metric={metric!r}; the metrics are {known}") from None
    count = (~np.isnan(positions)).sum(axis=0)
    paired = count >= 2
    positions, count = positions[:, paired], count[paired]
    observed = int(count.sum())
    if not observed:
        return np.nan, 0, NOT_SHARED
    heavy = np.ones(len(count)) if weights is None else weights[paired] / weights[paired].mean()
    levels = levels_of(positions)
    actor, item = np.nonzero(~np.isnan(positions))
    code = encode(positions, levels)[actor, item]
    share = np.bincount(code, weights=heavy[item], minlength=len(levels))
    total = share.sum()
    if metric is Metric.NOMINAL:
        # unlike pairs within an item, and within all positions
        cell, times = np.unique(item * len(levels) + code, return_counts=True)
        alike = np.bincount(cell // len(levels), weights=times.astype(float) ** 2)
        unlike = count.astype(float) ** 2 - alike
        within = float((heavy * unlike / (count - 1)).sum())
        below, above = share.cumsum()[:-1], share[::-1].cumsum()[-2::-1]
        overall = float((share[1:] * below).sum() + (share[:-1] * above).sum())
    else:
        marks = share.cumsum() - share / 2 if metric is Metric.ORDINAL else levels
        # in units of their range, from the commonest: neither overflow nor rounding hides a rarity
        marks = marks / 2 - marks[share.argmax()] / 2
        marks = marks / (np.abs(marks).max() or 1.0)
        mark = marks[code]
        mean = np.bincount(item, weights=mark) / count
        spread = np.bincount(item, weights=(mark - mean[item]) ** 2)
        within = float((heavy * 2 * count * spread / (count - 1)).sum())
        centre = (share * marks).sum() / total
        overall = float(2 * total * (share * (marks - centre) ** 2).sum())
    if len(levels) < 2 or not overall > 0:
        return np.nan, observed, CONSTANT
    return float(1.0 - (total - 1.0) * within / overall), observed, ""
