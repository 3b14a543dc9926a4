"""The secrets engine `ldap`, whose older name is `openldap`."""

from __future__ import annotations

from typing import Any

from strongroom.engines.ldap import paths_check_out, paths_library, paths_root, paths_static_roles
from strongroom.engines.ldap.paths_check_out import CheckOutPaths
from strongroom.engines.ldap.paths_config import ConfigPaths
from strongroom.engines.ldap.paths_creds import CredsPaths
from strongroom.engines.ldap.paths_library import LibraryPaths
from strongroom.engines.ldap.paths_roles import RolePaths
from strongroom.engines.ldap.paths_root import RootPaths
from strongroom.engines.ldap.paths_static_creds import StaticCredPaths
from strongroom.engines.ldap.paths_static_roles import StaticRolePaths
from strongroom.lib.ldap import Directories
from strongroom.lib.outgoing import Breakers
from strongroom.sdk import Engine, Made, Request


class Ldap(
    ConfigPaths,
    RootPaths,
    RolePaths,
    CredsPaths,
    StaticRolePaths,
    StaticCredPaths,
    CheckOutPaths,  # before the libraries, whose names have slashes
    LibraryPaths,
    Engine,
):
    """Makes accounts in a directory, and changes passwords of those that are there.

    Args:
        directories: asks directories, for all mounts of the process.
    """

    type = "ldap"
    secret_answers = frozenset({"password", "last_password"})

    def __init__(self, directories: Directories | None = None) -> None:
        self.directories = directories or Directories(breakers=Breakers("the directory"))

    async def make(self, request: Request, lease: dict[str, Any]) -> Made | None:
        """Make a planned account, or get one that is lent ready."""
        if lease["kind"] == paths_check_out.KIND:
            return await self.make_check_out(request, lease)
        return await self.make_creds(request, lease)

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """The seconds to grant."""
        if lease["kind"] == paths_check_out.KIND:
            return await self.renew_check_out(request, lease, increment_s)
        return await self.renew_creds(request, lease, increment_s)

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Remove the account, or take it back."""
        if lease["kind"] == paths_check_out.KIND:
            await self.revoke_check_out(request, lease)
        else:
            await self.revoke_creds(request, lease)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Change a password, or finish what has begun."""
        kind, slash, rest = name.partition("/")
        match kind + slash:
            case paths_root.ROOT:
                await self.root_due(request)
            case paths_static_roles.STATIC:
                await self.static_due(request, rest)
            case paths_library.SERVICE:
                await self.service_due(request, rest)
