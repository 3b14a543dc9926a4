"""The sums of a snapshot, and who vouches for them (pure).

`SHA256SUMS` holds the digests of what comes before it, as `sha256sum --check` reads them.  `SHA256SUMS.sealed` holds
a keyed digest of that.  The key comes from the keyring, so only an unsealed server of the cluster can make or check it.
Each row is authenticated by itself.  The keyed digest shows that none is missing and none is from another time.
"""

from __future__ import annotations

import re
from typing import Final

from strongroom.crypto.mac import hmac_sha256_hex, same
from strongroom.snapshot.archive import META, STATE

PURPOSE: Final = "snapshot sums"
"""What the key is derived for."""
SEALED_BYTES: Final = 128
_VOUCHED: Final = "strongroom-1 hmac-sha256 {}\n"
_UNVOUCHED: Final = "strongroom-1 none {}\n"
_SEALED: Final = re.compile(rb"strongroom-1 (?:hmac-sha256|none) [0-9a-f]{64}\n")


def sums_of(meta: str, state: str) -> bytes:
    """The content of `SHA256SUMS`, of two digests in hexadecimal digits."""
    return f"{meta}  {META}\n{state}  {STATE}\n".encode()


def sealed(sums: bytes, key: bytes | None) -> bytes:
    """The content of `SHA256SUMS.sealed`.

    Args:
        key: derived from the keyring; None if the keyring isn't open where the snapshot is made.
    """
    if key is None:
        return _UNVOUCHED.format("0" * 64).encode()
    return _VOUCHED.format(hmac_sha256_hex(key, sums)).encode()


def is_sealed(content: bytes) -> bool:
    """Whether a file can be a `SHA256SUMS.sealed`."""
    return _SEALED.fullmatch(content) is not None


def is_vouched(content: bytes) -> bool:
    """Whether somebody vouches in it."""
    return not same(content, sealed(b"", None))


def vouches(content: bytes, sums: bytes, key: bytes) -> bool:
    """Whether the holder of the key has vouched for these sums."""
    return same(content, sealed(sums, key))
