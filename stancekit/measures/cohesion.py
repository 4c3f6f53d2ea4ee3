"""How united a bloc is, and how divided a contest: cohesion and polarisation."""

from __future__ import annotations

import datetime
import html
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence

__all__ = [
    "BlocCohesion",
    "agreement_index",
    "bloc",
    "counted_once",
    "effective_number",
    "esteban_ray",
    "fractionalisation",
    "reynal_querol",
    "rice",
]

Floats = npt.NDArray[np.float64]


def _amounts(what: str, given: npt.ArrayLike) -> Floats:
    try:
        amounts = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} cannot be read as numbers ({error})") from None
    if not (np.isfinite(amounts).all() and (amounts >= 0).all()):
        bad = amounts[~(np.isfinite(amounts) & (amounts >= 0))][0]
        raise InputError(
            f"{what} hold {float(bad)!r}; finite numbers of 0 or more are accepted (leave out "
            "what is not known)"
        )
    return amounts


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
    votes = np.stack(
        np.broadcast_arrays(
            _amounts("votes", yes), _amounts("votes", no), _amounts("votes", abstain)
        )
    )
    total, most = votes.sum(axis=0), votes.max(axis=0)
    return _ratio(most - (total - most) / 2, total)


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
    for_, against = np.broadcast_arrays(_amounts("votes", yes), _amounts("votes", no))
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

    Parameters, errors and nan as for `effective_number`; in [0, 1 - 1/k], and F = 1 - 1/N.

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

    Parameters, errors and nan as for `effective_number`; in [0, 1], 1 for two equal
    groups. Fractionalisation grows with the number of groups, this falls.

    References
    ----------
    .. [1] Montalvo, J. G., Reynal-Querol, M. (2005). "Ethnic polarization, potential
       conflict, and civil wars". *American Economic Review* 95(3), 796-816.
       doi:10.1257/0002828054201468

    Examples
    --------
    >>> reynal_querol([[1, 1, 0], [2, 1, 1]])
    array([1.   , 0.875])
    """
    p = _shares(shares)
    value: Floats = 4.0 * (p * p * (1.0 - p)).sum(axis=-1)
    return np.where(p.shape[-1] > 0, value, np.nan)[()]


def esteban_ray(
    shares: npt.ArrayLike, positions: npt.ArrayLike, *, alpha: float = 1.0
) -> Floats:
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
    if not 0 < alpha <= 1.6:
        raise InputError(f"alpha={alpha!r}; Esteban and Ray's alpha lies in (0, 1.6]")
    p, y = _shares(shares), np.asarray(positions, dtype=np.float64)
    if not np.isfinite(y).all():
        raise InputError("a position of a group is nan or infinite; leave that group out")
    if y.shape[-1:] != p.shape[-1:]:
        raise InputError(
            f"{p.shape[-1]} shares and positions of shape {y.shape}; one position for each "
            "group is accepted"
        )
    apart = np.abs(y[..., :, None] - y[..., None, :])
    terms = p[..., :, None] ** (1.0 + alpha) * p[..., None, :] * apart
    return np.where(p.shape[-1] > 0, terms.sum(axis=(-2, -1)), np.nan)[()]


def _array_key(array: npt.NDArray[Any]) -> tuple[object, ...]:
    return array.dtype.str, array.shape, array.tobytes()


def _frozen_array(array: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.array(array)
    array.setflags(write=False)
    return array


def _matrix() -> Any:
    return field(eq=_array_key, converter=_frozen_array, repr=False)


@frozen(kw_only=True, repr=False)
class BlocCohesion:
    """How a bloc and its members stand toward the claimants of one contest on one day.

    Attributes
    ----------
    bloc, contest : str
    date : datetime.date
    claimants : (T,) tuple of str
    members : (M,) tuple of str
        Who is surely a member that day.
    values : (M, T) float64
        The members' own positions, nan where they have none.
    absences : (M, T) tuple of tuple of Absence or None
        Why a member has no position; None where it has one.
    own : (T,) float64
        The bloc's own position, nan where it has none; it is never mixed with the members'.
    own_absences : (T,) tuple of Absence or None
    counts : (T, 3) int64
        Members for (value above 0), against (below 0) and neutral (0).
    agreement, rice : (T,) float64
        `agreement_index` and `rice` of the counts; nan if no member has a position.
    middle : (T,) float64
        The median of the members' positions; it is the majority's wherever more than half
        of those with a position take the same one.
    distances : (M, T) float64
        Distance of each member's position from ``middle``, in [0, 2]; nan where none.

    Examples
    --------
    See `bloc`.
    """

    bloc: str
    contest: str
    date: datetime.date
    claimants: tuple[str, ...]
    members: tuple[str, ...]
    values: Floats = _matrix()
    absences: tuple[tuple[Absence | None, ...], ...]
    own: Floats = _matrix()
    own_absences: tuple[Absence | None, ...]
    counts: npt.NDArray[np.int64] = _matrix()
    agreement: Floats = _matrix()
    rice: Floats = _matrix()
    middle: Floats = _matrix()
    distances: Floats = _matrix()

    @property
    def observations(self) -> npt.NDArray[np.int64]:
        """Members with a position toward each claimant: ``(T,)``."""
        counted: npt.NDArray[np.int64] = self.counts.sum(axis=1)
        return counted

    def dissenters(self, claimant: str) -> tuple[str, ...]:
        """Members on another side (for, against, neutral) than the median member.

        Raises
        ------
        UnknownNameError
            If the contest has no such claimant.
        """
        if claimant not in self.claimants:
            near = nearest(claimant, self.claimants) or self.claimants
            raise UnknownNameError("claimant", claimant, near)
        column = self.claimants.index(claimant)
        side = np.sign(self.middle[column])
        apart = ~np.isnan(self.values[:, column]) & (np.sign(self.values[:, column]) != side)
        return tuple(member for member, out in zip(self.members, apart, strict=True) if out)

    def __repr__(self) -> str:
        told = ", ".join(
            f"{name}: agreement {index:.2f} (n={number})"
            for name, index, number in zip(
                self.claimants, self.agreement, self.observations, strict=True
            )
        )
        return f"BlocCohesion({self.bloc!r}, {len(self.members)} members; {told})"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.claimants)
        lines = [
            (self.bloc, self.own, self.own_absences),
            *zip(self.members, self.values, self.absences, strict=True),
        ]
        body = "".join(
            f"<tr><th>{html.escape(name)}</th>"
            + "".join(
                f"<td>{value:+g}</td>" if why is None else f"<td><i>{why}</i></td>"
                for value, why in zip(values, absences, strict=True)
            )
            + "</tr>"
            for name, values, absences in lines
        )
        return (
            f"<table><caption>{html.escape(repr(self))}</caption>"
            f"<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def bloc(snapshot: Snapshot, code: str, contest: str) -> BlocCohesion:
    """How united a bloc's members are in a contest, beside what the bloc itself says.

    Parameters
    ----------
    snapshot : Snapshot
    code : str
        The bloc; its members are those whose membership surely holds that day.
    contest : str

    Returns
    -------
    BlocCohesion

    Raises
    ------
    UnknownNameError
        If the contest is not in the snapshot, or nobody there is a member of the bloc.

    Notes
    -----
    In a snapshot taken with a bloc rule that lets the bloc speak for its members, or the
    members for the bloc, the positions are those of the rule. A dissenting majority of
    heavy members counts as heads here: every member has one vote.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest, Membership
    >>> from stancekit.records.stance import Stance
    >>> states = ["DEU", "FRA", "ITA", "SVK"]
    >>> world = Dossier("case", actors=[*map(Actor, states), Actor("eu", kind="bloc")],
    ...     contests=[Contest("seat")], claimants=[Claimant("a", "seat")],
    ...     memberships=[Membership(state, "eu") for state in states],
    ...     stances=[Stance("DEU", "a", "recognises"), Stance("FRA", "a", "recognises"),
    ...              Stance("ITA", "a", "declared neutral")]).at("2019-04-30")
    >>> found = bloc(world, "eu", "seat")
    >>> found
    BlocCohesion('eu', 4 members; a: agreement 0.50 (n=3))
    >>> found.own, found.dissenters("a"), found.absences[3]
    (array([nan]), ('ITA',), (<Absence.UNKNOWN: 'unknown'>,))
    """
    rivals = tuple(name for name in snapshot.rivals(contest) if name in snapshot.targets)
    members = snapshot.members(code)
    if not members:
        blocs = sorted({m.bloc for m in snapshot.memberships})
        raise UnknownNameError("bloc with members that day", code, nearest(code, blocs) or blocs)

    def stand(actor: str) -> tuple[list[float], tuple[Absence | None, ...]]:
        if actor not in snapshot.actors:  # a bloc need not be an actor of its own
            return [np.nan] * len(rivals), (Absence.UNKNOWN,) * len(rivals)
        return (
            [snapshot.value(actor, rival) for rival in rivals],
            tuple(snapshot.absence(actor, rival) for rival in rivals),
        )

    stands = [stand(member) for member in members]
    values = np.array([value for value, _ in stands]).reshape(len(members), len(rivals))
    own, own_absences = stand(code)
    known = [column[~np.isnan(column)] for column in values.T]
    middle = np.array([np.median(column) if len(column) else np.nan for column in known])
    counts = np.array(
        [[(column > 0).sum(), (column < 0).sum(), (column == 0).sum()] for column in known],
        dtype=np.int64,
    ).reshape(len(rivals), 3)
    return BlocCohesion(
        bloc=code,
        contest=contest,
        date=snapshot.date,
        claimants=rivals,
        members=members,
        values=values,
        absences=tuple(absences for _, absences in stands),
        own=np.array(own, dtype=np.float64),
        own_absences=own_absences,
        counts=counts,
        agreement=agreement_index(*counts.T),
        rice=rice(counts[:, 0], counts[:, 1]),
        middle=middle,
        distances=np.abs(values - middle),
    )


def counted_once(snapshot: Snapshot, target: str) -> tuple[str, ...]:
    """Whose weight may be summed toward a target without counting anyone twice.

    All actors with a position toward it, but not a bloc of which some member (or member
    of a member) has a position of its own. So a bloc's weight counts only where it alone
    has spoken.

    Parameters
    ----------
    snapshot : Snapshot
    target : str

    Returns
    -------
    tuple of str

    Raises
    ------
    UnknownNameError
        If the snapshot has no such target.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest, Membership
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("DEU"), Actor("eu", kind="bloc")],
    ...     contests=[Contest("seat")], claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     memberships=[Membership("DEU", "eu")],
    ...     stances=[Stance("DEU", "a", "recognises"), Stance("eu", "a", "supports"),
    ...              Stance("eu", "b", "rejects")]).at("2019-04-30")
    >>> counted_once(world, "a"), counted_once(world, "b")
    (('DEU',), ('eu',))
    """
    if target not in snapshot.targets:
        raise UnknownNameError("target", target, nearest(target, snapshot.targets))
    known = ~np.isnan(snapshot.values[:, snapshot.targets.index(target)])
    spoken = {actor for actor, speaks in zip(snapshot.actors, known, strict=True) if speaks}
    inside: dict[str, set[str]] = {}
    for membership in snapshot.memberships:
        inside.setdefault(membership.bloc, set()).add(membership.member)

    def below(code: str, seen: set[str]) -> set[str]:
        for member in inside.get(code, set()) - seen:
            seen |= {member} | below(member, seen | {member})
        return seen

    return tuple(
        actor
        for actor in snapshot.actors
        if actor in spoken and not (below(actor, set()) - {actor}) & spoken
    )
