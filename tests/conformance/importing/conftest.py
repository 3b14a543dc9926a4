"""A server of the reference to import from, and one of ours to import to; tests use namespaces of their own."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.importing import filling
from tests.conformance.importing.asking import Side
from tests.conformance.loaded.forks import Fork, loaded
from tests.conformance.program import environment
from tests.conformance.servers import Server, start_ours, start_peer

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Ran:
    """What a run of the command has left."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """Its report, as JSON."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    def states(self, kind: str) -> dict[str, str]:
        """What became of each object of a kind, by mount and path."""
        objects = self.report["objects"]
        return {each["mount"] + each["path"]: each["state"] for each in objects if each["kind"] == kind}


@dataclass(frozen=True)
class Move:
    """An import from a namespace of the one to a namespace of the other."""

    source: Side
    destination: Side
    home: Path

    @property
    def journal(self) -> Path:
        """Where its journal is."""
        return self.home / "import.journal"

    def words(self, *flags: str, token: str = "root", address: str = "") -> list[str]:
        """The command line."""
        file = self.home / "token"
        file.write_text(f"{token}\n")
        source = address or self.source.server.url
        places = [f"-from-address={source}", f"-from-token-file={file}", f"-from-namespace={self.source.namespace}"]
        return ["import", "vault", *places, f"-namespace={self.destination.namespace}", "-format=json", *flags]

    def run(self, *flags: str, token: str = "root", address: str = "") -> Ran:
        """Run it to its end."""
        code, out, err = loaded().run(self.words(*flags, token=token, address=address), self._environment(), self.home)
        return Ran(code, out.decode(), err.decode())

    def start(self, *flags: str) -> Fork:
        """Start it, and don't wait."""
        with (self.home / "output").open("ab") as output, Path("/dev/null").open("rb") as nothing:
            return loaded().start(self.words(*flags), self._environment(), self.home, (nothing, output, output))

    def _environment(self) -> dict[str, str]:
        ours = {"STRONGROOM_ADDR": self.destination.server.url, "STRONGROOM_TOKEN": "root"}
        return environment(self.home, ours)


@pytest.fixture(scope="package")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the reference, which writes an audit log."""
    directory = tmp_path_factory.mktemp("source")
    with start_peer(directory, dev_config="unsafe_allow_api_audit_creation = true\n") as server:
        options = {"file_path": str(directory / "audit.log"), "log_raw": "false"}
        Side(server).write("sys/audit/file", {"type": "file", "options": options})
        yield server


@pytest.fixture(scope="package")
def destination(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of ours."""
    with start_ours(tmp_path_factory.mktemp("destination")) as server:
        yield server


def pair(source: Server, destination: Server, home: Path, name: str) -> Move:
    """A namespace in each, of the same name."""
    move = Move(Side(source, name), Side(destination, name), home)
    for side in (move.source, move.destination):
        side.within("").write(f"sys/namespaces/{name}")
    return move


@pytest.fixture
def move(source: Server, destination: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Move:
    """An empty namespace in each server."""
    return pair(source, destination, tmp_path, f"{request.node.originalname}-{next(_NUMBERS)}")


@pytest.fixture(scope="package")
def filled(source: Server, destination: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Move, Ran]:
    """A namespace with objects of each kind, and the run that has imported it."""
    move = pair(source, destination, tmp_path_factory.mktemp("filled"), "filled")
    for fill in (filling.secrets, filling.access, filling.engines):
        fill(move.source)
    move.source.write("sys/namespaces/inner", {"custom_metadata": {"a": "b"}})
    move.source.within("filled/inner").write("sys/mounts/deep", {"type": "kv", "options": {"version": "2"}})
    move.source.within("filled/inner").write("deep/data/x", {"data": {"v": filling.CANARY}})
    return move, move.run(f"-journal={move.journal}")
