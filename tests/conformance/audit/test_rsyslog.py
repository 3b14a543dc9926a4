"""The device `syslog` with a real rsyslog: every way there, lines of any length, nothing cut and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.audit.outgoing.parts import Joining
from tests.sim.rsyslog import Rsyslog, rsyslog
from tests.unit.audit.outgoing.sending import Sending, bare, put, sending
from tests.unit.audit.test_spool import until

LINES = [
    b'{"time":"2026-11-27T23:00:00.123456Z","type":"request","n":"first"}\n',
    b'{"time":"2026-11-27T23:00:00.123457Z","keys":["' + 'äé\\"€'.encode() * 30_000 + b'"]}\n',
    b'{"time":"2026-11-27T23:00:00.123458Z","x":"' + b"x" * 7_790 + b'"}\n',
    b'{"time":"2026-11-27T23:00:00.123459Z","type":"request","n":"last"}\n',
]
HOW = ["udp", "tcp", "tls", "local"]


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rsyslog]:
    """One rsyslog for all tests."""
    with rsyslog(tmp_path_factory.mktemp("rsyslog")) as running:
        yield running


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Sending]:
    """A forwarded spool."""
    with sending(tmp_path) as running:
        yield running


def options(receiver: Rsyslog, how: str) -> dict[str, str]:
    """How a device reaches it."""
    if how == "local":
        return {"address": receiver.local}
    if how == "tls":
        ca = receiver.certificate.read_text()
        return {
            "address": f"localhost:{receiver.tls}",
            "socket_type": "tls",
            "tls_ca_cert": ca[ca.index("-----BEGIN CERT") :],
        }
    return {"address": f"127.0.0.1:{getattr(receiver, how)}", "socket_type": how}


@pytest.mark.parametrize("how", HOW)
def test_lines_of_any_length_arrive(receiver: Rsyslog, sent: Sending, how: str) -> None:
    """Long ones in parts that rsyslog's default takes, which put together are the lines, byte by byte."""
    before = len(receiver.messages())
    device = sent.device("syslog", **options(receiver, how), tag="vault", facility="local3")
    # By UDP, rsyslog's kernel drops what comes faster than it is read.
    lines = LINES if how != "udp" else [line for line in LINES if len(line) < 10_000]

    def found() -> list[bytes]:
        joined = Joining().lines(line + b"\n" for line in receiver.messages()[before:])
        return [line for line in joined if line.strip()]

    put(device, lines)
    until(lambda: found()[-1:] == lines[-1:])
    assert bare(found()) == bare(lines)
    priority, time, _, program, _ = receiver.heads()[before].split(b" ")
    assert (priority, program) == (b"158", b"vault")
    assert (time == b"2026-11-27T23:00:00.123456Z") is (how != "local")


def test_ten_thousand_lines_keep_their_order(receiver: Rsyslog, sent: Sending) -> None:
    """By TCP with octet counts, none is missing."""
    before = len(receiver.messages())
    device = sent.device("syslog", **options(receiver, "tcp"))
    lines = [b'{"time":"2026-11-27T23:00:00.000000Z","n":%d}\n' % number for number in range(10_000)]
    put(device, lines)
    until(lambda: len(receiver.messages()) == before + len(lines))
    assert receiver.messages()[before:] == bare(lines)
