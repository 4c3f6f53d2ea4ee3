"""What every answer to a hard question says: two bounds, and who vouches for them."""

from __future__ import annotations

import html
from collections.abc import Mapping
from fractions import Fraction

from attrs import field, frozen

from stancekit.signed.partition.certificate import Packing
from stancekit.signed.partition.units import number

__all__ = ["Bounds"]


@frozen(kw_only=True, repr=False)
class Bounds:
    """A least weight of contradicted ties, between a lower and an upper bound.

    There is deliberately no ``value``: ask for a bound, or check ``is_exact`` first.

    Attributes
    ----------
    certificate : Packing
        Proves the upper bound, and a lower one, to a stranger.
    total : Fraction
        Weight of all edges.
    told_units : int
        Lower bound in units that rests on the word of a mixed-integer solver, or on all camps
        having been tried (``reason`` says which); 0 where none does.
    excess : Fraction
        Weight lost in reading weights as whole units; 0 for decimals such as 0.75 and 0.2.
    reason : str
        Why the run ended.
    """

    certificate: Packing
    total: Fraction
    told_units: int = 0
    excess: Fraction = field(default=Fraction(0))
    reason: str = ""

    @property
    def _lower(self) -> Fraction:
        held = self.certificate
        return max(held.lower_units, self.told_units) / held.scale

    @property
    def lower(self) -> int | float:
        """The greatest weight that is known to be contradicted whatever the partition."""
        return number(self._lower)

    @property
    def upper(self) -> int | float:
        """The weight that the best partition found contradicts."""
        return number(self.certificate.upper)

    @property
    def is_exact(self) -> bool:
        """Whether the bounds meet."""
        return self._lower == self.certificate.upper

    @property
    def is_certified(self) -> bool:
        """Whether the certificate alone proves that the bounds meet."""
        return self.certificate.lower_units == self.certificate.upper_units

    @property
    def loss(self) -> float:
        """Weight lost in rounding weights down to whole units; 0.0 when they are exact."""
        return float(self.excess)

    @property
    def status(self) -> str:
        """Who vouches for what is known, in words."""
        if self.is_certified:
            return "certified"
        return "exact by the solver's word" if self.is_exact else "open"

    def _shown(self, *more: str) -> str:
        """One line of text: the bounds, what else there is to say, the status."""
        told = ", ".join((f"lower={self.lower}", f"upper={self.upper}", *more, self.status))
        return f"{type(self).__name__}({told})"

    def _table(self, name: str, more: Mapping[str, object]) -> str:
        """The same as a table for notebooks."""
        cells = {
            name: self.upper if self.is_exact else f"{self.lower} to {self.upper}",
            "status": self.status,
            **more,
            "ended": self.reason,
        }
        rows = "".join(
            f"<tr><th>{html.escape(key)}</th><td>{html.escape(str(value))}</td></tr>"
            for key, value in cells.items()
        )
        return f"<table><caption>{type(self).__name__}</caption>{rows}</table>"
