"""The OIDC service: finds its objects, and decides who may log in at which client and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from strongroom.barrier.keyring import Keyring
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.services.identity import IdentityService
from strongroom.services.namespaces import Namespace
from strongroom.services.oidc import logic, rows, templates
from strongroom.services.oidc.access import AccessTokens
from strongroom.services.oidc.records import (
    OidcAssignment,
    OidcClient,
    OidcClientName,
    OidcConfig,
    OidcProvider,
    OidcScope,
)
from strongroom.services.oidc.signing import SigningKeys

ALLOW_ALL = "allow_all"
DEFAULT_PROVIDER = "default"
OPENID = "openid"


class Conflicting(InvalidRequest):
    """Two scopes set the same claim."""


class OidcService:
    """Identity tokens and the provider, of all namespaces."""

    def __init__(self, keyring: Keyring, random: Random, identity: IdentityService, api_address: str) -> None:
        self.random = random
        self.keys = SigningKeys(random)
        self.access = AccessTokens(keyring, random)
        self._identity = identity
        self._api_address = api_address.rstrip("/")

    async def config(self, txn: Transaction, namespace: str) -> OidcConfig:
        """The settings of a namespace's identity tokens."""
        return await txn.read(rows.config(namespace), OidcConfig) or OidcConfig()

    async def issuer(self, txn: Transaction, namespace: Namespace) -> str:
        """The issuer of a namespace's identity tokens.  Raises `InvalidRequest` if nothing says which that is."""
        base = (await self.config(txn, namespace.id)).issuer
        return f"{self._base(base)}/v1/{namespace.path}identity/oidc"

    def provider_issuer(self, namespace: Namespace, provider: OidcProvider) -> str:
        """The issuer of a provider's tokens.  Raises `InvalidRequest` if nothing says which that is."""
        return f"{self._base(provider.issuer)}/v1/{namespace.path}identity/oidc/provider/{provider.name}"

    def _base(self, own: str) -> str:
        base = own or self._api_address
        if not base:
            raise InvalidRequest("no issuer is known: set `issuer`, or `api_addr` in the server's configuration")
        return base

    async def provider(self, txn: Transaction, namespace: str, name: str) -> OidcProvider | None:
        """A provider, or None.  The provider `default` always exists."""
        provider = await txn.read(rows.named(namespace, rows.PROVIDERS, name), OidcProvider)
        if provider is None and name == DEFAULT_PROVIDER:
            return OidcProvider(name=name, allowed_client_ids=("*",))
        return provider

    async def assignment(self, txn: Transaction, namespace: str, name: str) -> OidcAssignment | None:
        """An assignment, or None.  The assignment `allow_all` always exists."""
        if name == ALLOW_ALL:
            return OidcAssignment(entity_ids=("*",), group_ids=("*",))
        return await txn.read(rows.named(namespace, rows.ASSIGNMENTS, name), OidcAssignment)

    async def client(self, txn: Transaction, namespace: str, name: str) -> OidcClient | None:
        """A client by its name, or None."""
        return await txn.read(rows.named(namespace, rows.CLIENTS, name), OidcClient)

    async def client_by_id(self, txn: Transaction, namespace: str, client_id: str) -> OidcClient | None:
        """A client by its id, or None."""
        if not client_id.isascii() or not client_id.isalnum() or len(client_id) > 64:
            return None
        index = await txn.read(rows.client_id(namespace, client_id), OidcClientName)
        return await self.client(txn, namespace, index.name) if index is not None else None

    async def may_use(self, txn: Transaction, namespace: str, entity_id: str, client: OidcClient) -> bool:
        """Whether an entity exists, is not disabled and is covered by one of a client's assignments."""
        entity = await self._identity.entity(txn, namespace, entity_id)
        if entity is None or entity.disabled:
            return False
        if ALLOW_ALL in client.assignments:
            return True
        assignments = [await self.assignment(txn, namespace, name) for name in client.assignments]
        if not any(assignments):
            return False
        groups = {group.id for group in await self._identity.groups_of(txn, namespace, entity_id)}
        return any(logic.covers(each, entity_id, groups) for each in assignments if each is not None)

    async def claims(
        self, txn: Transaction, namespace: str, entity_id: str, template: str, now: float
    ) -> dict[str, Any]:
        """What a template says of an entity."""
        subject = await self._identity.subject(txn, namespace, entity_id)
        return templates.claims_of(template, subject, now) if subject is not None else {}

    async def scope_claims(
        self, txn: Transaction, namespace: str, entity_id: str, scopes: Iterable[str], now: float
    ) -> dict[str, Any]:
        """What some scopes say of an entity.  Scopes that don't exist say nothing.

        Raises: `Conflicting` when two of them set the same claim.
        """
        subject = await self._identity.subject(txn, namespace, entity_id)
        said: dict[str, Any] = {}
        by: dict[str, str] = {}
        for name in scopes:
            scope = await txn.read(rows.named(namespace, rows.SCOPES, name), OidcScope) if name != OPENID else None
            if scope is None or subject is None:
                continue
            for claim, value in templates.claims_of(scope.template, subject, now).items():
                if claim in said:
                    raise Conflicting(
                        "found scopes with conflicting top-level claim: "
                        f'claim "{claim}" in scopes "{name}", "{by[claim]}"'
                    )
                said[claim], by[claim] = value, name
        return said
