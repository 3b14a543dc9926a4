"""Completion, by what shells put into the environment, and in bash itself on a terminal."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.cli import table
from strongroom.cli.completion.line import split
from strongroom.cli.completion.scripts import SCRIPTS
from tests.conformance.program import forked
from tests.unit.cli.answering import Answering, answering

PROGRAM = Path(sys.executable).parent / "strongroom"
MOUNTS = {
    "data": {
        "secret": {
            "secret/": {"type": "kv", "options": {"version": "2"}},
            "plain/": {"type": "kv", "options": None},
            "pki/": {"type": "pki", "options": None},
        },
        "auth": {"userpass/": {"type": "userpass"}, "token/": {"type": "token"}},
    }
}


def _list(path: str, *keys: str) -> dict[str, object]:
    return {f"GET /v1/{path.rstrip('/')}?list=true": {"data": {"keys": list(keys)}}}


ANSWERS: dict[str, object] = {
    "GET /v1/sys/internal/ui/mounts": MOUNTS,
    "GET /v1/sys/audit": {"data": {"file/": {"type": "file"}}},
    **_list("secret/metadata/", "app/", "web", "$(touch owned)", "two words", "new\nline"),
    **_list("secret/metadata/app/", "db"),
    **_list("plain/", "old"),
    **_list("pki/roles/", "web"),
    **_list("auth/userpass/users/", "eva"),
    **_list("sys/policies/acl", "default", "web"),
    **_list("sys/plugins/catalog/secret", "kv", "pki"),
    **_list("sys/namespaces/", "team/"),
    **_list("sys/leases/lookup/", "auth/"),
}


@pytest.fixture
def server() -> Iterator[Answering]:
    """A server with mounts, names and policies."""
    with answering(ANSWERS) as made:
        yield made


def _environment(server: Answering | None, **more: str) -> dict[str, str]:
    address = server.address if server is not None else "http://127.0.0.1:1"
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_ADDR": address, "VAULT_TOKEN": "t", **more}


def complete(line: str, server: Answering | None = None, *arguments: str, **more: str) -> list[str]:
    """The candidates for the end of a line; whatever happens, nothing is on standard error."""
    done = subprocess.run(
        [forked(PROGRAM), *arguments],
        env=_environment(server, COMP_LINE=line, COMP_POINT=str(len(line.encode())), **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("strongroom kv un", ["undelete"]),
        ("strongroom kv get -ver", ["-version="]),
        ("strongroom operator gen", ["generate-root"]),
        ("strongroom -autocomplete-i", ["-autocomplete-install"]),
        ("strongroom read -format=y", ["-format=yaml", "-format=yml"]),
        ("strongroom read -format r", ["raw"]),
        ("strongroom list -format r", []),
        ("strongroom login -method=us", ["-method=userpass"]),
        ("strongroom nosuch ", []),
        ("strongroom 'kv' g", ["get"]),
        ("vault kv g", ["get"]),
        ("strongroom completion ", ["bash", "fish", "zsh"]),
    ],
)
def test_commands_and_flags(line: str, expected: list[str]) -> None:
    """Names of commands, flags and their values come without a server."""
    assert complete(line) == expected


def test_the_top_offers_every_command() -> None:
    """The empty word after the program's name may become each command."""
    assert complete("strongroom ") == list(table.children(""))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("strongroom read ", ["auth/token/", "auth/userpass/", "pki/", "plain/", "secret/", "sys/"]),
        ("strongroom read secret/d", ["secret/data/", "secret/delete/", "secret/destroy/"]),
        ("strongroom read secret/data/", ["secret/data/app/", "secret/data/web"]),
        ("strongroom read secret/data/app/", ["secret/data/app/db"]),
        ("strongroom read plain/", ["plain/old"]),
        ("strongroom read pki/roles/w", ["pki/roles/web"]),
        ("strongroom write auth/userpass/users/", ["auth/userpass/users/eva"]),
        ("strongroom token capabilities sec", ["secret/"]),
        ("strongroom transit import pki/roles/w", ["pki/roles/web"]),
        ("strongroom transit import-version pki/roles/", ["pki/roles/web"]),
        ("strongroom transit envelope encrypt pki/roles/", ["pki/roles/web"]),
        ("strongroom transit envelope decrypt sec", ["secret/"]),
        ("strongroom kv get ", ["plain/", "secret/"]),
        ("strongroom kv get secret/", ["secret/app/", "secret/web"]),
        ("strongroom kv get secret/app/", ["secret/app/db"]),
        ("strongroom kv put plain/", ["plain/old"]),
        ("strongroom kv get -mount=secret ", ["app/", "web"]),
        ("strongroom kv metadata get -mount secret a", ["app/"]),
        ("strongroom kv get -mount=", ["-mount=plain/", "-mount=secret/"]),
        ("strongroom policy read ", ["default", "web"]),
        ("strongroom token create -policy=w", ["-policy=web"]),
        ("strongroom token create -policy w", ["web"]),
        ("strongroom auth disable ", ["token/", "userpass/"]),
        ("strongroom login -path=u", ["-path=userpass/"]),
        ("strongroom secrets enable p", ["pki"]),
        ("strongroom secrets tune p", ["pki/", "plain/"]),
        ("strongroom audit disable ", ["file/"]),
        ("strongroom namespace delete ", ["team/"]),
        ("strongroom lease revoke ", ["auth/"]),
    ],
)
def test_names_of_the_server(line: str, expected: list[str], server: Answering) -> None:
    """Mounts, keys below them by the mount's version, policies and other names are asked for and offered."""
    assert complete(line, server) == expected
    assert all(asked.startswith("GET ") for asked in server.asked)


