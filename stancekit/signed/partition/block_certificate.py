"""Proofs for blocks of a pattern: blocks for the upper bound, walks that none satisfy below."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, held_sides, held_whole
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.certificate import Packing
from stancekit.signed.partition.steps import Steps

__all__ = ["BlockCertificate", "contradicted", "fitted"]


def fitted(
    graph: SignedGraph, pattern: NDArray[np.int8], labels: NDArray[np.int64]
) -> NDArray[np.int8]:
    """The pattern with the sign of most weight where it is 0; still 0 where that is even."""
    k = len(pattern)
    ends = np.sort(labels[graph.edges], axis=1)
    value = graph.signs * graph.weights
    total = np.bincount(ends[:, 0] * k + ends[:, 1], value, k * k).reshape(k, k)
    total = np.triu(total) + np.triu(total, 1).T
    return np.where(pattern == 0, np.sign(total), pattern).astype(np.int8)


def contradicted(
    graph: SignedGraph, pattern: NDArray[np.int8], labels: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which edges blocks contradict; where both signs cost as much, the negative ones."""
    image = fitted(graph, pattern, labels)
    u, v = labels[graph.edges].T
    return np.asarray(np.where(image == 0, 1, image)[u, v] != graph.signs)


@frozen(kw_only=True, repr=False)
class BlockCertificate(Packing):
    r"""Blocks and weighted walks that bracket the least contradiction to a pattern.

    Along a walk with signs :math:`\sigma_1 \dots \sigma_l`, every satisfied tie leads from a block
    to one that the pattern joins to it by that sign.  With :math:`A_\sigma` the 0/1 matrix of
    those pairs of blocks, no blocks satisfy all ties of a closed walk if the product
    :math:`A_{\sigma_1} \cdots A_{\sigma_l}` has an empty diagonal.  Such walks are what cycles are
    in a `Certificate`; they may go back the way they came, and take only once from a tie that they
    run over twice.  Pairs of blocks without a prespecified sign belong to both matrices.

    Attributes
    ----------
    pattern : (k, k) int8 array
        +1, -1, or 0 where the sign is open; symmetric.
    labels : (order,) int64 array
        Block of each vertex, a row of the pattern.
    order, scale, lower_units, upper_units, starts, vertices, multipliers
        As in `Packing`.

    Examples
    --------
    >>> from stancekit.signed.partition import blocks
    >>> rivals = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    >>> proof = blocks(rivals, [[1]]).certificate
    >>> proof, proof.proves(rivals), sorted(proof.cycle(0))
    (BlockCertificate(lower=3, upper=3, cycles=3), True, [0, 1])
    """

    FORMATS: ClassVar[dict[str, dict[str, int]]] = {"stancekit block certificate 1": {"pattern": 2}}
    CAMPS: ClassVar[str] = "labels"

    labels: NDArray[np.int64] = field(eq=array_key, converter=held_whole)
    pattern: NDArray[np.int8] = field(eq=array_key, converter=held_sides)

    def problems(self, graph: SignedGraph) -> tuple[str, ...]:
        """Why this does not prove its bounds for ``graph``; empty when it does."""
        misfit = self._misfit(graph)
        if misfit:
            return misfit
        pattern, k = self.pattern, len(self.pattern)
        if pattern.shape != (k, k) or (pattern != pattern.T).any():
            return ("its pattern is no symmetric matrix",)
        if not np.isin(pattern, (-1, 0, 1)).all():
            return ("its pattern holds more than +1, -1 and 0",)
        if graph.order and not 0 <= self.labels.min() <= self.labels.max() < k:
            return ("a vertex is in a block that the pattern does not have",)
        lost = contradicted(graph, pattern, self.labels)
        return self._unproved(graph, lost, self._satisfied, shortest=2, once=True)

    def _satisfied(self, steps: Steps) -> NDArray[np.bool_]:
        """Which walks some blocks satisfy wholly."""
        k = len(self.pattern)
        ways: Any = {sign: np.isin(self.pattern, (sign, 0)) for sign in (1, -1)}
        length = np.diff(steps.starts)
        product = np.tile(np.eye(k, dtype=np.int64), (len(length), 1, 1))
        for step in range(int(length.max(initial=0))):
            there = np.flatnonzero(length > step)
            sign = steps.sign[steps.starts[there] + step]
            ahead = np.where((sign > 0)[:, None, None], ways[1], ways[-1])
            product[there] = (product[there] @ ahead) > 0
        return np.asarray(np.diagonal(product, axis1=1, axis2=2).any(axis=1))
