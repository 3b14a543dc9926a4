"""The auth method `approle`."""

from __future__ import annotations

from typing import Any

from strongroom.auth.approle import expiry, roles
from strongroom.auth.approle.logic import renewed
from strongroom.auth.approle.paths_login import LoginPaths
from strongroom.auth.approle.paths_role_fields import RoleFieldPaths
from strongroom.auth.approle.paths_roles import RolePaths
from strongroom.auth.approle.paths_secret_id_list import SecretIdListPaths
from strongroom.auth.approle.paths_secret_ids import SecretIdPaths
from strongroom.auth.approle.paths_tidy import TidyPaths
from strongroom.auth.approle.records import Role
from strongroom.sdk import Auth, AuthMethod, InvalidRequest, Random, Request, SystemRandom
from strongroom.sdk.coercion import FieldError, to_text
from strongroom.sdk.hands_out import by_settings
from strongroom.sdk.routing import Match


class AppRole(RolePaths, RoleFieldPaths, SecretIdPaths, SecretIdListPaths, TidyPaths, LoginPaths, AuthMethod):
    """Programs that log in with the id of a role and a secret id.

    Args:
        random: where role ids, secret ids and accessors come from.
    """

    type = "approle"
    login_roles = True
    hands_out = (by_settings("role", roles.ROLES, Role, name=lambda _, role: role.name),)
    secret_answers = frozenset({"secret_id"})
    synonyms = {
        "role/{role_name}/bound-cidr-list": ("role/{role_name}/secret-id-bound-cidrs",),
        "role/{role_name}/secret-id-bound-cidrs": ("role/{role_name}/bound-cidr-list",),
    }

    def __init__(self, random: Random | None = None) -> None:
        self.random = random or SystemRandom()

    async def login_name(self, request: Request, match: Match) -> str:
        """The role id, whatever names the alias: only a right secret id would tell another name."""
        try:
            # As the login reads it: a number in the body is a role id too.
            return to_text(request.data.get("role_id")).strip()
        except FieldError:
            return ""

    async def login_role(self, request: Request, match: Match) -> str:
        """The role whose id it is."""
        role_id = await self.login_name(request, match)
        role = await roles.by_role_id(request, role_id) if role_id else None
        return role.name if role is not None else ""

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The role's present times.  Policies that were added to the role since the login don't matter.

        Raises: `InvalidRequest` when the role is gone, or no longer has a policy of the token.
        """
        name = auth.internal.get("role_name", "")
        role = await roles.by_name(request, name) if name else None
        if role is None or role.id != auth.internal.get("role"):
            raise InvalidRequest(f'role "{name}" does not exist during renewal')
        return renewed(role, auth)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Clear expired secret ids, or those of a deleted role."""
        if name.startswith(expiry.OF_ROLE):
            await expiry.clear_role(request, name.removeprefix(expiry.OF_ROLE))
        else:
            await expiry.clear_expired(request)
