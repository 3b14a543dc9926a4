"""`identity/oidc/provider/:name/token`: tokens for an authorization code, or for the client itself.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/oidc-provider#token-endpoint; RFC 6749, sections
4.1.3, 4.4 and 5
"""

from __future__ import annotations

import base64
from typing import Annotated, Any

from strongroom.crypto import jose
from strongroom.crypto.mac import same
from strongroom.lib.rand import uuid4
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc, OneOf
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OPENID, OidcClient, OidcCode, OidcKey, OidcProvider, codes, logic
from strongroom.services.oidc.access import Grant
from strongroom.services.oidc.records import CONFIDENTIAL
from strongroom.services.oidc.service import Conflicting
from strongroom.services.withdrawals import lifetimes
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.identity.oidc.refusal import NOT_ASSIGNED, UNSTORED, refusal
from strongroom.sysapi.identity.oidc.withdrawn import is_withdrawn

_CODE = "authorization_code"
_CREDENTIALS = "client_credentials"
_BASIC = "basic "


class ExchangeBody(Body, frozen=True):
    """A client's request for tokens."""

    grant_type: Annotated[
        str,
        Doc(description="`authorization_code` or `client_credentials`."),
        OneOf("authorization_code", "client_credentials"),
    ] = ""
    code: Annotated[str, Doc(description="The authorization code.", extra=SECRET)] = ""
    redirect_uri: Annotated[str, Doc(description="Where the code was sent.")] = ""
    client_id: Annotated[str, Doc(description="The client's id, unless it is in the Authorization header.")] = ""
    client_secret: Annotated[
        str, Doc(description="The client's secret, unless it is in the Authorization header.", extra=SECRET)
    ] = ""
    code_verifier: Annotated[str, Doc(description="The verifier of PKCE.", extra=SECRET)] = ""
    scope: Annotated[str, Doc(description="For `client_credentials`: `openid`.")] = ""


class ExchangePaths(SystemEngine):
    """The token endpoint."""

    @path.write("oidc/provider/{name}/token", unauthenticated=True, takes_anything=True)
    async def oidc_exchange(self, request: Request, name: str, body: ExchangeBody) -> Response | None:
        """Makes an ID token and an access token for an authorization code. A code can be used once."""
        view = system(request)
        oidc, txn, namespace = view.services.oidc, view.txn, view.namespace.id
        provider = await oidc.provider(txn, namespace, name)
        if provider is None:
            return _refused("invalid_request", "provider not found")
        basic = _basic(view.exchange.request.headers.get("authorization", ""))
        client_id, secret = basic or (body.client_id, body.client_secret)
        if not client_id:
            return _refused("invalid_request", "client_id parameter is required")
        if body.client_id not in {"", client_id}:
            return _refused("invalid_request", "client_id is not that of the Authorization header")
        client = await oidc.client_by_id(txn, namespace, client_id)
        if client is None or not _authentic(client, secret):
            return _unknown("client failed to authenticate", asked=basic is not None)
        if not provider.allows(client_id):
            return _unknown("client is not authorized to use the provider", asked=basic is not None)
        key = await oidc.keys.ready(txn, namespace, client.key, request.now)
        if key is None or not key.allows(client_id):
            return _unknown("client is not authorized to use the key", asked=basic is not None)
        if body.grant_type not in {_CODE, _CREDENTIALS}:
            return _refused("unsupported_grant_type", "unsupported grant_type or parameter is empty value")
        if not (client.authorization_code if body.grant_type == _CODE else client.client_credentials):
            return _refused("invalid_grant", "client is not authorized to use given credentials flow")
        if body.grant_type == _CREDENTIALS:
            return await _for_itself(request, body, provider, client, key)
        return await _for_code(request, body, provider, client, key)


def _refused(error: str, text: str) -> Response:
    return refusal(error, text, headers=UNSTORED)


def _unknown(text: str, *, asked: bool) -> Response:
    """The refusal of a client that can't be trusted.

    Args:
        asked: whether it has used the Authorization header, and so has to be told the scheme.
    """
    scheme = (("WWW-Authenticate", "Basic"),) if asked else ()
    return refusal("invalid_client", text, status=401, headers=(*UNSTORED, *scheme))


def _basic(header: str) -> tuple[str, str] | None:
    """Id and secret of an Authorization header; None if it has none."""
    if header[: len(_BASIC)].lower() != _BASIC:
        return None
    try:
        name, colon, secret = base64.b64decode(header[len(_BASIC) :].strip(), validate=True).decode().partition(":")
    except ValueError:  # also for what is no base64
        return None
    return (name, secret) if colon else None


