"""Laws that measures keep: call one with a measure and a value; a broken law shows where.

A law takes the measure as any callable, changes the value in a way that ought not to matter (or
to matter in a known way), measures again and compares.  The answers may be numbers, text,
arrays, collections of them, or result objects, which are compared field by field; numbers to
nine digits, nan as equal to nan.  Snapshots and dossiers inside an answer are the question
repeated, and left out.

Use them with the strategies::

    from hypothesis import given
    from stancekit.testing import laws, strategies

    @given(strategies.snapshots())
    def test_unknown(world):
        laws.unknown_adds_nothing(my_measure, world)
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from stancekit.errors import InputError
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor
from stancekit.records.snapshot import Snapshot, WeightColumn
from stancekit.records.stance import Absence
from stancekit.signed.graph import SignedGraph
from stancekit.testing.answers import difference, plain_answer, renamed, times

__all__ = [
    "disjoint_union",
    "relabelling",
    "scaling",
    "switching",
    "unknown_adds_nothing",
]

_Value = TypeVar("_Value", SignedGraph, Snapshot, Dossier)

#: Takes the answer for the value as it was to the answer for the changed value.
Carry = Callable[[Any], Any]


def relabelling(
    measure: Callable[[Any], Any],
    value: SignedGraph | Dossier,
    names: Sequence[int] | Mapping[str, str],
    *,
    carry: Carry | None = None,
) -> None:
    """Only structure counts: new names change no answer but by name.

    Parameters
    ----------
    measure : callable
        From the value to an answer.
    value : SignedGraph or Dossier
    names : sequence of int, or mapping of str to str
        For a graph the new vertex of every vertex, a permutation; for a dossier the new codes
        of actors and claimants, the others keep theirs.
    carry : callable, optional
        What to do to the first answer before the two are compared.  By default nothing for a
        graph, whose measures are taken for invariants; for a dossier codes in the answer are
        renamed, and the order in which named things stand is not compared.

    Raises
    ------
    AssertionError
        If the answers differ.
    InputError
        If ``names`` is no permutation, or gives two the same code.

    Examples
    --------
    >>> from stancekit.signed.balance import triangles
    >>> path = SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, 1)])
    >>> relabelling(lambda graph: triangles(graph).total, path, [2, 0, 1])
    >>> relabelling(lambda graph: int(graph.signs[0]), path, [2, 1, 0])
    Traceback (most recent call last):
        ...
    AssertionError: relabelling does not hold for <lambda>
      the answer is 1, and -1 was due
      value: SignedGraph.from_edges(3, [(0, 1, -1), (1, 2, 1)])
      changed: vertex 0 is now 2, 1 is now 1, 2 is now 0
    """
    shown: Iterable[tuple[object, object]]
    if isinstance(value, SignedGraph):
        order = _permutation(names, value.order)
        changed: SignedGraph | Dossier = SignedGraph.from_arrays(
            value.order, order[value.edges], value.signs, value.weights
        )
        due = measure(value) if carry is None else carry(measure(value))
        shown, unordered = enumerate(order.tolist()), False
    else:
        codes = _new_codes(names, value)
        changed = _with_codes(value, codes)
        answer = measure(value)
        due = renamed(plain_answer(answer), codes) if carry is None else carry(answer)
        shown, unordered = codes.items(), True
    told = ", ".join(f"{old} is now {new}" for old, new in shown)
    what = f"{'vertex' if isinstance(value, SignedGraph) else 'code'} {told}"
    _hold("relabelling", measure, value, measure(changed), due, what, unordered=unordered)


def switching(
    measure: Callable[[SignedGraph], Any],
    graph: SignedGraph,
    vertices: Iterable[int],
    *,
    carry: Carry | None = None,
) -> None:
    """Only the signs of cycles count: reversing all ties of some vertices changes no answer.

    Balance, the frustration index and the number of balanced triangles keep this law; clusters
    and anything that counts positive ties do not.

    Parameters
    ----------
    measure : callable
        From a graph to an answer.
    graph : SignedGraph
    vertices : iterable of int
        Whose ties to the other vertices are reversed.
    carry : callable, optional
        What to do to the first answer before the two are compared; nothing by default.

    Raises
    ------
    AssertionError
        If the answers differ.

    Examples
    --------
    >>> from stancekit.signed.balance import triangles
    >>> allies = SignedGraph.from_edges(3, [(0, 1, 1), (1, 2, 1), (0, 2, 1)])
    >>> switching(lambda graph: triangles(graph).balanced, allies, [0])
    >>> switching(lambda graph: triangles(graph).ppp, allies, [0])
    Traceback (most recent call last):
        ...
    AssertionError: switching does not hold for <lambda>
      the answer is 0, and 1 was due
      value: SignedGraph.from_edges(3, [(0, 1, 1), (0, 2, 1), (1, 2, 1)])
      changed: the ties of vertices [0] are reversed
    """
    camp = sorted(set(vertices))
    due = measure(graph) if carry is None else carry(measure(graph))
    what = f"the ties of vertices {camp} are reversed"
    _hold("switching", measure, graph, measure(graph.switched(camp)), due, what)


def disjoint_union(
    measure: Callable[[SignedGraph], Any],
    one: SignedGraph,
    other: SignedGraph,
    *,
    combine: Callable[[Any, Any], Any] = operator.add,
) -> None:
    """What nothing ties together adds up: the answer for two graphs side by side.

    Parameters
    ----------
    measure : callable
        From a graph to an answer.
    one, other : SignedGraph
        In the union the vertices of ``other`` come after those of ``one``.
    combine : callable
        Makes the answer for the union of the answers for the parts; the sum by default.

    Raises
    ------
    AssertionError
        If the answers differ.

    Examples
    --------
    >>> tie = SignedGraph.from_edges(2, [(0, 1, -1)])
    >>> disjoint_union(lambda graph: graph.total_weight, tie, tie)
    >>> disjoint_union(lambda graph: int((graph.signs < 0).all()), tie, tie, combine=min)
    >>> disjoint_union(lambda graph: int((graph.signs < 0).all()), tie, tie)
    Traceback (most recent call last):
        ...
    AssertionError: disjoint_union does not hold for <lambda>
      the answer is 1, and 2 was due
      value: SignedGraph.from_edges(2, [(0, 1, -1)])
      changed: put beside SignedGraph.from_edges(2, [(0, 1, -1)])
    """
    union = SignedGraph.from_arrays(
        one.order + other.order,
        np.concatenate([one.edges, other.edges + one.order]),
        np.concatenate([one.signs, other.signs]),
        np.concatenate([one.weights, other.weights]),
    )
    due = combine(measure(one), measure(other))
    what = f"put beside {_shown(other)}"
    _hold("disjoint_union", measure, one, measure(union), due, what)


def unknown_adds_nothing(
    measure: Callable[[_Value], Any], value: _Value, *, newcomer: str = "nobody-knows"
) -> None:
    """What is not known counts for nothing: an actor without any record changes no number.

    The second answer may name the newcomer, in a list of those of whom nothing is known or in
    a row of its own; all else must be as it was.  To a graph an isolated vertex is added, the
    last one.

    Parameters
    ----------
    measure : callable
        From the value to an answer.
    value : Dossier, Snapshot or SignedGraph
    newcomer : str
        A code that the value does not have; not used for a graph.

    Raises
    ------
    AssertionError
        If the answers differ in more than the newcomer.
    InputError
        If the newcomer is there already.

    Examples
    --------
    A share of all actors falls with each actor of whom nothing is known; a share of those who
    have a stance does not.

    >>> from stancekit.records.model import Claimant, Contest
    >>> from stancekit.records.stance import Stance
    >>> world = Dossier("case", actors=[Actor("DNK")], contests=[Contest("seat")],
    ...     claimants=[Claimant("a", "seat")], stances=[Stance("DNK", "a", "recognises")]
    ... ).at("2019-04-30")
    >>> unknown_adds_nothing(lambda world: np.nanmean(world.values > 0.5, where=world.absences < 0),
    ...                      world)
    >>> unknown_adds_nothing(lambda world: float((world.values > 0.5).mean()), world)
    Traceback (most recent call last):
        ...
    AssertionError: unknown_adds_nothing does not hold for <lambda>
      the answer is 0.5, and 1.0 was due
      value: Snapshot(2019-04-30, 1 actors, 1 targets, 1 values)
        Stance(DNK -> a, recognition, recognises)
      changed: an actor 'nobody-knows' is added, of whom nothing is known
    """
    changed: Any
    if isinstance(value, SignedGraph):
        changed = SignedGraph.from_arrays(value.order + 1, value.edges, value.signs, value.weights)
        place, what = value.order, "an isolated vertex is added"
    else:
        changed, place = _with_actor(value, newcomer)
        what = f"an actor {newcomer!r} is added, of whom nothing is known"
    _hold(
        "unknown_adds_nothing",
        measure,
        value,
        measure(changed),
        measure(value),
        what,
        added=(newcomer, place),
    )


def scaling(
    measure: Callable[[_Value], Any], value: _Value, factor: float, *, degree: float = 1
) -> None:
    r"""Units do not count: weights times ``factor`` give answers times ``factor ** degree``.

    For a graph the weights of its ties are meant, for a snapshot or dossier those of its
    actors (population in persons, or in thousands).  A share or an index has degree 0.

    Parameters
    ----------
    measure : callable
        From the value to a number, an array of numbers, or a collection of them.
    value : SignedGraph, Snapshot or Dossier
    factor : float
        Above 0; a power of two brings no rounding of its own.
    degree : float
        Of the measure as a function of the weights.

    Raises
    ------
    AssertionError
        If the answers differ from those that are due.
    InputError
        If ``factor`` is not a finite number above 0.

    Examples
    --------
    >>> tie = SignedGraph.from_edges(2, [(0, 1, -0.75)])
    >>> scaling(lambda graph: graph.total_weight, tie, 4)
    >>> scaling(lambda graph: graph.total_weight, tie, 4, degree=0)
    Traceback (most recent call last):
        ...
    AssertionError: scaling does not hold for <lambda>
      the answer is 3.0, and 0.75 was due
      value: SignedGraph.from_edges(2, [(0, 1, -0.75)])
      changed: weights times 4, so answers times 1
    """
    if not (np.isfinite(factor) and factor > 0):
        raise InputError(f"factor={factor} is no finite number above 0")
    changed: Any
    if isinstance(value, SignedGraph):
        changed = SignedGraph.from_arrays(
            value.order, value.edges, value.signs, value.weights * factor
        )
    elif isinstance(value, Snapshot):
        columns = [
            WeightColumn(
                c.name, _kept(c.values * factor), _kept(c.standard_errors * factor), c.years
            )
            for c in value.weight_columns
        ]
        changed = evolve(value, weight_columns=tuple(columns))
    else:
        heavier = [
            evolve(
                weight,
                value=weight.value * factor,
                standard_error=None
                if weight.standard_error is None
                else weight.standard_error * factor,
            )
            for weight in value.weights
        ]
        changed = evolve(value, weights=heavier)
    due = times(plain_answer(measure(value)), factor**degree)
    what = f"weights times {factor:g}, so answers times {factor**degree:g}"
    _hold("scaling", measure, value, measure(changed), due, what)


def _hold(
    law: str,
    measure: Callable[[Any], Any],
    value: object,
    found: Any,
    due: Any,
    changed: str,
    *,
    unordered: bool = False,
    added: tuple[str, int] | None = None,
) -> None:
    """Raise with the counterexample where what was found is not what was due."""
    where = difference(plain_answer(found), plain_answer(due), unordered=unordered, added=added)
    if where:
        name = getattr(measure, "__name__", repr(measure))
        raise AssertionError(
            f"{law} does not hold for {name}\n  {where}\n  value: {_shown(value)}\n"
            f"  changed: {changed}"
        )


def _shown(value: object) -> str:
    """A value in full, where its repr gives only its size."""
    if isinstance(value, SignedGraph):
        weights = (value.signs * value.weights).tolist()
        ties = ", ".join(
            f"({u}, {v}, {int(w) if w == int(w) else w})"
            for (u, v), w in zip(value.edges.tolist(), weights, strict=True)
        )
        return f"SignedGraph.from_edges({value.order}, [{ties}])"
    lines = [repr(value)]
    if isinstance(value, Snapshot | Dossier):
        lines += [repr(stance) for stance in value.stances[:12]]
        lines += [f"and {len(value.stances) - 12} stances more"] * (len(value.stances) > 12)
    return "\n    ".join(lines)


def _permutation(names: object, order: int) -> NDArray[np.int64]:
    given = np.array([] if isinstance(names, Mapping) else names, dtype=np.int64)
    if sorted(given.tolist()) != list(range(order)):
        raise InputError(f"names={names!r} is no permutation of the vertices 0..{order - 1}")
    return given


def _new_codes(names: object, dossier: Dossier) -> dict[str, str]:
    if not isinstance(names, Mapping):
        raise InputError(f"names={names!r} is no mapping of old codes to new ones")
    held = {actor.code for actor in dossier.actors} | {c.code for c in dossier.claimants}
    codes = {old: names[old] for old in sorted(held) if old in names}
    after = [codes.get(code, code) for code in held]
    if len(set(after)) < len(after):
        raise InputError(f"names={names!r} gives two of {sorted(held)} the same code")
    return codes


#: The columns that hold codes of actors or claimants, or the name that stands in for one.
_CODED = {
    "actors": ("code", "name"),
    "memberships": ("member", "bloc"),
    "claimants": ("code", "actor", "name"),
    "stances": ("actor", "toward", "claimed_by"),
    "weights": ("actor",),
}


def _with_codes(dossier: Dossier, codes: Mapping[str, str]) -> Dossier:
    rows = dossier.to_rows()
    for table, columns in _CODED.items():
        for row in rows[table]:
            for column in columns:
                row[column] = codes.get(row[column], row[column])
    return Dossier.from_rows(rows)


def _kept(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


def _with_actor(value: Snapshot | Dossier, newcomer: str) -> tuple[Snapshot | Dossier, int]:
    """The same with one more actor, and its place by code among the listed actors."""
    records = value.actors if isinstance(value, Dossier) else value.actor_records
    known = [actor.code for actor in records]
    if newcomer in (*known, *(claimant.code for claimant in value.claimants)):
        raise InputError(f"newcomer={newcomer!r} is there already; take a code that is not")
    more = sorted([*records, Actor(newcomer)], key=lambda actor: actor.code)
    if isinstance(value, Dossier):
        return evolve(value, actors=more), sorted([*known, newcomer]).index(newcomer)
    return _with_row(value, newcomer, tuple(more))


def _with_row(world: Snapshot, newcomer: str, records: tuple[Actor, ...]) -> tuple[Snapshot, int]:
    """The same day with a row of which nothing is known; rows of mere claimants come last."""
    listed = {actor.code for actor in records}
    place = sorted([*(code for code in world.actors if code in listed), newcomer]).index(newcomer)

    def grown(array: NDArray[Any], fill: float) -> NDArray[Any]:
        return _kept(np.insert(array, place, fill, axis=0))

    columns = [
        WeightColumn(
            c.name,
            grown(c.values, np.nan),
            grown(c.standard_errors, np.nan),
            grown(c.years, -1),
        )
        for c in world.weight_columns
    ]
    changed = evolve(
        world,
        actors=(*world.actors[:place], newcomer, *world.actors[place:]),
        values=grown(world.values, np.nan),
        absences=grown(world.absences, tuple(Absence).index(Absence.UNKNOWN)),
        channels=grown(world.channels, -1),
        rows=grown(world.rows, -1),
        derived=grown(world.derived, False),
        actor_records=records,
        weight_columns=tuple(columns),
    )
    return changed, place
