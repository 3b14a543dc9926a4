"""The alternative names of a certificate request, as plain values.

Source: RFC 5280, section 4.2.1.6
"""

from __future__ import annotations

import re
from typing import Final

from cryptography import x509

from strongroom.crypto.der import MalformedDer, element
from strongroom.crypto.issuing.contents import Names
from strongroom.lib.errors import InvalidRequest

MOST_NAMES: Final = 1000
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UTF8_STRING: Final = 0x0C


def alternatives(extension: x509.SubjectAlternativeName) -> tuple[Names, tuple[str, ...]]:
    """The names, and the kinds of those that can't be told as plain values.

    Raises: `InvalidRequest` for too many names, and for control characters in one.
    """
    if len(extension) > MOST_NAMES:
        raise InvalidRequest(f"a certificate request has at most {MOST_NAMES} names, this has {len(extension)}")
    dns, emails, ips, uris, others = list[str](), list[str](), list[str](), list[str](), list[tuple[str, str]]()
    unknown = list[str]()
    for name in extension:
        match name:
            case x509.DNSName():
                dns.append(_text(name.value))
            case x509.RFC822Name():
                emails.append(_text(name.value))
            case x509.UniformResourceIdentifier():
                uris.append(_text(name.value))
            case x509.IPAddress():
                ips.append(str(name.value))
            case x509.OtherName() if (text := _utf8(name.value)) is not None:
                others.append((name.type_id.dotted_string, text))
            case x509.OtherName():
                unknown.append(f"other name {name.type_id.dotted_string} that is no UTF8String")
            case x509.DirectoryName():
                unknown.append("directory name")
            case x509.RegisteredID():
                unknown.append("registered id")
            case _:
                unknown.append("name of an unknown kind")
    return (
        Names(dns=tuple(dns), emails=tuple(emails), ips=tuple(ips), uris=tuple(uris), others=tuple(others)),
        tuple(dict.fromkeys(unknown)),
    )


def _text(name: str) -> str:
    # "good.example\0.evil.example" is another name for who reads C strings.
    if CONTROL.search(name):
        raise InvalidRequest("the certificate request has a name with control characters")
    return name


def _utf8(value: bytes) -> str | None:
    try:
        tag, content = element(value)
        return _text(content.decode()) if tag == _UTF8_STRING else None
    except (MalformedDer, UnicodeDecodeError):
        return None
