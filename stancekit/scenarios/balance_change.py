"""The smallest change after which no tie is strained: frustration weighed by what mending costs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from attrs import field, frozen

from stancekit.scenarios.asking import (
    Ask,
    Balanced,
    Move,
    Option,
    SmallestChange,
    options_of,
    unit_of,
    unreachable,
)
from stancekit.scenarios.board import Board, Pair, admissible
from stancekit.signed import partition
from stancekit.signed.graph import SignedGraph

__all__ = ["BalanceProof", "balanced"]


@frozen
class BalanceProof:
    """Why no cheaper set of moves balances the ties.

    Whatever the two camps, some ties contradict them, and each of those has to be mended. So
    the least cost is the frustration of the same ties, each weighed by the least cost of
    mending it.

    Attributes
    ----------
    graph : SignedGraph
        The ties, weighed by the cost of mending them in units; those that cannot be mended
        by more than all others together.
    names : tuple of str
        Of its vertices.
    certificate : Certificate
    unit : Fraction
        The cost that a weight of 1 stands for.
    """

    graph: SignedGraph
    names: tuple[str, ...] = field(repr=False)
    certificate: partition.Certificate
    unit: Fraction

    def bound(self) -> float:
        """The cost that no successful set falls below; checked without the solver."""
        if not self.certificate.proves(self.graph):
            return 0.0
        return float(self.certificate.lower * self.unit)


def balanced(ask: Ask, goal: Balanced) -> SmallestChange:
    """Weigh each tie by the cheapest moves that mend it, and find the cheapest to contradict."""
    cells = admissible(ask.world, ask.movers)
    board = Board.of(ask.world, ask.rivalry, ask.ties, cells, ask.values)
    mends: dict[Pair, list[tuple[Move, ...]]] = {}
    prices: dict[Pair, Fraction] = {}
    for option in options_of(ask, board, board.ties):
        if option.units * board.ties[option.pair] > 0:
            continue  # it would still have its sign
        known = prices.get(option.pair)
        if known is None or option.price < known:
            prices[option.pair], mends[option.pair] = option.price, []
        if option.price == prices[option.pair]:
            mends[option.pair] = _one_each(option, mends[option.pair])
    unit = unit_of([*prices.values()])
    beyond = int(sum(prices.values(), Fraction(0)) / unit) + 1
    pairs = sorted(board.ties)
    weights = [int(prices[p] / unit) if p in prices else beyond for p in pairs]
    signs = [1 if board.ties[p] > 0 else -1 for p in pairs]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    graph = SignedGraph.from_arrays(
        len(board.names), ends, np.array(signs), np.array(weights, dtype=np.float64)
    )
    found = partition.optima(graph, limit=ask.limit + 1)
    bounds = found.frustration
    proof = BalanceProof(graph, board.names, bounds.certificate, unit)
    if not bounds.is_exact:
        return unreachable(goal, f"the bounds do not meet: {bounds.reason}")
    if bounds.upper >= beyond:
        return unreachable(goal, "ties that may not move contradict one another")
    broken = {tuple(np.flatnonzero(graph.frustrated(bounds.side)).tolist())}
    broken |= {tuple(np.flatnonzero(graph.frustrated(side)).tolist()) for side in found.camps}

    def ways() -> Iterator[tuple[Move, ...]]:
        for edges in sorted(broken):
            for choice in itertools.product(*(mends[pairs[edge]] for edge in edges)):
                yield tuple(move for moves in choice for move in moves)

    listed = list(itertools.islice(ways(), ask.limit + 1))
    least = float(Fraction(bounds.upper) * unit)
    how = (
        "shown by negative cycles, each of which needs a change"
        if bounds.is_certified
        else "by the word of the mixed-integer solver"
    )
    return SmallestChange(
        goal,
        least,
        tuple(ask.scenario(goal, way) for way in listed[: ask.limit]),
        found.is_complete and len(listed) <= ask.limit,
        "it is balanced already"
        if not bounds.upper
        else f"any two camps leave ties to mend that cost at least {least:g}, {how} (each tie "
        "weighed by the cost of mending it)",
        proof,
    )


def _one_each(option: Option, known: list[tuple[Move, ...]]) -> list[tuple[Move, ...]]:
    """Keep the mildest way of each set of cells."""

    def cells(moves: tuple[Move, ...]) -> set[tuple[str, str]]:
        return {(move.actor, move.toward) for move in moves}

    def size(moves: tuple[Move, ...]) -> float:
        return sum(move.distance for move in moves)

    same = [moves for moves in known if cells(moves) == option.cells]
    if not same:
        return [*known, option.moves]
    if size(option.moves) >= size(same[0]):
        return known
    return [option.moves if moves is same[0] else moves for moves in known]
