"""Logging in as an instance, by its identity document.

Source: https://developer.hashicorp.com/vault/docs/auth/aws#ec2-auth-method
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from strongroom.auth.aws.cloud import Cloud, Instance
from strongroom.auth.aws.documents import Document, of_pkcs7, of_signature
from strongroom.auth.aws.instances import check_instance
from strongroom.auth.aws.paths_identity import EC2_METADATA, told
from strongroom.auth.aws.paths_roles import role_of
from strongroom.auth.aws.reauthentication import check_again
from strongroom.auth.aws.records import (
    ACCESSED,
    CERTIFICATES,
    DENIED,
    EC2,
    Accessed,
    AwsRole,
    DeniedTag,
    DocumentCertificate,
)
from strongroom.auth.aws.role_tags import RoleTag, denied_key, is_made_with, split
from strongroom.auth.aws.settings import access_to, identity_config
from strongroom.auth.aws.tidying import Kind, plan
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk import Auth, Request, is_segment_name, token_fields

MOST_NONCE = 256


@dataclass(frozen=True, slots=True)
class GivenDocument:
    """The fields of a login, as they came."""

    identity: str
    signature: str
    pkcs7: str
    nonce: str | None


async def log_in(cloud: Cloud, random: Random, request: Request, role_name: str, given: GivenDocument) -> Auth:
    """The login of the instance that a document is of.  Raises `InvalidRequest` if the role doesn't let it in."""
    if given.nonce is not None and len(given.nonce) > MOST_NONCE:
        raise InvalidRequest(f"client nonce exceeding the limit of {MOST_NONCE} characters")
    document = await _document(request, given)
    name = role_name.lower() or document.image_id
    role = await role_of(request, name) if is_segment_name(name) else None
    if role is None:
        raise InvalidRequest(f'entry for role "{name[:200]}" not found')
    if role.auth_type != EC2:
        raise InvalidRequest(f"auth method ec2 not allowed for role {name}")
    instance = await admitted(cloud, request, name, role, document)
    tag = await _tag_of(request, role, name, instance)
    if not token_fields.address_allowed(request.address, role.token.bound_cidrs):
        raise PermissionDenied("permission denied")
    before = await request.view.read(ACCESSED + document.instance_id, Accessed)
    migrates = role.allow_instance_migration and (tag is None or tag.allow_instance_migration)
    if before is not None:
        check_again(before, document, given.nonce, allow_migration=migrates)
    once_only = (
        role.disallow_reauthentication or given.nonce == "" or (tag is not None and tag.disallow_reauthentication)
    )
    nonce, made = given.nonce or "", ""
    if given.nonce is None and not once_only:
        nonce = made = request.once("nonce", lambda: uuid4(random))
    entry = _entry(request, role, name, document, before)
    entry = msgspec.structs.replace(entry, nonce=nonce, disallow_reauthentication=once_only)
    request.view.write(ACCESSED + document.instance_id, entry)
    await plan(request, Kind.ACCESSED)
    return await _granted(request, name, _narrowed(role, tag), _Proof(document, tag, made))


async def _document(request: Request, given: GivenDocument) -> Document:
    certificates = []
    for name in await request.view.list(CERTIFICATES):
        found = await request.view.read(CERTIFICATES + name, DocumentCertificate)
        if found is not None:
            certificates.append(found)
    if given.pkcs7 and (given.identity or given.signature):
        raise InvalidRequest("supplied both pkcs7 and identity with signature: one of them is needed")
    if given.pkcs7:
        return of_pkcs7(given.pkcs7, certificates)
    return of_signature(given.identity, given.signature, certificates)


async def admitted(cloud: Cloud, request: Request, name: str, role: AwsRole, document: Document) -> Instance:
    """The instance, as EC2 has it now.  Raises `InvalidRequest` if the role doesn't let it in."""
    access, region, id_ = await access_to(request, document.account_id), document.region, document.instance_id
    instance: Instance = request.once.outside(
        f"instance {access.digest} {region} {id_}", lambda: cloud.instance(access, region, id_)
    )
    if instance.account != document.account_id:
        raise InvalidRequest(f'the instance "{id_}" belongs to another account than its document says')
    roles: tuple[str, ...] = ()
    if role.bound_iam_role_arn:
        if not instance.profile_arn:
            raise InvalidRequest(f'IAM instance profile ARN of "{id_}" is empty: bound_iam_role_arn demands one')
        roles = request.once.outside(
            f"profile {access.digest} {instance.profile_arn}", lambda: cloud.profile_roles(access, instance.profile_arn)
        )
    check_instance(role, name, instance, region, roles)
    return instance


