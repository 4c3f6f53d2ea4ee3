"""The smallest change after which an actor is in another's camp in every optimal partition."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.errors import UnknownNameError, nearest
from stancekit.projection import stance_graph
from stancekit.scenarios.asking import Ask, InCamp, Move, SmallestChange, unit_of, unreachable
from stancekit.signed import partition
from stancekit.signed.graph import SignedGraph
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT

__all__ = ["CoverProof", "in_camp"]

#: The signed weight of the tie between two vertices.
Ties = dict[tuple[int, int], float]


@frozen
class CoverProof:
    """Why no cheaper set of moves succeeds.

    Every set that succeeds satisfies ``rows @ s >= need``, with ``s`` in {0, 1} saying which
    moves it makes: each row is a partition that holds the two apart, and says by how much its
    moves must hurt that partition. With ``duals`` y >= 0, any set costs at least
    ``y @ need - sum(max(0, y @ rows - prices))``.

    Attributes
    ----------
    rows : (k, m) float64
    need : (k,) float64
    prices : (m,) int64
        In units of ``unit``.
    duals : (k,) float64
    unit : Fraction
    """

    rows: NDArray[np.float64]
    need: NDArray[np.float64]
    prices: NDArray[np.int64]
    duals: NDArray[np.float64]
    unit: Fraction

    def bound(self) -> float:
        """The cost that no successful set falls below, by weak duality alone."""
        if not len(self.need):
            return 0.0
        covered = self.duals @ self.rows - self.prices
        least = float(self.duals @ self.need - np.maximum(0.0, covered).sum())
        return float(np.ceil(max(0.0, least) - 1e-6)) * float(self.unit)


@frozen
class _Option:
    """One pair of names and what its tie may become, by the cheapest moves that do so."""

    pair: tuple[int, int]
    before: float
    after: float
    moves: tuple[Move, ...]
    price: Fraction


def in_camp(ask: Ask, goal: InCamp, most: float | None = None) -> SmallestChange:
    """Solve a covering problem whose rows are found as they are needed.

    The actor is surely in the camp when the best partitions that hold the two apart are worse
    than the best that hold them together. A set of moves changes the contradicted weight of a
    known partition linearly, and lowers that of the best ones that hold the two together by
    no more than its moves can save; so each partition that holds the two apart gives a row
    that every successful set satisfies. The cheapest set that satisfies all rows is solved
    exactly; if it does not succeed it yields another row, and if it does nothing cheaper can.
    """
    names = tuple(sorted(set(ask.world.actors) | set(ask.world.targets)))
    for name in (goal.actor, goal.of):
        if name not in names:
            raise UnknownNameError("actor or claimant", name, nearest(name, names))
    if goal.actor == goal.of:
        return SmallestChange(goal, 0.0, (ask.scenario(goal, ()),), True, "it is its own camp")
    search = _Search(ask, goal, names)
    if search.succeeds(()):
        already = "it is in that camp already"
        return SmallestChange(goal, 0.0, (ask.scenario(goal, ()),), True, already)
    if not search.options:
        return unreachable(goal, "nobody who may move has a move")
    unit = unit_of([option.price for option in search.options])
    prices = np.array([int(option.price / unit) for option in search.options])
    found: list[tuple[int, ...]] = []
    cost, proof = None, None
    while len(found) <= ask.limit:
        chosen = search.cheapest(prices, found, cost)
        if chosen is None:
            break
        if most is not None and prices[list(chosen)].sum() * unit > Fraction(most):
            break
        if search.succeeds(chosen):
            found.append(chosen)
            if cost is None:
                cost = int(prices[list(chosen)].sum())
                proof = search.proof(prices, unit)
    if cost is None:
        bound = "" if most is None else f" for a cost of at most {most:g}"
        return unreachable(goal, f"no set of admissible moves does it{bound}")
    assert proof is not None
    least = float(cost * unit)
    how = (
        "by weak duality, which the multipliers show"
        if proof.bound() >= least
        else f"by the word of the mixed-integer solver (weak duality shows {proof.bound():g})"
    )
    return SmallestChange(
        goal,
        least,
        tuple(
            ask.scenario(goal, [m for i in way for m in search.options[i].moves])
            for way in found[: ask.limit]
        ),
        len(found) <= ask.limit,
        f"a set of moves that costs less than {least:g} leaves one of {len(proof.need)} known "
        f"partitions that hold {goal.actor} and {goal.of} apart at least as good as any that "
        f"does not, {how}",
        proof,
    )


class _Search:
    """The ties, the moves, and the rows found so far."""

    def __init__(self, ask: Ask, goal: InCamp, names: tuple[str, ...]) -> None:
        bridge = stance_graph(ask.world, rivalry=ask.rivalry, ties=ask.ties)
        graph = bridge.graph
        self.order = len(names)
        place = {name: i for i, name in enumerate(names)}
        self.ends = (place[goal.actor], place[goal.of])
        self.ties: Ties = {}
        fixed = set()
        for edge in range(graph.size):
            u, v = sorted(place[name] for name in bridge.pair(edge))
            self.ties[u, v] = float(graph.signs[edge] * graph.weights[edge])
            if any(tie.kind == "rivalry" for tie in bridge.origin[edge]):
                fixed.add((u, v))
        # an actor without ties has no alignment to change, unless it is the one asked about
        tied = {*bridge.names, goal.actor, goal.of}
        self.options = [
            option for option in _options(ask, place, self.ties, tied) if option.pair not in fixed
        ]
        self.rows: list[NDArray[np.float64]] = []
        self.need: list[float] = []
        values = [*self.ties.values(), *(o.after for o in self.options)]
        self.quantum = float(unit_of([Fraction(abs(x)).limit_denominator(10**6) for x in values]))
        for end in self.ends:
            self._learn_star(end)

    def _energy(self, ties: Ties, relation: float) -> tuple[float, partition.Certificate]:
        """The least contradicted weight with the two ends in one camp (+1) or apart (-1)."""
        pair = (min(self.ends), max(self.ends))
        heavy = sum(map(abs, ties.values())) + 1.0
        own = ties.get(pair, 0.0)
        edges = [(u, v, x) for (u, v), x in ties.items() if x and (u, v) != pair]
        graph = SignedGraph.from_edges(self.order, [*edges, (*pair, relation * heavy)])
        found = partition.frustration(graph)
        if not found.is_exact:
            raise ArithmeticError(f"the bounds do not meet: {found.reason}")
        return float(found.upper) + max(0.0, -own * relation), found.certificate

    def succeeds(self, chosen: tuple[int, ...]) -> bool:
        """Does a set of moves hold the two together in every optimum? If not, learn why."""
        ties = dict(self.ties)
        for i in chosen:
            ties[self.options[i].pair] = self.options[i].after
        apart, other = self._energy(ties, -1.0)
        together, proof = self._energy(ties, 1.0)
        if apart > together + self.quantum / 2:
            return True
        self._learn(chosen, ties, other.side, together, _loads(proof))
        return False

    def _learn(
        self,
        chosen: tuple[int, ...],
        ties: Ties,
        side: NDArray[np.int8],
        together: float,
        loads: Ties,
    ) -> None:
        """Add the row of a partition that holds the two apart, exact at the moves just tried.

        Its own contradicted weight is linear in the moves. Below the weight that those
        partitions contradict that hold the two together lies a packing of negative cycles;
        a move takes away no more than the packing lays on its tie.
        """

        def cost(option: _Option, value: float) -> float:
            u, v = option.pair
            return max(0.0, -value * float(side[u]) * float(side[v]))

        def drift(option: _Option, value: float) -> float:
            """By how much the packing changes, at the least, when a tie becomes a value."""
            stood = ties.get(option.pair, 0.0)
            if option.pair == (min(self.ends), max(self.ends)):
                return max(0.0, -value) - max(0.0, -stood)
            kept = abs(value) if value * stood > 0 else 0.0
            return -max(0.0, loads.get(option.pair, 0.0) - kept)

        back = {
            self.options[i].pair: drift(self.options[i], self.options[i].before) for i in chosen
        }
        row = [
            cost(option, option.after)
            - cost(option, option.before)
            - (0.0 if i in chosen else drift(option, option.after))
            + back.get(option.pair, 0.0)
            for i, option in enumerate(self.options)
        ]
        start = sum(
            max(0.0, -x * float(side[u]) * float(side[v])) for (u, v), x in self.ties.items()
        )
        self.rows.append(np.array(row))
        self.need.append(self.quantum - (start - together - sum(back.values())))

    def _learn_star(self, end: int) -> None:
        """Add the row of one end's own ties: moving it across costs no more than they weigh.

        So the partitions that hold the two apart are worse by no more than that.
        """
        own = sum(abs(value) for pair, value in self.ties.items() if end in pair)
        row = [abs(o.after) - abs(o.before) if end in o.pair else 0.0 for o in self.options]
        self.rows.append(np.array(row))
        self.need.append(self.quantum - own)

    def cheapest(
        self, prices: NDArray[np.int64], found: list[tuple[int, ...]], cost: int | None
    ) -> tuple[int, ...] | None:
        """The cheapest set that satisfies all rows and is none of those found; None if none is."""
        from scipy import optimize, sparse

        count = len(self.options)
        rows = [np.array(self.rows)]
        low = [np.array(self.need)]
        high = [np.full(len(self.need), np.inf)]
        pairs = {option.pair: i for i, option in enumerate(self.options)}
        label = [pairs[option.pair] for option in self.options]
        once = sparse.csr_array((np.ones(count), (label, range(count))), shape=(count, count))
        for known in found:
            cut = np.ones(count)
            cut[list(known)] = -1.0
            rows.append(cut[None])
            low.append(np.array([1.0 - len(known)]))
            high.append(np.array([np.inf]))
        if cost is not None:
            rows.append(prices[None].astype(float))
            low.append(np.array([float(cost)]))
            high.append(np.array([float(cost)]))
        limits = [
            optimize.LinearConstraint(
                np.vstack(rows), np.concatenate(low) - 1e-7, np.concatenate(high)
            ),
            optimize.LinearConstraint(once, -np.inf, np.ones(count)),
        ]
        solved = optimize.milp(
            prices.astype(float),
            constraints=limits,
            bounds=optimize.Bounds(0, 1),
            integrality=np.ones(count, dtype=np.int64),
        )
        if solved.x is None:
            return None
        return tuple(np.flatnonzero(np.round(solved.x)).tolist())

    def proof(self, prices: NDArray[np.int64], unit: Fraction) -> CoverProof:
        """The multipliers of the covering program's relaxation."""
        from scipy import optimize

        rows, need = np.array(self.rows), np.array(self.need)
        solved: Any = optimize.linprog(
            prices.astype(float), A_ub=-rows, b_ub=-need, bounds=(0, 1), method="highs"
        )
        duals = np.maximum(0.0, -solved.ineqlin.marginals)
        return CoverProof(rows, need, prices, duals, unit)


