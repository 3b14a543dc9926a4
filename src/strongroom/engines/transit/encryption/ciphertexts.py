"""The form of ciphertexts: `vault:v<version>:<base64>` (p).

Source: https://openbao.org/api-docs/secret/transit/#encrypt-data
"""

from __future__ import annotations

from binascii import b2a_base64

from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.go_base64 import decoded

_PREFIX = "vault:v"
_MOST_DIGITS = 10


def written(number: int, sealed: bytes) -> str:
    """The ciphertext of a version."""
    return f"{_PREFIX}{number}:{b2a_base64(sealed, newline=False).decode('ascii')}"


def parsed(text: str) -> tuple[int, bytes]:
    """The version and the sealed bytes of a ciphertext.  Raises `Refused` for what is none."""
    if not text:
        raise Refused(Code.MISSING_INPUT, "missing ciphertext to decrypt")
    if not text.startswith(_PREFIX):
        raise _invalid(f'no prefix: a ciphertext begins with "{_PREFIX}"')
    colon = text.find(":", len(_PREFIX))
    if colon < 0:
        raise _invalid('wrong number of fields: a ciphertext has the form "vault:v<version>:<base64>"')
    number = text[len(_PREFIX) : colon]
    if not (number.isascii() and number.isdigit()) or len(number) > _MOST_DIGITS:
        raise _invalid("version number could not be decoded")
    try:
        return int(number), decoded(text[colon + 1 :])
    except ValueError as error:
        raise Refused(Code.INVALID_CIPHERTEXT, f"invalid ciphertext: could not decode base64: {error}") from error


def _invalid(reason: str) -> Refused:
    return Refused(Code.INVALID_CIPHERTEXT, f"invalid ciphertext: {reason}")
