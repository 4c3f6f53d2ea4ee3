"""One measure over many worlds: dates, scenarios, draws; on any executor, with the same numbers."""

from stancekit.ensembles.answers import Measure, Missing
from stancekit.ensembles.completion import Completion, completion_bounds, index_completion
from stancekit.ensembles.dates import Series, over_dates
from stancekit.ensembles.days import change_days, months
from stancekit.ensembles.drawing import draw
from stancekit.ensembles.draws import Draws, over_draws
from stancekit.ensembles.grid import Grid, over_scenarios
from stancekit.ensembles.moves import Move, Moves
from stancekit.ensembles.running import Failure, WorldsFailed

__all__ = [
    "Completion",
    "Draws",
    "Failure",
    "Grid",
    "Measure",
    "Missing",
    "Move",
    "Moves",
    "Series",
    "WorldsFailed",
    "change_days",
    "completion_bounds",
    "draw",
    "index_completion",
    "months",
    "over_dates",
    "over_draws",
    "over_scenarios",
]
