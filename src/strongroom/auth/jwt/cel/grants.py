"""What a program's result is worth: `pb.Auth` as a login (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.auth.jwt.cel.records import CelRole
from strongroom.lib import limits
from strongroom.lib.cel import Message
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Auth, CommaList, TokenFields, TokenSettings, token_fields

_NANOSECONDS = 1_000_000_000
_TYPES = {0: "default", 1: "service", 2: "batch", 3: "default"}
_MOST_GROUPS = 1000
ROLE, REVISION = "cel_role", "revision"


def login(name: str, role: CelRole, given: Message) -> Auth:
    """The login of a result.

    Args:
        name: of the role. given: what its program returned.

    Raises: `InvalidRequest` for a result that no token can be made of.
    """
    fields = given.fields
    alias, alias_metadata = _alias(fields["alias"]) if "alias" in fields else ("", {})
    lease = fields["lease_options"].fields if "lease_options" in fields else {}
    groups = [_alias(each)[0] for each in fields["group_aliases"]] if "group_aliases" in fields else None
    if groups is not None and len(groups) > _MOST_GROUPS:
        raise _refused(f"group_aliases has more than {_MOST_GROUPS} entries")
    metadata = _texts(fields.get("metadata"))
    limits.check_map("metadata", metadata)
    limits.check_name("display_name", fields.get("display_name", ""))
    return Auth(
        display_name=fields.get("display_name", ""),
        metadata=metadata,
        alias=alias,
        alias_metadata=alias_metadata,
        group_aliases=None if groups is None else tuple(groups),
        renewable=lease.get("renewable", False),
        token=_settings(fields, lease),
        internal={ROLE: name, REVISION: role.revision},
    )


def _settings(fields: Mapping[str, Any], lease: Mapping[str, Any]) -> TokenSettings:
    kind = _TYPES.get(fields.get("token_type", 0))
    if kind is None:
        raise _refused(f"token_type {int(fields['token_type'])} is none: 0 is default, 1 service, 2 batch")
    wanted = TokenFields(
        token_bound_cidrs=fields.get("bound_cidrs"),
        token_explicit_max_ttl=_seconds(fields, "explicit_max_ttl"),
        token_max_ttl=_seconds(lease, "MaxTTL"),
        token_no_default_policy=fields.get("no_default_policy"),
        token_num_uses=fields.get("num_uses"),
        token_period=_seconds(fields, "period"),
        token_policies=CommaList(list(token_fields.normal_policies(fields.get("policies", ())))),
        token_ttl=_seconds(lease, "TTL"),
        token_type=kind,
    )
    # What a result says wrongly is said with its name in the result, not in a role's parameters.
    return msgspec.structs.replace(token_fields.merged(TokenSettings(), wanted), old_names=())


def _seconds(fields: Mapping[str, Any], name: str) -> Any:
    """A time of a result, which is in nanoseconds.  A smaller one would count as none, which is the longest."""
    ns = fields.get(name, 0)
    if ns < 0 or 0 < ns < _NANOSECONDS:
        raise _refused(f"{name} is in nanoseconds, and {ns} is less than a second")
    return ns // _NANOSECONDS


def _alias(message: Message) -> tuple[str, dict[str, str]]:
    name = message.fields.get("name", "")
    if not name:
        raise _refused("missing name in alias")
    limits.check_name("alias", name)
    metadata = _texts(message.fields.get("metadata"))
    limits.check_map("metadata of an alias", metadata)
    return name, metadata


def _texts(given: Any) -> dict[str, str]:
    return dict(given.items()) if given is not None else {}


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest(f"error converting proto auth: {reason}")
