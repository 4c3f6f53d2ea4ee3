"""The brief: what an analyst would paste into a memo, as text, HTML and JSON from one content."""

from stancekit.report.composing import brief, last_day
from stancekit.report.paper import Brief
from stancekit.report.words import Section

__all__ = ["Brief", "Section", "brief", "last_day"]
