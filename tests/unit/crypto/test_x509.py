"""Certificates of our own, judged by the `cryptography` library's verifier."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from strongroom.crypto.x509 import Authority

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def _verify(authority: Authority, certificate: bytes, name: x509.GeneralName, at: datetime) -> None:
    assert isinstance(name, (x509.DNSName, x509.IPAddress))
    builder = PolicyBuilder().store(Store([authority.certificate])).time(at)
    builder.build_server_verifier(name).verify(x509.load_pem_x509_certificate(certificate), [])


def test_a_client_that_trusts_the_authority_trusts_the_server() -> None:
    """By every one of its names, while it is valid, and by no other name, authority or time."""
    authority = Authority.make("Test CA", NOW - DAY, NOW + DAY)
    issued = authority.issue(("host.example", "127.0.0.1", "::1", "127.0.0.1"), NOW - DAY, NOW + DAY)
    for name in ("127.0.0.1", "::1"):
        _verify(authority, issued.certificate_pem, x509.IPAddress(ipaddress.ip_address(name)), NOW)
    _verify(authority, issued.certificate_pem, x509.DNSName("host.example"), NOW)
    with pytest.raises(VerificationError):
        _verify(authority, issued.certificate_pem, x509.DNSName("other.example"), NOW)
    with pytest.raises(VerificationError):
        _verify(authority, issued.certificate_pem, x509.DNSName("host.example"), NOW + 2 * DAY)
    stranger = Authority.make("Test CA", NOW - DAY, NOW + DAY)
    with pytest.raises(VerificationError):
        _verify(stranger, issued.certificate_pem, x509.DNSName("host.example"), NOW)


def test_the_key_belongs_to_the_certificate_and_stays_hidden() -> None:
    """The key's public half is the certificate's; `repr` shows no key."""
    issued = Authority.make("Test CA", NOW - DAY, NOW + DAY).issue(("a.example",), NOW, NOW + DAY)
    private = load_pem_private_key(issued.key_pem.reveal(), None)
    assert private.public_key() == x509.load_pem_x509_certificate(issued.certificate_pem).public_key()
    assert "PRIVATE" not in repr(issued)


def test_an_issued_certificate_issues_nothing() -> None:
    """Only the authority may sign certificates, and none that sign others."""
    authority = Authority.make("Test CA", NOW, NOW + DAY)
    issued = x509.load_pem_x509_certificate(authority.issue(("a.example",), NOW, NOW + DAY).certificate_pem)
    constraints = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert not issued.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not issued.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_long_names_fit() -> None:
    """A host name longer than a common name may be is still one of the certificate's names."""
    name = "a" * 60 + ".example.com"
    authority = Authority.make("Test CA", NOW - DAY, NOW + DAY)
    _verify(authority, authority.issue((name,), NOW - DAY, NOW + DAY).certificate_pem, x509.DNSName(name), NOW)
