"""Logins with a second factor by real clients: both command lines, and `hvac`.

Every test runs against the reference server too: what fails there is a mistake of the test.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
import uuid
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pyotp
import pytest

from tests.conformance.program import OURS, PEER, forked
from tests.conformance.servers import Server

_PATIENCE_S = 30
PROGRAMS = pytest.mark.parametrize("program", [OURS, PEER], ids=["strongroom", "bao"])


class User:
    """A user with an authenticator app, whom an enforcement of its own concerns."""

    def __init__(self, server: Server, **settings: object) -> None:
        self.server = server
        self.name = f"user-{uuid.uuid4().hex[:8]}"
        root = self.root = hvac.Client(url=server.url, token=server.token)
        if "userpass/" not in root.sys.list_auth_methods()["data"]:
            root.sys.enable_auth_method("userpass")
        root.auth.userpass.create_or_update_user(self.name, password="pw")
        entity = self.entity = root.auth.userpass.login(self.name, "pw", use_token=False)["auth"]["entity_id"]
        wanted = {"issuer": "strong", "method_name": self.name, **settings}
        self.method = root.write_data("identity/mfa/method/totp", data=wanted)["data"]["method_id"]
        about = {"method_id": self.method, "entity_id": entity}
        shown = root.write_data("identity/mfa/method/totp/admin-generate", data=about)["data"]
        app = pyotp.parse_uri(shown["url"])
        assert isinstance(app, pyotp.TOTP)
        self.app = app
        enforcement = {"mfa_method_ids": [self.method], "identity_entity_ids": [entity]}
        root.write_data(f"identity/mfa/login-enforcement/{self.name}", data=enforcement)

    @property
    def wrong(self) -> str:
        """A code that doesn't count."""
        near = {self.app.at(int(time.time()) + seconds) for seconds in (-30, 0, 30)}
        return next(code for code in map("{:06d}".format, range(10)) if code not in near)


