"""What is known of balance in polynomial time: certificates, triangles, cycles, walks, spectra.

The measures disagree, because each is blind to something: the certificate says only whether, the
triangle census sees no longer cycle, walks count back-and-forth steps as balanced, and the least
eigenvalue is set by the most weakly tied part.  How far a graph is from balance is the question of
`stancekit.signed.partition`.
"""

from stancekit.signed.balance.census import Triangles, triangles
from stancekit.signed.balance.certificates import Camps, NegativeCycle, certificate
from stancekit.signed.balance.walks import (
    Conflict,
    CycleCount,
    WalkBalance,
    algebraic_conflict,
    cycles,
    walks,
)

__all__ = [
    "Camps",
    "Conflict",
    "CycleCount",
    "NegativeCycle",
    "Triangles",
    "WalkBalance",
    "algebraic_conflict",
    "certificate",
    "cycles",
    "triangles",
    "walks",
]
