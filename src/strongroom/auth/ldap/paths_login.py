"""Logging in with a name and a password of the directory.

Source: https://developer.hashicorp.com/vault/api-docs/auth/ldap#login-with-ldap-user
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.ldap import logins
from strongroom.auth.ldap.names import written
from strongroom.auth.ldap.records import CONFIG, LdapConfig
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.ldap import Directories
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path, token_fields

NOT_CONFIGURED = "the LDAP auth method is not configured: write the config of the mount"


class LoginFields(Body, frozen=True):
    """What a user knows."""

    password: Annotated[str, Doc(description="The password.", extra=SECRET)] = ""


class LoginPaths:
    """`login/<name>`"""

    directories: Directories

    @path.write("login/{username*:lower}", unauthenticated=True)
    async def log_in(self, request: Request, username: str, body: LoginFields) -> Response:
        """Logs in with a name and a password. A wrong password and an unknown name get the same answer."""
        config = await request.view.read(CONFIG, LdapConfig)
        if config is None:
            raise InvalidRequest(NOT_CONFIGURED)
        if not body.password and config.deny_null_bind:
            # Before anything is sent: to a directory it would mean that the name alone is given.
            raise InvalidRequest(logins.NO_PASSWORD)
        typed = written(request, "username", username)
        entered = logins.log_in(request, self.directories, config, typed, body.password)
        # Only now: who doesn't know the password isn't told from where it would be taken.
        token_fields.check_address(request.address, config.token.bound_cidrs, request.source)
        grant = await logins.granted(request, config, entered.name, entered.member.groups)
        warnings = [] if entered.member.groups else [_no_groups(config.groupdn)]
        return Response(data={}, auth=logins.auth_of(config, entered, grant), warnings=warnings)


def _no_groups(base: str) -> str:
    return f'no LDAP groups found in groupDN "{base}"; only policies from locally-defined groups available'
