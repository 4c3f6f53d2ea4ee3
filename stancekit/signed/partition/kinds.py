"""What counts as a contradiction, two camps or any number; and the search for good camps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.partition.camps import annealed, rounded, settled
from stancekit.signed.partition.core import Core
from stancekit.signed.partition.cycles import Network, Rows
from stancekit.signed.partition.program import Closed, milp_close, milp_clusters
from stancekit.signed.partition.quotient import Quotient
from stancekit.signed.partition.regroup import combined, refined, regrouped, shaken
from stancekit.signed.partition.small_camps import annealed_copies

__all__ = ["AnyCamps", "Kind", "TwoCamps"]

_HEATS = (1.0, 2.0, 3.0)  # of the annealing starts, in mean weights
_ANNEALING = 200  # sweeps of each; more of them do not help, rounding does
_OFTEN = range(9, 70, 2)  # rounds; most networks are closed before the first of them
_SHAKES = 5_000  # in vain, of camps that were drawn, or one a vertex if these are fewer
_NEAR = 0.05  # camps that contradict more than the answer by so much of it are not worth mending
_SURE = 0.01  # of an answer: positive edges up to this are left as they are when camps are shaken
_PATIENCE = 20, 2, 20_000  # shakes in vain: at least, so many more a group, at most


class Kind(Protocol):
    """What the loops must know of the kind of camps that they look for.

    Camps are one number a vertex: +1 or -1 for two of them, any whole numbers for many.
    """

    @property
    def sheets(self) -> int:
        """Of the roads on which a small network is searched (see `Roads`)."""

    def bad(self, net: Network, camps: NDArray[Any]) -> NDArray[np.bool_]:
        """Which edges the camps contradict."""

    def view(self, net: Network, camps: NDArray[Any]) -> Network:
        """The network in which cycles with one negative edge are looked for."""

    def closing(self, net: Network, camps: NDArray[Any]) -> NDArray[np.int64]:
        """Edges that touch every cycle that could still be violated."""

    def relation(self, camps: NDArray[Any]) -> NDArray[np.int8]:
        """How vertices stand to a group into which satisfied edges merge them."""

    @property
    def draws(self) -> Sequence[int]:
        """Rounds of the loop for large networks in which further camps are drawn."""

    def drawn(
        self,
        net: Network,
        adjacency: Any,
        camps: NDArray[Any],
        count: int,
        generator: np.random.Generator,
    ) -> NDArray[np.float64]:
        """Good camps of a large network, for the ``count``-th time; the best so far are given."""

    def polished(
        self, adjacency: Any, camps: NDArray[Any], generator: np.random.Generator
    ) -> NDArray[np.float64]:
        """Camps no worse, by local search."""

    def rounded(self, net: Network, f: NDArray[np.float64]) -> NDArray[np.float64]:
        """Camps out of a fractional answer."""

    def searched(
        self, net: Network, adjacency: Any, generator: np.random.Generator
    ) -> NDArray[np.float64]:
        """Good camps of a small network."""

    def last_resort(
        self, net: Network, rows: Rows, camps: NDArray[Any], lower: int, seconds: float | None
    ) -> Closed:
        """What is left to try between these camps and a lower bound in units."""

    def plain(self, n: int) -> NDArray[np.float64]:
        """Camps that no search has touched."""

    def lifted(self, core: Core, camps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Camps of a graph out of those of its core, contradicting nothing more."""


