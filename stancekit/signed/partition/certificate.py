"""Proofs that a stranger can check: camps for the upper bound, weighted cycles for the lower."""

from __future__ import annotations

import re
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from os import PathLike
from typing import Any, ClassVar, Self

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, held_sides, held_whole
from stancekit.errors import InputError
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.branches import tree_shows
from stancekit.signed.partition.steps import Steps, read_steps
from stancekit.signed.partition.units import in_units

__all__ = ["MULTIPLIER_UNIT", "Certificate", "ClusterCertificate", "Packing"]

#: A multiplier of this many counts as one unit of weight.
MULTIPLIER_UNIT = 2**24

_TREE = "stancekit frustration certificate 2"

#: Kind and number of dimensions of each array of a file.
_ARRAYS = {
    "format": ("U", 0),
    "order": ("i", 1),
    "scale": ("U", 0),
    "bounds": ("i", 1),
    "camps": ("i", 1),
    "starts": ("i", 1),
    "vertices": ("i", 1),
    "multipliers": ("i", 1),
}

#: What damaged archives make zipfile, zlib and numpy say.
_DAMAGE = (
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
)

#: Digits that name any fraction of float weights, and no number that takes long to read.
_SCALE = re.compile(r"[1-9][0-9]{0,399}(/[1-9][0-9]{0,399})?")


def _if_any(value: Any) -> NDArray[np.int64] | None:
    return None if value is None or not len(value) else held_whole(value)


def _first(value: Any) -> int | None:
    return value if value is None or isinstance(value, int) else next(iter(value.tolist()), None)


