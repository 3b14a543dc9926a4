"""Values as Go's programs store them in JSON, in the form that the API takes (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NANOSECONDS: Final = 10**9
_TOKEN_TYPES: Final = {0: "default", 1: "service", 2: "batch", 3: "default-service", 4: "default-batch"}
_DURATIONS: Final = ("token_ttl", "token_max_ttl", "token_explicit_max_ttl", "token_period")


def seconds(value: Any) -> int:
    """A duration in nanoseconds as whole seconds; 0 for none."""
    return int(value or 0) // _NANOSECONDS


def token_fields(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a role or user says of its tokens.

    Before Vault 1.2 policies and times had other names; they count where the present ones are empty.
    """
    found: dict[str, Any] = {
        "token_policies": stored.get("token_policies") or stored.get("policies") or stored.get("Policies") or [],
        "token_bound_cidrs": stored.get("token_bound_cidrs") or [],
        "token_no_default_policy": bool(stored.get("token_no_default_policy")),
        "token_num_uses": int(stored.get("token_num_uses") or 0),
        "token_type": _TOKEN_TYPES.get(stored.get("token_type") or 0, "default"),
    }
    old = {
        "token_ttl": stored.get("TTL"),
        "token_max_ttl": stored.get("MaxTTL"),
        "token_period": stored.get("period"),
    }
    for name in _DURATIONS:
        found[name] = seconds(stored.get(name) or old.get(name))
    return found
