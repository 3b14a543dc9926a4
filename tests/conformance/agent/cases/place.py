"""What cases ask for: secrets with values of each kind, variables, and files."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.conformance.agent.cases.case import VECTORS
from tests.conformance.agent.proxy.proxies import ask
from tests.conformance.servers import Server

PLACE = VECTORS / "place" / "place.toml"


def set_up(server: Server) -> None:
    """Mount `fixed/` and `plain/`, which are kv's second and first version, and write the secrets."""
    for name, version in (("fixed", "2"), ("plain", "1")):
        body = {"type": "kv", "options": {"version": version}}
        assert ask(server.address, f"/v1/sys/mounts/{name}", "POST", body, server.token).status == 204
    write_secrets(server, PLACE)


def write_secrets(server: Server, place: Path) -> None:
    """Write the secrets that a file tells."""
    for secret in tomllib.loads(place.read_text())["secret"]:
        path = f"/v1/{secret['path']}"
        answer = ask(server.address, path, "POST", secret["body"].encode(), server.token)
        assert answer.status in (200, 204), (path, answer.body)


def variables() -> dict[str, str]:
    """The environment that agents have besides this process's."""
    found: dict[str, str] = tomllib.loads(PLACE.read_text())["variables"]
    return found


def put_files(directory: Path) -> None:
    """The files that templates read."""
    for name, text in tomllib.loads(PLACE.read_text())["files"].items():
        (directory / name).write_text(text)
