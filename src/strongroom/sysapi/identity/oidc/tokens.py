"""`identity/oidc/token` and `introspect`: identity tokens, and whether one is valid.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/tokens#generate-a-signed-id-token
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest, PermissionDenied, Tampered
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OidcRole, rows
from strongroom.sysapi.context import SystemEngine, SystemView, presented, system


class IntrospectBody(Body, frozen=True):
    """An identity token to be examined."""

    token: Annotated[str, Doc(description="The token.", extra=SECRET)] = ""
    client_id: Annotated[str, Doc(description="If given, the token has to be for this client.")] = ""


class TokenPaths(SystemEngine):
    """`oidc/token` and `oidc/introspect`."""

    @path.read("oidc/token/{name}")
    async def read_oidc_token(self, request: Request, name: str) -> Response | None:
        """Makes an identity token of the entity that asks."""
        view = system(request)
        oidc, txn, namespace = view.services.oidc, view.txn, view.namespace.id
        role = await txn.read(rows.named(namespace, rows.ROLES, name), OidcRole)
        if role is None:
            raise InvalidRequest(f'role "{name}" not found')
        key = await oidc.keys.ready(txn, namespace, role.key, request.now)
        if key is None:
            raise InvalidRequest(f'key "{role.key}" not found')
        if not key.allows(role.client_id):
            raise InvalidRequest(
                f'the key "{role.key}" does not list the client ID of the role "{name}" as an allowed client ID'
            )
        entity_id = presented(request).record.entity_id
        if not entity_id:
            raise InvalidRequest("no entity associated with the request's token")
        entity = await view.services.identity.entity(txn, namespace, entity_id)
        if entity is None or entity.disabled:
            raise PermissionDenied("permission denied")
        issued_at = int(request.now)
        claims = {
            **await oidc.claims(txn, namespace, entity_id, role.template, request.now),
            "iss": await oidc.issuer(txn, view.namespace),
            "namespace": namespace,
            "sub": entity_id,
            "aud": role.client_id,
            "iat": issued_at,
            "exp": issued_at + role.ttl_s,
        }
        token = await oidc.keys.sign(txn, namespace, key, claims)
        return Response(data={"client_id": role.client_id, "token": token, "ttl": role.ttl_s})

    @path.write("oidc/introspect")
    async def introspect_oidc_token(self, request: Request, body: IntrospectBody) -> Response | None:
        """Tells whether an identity token is valid, and its entity still enabled."""
        fault = await _fault(system(request), body, request.now)
        return Response(data={"active": False, "error": fault} if fault else {"active": True}, flat=True)


async def _fault(view: SystemView, body: IntrospectBody, now: float) -> str:
    """Why a token isn't valid; empty if it is."""
    try:
        claims = await view.services.oidc.keys.claims_of(view.txn, view.namespace.id, body.token, now)
    except Tampered as error:
        return f"unable to validate the token: {error.text}"
    wrong = _wrong_claim(claims, await view.services.oidc.issuer(view.txn, view.namespace), body.client_id, now)
    if wrong:
        return f"error validating claims: {wrong}"
    entity = await view.services.identity.entity(view.txn, view.namespace.id, str(claims.get("sub", "")))
    if entity is None:
        return "entity was not found"
    return "entity is disabled" if entity.disabled else ""


def _wrong_claim(claims: dict[str, Any], issuer: str, client_id: str, now: float) -> str:
    if claims.get("iss") != issuer:
        return f"the issuer (iss) of the token is not {issuer}"
    if client_id and claims.get("aud") != client_id:
        return "the audience (aud) of the token is not the given client_id"
    if claims.get("exp", 0) <= now:
        return "the token has expired (exp)"
    if claims.get("iat", 0) > now + 1:
        return "the token was issued in the future (iat)"
    return ""