def _authentic(client: OidcClient, secret: str) -> bool:
    if client.client_type != CONFIDENTIAL:
        return True
    return bool(client.client_secret) and same(client.client_secret.encode(), secret.encode("utf-8", "surrogatepass"))


async def _for_code(
    request: Request, body: ExchangeBody, provider: OidcProvider, client: OidcClient, key: OidcKey
) -> Response:
    view = system(request)
    oidc, txn, namespace = view.services.oidc, view.txn, view.namespace.id
    if not body.code:
        return _refused("invalid_request", "code parameter is required")
    record = await codes.redeem(txn, namespace, body.code, request.now)
    if record is None or await is_withdrawn(request, record.line):
        return _refused("invalid_grant", "authorization grant is invalid or expired")
    fault = _wrong_code(record, body, provider, client)
    if fault is not None:
        return fault
    if not await oidc.may_use(txn, namespace, record.entity_id, client):
        return _refused("invalid_request", NOT_ASSIGNED)
    scopes = tuple(name for name in record.scopes if name == OPENID or name in provider.scopes_supported)
    try:
        said = await oidc.scope_claims(txn, namespace, record.entity_id, scopes, request.now)
    except Conflicting as error:
        return _refused("invalid_request", error.text)
    grant = Grant(
        namespace=namespace,
        provider=provider.name,
        client_id=client.client_id,
        entity_id=record.entity_id,
        scopes=scopes,
        expires_at=request.now + client.access_token_ttl_s,
        line=record.line,
    )
    access_token = oidc.access.seal(txn, grant)
    await lifetimes.note(txn, client.access_token_ttl_s)
    claims: dict[str, Any] = {
        **said,
        **_common(request, provider, client, record.entity_id, client.id_token_ttl_s),
        "at_hash": jose.half_hash(access_token, key.algorithm),
        "c_hash": jose.half_hash(body.code, key.algorithm),
    }
    if record.nonce:
        claims["nonce"] = record.nonce
    if record.auth_time:
        claims["auth_time"] = record.auth_time
    id_token = await oidc.keys.sign(txn, namespace, key, claims)
    return _granted(access_token, client.access_token_ttl_s, id_token=id_token)


def _wrong_code(record: OidcCode, body: ExchangeBody, provider: OidcProvider, client: OidcClient) -> Response | None:
    """The refusal of a code that was made for something else; None if it fits."""
    if record.client_id != client.client_id:
        return _refused("invalid_grant", "authorization code was not issued to the client")
    if record.provider != provider.name:
        return _refused("invalid_grant", "authorization code was not issued by the provider")
    if not body.redirect_uri:
        return _refused("invalid_request", "redirect_uri parameter is required")
    if record.redirect_uri != body.redirect_uri:
        text = "redirect_uri does not match the redirect_uri used in the authorization request"
        return _refused("invalid_grant", text)
    if bool(record.challenge) != bool(body.code_verifier):
        text = "expected code_verifier" if record.challenge else "unexpected code_verifier"
        return _refused("invalid_request", f"{text} for token exchange")
    if record.challenge and not logic.verifier_fits(body.code_verifier, record.challenge, record.challenge_method):
        return _refused("invalid_grant", "invalid code_verifier for token exchange")
    return None


async def _for_itself(
    request: Request, body: ExchangeBody, provider: OidcProvider, client: OidcClient, key: OidcKey
) -> Response:
    view, ttl_s = system(request), client.id_token_ttl_s  # it is signed, and has to verify as long as an ID token
    if OPENID not in body.scope.split():
        return _refused("invalid_request", f'scope parameter must contain the "{OPENID}" value')
    claims = {
        **_common(request, provider, client, client.client_id, ttl_s),
        "jti": view.txn.once("oidc token id", lambda: uuid4(view.services.random)),
    }
    return _granted(await view.services.oidc.keys.sign(view.txn, view.namespace.id, key, claims), ttl_s)


def _common(request: Request, provider: OidcProvider, client: OidcClient, subject: str, ttl_s: int) -> dict[str, Any]:
    view, issued_at = system(request), int(request.now)
    return {
        "iss": view.services.oidc.provider_issuer(view.namespace, provider),
        "namespace": view.namespace.id,
        "sub": subject,
        "aud": client.client_id,
        "iat": issued_at,
        "exp": issued_at + ttl_s,
    }


def _granted(access_token: str, ttl_s: int, **more: str) -> Response:
    data = {"access_token": access_token, "expires_in": ttl_s, "token_type": "Bearer", **more}
    return Response(data=data, flat=True, headers=UNSTORED)
