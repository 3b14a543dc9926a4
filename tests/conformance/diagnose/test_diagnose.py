"""`operator diagnose` and `validate-config` as programs: exit codes beside the peer's, and beside running servers."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.storage.sqlite import SqliteStorage
from tests.conformance.program import forked
from tests.conformance.servers import OURS, PEER, start_ours, start_peer
from tests.ports import free_port

_STORE = 'storage "inmem" {}\n'
_LISTENER = (
    'listener "tcp" {\n  address = "127.0.0.1:PORT"\n  tls_disable = true\n}\napi_addr = "http://127.0.0.1:PORT"\n'
)
_CONFIGURATIONS = {
    "good": _STORE + _LISTENER,
    "unknown_key": "nosuch = 1\n" + _STORE + _LISTENER,
    "unclosed": 'storage "inmem" {\n',
    "wrong_type": 'ui = "maybe"\n' + _STORE + _LISTENER,
    "empty": "",
    "no_key_file": _STORE + 'listener "tcp" {\n  address = "127.0.0.1:PORT"\n  tls_cert_file = "none.pem"\n'
    '  tls_key_file = "none.pem"\n}\napi_addr = "https://127.0.0.1:PORT"\n',
}


def run(program: Path, command: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of the two commands without anything of the environment."""
    return subprocess.run(
        [str(forked(program)), "operator", command, *words],
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def findings(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A JSON diagnosis, flattened."""
    yield document
    for child in document.get("children", []):
        yield from findings(child)


def diagnosed(file: Path, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Our diagnosis: the exit code, and the findings by name."""
    done = run(OURS, "diagnose", f"-config={file}", "-format=json", *words)
    assert done.stderr == ""
    return done.returncode, {finding["name"]: finding for finding in findings(json.loads(done.stdout))}


def configured(directory: Path, text: str, port: int | None = None) -> Path:
    """A configuration file that only its owner reads."""
    file = directory / "config.hcl"
    file.write_text(text.replace("PORT", str(port or free_port())))
    file.chmod(0o600)
    return file


def _verdict(finding: dict[str, Any]) -> str:
    """A finding's status; the peer's JSON calls some that hold warnings `ok`, which its table calls warnings."""
    return "warn" if finding["status"] == "ok" and finding.get("warnings") else str(finding["status"])


@pytest.mark.parametrize("command", ["diagnose", "validate-config"])
@pytest.mark.parametrize("name", _CONFIGURATIONS)
def test_exit_codes_and_verdicts_are_the_peers(tmp_path: Path, command: str, name: str) -> None:
    """The same files get the same exit codes and the same verdict on the whole, in the same form of JSON."""
    file = configured(tmp_path, _CONFIGURATIONS[name])
    ours, theirs = (run(program, command, f"-config={file}", "-format=json") for program in (OURS, PEER))
    assert ours.returncode == theirs.returncode
    our_root, their_root = json.loads(ours.stdout), json.loads(theirs.stdout)
    assert our_root["status"] == their_root["status"]
    known = {"time", "name", "status", "message", "warnings", "Advice", "children"}
    assert {key for finding in findings(our_root) for key in finding} <= known
    if command == "diagnose":
        shared = {"Parse Configuration", "Check Storage", "Create Storage Backend", "Check Listener TLS"}
        verdicts = [
            {finding["name"]: _verdict(finding) for finding in findings(root) if finding["name"] in shared}
            for root in (our_root, their_root)
        ]
        # A store in memory is worth a warning here, as it is lost; the rest is judged alike.
        for verdict in verdicts:
            for storage in ("Check Storage", "Create Storage Backend"):
                if verdict.get(storage) in {"ok", "warn"}:
                    del verdict[storage]
        for check in verdicts[0].keys() & verdicts[1].keys():
            assert verdicts[0][check] == verdicts[1][check], check


@pytest.mark.parametrize("command", ["diagnose", "validate-config"])
def test_without_a_configuration_both_programs_say_the_same(command: str) -> None:
    """The complaint and its exit code are the peer's."""
    ours, theirs = run(OURS, command), run(PEER, command)
    assert (ours.returncode, ours.stderr, ours.stdout) == (theirs.returncode, theirs.stderr, theirs.stdout)


def test_an_unknown_key_is_named_with_its_place(tmp_path: Path) -> None:
    """File, line and column of each stand in both commands' output for people."""
    file = configured(
        tmp_path, 'storage "inmem" {}\nlistener "unix" {\n  address = "/tmp/x"\n  adress = 1\n}\nnosuch = 1\n'
    )
    for command in ("validate-config", "diagnose"):
        shown = run(OURS, command, f"-config={file}").stdout
        assert f"[ warning ] {file}:4:3: " in shown
        assert f"[ warning ] {file}:6:1: " in shown


def test_skipped_checks_are_not_made(tmp_path: Path) -> None:
    """What `-skip` names stays in the tree as skipped; a name that stands for nothing is refused."""
    file = configured(tmp_path, 'storage "postgresql" { connection_url = "postgresql://127.0.0.1:1/x" }\n' + _LISTENER)
    _, found = diagnosed(file, "-skip=storage,listener", "-skip=os")
    for name in ("Check Storage", "Start Listeners", "Check Operating System"):
        assert (found[name]["status"], "children" in found[name]) == ("skipped", False)
    refused = run(OURS, "diagnose", f"-config={file}", "-skip=stroage")
    assert (refused.returncode, "-skip=stroage" in refused.stderr) == (3, True)


def test_beside_a_running_server(tmp_path: Path) -> None:
    """The server on the same store and address is recognised, goes on serving, and finds nothing left behind."""
    config = (
        'storage "sqlite" { path = "{directory}/store" }\n'
        'listener "tcp" { address = "{address}" tls_disable = true }\nworkers = 2\n'
    )
    with start_ours(tmp_path, config) as server:
        code, found = diagnosed(tmp_path / "ours.hcl")
        assert code == 2
        assert found["Check Address"]["status"] == "ok"
        assert "running Strongroom" in found["Check Address"]["message"]
        assert "sealed" in found["Check Address"]["message"]
        assert found["Check Storage"]["status"] == "ok"
        assert "isn't initialized" in found["Check Initialization"]["message"]
        ask = urllib.request.Request(
            f"{server.url}/v1/sys/init", b'{"secret_shares": 1, "secret_threshold": 1}', method="PUT"
        )
        key = json.load(urllib.request.urlopen(ask))["keys"][0]
        unseal = urllib.request.Request(f"{server.url}/v1/sys/unseal", json.dumps({"key": key}).encode(), method="PUT")
        urllib.request.urlopen(unseal).close()
        _, found = diagnosed(tmp_path / "ours.hcl")
        assert "unsealed" in found["Check Address"]["message"]
        assert "is initialized" in found["Check Initialization"]["message"]
        health = json.load(urllib.request.urlopen(f"{server.url}/v1/sys/health"))
        assert (health["initialized"], health["sealed"]) == (True, False)
        assert server.process.poll() is None
    assert asyncio.run(_keys(tmp_path / "store", "diagnose/")) == []


async def _keys(directory: Path, prefix: str) -> list[str]:
    storage = SqliteStorage(directory, SystemClock(), SystemRandom())
    await storage.start()
    try:
        return (await storage.scan(prefix)).names
    finally:
        await storage.close()


def test_an_address_of_somebody_else_is_told_apart(tmp_path: Path) -> None:
    """A program that says nothing and a server of another make are failures, each by its own name."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        code, found = diagnosed(configured(tmp_path, _STORE + _LISTENER, mute.getsockname()[1]))
        assert (code, found["Check Address"]["status"]) == (1, "fail")
        assert "another program" in found["Check Address"]["message"]
    with start_peer(tmp_path) as peer:
        code, found = diagnosed(configured(tmp_path, _STORE + _LISTENER, int(peer.address.rpartition(":")[2])))
        assert (code, found["Check Address"]["status"]) == (1, "fail")
        assert "another server that speaks this API" in found["Check Address"]["message"]


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Diagnosing before the first start leaves the disk as it was."""
    file = configured(tmp_path, f'storage "sqlite" {{ path = "{tmp_path}/store" }}\n' + _LISTENER)
    _, found = diagnosed(file)
    assert found["Check Storage"]["status"] == "ok"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.hcl"]


def test_debug_shows_what_was_measured(tmp_path: Path) -> None:
    """`-debug` adds facts to what is shown, and changes no verdict."""
    file = configured(tmp_path, _STORE + _LISTENER)
    plain, detailed = (run(OURS, "diagnose", f"-config={file}", *words) for words in ([], ["-debug"]))
    assert plain.returncode == detailed.returncode
    assert "mode = 0600" in detailed.stdout
    assert "mode = 0600" not in plain.stdout


def test_what_the_server_would_refuse_is_a_failure(tmp_path: Path) -> None:
    """A seal that can't be opened and an audit device that wouldn't be written to are failures of both commands."""
    seal = configured(tmp_path, 'seal "nosuchkms" {}\n' + _STORE + _LISTENER)
    assert run(OURS, "validate-config", f"-config={seal}").returncode == 1
    code, found = diagnosed(seal)
    assert (code, found["Check Seal nosuchkms"]["status"], found["Check Settings"]["status"]) == (1, "fail", "ok")
    assert diagnosed(seal, "-skip=autounseal")[1]["Check Seals"]["status"] == "skipped"
    audit = configured(
        tmp_path, 'audit "file" "main" { options { file_path = "/proc/self/comm" } }\n' + _STORE + _LISTENER
    )
    assert run(OURS, "validate-config", f"-config={audit}").returncode == 1
    assert diagnosed(audit)[1]["Check Settings"]["status"] == "fail"
    server = subprocess.run([str(OURS), "server", f"-config={audit}"], capture_output=True, text=True, check=False)
    assert server.returncode == 1
    assert server.stderr.strip() in run(OURS, "diagnose", f"-config={audit}").stdout


@pytest.mark.parametrize("demanding", [False, True])
def test_a_server_is_recognised_over_tls(tmp_path: Path, demanding: bool) -> None:
    """Over TLS as in clear; one that answers to client certificates only can't be told, which is a warning."""
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "90"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *files, *names], check=True, capture_output=True
    )
    (tmp_path / "key.pem").chmod(0o600)
    port = free_port()
    client = (
        f'tls_client_ca_file = "{tmp_path}/cert.pem"\n  tls_require_and_verify_client_cert = true' if demanding else ""
    )
    tls = (
        f'listener "tcp" {{\n  address = "127.0.0.1:{port}"\n  tls_cert_file = "{tmp_path}/cert.pem"\n'
        f'  tls_key_file = "{tmp_path}/key.pem"\n  {client}\n}}\n'
    )
    # The second listener is for the one who waits for the server's health.
    plain = 'listener "tcp" { address = "{address}" tls_disable = true }\n'
    with start_ours(tmp_path, _STORE + tls + plain):
        _, found = diagnosed(configured(tmp_path, _STORE + tls))
    address = found["Check Address"]
    assert address["status"] == ("warn" if demanding else "ok")
    assert ("can't be told" if demanding else "running Strongroom") in (
        address.get("message") or address["warnings"][0]
    )


