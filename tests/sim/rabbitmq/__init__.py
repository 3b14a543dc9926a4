"""RabbitMQ's server with its management plugin, on ports of its own of the loopback, with and without TLS.

Source: https://www.rabbitmq.com/docs/configure, https://rawcdn.githack.com/rabbitmq/rabbitmq-server/v3.10.8/deps/rabbitmq_management/priv/www/api/index.html
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.conformance.listener.certificates import Pair, make
from tests.conformance.program import Program, served
from tests.ports import free_port

ADMIN = "guest"
ADMIN_PASSWORD = "guest"
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
EPMD = shutil.which("epmd")

_CONFIG = """
listeners.tcp.default = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {http}
management.ssl.ip = 127.0.0.1
management.ssl.port = {https}
management.ssl.cacertfile = {folder}/ca.pem
management.ssl.certfile = {folder}/localhost.pem
management.ssl.keyfile = {folder}/localhost.key
collect_statistics_interval = 500
log.console.level = warning
credential_validator.validation_backend = rabbit_credential_validator_min_password_length
credential_validator.min_length = 5
"""
"""It refuses passwords of four characters."""


@dataclass(frozen=True)
class RabbitMq:
    """A running server.

    Attributes:
        amqp: the port for clients. http: of the management API. https: the same by TLS.
        ca: the authority that vouches for it, as `localhost`.
    """

    amqp: int
    http: int
    https: int
    ca: Pair
    program: Program

    @property
    def ca_pem(self) -> str:
        """What vouches for it."""
        return self.ca.cert.read_text()

    @property
    def tls_url(self) -> str:
        """The management API by TLS."""
        return f"https://localhost:{self.https}"

    @property
    def url(self) -> str:
        """The management API without TLS."""
        return f"http://127.0.0.1:{self.http}"

    def ask(self, verb: str, path: str, body: Any = None, *, user: tuple[str, str] = (ADMIN, ADMIN_PASSWORD)) -> Any:
        """One request of the management API.  Raises `HTTPError`."""
        request = urllib.request.Request(f"{self.url}/api/{path}", method=verb)
        encoded = base64.b64encode(":".join(user).encode()).decode()
        request.add_header("Authorization", f"Basic {encoded}")
        request.add_header("Content-Type", "application/json")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=30) as response:
            content = response.read()
        return json.loads(content) if content else None

    def lets_in(self, name: str, password: str) -> bool:
        """Whether somebody can log in to the management API; needs a tag that may."""
        try:
            self.ask("GET", "whoami", user=(name, password))
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            return False
        return True

    def users(self) -> set[str]:
        """The names of all users."""
        return {each["name"] for each in self.ask("GET", "users")}

    def user(self, name: str) -> Any:
        """What is known of a user."""
        return self.ask("GET", f"users/{quote(name, safe='')}")

    def vhost(self, name: str) -> None:
        """Make a virtual host."""
        self.ask("PUT", f"vhosts/{quote(name, safe='')}")

    def admin(self, name: str, password: str, tags: str = "administrator") -> None:
        """Make a user."""
        self.ask("PUT", f"users/{quote(name, safe='')}", {"password": password, "tags": tags})


@contextlib.contextmanager
def running(directory: Path) -> Iterator[RabbitMq]:
    """Run it until the block ends.  Skips the test where it isn't installed; raises `ProgramFailed`."""
    if not PROGRAM.exists() or EPMD is None:
        pytest.skip("RabbitMQ is not installed (Debian: rabbitmq-server)")
    amqp, http, https, distribution, mapper = (free_port() for _ in range(5))
    ca = make(directory, "ca", authority=True)
    make(directory, "localhost", ca)
    (directory / "rabbitmq.conf").write_text(_CONFIG.format(amqp=amqp, http=http, https=https, folder=directory))
    (directory / "plugins").write_text("[rabbitmq_management].\n")
    (directory / "env.conf").write_text("")
    cookie = directory / ".erlang.cookie"
    cookie.write_text(secrets.token_hex(16))
    cookie.chmod(0o400)
    surroundings = {
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"strongroom-{amqp}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_CONF_ENV_FILE": str(directory / "env.conf"),
        "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(directory / "none.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(directory / "data"),
        "RABBITMQ_LOG_BASE": str(directory / "logs"),
        "RABBITMQ_PID_FILE": str(directory / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
    }
    # The server would start one itself that outlives it.
    mapped = served([EPMD, "-address", "127.0.0.1"], directory, directory / "epmd.log", _listens(mapper), surroundings)
    with mapped:
        with served([PROGRAM], directory, directory / "server.log", _answers(http), surroundings) as program:
            yield RabbitMq(amqp, http, https, ca, program)


def _listens(port: int) -> Callable[[Program], bool]:
    def ready(_: Program) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    return ready


def _answers(port: int) -> Callable[[Program], bool]:
    def ready(_: Program) -> bool:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/users/{ADMIN}")
        request.add_header("Authorization", f"Basic {base64.b64encode(b'guest:guest').decode()}")
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=5) as response:
            return bool(response.status == 200)
        return False

    return ready
