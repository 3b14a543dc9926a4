"""The auth method `azure`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from strongroom.auth.azure.clouds import settings_of
from strongroom.auth.azure.entra import Entra
from strongroom.auth.azure.graph import Graph
from strongroom.auth.azure.login import Asker, log_in
from strongroom.auth.azure.paths_config import ConfigPaths, config_of
from strongroom.auth.azure.paths_roles import RolePaths, role_of
from strongroom.auth.azure.placed import Named
from strongroom.auth.azure.records import ROLES, AzureRole
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import (
    SECRET,
    Auth,
    AuthMethod,
    Body,
    Doc,
    Request,
    Response,
    Waiting,
    is_segment_name,
    path,
    token_fields,
)
from strongroom.sdk.hands_out import by_settings


class LoginFields(Body, frozen=True):
    """A token, and the resource that it is of."""

    role: Annotated[str, Doc(description="The role.")] = ""
    jwt: Annotated[str, Doc(description="A token of Microsoft Entra ID.", extra=SECRET)] = ""
    subscription_id: Annotated[str, Doc(description="The subscription of the resource.")] = ""
    resource_group_name: Annotated[str, Doc(description="The resource group of the resource.")] = ""
    vm_name: Annotated[str, Doc(description="The virtual machine. Ignored if `vmss_name` is given.")] = ""
    vmss_name: Annotated[str, Doc(description="The scale set of the virtual machine.")] = ""
    resource_id: Annotated[str, Doc(description="Any resource. Ignored if one of those is given.")] = ""


class Azure(ConfigPaths, RolePaths, AuthMethod):
    """Identities of Azure.

    Args:
        entra: Azure; all mounts of the process share it. environment: of the process, which says what config doesn't.
    """

    type = "azure"
    login_roles = True
    hands_out = (by_settings("role", ROLES, AzureRole),)

    def __init__(self, entra: Entra | None = None, environment: Mapping[str, str] | None = None) -> None:
        self.entra = entra or Entra()
        self.graph = Graph(self.entra)
        self.environment = os.environ if environment is None else environment

    @property
    def waiting(self) -> Waiting:
        """The requests that wait for Azure."""
        return Waiting(now=self.entra.slots.taken, refused=self.entra.slots.refused)

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a token of Microsoft Entra ID."""
        jwt = body.jwt.strip()
        if not jwt:
            raise InvalidRequest("jwt is required")
        if not body.role:
            raise InvalidRequest("role is required")
        name = body.role.lower()
        role = await role_of(request, name) if is_segment_name(name) else None
        if role is None:
            raise InvalidRequest(f'invalid role name "{body.role[:200]}"')
        config = await config_of(request)
        asker = Asker(self.entra, request, config, settings_of(config, self.environment))
        of_fields = {field: getattr(body, field) for field in Named.__dataclass_fields__}
        return Response(auth=log_in(asker, name, role, Named(**of_fields), jwt))

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The role's present times.

        Raises: `InvalidRequest` when the role is gone, or has other policies than the token.
        """
        name = auth.internal.get("role", "")
        role = await role_of(request, name) if name else None
        if role is None:
            raise InvalidRequest(f"role {name} does not exist during renewal")
        # Who has logged in isn't asked again: Azure tells of groups only in a token.
        return msgspec.structs.replace(token_fields.renewed(role.token, auth), group_aliases=None)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Do what a rotation has left."""
        await self.remove_old_secret(request, data)
