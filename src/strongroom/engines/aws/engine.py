"""The secrets engine `aws`."""

from __future__ import annotations

from strongroom.engines.aws.calls import AwsCalls
from strongroom.engines.aws.paths_creds import CredsPaths
from strongroom.engines.aws.paths_lease import LeasePaths
from strongroom.engines.aws.paths_roles import RolePaths
from strongroom.engines.aws.paths_root import RootPaths
from strongroom.sdk import Engine, Random, SystemRandom


class AwsEngine(RootPaths, LeasePaths, RolePaths, CredsPaths, Engine):
    """Users of IAM and sessions of STS.

    Args:
        random: where names come from. calls: AWS; all mounts of the process share it.
    """

    type = "aws"
    secret_answers = frozenset({"secret_key", "session_token", "security_token", "external_id"})

    def __init__(self, random: Random | None = None, calls: AwsCalls | None = None) -> None:
        self.random = random or SystemRandom()
        self.calls = calls or AwsCalls()
