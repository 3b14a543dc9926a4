"""Documents that others have signed: what proves them, and what only looks as if it did."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto import ber
from strongroom.crypto.signed_documents import check_certificate, fits, opened
from strongroom.lib.errors import InvalidRequest, Tampered
from tests.sim.aws.documents import as_pkcs7, by_openssl, document, signature
from tests.sim.issuer import Issuer

CONTENT = document("i-0123456789abcdef0")
SIGNER, OTHER = Issuer("a"), Issuer("b")
MESSAGE = base64.b64decode(as_pkcs7(CONTENT, SIGNER))
CERTIFICATE = SIGNER.certificate_pem


def test_only_a_known_certificate_counts() -> None:
    """The certificate that a message brings along proves nothing."""
    assert opened(MESSAGE, [OTHER.certificate_pem, CERTIFICATE]) == CONTENT
    for known in ([], [OTHER.certificate_pem]):
        with pytest.raises(Tampered, match="known certificate"):
            opened(MESSAGE, known)


@pytest.mark.parametrize(
    ("options", "dsa"),
    [
        (("-md", "sha256"), False),
        (("-md", "sha1", "-noattr", "-nocerts"), True),
        (("-md", "sha1", "-nocerts"), True),
        (("-md", "sha256", "-stream"), False),
        (("-md", "sha384", "-stream", "-noattr"), False),
    ],
)
def test_messages_of_openssl(tmp_path: Path, options: tuple[str, ...], dsa: bool) -> None:
    """With and without attributes and certificates, in lengths of both kinds, by RSA and by DSA with SHA-1."""
    certificate, message = by_openssl(CONTENT, tmp_path, *options, dsa=dsa)
    check_certificate(certificate)
    assert opened(message, [certificate]) == CONTENT
    with pytest.raises(Tampered):
        opened(message, [CERTIFICATE])


@given(st.integers(0, len(MESSAGE) - 1), st.integers(1, 255))
def test_no_changed_message_has_another_content(at: int, change: int) -> None:
    """Whatever byte is changed: the message is refused, or has the signed content."""
    changed = MESSAGE[:at] + bytes((MESSAGE[at] ^ change,)) + MESSAGE[at + 1 :]
    try:
        assert opened(changed, [CERTIFICATE]) == CONTENT
    except Tampered:
        return


@given(st.binary(max_size=200))
def test_what_is_no_message(data: bytes) -> None:
    """Bytes of any kind are refused, with no other error."""
    for text in (data, MESSAGE[: len(data) * 4], MESSAGE + data[:1] + b"\0"):
        with pytest.raises(Tampered):
            opened(text, [CERTIFICATE])


def test_bombs_of_encoding() -> None:
    """Neither deep nor long encodings take long, and what is too long isn't looked at."""
    for data in (b"\x30\x80" * 5000, b"\x30\x82\x40\x00" + b"\x05\x00" * 8192, bytes(70_000), b"\x1f\x81\x00\x00"):
        with pytest.raises(Tampered):
            opened(data, [CERTIFICATE])
    with pytest.raises(Tampered, match="no length"):
        ber.read(b"\x04\x80\0\0")


def test_detached_signatures() -> None:
    """Only the document itself, by a known key."""
    raw = base64.b64decode(signature(CONTENT, SIGNER))
    assert fits(CONTENT, raw, [OTHER.certificate_pem, CERTIFICATE])
    assert not fits(CONTENT + b" ", raw, [CERTIFICATE])
    assert not fits(CONTENT, raw, [OTHER.certificate_pem])
    assert not fits(CONTENT, b"", [CERTIFICATE])


def test_certificates() -> None:
    """What is no certificate, or can't sign documents, is refused."""
    check_certificate(CERTIFICATE)
    for pem in ("", "x", SIGNER.private_pem):
        with pytest.raises(InvalidRequest, match="certificate can't be used"):
            check_certificate(pem)