def test_a_name_is_no_command_for_the_shell(server: Answering) -> None:
    """A name with letters that a shell acts on isn't offered: its author must not run commands at who completes it."""
    assert complete("strongroom kv get secret/", server) == ["secret/app/", "secret/web"]


@pytest.mark.parametrize("name", ["-address=evil.example:8200", "-output-curl-string", "~root", "=ls", "@file"])
def test_a_name_is_no_flag(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write names must not choose the server that the next token goes to."""
    names = _list("secret/metadata/", name, "web")
    with answering({"GET /v1/sys/internal/ui/mounts": MOUNTS, **names}) as server:
        assert complete("strongroom kv get -mount=secret ", server) == ["web"]
        assert complete("strongroom kv get secret/", server) == sorted([f"secret/{name}", "secret/web"])
    (tmp_path / name).touch()
    (tmp_path / "policy.hcl").touch()
    monkeypatch.chdir(tmp_path)
    assert complete("strongroom policy fmt ") == ["policy.hcl"]


def test_files_are_offered_where_files_are_named(tmp_path: Path) -> None:
    """Behind @ and in flags that name files, files are offered, and folders with a slash."""
    (tmp_path / "rules.hcl").touch()
    (tmp_path / "rest").mkdir()
    assert complete(f"strongroom policy write x {tmp_path}/r") == [f"{tmp_path}/rest/", f"{tmp_path}/rules.hcl"]
    assert complete(f"strongroom write a b=@{tmp_path}/ru") == [f"b=@{tmp_path}/rules.hcl"]
    assert complete(f"strongroom server -config={tmp_path}/ru") == [f"-config={tmp_path}/rules.hcl"]


@pytest.mark.parametrize(
    "command",
    [
        "transit envelope encrypt transit/keys/backups",
        "transit envelope encrypt transit/keys/backups first",
        "transit envelope decrypt transit/keys/backups",
        "transit envelope header",
        "audit query",
        "audit query first",
        "audit verify",
        "operator snapshot inspect",
        "operator snapshot restore",
        "operator snapshot save",
        "policy fmt",
    ],
)
def test_commands_that_take_files_are_offered_files(command: str, tmp_path: Path) -> None:
    """Arguments that are files are completed, as many as there are."""
    (tmp_path / "dump").touch()
    assert complete(f"strongroom {command} {tmp_path}/d") == [f"{tmp_path}/dump"]


def test_a_word_that_bash_breaks_is_completed_behind_the_break(server: Answering) -> None:
    """Bash replaces only what is behind = or :, and so gets only that."""
    assert complete("strongroom token create -policy=w", server, "strongroom", "w", "=") == ["web"]
    assert complete("strongroom token create -policy=", server, "strongroom", "", "-policy") == ["default", "web"]


@pytest.mark.parametrize("line", ["strongroom read sec", "strongroom kv get ", "strongroom policy read "])
def test_without_a_server_nothing_is_said(line: str, tmp_path: Path) -> None:
    """No server, one that never answers, settings that can't be read: no name, no word, no question."""
    assert complete(line) == []
    assert complete(line, VAULT_CACERT=str(tmp_path / "missing")) == []
    assert complete(line, VAULT_ADDR="nonsense:/") == []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert complete(line, VAULT_ADDR=address) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a b", ["a", "b"]),
        ("a ", ["a", ""]),
        ("a 'b c", ["a", "b c"]),
        ('a "b\\" c" d', ["a", 'b" c', "d"]),
        ("a b\\ c", ["a", "b c"]),
        ("a '' ", ["a", "", ""]),
        ("", [""]),
        ("a\\", ["a"]),
    ],
)
def test_lines_are_split_as_shells_do(line: str, words: list[str]) -> None:
    """Quotes and backslashes hold a word together, unfinished ones too."""
    assert split(line) == words


