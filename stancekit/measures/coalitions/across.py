"""Coalitions across all contests at once: the camps, any number or few, that ties yield."""

from __future__ import annotations

import html
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.projection import StanceGraph, TieRule, mean, stance_graph
from stancekit.records.snapshot import Snapshot
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import ClusterCertificate, clusters

__all__ = ["Camps", "camps"]


@frozen(repr=False)
class Camps:
    """Camps across the contests of a day, as many as the ties ask for or at most so many.

    Attributes
    ----------
    camps : tuple of tuple of str
        Actors and claimants, the largest camp first, names sorted. Where any number of camps
        was asked for, all within a camp are connected by positive ties.
    most : int or None
        How many camps there may be; None for any number.
    lower, upper : float
        Bounds of the least weight of ties that any camps contradict: positive ties between
        camps and negative ones inside. ``upper`` is what these camps contradict.
    is_exact : bool
        Whether the bounds meet. Other camps may do as well.
    is_certified : bool
        Whether the certificate alone proves both bounds; bounds that meet without that rest on
        a solver's word.
    contests : tuple of str
        Contests with a claimant that has a tie.
    observations : int
        Ties that were counted.
    weight : float
        Their total weight.
    reason : str
        Why there are no camps; empty where there are.
    bridge : StanceGraph
    certificate : ClusterCertificate
        ``certificate.proves(bridge.graph)`` checks the bounds without the solver.
    """

    camps: tuple[tuple[str, ...], ...]
    most: int | None
    lower: float
    upper: float
    is_exact: bool
    is_certified: bool
    contests: tuple[str, ...]
    observations: int
    weight: float
    reason: str
    bridge: StanceGraph = field(repr=False)
    certificate: ClusterCertificate = field(repr=False)

    @property
    def by_name(self) -> Mapping[str, int]:
        """The place of each name's camp in ``camps``: a structure to compare."""
        return MappingProxyType(
            dict(sorted((name, k) for k, camp in enumerate(self.camps) for name in camp))
        )

    def __repr__(self) -> str:
        if self.reason:
            return f"Camps({self.reason})"
        bounds = f"{self.upper:g}" if self.is_exact else f"{self.lower:g} to {self.upper:g}"
        proof = "certified" if self.is_certified else "exact" if self.is_exact else "bounds"
        sizes = ", ".join(str(len(camp)) for camp in self.camps[:5])
        more = ", ..." if len(self.camps) > 5 else ""
        allowed = "" if self.most is None else f" (at most {self.most})"
        return (
            f"Camps({len(self.camps)}{allowed} of {sizes}{more} names, contradicting {bounds} of "
            f"{self.weight:g} ({proof}), {self.observations} ties)"
        )

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{html.escape(', '.join(camp))}</li>" for camp in self.camps)
        return f"<p>{html.escape(repr(self))}</p><ol>{rows}</ol>"


def camps(
    snapshot: Snapshot,
    *,
    k: int | None = None,
    rivalry: float = 1.0,
    ties: TieRule = mean,
    budget: float | None = None,
    rng: int | np.random.Generator = 0,
) -> Camps:
    r"""Part actors and claimants of all contests into camps that their ties contradict least.

    .. math:: \min_{c} \sum_{uv} w_{uv} [\sigma_{uv} = +1 \text{ and } c_u \ne c_v
              \text{ or } \sigma_{uv} = -1 \text{ and } c_u = c_v]

    over the graph of ``projection.stance_graph``: the number of camps is found [1]_, unless
    ``k`` says how many there may be at most. A coalition is what one contest makes; a camp is
    what holds over all of them. For two camps only, who changes sides, and which ties are
    strained, see ``consistency.alignment``. Of camps that cost the same one is shown. What no
    positive tie connects is never put together without ``k``, and with it may be.

    Parameters
    ----------
    snapshot : Snapshot
        ``Snapshot.restrict(targets=...)`` chooses contests.
    k : int, optional
        At most so many camps, as in ``partition.clusters``.
    rivalry, ties
        As in ``projection.stance_graph``.
    budget : float, optional
        Seconds to work at most; bounds that do not meet are then given as such.
    rng : int or numpy.random.Generator

    Raises
    ------
    InputError
        If ``rivalry`` is negative or not finite, or ``k`` is no whole number, 1 or more.

    References
    ----------
    .. [1] Davis, J. A. (1967). "Clustering and structural balance in graphs". *Human Relations*
       20(2), 181-187. doi:10.1177/001872676702000206

    Examples
    --------
    Three claim a seat, each with a friend: three camps, and nothing is contradicted, where
    two camps would have to join two of the rivals.

    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=map(Actor, ["CUB", "FRA", "TUR"]),
    ...     contests=[Contest("seat")], claimants=[Claimant(c, "seat") for c in "abc"],
    ...     stances=[Stance("CUB", "a", "supports"), Stance("FRA", "b", "recognises"),
    ...              Stance("TUR", "c", "recognises")]).at("2019-04-30")
    >>> found = camps(world)
    >>> found.camps, found.upper, found.is_certified
    ((('CUB', 'a'), ('FRA', 'b'), ('TUR', 'c')), 0, True)
    >>> camps(world, k=2)
    Camps(2 (at most 2) of 4, 2 names, contradicting 1 of 5.5 (certified), 6 ties)
    >>> camps(Dossier("empty").at("2019-04-30"))
    Camps(there are no ties that day)
    """
    bridge = stance_graph(snapshot, rivalry=rivalry, ties=ties)
    graph = bridge.graph
    found = clusters(graph, k, budget=budget, rng=rng)
    labels = _connected(graph, found.labels) if k is None else found.labels
    groups: dict[int, list[str]] = {}
    for vertex, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(bridge.names[vertex])
    tied = set(bridge.names)
    return Camps(
        tuple(sorted((tuple(sorted(g)) for g in groups.values()), key=lambda c: (-len(c), c))),
        found.most,
        found.lower,
        found.upper,
        found.is_exact,
        found.is_certified,
        tuple(sorted({c.contest for c in snapshot.claimants if c.code in tied})),
        graph.size,
        float(graph.total_weight),
        "" if graph.size else "there are no ties that day",
        bridge,
        found.certificate,
    )


def _connected(graph: SignedGraph, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The parts of the camps that positive ties connect: parting them contradicts nothing."""
    u, v = graph.edges.T
    kept = (graph.signs > 0) & (labels[u] == labels[v])
    inside = SignedGraph.from_arrays(
        graph.order, graph.edges[kept], graph.signs[kept], graph.weights[kept]
    )
    return inside.components()
