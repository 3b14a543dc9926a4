"""Streaming replication between PostgreSQL servers of a test: a standby that follows, lags, and is promoted."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg

from tests import stopping
from tests.conformance.postgres import PostgresqlServer, give_to_postgres
from tests.ports import free_port

NAME: Final = "standby"
"""The standby's name for `synchronous_standby_names`."""
PATIENCE_S: Final = 60.0


def asked(server: PostgresqlServer, *statements: str) -> list[tuple[object, ...]]:
    """Run statements as the superuser; the rows of the last one."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def until_true(server: PostgresqlServer, question: str) -> None:
    """Wait until a query of one boolean is true."""
    deadline = time.monotonic() + PATIENCE_S
    while asked(server, question) != [(True,)]:
        assert time.monotonic() < deadline, question
        time.sleep(0.02)


@contextlib.contextmanager
def running_standby(primary: PostgresqlServer) -> Iterator[PostgresqlServer]:
    """A hot standby that streams from the primary."""
    directory = Path(tempfile.mkdtemp(prefix="strongroom-standby-"))
    give_to_postgres(directory)
    standby = PostgresqlServer(directory, primary.binaries, free_port())
    try:
        standby.follow(primary)
        standby.start()
        try:
            until_true(primary, "SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'")
            yield standby
        finally:
            standby.end()
    finally:
        shutil.rmtree(directory)


def caught_up(primary: PostgresqlServer, standby: PostgresqlServer) -> None:
    """Wait until the standby shows all that the primary has committed."""
    [(position,)] = asked(primary, "SELECT pg_current_wal_lsn()::text")
    until_true(standby, f"SELECT pg_last_wal_replay_lsn() >= '{position}'")


def cut_off(primary: PostgresqlServer, standby: PostgresqlServer) -> None:
    """Let the standby lag from now on: it gets nothing any more."""
    asked(standby, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
    until_true(primary, "SELECT count(*) = 0 FROM pg_stat_replication")


def make_synchronous(primary: PostgresqlServer) -> None:
    """From now on no commit is acknowledged that the standby hasn't got."""
    asked(primary, f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'", "SELECT pg_reload_conf()")
    until_true(primary, "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'")


@contextlib.contextmanager
def paused(*processes: int) -> Iterator[None]:
    """These processes stand still."""
    held = []
    try:
        for process in processes:
            stopping.stop(process)
            held.append(process)
        yield
    finally:
        for process in held:
            with contextlib.suppress(ProcessLookupError):
                stopping.go_on(process)
