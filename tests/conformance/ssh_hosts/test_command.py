"""`strongroom ssh`: what ssh is called with, what is printed, and what remains."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.servers import Server
from tests.conformance.ssh_hosts.engine import ssh_engine
from tests.conformance.ssh_hosts.programs import Machine

OTP = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture(scope="module", params=["ours", "peer"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the SSH engine, once of each kind."""
    with ssh_engine(request.param, tmp_path_factory.mktemp("ssh")) as server:
        yield server


@pytest.fixture
def machine(served: Server, tmp_path: Path) -> Machine:
    """A machine with ssh and sshpass, and a key."""
    found = Machine(tmp_path, served)
    found.install("ssh", "sshpass")
    found.make_key()
    return found


def certificate(text: str, directory: Path) -> str:
    """What ssh-keygen reads in a certificate."""
    file = directory / "shown.pub"
    file.write_text(text)
    return subprocess.run(["ssh-keygen", "-L", "-f", file], capture_output=True, text=True, check=True).stdout


def test_a_certificate_is_there_while_ssh_runs(machine: Machine, tmp_path: Path) -> None:
    """In a file and a folder that nobody else may read; gone afterwards, and the token isn't given to ssh."""
    done = machine.run("-mode=ca", "-role=ca", "bob@192.0.2.7", "-p", "2222", "ls", "-h", "-format=x")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    seen = machine.seen("ssh")
    key = str(machine.home / ".ssh" / "id_ed25519")
    (path, (mode, folder, text)) = next(iter(seen["files"].items()))
    assert (mode, folder) == (0o600, 0o700)
    assert seen["words"] == [
        *("-i", key, "-o", f'CertificateFile="{path}"', "-o", "StrictHostKeyChecking=ask"),
        *("bob@192.0.2.7", "-p", "2222", "ls", "-h", "-format=x"),
    ]
    shown = certificate(text, tmp_path)
    assert "user certificate" in shown
    assert "Principals: \n                bob\n" in shown
    assert "permit-pty" in shown
    assert machine.left() == []
    assert not [name for name, value in seen["environment"].items() if machine.server.token == value]


def test_principals_and_keys_by_flags(machine: Machine, tmp_path: Path) -> None:
    """Instead of those that are usual."""
    own = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", own], check=True)
    done = machine.run("-mode=ca", "-role=ca", "-valid-principals=x,y", f"-private-key-path={own}", "host")
    assert done.returncode == 0
    seen = machine.seen("ssh")
    assert seen["words"][:2] == ["-i", str(own)]
    assert "Principals: \n                x\n                y\n" in certificate(
        next(iter(seen["files"].values()))[2], tmp_path
    )


def test_a_role_without_extensions_that_are_asked_for(machine: Machine, tmp_path: Path) -> None:
    """Its own count then."""
    done = machine.run("-mode=ca", "-role=strict", "-no-exec", "-field=signed_key", "eva@host")
    shown = certificate(done.stdout, tmp_path)
    assert "Extensions: \n                permit-pty\n" in shown
    assert "permit-user-rc" not in shown


def test_a_role_that_refuses_without_extensions_too(machine: Machine) -> None:
    """The second refusal is told: extensions aren't what hinders."""
    done = machine.run("-mode=ca", "-role=orphan", "-no-exec", "eva@host")
    assert done.returncode != 0
    assert "gone" in done.stderr
    assert "allowed_extensions" not in done.stderr


