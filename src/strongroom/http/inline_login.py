"""Reads the login that a request brings along in its headers (pure).

Source: https://openbao.org/docs/rfcs/inline-auth
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from strongroom.http.decode import NAMESPACE, is_clean, namespace_in
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.request import Operation
from strongroom.services.exchange import InlineLogin

PATH: Final = "x-vault-inline-auth-path"
"""The header without which a request brings no login."""
PREFIX: Final = "x-vault-inline-auth-"
FAILED: Final = ("X-Vault-Inline-Auth-Failed", "true")
"""The header of a response whose error is the login's."""
_OPERATION = f"{PREFIX}operation"
_NAMESPACE = f"{PREFIX}namespace"
_PARAMETER = f"{PREFIX}parameter-"
_OPERATIONS = {"create": Operation.UPDATE, "read": Operation.READ, "update": Operation.UPDATE}


def login_in(headers: Mapping[str, str], token: str, limits: json.Limits) -> InlineLogin:
    """The login of a request that has the header `PATH`.

    Args:
        headers: names in lower case. token: the request's; it can't have both. limits: the largest complexity of one
            parameter.

    Raises: `InvalidRequest`.
    """
    if token:
        raise InvalidRequest(_text("cannot layer inline authentication with token authentication"))
    operation = _OPERATIONS.get(headers.get(_OPERATION, "update"))
    if operation is None:
        raise InvalidRequest(_text("expected a valid login operation in X-Vault-Inline-Auth-Operation"))
    namespace = headers.get(_NAMESPACE, headers.get(NAMESPACE, ""))
    if not is_clean(headers[PATH]):
        raise InvalidRequest(_text("X-Vault-Inline-Auth-Path is no plain path"))
    data: dict[str, Any] = {}
    for name, text in headers.items():
        if name.startswith(_PARAMETER):
            key, value = _parameter(text, limits)
            if key in data:
                raise InvalidRequest(_text(f'the parameter "{key}" is given twice'))
            data[key] = value
    return InlineLogin(operation=operation, path=headers[PATH], namespace=namespace_in(namespace), data=data)


def without(headers: dict[str, str]) -> dict[str, str]:
    """The headers that engines and the audit log may see: the login's hold secrets."""
    return {name: value for name, value in headers.items() if not name.startswith(PREFIX)}


def _parameter(text: str, limits: json.Limits) -> tuple[str, Any]:
    """Name and value of a parameter: base64url without padding, of a JSON object with `key` and `value`."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest(_text("failed raw url-safe base64 decoding header value")) from None
    if "=" in text:
        raise InvalidRequest(_text("failed raw url-safe base64 decoding header value"))
    try:
        given = json.loads_within(raw, limits)
    except json.TooComplex:
        raise
    except InvalidRequest:
        given = None
    if not isinstance(given, dict):
        raise InvalidRequest(_text("failed json decoding header value"))
    for name in ("key", "value"):
        if name not in given:
            raise InvalidRequest(_text(f"decoded header lacked `{name}` field"))
    if len(given) > 2:
        raise InvalidRequest(_text("unexpected field in decoded request parameter"))
    if not isinstance(given["key"], str):
        raise InvalidRequest(_text("the field `key` of a decoded header isn't a string"))
    return given["key"], given["value"]


def _text(reason: str) -> str:
    return f"failed to perform inline authentication: {reason}"
