"""The names that a certificate request asks for.  Source: RFC 2986, RFC 8555 section 7.4"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from strongroom.crypto.public_keys import key_of_spki
from strongroom.lib.errors import Tampered


@dataclass(frozen=True, slots=True)
class OrderedNames:
    """What a request names."""

    common_name: str
    """Empty if it has none."""
    dns: tuple[str, ...]
    ips: tuple[str, ...]
    others: bool
    """Whether it has alternative names of other kinds."""
    public: bytes
    """Its key: SubjectPublicKeyInfo in DER."""
    thumbprint: str
    """Of its key; empty for a kind that no account may have."""


def ordered_names(der: bytes) -> OrderedNames:
    """Read a request.

    Raises: `Tampered` with a text for the client, if it can't be read, has several common names, or isn't signed by its
        own key.
    """
    try:
        request = x509.load_der_x509_csr(der)
        signed = request.is_signature_valid
        names = _alternatives(request)
        common = [str(each.value) for each in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise Tampered("the certificate request cannot be read") from error
    if not signed:
        raise Tampered("the certificate request is not signed by its own key")
    if len(common) > 1:
        raise Tampered("the certificate request has several common names")
    key = key_of_spki(request.public_key())
    return OrderedNames(
        common_name=common[0] if common else "",
        dns=tuple(each.value for each in names if isinstance(each, x509.DNSName)),
        ips=tuple(str(each.value) for each in names if isinstance(each, x509.IPAddress)),
        others=any(not isinstance(each, x509.DNSName | x509.IPAddress) for each in names),
        public=request.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        thumbprint=key.thumbprint() if key is not None else "",
    )


def _alternatives(request: x509.CertificateSigningRequest) -> list[x509.GeneralName]:
    try:
        return list(request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def certified_names(der: bytes) -> tuple[tuple[str, str], ...]:
    """The host names and addresses of a certificate, in lower case, each with its kind: `dns` or `ip`.

    Empty for a certificate with alternative names of other kinds, or with none.
    """
    try:
        found = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return ()
    names = list(found.value)
    if any(not isinstance(each, x509.DNSName | x509.IPAddress) for each in names):
        return ()
    return tuple(("dns" if isinstance(each, x509.DNSName) else "ip", str(each.value).lower()) for each in names)
