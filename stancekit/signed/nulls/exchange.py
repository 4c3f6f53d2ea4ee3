"""Exchange signs along alternating cycles: nobody's ties or signed degrees change."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, repeat

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.chance import generator_of
from stancekit.signed.graph import SignedGraph

__all__ = ["exchange_signs"]

#: Every free tie is flipped about this many times a draw; see the measurement in `exchange_signs`.
SWEEPS = 10
_BLOCK = 1 << 10


@frozen(eq=False)
class Free:
    """The ties whose sign is not settled by the signed degrees alone, and how many walks to make.

    Attributes
    ----------
    ties : (m,) bool array
        A tie at a vertex whose open ties all have one sign can never change; with such ties taken
        away, others follow, until every vertex that is left has open ties of both signs.
    walks : int
        Walks a sweep.  It depends on what the chain keeps (ties and signed degrees), never on
        where the chain is: otherwise it would not be reversible.
    """

    ties: NDArray[np.bool_]
    walks: int


def free_ties(graph: SignedGraph) -> Free:
    """Peel off settled ties in rounds."""
    u, v = graph.edges.T
    positive = graph.signs > 0
    free = np.ones(graph.size, dtype=np.bool_)
    while True:
        rows = free & positive, free & ~positive
        plus, minus = (
            np.bincount(u[row], minlength=graph.order) + np.bincount(v[row], minlength=graph.order)
            for row in rows
        )
        mixed = (plus > 0) & (minus > 0)
        kept = free & mixed[u] & mixed[v]
        if kept.sum() == free.sum():
            break
        free = kept
    # A walk over N states closes after about sqrt(pi N / 2) steps, and half of them are its loop.
    states = 2 * int(mixed.sum())
    loop = max(4.0, math.sqrt(math.pi * states / 8))
    return Free(free, math.ceil(int(free.sum()) / loop))


def _uniforms(rng: np.random.Generator) -> Iterator[float]:
    """Numbers in [0, 1) without end, at the price of a list's."""
    return chain.from_iterable(rng.random(_BLOCK).tolist() for _ in repeat(None))


