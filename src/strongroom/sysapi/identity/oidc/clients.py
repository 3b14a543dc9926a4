"""`identity/oidc/client`: applications that log people in.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/oidc-provider#create-or-update-a-client
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import base62
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc, Duration, OneOf
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OidcClient, OidcClientName, logic, references, rows
from strongroom.services.oidc.records import CONFIDENTIAL, PUBLIC
from strongroom.sysapi.context import SystemEngine, SystemView, system

_CLIENT_ID_CHARACTERS = 32
_SECRET_CHARACTERS = 64
_SECRET_PREFIX = "hvo_secret_"  # noqa: S105 - what every such secret begins with
_MOST_URIS = 128
_URIS_BYTES = 32 * 1024


class ClientBody(Body, frozen=True):
    """A client's settings.  Settings that aren't given stay."""

    key: Annotated[str | None, Doc(description="Name of the key that signs. It can't be changed later.")] = None
    redirect_uris: Annotated[
        CommaList | None,
        Doc(description="Where codes may be sent. Compared exactly, but for the port of a loopback address."),
    ] = None
    assignments: Annotated[CommaList | None, Doc(description="Names of assignments: who may log in.")] = None
    client_type: Annotated[
        str | None,
        Doc(description="`confidential` or `public`. It can't be changed later."),
        OneOf("confidential", "public"),
    ] = None
    id_token_ttl: Annotated[Duration | None, Doc(description="How long ID tokens are valid. A day by default.")] = None
    access_token_ttl: Annotated[
        Duration | None, Doc(description="How long access tokens are valid. A day by default.")
    ] = None
    authorization_code: Annotated[bool | None, Doc(description="Whether people may log in by codes.")] = None
    client_credentials: Annotated[
        bool | None, Doc(description="Whether the client gets tokens for itself. Only if it is confidential.")
    ] = None


class ClientPaths(SystemEngine):
    """`oidc/client` and below."""

    @path.list_("oidc/client")
    async def list_oidc_clients(self, request: Request) -> Response | None:
        """Lists the names of all clients, with their settings."""
        view = system(request)
        names = await view.txn.list(rows.folder(view.namespace.id, rows.CLIENTS))
        info = {}
        for name in names:
            client = await view.services.oidc.client(view.txn, view.namespace.id, name)
            if client is not None:
                info[name] = _shown(client)
        return Response(data={"key_info": info, "keys": names}) if names else None

    @path.read("oidc/client/{name}")
    async def read_oidc_client(self, request: Request, name: str) -> Response | None:
        """Reads a client, with its id and its secret."""
        view = system(request)
        client = await view.services.oidc.client(view.txn, view.namespace.id, name)
        if client is None:
            return None
        secret = {"client_secret": client.client_secret} if client.client_secret else {}
        return Response(data={**_shown(client), **secret})

    async def oidc_client_exists(self, request: Request, name: str) -> bool:
        """Whether there is a client of that name."""
        view = system(request)
        return await view.services.oidc.client(view.txn, view.namespace.id, name) is not None

    @path.write("oidc/client/{name}", exists="oidc_client_exists")
    async def write_oidc_client(self, request: Request, name: str, body: ClientBody) -> Response | None:
        """Creates a client or changes the given settings. The server makes its id and its secret."""
        check_segment_name(name)
        view = system(request)
        txn, namespace = view.txn, view.namespace.id
        before = await view.services.oidc.client(txn, namespace, name)
        if before is not None:
            _check_fixed(before, body)
        client = _changed(before or OidcClient(name=name, client_id=""), body)
        await _check(view, client, request.now)
        if before is None:
            client = _identified(view, client)
            txn.write(rows.client_id(namespace, client.client_id), OidcClientName(name=name))
        txn.write(rows.named(namespace, rows.CLIENTS, name), client)
        had = before.assignments if before is not None else ()
        references.move(txn, namespace, rows.ASSIGNMENTS, had, client.assignments, by=rows.CLIENTS, name=name)
        had_key = [before.key] if before is not None else []
        references.move(txn, namespace, rows.KEYS, had_key, [client.key], by=rows.CLIENTS, name=name)
        return None

    @path.delete("oidc/client/{name}")
    async def delete_oidc_client(self, request: Request, name: str) -> Response | None:
        """Deletes a client. Its codes and access tokens end with it."""
        view = system(request)
        txn, namespace = view.txn, view.namespace.id
        client = await view.services.oidc.client(txn, namespace, name)
        if client is None:
            return None
        txn.delete(rows.named(namespace, rows.CLIENTS, name))
        txn.delete(rows.client_id(namespace, client.client_id))
        references.move(txn, namespace, rows.ASSIGNMENTS, client.assignments, [], by=rows.CLIENTS, name=name)
        references.move(txn, namespace, rows.KEYS, [client.key], [], by=rows.CLIENTS, name=name)
        return None


def _check_fixed(client: OidcClient, body: ClientBody) -> None:
    if body.key is not None and body.key != client.key:
        raise InvalidRequest("key modification is not allowed")
    if body.client_type is not None and body.client_type != client.client_type:
        raise InvalidRequest("client_type modification is not allowed")


def _changed(client: OidcClient, body: ClientBody) -> OidcClient:
    given: dict[str, Any] = {}
    for name in ("key", "client_type", "authorization_code", "client_credentials"):
        if (value := getattr(body, name)) is not None:
            given[name] = value
    for name in ("id_token_ttl", "access_token_ttl"):
        if (seconds := getattr(body, name)) is not None:
            given[f"{name}_s"] = seconds
    for name in ("redirect_uris", "assignments"):
        if (items := getattr(body, name)) is not None:
            given[name] = tuple(sorted({*items} - {""}))
    return msgspec.structs.replace(client, **given)


async def _check(view: SystemView, client: OidcClient, now: float) -> None:
    """Refuse settings that don't fit.  The client's key is made ready to sign."""
    if client.client_type not in {CONFIDENTIAL, PUBLIC}:
        raise InvalidRequest(f'invalid client_type "{client.client_type}"')
    if client.client_credentials and client.client_type != CONFIDENTIAL:
        raise InvalidRequest("client_credentials=true is only allowed for client_type=confidential")
    limits.check_names("assignments", client.assignments)
    if len(client.redirect_uris) > _MOST_URIS or sum(map(len, client.redirect_uris)) > _URIS_BYTES:
        raise InvalidRequest(f"redirect_uris has more than {_MOST_URIS} items or {_URIS_BYTES} bytes")
    for uri in client.redirect_uris:
        logic.check_redirect_uri(uri)
    for name in client.assignments:
        if await view.services.oidc.assignment(view.txn, view.namespace.id, name) is None:
            raise InvalidRequest(f'assignment "{name}" does not exist')
    key = await view.services.oidc.keys.ready(view.txn, view.namespace.id, client.key, now) if client.key else None
    if key is None:
        raise InvalidRequest(f'key "{client.key}" does not exist')
    if client.id_token_ttl_s > key.verification_ttl_s:
        raise InvalidRequest(
            "a client's id_token_ttl cannot be greater than the verification_ttl of the key it references"
        )


def _identified(view: SystemView, client: OidcClient) -> OidcClient:
    """The client with a new id, and a new secret if it can keep one."""
    txn, random = view.txn, view.services.random
    client_id = txn.once("oidc client id", lambda: base62(random, _CLIENT_ID_CHARACTERS))
    secret = txn.once("oidc client secret", lambda: _SECRET_PREFIX + base62(random, _SECRET_CHARACTERS))
    kept = secret if client.client_type == CONFIDENTIAL else ""
    return msgspec.structs.replace(client, client_id=client_id, client_secret=kept)


def _shown(client: OidcClient) -> dict[str, Any]:
    return {
        "access_token_ttl": client.access_token_ttl_s,
        "assignments": list(client.assignments),
        "authorization_code": client.authorization_code,
        "client_credentials": client.client_credentials,
        "client_id": client.client_id,
        "client_type": client.client_type,
        "id_token_ttl": client.id_token_ttl_s,
        "key": client.key,
        "redirect_uris": list(client.redirect_uris),
    }
