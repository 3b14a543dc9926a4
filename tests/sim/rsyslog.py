"""A real rsyslog, Debian's, that listens in every way and keeps what came."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.sim.tls_server import new_certificate

_CONFIGURATION = """
global(workDirectory="{folder}" DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="{certificate}"
  DefaultNetstreamDriverCertFile="{certificate}" DefaultNetstreamDriverKeyFile="{certificate}")
module(load="imudp")
module(load="imtcp")
module(load="imuxsock" SysSock.Use="off")
template(name="bare" type="string" string="%msg%\\n")
template(name="head" type="string" string="%pri% %timereported:::date-rfc3339% %hostname% %app-name% %msgid%\\n")
ruleset(name="keep") {{
  action(type="omfile" file="{folder}/bare" template="bare")
  action(type="omfile" file="{folder}/head" template="head")
}}
input(type="imudp" address="127.0.0.1" port="{udp}" ruleset="keep")
input(type="imtcp" address="127.0.0.1" port="{tcp}" ruleset="keep")
input(type="imtcp" address="127.0.0.1" port="{tls}" ruleset="keep"
  streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imuxsock" Socket="{folder}/local" ruleset="keep" RateLimit.Interval="0")
"""


@dataclass(frozen=True)
class Rsyslog:
    """A running one."""

    folder: Path
    certificate: Path
    udp: int
    tcp: int
    tls: int

    @property
    def local(self) -> str:
        """Its socket for programs of this machine."""
        return f"{self.folder}/local"

    def messages(self) -> list[bytes]:
        """The messages that it kept, without their heads."""
        return self._lines("bare")

    def heads(self) -> list[bytes]:
        """Priority, time, host, program and id of each message."""
        return self._lines("head")

    def _lines(self, name: str) -> list[bytes]:
        file = self.folder / name
        return [line.lstrip() for line in file.read_bytes().split(b"\n")[:-1]] if file.exists() else []


@contextlib.contextmanager
def rsyslog(folder: Path) -> Iterator[Rsyslog]:
    """Run it for a while.  Skips where it isn't installed."""
    program = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin")
    if program is None:
        pytest.skip("rsyslog is not installed (Debian: rsyslog, rsyslog-gnutls)")
    certificate = new_certificate(folder, ("localhost",))
    found = Rsyslog(folder, certificate, free_port(), free_port(), free_port())
    configuration = folder / "rsyslog.conf"
    configuration.write_text(
        _CONFIGURATION.format(folder=folder, certificate=certificate, udp=found.udp, tcp=found.tcp, tls=found.tls)
    )
    command = [program, "-n", "-f", str(configuration), "-i", str(folder / "pid")]
    with (folder / "said").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            deadline = time.monotonic() + 20
            while not Path(found.local).exists():
                assert process.poll() is None, (folder / "said").read_text()
                assert time.monotonic() < deadline, (folder / "said").read_text()
                time.sleep(0.02)
            yield found
        finally:
            process.terminate()