def test_unix_sockets(tmp_path: Path) -> None:
    """A free one, one of a running server, one that a server left behind, and a file in the way."""
    path = tmp_path / "api.sock"
    listener = f'listener "unix" {{ address = "{path}" }}\n'
    file = configured(tmp_path, _STORE + listener)

    def said() -> tuple[str, str]:
        address = diagnosed(file)[1]["Check Address"]
        return address["status"], address["message"]

    assert said() == ("ok", f"{path} is free.")
    with start_ours(tmp_path, _STORE + listener + 'listener "tcp" { address = "{address}" tls_disable = true }\n'):
        status, message = said()
        assert (status, "running Strongroom" in message) == ("ok", True)
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    status, message = said()
    assert (status, "left behind" in message) == ("ok", True)
    assert path.is_socket()
    path.unlink()
    path.write_text("x")
    assert said()[0] == "fail"
    assert path.read_text() == "x"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else for a while")
def test_what_this_user_may_not_see_is_a_failure_and_no_fault() -> None:
    """Run by a user who can't enter the directories, the diagnosis tells so, check by check, to its end."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(OURS)]
    if subprocess.run([*nobody, "version"], capture_output=True, check=False).returncode:
        pytest.skip("needs a checkout that every user can read")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        closed = Path(name, "closed")
        closed.mkdir(mode=0o700)
        tls = f'tls_cert_file = "{closed}/c"\n  tls_key_file = "{closed}/k"'
        stanzas = (
            f'storage "sqlite" {{ path = "{closed}/store" }}\nlog_file = "{closed}/log"\n'
            f'listener "unix" {{ address = "{closed}/sock" }}\n'
            f'listener "tcp" {{\n  address = "127.0.0.1:PORT"\n  {tls}\n}}\n'
        )
        file = configured(Path(name), stanzas)
        file.chmod(0o644)
        command = [*nobody, "operator", "diagnose", f"-config={file}", "-format=json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    told = {finding["name"] for finding in findings(json.loads(done.stdout)) if finding["status"] == "fail"}
    assert {"Create Storage Backend", "Check Listener TLS", "Check Address", f"log_file {closed}/log"} <= told
