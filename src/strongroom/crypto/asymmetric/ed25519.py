"""Ed25519 keys.

libsodium signs in two thirds of OpenSSL's time, and refuses the keys of small order under which anything verifies.

Source: RFC 8032, section 5.1
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ed25519
from nacl import bindings
from nacl.exceptions import CryptoError

from strongroom.crypto.asymmetric import ed25519_variants, key_files
from strongroom.lib.errors import InvalidRequest

PURE: Final = "ed25519"
PH: Final = "ed25519ph"
CTX: Final = "ed25519ctx"
SEED_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
_MAX_CONTEXT_BYTES: Final = 255
_DIGEST_BYTES: Final = 64


class Ed25519Key:
    """An Ed25519 key: a pair, or the public half."""

    __slots__ = ("_private", "raw_public")

    def __init__(self, raw_public: bytes, private: bytes | None = None) -> None:
        self.raw_public = raw_public
        """32 bytes."""
        self._private = private

    def __repr__(self) -> str:
        return f"Ed25519Key({'pair' if self._private else 'public'})"

    @classmethod
    def generate(cls) -> Ed25519Key:
        """Make a pair."""
        public, private = bindings.crypto_sign_keypair()
        return cls(public, private)

    @classmethod
    def of_seed(cls, seed: bytes) -> Ed25519Key:
        """The pair that belongs to a seed.  Raises `InvalidRequest` unless it has 32 bytes."""
        if len(seed) != SEED_BYTES:
            raise InvalidRequest(f"the seed of an Ed25519 key has {SEED_BYTES} bytes, and not {len(seed)}")
        public, private = bindings.crypto_sign_seed_keypair(seed)
        return cls(public, private)

    @classmethod
    def of_private(cls, pkcs8_der: bytes) -> Ed25519Key:
        """Read a pair.  Raises `InvalidRequest` if it isn't Ed25519 in PKCS #8."""
        private = key_files.read_private(pkcs8_der)
        if not isinstance(private, ed25519.Ed25519PrivateKey):
            raise InvalidRequest("it is no Ed25519 key")
        return cls.of_seed(private.private_bytes_raw())

    @classmethod
    def of_public(cls, spki_der: bytes) -> Ed25519Key:
        """Read a public key.  Raises `InvalidRequest` if it isn't Ed25519, or its point isn't of the right order."""
        public = key_files.read_public(spki_der)
        if not isinstance(public, ed25519.Ed25519PublicKey):
            raise InvalidRequest("it is no Ed25519 key")
        return cls.of_raw_public(public.public_bytes_raw())

    @classmethod
    def of_raw_public(cls, raw: bytes) -> Ed25519Key:
        """The public key with these 32 bytes.  Raises `InvalidRequest` if they are no point of the right order."""
        if len(raw) != SEED_BYTES or not bindings.crypto_core_ed25519_is_valid_point(raw):
            raise InvalidRequest("it is no valid Ed25519 public key")
        return cls(raw)

    @property
    def seed(self) -> bytes | None:
        """32 bytes; None for a public key."""
        return None if self._private is None else self._private[:SEED_BYTES]

    @property
    def raw_private(self) -> bytes | None:
        """Seed and public key, 64 bytes, as NaCl and Go have it; None for a public key."""
        return self._private

    @property
    def private(self) -> bytes | None:
        """The pair as PKCS #8 DER; None for a public key."""
        return None if self._private is None else key_files.pkcs8(self.signer())

    @property
    def public(self) -> bytes:
        """The public key as SubjectPublicKeyInfo DER."""
        return key_files.spki(ed25519.Ed25519PublicKey.from_public_bytes(self.raw_public))

    def signer(self) -> ed25519.Ed25519PrivateKey:
        """What signs certificate requests.  Raises `InvalidRequest` for a public key."""
        return ed25519.Ed25519PrivateKey.from_private_bytes(self._own()[:SEED_BYTES])

    def sign(self, data: bytes, variant: str = PURE, context: bytes = b"", *, prehashed: bool = False) -> bytes:
        """The signature, 64 bytes.

        Args:
            data: the message, of any length.
            variant: `ed25519`; `ed25519ctx`, which binds a context; `ed25519ph`, which signs the message's SHA-512
                and may bind a context.  A signature of one verifies in no other.
            context: 255 bytes at most; `ed25519` has none, `ed25519ctx` needs one.
            prehashed: `data` is the SHA-512 already; for `ed25519ph` alone.

        Raises:
            InvalidRequest: the options don't go together, or the key is a public one.
        """
        own = self._own()
        if variant == PURE and not context and not prehashed:
            return bindings.crypto_sign(data, own)[:SIGNATURE_BYTES]
        signed, prefix = _prepared(data, variant, context, prehashed)
        return ed25519_variants.sign(own[:SEED_BYTES], self.raw_public, signed, prefix)

    def verify(
        self, data: bytes, signature: bytes, variant: str = PURE, context: bytes = b"", *, prehashed: bool = False
    ) -> bool:
        """Whether the signature is the key's.  The arguments are those of `sign`.

        Raises:
            InvalidRequest: the options don't go together.  No signature raises anything.
        """
        if variant == PURE and not context and not prehashed:
            if len(signature) != SIGNATURE_BYTES:
                return False
            try:
                bindings.crypto_sign_open(signature + data, self.raw_public)
            except CryptoError:
                return False
            return True
        signed, prefix = _prepared(data, variant, context, prehashed)
        return ed25519_variants.verify(self.raw_public, signed, signature, prefix)

    def _own(self) -> bytes:
        if self._private is None:
            raise InvalidRequest("the key has no private half")
        return self._private


def _prepared(data: bytes, variant: str, context: bytes, prehashed: bool) -> tuple[bytes, bytes]:
    """What is hashed into the signature: the message, and what comes before it.  Raises `InvalidRequest`."""
    if len(context) > _MAX_CONTEXT_BYTES:
        raise InvalidRequest(f"the context has {len(context)} bytes, and may have {_MAX_CONTEXT_BYTES}")
    match variant:
        case "ed25519ph":
            if prehashed and len(data) != _DIGEST_BYTES:
                raise InvalidRequest(
                    f"the prehashed input has {len(data)} bytes, and a digest of sha2-512 has {_DIGEST_BYTES}"
                )
            digest = data if prehashed else hashlib.sha512(data).digest()
            return digest, ed25519_variants.dom2(context, prehashes=True)
        case "ed25519ctx" if not context:
            raise InvalidRequest("ed25519ctx needs a context of at least 1 byte")
        case "ed25519ctx" if not prehashed:
            return data, ed25519_variants.dom2(context, prehashes=False)
        case "ed25519" if context:
            raise InvalidRequest("ed25519 signs without a context: use ed25519ctx or ed25519ph")
        case "ed25519" | "ed25519ctx":
            raise InvalidRequest(f"{variant} signs the message itself: for a prehashed input use ed25519ph")
    raise InvalidRequest(f'unsupported ed25519 signature algorithm "{variant}": it can be {PURE}, {PH} or {CTX}')
