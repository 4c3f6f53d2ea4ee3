"""Signed graphs as values: canonical, immutable, hashable; and how records become one."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from stancekit.errors import InputError
from stancekit.signed import given

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "Merge",
    "Reading",
    "SignedGraph",
    "negative_wins",
    "net_sign",
    "reciprocated",
    "refuse",
]

_CACHED = 500_000  # edges whose codes a processor's cache holds


def _key(array: NDArray[Any]) -> tuple[tuple[int, ...], bytes]:
    """What two arrays of one dtype must share to be the same value."""
    return array.shape, array.tobytes()


def _held(value: Any, dtype: type) -> NDArray[Any]:
    """A read-only array that nobody else can write to."""
    array: NDArray[Any] = np.ascontiguousarray(value, dtype=dtype)
    if not array.flags.owndata or (array is value and array.flags.writeable):
        array = array.copy()
    array.setflags(write=False)
    return array


def _whole(value: Any) -> NDArray[np.int64]:
    return _held(value, np.int64)


def _sign(value: Any) -> NDArray[np.int8]:
    return _held(value, np.int8)


def _real(value: Any) -> NDArray[np.float64]:
    return _held(value, np.float64)


@frozen
class Reading:
    """How many records went into a graph, and what became of them.

    Attributes
    ----------
    records : int
        Records given.
    loops : int
        Records of a vertex about itself; dropped.
    merged : int
        Pairs told more than once (in one or both directions).
    contradictory : int
        Pairs told with both signs, whatever the rule made of them.
    dropped : int
        Pairs that the rule left out of the graph.

    Examples
    --------
    >>> graph = SignedGraph.from_records(2, [(0, 1, 1), (1, 0, -1)], merge=net_sign)
    >>> graph.reading
    Reading(records=2, loops=0, merged=1, contradictory=1, dropped=1)
    """

    records: int
    loops: int
    merged: int
    contradictory: int
    dropped: int


#: A rule that makes one signed value (0: no tie) of all records of a pair.  Called once with
#: ``(pair, forward, value)``, one entry a record: the number of its pair (``0 .. pairs - 1``, all
#: present), whether it runs from the lower to the higher vertex, and its signed value.
Merge = Callable[[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]], NDArray[np.float64]]


def _reach(pair: NDArray[np.int64], value: NDArray[np.float64]) -> tuple[Any, Any]:
    """Least and greatest value told of each pair."""
    pairs = int(pair.max(initial=-1)) + 1
    low, high = np.full(pairs, np.inf), np.full(pairs, -np.inf)
    np.minimum.at(low, pair, value)
    np.maximum.at(high, pair, value)
    return low, high


def refuse(
    pair: NDArray[np.int64], forward: NDArray[np.bool_], value: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Take a pair only if all its records tell the same value; otherwise raise.

    >>> SignedGraph.from_records(2, [(0, 1, 1), (1, 0, -1)], merge=refuse)
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: pair (0, 1) is told with values from -1 to 1; give a merge rule \
(net_sign, negative_wins, reciprocated) or one value a pair
    """
    low, high = _reach(pair, value)
    for k in np.flatnonzero(low != high)[:1].tolist():
        raise _Disagreement(k, float(low[k]), float(high[k]))
    return np.asarray(low, dtype=np.float64)


class _Disagreement(Exception):
    """Records of one pair disagree; `from_records` knows the names of its vertices."""


