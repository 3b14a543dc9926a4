"""Roles: settings for tokens made at `auth/token/create/:role`.

Source: https://developer.hashicorp.com/vault/api-docs/auth/token#create-update-token-role
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec

from strongroom.barrier import keys
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc, Duration, OldNameOf, OneOf
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sdk.token_fields import CIDRS, POLICY_NAMES
from strongroom.services.tokens import TokenRole
from strongroom.services.tokens.logic import parse_cidrs
from strongroom.sysapi.context import SystemEngine, system

_SUFFIX = re.compile(r"\w[\w.-]+\w", re.ASCII)
_KINDS = frozenset({"service", "batch", "default-service", "default-batch"})
_OLD_NAMES = ("period", "explicit_max_ttl", "bound_cidrs")


class RoleBody(Body, frozen=True):
    """A role's settings.  Settings that aren't given stay."""

    allowed_policies: Annotated[
        CommaList | None, Doc(description="Policies that tokens of the role may have."), POLICY_NAMES
    ] = None
    disallowed_policies: Annotated[
        CommaList | None, Doc(description="Policies that tokens of the role may not have."), POLICY_NAMES
    ] = None
    allowed_policies_glob: Annotated[CommaList | None, Doc(description="The same, with `*`."), POLICY_NAMES] = None
    disallowed_policies_glob: Annotated[CommaList | None, Doc(description="The same, with `*`."), POLICY_NAMES] = None
    orphan: Annotated[bool | None, Doc(description="Whether tokens of the role are orphans.")] = None
    renewable: Annotated[bool | None, Doc(description="Whether tokens of the role can be renewed.")] = None
    path_suffix: Annotated[
        str | None, Doc(description="A suffix for the path of tokens of the role. They can be revoked by it.")
    ] = None
    allowed_entity_aliases: Annotated[
        CommaList | None, Doc(description="Entity aliases that tokens of the role may be created for."), POLICY_NAMES
    ] = None
    token_period: Annotated[
        Duration | None, Doc(description="Makes tokens of the role periodic. Each renewal grants this time.")
    ] = None
    token_explicit_max_ttl: Annotated[
        Duration | None, Doc(description="The longest life of a token of the role, whatever is renewed.")
    ] = None
    token_bound_cidrs: Annotated[
        CommaList | None, Doc(description="Addresses or CIDR blocks that may use tokens of the role."), CIDRS
    ] = None
    token_num_uses: Annotated[
        int | None, Doc(description="How often a token of the role can be used. 0 sets no limit.")
    ] = None
    token_no_default_policy: Annotated[bool | None, Doc(description="Leave out the `default` policy.")] = None
    token_strictly_bind_ip: Annotated[
        bool | None, Doc(description="Binds each token to the address that it was created from.")
    ] = None
    token_type: Annotated[
        str | None,
        Doc(description="`service`, `batch`, `default-service`, `default-batch`."),
        OneOf("service", "batch", "default-service", "default-batch"),
    ] = None
    period: Annotated[Duration | None, Doc(description="Old name of `token_period`."), OldNameOf("token_period")] = None
    explicit_max_ttl: Annotated[
        Duration | None, Doc(description="Old name of `token_explicit_max_ttl`."), OldNameOf("token_explicit_max_ttl")
    ] = None
    bound_cidrs: Annotated[
        CommaList | None, Doc(description="Old name of `token_bound_cidrs`."), CIDRS, OldNameOf("token_bound_cidrs")
    ] = None


def _place(request: Request) -> str:
    return keys.token_roles(system(request).namespace.id)


class RolePaths(SystemEngine):
    """`roles` and below."""

    @path.list_("roles", repeatable=True)
    async def list_roles(self, request: Request) -> Response | None:
        """Lists the names of all roles."""
        names = await system(request).txn.list(_place(request))
        return Response(data={"keys": names}) if names else None

    @path.read("roles/{role_name}", repeatable=True)
    async def read_role(self, request: Request, role_name: str) -> Response | None:
        """Reads a role's settings."""
        role = await system(request).txn.read(_place(request) + role_name, TokenRole)
        return Response(data=_shown(role)) if role is not None else None

    async def role_exists(self, request: Request, role_name: str) -> bool:
        """Whether there is a role of that name."""
        return await system(request).txn.read(_place(request) + role_name, TokenRole) is not None

    @path.write("roles/{role_name}", exists="role_exists", event="token/role-{operation}")
    async def write_role(self, request: Request, role_name: str, body: RoleBody) -> Response | None:
        """Creates a role or changes the given settings."""
        check_segment_name(role_name)
        view = system(request)
        before = await view.txn.read(_place(request) + role_name, TokenRole)
        role = _changed(before or TokenRole(name=role_name), body)
        view.txn.write(_place(request) + role_name, role)
        warnings = [
            f"Both 'token_{name}' and deprecated '{name}' value supplied, ignoring the deprecated value"
            for name in _OLD_NAMES
            if getattr(body, name) is not None and getattr(body, f"token_{name}") is not None
        ]
        return Response(warnings=warnings) if warnings else None

    @path.delete("roles/{role_name}", event="token/role-delete")
    async def delete_role(self, request: Request, role_name: str) -> Response | None:
        """Deletes a role. Its tokens stay valid but can't be renewed."""
        system(request).txn.delete(_place(request) + role_name)
        return None


