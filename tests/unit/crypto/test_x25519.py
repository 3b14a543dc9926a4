"""Secrets in common on Curve25519.

Source: RFC 7748, section 5.2
"""

from __future__ import annotations

import pytest

from strongroom.crypto.x25519 import agree, public_key
from strongroom.lib.errors import InvalidRequest

NINE = bytes([9, *bytes(31)])


@pytest.mark.parametrize(
    ("private", "public", "secret"),
    [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (NINE.hex(), NINE.hex(), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"),
    ],
)
def test_the_published_secrets(private: str, public: str, secret: str) -> None:
    """The secrets are those of the RFC."""
    assert agree(bytes.fromhex(private), bytes.fromhex(public)).hex() == secret


def test_both_sides_have_the_same() -> None:
    """Each side gets the same from its own key and the other's public part."""
    one, other = bytes(range(32)), bytes(range(1, 33))
    assert agree(one, public_key(other)) == agree(other, public_key(one))
    assert public_key(NINE) == agree(NINE, NINE)


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33)])
def test_another_length_is_no_key(public: bytes) -> None:
    """A key of another length is refused."""
    with pytest.raises(InvalidRequest, match="has 32 bytes"):
        agree(NINE, public)


@pytest.mark.parametrize("public", [bytes(32), bytes([1, *bytes(31)])])
def test_a_point_of_low_order_is_refused(public: bytes) -> None:
    """A key with which everybody has the same secret gives none."""
    with pytest.raises(InvalidRequest, match="low order"):
        agree(NINE, public)
