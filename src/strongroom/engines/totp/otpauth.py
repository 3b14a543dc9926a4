"""The `otpauth` URLs that providers show as QR codes (pure).

Source: https://github.com/google/google-authenticator/wiki/Key-Uri-Format
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

import msgspec

from strongroom.sdk import InvalidRequest

_MOST_BYTES = 4096
"""More than any QR code holds."""
_MOST_PARAMETERS = 32
_MOST_DIGITS = 9
"""Of a number, so that Python reads it at once."""
_URL = re.compile(r"otpauth://([a-z]+)(?:/([^?#]*))?(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_WRONG_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NUMBER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_UNREADABLE = "an error occurred while parsing url string"


class Enrolment(msgspec.Struct, frozen=True):
    """What a URL says.  An empty text, or None, says nothing."""

    secret: str
    """In base32."""
    account_name: str
    issuer: str = ""
    algorithm: str = ""
    digits: int | None = None
    period_s: int | None = None

    def __repr__(self) -> str:
        return "Enrolment(…)"


def enrolment_of(url: str) -> Enrolment:
    """What a URL says.  Parameters that aren't known are ignored, as apps do.

    Raises: `InvalidRequest` for a text that is no such URL, or has two values where one is meant.  It shows none of the
        text, which holds a secret.
    """
    if len(url.encode("utf-8", "surrogatepass")) > _MOST_BYTES:
        raise InvalidRequest(f"url is longer than {_MOST_BYTES} bytes")
    found = _URL.fullmatch(url)
    if found is None:
        raise InvalidRequest(f"{_UNREADABLE}: it isn't of the form otpauth://totp/<issuer>:<account>?secret=<key>")
    if found[1].lower() != "totp":
        raise InvalidRequest(f"{_UNREADABLE}: only codes that depend on the time are made (otpauth://totp/)")
    parameters = _parameters(found[3] or "")
    issuer, account_name = _label(_text(found[2] or ""), parameters.get("issuer", ""))
    return Enrolment(
        secret=parameters.get("secret", ""),
        account_name=account_name,
        issuer=issuer,
        algorithm=parameters.get("algorithm", "").upper(),
        digits=_number("digits", parameters),
        period_s=_number("period", parameters),
    )


def _label(label: str, issuer: str) -> tuple[str, str]:
    """Issuer and account.  The parameter counts more than the label, and says where an issuer with a colon ends."""
    if issuer and label.startswith(issuer + ":"):
        return issuer, label.removeprefix(issuer + ":")
    before, colon, after = label.partition(":")
    return (issuer or before, after) if colon else (issuer, before)


def _parameters(query: str) -> dict[str, str]:
    pairs = [pair for pair in query.split("&") if pair]
    if len(pairs) > _MOST_PARAMETERS:
        raise InvalidRequest(f"url has more than {_MOST_PARAMETERS} parameters")
    parameters: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.replace("+", " ").partition("=")
        if _text(name) in parameters:
            raise InvalidRequest(f"{_UNREADABLE}: a parameter is given twice")
        parameters[_text(name)] = _text(value)
    return parameters


def _text(escaped: str) -> str:
    """A part of the URL without its escapes.  Raises `InvalidRequest`."""
    if _WRONG_ESCAPE.search(escaped):
        raise InvalidRequest(f"{_UNREADABLE}: a % isn't followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(escaped).decode()
    except UnicodeError as error:
        raise InvalidRequest(f"{_UNREADABLE}: it is no UTF-8") from error


def _number(name: str, parameters: dict[str, str]) -> int | None:
    text = parameters.get(name, "")
    if not text:
        return None
    if len(text) > _MOST_DIGITS or not _NUMBER.fullmatch(text):
        raise InvalidRequest(f"an error occurred while parsing {name} value in url")
    return int(text)
