"""The only bridge from records to signed graphs: one day's stances as ties, with names kept."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Callable, Iterable
from numbers import Real

import numpy as np
from attrs import field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Stance
from stancekit.signed.graph import SignedGraph

__all__ = ["StanceGraph", "Tie", "mean", "negative_wins", "stance_graph", "strongest"]

#: Makes one signed value of what two actors hold toward one another.
TieRule = Callable[[float, float], float]


def mean(one: float, other: float) -> float:
    """The mean of the two directions; opposite ones of equal strength cancel.

    >>> mean(1.0, 0.5)
    0.75
    """
    return (one + other) / 2


def strongest(one: float, other: float) -> float:
    """The direction of larger size; the negative one among equals.

    >>> strongest(0.25, -0.5)
    -0.5
    """
    return min(one, other) if abs(one) == abs(other) else max(one, other, key=abs)


def negative_wins(one: float, other: float) -> float:
    """The lower of the two: one hostile side makes a hostile tie.

    >>> negative_wins(1.0, -0.25)
    -0.25
    """
    return min(one, other)


@frozen
class Tie:
    """What an edge came from: a stance, or the rivalry of two claimants.

    Attributes
    ----------
    kind : str
        ``stance``; ``derived`` where a bloc rule filled the cell; ``rivalry``.
    actor, toward : str
    value : float
    stance : Stance or None
        The record, with its evidence; None for a rivalry or a derived cell.
    contest : str
        The contest of a rivalry.

    Examples
    --------
    >>> print(Tie("stance", "USA", "a", 1.0))
    USA -> a (+1)
    """

    kind: str
    actor: str
    toward: str
    value: float
    stance: Stance | None = None
    contest: str = ""

    def __str__(self) -> str:
        what = f"rivals in {self.contest}" if self.kind == "rivalry" else f"{self.value:+g}"
        return f"{self.actor} -> {self.toward} ({what})"


@frozen(repr=False)
class StanceGraph:
    """A signed graph of one day, and what its vertices and edges stand for.

    Attributes
    ----------
    graph : SignedGraph
    names : tuple of str
        The code of each vertex, sorted; only those with a tie are in the graph.
    kinds : tuple of str
        ``actor``, ``claimant``, or ``both``, for each vertex.
    origin : tuple of tuple of Tie
        What each edge, in the order of ``graph.edges``, came from.
    cancelled : tuple of tuple of Tie
        Pairs whose two directions gave 0, and neutral stances: no edge.
    """

    graph: SignedGraph
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    origin: tuple[tuple[Tie, ...], ...] = field(repr=False)
    cancelled: tuple[tuple[Tie, ...], ...] = field(repr=False)

    def vertex(self, name: str) -> int:
        """The vertex of an actor or claimant.

        Raises
        ------
        UnknownNameError
            If it has no tie that day, or does not exist.
        """
        if name not in self.names:
            raise UnknownNameError("name with a tie", name, nearest(name, self.names))
        return self.names.index(name)

    def pair(self, edge: int) -> tuple[str, str]:
        """The names at the two ends of an edge."""
        u, v = self.graph.edges[edge].tolist()
        return self.names[u], self.names[v]

    def __repr__(self) -> str:
        return f"StanceGraph({len(self.names)} names, {self.graph.size} ties)"

    def _repr_html_(self) -> str:
        values = (self.graph.signs * self.graph.weights).tolist()
        rows = "".join(
            f"<tr><th>{html.escape(' - '.join(self.pair(k)))}</th><td>{value:+g}</td>"
            f"<td>{html.escape('; '.join(map(str, self.origin[k])))}</td></tr>"
            for k, value in enumerate(values)
        )
        return f"<table><caption>{html.escape(repr(self))}</caption><tbody>{rows}</tbody></table>"


def stance_graph(snapshot: Snapshot, *, rivalry: float = 1.0, ties: TieRule = mean) -> StanceGraph:
    """Turn one day of stances into a signed graph.

    Every value other than 0 is a tie of that sign and weight; absences and neutral stances
    are none, nor is what an actor says of itself. Two claimants of an exclusive contest are
    joined by a negative tie of weight ``rivalry``, which stands in place of their stances
    toward one another, unless the contest or one of the claims is surely not alive that day
    (as with stances, an uncertain edge is no reason to leave it out). Actors of whom nothing
    is known are no vertices, so that adding one changes nothing.

    Parameters
    ----------
    snapshot : Snapshot
    rivalry : float
        Weight of the tie between rivals, 0 or more; 0 leaves it out.
    ties : function
        Makes one value in [-1, 1] of what two hold toward one another, the first in order
        of code first: ``mean`` (default), ``strongest``, ``negative_wins``. A single
        direction stands as it is.

    Raises
    ------
    InputError
        If ``rivalry`` is negative or not finite, or ``ties`` gives no value in [-1, 1].

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> world = Dossier("case", actors=[Actor("RUS"), Actor("USA")],
    ...     contests=[Contest("seat")], claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("USA", "a", "recognises"), Stance("RUS", "b", "supports"),
    ...              Stance("USA", "RUS", "criticises")]).at("2019-04-30")
    >>> bridge = stance_graph(world)
    >>> bridge.names
    ('RUS', 'USA', 'a', 'b')
    >>> [(*bridge.pair(k), float(s * w)) for k, (s, w)
    ...  in enumerate(zip(bridge.graph.signs, bridge.graph.weights))]
    [('RUS', 'USA', -0.5), ('RUS', 'b', 0.5), ('USA', 'a', 1.0), ('a', 'b', -1.0)]
    """
    if not (isinstance(rivalry, Real) and math.isfinite(rivalry) and rivalry >= 0):
        raise InputError(f"rivalry={rivalry!r} is not a weight; it is a finite number, 0 or more")
    between: dict[tuple[str, str], list[Tie]] = {}
    for tie in _stances(snapshot):
        if tie.actor != tie.toward:  # an actor's word about itself ties nobody
            pair = (min(tie.actor, tie.toward), max(tie.actor, tie.toward))
            between.setdefault(pair, []).append(tie)
    rivals = {(tie.actor, tie.toward): tie for tie in _rivalries(snapshot, rivalry)}
    edges: dict[tuple[str, str], tuple[float, tuple[Tie, ...]]] = {}
    cancelled = []
    for pair in sorted(between.keys() | rivals.keys()):
        held = tuple(sorted(between.get(pair, ()), key=lambda tie: tie.actor))
        if pair in rivals:
            edges[pair] = (-rivalry, (rivals[pair], *held))
            continue
        value = held[0].value if len(held) == 1 else _merged(ties, *held)
        if value:
            edges[pair] = (value, held)
        else:
            cancelled.append(held)
    names = tuple(sorted({name for pair in edges for name in pair}))
    place = {name: vertex for vertex, name in enumerate(names)}
    claimants = {claimant.code for claimant in snapshot.claimants}
    actors = {actor.code for actor in snapshot.actor_records}
    kinds = {(True, False): "actor", (False, True): "claimant", (True, True): "both"}
    return StanceGraph(
        SignedGraph.from_edges(
            len(names), [(place[a], place[b], value) for (a, b), (value, _) in edges.items()]
        ),
        names,
        tuple(kinds[name in actors, name in claimants] for name in names),
        # sorted pairs of sorted names: the order of the graph's own edges
        tuple(origin for _, origin in edges.values()),
        tuple(cancelled),
    )


def _merged(rule: TieRule, one: Tie, other: Tie) -> float:
    value = rule(one.value, other.value)
    if not (isinstance(value, Real) and -1 <= value <= 1):
        name = getattr(rule, "__name__", type(rule).__name__)
        raise InputError(
            f"ties={name} makes {value!r} of {one} and {other}; a tie has a value in [-1, 1]"
        )
    return float(value)


def _stances(snapshot: Snapshot) -> Iterable[Tie]:
    for a, t in np.argwhere(snapshot.absences < 0).tolist():
        row = int(snapshot.rows[a, t])
        yield Tie(
            "derived" if snapshot.derived[a, t] else "stance",
            snapshot.actors[a],
            snapshot.targets[t],
            float(snapshot.values[a, t]),
            snapshot.stances[row] if row >= 0 else None,
        )


def _rivalries(snapshot: Snapshot, rivalry: float) -> Iterable[Tie]:
    if not rivalry:
        return
    day = snapshot.date
    on = {c.code for c in snapshot.contests if c.exclusive and c.span.covers(day) is not False}
    alive = [c for c in snapshot.claimants if c.contest in on and c.span.covers(day) is not False]
    for one, other in itertools.combinations(sorted(alive, key=lambda c: c.code), 2):
        if one.contest == other.contest:
            yield Tie("rivalry", one.code, other.code, -rivalry, None, one.contest)
