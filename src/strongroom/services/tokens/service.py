"""Creates, finds, renews and ends tokens."""

from __future__ import annotations

import base64

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.due import SINGLE_USE, DueRecord, due_key
from strongroom.barrier.keyring import Keyring
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.aead import Aes256Gcm
from strongroom.crypto.mac import HmacSha256, sha256
from strongroom.lib.errors import Internal, InvalidRequest, OutOfRange, PermissionDenied, Tampered
from strongroom.lib.rand import Random, base62
from strongroom.services.mounts import MountService
from strongroom.services.namespaces import Namespace
from strongroom.services.quotas.counters import token_ended
from strongroom.services.tokens import telling
from strongroom.services.tokens.binding import admits
from strongroom.services.tokens.issued import line_of
from strongroom.services.tokens.lease_ids import lease_id, token_key
from strongroom.services.tokens.records import (
    BATCH,
    AccessorRecord,
    ChildRecord,
    DeadTree,
    TokenRecord,
)
from strongroom.services.withdrawals import lifetimes
from strongroom.services.withdrawals.standing import are_withdrawn, standing
from strongroom.storage.base import Add
from strongroom.storage.keys import is_key

SERVICE_PREFIX = "hvs."
BATCH_PREFIX = "hvb."
_EARLIER_PREFIXES = ("s.", "b.")
"""The prefixes of Vault's first years, which a chosen token may have."""
_TOKEN_CHARACTERS = 24
_ACCESSOR_CHARACTERS = 24
_MAX_TOKEN_LENGTH = 8192
_USUAL_LENGTH = 64
_KEYS_KEPT = 4096
_TREE_AT_ONCE = 8
"""Descendants that one commit deletes.  Each needs some nine keys; the smallest store takes 128 in a commit."""
_SPENT_GRACE_S = 30
"""How long a request may still run after the last use of its token."""
_DENIED = "permission denied"
_ELSEWHERE = "1 error occurred:\n\t* cannot lookup token in different namespace\n\n"


class Bearer(msgspec.Struct, frozen=True):
    """A token that was presented and found alive."""

    token: str
    record: TokenRecord
    is_kept: bool = True
    """Whether the client has the token.  False for that of a login that came with its request: it ends with that."""

    def __repr__(self) -> str:
        return f"Bearer(accessor={self.record.accessor})"


def dead_tree_key(key: str) -> str:
    """The key of the row by which the expiry role finds the remains of a revoked token."""
    return f"{keys.PENDING_DELETION}token/{key}"


