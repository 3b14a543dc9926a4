"""Addresses as templates, at both servers."""

from __future__ import annotations

import http.client
from pathlib import Path

import pytest

from tests.conformance.servers import start_ours, start_peer
from tests.ports import free_port

TEMPLATES = (
    '{{ GetInterfaceIP \\"lo\\" }}',
    '{{ GetAllInterfaces | include \\"name\\" \\"^lo$\\" | include \\"type\\" \\"ipv4\\" | attr \\"address\\" }}',
    '{{ GetAllInterfaces | include \\"flags\\" \\"loopback\\" | sort \\"type,size\\" | limit 1 | attr \\"address\\" }}',
    '{{ GetAllInterfaces | include \\"network\\" \\"127.0.0.0/8\\" | attr \\"address\\" }}',
)


@pytest.mark.parametrize("start", [start_ours, start_peer], ids=["ours", "peer"])
def test_a_listener_is_where_its_template_says(start: object, tmp_path: Path) -> None:
    """Each form stands for the loopback's address."""
    ports = [free_port() for _ in TEMPLATES]
    config = (
        'storage "inmem" {}\ndisable_mlock = true\nlistener "tcp" {\n  address = "{address}"\n  tls_disable = true\n}\n'
    )
    for template, port in zip(TEMPLATES, ports, strict=True):
        config += f'listener "tcp" {{\n  address = "{template}:{port}"\n  tls_disable = true\n}}\n'
    config += f'api_addr = "http://{TEMPLATES[0]}:8200"\n'
    assert callable(start)
    with start(tmp_path, config):
        for port in ports:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/v1/sys/seal-status")
            assert connection.getresponse().status == 200
            connection.close()
