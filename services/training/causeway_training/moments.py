"""Moments as texts: UTC to the second, such as 2026-11-24T03:00:00Z, so that texts sort as the moments do."""

from __future__ import annotations

from datetime import datetime, timezone

from .errors import InputError

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def stamp(moment: datetime) -> str:
    """The text of a moment that is in UTC."""
    return moment.strftime(_FORMAT)


def moment_of(text: str, argument: str) -> datetime:
    """The moment of a text. Raises InputError, which names `argument`, for any other form."""
    try:
        return datetime.strptime(text, _FORMAT).replace(tzinfo=timezone.utc)
    except ValueError:
        raise InputError(
            argument, [f"got {text}, allowed: a UTC time such as 2026-11-24T03:00:00Z"]
        ) from None
