"""Frustration: how far a signed graph is from two camps that no tie contradicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from numbers import Real

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.bounds import Bounds
from stancekit.signed.partition.bracket import Bracket, shown
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT, Certificate
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.core import Core
from stancekit.signed.partition.cycles import Network, Rows
from stancekit.signed.partition.large import close_large
from stancekit.signed.partition.small import close_small, continued
from stancekit.signed.partition.units import Units, in_units

__all__ = [
    "Frustration",
    "Solved",
    "a_graph",
    "close",
    "frustration",
    "frustrations",
    "solved",
    "started",
]

_SMALL = 1500  # edges up to which simplex alone is faster
_MIDDLE = 4000  # edges up to which simplex and a mixed-integer solver are worth their time

_ALIKE = 0.5  # of a proof that must hold for another graph, to mend it
_WIDE = 2.0**62  # what all cycles lay on all ties stays below it, so that int64 holds it


@frozen(kw_only=True, repr=False)
class Frustration(Bounds):
    r"""What is known of a frustration index: ``lower <= L(G) <= upper``.

    There is deliberately no ``value``: ask for a bound, or check ``is_exact`` first.

    Attributes
    ----------
    certificate : Certificate
        Proves ``upper``, and a lower bound, to a stranger.
    total : Fraction
        Weight of all edges.
    told_units : int
        Lower bound in units that rests on the word of a mixed-integer solver, or on all camps
        having been tried (``reason`` says which); 0 where none does.
    excess : Fraction
        Weight lost in reading weights as whole units; 0 for decimals such as 0.75 and 0.2.
    reason : str
        Why the run ended.

    Examples
    --------
    >>> rivals = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    >>> found = frustration(rivals)
    >>> found
    Frustration(lower=1, upper=1, certified)
    >>> found.index
    (0.3333333333333333, 0.3333333333333333)
    """

    certificate: Certificate

    @property
    def side(self) -> NDArray[np.int8]:
        """Camps, (order,), +1 or -1; the first vertex of each component is on side +1."""
        return self.certificate.side

    @property
    def index(self) -> tuple[float, float]:
        r"""Bounds of the consistency index :math:`1 - 2 L / W`; (1, 1) without any tie."""
        if not self.total:
            return 1.0, 1.0
        ends = self.certificate.upper, self._lower
        return float(1 - 2 * ends[0] / self.total), float(1 - 2 * ends[1] / self.total)

    def __repr__(self) -> str:
        return self._shown()

    def _repr_html_(self) -> str:
        low, high = self.index
        more = {
            "consistency index": f"{low:.4f} to {high:.4f}" if low != high else f"{low:.4f}",
            "camps": " / ".join(str(int((self.side == s).sum())) for s in (1, -1)),
        }
        return self._table("frustration", more)


def frustration(
    graph: SignedGraph,
    *,
    hint: Certificate | None = None,
    budget: float | None = None,
    rng: int | np.random.Generator = 0,
    progress: bool = False,
) -> Frustration:
    r"""Bound the least weight of ties that any two camps contradict, exactly where possible.

    .. math:: L(G) = \min_{x \in \{-1, 1\}^n} \sum_{uv \in E} w_{uv} [\sigma_{uv} x_u x_v = -1]

    the frustration index or line index of balance [1]_ [2]_.  The lower bound is the linear
    program with one variable for each edge and one row for each negative cycle, found as they are
    violated; the upper bound comes from rounding it.  On networks of real relations the two
    usually meet, and the certificate then proves the answer in whole numbers.  Where they do not,
    and there are up to 4,000 ties, the problem is divided by decisions on ties, that camps satisfy
    this one or contradict it, until the cycles of each part close it; the certificate then holds
    the tree of decisions and the cycles of each leaf.  Where that tree would be too large, all
    camps are tried, of up to 30 vertices (besides trees), in a second or two; on more a
    mixed-integer solver is asked whether any camps are better.  The result says that its bound
    then rests on the solver's word.

    Parameters
    ----------
    graph : SignedGraph
        Any; weights are read as `rational` numbers, so that 0.2 is one fifth.
    hint : Certificate, optional
        What is known of a related graph on the same vertices, or of this one: the search starts
        from its camps, and from those of its cycles that are negative here.  Where the two
        differ in a few ties it saves most of the time, and a run that a budget ended goes on from
        its camps and cycles.  It need not prove anything, and never makes a bound wrong.  Of
        several optimal camps, others may be returned than without it.
    budget : float, optional
        Seconds; honest bounds are returned when they end, and more seconds give no worse ones.
        Without one the run ends when the bounds meet or nothing more is known to try.  That is a
        matter of seconds at 100 vertices with 300 ties of random signs, but the time grows
        exponentially with the gap that the program over cycles leaves: give a budget where signs
        are near random or rivals are many.
    rng : int or numpy.random.Generator
        Fixes the answer, where no budget ends the run.
    progress : bool
        Show the bounds as they close (needs tqdm).

    Returns
    -------
    Frustration

    Raises
    ------
    InputError
        ``graph`` is no SignedGraph, ``budget`` is negative or not a number, or ``hint`` is about
        other vertices or damaged.
    MissingExtraError
        ``progress`` without tqdm.

    References
    ----------
    .. [1] Harary, F. (1959). "On the measurement of structural balance". *Behavioral Science*
       4(4), 316-323. (From memory; the entry was not seen.)
    .. [2] Aref, S. and Wilson, M. C. (2018). "Measuring partial balance in signed networks".
       *Journal of Complex Networks* 6(4), 566-595. doi:10.1093/comnet/cnx044

    Examples
    --------
    Two blocs, and one member of the second that keeps a friend in the first:

    >>> ties = [(0, 1, 1), (2, 3, 1), (0, 2, -1), (1, 3, -1), (0, 3, 1)]
    >>> found = frustration(SignedGraph.from_edges(4, ties))
    >>> found.lower, found.upper, found.side
    (1, 1, array([ 1,  1, -1, -1], dtype=int8))

    Without ties there is nothing to contradict, and no tie is not a neutral one:

    >>> frustration(SignedGraph.from_edges(2, []))
    Frustration(lower=0, upper=0, certified)

    One tie turns round; what is known of the graph before it is enough to answer:

    >>> turned = SignedGraph.from_edges(4, [*ties[:4], (0, 3, -1)])
    >>> frustration(turned, hint=found.certificate)
    Frustration(lower=0, upper=0, certified)
    """
    generator = generator_of(rng)
    graph = a_graph(graph)
    _read_hint(hint, graph.order)
    with shown(progress) as report:
        return _bracketed(graph, hint, started(budget), generator, report)


def frustrations(
    graphs: Iterable[SignedGraph],
    *,
    budget: float | None = None,
    rng: int | np.random.Generator = 0,
    progress: bool = False,
) -> tuple[Frustration, ...]:
    """Bound the frustration of many related graphs, each with the answer of the one before.

    Windows of a series, copies with some signs flipped, single changes: each proof is the
    ``hint`` for the next, as in `frustration`.  The bounds are those of each graph alone wherever
    these are exact; where there are several optimal camps, others of them may be returned.

    Parameters
    ----------
    graphs : iterable of SignedGraph
        In an order that puts like beside like; vertices keep their numbers throughout.
    budget : float, optional
        Seconds for each graph.
    rng, progress
        As in `frustration`.

    Returns
    -------
    tuple of Frustration

    Raises
    ------
    InputError
        ``graphs`` are no SignedGraphs, or ``budget`` is negative or not a number.

    Examples
    --------
    >>> graph = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)])
    >>> [found.upper for found in frustrations([graph, graph.switched([0])])]
    [1, 1]
    >>> frustrations([])
    ()
    """
    generator = generator_of(rng)
    found: list[Frustration] = []
    if not isinstance(graphs, Iterable):
        raise InputError(f"graphs={graphs!r}; accepted are several SignedGraphs")
    with shown(progress) as report:
        for graph in map(a_graph, graphs):
            known = found[-1].certificate if found else None
            hint = known if known is not None and known.order == graph.order else None
            found.append(_bracketed(graph, hint, started(budget), generator, report))
    return tuple(found)


def _bracketed(
    graph: SignedGraph,
    hint: Certificate | None,
    clock: Clock,
    generator: np.random.Generator,
    report: Callable[[int, int], None] | None,
) -> Frustration:
    """Bounds of one graph, from what is known of another."""
    units = in_units(graph.weights)
    core = Core.of(graph, units.amount)
    bracket = Bracket(core.net, np.ones(core.net.n), report=report, shows_trees=True)
    rows = Rows.none()
    if hint is not None:
        bracket.camps(core.inner_side(hint.side))
        rows, which = core.inner_rows(hint.starts, hint.vertices)
        scale = float(min(units.scale / hint.scale, Fraction(_WIDE)))
        times = hint.multipliers[which] * scale
        alike = times.sum() > _ALIKE * scale * hint.multipliers.sum()
        if not alike or times @ np.diff(rows.starts) >= _WIDE:
            rows = Rows.none()
        elif core.net.m <= _MIDDLE:
            rows = continued(bracket, rows, times.astype(np.int64), generator)
        else:
            bracket.cycles(rows, times / MULTIPLIER_UNIT)
    close(bracket, rows, generator, clock)
    return _result(graph, units, core, bracket)


def _read_hint(hint: Certificate | None, order: int) -> None:
    """Refuse what is not about these vertices, or cannot be read at all."""
    if hint is None:
        return
    if not isinstance(hint, Certificate):
        raise InputError(
            f"hint is of type {type(hint).__name__}; accepted is the certificate of a Frustration"
        )
    starts, ring = hint.starts, hint.vertices
    if hint.order != order or hint.side.shape != (order,):
        raise InputError(
            f"hint is about {hint.order} vertices, the graph has {order}; accepted is a "
            "certificate of a graph on the same vertices"
        )
    if (
        hint.scale <= 0
        or not np.isin(hint.side, (-1, 1)).all()
        or starts.shape != (hint.cycles + 1,)
        or (starts[0], starts[-1]) != (0, len(ring))
        or (np.diff(starts) < 1).any()
        or not ((ring >= 0) & (ring < order)).all()
        or (hint.multipliers < 0).any()
    ):
        raise InputError(
            "hint is damaged: its camps, cycles or multipliers are none; accepted is a "
            "certificate as `frustration` gives it and `save` writes it"
        )


@frozen
class Solved:
    """Bounds of a network in units, the camps, and what each edge has left of its weight.

    An edge with ``proof + slack`` beyond an optimum, both in multiples of 2^-24 units, is
    contradicted in no optimum.
    """

    lower: int
    upper: int
    side: NDArray[np.float64]
    proof: int
    slack: NDArray[np.int64]


def solved(
    net: Network, start: NDArray[np.float64], generator: np.random.Generator, clock: Clock
) -> Solved:
    """Bound a network as `frustration` bounds a graph, starting from camps."""
    graph = SignedGraph.from_arrays(net.n, np.stack([net.u, net.v], axis=1), net.sign, net.weight)
    core = Core.of(graph, net.weight)
    bracket = Bracket(core.net, start[core.vertices])
    close(bracket, Rows.none(), generator, clock)
    spent = np.zeros(core.net.m, dtype=np.int64)
    np.add.at(spent, bracket.rows.edges, np.repeat(bracket.times, np.diff(bracket.rows.starts)))
    slack = net.weight * MULTIPLIER_UNIT
    slack[np.setdiff1d(np.arange(net.m), core.peeled)] -= spent
    return Solved(
        max(bracket.proved, bracket.told),
        bracket.upper,
        core.side(bracket.side).astype(np.float64),
        int(bracket.times.sum()),
        slack,
    )


def close(bracket: Bracket, start: Rows, generator: np.random.Generator, clock: Clock) -> None:
    """Simplex for small graphs, first-order steps for large ones, and both for those between."""
    if bracket.closed:
        bracket.reason = "the cycles meet the camps" if bracket.upper else "balanced"
        return
    m = bracket.net.m
    if m > _SMALL:
        close_large(bracket, start, generator, clock)
        start = bracket.pool
    if not bracket.closed and m <= _MIDDLE and not clock.over:
        close_small(bracket, start, generator, clock)


def a_graph(given: object) -> SignedGraph:
    """What was handed over for a graph, checked."""
    if not isinstance(given, SignedGraph):
        raise InputError(f"graph={given!r}; accepted is a SignedGraph")
    return given


def started(budget: float | None) -> Clock:
    """A clock for a budget that was checked."""
    if budget is not None and (
        isinstance(budget, bool) or not isinstance(budget, Real) or not budget >= 0
    ):
        raise InputError(f"budget={budget!r}; accepted is a number of seconds, or None")
    return Clock(budget)


def _result(graph: SignedGraph, units: Units, core: Core, bracket: Bracket) -> Frustration:
    """Put the bracket of the core into words about the graph."""
    side = core.side(bracket.side)
    tree = (
        bracket.tree if bracket.tree is not None and bracket.tree.bound > bracket.proved else None
    )
    proof = Certificate(
        order=graph.order,
        scale=units.scale,
        lower_units=bracket.proved if tree is None else tree.bound,
        upper_units=units.cost(graph.weights, graph.frustrated(side)),
        side=side,
        starts=bracket.rows.starts,
        vertices=core.vertices[bracket.rows.vertices],
        multipliers=bracket.times,
    )
    if tree is not None:
        ends = np.stack([core.net.u, core.net.v], axis=1)
        inner = tree.edges >= 0
        branches = np.where(inner[:, None], core.vertices[ends[tree.edges]], -1)
        proof = evolve(
            proof,
            branches=branches,
            leaves=tree.leaves,
            leaf_starts=tree.rows.starts,
            leaf_vertices=core.vertices[tree.rows.vertices],
            leaf_multipliers=tree.times,
        )
    return Frustration(
        certificate=proof,
        total=(Fraction(int(units.amount.sum())) + units.excess) / units.scale,
        told_units=bracket.told if bracket.told > proof.lower_units else 0,
        excess=units.excess / units.scale,
        reason=bracket.reason,
    )
