"""A graph with vertices merged in a fixed relation: what is left to decide."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

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

    def lifted(self, side: NDArray[np.float64]) -> NDArray[np.float64]:
        """Camps of the vertices out of camps of the groups."""
        return side[self.label] * self.relation

    def inner_side(self, side: NDArray[Any]) -> NDArray[np.float64]:
        """Camps of the groups out of camps of the vertices that keep all relations."""
        inner = np.ones(self.net.n)
        inner[self.label] = side * self.relation
        return inner
