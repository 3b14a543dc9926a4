"""The public keys of an issuer.

They are kept as a derived value, so that a stranger who asks for them again and again costs no reads of the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.services.oidc import rows
from strongroom.services.oidc.records import OidcProvider, OidcPublicKey
from strongroom.services.oidc.service import OidcService

_LONGEST_S = 3600


class Published(msgspec.Struct, frozen=True):
    """Public keys at one time."""

    keys: list[dict[str, str]]
    max_age_s: int
    """How long a client may keep them without missing a change; 0: not at all."""


class _Known(msgspec.Struct, frozen=True):
    """What the rows say, for any time."""

    pairs: list[OidcPublicKey]
    rotations: list[float]
    shortest_period_s: int


async def of_namespace(service: OidcService, txn: Transaction, namespace: str, now: float) -> Published:
    """The keys that a namespace's identity tokens are signed with: those that roles refer to."""
    known = await txn.derived(("oidc roles' keys", namespace), partial(_of_referred, service, namespace, rows.ROLES))
    return _at(txn, known, now)


async def of_provider(
    service: OidcService, txn: Transaction, namespace: str, provider: OidcProvider, now: float
) -> Published:
    """The keys that a provider's tokens are signed with: those of its clients."""
    if "*" in provider.allowed_client_ids:
        build = partial(_of_referred, service, namespace, rows.CLIENTS)
        return _at(txn, await txn.derived(("oidc clients' keys", namespace), build), now)
    name = ("oidc provider's keys", namespace, provider.name, provider.allowed_client_ids)
    build = partial(_of_clients, service, namespace, provider.allowed_client_ids)
    return _at(txn, await txn.derived(name, build), now)


async def _of_referred(service: OidcService, namespace: str, by: str, txn: Transaction) -> _Known:
    found = [
        name
        for name in await service.keys.names(txn, namespace)
        if await txn.list(rows.references(namespace, rows.KEYS, name, by), limit=1)
    ]
    return await _known(service, txn, namespace, found)


async def _of_clients(service: OidcService, namespace: str, client_ids: Iterable[str], txn: Transaction) -> _Known:
    clients = [await service.client_by_id(txn, namespace, client_id) for client_id in client_ids]
    return await _known(service, txn, namespace, sorted({each.key for each in clients if each is not None}))


async def _known(service: OidcService, txn: Transaction, namespace: str, names: list[str]) -> _Known:
    pairs: list[OidcPublicKey] = []
    rotations, period_s = [], _LONGEST_S
    for name in names:
        key = await service.keys.read(txn, namespace, name)
        if key is not None and key.kid:
            rotations.append(key.next_rotation_at)
            period_s = min(period_s, key.rotation_period_s)
            pairs += await service.keys.published(txn, namespace, name)
    return _Known(pairs, rotations, period_s)


def _at(txn: Transaction, known: _Known, now: float) -> Published:
    alive = [each for each in known.pairs if not 0 < each.expires_at <= now]
    # A copy must be gone when a pair that it lacks begins to sign, which is a period after that pair was published, and
    # when one of its pairs stops to verify.
    ends = [*known.rotations, *(each.expires_at for each in alive if each.expires_at)]
    left_s = max(0, int(min([known.shortest_period_s / 2, *(end - now for end in ends)])))
    for end in ends:
        if end > now:
            txn.lasts(end - left_s)  # from then on fewer seconds are left
    return Published([each.jwk for each in alive], left_s if alive else 0)
