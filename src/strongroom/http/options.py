"""A listener's settings for its requests and responses (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from strongroom.http.custom_headers import CustomHeaders
from strongroom.lib.json import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Fields that responses without a token leave out.

    Source: https://developer.hashicorp.com/vault/docs/configuration/listener/tcp, "Sensitive data redaction"
    """

    addresses: bool = False
    cluster_name: bool = False
    version: bool = False

    def of(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body with these fields emptied.  The cluster's name, which is optional, is removed."""
        hidden: set[str] = set()
        if self.addresses:
            hidden |= {"leader_address", "leader_cluster_address"}
        if self.version:
            hidden |= {"version", "commit_date", "build_date"}
        return {
            name: "" if name in hidden else value
            for name, value in body.items()
            if not (self.cluster_name and name == "cluster_name")
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsAccess:
    """Who may read `sys/metrics` through a listener."""

    unauthenticated: bool = False
    """Anybody, without a token."""
    only: bool = False
    """The listener serves nothing else."""
    disallowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerOptions:
    """The settings of one listener that concern requests and answers rather than connections."""

    json: Limits = field(default_factory=Limits)
    require_request_header: bool = False
    """Refuse requests without `X-Vault-Request: true`.

    A page of another site can't make a browser send that header.
    """
    redaction: Redaction | None = None
    headers: CustomHeaders | None = None
    metrics: MetricsAccess = field(default_factory=MetricsAccess)
    namespace: str = ""
    """The namespace that all requests are confined to; empty for none.  The paths that they name begin there."""
    opened: frozenset[str] = frozenset()
    """Names of paths that need no token on this listener.  Only paths that allow this can be named."""
