"""`custom_response_headers` of a listener: headers that are added to responses or replace theirs (pure).

Source: https://developer.hashicorp.com/vault/docs/configuration/listener/tcp, "custom_response_headers"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

Headers = tuple[tuple[str, str], ...]

_STATUS: Final = re.compile(r"default|[1-5](?:xx|[0-9][0-9])")


def is_status(text: str) -> bool:
    """Whether headers can be set for this: `default`, a class such as `2xx`, or one status."""
    return _STATUS.fullmatch(text) is not None


class CustomHeaders:
    """The headers of one listener, prepared for responses.

    Args:
        by_status: `default`, `2xx` or `404` → name → values.  An exact status overrules its class, and a class the
            default, header by header; several values make one header, with `; ` between them.
    """

    __slots__ = ("_by_status", "_known")

    def __init__(self, by_status: Mapping[str, Mapping[str, tuple[str, ...]]]) -> None:
        self._by_status = by_status
        self._known: dict[int, tuple[frozenset[str], Headers]] = {}

    def on(self, status: int, headers: Headers) -> Headers:
        """The headers of a response with this status.  Configured headers replace its own."""
        known = self._known.get(status)
        if known is None:
            # At most one entry for each number that can be a status.
            known = self._known[status] = self._merged(status)
        names, added = known
        if not added:
            return headers
        return (*(header for header in headers if header[0].lower() not in names), *added)

    def _merged(self, status: int) -> tuple[frozenset[str], Headers]:
        merged: dict[str, tuple[str, str]] = {}
        for key in ("default", f"{status // 100}xx", str(status)):
            for name, values in self._by_status.get(key, {}).items():
                merged[name.lower()] = (name, "; ".join(values))
        return frozenset(merged), tuple(merged.values())
