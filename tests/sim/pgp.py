"""Somebody with a PGP key."""

from __future__ import annotations

import base64

import pgpy  # type: ignore[import-untyped]
from pgpy import constants


class Holder:
    """A person whose key others encrypt to."""

    def __init__(self, name: str) -> None:
        self._key = pgpy.PGPKey.new(constants.PubKeyAlgorithm.RSAEncryptOrSign, 2048)
        self._key.add_uid(
            pgpy.PGPUID.new(name),
            usage={constants.KeyFlags.EncryptCommunications, constants.KeyFlags.EncryptStorage},
            hashes=[constants.HashAlgorithm.SHA256],
            ciphers=[constants.SymmetricKeyAlgorithm.AES256],
            compression=[constants.CompressionAlgorithm.Uncompressed],
        )

    @property
    def public(self) -> str:
        """The public key, as the API takes it."""
        return base64.b64encode(bytes(self._key.pubkey)).decode()

    @property
    def fingerprint(self) -> str:
        """In lower-case hexadecimal."""
        return str(self._key.fingerprint).replace(" ", "").lower()

    def decrypt(self, message: bytes) -> str:
        """What was encrypted to this person."""
        plain = self._key.decrypt(pgpy.PGPMessage.from_blob(message)).message
        return plain if isinstance(plain, str) else bytes(plain).decode()