def test_only_hosts_whose_key_is_signed(machine: Machine) -> None:
    """ssh gets a file with the authority alone, whatever other flags say."""
    flags = ("-host-key-mount-point=ssh", "-host-key-hostnames=*.example.com,192.0.2.*")
    ignored = ("-user-known-hosts-file=/dev/null", "-strict-host-key-checking=no")
    assert machine.run("-mode=ca", "-role=ca", *flags, *ignored, "eva@host").returncode == 0
    seen = machine.seen("ssh")
    (known,) = [path for path in seen["files"] if path.endswith("known_hosts")]
    assert seen["words"][4:-1] == [
        *("-o", "StrictHostKeyChecking=yes", "-o", f'UserKnownHostsFile="{known}"'),
        *("-o", "GlobalKnownHostsFile=/dev/null", "-o", "VerifyHostKeyDNS=no"),
        *("-o", "NoHostAuthenticationForLocalhost=no", "-o", "KnownHostsCommand=none"),
    ]
    mode, _, text = seen["files"][known]
    assert mode == 0o600
    assert text.startswith("@cert-authority *.example.com,192.0.2.* ssh-ed25519 AAAA")
    assert machine.left() == []


def test_an_ssh_without_known_hosts_commands_gets_no_such_option(machine: Machine) -> None:
    """Versions before 8.5 have no option to switch off, and refuse it."""
    machine.install("ssh", end='if "-V" in sys.argv and "KnownHostsCommand=none" in sys.argv: sys.exit(255)')
    assert machine.run("-mode=ca", "-role=ca", "-host-key-mount-point=ssh", "eva@host").returncode == 0
    assert not [word for word in machine.seen("ssh")["words"] if "KnownHostsCommand" in word]


def test_hosts_that_are_known_by_flags(machine: Machine) -> None:
    """As ssh takes them."""
    flags = ("-user-known-hosts-file=/dev/null", "-strict-host-key-checking=no")
    assert machine.run("-mode=ca", "-role=ca", *flags, "eva@host").returncode == 0
    options = ["-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no"]
    assert machine.seen("ssh")["words"][4:8] == options


def test_a_password_goes_through_a_pipe(machine: Machine) -> None:
    """Neither words nor environment have it, which others of the machine could see."""
    done = machine.run("-mode=otp", "-role=otp", "eva@127.0.0.1", "uptime")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    seen = machine.seen("sshpass")
    password = seen["password"].strip()
    assert len(password) == 36
    assert password not in json.dumps([seen["words"], seen["environment"]])
    assert seen["words"][0] == "-d"
    words = ["ssh", "-p", "22", "-o", "StrictHostKeyChecking=ask", "eva@127.0.0.1", "uptime"]
    assert seen["words"][2:] == words


@pytest.mark.parametrize(
    ("words", "called"),
    [
        (["-role=local", "127.0.0.1"], ["-p", "2200", "-o", "StrictHostKeyChecking=ask", "127.0.0.1"]),
        (["-role=local", "127.0.0.1", "-p", "9"], ["-o", "StrictHostKeyChecking=ask", "127.0.0.1", "-p", "9"]),
    ],
)
def test_the_port_is_the_roles_unless_given(words: list[str], called: list[str], machine: Machine) -> None:
    """And a user that isn't named is the one of this machine, whom the role has to allow."""
    refused = machine.run("-mode=otp", *words)
    assert refused.returncode == 2
    assert "no password for " in refused.stderr
    assert machine.run("-mode=otp", *words, "-l", "eva").returncode == 0
    assert machine.seen("sshpass")["words"][3:] == [*called, "-l", "eva"]


def test_without_sshpass_the_password_is_shown(served: Server, tmp_path: Path) -> None:
    """For the user to type it."""
    machine = Machine(tmp_path, served, status=3)
    machine.install("ssh")
    done = machine.run("-mode=otp", "-role=otp", "eva@127.0.0.1")
    assert done.returncode == 3
    assert done.stdout.startswith("OTP for the session is: ")
    assert "sshpass" in done.stderr
    assert done.stdout.split()[-1] not in json.dumps(machine.seen("ssh"))


def test_the_only_role_of_a_host_is_found(machine: Machine) -> None:
    """Of several, none is taken."""
    done = machine.run("-mode=otp", "eva@192.0.2.9")
    assert (done.returncode, done.stderr) == (0, 'Using the role "otp", the only one that serves 192.0.2.9\n')
    several = machine.run("-mode=otp", "eva@127.0.0.1")
    assert several.returncode == 1
    assert several.stderr.startswith("Several roles serve 127.0.0.1: local, otp.")
    none = machine.run("-mode=otp", "eva@203.0.113.1")
    assert (none.returncode, none.stderr) == (1, 'No role of "ssh" serves 203.0.113.1.\n')


