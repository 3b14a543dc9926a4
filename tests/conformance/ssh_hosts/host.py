"""A host: a real sshd whose PAM service asks the helper."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.program import OURS
from tests.ports import free_port

SSHD = Path("/usr/sbin/sshd")
_PATIENCE_S = 20
PAM_LINE = "auth requisite pam_exec.so quiet expose_authtok log={log} {helper} ssh-helper -dev -config={config}"
SSHD_LINES = ("UsePAM yes", "KbdInteractiveAuthentication yes", "PasswordAuthentication no")
_SSHD_CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {directory}/host_key
PidFile none
{lines}
PubkeyAuthentication no
PermitRootLogin yes
ForceCommand echo somebody is in
"""
_SERVICE = """
{line}
auth required pam_permit.so
account required pam_permit.so
session required pam_permit.so
"""


@dataclass(frozen=True)
class Host:
    """A running sshd."""

    port: int
    log: Path
    """What the helper says."""
    server_log: Path
    config: Path

    def told(self) -> str:
        """What the helper has said."""
        return self.log.read_text() if self.log.exists() else ""


def why_not() -> str:
    """Why no such host can be had here; empty if it can."""
    if os.geteuid() != 0:
        return "sshd with PAM needs root"
    for name in ("sshpass", "ssh", "ssh-keygen"):
        if shutil.which(name) is None:
            return f"{name} is not installed (make packages)"
    if not SSHD.exists() or not Path("/etc/pam.d").is_dir():
        return "sshd is not installed (make packages)"
    return ""


@contextlib.contextmanager
def host(directory: Path, config: str) -> Iterator[Host]:
    """An sshd whose PAM service has a name of its own.

    Args:
        config: of the helper.
    """
    if reason := why_not():
        pytest.skip(reason)
    name = f"sshd-strongroom-{uuid.uuid4().hex[:8]}"
    # Before release 9.8 sshd's PAM service is called as the program was.
    program = directory / name
    program.symlink_to(SSHD)
    found = Host(free_port(), directory / "helper.log", directory / "sshd.log", directory / "helper.hcl")
    found.config.write_text(config)
    found.config.chmod(0o644)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / "host_key"], check=True, capture_output=True
    )
    settings = directory / "sshd_config"
    text = _SSHD_CONFIG.format(port=found.port, directory=directory, lines="\n".join(SSHD_LINES))
    settings.write_text(text + (f"PAMServiceName {name}\n" if _names_its_service(directory, settings) else ""))
    service = Path("/etc/pam.d") / name
    line = PAM_LINE.format(log=found.log, helper=OURS, config=found.config)
    service.write_text(_SERVICE.format(line=line))
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with found.server_log.open("wb") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", settings], stderr=log)
    try:
        _listens(found, process)
        yield found
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)
        service.unlink()


def _names_its_service(directory: Path, settings: Path) -> bool:
    settings.write_text(f"HostKey {directory}/host_key\nPAMServiceName x\n")
    return subprocess.run([SSHD, "-t", "-f", settings], capture_output=True, check=False).returncode == 0


def _listens(found: Host, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", found.port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(found.server_log.read_text())
