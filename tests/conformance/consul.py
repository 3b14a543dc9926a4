"""A private Consul for tests.  Debian has no package of it: the program is that of `CONSUL_BIN`, or of the PATH."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port

_STARTING_S = 60.0
_SETTINGS = """
raft_protocol = 3
performance { raft_multiplier = 1 }
disable_update_check = true
"""


class ConsulServer:
    """A cluster of one server.

    Args:
        settings: more of its configuration.
    """

    def __init__(self, program: str, directory: Path, settings: str = "") -> None:
        self._program = program
        self._directory = directory
        self._ports = {name: free_port() for name in ("http", "serf-lan", "server")}
        (directory / "settings.hcl").write_text(_SETTINGS + settings)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"http://127.0.0.1:{self._ports['http']}"

    def start(self) -> None:
        """Start it, and wait until it has a leader.  Its files are those of an earlier start."""
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._program, "agent", "-server", "-bootstrap-expect=1", "-node=test"),
                    *(f"-data-dir={self._directory / 'data'}", f"-config-file={self._directory / 'settings.hcl'}"),
                    *("-bind=127.0.0.1", "-client=127.0.0.1", "-log-level=warn"),
                    *("-dns-port=-1", "-grpc-port=-1", "-grpc-tls-port=-1", "-serf-wan-port=-1"),
                    *(f"-{name}-port={port}" for name, port in self._ports.items()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _STARTING_S
        while True:
            assert self._process.poll() is None, (self._directory / "log").read_text()[-2000:]
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                with urllib.request.urlopen(f"{self.url}/v1/kv/?keys&consistent", timeout=2) as answer:
                    answer.read()
                return
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                with urllib.request.urlopen(f"{self.url}/v1/status/leader", timeout=2) as answer:
                    if answer.read() not in (b'""', b'""\n'):
                        return
            assert time.monotonic() < deadline, "Consul doesn't start"
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def running_consul(settings: str = "") -> Iterator[ConsulServer]:
    """A server on free ports of the loopback interface.  Its files are removed in the end."""
    program = os.environ.get("CONSUL_BIN") or shutil.which("consul")
    if program is None:
        pytest.skip("needs Consul's program in the PATH, or its place in CONSUL_BIN")
    directory = Path(tempfile.mkdtemp(prefix="strongroom-consul-"))
    server = ConsulServer(program, directory, settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(directory)


@pytest.fixture(scope="session")
def consul_server() -> Iterator[ConsulServer]:
    """A server of the test session's own."""
    with running_consul() as server:
        yield server
