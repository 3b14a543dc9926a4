"""Roles, which say which service accounts get which tokens.

Source: https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#create-update-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.kubernetes.logic import ALIAS_NAME_SOURCES, UID
from strongroom.auth.kubernetes.records import Role
from strongroom.auth.kubernetes.selectors import labels_of
from strongroom.lib import limits
from strongroom.lib.durations import format_duration_s
from strongroom.lib.errors import InvalidRequest, NotFound, UnsupportedPath
from strongroom.sdk import (
    CommaList,
    Doc,
    Page,
    Request,
    Response,
    View,
    check_segment_name,
    listed,
    path,
    token_fields,
)
from strongroom.sdk.token_fields import RoleTokenFields
from strongroom.sdk.token_settings import TokenSettings

ROLES = "role/"
_NAMES, _NAMESPACES = "bound_service_account_names", "bound_service_account_namespaces"
_SELECTOR = "bound_service_account_namespace_selector"


class RoleFields(RoleTokenFields, frozen=True):
    """What a role is made of; what isn't given stays."""

    bound_service_account_names: Annotated[
        CommaList | None, Doc(description="Names of the service accounts; `*` stands for any characters.")
    ] = None
    bound_service_account_namespaces: Annotated[
        CommaList | None, Doc(description="Their namespaces; `*` stands for any characters.")
    ] = None
    bound_service_account_namespace_selector: Annotated[
        str | None,
        Doc(description="A label selector, in JSON or YAML, whose namespaces are let in beside those listed."),
    ] = None
    audience: Annotated[str | None, Doc(description="The audience that tokens must be for.")] = None
    alias_name_source: Annotated[
        str | None,
        Doc(description="The name of the alias: `serviceaccount_uid` or `serviceaccount_name` (namespace/name)."),
    ] = None


class RolePaths:
    """`role` and below."""

    async def role_exists(self, request: Request, name: str) -> bool:
        """Whether there is a role of that name."""
        check_segment_name(name)
        return await request.view.read(ROLES + name, Role) is not None

    @path.list_("role")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        names = await request.view.list(ROLES, after=body.after, limit=body.most)
        return listed(names)

    @path.read("role/{name:lower}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        check_segment_name(name)
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise NotFound
        return Response(data=_shown(role))

    @path.write("role/{name:lower}", exists="role_exists")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a role or changes one."""
        check_segment_name(name)
        role = _changed(await request.view.read(ROLES + name, Role) or Role(), body)
        told = _check_times(role.token, request.mount.max_lease_ttl_s)
        request.view.write(ROLES + name, role)
        return Response(warnings=told) if told else None

    @path.delete("role/{name:lower}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its tokens can't be renewed any more."""
        check_segment_name(name)
        request.view.delete(ROLES + name)


async def read_role(view: View, name: str) -> Role | None:
    """The role of a name that a client or a token gives, in lower case; None if there is none."""
    try:
        check_segment_name(name)
    except UnsupportedPath:
        return None
    return await view.read(ROLES + name, Role)


def _shown(role: Role) -> dict[str, Any]:
    data = {
        _NAMES: list(role.names),
        _NAMESPACES: list(role.namespaces),
        _SELECTOR: role.namespace_selector,
        "alias_name_source": role.alias_name_source,
        **token_fields.shown(role.token),
    }
    return {**data, "audience": role.audience} if role.audience else data


def _changed(role: Role, body: RoleFields) -> Role:
    """The role after a request's changes.  Raises `InvalidRequest` for one that would let in nobody, or too many."""
    role = msgspec.structs.replace(role, token=token_fields.merged(role.token, body))
    given: dict[str, Any] = {}
    if body.bound_service_account_names is not None:
        given["names"] = tuple(body.bound_service_account_names)
    if body.bound_service_account_namespaces is not None:
        given["namespaces"] = tuple(body.bound_service_account_namespaces)
    if body.bound_service_account_namespace_selector is not None:
        given["namespace_selector"] = body.bound_service_account_namespace_selector
        given["namespace_labels"] = labels_of(body.bound_service_account_namespace_selector)
    if body.audience is not None:
        given["audience"] = body.audience
    if body.alias_name_source is not None:
        given["alias_name_source"] = body.alias_name_source or UID
    role = msgspec.structs.replace(role, **given)
    if not role.names:
        raise InvalidRequest(f'"{_NAMES}" can not be empty')
    if not role.namespaces and not role.namespace_labels:
        raise InvalidRequest(f'"{_NAMESPACES}" can not be empty if "{_SELECTOR}" is not set')
    for field, patterns in ((_NAMES, role.names), (_NAMESPACES, role.namespaces)):
        limits.check_names(field, patterns)
        if len(patterns) > 1 and "*" in patterns:
            raise InvalidRequest('can not mix "*" with values')
    limits.check_name("audience", role.audience)
    if role.alias_name_source not in ALIAS_NAME_SOURCES:
        raise InvalidRequest(f"invalid alias_name_source, must be one of: {', '.join(ALIAS_NAME_SOURCES)}")
    return role


def _check_times(token: TokenSettings, most_s: int) -> list[str]:
    """Warnings of times over the mount's.  Raises `InvalidRequest` for a period over it."""
    if token.period_s > most_s:
        raise InvalidRequest(
            f"token period of '{format_duration_s(token.period_s)}' is greater than the backend's maximum lease TTL of "
            f"'{format_duration_s(most_s)}'"
        )
    if token.max_ttl_s > most_s:
        return [
            "max_ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value "
            "will be truncated"
        ]
    return []
