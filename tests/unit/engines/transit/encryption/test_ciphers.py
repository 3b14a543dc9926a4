"""What every family of keys does to a plaintext, and which options it takes."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.crypto.symmetric.cbc import AesCbc
from strongroom.crypto.symmetric.gcm import AesGcm
from strongroom.engines.transit.encryption.ciphers import Cipher, opened, sealed
from strongroom.engines.transit.encryption.options import Options, options_of
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.rand import SystemRandom

RANDOM = SystemRandom()


@cache
def _rsa() -> Cipher:
    return Cipher(1, "rsa-2048", RsaKey.generate(2048))


def _options(cipher: Cipher, **given: Any) -> Options:
    return options_of(cipher.primitive, cipher.type, given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"padding_scheme": "oaep"},
        {"padding_scheme": "pkcs1v15"},
        {"hash_algorithm": "sha1"},
        {"oaep_hash": "sha2-512", "mgf_hash": "sha1"},
        {"oaep_hash": "sha2-384", "hash_algorithm": "sha2-384"},
    ],
)
def test_rsa_opens_with_the_options_it_was_sealed_with(given: dict[str, str]) -> None:
    """Every padding gives the plaintext back."""
    options = _options(_rsa(), **given)
    text = sealed(_rsa(), b"hello", b"", RANDOM, options)
    assert opened(_rsa(), text, b"", options) == b"hello"


@pytest.mark.parametrize("given", [{"hash_algorithm": "sha1"}, {"mgf_hash": "sha1"}])
def test_rsa_refuses_another_padding(given: dict[str, str]) -> None:
    """A text that was sealed with other hashes of OAEP is refused with a code."""
    text = sealed(_rsa(), b"hello", b"", RANDOM, _options(_rsa(), **given))
    with pytest.raises(Refused) as refusal:
        opened(_rsa(), text, b"", _options(_rsa()))
    assert refusal.value.code is Code.AUTHENTICATION_FAILED


def test_rsa_takes_only_what_fits() -> None:
    """A plaintext that is longer than key and padding allow is refused, and so are associated data."""
    for plaintext, associated, code in ((bytes(191), b"", Code.TOO_LONG), (b"", b"a", Code.UNSUPPORTED)):
        with pytest.raises(Refused) as refusal:
            sealed(_rsa(), plaintext, associated, RANDOM)
        assert refusal.value.code is code
    assert opened(_rsa(), sealed(_rsa(), bytes(190), b"", RANDOM), b"") == bytes(190)


def test_an_rsa_key_without_its_private_half_opens_nothing() -> None:
    """A public key that was imported encrypts, and refuses to decrypt."""
    public = Cipher(1, "rsa-2048", RsaKey.of_public(_rsa().primitive.public))
    text = sealed(public, b"hello", b"", RANDOM)
    assert opened(_rsa(), text, b"") == b"hello"
    with pytest.raises(Refused) as refusal:
        opened(public, text, b"")
    assert refusal.value.code is Code.UNSUPPORTED


@pytest.mark.parametrize(
    "given",
    [
        {"padding_scheme": "none"},
        {"hash_algorithm": "md5"},
        {"oaep_hash": "sha3-256"},
        {"mgf_hash": "SHA1"},
        {"padding_scheme": "pkcs1v15", "mgf_hash": "sha1"},
        {"oaep_hash": "sha1", "hash_algorithm": "sha2-256"},
        {"padding_scheme": {}},
    ],
)
def test_rsa_options_that_do_not_exist_or_go_together_are_refused(given: dict[str, Any]) -> None:
    """A misspelt padding never becomes the usual one."""
    with pytest.raises(Refused) as refusal:
        _options(_rsa(), **given)
    assert refusal.value.code is Code.INVALID_FIELD


def test_the_iv_of_cbc_may_be_chosen() -> None:
    """A client that has to meet another system's text chooses the IV, which stands before the ciphertext."""
    cbc = Cipher(1, "aes256-cbc", AesCbc(bytes(32)))
    text = sealed(cbc, b"hello", b"", RANDOM, _options(cbc, iv="AAECAwQFBgcICQoLDA0ODw=="))
    assert text[:16] == bytes(range(16))
    assert opened(cbc, text, b"") == b"hello"
    for iv in ("AAEC", "!"):
        with pytest.raises(Refused, match="iv"):
            _options(cbc, iv=iv)


@pytest.mark.parametrize("name", ["iv", "padding_scheme", "hash_algorithm", "oaep_hash", "mgf_hash"])
def test_options_of_other_types_are_refused(name: str) -> None:
    """A key of AES-GCM takes neither an IV nor a padding; empty ones say nothing."""
    gcm = Cipher(1, "aes256-gcm96", AesGcm(bytes(32)))
    with pytest.raises(Refused, match=name):
        _options(gcm, **{name: "sha1"})
    assert _options(gcm, **{name: ""}) == Options()
