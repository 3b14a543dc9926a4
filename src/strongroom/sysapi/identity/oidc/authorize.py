"""`identity/oidc/provider/:name/authorize`: an authorization code for the person whose token asks.

A page for people has sent them here with the request of an application.  The answer is JSON; the page then sends them
back to the application with the code.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/oidc-provider#authorization-endpoint
"""

from __future__ import annotations

from typing import Annotated

from strongroom.barrier import keys
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc, OneOf
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OPENID, OidcClient, OidcCode, OidcProvider, codes, logic
from strongroom.services.oidc.records import PUBLIC
from strongroom.services.tokens import TokenRecord
from strongroom.services.withdrawals import lifetimes
from strongroom.sysapi.context import SystemEngine, SystemView, presented, system
from strongroom.sysapi.identity.oidc.refusal import NOT_ASSIGNED, refusal
from strongroom.sysapi.identity.oidc.withdrawn import line_for

_TEXT_CHARACTERS = 1024
"""Of nonce and state.  Both are given back as they are."""
_SCOPES_CHARACTERS = 4096


class AuthorizeBody(Body, frozen=True):
    """An application's request to know who somebody is."""

    scope: Annotated[str, Doc(description="Names of scopes, with spaces between. `openid` is one of them.")] = ""
    response_type: Annotated[str, Doc(description="`code`.")] = ""
    client_id: Annotated[str, Doc(description="The client's id.")] = ""
    redirect_uri: Annotated[str, Doc(description="Where the code is sent.")] = ""
    state: Annotated[str, Doc(description="Any text. It is returned.")] = ""
    nonce: Annotated[str, Doc(description="Any text. The ID token repeats it.")] = ""
    max_age: Annotated[
        int | None, Doc(description="How long ago the person may have logged in, in seconds. The ID token says when.")
    ] = None
    code_challenge: Annotated[
        str | None, Doc(description="The challenge of PKCE, which public clients need.", extra=SECRET)
    ] = None
    code_challenge_method: Annotated[
        str, Doc(description="`S256` or `plain`, which is the default."), OneOf("S256", "plain")
    ] = logic.PLAIN


class AuthorizePaths(SystemEngine):
    """The authorization endpoint."""

    @path.read("oidc/provider/{name}/authorize", takes_anything=True)
    async def oidc_authorize(self, request: Request, name: str, body: AuthorizeBody) -> Response | None:
        """Makes an authorization code for the entity that asks."""
        return await _authorized(request, name, body)

    @path.write("oidc/provider/{name}/authorize", takes_anything=True)
    async def oidc_authorize_by_form(self, request: Request, name: str, body: AuthorizeBody) -> Response | None:
        """Makes an authorization code for the entity that asks."""
        return await _authorized(request, name, body)


async def _authorized(request: Request, name: str, body: AuthorizeBody) -> Response:
    view = system(request)
    oidc, txn, namespace = view.services.oidc, view.txn, view.namespace.id
    client = await oidc.client_by_id(txn, namespace, body.client_id)
    if client is None:
        text = "client with client_id not found" if body.client_id else "client_id parameter is required"
        return refusal("invalid_client_id", text, state=body.state)
    provider = await oidc.provider(txn, namespace, name)
    fault = _wrong_client(client, provider, body) or _wrong_request(request, body)
    if fault is not None or provider is None:
        return fault or refusal("invalid_request", "provider not found", state=body.state)
    entity_id = presented(request).record.entity_id
    if not entity_id:
        return _denied("identity entity must be associated with the request", body)
    fault = _wrong_proof(client, body)
    if fault is not None:
        return fault
    logged_in_at = int(await _logged_in_at(view, presented(request).record))
    if body.max_age is not None and request.now - logged_in_at > body.max_age:
        return refusal("max_age_violation", "active re-authentication is required by max_age", state=body.state)
    if not await oidc.may_use(txn, namespace, entity_id, client):
        return _denied(NOT_ASSIGNED, body)
    record = OidcCode(
        provider=provider.name,
        client_id=client.client_id,
        entity_id=entity_id,
        redirect_uri=body.redirect_uri,
        scopes=tuple(sorted(set(body.scope.split()) & {OPENID, *provider.scopes_supported})),
        expires_at=request.now + codes.LIFETIME_S,
        nonce=body.nonce,
        auth_time=logged_in_at if body.max_age is not None else 0,
        challenge=body.code_challenge or "",
        challenge_method=body.code_challenge_method if body.code_challenge else "",
        line=await line_for(request),
    )
    code = codes.issue(txn, oidc.random, namespace, record)
    await lifetimes.note(txn, codes.LIFETIME_S)
    return Response(data={"code": code, "state": body.state}, flat=True)


