"""What the command line says below a refusal: what somebody new to it can do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.servers import OURS, Server, start_ours


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dev server."""
    with start_ours(tmp_path_factory.mktemp("advice")) as server:
        yield server


def run(server: Server, *words: str, token: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program against the server; with the root token unless another, or none (empty), is given."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "VAULT_ADDR": server.url,
        "VAULT_TOKEN": server.token if token is None else token,
        **more,
    }
    return subprocess.run(
        [OURS, *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("words", "token", "note"),
    [
        ("kv get -mount=secret a", "", "no token went with the request"),
        ("token lookup", "hvs.dead", "the server doesn't know the token, or the token has ended. Log in again."),
        ("kv get -mount=secret a", "hvs.dead", "or the token has ended"),
        ("kv get -mount=secert a", None, "nothing is mounted at secert/"),
        ("read secret/data/a", "hvs.dead", '"strongroom token lookup" tells which'),
        ("login -method=userpass username=x password=y", "", "either nothing is mounted at auth/userpass/"),
        ("kv get secret/data/a", None, "kv adds data/ to the path by itself, so this is secret/data/data/a."),
        ("kv put secret/data/a b=c", None, "For secret/data/a the path is secret/a."),
        ("kv list secret/metadata/a", None, "kv adds metadata/ to the path by itself"),
        ("kv metadata get secret/metadata/a", None, "For secret/metadata/a the path is secret/a."),
        ("auth enable userpas", None, 'there is userpass. Did you mean "userpass"?'),
        ("secrets enable kv2", None, 'Did you mean "kv"?'),
        ("kv get", None, "usage is strongroom kv get [options] KEY"),
    ],
)
def test_a_refusal_is_followed_by_what_can_be_done(server: Server, words: str, token: str | None, note: str) -> None:
    """The note stands below what the server says; where output is for programs there is none."""
    done = run(server, *words.split(), token=token)
    assert note in done.stderr.splitlines()[-1] or note in done.stderr.splitlines()[0]
    verb, _, rest = words.partition(" ")
    if "-method" not in words and "enable" not in words:
        assert "Note:" not in run(server, verb, *rest.split(), token=token, VAULT_FORMAT="json").stderr


def test_advice_sends_no_request_and_names_no_token(server: Server, tmp_path: Path) -> None:
    """A token with few uses isn't used up by advice, and no token stands in it."""
    assert run(server, "audit", "enable", "file", f"file_path={tmp_path}/audit.log").returncode == 0
    before = (tmp_path / "audit.log").read_text().count('"type":"request"')
    done = run(server, "read", "secret/data/a", token="hvs.canary-of-the-advice")
    assert done.returncode == 2
    assert "canary" not in done.stdout + done.stderr
    text = (tmp_path / "audit.log").read_text()
    assert text.count('"type":"request"') - before <= 2
    assert "token/lookup-self" not in text
    assert run(server, "audit", "disable", "file").returncode == 0


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("127.0.0.1:8200", "Try https://127.0.0.1:8200"),
        ("localhost", "An address begins with https://, http:// or unix://. localhost doesn't."),
        ("unix:///nonexistent/socket", "Nothing listens at unix:///nonexistent/socket."),
    ],
)
def test_an_address_that_is_none_is_told_with_what_one_looks_like(server: Server, address: str, hint: str) -> None:
    """Without a scheme, or with a socket that isn't there."""
    assert hint in run(server, "status", VAULT_ADDR=address).stderr


def test_an_address_with_the_path_of_the_api_is_told(server: Server) -> None:
    """It is copied from a curl command."""
    assert "the address ends in /v1" in run(server, "status", VAULT_ADDR=f"{server.url}/v1").stderr


def test_help_is_answered_with_the_flag_for_it(server: Server) -> None:
    """`help` is no command, and no slip for `path-help`."""
    assert '"strongroom COMMAND -h" shows what one command does' in run(server, "help").stderr
    assert '"strongroom kv COMMAND -h" shows' in run(server, "kv", "help").stderr
