"""Ties as they were told, in any order and direction, and the rules that make one graph of them."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.errors import InputError
from stancekit.io.networks.named import LeftOut, NamedGraph, as_name, no_name
from stancekit.records.columns import Column, Encoder
from stancekit.signed.graph import Merge, Reading, SignedGraph, reciprocated, refuse

__all__ = ["Drop", "Told", "ends_of", "from_ties", "graph_of", "signed", "values_of"]

#: Cells that say that nothing is known.
_NOTHING = {"", "na", "nan", "n/a", "null", "none"}
_SIGNS = {"+": 1.0, "-": -1.0}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)


class Drop(enum.Enum):
    """What a reader leaves out and counts, where it would refuse it otherwise.

    Attributes
    ----------
    LOOPS
        Ties of a vertex with itself.
    ZEROS
        Ties with the value 0: neither friendly nor hostile.
    MISSING
        Ties without any sign.

    Examples
    --------
    >>> from_ties([("a", "b", 1), ("a", "a", 1)], drop=[Drop.LOOPS]).left_out
    LeftOut(loops=1, zeros=0, missing=0)
    """

    LOOPS = "loops"
    ZEROS = "zeros"
    MISSING = "missing"


@frozen
class Told:
    """Ties as a source tells them.

    Attributes
    ----------
    names : sequence of str
        All vertices, in any order, each once.
    ends : (k, 2) int64 array
        Places in ``names``: who says, of whom.
    values : (k,) float64 array
        Signed weights; nan where there is none.
    where : function
        Names the place of tie ``i``: file and line.
    undirected : int
        The first tie that is told without a direction; -1 where all have one.
    """

    names: Sequence[str]
    ends: NDArray[np.int64]
    values: NDArray[np.float64]
    where: Callable[[int], str]
    undirected: int = -1


def values_of(column: Column, where: Callable[[int], str]) -> NDArray[np.float64]:
    """Read cells as signed numbers; nan where a cell says nothing.

    >>> values_of(Column.of(["+", "-1", "0.5", ""]), str)
    array([ 1. , -1. ,  0.5,  nan])
    """
    read = [_number(text) for text in column.values]
    if None in read:
        row = int(np.flatnonzero(column.codes == read.index(None))[0])
        raise InputError(
            f"{where(row)}: {column.values[read.index(None)][:60]!r} is no sign; accepted are "
            "+, -, and finite numbers with a decimal point, whose sign is the sign of the tie"
        )
    return np.array(read, dtype=np.float64)[column.codes]


def _number(text: str) -> float | None:
    text = text.strip()
    if text.lower() in _NOTHING:
        return np.nan
    if text in _SIGNS:
        return _SIGNS[text]
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if np.isfinite(value) else None


def signed(
    given: Sequence[NDArray[np.float64]], where: Callable[[int], str]
) -> NDArray[np.float64]:
    """One signed value of a sign, of a signed weight, or of a sign and a weight that agree.

    >>> signed([np.array([-1.0, 1.0]), np.array([0.5, 2.0])], str)
    array([-0.5,  2. ])
    """
    if len(given) < 2:
        return given[0] if given else np.zeros(0)
    signs, weights = given
    odd = ~np.isnan(signs) & ~np.isin(signs, (-1.0, 0.0, 1.0))
    odd |= (weights < 0) & (signs > 0)
    for k in np.flatnonzero(odd)[:1].tolist():
        raise InputError(
            f"{where(k)}: the sign is {signs[k]:g} and the weight {weights[k]:g}; accepted beside "
            "a weight is a sign of +1 or -1, and a weight of the same sign or without one"
        )
    return np.asarray(np.sign(signs) * np.abs(weights), dtype=np.float64)


def ends_of(
    texts: Sequence[str], codes: NDArray[np.int64], where: Callable[[int], str]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Take blanks from names that many ties share, and refuse what is no name.

    Parameters
    ----------
    texts : sequence of str
        Different texts, as they stand in the cells.
    codes : (k, 2) int64 array
        Which of them stands at either end of each tie.
    where : function
        Names the place of a tie.
    """
    encoder = Encoder()
    same = np.array([encoder[text.strip()] for text in texts], dtype=np.int64)
    ends = same[codes] if len(texts) else codes
    for place, name in enumerate(encoder):
        if why := no_name(name):
            row = int(np.flatnonzero((ends == place).any(axis=1))[0])
            raise InputError(
                f"{where(row)}: {name!r:.60} is no name of a vertex: {why}; accepted is text "
                "without control signs"
            )
    return tuple(encoder), ends


