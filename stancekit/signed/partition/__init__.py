"""What is NP-hard about balance, with proofs: two camps, any number of camps, all optima."""

from stancekit.signed.partition.certificate import Certificate
from stancekit.signed.partition.frustration import Frustration, frustration

__all__ = ["Certificate", "Frustration", "frustration"]
