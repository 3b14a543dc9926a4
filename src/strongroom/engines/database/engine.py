"""The secrets engine `database`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from strongroom.engines.database import draining, probing, rotating
from strongroom.engines.database.drivers import NAMES
from strongroom.engines.database.paths_check import CheckPaths
from strongroom.engines.database.paths_config import ConfigPaths
from strongroom.engines.database.paths_creds import CredsPaths
from strongroom.engines.database.paths_roles import RolePaths
from strongroom.engines.database.paths_root import RootPaths
from strongroom.engines.database.paths_static_creds import StaticCredsPaths
from strongroom.engines.database.paths_static_roles import StaticRolePaths
from strongroom.engines.database.sessions import Sessions
from strongroom.lib.errors import Internal
from strongroom.sdk import Engine, Random, Request, SystemRandom


class Database(ConfigPaths, CheckPaths, RootPaths, RolePaths, CredsPaths, StaticRolePaths, StaticCredsPaths, Engine):
    """Makes users of databases on request, and drops them when their leases end.

    Args:
        sessions: the connections to databases, of all mounts of the process. random: where names and ids come from.
    """

    type = "database"
    catalog: ClassVar[Mapping[str, tuple[str, ...]]] = {"database": NAMES}
    secret_answers = frozenset({"password", "rsa_private_key", "private_key"})

    def __init__(self, sessions: Sessions | None = None, random: Random | None = None) -> None:
        self.sessions = sessions or Sessions()
        self.random = random or SystemRandom()

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Do scheduled work: its name is a kind, a slash, and what it is about."""
        kind, _, about = name.partition("/")
        match kind:
            case draining.DRAIN:
                await draining.look(request, about)
            case probing.PROBE:
                await self.drop_probe(request, data)
            case rotating.STATIC:
                await self.static_due(request, about)
            case rotating.ROOT:
                await self.root_due(request, about)
            case rotating.DRAINED:
                await self.drained_root_due(request, about)
            case _:
                raise Internal(detail=f"nobody does the scheduled work {name!r}")
