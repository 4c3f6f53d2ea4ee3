"""All stances of a dossier as columns; ``Stance`` objects are made when one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

import numpy as np
from attrs import field, fields, frozen
from numpy.typing import NDArray

from stancekit.arrays import array_key, read_only, rebuilt
from stancekit.errors import InputError, StancekitError, UnknownNameError, nearest
from stancekit.records.columns import Column, number_text
from stancekit.records.dates import PartialDate
from stancekit.records.fields import number, plain, read_choice, read_code
from stancekit.records.stance import (
    Absence,
    Act,
    Channel,
    Evidence,
    Ladder,
    Source,
    Stance,
    contradiction,
    read_chain,
)

__all__ = ["STANCE_COLUMNS", "Faults", "StanceTable"]

#: The columns of ``stances.csv``, in their order.
STANCE_COLUMNS = (
    "actor",
    "toward",
    "channel",
    "degree",
    "value",
    "absence",
    "since",
    "until",
    "act",
    "source",
    "via",
    "confidence",
    "claimed_by",
    "note",
)

CHANNELS = tuple(Channel)
ABSENCES = tuple(Absence)
ACTS = tuple(Act)

#: Day numbers that stand for an open end.
PAST, FUTURE = np.iinfo(np.int32).min, np.iinfo(np.int32).max

_T = TypeVar("_T")


class Faults:
    """Collects what is wrong with an input, so that one error can name all of it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._unknown: dict[tuple[str, str], UnknownNameError] = {}

    def unknown(self, what: str, name: str, known: Iterable[str]) -> UnknownNameError:
        """Make the error for a name that nothing goes by; only the first get suggestions.

        Looking for names alike takes a while, and a wrong file may hold a million of them.
        """
        if (what, name) not in self._unknown:
            close = nearest(name, known) if len(self._unknown) < 20 else ()
            self._unknown[what, name] = UnknownNameError(what, name, close)
        return self._unknown[what, name]

    def add(self, where: str, what: object) -> None:
        """Note one fault and its place."""
        self.found.append(f"{where}: {what}" if where else str(what))

    def attempt(self, where: str, make: Callable[[], _T]) -> _T | None:
        """Make a record, or note why it cannot be made."""
        try:
            return make()
        except StancekitError as error:
            self.add(where, error)
            return None

    def settle(self) -> None:
        """Raise one InputError if anything was noted."""
        if self.found:
            more = len(self.found) - 1
            tail = f" (and {more} more like it or other faults)" if more else ""
            raise InputError(self.found[0] + tail, problems=tuple(self.found))


def _parsed(
    column: Column,
    read: Callable[[str], Any],
    name: str,
    locate: Callable[[int], str],
    faults: Faults,
) -> list[Any]:
    """Read each distinct text once; a fault is noted for every row that holds it."""
    out: list[Any] = []
    wrong: dict[int, StancekitError] = {}
    for index, text in enumerate(column.values):
        try:
            out.append(read(text))
        except StancekitError as error:
            out.append(None)
            wrong[index] = error
    if wrong:
        for row in np.flatnonzero(np.isin(column.codes, list(wrong))).tolist():
            faults.add(f"{locate(row)}, field {name}", wrong[int(column.codes[row])])
    return out


def day_bounds(day: PartialDate | None, *, end: bool = False) -> tuple[int, int]:
    """First and last day number of a date; an empty one is open."""
    if day is None:
        return (FUTURE, FUTURE) if end else (PAST, PAST)
    return (
        PAST if day.earliest is None else day.earliest.toordinal(),
        FUTURE if day.latest is None else day.latest.toordinal(),
    )


def _empty_or(read: Callable[[str], _T]) -> Callable[[str], _T | None]:
    return lambda text: read(text) if text else None


