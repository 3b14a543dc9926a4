"""A root with name constraints and a leaf, and what verifiers that aren't ours say of them."""

from __future__ import annotations

import ipaddress
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Extensions = list[tuple[x509.ExtensionType, bool]]

_KEY = ec.generate_private_key(ec.SECP256R1())
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_OWN_ID = x509.SubjectKeyIdentifier.from_public_key(_KEY.public_key())
_SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def pair(
    kind: str, permitted: tuple[str, ...], excluded: tuple[str, ...], name: str, common_name: str = ""
) -> tuple[x509.Certificate, x509.Certificate]:
    """A root with constraints, and a leaf.

    Args:
        kind: of subtrees and name: `dns`, `email`, `ip` or `uri`. name: an alternative name; empty for none.
    """
    constraints = x509.NameConstraints(
        [_name(kind, each, subtree=True) for each in permitted] or None,
        [_name(kind, each, subtree=True) for each in excluded] or None,
    )
    root = _made(
        "Root", [(x509.BasicConstraints(True, None), True), (_SIGNS, True), (constraints, True), (_OWN_ID, False)]
    )
    extensions: Extensions = [
        (x509.BasicConstraints(False, None), True),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(_KEY.public_key()), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
    ]
    if name:
        extensions.append((x509.SubjectAlternativeName([_name(kind, name)]), not common_name))
    return root, _made(common_name, extensions)


def taken_by_library(root: x509.Certificate, leaf: x509.Certificate) -> bool:
    """Whether `cryptography` takes the leaf."""
    builder = verification.PolicyBuilder().store(verification.Store([root])).time(_NOW)
    try:
        builder.build_client_verifier().verify(leaf, [])
    except verification.VerificationError as error:
        assert "malformed" not in str(error) and "unsupported" not in str(error), error
        return False
    return True


def taken_by_openssl(directory: Path, root: x509.Certificate, leaf: x509.Certificate) -> bool:
    """Whether OpenSSL takes the leaf."""
    for name, certificate in (("root", root), ("leaf", leaf)):
        (directory / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    done = subprocess.run(
        [
            *("openssl", "verify", "-attime", str(int(_NOW.timestamp()))),
            *("-CAfile", str(directory / "root"), str(directory / "leaf")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 or "subtree violation" in done.stderr or "name syntax" in done.stderr, done.stderr
    return done.returncode == 0


def _made(subject: str, extensions: Extensions) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)] if subject else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root")]))
        .public_key(_KEY.public_key())
        .serial_number(7)
        .not_valid_before(_NOW - timedelta(days=1))
        .not_valid_after(_NOW + timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(_KEY, hashes.SHA256())


def _name(kind: str, text: str, *, subtree: bool = False) -> x509.GeneralName:
    match kind:
        case "dns":
            return x509.DNSName(text)
        case "email":
            return x509.RFC822Name(text)
        case "uri":
            return x509.UniformResourceIdentifier(text)
        case _:
            return x509.IPAddress(ipaddress.ip_network(text) if subtree else ipaddress.ip_address(text))
