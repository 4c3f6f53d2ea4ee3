"""What a dossier is given: its records by table, checked for kind, gathered, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from stancekit.errors import InputError
from stancekit.records.columns import Column
from stancekit.records.fields import plain, read_code
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.stance import Ladder, Source, Stance
from stancekit.records.stance_table import STANCE_COLUMNS, Faults, StanceTable, stance_texts
from stancekit.records.tables import ladder_of
from stancekit.records.timeline import Timeline

__all__ = [
    "SORTED",
    "Records",
    "a_ladder",
    "all_are",
    "cited",
    "columns_of",
    "gathered",
    "head_of",
    "in_order",
    "listed_rows",
    "listed_stances",
    "spoken",
    "tupled",
    "ungraded",
]


#: How each table but the stances is sorted.
SORTED: Mapping[str, Callable[[Any], Any]] = {
    "actors": lambda actor: actor.code,
    "memberships": lambda m: (m.member, m.bloc, str(m.since or ""), str(m.until or "")),
    "contests": lambda contest: contest.code,
    "claimants": lambda claimant: (claimant.contest, claimant.code),
    "sources": lambda source: source.id,
    "weights": lambda weight: (weight.actor, weight.name, weight.year),
}


class Records(Protocol):
    """The records of one case, as the rooms behind a dossier see them."""

    @property
    def actors(self) -> tuple[Actor, ...]:
        """In order of code."""

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """In order of member, bloc and time."""

    @property
    def contests(self) -> tuple[Contest, ...]:
        """In order of code."""

    @property
    def claimants(self) -> tuple[Claimant, ...]:
        """In order of contest and code."""

    @property
    def weights(self) -> tuple[Weight, ...]:
        """In order of actor, name and year."""

    @property
    def table(self) -> StanceTable:
        """The stances as columns."""

    @property
    def timeline(self) -> Timeline:
        """The stances in order of time."""


def in_order(
    records: Mapping[str, Sequence[Any]],
) -> tuple[dict[str, tuple[Any, ...]], dict[str, list[int]]]:
    """Sort each table but the stances; also where each record stood before."""
    order = {
        name: sorted(range(len(records[name])), key=lambda i: key(records[name][i]))
        for name, key in SORTED.items()
    }
    return {name: tuple(records[name][i] for i in order[name]) for name in order}, order


def tupled(given: Iterable[Any]) -> tuple[Any, ...]:
    """Take records that can be gone through."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InputError(f"{given!r:.80} is {type(given).__name__}, not an iterable of records")
    return tuple(given)


def all_are(kind: type, records: tuple[Any, ...]) -> None:
    """Refuse a record of another kind."""
    for record in records:
        if not isinstance(record, kind):
            raise InputError(
                f"{record!r:.80} is {type(record).__name__} where a {kind.__name__} belongs"
            )


def spoken(given: Iterable[Stance]) -> Sequence[Stance]:
    """Take stances; a table of them stays one."""
    return given if isinstance(given, StanceTable) else tupled(given)


def a_ladder(given: Any) -> Ladder:
    """Take a ladder."""
    if not isinstance(given, Ladder):
        raise InputError(f"ladder={given!r:.80} is {type(given).__name__}, not Ladder")
    return given


def listed_rows(name: str, given: Any) -> list[Any]:
    """Take the rows of one table."""
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"table {name} is {type(given).__name__}; a table is a list of rows")
    return list(given)


def listed_stances(given: Iterable[Stance | Iterable[Stance]]) -> tuple[Stance, ...]:
    """Take stances, one by one or several at once."""
    stances = tuple(s for each in given for s in (each if isinstance(each, Iterable) else (each,)))
    all_are(Stance, stances)
    return stances


def cited(stances: Iterable[Stance]) -> tuple[Source, ...]:
    """The distinct sources of some stances, in their order."""
    return tuple(dict.fromkeys(s.evidence.source for s in stances if s.evidence is not None))


def columns_of(stances: Sequence[Stance]) -> dict[str, Column]:
    """Write stances as columns of text."""
    cells = list(zip(*map(stance_texts, stances), strict=True)) or [()] * len(STANCE_COLUMNS)
    return dict(zip(STANCE_COLUMNS, map(Column.of, cells), strict=True))


def ungraded(stances: Iterable[Stance], ladder: Ladder, faults: Faults) -> None:
    """Refuse a value that is not that of the degree beside it."""
    worth = dict(ladder.steps)
    for stance in stances:
        if stance.degree is not None and stance.value is not None:
            step = worth.get(stance.degree, stance.value)
            if step != stance.value:
                faults.add(
                    repr(stance),
                    f"value={stance.value:g} with degree={stance.degree!r}, which is {step:g} on "
                    "the ladder; give one of the two",
                )


def gathered(
    given: tuple[Source, ...], cited: Iterable[Source], faults: Faults
) -> tuple[Source, ...]:
    """Join the sources of stances to those given; a bare id gives way to a full source."""
    found = {source.id: source for source in given}
    for source in cited:
        held = found.setdefault(source.id, source)
        if held != source and source != Source(source.id):
            if held != Source(source.id):
                faults.add("", f"the source {source!r} is also given as {held!r}")
            found[source.id] = source
    if len({source.id for source in given}) < len(given):
        return given  # refused as duplicates with the other references
    return tuple(found.values())


def head_of(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Read what ``dossier.json`` holds."""
    accepted = ("code", "title", "description", "licence", "ladder")
    if not isinstance(given, Mapping):
        raise InputError(
            f"{where} is {type(given).__name__}, not a mapping; it has {', '.join(accepted)}"
        )
    for name in given:
        if name not in accepted:
            raise InputError(
                f"{where}: there is no field {name!r}; accepted: {', '.join(accepted)}"
            )
    if given.get("code") in (None, ""):
        raise InputError(f"{where}: the field 'code' is missing")
    head: dict[str, Any] = {}
    for name in accepted[:-1]:
        held = given.get(name)
        try:
            head[name] = (read_code if name == "code" else plain)("" if held is None else held)
        except InputError as error:
            raise InputError(f"{where}, field {name}: {error}") from None
    head["ladder"] = ladder_of(given.get("ladder"), where)
    return head
