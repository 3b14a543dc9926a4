"""Roles: who gets which token.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#create-update-role
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any

import msgspec

from strongroom.auth.aws.cloud import Access, Cloud
from strongroom.auth.aws.records import IAM, ROLES, AwsRole, BoundPrincipal
from strongroom.auth.aws.role_rules import BOUND, check_role, exact, matching_nobody
from strongroom.auth.aws.settings import access_to
from strongroom.lib.aws import parse_principal
from strongroom.lib.errors import InvalidRequest, NotFound, StrongroomError, UpstreamFailed
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk import (
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

TAG_KEY_BYTES = 32


class RoleFields(OldTokenFields, frozen=True):
    """What a role is made of; what isn't given stays."""

    auth_type: Annotated[str | None, Doc(description="`iam` or `ec2`. It can't be changed."), OneOf("iam", "ec2")] = (
        None
    )
    bound_account_id: Annotated[CommaList | None, Doc(description="Accounts of instances.")] = None
    bound_ami_id: Annotated[CommaList | None, Doc(description="Images of instances.")] = None
    bound_ec2_instance_id: Annotated[CommaList | None, Doc(description="Instances.")] = None
    bound_iam_instance_profile_arn: Annotated[
        CommaList | None, Doc(description="Instance profiles of instances; `*` at the end for any ending.")
    ] = None
    bound_iam_principal_arn: Annotated[
        CommaList | None, Doc(description="Users and roles of IAM; `*` at the end for any ending.")
    ] = None
    bound_iam_role_arn: Annotated[
        CommaList | None, Doc(description="Roles of instances; `*` at the end for any ending.")
    ] = None
    bound_region: Annotated[CommaList | None, Doc(description="Regions of instances.")] = None
    bound_subnet_id: Annotated[CommaList | None, Doc(description="Subnets of instances.")] = None
    bound_vpc_id: Annotated[CommaList | None, Doc(description="VPCs of instances.")] = None
    inferred_entity_type: Annotated[
        str | None, Doc(description="`ec2_instance`: a session's name has to be an instance's id.")
    ] = None
    inferred_aws_region: Annotated[str | None, Doc(description="The region of that instance.")] = None
    resolve_aws_unique_ids: Annotated[
        bool | None, Doc(description="Bind users and roles by their unique ids. The default.")
    ] = None
    role_tag: Annotated[str | None, Doc(description="The key of the tag that narrows what an instance gets.")] = None
    allow_instance_migration: Annotated[
        bool | None, Doc(description="Let an instance that was started anew log in without its nonce.")
    ] = None
    disallow_reauthentication: Annotated[bool | None, Doc(description="One login for an instance.")] = None
    period: Annotated[Duration | None, Doc(description="Old name of `token_period`."), OldNameOf("token_period")] = None
    lease: Annotated[Duration | None, Doc(description="Old name of `token_ttl`."), OldNameOf("token_ttl")] = None


_SET = (
    *BOUND,
    "inferred_entity_type",
    "inferred_aws_region",
    "role_tag",
    "allow_instance_migration",
    "disallow_reauthentication",
)


