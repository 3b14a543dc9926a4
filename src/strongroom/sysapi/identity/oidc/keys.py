"""`identity/oidc/key`: named keys that sign tokens.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/tokens#create-a-named-key
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.crypto.jose import ALGORITHMS
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc, Duration
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OidcClient, OidcKey, OidcRole, references, rows
from strongroom.services.oidc.signing import DEFAULT
from strongroom.sysapi.context import SystemEngine, SystemView, system

_LEAST_PERIOD_S = 60
_MOST_PERIODS = 10
"""How many rotation periods a retired key may verify at the most."""


class KeyBody(Body, frozen=True):
    """A key's settings.  Settings that aren't given stay."""

    rotation_period: Annotated[
        Duration | None, Doc(description="How often the key is replaced. At least one minute; a day by default.")
    ] = None
    verification_ttl: Annotated[
        Duration | None,
        Doc(description="How long tokens of a replaced key still verify. At most ten rotation periods."),
    ] = None
    allowed_client_ids: Annotated[
        CommaList | None,
        Doc(description="Client ids of roles and clients that may use the key. `*` allows all, an empty list none."),
    ] = None
    algorithm: Annotated[
        str | None, Doc(description="`RS256`, `RS384`, `RS512`, `ES256`, `ES384`, `ES512` or `EdDSA`.")
    ] = None


class RotateBody(Body, frozen=True):
    """Settings of one rotation."""

    verification_ttl: Annotated[
        Duration | None,
        Doc(description="How long tokens of the replaced key still verify, instead of the key's own setting."),
    ] = None


class KeyPaths(SystemEngine):
    """`oidc/key` and below."""

    @path.list_("oidc/key")
    async def list_oidc_keys(self, request: Request) -> Response | None:
        """Lists the names of all keys."""
        view = system(request)
        return Response(data={"keys": await view.services.oidc.keys.names(view.txn, view.namespace.id)})

    @path.read("oidc/key/{name}")
    async def read_oidc_key(self, request: Request, name: str) -> Response | None:
        """Reads a key's settings."""
        view = system(request)
        key = await view.services.oidc.keys.read(view.txn, view.namespace.id, name)
        return Response(data=_shown(key)) if key is not None else None

    async def oidc_key_exists(self, request: Request, name: str) -> bool:
        """Whether there is a key of that name."""
        view = system(request)
        return await view.services.oidc.keys.read(view.txn, view.namespace.id, name) is not None

    @path.write("oidc/key/{name}", exists="oidc_key_exists")
    async def write_oidc_key(self, request: Request, name: str, body: KeyBody) -> Response | None:
        """Creates a key or changes the given settings. With another algorithm, a new key signs at once."""
        check_segment_name(name)
        view = system(request)
        before = await view.services.oidc.keys.read(view.txn, view.namespace.id, name)
        key = _changed(before or OidcKey(name=name), body)
        _check(key)
        if before is not None and key.verification_ttl_s < before.verification_ttl_s:
            await _check_lifetimes(view, key)
        await view.services.oidc.keys.write(view.txn, view.namespace.id, key, request.now)
        return None

    @path.delete("oidc/key/{name}")
    async def delete_oidc_key(self, request: Request, name: str) -> Response | None:
        """Deletes a key that no role and no client refers to. Its tokens don't verify any more."""
        if name == DEFAULT:
            raise InvalidRequest(f'deletion of key "{name}" not allowed')
        view = system(request)
        for by in (rows.ROLES, rows.CLIENTS):
            await references.refuse(view.txn, view.namespace.id, rows.KEYS, name, by)
        key = await view.services.oidc.keys.read(view.txn, view.namespace.id, name)
        if key is not None:
            await view.services.oidc.keys.delete(view.txn, view.namespace.id, key)
        return None

    @path.write("oidc/key/{name}/rotate")
    async def rotate_oidc_key(self, request: Request, name: str, body: RotateBody) -> Response | None:
        """Replaces the key that signs by the one that was published as the next."""
        view = system(request)
        keys, namespace = view.services.oidc.keys, view.namespace.id
        key = await keys.read(view.txn, namespace, name)
        if key is None:
            raise InvalidRequest(f'no named key found at "{name}"')
        await keys.check_room(view.txn, namespace, name, request.now)
        await keys.rotate(view.txn, namespace, key, request.now, body.verification_ttl)
        return None


def _changed(key: OidcKey, body: KeyBody) -> OidcKey:
    given: dict[str, Any] = {}
    if body.rotation_period is not None:
        given["rotation_period_s"] = body.rotation_period
    if body.verification_ttl is not None:
        given["verification_ttl_s"] = body.verification_ttl
    if body.allowed_client_ids is not None:
        given["allowed_client_ids"] = tuple(body.allowed_client_ids)
    if body.algorithm is not None:
        given["algorithm"] = body.algorithm
    return msgspec.structs.replace(key, **given)


def _check(key: OidcKey) -> None:
    limits.check_names("allowed_client_ids", key.allowed_client_ids)
    if key.rotation_period_s < _LEAST_PERIOD_S:
        raise InvalidRequest("rotation_period must be at least one minute")
    if key.verification_ttl_s > _MOST_PERIODS * key.rotation_period_s:
        raise InvalidRequest(f"verification_ttl cannot be longer than {_MOST_PERIODS}x rotation_period")
    if key.algorithm not in ALGORITHMS:
        raise InvalidRequest(f'unknown signing algorithm "{key.algorithm}"')


async def _check_lifetimes(view: SystemView, key: OidcKey) -> None:
    """Refuse a time after which tokens of a role or client would no longer verify before they expire."""
    txn, namespace = view.txn, view.namespace.id
    for name in await txn.list(rows.references(namespace, rows.KEYS, key.name, rows.ROLES)):
        role = await txn.read(rows.named(namespace, rows.ROLES, name), OidcRole)
        if role is not None and role.ttl_s > key.verification_ttl_s:
            raise InvalidRequest(_too_short(key, "roles with a token ttl"))
    for name in await txn.list(rows.references(namespace, rows.KEYS, key.name, rows.CLIENTS)):
        client = await txn.read(rows.named(namespace, rows.CLIENTS, name), OidcClient)
        if client is not None and client.id_token_ttl_s > key.verification_ttl_s:
            raise InvalidRequest(_too_short(key, "clients with an id_token_ttl"))


def _too_short(key: OidcKey, whose: str) -> str:
    return (
        f'unable to update key "{key.name}" because it is currently referenced by one or more {whose} '
        f"greater than {key.verification_ttl_s} seconds"
    )


def _shown(key: OidcKey) -> dict[str, Any]:
    return {
        "algorithm": key.algorithm,
        "allowed_client_ids": list(key.allowed_client_ids),
        "rotation_period": key.rotation_period_s,
        "verification_ttl": key.verification_ttl_s,
    }
