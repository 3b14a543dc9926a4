"""AES-CMAC against published vectors, and its limits."""

from __future__ import annotations

import pytest

from strongroom.crypto.symmetric.cmac import cmac
from tests.published.responses import value, vectors
from tests.published.tally import Tally
from tests.published.wycheproof import case_name, cases


def test_it_is_that_of_nist() -> None:
    """SP 800-38B has four messages for each size of key; RFC 4493 has those of 16 bytes again."""
    tally = Tally("nist-800-38b")
    for bits in (128, 192, 256):
        for vector in vectors(f"CMAC/nist-800-38b-aes{bits}.txt"):
            tally.note(vector, right=cmac(value(vector["key"]), value(vector["message"])) == value(vector["output"]))
    tally.settle(12)


def test_wycheproof() -> None:
    """Valid codes are made, altered ones aren't, and keys of other sizes are refused."""
    tally = Tally("aes_cmac")
    for case in cases("aes_cmac"):
        key, message, tag = (bytes.fromhex(case[name]) for name in ("key", "msg", "tag"))
        if len(key) in (16, 24, 32):
            right = (cmac(key, message, case["tagSize"] // 8) == tag) is (case["result"] == "valid")
        else:
            with pytest.raises(ValueError, match="key of 16, 24 or 32 bytes"):
                cmac(key, message)
            right = case["result"] == "invalid"
        tally.note(case_name(case), right=right)
    tally.settle(311)


@pytest.mark.parametrize("length", [-1, 0, 17, 32])
def test_no_other_length_is_given(length: int) -> None:
    """An empty code would equal every other empty code; a longer one can't be made."""
    with pytest.raises(ValueError, match="1 to 16 bytes"):
        cmac(bytes(16), b"data", length)


def test_a_shorter_code_is_the_beginning() -> None:
    """Of the whole one, for every length."""
    whole = cmac(bytes(16), b"data")
    assert [cmac(bytes(16), b"data", length) for length in range(1, 17)] == [whole[:n] for n in range(1, 17)]
