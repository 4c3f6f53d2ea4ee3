"""Seconds until a budget ends."""

from __future__ import annotations

import time

__all__ = ["Clock"]


class Clock:
    """Seconds until a budget ends; never, without one."""

    def __init__(self, budget: float | None) -> None:
        self._end = None if budget is None else time.monotonic() + budget

    @property
    def left(self) -> float | None:
        """Seconds left, not below 0; None without a budget."""
        return None if self._end is None else max(self._end - time.monotonic(), 0.0)

    @property
    def over(self) -> bool:
        """Whether the budget is spent."""
        return self.left == 0.0
