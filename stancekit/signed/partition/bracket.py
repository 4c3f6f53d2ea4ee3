"""What a run knows so far: the best camps, the best cycles, and when it must stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from stancekit.errors import MissingExtraError
from stancekit.signed.partition.certificate import MULTIPLIER_UNIT
from stancekit.signed.partition.cycles import Network, Rows
from stancekit.signed.partition.kinds import Kind, TwoCamps
from stancekit.signed.partition.program import whole_multipliers

__all__ = ["Bracket", "Tree", "shown"]


@frozen
class Tree:
    """A full binary tree of decisions on edges, and cycles for each of its leaves.

    Attributes
    ----------
    edges : (nodes,) array
        The edge that each node decides, -1 at a leaf; a node is followed by all that is below it,
        first where camps satisfy the edge, then where they contradict it.
    leaves : (k + 1,) array
        Leaf ``i`` has the cycles ``leaves[i]:leaves[i + 1]``.
    rows, times : Rows, int64 array
        Cycles and whole multipliers.
    bound : int
        The least that a leaf shows, in units.
    """

    edges: NDArray[np.int64]
    leaves: NDArray[np.int64]
    rows: Rows
    times: NDArray[np.int64]
    bound: int


@define
class Bracket:
    """The bounds of one run; both only ever improve.

    Attributes
    ----------
    side : (n,) array
        The best camps.
    rows, times : Rows, int64 array
        The cycles and whole multipliers of the best proved lower bound.
    pool : Rows
        All cycles that are worth handing on to another loop over the same graph.
    shows_trees : bool
        Whether the answer has room for a tree; if not, there may be shorter ways to the bounds.
    tree : Tree or None
        Proves more than the cycles by themselves.
    told : int
        Lower bound in units that the cycles do not prove by themselves; 0 if there is none.
    report : callable
        Called with (lower, upper) in units when one of them improves.
    """

    net: Network
    side: NDArray[np.float64]
    upper: int = field(init=False)
    rows: Rows = field(factory=Rows.none)
    times: NDArray[np.int64] = field(factory=lambda: np.zeros(0, dtype=np.int64))
    pool: Rows = field(factory=Rows.none)
    shows_trees: bool = False
    tree: Tree | None = None
    told: int = 0
    reason: str = ""
    report: Callable[[int, int], None] | None = None
    kind: Kind = field(factory=TwoCamps)

    def __attrs_post_init__(self) -> None:
        self.upper = self.cost(self.side)

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Edges that the best camps contradict."""
        return self.kind.bad(self.net, self.side)

    def cost(self, side: NDArray[np.float64]) -> int:
        """Weight that camps contradict, in units."""
        return int(self.net.weight[self.kind.bad(self.net, side)].sum())

    @property
    def proved(self) -> int:
        """Lower bound in units that the cycles prove."""
        return -(-int(self.times.sum()) // MULTIPLIER_UNIT)

    @property
    def closed(self) -> bool:
        """Whether the cycles prove the camps optimal."""
        return self.proved >= self.upper

    def camps(self, side: NDArray[np.float64]) -> bool:
        """Take these camps if they are better."""
        cost = self.cost(side)
        if cost >= self.upper:
            return False
        self.side, self.upper = side.copy(), cost
        self._tell()
        return True

    def cycles(self, rows: Rows, y: NDArray[np.float64]) -> None:
        """Take the bound of these multipliers if it is better."""
        used = y * MULTIPLIER_UNIT >= 1
        rows, y = rows.taken(used), y[used]
        times = whole_multipliers(rows, y, self.net.weight)
        if int(times.sum()) > int(self.times.sum()):
            kept = times > 0
            self.rows, self.times = rows.taken(kept), times[kept]
            self._tell()

    def hint(self, bound: float) -> None:
        """Report a lower bound in floating point, on its way to whole multipliers."""
        if self.report is not None:
            self.report(max(self.proved, int(bound)), self.upper)

    def _tell(self) -> None:
        if self.report is not None:
            self.report(max(self.proved, self.told), self.upper)


@contextmanager
def shown(progress: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar of tqdm that shows bounds, as a function to call with them; None if not wanted."""
    if not progress:
        yield None
        return
    try:
        from tqdm import tqdm
    except ImportError:
        raise MissingExtraError("progress bars", "tqdm", extra="progress") from None
    with tqdm(unit="improvement") as bar:

        def report(lower: int, upper: int) -> None:
            bar.set_postfix(lower=lower, upper=upper, refresh=False)
            bar.update()

        yield report
