"""Unseals: combines key shares to the root key."""

from __future__ import annotations

import base64
import binascii

from strongroom.barrier import keys
from strongroom.barrier.barrier import require_whole
from strongroom.barrier.keyring import open_keyring
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.lib.secret import Secret
from strongroom.sealing import wrong_shares
from strongroom.sealing.port import SealPort
from strongroom.seals import shamir
from strongroom.storage.base import Storage

_SHORTEST = 16


def decode_share(text: str) -> bytes:
    """A share from hexadecimal or base64.  Raises `InvalidRequest`, which never quotes the text."""
    try:
        return binascii.unhexlify(text)
    except (binascii.Error, ValueError):
        pass  # try base64 next
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("'key' must be a valid hex or base64 string") from error


def checked_share(seal: shamir.SealRecord, text: str, purpose: str) -> bytes:
    """Decode a share that may belong to this seal.  Raises `InvalidRequest` if it can't.

    Args:
        purpose: the purpose of the share, for the log.
    """
    try:
        return _checked(seal, text)
    except InvalidRequest as error:
        wrong_shares.note(purpose, error.text)
        raise


def _checked(seal: shamir.SealRecord, text: str) -> bytes:
    share = decode_share(text)
    if len(share) < _SHORTEST:
        raise InvalidRequest(f"invalid key: key is shorter than minimum {_SHORTEST} bytes")
    length = shamir.share_length(seal)
    if len(share) != length:
        raise InvalidRequest(
            f"invalid key: key is longer than maximum {length} bytes"
            if len(share) > length
            else f"invalid key: key is shorter than the {length} bytes of this seal's keys"
        )
    return share


async def submit(storage: Storage, port: SealPort, seal: shamir.SealRecord, text: str) -> None:
    """Submit one share.  The last one needed opens the barrier of the whole node.

    Raises: `InvalidRequest` if it can't be a share of this seal, or if the shares don't open the seal. Collecting
    begins again then.
    """
    step = await port.submit(checked_share(seal, text, "unseal"), seal.threshold)
    if step.complete:
        await port.unseal(await _open(storage, seal, step.complete))


async def _open(storage: Storage, seal: shamir.SealRecord, parts: tuple[bytes, ...]) -> Secret:
    await require_whole(storage)
    row = await storage.get(keys.KEYRING)
    if row is None:
        raise InvalidRequest("Vault is not initialized")
    try:
        root_key = shamir.open_(seal, parts)
        open_keyring(root_key, row.value)
    except (Tampered, InvalidRequest) as error:
        wrong_shares.note("unseal", "together they do not open the seal")
        if isinstance(error, InvalidRequest):
            raise
        raise InvalidRequest("unseal failed, invalid key: the shares do not open the seal") from error
    return root_key
