"""At most so many camps: out of camps without a limit by merging, moving, and a last resort."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.partition.block_program import milp_blocks
from stancekit.signed.partition.bracket import Bracket
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.moves import camps_pattern, contracted, moved

__all__ = ["in_few_camps"]

_TRIES = 6  # ways to put camps into fewer, each then mended vertex by vertex
_EDGES = 4000  # up to which a mixed-integer solver is worth its time


def in_few_camps(
    bracket: Bracket, most: int, generator: np.random.Generator, clock: Clock
) -> tuple[NDArray[np.int64], int, str]:
    """Camps, at most ``most``, of the network of a bracket; what the solver says; why it ended.

    What no camps without a limit can satisfy, fewer cannot: the lower bound of the bracket stays
    one.  Its camps are merged into ``most``, as vertices of a small graph, then mended vertex by
    vertex, several times.  If that does not meet the bound, a mixed-integer solver is asked for
    less.
    """
    net = bracket.net
    if not net.n:
        return np.zeros(0, dtype=np.int64), bracket.told, bracket.reason
    adjacency, pattern = net.adjacency(), camps_pattern(most)
    _, camps = np.unique(bracket.side, return_inverse=True)
    between = contracted(adjacency, camps)
    lower = max(bracket.proved, bracket.told)

    def cost(labels: NDArray[np.int64]) -> int:
        together = labels[net.u] == labels[net.v]
        return int(net.weight[(net.sign > 0) != together].sum())

    best = np.zeros(net.n, dtype=np.int64)
    for k in range(_TRIES):
        if cost(best) <= lower or (k and clock.over):
            break
        # The larger camps stay apart at first, the others are dealt out.
        order = np.argsort(-np.bincount(camps))
        start = generator.integers(0, most, between.shape[0])
        start[order[:most]] = np.arange(min(most, len(order)))
        merged = moved(between, pattern, start, generator, clock)
        found = moved(adjacency, pattern, merged[camps], generator, clock)
        if cost(found) < cost(best):
            best = found
    if cost(best) <= lower:
        return best, bracket.told, bracket.reason
    if clock.over or net.m > _EDGES:
        return best, bracket.told, "the budget is spent" if clock.over else "moves gain no more"
    last = milp_blocks(net, pattern, bracket.pool, cost(best), seconds=clock.left)
    if last.side is not None:
        mended = moved(adjacency, pattern, last.side.astype(np.int64), generator, clock)
        best = min(best, last.side.astype(np.int64), mended, key=cost)
    told = min(max(bracket.told, last.told), cost(best))
    met = told >= cost(best)
    return best, told, "a mixed-integer solver closed the gap" if met else "the budget is spent"
