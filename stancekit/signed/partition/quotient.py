"""A graph with vertices merged in a fixed relation: what is left to decide."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.signed.partition.camps import spanned
from stancekit.signed.partition.cycles import Network

__all__ = ["Quotient"]


@frozen
class Quotient:
    """Groups of vertices that move as one, and the ties that are left between groups.

    Attributes
    ----------
    label : (n,) int64 array
        Group of each vertex, ``0 .. net.n - 1``.
    relation : (n,) int8 array
        +1 if a vertex is in the camp of its group, -1 if in the other.
    net : Network
        Ties between groups, parallel ones added up; opposite ones cancel.
    offset : int
        Units that are contradicted whatever the groups do.
    """

    whole: Network
    label: NDArray[np.int64]
    relation: NDArray[np.int8]
    net: Network
    offset: int

    @classmethod
    def of(cls, whole: Network, label: NDArray[np.int64], relation: NDArray[np.int8]) -> Quotient:
        """Merge the vertices of a network by label."""
        u, v, amount = whole.u, whole.v, whole.weight
        sign = whole.sign * relation[u] * relation[v]
        value = sign * amount
        inner = label[u] == label[v]
        groups = int(label.max(initial=-1)) + 1
        code = np.minimum(label[u], label[v]) * groups + np.maximum(label[u], label[v])
        pairs, pair = np.unique(code[~inner], return_inverse=True)
        net_value = np.zeros(len(pairs), dtype=np.int64)
        gross = np.zeros(len(pairs), dtype=np.int64)
        np.add.at(net_value, pair, value[~inner])
        np.add.at(gross, pair, amount[~inner])
        offset = int(amount[inner & (sign < 0)].sum()) + int((gross - np.abs(net_value)).sum()) // 2
        left = net_value != 0
        net = Network(
            groups,
            pairs[left] // max(groups, 1),
            pairs[left] % max(groups, 1),
            np.sign(net_value[left]).astype(np.int8),
            np.abs(net_value[left]),
        )
        return cls(whole, label, relation, net, offset)

    @classmethod
    def trivial(cls, whole: Network) -> Quotient:
        """Every vertex a group of its own."""
        return cls.of(whole, np.arange(whole.n), np.ones(whole.n, dtype=np.int8))

    def merged(
        self, a: NDArray[np.int64], b: NDArray[np.int64], relation: NDArray[np.int8]
    ) -> Quotient:
        """Merge pairs of groups, each in a relation; the pairs must not contradict one another."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        size = self.net.n
        links = coo_array((np.ones(len(a)), (a, b)), shape=(size, size))
        _, group = connected_components(links, directed=False)
        side = spanned(size, a, b, relation).astype(np.int8)
        return Quotient.of(
            self.whole,
            group[self.label].astype(np.int64),
            self.relation * side[self.label],
        )

    def lifted(self, side: NDArray[np.float64]) -> NDArray[np.float64]:
        """Camps of the vertices out of camps of the groups."""
        return side[self.label] * self.relation

    def inner_side(self, side: NDArray[Any]) -> NDArray[np.float64]:
        """Camps of the groups out of camps of the vertices that keep all relations."""
        inner = np.ones(self.net.n)
        inner[self.label] = side * self.relation
        return inner
