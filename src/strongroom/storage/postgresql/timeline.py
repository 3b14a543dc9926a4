"""Notices a primary that a failover has left behind, and that takes writes again as if nothing had happened.

A standby that is promoted begins a new timeline.  A server with the same data and an older timeline has another
history: what it is told is lost, and what it says is of the past.

Source: https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
"""

from __future__ import annotations

import psycopg
import structlog
from psycopg import errors

from strongroom.lib.errors import StorageError

log = structlog.get_logger(__name__)

_ASK = """
SELECT system_identifier,
       CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END
  FROM pg_control_system()
"""


class LeftBehindError(StorageError):
    """The server's history is older than the one that this process knows."""


class Timeline:
    """The newest timeline that this process has met, of one database cluster."""

    def __init__(self) -> None:
        self._system: object = None
        self._newest = 0
        self._told = False

    async def check(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        """Raise `LeftBehindError` for a primary of an older timeline.

        A server that doesn't tell its timeline, as some that only speak PostgreSQL's protocol, isn't checked.
        """
        try:
            row = await (await connection.execute(_ASK, prepare=False)).fetchone()
        except (errors.FeatureNotSupported, errors.UndefinedFunction, errors.InsufficientPrivilege) as error:
            if not self._told:
                log.warning(
                    "the PostgreSQL server does not tell its timeline: after a failover, an old primary isn't noticed",
                    reason=str(error).strip(),
                )
            self._told = True
            return
        if row is None or not row[1]:
            return
        system, timeline = row[0], int(str(row[1]), 16)
        if system == self._system and timeline < self._newest:
            raise LeftBehindError(
                "this PostgreSQL server was left behind by a failover; make it a standby of the new primary",
                detail=f"its timeline is {timeline}, that of the present primary {self._newest}",
            )
        self._system, self._newest = system, timeline
