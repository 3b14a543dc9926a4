"""The decrypted rows of a stopped server.

A row is a term (four bytes), a version (one byte), a nonce and a ciphertext by AES-256-GCM.  Since version 2 the row's
key is authenticated with it, so a row can't stand at another key.

Source: https://developer.hashicorp.com/vault/docs/internals/security
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from strongroom.crypto.aead import NONCE_BYTES, Aes256Gcm
from strongroom.importing.stopped.encoding.compression import unpacked
from strongroom.importing.stopped.encoding.protobuf import Malformed
from strongroom.importing.stopped.rows import Rows, UnreadableStore
from strongroom.lib.errors import Tampered
from strongroom.lib.secret import Secret

KEYRING: Final = "core/keyring"
_TERM_BYTES: Final = 4
_FIRST_TERM: Final = 1
"""The keyring is encrypted by the root key, and always says this."""


class Barrier:
    """The rows of a store, decrypted one by one.  Used by several threads.

    Args:
        rows: the store.
        root_key: decrypts its keyring.

    Raises: `UnreadableStore` if the key isn't this store's.
    """

    def __init__(self, rows: Rows, root_key: Secret) -> None:
        self.rows = rows
        row = rows.get(KEYRING)
        if row is None:
            raise UnreadableStore("the store has no keyring: no server was initialized on it")
        try:
            keyring = msgspec.json.decode(_opened(KEYRING, row, {_FIRST_TERM: Aes256Gcm(root_key.reveal())}))
            self._keys: Mapping[int, Aes256Gcm] = {
                int(key["Term"]): Aes256Gcm(b64decode(key["Value"])) for key in keyring["Keys"]
            }
        except Tampered as error:
            raise UnreadableStore("the keys don't open this store: they are another server's, or older ones") from error
        except (msgspec.DecodeError, KeyError, TypeError, ValueError):
            raise UnreadableStore("the keyring has another form than is known") from None

    def __repr__(self) -> str:
        return f"Barrier({self.rows.label})"

    def read(self, key: str) -> bytes | None:
        """The decrypted value at `key`.  Raises `UnreadableStore`."""
        row = self.rows.get(key)
        if row is None:
            return None
        try:
            return _opened(key, row, self._keys)
        except Tampered as error:
            raise UnreadableStore(f"{key} doesn't open: it was altered, or is under another seal") from error

    def unpacked(self, key: str) -> bytes | None:
        """The decrypted value at `key`, unpacked if it is packed.  Raises `UnreadableStore`.

        For messages and JSON only, of which none begins with a byte that marks what is packed.  A salt may.
        """
        value = self.read(key)
        try:
            return None if value is None else unpacked(value)
        except Malformed as error:
            raise UnreadableStore(f"{key}: {error}") from None

    def document(self, key: str) -> dict[str, Any] | None:
        """The JSON object at `key`, packed or not.  Raises `UnreadableStore`."""
        value = self.unpacked(key)
        if value is None:
            return None
        try:
            return msgspec.json.decode(value, type=dict[str, Any])
        except msgspec.DecodeError:
            # The text of such an error may quote the value.
            raise UnreadableStore(f"{key} isn't a JSON object") from None

    def names(self, prefix: str) -> Iterator[str]:
        """Every key below `prefix`, without it.  Raises `UnreadableStore`."""
        return (key.removeprefix(prefix) for key in self.rows.keys(prefix))


def _opened(key: str, row: bytes, ciphers: Mapping[int, Aes256Gcm]) -> bytes:
    term, version = int.from_bytes(row[:_TERM_BYTES]), row[_TERM_BYTES : _TERM_BYTES + 1]
    cipher = ciphers.get(term)
    sealed = row[_TERM_BYTES + 1 :]
    if cipher is None or version not in {b"\x01", b"\x02"} or len(sealed) < NONCE_BYTES:
        raise Tampered("a row of an unknown term or version")
    associated = key.encode() if version == b"\x02" else b""
    return cipher.open(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
