"""Seals of namespaces: a root key of their own, split into shares that open it."""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.keyring import Keyring, new_keyring, open_keyring, seal_keyring
from strongroom.barrier.namespace_keys import NamespaceKey, OwnSeal
from strongroom.barrier.rings import Epoch
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.aead import KEY_BYTES
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.sealing import wrong_shares
from strongroom.sealing.port import SealPort
from strongroom.sealing.unseal import checked_share
from strongroom.seals import shamir
from strongroom.storage.base import Storage

_PURPOSE = "namespace unseal"


class Wanted(msgspec.Struct, frozen=True):
    """A seal for a new namespace."""

    id: str
    """The namespace's id, which no stored row has."""
    parent: str
    """The parent's id."""
    shares: int
    threshold: int


class Made(msgspec.Struct, frozen=True):
    """A new seal with its keyring, and the shares that open it."""

    seal: OwnSeal
    keyring: Keyring
    row: bytes
    """The keyring, encrypted under the root key."""
    shares: tuple[Secret, ...]

    def __repr__(self) -> str:
        return f"Made({self.seal.shares} shares)"


class Place(msgspec.Struct, frozen=True):
    """A sealable namespace, as its seal needs to know it."""

    id: str
    parent: str
    """The parent's id."""
    under: str
    """The id of the namespace whose keyring encrypts the parent's rows."""
    above: Epoch
    """The epoch of that keyring."""


def create(txn: Transaction, random: Random, now: float, wanted: Wanted) -> Made:
    """Give a new namespace a seal of its own.  From then on, the transaction can write the namespace's rows.

    Args:
        now: seconds since the epoch.

    Raises: `InvalidRequest` for numbers that make no seal.
    """
    made = txn.once(f"seal of {wanted.id}", lambda: _make(random, now, wanted))
    txn.found(wanted.id, made.keyring)
    txn.write(keys.namespace_seal(wanted.parent, wanted.id), made.seal)
    txn.write_plain(keys.namespace_keyring(wanted.id), made.row)
    return made


def _make(random: Random, now: float, wanted: Wanted) -> Made:
    root_key = Secret(random.bytes(KEY_BYTES))
    keyring = new_keyring(random, now, 1 + int.from_bytes(random.bytes(4), "big") % 0xFFFFFFFF)
    record, shares = shamir.create(root_key, wanted.shares, wanted.threshold, random)
    seal = OwnSeal(
        type=record.type,
        shares=record.shares,
        threshold=record.threshold,
        public_key=record.public_key,
        wrapped_root_key=record.wrapped_root_key,
    )
    row = seal_keyring(root_key, keyring, random, keys.namespace_keyring(wanted.id))
    return Made(seal, keyring, row, tuple(shares))


async def seal_of(txn: Transaction, parent: str, namespace: str) -> OwnSeal:
    """A namespace's seal, which joins the transaction's read set.

    Raises: `Tampered` if it is missing.
    """
    seal = await txn.read(keys.namespace_seal(parent, namespace), OwnSeal)
    if seal is None:
        raise Tampered("the seal of a namespace is missing")
    return seal


async def submit(storage: Storage, port: SealPort, place: Place, seal: OwnSeal, text: str) -> None:
    """Submit one share.  The last one needed opens the keyring in every process of the node.

    Raises: `InvalidRequest` if it can't be a share of this seal, or if the shares don't open the seal.  Collecting
        begins again then.
    """
    step = await port.submit(checked_share(_form(seal), text, _PURPOSE), seal.threshold, place.id)
    if step.complete:
        root_key = await _open(storage, place.id, seal, step.complete)
        epoch = (*place.above, seal.sealings)
        await port.open_namespace(NamespaceKey(place.id, place.parent, place.under, epoch, root_key))


async def _open(storage: Storage, namespace: str, seal: OwnSeal, parts: tuple[bytes, ...]) -> Secret:
    place = keys.namespace_keyring(namespace)
    row = await storage.get(place)
    try:
        if row is None:
            raise Tampered("the keyring of a namespace is missing")
        root_key = shamir.open_(_form(seal), parts)
        open_keyring(root_key, row.value, place)
    except (Tampered, InvalidRequest) as error:
        wrong_shares.note(_PURPOSE, "together they do not open the seal")
        if isinstance(error, InvalidRequest):
            raise
        raise InvalidRequest("unseal failed, invalid key: the shares do not open the seal") from error
    return root_key


def _form(seal: OwnSeal) -> shamir.SealRecord:
    return shamir.SealRecord(
        type=seal.type,
        shares=seal.shares,
        threshold=seal.threshold,
        public_key=seal.public_key,
        wrapped_root_key=seal.wrapped_root_key,
    )
