"""The secrets engine `kubernetes`."""

from __future__ import annotations

from strongroom.engines.kubernetes.cluster import Cluster
from strongroom.engines.kubernetes.paths_config import ConfigPaths
from strongroom.engines.kubernetes.paths_creds import CredsPaths
from strongroom.engines.kubernetes.paths_roles import RolePaths
from strongroom.sdk import Engine


class KubernetesSecrets(ConfigPaths, RolePaths, CredsPaths, Engine):
    """Tokens of service accounts, and on demand service accounts, bindings and roles, for the time of a lease.

    Args:
        cluster: asks clusters, for all mounts of the process.
    """

    type = "kubernetes"
    secret_answers = frozenset({"service_account_token"})

    def __init__(self, cluster: Cluster | None = None) -> None:
        self.cluster = cluster or Cluster()