def _screen(server: Answering, setup: str, typed: bytes, until: bytes) -> bytes:
    """What an interactive bash shows after some keys."""
    master, slave = os.openpty()
    environment = _environment(server, PS1="ready>", TERM="dumb", PATH=f"{PROGRAM.parent}:{os.environ['PATH']}")
    shell = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
    )
    shown = b""

    def wait_for(text: bytes) -> None:
        nonlocal shown
        end = time.monotonic() + 30
        while text not in shown:
            assert select.select([master], [], [], max(0, end - time.monotonic()))[0], shown
            shown += os.read(master, 4096)

    try:
        os.write(master, f"{setup}; echo set''up\n".encode())
        wait_for(b"setup\r\n")
        shown = b""
        os.write(master, typed)
        wait_for(until)
        return shown
    finally:
        shell.kill()
        shell.wait()
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize(
    "setup", ['eval "$(strongroom completion bash)"', f"complete -o nospace -C {PROGRAM} strongroom"]
)
@pytest.mark.parametrize(
    ("typed", "until"),
    [
        (b"strongroom kv unde\t", b"undelete"),
        (b"strongroom kv get sec\t", b"kv get secret/"),
        (b"strongroom kv get secret/app/\t", b"secret/app/db"),
        (b"strongroom token create -policy=w\t", b"-policy=web"),
        (b"strongroom read -format=j\t", b"-format=json"),
        (b"strongroom kv get secret/\t\t", b"secret/app/  secret/web"),
    ],
)
def test_bash_completes(server: Answering, setup: str, typed: bytes, until: bytes) -> None:
    """On a terminal, Tab brings the rest of a command, a path, a value; by our script and as Vault sets it up."""
    _screen(server, setup, typed, until)


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_script_is_one_that_its_shell_can_read(shell: str) -> None:
    """Each shell that is installed finds no fault in its script."""
    program = shutil.which(shell)
    text = subprocess.run([PROGRAM, "completion", shell], capture_output=True, text=True, check=True).stdout
    assert "strongroom" in text
    if program is None:
        pytest.skip(f"{shell} is not installed")
    subprocess.run([program, "-n"], input=text, text=True, check=True)


def test_installing_twice_writes_one_line(tmp_path: Path) -> None:
    """`-autocomplete-install` adds a line once and replaces that of earlier releases; uninstalling takes it out."""
    start = tmp_path / ".bashrc"
    mine = b"# mine \xff\r\nalias x=y"
    earlier = b'\neval "$(_STRONGROOM_COMPLETE=bash_source strongroom)"\n'
    start.write_bytes(mine + earlier)

    def run(flag: str) -> int:
        environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        return subprocess.run([PROGRAM, flag], env=environment, capture_output=True, check=False).returncode

    for _ in range(2):
        assert run("-autocomplete-install") == 0
        assert start.read_bytes() == mine + b'\neval "$(strongroom completion bash)"\n'
    assert run("-autocomplete-uninstall") == 0
    assert start.read_bytes() == mine + b"\n"
    start.unlink()
    assert run("-autocomplete-install") == 1


def test_the_line_of_earlier_releases_still_works() -> None:
    """Start-up files that ask by `_STRONGROOM_COMPLETE` get today's script."""
    environment = {"_STRONGROOM_COMPLETE": "bash_source", "HOME": "/nonexistent"}
    done = subprocess.run([PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("complete -F _strongroom strongroom\n")