def graph_of(told: Told, merge: Merge, drop: Collection[Drop]) -> NamedGraph:
    """Make one simple graph of all that was told, or refuse, and count what was left out."""
    dropped = _choice(drop)
    u, v = told.ends.T
    faults = {
        Drop.LOOPS: u == v,
        Drop.MISSING: np.isnan(told.values),
        Drop.ZEROS: told.values == 0,
    }
    kept = np.ones(len(u), dtype=bool)
    counts = {}
    for kind, bad in faults.items():
        bad &= kept  # each tie is counted once
        if kind not in dropped and bad.any():
            raise _refused(told, kind, bad)
        counts[kind.value] = int(bad.sum())
        kept &= ~bad
    if merge is reciprocated and told.undirected >= 0:
        raise InputError(
            f"{told.where(told.undirected)}: the tie has no direction, so that 'reciprocated' "
            "cannot ask for both; accepted are refuse, net_sign and negative_wins"
        )
    order = _ranks(told.names)
    ends, values = order[told.ends[kept]], told.values[kept]
    names = [""] * len(order)
    for name, place in zip(told.names, order.tolist(), strict=True):
        names[place] = name
    if merge is refuse:
        graph = _one_value(told, names, np.flatnonzero(kept), ends, values)
    else:
        records = zip(*ends.T.tolist(), values.tolist())
        graph = SignedGraph.from_records(len(names), records, merge=merge)
    return NamedGraph(graph, names, LeftOut(**counts))


def _choice(drop: Collection[Drop]) -> set[Drop]:
    given = list(drop) if isinstance(drop, Iterable) else [drop]
    for one in given:
        if not isinstance(one, Drop):
            raise InputError(
                f"drop holds {one!r:.60}; accepted are Drop.LOOPS, Drop.ZEROS and Drop.MISSING, "
                "in a list"
            )
    return set(given)


def _refused(told: Told, kind: Drop, bad: NDArray[np.bool_]) -> InputError:
    k = int(np.flatnonzero(bad)[0])
    a, b = (told.names[end] for end in told.ends[k].tolist())
    found, accepted = {
        Drop.LOOPS: ("a loop", "ties of two different vertices"),
        Drop.MISSING: ("without a sign", "+1, -1 or a signed weight"),
        Drop.ZEROS: ("of value 0, neither friendly nor hostile", "values above or below 0"),
    }[kind]
    return InputError(
        f"{told.where(k)}: the tie of {a[:60]!r} with {b[:60]!r} is {found} "
        f"({int(bad.sum())} such); accepted are {accepted}, and drop=[Drop.{kind.name}] leaves "
        "such ties out and counts them"
    )


def _ranks(names: Sequence[str]) -> NDArray[np.int64]:
    """The vertex of each name: whole numbers by size, anything else as text."""
    whole = all(map(_WHOLE.fullmatch, names))
    key: Callable[[int], object] = (lambda place: int(names[place])) if whole else names.__getitem__
    rank = np.empty(len(names), dtype=np.int64)
    rank[sorted(range(len(names)), key=key)] = np.arange(len(names))  # type: ignore[arg-type]
    return rank


