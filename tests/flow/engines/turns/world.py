"""A server with a group, and clients that take turns of it."""

from __future__ import annotations

from typing import Any

from strongroom.engines.turns import TurnsEngine
from strongroom.testing import PluginServer, Reply

RULES = 'path "turns/take/*" { capabilities = ["update"] } path "turns/give/*" { capabilities = ["update"] }'


async def served(**settings: Any) -> PluginServer:
    """A server with the group `web`."""
    server = await PluginServer.start(TurnsEngine)
    await server.ok("POST", "turns/groups/web", settings)
    return server


async def client(server: PluginServer, **fields: Any) -> str:
    """A token that may take turns and give them back."""
    return await server.token(RULES, **fields)


async def take(server: PluginServer, token: str, holder: str = "host") -> Reply:
    """Ask for a turn of the group."""
    return await server.ask("POST", "turns/take/web", {"holder": holder}, token=token)


async def give(server: PluginServer, token: str, turn: str) -> Reply:
    """Give a turn back."""
    return await server.ask("POST", "turns/give/web", {"turn": turn}, token=token)


async def names(server: PluginServer, what: str = "holders") -> list[str]:
    """Who has a turn, or who waits."""
    shown = (await server.ok("GET", "turns/groups/web/holders")).data[what]
    return [each["holder"] for each in shown]