async def _tag_of(request: Request, role: AwsRole, name: str, instance: Instance) -> RoleTag | None:
    """The instance's tag, if the role demands one.  Raises `InvalidRequest` if it isn't good for this login."""
    if not role.role_tag:
        return None
    value = instance.tags.get(role.role_tag)
    if not value:
        raise InvalidRequest(f'missing tag with key "{role.role_tag}" on the instance')
    tag, text, digest = split(value)
    if tag.role != name or not is_made_with(text, digest, role.tag_key):
        raise InvalidRequest("the role tag of the instance wasn't made of this role")
    if await request.view.read(DENIED + denied_key(value), DeniedTag) is not None:
        raise InvalidRequest("role tag is in the deny list")
    if tag.instance_id and tag.instance_id != instance.id:
        raise InvalidRequest("role tag is being used by an unauthorized instance")
    if tag.policies is not None and not set(tag.policies) - {"default"} <= set(role.token.policies):
        raise InvalidRequest("policies on the role tag must be subset of policies on the role")
    return tag


def _entry(request: Request, role: AwsRole, name: str, document: Document, before: Accessed | None) -> Accessed:
    longest = min(filter(None, (role.token.max_ttl_s, request.mount.max_lease_ttl_s)), default=0)
    return Accessed(
        role=name,
        nonce="",
        pending_time=document.pending_time,
        created_at=request.now if before is None else before.created_at,
        updated_at=request.now,
        expires_at=request.now + max(longest, role.token.period_s),
    )


@dataclass(frozen=True, slots=True)
class _Proof:
    """By what an instance has got in."""

    document: Document
    tag: RoleTag | None
    nonce: str
    """That was made for it; empty if it has brought one, or can't log in again."""


def _narrowed(role: AwsRole, tag: RoleTag | None) -> AwsRole:
    """The role as a tag narrows it."""
    return role if tag is None else _with(role, tag.policies, tag.max_ttl_s)


def _with(role: AwsRole, policies: tuple[str, ...] | None, max_ttl_s: int) -> AwsRole:
    token = role.token
    if policies is not None:
        token = msgspec.structs.replace(token, policies=policies)
    if max_ttl_s and (not token.max_ttl_s or max_ttl_s < token.max_ttl_s):
        token = msgspec.structs.replace(token, max_ttl_s=max_ttl_s, ttl_s=min(token.ttl_s, max_ttl_s))
    return msgspec.structs.replace(role, token=token)


async def _granted(request: Request, name: str, role: AwsRole, proof: _Proof) -> Auth:
    document, tag, token = proof.document, proof.tag, role.token
    metadata = {"role": name, "role_tag_max_ttl": f"{tag.max_ttl_s if tag is not None else 0}s"}
    if proof.nonce:
        metadata["nonce"] = proof.nonce
    identity = await identity_config(request)
    facts = {
        "account_id": document.account_id,
        "ami_id": document.image_id,
        "auth_type": EC2,
        "instance_id": document.instance_id,
        "region": document.region,
    }
    aliases = {"role_id": role.role_id, "instance_id": document.instance_id, "image_id": document.image_id}
    of_entity = told(identity.ec2_metadata, facts, EC2_METADATA)
    auth = token_fields.grant(
        token,
        alias=aliases[identity.ec2_alias],
        metadata={**metadata, **of_entity},
        internal={"type": EC2, "role": name, "role_id": role.role_id, **_kept(document, tag)},
    )
    return msgspec.structs.replace(auth, display_name=document.instance_id, alias_metadata=of_entity)


def _kept(document: Document, tag: RoleTag | None) -> dict[str, str]:
    kept = {f"document.{field}": getattr(document, field) for field in Document.__dataclass_fields__}
    if tag is not None and tag.policies is not None:
        kept["policies"] = ",".join(tag.policies)
    if tag is not None:
        kept["max_ttl"] = str(tag.max_ttl_s)
    return kept


async def renew(cloud: Cloud, request: Request, role: AwsRole, internal: Mapping[str, str]) -> AwsRole:
    """Judge an instance again by the role's present constraints.

    Returns: the role as the instance's tag has narrowed it at the login.

    Raises: `InvalidRequest` if it isn't let in.
    """
    fields = {field: internal[f"document.{field}"] for field in Document.__dataclass_fields__}
    await admitted(cloud, request, internal["role"], role, Document(**fields))
    policies = None
    if "policies" in internal:
        policies = tuple(filter(None, internal["policies"].split(",")))
        if not set(policies) - {"default"} <= set(role.token.policies):
            raise InvalidRequest("policies on the role tag must be subset of policies on the role, not renewing")
    return _with(role, policies, int(internal.get("max_ttl", "0")))
