"""Responses of OCSP responders."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509 import ocsp as library
from cryptography.x509.oid import OCSPExtensionOID
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
    assert [(each.oid, each.critical) for each in asked.extensions] == [(OCSPExtensionOID.NONCE, False)]
    assert read(WHOLE).standing is Standing.REVOKED


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()])
def test_authorities_with_other_keys(key: Any) -> None:
    """Their signature is verified as well, and another's isn't theirs."""
    root, other = Authority.root(NOW, key=key), Authority.root(NOW)
    client = root.issue("client")
    leaf, issuer = certificate_of_der(client.der), certificate_of_der(root.own.der)
    asked = ocsp.question(leaf, issuer, NONCE)
    whole = root.ocsp_response(asked, client)
    assert ocsp.answer(whole, leaf, issuer, nonce=NONCE, now=NOW).standing is Standing.GOOD
    with pytest.raises(Unproved, match="isn't signed by"):
        forged = root.ocsp_response(asked, client, signer=other.own)
        ocsp.answer(forged, leaf, issuer, nonce=NONCE, now=NOW)


def test_a_response_without_an_end_counts_for_a_day() -> None:
    """And not a minute longer."""
    whole = ROOT.ocsp_response(ASKED, CLIENT, left_s=None, age_s=0)
    assert ocsp.answer(whole, LEAF, ISSUER, nonce=NONCE, now=NOW + 86_340).until == 0
    with pytest.raises(Unproved, match="out of date"):
        ocsp.answer(whole, LEAF, ISSUER, nonce=NONCE, now=NOW + 86_460)


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
