"""Every type of key makes versions that it can load."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.crypto.asymmetric.formats import public_pem
from strongroom.crypto.post_quantum import has_slh_dsa
from strongroom.engines.transit.key_types import KEY_TYPES, KeyType, Material, key_type
from strongroom.engines.transit.key_types.hybrid_key import HybridKey, joined, parted
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.lib.rand import SystemRandom
from strongroom.sdk import replace

_RANDOM = SystemRandom()
_SLH_DSA = pytest.mark.skipif(not has_slh_dsa(), reason="the package pqcrypto isn't installed")
_ASYMMETRIC = [
    pytest.param(name, marks=_SLH_DSA if name == "slh-dsa" else ()) for name, type_ in KEY_TYPES.items() if type_.signs
]
_SYMMETRIC = {name: type_ for name, type_ in KEY_TYPES.items() if not type_.asymmetric}


def key_of(type_: KeyType, key_size: int = 0) -> KeyRecord:
    """A key of a type."""
    parameter_set = next(iter(type_.parameter_sets), "")
    return KeyRecord(
        id="id",
        type=type_.name,
        created_at=0.0,
        parameter_set=parameter_set,
        key_size=key_size,
        hybrid_pqc="ml-dsa" if type_.name == "hybrid" else "",
        hybrid_ec="ecdsa-p384" if type_.name == "hybrid" else "",
    )


@pytest.mark.parametrize("name", _SYMMETRIC)
def test_a_symmetric_type_makes_keys_of_its_size(name: str) -> None:
    """A new version is a raw key of the type's size without a public part, and each is another one."""
    type_ = KEY_TYPES[name]
    key = key_of(type_)
    first, second = type_.make(key, _RANDOM), type_.make(key, _RANDOM)
    assert len(first.private) == (type_.size_bytes or 32)
    assert first.public == b""
    assert first.private != second.private


@pytest.mark.parametrize("name", [name for name, type_ in _SYMMETRIC.items() if type_.encrypts])
def test_what_a_version_seals_it_opens(name: str) -> None:
    """The primitive of a version that was made opens what it sealed; so does that of derived material."""
    type_ = KEY_TYPES[name]
    made = type_.make(key_of(type_), _RANDOM)
    assert type_.keyed is not None
    for cipher in (
        type_.load(key_of(type_), KeyVersion(created_at=0.0, private=made.private)),
        type_.keyed(type_.raw(made.private, b"")[: type_.derived_bytes]),
    ):
        nonce, more = bytes(cipher.nonce_bytes), () if name.endswith("-cbc") else (b"",)
        assert cipher.open(nonce, cipher.seal(nonce, b"text", *more), *more) == b"text"


@pytest.mark.parametrize("size_bytes", [32, 33, 512])
def test_an_hmac_key_has_the_size_that_was_asked_for(size_bytes: int) -> None:
    """`key_size` is the length of an HMAC key."""
    type_ = KEY_TYPES["hmac"]
    assert len(type_.make(key_of(type_, key_size=size_bytes), _RANDOM).private) == size_bytes


def test_a_key_of_an_unknown_type_is_named() -> None:
    """A row that a newer release wrote fails with an error that says so."""
    with pytest.raises(Internal, match="aes512-gcm"):
        key_type("aes512-gcm")


def verifies(public: Any, signature: bytes) -> bool:
    """Whether a signature over `message` verifies: each primitive has its own order of arguments."""
    post_quantum = type(public).__name__ in {"MlDsaKey", "SlhDsaKey"}
    result: bool = public.verify(*((signature, b"message") if post_quantum else (b"message", signature)))
    return result


