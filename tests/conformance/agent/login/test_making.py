"""The whole agent: one configuration makes the same with the peer's program and with ours, at both servers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.agent.arguments import AgentArguments
from strongroom.agent.loading import load
from strongroom.agent.run import Agent
from strongroom.lib.errors import InvalidRequest
from strongroom.server.supervisor.service_manager import ServiceManager
from tests.conformance.agent.login.world import World
from tests.conformance.program import OURS, PEER, environment
from tests.ports import free_port

METHOD = 'method "token_file" { config = { token_file_path = "@/token" } }'
TEMPLATE = """
template {
  contents    = "{{ with secret \\"secret/data/app\\" }}{{ .Data.data.user }}:{{ .Data.data.number }}{{ end }}\\n"
  destination = "@/made"
  perms       = "0640"
  exec { command = ["sh", "-c", "cat @/made > @/seen"] }
}
"""
PROGRAM = """
env_template "APP_USER" { contents = "{{ with secret \\"secret/data/app\\" }}{{ .Data.data.user }}{{ end }}" }
exec { command = ["sh", "-c", "echo $APP_USER > @/seen; exit 7"] }
"""
LISTENER = 'listener "tcp" {{ address = "127.0.0.1:{port}"\n tls_disable = true }}\n'


@pytest.fixture(autouse=True)
def stored(place: World) -> Iterator[None]:
    """A secret, as both servers have it."""
    place.root.write_data("secret/data/app", data={"data": {"user": "ann", "number": 7}})
    yield


def run(program: Path | str, config: Path) -> int:
    """Run an agent until it ends.  Returns its exit status."""
    done = subprocess.run(
        [program, "agent", "-config", config],
        env=environment(config.parent),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode


def configured(place: World, directory: Path, more: str) -> Path:
    """A configuration with the root token in its file."""
    (directory / "token").write_text(place.root.token)
    return place.config(directory, METHOD, (LISTENER.format(port=free_port()) + more))


@pytest.mark.parametrize("program", [OURS, PEER], ids=["ours", "theirs"])
def test_files(place: World, tmp_path: Path, program: str) -> None:
    """The file has its content and mode, and its command was run before the agent ended."""
    assert run(program, configured(place, tmp_path, TEMPLATE)) == 0
    made = tmp_path / "made"
    assert made.read_text() == "ann:7\n"
    assert made.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "seen").read_text() == "ann:7\n"


@pytest.mark.parametrize("program", [OURS, PEER], ids=["ours", "theirs"])
def test_a_program(place: World, tmp_path: Path, program: str) -> None:
    """It has the variable, and its exit status is the agent's."""
    config = configured(place, tmp_path, PROGRAM)
    config.write_text(config.read_text().replace("exit_after_auth = true\n", ""))
    assert run(program, config) == 7
    assert (tmp_path / "seen").read_text() == "ann\n"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (TEMPLATE + 'turns { path = "web" }\n', "expected path in turns as MOUNT/GROUP"),
        (PROGRAM.replace("exec {", 'exec { restart_stop_signal = "SIGNONE"\n'), "SIGNONE"),
    ],
)
def test_what_can_not_be_done_is_told_at_the_start(place: World, tmp_path: Path, more: str, told: str) -> None:
    """With its place in the configuration."""
    loaded = load(AgentArguments(config=(str(configured(place, tmp_path, more)),)), {})
    with pytest.raises(InvalidRequest, match=told):
        Agent(AgentArguments(), loaded, ServiceManager({}))