def net_sign(
    pair: NDArray[np.int64], forward: NDArray[np.bool_], value: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sign of the sum of the signs of a pair, weight 1; a tie of votes drops the pair.

    >>> SignedGraph.from_records(2, [(0, 1, 1), (0, 1, 1), (1, 0, -1)], merge=net_sign).signs
    array([1], dtype=int8)
    """
    return np.sign(np.bincount(pair, weights=np.sign(value))).astype(np.float64)


def negative_wins(
    pair: NDArray[np.int64], forward: NDArray[np.bool_], value: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Negative, weight 1, as soon as one record of the pair is; positive otherwise.

    >>> records = [(0, 1, 1), (0, 1, 1), (1, 0, -1)]
    >>> SignedGraph.from_records(2, records, merge=negative_wins).signs
    array([-1], dtype=int8)
    """
    return np.asarray(np.sign(_reach(pair, value)[0]), dtype=np.float64)


def reciprocated(
    pair: NDArray[np.int64], forward: NDArray[np.bool_], value: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weight 1 where both directions are told and all records of the pair have one sign.

    >>> records = [(0, 1, 1), (1, 0, 1), (1, 2, -1)]
    >>> SignedGraph.from_records(3, records, merge=reciprocated).edges
    array([[0, 1]])
    """
    low, high = _reach(pair, np.sign(value))
    there = np.bincount(pair, weights=forward)
    back = np.bincount(pair, weights=~forward)
    return np.where((low == high) & (there > 0) & (back > 0), low, 0.0)


@frozen(repr=False)
class SignedGraph:
    """A simple undirected graph whose every edge is positive or negative, with a weight.

    Vertices are ``0 .. order - 1``; names belong to the caller.  Edges are held in one canonical
    order (``u < v``, then lexicographic), so two graphs are equal exactly when they have the same
    vertices and the same signed, weighted edges, however they were written down.  Build one with
    `from_edges`, `from_arrays` or `from_records`; the plain constructor takes the canonical arrays
    and refuses any others.

    Attributes
    ----------
    order : int
        Number of vertices.
    edges : (m, 2) int64 array
        Ends of each edge, ``u < v``, sorted, read-only.
    signs : (m,) int8 array
        +1 or -1, read-only.
    weights : (m,) float64 array
        Strictly positive and finite, read-only; 1.0 where none was given.  Always float64, so
        that whole and fractional weights compare equal when they are.
    reading : Reading or None
        What `from_records` merged and dropped; no part of the value.

    Examples
    --------
    Two allies who share a rival:

    >>> graph = SignedGraph.from_edges(3, [(0, 1, +1), (2, 1, -1), (0, 2, -1)])
    >>> graph
    SignedGraph(order=3, size=3, negative=2)
    >>> graph == SignedGraph.from_edges(3, [(0, 2, -1), (0, 1, +1), (1, 2, -1)])
    True

    Nobody, and nothing between them:

    >>> SignedGraph.from_edges(0, [])
    SignedGraph(order=0, size=0, negative=0)
    """

    order: int = field(converter=given.count)
    edges: NDArray[np.int64] = field(eq=_key, converter=_whole)
    signs: NDArray[np.int8] = field(eq=_key, converter=_sign)
    weights: NDArray[np.float64] = field(eq=_key, converter=_real)
    reading: Reading | None = field(default=None, eq=False)

    def __attrs_post_init__(self) -> None:
        m = len(self.signs)
        shapes = self.edges.shape, self.signs.shape, self.weights.shape
        if shapes != ((m, 2), (m,), (m,)):
            raise InputError(
                f"edges, signs and weights have shapes {shapes}; accepted are (m, 2), (m,), (m,)"
            )
        given.check(self.order, self.edges, self.signs, self.weights)
        u, v = self.edges.T
        if (u >= v).any() or (np.diff(u * self.order + v) <= 0).any():
            raise InputError(
                "edges are not canonical (u < v, sorted, each pair once); "
                "use SignedGraph.from_edges or SignedGraph.from_arrays"
            )

    def __reduce__(self) -> tuple[Any, ...]:
        return SignedGraph, (self.order, self.edges, self.signs, self.weights, self.reading)

    @classmethod
    def from_edges(cls, order: int, edges: Iterable[tuple[int, int, float]]) -> SignedGraph:
        """Build a graph from ``(u, v, sign)`` or ``(u, v, signed_weight)`` triples.

        The same pair may come again with the same value, in either direction.

        Raises
        ------
        InputError
            A loop, a vertex outside ``0 .. order - 1``, a value that is 0, nan or infinite, or a
            pair given with two different values.

        Examples
        --------
        >>> SignedGraph.from_edges(3, [(0, 1, -0.5), (1, 2, 2)]).weights
        array([0.5, 2. ])
        >>> SignedGraph.from_edges(2, [(0, 1, 0)])
        Traceback (most recent call last):
            ...
        stancekit.errors.InputError: edge 0 is (0, 1) with value 0.0; accepted are nonzero finite \
numbers, whose sign is the sign of the edge (leave the edge out for 'no relation')
        """
        u, v, value = given.triples("edge", edges)
        ends = given.numbers("edges", [u, v]).T
        values = given.numbers("edges", value, np.float64)
        if ends.shape[1:] != (2,) or values.ndim != 1:
            raise InputError(f"an edge holds a sequence: {ends.shape}; accepted are three numbers")
        bad = np.flatnonzero(~np.isfinite(values) | (values == 0))
        if len(bad):
            k = int(bad[0])
            raise InputError(
                f"edge {k} is ({u[k]}, {v[k]}) with value {values[k]!s}; accepted are nonzero "
                "finite numbers, whose sign is the sign of the edge (leave the edge out for "
                "'no relation')"
            )
        return cls.from_arrays(order, ends, np.sign(values), np.abs(values))

    @classmethod
    def from_arrays(
        cls, order: int, edges: ArrayLike, signs: ArrayLike, weights: ArrayLike | None = None
    ) -> SignedGraph:
        """Build a graph from arrays; for millions of edges.

        Parameters
        ----------
        order : int
            Number of vertices.
        edges : (m, 2) array_like of int
            Ends, in any order.
        signs : (m,) array_like
            +1 or -1 each.
        weights : (m,) array_like, optional
            Positive and finite; 1 where left out.

        Raises
        ------
        InputError
            As `from_edges`.

        Examples
        --------
        >>> SignedGraph.from_arrays(3, [[2, 0], [0, 1]], [1, -1])
        SignedGraph(order=3, size=2, negative=1)
        """
        ends, sign = given.numbers("edges", edges), given.numbers("signs", signs)
        if ends.size == 0:
            ends = ends.reshape(-1, 2)
        weight = (
            np.ones(sign.shape)
            if weights is None
            else given.numbers("weights", weights, np.float64)
        )
        m = len(ends) if ends.ndim else 0
        if (ends.shape, sign.shape, weight.shape) != ((m, 2), (m,), (m,)):
            raise InputError(
                f"edges {ends.shape}, signs {sign.shape}, weights {weight.shape}; accepted are "
                "(m, 2), (m,), (m,)"
            )
        ends = given.vertices("edges", ends)
        order = given.count(order)
        given.check(order, ends, sign, weight)
        u, v = np.minimum(*ends.T).astype(np.int64), np.maximum(*ends.T).astype(np.int64)
        rank = np.argsort(u * order + v, kind="stable")
        u, v, sign, weight = u[rank], v[rank], sign[rank], weight[rank]
        again, value = (np.diff(u) == 0) & (np.diff(v) == 0), sign * weight
        clash = np.flatnonzero(again & (value[1:] != value[:-1]))
        if len(clash):
            k = int(clash[0])
            told = " and ".join(f"{value[i]:g}" for i in (k, k + 1))
            raise InputError(
                f"pair ({u[k]}, {v[k]}) is given twice, with {told}; accepted is one value a "
                "pair (or use SignedGraph.from_records with a merge rule)"
            )
        keep = np.concatenate([[True], ~again]) if len(u) else np.zeros(0, dtype=bool)
        return cls(order, np.stack([u, v], axis=1)[keep], sign[keep], weight[keep])

    @classmethod
    def from_records(
        cls, order: int, records: Iterable[tuple[int, int, float]], *, merge: Merge = refuse
    ) -> SignedGraph:
        """Build a graph from directed, repeated records by a named rule.

        Parameters
        ----------
        order : int
            Number of vertices.
        records : iterable of (u, v, signed_value)
            What *u* says of *v*; any number of times.  Loops are dropped and counted.
        merge : function
            `refuse`, `net_sign`, `negative_wins`, `reciprocated`, or one of your own (`Merge`).

        Returns
        -------
        SignedGraph
            Its ``reading`` counts what was merged and dropped.

        Examples
        --------
        >>> records = [(0, 1, 1), (1, 0, -1), (1, 2, 1), (2, 2, 1)]
        >>> SignedGraph.from_records(3, records, merge=negative_wins).reading
        Reading(records=4, loops=1, merged=1, contradictory=1, dropped=0)
        """
        if not callable(merge):
            raise InputError(
                f"merge={merge!r}; accepted are refuse, net_sign, negative_wins, reciprocated, "
                "and a function of your own"
            )
        rows = given.numbers("records", given.triples("record", records), np.float64).T
        if rows.shape[1:] != (3,):
            raise InputError(f"a record holds a sequence: {rows.shape}; accepted are three numbers")
        ends, value = given.vertices("records", rows[:, :2]), rows[:, 2]
        loops = ends[:, 0] == ends[:, 1]
        ends, value, order = ends[~loops], value[~loops], given.count(order)
        given.check(order, ends, np.sign(value), np.abs(value))
        u, v = ends.min(axis=1, initial=order), ends.max(axis=1, initial=-1)
        codes, pair, told = np.unique(u * order + v, return_inverse=True, return_counts=True)
        low, high = _reach(pair, np.sign(value))
        try:
            merged = np.asarray(merge(pair, ends[:, 0] == u, value), dtype=np.float64)
        except _Disagreement as clash:
            k, least, most = clash.args
            raise InputError(
                f"pair ({codes[k] // order}, {codes[k] % order}) is told with values from "
                f"{least:g} to {most:g}; give a merge rule (net_sign, negative_wins, "
                "reciprocated) or one value a pair"
            ) from None
        if merged.shape != codes.shape or not np.isfinite(merged).all():
            raise InputError(
                f"merge rule {getattr(merge, '__name__', merge)!r} returned shape {merged.shape}; "
                f"accepted is one finite value for each of {len(codes)} pairs"
            )
        kept = merged != 0
        return cls(
            order,
            np.stack([codes // max(order, 1), codes % max(order, 1)], axis=1)[kept],
            np.sign(merged[kept]),
            np.abs(merged[kept]),
            Reading(
                records=len(rows),
                loops=int(loops.sum()),
                merged=int((told > 1).sum()),
                contradictory=int((low != high).sum()),
                dropped=int((~kept).sum()),
            ),
        )

    @property
    def size(self) -> int:
        """Number of edges."""
        return len(self.signs)

    @property
    def total_weight(self) -> float:
        """Sum of all weights."""
        return float(self.weights.sum())

    def __repr__(self) -> str:
        negative = int((self.signs < 0).sum())
        weighted = "" if (self.weights == 1).all() else f", weight={self.total_weight:g}"
        return f"SignedGraph(order={self.order}, size={self.size}, negative={negative}{weighted})"

    def _repr_html_(self) -> str:
        negative = int((self.signs < 0).sum())
        cells = {
            "vertices": self.order,
            "edges": self.size,
            "positive": self.size - negative,
            "negative": negative,
            "total weight": f"{self.total_weight:g}",
            "components": int(self.components().max(initial=-1)) + 1,
        }
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{value}</td></tr>"
            for name, value in cells.items()
        )
        return f"<table><caption>Signed graph</caption>{rows}</table>"

    def locate(self, u: ArrayLike, v: ArrayLike) -> NDArray[np.int64]:
        """Row of the edge between each ``u`` and ``v``; -1 where there is none.

        >>> SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1)]).locate([2, 0], [1, 2])
        array([ 1, -1])
        """
        first, second = np.asarray(u, dtype=np.int64), np.asarray(v, dtype=np.int64)
        wanted = np.minimum(first, second) * self.order + np.maximum(first, second)
        if not self.size:
            return np.full(wanted.shape, -1, dtype=np.int64)
        held = self.edges[:, 0] * self.order + self.edges[:, 1]
        if self.size > _CACHED:  # neighbours in order find each other's place in the cache
            rank = np.argsort(wanted, axis=None)
            row = np.empty(wanted.shape, dtype=np.int64)
            row.reshape(-1)[rank] = np.searchsorted(held, wanted.ravel()[rank])
        else:
            row = np.asarray(np.searchsorted(held, wanted))
        row = np.minimum(row, self.size - 1)
        # A vertex out of range must not alias another pair's code.
        there = (self.edges[row, 0] == np.minimum(first, second)) & (held[row] == wanted)
        return np.where(there, row, -1)

    def edge_index(self, u: int, v: int) -> int:
        """Row of the edge between ``u`` and ``v``.

        >>> SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1)]).edge_index(2, 1)
        1
        """
        k = int(self.locate(u, v))
        if k < 0:
            raise InputError(f"there is no edge between {u} and {v}")
        return k

    def switched(self, vertices: Iterable[int]) -> SignedGraph:
        """Reverse every edge with exactly one end in ``vertices``.

        >>> SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1)]).switched([1]).signs
        array([-1, -1], dtype=int8)
        """
        if not isinstance(vertices, Iterable):
            raise InputError(f"vertices={vertices!r}; accepted are several, such as [0, 2]")
        chosen = np.unique(given.vertices("vertices", given.numbers("vertices", list(vertices))))
        if len(chosen) and not (chosen[0] >= 0 and chosen[-1] < self.order):
            raise InputError(f"switching {chosen.tolist()}; accepted are 0..{self.order - 1}")
        side = np.ones(self.order, dtype=np.int8)
        side[chosen] = -1
        signs = self.signs * side[self.edges[:, 0]] * side[self.edges[:, 1]]
        return SignedGraph(self.order, self.edges, signs, self.weights)

    def frustrated(self, side: ArrayLike) -> NDArray[np.bool_]:
        """Mask of the edges that two camps contradict.

        Parameters
        ----------
        side : (order,) array_like
            +1 or -1 for every vertex.

        Returns
        -------
        (m,) bool array
            True for a positive edge between the camps or a negative one inside a camp.

        Examples
        --------
        >>> SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, -1)]).frustrated([1, -1, 1])
        array([ True, False])
        """
        camp = given.numbers("side", side)
        if camp.shape != (self.order,) or not np.isin(camp, (-1, 1)).all():
            raise InputError(
                f"side has shape {camp.shape} and values {np.unique(camp)[:5].tolist()}; accepted "
                f"is +1 or -1 for each of {self.order} vertices"
            )
        camp = camp.astype(np.int8)
        return np.asarray(
            self.signs * camp[self.edges[:, 0]] * camp[self.edges[:, 1]] < 0, dtype=np.bool_
        )

    def components(self) -> NDArray[np.int64]:
        """Label of the connected component of each vertex, by order of first vertex.

        >>> SignedGraph.from_edges(4, [(1, 3, -1)]).components()
        array([0, 1, 2, 1])
        """
        from scipy.sparse.csgraph import connected_components

        if not self.order:
            return np.zeros(0, dtype=np.int64)
        _, label = connected_components(self.adjacency(), directed=False)
        _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[inverse].astype(np.int64)

    def adjacency(self) -> csr_array[Any, tuple[int, int]]:
        """Symmetric (order, order) sparse matrix of signed weights, float64.

        >>> SignedGraph.from_edges(2, [(0, 1, -2)]).adjacency().toarray()
        array([[ 0., -2.],
               [-2.,  0.]])
        """
        from scipy.sparse import coo_array

        u, v = self.edges.T
        value = self.signs * self.weights
        return coo_array(
            (
                np.concatenate([value, value]),
                (np.concatenate([u, v]), np.concatenate([v, u])),
            ),
            shape=(self.order, self.order),
        ).tocsr()
