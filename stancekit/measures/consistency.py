"""How consistent the alignments are: camps, strained ties, actors in two camps at once."""

from __future__ import annotations

import html
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from stancekit.errors import UnknownNameError, nearest
from stancekit.measures import coalitions
from stancekit.projection import StanceGraph, Tie, TieRule, mean, stance_graph
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import RECOGNITION
from stancekit.signed.partition import Certificate, Optima, Verdict, optima

__all__ = [
    "ActorConsistency",
    "Alignment",
    "Contradiction",
    "StrainedTie",
    "alignment",
    "exclusivity",
]


@frozen
class StrainedTie:
    """A tie that an optimal partition contradicts.

    Attributes
    ----------
    names : tuple of str
        The two ends.
    value : float
        The signed weight of the tie.
    verdict : str
        ``always`` (in every optimal partition), ``sometimes``, or ``undecided`` where the
        work ended before either was shown.
    origin : tuple of Tie
        What the tie came from, with the evidence behind it.

    Examples
    --------
    >>> print(StrainedTie(("TUR", "maduro"), 0.5, "always", ()))
    TUR - maduro (+0.5, always)
    """

    names: tuple[str, str]
    value: float
    verdict: str
    origin: tuple[Tie, ...] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.names[0]} - {self.names[1]} ({self.value:+g}, {self.verdict})"


@frozen
class ActorConsistency:
    """How far one actor's ties fit into two camps.

    Attributes
    ----------
    name : str
    lower, upper : float
        The least and the greatest value of :math:`1 - 2 s / w` over all optimal partitions,
        with ``s`` the weight of its contradicted ties and ``w`` the weight of all its ties;
        in [0, 1], since no optimal partition contradicts more than half of what an actor
        has. Where there are more than 1,000 optimal partitions, or not all is shown, bounds
        of these two.
    ties : int
        How many ties it has.
    weight : float
        Their weight.

    Examples
    --------
    >>> ActorConsistency("TUR", lower=0.5, upper=0.5, ties=4, weight=2.0).lower
    0.5
    """

    name: str
    lower: float
    upper: float
    ties: int
    weight: float


@frozen
class Contradiction:
    """An actor that is for more than one rival of an exclusive contest.

    Attributes
    ----------
    actor, contest : str
    toward : tuple of (str, float)
        The rivals and the values.
    kind : str
        ``recognition`` where at least two values are 0.75 or more, otherwise ``support``.
    """

    actor: str
    contest: str
    toward: tuple[tuple[str, float], ...]
    kind: str


@frozen(repr=False)
class Alignment:
    """How far the stances of a day are from two camps, with the proof.

    Attributes
    ----------
    lower, upper : float
        Bounds of the frustration: the least weight of ties that any two camps contradict.
    is_exact : bool
        Whether the bounds meet.
    is_certified : bool
        Whether the certificate alone proves both bounds.
    index : (float, float)
        Bounds of the consistency index :math:`1 - 2L/W`, nan where there are no ties.
    reason : str
        Why the index is nan; empty where it is not.
    camps : (tuple of str, tuple of str)
        The two camps of the largest connected part of the graph, as one optimal partition
        has them; the camp of the first claimant (in order of code) first.
    elsewhere : tuple of pairs of tuple of str
        The camps of the other parts, which no tie connects with it.
    pinned, swing, undecided : tuple of str
        ``pinned`` are the most names of the largest part that keep their relations to one
        another in every optimal partition; ``swing`` those that change sides relative to
        them between two optimal partitions; ``undecided`` those of which neither was shown
        before the work ended.
    strained : tuple of StrainedTie
        Ties that some optimal partition contradicts, the surest and heaviest first.
    actors : tuple of ActorConsistency
        Each name that has a tie, in order of code; ``by_actor`` is the same as a mapping.
    observations : int
        Ties that were counted.
    weight : float
        Their total weight, W.
    bridge : StanceGraph
    certificate : Certificate
        ``certificate.proves(bridge.graph)`` checks the bounds without the solver.
    """

    lower: float
    upper: float
    is_exact: bool
    is_certified: bool
    index: tuple[float, float] = field(eq=repr)  # by repr nan equals nan
    reason: str
    camps: tuple[tuple[str, ...], tuple[str, ...]]
    elsewhere: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    pinned: tuple[str, ...]
    swing: tuple[str, ...]
    undecided: tuple[str, ...]
    strained: tuple[StrainedTie, ...]
    actors: tuple[ActorConsistency, ...]
    observations: int
    weight: float
    bridge: StanceGraph
    certificate: Certificate

    @property
    def by_actor(self) -> Mapping[str, ActorConsistency]:
        """Consistency of each name that has a tie."""
        return MappingProxyType({actor.name: actor for actor in self.actors})

    def camp_of(self, name: str) -> tuple[str, ...]:
        """The camp, in the optimal partition shown, that a name belongs to.

        Raises
        ------
        UnknownNameError
            If the name has no tie that day.
        """
        for pair in (self.camps, *self.elsewhere):
            for camp in pair:
                if name in camp:
                    return camp
        names = self.bridge.names
        raise UnknownNameError("name with a tie", name, nearest(name, names))

    def __repr__(self) -> str:
        if self.reason:
            return "Alignment(no ties that day)"
        bounds = f"{self.lower:g}" if self.is_exact else f"{self.lower:g} to {self.upper:g}"
        proof = "certified" if self.is_certified else "exact" if self.is_exact else "bounds"
        low, high = self.index
        index = f"{low:.3f}" if low == high else f"{low:.3f} to {high:.3f}"
        return (
            f"Alignment(frustration {bounds} of {self.weight:g} ({proof}), index {index}, "
            f"{self.observations} ties, {len(self.strained)} strained)"
        )

    def _repr_html_(self) -> str:
        rows = [(f"camp {i + 1}", ", ".join(camp)) for i, camp in enumerate(self.camps)]
        rows += [("strained", "; ".join(map(str, self.strained)))]
        body = "".join(
            f"<tr><th>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows
        )
        return f"<table><caption>{html.escape(repr(self))}</caption><tbody>{body}</tbody></table>"


