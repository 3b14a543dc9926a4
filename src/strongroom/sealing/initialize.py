"""Initializes an empty store in one commit, so that it is initialized completely or not at all."""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier, require_whole
from strongroom.barrier.keyring import new_keyring, seal_keyring
from strongroom.barrier.record import Record
from strongroom.barrier.stable import Restart, StableValues
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.aead import KEY_BYTES
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.lib.rand import Random, base62, uuid4
from strongroom.lib.secret import Secret
from strongroom.sealing import pgp
from strongroom.sealing.hand_out import HandedOut, hand_out
from strongroom.seals import shamir
from strongroom.services.mounts.built_in import built_in_mounts
from strongroom.services.policy.builtin import built_in_policies
from strongroom.services.tokens import TokenRecord, TokenService
from strongroom.services.tokens.records import FIRST_PATH
from strongroom.services.withdrawals import Issue
from strongroom.services.withdrawals.records import LONGEST_BATCH, LongestBatch
from strongroom.storage.base import Storage

_DONE = "Vault is already initialized"
_TOKEN_PREFIX = "hvs."  # noqa: S105 - what every token begins with
_TOKEN_RANDOM = 24
TOKEN_LENGTH = len(_TOKEN_PREFIX) + _TOKEN_RANDOM
"""Characters of a token, and of a one-time pad for one."""


class Cluster(Record, frozen=True, tag="cluster"):
    """Names the installation."""

    id: str
    name: str
    audit_key: bytes = b""
    """The key of the names of audit writers; empty until the first node is unsealed."""

    def __repr__(self) -> str:
        return f"Cluster(name={self.name})"


class InitRequest(msgspec.Struct, frozen=True):
    """The parameters of an initialization."""

    shares: int
    threshold: int
    pgp_keys: tuple[str, ...] = ()
    root_token_pgp_key: str = ""
    cluster_name: str = ""
    root_token: str = ""
    """A root token to use instead of a random one; for development."""

    def __repr__(self) -> str:
        return f"InitRequest(shares={self.shares}, threshold={self.threshold})"


class Initialized(msgspec.Struct, frozen=True):
    """The result of an initialization.  Only the client that initialized sees it."""

    shares: HandedOut
    root_token: Secret


async def initialized(storage: Storage) -> bool:
    """Whether the store is initialized."""
    return await storage.get(keys.KEYRING) is not None


async def initialize(storage: Storage, random: Random, wanted: InitRequest) -> Initialized:
    """Create root key, keyring, seal, the built-in mounts and policies, and the root token.

    Raises: `InvalidRequest` for unusable numbers or PGP keys, or if the store is initialized already.
    """
    await require_whole(storage)
    shamir.check_shape(wanted.shares, wanted.threshold)
    if wanted.pgp_keys and len(wanted.pgp_keys) != wanted.shares:
        raise InvalidRequest(
            "invalid seal configuration: count mismatch between number of provided PGP keys and number of shares"
        )
    root_key = Secret(random.bytes(KEY_BYTES))
    record, shares = shamir.create(root_key, wanted.shares, wanted.threshold, random)
    # Encrypting comes first, because an unusable key must not leave a store that nobody can open.
    try:
        handed_out = hand_out(shares, wanted.pgp_keys)
    except InvalidRequest as error:
        raise _unusable(error) from error
    now = await storage.now()
    keyring = new_keyring(random, now)
    tokens = TokenService(keyring, random)
    root_token = wanted.root_token or new_token(random)
    shown_token = root_token
    if wanted.root_token_pgp_key:
        try:
            shown_token, _ = pgp.encrypt(wanted.root_token_pgp_key, root_token)
        except InvalidRequest as error:
            raise _unusable(error) from error
    barrier = await Barrier.fresh(storage, root_key, keyring, random)
    txn = Transaction(barrier, StableValues())
    try:
        if await txn.read_plain(keys.KEYRING) is not None:
            raise InvalidRequest(_DONE)
    except (Restart, Tampered) as error:  # another concurrent initialization has just written its keyring
        raise InvalidRequest(_DONE) from error
    txn.write_plain(keys.KEYRING, seal_keyring(root_key, keyring, random))
    txn.write_plain(keys.seal(shamir.NAME), msgspec.json.encode(record))
    name = wanted.cluster_name or f"vault-cluster-{random.bytes(4).hex()}"
    txn.write(keys.CLUSTER, Cluster(id=uuid4(random), name=name))
    txn.write_plain(keys.CLUSTER_NAME, name.encode())
    for mount in built_in_mounts(keys.ROOT_NAMESPACE, lambda _: (uuid4(random), random.bytes(4).hex()), now):
        txn.write(keys.mounts(keys.ROOT_NAMESPACE) + mount.id, mount)
    for policy in built_in_policies(now):
        txn.write(keys.policies(keys.ROOT_NAMESPACE) + policy.name, policy)
    txn.write(LONGEST_BATCH, LongestBatch(ttl_s=0))
    tokens.create(txn, root_record(tokens.key_of(root_token), random, now, chosen=bool(wanted.root_token)))
    try:
        await txn.commit()
    except (Restart, Tampered) as error:  # as above; nothing of this one was written
        raise InvalidRequest(_DONE) from error
    return Initialized(shares=handed_out, root_token=Secret(shown_token.encode()))


def new_token(random: Random) -> str:
    """A random service token."""
    return _TOKEN_PREFIX + base62(random, _TOKEN_RANDOM)


def root_record(key: str, random: Random, now: float, *, chosen: bool = False) -> TokenRecord:
    """The row of a root token: it has no parent and doesn't expire.

    Args:
        now: seconds since the epoch.
        chosen: whether the token isn't random.
    """
    # A token with a chosen id looks like one from `auth/token/create`, as in Vault.
    return TokenRecord(
        key=key,
        accessor=base62(random, 24),
        policies=("root",),
        path="auth/token/create" if chosen else FIRST_PATH,
        created_at=now,
        display_name="token" if chosen else "root",
        issued=Issue(),
    )


def _unusable(error: InvalidRequest) -> InvalidRequest:
    return InvalidRequest(f"invalid seal configuration: {error.text}")


async def seal_of(storage: Storage) -> shamir.SealRecord | None:
    """The store's Shamir seal; None before the initialization.  Raises `Tampered` if it can't be read."""
    row = await storage.get(keys.seal(shamir.NAME))
    if row is None:
        return None
    try:
        return msgspec.json.decode(row.value, type=shamir.SealRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Tampered("the stored seal cannot be read") from error
