"""The auth method `kubernetes`."""

from __future__ import annotations

from strongroom.auth.kubernetes.cluster import Cluster
from strongroom.auth.kubernetes.paths_config import ConfigPaths
from strongroom.auth.kubernetes.paths_login import LoginPaths
from strongroom.auth.kubernetes.paths_roles import ROLES, RolePaths, read_role
from strongroom.auth.kubernetes.records import Role
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Auth, AuthMethod, Request, Waiting, token_fields
from strongroom.sdk.hands_out import by_settings


class Kubernetes(ConfigPaths, RolePaths, LoginPaths, AuthMethod):
    """Service accounts of a cluster, which log in with their tokens.

    Args:
        cluster: asks clusters; all mounts of the process share it.
    """

    type = "kubernetes"
    login_roles = True
    hands_out = (by_settings("role", ROLES, Role),)

    def __init__(self, cluster: Cluster | None = None) -> None:
        self.cluster = cluster or Cluster()

    @property
    def waiting(self) -> Waiting:
        """The logins that wait for their cluster."""
        now, refused = self.cluster.waiting
        return Waiting(now=now, refused=refused)

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The role's present times; the policies stay those of the login.

        Raises: `InvalidRequest` when the role is gone.
        """
        role = await read_role(request.view, auth.internal.get("role", ""))
        if role is None:
            raise InvalidRequest("the role no longer exists, not renewing")
        return token_fields.renewed(role.token, auth, token_fields.KEEP)
