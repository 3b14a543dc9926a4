"""Key revocation lists, which `sshd` reads by `RevokedKeys` (p).

Source: https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.krl
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from strongroom.crypto.ssh.wire import string, uint32, uint64

_MAGIC: Final = b"SSHKRL\n\0"
_FORMAT: Final = 1
_CERTIFICATES: Final = b"\x01"
_DIGESTS: Final = b"\x05"
"""Keys by their SHA-256."""
_SERIALS: Final = b"\x20"


def packed(serials: Iterable[int]) -> bytes:
    """Serial numbers as they stand in a list, in ascending order.  Parts of it can be put together."""
    return b"".join(map(uint64, sorted(serials)))


def written(serials: bytes, key_digests: Iterable[bytes], *, version: int, made_at: int) -> bytes:
    """A whole list.

    Args:
        serials: what `packed` gave: certificates by any authority, because the serial numbers of a mount are random.
        key_digests: SHA-256 of the keys that are refused, alone or in a certificate, or as its authority.
        version: tells a newer list from an older one. made_at: seconds since the epoch.
    """
    out = [
        _MAGIC,
        uint32(_FORMAT),
        uint64(version),
        uint64(made_at),
        uint64(0),
        string(b""),
        string(b""),
    ]
    if serials:
        section = string(b"") + string(b"") + _SERIALS + string(serials)
        out.append(_CERTIFICATES + string(section))
    digests = sorted(key_digests)
    if digests:
        out.append(_DIGESTS + string(b"".join(map(string, digests))))
    return b"".join(out)
