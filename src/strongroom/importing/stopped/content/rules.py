"""Policies of both kinds: what stands below `sys/`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from strongroom.importing.inventory import Document, Found, Kind, Stage
from strongroom.importing.stopped.content.place import Place

_FIXED: Final = frozenset({"root", "response-wrapping", "control-group"})
"""What every server has itself."""
_LIMITS: Final = "limits aren't read from a store"
_ISSUED: Final = "tokens and leases are good at the server that issued them; clients log in anew, and take new secrets"


def survey(place: Place) -> Iterator[Found]:
    """What a namespace has of them."""
    for name in place.names("sys/policy/"):
        if name not in _FIXED:
            load = partial(_policy, place, name)
            yield from place.found((Kind.POLICY, "", f"sys/policies/acl/{name}"), Stage.RULES, "", load)
    for name in place.names("sys/password_policy/"):
        load = partial(_password_policy, place, name)
        yield from place.found((Kind.PASSWORD_POLICY, "", f"sys/policies/password/{name}"), Stage.RULES, "", load)
    if not place.prefix:
        yield from place.stays((Kind.LEASE, "", "auth/token and sys/leases"), "", _ISSUED)
        for name in place.names("sys/quotas/"):
            yield from place.stays((Kind.QUOTA, "", f"sys/quotas/{name}"), "", _LIMITS)


def _policy(place: Place, name: str) -> Document:
    stored = place.document(f"sys/policy/{name}")
    return Document(f"sys/policies/acl/{name}", {"policy": _text(stored, "Raw")})


def _password_policy(place: Place, name: str) -> Document:
    stored = place.document(f"sys/password_policy/{name}")
    return Document(f"sys/policies/password/{name}", {"policy": _text(stored, "policy")})


def _text(stored: dict[str, Any], field: str) -> str:
    return str(stored.get(field) or "")
