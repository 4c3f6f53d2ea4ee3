"""The guaranteed range of a measure over everything unknown: best and worst completion."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from stancekit.ensembles.answers import Measure, read_answer
from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence
from stancekit.records.stance_table import ABSENCES

__all__ = ["Completion", "completion_bounds", "index_completion"]

#: What counts as open, unless said otherwise.
_OPEN = (Absence.UNKNOWN,)


@frozen(repr=False)
class Completion:
    """What a measure may come to, whatever the open cells turn out to hold.

    Attributes
    ----------
    name : str
        Of what the measure names.
    lower, upper : float
        No completion gives less, or more. nan where there is no answer.
    lower_reached, upper_reached : float
        What the two completions shown come to, at most and at least: the range lies between
        these and the bounds. The same as the bounds where those are exact.
    open_cells : int
        How many cells are open.
    lowest, highest : Snapshot
        The completions shown.
    reason : str
        Why there is no answer; empty where there is one.
    """

    name: str
    lower: float
    upper: float
    lower_reached: float
    upper_reached: float
    open_cells: int
    lowest: Snapshot = field(repr=False)
    highest: Snapshot = field(repr=False)
    reason: str = ""

    @property
    def is_exact(self) -> bool:
        """Are both bounds reached?"""
        return self.lower == self.lower_reached and self.upper == self.upper_reached

    def __repr__(self) -> str:
        if self.reason:
            return f"Completion({self.name!r}, {self.reason})"
        kind = "exact" if self.is_exact else "bounds"
        inner = f"; reached {self.lower_reached:.4g} to {self.upper_reached:.4g}"
        return (
            f"Completion({self.name!r}, {self.lower:.4g} to {self.upper:.4g} ({kind}"
            f"{'' if self.is_exact else inner}), {self.open_cells} cells open)"
        )

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"


def _open_cells(
    world: Snapshot, targets: Iterable[str], kinds: Iterable[Absence]
) -> NDArray[np.bool_]:
    """Which cells toward the targets are open: absences of these kinds, none toward oneself."""
    codes = [ABSENCES.index(Absence(kind)) for kind in kinds]
    places = []
    for target in targets:
        if target not in world.targets:
            raise UnknownNameError("target", target, nearest(target, world.targets))
        places.append(world.targets.index(target))
    found = np.zeros(world.absences.shape, dtype=bool)
    found[:, places] = np.isin(world.absences[:, places], codes)
    listed = {actor.code for actor in world.actor_records}
    for row, actor in enumerate(world.actors):
        if actor not in listed:
            found[row] = False
        if actor in world.targets:
            found[row, world.targets.index(actor)] = False
    return found


def _completed(world: Snapshot, cells: NDArray[np.bool_], values: NDArray[np.float64]) -> Snapshot:
    """The same day with values in some cells."""
    said, absences = world.values.copy(), world.absences.copy()
    said[cells], absences[cells] = values[cells], -1
    for array in (said, absences):
        array.setflags(write=False)
    return evolve(world, values=said, absences=absences)


def completion_bounds(
    world: Snapshot,
    measure: Measure,
    *,
    rising: Iterable[str],
    falling: Iterable[str] = (),
    kinds: Iterable[Absence] = _OPEN,
    checks: int = 16,
) -> tuple[Completion, ...]:
    r"""The range of a measure over every completion of what is unknown.

    For a measure that never falls when a cell toward ``rising`` rises, and never rises when a
    cell toward ``falling`` rises, with an open cell no better than the worst value and no
    worse than the best, the extremes are two completions:

    - highest: every open cell toward ``rising`` is +1, toward ``falling`` -1;
    - lowest: the other way round.

    The share of a coalition is such a measure, and its size; the range is then exact: all
    that are unknown join it, or none. The consistency index is not; see ``index_completion``.
    That a measure is of this kind is the caller's word. It is put to the test with random
    completions, which may refute it and cannot prove it.

    Parameters
    ----------
    world : Snapshot
    measure : callable
        As in ``over_dates``; where it gives bounds, so does this.
    rising, falling : iterable of str
        Targets; cells toward others stay open.
    kinds : iterable of Absence
        Which absences may turn out to be any value in [-1, 1]: ``unknown``.
    checks : int
        How many random completions are tried.

    Returns
    -------
    tuple of Completion
        One for each name that the measure gives.

    Raises
    ------
    UnknownNameError
        If there is no such target.
    InputError
        If a target both rises and falls, or a random completion lies outside the range.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("DNK"), Actor("NOR")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises")]).at("2019-04-30")
    >>> def members(world):
    ...     return (world.values[:, 0] > 0).sum()
    >>> completion_bounds(world, members, rising=["a"])
    (Completion('value', 1 to 2 (exact), 1 cells open),)
    """
    up, down = tuple(rising), tuple(falling)
    both = set(up) & set(down)
    if both:
        raise InputError(f"{', '.join(sorted(both))} stand in both rising and falling")
    cells = _open_cells(world, (*up, *down), tuple(kinds))
    signs = np.zeros(cells.shape)
    for target in (*up, *down):
        signs[:, world.targets.index(target)] = 1.0 if target in up else -1.0
    lowest, highest = _completed(world, cells, -signs), _completed(world, cells, signs)
    ends = [{entry[0]: entry for entry in read_answer(measure(end))} for end in (lowest, highest)]
    found = []
    count = int(cells.sum())
    for name, low in ends[0].items():
        high = ends[1].get(name, (name, math.nan, math.nan, "the measure does not name it"))
        why = low[3] or high[3]
        found.append(
            Completion(name, low[1], high[2], low[2], high[1], count, lowest, highest, why)
        )
    _put_to_the_test(world, measure, cells, found, checks)
    return tuple(found)


def _put_to_the_test(
    world: Snapshot,
    measure: Measure,
    cells: NDArray[np.bool_],
    found: list[Completion],
    checks: int,
) -> None:
    """Refuse a range that some random completion leaves."""
    rng = np.random.default_rng(0)
    ranges = {one.name: one for one in found}
    for _ in range(checks):
        said = rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], cells.shape)
        # some stay open
        tried = _completed(world, cells & (rng.random(cells.shape) < rng.random()), said)
        for name, low, high, why in read_answer(measure(tried)):
            held = ranges.get(name)
            if why or held is None or held.reason:
                continue
            slack = 1e-9 * max(1.0, abs(low), abs(high))
            if low < held.lower - slack or high > held.upper + slack:
                raise InputError(
                    f"a completion gives {low:g} to {high:g} for {name!r}, outside the range "
                    f"{held.lower:g} to {held.upper:g}: the measure does not rise and fall with "
                    "the targets as was said"
                )


class Aligned(Protocol):
    """What ``consistency.alignment`` gives, as far as it is read here."""

    lower: float
    upper: float
    weight: float
    reason: str

    @property
    def index(self) -> tuple[float, float]:
        """Bounds of the index."""

    @property
    def camps(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Two camps."""

    @property
    def elsewhere(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """Those of other parts."""

    @property
    def by_actor(self) -> Mapping[str, Any]:
        """Each name with a tie, with its ``weight``."""


def index_completion(
    world: Snapshot,
    alignment: Callable[[Snapshot], Aligned],
    *,
    kinds: Iterable[Absence] = _OPEN,
) -> Completion:
    r"""The range of the consistency index over every completion of what is unknown.

    Open are the cells of actors toward claimants. With L and W the frustration and the weight
    of what is known, m open ties, v the weight of known ties of which the other direction is
    open (a claimant's word about an actor; they count as open here, and not as known), and
    :math:`k_i, m_i` the known weight and the open ties of actor i, every completion has

    .. math::

       1 - 2 \min\Bigl(\tfrac12,
           \frac{L + \sum_i \min(m_i, (k_i + m_i) / 2)}{W - v + m}\Bigr)
       \le 1 - \frac{2 L'}{W'} \le 1 - \frac{2 \max(0, L - v)}{W - v + m}.

    The right side: what is open cannot relieve a known tie, and adds m to the weight at most.
    It is reached, where L is exact and v = 0, by giving each open tie the sign that an optimal
    partition has for it: the best completion is exact then. The left side: each actor keeps its
    side in an optimal partition or changes it, whichever its open ties contradict less; it is a
    bound, and the worst completion lies between it and ``lower_reached``, what the worse of
    two bad completions comes to.

    Parameters
    ----------
    world : Snapshot
    alignment : callable
        ``consistency.alignment`` with its default rivalry and ties, or a partial of it with a
        budget.
    kinds : iterable of Absence
        Which absences are open: ``unknown``.

    Raises
    ------
    InputError
        If a kind is no Absence.

    Examples
    --------
    >>> from stancekit.measures.consistency import alignment
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("DNK"), Actor("NOR")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("DNK", "a", "recognises")]).at("2019-04-30")
    >>> index_completion(world, alignment)
    Completion('index', 0.2 to 1 (bounds; reached 0.6 to 1), 3 cells open)
    """
    known = alignment(world)
    rivals = [c.code for c in world.claimants if c.code in world.targets]
    cells = _open_cells(world, rivals, tuple(kinds))
    contest = {c.code: c.contest for c in world.claimants}
    exclusive = {c.code for c in world.contests if c.exclusive}
    row_of = {actor: row for row, actor in enumerate(world.actors)}
    column_of = {target: column for column, target in enumerate(world.targets)}
    pairs: dict[tuple[str, str], float] = {}
    for a, t in np.argwhere(cells).tolist():
        actor, target = world.actors[a], world.targets[t]
        if contest.get(actor, "") == contest[target] and contest[target] in exclusive:
            cells[a, t] = False  # their rivalry stands in place of it
            continue
        back = (
            world.values[row_of[target], column_of[actor]]
            if (target in row_of and actor in column_of)
            else math.nan
        )
        pairs[min(actor, target), max(actor, target)] = 0.0 if math.isnan(back) else abs(back)
    side = {
        name: (1.0 if place == 0 else -1.0)
        for two in (known.camps, *known.elsewhere)
        for place, camp in enumerate(two)
        for name in camp
    }
    best, worst, mixed = (np.zeros(cells.shape) for _ in range(3))
    for a, t in np.argwhere(cells).tolist():
        actor, target = world.actors[a], world.targets[t]
        best[a, t] = side.get(actor, 1.0) * side.get(target, 1.0)
        # who has no tie yet is for all rivals at once; or only every other one of them is
        worst[a, t] = -best[a, t] if actor in side else 1.0
        mixed[a, t] = worst[a, t] if actor in side or a % 2 else best[a, t]
    tries = [_completed(world, cells, values) for values in (best, worst, mixed)]
    heard = [alignment(tried) for tried in tries]
    # where claimants speak too, what looks best need not be
    bad = min(range(3), key=lambda k: heard[k].index[1])
    good = max(range(3), key=lambda k: heard[k].index[0])
    ends, heard = (tries[bad], tries[good]), [heard[bad], heard[good]]
    count = int(cells.sum())
    if heard[1].reason:
        nothing = math.nan
        return Completion(
            "index", nothing, nothing, nothing, nothing, count, *ends, reason=heard[1].reason
        )
    v, m = math.fsum(pairs.values()), len(pairs)
    weight = known.weight - v + m
    held: dict[str, int] = {}
    for one, other in pairs:
        actor = other if one in contest and other not in contest else one
        held[actor] = held.get(actor, 0) + 1
    by_actor = known.by_actor
    added = math.fsum(
        min(n, ((by_actor[actor].weight if actor in by_actor else 0.0) + n) / 2)
        for actor, n in held.items()
    )
    # what has no tie has no frustration
    low, high = (0.0, 0.0) if known.reason else (known.lower, known.upper)
    bottom = 1 - 2 * min(0.5, (high + added) / weight)
    top = 1 - 2 * max(0.0, low - v) / weight
    reached = heard[0].index[1], heard[1].index[0]
    return Completion("index", bottom, top, reached[0], reached[1], count, *ends)