def _one_value(
    told: Told,
    names: Sequence[str],
    rows: NDArray[np.int64],
    ends: NDArray[np.int64],
    values: NDArray[np.float64],
) -> SignedGraph:
    """The graph whose every pair is told with one value, by the rule `refuse`.

    What `SignedGraph.from_records` would make; but it names both places of a contradiction, and
    takes half a million ties without a tuple for each.
    """
    low, high = ends.min(axis=1, initial=2**31), ends.max(axis=1, initial=-1)
    code = low * max(len(names), 1) + high
    rank = np.argsort(code, kind="stable")
    again = np.diff(code[rank]) == 0
    sorted_values = values[rank]
    clash = again & (sorted_values[1:] != sorted_values[:-1])
    if clash.any():
        second = int(rank[1:][clash].min())  # where the source first contradicts itself
        first = int(np.flatnonzero(code == code[second])[0])
        a, b = names[int(low[second])], names[int(high[second])]
        raise InputError(
            f"{told.where(int(rows[second]))}: the tie of {a[:60]!r} with {b[:60]!r} is "
            f"{values[second]:g}, and {values[first]:g} at {told.where(int(rows[first]))}; "
            "accepted is one value a pair, or a rule that makes one: merge=net_sign, "
            "negative_wins or reciprocated"
        )
    starts = np.concatenate([[True], ~again])[: len(rank)]
    one = rank[starts]
    told_again = int((np.diff(np.append(np.flatnonzero(starts), len(rank))) > 1).sum())
    return SignedGraph(
        len(names),
        np.stack([low[one], high[one]], axis=1),
        np.sign(values[one]),
        np.abs(values[one]),
        Reading(records=len(values), loops=0, merged=told_again, contradictory=0, dropped=0),
    )


def _name(label: object, where: str) -> str:
    name = as_name(label)
    if (why := no_name(name)) or not isinstance(name, str):
        raise InputError(f"{where}: {label!r:.60} is no name of a vertex: {why}")
    return name


def from_ties(
    ties: Iterable[tuple[str | int, str | int, float]],
    *,
    names: Iterable[str | int] = (),
    merge: Merge = refuse,
    drop: Collection[Drop] = (),
) -> NamedGraph:
    """Make a named signed graph of ties between names.

    Parameters
    ----------
    ties : iterable of (name, name, signed_weight)
        In any order and direction, any number of times; rows of any data frame will do.  A
        whole number names a vertex by its digits.
    names : iterable of str
        Further vertices, which need not have a tie.
    merge : function
        What becomes of a pair that is told more than once, in one or both directions:
        `signed.graph.refuse` (default: all must tell one value), ``net_sign``,
        ``negative_wins``, ``reciprocated`` or one of your own.  ``graph.reading`` counts what
        was merged.
    drop : collection of Drop
        What to leave out and count, where it would be refused: loops, zeros, missing signs.

    Returns
    -------
    NamedGraph
        Its vertices in the order of their names.

    Raises
    ------
    InputError
        A loop, a value of 0 or none, an infinite value, a pair with two values, or something that
        is no name; the first such tie is named.

    Examples
    --------
    >>> named = from_ties([("Serbia", "Austria", -1), ("Austria", "Germany", 1)])
    >>> named.names
    ('Austria', 'Germany', 'Serbia')
    >>> list(named.ties())
    [('Austria', 'Germany', 1.0), ('Austria', 'Serbia', -1.0)]
    >>> from_ties([("a", "b", 1), ("b", "a", -1)])
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: tie 1: the tie of 'a' with 'b' is -1, and 1 at tie 0; accepted is \
one value a pair, or a rule that makes one: merge=net_sign, negative_wins or reciprocated
    """
    encoder = Encoder()
    codes: list[tuple[int, int]] = []
    values: list[float] = []
    for k, row in enumerate(ties):
        try:
            a, b, value = row
        except (TypeError, ValueError):
            raise InputError(
                f"tie {k} is {row!r:.80}; accepted are (name, name, signed_weight)"
            ) from None
        a, b = _name(a, f"tie {k}"), _name(b, f"tie {k}")
        try:
            number = np.nan if value is None else float(value)
        except (TypeError, ValueError):
            number = np.inf
        if np.isinf(number) or isinstance(value, bool | np.bool_ | str):
            raise InputError(
                f"tie {k}: the value of {a[:60]!r} with {b[:60]!r} is {value!r:.60}; accepted is "
                "a finite number, whose sign is the sign of the tie"
            )
        codes.append((encoder[a], encoder[b]))
        values.append(number)
    for label in names:
        encoder[_name(label, "names")]
    told = Told(
        tuple(encoder),
        np.array(codes, dtype=np.int64).reshape(-1, 2),
        np.array(values, dtype=np.float64),
        lambda k: f"tie {k}",
    )
    return graph_of(told, merge, drop)