def alignment(
    snapshot: Snapshot,
    *,
    rivalry: float = 1.0,
    ties: TieRule = mean,
    budget: float | None = None,
    rng: int | np.random.Generator = 0,
) -> Alignment:
    r"""How far the stances of a day are from two clean camps.

    .. math:: L = \min_{x \in \{-1, 1\}^n} \sum_{uv} w_{uv} [\sigma_{uv} x_u x_v = -1],
       \qquad \text{index} = 1 - 2 L / W

    over the graph of ``projection.stance_graph``, with W the total weight of its ties [1]_.
    1 means that two camps fit every tie. Exact, with a certificate, where the bounds meet.

    Parameters
    ----------
    snapshot : Snapshot
    rivalry : float
        Weight of the tie between rivals of an exclusive contest.
    ties : function
        Makes one value of two directions; see ``projection``.
    budget : float, optional
        Seconds to work at most; bounds that do not meet are then given as such.
    rng : int or numpy.random.Generator

    Raises
    ------
    InputError
        If ``rivalry`` is negative or not finite.

    References
    ----------
    .. [1] Aref, S. and Wilson, M. C. (2018). "Measuring partial balance in signed networks".
       *Journal of Complex Networks* 6(4), 566-595. doi:10.1093/comnet/cnx044

    Examples
    --------
    A state that backs both rivals strains one of its ties, whichever camp it is put in.

    >>> from stancekit.records.dossier import Dossier
    >>> from stancekit.records.model import Actor, Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("TUR")],
    ...     contests=[Contest("seat")], claimants=[Claimant("a", "seat"), Claimant("b", "seat")],
    ...     stances=[Stance("TUR", "a", "recognises"), Stance("TUR", "b", "supports")]
    ... ).at("2019-04-30")
    >>> found = alignment(world)
    >>> found.lower, found.upper, found.is_certified
    (0.5, 0.5, True)
    >>> found.camps, [str(tie) for tie in found.strained]
    ((('TUR', 'a'), ('b',)), ['TUR - b (+0.5, always)'])
    """
    bridge = stance_graph(snapshot, rivalry=rivalry, ties=ties)
    graph = bridge.graph
    found = optima(graph, budget=budget, rng=rng)
    bounds = found.frustration
    total = float(graph.total_weight)
    index = bounds.index if total else (float("nan"), float("nan"))
    parts = _parts(bridge)
    claimants = {claimant.code for claimant in snapshot.claimants}
    pairs = [_camps(bridge, found.side, part, claimants) for part in parts]
    pinned, swing, undecided = _movable(bridge, found, parts[0] if parts else [])
    return Alignment(
        bounds.lower,
        bounds.upper,
        bounds.is_exact,
        bounds.is_certified,
        (float(index[0]), float(index[1])),
        "" if total else "there are no ties that day",
        pairs[0] if pairs else ((), ()),
        tuple(pairs[1:]),
        pinned,
        swing,
        undecided,
        _strained(bridge, found),
        _by_actor(bridge, found),
        graph.size,
        total,
        bridge,
        bounds.certificate,
    )


