"""Replaces the root key, and checks that shares open the present one.

The keyring stays.  Its terms encrypt the rows, and `sys/rotate` adds a term.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.keyring import open_keyring, seal_keyring
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.aead import KEY_BYTES
from strongroom.lib.errors import Internal, InvalidRequest, Tampered
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.sealing import wrong_shares
from strongroom.seals import shamir


async def seal_of(txn: Transaction, name: str = shamir.NAME) -> shamir.SealRecord:
    """A seal of the store, which joins the transaction's read set.  Raises `Tampered` if it can't be read."""
    row = await txn.read_plain(keys.seal(name))
    if row is None:
        raise Internal("the store holds no such seal")
    try:
        return msgspec.json.decode(row, type=shamir.SealRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Tampered("the stored seal cannot be read") from error


async def require_quorum(txn: Transaction, seal: shamir.SealRecord, shares: Sequence[bytes], purpose: str) -> None:
    """Check that the shares open the seal, and that the resulting root key opens the keyring.

    Args:
        purpose: the purpose of the shares, for the log.

    Raises: `InvalidRequest` if they don't.
    """
    row = await txn.read_plain(keys.KEYRING)
    if row is None:
        raise Internal("the store holds no keyring")
    try:
        open_keyring(shamir.open_(seal, shares), row)
    except (Tampered, InvalidRequest) as error:
        wrong_shares.note(purpose, "together they do not open the seal")
        raise InvalidRequest("invalid key: the shares do not open the seal") from error


async def replace(
    txn: Transaction, random: Random, now: float, root_key: Secret, present: shamir.SealRecord | None = None
) -> None:
    """Encrypt the keyring under another root key, and wrap that key for every seal.

    Args:
        now: seconds since the epoch.
        root_key: the new one.
        present: the new Shamir seal, which wraps the new root key already.  Without it, the present shares stay valid.
    """
    row = await txn.read_plain(keys.KEYRING)
    if row is None:
        raise Internal("the store holds no keyring")
    keyring = await txn.barrier.keyring_in(row)
    for name in await txn.list(keys.SEALS):
        if present is not None and name == shamir.NAME:
            record = present
        else:
            record = shamir.rewrap(await seal_of(txn, name), root_key)
        txn.write_plain(keys.seal(name), msgspec.json.encode(record))
    txn.write_plain(keys.KEYRING, seal_keyring(root_key, keyring, random))
    key, successor = txn.barrier.root.successor_row(root_key, now)
    txn.write_plain(key, successor)


async def rotate(txn: Transaction, random: Random, now: float) -> None:
    """Replace the root key by a random one.  All key shares stay valid."""
    await replace(txn, random, now, txn.once("root key", lambda: Secret(random.bytes(KEY_BYTES))))
