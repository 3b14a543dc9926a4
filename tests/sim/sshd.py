"""A real `sshd` for tests, which lets the present user in by certificates."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port

_PROGRAM = shutil.which("sshd") or "/usr/sbin/sshd"
_PRIVILEGE_SEPARATION = Path("/run/sshd")
_WAIT_S = 20


@dataclass(frozen=True, slots=True)
class Sshd:
    """A running server.  Its files may be replaced: it reads them at each login.

    Attributes:
        directory: of its files. port: on 127.0.0.1.
    """

    directory: Path
    port: int

    @property
    def user(self) -> str:
        """The one user that it can let in: the present one."""
        return getpass.getuser()

    def login(self, key: Path, *options: str, known_hosts: str = "") -> subprocess.CompletedProcess[str]:
        """Log in with a key whose certificate lies beside it, and have `echo in` done.

        Args:
            known_hosts: what the client knows of hosts; without it, it takes any.
        """
        known = self.directory / "known_hosts"
        known.write_text(known_hosts)
        checks = "yes" if known_hosts else "no"
        return subprocess.run(
            [
                *("ssh", "-F", "none", "-p", str(self.port), "-i", str(key), "-l", self.user),
                *("-o", f"StrictHostKeyChecking={checks}", "-o", f"UserKnownHostsFile={known}"),
                *("-o", "GlobalKnownHostsFile=none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"),
                *("-o", "IdentityAgent=none", "-o", "ConnectTimeout=20"),
                *options,
                *("127.0.0.1", "echo in"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def lets_in(self, key: Path) -> bool:
        """Whether a key with its certificate is enough to log in."""
        done = self.login(key)
        if done.returncode == 0:
            return done.stdout == "in\n"
        assert "Permission denied" in done.stderr, done.stderr + self.log
        return False

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.directory / "sshd.log").read_text(errors="replace")


def new_key(directory: Path, name: str, type_: str = "ed25519") -> Path:
    """Make a key pair with `ssh-keygen`.  Returns the file of the private key."""
    file = directory / name
    subprocess.run(["ssh-keygen", "-q", "-t", type_, "-N", "", "-C", name, "-f", str(file)], check=True)
    return file


@contextlib.contextmanager
def running(directory: Path, host_key: Path | None = None, certificate: str = "") -> Iterator[Sshd]:
    """Run a server until the block ends.

    It trusts the authorities in the file `authorities`, and refuses what is in `revoked`.

    Args:
        host_key: the file of its private key; None for a new one. certificate: for it, which it shows.
    """
    if not Path(_PROGRAM).exists() or shutil.which("ssh") is None:
        pytest.skip("needs Debian's openssh-server and openssh-client")
    if os.geteuid() == 0:
        _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    key = host_key or new_key(directory, "host_key")
    for name in ("authorities", "revoked"):
        (directory / name).touch()
    shown = directory / "certificate.pub"
    shown.write_text(certificate)
    port = free_port()
    config = directory / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {key}\nPidFile none\n"
        f"TrustedUserCAKeys {directory}/authorities\nRevokedKeys {directory}/revoked\n"
        + (f"HostCertificate {shown}\n" if certificate else "")
        + "AuthorizedKeysFile none\nStrictModes no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nLogLevel VERBOSE\n"
        "UsePAM no\n"
    )
    with (directory / "sshd.log").open("wb") as log:
        process = subprocess.Popen([_PROGRAM, "-D", "-e", "-f", str(config)], stdout=log, stderr=log)
    try:
        server = Sshd(directory, port)
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(_WAIT_S)


def _wait(server: Sshd, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _WAIT_S
    while time.monotonic() < until:
        assert process.poll() is None, server.log
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 1) as connection:
            if connection.recv(3) == b"SSH":
                return
        time.sleep(0.05)
    raise AssertionError(f"sshd doesn't answer: {server.log}")
