"""`roles`: for which namespaces tokens are made, and what they may do there.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kubernetes#create-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.engines.kubernetes import names, rules, selectors, syntax
from strongroom.engines.kubernetes.records import CLUSTER_ROLE, ROLE, ROLES, Role
from strongroom.engines.kubernetes.times import LEAST_S
from strongroom.lib import limits
from strongroom.lib.durations import format_duration_s
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    Duration,
    Page,
    Request,
    Response,
    StringMap,
    check_segment_name,
    listed,
    path,
)

_TYPES = {"role": ROLE, "clusterrole": CLUSTER_ROLE}


class RoleFields(Body, frozen=True):
    """What a role is made of; what isn't given stays."""

    allowed_kubernetes_namespaces: Annotated[
        CommaList | None, Doc(description="The namespaces for which tokens are made; `*` for all.")
    ] = None
    allowed_kubernetes_namespace_selector: Annotated[
        str | None,
        Doc(description="A label selector, in JSON or YAML, whose namespaces are allowed beside those listed."),
    ] = None
    token_max_ttl: Annotated[Duration | None, Doc(description="How long a token lives at most.")] = None
    token_default_ttl: Annotated[
        Duration | None, Doc(description="How long a token lives, if the request doesn't say so.")
    ] = None
    token_default_audiences: Annotated[
        CommaList | None, Doc(description="The audiences of tokens, if the request names none.")
    ] = None
    service_account_name: Annotated[
        str | None, Doc(description="The service account, which exists, of which tokens are made.")
    ] = None
    kubernetes_role_name: Annotated[
        str | None, Doc(description="The role, which exists, that new service accounts are bound to.")
    ] = None
    kubernetes_role_type: Annotated[
        str | None, Doc(description="The kind of the role, existing or generated: `Role` or `ClusterRole`.")
    ] = None
    generated_role_rules: Annotated[
        str | None, Doc(description="The rules of a new role for each token: an object with `rules`, in JSON or YAML.")
    ] = None
    name_template: Annotated[str | None, Doc(description="The template by which objects are named.")] = None
    extra_annotations: Annotated[StringMap | None, Doc(description="Annotations of all objects that are made.")] = None
    extra_labels: Annotated[StringMap | None, Doc(description="Labels of all objects that are made.")] = None


class RolePaths:
    """`roles` and below."""

    async def role_exists(self, request: Request, name: str) -> bool:
        """Whether there is a role of that name."""
        check_segment_name(name)
        return await request.view.read(ROLES + name, Role) is not None

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        return listed(await request.view.list(ROLES, after=body.after, limit=body.most))

    @path.read("roles/{name:lower}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        check_segment_name(name)
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise NotFound
        return Response(data=_shown(role, name))

    @path.write("roles/{name:lower}", exists="role_exists")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Creates a role or changes one."""
        check_segment_name(name)
        role = _changed(await request.view.read(ROLES + name, Role) or Role(), body)
        _check(role)
        told = names.check_template(role.name_template)
        for field, value in (("token_default_ttl", role.token_default_ttl), ("token_max_ttl", role.token_max_ttl)):
            if 0 < value < LEAST_S:
                told.append(f"{field} is less than {LEAST_S // 60} minutes, for which Kubernetes makes no token")
        request.view.write(ROLES + name, role)
        return Response(warnings=told) if told else None

    @path.delete("roles/{name:lower}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. What was made by it stays until its lease ends."""
        check_segment_name(name)
        request.view.delete(ROLES + name)


def _shown(role: Role, name: str) -> dict[str, Any]:
    return {"name": name, **{field: getattr(role, field) for field in RoleFields.__struct_fields__}}


def _changed(role: Role, body: RoleFields) -> Role:
    given: dict[str, Any] = {
        field: value for field in RoleFields.__struct_fields__ if (value := getattr(body, field)) is not None
    }
    if "allowed_kubernetes_namespaces" in given:
        # In the order in which they were written: Terraform compares lists, and plans to order them again and again.
        namespaces = dict.fromkeys(item.lower() for item in given["allowed_kubernetes_namespaces"] if item)
        given["allowed_kubernetes_namespaces"] = tuple(namespaces)
    if "token_default_audiences" in given:
        given["token_default_audiences"] = tuple(item for item in given["token_default_audiences"] if item)
    if "kubernetes_role_type" in given:
        kind = given["kubernetes_role_type"] or ROLE
        if kind.lower() not in _TYPES:
            raise InvalidRequest("kubernetes_role_type must be either 'Role' or 'ClusterRole'")
        given["kubernetes_role_type"] = _TYPES[kind.lower()]
    return msgspec.structs.replace(role, **given)


def _check(role: Role) -> None:
    """Raise `InvalidRequest` for a role by which nothing could be made, or too much."""
    namespaces, selector = role.allowed_kubernetes_namespaces or (), role.allowed_kubernetes_namespace_selector
    if not namespaces and not selector.strip():
        raise InvalidRequest(
            "one (at least) of allowed_kubernetes_namespaces or allowed_kubernetes_namespace_selector must be set"
        )
    limits.check_names("allowed_kubernetes_namespaces", namespaces)
    if wrong := next((name for name in namespaces if name != "*" and not syntax.is_namespace(name)), None):
        raise InvalidRequest(f'allowed_kubernetes_namespaces: "{wrong[:128]}" is no name of a namespace, nor "*"')
    selectors.requirements(selector)
    what = (role.service_account_name, role.kubernetes_role_name, role.generated_role_rules)
    if sum(map(bool, what)) != 1:
        raise InvalidRequest(
            "one (and only one) of service_account_name, kubernetes_role_name or generated_role_rules must be set"
        )
    if role.service_account_name and not syntax.is_object_name(role.service_account_name):
        raise InvalidRequest("service_account_name is no name of a service account")
    if role.kubernetes_role_name and not syntax.is_role_name(role.kubernetes_role_name):
        raise InvalidRequest("kubernetes_role_name is no name of a role")
    if role.generated_role_rules:
        rules.rules_of(role.generated_role_rules, role.kubernetes_role_type)
    limits.check_names("token_default_audiences", role.token_default_audiences or ())
    syntax.check_labels("extra_labels", role.extra_labels or {})
    syntax.check_annotations("extra_annotations", role.extra_annotations or {})
    if role.token_max_ttl and role.token_default_ttl > role.token_max_ttl:
        raise InvalidRequest(
            f"token_default_ttl {format_duration_s(role.token_default_ttl)} cannot be greater than "
            f"token_max_ttl {format_duration_s(role.token_max_ttl)}"
        )
