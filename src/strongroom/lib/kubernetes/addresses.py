"""Addresses of API servers (p).

Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from __future__ import annotations

from collections.abc import Mapping

HOST, PORT = "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT_HTTPS"


def base_url(host: str) -> str:
    """The base of the API's addresses, of a URL, a host or a host with its port."""
    url = host if "://" in host else f"https://{host}"
    return url.rstrip("/")


def own_cluster_host(environment: Mapping[str, str]) -> str:
    """The API server of the pod's own cluster, by the environment of the pod; empty outside a pod."""
    host, port = environment.get(HOST, ""), environment.get(PORT, "")
    if not (host and port):
        return ""
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
