"""ZooKeeper's server, of Debian's package `zookeeper`, on ports of its own of the loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.program import START_TIMEOUT_S, Program
from tests.ports import free_port

JARS = Path("/usr/share/java")
_MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
_OPTIONS = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dzookeeper.admin.enableServer=false")
UNSYNCED = "-Dzookeeper.forceSync=no"
"""Of a server that doesn't wait for its disk: what it has answered outlives its own end, not the machine's."""


@dataclass(slots=True)
class Zookeeper:
    """A server by itself, which can be killed and started again."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()
    program: Program | None = None

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        jars = ":".join(str(jar) for jar in JARS.glob("*.jar"))
        command = [
            shutil.which("java") or "java",
            *_OPTIONS,
            *self.options,
            "-cp",
            jars,
            _MAIN,
            str(self.folder / "zoo.cfg"),
        ]
        self.program = Program.start(command, self.folder, self.folder / "log")
        self.program.wait_for(self._answers)
        self._warm()

    def kill(self) -> None:
        """End it as a crash does."""
        if self.program is not None:
            os.kill(self.program.pid, signal.SIGCONT)
            self.program.kill()

    def _warm(self) -> None:
        """Do what the first client would have to wait for seconds: much of the server isn't compiled yet."""
        from kazoo.client import KazooClient

        client = KazooClient(self.address, timeout=30, connection_retry={"max_tries": -1, "max_delay": 1})
        client.start(timeout=START_TIMEOUT_S)
        try:
            for _ in range(20):
                transaction = client.transaction()
                transaction.create("/warm", b"")
                transaction.delete("/warm")
                transaction.commit()
        finally:
            client.stop()
            client.close()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as asked:
                asked.sendall(b"ruok")
                return asked.recv(4) == b"imok"
        except OSError:
            return False


def require() -> None:
    """Skip the test where the server or the client library is missing."""
    if not (JARS / "zookeeper.jar").exists() or shutil.which("java") is None:
        pytest.skip("needs the Debian package zookeeper")
    pytest.importorskip("kazoo", reason="needs the extra zookeeper")


@contextlib.contextmanager
def run(*options: str, settings: str = "") -> Iterator[Zookeeper]:
    """A server until the block ends, with options of its virtual machine and settings beside ours."""
    require()
    folder = Path(tempfile.mkdtemp(prefix="strongroom-zookeeper-"))
    server = Zookeeper(folder, free_port(), options)
    (folder / "zoo.cfg").write_text(
        f"tickTime=2000\ndataDir={folder}/data\nclientPort={server.port}\nclientPortAddress=127.0.0.1\n"
        f"4lw.commands.whitelist=ruok\nadmin.enableServer=false\nmaxClientCnxns=0\n{settings}"
    )
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)
