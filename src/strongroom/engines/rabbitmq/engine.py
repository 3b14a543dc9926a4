"""The secrets engine `rabbitmq`."""

from __future__ import annotations

from strongroom.engines.rabbitmq.management import Management
from strongroom.engines.rabbitmq.paths_connection import ConnectionPaths
from strongroom.engines.rabbitmq.paths_creds import CredsPaths
from strongroom.engines.rabbitmq.paths_lease import LeasePaths
from strongroom.engines.rabbitmq.paths_roles import RolePaths
from strongroom.engines.rabbitmq.paths_rotation import RotationPaths
from strongroom.sdk import Engine


class RabbitMq(ConnectionPaths, LeasePaths, RolePaths, CredsPaths, RotationPaths, Engine):
    """Users of a RabbitMQ broker, each for the time of a lease.

    Args:
        management: asks brokers, for all mounts of the process.
    """

    type = "rabbitmq"
    secret_answers = frozenset({"password"})

    def __init__(self, management: Management | None = None) -> None:
        self.management = management or Management()
