"""Subjects of certificates as `REQUIRE SUBJECT` has them (pure).

Source: https://www.rfc-editor.org/rfc/rfc4514, https://dev.mysql.com/doc/refman/8.4/en/create-user.html
"""

from __future__ import annotations

import re

from strongroom.sdk import InvalidRequest

_ATTRIBUTE = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]{0,63})\s*=((?:[^\\,+]|\\[0-9A-Fa-f]{2}|\\.)*)([,+]|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)
_OPENSSL_NAMES = {"EMAIL": "emailAddress", "E": "emailAddress", "STREET": "street"}


def oneline(subject: str) -> str:
    """A subject of RFC 4514, such as `CN=app,O=Example`, as the server compares it: `/O=Example/CN=app`.

    Raises: `InvalidRequest` for what is none, and for one whose form would fit another subject too.
    """
    parts: list[str] = []
    at = 0
    while at < len(subject):
        found = _ATTRIBUTE.match(subject, at)
        if found is None or found[3] == "+":
            raise InvalidRequest("the subject is no list of single attributes as RFC 4514 has it")
        value = _unescaped(found[2])
        if not value or "/" in value or not value.isprintable():
            # The server writes one after the other with slashes between, and doesn't escape those of values.
            raise InvalidRequest("the subject has an attribute that is empty, or has a slash or a control character")
        name = _OPENSSL_NAMES.get(found[1].upper(), found[1])
        parts.append(f"/{name}={_ascii(value)}")
        at = found.end()
        if found[3] and at == len(subject):
            raise InvalidRequest("the subject ends in a comma")
    if not parts:
        raise InvalidRequest("the subject is empty")
    return "".join(reversed(parts))


def _unescaped(value: str) -> str:
    stripped = value.strip() if not value.endswith("\\ ") else value.lstrip()
    out = bytearray()
    at = 0
    for found in _ESCAPE.finditer(stripped):
        out += stripped[at : found.start()].encode()
        out += bytes.fromhex(found[1]) if len(found[1]) == 2 else found[1].encode()
        at = found.end()
    out += stripped[at:].encode()
    try:
        return out.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest("the subject isn't UTF-8") from error


def _ascii(value: str) -> str:
    """OpenSSL's one line has other bytes than ASCII's as `\\xC3`."""
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02X}" for byte in value.encode())
