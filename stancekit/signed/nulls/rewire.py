"""Move ties by swaps within a sign: signed degrees stay, who is tied to whom does not."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stancekit.chance import generator_of
from stancekit.signed.graph import SignedGraph
from stancekit.signed.nulls.exchange import SWEEPS, alternate

__all__ = ["signed_rewire"]

Edges = NDArray[np.int64]

#: Every tie is swapped about this many times a draw, ...
MOVES = 10
#: ... but where more than this share of all places is taken, swaps find nothing: cycles through
#: the free places do their work, and a few rounds are enough.
CROWDED = 0.25
#: Swaps and exchanges take turns so often; in a crowd, what one opens the other has to use.
BLOCKS, BLOCKS_IN_A_CROWD = 2, 4


def swapped(
    order: int,
    edges: Edges,
    signs: NDArray[np.int8],
    rows: int,
    share: float,
    rng: np.random.Generator,
) -> Edges:
    """One round: pair the ties of each sign at random, and swap ends where nothing is in the way.

    Ties (a, b) and (c, d) of one sign become (a, d) and (c, b).  All pairs move at once, those
    whose two present and two proposed ties are each the only one at their place among *all* ties
    and *all* proposals.  That list is the same after the round as before it, so the round undoes
    itself with the probability with which it is made, and uniform is stationary.

    Parameters
    ----------
    rows : int
        Vertices below it are tied only to vertices from it on (a table); 0: no such halves.
    share : float
        Chance of a pair to propose a swap; fewer get into each other's way less.
    """
    chosen = []
    for sign in (1, 0, -1):
        dealt = rng.permutation(np.flatnonzero(signs == sign))
        pairs = dealt[: len(dealt) // 2 * 2].reshape(-1, 2)
        chosen.append(pairs[rng.random(len(pairs)) < share])
    first, second = np.concatenate(chosen).T
    (a, b), (c, d) = edges[first].T, edges[second].T
    if not rows:
        turn = rng.random(len(first)) < 0.5
        c, d = np.where(turn, d, c), np.where(turn, c, d)

    def place(u: NDArray[np.int64], v: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.minimum(u, v) * order + np.maximum(u, v)

    old = place(*edges.T)
    ad, cb = place(a, d), place(c, b)
    listed = np.concatenate([old, ad, cb])
    order_of = np.argsort(listed)
    twice = np.flatnonzero(np.diff(listed[order_of]) == 0)
    alone = np.ones(len(listed), dtype=np.bool_)
    alone[order_of[twice]] = alone[order_of[twice + 1]] = False
    of_ad, of_cb = np.split(alone[len(old) :], 2)
    move = alone[first] & alone[second] & of_ad & of_cb & (a != d) & (c != b)
    out = edges.copy()
    out[first[move]] = np.stack([a[move], d[move]], axis=1)
    out[second[move]] = np.stack([c[move], b[move]], axis=1)
    out.sort(axis=1)
    return out


def plan(size: int, places: int) -> tuple[int, int, float]:
    """Blocks, rounds on either side of one, chance of a pair; from the size, never the state."""
    density = size / max(places, 1)
    # Never all of them: two ties that always swap come back every other round.
    share = 0.75
    if density > CROWDED:
        return BLOCKS_IN_A_CROWD, 1, min(share, 1 / (4 * density))
    moves = share * (1 - density) ** 2 * math.exp(-4 * share * density)
    return BLOCKS, math.ceil(MOVES / (2 * BLOCKS * moves)), share


def signed_rewire(graph: SignedGraph, *, rng: int | np.random.Generator) -> SignedGraph:
    r"""Draw other ties; every vertex keeps its number of positive and of negative ones.

    The question it serves: is the network more consistent than chance for states with these
    numbers of friends and of enemies, whoever they are?  Since the topology goes too, triangles
    mostly vanish with it; to ask about signs alone use `exchange_signs`.

    The draw comes from a reversible Markov chain on simple signed graphs, with the uniform
    distribution as its stationary one: rounds of double edge swaps [1]_ within a sign, all pairs
    of ties at once,

    .. math:: (a, b), (c, d) \to (a, d), (c, b)

    where no tie of either sign, and no other proposal, is in the way; then sign exchanges along
    alternating cycles (`exchange_signs`), which still move where nothing can be swapped; then as
    many rounds again, so that the whole reads the same backwards; all that twice or more.  Where
    more than a quarter of all pairs are tied, ties also move along cycles that alternate between a
    tie and a free place.

    Parameters
    ----------
    graph : SignedGraph
    rng : int or numpy.random.Generator

    Returns
    -------
    SignedGraph
        No loops, no repeated ties; the same degrees in both signs.  Weights are dealt out anew
        among the ties of the same sign, so a vertex keeps its number of ties and not their weight.

    Notes
    -----
    Rounds are chosen from the order and size alone, so that a tie is swapped about ten times.  That
    every graph with these degrees can be reached is known for one sign [1]_; for two signs we know
    no proof, and graphs with few free places mix slowly.  `test` is valid without either.

    References
    ----------
    .. [1] Fosdick, B. K., Larremore, D. B., Nishimura, J. and Ugander, J. (2018). "Configuring
       random graph models with fixed degree sequences". *SIAM Review* 60(2), 315-355.
       doi:10.1137/16M1087175

    Examples
    --------
    Two alliances and a rivalry among six states; who is allied with whom is drawn anew:

    >>> bloc = SignedGraph.from_edges(6, [(0, 1, 1), (2, 3, 1), (4, 5, -1)])
    >>> signed_rewire(bloc, rng=0).edges
    array([[0, 3],
           [1, 2],
           [4, 5]])

    Where nobody is there, nothing moves:

    >>> signed_rewire(SignedGraph.from_edges(0, []), rng=0).size
    0
    """
    generator = generator_of(rng)
    places = graph.order * (graph.order - 1) // 2
    edges, signs = moved(graph.order, graph.edges, graph.signs, 0, places, generator)
    weights = np.empty(graph.size)
    for sign in (1, -1):
        weights[signs == sign] = generator.permutation(graph.weights[graph.signs == sign])
    return SignedGraph.from_arrays(graph.order, edges, signs, weights)


def moved(
    order: int,
    edges: Edges,
    signs: NDArray[np.int8],
    rows: int,
    places: int,
    rng: np.random.Generator,
) -> tuple[Edges, NDArray[np.int8]]:
    """Blocks of swaps, exchanges, swaps, each a palindrome; ties of sign 0 only swap and move."""
    blocks, rounds, share = plan(len(edges), places)
    kinds = (1, -1) if len(edges) > CROWDED * places else ()
    sweeps = SWEEPS / blocks
    signs = signs.copy()
    for _ in range(blocks):
        for _ in range(rounds):
            edges = swapped(order, edges, signs, rows, share, rng)
        for kind in kinds:
            edges = through_free(order, edges, signs, rows, kind, sweeps, rng)
        line = np.flatnonzero(signs)
        line = line[np.lexsort((edges[line, 1], edges[line, 0]))]
        signs[line] = alternate(_graph(order, edges[line], signs[line]), rng, sweeps)
        for kind in kinds[::-1]:
            edges = through_free(order, edges, signs, rows, kind, sweeps, rng)
        for _ in range(rounds):
            edges = swapped(order, edges, signs, rows, share, rng)
    return edges, signs


def _graph(order: int, edges: Edges, signs: NDArray[np.int8]) -> SignedGraph:
    return SignedGraph(order, edges, signs, np.ones(len(edges)))


def through_free(
    order: int,
    edges: Edges,
    signs: NDArray[np.int8],
    rows: int,
    kind: int,
    sweeps: float,
    rng: np.random.Generator,
) -> Edges:
    """Move the ties of one sign to free places, along cycles that alternate between the two."""
    role = np.zeros((order, order), dtype=np.int8)
    if rows:
        role[:rows, rows:] = -1
    else:
        role[np.triu_indices(order, 1)] = -1
    role[edges[:, 0], edges[:, 1]] = np.where(signs == kind, 1, 0)
    places = np.argwhere(role)
    drawn = alternate(_graph(order, places, role[role != 0]), rng, sweeps)
    out = edges.copy()
    out[signs == kind] = places[drawn > 0]
    return out
