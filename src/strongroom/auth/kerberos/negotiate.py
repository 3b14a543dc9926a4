"""Tokens of SPNEGO, and what in them is used once (p).

What the Kerberos library gets is the token of its own mechanism: it never chooses a mechanism, and no other reader of
the outer form can see something else in it.

Source: RFC 4178, RFC 4121 (section 4.1), RFC 4120 (section 5.5.1), RFC 4559
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import NamedTuple

from strongroom.auth.kerberos import der

SCHEME = "Negotiate"

_SPNEGO = bytes.fromhex("06062b0601050502")
_KRB5 = bytes.fromhex("06092a864886f712010202")
_KRB5_OF_MICROSOFT = bytes.fromhex("06092a864882f712010202")
"""The same mechanism with a slip in its identifier, which old Windows names first."""
_AP_REQ_TOKEN = b"\x01\x00"
_AP_REQ = 0x6E
_NTLM = b"NTLMSSP\0"


class NegotiateError(ValueError):
    """The text isn't the first token of Kerberos by SPNEGO.  The text says why."""


class Ticket(NamedTuple):
    """What a client sent."""

    token: bytes
    """For the Kerberos library."""
    used_once: str
    """A digest of the authenticator, which nobody can alter without the session's key; hexadecimal."""
    is_wrapped: bool
    """Whether the client speaks SPNEGO, and waits for an answer in it."""

    def __repr__(self) -> str:
        return "Ticket(…)"


def has_token(text: str) -> bool:
    """Whether a field `Authorization` is of this scheme."""
    scheme, _, token = text.partition(" ")
    return scheme.lower() == SCHEME.lower() and bool(token.strip())


def ticket_of(text: str) -> Ticket:
    """What a field `Authorization` of this scheme holds.  Raises `NegotiateError`."""
    encoded = text.partition(" ")[2].strip()
    if len(encoded) > der.MOST_BYTES:
        raise NegotiateError("the token is too long")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise NegotiateError("the token is not base64") from None
    if data.startswith(_NTLM):
        raise NegotiateError("the client speaks NTLM; it has no Kerberos ticket for this server's name")
    try:
        return _ticket(data)
    except der.DerError as error:
        raise NegotiateError(f"the token is no SPNEGO token of Kerberos: {error}") from error


def answer(ticket: Ticket, token: bytes) -> str:
    """What `WWW-Authenticate` says to a client that was let in, so that it knows this server."""
    if ticket.is_wrapped:
        done = der.encoded(0xA0, der.encoded(0x0A, b"\0"))
        sent = der.encoded(0xA2, der.encoded(0x04, token)) if token else b""
        token = der.encoded(0xA1, der.encoded(0x30, done, der.encoded(0xA1, _KRB5), sent))
    return f"{SCHEME} {base64.b64encode(token).decode('ascii')}" if token else SCHEME


def _ticket(data: bytes) -> Ticket:
    outer = der.one(data, 0x60)
    if outer.startswith(_SPNEGO):
        token = _mechanism_token(outer[len(_SPNEGO) :])
        return Ticket(token, _used_once(der.one(token, 0x60)), True)
    return Ticket(data, _used_once(outer), False)


def _mechanism_token(data: bytes) -> bytes:
    """The token of the mechanism that the client likes best, which must be Kerberos."""
    init = der.fields(der.one(data, 0xA0))
    mechanisms = [element.whole for element in der.elements(der.one(init.get(0, b""), 0x30))]
    if not mechanisms or mechanisms[0] not in {_KRB5, _KRB5_OF_MICROSOFT}:
        raise der.DerError("the client's first choice is another mechanism than Kerberos")
    if 2 not in init:
        raise der.DerError("the client sends no token yet")
    return der.one(init[2], 0x04)


def _used_once(data: bytes) -> str:
    """A digest of the authenticator of an `AP-REQ`, which is a time encrypted anew in each."""
    start = _KRB5 + _AP_REQ_TOKEN
    if not data.startswith(start):
        raise der.DerError("it is not the first token of Kerberos")
    request = der.fields(der.one(data[len(start) :], _AP_REQ))
    if request.keys() != {0, 1, 2, 3, 4}:
        raise der.DerError("the request of Kerberos has other fields")
    authenticator = der.fields(request[4])
    if not {0, 2} <= authenticator.keys() <= {0, 1, 2}:
        raise der.DerError("the authenticator of Kerberos has other fields")
    return hashlib.sha256(der.one(authenticator[2], 0x04)).hexdigest()
