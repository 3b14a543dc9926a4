"""The secrets engine `database`."""

from __future__ import annotations

from typing import Any

from strongroom.engines.database.paths_config import ConfigPaths
from strongroom.engines.database.paths_creds import CredsPaths
from strongroom.engines.database.paths_roles import RolePaths
from strongroom.engines.database.paths_root import RootPaths
from strongroom.engines.database.paths_static_creds import StaticCredsPaths
from strongroom.engines.database.paths_static_roles import StaticRolePaths
from strongroom.engines.database.rotating import ROOT, STATIC
from strongroom.engines.database.sessions import Sessions
from strongroom.sdk import Engine, Random, Request, SystemRandom


class Database(ConfigPaths, RootPaths, RolePaths, CredsPaths, StaticRolePaths, StaticCredsPaths, Engine):
    """Makes users of databases on request, and drops them when their leases end.

    Args:
        sessions: the connections to databases, of all mounts of the process.
    """

    type = "database"
    secret_answers = frozenset({"password"})

    def __init__(self, sessions: Sessions | None = None, random: Random | None = None) -> None:
        self.sessions = sessions or Sessions()
        self.random = random or SystemRandom()

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Rotate the passwords whose time has come."""
        if name.startswith(STATIC):
            await self.static_due(request, name.removeprefix(STATIC))
        elif name.startswith(ROOT):
            await self.root_due(request, name.removeprefix(ROOT))
