"""Camps of any number that contradict little: vertices and camps moved, regions shaken."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import define
from numpy.typing import NDArray

from stancekit.signed.partition.moves import contracted

__all__ = ["combined", "refined", "regrouped", "shaken"]

_VISITS = 60  # of a vertex in one level of regrouping, on average, before it ends
_REGION = 12  # vertices that are shaken at once, at most
_LINKS = 100  # of a vertex that is shaken, at most: hubs seldom move, and cost much
_SHAKES = 20, 2, 20_000  # in vain, when camps are combined: at least, so many a group, at most
_LITTLE = 1e-4  # of what camps hold together: a refinement that gains less is the last
_ALONE = 0.5  # of the shakes set each vertex on its own, the others beside a neighbour
_DRAWS = 4096  # random numbers that are drawn at once


def regrouped(
    adjacency: Any, camps: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Move vertices, then whole camps, to where they gain most, while anything gains."""
    _, camps = np.unique(camps, return_inverse=True)
    camps = _moved(adjacency, camps, generator)
    while True:
        names, camps = np.unique(camps, return_inverse=True)
        joined = _moved(contracted(adjacency, camps), np.arange(len(names)), generator)
        if len(np.unique(joined)) == len(names):
            return camps.astype(np.float64)
        camps = _moved(adjacency, joined[camps], generator)


def refined(
    adjacency: Any, camps: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.int64]:
    """Camps no worse: they are taken apart, and the parts go to the camps where they gain most.

    As in the algorithm of Leiden [1]_, again and again while that gains something worth the time.

    References
    ----------
    .. [1] Traag, V. A., Waltman, L. and van Eck, N. J. (2019). "From Louvain to Leiden:
       guaranteeing well-connected communities". *Scientific Reports* 9, 5233.
       doi:10.1038/s41598-019-41695-z
    """
    from scipy.sparse import csr_array

    _, camps = np.unique(camps, return_inverse=True)
    tail = np.repeat(np.arange(len(camps)), np.diff(adjacency.indptr))
    before, now = -np.inf, _held(adjacency, camps)
    while now - before > _LITTLE * max(now, 0) and now > before:
        inside = camps[tail] == camps[adjacency.indices]
        ends = np.concatenate([[0], np.cumsum(inside)])[adjacency.indptr]
        inner = csr_array(
            (adjacency.data[inside], adjacency.indices[inside], ends), shape=adjacency.shape
        )
        apart = _moved(inner, np.arange(len(camps)), generator)
        # Parts that no tie joins may bear one name by chance only within a camp.
        _, parts = np.unique(np.stack([camps, apart]), axis=1, return_inverse=True)
        camp = np.zeros(int(parts.max(initial=-1)) + 1, dtype=np.int64)
        camp[parts] = camps
        joined = _moved(contracted(adjacency, parts), camp, generator)[parts]
        _, joined = np.unique(joined, return_inverse=True)
        _, camps = np.unique(_moved(adjacency, joined, generator), return_inverse=True)
        before, now = now, _held(adjacency, camps)
    return camps.astype(np.int64)


