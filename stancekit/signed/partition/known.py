"""Camps that are given: their vertices merged, the camps kept apart, proofs carried back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT

__all__ = ["Known", "read_given"]

_SHOWN = 3  # wrong entries in a message


def read_given(given: Any, order: int, most: int | None) -> NDArray[np.int64] | None:
    """Check camps that a user gives: one whole number a vertex, -1 where free; or a mapping."""
    if given is None:
        return None
    accepted = f"accepted is one whole number a vertex ({order}), -1 where free, or a mapping"
    if isinstance(given, Mapping):
        wrong = [
            x
            for x in given
            if isinstance(x, bool) or not isinstance(x, int | np.integer) or not 0 <= x < order
        ]
        if wrong:
            raise InputError(f"given names vertices {wrong[:_SHOWN]}; accepted are 0..{order - 1}")
        told = np.full(order, -1, dtype=np.int64)
        camps = _whole_numbers(list(given.values()), accepted)
        told[np.array(list(given), dtype=np.int64)] = camps
    else:
        told = _whole_numbers(given, accepted)
        if told.shape != (order,):
            raise InputError(f"given has shape {told.shape}; {accepted}")
    if told.min(initial=-1) < -1:
        raise InputError(f"given has a camp {told.min()}; {accepted}")
    count = len(np.unique(told[told >= 0]))
    if most is not None and count > most:
        raise InputError(f"given tells {count} camps apart, k={most} allows fewer")
    return told if count else None


def _whole_numbers(value: Any, accepted: str) -> NDArray[np.int64]:
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.array(None)
    if array.size == 0 and array.ndim == 1:
        return np.zeros(0, dtype=np.int64)
    if array.dtype.kind not in "iu":
        raise InputError(f"given holds {array.dtype}; {accepted}")
    return array.astype(np.int64)


@frozen
class Known:
    """A graph whose given camps are one vertex each, joined by ties that are worth keeping.

    Attributes
    ----------
    whole : SignedGraph
    amount : (m,) int64 array
        Weights of its edges in units.
    camps : int
        Number of given camps: they are the first vertices of the merged graph.
    label : (n,) int64 array
        Vertex of the merged graph.
    merged : SignedGraph
        Parallel ties added up, opposite ones cancelled, ties between given camps replaced by a
        negative one that outweighs what parting the two could cost.
    offset : int
        Units that are contradicted whatever else is decided.
    """

    whole: SignedGraph
    amount: NDArray[np.int64]
    camps: int
    label: NDArray[np.int64]
    merged: SignedGraph
    offset: int

    @classmethod
    def of(cls, whole: SignedGraph, amount: NDArray[np.int64], given: NDArray[np.int64]) -> Known:
        """Merge the vertices that are given to one camp."""
        told = given >= 0
        names, camp = np.unique(given[told], return_inverse=True)
        label = np.empty(whole.order, dtype=np.int64)
        label[told] = camp
        label[~told] = len(names) + np.arange(np.count_nonzero(~told))
        order = len(names) + int(np.count_nonzero(~told))
        a, b = label[whole.edges].T
        decided = (a < len(names)) & (b < len(names))
        offset = int(amount[decided & ((whole.signs > 0) != (a == b))].sum())
        open_ = np.flatnonzero(~decided)
        code = np.minimum(a, b)[open_] * order + np.maximum(a, b)[open_]
        pairs, pair = np.unique(code, return_inverse=True)
        value, gross = (np.zeros(len(pairs), dtype=np.int64) for _ in range(2))
        np.add.at(value, pair, (whole.signs * amount)[open_])
        np.add.at(gross, pair, amount[open_])
        offset += int((gross - np.abs(value)).sum()) // 2
        left = value != 0
        ends = np.stack([pairs // max(order, 1), pairs % max(order, 1)], axis=1)[left]
        value = value[left]
        degree = np.zeros(order, dtype=np.int64)
        np.add.at(degree, ends.ravel(), np.repeat(np.abs(value), 2))
        first, second = np.triu_indices(len(names), 1)
        apart = np.minimum(degree[first], degree[second]) + 1
        merged = SignedGraph.from_arrays(
            order,
            np.concatenate([ends, np.stack([first, second], axis=1)]),
            np.concatenate([np.sign(value), np.full(len(first), -1)]),
            np.concatenate([np.abs(value), apart]),
        )
        return cls(whole, amount, len(names), label, merged, offset)

    def lifted(self, labels: NDArray[np.int64], most: int | None) -> NDArray[np.int64]:
        """Camps of the vertices out of camps of the merged graph; given ones are parted."""
        labels = labels.copy()
        if most is None:
            spare = iter(range(int(labels.max(initial=-1)) + 1, 2**62))
        else:
            spare = iter(sorted(set(range(most)) - set(labels[: self.camps].tolist())))
        seen: set[int] = set()
        for x in range(self.camps):
            if int(labels[x]) in seen:
                labels[x] = next(spare)
            seen.add(int(labels[x]))
        return labels[self.label]

    def cycles(
        self, starts: NDArray[np.int64], vertices: NDArray[np.int64], times: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Cycles of the merged graph as cycles of the whole; and those that were cancelled.

        What a cycle takes from parallel ties is shared out among them: it becomes several.
        """
        left = (self.amount * MULTIPLIER_UNIT).tolist()
        bundles = self._bundles()
        rings: list[list[int]] = []
        takes: list[int] = []
        for bundle in bundles.values():
            for ring, take in self._cancelled(bundle, left):
                rings.append(ring)
                takes.append(take)
        bounds, walk = starts.tolist(), vertices.tolist()
        for k, time in enumerate(times.tolist()):
            ring = walk[bounds[k] : bounds[k + 1]]
            for parts, take in self._shared(ring, time, bundles, left):
                rings.append(parts)
                takes.append(take)
        return (
            np.cumsum([0, *map(len, rings)]).astype(np.int64),
            np.array([x for ring in rings for x in ring], dtype=np.int64),
            np.array(takes, dtype=np.int64),
        )

    def _bundles(self) -> dict[tuple[int, int], list[int]]:
        """Edges of the whole between two vertices of the merged graph."""
        found: dict[tuple[int, int], list[int]] = {}
        for row, (a, b) in enumerate(np.sort(self.label[self.whole.edges], axis=1).tolist()):
            if b >= self.camps:
                found.setdefault((a, b), []).append(row)
        return found

    def _cancelled(self, bundle: list[int], left: list[int]) -> Iterator[tuple[list[int], int]]:
        """Cycles over one positive and one negative of parallel ties, while there are both."""
        sign = self.whole.signs
        friends = [row for row in bundle if sign[row] > 0]
        foes = [row for row in bundle if sign[row] < 0]
        while friends and foes:
            take = min(left[friends[-1]], left[foes[-1]])
            there, back = self._ends(friends[-1]), self._ends(foes[-1])
            if take:
                yield _ring([there, back[::-1]]), take
            for rows in (friends, foes):
                left[rows[-1]] -= take
                if not left[rows[-1]]:
                    rows.pop()

    def _shared(
        self,
        ring: list[int],
        time: int,
        bundles: dict[tuple[int, int], list[int]],
        left: list[int],
    ) -> Iterator[tuple[list[int], int]]:
        """A cycle of the merged graph through edges that have something left."""
        while time > 0:
            take, legs, used = time, [], []
            for a, b in zip(ring, ring[1:] + ring[:1]):
                bundle = bundles.get((min(a, b), max(a, b)))
                if bundle is None:  # two given camps: a step from one leg to the next
                    continue
                while not left[bundle[-1]]:
                    bundle.pop()
                row = bundle[-1]
                ends = self._ends(row)
                legs.append(ends if self.label[ends[0]] == a else ends[::-1])
                take = min(take, left[row])
                used.append(row)
            for row in used:
                left[row] -= take
            time -= take
            yield _ring(legs), take

    def _ends(self, row: int) -> tuple[int, int]:
        """Ends of an edge, the one of the lower merged vertex first."""
        u, v = self.whole.edges[row].tolist()
        return (u, v) if self.label[u] < self.label[v] else (v, u)


def _ring(legs: list[tuple[int, int]]) -> list[int]:
    """Vertices of consecutive legs; where one ends and the next begins elsewhere, both."""
    ring: list[int] = []
    for leg in legs:
        for x in leg:
            if not ring or ring[-1] != x:
                ring.append(x)
    return ring[:-1] if ring[0] == ring[-1] else ring
