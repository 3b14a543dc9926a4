"""The secrets engine of Kubernetes' service accounts."""

from strongroom.engines.kubernetes.engine import KubernetesSecrets

__all__ = ["KubernetesSecrets"]
