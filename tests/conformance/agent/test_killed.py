"""An agent that is killed goes on where it was: nothing is issued twice, written again, or run again."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.agent.killed import Place, place, template
from tests.conformance.agent.world import World, world
from tests.conformance.program import Program

USER = '{{ with secret "database/creds/long" }}{{ .Data.username }} {{ .Data.password }}{{ end }}'
WRITTEN = '{{ with secret "auth/token/create" "ttl=1h" "policies=default" }}{{ .Auth.ClientToken }}{{ end }}'
STATIC = '{{ with secret "secret/killed" }}{{ .Data.data.a }}{{ end }}'
CERTIFICATE = '{{ with pkiCert "pki/issue/web" "common_name=a.example.com" }}{{ .Cert }}{{ .Key }}{{ end }}'
PROGRAM = """
import os, signal, sys, time
def heard(number, frame):
    with open(sys.argv[1] + ".heard", "a") as file:
        file.write(signal.Signals(number).name + "\\n")
for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGQUIT):
    signal.signal(number, heard)
with open(sys.argv[1], "a") as log:
    log.write(os.environ["LEASED"] + " " + str(len(os.environ["CERTIFICATE"])) + "\\n")
end = time.monotonic() + 600
while time.monotonic() < end:
    time.sleep(1)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all tests, which use roles of their own."""
    with world(tmp_path_factory.mktemp("killed")) as started:
        started.put_secret("killed", a="one")
        yield started


def _users(made: World) -> set[str]:
    return set(made.leases("database/creds/long"))


def _certificates(made: World) -> list[str]:
    return list(made.root.list("pki/certs")["data"]["keys"])


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def _configure(where: Place) -> dict[str, Path]:
    """Files of every kind, with a command that is run after they have changed."""
    ran = f'command = "echo ran >> {where.file("ran")}"'
    contents = {"user": USER, "written": WRITTEN, "static": STATIC, "certificate": CERTIFICATE}
    files = {name: where.file(f"{name}.txt") for name in contents}
    where.configure("".join(template(files[name], contents[name], ran) for name in contents))
    return files


def _is_through(where: Place, starts: int) -> bool:
    """Whether the agent of this start has rendered everything: it has removed what nobody asks for, then."""
    return where.log.read_text().count("everything is rendered") >= starts


def test_a_kill_issues_nothing_twice(made: World, tmp_path: Path) -> None:
    """Leases, tokens, certificates and logins are those from before; no file is written, and no command run."""
    where = place(made, tmp_path)
    files = _configure(where)
    before = _users(made)
    with where.agent() as agent:
        agent.wait_for(lambda: _is_through(where, 1))
    first = {name: (file.read_text(), file.stat().st_ino) for name, file in files.items()}
    users, ran, certificates = _users(made), _lines(where.file("ran")), _certificates(made)
    assert (len(users - before), where.logins(), bool(ran)) == (1, 1, True)
    with where.agent() as agent:
        agent.wait_for(lambda: _is_through(where, 2))
        os.kill(agent.pid, signal.SIGHUP)
        agent.wait_for(lambda: "read the configuration again" in where.log.read_text())
    assert {name: (file.read_text(), file.stat().st_ino) for name, file in files.items()} == first
    assert (_users(made), where.logins(), _lines(where.file("ran"))) == (users, 1, ran)
    assert _certificates(made) == certificates
    secrets = [*first["user"][0].split(), first["written"][0]]
    kept = b"".join(each.read_bytes() for each in (tmp_path / "kept").iterdir())
    assert not any(each.encode() in kept or each in where.log.read_text() for each in secrets)


def test_a_token_that_has_ended_takes_its_leases_along(made: World, tmp_path: Path) -> None:
    """What ended with it is fetched anew; the secret without a lease isn't waited for, and the command is run."""
    where = place(made, tmp_path)
    files = _configure(where)
    with where.agent() as agent:
        agent.wait_for(lambda: _is_through(where, 1))
    first, ran = {name: file.read_text() for name, file in files.items()}, _lines(where.file("ran"))
    made.write("auth/token/revoke-accessor", {"accessor": _accessor_of(where)})
    with where.agent() as agent:
        agent.wait_for(lambda: _is_through(where, 2))
    changed = {name for name, file in files.items() if file.read_text() != first[name]}
    assert changed == {"user", "written"}
    assert made.works(dict(zip(("username", "password"), files["user"].read_text().split(), strict=True)))
    assert len(_lines(where.file("ran"))) > len(ran)
    assert where.logins() == 1


