"""Indices of unity and division over counts of votes and sizes of groups."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stancekit.errors import InputError

__all__ = [
    "agreement_index",
    "effective_number",
    "esteban_ray",
    "fractionalisation",
    "reynal_querol",
    "rice",
]

Floats = npt.NDArray[np.float64]


def _numbers(what: str, given: npt.ArrayLike) -> Floats:
    try:
        plain = np.asarray(given)
        if plain.dtype.kind in "cmM":  # numpy would drop what makes them no real numbers
            raise TypeError(f"they are of type {plain.dtype}")
        return plain.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"{what} cannot be read as numbers ({error}); numbers are accepted"
        ) from None


def _amounts(what: str, given: npt.ArrayLike) -> Floats:
    amounts = _numbers(what, given)
    if not (np.isfinite(amounts).all() and (amounts >= 0).all()):
        bad = amounts[~(np.isfinite(amounts) & (amounts >= 0))][0]
        raise InputError(
            f"{what} hold {float(bad)!r}; finite numbers of 0 or more are accepted (leave out "
            "what is not known)"
        )
    return amounts


def _votes(*given: npt.ArrayLike) -> Floats:
    """Votes of each kind, stacked; the most below 1, so that no sum overflows."""
    amounts = [_amounts("votes", part) for part in given]
    try:
        votes = np.stack(np.broadcast_arrays(*amounts))
    except ValueError:
        shapes = " and ".join(str(part.shape) for part in amounts)
        raise InputError(
            f"votes have shapes {shapes}, which do not go together; one number of each kind for "
            "every roll call is accepted"
        ) from None
    _, power = np.frexp(votes.max(axis=0))
    scaled: Floats = np.ldexp(votes, -power)  # by a power of two, which rounds nothing
    return scaled


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Quotient, nan where the whole is 0; a scalar for scalars."""
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Floats = np.asarray(np.where(whole > 0, part / whole, np.nan))[()]
    return quotient


def agreement_index(yes: npt.ArrayLike, no: npt.ArrayLike, abstain: npt.ArrayLike) -> Floats:
    r"""Agreement index of Hix, Noury and Roland: unity over three ways to vote.

    .. math:: AI = \frac{m - \frac12 (Y + N + A - m)}{Y + N + A}, \quad m = \max(Y, N, A)

    Parameters
    ----------
    yes, no, abstain : array_like of float
        How many members, or how much weight, voted each way; absent members are in none.
        Arrays go together elementwise, one element a roll call.

    Returns
    -------
    float64, of the broadcast shape
        In [0, 1]: 1 if all voted alike, 0 for three equal camps; nan if nobody voted.

    Raises
    ------
    InputError
        If a count is negative, infinite or nan.

    References
    ----------
    .. [1] Hix, S., Noury, A., Roland, G. (2005). "Power to the parties: cohesion and
       competition in the European Parliament, 1979-2001". *British Journal of Political
       Science* 35(2), 209-234. doi:10.1017/S0007123405000128

    Examples
    --------
    The European Union on Palestine's status in 2012: 14 yes, 1 no, 12 abstentions.

    >>> round(float(agreement_index(14, 1, 12)), 4)
    0.2778
    >>> float(agreement_index(0, 0, 0))
    nan
    """
    votes = _votes(yes, no, abstain)
    total, most = votes.sum(axis=0), votes.max(axis=0)
    return _ratio(np.maximum(most - (total - most) / 2, 0.0), total)


def rice(yes: npt.ArrayLike, no: npt.ArrayLike) -> Floats:
    r"""Rice's index of cohesion: the margin between yes and no.

    .. math:: R = |Y - N| / (Y + N)

    Parameters
    ----------
    yes, no : array_like of float
        How many members, or how much weight, voted each way; abstentions do not count.

    Returns
    -------
    float64, of the broadcast shape
        In [0, 1]: 1 if no vote opposes another, 0 for equal halves; nan if nobody voted
        yes or no. In small groups it is high by chance alone.

    Raises
    ------
    InputError
        If a count is negative, infinite or nan.

    References
    ----------
    .. [1] Rice, S. A. (1925). "The behavior of legislative groups: a method of
       measurement". *Political Science Quarterly* 40(1), 60-72. doi:10.2307/2142407

    Examples
    --------
    >>> rice([14, 0], [1, 0]).round(4)
    array([0.8667,    nan])
    """
    for_, against = _votes(yes, no)
    return _ratio(np.abs(for_ - against), for_ + against)


def _shares(given: npt.ArrayLike) -> Floats:
    amounts = _amounts("shares", given)
    if amounts.ndim == 0:
        raise InputError("shares are a single number; one for each group is accepted")
    # the largest first, so that sums neither overflow nor vanish
    scaled = _ratio(amounts, amounts.max(axis=-1, keepdims=True, initial=0.0))
    total = np.asarray(scaled.sum(axis=-1, keepdims=True))
    return _ratio(scaled, total)


