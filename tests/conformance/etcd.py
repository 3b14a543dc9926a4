"""A private etcd for tests, of Debian's package `etcd-server`."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests import stopping
from tests.ports import free_port

_STARTING_S = 30.0


class EtcdServer:
    """A server with one member.

    Args:
        options: more command-line options. scheme: of its client URL.
    """

    def __init__(self, directory: Path, options: Sequence[str] = (), scheme: str = "http") -> None:
        self._directory = directory
        self._options = list(options)
        self._client, self._peer = free_port(), free_port()
        self._scheme = scheme
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"{self._scheme}://127.0.0.1:{self._client}"

    @property
    def address(self) -> tuple[str, int]:
        """The same as host and port."""
        return "127.0.0.1", self._client

    def start(self) -> None:
        """Start it.  Its files are those of an earlier start."""
        peer = f"http://127.0.0.1:{self._peer}"
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("etcd", "--name", "test", "--data-dir", str(self._directory / "data")),
                    *("--listen-client-urls", self.url, "--advertise-client-urls", self.url),
                    *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
                    *("--initial-cluster", f"test={peer}", "--logger", "zap", "--log-level", "error"),
                    *self._options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Wait until it answers.  Only for plain HTTP."""
        deadline = time.monotonic() + _STARTING_S
        while True:
            assert self._process is not None
            assert self._process.poll() is None, (self._directory / "log").read_text()[-2000:]
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                    if answer.status == 200 and b"true" in answer.read():
                        return
            assert time.monotonic() < deadline, "etcd doesn't start"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it as SIGSTOP does."""
        assert self._process is not None
        stopping.stop(self._process.pid)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        stopping.go_on(self._process.pid)


@contextlib.contextmanager
def running_etcd(options: Sequence[str] = (), scheme: str = "http") -> Iterator[EtcdServer]:
    """A server on free ports of the loopback interface.  Its files are removed in the end.

    By TLS it may not answer yet: only the caller has a certificate.
    """
    if shutil.which("etcd") is None:
        pytest.skip("needs the Debian package etcd-server")
    directory = Path(tempfile.mkdtemp(prefix="strongroom-etcd-"))
    server = EtcdServer(directory, options, scheme)
    try:
        server.start()
        if scheme == "http":
            server.wait()
        yield server
    finally:
        server.kill()
        shutil.rmtree(directory)


@pytest.fixture(scope="session")
def etcd_server() -> Iterator[EtcdServer]:
    """A server of the test session's own."""
    with running_etcd() as server:
        yield server