def test_what_no_template_asks_for_any_more_ends(made: World, tmp_path: Path) -> None:
    """It is kept no more, and its lease is left to end by itself."""
    where = place(made, tmp_path)
    files = _configure(where)
    with where.agent() as agent:
        agent.wait_for(lambda: _is_through(where, 1))
    user, kept = files["user"].read_text().split(), len(list((tmp_path / "kept").glob("*.kept")))
    where.configure(template(files["static"], STATIC))
    with where.agent() as agent:
        agent.wait_for(lambda: len(list((tmp_path / "kept").glob("*.kept"))) == kept - 3)
    assert made.works(dict(zip(("username", "password"), user, strict=True)))


def test_a_key_of_another_is_no_reason_to_write_anything(made: World, tmp_path: Path) -> None:
    """What can't be read ends the agent, as it is configured; the files stay as they are."""
    where = place(made, tmp_path)
    files = _configure(where)
    with where.agent() as agent:
        agent.wait_for(lambda: _is_through(where, 1))
    user = files["user"].read_text()
    (tmp_path / "cache.key").write_bytes(os.urandom(32))
    with where.agent() as agent:
        assert agent.wait() == 1
    assert "can't be decrypted" in where.log.read_text()
    assert files["user"].read_text() == user


def test_a_program_gets_what_it_had(made: World, tmp_path: Path) -> None:
    """With `exec`, too: the next process starts it with the same variables, once.  Signals go on to it."""
    where = place(made, tmp_path)
    (tmp_path / "program.py").write_text(PROGRAM)
    command = json.dumps([sys.executable, str(tmp_path / "program.py"), str(tmp_path / "started")])
    where.configure(
        f"exec {{ command = {command} }}\n"
        f'env_template "LEASED" {{ contents = {json.dumps(USER)} }}\n'
        f'env_template "CERTIFICATE" {{ contents = {json.dumps(CERTIFICATE)} }}\n',
        listens=False,
    )
    before = _users(made)
    for starts in (1, 2):
        with where.agent() as agent:
            agent.wait_for(lambda: len(_lines(where.file("started"))) == starts)  # noqa: B023 - it is called at once
            for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGQUIT) if starts == 1 else ():
                os.kill(agent.pid, number)
                agent.wait_for(lambda: number.name in _lines(where.file("started.heard")))  # noqa: B023
            _end_program(agent)
    assert len(_lines(where.file("started.heard"))) == 4
    one, other = _lines(where.file("started"))
    assert one == other
    assert (len(_users(made) - before), where.logins()) == (1, 1)


def _accessor_of(where: Place) -> str:
    """The accessor of the agent's own token."""
    root = where.made.root
    accessors = root.list("auth/token/accessors")["data"]["keys"]
    found = [where.made.write("auth/token/lookup-accessor", {"accessor": each})["data"] for each in accessors]
    return next(str(each["accessor"]) for each in found if (each.get("meta") or {}).get("role_name") == where.role)


def _end_program(agent: Program) -> None:
    """Kill the agent alone, and then its program, which has outlived it."""
    children = Path(f"/proc/{agent.pid}/task/{agent.pid}/children").read_text().split()
    os.kill(agent.pid, signal.SIGKILL)
    for child in children:
        os.kill(int(child), signal.SIGKILL)
