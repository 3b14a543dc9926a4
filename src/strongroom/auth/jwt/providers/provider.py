"""What a provider with ways of its own has to offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from strongroom.auth.jwt.records import Config, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One login."""

    claims: Mapping[str, Any]
    role: Role
    now: float
    """Seconds since the epoch."""
    access_token: str = field(default="", repr=False)
    """The user's, with which the provider's other services may be asked; empty if there is none."""


class Provider(Protocol):
    """One kind of provider.

    Attributes:
        secrets: names of settings that are never shown.
    """

    secrets: frozenset[str]

    def check(self, settings: Mapping[str, Any]) -> None:
        """Raise `InvalidRequest` for settings that can't be used."""

    async def completed(self, config: Config, asked: Asked) -> Mapping[str, Any]:
        """The claims with what comes in other ways.  Raises `InvalidRequest`, `UpstreamFailed`."""


def with_claim(claims: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """The claims with one more, or another value of it.  A name that begins with `/` is a JSON pointer."""
    if not name.startswith("/"):
        return {**claims, name: value}
    first, *rest = (part.replace("~1", "/").replace("~0", "~") for part in name[1:].split("/"))
    inner = claims.get(first)
    if rest:
        pointer = "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in rest)
        value = with_claim(inner if isinstance(inner, dict) else {}, pointer, value)
    return {**claims, first: value}
