"""Responses of OCSP responders."""

from __future__ import annotations

import contextlib
import time

import pytest
from cryptography.x509 import ocsp as library
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto import ocsp
from strongroom.crypto.certificates import certificate_of_der
from strongroom.crypto.ocsp import Standing, Unproved
from tests.sim.pki import Authority

NOW = time.time()
ROOT = Authority.root(NOW)
CLIENT = ROOT.issue("client")
LEAF, ISSUER = certificate_of_der(CLIENT.der), certificate_of_der(ROOT.own.der)
NONCE = bytes(16)
ASKED = ocsp.question(LEAF, ISSUER, NONCE)
WHOLE = ROOT.ocsp_response(ASKED, CLIENT, status=library.OCSPCertStatus.REVOKED)


def read(data: bytes) -> ocsp.Answer:
    """What a response says."""
    return ocsp.answer(data, LEAF, ISSUER, nonce=NONCE, now=NOW)


def test_a_question() -> None:
    """It names the certificate and its issuer, and has a nonce."""
    asked = library.load_der_ocsp_request(ASKED)
    assert asked.serial_number == CLIENT.certificate.serial_number
    assert read(WHOLE).standing is Standing.REVOKED


@given(st.binary(max_size=200))
def test_anything_else_proves_nothing(data: bytes) -> None:
    """Whatever the bytes are."""
    for given_ in (data, b"\x30" + data, WHOLE[:20] + data):
        with pytest.raises(Unproved):
            read(given_)


@given(st.integers(0, 4000), st.integers(1, 255))
def test_a_changed_byte_changes_no_answer(at: int, change: int) -> None:
    """It proves nothing, or what it did before."""
    at %= len(WHOLE)
    with contextlib.suppress(Unproved):
        assert read(WHOLE[:at] + bytes([WHOLE[at] ^ change]) + WHOLE[at + 1 :]) == read(WHOLE)
