"""What a certificate request may have where parameters are limits."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from strongroom.crypto.issuing.requests import CertificateRequest, read_der
from strongroom.engines.pki.issuing.rules import Usages
from strongroom.engines.pki.issuing.verbatim import check_limits
from strongroom.lib.errors import InvalidRequest

KEY = ec.generate_private_key(ec.SECP256R1())
ALLOWED = Usages(key_usage=("digital_signature",), ext_key_usage=("1.3.6.1.5.5.7.3.1",))


def usage(*, agrees: bool = False) -> x509.KeyUsage:
    """Digital signatures, and key agreement if it is wanted."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=agrees,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def request(*extensions: x509.ExtensionType) -> CertificateRequest:
    """A certificate request with some extensions."""
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    for each in extensions:
        builder = builder.add_extension(each, critical=False)
    return read_der(builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
LIMITED = [
    usage(),
    x509.ExtendedKeyUsage([SERVER]),
    x509.SubjectAlternativeName([x509.DNSName("a.example")]),
    x509.BasicConstraints(ca=False, path_length=None),
    x509.SubjectKeyIdentifier(b"\1"),
]


@pytest.mark.parametrize("extensions", [[], *[[each] for each in LIMITED], LIMITED])
def test_what_parameters_limit(extensions: list[x509.ExtensionType]) -> None:
    """These, within the limits."""
    check_limits(request(*extensions), ALLOWED)


@pytest.mark.parametrize(
    ("extension", "said"),
    [
        (usage(agrees=True), "a key_usage that the parameters don't allow: key_agreement"),
        (
            x509.ExtendedKeyUsage([SERVER, CLIENT]),
            "an ext_key_usage that the parameters don't allow: 1.3.6.1.5.5.7.3.2",
        ),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), "doesn't allow: 1.2.3"),
        (x509.OCSPNoCheck(), "doesn't allow: 1.3.6.1.5.5.7.48.1.5"),
        (
            x509.NameConstraints([x509.DNSName("a.example")], None),
            "doesn't allow: 2.5.29.30",
        ),
    ],
)
def test_what_is_beyond_the_limits(extension: x509.ExtensionType, said: str) -> None:
    """The error names what it is."""
    with pytest.raises(InvalidRequest) as raised:
        check_limits(request(extension), ALLOWED)
    assert said.removeprefix("a ").removeprefix("an ") in raised.value.text