@frozen
class TwoCamps:
    """Friends in one camp, foes across: frustration."""

    sheets: int = 2
    draws: Sequence[int] = (15, 20)

    def bad(self, net: Network, camps: NDArray[Any]) -> NDArray[np.bool_]:
        """Which edges the camps contradict."""
        return net.bad(camps)

    def view(self, net: Network, camps: NDArray[Any]) -> Network:
        """Switched, so that what the camps contradict is negative."""
        return net.switched(camps)

    def closing(self, net: Network, camps: NDArray[Any]) -> NDArray[np.int64]:
        """What the camps contradict: every negative cycle has an odd number of these."""
        return np.flatnonzero(net.bad(camps))

    def relation(self, camps: NDArray[Any]) -> NDArray[np.int8]:
        """The camp itself."""
        return camps.astype(np.int8)

    def drawn(
        self,
        net: Network,
        adjacency: Any,
        camps: NDArray[Any],
        count: int,
        generator: np.random.Generator,
    ) -> NDArray[np.float64]:
        """Annealing from one camp, each time at another heat."""
        heat = _HEATS[count % len(_HEATS)] * float(net.weight.mean())
        return annealed(adjacency, np.ones(net.n), heat, _ANNEALING, generator)

    def polished(
        self, adjacency: Any, camps: NDArray[Any], generator: np.random.Generator
    ) -> NDArray[np.float64]:
        """Descent by single vertices."""
        return settled(adjacency, camps.astype(np.float64), generator)

    def rounded(self, net: Network, f: NDArray[np.float64]) -> NDArray[np.float64]:
        """Along a spanning forest of the surest edges."""
        return rounded(net, f)

    def searched(
        self, net: Network, adjacency: Any, generator: np.random.Generator
    ) -> NDArray[np.float64]:
        """Many copies annealed side by side."""
        return annealed_copies(net, generator)

    def last_resort(
        self, net: Network, rows: Rows, camps: NDArray[Any], lower: int, seconds: float | None
    ) -> Closed:
        """All camps are tried, or are 0/1 variables of a program."""
        return milp_close(net, rows, camps, lower, seconds=seconds)

    def plain(self, n: int) -> NDArray[np.float64]:
        """All in one camp."""
        return np.ones(n)

    def lifted(self, core: Core, camps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Along the trees that hang from the core."""
        return core.side(camps).astype(np.float64)


@frozen
class AnyCamps:
    """Friends in one camp, foes in different ones, as many camps as it takes: clusters."""

    sheets: int = 1
    draws: Sequence[int] = _OFTEN

    def bad(self, net: Network, camps: NDArray[Any]) -> NDArray[np.bool_]:
        """Which edges the camps contradict."""
        return np.asarray((net.sign > 0) != (camps[net.u] == camps[net.v]))

    def view(self, net: Network, camps: NDArray[Any]) -> Network:
        """The network itself: only a cycle with one negative edge is a contradiction."""
        return net

    def closing(self, net: Network, camps: NDArray[Any]) -> NDArray[np.int64]:
        """All negative edges."""
        return np.flatnonzero(net.sign < 0)

    def relation(self, camps: NDArray[Any]) -> NDArray[np.int8]:
        """In the same camp."""
        return np.ones(len(camps), dtype=np.int8)

    def drawn(
        self,
        net: Network,
        adjacency: Any,
        camps: NDArray[Any],
        count: int,
        generator: np.random.Generator,
    ) -> NDArray[np.float64]:
        """Regrouping from single vertices, in another order, combined with the best so far.

        At first with a second regrouping; later, as there is more to lose, what comes of it is
        refined once more and shaken.
        """

        def grouped() -> NDArray[np.int64]:
            alone = regrouped(adjacency, np.arange(net.n), generator)
            return refined(adjacency, alone.astype(np.int64), generator)

        if not count:
            return combined(adjacency, grouped(), grouped(), generator).astype(np.float64)
        best = combined(adjacency, camps.astype(np.int64), grouped(), generator)
        best = refined(adjacency, best, generator)
        patience = min(net.n, _SHAKES)
        return shaken(adjacency, best, generator, patience=patience).astype(np.float64)

    def polished(
        self, adjacency: Any, camps: NDArray[Any], generator: np.random.Generator
    ) -> NDArray[np.float64]:
        """Regrouping from these camps."""
        return regrouped(adjacency, camps.astype(np.int64), generator)

    def rounded(self, net: Network, f: NDArray[np.float64]) -> NDArray[np.float64]:
        """Components of the positive edges with ``f`` below 1/2, mended where it is in doubt.

        Edges that the answer is sure of are contracted.  What is left is small, even on large
        networks, and shaken until that no longer helps.  Components that contradict far more than
        the answer are not mended: that program is not solved yet.
        """
        tied = net.sign > 0
        camps = _components(net, tied & (f < 0.5))
        answer, cost = float(net.weight @ f), float(net.weight @ self.bad(net, camps))
        if cost > (1 + _NEAR) * answer or not (np.minimum(f, 1 - f) > _SURE).any():
            return camps.astype(np.float64)
        generator = np.random.default_rng(0)  # what is in doubt differs from call to call
        groups = _components(net, tied & (f < _SURE))
        left = Quotient.of(net, groups, np.ones(net.n, dtype=np.int8))
        camps = left.inner_side(camps).astype(np.int64)
        adjacency = left.net.adjacency()
        camps = regrouped(adjacency, camps, generator).astype(np.int64)
        patience = min(_PATIENCE[0] + _PATIENCE[1] * left.net.n, _PATIENCE[2])
        return left.lifted(shaken(adjacency, camps, generator, patience=patience).astype(float))

    def searched(
        self, net: Network, adjacency: Any, generator: np.random.Generator
    ) -> NDArray[np.float64]:
        """Regrouping from single vertices."""
        return regrouped(adjacency, np.arange(net.n), generator)

    def last_resort(
        self, net: Network, rows: Rows, camps: NDArray[Any], lower: int, seconds: float | None
    ) -> Closed:
        """Contradictions as 0/1 variables, cycles added until the answer is one of camps."""
        return milp_clusters(net, rows, seconds=seconds)

    def plain(self, n: int) -> NDArray[np.float64]:
        """Each alone."""
        return np.arange(float(n))

    def lifted(self, core: Core, camps: NDArray[np.float64]) -> NDArray[np.float64]:
        """A tree that hangs from the core by positive edges joins its camp."""
        return core.groups(camps).astype(np.float64)


def _components(net: Network, tied: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Groups of vertices that these edges hold together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(tied.sum()), (net.u[tied], net.v[tied])), shape=(net.n, net.n))
    return connected_components(links, directed=False)[1].astype(np.int64)
