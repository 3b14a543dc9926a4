"""Random bytes, and damaged requests, against the reader of certificate requests."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto.issuing.requests import CertificateRequest, read_der, read_pem
from strongroom.lib.errors import InvalidRequest
from tests.fuzz.damage import damaged
from tests.fuzz.effort import examples

_EC = ec.generate_private_key(ec.SECP256R1())
_RSA = rsa.generate_private_key(65537, 2048)
_ED = ed25519.Ed25519PrivateKey.generate()


def _request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    names = [
        x509.DNSName("a.example.com"),
        x509.RFC822Name("me@example.com"),
        x509.IPAddress(ipaddress.ip_address("1.2.3.4")),
        x509.UniformResourceIdentifier("spiffe://a/b"),
        x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x0c\x02hi"),
    ]
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.com")]))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.2.3")]), critical=False)
        .add_extension(x509.PrivateKeyUsagePeriod(datetime.datetime(2026, 1, 1), None), critical=False)  # noqa: DTZ001
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.9"), b"\x05\x00"), critical=False)
    )
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()).public_bytes(
        serialization.Encoding.DER
    )


_WHOLE = [_request(_EC), _request(_RSA), _request(_ED)]


def test_whole_requests_are_read() -> None:
    """Or else nothing here would try anything."""
    assert [read_der(whole).key_type for whole in _WHOLE] == ["ec", "rsa", "ed25519"]


@given(damaged(_WHOLE) | st.binary(max_size=300))
@settings(max_examples=examples(400), deadline=None)
def test_any_bytes_are_a_request_or_refused(data: bytes) -> None:
    """With the one error that a client is told; no damage goes unnoticed."""
    with contextlib.suppress(InvalidRequest):
        read_der(data)
        assert data in _WHOLE


def _signed_anew(body: bytes) -> bytes:
    """A request whose contents are damaged, and whose signature is right: what a hostile client sends."""
    signature = _ED.sign(body)
    algorithm = bytes.fromhex("300506032b6570")
    return _sequence(body + algorithm + bytes((3, len(signature) + 1, 0)) + signature)


def _sequence(content: bytes) -> bytes:
    size = len(content)
    length = bytes((size,)) if size < 128 else bytes((0x82, size >> 8, size & 255))
    return b"\x30" + length + content


_BODY = x509.load_der_x509_csr(_WHOLE[2]).tbs_certrequest_bytes


@given(st.lists(st.tuples(st.integers(0, len(_BODY) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=examples(400), deadline=None)
def test_hostile_contents_with_a_right_signature_are_read_or_refused(changes: list[tuple[int, int]]) -> None:
    """Everything that a request says has been read when it is returned: nothing fails later."""
    body = bytearray(_BODY)
    for at, value in changes:
        body[at] = value
    with contextlib.suppress(InvalidRequest):
        assert isinstance(read_der(_signed_anew(bytes(body))), CertificateRequest)


@given(st.text(max_size=300) | damaged(_WHOLE).map(lambda data: base64.b64encode(data).decode()))
@settings(max_examples=examples(200), deadline=None)
def test_any_text_is_a_request_or_refused(text: str) -> None:
    """With and without the lines of PEM around it."""
    for written in (text, f"-----BEGIN CERTIFICATE REQUEST-----\n{text}\n-----END CERTIFICATE REQUEST-----"):
        with contextlib.suppress(InvalidRequest):
            read_pem(written)
