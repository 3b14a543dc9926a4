"""What a listener's stanza changes about the answers given through it (p)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from strongroom.http.custom_headers import CustomHeaders
from strongroom.lib.json import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What answers that need no token leave out.

    Source: https://developer.hashicorp.com/vault/docs/configuration/listener/tcp, "Sensitive data redaction"
    """

    addresses: bool = False
    cluster_name: bool = False
    version: bool = False

    def of(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body without them: emptied, and the cluster's name, which may be absent, taken out."""
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
    """Who sees `sys/metrics` through a listener."""

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
    """Refuse whatever doesn't say `X-Vault-Request: true`, which no other site's page can make a browser send."""
    redaction: Redaction | None = None
    headers: CustomHeaders | None = None
    metrics: MetricsAccess = field(default_factory=MetricsAccess)
    opened: frozenset[str] = frozenset()
    """Names of the paths that need no token here, of those that allow for it."""
