"""The command itself: as a service with signals, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.conformance.program import OURS, Program, environment, wait_until
from tests.conformance.servers import Server

PASSWORD = "planted-password"


def _config(directory: Path, server: Server, more: str = "", method: str = "") -> Path:
    path = directory / "agent.hcl"
    path.write_text(
        f"""
pid_file = "{directory}/pid"
log_level = "warn"
vault {{ address = "{server.url}" }}
auto_auth {{
  method "userpass" {{
    {method}
    mount_path = "auth/agents"
    config = {{ username = "ann", password_file_path = "{directory}/password", remove_password_after_reading = false }}
  }}
  sink "file" {{ config = {{ path = "{directory}/token" }} }}
}}
{more}
"""
    )
    return path


@pytest.fixture(scope="module")
def place(ours: Server) -> Server:
    """A server with a user."""
    import hvac

    root = hvac.Client(url=ours.url, token=ours.token)
    if "agents/" not in root.sys.list_auth_methods():
        root.sys.enable_auth_method("userpass", path="agents")
    root.write_data("auth/agents/users/ann", data={"password": PASSWORD, "token_policies": ["default"]})
    return ours


def test_a_service(place: Server, tmp_path: Path) -> None:
    """It alone tells its service manager how it is, it obeys signals, and no secret stands in its log."""
    (tmp_path / "password").write_text(PASSWORD)
    template = f'template {{ contents = "x", destination = "{tmp_path}/x", command = "env > {tmp_path}/variables" }}'
    config = _config(tmp_path, place, template)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        extra = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        command = [OURS, "agent", f"-config={config}", f"-log-file={tmp_path}/agent.log", "-log-level=info"]
        program = Program.start(command, tmp_path, tmp_path / "output", extra)
        try:
            told: list[bytes] = []

            def hear(text: bytes) -> None:
                while not any(text in each for each in told):
                    told.append(manager.recv(4096))

            hear(b"READY=1")
            hear(b"STATUS=logged in")
            program.wait_for((tmp_path / "token").exists)
            program.wait_for((tmp_path / "variables").exists)
            assert (tmp_path / "pid").read_text().strip() == str(program.pid)
            assert "logged in" in (tmp_path / "agent.log").read_text()
            (tmp_path / "agent.log").rename(tmp_path / "agent.log.1")
            told.clear()
            os.kill(program.pid, signal.SIGHUP)
            hear(b"RELOADING=1")
            hear(b"READY=1")
            wait_until((tmp_path / "agent.log").exists, "no new log file")
            config.write_text("vault {")
            os.kill(program.pid, signal.SIGHUP)
            wait_until(lambda: "was not read again" in program.log_text(), program.log_text)
            os.kill(program.pid, signal.SIGUSR1)
            wait_until(lambda: "state: logins=1" in program.log_text(), program.log_text)
            assert "read the configuration again" not in (tmp_path / "agent.log").read_text()  # a warning's level now
            assert program.stop() == 0
            hear(b"STOPPING=1")
        finally:
            program.kill()
    assert "NOTIFY_SOCKET" not in (tmp_path / "variables").read_text()
    assert not (tmp_path / "pid").exists()
    said = program.log_text() + (tmp_path / "agent.log.1").read_text()
    for secret in (PASSWORD, (tmp_path / "token").read_text()):
        assert secret not in said


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        (["-exit-after-auth"], 0, "logged in"),
        ([], 1, "no configuration was given: use -config=FILE"),
        (["-config=/none.hcl"], 1, "No such file or directory: /none.hcl"),
        (["-exit-after-auth", "-log-level=loud"], 1, 'unknown log level "loud"'),
        (["-exit-after-auth", "-address=127.0.0.1:1"], 1, "Try https://127.0.0.1:1"),
        (["exit_on_err"], 1, "the login failed: status 400: invalid username or password"),
        (["lack"], 1, 'expected "path" in sink "file", found none'),
    ],
    ids=["once", "nothing", "none", "level", "address", "exit_on_err", "lack"],
)
def test_how_it_ends(place: Server, tmp_path: Path, given: list[str], status: int, said: str) -> None:
    """The exit status tells whether all went well, and the last words what didn't."""
    (tmp_path / "password").write_text(PASSWORD if "exit_on_err" not in given else "another")
    method = "exit_on_err = true" if "exit_on_err" in given else ""
    path = _config(tmp_path, place, method=method)
    if "lack" in given:
        path.write_text(path.read_text().replace(f'path = "{tmp_path}/token"', ""))
    words = [word for word in given if word.startswith("-")]
    if given and not any(word.startswith("-config") for word in words):
        words += [f"-config={path}", "-log-level=info"] if "-log-level=loud" not in words else [f"-config={path}"]
    done = subprocess.run(
        [OURS, "agent", *words], env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, said in done.stderr) == (status, True), done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    assert not (tmp_path / "pid").exists()
    if status == 0:
        assert (tmp_path / "token").exists()


def test_a_log_that_is_rotated(place: Server, tmp_path: Path) -> None:
    """In a folder it has the program's name, and what was put aside the time beside it."""
    (tmp_path / "password").write_text(PASSWORD)
    log = f'log_file = "{tmp_path}/logs/"\nlog_rotate_bytes = 1\nlog_rotate_max_files = 2\n'
    path = _config(tmp_path, place, log)
    command = [OURS, "agent", f"-config={path}", "-exit-after-auth", "-log-level=info"]
    done = subprocess.run(
        command, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=True
    ).stderr
    files = sorted((tmp_path / "logs").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    assert len(files) == 3
    assert files[-1].name == "agent.log"
    assert [file.read_text() for file in files] == [f"{line}\n" for line in done.splitlines()[-3:]]