def environment(server: Server, home: Path) -> dict[str, str]:
    """Where a command line finds the server, and a home that is empty."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "VAULT_ADDR": server.url, "BAO_ADDR": server.url}


def run(program: Path, server: Server, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal."""
    return subprocess.run(
        [forked(program), *words],
        env=environment(server, home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )


def at_terminal(program: Path, server: Server, home: Path, answer: str, *words: str) -> tuple[int, str]:
    """Run a command at a terminal, and answer its question.  Returns the exit code, and what was on the screen."""
    pid, screen = pty.fork()
    if pid == 0:  # pragma: no cover - the other process
        os.execve(program, [str(program), *words], environment(server, home))
    shown, end, answered = b"", time.monotonic() + _PATIENCE_S, False
    while time.monotonic() < end and select.select([screen], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            piece = os.read(screen, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if not answered and b'of type "totp":' in shown:
            os.write(screen, answer.encode() + b"\n")
            answered = True
    _, status = os.waitpid(pid, 0)
    os.close(screen)
    return os.waitstatus_to_exitcode(status), shown.decode()


def words(user: User) -> tuple[str, ...]:
    """The command that logs the user in."""
    return ("login", "-method=userpass", f"username={user.name}", "password=pw")


@PROGRAMS
def test_the_command_line_asks_for_the_code(server: Server, program: Path, tmp_path: Path) -> None:
    """One method is enough, so it is used: a right code gives the token, which is kept; a wrong one gives none."""
    user = User(server)
    code, shown = at_terminal(program, server, tmp_path, user.wrong, *words(user))
    assert code == 2
    assert "MFA credentials not supplied or incorrect" in shown
    assert not (tmp_path / ".vault-token").exists()
    secret = user.app.now()
    code, shown = at_terminal(program, server, tmp_path, secret, *words(user))
    assert code == 0
    assert "Success! You are now authenticated." in shown
    if program == OURS:  # the other one turns the echo off after it has asked
        assert secret not in shown
    kept = (tmp_path / ".vault-token").read_text().strip()
    assert hvac.Client(url=server.url, token=kept).lookup_token()["data"]["meta"] == {"username": user.name}


def test_who_has_no_app_yet_is_told_how_to_enroll(ours: Server, tmp_path: Path) -> None:
    """The command that is shown makes a secret for this very login; who has one isn't told."""
    user = User(ours, enable_self_enrollment=True)
    _, shown = at_terminal(OURS, ours, tmp_path, user.wrong, *words(user))
    assert "is enrolled for you" not in shown
    about = {"method_id": user.method, "entity_id": user.entity}
    user.root.write_data("identity/mfa/method/totp/admin-destroy", data=about)
    _, shown = at_terminal(OURS, ours, tmp_path, user.wrong, *words(user))
    assert "Note: no authenticator app is enrolled for you yet." in shown
    command = next(line.split() for line in shown.splitlines() if "self-enroll" in line)
    made = run(OURS, ours, tmp_path, *command[1:])
    assert made.stdout.startswith("otpauth://totp/strong:")


@PROGRAMS
def test_without_a_terminal_it_shows_what_is_to_be_proved(server: Server, program: Path, tmp_path: Path) -> None:
    """Both by `login` and by `write`; nothing is kept."""
    user = User(server)
    login = run(program, server, tmp_path, *words(user))
    written = run(program, server, tmp_path, "write", f"auth/userpass/login/{user.name}", "password=pw")
    for done in (login, written):
        assert done.returncode == 0, done.stderr
        rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[2:])
        assert rows.pop("mfa_request_id")
        prefix = f"mfa_constraint_{user.name}_totp"
        assert rows == {f"{prefix}_id": user.method, f"{prefix}_uses_passcode": "true", f"{prefix}_name": user.name}
    assert not (tmp_path / ".vault-token").exists()


@PROGRAMS
@pytest.mark.parametrize("form", ["{name}:{code}", "{id}:passcode={code}"])
def test_the_flag_proves_it_at_once(server: Server, program: Path, tmp_path: Path, form: str) -> None:
    """By `login -mfa` and by `write -mfa`; the same code a second time is refused."""
    user = User(server)
    mfa = form.format(name=user.name, id=user.method, code=user.app.now())
    done = run(program, server, tmp_path, "login", "-token-only", f"-mfa={mfa}", *words(user)[1:])
    assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr
    again = run(program, server, tmp_path, "write", f"-mfa={mfa}", f"auth/userpass/login/{user.name}", "password=pw")
    assert again.returncode == 2
    assert "permission denied" in again.stderr
    other = User(server)
    mfa = form.format(name=other.name, id=other.method, code=other.app.now())
    path = f"auth/userpass/login/{other.name}"
    written = run(program, server, tmp_path, "write", "-field=token", f"-mfa={mfa}", path, "password=pw")
    assert (written.returncode, bool(written.stdout)) == (0, True), written.stderr


def test_no_token_is_no_success_where_only_the_token_is_wanted(ours: Server, tmp_path: Path) -> None:
    """A script that takes the output for a token is told that there is none."""
    user = User(ours)
    for flag in ("-token-only", "-no-print", "-field=token"):
        done = run(OURS, ours, tmp_path, "login", flag, *words(user)[1:])
        assert (done.returncode, done.stdout) == (2, ""), flag
        assert "there is no token yet" in done.stderr


def test_hvac(server: Server) -> None:
    """The library sees what is to be proved, and finishes the login by path."""
    user = User(server)
    client = hvac.Client(url=server.url)
    wanted = client.auth.userpass.login(user.name, "pw", use_token=False)["auth"]["mfa_requirement"]
    (constraint,) = wanted["mfa_constraints"][user.name]["any"]
    assert (constraint["type"], constraint["uses_passcode"]) == ("totp", True)
    proof = {"mfa_request_id": wanted["mfa_request_id"], "mfa_payload": {constraint["id"]: [user.app.now()]}}
    client.token = client.adapter.post("/v1/sys/mfa/validate", json=proof)["auth"]["client_token"]
    assert client.is_authenticated()
