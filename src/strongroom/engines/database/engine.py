"""The secrets engine `database`."""

from __future__ import annotations

from strongroom.engines.database.paths_config import ConfigPaths
from strongroom.engines.database.paths_creds import CredsPaths
from strongroom.engines.database.paths_roles import RolePaths
from strongroom.engines.database.sessions import Sessions
from strongroom.sdk import Engine, Random, SystemRandom


class Database(ConfigPaths, RolePaths, CredsPaths, Engine):
    """Makes users of databases on request, and drops them when their leases end.

    Args:
        sessions: the connections to databases, of all mounts of the process.
    """

    type = "database"
    secret_answers = frozenset({"password"})

    def __init__(self, sessions: Sessions | None = None, random: Random | None = None) -> None:
        self.sessions = sessions or Sessions()
        self.random = random or SystemRandom()
