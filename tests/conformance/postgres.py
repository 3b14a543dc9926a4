"""A private PostgreSQL server for tests, made from the binaries of Debian's package `postgresql`."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port

_PASSWORD = "canary-of-the-url"


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A running server; `url` connects as its superuser."""

    directory: Path
    binaries: Path
    port: int
    addresses: str = "127.0.0.1"
    """Where it listens."""

    @property
    def url(self) -> str:
        """A connection URL with a password."""
        return f"postgresql://root_of_tests:{_PASSWORD}@127.0.0.1:{self.port}/postgres"

    @property
    def password(self) -> str:
        """The password in the URL, which must never be shown."""
        return _PASSWORD

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.directory} -c listen_addresses={self.addresses} -c max_connections=100"
        log = str(self.directory / "log")
        self._run("pg_ctl", "-D", str(self.directory / "data"), "-w", "-o", options, "-l", log, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` as a crash does."""
        self._run("pg_ctl", "-D", str(self.directory / "data"), "-w", "-m", mode, "stop")

    def kill(self) -> None:
        """End all its processes at once, as when its machine dies."""
        pid_file = self.directory / "data" / "postmaster.pid"
        postmaster = int(pid_file.read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)  # so that it starts no more
        for child in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        os.kill(postmaster, signal.SIGKILL)
        # Whether its processes are still listed is up to who reaps them, and the next start asks for that.
        pid_file.unlink()
        (self.directory / f".s.PGSQL.{self.port}.lock").unlink()

    def end(self) -> None:
        """Stop it as a crash does, if the test hasn't."""
        if (self.directory / "data" / "postmaster.pid").exists():
            self.stop("immediate")

    def promote(self) -> None:
        """Make a standby the primary, and wait until it is."""
        self._run("pg_ctl", "-D", str(self.directory / "data"), "-w", "promote")

    def follow(self, primary: PostgresqlServer) -> None:
        """Make the cluster's files a copy of another's, as its standby of the name `standby`."""
        source = f"host=127.0.0.1 port={primary.port} user=root_of_tests password={_PASSWORD} application_name=standby"
        data = str(self.directory / "data")
        self._run("pg_basebackup", "--no-sync", "-R", "-X", "stream", "-c", "fast", "-D", data, "-d", source)

    def create(self) -> None:
        """Make the cluster's files."""
        password_file = self.directory / "password"
        password_file.write_text(_PASSWORD)
        give_to_postgres(password_file)
        self._run(
            "initdb",
            "--no-sync",
            *("-D", str(self.directory / "data"), "-U", "root_of_tests", "--pwfile", str(password_file)),
            # A language's order, in which `a-b` and `ab` or `B` and `a` stand elsewhere than by code point.
            *("-A", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8"),
            *("--locale-provider", "icu", "--icu-locale", "en-US"),
        )

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            # The server refuses to run as root.
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        done = subprocess.run(command, check=False, cwd=self.directory, stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout.decode()}{done.stderr.decode()}")


def give_to_postgres(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def newest_binaries() -> Path | None:
    """The directory of the newest installed server's programs."""
    wanted = os.environ.get("POSTGRESQL_VERSION", "*")  # `make postgresql` runs the tests of the store on each
    found = [path.parent for path in Path("/usr/lib/postgresql").glob(f"{wanted}/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server of the test session's own, on a free port of the loopback interface."""
    if newest_binaries() is None:
        pytest.skip("needs the Debian package postgresql")
    with running_postgresql() as server:
        yield server


@contextlib.contextmanager
def running_postgresql() -> Iterator[PostgresqlServer]:
    """A server on a free port of the loopback interface.  Its files are removed in the end."""
    binaries = newest_binaries()
    assert binaries is not None, "needs the Debian package postgresql"
    directory = Path(tempfile.mkdtemp(prefix="strongroom-postgresql-"))
    give_to_postgres(directory)
    server = PostgresqlServer(directory, binaries, free_port())
    try:
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.end()
    finally:
        shutil.rmtree(directory)
