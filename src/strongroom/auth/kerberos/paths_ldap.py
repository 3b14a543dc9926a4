"""`config/ldap`: the directory that knows the users' groups, and what tokens get.

Source: https://developer.hashicorp.com/vault/api-docs/auth/kerberos#configure-kerberos-ldap
"""

from __future__ import annotations

from strongroom.auth.kerberos.records import LDAP
from strongroom.auth.ldap import settings
from strongroom.auth.ldap.fields import DirectoryFields
from strongroom.auth.ldap.records import LdapConfig
from strongroom.lib.errors import NotFound
from strongroom.sdk import Request, Response, path


class LdapPaths:
    """`config/ldap`"""

    @path.read("config/ldap")
    async def read_ldap(self, request: Request) -> Response:
        """Reads how the directory is reached. Passwords and keys aren't shown."""
        config = await request.view.read(LDAP, LdapConfig)
        if config is None:
            raise NotFound
        return Response(data=settings.shown(config))

    @path.write("config/ldap")
    async def write_ldap(self, request: Request, body: DirectoryFields) -> Response | None:
        """Configures the directory that knows the users' groups, and the tokens that they get."""
        config = settings.merged(await request.view.read(LDAP, LdapConfig) or LdapConfig(), body)
        request.view.write(LDAP, config)
        warnings = settings.warnings_of(config)
        return Response(warnings=warnings) if warnings else None
