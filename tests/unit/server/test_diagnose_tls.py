"""What is said about certificates, with real ones made for each case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from strongroom.server.config.config import Listener, merge, parse_config
from strongroom.server.diagnose.result import Status
from strongroom.server.diagnose.tls import check_tls

NOW = datetime(2031, 5, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class Issued:
    """A certificate and its key."""

    def __init__(
        self,
        name: str,
        issuer: Issued | None = None,
        *,
        begins: datetime = NOW - 300 * _DAY,
        ends: datetime = NOW + 300 * _DAY,
        names: bool = True,
        authority: bool = False,
    ) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(issuer.name if issuer else self.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        self.certificate = builder.sign(issuer.key if issuer else self.key, hashes.SHA256())

    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        """The key."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def listener(directory: Path, chain: Sequence[Issued], key: Issued | None = None, extra: str = "") -> Listener:
    """A listener with these certificates, and the first one's key unless another is given."""
    (directory / "cert.pem").write_bytes(b"".join(each.pem() for each in chain))
    (directory / "key.pem").write_bytes((key or chain[0]).key_pem())
    files = f'tls_cert_file = "{directory}/cert.pem"\n  tls_key_file = "{directory}/key.pem"'
    text = f'listener "tcp" {{\n  {files}\n  {extra}\n}}'
    return merge([parse_config(text, "x.hcl")]).listeners[0]


def test_a_good_chain_is_fine(tmp_path: Path) -> None:
    """A server's certificate with the intermediate authority's behind it, far from its end."""
    root = Issued("root", authority=True)
    between = Issued("between", root, authority=True)
    found = check_tls(listener(tmp_path, [Issued("server", between), between]), NOW)
    assert found.status == Status.OK
    assert "300 days left" in found.message
    assert "clients need the authority root" in found.message


@pytest.mark.parametrize(
    ("ends", "status"),
    [(NOW - _DAY, Status.FAIL), (NOW + 10 * _DAY, Status.WARN), (NOW + 40 * _DAY, Status.OK)],
)
def test_the_end_is_announced(tmp_path: Path, ends: datetime, status: Status) -> None:
    """An expired certificate is a failure, one that expires within thirty days a warning."""
    assert check_tls(listener(tmp_path, [Issued("server", ends=ends)]), NOW).status == status


def test_short_lived_certificates_are_not_always_about_to_end(tmp_path: Path) -> None:
    """One that lives for six days is worth a warning only in its last third."""
    young = Issued("server", begins=NOW - _DAY, ends=NOW + 5 * _DAY)
    old = Issued("server", begins=NOW - 5 * _DAY, ends=NOW + _DAY)
    assert check_tls(listener(tmp_path, [young]), NOW).status == Status.OK
    assert check_tls(listener(tmp_path, [old]), NOW).status == Status.WARN


def test_a_certificate_of_the_future_is_a_failure(tmp_path: Path) -> None:
    """It says that the machine's clock may be wrong."""
    found = check_tls(listener(tmp_path, [Issued("server", begins=NOW + _DAY)]), NOW)
    assert (found.status, "clock" in found.advice) == (Status.FAIL, True)


def test_a_foreign_key_is_a_failure(tmp_path: Path) -> None:
    """The key has to be the first certificate's."""
    found = check_tls(listener(tmp_path, [Issued("server")], key=Issued("other")), NOW)
    assert (found.status, "isn't the key of" in found.message) == (Status.FAIL, True)


def test_a_missing_file_is_a_failure_with_its_setting(tmp_path: Path) -> None:
    """The text names setting and file."""
    stanza = listener(tmp_path, [Issued("server")])
    (tmp_path / "key.pem").unlink()
    found = check_tls(stanza, NOW)
    assert found.status == Status.FAIL
    assert f"tls_key_file: {tmp_path}/key.pem" in found.message


def test_weaknesses_are_warnings(tmp_path: Path) -> None:
    """No alternative names, an authority's certificate, a wrong order, an old version, weak suites."""
    root = Issued("root", authority=True)
    server = Issued("server", root)
    for words, chain in (
        ("alternative names", [Issued("server", names=False)]),
        ("an authority's", [root]),
        ("isn't signed by", [server, Issued("root", authority=True)]),
    ):
        found = check_tls(listener(tmp_path, chain), NOW)
        assert (found.status, any(words in text for text in found.warnings)) == (Status.WARN, True), words
    for words, extra in (
        ("tls_min_version", 'tls_min_version = "tls11"'),
        ("CBC", 'tls_cipher_suites = "TLS_RSA_WITH_AES_128_CBC_SHA"'),
    ):
        found = check_tls(listener(tmp_path, [server], extra=extra), NOW)
        assert (found.status, any(words in text for text in found.warnings)) == (Status.WARN, True), words
