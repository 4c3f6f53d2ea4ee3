"""Krippendorff's alpha from the positions of any number of actors, without tables of pairs."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from stancekit.errors import InputError
from stancekit.measures.contingency import encode, levels_of
from stancekit.measures.panel import CONSTANT, NOT_SHARED

__all__ = ["Metric", "krippendorff"]

Floats = npt.NDArray[np.float64]


class Metric(StrEnum):
    """What a difference between two positions is.

    >>> Metric("ordinal") is Metric.ORDINAL
    True
    """

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def krippendorff(
    positions: Floats, metric: Metric, weights: Floats | None
) -> tuple[float, int, str]:
    """Alpha, the number of positions that can be paired, and the reason if it is nan.

    Parameters
    ----------
    positions : (A, n) float64
    metric : Metric
    weights : (n,) float64 or None
        Scaled to mean 1 over the items with two positions or more.

    Returns
    -------
    (float, int, str)

    Raises
    ------
    InputError
        If the metric is none of the three.

    Notes
    -----
    The ordinal difference of Krippendorff, the number of positions between two levels
    with half of those at either end, is the difference of their mean ranks; so ordinal
    alpha is interval alpha of mean ranks, and all three need time A n log(A n).

    References
    ----------
    .. [1] Hayes, A. F., Krippendorff, K. (2007). "Answering the call for a standard
       reliability measure for coding data". *Communication Methods and Measures* 1(1),
       77-89. doi:10.1080/19312450709336664

    Examples
    --------
    >>> krippendorff(np.array([[1.0, 2.0], [1.0, 2.0]]), Metric.NOMINAL, None)
    (1.0, 4, '')
    """
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
        overall = float((share * (total - share)).sum())
    else:
        marks = levels - levels[0] / 2 - levels[-1] / 2
        if metric is Metric.ORDINAL:
            marks = share.cumsum() - share / 2
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
