"""Distinguished names and alternative names, from plain values to those of the library.

Source: RFC 5280, sections 4.1.2.4 and 4.2.1.6
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from strongroom.crypto.der import encoded
from strongroom.crypto.issuing.contents import Names, Subject

_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*", re.ASCII)
_UTF8_STRING: Final = 0x0C
_ATTRIBUTES: Final = (
    ("country", NameOID.COUNTRY_NAME),
    ("organization", NameOID.ORGANIZATION_NAME),
    ("ou", NameOID.ORGANIZATIONAL_UNIT_NAME),
    ("locality", NameOID.LOCALITY_NAME),
    ("province", NameOID.STATE_OR_PROVINCE_NAME),
    ("street_address", NameOID.STREET_ADDRESS),
    ("postal_code", NameOID.POSTAL_CODE),
)


def distinguished(subject: Subject) -> x509.Name:
    """A name.

    What PrintableString can hold is written so, as most others write it: many compare names by their bytes.
    """
    sets = [
        x509.RelativeDistinguishedName(_attribute(oid, value) for value in sorted(set(values)))
        for name, oid in _ATTRIBUTES
        if (values := getattr(subject, name))
    ]
    for oid, value in ((NameOID.COMMON_NAME, subject.common_name), (NameOID.SERIAL_NUMBER, subject.serial_number)):
        if value:
            sets.append(x509.RelativeDistinguishedName([_attribute(oid, value)]))
    sets += [x509.RelativeDistinguishedName([_attribute(NameOID.USER_ID, value)]) for value in subject.user_ids]
    return x509.Name(sets)


def _attribute(oid: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    type_ = _ASN1Type.PrintableString if _PRINTABLE.fullmatch(value) else _ASN1Type.UTF8String
    # Lengths are the concern of who calls this: authorities of others have names longer than RFC 5280 allows.
    return x509.NameAttribute(oid, value, type_, _validate=False)


def alternative(names: Names) -> x509.SubjectAlternativeName:
    """The extension's value.  Names are ASCII, addresses are valid: who calls this has checked them."""
    found: list[x509.GeneralName] = [x509.DNSName(name) for name in names.dns]
    found += [x509.RFC822Name(name) for name in names.emails]
    found += [x509.IPAddress(ipaddress.ip_address(address)) for address in names.ips]
    found += [x509.UniformResourceIdentifier(uri) for uri in names.uris]
    found += [
        x509.OtherName(x509.ObjectIdentifier(oid), encoded(_UTF8_STRING, text.encode())) for oid, text in names.others
    ]
    return x509.SubjectAlternativeName(found)
