"""How alike two actors are: agreement statistics, with the number of shared observations.

Positions are numbers on a declared scale, nan where there is none; a statistic
uses the items on which both actors took a position, and says how many they are.
Each statistic is a function of two rows; ``pairwise`` and ``between`` take it
over all pairs at once.  What is undefined is nan, with a reason.
"""

from stancekit.measures.agreement.comparing import (
    absence_as_middle,
    between,
    interval,
    pairwise,
    pairwise_each,
    permutation_test,
)
from stancekit.measures.agreement.pairs import (
    Agreement,
    Intervals,
    PairwiseAgreement,
    PermutationTest,
)
from stancekit.measures.agreement.reliability import Metric, alpha
from stancekit.measures.agreement.statistics import (
    Statistic,
    kappa,
    kappa_linear,
    kappa_quadratic,
    raw,
    s_score,
    s_score_squared,
    scott_pi,
    scott_pi_linear,
    scott_pi_quadratic,
    tau_b,
)

__all__ = [
    "Agreement",
    "Intervals",
    "Metric",
    "PairwiseAgreement",
    "PermutationTest",
    "Statistic",
    "absence_as_middle",
    "alpha",
    "between",
    "interval",
    "kappa",
    "kappa_linear",
    "kappa_quadratic",
    "pairwise",
    "pairwise_each",
    "permutation_test",
    "raw",
    "s_score",
    "s_score_squared",
    "scott_pi",
    "scott_pi_linear",
    "scott_pi_quadratic",
    "tau_b",
]
