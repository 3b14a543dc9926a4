"""The hash functions against NIST's vectors."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes

from strongroom.crypto.hashes import HASHES, digest
from tests.published.responses import value, vectors
from tests.published.tally import Tally

FILES = [
    ("sha1", "SHA1/SHA1", 129),
    ("sha2-224", "SHA2/SHA224", 129),
    ("sha2-256", "SHA2/SHA256", 129),
    ("sha2-384", "SHA2/SHA384", 257),
    ("sha2-512", "SHA2/SHA512", 257),
    ("sha3-224", "SHA3/SHA3_224", 245),
    ("sha3-256", "SHA3/SHA3_256", 237),
    ("sha3-384", "SHA3/SHA3_384", 205),
    ("sha3-512", "SHA3/SHA3_512", 173),
]


@pytest.mark.parametrize(("name", "file", "at_least"), FILES)
def test_digests_are_those_of_nist(name: str, file: str, at_least: int) -> None:
    """Short and long messages; `cryptography`'s object of the same name gives the same."""
    tally = Tally(file)
    for length in ("Short", "Long"):
        for vector in vectors(f"hashes/{file}{length}Msg.rsp"):
            message = value(vector["msg"])[: int(vector["len"]) // 8]
            other = hashes.Hash(HASHES[name].algorithm())
            other.update(message)
            right = digest(name, message) == HASHES[name].new(message) == other.finalize() == value(vector["md"])
            tally.note(f"{length} {vector['len']} bits", right=right)
    tally.settle(at_least)


def test_all_are_tried() -> None:
    """No name of the table is without vectors, and every digest is as long as it says."""
    assert [name for name, _, _ in FILES] == list(HASHES)
    for name, function in HASHES.items():
        assert len(digest(name, b"")) == function.digest_bytes == function.algorithm().digest_size


@pytest.mark.parametrize("name", ["", "sha256", "SHA1", "md5", "none"])
def test_other_names_are_refused(name: str) -> None:
    """Names are those of the API alone."""
    with pytest.raises(ValueError, match="no hash function has the name"):
        digest(name, b"data")
