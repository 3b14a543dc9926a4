"""Logging in as a principal of IAM, by a signed request to STS.

Source: https://developer.hashicorp.com/vault/docs/auth/aws#iam-auth-method
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from strongroom.auth.aws.cloud import Cloud, Instance, Known
from strongroom.auth.aws.iam_request import Caller, Given, relayed
from strongroom.auth.aws.instances import check_instance
from strongroom.auth.aws.paths_identity import IAM_METADATA, told
from strongroom.auth.aws.paths_roles import role_of
from strongroom.auth.aws.principals import Proved, check_principal, needs_path, proved
from strongroom.auth.aws.records import EC2_INSTANCE, IAM, AwsRole
from strongroom.auth.aws.settings import access_to, client_config, identity_config
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import Auth, Request, is_segment_name, token_fields

_INSTANCE_ID = re.compile(r"i-[0-9a-f]{8,17}")


async def log_in(cloud: Cloud, request: Request, role_name: str, given: Given) -> Auth:
    """The login of who signed the request.  Raises `InvalidRequest` if the role doesn't let it in."""
    sent = relayed(given, await client_config(request))
    whole = msgspec.msgpack.encode((sent.method, sent.url, sent.host, sorted(sent.headers.items()), sent.body))
    caller: Caller = request.once.outside(f"caller {hashlib.sha256(whole).hexdigest()}", lambda: cloud.caller(sent))
    who = proved(caller)
    name = role_name.lower() or who.principal.name.lower()
    role = await role_of(request, name) if is_segment_name(name) else None
    if role is None:
        raise InvalidRequest(f'entry for role "{name[:200]}" not found')
    if role.auth_type != IAM:
        raise InvalidRequest(f"auth method iam not allowed for role {name}")
    instance = await admitted(cloud, request, name, role, who)
    # Only now: who isn't bound to the role isn't told from where it would be taken.
    if not token_fields.address_allowed(request.address, role.token.bound_cidrs):
        raise PermissionDenied("permission denied")
    return await _granted(request, name, role, who, instance)


async def admitted(cloud: Cloud, request: Request, name: str, role: AwsRole, who: Proved) -> Instance | None:
    """The instance that the principal is inferred to be; None if the role infers nothing.  Raises `InvalidRequest`."""
    full = ""
    if needs_path(role, who):
        full = (await _known(cloud, request, who)).arn
    check_principal(role, name, who, full)
    if not role.inferred_entity_type:
        return None
    if role.inferred_entity_type != EC2_INSTANCE or not _INSTANCE_ID.fullmatch(who.principal.session):
        raise InvalidRequest(f'the session "{who.principal.session[:64]}" isn\'t named by an EC2 instance')
    return await _inferred(cloud, request, name, role, who)


async def _inferred(cloud: Cloud, request: Request, name: str, role: AwsRole, who: Proved) -> Instance:
    access, region, id_ = (
        await access_to(request, who.principal.account),
        role.inferred_aws_region,
        who.principal.session,
    )
    instance: Instance = request.once.outside(
        f"instance {access.digest} {region} {id_}", lambda: cloud.instance(access, region, id_)
    )
    if instance.account != who.principal.account:
        raise InvalidRequest(f'the instance "{id_}" belongs to another account than the principal')
    if not instance.profile_arn:
        raise InvalidRequest(f'the instance "{id_}" has no IAM instance profile')
    roles: tuple[str, ...] = request.once.outside(
        f"profile {access.digest} {instance.profile_arn}", lambda: cloud.profile_roles(access, instance.profile_arn)
    )
    # Anybody who may assume the role chooses the session's name: so it has to be the instance's own role.
    if not any(arn.rpartition("/")[2] == who.principal.name for arn in roles):
        raise InvalidRequest(f'the instance "{id_}" doesn\'t have the role "{who.principal.name}"')
    check_instance(role, name, instance, region, roles)
    return instance


async def _known(cloud: Cloud, request: Request, who: Proved) -> Known:
    access = await access_to(request, who.principal.account)
    name = f"known {access.digest} {who.principal.canonical}"
    known: Known = request.once.outside(name, lambda: cloud.known(access, who.principal))
    if known.unique_id != who.unique_id:
        raise InvalidRequest(f'"{who.principal.canonical}" has been recreated since its session began')
    return known


async def _granted(request: Request, name: str, role: AwsRole, who: Proved, instance: Instance | None) -> Auth:
    identity = await identity_config(request)
    facts = {
        "account_id": who.caller.account,
        "auth_type": IAM,
        "canonical_arn": who.principal.canonical,
        "client_arn": who.caller.arn,
        "client_user_id": who.unique_id,
        "inferred_aws_region": role.inferred_aws_region if instance is not None else "",
        "inferred_entity_id": instance.id if instance is not None else "",
        "inferred_entity_type": EC2_INSTANCE if instance is not None else "",
    }
    aliases = {
        "role_id": role.role_id,
        "unique_id": who.unique_id,
        "canonical_arn": who.principal.canonical,
        "full_arn": who.caller.arn,
    }
    metadata = told(identity.iam_metadata, facts, IAM_METADATA)
    auth = token_fields.grant(
        role.token,
        alias=aliases[identity.iam_alias],
        metadata={**metadata, "role_id": role.role_id},
        internal={"type": IAM, "role": name, "role_id": role.role_id, **_kept(who)},
    )
    return msgspec.structs.replace(auth, display_name=who.principal.name, alias_metadata=metadata)


def _kept(who: Proved) -> dict[str, str]:
    return {"arn": who.caller.arn, "user_id": who.caller.user_id, "account": who.caller.account}


async def renew(cloud: Cloud, request: Request, role: AwsRole, internal: Mapping[str, str]) -> None:
    """Judge a principal again by the role's present constraints.  Raises `InvalidRequest` if it isn't let in."""
    who = proved(Caller(internal["arn"], internal["user_id"], internal["account"]))
    await admitted(cloud, request, internal["role"], role, who)
