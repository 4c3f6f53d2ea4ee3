"""From all records to one day: listens to the channels in order and fills the cells."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from stancekit.records.dates import Span
from stancekit.records.given import Records
from stancekit.records.model import Membership
from stancekit.records.policies import BlocRule, Cell, Policy, own
from stancekit.records.reversals import ABSENT
from stancekit.records.snapshot import Snapshot, WeightColumn
from stancekit.records.stance import Absence, Channel
from stancekit.records.stance_table import ABSENCES, CHANNELS
from stancekit.records.timeline import Timeline

__all__ = ["Frame", "away_from", "filled", "frame_of", "snapshot_of"]

_UNKNOWN, _NOT_YET = ABSENCES.index(Absence.UNKNOWN), ABSENCES.index(Absence.NOT_YET)

#: Absences in which an actor says nothing through a channel, so that the next one may speak.
_SILENT = tuple(
    ABSENCES.index(absence) for absence in (Absence.UNKNOWN, Absence.NO_STATEMENT, Absence.ABSENT)
)


@frozen(eq=False)
class Frame:
    """What a day has whatever the records say: who is there, their memberships and weights.

    Attributes
    ----------
    records : Records
    day : datetime.date
    actors, targets : tuple of str
        Codes of the rows (A) and of the columns (T).
    away : (A, T) bool
        Cells of which the actor or the target does not exist that day.
    memberships : tuple of Membership
        Those that surely hold.
    weights : tuple of WeightColumn
    row_of : dict
    rows, columns : (names,) int64
        Place of each name of the stance table among actors and targets; -1 for none.
    """

    records: Records
    day: datetime.date
    actors: tuple[str, ...]
    targets: tuple[str, ...]
    away: NDArray[np.bool_]
    memberships: tuple[Membership, ...]
    weights: tuple[WeightColumn, ...]
    row_of: dict[str, int]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


def frame_of(records: Records, day: datetime.date) -> Frame:
    """Prepare one day."""
    table = records.table
    claimants = [claimant.code for claimant in records.claimants]
    known_actors = [actor.code for actor in records.actors]
    listed = set(claimants) | set(known_actors)
    speaking = {table.names[i] for i in np.unique(table.actor).tolist()}
    aimed_at = {table.names[i] for i in np.unique(table.toward).tolist()}
    actors = (*known_actors, *sorted((speaking & set(claimants)) - set(known_actors)))
    targets = (*claimants, *sorted((aimed_at & listed) - set(claimants)))
    row_of = {code: i for i, code in enumerate(actors)}
    column_of = {code: i for i, code in enumerate(targets)}
    return Frame(
        records,
        day,
        actors,
        targets,
        away_from(records, day, actors, targets),
        tuple(m for m in records.memberships if m.span.covers(day)),
        _weights(records, row_of, day.year),
        row_of,
        np.array([row_of.get(name, -1) for name in table.names], dtype=np.int64),
        np.array([column_of.get(name, -1) for name in table.names], dtype=np.int64),
    )


def away_from(
    records: Records, day: datetime.date, actors: Sequence[str], targets: Sequence[str]
) -> NDArray[np.bool_]:
    """Cells of which the actor or the target does not exist that day."""
    claims = {claimant.code: claimant.span for claimant in records.claimants}
    lives = {actor.code: actor.span for actor in records.actors}
    outside = [not _lives(lives.get(code) or claims.get(code), day) for code in actors]
    before = [not _lives(claims.get(code) or lives.get(code), day) for code in targets]
    away: NDArray[np.bool_] = np.logical_or.outer(
        np.array(outside, dtype=bool), np.array(before, dtype=bool)
    )
    return away


def snapshot_of(
    records: Records,
    day: datetime.date,
    channels: Sequence[Channel],
    policy: Policy,
    bloc_rule: BlocRule,
) -> Snapshot:
    """Fill actors by targets for one day."""
    return filled(frame_of(records, day), records.timeline, channels, policy, bloc_rule)


def filled(
    frame: Frame,
    timeline: Timeline,
    channels: Sequence[Channel],
    policy: Policy,
    bloc_rule: BlocRule,
) -> Snapshot:
    """Fill actors by targets from records, which may be some of the dossier's, or redated."""
    records, day, table = frame.records, frame.day, timeline.table
    shape = (len(frame.actors), len(frame.targets))
    content = np.full(shape, np.nan)
    absences = np.full(shape, _UNKNOWN, dtype=np.int8)
    spoken = np.full(shape, -1, dtype=np.int8)
    rows = np.full(shape, -1, dtype=np.int64)

    standing = timeline.at(day.toordinal(), policy)
    first = timeline.starts[standing.group]
    if len(first):
        a, t = frame.rows[table.actor[first]], frame.columns[table.toward[first]]
        said = standing.content
        absent = said >= ABSENT
        reason = np.where(absent, said - ABSENT, -1).astype(np.int8)
        silent = np.isin(reason, _SILENT)
        for channel in reversed(channels):
            code = CHANNELS.index(channel)
            groups = np.flatnonzero(table.channel[first] == code)
            # Silence gives way to what a later channel says, but not to its silence.
            held = ~np.isin(absences[a[groups], t[groups]], _SILENT)
            groups = groups[~(silent[groups] & held)]
            cells = a[groups], t[groups]
            content[cells] = np.where(absent[groups], np.nan, said[groups])
            absences[cells] = reason[groups]
            spoken[cells] = code
            rows[cells] = standing.row[groups]

    away = frame.away
    content[away], absences[away], spoken[away], rows[away] = np.nan, _NOT_YET, -1, -1
    derived = np.zeros(shape, dtype=bool)
    if bloc_rule is not own:
        derived = _apply(bloc_rule, frame.memberships, frame.row_of, content, absences, away)
        spoken[derived], rows[derived] = -1, -1
    arrays = {
        "values": content,
        "absences": absences,
        "channels": spoken,
        "rows": rows,
        "derived": derived,
    }
    return Snapshot(
        day,
        frame.actors,
        frame.targets,
        **arrays,
        actor_records=records.actors,
        claimants=records.claimants,
        contests=records.contests,
        memberships=frame.memberships,
        weight_columns=frame.weights,
        stances=table,
    )