def effective_number(shares: npt.ArrayLike) -> Floats:
    r"""Laakso and Taagepera's effective number of groups.

    .. math:: N = 1 \Big/ \sum_i p_i^2

    Parameters
    ----------
    shares : (..., k) array_like of float
        Sizes of the groups, in any unit; divided by their sum along the last axis.

    Returns
    -------
    float64, of shape (...)
        In [1, k]; k for equal groups. nan if there is no group or all are empty.

    Raises
    ------
    InputError
        If a size is negative, infinite or nan.

    References
    ----------
    .. [1] Laakso, M., Taagepera, R. (1979). "'Effective' number of parties: a measure
       with application to West Europe". *Comparative Political Studies* 12(1), 3-27.
       doi:10.1177/001041407901200101

    Examples
    --------
    Two camps of equal weight and one of none are two camps:

    >>> float(effective_number([50, 50, 0]))
    2.0
    """
    p = _shares(shares)
    squares = np.asarray((p * p).sum(axis=-1))
    return _ratio(np.ones_like(squares), squares)


def fractionalisation(shares: npt.ArrayLike) -> Floats:
    r"""The chance that two draws, with replacement, come from different groups.

    .. math:: F = 1 - \sum_i p_i^2

    Parameters and nan as for `effective_number`; in [0, 1 - 1/k], and F = 1 - 1/N.

    Raises
    ------
    InputError
        If a size is negative, infinite or nan.

    References
    ----------
    .. [1] Alesina, A., Devleeschauwer, A., Easterly, W., Kurlat, S., Wacziarg, R. (2003).
       "Fractionalization". *Journal of Economic Growth* 8(2), 155-194.
       doi:10.1023/A:1024471506938

    Examples
    --------
    >>> float(fractionalisation([2, 1, 1]))
    0.625
    """
    return 1.0 - 1.0 / effective_number(shares)


def reynal_querol(shares: npt.ArrayLike) -> Floats:
    r"""Reynal-Querol's polarisation: how near the groups are to two equal halves.

    .. math:: RQ = 4 \sum_i p_i^2 (1 - p_i)

    Parameters and nan as for `effective_number`; in [0, 1], 1 for two equal groups.
    Fractionalisation grows with the number of groups, this falls.

    Raises
    ------
    InputError
        If a size is negative, infinite or nan.

    References
    ----------
    .. [1] Montalvo, J. G., Reynal-Querol, M. (2005). "Ethnic polarization, potential
       conflict, and civil wars". *American Economic Review* 95(3), 796-816.

    Examples
    --------
    >>> reynal_querol([[1, 1, 0], [2, 1, 1]])
    array([1.   , 0.875])
    """
    p = _shares(shares)
    value: Floats = 4.0 * (p * p * (1.0 - p)).sum(axis=-1)
    return np.where(p.shape[-1] > 0, value, np.nan)[()]


def esteban_ray(shares: npt.ArrayLike, positions: npt.ArrayLike, *, alpha: float = 1.0) -> Floats:
    r"""Esteban and Ray's polarisation: groups that are large, alike inside and far apart.

    .. math:: ER = \sum_i \sum_j p_i^{1 + \alpha} p_j |y_i - y_j|

    Parameters
    ----------
    shares : (..., k) array_like of float
        Sizes of the groups, in any unit; divided by their sum along the last axis.
    positions : (..., k) array_like of float
        Where each group stands, in any unit; the index is in that unit. The constant K of
        the paper is 1.
    alpha : float
        How much identity counts, in (0, 1.6]. With 1 and all groups one unit apart, 4 ER
        is `reynal_querol`.

    Returns
    -------
    float64, of the broadcast shape (...)
        0 or more; nan if there is no group or all are empty.

    Raises
    ------
    InputError
        If a size is negative, a position not finite, or alpha out of range.

    References
    ----------
    .. [1] Esteban, J.-M., Ray, D. (1994). "On the measurement of polarization".
       *Econometrica* 62(4), 819-851. doi:10.2307/2951734

    Examples
    --------
    Recognition (+1) and rejection (-1) by two halves, then by three groups:

    >>> float(esteban_ray([1, 1], [-1, 1]))
    0.5
    >>> round(float(esteban_ray([1, 1, 1], [-1, 0, 1])), 4)
    0.2963
    """
    if not (isinstance(alpha, int | float | np.floating) and 0 < alpha <= 1.6):
        raise InputError(f"alpha={alpha!r}; Esteban and Ray's alpha lies in (0, 1.6]")
    p, y = _shares(shares), _numbers("positions", positions)
    if not np.isfinite(y).all():
        raise InputError("a position of a group is nan or infinite; leave that group out")
    if y.shape[-1:] != p.shape[-1:]:
        raise InputError(
            f"{p.shape[-1]} shares and positions of shape {y.shape}; one position for each "
            "group is accepted"
        )
    y = y / 2.0  # no difference of halves overflows
    apart = np.abs(y[..., :, None] - y[..., None, :])
    terms = p[..., :, None] ** (1.0 + alpha) * p[..., None, :] * apart
    return np.where(p.shape[-1] > 0, 2.0 * terms.sum(axis=(-2, -1)), np.nan)[()]
