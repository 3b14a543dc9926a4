"""The form of ciphertexts: `vault:v<version>:<base64>` (p).

Source: https://openbao.org/api-docs/secret/transit/#encrypt-data
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from strongroom.lib.errors import InvalidRequest

_FORM = re.compile(r"vault:v([0-9]{1,10}):(.*)", re.DOTALL)


def written(number: int, sealed: bytes) -> str:
    """The ciphertext of a version."""
    return f"vault:v{number}:{b64encode(sealed).decode('ascii')}"


def parsed(text: str) -> tuple[int, bytes]:
    """The version and the sealed bytes of a ciphertext.  Raises `InvalidRequest` for what is none."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise InvalidRequest("invalid ciphertext: no prefix")
    try:
        return int(form[1]), b64decode(form[2], validate=True)
    except Base64Error as error:
        raise InvalidRequest("invalid ciphertext: could not decode base64") from error
