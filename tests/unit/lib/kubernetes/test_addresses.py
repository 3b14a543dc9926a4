"""Claims about addresses of API servers."""

from __future__ import annotations

import pytest

from strongroom.lib.kubernetes import base_url, own_cluster_host


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("https://k/", "https://k"),
        ("http://k:8080/prefix/", "http://k:8080/prefix"),
        ("k:6443", "https://k:6443"),
        ("k", "https://k"),
    ],
)
def test_hosts(host: str, base: str) -> None:
    """A URL, a host and its port, or a host alone."""
    assert base_url(host) == base


@pytest.mark.parametrize(
    ("environment", "host"),
    [
        ({}, ""),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, ""),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT_HTTPS": "443"}, "https://10.0.0.1:443"),
        ({"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT_HTTPS": "443"}, "https://[fd00::1]:443"),
    ],
)
def test_the_pods_own_cluster(environment: dict[str, str], host: str) -> None:
    """By both variables of a pod, also where they hold an IPv6 address."""
    assert own_cluster_host(environment) == host