class TokenService:
    """Stores tokens.  A token names its parent, and is valid only while all its ancestors are."""

    def __init__(self, keyring: Keyring, random: Random) -> None:
        self._random = random
        self._digest = HmacSha256(keyring.purpose_key("token"))
        self._keys: dict[str, str] = {}
        self._batch = Aes256Gcm(keyring.purpose_key("batch token"))

    def key_of(self, token: str) -> str:
        """The storage key of a token.

        It is a keyed digest, so that the store doesn't reveal tokens, and ends in the token's namespace as the token
        does.
        """
        key = self._keys.get(token)
        if key is None:
            digest = self._digest(token.encode("utf-8", "surrogateescape"))
            key = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() + keys.suffix(namespace_in(token))
            if len(token) <= _USUAL_LENGTH:
                if len(self._keys) >= _KEYS_KEPT:
                    self._keys.clear()
                self._keys[token] = key
        return key

    def forget(self) -> None:
        """Forget the tokens that were presented lately."""
        self._keys.clear()

    async def authenticate(
        self, txn: Transaction, token: str, mounts: MountService, address: str, now: float
    ) -> Bearer:
        """Check that a presented token, all its ancestors and its auth mount are valid.

        The caller must charge a use (`use`), or check that a use is left (`spent`).

        Raises: `PermissionDenied`, without saying why.
        """
        record = await self.alive(txn, token, mounts, now)
        if record is None or not admits(record, address):
            raise PermissionDenied(_DENIED)
        return Bearer(token, record)

    async def still(self, txn: Transaction, bearer: Bearer, mounts: MountService, address: str, now: float) -> Bearer:
        """Like `authenticate`, for the token of a login that came with the request."""
        if not admits(bearer.record, address) or not await self.record_alive(txn, bearer.record, mounts, now):
            raise PermissionDenied(_DENIED)
        return bearer

    async def alive(self, txn: Transaction, token: str, mounts: MountService, now: float) -> TokenRecord | None:
        """The token's record if it is valid, else None."""
        if not token or len(token) > _MAX_TOKEN_LENGTH:
            return None
        if token.startswith(BATCH_PREFIX):
            record = self._open_batch(token)
            return record if record is not None and await self.record_alive(txn, record, mounts, now) else None
        return await self.alive_by_key(txn, self.key_of(token), mounts, now)

    async def alive_by_key(self, txn: Transaction, key: str, mounts: MountService, now: float) -> TokenRecord | None:
        """Like `alive`, by the token's key."""
        record = await txn.read(keys.token(key), TokenRecord)
        return record if record is not None and await self.record_alive(txn, record, mounts, now) else None

    async def record_alive(self, txn: Transaction, record: TokenRecord, mounts: MountService, now: float) -> bool:
        """Whether the token, its ancestors, its auth mount and its namespace are valid, and nothing withdraws it."""
        if not await self._stands(txn, record, mounts, now):
            return False
        return not await standing(txn) or not await self.is_withdrawn(txn, record, mounts)

    async def is_withdrawn(self, txn: Transaction, record: TokenRecord, mounts: MountService) -> bool:
        """Whether a withdrawal ends a token, which may be one that isn't stored yet."""
        bounds = await standing(txn)
        if not bounds:
            return False
        line = await line_of(txn, record)
        return await are_withdrawn(txn, bounds, line, mounts.namespaces, record.namespace)

    async def require_issuable(self, txn: Transaction, record: TokenRecord, mounts: MountService) -> None:
        """Raise `PermissionDenied` for a new token that would be withdrawn at once."""
        if await self.is_withdrawn(txn, record, mounts):
            raise PermissionDenied(_DENIED)

    async def _stands(self, txn: Transaction, record: TokenRecord, mounts: MountService, now: float) -> bool:
        if record.retired or _expired(txn, record, now) or await _homeless(txn, record, mounts):
            return False
        while record.parent:
            parent = await txn.read(keys.token(record.parent), TokenRecord)
            if parent is None:
                return False
            if parent.retired:
                return True  # revoked without its children, which are orphans now
            if _expired(txn, parent, now) or await _homeless(txn, parent, mounts):
                return False
            record = parent
        return True

    async def lineage(self, txn: Transaction, record: TokenRecord) -> set[str]:
        """The keys of a token and all its ancestors."""
        found = {record.key}
        while record.parent:
            found.add(record.parent)
            parent = await txn.read(keys.token(record.parent), TokenRecord)
            if parent is None:
                break
            record = parent
        return found

    async def is_orphan(self, txn: Transaction, record: TokenRecord) -> bool:
        """Whether the token has no parent, or a parent that was revoked without its children."""
        if not record.parent:
            return True
        parent = await txn.read(keys.token(record.parent), TokenRecord)
        return parent is not None and parent.retired

    async def use(self, txn: Transaction, record: TokenRecord) -> int:
        """Spend one use, even if the request fails later.

        Returns the uses left.  Raises `PermissionDenied` if none is.
        """
        counter = keys.token_uses(record.key)
        try:
            await txn.charge(f"use of {record.key}", {counter: Add(1, 0, record.num_uses)})
        except OutOfRange as error:
            raise PermissionDenied(_DENIED) from error
        return record.num_uses - await self.used(txn, record)

    async def used(self, txn: Transaction, record: TokenRecord) -> int:
        """How often the token was used so far, at this moment."""
        txn.knows_the_time = True  # uses are counted without a change of a row that was read
        entry = await txn.barrier.storage.get(keys.token_uses(record.key))
        return int(entry.value) if entry is not None else 0

    async def spent(self, txn: Transaction, record: TokenRecord) -> bool:
        """Whether the token has no uses left."""
        return bool(record.num_uses) and await self.used(txn, record) >= record.num_uses

    async def end_spent(self, txn: Transaction, record: TokenRecord, now: float) -> None:
        """End a token whose last use was just made.

        Other requests of the token may still be in progress, and they need its row.  The row stays for a while, and the
        expiry role deletes it.  No new request can use it.
        """
        if record.num_uses == 1:
            await self.revoke(txn, record)
            telling.ended(txn, record, now)
            return
        if await txn.read(keys.accessor(record.accessor), AccessorRecord) is None:
            return  # ended already; a client that goes on using it must not cause a write with every refusal
        txn.delete(keys.accessor(record.accessor))
        telling.ended(txn, record, now)
        row = due_key(now + _SPENT_GRACE_S, SINGLE_USE, record.key)
        txn.write(row, DueRecord(kind=SINGLE_USE, id=record.key))

    def new_token(self, txn: Transaction, name: str, namespace: str) -> str:
        """A new service token of a namespace.  It is the same in all attempts of a request."""
        return SERVICE_PREFIX + self._drawn(txn, name)[:_TOKEN_CHARACTERS] + keys.suffix(namespace)

    def new_accessor(self, txn: Transaction, name: str, namespace: str) -> str:
        """The accessor of that token, of a namespace."""
        return self._drawn(txn, name)[_TOKEN_CHARACTERS:] + keys.suffix(namespace)

    def _drawn(self, txn: Transaction, name: str) -> str:
        """The random characters of a token and then of its accessor, for which the kernel is asked once."""
        return txn.once(f"token {name}", lambda: base62(self._random, _TOKEN_CHARACTERS + _ACCESSOR_CHARACTERS))

    def create(self, txn: Transaction, record: TokenRecord) -> None:
        """Store a token: its row, its accessor, its row in the due index, and its row below its parent."""
        txn.write(keys.token(record.key), record)
        txn.write(keys.accessor(record.accessor), AccessorRecord(token_key=record.key))
        if record.expires_at:
            row = due_key(record.expires_at, record.due_kind, record.key)
            txn.write(row, DueRecord(kind=record.due_kind, id=record.key))
        if record.parent:
            txn.write(keys.children(record.parent) + record.key, ChildRecord())
        telling.created(txn, record)

    async def seal_batch(self, txn: Transaction, record: TokenRecord) -> str:
        """A batch token: the encrypted record.  Nothing is stored, except when none before lived so long.

        Raises: `InvalidRequest` if the token would be longer than the server accepts.
        """
        encoded = msgspec.msgpack.encode(record)
        # The name contains the record's digest, because another token of the same request must not share its nonce.
        nonce = txn.once(f"batch nonce {sha256(encoded).hex()}", lambda: self._random.bytes(12))
        sealed = nonce + self._batch.seal(nonce, encoded, b"batch token")
        token = BATCH_PREFIX + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() + keys.suffix(record.namespace)
        if len(token) > _MAX_TOKEN_LENGTH:
            raise InvalidRequest("too much for a batch token, which holds all of its metadata and policies itself")
        await lifetimes.note(txn, record.creation_ttl_s)
        telling.created(txn, record)
        return token

    def _open_batch(self, token: str) -> TokenRecord | None:
        text = token.removeprefix(BATCH_PREFIX).partition(".")[0]
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            record = msgspec.msgpack.decode(
                self._batch.open(sealed[:12], sealed[12:], b"batch token"), type=TokenRecord
            )
        except (ValueError, Tampered):
            return None
        # The text's end isn't encrypted, so another one might be put in its place.
        return msgspec.structs.replace(record, type=BATCH) if record.namespace == namespace_in(token) else None

    async def find(
        self, txn: Transaction, token: str, mounts: MountService, now: float, namespace: Namespace
    ) -> TokenRecord | None:
        """The record of a token that a request names as a parameter, if the token is valid.

        Args:
            namespace: the one that the request works in.  It sees its own tokens and those of namespaces below.
        """
        record = await self.alive(txn, token, mounts, now)
        if record is None or await self.spent(txn, record):
            return None
        return record if await _holds(txn, mounts, namespace, record.namespace) else None

    async def by_accessor(
        self, txn: Transaction, accessor: str, mounts: MountService, now: float, namespace: Namespace
    ) -> TokenRecord | None:
        """The living token with that accessor, or None.

        Raises: `Internal` for an accessor of another namespace, as the peer does.
        """
        if not is_key(accessor) or "/" in accessor:
            return None
        id_ = keys.namespace_of(accessor)
        if id_ != namespace.id and await mounts.namespaces.by_id(txn, id_) is not None:
            raise Internal(_ELSEWHERE)
        index = await txn.read(keys.accessor(accessor), AccessorRecord)
        record = await self.alive_by_key(txn, index.token_key, mounts, now) if index is not None else None
        return record if record is not None and not await self.spent(txn, record) else None

    async def by_lease(
        self, txn: Transaction, lease: str, mounts: MountService, now: float, namespace: Namespace
    ) -> TokenRecord | None:
        """The living token whose lease has that id, of this namespace or one below; or None."""
        key = token_key(lease)
        record = await self.alive_by_key(txn, key, mounts, now) if key else None
        if record is None or not await _holds(txn, mounts, namespace, record.namespace):
            return None
        if lease_id(record) != lease or await self.spent(txn, record):
            return None
        return record

    async def extend(self, txn: Transaction, record: TokenRecord, ttl_s: int, now: float) -> TokenRecord:
        """Extend a token to `ttl_s` from now."""
        renewed = msgspec.structs.replace(record, ttl_s=ttl_s, expires_at=now + ttl_s, last_renewed_at=now)
        before, after = (due_key(at, record.due_kind, record.key) for at in (record.expires_at, now + ttl_s))
        if record.expires_at and before != after:
            txn.delete(before)
        txn.write(after, DueRecord(kind=record.due_kind, id=record.key))
        txn.write(keys.token(record.key), renewed)
        return renewed

    async def revoke(self, txn: Transaction, record: TokenRecord, *, orphan_children: bool = False) -> None:
        """Revoke a token.  Its descendants end with it, unless its children become orphans.

        The expiry role clears its descendants and leases beyond a few rows.  They are invalid at once.
        """
        has_children = bool(await txn.list(keys.children(record.key), limit=1))
        if not (has_children and orphan_children):
            await self._remove_below(txn, record.key, [_TREE_AT_ONCE])
        self._remove(txn, record)
        if has_children and orphan_children:
            txn.write(keys.token(record.key), msgspec.structs.replace(record, retired=True, policies=(), counted=()))
        await self._bury(txn, record.key, orphan_children=orphan_children)
        await self._forget_retired(txn, record)

    async def _forget_retired(self, txn: Transaction, record: TokenRecord) -> None:
        """Delete a retired parent's row together with its last child."""
        parent = await txn.read(keys.token(record.parent), TokenRecord) if record.parent else None
        if parent is not None and parent.retired and not await txn.list(keys.children(parent.key), limit=1):
            txn.delete(keys.token(parent.key))

    def _remove(self, txn: Transaction, record: TokenRecord) -> None:
        if record.counted:
            token_ended(txn, record.counted, record.namespace)
        txn.delete(keys.token(record.key))
        txn.delete(keys.accessor(record.accessor))
        if record.num_uses:
            txn.delete(keys.token_uses(record.key))
        if record.expires_at:
            txn.delete(due_key(record.expires_at, record.due_kind, record.key))
        if record.parent:
            txn.delete(keys.children(record.parent) + record.key)

    async def _bury(self, txn: Transaction, key: str, *, orphan_children: bool = False) -> None:
        """Write a row for the expiry role, if the token leaves anything behind."""
        places = [keys.leases_of_token(key), keys.cubbyhole(key), keys.cubbyholes_below(key)]
        if not orphan_children:
            places.append(keys.children(key))
        for place in places:
            if await txn.list(place, limit=1):
                txn.write(dead_tree_key(key), DeadTree(token_key=key))
                return

    async def _remove_below(self, txn: Transaction, key: str, budget: list[int]) -> None:
        for child in await txn.list(keys.children(key), limit=budget[0] + 1):
            if budget[0] <= 0:
                return
            budget[0] -= 1
            record = await txn.read(keys.token(child), TokenRecord)
            if record is None:
                txn.delete(keys.children(key) + child)
                continue
            await self._remove_below(txn, child, budget)
            self._remove(txn, record)
            await self._bury(txn, child)


