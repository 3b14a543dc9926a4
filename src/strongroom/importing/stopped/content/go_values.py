"""Values as Go's programs store them in JSON, in the form that the API takes (p)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from strongroom.client.values import Number
from strongroom.importing.inventory import Content, Document, MountPoint, VersionedSecret

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


def as_the_client_has_it(content: Content) -> Content:
    """The same object with its numbers as the client keeps those that it reads, so that both can be compared."""
    match content:
        case Document():
            shown = content.shown
            return replace(content, body=_numbers(content.body), shown=None if shown is None else _numbers(shown))
        case MountPoint():
            return replace(content, config=_numbers(content.config))
        case VersionedSecret():
            return replace(content, settings=_numbers(content.settings))
    return content


def _numbers(value: Any) -> Any:
    match value:
        case bool():
            return value
        case int() | float():
            return Number(str(value))
        case Mapping():
            return {name: _numbers(each) for name, each in value.items()}
        case list() | tuple():
            return [_numbers(each) for each in value]
    return value
