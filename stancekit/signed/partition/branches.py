"""What a tree of decisions on edges proves, checked in whole numbers, leaf by leaf."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.steps import Steps, read_steps

__all__ = ["Leaf", "read_leaves", "tree_shows"]


@frozen
class Leaf:
    """The decisions on the way to a leaf: edges, and which of them are contradicted."""

    rows: NDArray[np.int64]
    contradicted: NDArray[np.bool_]


def read_leaves(graph: SignedGraph, branches: NDArray[np.int64]) -> list[Leaf] | str:
    """The leaves of a tree, in order, or why it is none.

    Parameters
    ----------
    branches : (nodes, 2) int64 array
        Ends of the edge that each node decides, (-1, -1) at a leaf.  After a node comes all that
        is below it: first where the edge is satisfied, then where it is contradicted.  So every
        choice of camps belongs to just one leaf, whatever the numbers are.
    """
    if branches.ndim != 2 or branches.shape[1] != 2:
        return "the tree is no list of edges"
    ends = (branches == -1).all(axis=1)
    inner = branches[~ends]
    if inner.size and (inner.min() < 0 or inner.max() >= graph.order):
        return "the tree decides on a vertex that is not in the graph"
    row = np.full(len(branches), -1)
    row[~ends] = graph.locate(inner[:, 0], inner[:, 1])
    missing = np.flatnonzero((row < 0) & ~ends)
    if len(missing):
        u, v = branches[missing[0]].tolist()
        return f"the tree decides on ({u}, {v}), which is no edge"
    leaves: list[Leaf] = []
    open_: list[dict[int, bool]] = [{}]
    for edge in row.tolist():
        if not open_:
            return "the tree goes on after its last leaf"
        path = open_.pop()
        if edge < 0:
            edges, values = np.array(list(path), dtype=np.int64), list(path.values())
            leaves.append(Leaf(edges, np.array(values, dtype=np.bool_)))
        elif edge in path:
            return "the tree decides on an edge twice"
        else:
            open_ += [{**path, edge: True}, {**path, edge: False}]
    return "the tree lacks a leaf" if open_ else leaves


def tree_shows(
    graph: SignedGraph,
    amount: NDArray[np.int64],
    unit: int,
    branches: NDArray[np.int64],
    leaves: NDArray[np.int64],
    starts: NDArray[np.int64],
    vertices: NDArray[np.int64],
    multipliers: NDArray[np.int64],
) -> int | str:
    """What all camps contradict at least, in multiples of 1 / ``unit`` units, or why nothing.

    Any camps belong to one leaf.  They contradict the edges that it says, and of each of its
    cycles, with the signs of these turned round, one edge more that is not decided.
    """
    parts = read_leaves(graph, branches)
    if isinstance(parts, str):
        return parts
    if leaves.shape != (len(parts) + 1,) or leaves[0] != 0 or leaves[-1] != len(multipliers):
        return "the leaves are not delimited"
    if (np.diff(leaves) < 0).any():
        return "the leaves are not delimited"
    nowhere = np.full(graph.order, -1)
    steps = read_steps(graph, starts, vertices, len(multipliers), nowhere, 3)
    if isinstance(steps, str):
        return f"in the tree {steps}"
    if (multipliers < 0).any():
        return "in the tree a multiplier is negative"
    least: int | None = None
    for k, leaf in enumerate(parts):
        first, last = leaves[k : k + 2].tolist()
        there = Steps(
            steps.starts[first : last + 1] - steps.starts[first],
            steps.row[steps.starts[first] : steps.starts[last]],
            steps.sign[steps.starts[first] : steps.starts[last]],
        )
        shown = _leaf_shows(leaf, there, multipliers[first:last], amount, unit)
        if isinstance(shown, str):
            return f"in leaf {k} of the tree {shown}"
        least = shown if least is None else min(least, shown)
    return 0 if least is None else least


def _leaf_shows(
    leaf: Leaf, steps: Steps, times: NDArray[np.int64], amount: NDArray[np.int64], unit: int
) -> int | str:
    """What the camps of one leaf contradict at least, or why nothing is shown."""
    length = np.diff(steps.starts)
    if float((times.astype(np.float64) * length).sum()) >= 2.0**62:
        return "the multipliers are larger than any weight"
    turn = np.ones(len(amount), dtype=np.int8)
    turn[leaf.rows[leaf.contradicted]] = -1
    if len(times):
        negative = Steps(steps.starts, steps.row, steps.sign * turn[steps.row]).negative()
        loose = np.flatnonzero(negative % 2 == 0)
        if len(loose):
            return f"cycle {loose[0]} is no contradiction: {negative[loose[0]]} negative edges"
    spent = np.zeros(len(amount), dtype=np.int64)
    np.add.at(spent, steps.row, np.repeat(times, length))
    spent[leaf.rows] = 0
    if (spent > amount * unit).any():
        return "the cycles take more than its weight from an edge"
    return int(amount[leaf.rows[leaf.contradicted]].sum()) * unit + int(times.sum())