@frozen(repr=False)
class StanceTable(Sequence[Stance]):
    """The stances of a dossier, in canonical order, one array a field.

    Rows are sorted by actor, toward, channel and time. Names, dates, sources and chains are
    held once in the sorted tuples; the int32 columns point into them, -1 for an empty cell.
    A table behaves as a sequence of ``Stance``.
    """

    names: tuple[str, ...]
    degrees: tuple[str, ...]
    dates: tuple[PartialDate, ...]
    sources: tuple[Source, ...]
    chains: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    actor: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)
    toward: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)
    channel: NDArray[np.int8] = field(converter=read_only, eq=array_key, repr=False)
    degree: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)
    value: NDArray[np.float64] = field(converter=read_only, eq=array_key, repr=False)
    absence: NDArray[np.int8] = field(converter=read_only, eq=array_key, repr=False)
    since: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)
    until: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)
    act: NDArray[np.int8] = field(converter=read_only, eq=array_key, repr=False)
    source: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)
    via: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)
    confidence: NDArray[np.float64] = field(converter=read_only, eq=array_key, repr=False)
    claimed_by: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)
    note: NDArray[np.int32] = field(converter=read_only, eq=array_key, repr=False)

    __reduce__ = rebuilt

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, Column],
        *,
        ladder: Ladder,
        sources: Mapping[str, Source],
        locate: Callable[[int], str],
        faults: Faults,
    ) -> tuple[StanceTable, NDArray[np.int64]] | None:
        """Read columns of text; returns the table and which given row each of its rows was.

        What is wrong goes to ``faults``, each with its place; None is returned then.
        """
        before = len(faults.found)

        worth = dict(ladder.steps)

        def known_source(text: str) -> Source:
            if text not in sources:
                unknown = faults.unknown("source", text, sources)
                raise InputError(f"{unknown} (accepted: an id of the table sources)")
            return sources[text]

        def known_degree(text: str) -> str:
            if text not in worth:
                unknown = faults.unknown("degree", text, worth)
                raise InputError(f"{unknown} (accepted: {', '.join(worth)})")
            return text

        readers: dict[str, Callable[[str], Any]] = {
            "actor": read_code,
            "toward": read_code,
            "channel": lambda text: read_choice(Channel, text),
            "degree": _empty_or(known_degree),
            "value": _empty_or(lambda text: number(text, -1, 1, "value")),
            "absence": _empty_or(lambda text: read_choice(Absence, text)),
            "since": _empty_or(PartialDate.parse),
            "until": _empty_or(PartialDate.parse),
            "act": lambda text: read_choice(Act, text or "take"),
            "source": _empty_or(known_source),
            "via": _empty_or(read_chain),
            "confidence": _empty_or(lambda text: number(text, 0, 1, "confidence")),
            "claimed_by": _empty_or(read_code),
            "note": _empty_or(plain),
        }
        parsed = {
            name: _parsed(columns[name], readers[name], name, locate, faults)
            for name in STANCE_COLUMNS
        }
        if len(faults.found) > before:
            return None

        by_code: dict[str, NDArray[Any]] = {}

        def coded(*shared: str, key: Callable[[Any], Any] = str) -> tuple[Any, ...]:
            """Give the columns one sorted vocabulary, and their cells its places."""
            distinct = {key(v): v for name in shared for v in parsed[name] if v is not None}
            place = {k: i for i, k in enumerate(sorted(distinct))}
            for name in shared:
                where = [-1 if v is None else place[key(v)] for v in parsed[name]]
                by_code[name] = np.array(where, dtype=np.int32)[columns[name].codes]
            return tuple(distinct[k] for k in place)

        names = coded("actor", "toward", "claimed_by")
        dates = coded("since", "until")
        degrees = coded("degree")
        cited = coded("source", key=lambda source: source.id)
        chains = coded("via", key=lambda chain: chain)
        notes = coded("note")
        orders: dict[str, tuple[Any, ...]] = {"channel": CHANNELS, "absence": ABSENCES, "act": ACTS}
        for name, order in orders.items():
            where = [-1 if member is None else order.index(member) for member in parsed[name]]
            by_code[name] = np.array(where, dtype=np.int8)[columns[name].codes]
        floats: dict[str, NDArray[np.float64]] = {}
        for name in ("value", "confidence"):
            numbers = [np.nan if v is None else v for v in parsed[name]]
            floats[name] = np.array(numbers, dtype=np.float64)[columns[name].codes]
        held = (
            (by_code["degree"] >= 0).astype(np.int8)
            + ~np.isnan(floats["value"])
            + (by_code["absence"] >= 0)
        )
        _check_rows(by_code, held, names, dates, locate, faults)
        if len(faults.found) > before:
            return None
        steps = np.array([worth[degree] for degree in degrees], dtype=np.float64)
        graded = by_code["degree"] >= 0
        floats["value"][graded] = steps[by_code["degree"][graded]]

        whole = by_code | floats
        arranged = canonical_order(whole, dates, cited)
        arrays = {name: column[arranged] for name, column in whole.items()}
        same = _repeats(arrays)
        for position in np.flatnonzero(same).tolist():
            first, again = sorted(arranged[position : position + 2].tolist())
            faults.add(locate(again), f"the record is the same as that in {locate(first)}")
        if len(faults.found) > before:
            return None
        made = cls(
            names=names,
            degrees=degrees,
            dates=dates,
            sources=cited,
            chains=chains,
            notes=notes,
            **arrays,
        )
        return made, arranged

    def agrees_with(self, ladder: Ladder, sources: Mapping[str, Source]) -> bool:
        """Are the values those of the ladder, and the sources these?"""
        worth = dict(ladder.steps)
        steps = np.array([*(worth.get(degree, np.nan) for degree in self.degrees), np.nan])
        graded = self.degree >= 0
        return all(sources.get(source.id) == source for source in self.sources) and np.array_equal(
            steps[self.degree[graded]], self.value[graded]
        )

    def __len__(self) -> int:
        return len(self.actor)

    @overload
    def __getitem__(self, index: int) -> Stance: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Stance, ...]: ...
    def __getitem__(self, index: int | slice) -> Stance | tuple[Stance, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        row = range(len(self))[index]
        source, confidence = self.source[row], float(self.confidence[row])
        value, absence = float(self.value[row]), self.absence[row]
        evidence = None
        if source >= 0:
            chain = self.chains[self.via[row]] if self.via[row] >= 0 else ()
            trust = None if np.isnan(confidence) else confidence
            evidence = Evidence(self.sources[source], chain, trust)
        return Stance(
            self.names[self.actor[row]],
            self.names[self.toward[row]],
            self.degrees[self.degree[row]] if self.degree[row] >= 0 else None,
            value=None if np.isnan(value) else value,
            absence=ABSENCES[absence] if absence >= 0 else None,
            channel=CHANNELS[self.channel[row]],
            since=self._date(self.since[row]),
            until=self._date(self.until[row]),
            act=ACTS[self.act[row]],
            evidence=evidence,
            claimed_by=self.names[self.claimed_by[row]] if self.claimed_by[row] >= 0 else "",
            note=self.notes[self.note[row]] if self.note[row] >= 0 else "",
        )

    def _date(self, index: np.int32) -> PartialDate | None:
        return self.dates[index] if index >= 0 else None

    def __iter__(self) -> Iterator[Stance]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"StanceTable({len(self)} stances, {len(self.sources)} sources)"

    def bounds(self) -> tuple[NDArray[np.int32], ...]:
        """First and last day number of ``since`` and of ``until``, each (n,)."""
        begin = np.array([*(day_bounds(d) for d in self.dates), day_bounds(None)], dtype=np.int32)
        end = np.array(
            [*(day_bounds(d) for d in self.dates), day_bounds(None, end=True)], dtype=np.int32
        )
        since, until = begin[self.since], end[self.until]
        return since[:, 0], since[:, 1], until[:, 0], until[:, 1]

    def columns(self, rows: NDArray[np.int64] | None = None) -> dict[str, Column]:
        """Write the table as columns of text, as ``stances.csv`` holds them."""

        def words(values: Iterable[str], codes: NDArray[Any]) -> Column:
            texts = (*values, "")  # -1 points at the last
            used, places = np.unique(codes if rows is None else codes[rows], return_inverse=True)
            return Column(tuple(texts[i] for i in used.tolist()), places.astype(np.int32))

        def floats(array: NDArray[np.float64], hidden: NDArray[np.bool_]) -> Column:
            shown = np.where(hidden, np.nan, array)
            distinct, codes = np.unique(shown, return_inverse=True)
            texts = ("" if np.isnan(x) else number_text(x) for x in distinct)
            return words(texts, codes.astype(np.int32))

        none = np.zeros(len(self), dtype=bool)
        days = [day.text for day in self.dates]
        return {
            "actor": words(self.names, self.actor),
            "toward": words(self.names, self.toward),
            "channel": words(CHANNELS, self.channel),
            "degree": words(self.degrees, self.degree),
            "value": floats(self.value, self.degree >= 0),
            "absence": words(ABSENCES, self.absence),
            "since": words(days, self.since),
            "until": words(days, self.until),
            "act": words(["", *ACTS[1:]], self.act),
            "source": words([source.id for source in self.sources], self.source),
            "via": words([" > ".join(chain) for chain in self.chains], self.via),
            "confidence": floats(self.confidence, none),
            "claimed_by": words(self.names, self.claimed_by),
            "note": words(self.notes, self.note),
        }


def stance_texts(stance: Stance) -> tuple[str, ...]:
    """Write one stance as the cells of ``stances.csv``."""
    evidence = stance.evidence
    value = "" if stance.degree is not None or stance.value is None else number_text(stance.value)
    trust = evidence.confidence if evidence else None
    return (
        stance.actor,
        stance.toward,
        str(stance.channel),
        stance.degree or "",
        value,
        str(stance.absence or ""),
        str(stance.since or ""),
        str(stance.until or ""),
        "" if stance.act is Act.TAKE else str(stance.act),
        evidence.source.id if evidence else "",
        " > ".join(evidence.via) if evidence else "",
        "" if trust is None else number_text(trust),
        stance.claimed_by,
        stance.note,
    )


def _check_rows(
    by_code: Mapping[str, NDArray[Any]],
    held: NDArray[Any],
    names: tuple[str, ...],
    dates: tuple[PartialDate, ...],
    locate: Callable[[int], str],
    faults: Faults,
) -> None:
    """What no single field shows: fields of one row that contradict one another."""
    take, reported = ACTS.index(Act.TAKE), CHANNELS.index(Channel.REPORTED)
    is_take = by_code["act"] == take
    by_other = (by_code["claimed_by"] >= 0) & (by_code["claimed_by"] != by_code["actor"])
    odd = np.where(is_take, held != 1, held > 0)
    odd |= by_other & (by_code["channel"] != reported)
    for row in np.flatnonzero(odd).tolist():
        speaker = by_code["claimed_by"][row]
        reason = contradiction(
            ACTS[by_code["act"][row]],
            int(held[row]),
            CHANNELS[by_code["channel"][row]],
            names[by_code["actor"][row]],
            names[speaker] if speaker >= 0 else "",
        )
        faults.add(locate(row), reason)
    begin = np.array([*(day_bounds(d)[0] for d in dates), PAST], dtype=np.int64)
    end = np.array([*(day_bounds(d)[1] for d in dates), FUTURE], dtype=np.int64)
    backward = end[by_code["until"]] < begin[by_code["since"]]
    for row in np.flatnonzero(backward).tolist():
        since, until = dates[by_code["since"][row]], dates[by_code["until"][row]]
        faults.add(
            f"{locate(row)}, field until",
            f"until={until} is before since={since}; a stance ends on or after its first day",
        )


def canonical_order(
    whole: Mapping[str, NDArray[Any]], dates: tuple[PartialDate, ...], sources: tuple[Source, ...]
) -> NDArray[np.int64]:
    """Sort by actor, toward, channel and time; later evidence and higher trust last.

    The policy ``latest`` reads the last row of a group, so this order is its order.
    """
    bounds = [day_bounds(day)[::-1] for day in (*dates, None)]
    place = {pair: rank for rank, pair in enumerate(sorted(set(bounds)))}
    since = np.array([place[pair] for pair in bounds])[whole["since"]]
    toward, channels = int(whole["toward"].max(initial=0)) + 1, len(CHANNELS)
    group = (whole["actor"].astype(np.int64) * toward + whole["toward"]) * channels
    group += whole["channel"]
    order = np.lexsort((since, group))
    # only what no time ranks is ranked by all the rest
    level = np.zeros(len(order), dtype=bool)
    level[1:] = (np.diff(group[order]) == 0) & (np.diff(since[order]) == 0)
    level[:-1] |= level[1:]
    tied = order[level]
    published = np.array([*(day_bounds(s.date)[1] for s in sources), PAST], dtype=np.int64)
    keys = [group[tied], since[tied], np.nan_to_num(whole["confidence"][tied], nan=-1.0)]
    keys += [published[whole["source"][tied]]]
    keys += [
        np.nan_to_num(whole[each.name][tied], nan=-9.0)
        for each in fields(StanceTable)
        if each.name in whole
    ]
    order[level] = tied[np.lexsort(keys[::-1])]
    return order


def _repeats(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Which rows are the same as the one after them."""
    same: NDArray[np.bool_] = np.ones(max(len(arrays["actor"]) - 1, 0), dtype=bool)
    for column in arrays.values():
        alike = column[1:] == column[:-1]
        if column.dtype == np.float64:
            alike |= np.isnan(column[1:]) & np.isnan(column[:-1])
        same &= alike
    return same
