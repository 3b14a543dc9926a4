"""What a provider says of itself (p).

Source: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Reply, check_url

_NAME = "the identity provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """A provider's addresses; empty for those that it doesn't have."""

    issuer: str
    jwks_uri: str
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    device_authorization_endpoint: str = ""
    secret_in_body: bool = False
    """Whether it takes a client's secret in the body only, not in the header (RFC 6749, section 2.3.1)."""


def described(reply: Reply) -> Discovered:
    """The description in a provider's answer.  Raises `UpstreamFailed` for an unusable one."""
    try:
        document = json.loads(reply.body)
        if not isinstance(document, dict):
            raise InvalidRequest("it is no object")
        return Discovered(
            issuer=_text(document, "issuer", required=True),
            jwks_uri=_address(document, "jwks_uri", required=True),
            authorization_endpoint=_address(document, "authorization_endpoint"),
            token_endpoint=_address(document, "token_endpoint"),
            userinfo_endpoint=_address(document, "userinfo_endpoint"),
            device_authorization_endpoint=_address(document, "device_authorization_endpoint"),
            secret_in_body=_only_in_body(document.get("token_endpoint_auth_methods_supported")),
        )
    except InvalidRequest as error:
        raise UpstreamFailed(f"{_NAME} describes itself unusably: {error.text}") from error


def _text(document: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = document.get(name, "")
    if not isinstance(value, str) or (required and not value):
        raise InvalidRequest(f"{name} is missing or no text")
    return value


def _address(document: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = _text(document, name, required=required)
    if value:
        check_url(value, name)
        # Whoever could change what goes over http could choose the keys, or take the client's secret.
        if _is_https(_text(document, "issuer")) and not _is_https(value):
            raise InvalidRequest(f"{name} is not https, as the issuer is")
    return value


def _is_https(url: str) -> bool:
    return urlsplit(url).scheme == "https"


def _only_in_body(methods: Any) -> bool:
    return isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods
