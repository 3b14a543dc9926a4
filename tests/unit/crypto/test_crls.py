"""Lists of revoked certificates."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto.certificates import certificates_of_pem
from strongroom.crypto.crls import MOST_BYTES, crl_of, holds, packed, unpacked
from strongroom.lib.errors import InvalidRequest
from tests.sim.pki import Authority

SERIALS = st.integers(-(2**160), 2**160)
ROOT = Authority.root(time.time())


@given(st.sets(SERIALS, max_size=30), SERIALS)
def test_packed_serial_numbers_are_searched_like_a_set(serials: set[int], other: int) -> None:
    """None is found that isn't there, each is found that is, and they come back in order."""
    kept = b"".join(sorted(map(packed, serials)))
    assert list(unpacked(kept)) == sorted(serials)
    assert all(holds(kept, each) for each in serials)
    assert holds(kept, other) is (other in serials)


def test_serial_numbers_beyond_all_bounds() -> None:
    """They can't be kept, and no list holds them."""
    for serial in (2**191, -(2**191) - 1):
        with pytest.raises(ValueError):
            packed(serial)
        assert not holds(packed(1), serial)


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data: bytes) -> None:
    """Whatever the bytes are."""
    for given_ in (data, b"\x30" + data, b"-----BEGIN X509 CRL-----\n" + data + b"\n-----END X509 CRL-----"):
        with pytest.raises(InvalidRequest, match="failed to parse CRL"):
            crl_of(given_)


@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at: int, change: int) -> None:
    """It can't be read any more, or its signature is nobody's, or nothing of what is signed was changed."""
    whole = ROOT.crl(ROOT.issue("a", serial=5), pem=False)
    at %= len(whole)
    changed = whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]
    authority = certificates_of_pem(ROOT.pem)[0]
    read = crl_of(whole)
    assert read.is_signed_by(authority)
    with contextlib.suppress(InvalidRequest):
        other = crl_of(changed)
        assert not other.is_signed_by(authority) or (other.serials, other.number) == (read.serials, read.number)


def test_size() -> None:
    """A list that is too long isn't even looked at."""
    with pytest.raises(InvalidRequest, match="longer than"):
        crl_of(b"\x30" * (MOST_BYTES + 1))
