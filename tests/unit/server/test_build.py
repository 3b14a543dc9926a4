"""Which build of the package is installed, and who refuses to be of another one."""

from __future__ import annotations

import socket
from pathlib import Path

from strongroom.__about__ import __version__
from strongroom.server.build import UNKNOWN, Build, agree, installed, refusal
from strongroom.server.messages.framing import Framing
from strongroom.server.messages.to_supervisor import FromWorker, Refused


def test_a_build_is_its_files(tmp_path: Path) -> None:
    """A changed, renamed, added or removed file is another build; the same version may be built twice."""
    (tmp_path / "__about__.py").write_text('"""The version."""\n\n__version__ = "1.2.3"\n')
    (tmp_path / "a.py").write_text("a = 1\n")
    first = installed(tmp_path)
    assert first.version == "1.2.3"
    assert installed(tmp_path) == first
    seen = {first.digest}
    for change in (
        lambda: (tmp_path / "a.py").write_text("a = 2\n"),
        lambda: (tmp_path / "a.py").rename(tmp_path / "b.py"),
        lambda: (tmp_path / "c.py").write_text(""),
        (tmp_path / "__about__.py").unlink,
    ):
        change()
        seen.add(installed(tmp_path).digest)
    assert len(seen) == 5
    assert installed(tmp_path).version == UNKNOWN


def test_a_process_of_another_build_says_so_and_takes_nothing() -> None:
    """It compares for itself, as the files may have changed after its supervisor looked; its version is in the log."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert agree(theirs, installed().digest)
        assert not agree(theirs, "0" * 64)
        theirs.close()
        [message] = Framing[FromWorker](FromWorker).feed(ours.recv(65536))
        assert message == Refused(__version__)
        assert ours.recv(1) == b""
    assert refusal(Build("1", ""), "2").startswith(
        "the package was replaced by version 2 while this server runs version 1"
    )