def _changed(role: TokenRole, body: RoleBody) -> TokenRole:
    """The role after a request's changes.  Raises `InvalidRequest` for invalid values."""
    given: dict[str, Any] = {}
    for name in ("allowed_policies", "disallowed_policies"):
        if (names := getattr(body, name)) is not None:
            given[name] = tuple(sorted({item.lower() for item in names} - {""}))
    for name in ("allowed_policies_glob", "disallowed_policies_glob"):
        if (patterns := getattr(body, name)) is not None:
            given[name] = tuple(sorted(set(patterns) - {""}))
    if body.allowed_entity_aliases is not None:
        given["allowed_entity_aliases"] = tuple(sorted({alias.lower() for alias in body.allowed_entity_aliases} - {""}))
    for name in ("orphan", "renewable", "path_suffix"):
        if (value := getattr(body, name)) is not None:
            given[name] = value
    for name in ("num_uses", "no_default_policy", "strictly_bind_ip"):
        if (value := getattr(body, f"token_{name}")) is not None:
            given[name] = value
    given |= _renamed(body)
    if body.token_type is not None:
        given["token_type"] = body.token_type
    result = msgspec.structs.replace(role, **given)
    _check(result)
    return result


def _renamed(body: RoleBody) -> dict[str, Any]:
    """The three settings that have an old name; a new name given beside the old one wins."""
    given: dict[str, Any] = {}
    for name, attribute in zip(_OLD_NAMES, ("period_s", "explicit_max_ttl_s", "bound_cidrs"), strict=True):
        new, old = getattr(body, f"token_{name}"), getattr(body, name)
        value = new if new is not None else old
        if value is None:
            continue
        given[attribute] = _cidrs(value) if name == "bound_cidrs" else value
        given[f"old_{name}"] = new is None
    return given


def _cidrs(values: list[str]) -> tuple[str, ...]:
    try:
        return parse_cidrs(values)
    except InvalidRequest as error:
        raise InvalidRequest(f"error parsing role fields: {error.text}") from error


def _check(role: TokenRole) -> None:
    for name in ("allowed_policies", "disallowed_policies", "allowed_policies_glob", "disallowed_policies_glob"):
        limits.check_names(name, getattr(role, name))
    limits.check_names("allowed_entity_aliases", role.allowed_entity_aliases or ())
    limits.check_names("token_bound_cidrs", role.bound_cidrs, limits.BLOCKS)
    limits.check_name("path_suffix", role.path_suffix)
    if role.path_suffix and _SUFFIX.fullmatch(role.path_suffix) is None:
        raise InvalidRequest("given role path suffix contains invalid characters; must match \\w[\\w-.]+\\w")
    if role.token_type not in _KINDS:
        raise InvalidRequest(f"invalid 'token_type' value \"{role.token_type}\"")
    if role.num_uses < 0:
        raise InvalidRequest("error parsing role fields: 'token_num_uses' cannot be negative")
    if role.token_type == "batch" and not role.orphan:  # noqa: S105 - a kind of token
        raise InvalidRequest("'token_type' cannot be 'batch' when role is set to generate non-orphan tokens")
    if role.token_type == "batch" and role.period_s:  # noqa: S105
        raise InvalidRequest("'token_type' cannot be 'batch' when role is set to generate periodic tokens")
    if role.token_type == "batch" and role.num_uses:  # noqa: S105
        raise InvalidRequest(
            "'token_type' cannot be 'batch' when role is set to generate tokens with limited use count"
        )
    if role.token_type == "batch" and role.renewable:  # noqa: S105
        raise InvalidRequest("'token_type' cannot be 'batch' when role is set to generate renewable tokens")


def _shown(role: TokenRole) -> dict[str, Any]:
    aliases = role.allowed_entity_aliases
    data: dict[str, Any] = {
        "allowed_entity_aliases": list(aliases) if aliases is not None else None,
        "allowed_policies": list(role.allowed_policies),
        "allowed_policies_glob": list(role.allowed_policies_glob),
        "disallowed_policies": list(role.disallowed_policies),
        "disallowed_policies_glob": list(role.disallowed_policies_glob),
        "explicit_max_ttl": role.explicit_max_ttl_s if role.old_explicit_max_ttl else 0,
        "name": role.name,
        "orphan": role.orphan,
        "path_suffix": role.path_suffix,
        "period": role.period_s if role.old_period else 0,
        "renewable": role.renewable,
        "token_explicit_max_ttl": role.explicit_max_ttl_s,
        "token_no_default_policy": role.no_default_policy,
        "token_period": role.period_s,
        "token_type": role.token_type,
    }
    if role.bound_cidrs:
        data["token_bound_cidrs"] = list(role.bound_cidrs)
        if role.old_bound_cidrs:
            data["bound_cidrs"] = list(role.bound_cidrs)
    if role.num_uses:
        data["token_num_uses"] = role.num_uses
    if role.strictly_bind_ip:
        data["token_strictly_bind_ip"] = True
    return data
