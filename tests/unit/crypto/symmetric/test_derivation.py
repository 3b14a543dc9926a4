"""Keys of contexts against published vectors, and their limits."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.crypto.kdf import hkdf_sha256
from strongroom.crypto.symmetric.derivation import derive
from tests.published.responses import value, vectors
from tests.published.tally import Tally
from tests.published.wycheproof import case_name, cases


@pytest.mark.parametrize(("file", "at_least"), [("rfc-5869-HKDF-SHA256.txt", 3), ("hkdf-generated.txt", 1)])
def test_hkdf_is_that_of_the_rfc(file: str, at_least: int) -> None:
    """RFC 5869's examples, and one of 1200 bytes."""
    tally = Tally(file)
    for vector in vectors(f"KDF/{file}"):
        key, salt, info, made = (value(vector[name]) for name in ("ikm", "salt", "info", "okm"))
        tally.note(vector, right=hkdf_sha256(key, salt=salt, info=info, length=int(vector["l"])) == made)
    tally.settle(at_least)


def test_wycheproof() -> None:
    """HKDF-SHA256 itself; and what it gives without a salt is what `derive` gives for a context."""
    tally = Tally("hkdf_sha256")
    for case in cases("hkdf_sha256"):
        tally.note(case_name(case), right=_as_it_should(case))
    tally.settle(86)


def _as_it_should(case: dict[str, Any]) -> bool:
    key, salt, info, made = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info", "okm"))
    if case["result"] == "invalid":
        with pytest.raises(ValueError, match=r"HKDF-SHA256 gives|[Cc]an ?not derive keys larger"):
            derive(key, info or b"context", case["size"])
        return True
    if not salt and info and derive(key, info, case["size"]) != made:
        return False
    return hkdf_sha256(key, salt=salt, info=info, length=case["size"]) == made


@pytest.mark.parametrize("length", [-1, 0, 8161])
def test_lengths_have_bounds(length: int) -> None:
    """Those of HKDF-SHA256."""
    with pytest.raises(ValueError, match="1 to 8160 bytes"):
        derive(bytes(32), b"context", length)


def test_the_longest_is_given() -> None:
    """8160 bytes, and shorter keys are their beginning."""
    longest = derive(bytes(32), b"context", 8160)
    assert len(longest) == 8160
    assert longest[:32] == derive(bytes(32), b"context", 32) != derive(bytes(32), b"other", 32)


def test_a_context_is_needed() -> None:
    """Nobody gets the key that everybody without a context would have."""
    with pytest.raises(ValueError, match="needs a context"):
        derive(bytes(32), b"", 32)
