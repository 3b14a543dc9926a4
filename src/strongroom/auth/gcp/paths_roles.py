"""Roles: who gets which token.

Source: https://developer.hashicorp.com/vault/api-docs/auth/gcp#create-update-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.auth.gcp.records import GCE, IAM, ROLES, GcpRole
from strongroom.auth.gcp.role_rules import FOR_GCE, FOR_IAM, LISTS, check_role, labels_of, last_part
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    Duration,
    OldNameOf,
    OneOf,
    Page,
    Request,
    Response,
    check_segment_name,
    listed,
    path,
    token_fields,
)
from strongroom.sdk.token_fields import OldTokenFields


class RoleFields(OldTokenFields, frozen=True):
    """What a role is made of; what isn't given stays."""

    type: Annotated[str | None, Doc(description="`iam` or `gce`. It can't be changed."), OneOf("iam", "gce")] = None
    bound_projects: Annotated[CommaList | None, Doc(description="Projects of accounts and instances.")] = None
    bound_service_accounts: Annotated[
        CommaList | None, Doc(description="Email addresses or ids of service accounts; `*` for all of the projects.")
    ] = None
    add_group_aliases: Annotated[bool | None, Doc(description="Have project, folders and organization as groups.")] = (
        None
    )
    max_jwt_exp: Annotated[Duration | None, Doc(description="Within which time a token has to expire.")] = None
    allow_gce_inference: Annotated[bool | None, Doc(description="Let instances in by their service account.")] = None
    bound_zones: Annotated[CommaList | None, Doc(description="Zones of instances, or links to them.")] = None
    bound_regions: Annotated[CommaList | None, Doc(description="Regions of instances, or links to them.")] = None
    bound_instance_groups: Annotated[CommaList | None, Doc(description="Groups of instances; one is enough.")] = None
    bound_labels: Annotated[CommaList | None, Doc(description="Labels of instances as `key:value`; all count.")] = None
    period: Annotated[Duration | None, Doc(description="Old name of `token_period`."), OldNameOf("token_period")] = None
    service_accounts: Annotated[
        CommaList | None, Doc(description="Old name of `bound_service_accounts`."), OldNameOf("bound_service_accounts")
    ] = None
    project_id: Annotated[str | None, Doc(description="Old form of `bound_projects`.")] = None
    bound_zone: Annotated[str | None, Doc(description="Old form of `bound_zones`.")] = None
    bound_region: Annotated[str | None, Doc(description="Old form of `bound_regions`.")] = None
    bound_instance_group: Annotated[str | None, Doc(description="Old form of `bound_instance_groups`.")] = None


_OLD_FORMS = {
    "project_id": "bound_projects",
    "bound_zone": "bound_zones",
    "bound_region": "bound_regions",
    "bound_instance_group": "bound_instance_groups",
}


class EditFields(Body, frozen=True):
    """What is added to a list, and what is taken from it."""

    add: Annotated[CommaList | None, Doc(description="What is added.")] = None
    remove: Annotated[CommaList | None, Doc(description="What is removed.")] = None


