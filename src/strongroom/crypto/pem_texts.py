"""Certificates and keys that stand in the text of a file, whatever else stands there (p).

Configuration files have them indented, as YAML does, or on one line with `\\n`, as JSON does.

Source: RFC 7468
"""

from __future__ import annotations

import binascii
import re
import warnings
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from strongroom.crypto.pem_blocks import CONTENT
from strongroom.crypto.unreadable import UNREADABLE

_BLOCK: Final = re.compile(rf"-----BEGIN ([A-Z0-9 ]+)-----({CONTENT})-----END \1-----")
_BREAKS: Final = re.compile(r"\\r|\\n|\s+")
_LINE: Final = 64
_CERTIFICATES: Final = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")


@dataclass(frozen=True, slots=True)
class TextCertificate:
    """A certificate.

    Attributes:
        pem: as RFC 7468 writes it, with a line break at its end.
        names: of hosts, mail addresses, IP addresses and URIs in its alternative names, in lower case.
        not_before, not_after: seconds since the epoch.
        subject, issuer: in DER.
    """

    pem: str
    common_name: str
    names: frozenset[str]
    not_before: float
    not_after: float
    is_authority: bool
    subject: bytes
    issuer: bytes
    serial: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in a text, in its order, each once."""

    certificates: tuple[TextCertificate, ...]
    keys: tuple[str, ...] = field(repr=False)
    """In PEM; none of them encrypted."""


def contents_of(text: str) -> Contents:
    """The certificates and private keys of a text.  What can't be read is left out."""
    certificates: dict[str, TextCertificate] = {}
    keys: dict[str, None] = {}
    for label, data in _blocks(text):
        pem = _pem(label, data)
        if label.endswith("PRIVATE KEY"):
            keys[pem] = None
        elif label in _CERTIFICATES and pem not in certificates:
            read = _certificate(pem, data)
            if read is not None:
                certificates[pem] = read
    return Contents(tuple(certificates.values()), tuple(keys))


def is_key_of(key: str, certificate: str) -> bool:
    """Whether a private key, in PEM, belongs to a certificate.  It takes some milliseconds."""
    try:
        private = serialization.load_pem_private_key(key.encode(), None)
        public = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    except UNREADABLE:
        return False
    return private.public_key() == public


def _blocks(text: str) -> Iterator[tuple[str, bytes]]:
    for found in _BLOCK.finditer(text):
        try:
            yield found[1], b64decode(_BREAKS.sub("", found[2]), validate=True)
        except binascii.Error:
            continue


def _pem(label: str, data: bytes) -> str:
    lines = wrap(b64encode(data).decode(), _LINE)
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def _certificate(pem: str, data: bytes) -> TextCertificate | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = x509.load_der_x509_certificate(data)
            return _read(pem, parsed)
    except UNREADABLE:
        return None


def _read(pem: str, parsed: x509.Certificate) -> TextCertificate:
    common_names = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return TextCertificate(
        pem=pem,
        common_name=str(common_names[-1].value) if common_names else "",
        names=_names(parsed.extensions),
        not_before=parsed.not_valid_before_utc.timestamp(),
        not_after=parsed.not_valid_after_utc.timestamp(),
        is_authority=_is_authority(parsed.extensions),
        subject=parsed.subject.public_bytes(),
        issuer=parsed.issuer.public_bytes(),
        serial=parsed.serial_number,
    )


def _names(extensions: x509.Extensions) -> frozenset[str]:
    try:
        found = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    texts = [
        *found.get_values_for_type(x509.DNSName),
        *found.get_values_for_type(x509.RFC822Name),
        *found.get_values_for_type(x509.UniformResourceIdentifier),
        *map(str, found.get_values_for_type(x509.IPAddress)),
    ]
    return frozenset(each.lower() for each in texts)


def _is_authority(extensions: x509.Extensions) -> bool:
    try:
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
