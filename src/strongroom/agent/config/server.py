"""`vault`: the server that the agent speaks to, and how.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent, https://openbao.org/docs/agent-and-proxy/
"""

from __future__ import annotations

from dataclasses import dataclass, field

from strongroom.server.config.reader import boolean, integer, key, nested, reads, text


@dataclass(frozen=True, slots=True)
class Retry:
    """`retry` inside `vault`: how often a request is sent again that the server couldn't serve."""

    num_retries: int = key(integer, 0)
    """0 for the default of 12 tries; negative for one try."""


@dataclass(frozen=True, slots=True)
class Server:
    """`vault`: the server, and how it is reached.  What isn't given comes from the environment."""

    address: str = key(text, "")
    ca_cert: str = key(text, "")
    ca_path: str = key(text, "")
    client_cert: str = key(text, "")
    client_key: str = key(text, "")
    tls_server_name: str = key(text, "")
    tls_skip_verify: bool | None = key(boolean, None)
    namespace: str = key(text, "")
    retry: Retry = field(default_factory=Retry, metadata=reads(nested(Retry, "retry")))