class RolePaths:
    """`role/<name>` and below, `roles`"""

    random: Random

    async def role_exists(self, request: Request, name: str) -> bool:
        """Whether there is a role of that name."""
        return await role_of(request, name) is not None

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        return await _listed(request, body)

    @path.list_("role")
    async def list_roles_too(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        return await _listed(request, body)

    @path.read("role/{name}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        role = await role_of(request, name)
        if role is None:
            raise NotFound
        return Response(data=_shown(role))

    @path.write("role/{name}", exists="role_exists")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a role or changes one."""
        check_segment_name(name)
        old = await role_of(request, name)
        if old is None:
            if not body.type:
                raise InvalidRequest("role type cannot be empty")
            old = GcpRole(role_id=request.once("role id", lambda: uuid4(self.random)), type=body.type)
        elif body.type is not None and body.type != old.type:
            raise InvalidRequest("role type cannot be changed for an existing role")
        changed = _changed(old, body)
        warnings = [*_of_old_forms(body), *check_role(changed), *_capped(request, changed)]
        request.view.write(ROLES + name, changed)
        return Response(warnings=warnings) if warnings else None

    @path.delete("role/{name}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its tokens can't be renewed any more."""
        request.view.delete(ROLES + name)

    @path.write("role/{name}/service-accounts")
    async def edit_service_accounts(self, request: Request, name: str, body: EditFields) -> None:
        """Adds service accounts to a role of the type iam, and removes some."""
        role = await _existing(request, name, IAM, "service accounts", body)
        kept = [each for each in role.bound_service_accounts if each not in set(body.remove or [])]
        bound = tuple(dict.fromkeys([*kept, *(body.add or [])]))
        _store(request, name, msgspec.structs.replace(role, bound_service_accounts=bound))

    @path.write("role/{name}/labels")
    async def edit_labels(self, request: Request, name: str, body: EditFields) -> None:
        """Adds labels to a role of the type gce, and removes some by their key."""
        role = await _existing(request, name, GCE, "labels", body)
        kept = {key: value for key, value in role.bound_labels.items() if key not in set(body.remove or [])}
        labels = {**kept, **labels_of(body.add or [])}
        _store(request, name, msgspec.structs.replace(role, bound_labels=labels))


def _store(request: Request, name: str, role: GcpRole) -> None:
    check_role(role)
    request.view.write(ROLES + name, role)


async def role_of(request: Request, name: str) -> GcpRole | None:
    """The role of a name."""
    check_segment_name(name)
    return await request.view.read(ROLES + name, GcpRole)


async def _existing(request: Request, name: str, type_: str, what: str, body: EditFields) -> GcpRole:
    role = await role_of(request, name)
    if role is None:
        raise InvalidRequest(f'role "{name}" not found')
    if role.type != type_:
        raise InvalidRequest(
            f"role is type '{role.type}', cannot edit attribute '{what}' (expected role type: '{type_}')"
        )
    if not body.add and not body.remove:
        raise InvalidRequest("must provide at least one value to add or remove")
    return role


def _changed(role: GcpRole, body: RoleFields) -> GcpRole:
    for name in FOR_GCE if role.type == IAM else FOR_IAM:
        if getattr(body, name) is not None:
            raise InvalidRequest(f"invalid args found for role of type {role.type}: {name}")
    given: dict[str, Any] = {}
    for name in LISTS:
        value = getattr(body, name)
        if value is not None:
            given[name] = tuple(dict.fromkeys(value))
    if body.bound_service_accounts is None and body.service_accounts is not None:
        given["bound_service_accounts"] = tuple(dict.fromkeys(body.service_accounts))
    for old, new in _OLD_FORMS.items():
        value = getattr(body, old)
        if value is not None and new in given:
            raise InvalidRequest(f'cannot specify both "{old}" and "{new}"')
        if value is not None:
            given[new] = (value,) if value else ()
    for name in ("bound_zones", "bound_regions"):
        if name in given:
            given[name] = tuple(last_part(each) for each in given[name])
    if body.bound_labels is not None:
        given["bound_labels"] = labels_of(body.bound_labels)
    for name, attribute in (
        ("add_group_aliases", "add_group_aliases"),
        ("allow_gce_inference", "allow_gce_inference"),
        ("max_jwt_exp", "max_jwt_exp_s"),
    ):
        if getattr(body, name) is not None:
            given[attribute] = getattr(body, name)
    if body.token_period is None and body.period is not None:
        body = msgspec.structs.replace(body, token_period=body.period)
    return msgspec.structs.replace(role, **given, token=token_fields.merged(role.token, body))


def _of_old_forms(body: RoleFields) -> list[str]:
    return [
        f'The "{old}" field is deprecated. Please use "{new}" instead.'
        for old, new in {**_OLD_FORMS, "service_accounts": "bound_service_accounts"}.items()
        if getattr(body, old) is not None
    ]


def _capped(request: Request, role: GcpRole) -> list[str]:
    return [
        f"Given {name} of {given} seconds greater than current mount/system default of {most} seconds; {name} will be "
        "capped at login time"
        for name, given, most in (
            ("ttl", role.token.ttl_s, request.mount.default_lease_ttl_s),
            ("max_ttl", role.token.max_ttl_s, request.mount.max_lease_ttl_s),
        )
        if given > most
    ]


async def _listed(request: Request, body: Page) -> Response:
    names = await request.view.list(ROLES, after=body.after, limit=body.most)
    return listed(names)


def _shown(role: GcpRole) -> dict[str, Any]:
    data: dict[str, Any] = {"role_id": role.role_id, "type": role.type, "add_group_aliases": role.add_group_aliases}
    data |= {name: list(getattr(role, name)) for name in LISTS if getattr(role, name)}
    if role.type == IAM:
        data |= {"max_jwt_exp": role.max_jwt_exp_s, "allow_gce_inference": role.allow_gce_inference}
    elif role.bound_labels:
        data["bound_labels"] = dict(role.bound_labels)
    return {**data, **token_fields.shown(role.token)}
