"""How long a certificate lasts (p)."""

from __future__ import annotations

from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest


def ttl_s(role: RoleRecord, asked_s: int, *, default_s: int, most_s: int) -> int:
    """The seconds from now on.

    Args:
        asked_s: by the client; 0 for none. default_s, most_s: of the mount, where the role says nothing.

    Raises: `InvalidRequest` if the client asks for more than it may.
    """
    limit = role.max_ttl_s or most_s
    if asked_s > limit:
        raise InvalidRequest(f"ttl is larger than maximum allowed {limit}")
    return asked_s or min(role.ttl_s or default_s, limit)


def validity(role: RoleRecord, now: float, lasts_s: int) -> tuple[int, int]:
    """The first and the last moment, in seconds since the epoch."""
    return max(0, int(now) - role.not_before_duration_s), int(now) + lasts_s
