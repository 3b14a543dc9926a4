"""How responses show secret ids (pure)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from strongroom.auth.approle.records import SecretId

_NEVER = "0001-01-01T00:00:00Z"
"""Go's zero time, which clients know as "not set"."""


def shown(secret: SecretId) -> dict[str, Any]:
    """What is known of a secret id."""
    return {
        "cidr_list": list(secret.cidrs),
        "creation_time": time_text(secret.created_at),
        "expiration_time": time_text(secret.expires_at),
        "last_updated_time": time_text(secret.changed_at),
        "last_used_time": time_text(secret.used_at),
        "metadata": secret.metadata,
        "secret_id_accessor": secret.accessor,
        "secret_id_num_uses": secret.num_uses,
        "secret_id_ttl": secret.ttl_s,
        "token_bound_cidrs": list(secret.token_bound_cidrs),
    }


def time_text(at: float) -> str:
    """A time in RFC 3339; 0 as Go's zero time."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z") if at else _NEVER
