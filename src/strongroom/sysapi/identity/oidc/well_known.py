"""Discovery documents and public keys, which anybody may read.

Source: https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from __future__ import annotations

from typing import Any

from strongroom.crypto.jose import ALGORITHMS
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import OPENID, publication
from strongroom.services.oidc.publication import Published
from strongroom.sysapi.context import SystemEngine, system

_DISCOVERY_S = 3600


class WellKnownPaths(SystemEngine):
    """The `.well-known` paths of identity tokens and of providers."""

    @path.read("oidc/.well-known/openid-configuration", unauthenticated=True)
    async def oidc_discovery(self, request: Request) -> Response | None:
        """Describes the issuer of identity tokens."""
        view = system(request)
        issuer = await view.services.oidc.issuer(view.txn, view.namespace)
        return _described(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer}/.well-known/keys",
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": list(ALGORITHMS),
            }
        )

    @path.read("oidc/.well-known/keys", unauthenticated=True, repeatable=True)
    async def oidc_public_keys(self, request: Request) -> Response | None:
        """Lists the public keys that verify identity tokens."""
        view = system(request)
        return _keys(
            await publication.of_namespace(view.services.oidc, view.txn, view.namespace.id, request.received_at)
        )

    @path.read("oidc/provider/{name}/.well-known/openid-configuration", unauthenticated=True)
    async def oidc_provider_discovery(self, request: Request, name: str) -> Response | None:
        """Describes a provider and its endpoints."""
        view = system(request)
        provider = await view.services.oidc.provider(view.txn, view.namespace.id, name)
        if provider is None:
            return None
        issuer = view.services.oidc.provider_issuer(view.namespace, provider)
        return _described(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer}/.well-known/keys",
                "authorization_endpoint": f"{issuer.replace('/v1/', '/ui/vault/', 1)}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "request_parameter_supported": False,
                "request_uri_parameter_supported": False,
                "id_token_signing_alg_values_supported": list(ALGORITHMS),
                "response_types_supported": ["code"],
                "scopes_supported": [*provider.scopes_supported, OPENID],
                "claims_supported": [],
                "subject_types_supported": ["public"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "code_challenge_methods_supported": ["S256", "plain"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
            }
        )

    @path.read("oidc/provider/{name}/.well-known/keys", unauthenticated=True, repeatable=True)
    async def oidc_provider_public_keys(self, request: Request, name: str) -> Response | None:
        """Lists the public keys that verify a provider's tokens."""
        view = system(request)
        provider = await view.services.oidc.provider(view.txn, view.namespace.id, name)
        if provider is None:
            return None
        return _keys(
            await publication.of_provider(
                view.services.oidc, view.txn, view.namespace.id, provider, request.received_at
            )
        )


def _described(document: dict[str, Any]) -> Response:
    return Response(data=document, flat=True, headers=(("Cache-Control", f"max-age={_DISCOVERY_S}"),))


def _keys(published: Published) -> Response:
    caching = f"max-age={published.max_age_s}" if published.max_age_s else "no-store"
    return Response(data={"keys": published.keys}, flat=True, headers=(("Cache-Control", caching),))
