"""A real sshd lets in by one-time passwords, through PAM and the helper."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.program import OURS, forked
from tests.conformance.servers import Server
from tests.conformance.ssh_hosts.engine import ssh_engine
from tests.conformance.ssh_hosts.host import Host, host

IN = "somebody is in\n"


@pytest.fixture(scope="module", params=["ours", "peer"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the SSH engine, once of each kind."""
    with ssh_engine(request.param, tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture(scope="module")
def machine(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host that asks it."""
    text = f'vault_addr = "{served.url}"\nallowed_roles = "otp"\nallowed_cidr_list = "127.0.0.1/32"\n'
    with host(tmp_path_factory.mktemp("host"), text) as found:
        yield found


def password(served: Server, role: str = "otp", **fields: str) -> str:
    """A one-time password for this host."""
    client = hvac.Client(url=served.url, token=served.token)
    made: str = client.write_data(f"ssh/creds/{role}", data={"ip": "127.0.0.1", **fields})["data"]["key"]
    return made


def typed(machine: Host, secret: str, user: str = "root") -> subprocess.CompletedProcess[str]:
    """Log in with a password that sshpass types."""
    options = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR")
    command = ["sshpass", "-e", "ssh", *options, "-o", "NumberOfPasswordPrompts=1", "-p", str(machine.port)]
    environment = {"PATH": os.environ["PATH"], "SSHPASS": secret}
    words = [*command, f"{user}@127.0.0.1"]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_password_lets_in_once(served: Server, machine: Host) -> None:
    """The second time it is refused, and the log says why."""
    secret = password(served)
    assert typed(machine, secret).stdout == IN
    again = typed(machine, secret)
    assert again.returncode != 0
    assert again.stdout == ""
    assert "root is let in, by the role otp" in machine.told()
    assert "the server refuses the password: OTP not found" in machine.told()
    assert secret not in machine.told()


def test_the_command_line_logs_in(served: Server, machine: Host, tmp_path: Path) -> None:
    """`strongroom ssh` has a password made and typed, and hands the exit status on."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "STRONGROOM_ADDR": served.url}
    flags = ["-mode=otp", "-role=otp", "-strict-host-key-checking=no", "-user-known-hosts-file=/dev/null"]
    command = [str(forked(OURS)), "ssh", *flags, "root@127.0.0.1", "-p", str(machine.port), "-o", "LogLevel=ERROR"]
    done = subprocess.run(
        command,
        env={**environment, "STRONGROOM_TOKEN": served.token},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, IN), done.stderr


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"username": "eva"}, 'the password is for the user "eva", and "root" logs in'),
        ({"ip": "192.0.2.77"}, "the password is for 192.0.2.77, which no interface of this host has"),
        ({"role": "local"}, 'the password was made by the role "local", and allowed_roles has otp'),
    ],
)
def test_a_password_for_another_login(fields: dict[str, str], why: str, served: Server, machine: Host) -> None:
    """Another user, another host, another role: each is refused for its own reason."""
    assert typed(machine, password(served, **fields)).stdout == ""
    assert why in machine.told()


@pytest.mark.parametrize("secret", ["hunter2", "x" * 2000, "00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_one_time_password_stays_here(secret: str, served: Server, machine: Host) -> None:
    """Somebody may type the password of something else: the server doesn't get it, nor does the log."""
    assert typed(machine, secret).stdout == ""
    assert "has not the form of a one-time password" in machine.told()
    assert secret not in machine.told()


def test_of_many_logins_at_once_one_gets_in(served: Server, machine: Host) -> None:
    """With the same password."""
    secret = password(served)
    with ThreadPoolExecutor(5) as threads:
        outputs = list(threads.map(lambda _: typed(machine, secret).stdout, range(5)))
    assert sorted(outputs) == ["", "", "", "", IN]


def test_a_password_for_a_host_name(served: Server, tmp_path: Path) -> None:
    """It lets in on the host of that name only, whatever the addresses are.  The reference server has no such names."""
    if served.name == "peer":
        pytest.skip("the reference server binds passwords to addresses only")
    client = hvac.Client(url=served.url, token=served.token)
    role = {"key_type": "otp", "default_user": "root", "cidr_list": "192.0.2.0/24", "allowed_hosts": "web1,web2"}
    client.write_data("ssh/roles/named", data=role)
    text = f'vault_addr = "{served.url}"\nallowed_roles = "named"\nhost_name = "web1"\n'
    with host(tmp_path, text) as found:
        assert typed(found, password(served, "named", ip="192.0.2.9", host="web1")).stdout == IN
        assert typed(found, password(served, "named", ip="192.0.2.9", host="web2")).stdout == ""
        assert "web2" in found.told()


def test_the_helper_says_whether_the_server_answers(served: Server, tmp_path: Path) -> None:
    """By its exit status: 0, 1 for a mistake in the file, 2 for a server that can't be asked."""
    good = f'vault_addr = "{served.url}"\nallowed_roles = "*"\n'
    for text, code, told in (
        (good, 0, "the server answers: verification successful"),
        (good + 'ssh_mount_point = "none"', 2, "the server at"),
        (good.replace(served.address, "127.0.0.1:1"), 2, "the server can't be asked"),
        (good + "x = 1", 1, 'there is no key "x"'),
    ):
        file = tmp_path / "helper.hcl"
        file.write_text(text)
        file.chmod(0o644)
        command = [str(forked(OURS)), "ssh-helper", "-dev", "-verify-only", f"-config={file}"]
        done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
        assert (done.returncode, told in done.stderr) == (code, True), done.stderr


def test_the_helper_wants_to_be_run_by_pam(served: Server, tmp_path: Path) -> None:
    """Without a user nobody gets in; nor with a level that isn't there, or without a file."""
    file = tmp_path / "helper.hcl"
    file.write_text(f'vault_addr = "{served.url}"\nallowed_roles = "*"\n')
    file.chmod(0o644)
    for words, told in (
        ([f"-config={file}", "-dev"], "PAM_USER is missing"),
        ([f"-config={file}"], "vault_addr has to begin with https://"),
        ([], "-config is missing"),
        ([f"-config={file}", "-dev", "-log-level=loud"], "-log-level has to be one of"),
        ([f"-config={tmp_path}/none"], "no such file or directory"),
    ):
        done = subprocess.run(
            [str(forked(OURS)), "ssh-helper", *words], env={}, input="", capture_output=True, text=True, check=False
        )
        assert (done.returncode, told in done.stderr) == (1, True), done.stderr
    silent = [str(forked(OURS)), "ssh-helper", f"-config={file}", "-dev", "-log-level=off"]
    done = subprocess.run(silent, env={}, input="", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (1, "", "")