def _loads(proof: partition.Certificate) -> Ties:
    """What the cycles of a certificate lay on each tie."""
    loads: Ties = {}
    for k in range(proof.cycles):
        ring = proof.cycle(k)
        y = int(proof.multipliers[k]) / MULTIPLIER_UNIT / float(proof.scale)
        for u, v in zip(ring, (*ring[1:], ring[0]), strict=True):
            pair = (min(u, v), max(u, v))
            loads[pair] = loads.get(pair, 0.0) + y
    return loads


def _options(
    ask: Ask,
    place: dict[str, int],
    ties: dict[tuple[int, int], float],
    tied: set[str],
) -> list[_Option]:
    """What each pair may become: toward claimants, and wherever there is a stance already."""
    world = ask.world
    claimants = {claimant.code for claimant in world.claimants}
    cells: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for a, actor in enumerate(world.actors):
        for t, target in enumerate(world.targets):
            known = world.absences[a, t] < 0
            open_ = target in claimants and actor in ask.movers and actor in tied
            if actor != target and (known or open_):
                u, v = sorted((place[actor], place[target]))
                cells.setdefault((u, v), []).append((actor, target))
    found = []
    for pair, held in sorted(cells.items()):
        before = ties.get(pair, 0.0)
        cheapest: dict[float, tuple[Fraction, tuple[Move, ...]]] = {}
        for choice in itertools.product(*(_moves(ask, *cell) for cell in held)):
            after = [
                world.value(*cell) if move is None else move.value
                for cell, move in zip(held, choice, strict=True)
            ]
            given = [value for value in after if value == value]
            value = ask.ties(given[0], given[1]) if len(given) == 2 else sum(given)
            moves = tuple(move for move in choice if move is not None)
            price = sum((move.cost for move in moves), Fraction(0))
            if value != before and (value not in cheapest or price < cheapest[value][0]):
                cheapest[value] = price, moves
        found += [_Option(pair, before, v, m, p) for v, (p, m) in sorted(cheapest.items())]
    return found


def _moves(ask: Ask, actor: str, target: str) -> list[Move | None]:
    before = ask.world.value(actor, target)
    moves: list[Move | None] = [None]
    if actor in ask.movers:
        moves += [
            Move(actor, target, value, ask.price(before, value))
            for value in ask.values
            if value != before
        ]
    return moves