async def _holds(txn: Transaction, mounts: MountService, namespace: Namespace, other: str) -> bool:
    """Whether a namespace is an ancestor of the one with the id `other`, or that one itself."""
    inner = await mounts.namespaces.by_id(txn, other)
    return inner is not None and namespace.holds(inner)


def _expired(txn: Transaction, record: TokenRecord, now: float) -> bool:
    txn.lasts(record.expires_at)
    return bool(record.expires_at) and record.expires_at <= now


async def _homeless(txn: Transaction, record: TokenRecord, mounts: MountService) -> bool:
    """Whether the token's namespace or auth mount is gone."""
    if not record.auth_mount:
        at_root = record.namespace == keys.ROOT_NAMESPACE
        return not at_root and await mounts.namespaces.known(txn, record.namespace) is None
    router = await mounts.router_of(txn, record.namespace)
    return router is None or record.auth_mount not in router.by_id


def namespace_in(token: str) -> str:
    """The id of the namespace that a token's text ends in; that of root without one."""
    for prefix in (SERVICE_PREFIX, BATCH_PREFIX, *_EARLIER_PREFIXES):
        if token.startswith(prefix):
            return keys.namespace_of(token[len(prefix) :])
    return keys.namespace_of(token)


def require_service(record: TokenRecord, text: str) -> None:
    """Raise `InvalidRequest` with `text` for a batch token."""
    if record.type == BATCH:
        raise InvalidRequest(text)
