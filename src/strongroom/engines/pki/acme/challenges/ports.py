"""The ports that challenges are answered on."""

from __future__ import annotations

import msgspec


class Ports(msgspec.Struct, frozen=True):
    """What the protocol demands.  Only tests have others, because these belong to the administrator."""

    http: int = 80
    tls: int = 443
