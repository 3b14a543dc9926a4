"""`auto_auth`: how the agent logs in, and where its token goes.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent, https://openbao.org/docs/agent-and-proxy/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from strongroom.server.config.reader import (
    Where,
    boolean,
    key,
    one_of,
    seconds,
    text,
)

DIFFIE_HELLMAN = "curve25519"


@dataclass(frozen=True, slots=True)
class Method:
    """`method` inside `auto_auth`: how the agent logs in.

    Attributes:
        config: the method's own settings.
    """

    type: str
    where: Where
    config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    mount_path: str = key(text, "")
    namespace: str = key(text, "")
    wrap_ttl_s: int = key(seconds, 0, name="wrap_ttl")
    min_backoff_s: int = key(seconds, 1, name="min_backoff")
    max_backoff_s: int = key(seconds, 300, name="max_backoff")
    exit_on_err: bool = key(boolean, False)


@dataclass(frozen=True, slots=True)
class Sink:
    """`sink` inside `auto_auth`: where the token is written.

    Attributes:
        config: the sink's own settings.
        dh_type, dh_path, derive_key, aad, aad_env_var: of an encryption for whoever wrote a public key to `dh_path`.
    """

    type: str
    where: Where
    config: Mapping[str, Any] = field(default_factory=dict)
    wrap_ttl_s: int = key(seconds, 0, name="wrap_ttl")
    dh_type: str = key(one_of(DIFFIE_HELLMAN), "")
    dh_path: str = key(text, "")
    derive_key: bool = key(boolean, False)
    aad: str = key(text, "", secret=True)
    aad_env_var: str = key(text, "")


@dataclass(frozen=True, slots=True)
class AutoAuth:
    """`auto_auth`: one method, and any number of sinks."""

    where: Where
    method: Method
    sinks: tuple[Sink, ...] = ()
    enable_reauth_on_new_credentials: bool = key(boolean, False)
