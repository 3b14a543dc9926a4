"""Roles: what credentials can do.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-role
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.aws.records import ROLES, Role
from strongroom.engines.aws.role_rules import NEW_STYLE, by_old_form, check_role, check_role_name, merged, shown
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import SECRET, Body, CommaList, Doc, Duration, Page, Request, Response, StringMap, listed, path

OLD_FORM = "Detected use of legacy role or policy parameter. Please upgrade to use the new parameters."


class RoleFields(Body, frozen=True):
    """What a role is made of; what isn't given stays."""

    credential_type: Annotated[
        str | None, Doc(description="`iam_user`, `assumed_role`, `federation_token` or `session_token`.")
    ] = None
    role_arns: Annotated[
        CommaList | None, Doc(description="With `assumed_role`: the roles of AWS that may be assumed.")
    ] = None
    policy_arns: Annotated[
        CommaList | None, Doc(description="Policies of a user, or a filter on what a session may do.")
    ] = None
    policy_document: Annotated[
        str | None, Doc(description="A policy in JSON: of a user, or a filter on what a session may do.")
    ] = None
    iam_groups: Annotated[
        CommaList | None, Doc(description="Groups that a user joins, or whose policies filter a session.")
    ] = None
    iam_tags: Annotated[StringMap | None, Doc(description="Tags of a user.")] = None
    session_tags: Annotated[StringMap | None, Doc(description="With `assumed_role`: tags of the session.")] = None
    external_id: Annotated[
        str | None, Doc(description="With `assumed_role`: what the role's trust policy demands.", extra=SECRET)
    ] = None
    default_sts_ttl: Annotated[Duration | None, Doc(description="How long a session lasts if nobody says.")] = None
    max_sts_ttl: Annotated[Duration | None, Doc(description="How long a session lasts at the most.")] = None
    user_path: Annotated[str | None, Doc(description="With `iam_user`: the path of users; `/` if empty.")] = None
    permissions_boundary_arn: Annotated[
        str | None, Doc(description="With `iam_user`: the policy that bounds what users may do.")
    ] = None
    mfa_serial_number: Annotated[
        str | None, Doc(description="With `session_token`: the MFA device of the user in `config/root`.")
    ] = None
    wait_usable: Annotated[
        Duration | None, Doc(description="With `iam_user`: how long to wait until AWS knows the key. 0 for not at all.")
    ] = None
    max_leases: Annotated[int | None, Doc(description="With `iam_user`: the most users at a time. 0 for no limit.")] = (
        None
    )
    reuse: Annotated[
        bool | None, Doc(description="With `iam_user`: give an entity that asks again the user that it has.")
    ] = None
    lease_owner: Annotated[
        str | None, Doc(description="`token`: a lease ends with the token. `entity`: only with the token's entity.")
    ] = None
    arn: Annotated[str | None, Doc(description="Old: a role or a policy. Use `role_arns` or `policy_arns`.")] = None
    policy: Annotated[str | None, Doc(description="Old: a policy in JSON. Use `policy_document`.")] = None


class RolePaths:
    """`roles`, `roles/:name`"""

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the roles."""
        return listed(await request.view.list(ROLES, body.after, body.most))

    @path.read("roles/{name}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        check_role_name(name)
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise NotFound
        return Response(data=shown(role))

    @path.write("roles/{name}")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> Response | None:
        """Makes a role, or changes one."""
        check_role_name(name)
        given = {each: value for each in RoleFields.__struct_fields__ if (value := getattr(body, each)) is not None}
        arn, policy = given.pop("arn", ""), given.pop("policy", "")
        if arn and policy:
            raise InvalidRequest("only one of policy or arn should be provided")
        if old := arn or policy:
            for each in NEW_STYLE:
                if each in given:
                    what = "an explicit credential_type" if each == "credential_type" else each
                    raise InvalidRequest(f"cannot supply deprecated role or policy parameters with {what}")
            role = by_old_form(old)
        else:
            given = {each: tuple(value) if isinstance(value, list) else value for each, value in given.items()}
            role = merged(await request.view.read(ROLES + name, Role) or Role(), given)
        check_role(role)
        request.view.write(ROLES + name, role)
        return Response(warnings=[OLD_FORM]) if old else None

    @path.delete("roles/{name}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its leases stay, and its users live as long as they."""
        check_role_name(name)
        request.view.delete(ROLES + name)


async def role_of(request: Request, name: str) -> Role:
    """A role by its name.  Raises `InvalidRequest` if there is none."""
    check_role_name(name)
    role = await request.view.read(ROLES + name, Role)
    if role is None:
        raise InvalidRequest(f'Role "{name}" not found')
    return role
