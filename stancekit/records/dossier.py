"""The dossier: all records of one case, where time, sources and conflicts stop."""

from __future__ import annotations

import datetime
import hashlib
import html
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from stancekit.errors import InputError, UnknownNameError, nearest
from stancekit.records.asked import channels_of, one_day
from stancekit.records.checks import Problem, reference_faults, soft_problems
from stancekit.records.columns import Column
from stancekit.records.dates import PartialDate
from stancekit.records.day import snapshot_of
from stancekit.records.fields import plain, read_code
from stancekit.records.given import (
    SORTED,
    a_ladder,
    all_are,
    cited,
    columns_of,
    gathered,
    head_of,
    in_order,
    listed_rows,
    listed_stances,
    spoken,
    tupled,
    ungraded,
)
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.policies import BlocRule, Policy, latest, own
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Channel, Ladder, Source, Stance
from stancekit.records.stance_table import Faults, StanceTable, stance_texts
from stancekit.records.tables import COLUMNS, RECORDS, REQUIRED, Table, records_of, texts_of
from stancekit.records.timeline import Conflict, Timeline

__all__ = ["Dossier"]


@frozen(repr=False)
class Dossier:
    """All records of one case: actors, contests, claimants, stances, and where each is from.

    A dossier never changes; the verbs that change something return another one. However it
    was written down, equal records make an equal dossier.

    Parameters
    ----------
    code : str
        A slug for the case.
    title, description, licence : str
    actors, memberships, contests, claimants, sources, weights : iterable of records
    stances : iterable of Stance
        Held as columns; their sources join ``sources``.
    ladder : Ladder
        What the degrees are worth.

    Raises
    ------
    InputError
        If records contradict one another: a code given twice, a claimant in no contest, a
        stance of an actor that is not there, the same record twice.

    Examples
    --------
    >>> dossier = Dossier("china-seat", actors=[Actor("GBR"), Actor("FRA")],
    ...     contests=[Contest("seat", kind="seat")],
    ...     claimants=[Claimant("PRC", "seat"), Claimant("ROC", "seat")],
    ...     stances=[Stance("GBR", "PRC", "recognises", since="1950-01-06"),
    ...              Stance("GBR", "PRC", value=-1, channel="vote", since="1952")])
    >>> dossier
    Dossier('china-seat', 2 actors, 2 claimants, 2 stances)

    Two channels, opposite signs, no contradiction: the first in order speaks.

    >>> dossier.at("1955-01-01").value("GBR", "PRC")
    1.0
    >>> dossier.at("1955-01-01", channels=["vote"]).value("GBR", "PRC")
    -1.0
    """

    code: str = field(converter=read_code)
    title: str = field(default="", converter=plain)
    description: str = field(default="", converter=plain)
    licence: str = field(default="", converter=plain)
    actors: tuple[Actor, ...] = field(default=(), converter=tupled)
    memberships: tuple[Membership, ...] = field(default=(), converter=tupled)
    contests: tuple[Contest, ...] = field(default=(), converter=tupled)
    claimants: tuple[Claimant, ...] = field(default=(), converter=tupled)
    sources: tuple[Source, ...] = field(default=(), converter=tupled)
    stances: Sequence[Stance] = field(default=(), converter=spoken)
    weights: tuple[Weight, ...] = field(default=(), converter=tupled)
    ladder: Ladder = field(factory=Ladder.standard, converter=a_ladder)

    def __attrs_post_init__(self) -> None:
        setting = object.__setattr__
        faults = Faults()
        for name, kind in RECORDS.items():
            all_are(kind, getattr(self, name))
        if isinstance(self.stances, StanceTable):
            table = self.stances
            setting(self, "sources", gathered(self.sources, table.sources, faults))
            faults.settle()
            if not table.agrees_with(self.ladder, self._sources_by_id()):
                built = self._built(table.columns(), lambda row: f"stances[{row}]", faults)
                setting(self, "stances", built)
        else:
            given = tuple(self.stances)
            all_are(Stance, given)
            setting(self, "sources", gathered(self.sources, cited(given), faults))
            ungraded(given, self.ladder, faults)
            faults.settle()
            written = columns_of(given)
            built = self._built(written, lambda row: f"stances[{row}], {given[row]!r}", faults)
            setting(self, "stances", built)
        records = in_order({name: getattr(self, name) for name in SORTED})[0]
        for name, sorted_records in records.items():
            setting(self, name, sorted_records)
        reference_faults(records, self.table, lambda name, row: f"{name}[{row}]", faults)
        faults.settle()

    def _sources_by_id(self) -> dict[str, Source]:
        return {source.id: source for source in self.sources}

    def _built(
        self, columns: Mapping[str, Column], locate: Callable[[int], str], faults: Faults
    ) -> StanceTable:
        """Make the table of these columns, with the dossier's own ladder and sources."""
        sources = self._sources_by_id()
        built = StanceTable.from_columns(
            columns, ladder=self.ladder, sources=sources, locate=locate, faults=faults
        )
        faults.settle()
        assert built is not None
        return built[0]

    @property
    def table(self) -> StanceTable:
        """The stances as columns."""
        assert isinstance(self.stances, StanceTable)
        return self.stances

    @cached_property
    def timeline(self) -> Timeline:
        """The stances, grouped and in order of time."""
        return Timeline(self.table)

    # -- one day ---------------------------------------------------------------------------

    def at(
        self,
        date: PartialDate | datetime.date | str,
        *,
        channels: Sequence[Channel | str] | None = None,
        policy: Policy = latest,
        bloc_rule: BlocRule = own,
    ) -> Snapshot:
        """Take one day of the dossier.

        The first channel in which an actor has a stance that day gives the cell; a value, or
        a deliberate absence (divided, suspended, withdrawn, not-applicable), counts as one,
        while ``no-statement`` and ``absent`` let the next channel speak. Before a claimant's
        claim begins, and after it ends, every cell is ``not-yet``.

        Parameters
        ----------
        date : PartialDate, datetime.date or str
            One day, year to day.
        channels : sequence of Channel or str, optional
            The channels to listen to, in order; all but ``reported`` by default.
        policy : function
            Chooses between sources: ``latest`` (default), ``most_certain``,
            ``most_precise``, ``consensus`` or ``cautious`` of ``stancekit.records.policies``.
        bloc_rule : function
            How blocs and members relate: ``own`` (default), ``binds``, ``majority`` or
            ``unanimity`` of the same module.

        Raises
        ------
        InputError
            If the date is not one day, or a channel is unknown or named twice.
        """
        day = one_day(date)
        return snapshot_of(self, day, channels_of(channels), policy, bloc_rule)

    def members(self, bloc: str, date: PartialDate | datetime.date | str) -> tuple[str, ...]:
        """Who is surely a member of the bloc that day, as sorted codes.

        Raises
        ------
        UnknownNameError
            If there is no such actor.
        """
        self._known("actor", bloc, (actor.code for actor in self.actors))
        day = one_day(date)
        found = {m.member for m in self.memberships if m.bloc == bloc and m.span.covers(day)}
        return tuple(sorted(found))

    def actor(self, code: str) -> Actor:
        """The actor of this code.

        Raises
        ------
        UnknownNameError
            If there is no such actor.
        """
        self._known("actor", code, (actor.code for actor in self.actors))
        return next(actor for actor in self.actors if actor.code == code)

    @staticmethod
    def _known(what: str, name: str, known: Iterable[str]) -> None:
        names = tuple(known)
        if name not in names:
            raise UnknownNameError(what, name, nearest(name, names))

    # -- all of time -----------------------------------------------------------------------

    def history(self, actor: str, toward: str) -> tuple[Stance, ...]:
        """All records of one actor toward one target, in order of time, whatever the channel.

        Raises
        ------
        UnknownNameError
            If the dossier knows no such actor, or no such target.
        """
        entities = sorted({a.code for a in self.actors} | {c.code for c in self.claimants})
        for what, name in (("actor", actor), ("target", toward)):
            self._known(what, name, entities)
        table = self.table
        if actor not in table.names or toward not in table.names:
            return ()
        rows = np.flatnonzero(
            (table.actor == table.names.index(actor)) & (table.toward == table.names.index(toward))
        )
        line = self.timeline
        order = np.lexsort((rows, line.since_lo[rows], line.since_hi[rows]))
        return tuple(table[i] for i in rows[order].tolist())

    def conflicts(
        self,
        date: PartialDate | datetime.date | str | None = None,
        *,
        policy: Policy = latest,
    ) -> tuple[Conflict, ...]:
        """Find records of different origin that cannot all be right, on a day or at any time.

        A change of position is no conflict: the later record surely began after the earlier.
        """
        day = None if date is None else one_day(date).toordinal()
        return tuple(self.timeline.conflicts(day, policy))

    def problems(self) -> tuple[Problem, ...]:
        """What is legal but looks wrong: each with the table and row that it is about."""
        return soft_problems(self)

    def citations(self) -> tuple[str, ...]:
        """One line a source, those that records rest on, sorted."""
        used = {source.id for source in self.table.sources}
        used |= {membership.source for membership in self.memberships}
        used |= {weight.source for weight in self.weights}
        return tuple(sorted(source.cite() for source in self.sources if source.id in used))

    # -- other dossiers --------------------------------------------------------------------

    def restrict(
        self,
        *,
        actors: Iterable[str] | None = None,
        contests: Iterable[str] | None = None,
        channels: Iterable[Channel | str] | None = None,
        sources: Iterable[str] | None = None,
    ) -> Dossier:
        """Keep only the stances of these actors, contests, channels and sources.

        ``actors`` also drops the other actors, with their memberships and weights;
        ``contests`` drops the other contests, their claimants, and stances toward those.

        Raises
        ------
        UnknownNameError
            If the dossier has no such actor, contest or source.
        """
        table, keep = self.table, np.ones(len(self.stances), dtype=bool)
        changed: dict[str, Any] = {}
        gone: set[str] = set()
        if sources is not None:
            kept = self._asked("source", sources, (source.id for source in self.sources))
            good = [source.id in kept for source in table.sources] + [False]
            keep &= np.array(good)[table.source]
        if channels is not None:
            wanted = channels_of(tuple(channels))
            keep &= np.isin(table.channel, [tuple(Channel).index(c) for c in wanted])
        if contests is not None:
            kept = self._asked("contest", contests, (contest.code for contest in self.contests))
            changed["contests"] = [c for c in self.contests if c.code in kept]
            changed["claimants"] = [c for c in self.claimants if c.contest in kept]
            gone |= {c.code for c in self.claimants if c.contest not in kept}
            gone -= {actor.code for actor in self.actors}
        if actors is not None:
            kept = self._asked("actor", actors, (actor.code for actor in self.actors))
            changed["actors"] = [a for a in self.actors if a.code in kept]
            changed["memberships"] = [m for m in self.memberships if {m.member, m.bloc} <= kept]
            changed["weights"] = [w for w in self.weights if w.actor in kept]
            claimants = changed.get("claimants", self.claimants)
            changed["claimants"] = [
                evolve(c, actor=c.actor if c.actor in kept else "") for c in claimants
            ]
            gone |= {a.code for a in self.actors} - kept - {c.code for c in self.claimants}
        if gone:
            lost = np.array([name in gone for name in table.names] + [False], dtype=bool)
            keep &= ~(lost[table.actor] | lost[table.toward] | lost[table.claimed_by])
        rows = np.flatnonzero(keep)
        return evolve(self, stances=self._selected(rows), **changed)

    def _asked(self, what: str, asked: Iterable[str], known: Iterable[str]) -> set[str]:
        asked, names = {asked} if isinstance(asked, str) else set(asked), tuple(known)
        for name in sorted(asked):
            self._known(what, name, names)
        return asked

    def _selected(self, rows: Any) -> StanceTable:
        return self._built(self.table.columns(rows), lambda row: f"stances[{rows[row]}]", Faults())

    def with_stances(self, *stances: Stance | Iterable[Stance]) -> Dossier:
        """Add stances; their sources are added too.

        Raises
        ------
        InputError
            If a stance contradicts the dossier, or is in it already.

        Examples
        --------
        >>> empty = Dossier("case", actors=[Actor("DNK")], contests=[Contest("seat")],
        ...     claimants=[Claimant("a", "seat"), Claimant("b", "seat")])
        >>> stance = Stance("DNK", "a", "recognises", since="2019-02-04")
        >>> len(empty.stances), len(empty.with_stances(stance).stances)
        (0, 1)
        """
        added = listed_stances(stances)
        faults = Faults()
        whole = evolve(self, sources=gathered(self.sources, cited(added), faults))
        ungraded(added, self.ladder, faults)
        faults.settle()
        held = len(self.stances)

        def locate(row: int) -> str:
            return f"stances[{row}]" if row < held else f"the added {added[row - held]!r}"

        written = columns_of(added)
        joined = {
            name: column.followed_by(written[name].texts())
            for name, column in whole.table.columns().items()
        }
        return evolve(whole, stances=whole._built(joined, locate, faults))

    def without_stances(self, *stances: Stance | Iterable[Stance]) -> Dossier:
        """Take stances away; each is named by what it says, by its source's id and its dates.

        Raises
        ------
        InputError
            If one of them is not in the dossier.
        """
        table = self.table
        gone = {stance_texts(stance): stance for stance in listed_stances(stances)}
        subjects = {stance.actor for stance in gone.values()}
        concerned = np.array([name in subjects for name in table.names], dtype=bool)
        keep = np.ones(len(table), dtype=bool)
        for row in np.flatnonzero(concerned[table.actor]).tolist() if gone else ():
            if gone.pop(stance_texts(table[row]), None) is not None:
                keep[row] = False
        for stance in gone.values():
            raise InputError(f"{stance!r} is not in the dossier {self.code!r}")
        return evolve(self, stances=self._selected(np.flatnonzero(keep)))

    # -- plain rows ------------------------------------------------------------------------

    def to_rows(self) -> dict[str, list[dict[str, str]]]:
        """Write the dossier as plain rows of text, a list a table, as it stands on disk."""
        rows: dict[str, list[dict[str, str]]] = {"dossier": [self.document()]}
        for name, columns in COLUMNS.items():
            rows[name] = [dict(zip(columns, cells, strict=True)) for cells in self.cells(name)]
        return rows

    def cells(self, table: str) -> Iterable[tuple[str, ...]]:
        """Write one table as tuples of text, in the order of its columns on disk.

        >>> list(Dossier("case", contests=[Contest("seat", kind="seat")]).cells("contests"))
        [('seat', 'seat', 'seat', 'true', '', '', '')]
        """
        if table == "stances":
            return Table(self.table.columns()).cells()
        return texts_of(table, getattr(self, table))

    def document(self) -> dict[str, Any]:
        """What ``dossier.json`` holds: code, title, description, licence, an own ladder."""
        head: dict[str, Any] = {
            name: getattr(self, name) for name in ("code", "title", "description", "licence")
        }
        if self.ladder != Ladder.standard():
            head["ladder"] = dict(self.ladder.steps)
        return head

    @classmethod
    def from_rows(cls, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> Dossier:
        """Read what ``to_rows`` wrote.

        Raises
        ------
        InputError
            One error that names table, row and field of the first fault, and holds all of
            them as ``problems``.
        """
        if not isinstance(rows, Mapping):
            raise InputError(f"rows are {type(rows).__name__}, not a mapping of tables to rows")
        accepted = ("dossier", *COLUMNS)
        for name in rows:
            if name not in accepted:
                raise InputError(f"there is no table {name!r}; accepted: {', '.join(accepted)}")
        head = rows.get("dossier", ())
        heads = [head] if isinstance(head, Mapping) else listed_rows("dossier", head)
        if len(heads) != 1:
            raise InputError(f"table dossier has {len(heads)} rows; it has exactly one")
        tables = {
            name: Table.of_rows(name, listed_rows(name, rows[name]))
            for name in COLUMNS
            if name in rows
        }
        return cls.from_tables(heads[0], tables)[0]

    @classmethod
    def from_tables(
        cls, document: Mapping[str, Any], tables: Mapping[str, Table], *, where: str = "dossier"
    ) -> tuple[Dossier, Callable[[str, int], str]]:
        """Read columns of text; also returns a way to say where a record came from.

        Raises
        ------
        InputError
            One error for all faults, each with its place.
        """
        faults = Faults()
        head = head_of(document, where)
        for name in REQUIRED:
            if name not in tables:
                faults.add(
                    where, f"there is no table {name!r}; a dossier needs {', '.join(REQUIRED)}"
                )
        faults.settle()
        records = {
            name: records_of(name, tables[name], faults) if name in tables else ()
            for name in COLUMNS
            if name != "stances"
        }
        sources = {source.id: source for source in records["sources"] if source is not None}
        if "sources" in tables:  # a source that cannot be read is not unknown as well
            for text in tables["sources"].columns["id"].values:
                sources.setdefault(text, Source("unreadable"))
        built = StanceTable.from_columns(
            tables["stances"].columns,
            ladder=head["ladder"],
            sources=sources,
            locate=tables["stances"].locate,
            faults=faults,
        )
        faults.settle()
        assert built is not None
        arranged, order = in_order(records)
        order["stances"] = built[1].tolist()

        def locate(name: str, row: int) -> str:
            return tables[name].locate(order[name][row])

        reference_faults(arranged, built[0], locate, faults)
        faults.settle()
        return cls(**{**head, **arranged, "stances": built[0]}), locate

    # -- identity --------------------------------------------------------------------------

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the content (SHA-256), the same however the dossier was written down."""
        digest = hashlib.sha256()
        for part in self._content():
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.hexdigest()

    def _content(self) -> Iterator[bytes]:
        yield repr(sorted(self.document().items())).encode()
        for name in COLUMNS:
            if name != "stances":
                yield repr(list(self.cells(name))).encode()
                continue
            for column, cells in self.table.columns().items():
                used, codes = np.unique(cells.codes, return_inverse=True)
                yield repr((column, [cells.values[i] for i in used.tolist()])).encode()
                yield codes.astype("<i4").tobytes()

    def __repr__(self) -> str:
        return (
            f"Dossier({self.code!r}, {len(self.actors)} actors, {len(self.claimants)} claimants, "
            f"{len(self.stances)} stances)"
        )

    def _repr_html_(self) -> str:
        counts = ((name, len(getattr(self, name))) for name in COLUMNS)
        rows = "".join(f"<tr><th>{name}</th><td>{n}</td></tr>" for name, n in counts)
        title = html.escape(self.title or self.code)
        return f"<table><caption>{title}</caption><tbody>{rows}</tbody></table>"
