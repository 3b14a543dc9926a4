"""Every type of key makes versions that it can load."""

from __future__ import annotations

import pytest

from strongroom.engines.transit.key_types import KEY_TYPES, KeyType, key_type
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import Internal
from strongroom.lib.rand import SystemRandom

_RANDOM = SystemRandom()
_SYMMETRIC = {name: type_ for name, type_ in KEY_TYPES.items() if not type_.asymmetric}


def key_of(type_: KeyType, key_size: int = 0) -> KeyRecord:
    """A key of a type."""
    parameter_set = next(iter(type_.parameter_sets), "")
    return KeyRecord(id="id", type=type_.name, created_at=0.0, parameter_set=parameter_set, key_size=key_size)


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
