"""The auth method `aws`."""

from __future__ import annotations

from typing import Any

from strongroom.auth.aws import login_ec2, login_iam
from strongroom.auth.aws.cloud import Cloud
from strongroom.auth.aws.paths_certificates import CertificatePaths
from strongroom.auth.aws.paths_client import ClientPaths
from strongroom.auth.aws.paths_identity import IdentityPaths
from strongroom.auth.aws.paths_lists import ListPaths
from strongroom.auth.aws.paths_login import LoginPaths
from strongroom.auth.aws.paths_role_tags import RoleTagPaths
from strongroom.auth.aws.paths_roles import RolePaths, role_of
from strongroom.auth.aws.records import EC2, ROLES, AwsRole
from strongroom.auth.aws.tidying import tidy
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sdk import Auth, AuthMethod, Request, Waiting, token_fields
from strongroom.sdk.hands_out import by_settings


class Aws(ClientPaths, IdentityPaths, CertificatePaths, RolePaths, RoleTagPaths, ListPaths, LoginPaths, AuthMethod):
    """Principals of IAM, and instances of EC2.

    Args:
        random: where role ids, keys and nonces come from. cloud: AWS; all mounts of the process share it.
    """

    type = "aws"
    login_roles = True
    hands_out = (by_settings("role", ROLES, AwsRole),)
    secret_answers = frozenset({"client_nonce", "external_id", "tag_value"})

    def __init__(self, random: Random | None = None, cloud: Cloud | None = None) -> None:
        self.random = random or SystemRandom()
        self.cloud = cloud or Cloud()

    @property
    def waiting(self) -> Waiting:
        """The requests that wait for AWS."""
        return Waiting(now=self.cloud.api.slots.taken, refused=self.cloud.api.slots.refused)

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The role's present times.

        Raises: `InvalidRequest` when the role is gone, was created anew, doesn't let them in any more, or has other
            policies than the token.
        """
        internal = auth.internal
        role = await role_of(request, internal.get("role", "")) if internal.get("role") else None
        if role is None or role.role_id != internal.get("role_id"):
            raise InvalidRequest("the role no longer exists, not renewing")
        if internal.get("type") == EC2:
            role = await login_ec2.renew(self.cloud, request, role, internal)
        else:
            await login_iam.renew(self.cloud, request, role, internal)
        return token_fields.renewed(role.token, auth)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Do what a rotation has left, or clear a list."""
        if "list" in data:
            await tidy(request, name, data)
            return
        await self.delete_old_key(request, data["access_key"])
