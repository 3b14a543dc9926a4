"""The types of challenges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from strongroom.engines.pki.acme.challenges import dns_01, http_01, tls_alpn_01
from strongroom.engines.pki.acme.challenges.ports import Ports
from strongroom.engines.pki.acme.records import AcmeConfig, Identifier

Prove = Callable[[Identifier, str, str, AcmeConfig, Ports], Awaitable[None]]
"""Takes the identifier, the challenge's token and the key authorization.  Raises `Failed`."""

TYPES: Final[Mapping[str, Prove]] = {
    "http-01": http_01.prove,
    "dns-01": dns_01.prove,
    "tls-alpn-01": tls_alpn_01.prove,
}


def for_identifier(identifier: Identifier) -> tuple[str, ...]:
    """The types that can prove an identifier.  (p)

    Only who controls the zone proves a wildcard.  An address has no zone.

    Source: RFC 8555, section 7.1.3; RFC 8738, section 7
    """
    if identifier.is_wildcard:
        return ("dns-01",)
    return ("http-01", "tls-alpn-01") if identifier.type == "ip" else tuple(TYPES)
