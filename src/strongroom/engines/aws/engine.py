"""The secrets engine `aws`."""

from __future__ import annotations

from typing import Any

from strongroom.engines.aws.calls import AwsCalls
from strongroom.engines.aws.paths_creds import CredsPaths
from strongroom.engines.aws.paths_lease import LeasePaths
from strongroom.engines.aws.paths_revocation import RevocationPaths
from strongroom.engines.aws.paths_roles import RolePaths
from strongroom.engines.aws.paths_root import ROTATE_ROOT, RootPaths
from strongroom.engines.aws.paths_rotation import RETIRE, RotationPaths
from strongroom.engines.aws.paths_static import DELETE, ROTATE, StaticPaths
from strongroom.sdk import Engine, Random, Request, SystemRandom


class AwsEngine(RootPaths, RotationPaths, LeasePaths, RolePaths, RevocationPaths, CredsPaths, StaticPaths, Engine):
    """Users of IAM and sessions of STS.

    Args:
        random: where names come from. calls: AWS; all mounts of the process share it.
    """

    type = "aws"
    secret_answers = frozenset({"secret_key", "session_token", "security_token", "external_id"})

    def __init__(self, random: Random | None = None, calls: AwsCalls | None = None) -> None:
        self.random = random or SystemRandom()
        self.calls = calls or AwsCalls()

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Do what is scheduled: a rotation, or the end of an old key."""
        if name == RETIRE:
            await self.retire_root_key(request)
        elif name == ROTATE_ROOT:
            await self.rotate_root_when_due(request)
        elif name.startswith(ROTATE):
            await self.rotate_static(request, name.removeprefix(ROTATE))
        elif name.startswith(DELETE):
            await self.delete_static_key(request, data)
