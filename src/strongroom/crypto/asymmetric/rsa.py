"""RSA keys that encrypt and sign.

Every operation with a message lets other threads run: OpenSSL works without the interpreter's lock.

Source: RFC 8017
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding as paddings
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from strongroom.crypto.asymmetric import key_files, rsa_checks
from strongroom.crypto.asymmetric.hash_algorithms import NO_HASH, OAEP_HASHES, algorithm_of
from strongroom.lib.errors import InvalidRequest, Tampered

PSS: Final = "pss"
PKCS1V15: Final = "pkcs1v15"
GENERATED_BITS: Final = (2048, 3072, 4096)
_EXPONENT: Final = 65537
_TRIAL: Final = b"strongroom"

SaltLength = int | Literal["auto", "hash"]
"""Bytes, or: the largest that fits, which verification detects; or that of the hash."""
_Signed = hashes.HashAlgorithm | Prehashed | NoDigestInfo


@dataclass(frozen=True, slots=True)
class Oaep:
    """Padding for encryption.  Both sides need the same values.  Source: RFC 8017, section 7.1."""

    hash_name: str = "sha2-256"
    mgf_hash_name: str | None = None
    """None for `hash_name`."""
    label: bytes = b""


@dataclass(frozen=True, slots=True)
class Pkcs1v15:
    """Padding for encryption as of 1993, for peers that have nothing better.  Source: RFC 8017, section 7.2.

    A ciphertext that was altered decrypts to random bytes, which are always the same for it, instead of failing: an
    attacker would learn from an error what he needs to decrypt another's message (Bleichenbacher).
    """


Padding = Oaep | Pkcs1v15


class RsaKey:
    """An RSA key of 2048 to 4096 bits: a pair, or the public half."""

    __slots__ = ("_private", "_public", "bits")

    def __init__(self, public: rsa.RSAPublicKey, private: rsa.RSAPrivateKey | None = None) -> None:
        self._public, self._private = public, private
        self.bits = public.key_size

    def __repr__(self) -> str:
        return f"RsaKey(bits={self.bits}, {'pair' if self._private else 'public'})"

    @classmethod
    def generate(cls, bits: int) -> RsaKey:
        """Make a pair.  It takes 30 ms for 2048 bits, 0.7 s and more for 4096, and lets other threads run.

        Raises:
            InvalidRequest: `bits` is none of 2048, 3072, 4096.
        """
        if bits not in GENERATED_BITS:
            raise InvalidRequest(f"an RSA key can have {', '.join(map(str, GENERATED_BITS))} bits, and not {bits}")
        private = rsa.generate_private_key(_EXPONENT, bits)
        return cls(private.public_key(), private)

    @classmethod
    def of_private(cls, pkcs8_der: bytes) -> RsaKey:
        """Read a pair that comes from outside, and try it.  Some 2 ms.

        Raises:
            InvalidRequest: it isn't RSA in PKCS #8, has another size, or its numbers don't belong together.
        """
        key = cls.of_stored(pkcs8_der)
        assert key._private is not None
        rsa_checks.check_private(key._private.private_numbers())
        if not key.verify(_TRIAL, key.sign(_TRIAL, "sha2-256", PKCS1V15), "sha2-256", PKCS1V15):
            raise InvalidRequest("the private half of the RSA key doesn't fit its public one")
        return key

    @classmethod
    def of_stored(cls, pkcs8_der: bytes) -> RsaKey:
        """Read a pair that `private` has given, without trying it: 4 µs.  Raises `InvalidRequest`."""
        private = key_files.read_private(pkcs8_der)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise InvalidRequest("it is no RSA key")
        return cls(private.public_key(), private)

    @classmethod
    def of_public(cls, spki_der: bytes) -> RsaKey:
        """Read a public key.  Raises `InvalidRequest` if it isn't RSA, or its numbers aren't accepted."""
        public = key_files.read_public(spki_der)
        if not isinstance(public, rsa.RSAPublicKey):
            raise InvalidRequest("it is no RSA key")
        rsa_checks.check_public(public.public_numbers())
        return cls(public)

    @property
    def private(self) -> bytes | None:
        """The pair as PKCS #8 DER; None for a public key."""
        return None if self._private is None else key_files.pkcs8(self._private)

    @property
    def public(self) -> bytes:
        """The public key as SubjectPublicKeyInfo DER."""
        return key_files.spki(self._public)

    def signer(self) -> rsa.RSAPrivateKey:
        """What signs certificate requests.  Raises `InvalidRequest` for a public key."""
        return self._own()

    def encrypt(self, plaintext: bytes, padding: Padding = Oaep()) -> bytes:
        """The ciphertext, as long as the key.  Raises `InvalidRequest` if the plaintext is too long for it."""
        most = self._most_bytes(padding)
        if len(plaintext) > most:
            raise InvalidRequest(
                f"the plaintext has {len(plaintext)} bytes, and an RSA key of {self.bits} bits takes {max(most, 0)}"
            )
        return self._public.encrypt(plaintext, _encryption(padding))

    def decrypt(self, ciphertext: bytes, padding: Padding = Oaep()) -> bytes:
        """The plaintext.

        Raises:
            Tampered: it doesn't decrypt.  With `Pkcs1v15` that is said only of a wrong length: see there.
            InvalidRequest: the key is a public one, or the padding isn't known.
        """
        own, chosen = self._own(), _encryption(padding)
        try:
            return own.decrypt(ciphertext, chosen)
        except ValueError:
            # One text for whatever failed, and no cause: the difference is what an attacker asks for.
            raise Tampered("the ciphertext doesn't decrypt with this RSA key and padding") from None

    def sign(
        self,
        message_or_digest: bytes,
        hash_name: str | None = "sha2-256",
        scheme: str = PSS,
        *,
        prehashed: bool = False,
        salt_length: SaltLength = "auto",
    ) -> bytes:
        """The signature, as long as the key.

        Args:
            message_or_digest: the digest if `prehashed`.
            hash_name: a name of the API.  `none`, or None: the input is signed as it is, which only `pkcs1v15` does,
                and only with `prehashed`.
            scheme: `pss` or `pkcs1v15`. salt_length: of PSS.

        Raises:
            InvalidRequest: the options don't go together, a digest has another length than its hash, the input or the
                salt is too long, or the key is a public one.
        """
        own, signed = self._own(), _signed(message_or_digest, hash_name, scheme, prehashed)
        chosen = _signature(scheme, signed, salt_length, signs=True)
        try:
            return own.sign(message_or_digest, chosen, signed)
        except ValueError:
            what = "the input" if isinstance(signed, NoDigestInfo) else "the digest with its salt"
            raise InvalidRequest(f"{what} is too long for an RSA key of {self.bits} bits") from None

    def verify(
        self,
        message_or_digest: bytes,
        signature: bytes,
        hash_name: str | None = "sha2-256",
        scheme: str = PSS,
        *,
        prehashed: bool = False,
        salt_length: SaltLength = "auto",
    ) -> bool:
        """Whether the signature is the key's.  The arguments are those of `sign`.

        Raises:
            InvalidRequest: the options don't go together.  No signature raises anything.
        """
        signed = _signed(message_or_digest, hash_name, scheme, prehashed)
        chosen = _signature(scheme, signed, salt_length)
        try:
            if isinstance(signed, NoDigestInfo):
                # OpenSSL's verification takes no empty input, though its signing does.
                return self._public.recover_data_from_signature(signature, chosen, None) == message_or_digest
            self._public.verify(signature, message_or_digest, chosen, signed)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _own(self) -> rsa.RSAPrivateKey:
        if self._private is None:
            raise InvalidRequest("the key has no private half")
        return self._private

    def _most_bytes(self, padding: Padding) -> int:
        size = (self.bits + 7) // 8
        match padding:
            case Oaep():
                return size - 2 * algorithm_of(padding.hash_name, OAEP_HASHES).digest_size - 2
            case Pkcs1v15():
                return size - 11