def alternate(graph: SignedGraph, rng: np.random.Generator, sweeps: float) -> NDArray[np.int8]:
    """Signs after ``sweeps`` sweeps of walks; the kernel is symmetric, so uniform is stationary.

    A walk leaves vertex by vertex through ties of alternating sign, each drawn evenly, and ends
    when it is about to leave a vertex by a sign by which it left it before: the part since then is
    an alternating closed trail, and is flipped unless the walk used one of its ties twice.  The
    same walk with the loop turned round leads back, and has the same probability, because the
    numbers it draws from are signed degrees.
    """
    signs = graph.signs.copy()
    free = free_ties(graph)
    rows = np.flatnonzero(free.ties)
    if not len(rows):
        return signs
    # One slot an end of a free tie, those of a vertex together, positive ones first; state 2v is
    # "leave v by a positive tie", 2v + 1 "by a negative one".  To flip is to swap slots.
    u, v = graph.edges[rows].T
    minus = (signs[rows] < 0).astype(np.int64)
    owner = np.concatenate([2 * u + minus, 2 * v + minus])
    order = np.argsort(owner, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    half = len(rows)
    other = np.concatenate([v, u])[order] * 2
    mate = place[(order + half) % (2 * half)]
    tie = np.concatenate([rows, rows])[order]
    counts = np.bincount(owner, minlength=2 * graph.order)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    states = np.flatnonzero(counts)

    head, twin, name = other.tolist(), mate.tolist(), tie.tolist()
    base, width, state = starts.tolist(), counts.tolist(), states.tolist()
    draw = _uniforms(rng).__next__
    seen = [-1] * (2 * graph.order)
    step = [0] * (2 * graph.order)
    number = len(state)
    # One walk more or less, by a coin: where every walk flips something the chain has a period.
    for walk in range(math.ceil(sweeps * free.walks) + int(draw() < 0.5)):
        at = state[int(draw() * number)]
        path: list[int] = []
        while seen[at] != walk:
            seen[at] = walk
            step[at] = len(path)
            slot = base[at] + int(draw() * width[at])
            path.append(slot)
            at = head[slot] + 1 - (at & 1)
        loop = path[step[at] :]
        came = [twin[slot] for slot in loop]
        if not set(path).isdisjoint(came):
            continue
        # At each stop the tie that came and the tie that goes change places.
        came.insert(0, came.pop())
        for a, b in zip(came, loop):
            head[a], head[b] = head[b], head[a]
            name[a], name[b] = name[b], name[a]
        # The tie that left through loop[i] now sits at came[i], and at its far end where the next
        # one was.
        for a, b in zip(came, loop[1:] + loop[:1]):
            twin[a] = b
            twin[b] = a
    section = np.repeat(np.arange(2 * graph.order), counts)
    signs[np.array(name, dtype=np.int64)] = 1 - 2 * (section & 1).astype(np.int8)
    return signs


def exchange_signs(graph: SignedGraph, *, rng: int | np.random.Generator) -> SignedGraph:
    r"""Draw other signs for the same ties; every vertex keeps its positive and negative degree.

    The question it serves: given who deals with whom, and how friendly and how hostile each one
    is, are the signs arranged more consistently than they would have to be?  Hao and Kovács [1]_
    show that a null model has to keep both the topology and the signed degrees to tell balance
    from the mere presence of quarrelsome vertices.  They keep the degrees *in expectation*
    (`fit_signs`); here they are kept *exactly*: the draw is from the uniform distribution over

    .. math:: \{\sigma \in \{-1, +1\}^E : \textstyle\sum_{e \ni v} [\sigma_e = +1] = d^+(v)
              \text{ for every } v\}

    by a reversible Markov chain that starts at ``graph``.  One step walks through ties of
    alternating sign until it would repeat itself, and flips the alternating cycle so found.  Two
    assignments with the same signed degrees differ by such trails, so every one can be reached;
    walks that use a tie twice change nothing.

    Parameters
    ----------
    graph : SignedGraph
        Weights stay on their ties.
    rng : int or numpy.random.Generator

    Returns
    -------
    SignedGraph
        The same edges and weights.

    Notes
    -----
    A draw makes enough walks to flip every tie that can change about ten times.  On the windows of
    interstate relations 1946-1999 and on bitcoin_alpha the number of balanced triangles and the
    overlap with the start are level from about four.  That is a measurement, not a bound on the
    mixing time; `test` does not need one, since it starts all draws at a common hub.

    Many ties cannot change at all: a vertex whose ties are all positive settles them.

    References
    ----------
    .. [1] Hao, B. and Kovács, I. A. (2024). "Proper network randomization is key to assessing
       social balance". *Science Advances* 10(18), eadj0104. doi:10.1126/sciadv.adj0104

    Examples
    --------
    Four states, two alliances and two rivalries; each state keeps one of either, and the only
    other arrangement swaps them:

    >>> square = SignedGraph.from_edges(4, [(0, 1, 1), (1, 2, -1), (2, 3, 1), (0, 3, -1)])
    >>> {tuple(exchange_signs(square, rng=k).signs.tolist()) for k in range(9)} == {
    ...     (1, -1, -1, 1), (-1, 1, 1, -1)
    ... }
    True

    A rivalry between two states without any other tie is settled, and so is nothing at all:

    >>> exchange_signs(SignedGraph.from_edges(2, [(0, 1, -1)]), rng=0).signs
    array([-1], dtype=int8)
    >>> exchange_signs(SignedGraph.from_edges(0, []), rng=0).size
    0
    """
    signs = alternate(graph, generator_of(rng), SWEEPS)
    return SignedGraph(graph.order, graph.edges, signs, graph.weights)
