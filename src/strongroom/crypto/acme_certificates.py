"""The certificates by which hosts prove their names within TLS: read, not trusted.

Source: RFC 8737, section 3; RFC 8738, section 6
"""

from __future__ import annotations

import base64
import re
import warnings
from dataclasses import dataclass

from cryptography import x509

from strongroom.crypto.certificates import MOST_BYTES
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import Tampered

_IDENTIFIER = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
_DIGEST = re.compile(rb"\x04\x20(.{32})", re.DOTALL)
"""An OCTET STRING of 32 bytes in DER."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the certificate says."""

    kind: str
    """`dns` or `ip`."""
    name: str
    """In lower case."""
    digest: bytes


def proof_in(der: bytes) -> Proof:
    """Read the certificate.

    Raises: `Tampered` with the rest of a sentence, if it has more than one name, or no critical extension with a
        digest.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        extensions = certificate.extensions
        names = list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        found = extensions.get_extension_for_oid(_IDENTIFIER)
    except x509.ExtensionNotFound as error:
        raise Tampered(f"lacks the extension {error.oid.dotted_string}") from error
    except UNREADABLE as error:
        raise Tampered("cannot be read") from error
    if len(names) != 1 or not isinstance(names[0], x509.DNSName | x509.IPAddress):
        raise Tampered("must have one subject alternative name: the host name or the address")
    raw = found.value.value if isinstance(found.value, x509.UnrecognizedExtension) else b""
    digest = _DIGEST.fullmatch(raw)
    if not found.critical or digest is None:
        raise Tampered("has an acmeIdentifier extension that is not critical, or holds no digest")
    kind = "dns" if isinstance(names[0], x509.DNSName) else "ip"
    return Proof(kind, str(names[0].value).lower(), digest[1])


def serial_in(der: bytes) -> str:
    """The serial number of a certificate that anybody may have sent, as this server writes it.

    Nothing else of it is read: its extensions may take long.

    Raises: `Tampered` if it can't be read.
    """
    if len(der) > MOST_BYTES:
        raise Tampered(f"the certificate is longer than {MOST_BYTES} bytes")
    try:
        with warnings.catch_warnings():
            # They concern numbers that others have chosen.
            warnings.simplefilter("ignore")
            number = x509.load_der_x509_certificate(der).serial_number
    except UNREADABLE as error:
        raise Tampered("the certificate cannot be read") from error
    if number < 0:
        raise Tampered("the certificate has a negative serial number")
    return serial_text(number)


def renewal_id(der: bytes) -> str:
    """By which clients ask about the renewal of a certificate of this server.

    Empty without an authority key identifier.

    Source: RFC 9773, section 4.1: the serial number as DER has it, with a leading zero where the first bit is set.
    """
    certificate = x509.load_der_x509_certificate(der)
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except x509.ExtensionNotFound:
        return ""
    authority, number = found.value.key_identifier or b"", certificate.serial_number
    raw = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return f"{_encoded(authority)}.{_encoded(raw)}" if authority else ""


def serial_text(number: int) -> str:
    """A serial number as this server writes it."""
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big").hex(":")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
