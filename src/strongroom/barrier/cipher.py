"""Encrypts and decrypts rows under the keyring.  Each process derives its own key for writing."""

from __future__ import annotations

from collections import OrderedDict

from strongroom.barrier.keyring import Keyring
from strongroom.barrier.record import HEADER_BYTES, SALT_BYTES, pack_header, parse_frame
from strongroom.crypto.aead import NONCE_BYTES, Aes256Gcm
from strongroom.lib.errors import NamespaceSealed, Tampered
from strongroom.lib.rand import Random

ROWS_PER_SALT = 2**31
"""Rows until a new salt, and so a new key.  GCM allows 2^32 rows under a key; processes don't share a count."""

_CIPHERS_KEPT = 1024


class UnknownTermError(Exception):
    """A row is encrypted under a term that this process's keyring doesn't have yet."""


class RowCipher:
    """AES-256-GCM for rows, bound to their storage key.

    Processes must not share it, because its nonces are a counter.
    """

    def __init__(self, keyring: Keyring, random: Random) -> None:
        self._random = random
        self._ciphers: OrderedDict[bytes, Aes256Gcm] = OrderedDict()
        self.adopt(keyring)

    def adopt(self, keyring: Keyring) -> None:
        """Change to this keyring.  Rows written from now on use its active term."""
        self.keyring = keyring
        self._written_before = 0
        self._renew_salt()

    def _renew_salt(self) -> None:
        salt = self._random.bytes(SALT_BYTES)
        self._header = pack_header(self.keyring.id, self.keyring.active, salt)
        self._writer = Aes256Gcm(self.keyring.row_key(self.keyring.active, salt))
        self._ciphers[self._header] = self._writer
        self._written = 0

    def forget(self) -> None:
        """Drop the keyring and all keys made of it.  Every later call raises `NamespaceSealed`."""
        self.keyring = None  # type: ignore[assignment]
        self._writer = None  # type: ignore[assignment]
        self._ciphers.clear()

    @property
    def written(self) -> int:
        """The number of rows that this process has encrypted under the active term."""
        return self._written_before + self._written

    def seal(self, key: str, plaintext: bytes) -> bytes:
        """The row for `key`: header, nonce, ciphertext."""
        if self._writer is None:
            raise NamespaceSealed
        if self._written >= ROWS_PER_SALT:
            self._written_before += self._written
            self._renew_salt()
        self._written += 1
        nonce = self._written.to_bytes(NONCE_BYTES, "big")
        return self._header + nonce + self._writer.seal(nonce, plaintext, key.encode())

    def open(self, key: str, row: bytes) -> bytes:
        """Decrypt the row of `key`.

        Raises: `Tampered` for a row that was altered or belongs to another key; `UnknownTermError` if the keyring must
        be reloaded first.
        """
        cipher = self._ciphers.get(row[: HEADER_BYTES - NONCE_BYTES])
        if cipher is None:
            cipher = self._derive(row)
        return cipher.open(row[HEADER_BYTES - NONCE_BYTES : HEADER_BYTES], row[HEADER_BYTES:], key.encode())

    def _derive(self, row: bytes) -> Aes256Gcm:
        if self.keyring is None:
            raise NamespaceSealed
        frame = parse_frame(row)
        if frame.keyring != self.keyring.id:
            raise Tampered("a stored record names a keyring that is not its namespace's")
        if frame.term not in self.keyring.terms:
            raise UnknownTermError
        cipher = Aes256Gcm(self.keyring.row_key(frame.term, frame.salt))
        self._ciphers[row[: HEADER_BYTES - NONCE_BYTES]] = cipher
        if len(self._ciphers) > _CIPHERS_KEPT:
            self._ciphers.popitem(last=False)
        return cipher
