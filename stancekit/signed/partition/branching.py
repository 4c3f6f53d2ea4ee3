"""A tree of decisions on edges, each leaf with its own cycles, where one program leaves a gap."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from stancekit.signed.partition.bracket import Bracket, Tree
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import (
    Network,
    Roads,
    Rows,
    best_of_each,
    covering,
    tree_rows,
    unique_rows,
)
from stancekit.signed.partition.program import simplex, whole_multipliers

__all__ = ["branched"]

_HOP = 1e-7  # of an edge on a path, beside its f: prefers short cycles
_SLACK = 1e-3  # by which a cycle must be violated to become a row
_EACH = 6  # new cycles of one contradicted edge in a round
_IDLE = 0.3  # a cycle that is satisfied by more than this is forgotten
_ROUNDS = 20  # of one node, at most
_HOPELESS = 20  # rounds like the last one that would not close a node: it is divided
_NEARLY = 1e-7  # of the upper bound, that multipliers in floating point may fall short by
_LEAST = 1e-9  # of a fraction, so that a whole edge is divided only where none is fractional
_TRIAL = 30  # nodes after which the size of the whole tree is estimated
_DIVE = 4  # decisions after which its depth is, on the way to the first leaf


@frozen
class _Node:
    """A part of the tree that is still open.

    Attributes
    ----------
    net : Network
        Signs flipped where an edge was decided to be contradicted.
    decided : (m,) bool array
        These cost nothing any more: what they cost is ``paid``.
    rows : Rows
        Cycles to start from.
    proof, times : Rows, int64 array
        Cycles and multipliers that hold here, from the node above.
    depth : int
        Number of decisions.
    """

    net: Network
    decided: NDArray[np.bool_]
    paid: int
    rows: Rows
    proof: Rows
    times: NDArray[np.int64]
    depth: int

    @property
    def shown(self) -> int:
        """Lower bound in multiples of 2^-24 units."""
        return self.paid * MULTIPLIER_UNIT + int(self.times.sum())

    @property
    def room(self) -> NDArray[np.int64]:
        """Weights; more than any bound where an edge is decided."""
        weight = self.net.weight
        return np.where(self.decided, weight.sum(), weight)

    def child(self, edge: int, contradicted: bool) -> _Node:
        """The same after one more decision."""
        decided = self.decided.copy()
        decided[edge] = True
        node = evolve(self, decided=decided, depth=self.depth + 1)
        if not contradicted:
            return node
        sign = self.net.sign.copy()
        sign[edge] *= -1
        here = np.arange(self.net.m) == edge
        rows, proof = self.rows.sums(here) == 0, self.proof.sums(here) == 0
        return evolve(
            node,
            net=evolve(self.net, sign=sign),
            paid=self.paid + int(self.net.weight[edge]),
            rows=self.rows.taken(rows),
            proof=self.proof.taken(proof),
            times=self.times[proof],
        )


def branched(
    bracket: Bracket, start: Rows, generator: np.random.Generator, clock: Clock, most: int
) -> Tree:
    """Divide the problem until each part is closed by its cycles; camps are found on the way.

    A part is divided by one edge: where camps satisfy it and where they contradict it.  Decided
    edges have no weight to spare or to save, so cycles run over them freely; one that was decided
    to be contradicted is paid for and counts as its opposite.  Depth first.  When the clock ends,
    or when the tree looks as if it had more than ``most`` nodes, the parts that are left keep the
    cycles of the part above them, and the bound is the least of all.
    """
    net = bracket.net
    salt = generator.integers(-(2**62), 2**62, net.m)
    adjacency = net.adjacency()
    everywhere = np.zeros(net.m, dtype=bool)
    stack = [_Node(net, everywhere, 0, start, bracket.rows, bracket.times, 0)]
    edges: list[int] = []
    leaves: list[_Node] = []
    # The part of the tree that is done, if all its branches are alike; what the root lacks.
    done, gap, stopped = 0.0, 0, False
    while stack:
        node = stack.pop()
        if not stopped:
            node, f = _bounded(node, bracket, salt, clock)
            camps = bracket.kind.rounded(node.net, f)
            bracket.camps(bracket.kind.polished(adjacency, camps, generator))
            left = (bracket.upper - 1) * MULTIPLIER_UNIT - node.shown
            gap = gap or left
            deep = node.depth == _DIVE and not done
            large = deep and left > 0 and _DIVE * gap > math.log2(most) * (gap - left)
            many = len(edges) >= _TRIAL and len(edges) > most * done
            stopped = clock.over or large or many or len(edges) >= most
        edge = None if stopped or _closed(node, bracket.upper) else _dividing(node, f)
        if edge is None:
            edges.append(-1)
            leaves.append(node)
            done += 0.5**node.depth
        else:
            edges.append(edge)
            stack += [node.child(edge, True), node.child(edge, False)]
    return _tree(edges, leaves)


def _closed(node: _Node, upper: int) -> bool:
    """Whether a node shows that no camps are better, as nearly as its solver can see."""
    short = (upper - 1) * MULTIPLIER_UNIT - node.shown
    return short < 0 or short < _NEARLY * upper * MULTIPLIER_UNIT - MULTIPLIER_UNIT


def _bounded(
    node: _Node, bracket: Bracket, salt: NDArray[np.int64], clock: Clock
) -> tuple[_Node, NDArray[np.float64]]:
    """Rounds of the program of a node, until it is closed or rises too slowly."""
    net, room, rows = node.net, node.room, node.rows
    bad = np.flatnonzero(net.bad(bracket.side))
    roots = covering(net.u[bad], net.v[bad], net.n)
    roads = Roads.of(net, sheets=2)
    before, f = -math.inf, np.zeros(net.m)
    for _ in range(_ROUNDS):
        f, y = simplex(rows, net.weight, clock.left, free=~node.decided)
        times = whole_multipliers(rows, y, room)
        if times.sum() > node.times.sum():
            kept = times > 0
            node = evolve(node, proof=rows.taken(kept), times=times[kept])
        if _closed(node, bracket.upper) or clock.over:
            break
        value = float(net.weight @ f) + node.paid
        if value + _HOPELESS * (value - before) < bracket.upper - 1:
            break
        before = value
        kept = rows.sums(f) <= 1 + _IDLE
        rows = rows.taken(kept)
        found = tree_rows(roads, roots, bad, f, slack=_SLACK, hop=_HOP)
        found, _ = unique_rows(found, salt, rows.sums(salt))
        if not len(found):
            break
        rows = rows.joined(found.taken(best_of_each(found, f, _EACH)))
    return evolve(node, rows=rows.taken(rows.sums(f) <= 1 + _IDLE)), f


def _dividing(node: _Node, f: NDArray[np.float64]) -> int | None:
    """The edge to decide next: neither whole, and many ties at both ends; None if none is open.

    Vertices that decided edges join count as one; edges within such a group are decided by it.
    """
    group, net = _groups(node), node.net
    u, v = group[net.u], group[net.v]
    between = u != v
    if not between.any():
        return None
    weight = np.where(between, net.weight, 0).astype(np.float64)
    ties = np.bincount(u, weight, net.n) + np.bincount(v, weight, net.n)
    promise = np.where(between, (np.minimum(f, 1 - f) + _LEAST) * np.minimum(ties[u], ties[v]), -1)
    return int(promise.argmax())


def _groups(node: _Node) -> Any:
    """Number of the group of each vertex."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    net, along = node.net, np.flatnonzero(node.decided)
    links = coo_array((np.ones(len(along)), (net.u[along], net.v[along])), shape=(net.n, net.n))
    return connected_components(links, directed=False)[1]


def _tree(edges: list[int], leaves: list[_Node]) -> Tree:
    """All leaves, one after the other."""
    proofs = [leaf.proof for leaf in leaves]
    length = np.concatenate([np.diff(proof.starts) for proof in proofs])
    return Tree(
        edges=np.array(edges, dtype=np.int64),
        leaves=np.concatenate([[0], np.cumsum([len(proof) for proof in proofs])]),
        rows=Rows(
            np.concatenate([[0], np.cumsum(length)]),
            np.concatenate([proof.vertices for proof in proofs]),
            np.concatenate([proof.edges for proof in proofs]),
        ),
        times=np.concatenate([leaf.times for leaf in leaves]),
        bound=-(-min(leaf.shown for leaf in leaves) // MULTIPLIER_UNIT),
    )