def combined(
    adjacency: Any,
    camps: NDArray[np.int64],
    others: NDArray[np.int64],
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Camps no worse than either: what both keep together stays, the rest is grouped anew."""
    if _held(adjacency, others) > _held(adjacency, camps):
        camps, others = others, camps
    _, groups = np.unique(np.stack([camps, others]), axis=1, return_inverse=True)
    start = np.zeros(int(groups.max(initial=-1)) + 1, dtype=np.int64)
    start[groups] = camps
    left = contracted(adjacency, groups)
    found = refined(left, regrouped(left, start, generator).astype(np.int64), generator)
    patience = min(_SHAKES[0] + _SHAKES[1] * len(start), _SHAKES[2])
    return shaken(left, found, generator, patience=patience)[groups]


def _held(adjacency: Any, camps: NDArray[np.int64]) -> float:
    """Signed weight of the ties inside camps, twice: the more, the less they contradict."""
    tail = np.repeat(camps, np.diff(adjacency.indptr))
    return float(adjacency.data[tail == camps[adjacency.indices]].sum())


def shaken(
    adjacency: Any,
    camps: NDArray[np.int64],
    generator: np.random.Generator,
    *,
    patience: int,
) -> NDArray[np.int64]:
    """Camps no worse: small regions are disturbed and settled anew, and put back if that is worse.

    What is as good as before is kept, so that the camps wander.  Ends after so many shakes without
    a gain as ``patience`` says.
    """
    _, camps = np.unique(camps, return_inverse=True)
    state = _Moves.of(adjacency, camps)
    indptr, indices = state.indptr, state.indices
    links = np.diff(adjacency.indptr)
    loose = np.flatnonzero((links > 0) & (links <= _LINKS)).tolist()
    if not loose:
        return camps.astype(np.int64)
    for x in np.flatnonzero(links > _LINKS).tolist():
        state.waiting[x] = True  # so it is never queued
    draws: list[float] = []
    best, score, most, since = state.label[:], 0.0, 0.0, 0
    while since < patience:
        since += 1
        if len(draws) < 6 * _REGION + 4:
            draws = generator.random(_DRAWS).tolist()
        draw = draws.pop
        region = [loose[int(draw() * len(loose))]]
        size = 1 + int(draw() * _REGION)
        for _ in range(2 * size):
            if len(region) >= size:
                break
            x = region[int(draw() * len(region))]
            y = indices[indptr[x] + int(draw() * (indptr[x + 1] - indptr[x]))]
            if y not in region and indptr[y + 1] - indptr[y] <= _LINKS:
                region.append(y)
        alone = draw() < _ALONE
        gain = 0.0
        for x in region:
            k = indptr[x] + int(draw() * (indptr[x + 1] - indptr[x]))
            gain += state.put(x, state.new() if alone else state.label[indices[k]])
        gain += state.settle(region, _VISITS * len(region))
        if gain < 0:
            state.back()
        score += max(gain, 0.0)
        state.moves.clear()
        if score > most:
            best, most, since = state.label[:], score, 0
    return np.array(best, dtype=np.int64)


def _moved(
    adjacency: Any, camps: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.int64]:
    """Single vertices to the camp, or a new one, where they gain most, until none gains."""
    state = _Moves.of(adjacency, camps)
    state.settle(generator.permutation(len(camps)).tolist(), _VISITS * len(camps))
    return np.array(state.label, dtype=np.int64)


@define
class _Moves:
    """Camps as lists, which are fast one vertex at a time, and the moves since they were kept."""

    indptr: list[int]
    indices: list[int]
    data: list[float]
    label: list[int]
    waiting: list[bool]
    fresh: int
    moves: list[tuple[int, int]]

    @classmethod
    def of(cls, adjacency: Any, camps: NDArray[np.int64]) -> _Moves:
        indptr, indices, data = (
            x.tolist() for x in (adjacency.indptr, adjacency.indices, adjacency.data)
        )
        fresh = int(camps.max(initial=-1)) + 1
        return cls(indptr, indices, data, camps.tolist(), [False] * len(camps), fresh, [])

    def new(self) -> int:
        """A camp that nobody is in."""
        self.fresh += 1
        return self.fresh - 1

    def put(self, x: int, to: int) -> float:
        """Move a vertex; what that gains is returned."""
        here, label, gain = self.label[x], self.label, 0.0
        if to == here:
            return 0.0
        for k in range(self.indptr[x], self.indptr[x + 1]):
            camp = label[self.indices[k]]
            if camp == to:
                gain += self.data[k]
            elif camp == here:
                gain -= self.data[k]
        self.moves.append((x, here))
        label[x] = to
        return gain

    def settle(self, queue: list[int], most: int) -> float:
        """Move the vertices of a queue, and those that this unsettles, to where they gain most.

        The queue is used up, after ``most`` visits at the latest.  What was gained is returned.
        """
        indptr, indices, data = self.indptr, self.indices, self.data
        label, waiting, moves = self.label, self.waiting, self.moves
        gained, head = 0.0, 0
        for x in queue:
            waiting[x] = True
        while head < len(queue) and head < most:
            x = queue[head]
            head += 1
            waiting[x] = False
            tie: dict[int, float] = {}
            for k in range(indptr[x], indptr[x + 1]):
                to = label[indices[k]]
                tie[to] = tie.get(to, 0.0) + data[k]
            here = tie.get(label[x], 0.0)
            to = max(tie, key=tie.__getitem__, default=label[x])
            there = tie.get(to, 0.0)
            if there < 0 and here < 0:
                to, there = self.new(), 0.0
            elif there <= here:
                continue
            gained += there - here
            moves.append((x, label[x]))
            label[x] = to
            for k in range(indptr[x], indptr[x + 1]):
                y = indices[k]
                if not waiting[y] and label[y] != to:
                    waiting[y] = True
                    queue.append(y)
        for x in queue[head:]:
            waiting[x] = False
        return gained

    def back(self) -> None:
        """Undo the moves since they were last kept."""
        for x, before in reversed(self.moves):
            self.label[x] = before
