"""Rows of the kubernetes engine: `config`, `former/<digest>` and `role/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.crypto.mac import sha256
from strongroom.sdk import Record, SecretRecord, View

CONFIG = "config"
FORMER = "former/"
ROLES = "role/"
ROLE, CLUSTER_ROLE = "Role", "ClusterRole"


class ClusterConfig(SecretRecord, frozen=True, tag="kubernetes-cluster"):
    """The cluster of the mount, and how its API is asked."""

    limit_bytes: ClassVar[int] = 256 * 1024

    host: str = ""
    """Empty for the pod's own cluster."""
    ca_cert: str = ""
    """In PEM.  Empty for the pod's own, or for the system's authorities."""
    jwt: str = ""
    """The token of the engine's service account; empty for the pod's own."""
    disable_local_ca_jwt: bool = False
    used: bool = False
    """Whether objects have been made by this configuration."""

    def __repr__(self) -> str:
        return "ClusterConfig(…)"


class Role(Record, frozen=True, tag="kubernetes-secrets-role"):
    """For which namespaces tokens are made, and what they may do there.

    The names are those of the API; times are in seconds.  What was never given is None, and shown so.
    """

    limit_bytes: ClassVar[int] = 256 * 1024

    allowed_kubernetes_namespaces: tuple[str, ...] | None = None
    allowed_kubernetes_namespace_selector: str = ""
    """As it was given."""
    token_max_ttl: int = 0
    token_default_ttl: int = 0
    token_default_audiences: tuple[str, ...] | None = None
    service_account_name: str = ""
    kubernetes_role_name: str = ""
    kubernetes_role_type: str = ROLE
    generated_role_rules: str = ""
    """As they were given."""
    name_template: str = ""
    extra_annotations: dict[str, str] | None = None
    extra_labels: dict[str, str] | None = None


def former_key(host: str) -> str:
    """Where the configuration of a cluster is kept that the mount had before."""
    return FORMER + sha256(host.encode("utf-8", "surrogatepass")).hex()


async def configurations(view: View, host: str) -> list[ClusterConfig]:
    """The configurations by which objects can be deleted that were made at `host`: the present one, and that one."""
    present = await view.read(CONFIG, ClusterConfig)
    found = [present] if present is not None else []
    if present is None or present.host != host:
        former = await view.read(former_key(host), ClusterConfig)
        found += [former] if former is not None else []
    return found