@pytest.mark.parametrize("name", _ASYMMETRIC)
def test_a_version_signs_and_its_public_part_verifies(name: str) -> None:
    """A version that was made signs; the version with its public part alone verifies that, and can't sign."""
    type_ = KEY_TYPES[name]
    key = key_of(type_)
    made = type_.make(key, _RANDOM)
    pair = type_.load(key, KeyVersion(created_at=0.0, private=made.private, public=made.public))
    public = type_.load(key, KeyVersion(created_at=0.0, private=b"", public=made.public))
    assert (pair.private, pair.public) == (made.private, made.public)
    assert (public.private, public.public) == (None, made.public)
    assert verifies(public, pair.sign(b"message"))
    with pytest.raises(InvalidRequest):
        public.sign(b"message")


@pytest.mark.parametrize("name", [name for name in KEY_TYPES if name not in {"hybrid", "slh-dsa"}])
def test_material_from_elsewhere_is_taken_as_it_is(name: str) -> None:
    """What a key of the type could have made is imported unchanged."""
    type_ = KEY_TYPES[name]
    key = key_of(type_)
    made = type_.make(key, _RANDOM)
    assert type_.imported(key, made.private) == made


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("aes128-gcm96", "aes256-gcm96"),
        ("aes192-cmac", "aes256-cmac"),
        ("hmac", "aes128-gcm96"),
        ("rsa-2048", "rsa-3072"),
        ("rsa-2048", "ed25519"),
        ("ecdsa-p256", "ecdsa-p384"),
        ("ed25519", "ecdsa-p256"),
        ("ml-dsa", "ed25519"),
        ("hybrid", "ml-dsa"),
    ],
)
def test_material_of_another_type_is_refused(name: str, other: str) -> None:
    """A key of another type or size isn't imported."""
    material = KEY_TYPES[other].make(key_of(KEY_TYPES[other]), _RANDOM)
    with pytest.raises(InvalidRequest):
        KEY_TYPES[name].imported(key_of(KEY_TYPES[name]), material.private)


def test_ml_dsa_of_another_set_is_refused() -> None:
    """A key of another parameter set isn't imported."""
    type_ = KEY_TYPES["ml-dsa"]
    key = key_of(type_)
    made = type_.make(key, _RANDOM)
    with pytest.raises(InvalidRequest, match="parameter set 44, and not 65"):
        type_.imported(replace(key, parameter_set="65"), made.private)


@pytest.mark.parametrize("name", ["rsa-2048", "ecdsa-p521", "ed25519"])
def test_a_public_key_is_taken_from_pem(name: str) -> None:
    """A public key of the type is imported without a private part; one of another type is refused."""
    type_, other = KEY_TYPES[name], KEY_TYPES["ecdsa-p256"]
    assert type_.public is not None
    made = type_.make(key_of(type_), _RANDOM)
    pem = public_pem(type_.load(key_of(type_), KeyVersion(created_at=0.0, private=b"", public=made.public)))
    assert type_.public(key_of(type_), pem) == Material(private=b"", public=made.public)
    foreign = other.shown_public(other.make(key_of(other), _RANDOM).public)
    with pytest.raises(InvalidRequest, match="not of type"):
        type_.public(key_of(type_), foreign)


def test_a_hybrid_signature_needs_both_of_its_halves() -> None:
    """A hybrid signature with a half of another message, and one that is cut off, don't verify."""
    type_ = KEY_TYPES["hybrid"]
    key = key_of(type_)
    made = type_.make(key, _RANDOM)
    pair: HybridKey = type_.load(key, KeyVersion(created_at=0.0, private=made.private, public=made.public))
    right, wrong = parted(pair.sign(b"message")), parted(pair.sign(b"another"))
    assert right is not None
    assert wrong is not None
    assert pair.verify(b"message", joined(right[0], right[1]))
    assert not pair.verify(b"message", joined(right[0], wrong[1]))
    assert not pair.verify(b"message", joined(wrong[0], right[1]))
    assert not pair.verify(b"message", joined(*right)[:100])
    assert not pair.verify(b"message", b"\0\0")
    # Neither half is a signature of its key alone.
    assert not pair.pqc.verify(right[0], b"message")
