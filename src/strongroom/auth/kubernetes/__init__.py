"""The auth method of Kubernetes' service accounts."""

from strongroom.auth.kubernetes.method import Kubernetes

__all__ = ["Kubernetes"]
