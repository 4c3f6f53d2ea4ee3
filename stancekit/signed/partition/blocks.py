"""Blocks: how far a signed graph is from a prespecified pattern of signs between blocks."""

from __future__ import annotations

import html
from fractions import Fraction

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.arrays import array_key, held_sides
from stancekit.chance import generator_of
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.block_certificate import BlockCertificate, contradicted, fitted
from stancekit.signed.partition.block_search import Search
from stancekit.signed.partition.bounds import Bounds
from stancekit.signed.partition.bracket import shown
from stancekit.signed.partition.clusters import Clusters, clusters
from stancekit.signed.partition.cycles import Network
from stancekit.signed.partition.frustration import started
from stancekit.signed.partition.moves import camps_pattern
from stancekit.signed.partition.units import in_units

__all__ = ["Blocks", "blocks"]


@frozen(kw_only=True, repr=False)
class Blocks(Bounds):
    """What is known of the least weight that blocks contradict, given the signs between blocks.

    Attributes
    ----------
    certificate : BlockCertificate
        Proves ``upper``, and a lower bound, to a stranger.
    image : (k, k) int8 array
        The pattern with the better sign where it was 0; 0 where neither is better.
    total : Fraction
        Weight of all edges.
    told_units : int
        Lower bound in units that the certificate does not show: it rests on the word of a
        mixed-integer solver or, with open signs, of one run for every way to choose them.
    excess : Fraction
        Weight lost in reading weights as whole units.
    reason : str
        Why the run ended.

    Examples
    --------
    >>> found = blocks(SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)]), [[-1]])
    >>> found, found.image
    (Blocks(lower=2, upper=2, blocks=1, certified), array([[-1]], dtype=int8))
    """

    certificate: BlockCertificate
    image: NDArray[np.int8] = field(eq=array_key, converter=held_sides)

    @property
    def labels(self) -> NDArray[np.int64]:
        """Block of each vertex, (order,): a row of ``pattern``; some rows may have no vertex."""
        return self.certificate.labels

    @property
    def pattern(self) -> NDArray[np.int8]:
        """The signs that were asked for, (k, k); 0 where the sign was open."""
        return self.certificate.pattern

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of vertices in each block, (k,)."""
        return np.bincount(self.labels, minlength=len(self.pattern)).astype(np.int64)

    def __repr__(self) -> str:
        return self._shown(f"blocks={len(self.pattern)}")

    def _repr_html_(self) -> str:
        image = " / ".join("".join("-0+"[x + 1] for x in row) for row in self.image.tolist())
        sizes = " / ".join(map(str, self.sizes.tolist()))
        return self._table("contradicted", {"sizes": sizes, "image": html.escape(image)})


def blocks(
    graph: SignedGraph,
    pattern: ArrayLike,
    *,
    budget: float | None = None,
    rng: int | np.random.Generator = 0,
    progress: bool = False,
) -> Blocks:
    r"""Bound the least weight of ties that contradict prespecified signs between blocks.

    .. math:: \min_{b} \sum_{uv \in E} w_{uv} [\sigma_{uv} \ne P_{b(u) b(v)}]

    over all ways to put each vertex into a block, where :math:`P_{cd}` is the sign of the ties
    between blocks :math:`c` and :math:`d`, and :math:`P_{cc}` that of the ties within block
    :math:`c`: the prespecified blockmodel of relaxed structural balance [1]_.  A block may
    mediate between two hostile ones, be hostile within itself, or be liked by all; a block may
    also stay empty.  Where :math:`P` is 0 the sign is open: that pair of blocks as a whole counts
    as positive or as negative, whichever contradicts less.

    Friends together and foes apart, +1 on the diagonal and -1 off it, is `clusters` with at most
    k camps, `frustration` for two; both are asked, there, and with all signs exchanged.
    Otherwise the lower bound is the linear program of one variable a tie and one row for each walk
    that no blocks satisfy (see `BlockCertificate`), the upper bound comes from moving vertices by
    tabu search [2]_, and a mixed-integer solver is asked where the two do not meet; the result then
    says that it rests on that solver's word.

    Parameters
    ----------
    graph : SignedGraph
        As in `frustration`.
    pattern : (k, k) array_like
        +1, -1 or 0; symmetric.
    budget, rng, progress
        As in `frustration`.

    Returns
    -------
    Blocks

    Raises
    ------
    InputError
        The pattern is no symmetric matrix of +1, -1 and 0 with a row at least; ``budget`` is
        negative.

    Notes
    -----
    Open signs are taken as both in the walks of the certificate, which then proves little.  Up to
    12 of them are chosen in every way that differs, each is bounded as a pattern of its own, and
    the least of these bounds is told.  Beyond 4,000 ties the lower bound of a pattern that is not
    one of camps is 0; no walks are looked for where more than 100 products can be made of a
    pattern.

    References
    ----------
    .. [1] Doreian, P. and Mrvar, A. (2009). "Partitioning signed social networks". *Social
       Networks* 31(1), 1-11. doi:10.1016/j.socnet.2008.08.001
    .. [2] Brusco, M. J. and Doreian, P. (2019). "Partitioning signed networks using relocation
       heuristics, tabu search, and variable neighborhood search". *Social Networks* 56, 70-80.
       doi:10.1016/j.socnet.2018.08.007

    Examples
    --------
    Two hostile blocs and a mediator whom both like: two camps would contradict three ties, blocks
    of that pattern contradict none.

    >>> ties = [(0, 1, 1), (2, 3, 1), (0, 2, -1), (1, 3, -1), (0, 4, 1), (1, 4, 1), (2, 4, 1)]
    >>> mediated = SignedGraph.from_edges(5, ties)
    >>> found = blocks(mediated, [[1, -1, 1], [-1, 1, 1], [1, 1, 1]])
    >>> found
    Blocks(lower=0, upper=0, blocks=3, certified)
    >>> bool(found.labels[0] != found.labels[2])
    True

    With the signs left open they are found:

    >>> rivals = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    >>> blocks(rivals, [[0]]).image
    array([[-1]], dtype=int8)
    >>> blocks(SignedGraph.from_edges(0, []), [[1]])
    Blocks(lower=0, upper=0, blocks=1, certified)
    """
    signs = _read_pattern(pattern)
    clock = started(budget)
    generator = generator_of(rng)
    for turn in (1, -1):
        if len(signs) > 1 and (signs == turn * camps_pattern(len(signs))).all():
            turned = SignedGraph(graph.order, graph.edges, turn * graph.signs, graph.weights)
            found = clusters(turned, len(signs), budget=budget, rng=generator, progress=progress)
            return _of_camps(graph, signs, found)
    units = in_units(graph.weights)
    net = Network.of(graph, units.amount)
    with shown(progress) as report:
        search = Search(net, signs, report)
        search.bracket(generator, clock)
    proof = BlockCertificate(
        order=graph.order,
        scale=units.scale,
        lower_units=search.proved,
        upper_units=units.cost(graph.weights, contradicted(graph, signs, search.labels)),
        labels=search.labels,
        pattern=signs,
        starts=np.cumsum([0, *map(len, search.rings)]),
        vertices=[x for ring in search.rings for x in ring],
        multipliers=search.times,
    )
    return Blocks(
        certificate=proof,
        image=fitted(graph, signs, search.labels),
        total=(Fraction(int(units.amount.sum())) + units.excess) / units.scale,
        told_units=search.told,
        excess=units.excess / units.scale,
        reason=search.reason,
    )


def _read_pattern(pattern: ArrayLike) -> NDArray[np.int8]:
    accepted = "accepted is a symmetric matrix of +1, -1 and 0, one row a block"
    try:
        array = np.asarray(pattern)
    except ValueError:
        raise InputError(f"pattern has rows of several lengths; {accepted}") from None
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not len(array):
        raise InputError(f"pattern has shape {array.shape}; {accepted}")
    if array.dtype.kind not in "iuf" or not np.isin(array, (-1, 0, 1)).all():
        raise InputError(f"pattern holds {np.unique(array).tolist()[:5]}; {accepted}")
    uneven = np.argwhere(array != array.T)
    if len(uneven):
        b, c = uneven[0].tolist()
        raise InputError(
            f"pattern has {array[b, c]:g} at ({b}, {c}) and {array[c, b]:g} at ({c}, {b}); "
            f"{accepted}"
        )
    return array.astype(np.int8)


def _of_camps(graph: SignedGraph, pattern: NDArray[np.int8], found: Clusters) -> Blocks:
    """Camps as blocks, their cycles as walks."""
    held = found.certificate
    proof = BlockCertificate(
        order=held.order,
        scale=held.scale,
        lower_units=held.lower_units,
        upper_units=held.upper_units,
        labels=held.labels,
        pattern=pattern,
        starts=held.starts,
        vertices=held.vertices,
        multipliers=held.multipliers,
    )
    return Blocks(
        certificate=proof,
        image=fitted(graph, pattern, held.labels),
        total=found.total,
        told_units=found.told_units,
        excess=found.excess,
        reason=found.reason,
    )
