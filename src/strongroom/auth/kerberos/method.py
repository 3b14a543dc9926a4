"""The auth method `kerberos`."""

from __future__ import annotations

from typing import Any

from strongroom.auth.kerberos import used
from strongroom.auth.kerberos.acceptor import Acceptor
from strongroom.auth.kerberos.paths_config import ConfigPaths
from strongroom.auth.kerberos.paths_groups import GroupPaths
from strongroom.auth.kerberos.paths_ldap import LdapPaths
from strongroom.auth.kerberos.paths_login import AUTHORIZATION, LoginPaths
from strongroom.auth.kerberos.records import GROUPS, KerberosGroup
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import Directories
from strongroom.sdk import Auth, AuthMethod, Request, Waiting
from strongroom.sdk.hands_out import by_policies


class Kerberos(ConfigPaths, LdapPaths, GroupPaths, LoginPaths, AuthMethod):
    """Users who show a Kerberos ticket, and whose groups a directory knows.

    Args:
        acceptor: opens tickets. directories: asks directories; both for all mounts of the process.
    """

    type = "kerberos"
    hands_out = (by_policies("group", GROUPS, KerberosGroup),)
    request_headers = frozenset({AUTHORIZATION})

    def __init__(self, acceptor: Acceptor | None = None, directories: Directories | None = None) -> None:
        self.acceptor = acceptor or Acceptor()
        self.directories = directories or Directories()

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for the library or for a directory."""
        slots = self.acceptor.slots
        return Waiting(now=slots.taken + self.directories.taken, refused=slots.refused + self.directories.refused)

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """Nobody's: a ticket is shown for a new token.  Raises `InvalidRequest`."""
        raise InvalidRequest("tokens of Kerberos logins aren't renewed: log in again with a ticket")

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Remove what is remembered of tickets that nobody could show any more."""
        if name.startswith(used.CLEAR):
            await used.clear(request, name.removeprefix(used.CLEAR))
