"""How stances move: three models of influence, each told as a path and not as an end state."""

from stancekit.signed.dynamics.balancing import Balancing, marvel
from stancekit.signed.dynamics.cascades import cascade
from stancekit.signed.dynamics.consensus import Consensus, altafini
from stancekit.signed.dynamics.path import Path

__all__ = ["Balancing", "Consensus", "Path", "altafini", "cascade", "marvel"]
