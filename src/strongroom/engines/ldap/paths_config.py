"""`config`: how the directory is reached.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#configuration-management
"""

from __future__ import annotations

import msgspec

from strongroom.engines.ldap import settings
from strongroom.engines.ldap.asking import binds
from strongroom.engines.ldap.fields import ConfigFields
from strongroom.engines.ldap.reaching import ask
from strongroom.engines.ldap.records import CONFIG, LIVE, RETIRED, LdapConfig
from strongroom.lib.errors import NotFound
from strongroom.lib.ldap import Directories
from strongroom.sdk import Request, Response, path

KEPT = "bindpass is ignored, because the directory refuses it: the password of the last rotation still counts"


class ConfigPaths:
    """`config`"""

    directories: Directories

    async def config_known(self, request: Request) -> bool:
        """Whether there is a configuration."""
        return await request.view.read(CONFIG, LdapConfig) is not None

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration. Passwords and keys aren't shown."""
        config = await request.view.read(CONFIG, LdapConfig)
        if config is None:
            raise NotFound
        return Response(data=settings.shown(config))

    @path.write("config", exists="config_known")
    async def write_config(self, request: Request, body: ConfigFields) -> Response | None:
        """Configures the directory, or changes that."""
        before = await request.view.read(CONFIG, LdapConfig)
        config = settings.merged(before or LdapConfig(), body)
        await request.view.password_policy(config.password_policy)  # which has to exist
        warnings = settings.warnings_of(config)
        if before is not None and self._is_outdated(request, before, config):
            # Tools write the password again that they know, which rotate-root has replaced since.
            kept = {"bindpass": before.bindpass, "next_bindpass": before.next_bindpass, "rotated_at": before.rotated_at}
            config = msgspec.structs.replace(config, **kept)
            warnings.append(KEPT)
        request.view.write(CONFIG, config)
        request.view.delete(RETIRED)
        return Response(warnings=warnings) if warnings else None

    def _is_outdated(self, request: Request, before: LdapConfig, config: LdapConfig) -> bool:
        """Whether a password is given that the directory doesn't take, in place of one of our own."""
        rotated = bool(before.rotated_at or before.next_bindpass)
        if not rotated or before.binddn != config.binddn or before.bindpass == config.bindpass:
            return False
        return not ask(request, self.directories, config, "try", lambda s: binds(s, config.binddn, config.bindpass))

    @path.delete("config")
    async def delete_config(self, request: Request) -> None:
        """Deletes the configuration. Secrets that are out can still be revoked: for them it is kept, unseen."""
        config = await request.view.read(CONFIG, LdapConfig)
        if config is None:
            return
        request.view.delete(CONFIG)
        if await request.view.list(LIVE, limit=1):
            request.view.write(RETIRED, config)
