"""A PgBouncer before a test's PostgreSQL, from Debian's package `pgbouncer`."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest

from tests.conformance.postgres import PostgresqlServer, give_to_postgres
from tests.ports import free_port

Mode = Literal["session", "transaction", "statement"]
_PROGRAM: Final = Path("/usr/sbin/pgbouncer")
_CONFIG: Final = """
[databases]
postgres = host=127.0.0.1 port={server.port} dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {directory}/users
pool_mode = {mode}
default_pool_size = {size}
server_login_retry = 0.2
logfile = {directory}/log
"""


def require_pgbouncer() -> None:
    """Skip the test if the program isn't there."""
    if not _PROGRAM.exists():
        pytest.skip("needs the Debian package pgbouncer")


@contextlib.contextmanager
def running_pgbouncer(server: PostgresqlServer, mode: Mode, size: int = 8, port: int | None = None) -> Iterator[str]:
    """The URL of a pooler in this mode, which has `size` connections to the server at most."""
    directory = Path(tempfile.mkdtemp(prefix="strongroom-pgbouncer-"))
    port = port or free_port()
    (directory / "users").write_text(f'"root_of_tests" "{server.password}"\n')
    (directory / "config").write_text(
        _CONFIG.format(server=server, port=port, directory=directory, mode=mode, size=size)
    )
    command = [str(_PROGRAM), str(directory / "config")]
    if os.geteuid() == 0:
        # It refuses to run as root.
        for path in (directory, directory / "users", directory / "config"):
            give_to_postgres(path)
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    pooler = subprocess.Popen(
        command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await_listener(port, pooler)
        yield server.url.replace(f":{server.port}/", f":{port}/")
    finally:
        pooler.terminate()
        pooler.wait()
        shutil.rmtree(directory)


def _await_listener(port: int, pooler: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if pooler.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("pgbouncer does not listen")
        time.sleep(0.02)


@pytest.fixture(scope="session")
def session_pooler(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The URL of a pooler that keeps sessions together."""
    require_pgbouncer()
    with running_pgbouncer(postgresql_server, "session", 40) as url:
        yield url


@pytest.fixture(scope="session")
def transaction_pooler(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The URL of a pooler that gives each transaction another session."""
    require_pgbouncer()
    with running_pgbouncer(postgresql_server, "transaction") as url:
        yield url
