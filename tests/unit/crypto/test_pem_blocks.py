"""Blocks in PEM are read in a time in proportion to the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import strongroom
from strongroom.crypto import certificates, pem
from strongroom.crypto.asymmetric import certificate_requests, formats
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.issuing import bundles, requests
from strongroom.lib.errors import InvalidRequest

REQUEST, CERTIFICATE, PRIVATE, PUBLIC = "CERTIFICATE REQUEST", "CERTIFICATE", "PRIVATE KEY", "PUBLIC KEY"


@pytest.mark.parametrize(
    ("read", "label", "error"),
    [
        (requests.read_pem, REQUEST, "csr contains no data"),
        (bundles.certificate_of, CERTIFICATE, "could not be PEM-decoded"),
        (certificates.certificates_of_clients, CERTIFICATE, "is no certificate in PEM"),
        (lambda text: certificate_requests.request_for(Ed25519Key.generate(), text), REQUEST, "there is no block"),
        (formats.pkcs8_of_pem, PRIVATE, "not a private key in PEM"),
        (formats.public_of_pem, PUBLIC, "not a single block"),
    ],
)
def test_a_block_holds_no_beginning_of_another(read: Callable[[str], object], label: str, error: str) -> None:
    """Nothing looks for a block's end beyond the next five hyphens: a text of beginnings alone costs no more."""
    with pytest.raises(InvalidRequest, match=error):
        read(f"-----BEGIN {label}-----\n-----BEGIN A-----\nAAAA\n-----END {label}-----\n")


def test_a_file_whose_certificate_holds_another_beginning_is_cut_off() -> None:
    """The same, for the files of listeners."""
    content = f"-----BEGIN {CERTIFICATE}-----\n-----BEGIN A-----\nAAAA\n-----END {CERTIFICATE}-----\n"
    assert "is cut off" in pem.certificate_fault(content.encode())


def test_no_pattern_searches_the_whole_text_for_the_end_of_a_block() -> None:
    """`.*?` before the last line tries each of many first lines up to the text's end."""
    found = [
        str(path)
        for path in Path(strongroom.__file__).parent.rglob("*.py")
        if re.search(r"\.[*+]\??\)?-----END", path.read_text())
    ]
    assert not found


@pytest.mark.parametrize("header", ["", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"])
def test_lines_with_hyphens_may_stand_before_the_content(header: str) -> None:
    """Headers of RFC 1421 have hyphens: a key with them is refused as encrypted, and not as none."""
    text = f"-----BEGIN RSA PRIVATE KEY-----\n{header}{'A' * 64}\n-----END RSA PRIVATE KEY-----\n"
    with pytest.raises(InvalidRequest, match="it is encrypted" if header else "it is no private key"):
        bundles.parsed(text)
