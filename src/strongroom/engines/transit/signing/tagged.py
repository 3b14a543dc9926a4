"""The form of signatures and codes: `vault:v<version>:<base64>` (p).

Source: https://openbao.org/api-docs/secret/transit/#sign-data
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode

from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.keys.versions import TOO_OLD, to_check
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib import go_base64

PREFIX = "vault:v"
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_TO_STANDARD = str.maketrans("-_", "+/")


def written(number: int, raw: bytes) -> str:
    """The text for what a version has made, in padded standard base64."""
    return f"{PREFIX}{number}:{b64encode(raw).decode('ascii')}"


def written_for_url(number: int, raw: bytes) -> str:
    """The text for what a version has made, in base64 for URLs without padding.  Source: RFC 7515, section 2."""
    return f"{PREFIX}{number}:{urlsafe_b64encode(raw).rstrip(b'=').decode('ascii')}"


def parsed(key: KeyRecord, text: str, what: str) -> tuple[int, str]:
    """The version that has made something, and the base64 of it.

    Args:
        what: `signature`, `HMAC` or `CMAC`.

    Raises: `Refused` for a text of another form, and for a version that the key doesn't have or that may not be
        used any more.
    """
    if not text.startswith(PREFIX):
        raise Refused(Code.INVALID_SIGNATURE, f'invalid {what}: no prefix: it begins with "{PREFIX}"')
    number, colon, rest = text[len(PREFIX) :].partition(":")
    if not colon:
        raise Refused(Code.INVALID_SIGNATURE, f"invalid {what}: wrong number of fields")
    if _NUMBER.fullmatch(number) is None:
        raise Refused(Code.INVALID_SIGNATURE, f"invalid {what}: version number could not be decoded")
    asked = int(number)
    if asked < 1:  # only ciphertexts are older than the numbers of versions
        raise Refused(Code.VERSION_TOO_OLD, TOO_OLD)
    return to_check(key, asked, what), rest


def from_text(text: str, *, jws: bool) -> bytes:
    """The bytes of a signature.  Raises `Refused` for what is no base64.

    Args:
        jws: whether it is in base64 for URLs, as in RFC 7515.
    """
    try:
        return _from_url(text) if jws else go_base64.decoded(text)
    except ValueError as error:
        raise Refused(Code.INVALID_SIGNATURE, f"invalid base64 signature value{_hint(text, jws)}") from error


def _hint(text: str, jws: bool) -> str:
    """What a text in the other alphabet suggests."""
    if jws and any(character in text for character in "+/="):
        return ": it isn't in base64 for URLs; was it made with marshaling_algorithm=jws?"
    if not jws and any(character in text for character in "-_"):
        return ": it is in base64 for URLs; was it made with marshaling_algorithm=jws?"
    return ""


def _from_url(text: str) -> bytes:
    """The bytes of a text in base64 for URLs.  Raises `ValueError` for padding, and for what is no base64."""
    if any(character in text for character in "+/="):
        raise ValueError("a character that base64 for URLs doesn't have")
    standard = text.translate(_TO_STANDARD)
    return go_base64.decoded(standard + "=" * (-len(standard) % 4))
