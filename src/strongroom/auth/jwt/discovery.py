"""What a provider says of itself (p).

Source: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    names_issuer: bool = False
    """Whether its redirects say whose they are (RFC 9207)."""


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
            names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
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
    return value
