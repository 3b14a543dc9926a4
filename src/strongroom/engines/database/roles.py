"""Roles: their parameters, and what they mean (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#create-role
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.database import credentials, statements
from strongroom.engines.database.near_placeholders import placeholder_warnings
from strongroom.engines.database.records import Connection, Role
from strongroom.engines.database.settings import may_use
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, Duration, Mount, OneOf, StringMap, is_segment_name, replace

OWNERS = ("token", "entity")
OURS = ("max_leases", "reuse", "lease_owner")
"""Options that Vault doesn't have; shown where they are set."""
_USUAL = Role(db_name="")
FIELDS = ("creation_statements", "revocation_statements", "rollback_statements", "renew_statements")


class RoleFields(Body, frozen=True):
    """What a role consists of; what isn't given stays."""

    db_name: Annotated[str | None, Doc(description="Name of the connection.")] = None
    creation_statements: Annotated[list[str] | None, Doc(description="Statements that make a user.")] = None
    revocation_statements: Annotated[
        list[str] | None, Doc(description="Statements that drop a user, instead of the database's usual ones.")
    ] = None
    rollback_statements: Annotated[
        list[str] | None, Doc(description="Statements that undo a user that could not be made.")
    ] = None
    renew_statements: Annotated[
        list[str] | None, Doc(description="Statements that extend a user's time, instead of the usual ones.")
    ] = None
    default_ttl: Annotated[Duration | None, Doc(description="Time of a lease. 0 for the mount's.")] = None
    max_ttl: Annotated[Duration | None, Doc(description="Most time of a lease. 0 for the mount's.")] = None
    credential_type: Annotated[
        str | None,
        Doc(description="`password`, `rsa_private_key`, `client_certificate`."),
        OneOf("password", "rsa_private_key", "client_certificate"),
    ] = None
    credential_config: Annotated[StringMap | None, Doc(description="How credentials are made.", extra=SECRET)] = None
    max_leases: Annotated[int | None, Doc(description="The most users at a time. 0 for no limit.")] = None
    reuse: Annotated[bool | None, Doc(description="Give an entity that asks again the user that it has.")] = None
    lease_owner: Annotated[
        str | None, Doc(description="`token`: a lease ends with the token. `entity`: only with the token's entity.")
    ] = None


def merged(role: Role, body: RoleFields) -> Role:
    """The role after a request's changes.  Raises `InvalidRequest`."""
    given: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(body, name)
        if value is not None:
            statements.check(name, value)
            given[name] = tuple(value)
    if body.default_ttl is not None:
        given["default_ttl_s"] = body.default_ttl
    if body.max_ttl is not None:
        given["max_ttl_s"] = body.max_ttl
    given |= _ours(body)
    db_name = body.db_name or role.db_name
    if not db_name:
        raise InvalidRequest("database name is required")
    if not is_segment_name(db_name):
        raise InvalidRequest("db_name is no name of a connection")
    if body.credential_type or body.credential_config is not None:
        type_ = body.credential_type or role.credential_type
        given["credential_type"] = type_
        before = role.credential_config if type_ == role.credential_type else {}
        given["credential_config"] = credentials.merged(type_, before, body.credential_config)
    return replace(role, **given, db_name=db_name)


def _ours(body: RoleFields) -> dict[str, Any]:
    """The changes of options that Vault doesn't have."""
    given: dict[str, Any] = {}
    if body.max_leases is not None:
        if body.max_leases < 0:
            raise InvalidRequest("max_leases is less than 0")
        given["max_leases"] = body.max_leases
    if body.reuse is not None:
        given["reuse"] = body.reuse
    if body.lease_owner is not None:
        if body.lease_owner not in OWNERS:
            raise InvalidRequest(f"lease_owner has to be one of {', '.join(OWNERS)}")
        given["lease_owner"] = body.lease_owner
    return given


def warnings_of(name: str, role: Role, body: RoleFields, connection: Connection | None, mount: Mount) -> list[str]:
    """What is likely to be a mistake."""
    warnings = []
    if connection is None:
        warnings.append(f'there is no connection "{role.db_name}" yet')
    elif not may_use(name, connection):
        warnings.append(f"the connection \"{role.db_name}\" doesn't allow this role: its allowed_roles don't name it")
    if role.max_ttl_s and role.default_ttl_s > role.max_ttl_s:
        warnings.append("default_ttl is longer than max_ttl, which counts")
    if role.max_ttl_s > mount.max_lease_ttl_s:
        warnings.append(f"max_ttl is longer than the mount's, which counts: {mount.max_lease_ttl_s} seconds")
    warnings += placeholder_warnings({name: getattr(role, name) for name in FIELDS}, role.credential_type)
    if ignored := credentials.unknown(role.credential_type, body.credential_config or {}):
        warnings.append(f"credential_config: nothing reads {', '.join(ignored)}")
    return warnings


def shown(role: Role) -> dict[str, Any]:
    """A role as a response's data."""
    config = {name: value for name, value in role.credential_config.items() if name not in credentials.SECRETS}
    return {
        "db_name": role.db_name,
        **{name: list(getattr(role, name)) for name in FIELDS},
        "default_ttl": role.default_ttl_s,
        "max_ttl": role.max_ttl_s,
        "credential_type": role.credential_type,
        **({"credential_config": config} if config else {}),
        **{name: getattr(role, name) for name in OURS if getattr(role, name) != getattr(_USUAL, name)},
    }
