"""Event data as stances: counted where they are held, scaled by a named table, faded with time."""

from stancekit.io.events.counting import UnusedEvents
from stancekit.io.events.scales import Scale, read_scale
from stancekit.io.events.stances import EventStances, stances_from_events

__all__ = ["EventStances", "Scale", "UnusedEvents", "read_scale", "stances_from_events"]
