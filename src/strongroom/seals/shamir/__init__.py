"""The seal whose private key is split into shares for people to keep."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from strongroom.crypto import hpke, shamir
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret

NAME = "shamir"
_INFO = b"strongroom root key"
MAX_SHARES = shamir.MAX_SHARES


class SealRecord(msgspec.Struct, frozen=True):
    """The row of a seal, in clear: it holds nothing that opens anything."""

    type: str
    shares: int
    threshold: int
    public_key: bytes
    wrapped_root_key: bytes


def check_shape(shares: int, threshold: int) -> None:
    """Raise `InvalidRequest` for numbers that make no seal."""
    if shares <= 0:
        raise InvalidRequest("invalid seal configuration: shares must be at least one")
    if threshold <= 0:
        raise InvalidRequest("invalid seal configuration: threshold must be at least one")
    if shares > 1 and threshold == 1:
        raise InvalidRequest("invalid seal configuration: threshold must be greater than one for multiple shares")
    if shares > MAX_SHARES:
        raise InvalidRequest("invalid seal configuration: shares must be less than 256")
    if threshold > MAX_SHARES:
        raise InvalidRequest("invalid seal configuration: threshold must be less than 256")
    if threshold > shares:
        raise InvalidRequest("invalid seal configuration: threshold cannot be larger than shares")


def create(root_key: Secret, shares: int, threshold: int, random: Random) -> tuple[SealRecord, list[Secret]]:
    """Make a seal for the root key, and the shares that open it."""
    check_shape(shares, threshold)
    private = random.bytes(hpke.PRIVATE_KEY_BYTES)
    public = hpke.public_key(private)
    parts = [private] if shares == 1 else shamir.split(private, shares, threshold, random)
    record = SealRecord(
        type=NAME,
        shares=shares,
        threshold=threshold,
        public_key=public,
        wrapped_root_key=hpke.seal(public, root_key.reveal(), _INFO),
    )
    return record, [Secret(part) for part in parts]


def rewrap(record: SealRecord, root_key: Secret) -> SealRecord:
    """The seal for another root key; whatever opened it opens it still."""
    return msgspec.structs.replace(record, wrapped_root_key=hpke.seal(record.public_key, root_key.reveal(), _INFO))


def share_length(record: SealRecord) -> int:
    """How many bytes a share of this seal has."""
    return hpke.PRIVATE_KEY_BYTES + (1 if record.shares > 1 else 0)


def open_(record: SealRecord, shares: Sequence[bytes]) -> Secret:
    """The root key.  Raises `Tampered` when the shares aren't this seal's, `InvalidRequest` when they don't combine."""
    private = shares[0] if record.threshold == 1 else shamir.combine(shares)
    if len(private) != hpke.PRIVATE_KEY_BYTES:
        raise Tampered("the key does not open this")
    return Secret(hpke.open_(private, record.wrapped_root_key, _INFO))
