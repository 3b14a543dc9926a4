"""What the auth method and the secrets engine of Kubernetes have in common."""

from strongroom.lib.kubernetes.addresses import base_url, own_cluster_host
from strongroom.lib.kubernetes.documents import document
from strongroom.lib.kubernetes.local_files import LocalFiles, is_own_cluster

__all__ = ["LocalFiles", "base_url", "document", "is_own_cluster", "own_cluster_host"]