@frozen(kw_only=True, repr=False)
class Packing(ABC):
    r"""What all proofs share: cycles that take weight from edges, and a file.

    A cycle is a walk along edges that no camps of the kind in question satisfy wholly.  If each
    takes :math:`y \ge 0` from every edge that it runs over, as often as it does, and no edge gives
    more than its weight, then at least the sum of all :math:`y` is contradicted.

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
    ``camps`` (one number a vertex), ``starts``, ``vertices``, ``multipliers`` as above; and what
    else the format names.

    Examples
    --------
    See `Certificate`, of two camps, and `ClusterCertificate`, of any number.

    >>> issubclass(Certificate, Packing)
    True
    """

    #: First line of a file, and the further arrays that it then holds, with their dimensions.
    #: The first format that has room for all that is there is the one to write.
    FORMATS: ClassVar[dict[str, dict[str, int]]]
    #: The field that holds the camps.
    CAMPS: ClassVar[str]

    order: int
    scale: Fraction
    lower_units: int
    upper_units: int
    starts: NDArray[np.int64] = field(eq=array_key, converter=held_whole)
    vertices: NDArray[np.int64] = field(eq=array_key, converter=held_whole)
    multipliers: NDArray[np.int64] = field(eq=array_key, converter=held_whole)

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

    @abstractmethod
    def problems(self, graph: SignedGraph) -> tuple[str, ...]:
        """Why this does not prove its bounds for ``graph``; empty when it does.

        Nothing of the solver is used: only the graph, the definition and whole numbers.
        """

    def _misfit(self, graph: SignedGraph) -> tuple[str, ...]:
        """Why this cannot be about ``graph`` at all."""
        if self.order != graph.order:
            return (f"it is about {self.order} vertices, the graph has {graph.order}",)
        if self.scale <= 0:
            return ("its scale is not positive",)
        camps = getattr(self, self.CAMPS)
        if camps.shape != (graph.order,):
            return (f"its camps are of {len(camps)} vertices, the graph has {graph.order}",)
        return ()

    def _unproved(
        self,
        graph: SignedGraph,
        contradicted: NDArray[np.bool_],
        idle: Callable[[Steps], NDArray[np.bool_]],
        *,
        known: NDArray[np.int64] | None = None,
        shortest: int = 3,
        once: bool = False,
        more: Callable[[NDArray[np.int64]], int | str] | None = None,
    ) -> tuple[str, ...]:
        """Why the bounds do not hold.

        Parameters
        ----------
        contradicted : (m,) bool array
            By the camps.
        idle : callable
            Which cycles some camps satisfy wholly.
        known : (n,) int64 array, optional
            Camp of each vertex where it is given, else -1: an edge between two such vertices is
            decided, and a step between them is free.
        shortest : int
            Fewest vertices of a cycle.
        once : bool
            Whether a cycle takes only once from an edge that it runs over again.
        more : callable, optional
            What else shows a lower bound, in multiples of 2^-24 units, or why it shows nothing;
            called with the weights in units.
        """
        try:
            units = in_units(graph.weights, self.scale)
        except InputError as error:
            return (str(error),)
        found: list[str] = []
        cost = units.cost(graph.weights, contradicted)
        if cost > self.upper_units:
            found.append(f"the camps contradict {cost} units, not {self.upper_units}")
        known = np.full(graph.order, -1) if known is None else known
        steps = read_steps(graph, self.starts, self.vertices, self.cycles, known, shortest)
        if isinstance(steps, str):
            return (*found, steps)
        times, length = self.multipliers, np.diff(steps.starts)
        if (times < 0).any():
            return (*found, "a multiplier is negative")
        if float((times.astype(np.float64) * length).sum()) >= 2.0**62:
            return (*found, "the multipliers are larger than any weight")
        if len(times):
            loose = np.flatnonzero(idle(steps))
            if len(loose):
                count = steps.negative()[loose[0]]
                return (*found, f"cycle {loose[0]} is no contradiction: {count} negative edges")
        taken = steps.row >= 0
        row, owner = steps.row[taken], np.repeat(np.arange(len(times)), length)[taken]
        if once:
            owner, row = np.unique(np.stack([owner, row]), axis=1)
        spent = np.zeros(graph.size, dtype=np.int64)
        np.add.at(spent, row, times[owner])
        over = np.flatnonzero(spent > units.amount * MULTIPLIER_UNIT)
        if len(over):
            u, v = graph.edges[over[0]].tolist()
            return (*found, f"the cycles take more than its weight from the edge ({u}, {v})")
        u, v = graph.edges.T
        decided = (known[u] >= 0) & (known[v] >= 0)
        lost = int(units.amount[decided & ((graph.signs > 0) != (known[u] == known[v]))].sum())
        shown = lost - int(-times.sum() // MULTIPLIER_UNIT)
        if more is not None:
            other = more(units.amount)
            if isinstance(other, str):
                return (*found, other)
            shown = max(shown, -(-other // MULTIPLIER_UNIT))
        if shown < self.lower_units:
            found.append(f"the cycles show {shown} units, not {self.lower_units}")
        return tuple(found)

    def save(self, path: str | PathLike[str]) -> None:
        """Write this certificate to one file (see Notes)."""
        there = {name for names in self.FORMATS.values() for name in names}
        there = {name for name in there if getattr(self, name) is not None}
        line = next(line for line, names in self.FORMATS.items() if there <= names.keys())
        none = np.zeros(0, dtype=np.int64)
        more: dict[str, Any] = {
            name: np.atleast_1d(getattr(self, name)) if name in there else none
            for name in self.FORMATS[line]
        }
        with open(path, "wb") as file:
            np.savez_compressed(
                file,
                format=np.array(line),
                order=np.array([self.order], dtype=np.int64),
                scale=np.array(str(self.scale)),
                bounds=np.array([self.lower_units, self.upper_units], dtype=np.int64),
                camps=getattr(self, self.CAMPS),
                starts=self.starts,
                vertices=self.vertices.astype(np.int32),
                multipliers=self.multipliers,
                **more,
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
                held = {name: archive[name] for name in archive.files}
                wanted = cls._wanted(path, held["format"])
                held = {name: held[name] for name in wanted}
        except (FileNotFoundError, InputError):
            raise
        except _DAMAGE as error:
            raise InputError(
                f"{path}: not a whole certificate ({error}); accepted is a file that "
                "Certificate.save wrote"
            ) from None
        for name, (kind, dimensions) in wanted.items():
            if held[name].dtype.kind != kind:
                raise InputError(f"{path}: {name} holds {held[name].dtype}, not whole numbers")
            if held[name].ndim != dimensions:
                raise InputError(
                    f"{path}: {name} has {held[name].ndim} dimensions, not {dimensions}"
                )
        for name, size in {"order": 1, "bounds": 2}.items():
            if len(held[name]) != size:
                raise InputError(f"{path}: {name} has {len(held[name])} entries, not {size}")
        scale = _SCALE.fullmatch(str(held["scale"]))
        if scale is None:
            raise InputError(
                f"{path}: scale {str(held['scale'])[:40]!r}; accepted is a positive fraction such "
                "as '5' or '7/3'"
            )
        lower, upper = held["bounds"].tolist()
        return cls(
            order=int(held["order"][0]),
            scale=Fraction(scale[0]),
            lower_units=lower,
            upper_units=upper,
            starts=held["starts"],
            vertices=held["vertices"],
            multipliers=held["multipliers"],
            **{cls.CAMPS: held["camps"]},
            **{name: held[name] for name in wanted if name not in _ARRAYS},
        )

    @classmethod
    def _wanted(cls, path: str | PathLike[str], line: NDArray[Any]) -> dict[str, tuple[str, int]]:
        """Arrays of a file with this first line, with their kinds and dimensions."""
        if line.shape != () or str(line) not in cls.FORMATS:
            accepted = " or ".join(map(repr, cls.FORMATS))
            raise InputError(f"{path}: format {line!s}; accepted is {accepted}")
        return _ARRAYS | {name: ("i", n) for name, n in cls.FORMATS[str(line)].items()}


def _even(steps: Steps) -> NDArray[np.bool_]:
    """Two camps satisfy these cycles: every negative step changes camp."""
    return np.asarray(steps.negative() % 2 == 0)


def _not_one(steps: Steps) -> NDArray[np.bool_]:
    """Some camps, three at most, satisfy these cycles: without negative steps, one is enough."""
    return np.asarray(steps.negative() != 1)


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

    Where cycles alone leave a gap there may be a tree of decisions.  Each node of it decides one
    edge: on one side are the camps that satisfy it, on the other those that contradict it.  All
    camps of a leaf contradict the edges :math:`F_1` that it says, and satisfy those of
    :math:`F_0`.  Turn the signs of :math:`F_1` round: of every cycle that is negative then, these
    camps contradict an edge outside :math:`F_0 \cup F_1`.  So if no *such* edge gives more than
    its weight, the camps of the leaf contradict at least :math:`w(F_1) + \sum_C y_C`, and any
    camps at least what the least of the leaves shows.

    Attributes
    ----------
    side : (order,) int8 array
        Camp of each vertex, +1 or -1.
    branches : (nodes, 2) int64 array or None
        The tree, if there is one: ends of the edge that each node decides, (-1, -1) at a leaf.
        After a node comes all that is below it, first where the edge is satisfied, then where it
        is contradicted.
    leaves : (k + 1,) int64 array or None
        Leaf ``i`` has the cycles ``leaves[i]:leaves[i + 1]`` of those that follow.
    leaf_starts, leaf_vertices, leaf_multipliers : int64 arrays or None
        Cycles of the leaves, one leaf after the other, as ``starts``, ``vertices`` and
        ``multipliers``, which hold everywhere and bound by themselves too.
    order, scale, lower_units, upper_units, starts, vertices, multipliers
        As in `Packing`.

    Notes
    -----
    A file of format 2 also holds ``branches``, ``leaves``, ``leaf_starts``, ``leaf_vertices`` and
    ``leaf_multipliers``; without a tree, format 1 is written.

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

    Of seven rivals, cycles alone prove 7 of 9 contradictions; a tree proves the rest:

    >>> ties = [(u, v, -1) for u in range(7) for v in range(u)]
    >>> many = SignedGraph.from_edges(7, ties)
    >>> proof = frustration(many).certificate
    >>> int(proof.lower), proof.proves(many), len(proof.leaves) > 2
    (9, True, True)
    """

    FORMATS: ClassVar[dict[str, dict[str, int]]] = {
        "stancekit frustration certificate 1": {},
        _TREE: {
            "branches": 2,
            "leaves": 1,
            "leaf_starts": 1,
            "leaf_vertices": 1,
            "leaf_multipliers": 1,
        },
    }
    CAMPS: ClassVar[str] = "side"

    side: NDArray[np.int8] = field(eq=array_key, converter=held_sides)
    branches: NDArray[np.int64] | None = field(default=None, eq=array_key, converter=_if_any)
    leaves: NDArray[np.int64] | None = field(default=None, eq=array_key, converter=_if_any)
    leaf_starts: NDArray[np.int64] | None = field(default=None, eq=array_key, converter=_if_any)
    leaf_vertices: NDArray[np.int64] | None = field(default=None, eq=array_key, converter=_if_any)
    leaf_multipliers: NDArray[np.int64] | None = field(
        default=None, eq=array_key, converter=_if_any
    )

    def problems(self, graph: SignedGraph) -> tuple[str, ...]:
        """Why this does not prove its bounds for ``graph``; empty when it does."""
        misfit = self._misfit(graph)
        if misfit:
            return misfit
        if not np.isin(self.side, (-1, 1)).all():
            return ("a side is neither +1 nor -1",)

        def tree(amount: NDArray[np.int64]) -> int | str:
            held = (self.leaves, self.leaf_starts, self.leaf_vertices, self.leaf_multipliers)
            none = np.zeros(0, dtype=np.int64)
            parts = (none if x is None else x for x in held)
            branches = none if self.branches is None else self.branches
            return tree_shows(graph, amount, MULTIPLIER_UNIT, branches, *parts)

        has = any(getattr(self, name) is not None for name in self.FORMATS[_TREE])
        more = tree if has else None
        return self._unproved(graph, graph.frustrated(self.side), _even, more=more)


@frozen(kw_only=True, repr=False)
class ClusterCertificate(Packing):
    r"""Camps and weighted cycles that bracket a least contradiction.

    As `Certificate`, but what a contradiction is depends on how many camps there may be.  With
    three or more a cycle is one if it has exactly one negative edge: its ends would have to be in
    one camp, by the positive edges, and in two.  With two it is one if it has an odd number of
    them.  With one camp every negative edge is contradicted, as if all vertices were ``given`` to
    it.

    Where the camps of vertices are ``given``, the claim is about camps that keep to them.  An edge
    between two such vertices is decided, and counts as it falls; and a cycle may step from any of
    them to any other, taking no weight: a positive step within a camp, a negative one from camp to
    camp, each as sure as a tie of infinite weight.

    Attributes
    ----------
    labels : (order,) int64 array
        Camp of each vertex.
    most : int or None
        The claim is about at most so many camps; None for any number.
    given : (order,) int64 array or None
        The camps that are known, whatever their numbers: those of one number are together, those
        of different ones apart; -1 where a vertex is free.  A stranger who asks about these camps
        compares this array with his own.
    order, scale, lower_units, upper_units, starts, vertices, multipliers
        As in `Packing`.

    Notes
    -----
    A file of format 2 also holds ``most`` and ``given``, each empty where there is none; without
    either, format 1 is written.

    Examples
    --------
    >>> from stancekit.signed.partition import clusters
    >>> torn = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)])
    >>> clusters(torn).certificate.proves(torn)
    True
    """

    FORMATS: ClassVar[dict[str, dict[str, int]]] = {
        "stancekit cluster certificate 1": {},
        "stancekit cluster certificate 2": {"most": 1, "given": 1},
    }
    CAMPS: ClassVar[str] = "labels"

    labels: NDArray[np.int64] = field(eq=array_key, converter=held_whole)
    most: int | None = field(default=None, converter=_first)
    given: NDArray[np.int64] | None = field(default=None, eq=array_key, converter=_if_any)

    def problems(self, graph: SignedGraph) -> tuple[str, ...]:
        """Why this does not prove its bounds for ``graph``; empty when it does."""
        misfit = self._misfit(graph) or self._broken_word()
        if misfit:
            return misfit
        u, v = graph.edges.T
        contradicted = np.asarray((graph.signs > 0) != (self.labels[u] == self.labels[v]))
        known = np.zeros(graph.order, dtype=np.int64) if self.most == 1 else self.given
        idle = _even if self.most == 2 else _not_one
        return self._unproved(graph, contradicted, idle, known=known)

    def _broken_word(self) -> tuple[str, ...]:
        """Where the camps are more than allowed, or not those that are given."""
        count = len(np.unique(self.labels))
        if self.most is not None and count > self.most:
            return (f"its camps are {count}, more than {self.most}",)
        if self.given is None:
            return ()
        if self.given.shape != self.labels.shape:
            return (f"camps are given of {len(self.given)} vertices, not {len(self.labels)}",)
        if self.given.min(initial=-1) < -1:
            return ("a given camp has a number below -1",)
        told = self.given >= 0
        pairs = np.unique(np.stack([self.given[told], self.labels[told]]), axis=1)
        if any(len(np.unique(x)) < pairs.shape[1] for x in pairs):
            return ("its camps part what is given together, or join what is given apart",)
        return ()
