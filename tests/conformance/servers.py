"""Real servers for tests: this project's, and the reference server that it is compared with.

Each is a process of its own on a port that nobody else is given, is asked for its health until it answers, and is
stopped by its process id.  `ours` needs the package installed in the running environment, `peer` the `bao` binary
beside the interpreter.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.loaded.forks import Fork
from tests.conformance.program import OURS, PEER, Program, stopped
from tests.ports import free_port

ROOT_TOKEN = "root"
UNCACHED = "disable_cache = true\n" if os.environ.get("STRONGROOM_TEST_UNCACHED") else ""
"""For this project's servers: set the variable to run the tests against servers that keep no answers."""

_Start = Callable[[Sequence[str], Path, Path], Program]  # of the words behind a program's name, its home and its log


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        name: `ours` or `peer`.
        address: host and port.
        token: the root token of a dev server; empty for one that was started from a configuration.
        log: the file that its output goes to.
        process: for tests that end it themselves.
        tls: the certificate to trust, of a server that is asked by TLS.
    """

    name: str
    address: str
    token: str
    log: Path
    process: subprocess.Popen[bytes] | Fork
    tls: Path | None = None

    @property
    def url(self) -> str:
        """The address as clients want it."""
        return f"{'https' if self.tls else 'http'}://{self.address}"

    def log_text(self) -> str:
        """Everything that it has printed so far."""
        return self.log.read_text(errors="replace")


@contextlib.contextmanager
def start_ours(
    directory: Path,
    config: str | None = None,
    *,
    dev_config: str = "",
    dev_tls: bool = False,
    installed: Path | None = None,
) -> Iterator[Server]:
    """Run this project's server until the block ends.

    Args:
        directory: for its log, and for the configuration's file and whatever that names.
        config: a configuration in HCL, in which `{address}` and `{directory}` are replaced; without one, a dev server.
        dev_config: settings on top of what a dev server has.
        dev_tls: whether the dev server speaks TLS.
        installed: a directory with packages that the server finds besides those of this environment.

    Raises: `ProgramFailed` with the end of its log.
    """
    extra: tuple[str, ...] = ()
    if (UNCACHED or dev_config) and config is None:
        file = directory / "ours-dev.hcl"
        file.write_text(UNCACHED + dev_config)
        extra = (f"-config={file}",)
    start = Program.fork if installed is None else _start(OURS, {"PYTHONPATH": str(installed)})
    with _running("ours", start, directory, UNCACHED + config if config else config, extra, dev_tls) as server:
        yield server


@contextlib.contextmanager
def start_peer(
    directory: Path, config: str | None = None, dev_config: str = "", *, dev_tls: bool = False, program: Path = PEER
) -> Iterator[Server]:
    """Run the reference server until the block ends; arguments as for `start_ours`.

    Args:
        program: of another release.
    """
    extra: tuple[str, ...] = ()
    if dev_config:
        file = directory / "peer-dev.hcl"
        file.write_text(dev_config)
        extra = (f"-config={file}",)
    with _running("peer", _start(program), directory, config, extra, dev_tls) as server:
        yield server


def _start(program: Path, more: Mapping[str, str] | None = None) -> _Start:
    def start(words: Sequence[str], home: Path, log: Path) -> Program:
        return Program.start([program, *words], home, log, more)

    return start


@contextlib.contextmanager
def _running(
    name: str, start: _Start, directory: Path, config: str | None, extra: tuple[str, ...], dev_tls: bool
) -> Iterator[Server]:
    address = f"127.0.0.1:{free_port()}"
    log = directory / f"{name}-{address.rpartition(':')[2]}.log"
    certificates = directory / f"{name}-tls"
    if dev_tls:
        certificates.mkdir()
        extra = (*extra, "-dev-tls", f"-dev-tls-cert-dir={certificates}")
    if config is None:
        command = ["-dev", f"-dev-root-token-id={ROOT_TOKEN}", f"-dev-listen-address={address}", *extra]
    else:
        file = directory / f"{name}.hcl"
        file.write_text(config.replace("{address}", address).replace("{directory}", str(directory)))
        command = [f"-config={file}"]
    token = ROOT_TOKEN if config is None else ""
    ready = (200,) if config is None else (200, 429, 501, 503)

    def answers(_: Program) -> bool:
        context = ssl._create_unverified_context() if dev_tls else None  # its certificate is new at each start
        return _health(address, context) in ready and (not token or _mounted(address, context))

    with stopped(start(["server", *command], directory, log), answers) as running:
        trusted = max(certificates.glob("*ca*.pem"), default=None) if dev_tls else None
        yield Server(name, address, token, log, running.process, trusted)


def _health(address: str, context: ssl.SSLContext | None) -> int:
    status, _ = _get(address, "/v1/sys/health", {}, context)
    return status


def _mounted(address: str, context: ssl.SSLContext | None) -> bool:
    """Whether `secret/` answers: a dev server mounts it after it has begun to say that it is healthy."""
    status, body = _get(address, "/v1/secret/config", {"X-Vault-Token": ROOT_TOKEN}, context)
    return status == 200 and "data" in json.loads(body)


def _get(address: str, path: str, headers: dict[str, str], context: ssl.SSLContext | None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, timeout=60)
    if context is not None:
        connection = http.client.HTTPSConnection(address, timeout=60, context=context)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """This project's dev server, one for the whole run: tests use mounts and names of their own."""
    with start_ours(tmp_path_factory.mktemp("ours")) as server:
        yield server


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The reference dev server, one for the whole run, with audit devices allowed as they are in ours."""
    with start_peer(tmp_path_factory.mktemp("peer"), dev_config="unsafe_allow_api_audit_creation = true\n") as server:
        yield server
