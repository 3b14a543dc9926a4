"""Go's `time.LoadLocation`."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from strongroom.template.surroundings import Surroundings


def zone(name: str, around: Surroundings) -> tzinfo:
    """The zone of a name such as `Europe/Berlin`; `Local` is that of the clock; UTC if there is none of that name."""
    if name in {"", "UTC"}:
        return UTC
    if name == "Local":
        return local_zone(around)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return UTC


def local_zone(around: Surroundings) -> tzinfo:
    """The zone of the clock."""
    return around.now().tzinfo or UTC