def _parts(bridge: StanceGraph) -> list[list[int]]:
    """The vertices of each connected part, the largest part first."""
    parts: dict[int, list[int]] = {}
    for vertex, label in enumerate(bridge.graph.components().tolist()):
        parts.setdefault(label, []).append(vertex)
    return sorted(parts.values(), key=lambda part: (-len(part), part))


def _camps(
    bridge: StanceGraph, side: NDArray[np.int8], part: list[int], claimants: set[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two camps of a part, that of its first claimant first."""
    leader = next((v for v in part if bridge.names[v] in claimants), part[0])
    same = tuple(bridge.names[v] for v in part if side[v] == side[leader])
    other = tuple(bridge.names[v] for v in part if side[v] != side[leader])
    return same, other


def _movable(
    bridge: StanceGraph, found: Optima, part: list[int]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The names of a part that are pinned, those that swing, those of whom neither is shown."""
    groups: dict[int, list[int]] = {}
    for vertex in part:
        groups.setdefault(int(found.groups[vertex]), []).append(vertex)
    anchor = max(groups.values(), key=len, default=[])[:1]
    verdicts = {v: found.together(v, anchor[0]) for v in part}

    def those(*wanted: Verdict) -> tuple[str, ...]:
        return tuple(bridge.names[v] for v in part if verdicts[v] in wanted)

    pinned = those(Verdict.ALWAYS, Verdict.NEVER)
    return pinned, those(Verdict.SOMETIMES), those(Verdict.UNDECIDED)


_ORDER = (Verdict.ALWAYS, Verdict.SOMETIMES, Verdict.UNDECIDED)


def _strained(bridge: StanceGraph, found: Optima) -> tuple[StrainedTie, ...]:
    graph = bridge.graph
    values = graph.signs * graph.weights
    ties = [
        StrainedTie(bridge.pair(k), float(values[k]), verdict.name.lower(), bridge.origin[k])
        for k in range(graph.size)
        if (verdict := Verdict(int(found.ties[k]))) is not Verdict.NEVER
    ]
    rank = {verdict.name.lower(): place for place, verdict in enumerate(_ORDER)}
    return tuple(sorted(ties, key=lambda tie: (rank[tie.verdict], -abs(tie.value), tie.names)))


def _by_actor(bridge: StanceGraph, found: Optima) -> tuple[ActorConsistency, ...]:
    graph = bridge.graph
    u, v = graph.edges.T

    def at_each(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum over the ties of each vertex."""
        ends = (np.bincount(end, weights=amounts, minlength=graph.order) for end in (u, v))
        return np.asarray(sum(ends))

    held, count = at_each(graph.weights), at_each(np.ones(graph.size))
    if found.is_complete:
        least, most = held, np.zeros(graph.order)
        for side in found.camps:
            strained = at_each(graph.weights * graph.frustrated(side))
            least, most = np.minimum(least, strained), np.maximum(most, strained)
    else:
        least = at_each(graph.weights * (found.ties == Verdict.ALWAYS))
        # beyond a half, changing sides alone would be better
        most = np.minimum(at_each(graph.weights * (found.ties != Verdict.NEVER)), held / 2)
    return tuple(
        ActorConsistency(
            name,
            float(1 - 2 * most[v] / held[v]),
            float(1 - 2 * least[v] / held[v]),
            int(count[v]),
            float(held[v]),
        )
        for v, name in enumerate(bridge.names)
    )


def exclusivity(snapshot: Snapshot) -> tuple[Contradiction, ...]:
    """Actors that are for two rivals of an exclusive contest on the same day.

    Recognition of two is the stronger kind; support of two (any value above 0) the weaker.
    Recognising both Kosovo and Serbia is neither, since a contest over a state is not
    exclusive; nor is what a claimant says of its own rival.

    Examples
    --------
    >>> from stancekit.records.dossier import Dossier
    >>> exclusivity(Dossier("empty").at("2019-04-30"))
    ()
    """
    found = []
    for contest in snapshot.contests:
        rivals = [r for r in snapshot.rivals(contest.code) if r in snapshot.targets]
        for actor in coalitions.support(snapshot, contest.code).contradictory:
            values = [(rival, snapshot.value(actor, rival)) for rival in rivals]
            strong = sum(value >= RECOGNITION for _, value in values) > 1
            kind = "recognition" if strong else "support"
            toward = tuple((rival, value) for rival, value in values if value > 0)
            found.append(Contradiction(actor, contest.code, toward, kind))
    return tuple(found)
