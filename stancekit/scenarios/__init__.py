"""What if: changes as values, what they make different, and the smallest that reach a goal."""

from stancekit.scenarios.asking import (
    Balanced,
    InCamp,
    Share,
    SmallestChange,
    Unanimous,
    distance,
    one_each,
)
from stancekit.scenarios.changes import Change
from stancekit.scenarios.difference import Difference, difference
from stancekit.scenarios.goals import smallest_change
from stancekit.scenarios.pivots import SingleChange, SingleChanges, single_changes
from stancekit.scenarios.scenario import Scenario

__all__ = [
    "Balanced",
    "Change",
    "Difference",
    "InCamp",
    "Scenario",
    "Share",
    "SingleChange",
    "SingleChanges",
    "SmallestChange",
    "Unanimous",
    "difference",
    "distance",
    "one_each",
    "single_changes",
    "smallest_change",
]
