"""The settings of a role: what requests call them, and how responses show them.

Source: https://developer.hashicorp.com/vault/api-docs/auth/approle#create-update-approle
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from strongroom.auth.approle.logic import blocks
from strongroom.auth.approle.records import ALIAS_NAME_SOURCES, Role
from strongroom.lib import limits
from strongroom.lib.durations import format_duration_s
from strongroom.sdk import CommaList, Doc, Duration, InvalidRequest, Mount, Normal, OldNameOf, TokenFields, token_fields
from strongroom.sdk.token_fields import POLICY_NAMES

BLOCKS = Normal(lambda texts: sorted(set(blocks(texts))))
TRUNCATED = (
    "token_max_ttl is greater than the backend mount's maximum TTL value; "
    "issued tokens' max TTL value will be truncated"
)


class RoleFields(TokenFields, frozen=True):
    """What a role is made of; what isn't given stays."""

    bind_secret_id: Annotated[bool | None, Doc(description="Whether a login needs a secret id.")] = None
    bound_cidr_list: Annotated[
        CommaList | None,
        Doc(description="Old name of `secret_id_bound_cidrs`."),
        BLOCKS,
        OldNameOf("secret_id_bound_cidrs"),
    ] = None
    secret_id_bound_cidrs: Annotated[
        CommaList | None, Doc(description="CIDR blocks from which a login may come."), BLOCKS
    ] = None
    secret_id_num_uses: Annotated[
        int | None, Doc(description="How often each secret id can be used. 0 sets no limit.")
    ] = None
    secret_id_ttl: Annotated[Duration | None, Doc(description="How long each secret id lives. 0 sets no limit.")] = None
    local_secret_ids: Annotated[
        bool | None, Doc(description="Whether secret ids stay in this cluster. Can be set only when the role is made.")
    ] = None
    alias_name_source: Annotated[
        str | None,
        Doc(
            description="What names a client's alias: `role_id`, so that all clients of the role are one entity, or "
            "`secret_id_accessor`, so that each secret id is one."
        ),
    ] = None
    role_id: Annotated[str | None, Doc(description="The role id. A random one if it isn't given.")] = None
    policies: Annotated[
        CommaList | None, Doc(description="Old name of `token_policies`."), POLICY_NAMES, OldNameOf("token_policies")
    ] = None
    period: Annotated[Duration | None, Doc(description="Old name of `token_period`."), OldNameOf("token_period")] = None


def without_nulls(fields: RoleFields, data: Mapping[str, Any]) -> RoleFields:
    """The fields but those of a limit that are null or an empty text: that must not lift it, as with durations.

    Args:
        data: the request's, as it was sent.
    """
    unsaid = {name: None for name in ("bind_secret_id", "secret_id_num_uses") if data.get(name) in (None, "")}
    return msgspec.structs.replace(fields, **unsaid)


def merged(role: Role, fields: RoleFields) -> Role:
    """The role after a request's changes, but for its role id.  Raises `InvalidRequest`."""
    by_old_name = role.period_by_old_name if fields.token_period is None else False
    if fields.period is not None:
        by_old_name = True
        if fields.token_period is None:
            fields = msgspec.structs.replace(fields, token_period=fields.period)
    cidrs = fields.secret_id_bound_cidrs if fields.secret_id_bound_cidrs is not None else fields.bound_cidr_list
    given: dict[str, Any] = {
        "bind_secret_id": fields.bind_secret_id,
        "secret_id_bound_cidrs": blocks(cidrs) if cidrs is not None else None,
        "secret_id_num_uses": fields.secret_id_num_uses,
        "secret_id_ttl_s": fields.secret_id_ttl,
        "alias_name_source": fields.alias_name_source,
    }
    changed = msgspec.structs.replace(
        role,
        **{name: value for name, value in given.items() if value is not None},
        period_by_old_name=by_old_name,
        token=token_fields.merged(role.token, fields),
    )
    _check(changed)
    return changed


def _check(role: Role) -> None:
    limits.check_names("secret_id_bound_cidrs", role.secret_id_bound_cidrs, limits.BLOCKS)
    if role.secret_id_num_uses < 0:
        raise InvalidRequest("secret_id_num_uses cannot be negative")
    if role.alias_name_source not in ALIAS_NAME_SOURCES:
        raise InvalidRequest(f"alias_name_source must be one of {', '.join(ALIAS_NAME_SOURCES)}")


def shown(role: Role) -> dict[str, Any]:
    """A role's settings as a response's data, without its role id."""
    data = token_fields.shown(role.token) | {
        "bind_secret_id": role.bind_secret_id,
        "local_secret_ids": role.local_secret_ids,
        "secret_id_bound_cidrs": list(role.secret_id_bound_cidrs) or None,
        "secret_id_num_uses": role.secret_id_num_uses,
        "secret_id_ttl": role.secret_id_ttl_s,
        "alias_name_source": role.alias_name_source,
    }
    if role.period_by_old_name and role.token.period_s:
        data["period"] = role.token.period_s
    return data


def warnings_of(role: Role, mount: Mount) -> list[str]:
    """What the mount's limits do to a role's times."""
    told = [TRUNCATED] if role.token.max_ttl_s > mount.max_lease_ttl_s else []
    if role.secret_id_ttl_s > mount.max_lease_ttl_s:
        most = format_duration_s(mount.max_lease_ttl_s)
        told.append(f"secret_id_ttl is greater than the mount's maximum; secret IDs will be capped at {most}")

    return told
