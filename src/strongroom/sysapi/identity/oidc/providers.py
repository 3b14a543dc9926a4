"""`identity/oidc/provider`: sets of endpoints for clients.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/oidc-provider#create-or-update-a-provider
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import (
    DEFAULT_PROVIDER,
    OPENID,
    OidcProvider,
    OidcScope,
    logic,
    references,
    rows,
    templates,
)
from strongroom.services.policy.paths import Subject
from strongroom.sysapi.context import SystemEngine, SystemView, system


class ProviderBody(Body, frozen=True):
    """A provider's settings.  Settings that aren't given stay."""

    issuer: Annotated[
        str | None,
        Doc(description="Scheme, host and port of the issuer. If empty, it is the server's `api_addr`."),
    ] = None
    allowed_client_ids: Annotated[
        CommaList | None, Doc(description="Ids of clients that may use the provider. `*` allows all.")
    ] = None
    scopes_supported: Annotated[CommaList | None, Doc(description="Names of scopes that clients may ask for.")] = None


class ListBody(Body, frozen=True):
    """Selects providers."""

    allowed_client_id: Annotated[str, Doc(description="Only providers that this client may use.")] = ""


class ProviderPaths(SystemEngine):
    """`oidc/provider` and below."""

    @path.list_("oidc/provider")
    async def list_oidc_providers(self, request: Request, body: ListBody) -> Response | None:
        """Lists the names of all providers, with their settings."""
        view = system(request)
        oidc, namespace = view.services.oidc, view.namespace
        stored = await view.txn.list(rows.folder(namespace.id, rows.PROVIDERS))
        info = {}
        for name in sorted({*stored, DEFAULT_PROVIDER}):
            provider = await oidc.provider(view.txn, namespace.id, name)
            if provider is not None and (not body.allowed_client_id or provider.allows(body.allowed_client_id)):
                info[name] = _shown(view, provider)
        return Response(data={"key_info": info, "keys": list(info)}) if info else None

    @path.read("oidc/provider/{name}")
    async def read_oidc_provider(self, request: Request, name: str) -> Response | None:
        """Reads a provider."""
        view = system(request)
        provider = await view.services.oidc.provider(view.txn, view.namespace.id, name)
        return Response(data=_shown(view, provider)) if provider is not None else None

    async def oidc_provider_exists(self, request: Request, name: str) -> bool:
        """Whether there is a provider of that name."""
        view = system(request)
        return await view.services.oidc.provider(view.txn, view.namespace.id, name) is not None

    @path.write("oidc/provider/{name}", exists="oidc_provider_exists")
    async def write_oidc_provider(self, request: Request, name: str, body: ProviderBody) -> Response | None:
        """Creates a provider or changes the given settings."""
        check_segment_name(name)
        view = system(request)
        txn, namespace = view.txn, view.namespace.id
        before = await view.services.oidc.provider(txn, namespace, name)
        provider = _changed(before or OidcProvider(name=name), body)
        logic.check_issuer(provider.issuer)
        limits.check_names("allowed_client_ids", provider.allowed_client_ids)
        limits.check_names("scopes_supported", provider.scopes_supported)
        warnings = [logic.ISSUER_WARNING] if provider.issuer else []
        if body.scopes_supported is not None:
            warnings += await _conflicts(view, provider)
        txn.write(rows.named(namespace, rows.PROVIDERS, name), provider)
        had = before.scopes_supported if before is not None else ()
        references.move(txn, namespace, rows.SCOPES, had, provider.scopes_supported, by=rows.PROVIDERS, name=name)
        return Response(warnings=warnings) if warnings else None

    @path.delete("oidc/provider/{name}")
    async def delete_oidc_provider(self, request: Request, name: str) -> Response | None:
        """Deletes a provider. Its codes and access tokens end with it."""
        if name == DEFAULT_PROVIDER:
            raise InvalidRequest(f'deletion of OIDC provider "{name}" not allowed')
        view = system(request)
        provider = await view.services.oidc.provider(view.txn, view.namespace.id, name)
        if provider is not None:
            view.txn.delete(rows.named(view.namespace.id, rows.PROVIDERS, name))
            had = provider.scopes_supported
            references.move(view.txn, view.namespace.id, rows.SCOPES, had, [], by=rows.PROVIDERS, name=name)
        return None


def _changed(provider: OidcProvider, body: ProviderBody) -> OidcProvider:
    given: dict[str, Any] = {}
    if body.issuer is not None:
        given["issuer"] = body.issuer
    for name in ("allowed_client_ids", "scopes_supported"):
        if (items := getattr(body, name)) is not None:
            given[name] = tuple(sorted({*items} - {""}))
    return msgspec.structs.replace(provider, **given)


async def _conflicts(view: SystemView, provider: OidcProvider) -> list[str]:
    """Warnings for scopes that set the same claim.  Raises `InvalidRequest` for a scope that doesn't exist."""
    by: dict[str, str] = {}
    warnings = []
    for name in provider.scopes_supported:
        row = rows.named(view.namespace.id, rows.SCOPES, name)
        scope = await view.txn.read(row, OidcScope) if name != OPENID else None
        if scope is None:
            raise InvalidRequest(f'scope "{name}" does not exist')
        for claim in templates.claims_of(scope.template, Subject(id="", name=""), 0.0):
            if claim in by:
                warnings.append(
                    f'Found scope templates with conflicting top-level keys: conflict "{claim}" in scopes "{name}", '
                    f'"{by[claim]}". This may result in an error if the scopes are requested in an OIDC Authentication '
                    "Request."
                )
            by.setdefault(claim, name)
    return warnings


def _shown(view: SystemView, provider: OidcProvider) -> dict[str, Any]:
    return {
        "allowed_client_ids": list(provider.allowed_client_ids),
        "issuer": view.services.oidc.provider_issuer(view.namespace, provider),
        "scopes_supported": list(provider.scopes_supported),
    }
