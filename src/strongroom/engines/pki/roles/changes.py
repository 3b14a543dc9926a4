"""From the fields of a request to a role, and from a role to the fields of an answer (p)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from strongroom.crypto.issuing.private_keys import DEFAULT_BITS
from strongroom.engines.pki.roles import policies
from strongroom.engines.pki.roles.fields import RoleFields
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.sdk import replace

_IN_SECONDS: Final = ("ttl", "max_ttl", "not_before_duration", "duplicate_window")
_POLICIES: Final = "policy_identifiers"
_DEFAULTS: Final = RoleRecord()
_DEFAULT_IF_EMPTY: Final = (
    "issuer_ref",
    "cn_validations",
    "not_before_bound",
    "not_after_bound",
    "serial_number_source",
)
"""Fields whose empty value is that of a client who leaves them out."""


def attribute(field: str) -> str:
    """What a field is called in a role's record."""
    return field + "_s" if field in _IN_SECONDS else field


def changed(role: RoleRecord, body: RoleFields) -> RoleRecord:
    """A role with the fields that a request gives.

    Raises: `InvalidRequest` for policies that can't be read.  `checks.check` looks at everything else.
    """
    changes: dict[str, Any] = {}
    for field in body.__struct_fields__:
        value = getattr(body, field)
        if value is None:
            continue
        name = attribute(field)
        if field == _POLICIES:
            value = policies.parsed(value)
        elif isinstance(value, list):
            value = tuple(filter(None, value))
        if not value and field in _DEFAULT_IF_EMPTY:
            value = getattr(_DEFAULTS, name)
        changes[name] = value
    return _sized(replace(role, **changes))


def reset(role: RoleRecord, fields: Iterable[str]) -> RoleRecord:
    """A role with the defaults of some fields, as a patch's null means it.

    Source: RFC 7396, section 1: null removes a member, and a role without it has the default
    """
    return replace(role, **{name: getattr(_DEFAULTS, name) for name in map(attribute, fields)})


def _sized(found: RoleRecord) -> RoleRecord:
    # As in the peer, a role keeps the size that is the default when it is written.
    return found if found.key_bits else replace(found, key_bits=DEFAULT_BITS.get(found.key_type, 0))


def shown(role: RoleRecord) -> dict[str, Any]:
    """A role as answers have it."""
    found: dict[str, Any] = {}
    for field in RoleFields.__struct_fields__:
        value = getattr(role, attribute(field))
        if field == _POLICIES:
            value = [policies.shown(each) for each in value]
        found[field] = list(value) if isinstance(value, tuple) else value
    return found
