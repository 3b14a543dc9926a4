"""`identity/oidc/provider/:name/userinfo`: what an access token allows to know.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/oidc-provider#userinfo-endpoint; RFC 6750
"""

from __future__ import annotations

import re

from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OPENID
from strongroom.services.oidc.service import Conflicting
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.identity.oidc.refusal import NOT_ASSIGNED, refusal
from strongroom.sysapi.identity.oidc.withdrawn import is_withdrawn

_BEARER = "bearer "
_UNQUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
"""What an `error_description` can't contain.  Source: RFC 6750, section 3"""


class UserinfoPaths(SystemEngine):
    """The userinfo endpoint.  Its access tokens are no tokens of the API, so it checks them itself."""

    @path.read("oidc/provider/{name}/userinfo", unauthenticated=True, takes_anything=True)
    async def oidc_userinfo(self, request: Request, name: str) -> Response | None:
        """Returns the claims of the person who logged in."""
        return await _told(request, name)

    @path.write("oidc/provider/{name}/userinfo", unauthenticated=True, takes_anything=True)
    async def oidc_userinfo_by_form(self, request: Request, name: str) -> Response | None:
        """Returns the claims of the person who logged in."""
        return await _told(request, name)


async def _told(request: Request, name: str) -> Response:
    view = system(request)
    oidc, txn, namespace = view.services.oidc, view.txn, view.namespace.id
    header = view.exchange.request.headers.get("authorization", "")
    if header[: len(_BEARER)].lower() != _BEARER:
        return _challenge("access token must be sent as a Bearer token")
    grant = oidc.access.open(header[len(_BEARER) :].strip(), request.now)
    if grant is None or await is_withdrawn(request, grant.line):
        return _challenge("access token is malformed or invalid")
    if grant.namespace != namespace or grant.provider != name:
        return _challenge("access token was not issued by this provider")
    provider = await oidc.provider(txn, namespace, name)
    if provider is None:
        return _challenge("provider not found", error="invalid_request", status=400)
    client = await oidc.client_by_id(txn, namespace, grant.client_id)
    if client is None:
        return refusal("access_denied", "client not found", status=403)
    entity = await view.services.identity.entity(txn, namespace, grant.entity_id)
    if entity is None or entity.disabled:
        return _challenge("permission denied")
    if not await oidc.may_use(txn, namespace, grant.entity_id, client):
        return refusal("access_denied", NOT_ASSIGNED, status=403)
    if not provider.allows(grant.client_id):
        return refusal("access_denied", "client is not authorized to use the provider", status=403)
    scopes = [scope for scope in grant.scopes if scope in provider.scopes_supported and scope != OPENID]
    try:
        said = await oidc.scope_claims(txn, namespace, grant.entity_id, scopes, request.now)
    except Conflicting as error:
        return _challenge(error.text, error="invalid_request", status=400)
    return Response(data={**said, "sub": grant.entity_id}, flat=True)


def _challenge(text: str, *, error: str = "invalid_token", status: int = 401) -> Response:
    # The names of scopes and claims may hold anything, and a header of the RFC few characters.
    challenge = f'Bearer error="{error}",error_description="{_UNQUOTABLE.sub("?", text)}"'
    return refusal(error, text, status=status, headers=(("WWW-Authenticate", challenge),))
