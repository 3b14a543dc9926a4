"""Moments as people name them, in the form in which a log has them (p)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from strongroom.client.durations import parse_seconds

FORMS = "a time as 2026-01-31T08:00:00Z, a day as 2026-01-31, today, yesterday, or how long ago as 90m or 2d"


def moment(text: str, now: datetime) -> str:
    """A moment as the `time` of an entry, so that the two compare as texts.  Days are those of UTC, as in the log.

    Args:
        text: one of `FORMS`; a time without a zone is in UTC.
        now: in UTC.

    Raises: `ValueError`.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if text == "today":
        return _entry_time(midnight)
    if text == "yesterday":
        return _entry_time(midnight - timedelta(days=1))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            return _entry_time(now - timedelta(seconds=parse_seconds(text)))
        except (ValueError, OverflowError):
            raise ValueError(f'"{text}" is no moment: give {FORMS}') from None
    try:
        return _entry_time(found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC))
    except OverflowError:
        raise ValueError(f'"{text}" is no moment: give {FORMS}') from None


def _entry_time(found: datetime) -> str:
    # Without the fraction where there is none, a text would come before that of its own moment.
    return found.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
