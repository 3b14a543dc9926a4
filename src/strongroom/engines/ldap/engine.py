"""The secrets engine `ldap`, whose older names are `openldap` and `ad`."""

from __future__ import annotations

from typing import Any

from strongroom.engines.ldap.paths_config import ConfigPaths
from strongroom.engines.ldap.paths_creds import CredsPaths
from strongroom.engines.ldap.paths_roles import RolePaths
from strongroom.lib.ldap import Directories
from strongroom.sdk import Engine, Made, Request


class Ldap(ConfigPaths, RolePaths, CredsPaths, Engine):
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
