"""Clusters: how far a signed graph is from camps, any number of them, that no tie contradicts."""

from __future__ import annotations

import html
from fractions import Fraction

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.bracket import Bracket, shown
from stancekit.signed.partition.certificate import ClusterCertificate
from stancekit.signed.partition.core import Core
from stancekit.signed.partition.cycles import Rows
from stancekit.signed.partition.frustration import close, started
from stancekit.signed.partition.kinds import AnyCamps
from stancekit.signed.partition.units import in_units, number

__all__ = ["Clusters", "clusters"]


@frozen(kw_only=True, repr=False)
class Clusters:
    """What is known of the least weight that camps, any number of them, contradict.

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
    total: Fraction
    told_units: int = 0
    excess: Fraction = field(default=Fraction(0))
    reason: str = ""

    @property
    def _lower(self) -> Fraction:
        held = self.certificate
        return max(held.lower_units, self.told_units) / held.scale

    @property
    def lower(self) -> int | float:
        """The greatest weight that is known to be contradicted by any camps."""
        return number(self._lower)

    @property
    def upper(self) -> int | float:
        """The weight that ``labels`` contradict."""
        return number(self.certificate.upper)

    @property
    def labels(self) -> NDArray[np.int64]:
        """Camp of each vertex, (order,), numbered by first vertex."""
        return self.certificate.labels

    @property
    def camps(self) -> int:
        """Number of camps."""
        return int(self.labels.max(initial=-1)) + 1

    @property
    def is_exact(self) -> bool:
        """Whether the bounds meet."""
        return self._lower == self.certificate.upper

    @property
    def is_certified(self) -> bool:
        """Whether the certificate alone proves that the bounds meet."""
        return self.certificate.lower_units == self.certificate.upper_units

    @property
    def loss(self) -> float:
        """Weight lost in rounding weights down to whole units; 0.0 when they are exact."""
        return float(self.excess)

    def __repr__(self) -> str:
        status = "certified" if self.is_certified else "exact" if self.is_exact else "open"
        return f"Clusters(lower={self.lower}, upper={self.upper}, camps={self.camps}, {status})"

    def _repr_html_(self) -> str:
        return (
            f"<table><caption>Clusters</caption><tr><td>{html.escape(repr(self))}</td></tr></table>"
        )


def clusters(
    graph: SignedGraph,
    *,
    budget: float | None = None,
    rng: int | np.random.Generator = 0,
    progress: bool = False,
) -> Clusters:
    r"""Bound the least weight of ties that camps, any number of them, contradict.

    .. math:: \min_{c} \sum_{uv \in E} w_{uv} [\sigma_{uv} = +1 \text{ and } c_u \ne c_v
              \text{ or } \sigma_{uv} = -1 \text{ and } c_u = c_v]

    the distance to weak balance [1]_, which is correlation clustering [2]_.  Never more than the
    frustration, which allows two camps only.  The lower bound is the program of `frustration` over
    cycles with exactly one negative tie; the upper bound comes from moving vertices and merging
    camps.

    Parameters
    ----------
    graph, budget, rng, progress
        As in `frustration`.

    Returns
    -------
    Clusters

    References
    ----------
    .. [1] Davis, J. A. (1967). "Clustering and structural balance in graphs". *Human Relations*
       20(2), 181-187. doi:10.1177/001872676702000206
    .. [2] Bansal, N., Blum, A. and Chawla, S. (2004). "Correlation clustering". *Machine Learning*
       56, 89-113. doi:10.1023/B:MACH.0000033116.57574.95

    Examples
    --------
    >>> clusters(SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)])).upper
    1
    >>> clusters(SignedGraph.from_edges(0, []))
    Clusters(lower=0, upper=0, camps=0, certified)
    """
    clock = started(budget)
    generator = np.random.default_rng(rng)
    units = in_units(graph.weights)
    core = Core.of(graph, units.amount)
    kind = AnyCamps()
    with shown(progress) as report:
        bracket = Bracket(core.net, kind.plain(core.net.n), report=report, kind=kind)
        close(bracket, Rows.none(), generator, clock)
    labels = core.groups(bracket.side)
    together = labels[graph.edges[:, 0]] == labels[graph.edges[:, 1]]
    proof = ClusterCertificate(
        order=graph.order,
        scale=units.scale,
        lower_units=bracket.proved,
        upper_units=units.cost(graph.weights, (graph.signs > 0) != together),
        labels=labels,
        starts=bracket.rows.starts,
        vertices=core.vertices[bracket.rows.vertices],
        multipliers=bracket.times,
    )
    return Clusters(
        certificate=proof,
        total=(Fraction(int(units.amount.sum())) + units.excess) / units.scale,
        told_units=bracket.told,
        excess=units.excess / units.scale,
        reason=bracket.reason,
    )
