"""A key that one request encrypts or decrypts with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from strongroom.crypto.symmetric.convergent import derived_keys
from strongroom.engines.transit.batches import AT_ONCE
from strongroom.engines.transit.encryption.ciphers import Cipher
from strongroom.engines.transit.key_types import key_type
from strongroom.engines.transit.keys.derivation import cryptor_of
from strongroom.engines.transit.keys.loaded import Loaded, loaded
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.keys.versions import to_check, to_make
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.sdk import Random, View

MOST_CIPHERS = 256
"""How many of the ciphers that a batch has used are kept for its next items."""
MOST_CIPHERTEXTS = 10_000
"""How many ciphertexts `key_versions` gives in one request: few items may name many versions."""


class KeyUse:
    """Finds the ciphers of a key, once for all items of a request.

    Args:
        load: gives a version that the key has; by default from its row.
    """

    __slots__ = ("_decrypting", "_encrypting", "_left", "_load", "key", "random")

    def __init__(
        self, view: View, key: KeyRecord, random: Random, load: Callable[[int], Awaitable[Loaded]] | None = None
    ) -> None:
        self.key = key
        self.random = random
        self._load = load or (lambda number: loaded(view, key, number))
        # By what asks for them: what is allowed doesn't change within a request.
        self._encrypting: dict[tuple[int, bytes], Cipher] = {}
        self._decrypting: dict[tuple[int, bytes], Cipher] = {}
        self._left = MOST_CIPHERTEXTS

    @property
    def at_once(self) -> int:
        """How many items of a batch are done without a pause.  One by RSA takes milliseconds."""
        return 1 if key_type(self.key.type).asymmetric else AT_ONCE

    async def encrypting(self, asked: int, context: bytes) -> Cipher:
        """The cipher for a new ciphertext.

        Args:
            asked: the version that the client wants; 0 for the latest.

        Raises: `Refused` for a version that makes nothing new, a missing context, a key that doesn't encrypt.
        """
        cipher = self._encrypting.get((asked, context))
        if cipher is None:
            self._check(key_type(self.key.type).encrypts, "encryption")
            cipher = await self._cipher(to_make(self.key, asked), context)
            _keep(self._encrypting, (asked, context), cipher)
        return cipher

    async def decrypting(self, number: int, context: bytes) -> Cipher:
        """The cipher for a ciphertext of a version.

        Raises: `Refused` for a version that isn't used any more, a missing context, a key that doesn't decrypt.
        """
        cipher = self._decrypting.get((number, context))
        if cipher is None:
            self._check(key_type(self.key.type).decrypts, "decryption")
            cipher = await self._cipher(to_check(self.key, number, "ciphertext"), context)
            _keep(self._decrypting, (number, context), cipher)
        return cipher

    async def version(self, number: int) -> Loaded:
        """One of the versions that the key has."""
        return await self._load(number)

    def spend_all(self) -> range:
        """The versions that still decrypt.

        Raises: `Refused` if the request asks for more ciphertexts of them than it may.
        """
        key = self.key
        versions = range(max(1, key.min_decryption_version, key.min_available_version), key.latest_version + 1)
        self._left -= len(versions)
        if self._left < 0:
            raise Refused(
                Code.TOO_LONG,
                f"one request gets {MOST_CIPHERTEXTS} ciphertexts by key_versions; send fewer items at once",
            )
        return versions

    def _check(self, able: bool, what: str) -> None:
        if not able:
            raise Refused(Code.UNSUPPORTED, f"message {what} not supported for key type {self.key.type}")
        if self.key.soft_deleted:
            raise Refused(Code.KEY_DELETED, "refusing to use soft-deleted key")

    async def _cipher(self, number: int, context: bytes) -> Cipher:
        return _cipher(self.key, await self._load(number), context)


def _keep(ciphers: dict[tuple[int, bytes], Cipher], asked: tuple[int, bytes], cipher: Cipher) -> None:
    if len(ciphers) >= MOST_CIPHERS:
        ciphers.clear()
    ciphers[asked] = cipher


def _cipher(key: KeyRecord, version: Loaded, context: bytes) -> Cipher:
    primitive = cryptor_of(key, version, context)  # refuses a missing context
    nonce_key = b""
    if key.convergent:
        type_ = key_type(key.type)
        _, nonce_key = derived_keys(type_.raw(version.secret, version.public), context, type_.derived_bytes)
    return Cipher(version.number, key.type, primitive, nonce_key)
