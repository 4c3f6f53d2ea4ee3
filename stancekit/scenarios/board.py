"""The ties of one day in whole units, and what a tie becomes when cells of its pair change."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.errors import InputError
from stancekit.projection import TieRule, stance_graph
from stancekit.records.policies import own
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Absence
from stancekit.records.stance_table import ABSENCES
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition import rational

__all__ = ["Board", "Cell", "Pair", "own_voices"]

#: An actor and whom it takes a stance toward; two vertices.
Cell = tuple[str, str]
Pair = tuple[int, int]

_NOT_YET = ABSENCES.index(Absence.NOT_YET)
_ROOM = 2**36


def own_voices(options: Mapping[str, Any]) -> None:
    """Refuse a bloc rule other than ``own``: with it, one change would change other cells too.

    >>> own_voices({})
    """
    rule = options.get("bloc_rule", own)
    if rule is not own:
        raise InputError(
            f"bloc_rule={getattr(rule, '__name__', rule)}: what one actor changes would change "
            "cells of others; accepted is own"
        )


@frozen
class Board:
    """Names as vertices, ties in whole units, and the stances behind each pair.

    Attributes
    ----------
    names : tuple of str
        Every actor and target, sorted; a vertex each, with or without ties.
    ties : dict of (int, int) to int
        Signed weight in units, u < v; no zeros.
    held : dict of (int, int) to dict of cell to float
        The stances behind each pair.
    fixed : frozenset of (int, int)
        Rivals: no stance changes their tie.
    scale : Fraction
        Units in a weight of 1: every value that a tie may take is a whole number of them.
    """

    names: tuple[str, ...]
    ties: dict[Pair, int]
    held: dict[Pair, dict[Cell, float]]
    fixed: frozenset[Pair]
    scale: Fraction
    rule: TieRule
    place: dict[str, int]

    @classmethod
    def of(
        cls,
        world: Snapshot,
        rivalry: float,
        rule: TieRule,
        cells: Iterable[Cell],
        values: Sequence[float],
    ) -> Board:
        """Lay out a day, with units fine enough for all that the cells may become."""
        bridge = stance_graph(world, rivalry=rivalry, ties=rule)
        names = tuple(sorted(set(world.actors) | set(world.targets)))
        place = {name: vertex for vertex, name in enumerate(names)}
        held: dict[Pair, dict[Cell, float]] = {}
        for a, t in np.argwhere(world.absences < 0).tolist():
            cell = world.actors[a], world.targets[t]
            if cell[0] != cell[1]:
                held.setdefault(_pair(place, cell), {})[cell] = float(world.values[a, t])
        fixed, read = set(), {}
        for edge in range(bridge.graph.size):
            u, v = sorted(place[name] for name in bridge.pair(edge))
            graph = bridge.graph
            read[u, v] = int(graph.signs[edge]) * rational(float(graph.weights[edge]))
            if any(tie.kind == "rivalry" for tie in bridge.origin[edge]):
                fixed.add((u, v))
        bare = cls(names, {}, held, frozenset(fixed), Fraction(1), rule, place)
        possible = {rational(abs(value)) for value in bare.possible(cells, values)}
        possible |= {abs(value) for value in read.values()}
        below = math.lcm(*(value.denominator for value in possible))
        if below * (sum(map(abs, read.values())) + 2 * len(names)) >= _ROOM:
            raise InputError(
                f"the values have no common unit that is coarse enough (one {below}th is needed); "
                "give values of a few decimals"
            )
        scale = Fraction(below)
        ties = {pair: int(value * scale) for pair, value in read.items()}
        return cls(names, ties, held, frozenset(fixed), scale, rule, place)

    def possible(self, cells: Iterable[Cell], values: Sequence[float]) -> set[float]:
        """Every value that a tie may take when any of the cells take any of the values."""
        found: set[float] = set()
        seen: set[tuple[Any, ...]] = set()
        by_pair: dict[Pair, list[Cell]] = {}
        for cell in cells:
            by_pair.setdefault(self.pair(cell), []).append(cell)
        for pair, moving in by_pair.items():
            before = self.held.get(pair, {})
            key = tuple(before.get(cell) for cell in moving), len(moving), len(before)
            other = tuple(v for cell, v in before.items() if cell not in moving)
            order = tuple(cell < cell[::-1] for cell in moving)
            if (*key, other, order) in seen:
                continue
            seen.add((*key, other, order))
            choices = itertools.product(*((None, *values) for _ in moving))
            for choice in choices:
                changed = {c: v for c, v in zip(moving, choice, strict=True) if v is not None}
                found.add(self.merged(pair, changed))
        return found

    def pair(self, cell: Cell) -> Pair:
        """The two vertices of a cell."""
        return _pair(self.place, cell)

    def merged(self, pair: Pair, changed: Mapping[Cell, float]) -> float:
        """What the tie of a pair becomes, in [-1, 1]; 0 where there is none."""
        held = {**self.held.get(pair, {}), **changed}
        # the first in order of code speaks first, as in the bridge
        said = [held[cell] for cell in sorted(held)]
        if not said:
            return 0.0
        return float(said[0] if len(said) == 1 else self.rule(said[0], said[1]))

    def units(self, value: float) -> int:
        """A value of a tie in units."""
        return int(rational(abs(value)) * self.scale) * (1 if value > 0 else -1)

    def graph(self, ties: Mapping[Pair, int]) -> SignedGraph:
        """Ties in units as a graph over all names."""
        return graph_of(len(self.names), ties)


def _pair(place: Mapping[str, int], cell: Cell) -> Pair:
    one, other = place[cell[0]], place[cell[1]]
    return (one, other) if one < other else (other, one)


def graph_of(order: int, ties: Mapping[Pair, int]) -> SignedGraph:
    """Signed whole numbers as a graph.

    >>> graph_of(3, {(0, 1): -2}).weights
    array([2.])
    """
    kept = {pair: value for pair, value in ties.items() if value}
    values = np.array(list(kept.values()), dtype=np.float64)
    ends = np.array(list(kept), dtype=np.int64).reshape(-1, 2)
    return SignedGraph.from_arrays(order, ends, np.sign(values), np.abs(values))


def admissible(
    world: Snapshot, movers: Iterable[str], *, toward: Iterable[str] | None = None
) -> tuple[Cell, ...]:
    """The cells that may change: movers toward claimants, and wherever they have a stance.

    Neither toward themselves, nor where actor or target does not live that day.
    """
    claimants = {claimant.code for claimant in world.claimants}
    asked = None if toward is None else set(toward)
    moving = set(movers)
    found = []
    for a, actor in enumerate(world.actors):
        for t, target in enumerate(world.targets):
            code = int(world.absences[a, t])
            wanted = target in claimants or code < 0 if asked is None else target in asked
            if actor in moving and actor != target and wanted and code != _NOT_YET:
                found.append((actor, target))
    return tuple(found)


def contradicted(ties: Mapping[Pair, int], side: NDArray[Any]) -> int:
    """The units that two camps contradict.

    >>> contradicted({(0, 1): -2, (0, 2): 1}, np.array([1, 1, 1]))
    2
    """
    return sum(abs(x) for (u, v), x in ties.items() if x * int(side[u]) * int(side[v]) < 0)
