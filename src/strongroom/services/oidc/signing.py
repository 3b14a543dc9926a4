"""Named keys: pairs that sign, the pair that comes next, and retired ones that still verify.

A key has two pairs.  One signs; the other is published already, so that clients who keep a copy of the public keys know
it before it signs.  A rotation makes the second pair the first, retires the first, and makes a new second one.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec

from strongroom.barrier.due import OIDC_KEY, DueRecord, due_key, milliseconds
from strongroom.barrier.transaction import Transaction
from strongroom.crypto import jose
from strongroom.lib.errors import Internal, InvalidRequest, Tampered
from strongroom.lib.rand import Random, uuid4
from strongroom.services.oidc import rows
from strongroom.services.oidc.records import OidcKey, OidcPrivateKey, OidcPublicKey, OidcReference

DEFAULT = "default"
_MOST_PAIRS = 64
"""Pairs of one key that are published at a time."""
_KID = re.compile(r"[0-9a-f-]{36}")


class SigningKeys:
    """The keys of all namespaces."""

    def __init__(self, random: Random) -> None:
        self._random = random

    async def read(self, txn: Transaction, namespace: str, name: str) -> OidcKey | None:
        """A key's settings, or None.  The key `default` always exists."""
        key = await txn.read(rows.named(namespace, rows.KEYS, name), OidcKey)
        if key is None and name == DEFAULT:
            return OidcKey(name=DEFAULT, allowed_client_ids=("*",))
        return key

    async def names(self, txn: Transaction, namespace: str) -> list[str]:
        """The names of all keys, sorted."""
        return sorted({*await txn.list(rows.folder(namespace, rows.KEYS)), DEFAULT})

    async def write(self, txn: Transaction, namespace: str, key: OidcKey, now: float) -> None:
        """Store a key's settings.  A new key, and one with another algorithm, gets new pairs."""
        before = await self.read(txn, namespace, key.name)
        if before is None or not before.kid:
            await self._begin(txn, namespace, key, now)
            return
        due = min(key.next_rotation_at, now + key.rotation_period_s)
        if before.algorithm == key.algorithm:
            self._store(txn, namespace, before, msgspec.structs.replace(key, next_rotation_at=due))
            return
        # The pair that was to come would sign by the old algorithm.  It has signed nothing.
        self._drop(txn, namespace, key.name, before.next_kid)
        await self._retire(txn, namespace, before, now, key.verification_ttl_s)
        await self._begin(txn, namespace, key, now, before)

    async def delete(self, txn: Transaction, namespace: str, key: OidcKey) -> None:
        """Delete a key with all its pairs.  What it has signed verifies no longer."""
        for kid in await txn.list(rows.pairs(namespace, key.name)):
            self._drop(txn, namespace, key.name, kid)
        if key.next_rotation_at:
            txn.delete(_due_row(namespace, key))
        txn.delete(rows.named(namespace, rows.KEYS, key.name))

    async def ready(self, txn: Transaction, namespace: str, name: str, now: float) -> OidcKey | None:
        """A key that can sign: it gets its pairs, or is rotated, if that is due.  None if there is no such key."""
        key = await self.read(txn, namespace, name)
        if key is None:
            return None
        if not key.kid:
            return await self._begin(txn, namespace, key, now)
        return await self.rotate(txn, namespace, key, now) if key.next_rotation_at <= now else key

    async def sign(self, txn: Transaction, namespace: str, key: OidcKey, claims: dict[str, Any]) -> str:
        """The claims, signed by a key that is ready."""
        pair = await txn.read(rows.private(namespace, key.kid), OidcPrivateKey)
        if pair is None:
            raise Internal(detail=f"the OIDC key {key.name!r} has no private key")
        return jose.sign(claims, pair.pem, pair.algorithm, key.kid)

    async def rotate(
        self, txn: Transaction, namespace: str, key: OidcKey, now: float, verification_ttl_s: int | None = None
    ) -> OidcKey:
        """Let the next pair sign.

        Args:
            verification_ttl_s: how long the present pair still verifies, instead of the key's setting.
        """
        if not key.kid:
            return await self._begin(txn, namespace, key, now)
        kept_s = key.verification_ttl_s if verification_ttl_s is None else verification_ttl_s
        await self._retire(txn, namespace, key, now, kept_s)
        next_kid = await self._add_pair(txn, namespace, key, after=key.next_kid)
        rotated = msgspec.structs.replace(
            key, kid=key.next_kid, next_kid=next_kid, next_rotation_at=now + key.rotation_period_s
        )
        self._store(txn, namespace, key, rotated)
        return rotated

    async def check_room(self, txn: Transaction, namespace: str, name: str, now: float) -> None:
        """Raise `InvalidRequest` if a key was rotated so often that too many of its pairs still verify.

        Rotations by time need no such limit: a pair verifies for ten periods at most.
        """
        found = [each for each in await self.published(txn, namespace, name) if not 0 < each.expires_at <= now]
        if len(found) >= _MOST_PAIRS:
            raise InvalidRequest(
                f'key "{name}" has {len(found)} public keys that still verify, which is the most: '
                "wait until some of them have expired"
            )

    async def rotate_if_due(self, txn: Transaction, namespace: str, name: str, due_ms: int, now: float) -> bool:
        """Rotate a key whose time, in milliseconds, is the time of a due row.  Returns whether it did."""
        key = await txn.read(rows.named(namespace, rows.KEYS, name), OidcKey)
        if key is None or not key.kid or milliseconds(key.next_rotation_at) != due_ms:
            return False
        await self.rotate(txn, namespace, key, now)
        return True

    async def published(self, txn: Transaction, namespace: str, name: str) -> list[OidcPublicKey]:
        """The public keys of a key, with those that have expired and weren't cleared yet."""
        kids = await txn.list(rows.pairs(namespace, name))
        found = [await txn.read(rows.public(namespace, kid), OidcPublicKey) for kid in kids]
        return [each for each in found if each is not None]

    async def claims_of(self, txn: Transaction, namespace: str, token: str, now: float) -> dict[str, Any]:
        """What a token says, if a key of the namespace signed it and the pair still verifies.

        Raises: `Tampered`.
        """
        kid = jose.kid_of(token)
        known = await txn.read(rows.public(namespace, kid), OidcPublicKey) if _KID.fullmatch(kid) else None
        if known is None or 0 < known.expires_at <= now:
            raise Tampered("the key that signed the token is not known, or verifies no longer")
        return jose.claims_of(token, known.jwk)

    async def _begin(
        self, txn: Transaction, namespace: str, key: OidcKey, now: float, before: OidcKey | None = None
    ) -> OidcKey:
        """Give a key two new pairs."""
        begun = f"{key.algorithm} {before.kid if before is not None else ''}"
        kid = await self._add_pair(txn, namespace, key, after=f"{begun} first")
        next_kid = await self._add_pair(txn, namespace, key, after=f"{begun} second")
        made = msgspec.structs.replace(key, kid=kid, next_kid=next_kid, next_rotation_at=now + key.rotation_period_s)
        self._store(txn, namespace, before, made)
        return made

    async def _add_pair(self, txn: Transaction, namespace: str, key: OidcKey, *, after: str) -> str:
        """A new pair, the same in all attempts that follow on the same pair.  Returns its id."""
        about = f"oidc pair {namespace} {key.name} {after}"
        kid = txn.once(about, lambda: uuid4(self._random))
        pem = await txn.once.wait(f"{about} pem", lambda: asyncio.to_thread(jose.generate, key.algorithm))
        txn.write(rows.private(namespace, kid), OidcPrivateKey(pem=pem, algorithm=key.algorithm))
        jwk = jose.public_jwk(pem, key.algorithm, kid)
        txn.write(rows.public(namespace, kid), OidcPublicKey(key=key.name, jwk=jwk))
        txn.write(rows.pairs(namespace, key.name) + kid, OidcReference())
        return kid

    async def _retire(self, txn: Transaction, namespace: str, key: OidcKey, now: float, kept_s: int) -> None:
        """Stop signing with a key's pair, which verifies for `kept_s` more, and drop what verifies no longer."""
        for each in await self.published(txn, namespace, key.name):
            if 0 < each.expires_at <= now:
                self._drop(txn, namespace, key.name, each.jwk["kid"])
        present = await txn.read(rows.public(namespace, key.kid), OidcPublicKey)
        txn.delete(rows.private(namespace, key.kid))
        if present is None or not kept_s:
            self._drop(txn, namespace, key.name, key.kid)
        else:
            txn.write(rows.public(namespace, key.kid), msgspec.structs.replace(present, expires_at=now + kept_s))

    def _drop(self, txn: Transaction, namespace: str, name: str, kid: str) -> None:
        txn.delete(rows.private(namespace, kid))
        txn.delete(rows.public(namespace, kid))
        txn.delete(rows.pairs(namespace, name) + kid)

    def _store(self, txn: Transaction, namespace: str, before: OidcKey | None, key: OidcKey) -> None:
        if before is not None and before.next_rotation_at:
            txn.delete(_due_row(namespace, before))
        txn.write(rows.named(namespace, rows.KEYS, key.name), key)
        txn.write(_due_row(namespace, key), DueRecord(kind=OIDC_KEY, id=f"{namespace}/{key.name}"))


def _due_row(namespace: str, key: OidcKey) -> str:
    return due_key(key.next_rotation_at, OIDC_KEY, f"{namespace}/{key.name}")
