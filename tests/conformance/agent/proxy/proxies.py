"""Proxies as processes: ours, and the reference program, with the same configuration before the same server."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.program import PEER, Program, stopped
from tests.conformance.servers import Server
from tests.ports import free_port

LISTENER = 'listener "tcp" {\n  address = "{address}"\n  tls_disable = true\n}\n'
AUTO_AUTH = """
auto_auth {
  method "token_file" { config = { token_file_path = "{directory}/token" } }
}
api_proxy { use_auto_auth_token = true }
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)

    @property
    def cache(self) -> str:
        """What the response says of where it comes from."""
        return self.headers.get("x-cache", "")


@dataclass(frozen=True, slots=True)
class RunningProxy:
    """A proxy.

    Attributes:
        address: host and port of the listener that the configuration calls `{address}`.
    """

    name: str
    address: str
    program: Program

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://{self.address}"

    def ask(
        self, path: str, method: str = "GET", body: Any = None, token: str = "", headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask it; `path` is whole, and a body that isn't bytes is sent as JSON."""
        return ask(self.address, path, method, body, token, headers)


def ask(
    address: str,
    path: str,
    method: str = "GET",
    body: Any = None,
    token: str = "",
    headers: dict[str, str] | None = None,
) -> Answer:
    """Ask whoever listens there."""
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    sent = {**({"X-Vault-Token": token} if token else {}), **(headers or {})}
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request(method, path, body=content, headers=sent)
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, fields, response.read())
    finally:
        connection.close()


@contextlib.contextmanager
def proxy(
    directory: Path, server: Server | str, config: str, *, peer: bool = False, word: str = "proxy"
) -> Iterator[RunningProxy]:
    """Run a proxy until the block ends.

    Args:
        directory: for its files. server: what it stands before, or its address. config: in which `{address}` and
        `{directory}` are replaced. peer: whether it is the reference program. word: the command.
    """
    name = "bao-proxy" if peer else "strongroom-proxy"
    address = f"127.0.0.1:{free_port()}"
    url = server if isinstance(server, str) else server.url
    directory.mkdir(exist_ok=True)
    file = directory / f"{name}-{address.rpartition(':')[2]}.hcl"
    stanza = f'vault {{\n  address = "{url}"\n  retry {{ num_retries = -1 }}\n}}\n'
    file.write_text(stanza + config.replace("{address}", address).replace("{directory}", str(directory)))

    def listens(_: Program) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) == 0

    words, log = [word, f"-config={file}"], directory / f"{file.stem}.log"
    start = Program.start([PEER, *words], directory, log) if peer else Program.fork(words, directory, log)
    with stopped(start, listens) as program:
        yield RunningProxy(name, address, program)


def token_of(server: Server, policies: list[str] | None = None, **settings: Any) -> str:
    """A new orphan token of a dev server."""
    body = {"policies": policies or ["root"], "ttl": "1h", **settings}
    answer = ask(server.address, "/v1/auth/token/create-orphan", "POST", body, server.token)
    assert answer.status == 200, answer.body
    return str(answer.json["auth"]["client_token"])
