"""`config/rotate-root`: a new password for the server's own account.

It is stored first, and given to the directory in the background, again and again until that has worked.  Both
passwords are tried meanwhile.  So neither a crash nor a directory that is away loses the account.

Source: https://developer.hashicorp.com/vault/api-docs/auth/ldap#rotate-root
"""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.auth.ldap import asking, logins
from strongroom.auth.ldap.records import CONFIG, LdapConfig
from strongroom.auth.ldap.settings import searches_as_somebody
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import Directories
from strongroom.sdk import Request, Response, SystemRandom, base62, path

ROTATE = "rotate"
BEGUN = "the password is being changed; last_bindpass_rotation of the configuration tells when that was done"
_CHARACTERS = 60
_OF_EACH_KIND = "-aA1"
"""What policies of directories ask for."""


class RotationPaths:
    """`config/rotate-root`"""

    directories: Directories

    @path.write("config/rotate-root")
    async def rotate_root(self, request: Request) -> Response:
        """Changes the password of `binddn` to one that nobody knows."""
        config = await request.view.read(CONFIG, LdapConfig)
        if config is None or not searches_as_somebody(config):
            raise InvalidRequest("binddn and bindpass are not configured")
        # Whether it can work is told at once; whether it did, later.
        logins.ask(request, self.directories, config, "check", lambda session: asking.bind_as_server(session, config))
        if not config.next_bindpass:
            password = request.once("password", lambda: base62(SystemRandom(), _CHARACTERS) + _OF_EACH_KIND)
            request.view.write(CONFIG, msgspec.structs.replace(config, next_bindpass=password))
        await request.schedule(request.now, ROTATE)
        return Response(warnings=[BEGUN])

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Give the directory the stored password.  Raises `UpstreamFailed`, and is called again."""
        config = await request.view.read(CONFIG, LdapConfig)
        if config is None or not config.next_bindpass:
            return
        logins.ask(
            request,
            self.directories,
            config,
            "rotate",
            lambda session: asking.rotate(session, config),
            repeats=False,
        )
        changed = msgspec.structs.replace(
            config, bindpass=config.next_bindpass, next_bindpass="", rotated_at=request.now
        )
        request.view.write(CONFIG, changed)
