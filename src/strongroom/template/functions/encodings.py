"""Base64 and digests (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#base64decode
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.base64 import NotEncoded, base64_decoded, base64_url_decoded
from strongroom.template.values import data_of, text_of


def _base64_decode(text: str) -> str:
    try:
        return text_of(base64_decoded(text))
    except NotEncoded as error:
        raise FunctionFailed(f"base64Decode: {error}") from None


def _base64_url_decode(text: str) -> str:
    try:
        return text_of(base64_url_decoded(text))
    except NotEncoded as error:
        raise FunctionFailed(f"base64URLDecode: {error}") from None


def _base64_encode(text: str) -> str:
    return b64encode(data_of(text)).decode()


def _base64_url_encode(text: str) -> str:
    return urlsafe_b64encode(data_of(text)).decode()


def _md5sum(text: str) -> str:
    return hashlib.md5(data_of(text), usedforsecurity=False).hexdigest()


def _sha256_hex(text: str) -> str:
    return hashlib.sha256(data_of(text)).hexdigest()


def _hmac_sha256_hex(message: str, key: str) -> str:
    return hmac.digest(data_of(key), data_of(message), "sha256").hex()


_TEXT = (Kind.STRING,)
FUNCTIONS: Mapping[str, Function] = {
    "base64Decode": Function(_base64_decode, _TEXT),
    "base64Encode": Function(_base64_encode, _TEXT),
    "base64URLDecode": Function(_base64_url_decode, _TEXT),
    "base64URLEncode": Function(_base64_url_encode, _TEXT),
    "md5sum": Function(_md5sum, _TEXT),
    "sha256Hex": Function(_sha256_hex, _TEXT),
    "hmacSHA256Hex": Function(_hmac_sha256_hex, (Kind.STRING, Kind.STRING)),
}
