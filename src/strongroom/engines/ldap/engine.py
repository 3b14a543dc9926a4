"""The secrets engine `ldap`, whose older name is `openldap`."""

from __future__ import annotations

from typing import Any

from strongroom.engines.ldap.paths_config import ConfigPaths
from strongroom.engines.ldap.paths_creds import CredsPaths
from strongroom.engines.ldap.paths_roles import RolePaths
from strongroom.engines.ldap.paths_root import ROOT, RootPaths
from strongroom.engines.ldap.paths_static_creds import StaticCredPaths
from strongroom.engines.ldap.paths_static_roles import STATIC, StaticRolePaths
from strongroom.lib.ldap import Directories
from strongroom.sdk import Engine, Made, Request


class Ldap(ConfigPaths, RootPaths, RolePaths, CredsPaths, StaticRolePaths, StaticCredPaths, Engine):
    """Makes accounts in a directory, and changes passwords of those that are there.

    Args:
        directories: asks directories, for all mounts of the process.
    """

    type = "ldap"
    secret_answers = frozenset({"password", "last_password"})

    def __init__(self, directories: Directories | None = None) -> None:
        self.directories = directories or Directories()

    async def make(self, request: Request, lease: dict[str, Any]) -> Made | None:
        """Make a planned account."""
        return await self.make_creds(request, lease)

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """The seconds to grant."""
        return await self.renew_creds(request, lease, increment_s)

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Remove the account."""
        await self.revoke_creds(request, lease)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Rotate, or finish what has begun."""
        if name == ROOT:
            await self.root_due(request)
        elif name.startswith(STATIC):
            await self.static_due(request, name.removeprefix(STATIC))
