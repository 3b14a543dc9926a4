"""An agent as a process, with everything kept, that a test kills and starts again."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.agent.world import World
from tests.conformance.program import Program
from tests.ports import free_port

_CONFIG = """
vault {{ address = "{address}" }}
auto_auth {{ method "approle" {{ config = {{ role_id_file_path = "{directory}/role-id" }} }} }}
cache {{ persist "file" {{ path = "{directory}/kept", key_file = "{directory}/cache.key" }} }}
log_level = "debug"
{more}
"""


@dataclass(frozen=True)
class Place:
    """Where an agent runs.

    Attributes:
        role: of approle, by which it logs in.
        address: of its listener.
    """

    made: World
    directory: Path
    role: str
    address: str

    @property
    def log(self) -> Path:
        """The agents' output, of all of them."""
        return self.directory / "agent.log"

    def file(self, name: str) -> Path:
        """A file of the agent."""
        return self.directory / name

    def logins(self) -> int:
        """How often somebody has logged in by the role and still could use the token."""
        accessors = self.made.root.list("auth/token/accessors")["data"]["keys"]
        found = (self.made.write("auth/token/lookup-accessor", {"accessor": each}) for each in accessors)
        return sum((each["data"].get("meta") or {}).get("role_name") == self.role for each in found)

    def configure(self, more: str, *, listens: bool = True) -> None:
        """Write the configuration."""
        listener = f'listener "tcp" {{ address = "{self.address}", tls_disable = true }}\n' if listens else ""
        text = _CONFIG.format(address=self.made.server.url, directory=self.directory, more=listener + more)
        self.file("agent.hcl").write_text(text)

    @contextlib.contextmanager
    def agent(self) -> Iterator[Program]:
        """Run the agent until the block ends; then it is killed, at whatever it does."""
        program = Program.fork(["agent", f"-config={self.file('agent.hcl')}"], self.directory, self.log)
        try:
            yield program
        finally:
            program.kill()


def place(made: World, directory: Path, **role: Any) -> Place:
    """A place with a role of its own, whose tokens have these settings besides."""
    name = directory.name.lower().replace("_", "-").strip("-")
    cidrs = {"bind_secret_id": False, "secret_id_bound_cidrs": "127.0.0.0/8"}
    made.root.write(f"auth/approle/role/{name}", {**cidrs, "token_policies": "app", "token_ttl": "1h", **role})
    (directory / "role-id").write_text(made.root.read(f"auth/approle/role/{name}/role-id")["data"]["role_id"])
    (directory / "cache.key").write_bytes(os.urandom(32))
    return Place(made, directory, name, f"127.0.0.1:{free_port()}")


def template(file: Path, contents: str, more: str = "") -> str:
    """A stanza."""
    return f"template {{ destination = {json.dumps(str(file))}, contents = {json.dumps(contents)}, {more} }}\n"
