"""The header fields of a client's request, as they go on to the server (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.__about__ import VERSION
from strongroom.agent.serving.question import NAMESPACE

_HOPS: Final = frozenset(
    {"connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding"}
    | {"upgrade", "content-length", "expect", "host"}
)
"""Fields that belong to the client's connection.  Source: RFC 9110, section 7.6.1."""
_OF_THE_AGENT: Final = frozenset({"x-vault-token", "accept-encoding"})
"""The token is set apart.  What is kept has to be read, so nothing is asked for in a compressed form."""


def passed_on(headers: Mapping[str, str], program: str, namespace: str = "") -> dict[str, str]:
    """The fields that go on.

    Args:
        headers: names in lower case.
        program: `Agent` or `Proxy`, which is named before the client's own program.
        namespace: what the client's namespaces are below; empty for none.
    """
    named = {option.strip().lower() for option in headers.get("connection", "").split(",")}
    sent = {name: value for name, value in headers.items() if name not in _HOPS | _OF_THE_AGENT | named}
    own = f"Strongroom {program} API Proxy/{VERSION}"
    client = sent.get("user-agent", "")
    sent["user-agent"] = f"{own}; {client}" if client else own
    if namespace:
        sent[NAMESPACE] = f"{namespace}/{sent.get(NAMESPACE, '').strip('/')}".rstrip("/") + "/"
    return sent
