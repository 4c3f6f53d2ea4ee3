"""The one door to all strategies, which also tells Hypothesis how to make each type.

>>> from hypothesis import given
>>> from stancekit.testing import strategies
>>> @given(strategies.dossiers())
... def a_written_dossier_reads_back(dossier):
...     assert type(dossier).from_rows(dossier.to_rows()) == dossier
>>> a_written_dossier_reads_back()

Types are enough where nothing is asked of a value.

>>> from stancekit.records.stance import Stance
>>> @given(...)
... def a_stance_is_one_line(stance: Stance):
...     assert len(repr(stance).splitlines()) == 1
>>> a_stance_is_one_line()
"""

from __future__ import annotations

from hypothesis import strategies as _hypothesis

from stancekit.records.dates import PartialDate, Span
from stancekit.records.dossier import Dossier
from stancekit.records.model import Actor, Claimant, Contest, Membership, Weight
from stancekit.records.snapshot import Snapshot
from stancekit.records.stance import Evidence, Ladder, Source, Stance
from stancekit.scenarios import Change, Scenario
from stancekit.signed.graph import SignedGraph
from stancekit.testing.dossiers import dossiers, snapshots
from stancekit.testing.graphs import (
    balanced_graphs,
    dense_signed_graphs,
    signed_graphs,
    unbalanced_graphs,
    weighted_graphs,
)
from stancekit.testing.records import (
    actors,
    claimants,
    contests,
    evidence,
    ladders,
    memberships,
    partial_dates,
    sources,
    spans,
    stances,
    weights,
)
from stancekit.testing.scenarios import changes, scenarios

__all__ = [
    "actors",
    "balanced_graphs",
    "changes",
    "claimants",
    "contests",
    "dense_signed_graphs",
    "dossiers",
    "evidence",
    "ladders",
    "memberships",
    "partial_dates",
    "scenarios",
    "signed_graphs",
    "snapshots",
    "sources",
    "spans",
    "stances",
    "unbalanced_graphs",
    "weighted_graphs",
    "weights",
]

for _type, _strategy in {
    PartialDate: partial_dates(),
    Span: spans(),
    Actor: actors(),
    Membership: memberships(),
    Contest: contests(),
    Claimant: claimants(),
    Weight: weights(),
    Source: sources(),
    Evidence: evidence(),
    Ladder: ladders(),
    Stance: stances(),
    Dossier: dossiers(),
    Snapshot: snapshots(),
    SignedGraph: signed_graphs(),
    Change: changes(),
    Scenario: scenarios(),
}.items():
    _hypothesis.register_type_strategy(_type, _strategy)
