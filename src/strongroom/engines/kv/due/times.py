"""When a secret is due (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from strongroom.engines.kv.records import Metadata
from strongroom.lib.durations import parse_duration_s
from strongroom.lib.errors import InvalidRequest

EXPIRES_AT: Final = "expires_at"
ROTATE_AFTER: Final = "rotate_after"
OWNER: Final = "owner"
DAYS: Final = (30, 7, 1, 0)
"""How many days before, and at last when it is due, others are told."""
DAY_MS: Final = 24 * 3600 * 1000
_LATEST_S: Final = 253_402_300_799
"""The end of the year 9999."""


class Due(NamedTuple):
    """When a secret is due."""

    at_ms: int
    """Milliseconds since the epoch."""
    reason: str
    """The custom metadata that says so."""
    owner: str


def due_of(metadata: Metadata | None) -> Due | None:
    """When a secret is due by its custom metadata: the first of its times.  None if they name none that can be read."""
    if metadata is None or not metadata.custom_metadata:
        return None
    custom = metadata.custom_metadata
    times = {EXPIRES_AT: _moment(custom.get(EXPIRES_AT, "")), ROTATE_AFTER: _rotation(metadata, custom)}
    found = [(at, reason) for reason, at in times.items() if at is not None]
    if not found:
        return None
    at, reason = min(found)
    return Due(int(at * 1000), reason, custom.get(OWNER, ""))


def unreadable(custom: Mapping[str, str]) -> list[str]:
    """The names of times that can't be read, for a warning: custom metadata may hold anything."""
    wrong = [EXPIRES_AT] if custom.get(EXPIRES_AT) and _moment(custom[EXPIRES_AT]) is None else []
    given = custom.get(ROTATE_AFTER, "")
    if given and _moment(given) is None and _span_s(given) is None:
        wrong.append(ROTATE_AFTER)
    return wrong


def _rotation(metadata: Metadata, custom: Mapping[str, str]) -> float | None:
    """When the newest version has to be replaced: at a time, or some time after it was written."""
    given = custom.get(ROTATE_AFTER, "")
    at = _moment(given)
    if at is not None or not given:
        return at
    span_s = _span_s(given)
    newest = metadata.versions.get(metadata.current_version)
    if span_s is None or newest is None or newest.destroyed or newest.deleted_at:
        return None
    at = newest.created_at + span_s
    return at if at <= _LATEST_S else None


def _span_s(text: str) -> int | None:
    try:
        seconds = parse_duration_s(text)
    except InvalidRequest:
        return None
    return seconds if seconds > 0 else None


def _moment(text: str) -> float | None:
    """A date, or a date and a time, in the form of RFC 3339; without a zone it is UTC."""
    if len(text) < len("2026-01-01") or text[4] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    return at if 0 < at <= _LATEST_S else None
