"""`agent generate-config`: what it reads of a server, what it writes, and what it refuses."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from strongroom.agent.config.config import check, merge
from strongroom.agent.config.reading import parse_config
from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import answering

KV2 = {"data": {"path": "secret/", "options": {"version": "2"}}}
KV1 = {"data": {"path": "kv/", "options": {"version": "1"}}}
ANSWERS = {
    "GET /v1/sys/internal/ui/mounts/secret/foo": KV2,
    "GET /v1/sys/internal/ui/mounts/secret/data/foo": KV2,
    "GET /v1/sys/internal/ui/mounts/secret/web": KV2,
    "GET /v1/sys/internal/ui/mounts/kv/bar": KV1,
    "GET /v1/secret/data/foo": {"data": {"data": {"user": "ann", "a.b": "2"}, "metadata": {}}},
    "GET /v1/secret/metadata/web?list=true": {"data": {"keys": ["db", "deep/"]}},
    "GET /v1/secret/metadata/web/deep?list=true": {"data": {"keys": ["er", "gone"]}},
    "GET /v1/secret/data/web/db": {"data": {"data": {"port": 1}, "metadata": {}}},
    "GET /v1/secret/data/web/deep/er": {"data": {"data": {"x": 1}, "metadata": {}}},
    "GET /v1/kv/bar": {"data": {"z": "1"}},
}


def run(place: Path, words: str) -> subprocess.CompletedProcess[str]:
    """What the command does in a directory."""
    with answering(ANSWERS) as server:
        return subprocess.run(
            [forked(OURS), "agent", "generate-config", *shlex.split(words)],
            env={"PATH": os.environ["PATH"], "HOME": "/home/ann", "VAULT_ADDR": server.address, "VAULT_TOKEN": "t"},
            cwd=place,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.mark.parametrize(
    ("paths", "variables"),
    [
        ("-path=secret/foo", ["FOO_A_B", "FOO_USER"]),
        ("-path=secret/data/foo", ["FOO_A_B", "FOO_USER"]),
        ("-path=kv/bar -path=secret/foo -path=secret/foo", ["BAR_Z", "FOO_A_B", "FOO_USER"]),
        ("-path='secret/web/*'", ["DB_PORT", "ER_X"]),
        ("", []),
    ],
)
def test_variables_are_those_of_the_secrets(tmp_path: Path, paths: str, variables: list[str]) -> None:
    """Of one secret or all below a folder, in either version of the engine, each once; the agent reads the file."""
    done = run(tmp_path, f"-type=env-template {paths} -exec='./app \"one word\"' made.hcl")
    assert (done.returncode, done.stdout) == (0, 'Successfully generated "made.hcl" configuration file!\n')
    assert "Choose another method" in done.stderr
    config = merge([parse_config((tmp_path / "made.hcl").read_text(), "made.hcl")])
    assert config.notices == ()
    assert [each.map_to_environment_variable for each in config.env_templates] == variables
    assert config.exec is not None
    assert config.exec.command == ("./app", "one word")
    assert config.auto_auth is not None
    assert config.auto_auth.method.config == {"token_file_path": "/home/ann/.vault-token"}
    if variables:
        check(config)


def test_what_was_deleted_below_a_folder_keeps_nothing_from_being_written(tmp_path: Path) -> None:
    """Lists still name it; it is told, and the others get their variables."""
    done = run(tmp_path, "-type=env-template -path='secret/web/*' made.hcl")
    assert done.returncode == 0
    assert "secret/data/web/deep/gone has no values now, and gets no variable." in done.stderr
    assert "ER_X" in (tmp_path / "made.hcl").read_text()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("", 1, 'Please specify a -type flag; currently only -type="env-template" is supported.'),
        ("-type=other", 1, "Please specify a -type flag"),
        ("-type=env-template -path=secret/data/nothing", 2, ""),
        ("-type=env-template /nowhere/agent.hcl", 2, "could not write /nowhere/agent.hcl"),
        ("-type=env-template a b", 1, "Too many arguments"),
        ('-type=env-template -exec="\'"', 1, "-exec is no command line: No closing quotation"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, words: str, code: int, told: str) -> None:
    """And nothing is written."""
    done = run(tmp_path, words)
    assert done.returncode == code
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []
