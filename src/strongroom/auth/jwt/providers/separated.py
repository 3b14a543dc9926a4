"""Providers that send the names of groups as one text: SecureAuth, IBM Security Access Manager.

Source: https://developer.hashicorp.com/vault/docs/auth/jwt/oidc-providers/secureauth, …/ibmisam
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.auth.jwt.claims import claim
from strongroom.auth.jwt.providers.provider import Asked, with_claim
from strongroom.auth.jwt.records import Config


class Separated:
    """A provider whose groups claim is a text.

    Args:
        separator: stands between the names.
    """

    secrets: frozenset[str] = frozenset()

    def __init__(self, separator: str) -> None:
        self._separator = separator

    def check(self, settings: Mapping[str, Any]) -> None:
        """Nothing else is set."""

    async def completed(self, config: Config, asked: Asked) -> Mapping[str, Any]:
        """The claims with the groups as a list."""
        name = asked.role.groups_claim
        value = claim(asked.claims, name) if name else None
        if not isinstance(value, str):
            return asked.claims
        names = [part.strip() for part in value.split(self._separator)]
        return with_claim(asked.claims, name, [part for part in names if part])
