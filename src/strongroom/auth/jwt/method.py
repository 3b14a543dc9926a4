"""The auth methods `jwt` and `oidc`, which are one."""

from __future__ import annotations

import msgspec

from strongroom.auth.jwt.cel.paths_login import CelLoginPaths, is_by_program, renewed
from strongroom.auth.jwt.cel.paths_role import CelRolePaths
from strongroom.auth.jwt.flow import Flow
from strongroom.auth.jwt.identity import fingerprint
from strongroom.auth.jwt.keys import KeySets
from strongroom.auth.jwt.paths_config import ConfigPaths, configuration
from strongroom.auth.jwt.paths_login import LoginPaths
from strongroom.auth.jwt.paths_oidc import OidcPaths
from strongroom.auth.jwt.paths_roles import ROLES, RolePaths, role_of
from strongroom.auth.jwt.providers import Providers
from strongroom.auth.jwt.records import Role
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Auth, AuthMethod, Request, Waiting, token_fields
from strongroom.sdk.hands_out import by_settings
from strongroom.sdk.routing import Match


class Jwt(ConfigPaths, RolePaths, LoginPaths, OidcPaths, CelRolePaths, CelLoginPaths, AuthMethod):
    """Logins by tokens that others sign.

    Args:
        keys: the public keys of others, of all mounts of the process. random: where states come from.
        providers: those that do things in ways of their own.
    """

    type = "jwt"
    login_roles = True
    hands_out = (by_settings("role", ROLES, Role),)

    def __init__(
        self, keys: KeySets | None = None, random: Random | None = None, providers: Providers | None = None
    ) -> None:
        self.keys = keys or KeySets()
        self.flow = Flow(self.keys)
        self.providers = providers or Providers(self.keys.http)
        self.random = random or SystemRandom()

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for an identity provider."""
        return Waiting(now=self.keys.slots.taken, refused=self.keys.slots.refused)

    async def login_role(self, request: Request, match: Match) -> str:
        """The role that it names, or the default role."""
        return await super().login_role(request, match) or (await configuration(request)).default_role

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The role's present times; the policies stay those of the login, unless the mount decides otherwise.

        Raises: `InvalidRequest` when the role is gone.
        """
        if is_by_program(auth):
            return await renewed(request, auth)
        name = auth.internal.get("role", "")
        role = await role_of(request, name) if name else None
        if role is None:
            raise InvalidRequest(f'role "{name}" does not exist any more, not renewing')
        settings = role.token
        if role.token_policies_template_claims and fingerprint(role) == auth.internal.get("policies", ""):
            # The claims that the templates were filled with aren't known any more: what they gave stays.
            settings = msgspec.structs.replace(settings, policies=auth.token.policies)
        return token_fields.renewed(settings, auth, token_fields.KEEP)
