"""The smallest change after which an actor is in another's camp in every optimal partition."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.scenarios.asking import (
    Ask,
    InCamp,
    Option,
    SmallestChange,
    options_of,
    unit_of,
    unreachable,
)
from stancekit.scenarios.board import Board, Cell, Pair, admissible, contradicted
from stancekit.scenarios.camp_program import together
from stancekit.scenarios.reuse import Answer
from stancekit.signed.partition import MULTIPLIER_UNIT, Certificate, frustration

__all__ = ["CoverProof", "in_camp"]

#: By how much multipliers in floating point may fall short of a whole price.
_SLACK = Fraction(1, 10**6)

#: Rows that are learned before the camps of the better partition enter the program themselves.
_PATIENCE = 30

#: Sets of moves that ``CoverProof.holds`` looks at before it gives up.
_NODES = 200_000


@frozen(eq=False)
class CoverProof:
    """Why no cheaper set of moves succeeds.

    Every set that succeeds satisfies ``rows @ s >= need``, with ``s`` in {0, 1} saying which
    moves it makes: each row is a partition that holds the two apart, and says by how much its
    moves must hurt that partition. With ``duals`` y >= 0, any set costs at least
    ``y @ need - sum(max(0, y @ rows - prices))``.

    Attributes
    ----------
    rows : (k, m) float64
        Multiples of 2^-24, exact.
    need : (k,) float64
    prices : (m,) int64
        In units of ``unit``.
    duals : (k,) float64
    group : (m,) int64
        Of moves of one group at most one is made: those of one pair.
    unit : Fraction
        The cost that a price of 1 stands for.
    """

    rows: NDArray[np.float64]
    need: NDArray[np.float64]
    prices: NDArray[np.int64]
    duals: NDArray[np.float64]
    group: NDArray[np.int64]
    unit: Fraction

    def bound(self) -> float:
        """The cost that no successful set falls below, by weak duality alone."""
        if not len(self.need):
            return 0.0
        # floats are fractions: nothing is rounded here but up to a whole price at the end
        duals = [Fraction(float(y)) for y in self.duals]
        least = sum((y * Fraction(float(b)) for y, b in zip(duals, self.need)), Fraction(0))
        used = [(y, row) for y, row in zip(duals, self.rows) if y]
        for i, price in enumerate(self.prices.tolist()):
            worth = sum((y * Fraction(float(row[i])) for y, row in used if row[i]), Fraction(0))
            least -= max(Fraction(0), worth - price)
        return float(max(0, math.ceil(least - _SLACK)) * self.unit)

    def holds(self, cost: float) -> bool | None:
        """Whether every set cheaper than ``cost`` breaks a row, by trying all that could not.

        Weak duality prunes the search; None where it would take too long.
        """
        limit = math.ceil(Fraction(cost).limit_denominator(10**6) / self.unit)
        try:
            return next(self.covers(limit - 1), None) is None
        except _TooMany:
            return None

    def covers(self, limit: int) -> Iterator[tuple[int, ...]]:
        """Every set that satisfies all rows for a price of at most ``limit``, as places.

        Less than a whole set is enough nowhere: of those that do, the smallest are given.
        """
        rows, need = self.rows, self.need
        worth = np.maximum(0.0, self.duals @ rows - self.prices)
        value = float(self.duals @ need - worth.sum())
        gains = self.prices - self.duals @ rows + worth  # what choosing adds to the dual bound
        seen: set[frozenset[int]] = {frozenset()}
        waiting: list[tuple[int, ...]] = [()]
        while waiting:
            picked = waiting.pop()
            chosen = list(picked)
            short = need - rows[:, chosen].sum(axis=1)
            broken = np.flatnonzero(short > 1e-6)
            if not len(broken):
                yield picked
                continue
            paid, bound = int(self.prices[chosen].sum()), value + float(gains[chosen].sum())
            # whoever mends a broken row does so by a move that helps it
            helps = rows[broken] > 0
            helps[:, np.isin(self.group, self.group[chosen])] = False
            helps &= (paid + self.prices <= limit) & (bound + gains <= limit + 1e-6)
            row = helps[int(helps.sum(axis=1).argmin())]
            for i in np.flatnonzero(row).tolist()[::-1]:
                more = frozenset((*picked, i))
                if more not in seen:
                    seen.add(more)
                    waiting.append((*picked, i))
            if len(seen) > _NODES:
                raise _TooMany


class _TooMany(Exception):
    """A search that would look at more sets than it may."""


def in_camp(ask: Ask, goal: InCamp, most: float | None = None) -> SmallestChange:
    """Solve a covering problem whose rows are found as they are needed.

    The actor is surely in the camp when the best partitions that hold the two apart are worse
    than the best that hold them together. A set of moves changes the contradicted weight of a
    known partition linearly, and lowers that of the best ones that hold the two together by
    no more than its moves can save; so each partition that holds the two apart gives a row
    that every successful set satisfies. The cheapest set that satisfies all rows is solved
    exactly; if it does not succeed it yields another row, and if it does nothing cheaper can.
    """
    names = sorted(set(ask.world.actors) | set(ask.world.targets))
    for name in (goal.actor, goal.of):
        if name not in names:
            raise UnknownNameError("actor or claimant", name, nearest(name, names))
    if goal.actor == goal.of:
        return SmallestChange(goal, 0.0, (ask.scenario(goal, ()),), True, "it is its own camp")
    search = _Search(ask, goal)
    if search.succeeds(()):
        already = "it is in that camp already"
        return SmallestChange(goal, 0.0, (ask.scenario(goal, ()),), True, already)
    if not search.options:
        return unreachable(goal, "nobody who may move has a move")
    first = search.cheapest([], None)
    while first is not None:
        cost = int(search.prices[list(first)].sum())
        if most is not None and cost * search.unit > Fraction(most):
            first = None
        elif search.succeeds(first):
            break
        else:
            first = search.cheapest([], None)
    if first is None:
        bound = "" if most is None else f" for a cost of at most {most:g}"
        return unreachable(goal, f"no set of admissible moves does it{bound}")
    proof = search.proof()
    found = search.others(first, cost, ask.limit + 1, proof)
    least = float(cost * search.unit)
    if proof.bound() >= least:
        how = "by weak duality, which the multipliers show"
    elif proof.holds(least):
        how = "as trying all sets that are cheaper shows"
    else:
        how = f"by the word of the mixed-integer solver (weak duality shows {proof.bound():g})"
    return SmallestChange(
        goal,
        least,
        tuple(
            ask.scenario(goal, [m for i in way for m in search.options[i].moves])
            for way in found[: ask.limit]
        ),
        len(found) <= ask.limit,
        f"a set of moves that costs less than {least:g} leaves one of the partitions of the "
        f"proof, which hold {goal.actor} and {goal.of} apart, at least as good as any that does "
        f"not, {how}",
        proof,
    )


class _Search:
    """The ties, the moves, and the rows found so far, all in whole units."""

    def __init__(self, ask: Ask, goal: InCamp) -> None:
        cells = admissible(ask.world, ask.movers)
        self.goal = goal
        self.board = board = Board.of(ask.world, ask.rivalry, ask.ties, cells, ask.values)
        one, other = board.place[goal.actor], board.place[goal.of]
        self.ends = (min(one, other), max(one, other))
        self.ties = board.ties
        # an actor without ties has no alignment to change, unless it is the one asked about
        tied = {v for pair in board.ties for v in pair} | set(self.ends)
        pairs = {board.pair(cell) for cell in cells}
        kept = [p for p in pairs if not ask.is_open or set(p) <= tied]
        self.options: tuple[Option, ...] = options_of(ask, board, kept)
        self.unit = unit_of([option.price for option in self.options])
        self.prices = np.array([int(o.price / self.unit) for o in self.options], dtype=np.int64)
        label = {p: i for i, p in enumerate(dict.fromkeys(o.pair for o in self.options))}
        self.group = np.array([label[o.pair] for o in self.options], dtype=np.int64)
        amounts = [*self.ties.values(), *(option.units for option in self.options)]
        self.quantum = math.gcd(*amounts) or 1
        self.heavy = sum(map(abs, self.ties.values())) + len(self.options) * int(board.scale) + 1
        self.apart: list[tuple[int, NDArray[np.float64]]] = []  # known partitions: weight, rises
        self.rows: list[NDArray[np.float64]] = []
        self.need: list[float] = []
        self.proofs: dict[int, Certificate] = {}  # of the last graph that held the ends so
        for end in self.ends:
            self._learn_star(end)

    def _energy(self, ties: dict[Pair, int], relation: int) -> tuple[int, int, Answer]:
        """Bounds of the least contradicted weight with the two ends in one camp (+1) or apart."""
        forced = {**ties, self.ends: relation * self.heavy}
        found = frustration(self.board.graph(forced), hint=self.proofs.get(relation))
        self.proofs[relation], answer = found.certificate, Answer.of(found)
        own = max(0, -ties.get(self.ends, 0) * relation)
        return answer.lower + own, answer.upper + own, answer

    def succeeds(self, chosen: tuple[int, ...]) -> bool:
        """Does a set of moves hold the two together in every optimum? If not, learn why."""
        ties = dict(self.ties)
        for i in chosen:
            ties[self.options[i].pair] = self.options[i].units
        apart, near, other = self._energy(ties, -1)
        together, far, held = self._energy(ties, 1)
        if apart > far:
            return True
        if near > together:
            raise InputError(
                f"{self.goal}: the bounds of the partitions that hold the two apart ({apart} to "
                f"{near}) and together ({together} to {far}) do not tell which are better; "
                "accepted are cases whose bounds meet, for instance of fewer actors or contests"
            )
        proved = float(together)
        if held.proved >= held.upper:  # not rounded up: what the cycles themselves come to
            proved += held.packing.value / MULTIPLIER_UNIT - held.upper
        self._learn(chosen, ties, other.side, proved, self._loads(held, ties))
        return False

    def _loads(self, answer: Answer, ties: dict[Pair, int]) -> dict[Pair, float]:
        """What the proof of the best partition lays on each tie: the most that it can lose.

        Cycles that prove it say so; without them, all that the ties weigh.
        """
        if answer.proved < answer.upper:
            return {pair: float(abs(x)) for pair, x in ties.items()}
        order = len(self.board.names)
        codes, laid = answer.packing.loads(order)
        return {
            (code // order, code % order): amount / MULTIPLIER_UNIT
            for code, amount in zip(codes.tolist(), laid.tolist(), strict=True)
        }

    def _learn(
        self,
        chosen: tuple[int, ...],
        ties: dict[Pair, int],
        side: NDArray[np.int8],
        together: float,
        loads: dict[Pair, float],
    ) -> None:
        """Add the row of a partition that holds the two apart, exact at the moves just tried.

        Its own contradicted weight is linear in the moves. Below the weight that those
        partitions contradict that hold the two together lies a packing of negative cycles;
        a move takes away no more than the packing lays on its tie.
        """

        def cost(pair: Pair, value: int) -> int:
            return max(0, -value * int(side[pair[0]]) * int(side[pair[1]]))

        def drift(pair: Pair, value: int) -> float:
            """By how much the packing changes, at the least, when a tie becomes a value."""
            stood = ties.get(pair, 0)
            if pair == self.ends:
                return max(0, -value) - max(0, -stood)
            kept = abs(value) if value * stood > 0 else 0
            return -max(0.0, loads.get(pair, 0.0) - kept)

        back = {}
        for i in chosen:
            pair = self.options[i].pair
            back[pair] = drift(pair, self.ties.get(pair, 0))
        start = contradicted(self.ties, side)
        hurt = [
            cost(option.pair, option.units) - cost(option.pair, self.ties.get(option.pair, 0))
            for option in self.options
        ]
        row = [
            much - drift(option.pair, option.units) + back.get(option.pair, 0.0)
            for much, option in zip(hurt, self.options, strict=True)
        ]
        self.apart.append((start, np.array(hurt, dtype=np.float64)))
        self.rows.append(np.array(row) / self.quantum)
        self.need.append(1.0 - (start - together - sum(back.values())) / self.quantum)

    def _learn_star(self, end: int) -> None:
        """Add the row of one end's own ties: moving it across costs no more than they weigh.

        So the partitions that hold the two apart are worse by no more than that.
        """
        own = sum(abs(value) for pair, value in self.ties.items() if end in pair)
        row = [
            float(abs(o.units) - abs(self.ties.get(o.pair, 0))) if end in o.pair else 0.0
            for o in self.options
        ]
        self.rows.append(np.array(row) / self.quantum)
        self.need.append(1.0 - own / self.quantum)

    def cheapest(self, found: list[tuple[int, ...]], cost: int | None) -> tuple[int, ...] | None:
        """The cheapest set that satisfies all rows and moves other cells than those found.

        None if there is none.
        """
        from scipy import optimize, sparse

        count = len(self.options)
        rows = [np.array(self.rows)]
        low = [np.array(self.need) - 1e-6]
        high = [np.full(len(self.need), np.inf)]
        for known in found:
            moved = {self.options[i].cells for i in known}
            cut = np.array([1.0 if o.cells not in moved else -1.0 for o in self.options])
            rows.append(cut[None])
            low.append(np.array([1.0 - len(known)]))
            high.append(np.array([np.inf]))
        if cost is not None:
            rows.append(self.prices[None].astype(float))
            low.append(np.array([float(cost)]))
            high.append(np.array([float(cost)]))
        groups = int(self.group.max()) + 1
        once = sparse.csr_array((np.ones(count), (self.group, range(count))), (groups, count))
        matrix = sparse.vstack([sparse.csr_array(np.vstack(rows)), once], format="csr")
        low.append(np.full(groups, -np.inf))
        high.append(np.ones(groups))
        top, whole = np.ones(count), np.ones(count)
        if len(self.apart) > _PATIENCE:
            matrix, least, top, whole = together(
                matrix, self.options, self.ties, self.ends, self.apart, self.quantum
            )
            low.append(least)
            high.append(np.full(len(least), np.inf))
        solved = optimize.milp(
            np.append(self.prices.astype(float), np.zeros(len(top) - count)),
            constraints=optimize.LinearConstraint(
                matrix, np.concatenate(low), np.concatenate(high)
            ),
            bounds=optimize.Bounds(0, top),
            integrality=whole.astype(np.int64),
            options={"mip_rel_gap": 0.0},
        )
        if solved.x is None:
            return None
        return tuple(np.flatnonzero(np.round(solved.x[:count])).tolist())

    def others(
        self, first: tuple[int, ...], cost: int, limit: int, proof: CoverProof
    ) -> list[tuple[int, ...]]:
        """The sets of this cost that succeed, up to a limit, one for each set of cells."""
        found: dict[frozenset[Cell], tuple[int, ...]] = {self._cells(first): first}
        try:
            for tried, chosen in enumerate(proof.covers(cost)):
                if len(found) >= limit:
                    break
                if tried - len(found) > 50 * _PATIENCE or len(self.apart) > 10 * _PATIENCE:
                    raise _TooMany
                known = self._cells(chosen) in found or not self._allowed(chosen)
                if not known and self.succeeds(chosen):
                    found[self._cells(chosen)] = chosen
        except _TooMany:
            while len(found) < limit:
                chosen_ = self.cheapest([*found.values()], cost)
                if chosen_ is None:
                    break
                if self.succeeds(chosen_):
                    found[self._cells(chosen_)] = chosen_
        return list(found.values())

    def _cells(self, chosen: tuple[int, ...]) -> frozenset[Cell]:
        return frozenset(cell for i in chosen for cell in self.options[i].cells)

    def _allowed(self, chosen: tuple[int, ...]) -> bool:
        """Do the moves satisfy every row that is known by now?"""
        return all(
            row[list(chosen)].sum() >= need - 1e-6
            for row, need in zip(self.rows, self.need, strict=True)
        )

    def proof(self) -> CoverProof:
        """The multipliers of the covering program's relaxation."""
        from scipy import optimize

        rows, need = np.array(self.rows), np.array(self.need)
        solved = optimize.linprog(
            self.prices.astype(float), A_ub=-rows, b_ub=-need, bounds=(0, 1), method="highs"
        )
        duals = np.maximum(0.0, -solved.ineqlin.marginals)
        return CoverProof(rows, need, self.prices, duals, self.group, self.unit)
