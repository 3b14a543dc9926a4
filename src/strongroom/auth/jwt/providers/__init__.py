"""What single identity providers do in ways of their own: how they name groups, and where those are fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.auth.jwt.providers.azure import Azure
from strongroom.auth.jwt.providers.google import Google
from strongroom.auth.jwt.providers.provider import Asked, Provider
from strongroom.auth.jwt.providers.separated import Separated
from strongroom.auth.jwt.records import Config
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import Http

__all__ = ["Asked", "Azure", "Google", "Provider", "Providers"]


class Providers:
    """The providers by the name that `provider_config` has for them.

    Args:
        http: asks them. more: others in place of those, for tests.
    """

    def __init__(self, http: Http, more: Mapping[str, Provider] | None = None) -> None:
        self._table: dict[str, Provider] = {
            "azure": Azure(http),
            "gsuite": Google(http),
            "ibmisam": Separated(" "),
            "secureauth": Separated(","),
            **(more or {}),
        }

    def of(self, settings: Mapping[str, Any]) -> Provider | None:
        """The provider of a configuration; None for one without ways of its own.

        Raises: `InvalidRequest` for an unknown one.
        """
        if not settings:
            return None
        name = settings.get("provider")
        if not isinstance(name, str) or not name:
            raise InvalidRequest("invalid provider_config: 'provider' field not found in provider_config")
        if name == "kubernetes":  # which only says where keys come from
            return None
        if name not in self._table:
            raise InvalidRequest(f'invalid provider_config: provider "{name[:100]}" not found in custom providers')
        return self._table[name]

    def check(self, config: Config) -> None:
        """Raise `InvalidRequest` for settings that the provider can't use."""
        provider = self.of(config.provider_config)
        if provider is not None:
            provider.check(config.provider_config)

    def shown(self, config: Config) -> dict[str, Any]:
        """A provider's settings without secrets."""
        provider = self.of(config.provider_config)
        hidden = provider.secrets if provider is not None else frozenset()
        return {name: value for name, value in config.provider_config.items() if name not in hidden}

    async def completed(self, config: Config, asked: Asked) -> Mapping[str, Any]:
        """The claims, with what the provider sends in other ways.  Raises `InvalidRequest`, `UpstreamFailed`."""
        provider = self.of(config.provider_config)
        return asked.claims if provider is None else await provider.completed(config, asked)
