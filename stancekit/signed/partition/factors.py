"""Independent parts of what is left to decide, and all optima of each."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import Network
from stancekit.signed.partition.frustration import solved
from stancekit.signed.partition.quotient import Quotient

__all__ = ["Factor", "factors"]

_LISTED = 14  # groups: up to here all camps of a part are simply tried


@frozen
class Factor:
    """Groups that depend on nobody else once the hub of their component is held.

    ``choices`` (k, len(groups)) are their camps, relative to the hub, in the optima.
    """

    groups: NDArray[np.int64]
    choices: NDArray[np.int8]


def factors(
    quotient: Quotient,
    component: NDArray[np.int64],
    limit: int,
    generator: np.random.Generator,
    clock: Clock,
) -> list[Factor] | None:
    """The parts that are independent of one another once a hub of each component is held.

    None if a part has more optima than ``limit``, or the clock ends first.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    net = quotient.net
    home = np.zeros(net.n, dtype=np.int64)
    home[quotient.label] = component
    degree = np.bincount(np.concatenate([net.u, net.v]), minlength=net.n)
    rank = np.lexsort((-degree, home))
    hubs = rank[np.unique(home[rank], return_index=True)[1]]
    held = np.isin(np.arange(net.n), hubs)
    free = ~held[net.u] & ~held[net.v]
    links = coo_array((np.ones(free.sum()), (net.u[free], net.v[free])), shape=(net.n, net.n))
    _, part = connected_components(links, directed=False)
    found: list[Factor] = []
    for p in np.unique(part[~held]).tolist():
        groups = np.flatnonzero((part == p) & ~held)
        choices = _choices(quotient, groups, limit, generator, clock)
        if choices is None:
            return None
        found.append(Factor(groups, choices))
    return found


def _choices(
    quotient: Quotient,
    groups: NDArray[np.int64],
    limit: int,
    generator: np.random.Generator,
    clock: Clock,
) -> NDArray[np.int8] | None:
    """All optima of one part, its hub held at +1."""
    net, q = quotient.net, len(groups)
    place = np.full(net.n, -1, dtype=np.int64)
    place[groups] = np.arange(q)
    inside = (place[net.u] >= 0) | (place[net.v] >= 0)
    # Column q stands for the hub, the only other group that an edge of the part can reach.
    place = np.where(place < 0, q, place)
    u, v = place[net.u[inside]], place[net.v[inside]]
    value = net.sign[inside] * net.weight[inside]
    if q <= _LISTED:
        return _tried(np.zeros((1, 0), dtype=np.int8), q, u, v, value)
    beginnings = _branched(q, u, v, net.sign[inside], net.weight[inside], limit, generator, clock)
    if beginnings is None:
        return None
    tried = [_tried(x[None], q, u, v, value) for x in beginnings]
    return np.concatenate(tried)


def _tried(
    prefix: NDArray[np.int8],
    q: int,
    u: NDArray[np.int64],
    v: NDArray[np.int64],
    value: NDArray[np.int64],
) -> NDArray[np.int8]:
    """The best of all ways to complete a prefix of camps, by trying each."""
    rest = q - prefix.shape[1]
    bits = (np.arange(2**rest)[:, None] >> np.arange(rest)) & 1
    camps = np.concatenate(
        [
            np.repeat(prefix, 2**rest, axis=0),
            (1 - 2 * bits).astype(np.int8),
            np.ones((2**rest, 1), dtype=np.int8),
        ],
        axis=1,
    )
    agreement = np.zeros(2**rest, dtype=np.int64)
    for a, b, x in zip(u.tolist(), v.tolist(), value.tolist()):
        agreement += x * (camps[:, a] * camps[:, b]).astype(np.int64)
    return camps[agreement == agreement.max(), :q]


def _branched(
    q: int,
    u: NDArray[np.int64],
    v: NDArray[np.int64],
    sign: NDArray[np.int8],
    weight: NDArray[np.int64],
    limit: int,
    generator: np.random.Generator,
    clock: Clock,
) -> NDArray[np.int8] | None:
    """All beginnings of optima, long enough that what is left can be tried."""
    graph = SignedGraph.from_arrays(q + 1, np.stack([u, v], axis=1), sign, weight)
    whole = Quotient.trivial(Network.of(graph, graph.weights.astype(np.int64)))
    best = solved(whole.net, np.ones(whole.net.n), generator, clock)
    if best.lower < best.upper:
        return None
    # Each beginning carries one optimum that continues it, so only the other branch is solved.
    level = [best.side * best.side[q]]
    for depth in range(q - _LISTED):
        turned = []
        for camps in level:
            other = camps.copy()
            other[depth] *= -1
            fixed = np.append(np.arange(depth + 1), q)
            hub = np.full(depth + 1, depth + 1)
            relation = other[fixed[:-1]].astype(np.int8)
            forced = whole.merged(fixed[hub], fixed[:-1], relation)
            answer = solved(forced.net, forced.inner_side(other), generator, clock)
            if answer.upper + forced.offset == best.upper:
                side = forced.lifted(answer.side)
                turned.append(side * side[q])
            elif answer.lower + forced.offset <= best.upper:
                return None
        level += turned
        if len(level) > limit:
            return None
    return np.array([camps[: q - _LISTED] for camps in level], dtype=np.int8)
