"""What is signed in place of a message."""

from __future__ import annotations

import hashlib

import pytest

from strongroom.crypto.post_quantum import message
from strongroom.lib.errors import InvalidRequest


def test_a_message_is_marked_as_whole() -> None:
    """The first byte tells a message from a digest, and the second how long the context is."""
    assert message.of_message(b"message", b"context") == b"\x00\x07contextmessage"


def test_a_digest_is_marked_with_its_hash() -> None:
    """A digest comes with the DER of its hash's object identifier."""
    digest = hashlib.sha512(b"message").digest()
    assert (
        message.of_digest(digest, "sha2-512", b"c") == b"\x01\x01c" + bytes.fromhex("0609608648016503040203") + digest
    )


@pytest.mark.parametrize(
    ("digest", "algorithm", "context"),
    [
        (bytes(20), "sha1", b""),
        (bytes(32), "sha256", b""),
        (bytes(32), "none", b""),
        (bytes(32), "", b""),
        (bytes(31), "sha2-256", b""),
        (bytes(32), "sha2-512", b""),
        (b"", "sha2-256", b""),
        (bytes(32), "sha2-256", bytes(256)),
    ],
)
def test_bad_digests_are_refused(digest: bytes, algorithm: str, context: bytes) -> None:
    """Another hash, another length and a long context are the client's errors."""
    with pytest.raises(InvalidRequest):
        message.of_digest(digest, algorithm, context)


def test_every_hash_has_its_length() -> None:
    """The table's lengths are those of the hashes."""
    for name, (_, length) in message.PREHASHES.items():
        assert hashlib.new(name.replace("sha2-", "sha").replace("sha3-", "sha3_")).digest_size == length
