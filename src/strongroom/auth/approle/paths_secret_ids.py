"""Secret ids of a role: made, listed, looked up and destroyed.

Source: https://developer.hashicorp.com/vault/api-docs/auth/approle#generate-new-secret-id
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.auth.approle import roles, secret_ids
from strongroom.auth.approle.logic import (
    RESERVED,
    blocks,
    is_expired,
    is_within,
    metadata_of,
    narrowed,
    plain_secret_id,
    secret_digest,
)
from strongroom.auth.approle.records import Role, SecretId
from strongroom.auth.approle.shown import shown
from strongroom.lib import limits
from strongroom.sdk import (
    SECRET,
    Body,
    CommaList,
    Doc,
    Duration,
    InvalidRequest,
    NotFound,
    Random,
    Request,
    Response,
    path,
    uuid4,
)


class NewSecretId(Body, frozen=True):
    """What a secret id is made of."""

    metadata: Annotated[
        Any, Doc(description="Names and texts that tokens get: an object, its JSON text, or `name=text` pairs.")
    ] = ""
    cidr_list: Annotated[
        CommaList | None, Doc(description="CIDR blocks from which it may be used, within those of the role.")
    ] = None
    token_bound_cidrs: Annotated[
        CommaList | None, Doc(description="CIDR blocks that may log in and use the token, within those of the role.")
    ] = None
    num_uses: Annotated[int | None, Doc(description="How often it can be used. 0 sets no limit.")] = None
    ttl: Annotated[Duration | None, Doc(description="How long it lives. 0 sets no limit.")] = None


class CustomSecretId(NewSecretId, frozen=True):
    """A secret id that was made elsewhere."""

    secret_id: Annotated[str, Doc(description="The secret id.", extra=SECRET)] = ""


class NamedSecretId(Body, frozen=True):
    """A secret id."""

    secret_id: Annotated[str, Doc(description="The secret id.", extra=SECRET)] = ""


class NamedAccessor(Body, frozen=True):
    """A secret id by its accessor."""

    secret_id_accessor: Annotated[str, Doc(description="The accessor of the secret id.")] = ""


class SecretIdPaths:
    """`role/<name>/secret-id` and what else is about secret ids"""

    random: Random

    @path.write("role/{role_name:lower}/secret-id")
    async def make_secret_id(self, request: Request, role_name: str, body: NewSecretId) -> Response:
        """Makes a secret id. It is shown only once."""
        secret_id = request.once("secret id", lambda: uuid4(self.random))
        return await self._make(request, role_name, body, secret_id)

    @path.write("role/{role_name:lower}/custom-secret-id")
    async def take_secret_id(self, request: Request, role_name: str, body: CustomSecretId) -> Response:
        """Takes a secret id that was made elsewhere. It should be as hard to guess as one made here."""
        secret_id = plain_secret_id(body.secret_id)
        if not secret_id:
            raise InvalidRequest("missing secret_id")
        return await self._make(request, role_name, body, secret_id)

    async def _make(self, request: Request, name: str, body: NewSecretId, secret_id: str) -> Response:
        role = await roles.by_name(request, name)
        if role is None:
            raise NotFound(f'role "{name}" does not exist')
        if not role.bind_secret_id:
            raise InvalidRequest("bind_secret_id is not set on the role")
        accessor = request.once("accessor of the secret id", lambda: uuid4(self.random))
        secret, warnings = _secret_of(request, role, body, accessor)
        digest = secret_digest(role, secret_id)
        before = await secret_ids.stored(request, role, digest)
        if before is not None and not is_expired(before, request.now):
            raise InvalidRequest("failed to store secret_id: SecretID is already registered")
        if before is not None:
            secret_ids.remove(request, digest, before)
        await secret_ids.add(request, role, digest, secret)
        data = {
            "secret_id": secret_id,
            "secret_id_accessor": secret.accessor,
            "secret_id_num_uses": secret.num_uses,
            "secret_id_ttl": secret.ttl_s,
        }
        return Response(data=data, warnings=warnings, wrapped_accessor=secret.accessor)

    @path.write("role/{role_name:lower}/secret-id/lookup")
    async def look_up(self, request: Request, role_name: str, body: NamedSecretId) -> Response | None:
        """Shows what is known of a secret id."""
        found = await _found(request, role_name, body.secret_id)
        return Response(data=shown(found[1])) if found is not None else None

    @path.write("role/{role_name:lower}/secret-id/destroy")
    async def destroy(self, request: Request, role_name: str, body: NamedSecretId) -> None:
        """Destroys a secret id. Tokens that came from it live on."""
        found = await _found(request, role_name, body.secret_id)
        if found is not None:
            secret_ids.remove(request, *found)

    @path.delete("role/{role_name:lower}/secret-id/destroy")
    async def delete_secret_id(self, request: Request, role_name: str, body: NamedSecretId) -> None:
        """Destroys a secret id."""
        await self.destroy(request, role_name, body)

    @path.write("role/{role_name:lower}/secret-id-accessor/lookup")
    async def look_up_accessor(self, request: Request, role_name: str, body: NamedAccessor) -> Response:
        """Shows what is known of the secret id of an accessor."""
        found = await _by_accessor(request, role_name, body.secret_id_accessor)
        if found is None:
            return Response(data={"error": _unknown(body.secret_id_accessor)}, status=404)
        return Response(data=shown(found[1]))

    @path.write("role/{role_name:lower}/secret-id-accessor/destroy")
    async def destroy_accessor(self, request: Request, role_name: str, body: NamedAccessor) -> None:
        """Destroys the secret id of an accessor."""
        found = await _by_accessor(request, role_name, body.secret_id_accessor)
        if found is None:
            raise InvalidRequest(_unknown(body.secret_id_accessor))
        secret_ids.remove(request, *found)

    @path.delete("role/{role_name:lower}/secret-id-accessor/destroy")
    async def delete_accessor(self, request: Request, role_name: str, body: NamedAccessor) -> None:
        """Destroys the secret id of an accessor."""
        await self.destroy_accessor(request, role_name, body)


def _secret_of(request: Request, role: Role, body: NewSecretId, accessor: str) -> tuple[SecretId, list[str]]:
    """The secret id that a request wants, and warnings.  Raises `InvalidRequest` for more than the role gives."""
    num_uses, ttl_s, warnings = narrowed(
        role, num_uses=body.num_uses, ttl_s=body.ttl, max_ttl_s=request.mount.max_lease_ttl_s
    )
    metadata = metadata_of(body.metadata if body.metadata is not None else "")
    limits.check_map("metadata", {**metadata, "role_name": role.name, "secret_id_accessor": accessor})
    if taken := sorted(set(RESERVED) & metadata.keys()):
        warnings.append(f"metadata: {', '.join(taken)} will be replaced at each login")
    cidrs = _narrow(body.cidr_list, role.secret_id_bound_cidrs, "cidr_list", "secret_id_bound_cidrs")
    token = _narrow(body.token_bound_cidrs, role.token.bound_cidrs, "token_bound_cidrs", "token_bound_cidrs")
    secret = SecretId(
        accessor=accessor,
        role=role.id,
        created_at=request.now,
        changed_at=request.now,
        expires_at=request.now + ttl_s if ttl_s else 0.0,
        num_uses=num_uses,
        ttl_s=ttl_s,
        cidrs=cidrs,
        token_bound_cidrs=token,
        metadata=metadata,
    )
    return secret, warnings


def _narrow(given: CommaList | None, of_role: tuple[str, ...], what: str, role_field: str) -> tuple[str, ...]:
    cidrs = blocks(given or [])
    limits.check_names(what, cidrs, limits.BLOCKS)
    if of_role and not is_within(cidrs, of_role):
        raise InvalidRequest(
            f"{what} of the secret ID ({', '.join(cidrs)}) is not within {role_field} of the role "
            f"({', '.join(of_role)})"
        )
    return cidrs


async def _role(request: Request, name: str) -> Role:
    role = await roles.by_name(request, name)
    if role is None:
        raise InvalidRequest(f'role "{name}" does not exist')
    return role


async def _found(request: Request, name: str, secret_id: str) -> tuple[str, SecretId] | None:
    if not secret_id.strip():
        raise InvalidRequest("missing secret_id")
    role = await _role(request, name)
    digest = secret_digest(role, secret_id)
    secret = await secret_ids.find(request, role, digest)
    return (digest, secret) if secret is not None else None


async def _by_accessor(request: Request, name: str, accessor: str) -> tuple[str, SecretId] | None:
    if not accessor:
        raise InvalidRequest("missing secret_id_accessor")
    return await secret_ids.by_accessor(request, await _role(request, name), accessor)


def _unknown(accessor: str) -> str:
    return f'failed to find accessor entry for secret_id_accessor: "{accessor}"'
