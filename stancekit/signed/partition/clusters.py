"""Clusters: how far a signed graph is from camps that no tie contradicts, any number or few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.bounds import Bounds
from stancekit.signed.partition.bracket import Bracket, shown
from stancekit.signed.partition.certificate import ClusterCertificate
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.core import Core
from stancekit.signed.partition.cycles import Rows
from stancekit.signed.partition.few_camps import in_few_camps
from stancekit.signed.partition.frustration import close, started
from stancekit.signed.partition.kinds import AnyCamps, TwoCamps
from stancekit.signed.partition.known import Known, read_given
from stancekit.signed.partition.units import in_units

__all__ = ["Clusters", "clusters"]

_FIRST = 0.7  # of a budget, for camps without a limit, before they are put into few


@frozen(kw_only=True, repr=False)
class Clusters(Bounds):
    """What is known of the least weight that camps, any number of them or few, contradict.

    Attributes
    ----------
    certificate : ClusterCertificate
        Proves ``upper``, and a lower bound, to a stranger.
    total : Fraction
        Weight of all edges.
    told_units : int
        Lower bound in units that rests on the word of a mixed-integer solver; 0 where none does.
    excess : Fraction
        Weight lost in reading weights as whole units.
    reason : str
        Why the run ended.

    Examples
    --------
    Three mutual rivals need three camps, and contradict nothing then:

    >>> found = clusters(SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)]))
    >>> found, found.labels
    (Clusters(lower=0, upper=0, camps=3, certified), array([0, 1, 2]))
    """

    certificate: ClusterCertificate

    @property
    def labels(self) -> NDArray[np.int64]:
        """Camp of each vertex, (order,), numbered by first vertex."""
        return self.certificate.labels

    @property
    def camps(self) -> int:
        """Number of camps."""
        return int(self.labels.max(initial=-1)) + 1

    @property
    def most(self) -> int | None:
        """How many camps there may be; None for any number."""
        return self.certificate.most

    @property
    def given(self) -> NDArray[np.int64] | None:
        """The camps that were given, -1 where a vertex is free; None if none were."""
        return self.certificate.given

    def _said(self) -> dict[str, int]:
        said = {"camps": self.camps}
        if self.most is not None:
            said["most"] = self.most
        if self.given is not None:
            said["given"] = int(np.count_nonzero(self.given >= 0))
        return said

    def __repr__(self) -> str:
        return self._shown(*(f"{name}={count}" for name, count in self._said().items()))

    def _repr_html_(self) -> str:
        return self._table("contradicted", self._said())


def clusters(
    graph: SignedGraph,
    k: int | None = None,
    *,
    given: ArrayLike | Mapping[int, int] | None = None,
    budget: float | None = None,
    rng: int | np.random.Generator = 0,
    progress: bool = False,
) -> Clusters:
    r"""Bound the least weight of ties that camps, any number of them or few, contradict.

    .. math:: \min_{c} \sum_{uv \in E} w_{uv} [\sigma_{uv} = +1 \text{ and } c_u \ne c_v
              \text{ or } \sigma_{uv} = -1 \text{ and } c_u = c_v]

    the distance to weak balance [1]_, which is correlation clustering [2]_.  Never more than the
    frustration, which allows two camps only.  The lower bound is the program of `frustration` over
    cycles with exactly one negative tie; the upper bound comes from moving vertices and merging
    camps.

    Parameters
    ----------
    graph : SignedGraph
        As in `frustration`.
    k : int, optional
        At most so many camps [3]_.  1 puts all together; 2 is the `frustration` index, with its
        cycles as the proof.  From 3 on the lower bound without ``k`` remains one; where it does
        not meet the best camps found, a mixed-integer solver is asked, and the result says that it
        rests on that solver's word.  ``k`` at or beyond the number of vertices allows any camps.
    given : array_like of int or mapping, optional
        Camps known in part: one whole number a vertex, -1 where it is free, or a mapping from
        vertices to such numbers.  Vertices with one number are together, those with different ones
        apart, in the answer and in the bound; other vertices may join them or not.  The numbers
        themselves mean nothing, and are not those of ``labels``.
    budget, rng, progress
        As in `frustration`.

    Returns
    -------
    Clusters

    Raises
    ------
    InputError
        ``k`` is no whole number, 1 or more; ``given`` has not one whole number a vertex, -1 or
        more, or tells more camps apart than ``k`` allows; ``budget`` is negative.

    Notes
    -----
    Given camps are merged into one vertex each, every two of them with a negative tie that
    outweighs what parting them could cost; parallel ties are added up.  The certificate is about
    the graph itself again, and names the camps that were given (see `ClusterCertificate`).

    References
    ----------
    .. [1] Davis, J. A. (1967). "Clustering and structural balance in graphs". *Human Relations*
       20(2), 181-187. doi:10.1177/001872676702000206
    .. [2] Bansal, N., Blum, A. and Chawla, S. (2004). "Correlation clustering". *Machine Learning*
       56, 89-113. doi:10.1023/B:MACH.0000033116.57574.95
    .. [3] Doreian, P. and Mrvar, A. (1996). "A partitioning approach to structural balance".
       *Social Networks* 18, 149-168. doi:10.1016/0378-8733(95)00259-6

    Examples
    --------
    >>> clusters(SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)])).upper
    1
    >>> clusters(SignedGraph.from_edges(0, []))
    Clusters(lower=0, upper=0, camps=0, certified)

    Four mutual rivals, and room for three camps: someone must stand beside a rival.  That no
    cycle shows, and the solver is believed:

    >>> rivals = SignedGraph.from_edges(4, [(u, v, -1) for v in range(4) for u in range(v)])
    >>> clusters(rivals, 3)
    Clusters(lower=1, upper=1, camps=3, most=3, exact by the solver's word)

    Two allies of different blocs: what it costs that both blocs hold, in whichever camps.

    >>> allies = SignedGraph.from_edges(4, [(0, 1, 1), (2, 3, 1), (1, 2, 3)])
    >>> clusters(allies, given={0: 7, 3: 8})
    Clusters(lower=1, upper=1, camps=2, given=2, certified)
    """
    most = _at_most(k)
    told = read_given(given, graph.order, most)
    clock = started(budget)
    generator = generator_of(rng)
    units = in_units(graph.weights)
    known = _all_one(graph) if most == 1 else told
    with shown(progress) as report:
        if known is None:
            found = _solved(graph, units.amount, most, generator, clock, report)
        else:
            held = Known.of(graph, units.amount, known)
            found = _solved_around(held, most, generator, clock, report)
    together = found.labels[graph.edges[:, 0]] == found.labels[graph.edges[:, 1]]
    proof = ClusterCertificate(
        order=graph.order,
        scale=units.scale,
        lower_units=found.proved,
        upper_units=units.cost(graph.weights, (graph.signs > 0) != together),
        labels=_by_first(found.labels),
        most=most,
        given=told,
        starts=found.starts,
        vertices=found.vertices,
        multipliers=found.times,
    )
    return Clusters(
        certificate=proof,
        total=(Fraction(int(units.amount.sum())) + units.excess) / units.scale,
        told_units=found.told,
        excess=units.excess / units.scale,
        reason=found.reason,
    )


def _at_most(k: Any) -> int | None:
    if k is None:
        return None
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise InputError(f"k={k!r}; accepted is a number of camps, 1 or more, or None for any")
    return int(k)


def _all_one(graph: SignedGraph) -> NDArray[np.int64]:
    return np.zeros(graph.order, dtype=np.int64)


def _by_first(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number camps by their first vertices."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)


@frozen
class _Found:
    """Camps of a graph, cycles over it, and the bounds in units that rest on them or on a word."""

    labels: NDArray[np.int64]
    starts: NDArray[np.int64]
    vertices: NDArray[np.int64]
    times: NDArray[np.int64]
    proved: int
    told: int
    reason: str


def _solved(
    graph: SignedGraph,
    amount: NDArray[np.int64],
    most: int | None,
    generator: np.random.Generator,
    clock: Clock,
    report: Callable[[int, int], None] | None,
) -> _Found:
    """Any camps, two camps, or a few out of any."""
    core = Core.of(graph, amount)
    kind = TwoCamps() if most == 2 else AnyCamps()
    few = most is not None and 2 < most < graph.order
    bracket = Bracket(core.net, kind.plain(core.net.n), report=report, kind=kind)
    first = Clock(None if clock.left is None else _FIRST * clock.left) if few else clock
    close(bracket, Rows.none(), generator, first)
    told, reason = bracket.told, bracket.reason
    if most == 2:
        labels = (core.side(bracket.side) < 0).astype(np.int64)
    elif most is not None and few:
        inner, told, reason = in_few_camps(bracket, most, generator, clock)
        labels = core.few(inner, most)
    else:
        labels = core.groups(bracket.side)
    return _Found(
        labels,
        bracket.rows.starts,
        core.vertices[bracket.rows.vertices],
        bracket.times,
        bracket.proved,
        told,
        reason,
    )


def _solved_around(
    held: Known,
    most: int | None,
    generator: np.random.Generator,
    clock: Clock,
    report: Callable[[int, int], None] | None,
) -> _Found:
    """Camps that keep to given ones."""
    amount = held.merged.weights.astype(np.int64)
    found = _solved(held.merged, amount, most, generator, clock, report)
    starts, vertices, times = held.cycles(found.starts, found.vertices, found.times)
    return _Found(
        held.lifted(found.labels, most),
        starts,
        vertices,
        times,
        found.proved + held.offset,
        found.told + held.offset if found.told else 0,
        found.reason,
    )
