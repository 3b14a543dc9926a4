"""What the agent does for clients: its listeners, the requests that it passes on, and what it keeps of them.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent, https://openbao.org/docs/agent-and-proxy/
"""

from __future__ import annotations

from dataclasses import dataclass, field

from strongroom.server.config.reader import (
    Where,
    anything,
    boolean,
    key,
    nested,
    one_of,
    reads,
    text,
)
from strongroom.server.config.stanzas import Listener

ROLES = ("default", "metrics_only")


@dataclass(frozen=True, slots=True)
class ApiProxy:
    """`api_proxy`: what is done with the requests of clients."""

    use_auto_auth_token: str = key(text, "")
    """True, false, or `force`: for clients with a token of their own too."""
    enforce_consistency: str = key(one_of("always", "never"), "")
    when_inconsistent: str = key(one_of("retry", "forward", "fail"), "")
    prepend_configured_namespace: bool = key(boolean, False)


@dataclass(frozen=True, slots=True)
class Persist:
    """`persist` inside `cache`: tokens and leases outlive the process.

    Attributes:
        type: `file`, or `kubernetes`.
    """

    type: str
    where: Where
    path: str = key(text, "")
    key_file: str = key(text, "")
    """The file with the key; for `kubernetes`, the token of the service account is what it belongs to."""
    keep_after_import: bool = key(boolean, False)
    """For `kubernetes`: whether the files stay when they were read, and what comes later is kept too."""
    exit_on_err: bool = key(boolean, True)
    """Whether the program ends when what was kept can't be read."""
    service_account_token_file: str = key(text, "/var/run/secrets/kubernetes.io/serviceaccount/token")


@dataclass(frozen=True, slots=True)
class Cache:
    """`cache`: answers with tokens and leases are kept, and their leases renewed."""

    where: Where
    persist: Persist | None = None
    use_auto_auth_token: str = key(text, "")
    enforce_consistency: str = key(one_of("always", "never"), "")
    when_inconsistent: str = key(one_of("retry", "forward", "fail"), "")
    cache_static_secrets: bool = key(boolean, False, served=False)
    disable_caching_dynamic_secrets: bool = key(boolean, False)
    static_secret_token_capability_refresh_interval: object = key(anything, None, served=False)
    static_secret_token_capability_refresh_behavior: object = key(anything, None, served=False)


@dataclass(frozen=True, slots=True)
class AgentApi:
    """`agent_api` or `proxy_api` inside a listener."""

    enable_quit: bool = key(boolean, False)


@dataclass(frozen=True, slots=True)
class AgentListener(Listener):
    """`listener`: where clients connect.  It has the settings of the server's listeners, and these."""

    role: str = key(one_of(*ROLES), "")
    agent_api: AgentApi = field(default_factory=AgentApi, metadata=reads(nested(AgentApi, "agent_api")))
    proxy_api: AgentApi = field(default_factory=AgentApi, metadata=reads(nested(AgentApi, "proxy_api")))

    @property
    def enable_quit(self) -> bool:
        """Whether a client of this listener may end the program."""
        return self.agent_api.enable_quit or self.proxy_api.enable_quit
