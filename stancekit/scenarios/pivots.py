"""The effect of every admissible single change: who is pivotal, with a certificate for each."""

from __future__ import annotations

import datetime
import html
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, overload

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.measures import coalitions
from stancekit.projection import TieRule, mean
from stancekit.records.asked import channels_of, one_day
from stancekit.records.dates import PartialDate
from stancekit.records.dossier import Dossier
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import RECOGNITION, Channel
from stancekit.scenarios.asking import VALUES, checked_values, movers_of
from stancekit.scenarios.board import Board, Pair, admissible, graph_of, own_voices
from stancekit.scenarios.one_tie import OneTie
from stancekit.scenarios.reuse import Answer
from stancekit.scenarios.scenario import Scenario
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import Certificate

__all__ = ["SingleChange", "SingleChanges", "single_changes"]


@frozen
class SingleChange:
    """One stance that changes, and what is different then.

    Attributes
    ----------
    actor, toward : str
    before, after : float
        The stance, in [-1, 1]; ``before`` is nan where there was none.
    lower, upper : float
        Bounds of the frustration after the change.
    is_certified : bool
        Whether a certificate alone proves that they meet.
    index : (float, float)
        Bounds of the consistency index after it, nan where no tie is left.
    rise : (float, float)
        Bounds of how far the index rises by it (falls, where negative).
    moved : tuple of str
        Names whose camp is another in the best camps found after the change; empty where the
        camps of before are still best.
    share : (float, float)
        The share of the target's recognition coalition before and after, by the weight that
        was asked for; nan where none was.

    Examples
    --------
    >>> both = (float("nan"), float("nan"))
    >>> SingleChange("TUR", "a", 0.5, 0.0, 0, 0, True, (1.0, 1.0), (0.5, 0.5), (), both).is_exact
    True
    """

    actor: str
    toward: str
    before: float = field(eq=repr)
    after: float
    lower: float
    upper: float
    is_certified: bool
    index: tuple[float, float] = field(eq=repr)
    rise: tuple[float, float] = field(eq=repr)
    moved: tuple[str, ...]
    share: tuple[float, float] = field(eq=repr)

    @property
    def is_exact(self) -> bool:
        """Whether the bounds meet."""
        return self.lower == self.upper

    @property
    def joins(self) -> bool:
        """Whether the actor comes to recognise the target by it."""
        return self.after >= RECOGNITION and not self.before >= RECOGNITION

    @property
    def leaves(self) -> bool:
        """Whether the actor no longer recognises the target by it."""
        return self.before >= RECOGNITION and not self.after >= RECOGNITION

    def __str__(self) -> str:
        was = "none" if self.before != self.before else f"{self.before:+g}"
        low, high = self.index
        index = f"{low:.4f}" if low == high else f"{low:.4f} to {high:.4f}"
        moved = f", {len(self.moved)} change camp" if self.moved else ""
        return f"{self.actor} -> {self.toward}: {was} -> {self.after:+g}, index {index}{moved}"


@frozen(eq=False)
class _Proof:
    """What proves a change: what the tie of a pair becomes, and the bounds that then hold."""

    pair: Pair
    units: int
    bound: Answer


