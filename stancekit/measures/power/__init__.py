"""Voting power, exact: Banzhaf, Shapley-Shubik and Holler-Packel as fractions.

All counts are integers of any size, all indices are `fractions.Fraction`; nothing is
sampled and nothing is rounded.
"""

from stancekit.measures.power.bounds import (
    BanzhafBounds,
    PowerBounds,
    banzhaf_bounds,
    shapley_shubik_bounds,
)
from stancekit.measures.power.indices import (
    Banzhaf,
    HollerPackel,
    Power,
    banzhaf,
    banzhaf_under,
    holler_packel,
    holler_packel_under,
    shapley_shubik,
    shapley_shubik_under,
)
from stancekit.measures.power.rules import Majority, Player, Rounded, Rule, majority, rounded

__all__ = [
    "Banzhaf",
    "BanzhafBounds",
    "HollerPackel",
    "Majority",
    "Player",
    "Power",
    "PowerBounds",
    "Rounded",
    "Rule",
    "banzhaf",
    "banzhaf_bounds",
    "banzhaf_under",
    "holler_packel",
    "holler_packel_under",
    "majority",
    "rounded",
    "shapley_shubik",
    "shapley_shubik_bounds",
    "shapley_shubik_under",
]
