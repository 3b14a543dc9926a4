"""Whose token a client's request goes on with (pure).

Source: https://openbao.org/docs/agent-and-proxy/proxy/apiproxy/
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from strongroom.agent.config.config import AgentConfig
from strongroom.http.decode import token_in
from strongroom.server.config.reader import ConfigError, Where


class TokenUse(Enum):
    """When the token of the agent's own login is used for clients."""

    NEVER = "false"
    IF_NONE = "true"
    ALWAYS = "force"


_WORDS = {
    **dict.fromkeys(("", "false", "0", "f", "no"), TokenUse.NEVER),
    **dict.fromkeys(("true", "1", "t", "yes"), TokenUse.IF_NONE),
    "force": TokenUse.ALWAYS,
}


def use_of(config: AgentConfig) -> TokenUse:
    """What the configuration says; in old files, `cache` says it.

    Raises: `ConfigError` for another word, and for a login that nobody makes.
    """
    given = config.api_proxy.use_auto_auth_token if config.api_proxy is not None else ""
    given = given or (config.cache.use_auto_auth_token if config.cache is not None else "")
    where = config.cache.where if config.cache is not None else Where("api_proxy", 0)
    use = _WORDS.get(given.lower())
    if use is None:
        raise ConfigError(where, f'use_auto_auth_token: expected true, false or "force", found "{given[:64]}"')
    if use is not TokenUse.NEVER and config.auto_auth is None:
        raise ConfigError(where, "expected auto_auth beside use_auto_auth_token, found none")
    return use


def token_of(headers: Mapping[str, str], use: TokenUse) -> str | None:
    """The client's token, empty if it has none and none is to be used; None if that of the agent is to be used."""
    given = token_in(headers)
    if use is TokenUse.ALWAYS or (use is TokenUse.IF_NONE and not given):
        return None
    return given


def without_token(headers: Mapping[str, str]) -> dict[str, str]:
    """The fields of a request that goes on with the agent's token, whatever token the client sent."""
    return {
        name: value for name, value in headers.items() if not (name == "authorization" and value.startswith("Bearer "))
    }