class RolePaths:
    """`role/<name>`, `roles`"""

    random: Random
    cloud: Cloud

    async def role_exists(self, request: Request, role: str) -> bool:
        """Whether there is a role of that name."""
        return await role_of(request, role) is not None

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        return await _listed(request, body)

    @path.list_("role")
    async def list_roles_too(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        return await _listed(request, body)

    @path.read("role/{role:lower}")
    async def read_role(self, request: Request, role: str) -> Response:
        """Reads a role, with the unique ids of the principals that it binds."""
        found = await role_of(request, role)
        if found is None:
            raise NotFound
        return Response(data=shown(found))

    @path.write("role/{role:lower}", exists="role_exists")
    async def write_role(self, request: Request, role: str, body: RoleFields) -> Response | None:
        """Creates a role or changes one."""
        check_segment_name(role)
        old = await role_of(request, role)
        changed = _changed(old or self._new(request), old, body)
        check_role(changed)
        if changed.resolve_aws_unique_ids and (body.bound_iam_principal_arn is not None or not changed.principals):
            changed = msgspec.structs.replace(changed, principals=await self._resolved(request, exact(changed)))
        request.view.write(ROLES + role, changed)
        return _warned(request, changed)

    @path.delete("role/{role:lower}")
    async def delete_role(self, request: Request, role: str) -> None:
        """Deletes a role. Its tokens can't be renewed any more."""
        request.view.delete(ROLES + role)

    def _new(self, request: Request) -> AwsRole:
        role_id = request.once("role id", lambda: uuid4(self.random))
        return AwsRole(role_id=role_id, tag_key=request.once("tag key", lambda: self.random.bytes(TAG_KEY_BYTES)))

    async def _resolved(self, request: Request, arns: list[str]) -> tuple[BoundPrincipal, ...]:
        if not arns:
            return ()
        by_arn = [(arn, await access_to(request, parse_principal(arn).account)) for arn in arns]
        named = "".join(arn + access.digest for arn, access in by_arn)
        name = f"unique ids {hashlib.sha256(named.encode()).hexdigest()}"
        return request.once.outside(name, lambda: self._unique_ids(by_arn))

    async def _unique_ids(self, by_arn: list[tuple[str, Access]]) -> tuple[BoundPrincipal, ...]:
        return tuple(await asyncio.gather(*(self._unique_id(arn, access) for arn, access in by_arn)))

    async def _unique_id(self, arn: str, access: Access) -> BoundPrincipal:
        try:
            known = await self.cloud.known(access, parse_principal(arn))
        except (UpstreamFailed, InvalidRequest) as error:
            raise _unresolved(arn, error) from error
        return BoundPrincipal(arn=arn, unique_id=known.unique_id)


async def role_of(request: Request, name: str) -> AwsRole | None:
    """The role of a name."""
    check_segment_name(name)
    return await request.view.read(ROLES + name, AwsRole)


def _unresolved(arn: str, error: StrongroomError) -> InvalidRequest:
    text = f'unable to resolve ARN "{arn}" to internal ID: {error.text}. Or set resolve_aws_unique_ids=false'
    return InvalidRequest(text, detail=error.detail)


def _changed(role: AwsRole, old: AwsRole | None, body: RoleFields) -> AwsRole:
    given: dict[str, Any] = {}
    for name in _SET:
        value = getattr(body, name)
        if value is not None:
            given[name] = tuple(dict.fromkeys(value)) if isinstance(value, list) else value
    if body.resolve_aws_unique_ids is not None:
        if old is not None and old.resolve_aws_unique_ids and not body.resolve_aws_unique_ids:
            raise InvalidRequest("changing resolve_aws_unique_ids from true to false is not allowed")
        given["resolve_aws_unique_ids"] = body.resolve_aws_unique_ids
    if body.auth_type:
        if old is not None and body.auth_type != old.auth_type:
            raise InvalidRequest("changing auth_type on a role is not allowed")
        given["auth_type"] = body.auth_type
    if body.bound_iam_principal_arn is not None:
        given["principals"] = ()
    return msgspec.structs.replace(role, **given, token=token_fields.merged(role.token, _renamed(body)))


def _renamed(body: RoleFields) -> RoleFields:
    """The fields with the old names that only this method has under their new names."""
    if body.token_period is None and body.period is not None:
        body = msgspec.structs.replace(body, token_period=body.period)
    if body.token_ttl is None and body.ttl is None and body.lease is not None:
        body = msgspec.structs.replace(body, token_ttl=body.lease)
    return body


async def _listed(request: Request, body: Page) -> Response:
    names = await request.view.list(ROLES, after=body.after, limit=body.most)
    return listed(names)


def shown(role: AwsRole) -> dict[str, Any]:
    """A role as responses show it."""
    data: dict[str, Any] = {name: list(getattr(role, name)) for name in BOUND}
    return {
        **data,
        "auth_type": role.auth_type,
        "bound_iam_principal_id": [bound.unique_id for bound in role.principals],
        "bound_iam_principals": [{"arn": bound.arn, "unique_id": bound.unique_id} for bound in role.principals],
        "inferred_entity_type": role.inferred_entity_type,
        "inferred_aws_region": role.inferred_aws_region,
        "resolve_aws_unique_ids": role.resolve_aws_unique_ids,
        "role_id": role.role_id,
        "role_tag": role.role_tag,
        "allow_instance_migration": role.allow_instance_migration,
        "disallow_reauthentication": role.disallow_reauthentication,
        **token_fields.shown(role.token),
    }


def _warned(request: Request, role: AwsRole) -> Response | None:
    warnings = []
    mount = request.mount
    if role.token.ttl_s > mount.default_lease_ttl_s:
        warnings.append(
            f"Given ttl of {role.token.ttl_s} seconds greater than current mount/system default of "
            f"{mount.default_lease_ttl_s} seconds; ttl will be capped at login time"
        )
    if role.token.max_ttl_s > mount.max_lease_ttl_s:
        warnings.append(
            f"Given max ttl of {role.token.max_ttl_s} seconds greater than current mount/system default of "
            f"{mount.max_lease_ttl_s} seconds; max ttl will be capped at login time"
        )
    if role.auth_type == IAM and role.inferred_entity_type and not role.bound_iam_principal_arn:
        warnings.append("any principal that a bound instance can become gets in: bound_iam_principal_arn is empty")
    warnings += [
        f'"{arn}" lets in nobody: no ARN of a user or role begins like that. Sessions are bound by their role, as '
        '"arn:aws:iam::123456789012:role/name"'
        for arn in matching_nobody(role)
    ]
    return Response(warnings=warnings) if warnings else None
