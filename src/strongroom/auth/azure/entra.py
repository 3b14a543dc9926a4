"""What is asked of Azure: the keys of a tenant, and its resources.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
https://learn.microsoft.com/en-us/rest/api/compute/
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from strongroom.auth.azure.clouds import Settings
from strongroom.auth.azure.records import AzureConfig
from strongroom.auth.azure.resources import IDENTITY, parse_resource
from strongroom.crypto.public_keys import PublicKey, keys_of_set
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Documents, Http, Reply, Slots, check_url, json_object

METADATA_URL = "http://169.254.169.254"
"""Source: https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/"""
COMPUTE_VERSION, IDENTITY_VERSION, PROVIDERS_VERSION = "2024-07-01", "2023-01-31", "2021-04-01"
_TOTAL_S = 20.0
_RETRIED_S = 60.0
_EARLIER_S = 120.0
_MOST_TOKENS = 256
_MOST_RETRIES = 10
_MOST_IDENTITIES = 64
_TEMPORARY = frozenset({429, 500, 502, 503, 504})
_VERSION_LENGTH = len("2024-07-01")


class Discovered(msgspec.Struct, frozen=True):
    """What a tenant says of itself."""

    issuer: str
    keys_url: str


class Tenant(msgspec.Struct, frozen=True):
    """A tenant's issuer, and the keys by which it signs."""

    issuer: str
    keys: tuple[PublicKey, ...]


class Found(msgspec.Struct, frozen=True):
    """A resource, as Azure has it."""

    location: str
    principals: tuple[str, ...]
    """The ids of its identities."""


@dataclass(slots=True)
class _Bearer:
    token: str
    until: float


