"""A node whose root token is known beforehand, with nothing in it but what every node has."""

from __future__ import annotations

from typing import Self

from strongroom.server import wiring
from strongroom.testing import PluginServer
from strongroom.testing import Reply as Answer
from strongroom.testing.server import ROOT

__all__ = ["ROOT", "Answer", "Server"]


class Server(PluginServer):
    """One unsealed node without plugins."""

    @classmethod
    async def start(cls, settings: wiring.NodeSettings | None = None) -> Self:
        """Initialise a store and unseal it."""
        return await super().start(settings=settings)
