"""MariaDB's server, on a port of its own of the loopback, with and without TLS."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.listener.certificates import Pair, make
from tests.conformance.program import Program
from tests.ports import free_port

ROOT = "root_of_tests"
ROOT_PASSWORD = "canary-of-the-server"
PROGRAM = Path(shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin") or "/usr/sbin/mariadbd")
INSTALLER = Path(shutil.which("mariadb-install-db") or "/usr/bin/mariadb-install-db")
_USER = "mysql"
_OPTIONS = (
    "--skip-name-resolve",
    "--performance-schema=OFF",
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-fast-shutdown=2",
    "--skip-log-bin",
    "--max-connections=200",
)
DURABLE = ("--innodb-flush-log-at-trx-commit=1", "--innodb-flush-method=fsync")
"""What a store needs of a server: one with the usual options keeps nothing through a power loss."""


@dataclass(slots=True)
class Mariadb:
    """A server, which can be killed and started again.

    Attributes:
        ca: the authority that vouches for it, as `localhost`. client: a certificate that it accepts. options: of the
        server, stronger than the usual ones.
    """

    folder: Path
    port: int
    ca: Pair
    client: Pair
    options: tuple[str, ...] = ()
    program: Program | None = None

    @property
    def socket(self) -> Path:
        """Its Unix socket."""
        return self.folder / "socket"

    @property
    def url(self) -> str:
        """Its address for `connection_url`, with places for name and password."""
        return f"{{{{username}}}}:{{{{password}}}}@tcp(127.0.0.1:{self.port})/"

    @property
    def ca_pem(self) -> str:
        """What vouches for it."""
        return self.ca.cert.read_text()

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [PROGRAM, "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.socket}", *_OPTIONS]
        command += [f"--port={self.port}", "--bind-address=127.0.0.1", f"--pid-file={self.folder}/pid"]
        command += [f"--tmpdir={self.folder}", f"--init-file={self.folder}/init.sql"]
        command += [f"--ssl-ca={self.ca.cert}", f"--ssl-cert={self.folder}/localhost.pem"]
        command += [f"--ssl-key={self.folder}/localhost.key"]
        if os.geteuid() == 0:
            command.append(f"--user={_USER}")
        command += self.options
        self.program = Program.start([str(word) for word in command], self.folder, self.folder / "log")
        self.program.wait_for(self._answers)

    def kill(self) -> None:
        """End it as a crash does."""
        if self.program is not None:
            self.program.kill()

    def connect(self, user: str = ROOT, password: str = ROOT_PASSWORD, **more: Any) -> Any:
        """A connection, as its administrator or as somebody else."""
        import pymysql

        return pymysql.connect(
            host="127.0.0.1", port=self.port, user=user, password=password.encode(), autocommit=True, **more
        )

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a statement of its administrator."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def users(self) -> set[str]:
        """The names of all users besides its own."""
        return {row[0] for row in self.ask("SELECT User FROM mysql.user")} - {"", "root", "mysql", "mariadb.sys", ROOT}

    def logs_in(self, user: str, password: str) -> bool:
        """Whether somebody can log in."""
        import pymysql

        try:
            self.connect(user, password).close()
        except pymysql.err.OperationalError as error:
            assert error.args[0] in {1045, 1698}, error
            return False
        return True

    def _answers(self) -> bool:
        import pymysql

        try:
            self.connect().close()
        except pymysql.err.OperationalError:
            return False
        return True


def require() -> None:
    """Skip the test where the server or the client library is missing."""
    if not PROGRAM.exists() or not INSTALLER.exists():
        pytest.skip("needs the Debian package mariadb-server")
    pytest.importorskip("pymysql", reason="needs the extra mysql")


@contextlib.contextmanager
def run(*options: str) -> Iterator[Mariadb]:
    """A server until the block ends."""
    require()
    folder = Path(tempfile.mkdtemp(prefix="strongroom-mariadb-"))
    ca = make(folder, "ca", authority=True)
    make(folder, "localhost", ca)
    server = Mariadb(folder, free_port(), ca, make(folder, "client", ca), options)
    (folder / "init.sql").write_text(
        f"CREATE USER IF NOT EXISTS '{ROOT}'@'%' IDENTIFIED BY '{ROOT_PASSWORD}';\n"
        f"GRANT ALL ON *.* TO '{ROOT}'@'%' WITH GRANT OPTION;\nCREATE DATABASE IF NOT EXISTS shop;\n"
        "CREATE TABLE IF NOT EXISTS shop.orders (id INT PRIMARY KEY);\n"
    )
    try:
        _give_away(folder)
        _install(folder)
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


def _install(folder: Path) -> None:
    command: list[str | Path] = [
        INSTALLER,
        "--no-defaults",
        f"--datadir={folder}/data",
        "--skip-test-db",
        "--skip-name-resolve",
    ]
    # Installations at the same time would share the names of temporary tables.
    command += ["--auth-root-authentication-method=socket", "--innodb-log-file-size=8M", f"--tmpdir={folder}"]
    if os.geteuid() == 0:
        command.append(f"--user={_USER}")
    done = subprocess.run(command, check=False, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise RuntimeError(f"mariadb-install-db failed: {done.stdout.decode()}{done.stderr.decode()}")


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in [folder, *folder.iterdir()]:
            shutil.chown(path, _USER, _USER)
