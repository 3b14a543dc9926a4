"""A server of InfluxDB 1 on loopback ports, with authentication, with and without TLS."""

from __future__ import annotations

import contextlib
import shutil
import ssl
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from strongroom.lib import json
from tests.conformance.listener.certificates import Pair, make
from tests.conformance.program import Program
from tests.ports import free_port

ADMIN = "strongroom"
ADMIN_PASSWORD = "admin-password"

_CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[monitor]
  store-enabled = false
[http]
  enabled = true
  bind-address = "127.0.0.1:{port}"
  auth-enabled = true
  flux-enabled = false
  https-enabled = {tls}
  https-certificate = "{folder}/localhost.pem"
  https-private-key = "{folder}/localhost.key"
"""


def influxd() -> Path | None:
    """The server, if it is installed."""
    found = shutil.which("influxd", path="/usr/bin:/usr/local/bin:/usr/sbin")
    return Path(found) if found else None


@dataclass(slots=True)
class InfluxDB:
    """A server that can be stopped and started again.  `ca` is what vouches for it, as `localhost`, if it has TLS."""

    command: list[str | Path]
    folder: Path
    port: int
    ca: Pair | None
    program: Program | None = field(default=None)

    @property
    def ca_pem(self) -> str:
        """What vouches for it."""
        return self.ca.cert.read_text() if self.ca else ""

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.program = Program.start(self.command, self.folder, self.folder / "server.log")
        self.program.wait_for(self._answers)

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

    def query(self, text: str, username: str = ADMIN, password: str = ADMIN_PASSWORD) -> tuple[int, Any]:
        """The status and the JSON of the answer to InfluxQL."""
        return self._ask("POST", f"/query?{urllib.parse.urlencode({'q': text})}", username, password)

    def lets_in(self, username: str, password: str) -> bool:
        """Whether a user can log in."""
        return self.query("SHOW DATABASES", username, password)[0] == 200

    def users(self) -> set[str]:
        """All its users but the administrator."""
        _, found = self.query("SHOW USERS")
        rows = found["results"][0]["series"][0].get("values", [])
        return {row[0] for row in rows} - {ADMIN}

    def _ask(self, verb: str, path: str, username: str, password: str) -> tuple[int, Any]:
        scheme = "https" if self.ca else "http"
        request = urllib.request.Request(f"{scheme}://localhost:{self.port}{path}", method=verb, data=b"")
        if username:
            request.add_header("Authorization", "Basic " + b64encode(f"{username}:{password}".encode()).decode())
        context = ssl.create_default_context(cadata=self.ca_pem) if self.ca else None
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self._ask("GET", "/query?q=SHOW+DATABASES", "", "")[0] in {200, 401, 403}
        return False


def require() -> None:
    """Skip the test where the server is missing."""
    if influxd() is None:
        pytest.skip("needs influxd, InfluxDB 1's server (Debian: influxdb)")
    pytest.importorskip("httpx", reason="needs the extra http")


@contextlib.contextmanager
def run(folder: Path, *, tls: bool = False) -> Iterator[InfluxDB]:
    """A server with an administrator until the block ends."""
    require()
    folder.mkdir(parents=True, exist_ok=True)
    port, ca = free_port(), None
    if tls:
        ca = make(folder, "ca", authority=True)
        make(folder, "localhost", ca)
    config = _CONFIG.format(folder=folder, port=port, rpc=free_port(), tls=str(tls).lower())
    (folder / "influxdb.conf").write_text(config)
    server = InfluxDB([influxd() or "", "-config", folder / "influxdb.conf"], folder, port, ca)
    try:
        server.start()
        server.query(f"CREATE USER \"{ADMIN}\" WITH PASSWORD '{ADMIN_PASSWORD}' WITH ALL PRIVILEGES", "", "")
        yield server
    finally:
        server.kill()