@frozen(repr=False, eq=False)
class SingleChanges:
    """All single changes of a day: a sequence in order of actor, target and value.

    Attributes
    ----------
    date : datetime.date
    weight : str
        The weight of the shares; empty where none was asked for.
    lower, upper : float
        Bounds of the frustration as it stands.
    index : (float, float)
        Bounds of the consistency index as it stands.
    solves : int
        How many graphs had to be solved for all of them.
    """

    date: datetime.date
    weight: str
    lower: float
    upper: float
    index: tuple[float, float]
    solves: int
    _changes: tuple[SingleChange, ...]
    _proofs: tuple[_Proof, ...]
    _board: Board
    _channel: Channel

    @overload
    def __getitem__(self, index: int) -> SingleChange: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SingleChange, ...]: ...
    def __getitem__(self, index: int | slice) -> SingleChange | tuple[SingleChange, ...]:
        return self._changes[index]

    def __len__(self) -> int:
        return len(self._changes)

    def __iter__(self) -> Iterator[SingleChange]:
        return iter(self._changes)

    def by_consistency(self) -> tuple[SingleChange, ...]:
        """Those that move the index farthest first, up or down."""
        return tuple(sorted(self, key=lambda c: (-abs(c.rise[0] + c.rise[1]), *_name(c))))

    def by_camps(self) -> tuple[SingleChange, ...]:
        """Those after which most names are in another camp first."""
        return tuple(sorted(self, key=lambda c: (-len(c.moved), *_name(c))))

    def by_share(self) -> tuple[SingleChange, ...]:
        """Those that move a coalition's share farthest first; without a weight, as they stand."""

        def size(change: SingleChange) -> float:
            moved = abs(change.share[1] - change.share[0])
            return -moved if moved == moved else 0.0

        return tuple(sorted(self, key=lambda c: (size(c), *_name(c))))

    def crossing(self, line: Fraction | float) -> tuple[SingleChange, ...]:
        """Those that take a coalition's share across a line, upward or downward.

        At least the line is across it.
        """
        at = float(line)
        return tuple(c for c in self if (c.share[0] >= at) != (c.share[1] >= at))

    def scenario(self, change: SingleChange) -> Scenario:
        """The change as a scenario that begins on the day."""
        name = f"{change.actor} toward {change.toward}"
        made = Scenario(name).on(self.date)
        return made.set(change.actor, change.toward, change.after, channel=self._channel)

    def graph(self, change: SingleChange) -> SignedGraph:
        """The signed graph after the change, as ``projection.stance_graph`` has it.

        Raises
        ------
        InputError
            If it is none of these changes.
        """
        return self._changed(change)[0]

    def certificate(self, change: SingleChange) -> Certificate:
        """What proves the bounds: ``certificate.proves(graph)`` checks it without the solver.

        Raises
        ------
        InputError
            If it is none of these changes.
        """
        proof = self._proof(change)
        graph, vertex = self._changed(change)
        bound = proof.bound
        packing, quantum = bound.packing, bound.quantum
        back = np.full(len(self._board.names), -1, dtype=np.int64)
        back[vertex] = np.arange(len(vertex))
        side = bound.side[vertex]
        # as everywhere: the first vertex of each component is on side +1
        label = graph.components()
        _, first = np.unique(label, return_index=True)
        side = side * side[first][label] if len(side) else side
        return Certificate(
            order=graph.order,
            scale=self._board.scale / quantum,
            lower_units=bound.proved // quantum,
            upper_units=bound.upper // quantum,
            side=side,
            starts=packing.starts,
            vertices=back[packing.vertices],
            multipliers=packing.times // quantum,
        )

    def _proof(self, change: SingleChange) -> _Proof:
        if change not in self._place:
            raise InputError(f"{change} is not one of these {len(self)} changes")
        return self._proofs[self._place[change]]

    @cached_property
    def _place(self) -> dict[SingleChange, int]:
        return {change: k for k, change in enumerate(self._changes)}

    def _after(self, proof: _Proof) -> dict[Pair, int]:
        return {**self._board.ties, proof.pair: proof.units}

    def _changed(self, change: SingleChange) -> tuple[SignedGraph, NDArray[np.int64]]:
        """The graph of those that have a tie then, in weights, and the vertex of each."""
        proof = self._proof(change)
        ties = {pair: x for pair, x in self._after(proof).items() if x}
        vertex = np.unique(np.array(list(ties), dtype=np.int64))
        place = {v: i for i, v in enumerate(vertex.tolist())}
        whole = graph_of(len(vertex), {(place[u], place[v]): x for (u, v), x in ties.items()})
        weights = [float(Fraction(int(x)) / self._board.scale) for x in whole.weights]
        return (
            SignedGraph.from_arrays(whole.order, whole.edges, whole.signs, np.array(weights)),
            vertex,
        )

    def __repr__(self) -> str:
        low, high = self.index
        index = f"{low:.4f}" if low == high else f"{low:.4f} to {high:.4f}"
        proved = sum(change.is_certified for change in self)
        return (
            f"SingleChanges({self.date}, {len(self)} changes, {proved} certified, "
            f"index {index} before)"
        )

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{html.escape(str(c))}</li>" for c in self.by_consistency()[:20])
        return f"<p>{html.escape(repr(self))}</p><ol>{rows}</ol>"


def _name(change: SingleChange) -> tuple[str, str, float]:
    return change.actor, change.toward, change.after


