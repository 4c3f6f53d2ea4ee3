"""Greedy packing of negative cycles: a lower bound that needs no program, and a start for one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stancekit.signed.partition.clock import Clock
from stancekit.signed.partition.cycles import Network, Roads, Rows, tree_rows

__all__ = ["ROOTS", "chosen_roots", "most_roots", "packed"]

ROOTS = 24, 384  # trees a round, at least and at most
_CELLS = 10_000_000  # distances that are held at once
_BLOCKED = 5.0  # length of an edge that has nothing left
_ENOUGH = 0.002  # of the goal: a round that packs less is the last
_ROUNDS = 60


def most_roots(net: Network, edges: int) -> int:
    """Trees that memory holds, with distances to all vertices and from as many edges."""
    return int(np.clip(_CELLS // max(net.n + edges, 1), *ROOTS))


def chosen_roots(
    net: Network,
    edges: NDArray[np.int64],
    need: NDArray[np.float64],
    count: int,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """So many ends of these edges, drawn in proportion to what the edges still need."""
    pull = np.bincount(net.u[edges], weights=need, minlength=net.n)
    pull += np.bincount(net.v[edges], weights=need, minlength=net.n)
    most = min(count, int((pull > 0).sum()))
    return generator.choice(net.n, most, replace=False, p=pull / pull.sum())


def packed(
    net: Network, generator: np.random.Generator, clock: Clock
) -> tuple[Rows, NDArray[np.int64]]:
    """Cycles with one negative edge each, and how many units each takes, overspending nothing.

    Rounds of: shortest-path trees over what is left of the positive edges, the best cycle or two
    for every negative edge, and of these, in a random order with short ones first, all that meet
    no earlier one.
    """
    roads = Roads.of(net, sheets=1)
    left = net.weight.copy()
    rows, units = Rows.none(), np.zeros(0, dtype=np.int64)
    goal = int(net.weight[net.sign < 0].sum())
    for _ in range(_ROUNDS):
        need = np.flatnonzero((net.sign < 0) & (left > 0))
        if not len(need) or clock.over:
            break
        roots = chosen_roots(net, need, left[need].astype(np.float64), ROOTS[0], generator)
        f = np.where(left > 0, 0.0, _BLOCKED)
        found = tree_rows(roads, roots, need, f, slack=0.5, hop=0.05, near=2, generator=generator)
        taken, amount = _disjoint(found, left, generator)
        rows, units = rows.joined(found.taken(taken)), np.concatenate([units, amount])
        if amount.sum() < _ENOUGH * goal:
            break
    return rows, units


def _disjoint(
    rows: Rows, left: NDArray[np.int64], generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take cycles, each as much as it can, in waves that share no edge; ``left`` is used up."""
    position = np.arange(len(rows))
    taken, amount = [position[:0]], [left[:0]]
    while len(rows):
        room = np.minimum.reduceat(left[rows.edges], rows.starts[:-1])
        rows, position, room = rows.taken(room > 0), position[room > 0], room[room > 0]
        if not len(rows):
            break
        length = np.diff(rows.starts)
        turn = length * len(rows) + generator.permutation(len(rows))
        first = np.full(len(left), np.iinfo(np.int64).max)
        np.minimum.at(first, rows.edges, np.repeat(turn, length))
        wins = np.minimum.reduceat(first[rows.edges], rows.starts[:-1]) == turn
        wave = rows.taken(wins)
        left[wave.edges] -= np.repeat(room[wins], length[wins])
        taken.append(position[wins])
        amount.append(room[wins])
        rows, position = rows.taken(~wins), position[~wins]
    return np.concatenate(taken), np.concatenate(amount)
