"""The variables that templates and commands see (p)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.agent.config.server import Server

_PREFIXES: Final = ("VAULT_", "BAO_", "STRONGROOM_")


def environment_of(server: Server, own: Mapping[str, str]) -> dict[str, str]:
    """The agent's own variables, with where the server is: commands may be clients of it.

    Args:
        own: the agent's.
    """
    found = {
        "ADDR": server.address,
        "NAMESPACE": server.namespace,
        "CACERT": server.ca_cert,
        "CAPATH": server.ca_path,
        "CLIENT_CERT": server.client_cert,
        "CLIENT_KEY": server.client_key,
        "TLS_SERVER_NAME": server.tls_server_name,
        "SKIP_VERIFY": "true" if server.tls_skip_verify else "",
    }
    return {**own, **{prefix + name: value for prefix in _PREFIXES for name, value in found.items() if value}}