def _wrong_client(client: OidcClient, provider: OidcProvider | None, body: AuthorizeBody) -> Response | None:
    """The refusal of a client that may not do this here, or may not be sent there; None if it may."""
    if not client.authorization_code:
        text = "client not allowed to perform authorization code credential flow"
        return refusal("invalid_grant", text, state=body.state)
    if not body.redirect_uri:
        return refusal("invalid_request", "redirect_uri parameter is required", state=body.state)
    if not logic.redirect_allowed(body.redirect_uri, client.redirect_uris):
        text = f'redirect_uri "{body.redirect_uri[:512]}" is not one of the redirect_uris of the client "{client.name}"'
        return refusal("invalid_redirect_uri", text, state=body.state)
    if provider is None:
        return refusal("invalid_request", "provider not found", state=body.state)
    if not provider.allows(client.client_id):
        return refusal("unauthorized_client", "client is not authorized to use the provider", state=body.state)
    return None


def _wrong_request(request: Request, body: AuthorizeBody) -> Response | None:
    """The refusal of a request that asks for what there isn't; None if it doesn't."""
    for name in ("request", "request_uri"):
        if name in request.data:
            return refusal(f"{name}_not_supported", f"{name} parameter is not supported", state="")
    if len(body.state) > _TEXT_CHARACTERS or len(body.nonce) > _TEXT_CHARACTERS:
        return refusal("invalid_request", f"state and nonce may have {_TEXT_CHARACTERS} characters", state="")
    if len(body.scope) > _SCOPES_CHARACTERS:
        return refusal("invalid_request", f"scope may have {_SCOPES_CHARACTERS} characters", state=body.state)
    if OPENID not in body.scope.split():
        text = f'scope parameter must contain the "{OPENID}" value'
        return refusal("invalid_request", text, state=body.state)
    if not body.response_type:
        return refusal("invalid_request", "response_type parameter is required", state=body.state)
    if body.response_type != "code":
        return refusal("unsupported_response_type", "unsupported response_type value", state=body.state)
    return None


def _wrong_proof(client: OidcClient, body: AuthorizeBody) -> Response | None:
    """The refusal of a challenge or an age that can't be met; None if there is none."""
    if body.code_challenge is not None and body.code_challenge_method not in {logic.S256, logic.PLAIN}:
        return refusal("invalid_request", "invalid code_challenge_method", state=body.state)
    if not body.code_challenge and client.client_type == PUBLIC:
        return refusal("invalid_request", "PKCE is required for public clients", state=body.state)
    if body.code_challenge and not logic.is_challenge(body.code_challenge):
        return refusal("invalid_request", "invalid code_challenge", state=body.state)
    if body.max_age is not None and body.max_age < 1:
        return refusal("invalid_request", "max_age must be greater than zero", state=body.state)
    return None


def _denied(text: str, body: AuthorizeBody) -> Response:
    return refusal("access_denied", text, state=body.state)


async def _logged_in_at(view: SystemView, record: TokenRecord) -> float:
    """When the login took place that a token comes from.  A child token proves no later login than its parent."""
    while record.parent:
        parent = await view.txn.read(keys.token(record.parent), TokenRecord)
        if parent is None:
            break
        record = parent
    return record.created_at
