"""Timestamps and durations as texts.

A timestamp is UTC to the second, such as 2026-11-24T03:00:00Z, so that texts sort as the times do;
a duration has its unit written out, such as `5 minutes`.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from .errors import InputError

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def format_timestamp(when: datetime) -> str:
    """The text of a time that is in UTC."""
    return when.strftime(_FORMAT)


def parse_timestamp(text: str, argument: str) -> datetime:
    """The time of a text.

    Raises InputError, which names `argument`, for any other form.
    """
    try:
        return datetime.strptime(text, _FORMAT).replace(tzinfo=timezone.utc)
    except ValueError:
        raise InputError(
            argument, [f"got {text}, allowed: a UTC time such as 2026-11-24T03:00:00Z"]
        ) from None


def timestamp_or_now(text: str | None, argument: str) -> datetime:
    """The time of a text, or now where there is none."""
    if text is None:
        return datetime.now(timezone.utc).replace(microsecond=0)
    return parse_timestamp(text, argument)


#: Milliseconds in each unit of a duration.
_UNITS = {"day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1_000}


def parse_duration(text: str) -> timedelta:
    """The length of a duration of a contract, which the schema has found well formed.

    Exact: a well-formed duration is a whole number of milliseconds.
    """
    amount, _, unit = text.partition(" ")
    return timedelta(milliseconds=int(Decimal(amount) * _UNITS[unit.removesuffix("s")]))
