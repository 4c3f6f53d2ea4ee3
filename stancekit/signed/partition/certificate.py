"""Proofs of a frustration index that a stranger can check: camps above, negative cycles below."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from os import PathLike
from typing import Any, ClassVar, Self

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.units import in_units

__all__ = ["MULTIPLIER_UNIT", "Certificate", "ClusterCertificate", "Packing"]

#: A multiplier of this many counts as one unit of weight.
MULTIPLIER_UNIT = 2**24

_ARRAYS = {
    "format": "U",
    "order": "i",
    "scale": "U",
    "bounds": "i",
    "camps": "i",
    "starts": "i",
    "vertices": "i",
    "multipliers": "i",
}


def _key(array: NDArray[Any]) -> tuple[tuple[int, ...], bytes]:
    return array.shape, array.tobytes()


def _side(value: Any) -> NDArray[np.int8]:
    array = np.array(value, dtype=np.int8)
    array.setflags(write=False)
    return array


def _whole(value: Any) -> NDArray[np.int64]:
    array = np.array(value, dtype=np.int64)
    array.setflags(write=False)
    return array


@frozen(kw_only=True, repr=False)
class Packing:
    """What the proofs of two and of many camps share: cycles that take from edges, and a file.

    Attributes
    ----------
    order : int
        Vertices of the graph.
    scale : Fraction
        Units in a weight of 1.
    lower_units, upper_units : int
        The claimed bounds, in units.
    starts : (k + 1,) int64 array
        Cycle ``i`` is ``vertices[starts[i]:starts[i + 1]]``.
    vertices : int64 array
        Vertices of all cycles, in the order they are joined; the last is joined to the first.
    multipliers : (k,) int64 array
        In multiples of :math:`2^{-24}` of a unit.

    Notes
    -----
    `save` writes one compressed ``.npz`` archive, readable with numpy alone: ``format`` (a line of
    text), ``order`` (1,), ``scale`` (a fraction, as text), ``bounds`` (lower, upper in units),
    ``camps`` (one number a vertex), ``starts``, ``vertices``, ``multipliers`` as above.

    Examples
    --------
    See `Certificate`, of two camps, and `ClusterCertificate`, of any number.

    >>> issubclass(Certificate, Packing)
    True
    """

    FORMAT: ClassVar[str]
    CAMPS: ClassVar[str]

    order: int
    scale: Fraction
    lower_units: int
    upper_units: int
    starts: NDArray[np.int64] = field(eq=_key, converter=_whole)
    vertices: NDArray[np.int64] = field(eq=_key, converter=_whole)
    multipliers: NDArray[np.int64] = field(eq=_key, converter=_whole)

    def _contradicted(self, graph: SignedGraph) -> NDArray[np.bool_] | str:
        """Which edges the camps contradict, or why these are no camps."""
        raise NotImplementedError

    def _idle(self, negative: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Cycles that some camps satisfy wholly, by their number of negative edges."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(lower={self.lower}, upper={self.upper}, cycles={self.cycles})"
        )

    @property
    def lower(self) -> Fraction:
        """The claimed lower bound."""
        return self.lower_units / self.scale

    @property
    def upper(self) -> Fraction:
        """The claimed upper bound."""
        return self.upper_units / self.scale

    @property
    def cycles(self) -> int:
        """Number of cycles."""
        return len(self.multipliers)

    def cycle(self, k: int) -> tuple[int, ...]:
        """Vertices of cycle ``k``."""
        return tuple(self.vertices[self.starts[k] : self.starts[k + 1]].tolist())

    def proves(self, graph: SignedGraph) -> bool:
        """Whether both bounds hold for ``graph``, checked in integers; linear in its size."""
        return not self.problems(graph)

    def problems(self, graph: SignedGraph) -> tuple[str, ...]:
        """Why this does not prove its bounds for ``graph``; empty when it does.

        Nothing of the solver is used: only the graph, the definition and whole numbers.
        """
        if self.order != graph.order:
            return (f"it is about {self.order} vertices, the graph has {graph.order}",)
        if self.scale <= 0:
            return ("its scale is not positive",)
        contradicted = self._contradicted(graph)
        if isinstance(contradicted, str):
            return (contradicted,)
        units = in_units(graph.weights, self.scale)
        found: list[str] = []
        cost = units.cost(graph.weights, contradicted)
        if cost > self.upper_units:
            found.append(f"the camps contradict {cost} units, not {self.upper_units}")
        return (*found, *self._lower_problems(graph, units.amount))

    def _lower_problems(self, graph: SignedGraph, capacity: NDArray[np.int64]) -> tuple[str, ...]:
        starts, ring, times = self.starts, self.vertices, self.multipliers
        if starts.shape != (len(times) + 1,) or starts[0] != 0 or starts[-1] != len(ring):
            return ("the cycles are not delimited",)
        length = np.diff(starts)
        if (length < 3).any():
            return ("a cycle has fewer than three vertices",)
        if (times < 0).any():
            return ("a multiplier is negative",)
        if float((times.astype(np.float64) * length).sum()) >= 2.0**62:
            return ("the multipliers are larger than any weight",)
        if len(ring) and (ring.min() < 0 or ring.max() >= graph.order):
            return ("a cycle visits a vertex that is not in the graph",)
        following = np.empty_like(ring)
        following[:-1] = ring[1:]
        following[starts[1:] - 1] = ring[starts[:-1]]
        row = graph.locate(ring, following)
        if (row < 0).any():
            k = int(np.flatnonzero(row < 0)[0])
            return (f"a cycle steps from {ring[k]} to {following[k]}, which is no edge",)
        if len(times):
            negative = np.add.reduceat((graph.signs[row] < 0).astype(np.int64), starts[:-1])
            idle = np.flatnonzero(self._idle(negative))
            if len(idle):
                return (f"cycle {idle[0]} is no contradiction: {negative[idle[0]]} negative edges",)
        spent = np.zeros(graph.size, dtype=np.int64)
        np.add.at(spent, row, np.repeat(times, length))
        over = np.flatnonzero(spent > capacity * MULTIPLIER_UNIT)
        if len(over):
            u, v = graph.edges[over[0]].tolist()
            return (f"the cycles take more than its weight from the edge ({u}, {v})",)
        shown = -(-int(times.sum()) // MULTIPLIER_UNIT)
        if shown < self.lower_units:
            return (f"the cycles show {shown} units, not {self.lower_units}",)
        return ()

    def save(self, path: str | PathLike[str]) -> None:
        """Write this certificate to one file (see Notes)."""
        with open(path, "wb") as file:
            np.savez_compressed(
                file,
                format=np.array(self.FORMAT),
                order=np.array([self.order], dtype=np.int64),
                scale=np.array(str(self.scale)),
                bounds=np.array([self.lower_units, self.upper_units], dtype=np.int64),
                camps=getattr(self, self.CAMPS),
                starts=self.starts,
                vertices=self.vertices.astype(np.int32),
                multipliers=self.multipliers,
            )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a certificate that `save` wrote; whether it proves anything is not checked here.

        Raises
        ------
        InputError
            The file is not such a certificate, or not all of it.
        """
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
                held = {name: archive[name] for name in _ARRAYS}
        except FileNotFoundError:
            raise
        except (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
            raise InputError(
                f"{path}: not a whole certificate ({error}); accepted is a file that "
                "Certificate.save wrote"
            ) from None
        if held["format"].shape != () or str(held["format"]) != cls.FORMAT:
            raise InputError(f"{path}: format {held['format']!s}; accepted is {cls.FORMAT!r}")
        for name, kind in _ARRAYS.items():
            if held[name].dtype.kind != kind:
                raise InputError(f"{path}: {name} holds {held[name].dtype}, not whole numbers")
        shapes = {"order": (1,), "scale": (), "bounds": (2,)}
        for name, shape in shapes.items():
            if held[name].shape != shape:
                raise InputError(f"{path}: {name} has shape {held[name].shape}, not {shape}")
        for name in ("camps", "starts", "vertices", "multipliers"):
            if held[name].ndim != 1:
                raise InputError(f"{path}: {name} has {held[name].ndim} dimensions, not 1")
        try:
            scale = Fraction(str(held["scale"]))
        except (ValueError, ZeroDivisionError):
            scale = Fraction(0)
        if scale <= 0:
            raise InputError(f"{path}: scale {held['scale']!s}; accepted is a positive fraction")
        lower, upper = held["bounds"].tolist()
        return cls(
            order=int(held["order"][0]),
            scale=scale,
            lower_units=lower,
            upper_units=upper,
            starts=held["starts"],
            vertices=held["vertices"],
            multipliers=held["multipliers"],
            **{cls.CAMPS: held["camps"]},
        )


@frozen(kw_only=True, repr=False)
class Certificate(Packing):
    r"""Two camps and weighted negative cycles that bracket a frustration index.

    With weights read as whole numbers of *units* (``scale`` units make a weight of 1; fractions
    of a unit are dropped for the lower and kept for the upper bound), the certificate claims

    .. math:: \text{lower} \le L(G) \le \text{upper}.

    *Upper*: ``side`` contradicts edges of that total weight.  *Lower*: any two camps contradict at
    least one edge of every negative cycle; so if every cycle :math:`C` takes :math:`y_C \ge 0`
    from each of its edges and no edge gives more than its weight, at least
    :math:`\sum_C y_C` is contradicted, rounded up to a whole unit because weights are whole.

    Attributes
    ----------
    side : (order,) int8 array
        Camp of each vertex, +1 or -1.
    order, scale, lower_units, upper_units, starts, vertices, multipliers
        As in `Packing`.

    Examples
    --------
    >>> from stancekit.signed.partition import frustration
    >>> rivals = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, -1), (0, 2, -1)])
    >>> proof = frustration(rivals).certificate
    >>> proof
    Certificate(lower=1, upper=1, cycles=1)
    >>> proof.proves(rivals)
    True
    >>> proof.proves(rivals.switched([0]))          # camps of another graph
    False
    """

    FORMAT: ClassVar[str] = "stancekit frustration certificate 1"
    CAMPS: ClassVar[str] = "side"

    side: NDArray[np.int8] = field(eq=_key, converter=_side)

    def _contradicted(self, graph: SignedGraph) -> NDArray[np.bool_] | str:
        if self.side.shape != (graph.order,):
            return f"its camps are of {len(self.side)} vertices, the graph has {graph.order}"
        if not np.isin(self.side, (-1, 1)).all():
            return "a side is neither +1 nor -1"
        return graph.frustrated(self.side)

    def _idle(self, negative: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(negative % 2 == 0)


@frozen(kw_only=True, repr=False)
class ClusterCertificate(Packing):
    """Camps, any number of them, and weighted cycles that bracket a least contradiction.

    As `Certificate`, but only a cycle with exactly one negative edge is a contradiction whatever
    the number of camps.

    Attributes
    ----------
    labels : (order,) int64 array
        Camp of each vertex.
    order, scale, lower_units, upper_units, starts, vertices, multipliers
        As in `Packing`.

    Examples
    --------
    >>> from stancekit.signed.partition import clusters
    >>> torn = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)])
    >>> clusters(torn).certificate.proves(torn)
    True
    """

    FORMAT: ClassVar[str] = "stancekit cluster certificate 1"
    CAMPS: ClassVar[str] = "labels"

    labels: NDArray[np.int64] = field(eq=_key, converter=_whole)

    def _contradicted(self, graph: SignedGraph) -> NDArray[np.bool_] | str:
        if self.labels.shape != (graph.order,):
            return f"its camps are of {len(self.labels)} vertices, the graph has {graph.order}"
        together = self.labels[graph.edges[:, 0]] == self.labels[graph.edges[:, 1]]
        return np.asarray((graph.signs > 0) != together)

    def _idle(self, negative: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(negative != 1)