def _lives(span: Span | None, day: datetime.date) -> bool:
    """Exists that day as far as is known; an uncertain edge is no reason to call it absent."""
    return span is None or span.covers(day) is not False


def _apply(
    rule: BlocRule,
    memberships: tuple[Membership, ...],
    row_of: dict[str, int],
    content: NDArray[np.float64],
    absences: NDArray[np.int8],
    away: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Let a rule fill cells of blocs and members; says which cells changed.

    Where two blocs would give an actor different cells, neither does.
    """
    given: dict[tuple[int, int], set[Cell]] = {}

    def cell(a: int, t: int) -> Cell:
        code = int(absences[a, t])
        return Cell(None, ABSENCES[code]) if code >= 0 else Cell(float(content[a, t]))

    for bloc in sorted({m.bloc for m in memberships}):
        b = row_of[bloc]
        members = sorted({row_of[m.member] for m in memberships if m.bloc == bloc})
        for t in range(content.shape[1]):
            before = (cell(b, t), *(cell(m, t) for m in members))
            first, rest = rule(before[0], before[1:])
            for a, old, new in zip((b, *members), before, (first, *rest), strict=True):
                if old != new and not away[a, t]:
                    given.setdefault((a, t), set()).add(new)
    derived = np.zeros(content.shape, dtype=bool)
    for place, answers in given.items():
        if len(answers) == 1:
            (new,) = answers
            derived[place] = True
            content[place] = np.nan if new.value is None else new.value
            absences[place] = -1 if new.absence is None else ABSENCES.index(new.absence)
    return derived


def _weights(records: Records, row_of: dict[str, int], year: int) -> tuple[WeightColumn, ...]:
    """The weights of the year, or of the latest year before it."""
    names = sorted({weight.name for weight in records.weights})
    columns = {
        name: (
            np.full(len(row_of), np.nan),
            np.full(len(row_of), np.nan),
            np.full(len(row_of), -1, dtype=np.int64),
        )
        for name in names
    }
    for weight in records.weights:  # sorted by year: the latest that is not after the day stays
        if weight.year <= year:
            values, errors, years = columns[weight.name]
            row = row_of[weight.actor]
            values[row], years[row] = weight.value, weight.year
            errors[row] = np.nan if weight.standard_error is None else weight.standard_error
    return tuple(WeightColumn(name, *arrays) for name, arrays in columns.items())
