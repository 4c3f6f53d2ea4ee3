"""Who stands with whom: coalitions, how heavy they are, who decides them, how alike two are."""

from stancekit.measures.coalitions.across import Camps, camps
from stancekit.measures.coalitions.comparing import (
    Changes,
    StructureAgreement,
    adjusted_rand,
    changes,
    variation_of_information,
)
from stancekit.measures.coalitions.forming import Coalitions, above, recognition, support
from stancekit.measures.coalitions.weighing import Shares
from stancekit.measures.coalitions.winning import MinimalWinning, Swing, minimal_winning, swing

__all__ = [
    "Camps",
    "Changes",
    "Coalitions",
    "MinimalWinning",
    "Shares",
    "StructureAgreement",
    "Swing",
    "above",
    "adjusted_rand",
    "camps",
    "changes",
    "minimal_winning",
    "recognition",
    "support",
    "swing",
    "variation_of_information",
]