def single_changes(
    dossier: Dossier,
    at: PartialDate | datetime.date | str,
    *,
    values: Sequence[float] = VALUES,
    may_move: Iterable[str] | None = None,
    toward: Iterable[str] | None = None,
    weight: str = "",
    rivalry: float = 1.0,
    ties: TieRule = mean,
    **options: Any,
) -> SingleChanges:
    """Work out what every admissible single change of stance would make different.

    Certified, without solving each from scratch: a change touches one tie, so that the known
    camps still bound the frustration from above, and the known negative cycles, cut back where
    they run over that tie, from below. Only where the two do not meet is a graph solved, from
    the camps and cycles of those before.

    Parameters
    ----------
    dossier : Dossier
    at : PartialDate, date or str
        One day; the changes begin on it.
    values : sequence of float
        What a stance may become; a change to what it is already is left out.
    may_move : iterable of str, optional
        Whose stances change; by default those of every actor that is no claimant.
    toward : iterable of str, optional
        Toward whom; by default every claimant.
    weight : str
        The weight of the shares; without one no shares are given.
    rivalry, ties
        As in ``projection.stance_graph``.
    **options
        ``channels`` and ``policy``, as in ``Dossier.at``.

    Raises
    ------
    InputError
        If a value lies outside [-1, 1], or a bloc rule other than ``own`` is asked for.
    UnknownNameError
        If the snapshot does not know an actor, target or weight.

    Examples
    --------
    A state that backs both rivals strains a tie; dropping either relieves it.

    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> dossier = Dossier("case", actors=[Actor("TUR")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("TUR", "a", "recognises"), Stance("TUR", "b", "supports")])
    >>> found = single_changes(dossier, "2019-04-30", values=[-1, 0])
    >>> [(c.toward, c.after, c.upper) for c in found]
    [('a', -1.0, 0.0), ('a', 0.0, 0.0), ('b', -1.0, 0.0), ('b', 0.0, 0.0)]
    >>> found.certificate(found[0]).proves(found.graph(found[0]))
    True
    """
    own_voices(options)
    day = one_day(at)
    world = dossier.at(day, **options)
    claimants = tuple(claimant.code for claimant in world.claimants)
    targets = claimants if toward is None else tuple(toward)
    for name in targets:
        if name not in world.targets:
            raise UnknownNameError("target", name, nearest(name, world.targets))
    cells = admissible(world, movers_of(world, may_move), toward=targets)
    degrees = checked_values(values)
    board = Board.of(world, rivalry, ties, cells, degrees)
    shares = _Shares(world, targets, weight)
    solver = OneTie(board)
    found: list[SingleChange] = []
    proofs: list[_Proof] = []
    total = sum(map(abs, board.ties.values()))
    index = _index(board, total, solver.base.lower, solver.base.upper)
    for cell in sorted(cells):
        pair, before = board.pair(cell), world.value(*cell)
        steps = [value for value in degrees if value != before]
        after = {
            value: board.ties.get(pair, 0)
            if pair in board.fixed
            else board.units(board.merged(pair, {cell: value}))
            for value in steps
        }
        answers = solver.answers(pair, set(after.values()))
        for value in steps:
            x = after[value]
            bound, moved = answers[x]
            weighs = total - abs(board.ties.get(pair, 0)) + abs(x)
            then = _index(board, weighs, bound.lower, bound.upper)
            found.append(
                SingleChange(
                    *cell,
                    before,
                    value,
                    float(bound.lower / board.scale),
                    float(bound.upper / board.scale),
                    bound.proved >= bound.upper,
                    then,
                    (then[0] - index[1], then[1] - index[0]),
                    tuple(board.names[v] for v in moved),
                    shares.of(*cell, before, value),
                )
            )
            proofs.append(_Proof(pair, x, bound))
    return SingleChanges(
        day,
        weight,
        float(solver.base.lower / board.scale),
        float(solver.base.upper / board.scale),
        index,
        solver.solves,
        tuple(found),
        tuple(proofs),
        board,
        channels_of(options.get("channels"))[0],
    )


def _index(board: Board, total: int, lower: int, upper: int) -> tuple[float, float]:
    if not total:
        return float("nan"), float("nan")
    return float(1 - Fraction(2 * upper, total)), float(1 - Fraction(2 * lower, total))


class _Shares:
    """Shares of the recognition coalitions, before and after one member comes or goes."""

    def __init__(self, world: Snapshot, targets: Iterable[str], weight: str) -> None:
        self._held: dict[str, tuple[Fraction, Fraction]] = {}
        self._heavy: dict[str, dict[str, Fraction]] = {}
        if not weight:
            return
        contests = {c.code: c.contest for c in world.claimants}
        for target in targets:
            if target not in contests:
                continue
            found = coalitions.recognition(world, contests[target])
            found.shares(weight)  # knows the weight, or says which there are
            column = world.weights[weight]
            apart = {c.code for c in world.claimants if c.contest == contests[target]}
            apart |= {c.actor for c in world.claimants if c.contest == contests[target]}
            listed = {actor.code for actor in world.actor_records} - apart
            heavy = {
                actor: Fraction(float(value))
                for actor, value in zip(world.actors, column.values, strict=True)
                if value == value and actor in listed
            }
            total = sum(heavy.values(), Fraction(0))
            held = sum((heavy[a] for a in found[target] if a in heavy), Fraction(0))
            self._held[target], self._heavy[target] = (held, total), heavy

    def of(self, actor: str, target: str, before: float, after: float) -> tuple[float, float]:
        """The share before and after a change; nan where there is no such share."""
        held, total = self._held.get(target, (Fraction(0), Fraction(0)))
        if not total:
            return float("nan"), float("nan")
        own = self._heavy[target].get(actor, Fraction(0))
        moved = own * (int(after >= RECOGNITION) - int(before >= RECOGNITION))
        return float(held / total), float((held + moved) / total)
