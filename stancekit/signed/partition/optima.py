"""All optimal camps at once: what every optimum shares, what some do, and the optima themselves."""

from __future__ import annotations

import enum
import html
import math

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from stancekit.arrays import held_sides
from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import Network
from stancekit.signed.partition.factors import Factor, factors
from stancekit.signed.partition.frustration import (
    Frustration,
    Solved,
    a_graph,
    frustration,
    solved,
    started,
)
from stancekit.signed.partition.quotient import Quotient
from stancekit.signed.partition.units import in_units

__all__ = ["Optima", "Verdict", "optima"]


class Verdict(enum.IntEnum):
    """Whether something holds in no, some but not all, or all optimal camps.

    >>> Verdict.ALWAYS.name
    'ALWAYS'
    """

    NEVER = 0
    SOMETIMES = 1
    ALWAYS = 2
    UNDECIDED = 3


def _labels(value: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the classes of an array by first appearance; read-only."""
    _, first, inverse = np.unique(value, return_index=True, return_inverse=True)
    label = np.argsort(np.argsort(first))[inverse].astype(np.int64)
    label.setflags(write=False)
    return label


@frozen(kw_only=True, repr=False, eq=False)
class Optima:
    """What is known of all the camps that attain the frustration index.

    Camps are counted up to exchanging the two sides of a component: ``side`` is +1 at the first
    vertex of each.

    Attributes
    ----------
    frustration : Frustration
        The index; unless its bounds meet, nothing below is decided but what holds trivially.
    groups : (n,) int64 array
        Vertices with the same label keep one relation (same camp or other camp) in every optimum;
        read it from ``side``.
    candidates : (n,) int64 array
        Vertices with different labels are known to change their relation between two optima.
        Equal to ``groups`` when everything is decided.
    camps : (k, n) int8 array
        Different optima, no more than asked for.
    count : int or None
        How many optima there are in all; None where they were not all counted.

    Examples
    --------
    One actor is drawn to two rivals alike: which tie gives way is open, that one does is not.

    >>> found = optima(SignedGraph.from_edges(3, [(0, 1, -1), (0, 2, 1), (1, 2, 1)]))
    >>> found.frustration.upper, found.count, found.camps.tolist()
    (1, 3, [[1, 1, 1], [1, -1, 1], [1, -1, -1]])
    >>> [Verdict(x).name for x in found.ties]
    ['SOMETIMES', 'SOMETIMES', 'SOMETIMES']
    """

    graph: SignedGraph
    frustration: Frustration
    groups: NDArray[np.int64] = field(converter=_labels)
    candidates: NDArray[np.int64] = field(converter=_labels)
    camps: NDArray[np.int8] = field(converter=held_sides)
    count: int | None

    @property
    def side(self) -> NDArray[np.int8]:
        """One optimum (the best camps found, where the index is not exact)."""
        return self.frustration.side

    @property
    def is_decided(self) -> bool:
        """Whether every verdict is known."""
        return bool((self.groups == self.candidates).all())

    @property
    def is_complete(self) -> bool:
        """Whether ``camps`` holds every optimum."""
        return self.count is not None and self.count == len(self.camps)

    def _fixed(self, u: NDArray[np.int64], v: NDArray[np.int64]) -> NDArray[np.int8]:
        """NEVER where a relation is the same in all optima, else SOMETIMES or UNDECIDED."""
        fixed = self.groups[u] == self.groups[v]
        open_ = ~fixed & (self.candidates[u] == self.candidates[v])
        code = np.where(fixed, Verdict.NEVER, np.where(open_, Verdict.UNDECIDED, Verdict.SOMETIMES))
        return code.astype(np.int8)

    @property
    def ties(self) -> NDArray[np.int8]:
        """`Verdict` on each tie, (m,): in which optima it is contradicted."""
        code = self._fixed(*self.graph.edges.T)
        strained = self.graph.frustrated(self.side) & (code == Verdict.NEVER)
        return np.where(strained, np.int8(Verdict.ALWAYS), code)

    def together(self, u: int, v: int) -> Verdict:
        """In which optima two vertices are in one camp.

        Raises
        ------
        InputError
            One of them is no vertex of the graph.

        Examples
        --------
        >>> two_pairs = SignedGraph.from_edges(4, [(0, 1, 1), (2, 3, -1)])
        >>> found = optima(two_pairs)
        >>> found.together(0, 1).name, found.together(2, 3).name, found.together(0, 2).name
        ('ALWAYS', 'NEVER', 'SOMETIMES')
        """
        for vertex in (u, v):
            whole = isinstance(vertex, int | np.integer) and not isinstance(vertex, bool)
            if not whole or not 0 <= vertex < self.graph.order:
                raise InputError(f"vertex {vertex!r}; accepted are 0..{self.graph.order - 1}")
        code = Verdict(int(self._fixed(np.array(u), np.array(v))))
        if code is Verdict.NEVER and self.side[u] == self.side[v]:
            return Verdict.ALWAYS
        return code

    @property
    def swing(self) -> NDArray[np.bool_]:
        """Vertices outside the largest group of their component; ties go to the first group."""
        label = self.graph.components()
        size = np.bincount(self.groups, minlength=1)[self.groups]
        swing = np.ones(self.graph.order, dtype=bool)
        for c in range(int(label.max(initial=-1)) + 1):
            inside = np.flatnonzero(label == c)
            swing[self.groups == self.groups[inside[size[inside].argmax()]]] = False
        return swing

    @property
    def price(self) -> NDArray[np.float64]:
        """Shadow price of each tie, (m, 2): how fast the index falls and rises with its weight.

        Column 0 is the derivative downward (1 if some optimum contradicts the tie), column 1
        upward (1 if every optimum does); nan where undecided.
        """
        ties = self.ties
        down = np.where(ties == Verdict.NEVER, 0.0, 1.0)
        up = np.where(ties == Verdict.ALWAYS, 1.0, 0.0)
        return np.where((ties == Verdict.UNDECIDED)[:, None], np.nan, np.stack([down, up], axis=1))

    def __repr__(self) -> str:
        ties = self.ties
        always, sometimes = (
            int((ties == Verdict.ALWAYS).sum()),
            int((ties == Verdict.SOMETIMES).sum()),
        )
        count = "?" if self.count is None else self.count
        decided = "" if self.is_decided else ", not all decided"
        return f"Optima(count={count}, strained always={always}, sometimes={sometimes}{decided})"

    def _repr_html_(self) -> str:
        return (
            "<table><caption>Optimal camps</caption>"
            f"<tr><td>{html.escape(repr(self))}</td></tr></table>"
        )


def optima(
    graph: SignedGraph,
    *,
    limit: int = 1000,
    budget: float | None = None,
    rng: int | np.random.Generator = 0,
) -> Optima:
    """Tell what all optimal camps of a signed graph share, without listing them; then list some.

    Two vertices keep their relation in every optimum exactly when forcing the other relation
    costs more.  Most pairs are settled by the slack of the certificate, the others by solving the
    graph with the two vertices merged in the other relation; every relation that is shown to hold
    merges them for good, every new optimum settles all pairs whose relation it changes.

    Parameters
    ----------
    graph : SignedGraph
    limit : int
        Most optima to list; 0 for the verdicts only, without counting.
    budget : float, optional
        Seconds; what was not shown when they end is `Verdict.UNDECIDED`.
    rng : int or numpy.random.Generator
        Fixes the order of the search; the verdicts do not depend on it.

    Returns
    -------
    Optima

    Raises
    ------
    InputError
        ``limit`` is no number of optima, ``budget`` no number of seconds, or ``graph`` none.

    Notes
    -----
    Verdicts rest on the same bounds as `frustration`: on cycles where they suffice, else on a
    mixed-integer solver's word.

    Examples
    --------
    >>> optima(SignedGraph.from_edges(4, [(0, 1, 1), (1, 2, -1), (0, 2, -1), (2, 3, 1)]))
    Optima(count=1, strained always=0, sometimes=0)
    """
    graph = a_graph(graph)
    if isinstance(limit, bool) or not isinstance(limit, int | np.integer) or limit < 0:
        raise InputError(f"limit={limit!r}; accepted is a number of optima, 0 or more")
    clock = started(budget)
    generator = generator_of(rng)
    found = frustration(graph, budget=budget, rng=generator)
    component = graph.components()
    nothing = np.zeros((0, graph.order), dtype=np.int8)
    if not found.is_exact:
        return Optima(
            graph=graph,
            frustration=found,
            groups=np.arange(graph.order),
            candidates=component,
            camps=nothing,
            count=None,
        )
    if not graph.order:
        return Optima(
            graph=graph,
            frustration=found,
            groups=component,
            candidates=component,
            camps=np.zeros((min(limit, 1), 0), dtype=np.int8),
            count=1,
        )
    whole = Quotient.trivial(Network.of(graph, in_units(graph.weights).amount))
    first = solved(whole.net, whole.inner_side(found.side), generator, clock)
    quotient, witnesses = _rigid(whole, first, component, generator, clock)
    groups, candidates = quotient.label, _classes(component, witnesses)
    known = Optima(
        graph=graph,
        frustration=found,
        groups=groups,
        candidates=candidates,
        camps=nothing,
        count=None,
    )
    if not limit or not known.is_decided:
        return known
    parts = factors(quotient, component, limit, generator, clock)
    if parts is None:
        return known
    return evolve(
        known,
        camps=_combined(quotient, parts, component, limit),
        count=math.prod(len(part.choices) for part in parts),
    )


def _combined(
    quotient: Quotient, parts: list[Factor], component: NDArray[np.int64], limit: int
) -> NDArray[np.int8]:
    """Up to ``limit`` combinations of the choices of all parts."""
    count = math.prod(len(part.choices) for part in parts)
    turn = np.arange(min(count, limit))
    inner = np.ones((len(turn), quotient.net.n), dtype=np.int8)
    for part in parts:
        inner[:, part.groups] = part.choices[turn % len(part.choices)]
        turn = turn // len(part.choices)
    camps = inner[:, quotient.label] * quotient.relation
    _, first = np.unique(component, return_index=True)
    camps = camps * camps[:, first][:, component] if len(first) else camps
    return camps


def _rigid(
    quotient: Quotient,
    found: Solved,
    component: NDArray[np.int64],
    generator: np.random.Generator,
    clock: Clock,
) -> tuple[Quotient, NDArray[np.float64]]:
    """Merge everything that keeps its relation in all optima; return it with the witnesses.

    When the clock ends first, less is merged than could be.
    """
    best, side = found.upper, quotient.lifted(found.side)
    witnesses = side[None]
    while True:
        sure = np.flatnonzero(
            found.proof + found.slack > (best - quotient.offset) * MULTIPLIER_UNIT
        )
        if not len(sure):
            break
        net = quotient.net
        quotient = quotient.merged(net.u[sure], net.v[sure], net.sign[sure])
        found = solved(quotient.net, quotient.inner_side(side), generator, clock)
        witnesses = np.vstack([witnesses, quotient.lifted(found.side)])
    witnesses = np.vstack([witnesses, _wandered(quotient, side, generator)])
    while not clock.over:
        pair = _undecided(quotient, _classes(component, witnesses))
        if pair is None:
            break
        a, b = pair
        inner = quotient.inner_side(side)
        same = np.int8(inner[a] * inner[b])
        ends = np.array([a]), np.array([b])
        forced = quotient.merged(*ends, np.array([-same]))
        start = inner.copy()
        start[b] *= -1
        found = solved(forced.net, forced.inner_side(quotient.lifted(start)), generator, clock)
        if found.upper + forced.offset == best:
            other = forced.lifted(found.side)
            witnesses = np.vstack([witnesses, other, _wandered(quotient, other, generator)])
        elif found.lower + forced.offset > best:
            quotient = quotient.merged(*ends, np.array([same]))
        else:
            break
    return quotient, witnesses


def _undecided(quotient: Quotient, classes: NDArray[np.int64]) -> tuple[int, int] | None:
    """Two groups whose relation no witness disputes; joined by a tie if any such are."""
    inner = np.zeros(quotient.net.n, dtype=np.int64)
    inner[quotient.label] = classes
    alike = np.flatnonzero(inner[quotient.net.u] == inner[quotient.net.v])
    if len(alike):
        return int(quotient.net.u[alike[0]]), int(quotient.net.v[alike[0]])
    rank = np.argsort(inner, kind="stable")
    again = np.flatnonzero(np.diff(inner[rank]) == 0)
    if len(again):
        return int(rank[again[0]]), int(rank[again[0] + 1])
    return None


def _wandered(
    quotient: Quotient, side: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Other optima, a walk of flips that cost nothing away from one; every fresh one is kept."""
    adjacency = quotient.net.adjacency() if quotient.net.m else None
    inner = quotient.inner_side(side)
    kept = []
    flipped: set[int] = set()
    for _ in range(4 * quotient.net.n):
        field_ = inner if adjacency is None else inner * (adjacency @ inner)
        free = np.flatnonzero(field_ == 0) if adjacency is not None else np.arange(len(inner))
        if not len(free):
            break
        fresh = [x for x in free.tolist() if x not in flipped]
        x = fresh[0] if fresh else int(generator.choice(free))
        inner[x] *= -1
        if fresh:
            flipped.add(x)
            kept.append(quotient.lifted(inner))
    return np.array(kept, dtype=np.float64).reshape(-1, len(side))


def _classes(component: NDArray[np.int64], witnesses: NDArray[np.float64]) -> NDArray[np.int64]:
    """Vertices of one component whose relation no two witnesses dispute."""
    switched = witnesses * witnesses[:1]
    _, label = np.unique(
        np.concatenate([component[None], switched.astype(np.int64)]), axis=1, return_inverse=True
    )
    return np.asarray(label, dtype=np.int64).ravel()
