"""What is NP-hard about balance, with proofs: two camps, any number of camps, all optima."""

from stancekit.signed.partition.certificate import Certificate
from stancekit.signed.partition.frustration import Frustration, frustration, frustrations
from stancekit.signed.partition.optima import Optima, Verdict, optima

__all__ = [
    "Certificate",
    "Frustration",
    "Optima",
    "Verdict",
    "frustration",
    "frustrations",
    "optima",
]
