"""Keys of ML-DSA."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from strongroom.crypto.post_quantum import ML_DSA_PARAMETER_SETS, MlDsaKey, MlKemKey, message
from strongroom.lib.errors import InvalidRequest

_SEED = bytes(range(32))
_KEY = MlDsaKey.of_seed(_SEED, "44")


@pytest.mark.parametrize("parameter_set", ML_DSA_PARAMETER_SETS)
def test_a_pair_signs_and_its_public_half_verifies(parameter_set: str) -> None:
    """The public half alone accepts what the pair signed, with the same message and context, and nothing else."""
    pair = MlDsaKey.generate(parameter_set)
    public = MlDsaKey.of_public(pair.public)
    signature = pair.sign(b"message", b"context")
    assert public.parameter_set == parameter_set
    assert public.verify(signature, b"message", b"context")
    assert not public.verify(signature, b"message")
    assert not public.verify(signature, b"another", b"context")
    assert not public.verify(signature[:-1], b"message", b"context")
    assert not public.verify(b"", b"message", b"context")
    assert not MlDsaKey.generate(parameter_set).verify(signature, b"message", b"context")


@pytest.mark.parametrize("parameter_set", ML_DSA_PARAMETER_SETS)
def test_a_private_key_comes_back(parameter_set: str) -> None:
    """PKCS#8 and the seed each give the same pair again."""
    pair = MlDsaKey.generate(parameter_set)
    assert pair.private is not None and pair.seed is not None
    again = MlDsaKey.of_private(pair.private)
    assert (again.parameter_set, again.seed, again.public) == (parameter_set, pair.seed, pair.public)
    assert MlDsaKey.of_seed(pair.seed, parameter_set).private == pair.private


def test_pkcs8_holds_the_seed_alone() -> None:
    """The encoding is the seed-only form, which OpenSSL and Go write as well."""
    assert _KEY.private == bytes.fromhex("3034020100300b0609608648016503040311042280 20".replace(" ", "")) + _SEED


def test_a_public_key_has_no_private_part() -> None:
    """It gives none out, and refuses to sign."""
    public = MlDsaKey.of_public(_KEY.public)
    assert (public.private, public.seed) == (None, None)
    for sign in (lambda: public.sign(b""), lambda: public.sign_mu(bytes(64))):
        with pytest.raises(InvalidRequest, match="only the public key"):
            sign()


def test_an_external_mu_stands_for_its_message() -> None:
    """A signature over mu is one over the message, and the other way round."""
    mu = message.mu(_KEY.raw_public, message.of_message(b"message", b"context"))
    assert _KEY.verify(_KEY.sign_mu(mu), b"message", b"context")
    assert _KEY.verify_mu(_KEY.sign(b"message", b"context"), mu)
    assert not _KEY.verify_mu(_KEY.sign(b"message"), mu)


def test_a_signed_digest_is_no_signed_message() -> None:
    """HashML-DSA's signatures aren't taken for those of the message, of the digest as a message, or of another hash."""
    digest = hashlib.sha256(b"message").digest()
    signature = _KEY.sign_digest(digest, "sha2-256", b"context")
    assert _KEY.verify_digest(signature, digest, "sha2-256", b"context")
    assert not _KEY.verify_digest(signature, digest, "sha3-256", b"context")
    assert not _KEY.verify_digest(signature, digest, "sha2-256")
    assert not _KEY.verify(signature, b"message", b"context")
    assert not _KEY.verify(signature, digest, b"context")


def test_the_longest_context_is_taken() -> None:
    """255 bytes are allowed, and one more is the client's error."""
    assert _KEY.verify(_KEY.sign(b"", bytes(255)), b"", bytes(255))
    for act in (lambda: _KEY.sign(b"", bytes(256)), lambda: _KEY.verify(b"", b"", bytes(256))):
        with pytest.raises(InvalidRequest, match="255"):
            act()


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_a_mu_of_another_length_is_refused(length: int) -> None:
    """64 bytes it has to have, for signing and for verifying."""
    for act in (lambda: _KEY.sign_mu(bytes(length)), lambda: _KEY.verify_mu(b"", bytes(length))):
        with pytest.raises(InvalidRequest, match="64 bytes"):
            act()


def _others() -> tuple[bytes, bytes]:
    other = ed25519.Ed25519PrivateKey.generate()
    return (
        other.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        other.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )


def test_what_is_no_such_key_is_refused() -> None:
    """Keys of other kinds, halves in each other's place, cut and empty ones are the client's errors."""
    private, public = _others()
    kem = MlKemKey.generate("768")
    for bad in (b"", b"key", private, public, _KEY.public, kem.private or b"", (_KEY.private or b"")[:-1]):
        with pytest.raises(InvalidRequest):
            MlDsaKey.of_private(bad)
    for bad in (b"", b"key", private, public, _KEY.private or b"", kem.public, _KEY.public[:-1], _KEY.public + b"\x00"):
        with pytest.raises(InvalidRequest):
            MlDsaKey.of_public(bad)
    for length in (0, 31, 33, 64):
        with pytest.raises(InvalidRequest, match="32 bytes"):
            MlDsaKey.of_seed(bytes(length), "44")
    for unknown in ("", "45", "ml-dsa-44"):
        with pytest.raises(InvalidRequest, match="44, 65, 87"):
            MlDsaKey.generate(unknown)
        with pytest.raises(InvalidRequest, match="44, 65, 87"):
            MlDsaKey.of_seed(_SEED, unknown)


def test_a_key_does_not_show_itself() -> None:
    """Its text names the parameter set alone."""
    assert repr(_KEY) == "MlDsaKey(parameter_set='44')"