def test_what_was_made_can_be_printed(machine: Machine) -> None:
    """Without a connection."""
    done = machine.run("-mode=otp", "-role=otp", "-no-exec", "-format=json", "eva@127.0.0.1")
    data = json.loads(done.stdout)["data"]
    assert (data["username"], data["ip"], data["key_type"]) == ("eva", "127.0.0.1", "otp")
    assert not (machine.directory / "ssh.json").exists()


@pytest.mark.parametrize("mode", ["ca", "otp"])
@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_the_exit_status_is_that_of_ssh(mode: str, status: int, machine: Machine) -> None:
    """Scripts depend on it."""
    machine.status = status
    machine.install("ssh", "sshpass")
    assert machine.run(f"-mode={mode}", f"-role={mode}", "eva@127.0.0.1").returncode == status


def test_a_signal_goes_to_ssh_first(machine: Machine) -> None:
    """Then the files go, too."""
    machine.install("ssh", end="import time; time.sleep(60)")
    process = machine.start("-mode=ca", "-role=ca", "eva@127.0.0.1")
    deadline = time.monotonic() + 30
    while not (machine.directory / "ssh.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert machine.left() != []
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert machine.left() == []


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ([], 1, "Not enough arguments"),
        (["-role=ca", "eva@host"], 1, "-mode is missing: ca"),
        (["-mode=ca", "eva@host"], 1, "-mode=ca needs -role"),
        (["-mode=dynamic", "-role=ca", "eva@host"], 1, "SSH engines make no dynamic keys any more"),
        (["-mode=other", "-role=ca", "eva@host"], 1, "-mode=other is neither ca nor otp"),
        (["-mode=ca", "-role=ca", "--", "-v"], 1, "No host in the words for ssh"),
        (["-mode=ca", "-role=ca", "--", "-oProxyCommand=id", "host"], 1, '"-oProxyCommand=id" is an option'),
        (["-mode=otp", "-role=otp", "--", "-oProxyCommand=id", "127.0.0.1"], 1, "is an option"),
        (["-mode=ca", "-role=ca", "eva@-oProxyCommand=id"], 1, "can't be the name of one"),
        (["-mode=ca", "-role=ca", "host", "-l", "-oProxyCommand=id"], 1, "can't be the name of a user"),
        (["-mode=ca", "-role=none", "eva@host"], 2, ".pub wasn't signed: "),
        (["-mode=otp", "-role=none", "eva@127.0.0.1"], 2, "no password for eva at 127.0.0.1: "),
        (["-mode=otp", "-role=otp", "mallory@127.0.0.1"], 2, "no password for mallory at 127.0.0.1: "),
        (["-mode=otp", "-role=otp", "eva@no-such-host.invalid"], 1, '"no-such-host.invalid" has no address here'),
        (["-mode=ca", "-role=ca", "-ssh-executable=/none", "eva@host"], 2, "/none can't be run: "),
        (
            ["-mode=ca", "-role=ca", "-public-key-path=/none.pub", "eva@host"],
            1,
            "there is no public key at /none.pub: -public-key-path",
        ),
        (
            ["-mode=ca", "-role=ca", "-host-key-mount-point=none", "eva@host"],
            2,
            "none/public_key doesn't tell whose signature",
        ),
        (["-mode=ca", "-role=ca", "-host-key-mount-point=ssh", "-host-key-hostnames=a b", "x@h"], 1, "has blanks"),
    ],
)
def test_mistakes(words: list[str], code: int, why: str, machine: Machine) -> None:
    """ssh isn't run, and nothing remains."""
    done = machine.run(*words)
    assert done.returncode == code
    assert why in done.stderr
    assert not (machine.directory / "ssh.json").exists()
    assert machine.left() == []
