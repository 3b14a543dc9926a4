"""Logging in with a token of Microsoft Entra ID.

Source: https://developer.hashicorp.com/vault/api-docs/auth/azure#login
"""

from __future__ import annotations

import hashlib

import msgspec

from strongroom.auth.azure.clouds import Settings
from strongroom.auth.azure.entra import Entra, Found, Tenant
from strongroom.auth.azure.placed import Named, check_found, check_names, demands_resource
from strongroom.auth.azure.records import AzureConfig, AzureRole
from strongroom.auth.azure.tokens import ALGORITHMS, Claims, check_identity, judged
from strongroom.crypto import public_keys
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.sdk import Auth, Request, token_fields


class Asker:
    """Asks Azure for one request, outside its transaction.

    Args:
        config, settings: how Azure is reached.  Each result depends on them.
    """

    def __init__(self, entra: Entra, request: Request, config: AzureConfig, settings: Settings) -> None:
        self._entra = entra
        self.request = request
        self._config = config
        self.settings = settings
        whole = (msgspec.msgpack.encode(config), repr(settings), settings.client_secret)
        self._digest = hashlib.sha256(repr(whole).encode()).hexdigest()

    def tenant(self, kid: str) -> Tenant:
        """Issuer and keys of the tenant."""
        work = lambda: self._entra.tenant(self.settings, kid)  # noqa: E731
        return self.request.once.outside(f"tenant {kid} {self._digest}", work)

    def found(self, named: Named) -> Found:
        """The resource that a login names."""

        async def work() -> Found:
            if not (named.vmss_name or named.vm_name):
                return await self._entra.resource(self._config, self.settings, named.resource_id)
            kind = "virtualMachineScaleSets" if named.vmss_name else "virtualMachines"
            group = named.subscription_id, named.resource_group_name, named.vmss_name or named.vm_name
            return await self._entra.machine(self._config, self.settings, kind, group)

        return self.request.once.outside(f"resource {named} {self._digest}", work)

    def app_ids(self, named: Named) -> frozenset[str]:
        """The client ids of the user-assigned identities of the resource group that a login names."""
        group = named.subscription_id, named.resource_group_name
        work = lambda: self._entra.app_ids(self._config, self.settings, *group)  # noqa: E731
        return self.request.once.outside(f"identities {group} {self._digest}", work)


def claims_of(asker: Asker, text: str, now: float) -> Claims:
    """What a token says.  Raises `InvalidRequest` if the tenant hasn't signed it for the configured resource."""
    try:
        token = public_keys.parse(text)
        if not token.kid:
            raise Tampered("its header has no kid")
        tenant = asker.tenant(token.kid)
        claims = token.claims([key for key in tenant.keys if key.kid == token.kid], ALGORITHMS)
    except Tampered as error:
        raise InvalidRequest(f"unable to verify the token: {error.text or error}") from error
    return judged(claims, tenant.issuer, asker.settings.resource, now)


def check_resource(asker: Asker, role: AzureRole, name: str, named: Named, claims: Claims) -> None:
    """Whether the token is of the resource that the login names, and the role binds it.  Raises `InvalidRequest`."""
    if not demands_resource(role):
        return
    check_names(role, name, named, claims)
    if named.vmss_name or named.vm_name or named.resource_id:
        found = asker.found(named)
        check_found(role, name, claims, found.location, found.principals)
        return
    if claims.app_id not in asker.app_ids(named):
        raise InvalidRequest(
            f'neither token object id nor token app id match expected identities: the claim appid is "{claims.app_id}"'
            f', which no user-assigned identity of the resource group "{named.resource_group_name}" has'
        )


def log_in(asker: Asker, name: str, role: AzureRole, named: Named, jwt: str) -> Auth:
    """The login of whom a token is about.  Raises `InvalidRequest` if the role doesn't let it in."""
    named.check()
    request = asker.request
    claims = claims_of(asker, jwt, request.now)
    check_identity(role, name, claims)
    check_resource(asker, role, name, named, claims)
    # Only now: who isn't bound to the role isn't told from where it would be taken.
    token_fields.check_address(request.address, role.token.bound_cidrs, request.source)
    facts = {"resource_group_name": named.resource_group_name, "subscription_id": named.subscription_id}
    more = {
        "vm_name": named.vm_name,
        "vmss_name": named.vmss_name,
        "resource_id": named.resource_id,
        "app_id": claims.app_id,
    }
    facts |= {field: value for field, value in more.items() if value}
    auth = token_fields.grant(
        role.token, alias=claims.object_id, metadata={"role": name, **facts}, internal={"role": name}
    )
    return msgspec.structs.replace(auth, alias_metadata=facts, group_aliases=claims.groups)