class Entra:
    """Azure, as this method asks it; one for all mounts of a process.

    Args:
        clock: seconds since the epoch. pause: waits some seconds before a repetition. metadata_url: of the machine.
    """

    def __init__(
        self,
        http: Http | None = None,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        metadata_url: str = METADATA_URL,
    ) -> None:
        self.http = http or Http("Azure", total_s=_TOTAL_S)
        self.slots = Slots("Azure")
        self._clock = clock
        self._pause = pause
        self._metadata_url = metadata_url
        self._tenants = Documents(self.http, self._of_discovery)
        self._keys = Documents(self.http, self._of_set)
        self._bearers: OrderedDict[str, _Bearer] = OrderedDict()

    async def tenant(self, settings: Settings, kid: str) -> Tenant:
        """Issuer and keys of the tenant.  Raises `UpstreamFailed`."""
        tenant = quote(settings.tenant_id, safe="")
        url = f"{settings.cloud.authority}/{tenant}/.well-known/openid-configuration"
        found = await self._tenants.get(url)
        if urlsplit(url).scheme == "https" and urlsplit(found.keys_url).scheme != "https":
            raise UpstreamFailed("Azure gave no usable answer", detail="keys without TLS")
        return Tenant(
            found.issuer, await self._keys.get(found.keys_url, holds=lambda keys: any(k.kid == kid for k in keys))
        )

    async def machine(self, config: AzureConfig, settings: Settings, kind: str, group: tuple[str, str, str]) -> Found:
        """A machine or scale set.

        Args:
            kind: `virtualMachines` or `virtualMachineScaleSets`. group: subscription, resource group, name.

        Raises: `InvalidRequest` if there is none, `UpstreamFailed`.
        """
        subscription, resource_group, name = (quote(each, safe="") for each in group)
        id_ = f"/subscriptions/{subscription}/resourceGroups/{resource_group}/providers/Microsoft.Compute/{kind}/{name}"
        return await self._found(config, settings, id_, COMPUTE_VERSION)

    async def resource(self, config: AzureConfig, settings: Settings, id_: str) -> Found:
        """Any resource.  Raises `InvalidRequest` if there is none, `UpstreamFailed`."""
        resource = parse_resource(id_)
        provider, _, kind = resource.type.partition("/")
        path = f"/subscriptions/{resource.subscription}/providers/{quote(provider, safe='')}"
        described = await self._manager(config, settings, path, PROVIDERS_VERSION)
        version = _version_of(described, kind)
        return await self._found(config, settings, "/" + quote(id_.strip("/"), safe="/()"), version)

    async def app_ids(self, config: AzureConfig, settings: Settings, subscription: str, group: str) -> frozenset[str]:
        """The client ids of the user-assigned identities of a resource group.

        Raises: `UpstreamFailed`.
        """
        path = (
            f"/subscriptions/{quote(subscription, safe='')}/resourceGroups/{quote(group, safe='')}/providers/"
            "Microsoft.ManagedIdentity/userAssignedIdentities"
        )
        found = await self._manager(config, settings, path, IDENTITY_VERSION)
        listed = found.get("value")
        ids = {_text(each, "properties", "clientId") for each in (listed if isinstance(listed, list) else [])}
        return frozenset(ids - {""})

    async def _found(self, config: AzureConfig, settings: Settings, id_: str, version: str) -> Found:
        found = await self._manager(config, settings, id_, version)
        identity = found.get("identity")
        if not isinstance(identity, Mapping):
            raise InvalidRequest("the resource has no managed identity")
        principals = [_text(identity, "principalId")]
        assigned = identity.get("userAssignedIdentities")
        for name, described in list(assigned.items() if isinstance(assigned, Mapping) else [])[:_MOST_IDENTITIES]:
            principal = _text(described, "principalId")
            if not principal and parse_resource(name).type == IDENTITY:  # so it is with flexible scale sets
                path = "/" + quote(name.strip("/"), safe="/()")
                principal = _text(
                    await self._manager(config, settings, path, IDENTITY_VERSION), "properties", "principalId"
                )
            principals.append(principal)
        return Found(_text(found, "location"), tuple(each for each in principals if each))

    async def _manager(self, config: AzureConfig, settings: Settings, path: str, version: str) -> Mapping[str, Any]:
        url = f"{settings.cloud.manager}{path}?{urlencode({'api-version': version})}"
        async with self.slots.place(urlsplit(url).netloc, total_s=_RETRIED_S):
            return await self._asked(config, settings, url)

    async def _asked(self, config: AzureConfig, settings: Settings, url: str) -> Mapping[str, Any]:
        for attempt in range(min(max(config.max_retries, 0), _MOST_RETRIES) + 1):
            if attempt:
                await self._pause(min(config.retry_delay_s * 2 ** (attempt - 1), config.max_retry_delay_s))
            bearer = await self.bearer(settings, f"{settings.cloud.manager}/")
            headers = {"authorization": f"Bearer {bearer}", "accept": "application/json"}
            reply = await self.http.ask("GET", url, headers=headers)
            if reply.status not in _TEMPORARY:
                break
        what = urlsplit(url).path.partition("/providers/")[2][:200]
        if reply.status == 404:
            raise InvalidRequest(f"Azure doesn't know the resource {what}")
        if reply.status in {401, 403}:
            raise UpstreamFailed(f"Azure doesn't let this server see {what}", detail=f"status {reply.status}")
        if reply.status != 200:
            raise UpstreamFailed(f"Azure refused to show {what}", detail=f"status {reply.status}")
        return json_object(self.http.decoded(reply), self.http.name)

    async def bearer(self, settings: Settings, audience: str) -> str:
        """A token of the server's own, for a service.  Raises `UpstreamFailed`."""
        if settings.is_withheld:
            raise UpstreamFailed(
                "the client secret of the server's environment isn't for authority_url: configure client_id and "
                "client_secret, or have the environment name that authority as AZURE_AUTHORITY_HOST"
            )
        name = hashlib.sha256(repr((settings, settings.client_secret, audience)).encode()).hexdigest()
        kept = self._bearers.get(name)
        if kept is None or kept.until <= self._clock():
            kept = await (
                self._of_client(settings, audience) if settings.client_secret else self._of_machine(settings, audience)
            )
            self._bearers[name] = kept
            if len(self._bearers) > _MOST_TOKENS:
                self._bearers.popitem(last=False)
        return kept.token

    async def _of_client(self, settings: Settings, audience: str) -> _Bearer:
        url = f"{settings.cloud.authority}/{quote(settings.tenant_id, safe='')}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "scope": f"{audience}.default",
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self._granted(await self.http.ask("POST", url, headers=headers, content=urlencode(form).encode()))

    async def _of_machine(self, settings: Settings, audience: str) -> _Bearer:
        query = {"api-version": "2018-02-01", "resource": audience}
        if settings.client_id:
            query["client_id"] = settings.client_id
        url = f"{self._metadata_url}/metadata/identity/oauth2/token?{urlencode(query)}"
        try:
            return self._granted(await self.http.ask("GET", url, headers={"metadata": "true"}, direct=True))
        except UpstreamFailed as error:
            raise UpstreamFailed(
                "there are no credentials for Azure: config has no client_secret, and this machine has no identity"
            ) from error

    def _granted(self, reply: Reply) -> _Bearer:
        found = json_object(self.http.decoded(reply), self.http.name) if reply.status == 200 else {}
        token, seconds = _text(found, "access_token"), str(found.get("expires_in", ""))
        if not token or not token.isascii() or not (seconds.isascii() and seconds.isdigit() and len(seconds) < 8):
            raise UpstreamFailed("Azure doesn't accept the credentials of this server", detail=f"status {reply.status}")
        return _Bearer(token, self._clock() + int(seconds) - _EARLIER_S)

    def _of_discovery(self, reply: Reply) -> Discovered:
        found = json_object(self.http.decoded(reply), self.http.name)
        issuer, keys = _text(found, "issuer"), _text(found, "jwks_uri")
        try:
            check_url(keys, "jwks_uri")
        except InvalidRequest as error:
            raise UpstreamFailed("Azure gave no usable answer", detail=error.text) from error
        if not issuer:
            raise UpstreamFailed("Azure gave no usable answer", detail="no issuer")
        return Discovered(issuer, keys)

    def _of_set(self, reply: Reply) -> tuple[PublicKey, ...]:
        try:
            return tuple(key for key in keys_of_set(self.http.decoded(reply)) if key.kid)
        except InvalidRequest as error:
            raise UpstreamFailed("Azure gave no usable answer", detail="no key set") from error


def _text(value: Any, *names: str) -> str:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _version_of(described: Mapping[str, Any], kind: str) -> str:
    """The newest version of the API that isn't a preview.  Raises `UpstreamFailed` if the provider has no such type."""
    listed = described.get("resourceTypes")
    for each in listed if isinstance(listed, list) else []:
        if _text(each, "resourceType").lower() == kind:
            versions = [v for v in each.get("apiVersions") or [] if isinstance(v, str) and len(v) == _VERSION_LENGTH]
            if versions:
                return max(versions)
    raise UpstreamFailed("Azure gave no usable answer", detail="the provider has no such type of resource")
