"""Base64, base32 and digests (p).

Source: https://masterminds.github.io/sprig/encoding.html, https://masterminds.github.io/sprig/crypto.html#sha1sum
"""

from __future__ import annotations

import hashlib
import zlib
from base64 import b32encode, b64encode
from collections.abc import Callable, Mapping

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.base64 import NotEncoded, base32_decoded, base64_decoded
from strongroom.template.values import data_of, text_of


def _decoder(decode: Callable[[str], bytes]) -> Callable[[str], str]:
    """A function that gives the error's text in place of the value, as sprig's do."""

    def decoded(text: str) -> str:
        try:
            return text_of(decode(text))
        except NotEncoded as error:
            return str(error)

    return decoded


def _b64enc(text: str) -> str:
    return b64encode(data_of(text)).decode()


def _b32enc(text: str) -> str:
    return b32encode(data_of(text)).decode()


def _sha1sum(text: str) -> str:
    return hashlib.sha1(data_of(text), usedforsecurity=False).hexdigest()


def _sha256sum(text: str) -> str:
    return hashlib.sha256(data_of(text)).hexdigest()


def _sha512sum(text: str) -> str:
    return hashlib.sha512(data_of(text)).hexdigest()


def _adler32sum(text: str) -> str:
    return str(zlib.adler32(data_of(text)))


_TEXT = (Kind.STRING,)
FUNCTIONS: Mapping[str, Function] = {
    "adler32sum": Function(_adler32sum, _TEXT),
    "b32dec": Function(_decoder(base32_decoded), _TEXT),
    "b32enc": Function(_b32enc, _TEXT),
    "b64dec": Function(_decoder(base64_decoded), _TEXT),
    "b64enc": Function(_b64enc, _TEXT),
    "sha1sum": Function(_sha1sum, _TEXT),
    "sha256sum": Function(_sha256sum, _TEXT),
    "sha512sum": Function(_sha512sum, _TEXT),
}