def _encryption(padding: Padding) -> paddings.AsymmetricPadding:
    match padding:
        case Oaep():
            hashed = algorithm_of(padding.hash_name, OAEP_HASHES)
            mask = algorithm_of(padding.mgf_hash_name or padding.hash_name, OAEP_HASHES)
            return paddings.OAEP(paddings.MGF1(mask), hashed, padding.label or None)
        case Pkcs1v15():
            return paddings.PKCS1v15()


def _signed(data: bytes, hash_name: str | None, scheme: str, prehashed: bool) -> _Signed:
    if scheme not in (PSS, PKCS1V15):
        raise InvalidRequest(f'unsupported rsa signature algorithm "{scheme}": it can be {PSS} or {PKCS1V15}')
    if hash_name is None or hash_name == NO_HASH:
        if not prehashed or scheme != PKCS1V15:
            raise InvalidRequest("hash_algorithm=none requires both prehashed=true and signature_algorithm=pkcs1v15")
        return NoDigestInfo()
    algorithm = algorithm_of(hash_name)
    if not prehashed:
        return algorithm
    if len(data) != algorithm.digest_size:
        raise InvalidRequest(
            f"the prehashed input has {len(data)} bytes, and a digest of {hash_name} has {algorithm.digest_size}"
        )
    return Prehashed(algorithm)


def _signature(
    scheme: str, signed: _Signed, salt_length: SaltLength, *, signs: bool = False
) -> paddings.PKCS1v15 | paddings.PSS:
    if scheme == PKCS1V15:
        return paddings.PKCS1v15()
    assert not isinstance(signed, NoDigestInfo)
    mask = paddings.MGF1(signed._algorithm if isinstance(signed, Prehashed) else signed)
    match salt_length:
        case "auto":
            return paddings.PSS(mask, paddings.PSS.MAX_LENGTH if signs else paddings.PSS.AUTO)
        case "hash":
            return paddings.PSS(mask, paddings.PSS.DIGEST_LENGTH)
        case int() if salt_length >= 0:
            return paddings.PSS(mask, salt_length)
    raise InvalidRequest(f"salt length is invalid: {salt_length}")
