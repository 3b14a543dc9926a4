"""What a server has to be like, and what each session of it is set to (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from strongroom.lib.errors import StorageError
from strongroom.storage.mysql.session import LEAST_PACKET_BYTES

_ASKED: Final = (
    "version",
    "read_only",
    "super_read_only",
    "innodb_read_only",
    "innodb_flush_log_at_trx_commit",
    "innodb_flush_method",
    "log_bin",
    "sync_binlog",
    "max_allowed_packet",
    "wsrep_on",
    "group_replication_single_primary_mode",
    "max_connections",
    "innodb_doublewrite",
)
VARIABLES: Final = b"SHOW GLOBAL VARIABLES WHERE Variable_name IN (%b)" % b",".join(
    b"'%b'" % name.encode() for name in _ASKED
)
"""Unlike `@@name`, it also works for variables that only one kind of server has."""
_VERSION = re.compile(r"(?:5\.5\.5-)?(\d+)\.(\d+)")
_LEAST = {True: (10, 6), False: (8, 0)}
_STOPPED_TIMES = 2
"""After so many times the limit of an answer, a stopped process loses its transaction."""
_ON = frozenset({"ON", "1", "YES"})


def is_on(variables: Mapping[str, str], name: str) -> bool:
    """Whether a variable is there, and on."""
    return variables.get(name, "").upper() in _ON


def version_of(variables: Mapping[str, str]) -> tuple[bool, tuple[int, int]]:
    """Whether it is MariaDB, and its version."""
    said = variables.get("version", "")
    match = _VERSION.match(said)
    return "mariadb" in said.lower(), (int(match[1]), int(match[2])) if match else (0, 0)


def takes_no_writes(variables: Mapping[str, str]) -> bool:
    """Whether it is a replica, or set to read only."""
    return any(is_on(variables, name) for name in ("read_only", "super_read_only", "innodb_read_only"))


def check_server(variables: Mapping[str, str]) -> None:
    """Raise `StorageError`, which tells what the operator must change, if a store on this server would be unsafe."""
    for problem in problems(variables):
        raise StorageError(problem)


def problems(variables: Mapping[str, str]) -> Iterable[str]:
    """Everything that makes a store on this server unsafe."""
    mariadb, version = version_of(variables)
    if version < _LEAST[mariadb]:
        yield f"this server is {variables.get('version', '')[:64]}; the storage needs MySQL 8.0 or MariaDB 10.6"
    if takes_no_writes(variables):
        yield "this MySQL server is read only; the storage needs one that takes writes"
    if variables.get("innodb_flush_log_at_trx_commit") != "1":
        yield "MySQL needs innodb_flush_log_at_trx_commit = 1: otherwise a power loss takes what was committed"
    if variables.get("innodb_flush_method", "").lower() in {"nosync", "littlesync"}:
        yield "MySQL's innodb_flush_method never syncs its files: a power loss would take what was committed"
    if is_on(variables, "log_bin") and variables.get("sync_binlog") != "1":
        yield "MySQL needs sync_binlog = 1 with a binary log: otherwise a power loss takes what was committed"
    if int(variables.get("max_allowed_packet", "0")) < LEAST_PACKET_BYTES:
        yield "MySQL needs max_allowed_packet = 16M or more"
    if variables.get("group_replication_single_primary_mode", "").upper() == "OFF":
        yield "MySQL's group replication has several primaries, whose reads may be stale; the storage needs one primary"


def settings(variables: Mapping[str, str], answer_s: float, *, writes: bool) -> list[bytes]:
    """The statements that set a session up.

    Args:
        answer_s: how long an answer may take.
        writes: whether it commits, rather than reads.
    """
    # A node waits for a lock of another node for less time than its callers wait for it.
    lock_s = max(1, int(answer_s * 0.8))
    # What is read after the head's lock was taken must be newer than the lock; reads of one snapshot need the other.
    isolation = b"READ COMMITTED" if writes else b"REPEATABLE READ"
    statements = []
    if writes:
        # Without this, a process that is stopped in the midst of a commit would block all others for eight hours.  On
        # MySQL, which has no such limit for transactions, it also ends a connection on which nothing is committed.
        limit = b"idle_transaction_timeout" if version_of(variables)[0] else b"wait_timeout"
        stopped_s = max(1, round(answer_s * _STOPPED_TIMES))
        # Nothing is ever stored by itself: a transaction that the server has ended unseen would go on as single
        # statements.
        statements.append(b"SET SESSION autocommit = 0, %b = %d" % (limit, stopped_s))
    statements += [
        b"SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00',"
        b" sql_select_limit = 18446744073709551615, innodb_lock_wait_timeout = %d, lock_wait_timeout = %d"
        % (lock_s, lock_s),
        b"SET SESSION TRANSACTION ISOLATION LEVEL " + isolation,
        b"SET SESSION TRANSACTION READ WRITE",
    ]
    if is_on(variables, "wsrep_on"):
        # 7: reads, updates and inserts wait until this node has applied what the cluster committed before.
        statements.append(b"SET SESSION wsrep_sync_wait = 7, wsrep_dirty_reads = OFF")
    return statements
