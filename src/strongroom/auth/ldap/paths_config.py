"""`config`: how the directory is reached.

Source: https://developer.hashicorp.com/vault/api-docs/auth/ldap#configure-ldap
"""

from __future__ import annotations

from strongroom.auth.ldap import settings
from strongroom.auth.ldap.fields import DirectoryFields
from strongroom.auth.ldap.names import outdated
from strongroom.auth.ldap.records import CONFIG, LdapConfig
from strongroom.sdk import Request, Response, path


class ConfigPaths:
    """`config`"""

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration. Passwords and keys aren't shown."""
        return Response(data=settings.shown(await request.view.read(CONFIG, LdapConfig) or LdapConfig()))

    @path.write("config")
    async def write_config(self, request: Request, body: DirectoryFields) -> Response | None:
        """Configures the directory, or changes that."""
        before = await request.view.read(CONFIG, LdapConfig) or LdapConfig()
        config = settings.merged(before, body)
        request.view.write(CONFIG, config)
        warnings = settings.warnings_of(config)
        if before.case_sensitive_names != config.case_sensitive_names:
            warnings += await outdated(request.view, config)
        return Response(warnings=warnings) if warnings else None
