"""A node as it runs in production: a supervisor with its workers, from a configuration, with a store that stays."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.sealing.initialize import Initialized, InitRequest, initialize
from strongroom.storage.sqlite import SqliteStorage
from tests.conformance.processes.wire import Answer, Connection, Target, call
from tests.conformance.program import OURS, START_TIMEOUT_S, STOP_TIMEOUT_S, Program, ProgramFailed, wait_until
from tests.ports import free_port

CONFIG = """
workers = {workers}
storage "sqlite" {
  path = "{directory}/store"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""
"""SQLite and one listener, as most tests want it."""
_STORE = 'path = "{directory}/store"'


@dataclass(slots=True)
class Node:
    """One node.  What is started is killed when `running` is left.

    Attributes:
        directory: its files; `{directory}` in the configuration.
        config: in HCL; `{address}` and `{workers}` are replaced too.
        runs_as: command in front of the server's, as `setpriv` with its arguments.
        executable: the server's command. started: whether how it is started is what the test is about; it is forked
        otherwise.
    """

    directory: Path
    config: str = CONFIG
    workers_wanted: int = 4
    runs_as: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    executable: Path = OURS
    started: bool = False
    address: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    target: Target | None = None
    keys: list[str] = field(default_factory=list)
    threshold: int = 0
    token: str = ""
    program: Program | None = None

    @property
    def log(self) -> Path:
        """The file that its output goes to, over all its starts."""
        return self.directory / "node.log"

    def log_text(self) -> str:
        """Everything that it has printed so far."""
        return self.log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """The supervisor's."""
        assert self.program is not None
        return self.program.pid

    def workers(self) -> list[int]:
        """The workers' process ids, those that are being started included."""
        return children(self.pid)

    def held_by(self, connections: Sequence[Connection]) -> dict[int, list[Connection]]:
        """Which worker serves which connection, by the sockets that each has open."""
        for connection in connections:  # one that was answered has been accepted
            assert connection.call("GET", "sys/health").status in (200, 501, 503)
        found: dict[int, list[Connection]] = {}
        for worker in self.workers():
            open_ones = set(open_files(worker))
            for connection in connections:
                if f"socket:[{other_end(connection).inode}]" in open_ones:
                    found.setdefault(worker, []).append(connection)
        return found

    def settle(self, replaced: int) -> None:
        """Wait until every worker serves, those included that take the place of `replaced` others."""

        def settled() -> bool:
            serving = {int(pid) for pid in re.findall(r"worker serves\D+pid\D+(\d+)", self.log_text())}
            workers = self.workers()
            ended = serving - {*workers}
            return len(workers) == self.workers_wanted and serving >= {*workers} and len(ended) >= replaced

        wait_until(settled, lambda: f"the workers don't settle:\n{self.log_text()[-4000:]}", START_TIMEOUT_S)

    def configure(self) -> Path:
        """Write its configuration, and start nothing.  Returns the file."""
        self.directory.mkdir(exist_ok=True)
        file = self.directory / "node.hcl"
        text = self.config.replace("{workers}", str(self.workers_wanted))
        file.write_text(text.replace("{address}", self.address).replace("{directory}", str(self.directory)))
        return file

    def launch(self) -> None:
        """Start it, and don't wait."""
        file = self.configure()
        words = ["server", f"-config={file}"]
        if self.started or self.runs_as or self.executable != OURS:
            command: list[str | Path] = [*self.runs_as, self.executable, *words]
            self.program = Program.start(command, self.directory, self.log, self.environment)
        else:
            self.program = Program.fork(words, self.directory, self.log, self.environment)

    def start(self) -> None:
        """Start it and wait until all its workers listen and one answers.  Raises `ProgramFailed`."""
        before = len(self.log_text()) if self.log.exists() else 0
        self.launch()
        assert self.program is not None
        announced = "server started!"  # said once every worker listens
        self.program.wait_for(lambda: self._answers() and announced in self.log_text()[before:])

    def _answers(self) -> bool:
        try:
            return self.call("GET", "sys/health").status in (200, 501, 503)
        except OSError:
            return False

    def wait(self, timeout_s: float = STOP_TIMEOUT_S) -> int:
        """Wait for the supervisor's end; its exit status."""
        assert self.program is not None
        return self.program.wait(timeout_s)

    def stop(self) -> int:
        """SIGTERM, and wait; the exit status."""
        assert self.program is not None
        return self.program.stop()

    def kill(self) -> None:
        """End supervisor and workers at once, as when the machine dies but its disk doesn't."""
        assert self.program is not None
        self.program.kill()

    def restart(self) -> None:
        """Stop it and start it again; it is sealed then."""
        assert self.stop() == 0, self.log_text()[-4000:]
        self.start()

    def call(self, method: str, path: str, body: object = None, token: str | None = None) -> Answer:
        """One request on a connection of its own, with the root token unless another is given."""
        return call(self.where, method, path, body, self.token if token is None else token)

    def connect(self, timeout_s: float = 20.0) -> Connection:
        """A keep-alive connection."""
        return Connection(self.where, timeout_s)

    @property
    def where(self) -> Target:
        """Where to reach it."""
        return self.target or Target(self.address)

    def init(self, shares: int = 1, threshold: int = 1) -> None:
        """Initialise it, and keep what that gives."""
        answer = self.call("PUT", "sys/init", {"secret_shares": shares, "secret_threshold": threshold})
        assert answer.status == 200, answer
        self.keys, self.threshold, self.token = answer.json["keys"], threshold, answer.json["root_token"]

    def unseal(self) -> None:
        """Hand in as many shares as it takes."""
        for key in self.keys[: self.threshold]:
            answer = self.call("PUT", "sys/unseal", {"key": key})
            assert answer.status == 200, answer
        assert answer.json["sealed"] is False, answer

    def seal(self) -> Answer:
        """Seal it."""
        return self.call("PUT", "sys/seal")

    def ready(self, shares: int = 1, threshold: int = 1) -> Node:
        """Start, initialise and unseal it, and wait until every worker serves; itself.

        The store is there before the start, where it can be: a worker that initialises is replaced by another one, and
        each start of a worker takes most of a second.
        """
        before = _STORE in self.config and not self.runs_as
        if before:
            self._initialise_store(shares, threshold)
        self.start()
        if not before:
            self.init(shares, threshold)
        self.unseal()
        self.settle(replaced=0 if before else 1)
        return self

    def _initialise_store(self, shares: int, threshold: int) -> None:
        self.directory.mkdir(exist_ok=True)
        made = asyncio.run(_initialised(self.directory / "store", InitRequest(shares=shares, threshold=threshold)))
        self.keys, self.threshold, self.token = made.shares.hexadecimal(), threshold, made.root_token.reveal().decode()

    def join(self, other: Node) -> None:
        """Start it on the store that another node has initialised, and unseal it with that one's shares."""
        self.start()
        self.keys, self.threshold, self.token = other.keys, other.threshold, other.token
        self.unseal()

    def ok(self, method: str, path: str, body: object = None, token: str | None = None) -> Answer:
        """`call`, which must succeed."""
        answer = self.call(method, path, body, token)
        assert answer.status in (200, 204), (method, path, answer)
        return answer


async def _initialised(store: Path, request: InitRequest) -> Initialized:
    """What initialising a new store gives."""
    storage = SqliteStorage(store, SystemClock(), SystemRandom())
    await storage.start()
    try:
        return await initialize(storage, SystemRandom(), request)
    finally:
        await storage.close()


@contextlib.contextmanager
def running(node: Node) -> Iterator[Node]:
    """The node, which is killed at the end, whatever state it is in by then."""
    try:
        yield node
    finally:
        if node.program is not None:
            node.kill()


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == pid and fields[0] != "Z":
                    found.append(int(entry.name))
    return sorted(found)


class OtherEnd(NamedTuple):
    """The server's end of a connection, as the kernel knows it."""

    inode: str
    unread: int
    """Bytes that have arrived and that the server hasn't read."""


def other_end(connection: Connection) -> OtherEnd:
    """What the kernel knows of the server's end of an IPv4 connection."""
    wanted = connection.sock.getpeername()[1], connection.sock.getsockname()[1]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if tuple(int(address.rpartition(":")[2], 16) for address in fields[1:3]) == wanted:
            return OtherEnd(fields[9], int(fields[4].partition(":")[2], 16))
    raise ProgramFailed("the server's end is gone")


def wait_until_read(connection: Connection) -> None:
    """Wait until the server has read everything that was sent."""
    wait_until(lambda: other_end(connection).unread == 0, "the server doesn't read")


def open_files(pid: int) -> list[str]:
    """What a process has open: paths, and `socket:[…]` with the inode."""
    found = []
    with contextlib.suppress(OSError):  # it may be ending
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(os.readlink(entry))  # noqa: PTH115 - not every one is a path
    return found


def command_line(pid: int) -> str:
    """The words that a process was started with, separated by NUL; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except OSError:
        return ""


def processor_s(pid: int) -> float:
    """How many seconds of a processor the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alive(pid: int) -> bool:
    """Whether the process runs, and isn't just waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
