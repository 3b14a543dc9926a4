"""`config`: how the directory is reached.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#configuration-management
"""

from __future__ import annotations

from msgspec.structs import replace

from strongroom.engines.ldap import settings
from strongroom.engines.ldap.asking import binds
from strongroom.engines.ldap.fields import ConfigFields
from strongroom.engines.ldap.paths_root import ROOT
from strongroom.engines.ldap.reaching import Reached
from strongroom.engines.ldap.records import CONFIG, LIVE, RETIRED, SERVICES, STATIC_ROLES, LdapConfig
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.ldap import Directories
from strongroom.sdk import Request, Response, View, path
from strongroom.sdk.rotation import rescheduled, wake

KEPT = "bindpass is ignored, because the directory refuses it: the password of the last rotation still counts"
REFUSED_THERE = (
    "the directory of this url refuses bindpass; nothing is changed, because only this server has the other one"
)


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
        return Response(data=settings.shown(config, request.now))

    @path.write("config", exists="config_known")
    async def write_config(self, request: Request, body: ConfigFields) -> Response | None:
        """Configures the directory, or changes that."""
        before = await request.view.read(CONFIG, LdapConfig)
        config = settings.merged(before or LdapConfig(), body, request.now)
        if before is None:
            config = replace(config, moved_at=request.now if await _has_accounts(request.view) else 0.0)
        await request.view.password_policy(config.password_policy)  # which has to exist
        warnings = settings.warnings_of(config)
        if before is not None and self._is_outdated(request, before, config):
            if settings.moved(before, config):
                raise InvalidRequest(REFUSED_THERE)
            # Tools write the password again that they know, which rotate-root has replaced since.
            config = replace(config, root=rescheduled(before.root, config.rotation, request.now))
            warnings.append(KEPT)
        request.view.write(CONFIG, config)
        request.view.delete(RETIRED)
        await wake(request, request.view, ROOT, config.root, config.rotation)
        return Response(warnings=warnings) if warnings else None

    def _is_outdated(self, request: Request, before: LdapConfig, config: LdapConfig) -> bool:
        """Whether a password is given that the directory doesn't take, in place of one of our own."""
        rotated = bool(before.root.version or before.root.pending)
        password = settings.bindpass(config)
        if not rotated or not password or before.binddn != config.binddn or settings.bindpass(before) == password:
            return False
        reached = Reached(request, self.directories, config)
        return not reached.ask("try", lambda s: binds(s, config.binddn, password), repeats=True)

    @path.delete("config")
    async def delete_config(self, request: Request) -> None:
        """Deletes the configuration. Secrets that are out can still be revoked: for them it is kept, unseen."""
        config = await request.view.read(CONFIG, LdapConfig)
        if config is None:
            return
        request.view.delete(CONFIG)
        await request.unschedule(ROOT)
        if await request.view.list(LIVE, limit=1):
            request.view.write(RETIRED, config)


async def _has_accounts(view: View) -> bool:
    """Whether passwords are kept that an earlier configuration's directory has."""
    return bool(await view.list(STATIC_ROLES, limit=1) or await view.list(SERVICES, limit=1))
