"""The secrets engines `mysql` and `postgresql`."""

from __future__ import annotations

from strongroom.engines.database.sessions import Sessions
from strongroom.engines.one_database.kinds import MYSQL, POSTGRESQL
from strongroom.engines.one_database.paths_config import ConfigPaths
from strongroom.engines.one_database.paths_creds import CredsPaths
from strongroom.engines.one_database.paths_roles import MeasuredRolePaths, PlainRolePaths, RolePaths
from strongroom.sdk import Engine, Random, SystemRandom


class OneDatabase(ConfigPaths, RolePaths, CredsPaths, Engine):
    """Makes users of the one database of a mount, and drops them when their leases end.

    Args:
        sessions: the connections to databases, of all mounts of the process.
    """

    secret_answers = frozenset({"password"})

    def __init__(self, sessions: Sessions | None = None, random: Random | None = None) -> None:
        self.sessions = sessions or Sessions()
        self.random = random or SystemRandom()


class MysqlEngine(MeasuredRolePaths, OneDatabase):
    """The engine `mysql`."""

    type = "mysql"
    kind = MYSQL


class PostgresqlEngine(PlainRolePaths, OneDatabase):
    """The engine `postgresql`."""

    type = "postgresql"
    kind = POSTGRESQL
