"""What is asked of a dossier: one day, and the channels to listen to."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from stancekit.errors import InputError
from stancekit.records.dates import PartialDate
from stancekit.records.fields import read_choice
from stancekit.records.stance import Channel

__all__ = ["DEFAULT_CHANNELS", "channels_of", "one_day"]

#: The order in which channels are listened to; ``reported`` speaks only when asked for.
DEFAULT_CHANNELS = tuple(channel for channel in Channel if channel is not Channel.REPORTED)


def one_day(date: PartialDate | datetime.date | str) -> datetime.date:
    """Take a date that must be one day.

    >>> one_day("2019-04")
    Traceback (most recent call last):
        ...
    stancekit.errors.InputError: date=2019-04 is not one day; give it as YYYY-MM-DD
    """
    day = PartialDate.of(date)
    if day.earliest is None or day.earliest != day.latest:
        raise InputError(f"date={day} is not one day; give it as YYYY-MM-DD")
    return day.earliest


def channels_of(asked: Sequence[Channel | str] | None) -> tuple[Channel, ...]:
    """Take an order of channels, the default where none is given."""
    if asked is None:
        return DEFAULT_CHANNELS
    if isinstance(asked, str):
        asked = (asked,)
    channels = tuple(read_choice(Channel, channel) for channel in asked)
    if len(set(channels)) < len(channels):
        raise InputError(f"channels={', '.join(channels)} names one twice")
    return channels
