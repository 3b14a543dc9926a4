"""What the token of a service account says of its own end (p).

Since Kubernetes 1.21 a pod's token lives for an hour or until the pod ends.  Who configures such a token finds
everything refused later, and has to learn of it before.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from strongroom.crypto import public_keys
from strongroom.lib.errors import Tampered

_YEAR_9999 = 253_402_300_799


def expires_at(jwt: str) -> str | None:
    """When the token expires (RFC 3339); None if it doesn't say so."""
    at = _claims(jwt).get("exp")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= _YEAR_9999:
        return None
    return datetime.datetime.fromtimestamp(int(at), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ends(jwt: str) -> str:
    """When the token ends, for who configures it: `expires …, bound to pod "…"`; empty if it doesn't say so."""
    found = []
    if (at := expires_at(jwt)) is not None:
        found.append(f"expires {at}")
    bound = _claims(jwt).get("kubernetes.io")
    pod = bound.get("pod") if isinstance(bound, dict) else None
    if isinstance(pod, dict) and isinstance(pod.get("name"), str):
        found.append(f'bound to pod "{pod["name"][:253]}"')
    return ", ".join(found)


def _claims(jwt: str) -> Mapping[str, Any]:
    try:
        return public_keys.parse(jwt).unproved_claims()
    except Tampered:
        return {}  # any other token of the cluster may be used too
