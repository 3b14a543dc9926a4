"""Damaged certificates, keys, bundles and lists against all that reads them for pki and ACME."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto import acme_certificates
from strongroom.crypto.certificates import certificate_of_der, certificates_of_clients
from strongroom.crypto.certified_names import certified_names
from strongroom.crypto.der import MalformedDer
from strongroom.crypto.issuing import bundles
from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.crypto.revocation_lists.entries import entry, serial_of, split
from strongroom.crypto.revocation_lists.key_proofs import belongs_to
from strongroom.crypto.revocation_lists.reading import entries_of
from strongroom.engines.pki import serials
from strongroom.lib.errors import InvalidRequest, Tampered
from tests.fuzz.damage import damaged
from tests.fuzz.effort import examples

_KEY = ec.generate_private_key(ec.SECP256R1())
_RSA = rsa.generate_private_key(65537, 2048)
_NAME = x509.Name(
    [x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.COMMON_NAME, "Authority")]
)
_BEGIN, _END = (datetime.datetime(year, 1, 1) for year in (2026, 2036))  # noqa: DTZ001


def _certificate() -> x509.Certificate:
    uri = x509.UniformResourceIdentifier("http://a.example.com/")
    names: list[x509.GeneralName] = [
        x509.DNSName("a.example.com"),
        x509.IPAddress(ipaddress.ip_address("1.2.3.4")),
        x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x0c\x02hi"),
    ]
    usages = (True, False, False, False, False, True, True, False, False)
    found: list[x509.ExtensionType] = [
        x509.BasicConstraints(ca=True, path_length=1),
        x509.KeyUsage(*usages),
        x509.SubjectKeyIdentifier(b"12345"),
        x509.AuthorityKeyIdentifier(b"12345", [x509.DirectoryName(_NAME)], 7),
        x509.SubjectAlternativeName(names),
        x509.NameConstraints([x509.DNSName("example.com")], None),
        x509.CRLDistributionPoints([x509.DistributionPoint([uri], None, None, None)]),
        x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, uri)]),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31"), b"\x04\x20" + bytes(32)),
    ]
    builder = x509.CertificateBuilder(_NAME, _NAME, _KEY.public_key(), 7, _BEGIN, _END)
    for each in found:
        builder = builder.add_extension(each, critical=isinstance(each, x509.UnrecognizedExtension))
    return builder.sign(_KEY, hashes.SHA256())


def _list() -> bytes:
    gone = x509.RevokedCertificateBuilder(5, _BEGIN).add_extension(
        x509.CRLReason(x509.ReasonFlags.superseded), critical=False
    )
    builder = x509.CertificateRevocationListBuilder(_NAME, _BEGIN, _END).add_revoked_certificate(gone.build())
    return builder.sign(_KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


_DER = serialization.Encoding.DER
_CERTIFICATE = _certificate().public_bytes(_DER)
_ISSUER = certificate_of_der(_CERTIFICATE)
_PLAIN = serialization.NoEncryption()
_KEYS = [
    key.private_bytes(_DER, form, _PLAIN)
    for key in (_KEY, _RSA)
    for form in (serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL)
]
_LABELS = ("CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "X509 CRL", "EC PARAMETERS", "A")


def _pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def _read(read: Callable[[], object]) -> None:
    with contextlib.suppress(InvalidRequest, Tampered):
        read()


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=examples(150), deadline=None)
@given(damaged([_CERTIFICATE]))
def test_certificates_are_read_or_refused(der: bytes) -> None:
    """Each reader takes any bytes, and what it has read has a serial number that rows may have."""
    for read in (CaCertificate.load, acme_certificates.serial_in, acme_certificates.proof_in, certified_names):
        _read(lambda read=read: read(der))  # type: ignore[misc]
    _read(lambda: serials.row(certificate_of_der(der).serial_number))
    _read(lambda: [(each.may_sign_lists, each.is_root, each.extensions) for each in [CaCertificate.load(der)]])
    _read(lambda: certificates_of_clients(_pem("CERTIFICATE", der)))


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_LABELS), damaged([_CERTIFICATE, *_KEYS])), min_size=1, max_size=3))
def test_bundles_are_read_or_refused(blocks: list[tuple[str, bytes]]) -> None:
    """Whatever the blocks say that they hold."""
    _read(lambda: bundles.parsed("".join(_pem(label, der) for label, der in blocks)))


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(_LABELS[1:4]), damaged(_KEYS))
def test_proofs_of_keys_are_read_or_refused(label: str, der: bytes) -> None:
    """A damaged key is no fault of this server."""
    _read(lambda: belongs_to(_pem(label, der), _ISSUER))


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=examples(100), deadline=None)
@given(damaged([_list()]))
def test_lists_are_read_or_refused(der: bytes) -> None:
    """Only what the issuer has signed is taken apart."""
    _read(lambda: entries_of(_pem("X509 CRL", der), _ISSUER, "crl 0"))


@settings(max_examples=examples(200), deadline=None)
@given(damaged([entry(5, 1.8e9) + entry(2**159, 1.8e9)]))
def test_entries_are_taken_apart_or_refused(data: bytes) -> None:
    """An issuer may have signed anything."""
    with contextlib.suppress(MalformedDer):
        for each in split(data):
            serials.parsed(f"{serial_of(each):x}")
