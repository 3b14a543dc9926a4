"""From what a program returns to what is signed (p)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlunsplit

from strongroom.crypto.issuing import extension_ids as ids
from strongroom.crypto.issuing.contents import Access, Draft, NameConstraints, Names, Policy, Raw, Subject
from strongroom.engines.pki.cel.types import ext_key_usage, key_usage
from strongroom.engines.pki.issuing.rules import Validity
from strongroom.engines.pki.issuing.rules.oids import is_oid
from strongroom.engines.pki.issuing.rules.texts import has_control_characters
from strongroom.lib.cel import Message
from strongroom.lib.errors import InvalidRequest

MOST_NAMES: Final = 1000
_OURS: Final = frozenset(
    {
        ids.SUBJECT_KEY_ID,
        ids.KEY_USAGE,
        ids.ALTERNATIVE_NAMES,
        ids.BASIC_CONSTRAINTS,
        ids.NAME_CONSTRAINTS,
        ids.POLICIES,
        ids.AUTHORITY_KEY_ID,
        ids.EXT_KEY_USAGE,
    }
)
"""Extensions that other fields of the template make."""
_KEY_ID_BYTES: Final = 64


def draft_of(template: Message, serial: int, public: bytes, validity: Validity, access: Access) -> Draft:
    """What is signed.  Raises `InvalidRequest` for what no certificate can say."""
    fields = template.fields
    names = _names(fields)
    authority = bool(fields.get("IsCA")) and bool(fields.get("BasicConstraintsValid"))
    length = fields.get("MaxPathLen", 0)
    policies = fields.get("Policies") or fields.get("PolicyIdentifiers", ())
    if not 0 <= length <= 255:
        raise InvalidRequest("MaxPathLen is between 0 and 255")
    return Draft(
        serial=serial,
        public=public,
        not_before=validity.not_before,
        not_after=validity.not_after,
        subject=_subject(fields["Subject"].fields if "Subject" in fields else {}),
        names=names,
        key_usage=key_usage(fields.get("KeyUsage", 0)),
        ext_key_usage=_extended(fields),
        basic_constraints="authority" if authority else "leaf" if fields.get("BasicConstraintsValid") else "",
        path_length=length if authority and (length or fields.get("MaxPathLenZero")) else None,
        policies=tuple(Policy(oid=_dotted(each)) for each in policies),
        constraints=_constraints(fields),
        access=access,
        subject_key_id=_key_id(fields.get("SubjectKeyId", b"")),
        others=tuple(_extension(each) for each in fields.get("ExtraExtensions", ())),
    )


def _subject(fields: Mapping[str, Any]) -> Subject:
    subject = Subject(
        country=tuple(fields.get("Country", ())),
        organization=tuple(fields.get("Organization", ())),
        ou=tuple(fields.get("OrganizationUnit", ())),
        locality=tuple(fields.get("Locality", ())),
        province=tuple(fields.get("Province", ())),
        street_address=tuple(fields.get("StreetAddress", ())),
        postal_code=tuple(fields.get("PostalCode", ())),
        common_name=fields.get("CommonName", ""),
        serial_number=fields.get("SerialNumber", ""),
    )
    values = (getattr(subject, name) for name in subject.__struct_fields__)
    _check_texts(text for value in values for text in ((value,) if isinstance(value, str) else value))
    return subject


def _check_texts(texts: Iterable[str]) -> None:
    """Raise `InvalidRequest` for a control character.

    A name with a NUL ends there for who reads C strings, and elsewhere for a program that looks at its end.
    """
    if any(map(has_control_characters, texts)):
        raise InvalidRequest("the template has a name or a part of the subject with a control character")


def _names(fields: Mapping[str, Any]) -> Names:
    names = Names(
        dns=tuple(fields.get("DNSNames", ())),
        emails=tuple(fields.get("EmailAddresses", ())),
        ips=tuple(str(_address(each)) for each in fields.get("IPAddresses", ())),
        uris=tuple(_url(each) for each in fields.get("URIs", ())),
    )
    if len(names.dns) + len(names.emails) + len(names.ips) + len(names.uris) > MOST_NAMES:
        raise InvalidRequest(f"a certificate has at most {MOST_NAMES} names")
    _check_texts((*names.dns, *names.emails, *names.uris))
    return names


def _extended(fields: Mapping[str, Any]) -> tuple[str, ...]:
    known = ext_key_usage(fields.get("ExtKeyUsage", []))
    if known is None:
        raise InvalidRequest("ExtKeyUsage has a number that no usage has")
    return tuple(dict.fromkeys((*known, *(_dotted(each) for each in fields.get("UnknownExtKeyUsage", ())))))


def _dotted(identifier: Message) -> str:
    return _checked(".".join(map(str, identifier.fields.get("arc", ()))))


def _checked(text: str) -> str:
    if not is_oid(text):
        raise InvalidRequest(f'"{text[:64]}" is no object identifier')
    return text


def _extension(extension: Message) -> Raw:
    oid = _checked(".".join(map(str, extension.fields.get("Id", ()))))
    if oid in _OURS:
        raise InvalidRequest(f"ExtraExtensions has {oid}, which other fields of the template say")
    return Raw(oid, extension.fields.get("Critical", False), extension.fields.get("Value", b""))


def _key_id(value: bytes) -> bytes:
    if len(value) > _KEY_ID_BYTES:
        raise InvalidRequest(f"SubjectKeyId has at most {_KEY_ID_BYTES} bytes")
    return value


def _address(ip: Message) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(ip.fields.get("IP", b""))
    except ValueError as error:
        raise InvalidRequest("an IP address has 4 or 16 bytes") from error


def _network(network: Message) -> str:
    mask = network.fields["Mask"].fields.get("IPMask", b"") if "Mask" in network.fields else b""
    address = _address(network.fields["IP"]) if "IP" in network.fields else ipaddress.ip_address(0)
    ones = f"{int.from_bytes(mask):b}".count("1")
    try:
        found = ipaddress.ip_network((address, ones), strict=False)
    except ValueError as error:
        raise InvalidRequest("a network has an address, and a mask of the same length") from error
    if found.netmask.packed != mask:
        # One with gaps, as 255.0.255.0, would become another network.
        raise InvalidRequest("a network has an address, and a mask of the same length: ones, and then zeros")
    return str(found)


def _url(url: Message) -> str:
    fields = url.fields
    if fields.get("Opaque"):
        return f"{fields.get('Scheme', '')}:{fields['Opaque']}"
    parts = (fields.get("Scheme", ""), fields.get("Host", ""), quote(fields.get("Path", ""), safe="/%:@!$&'()*+,;=~"))
    return str(urlunsplit((*parts, fields.get("RawQuery", ""), fields.get("Fragment", ""))))


def _constraints(fields: Mapping[str, Any]) -> NameConstraints:
    return NameConstraints(
        permitted_dns=tuple(fields.get("PermittedDNSDomains", ())),
        excluded_dns=tuple(fields.get("ExcludedDNSDomains", ())),
        permitted_ips=tuple(_network(each) for each in fields.get("PermittedIPRanges", ())),
        excluded_ips=tuple(_network(each) for each in fields.get("ExcludedIPRanges", ())),
        permitted_emails=tuple(fields.get("PermittedEmailAddresses", ())),
        excluded_emails=tuple(fields.get("ExcludedEmailAddresses", ())),
        permitted_uris=tuple(fields.get("PermittedURIDomains", ())),
        excluded_uris=tuple(fields.get("ExcludedURIDomains", ())),
    )
