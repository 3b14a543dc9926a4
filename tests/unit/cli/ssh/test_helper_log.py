"""What the helper writes of what others say."""

from __future__ import annotations

import io

from strongroom.cli.ssh.helper.log import MOST_CHARACTERS, Log


def test_a_line_is_one_and_short() -> None:
    """A server's answer neither begins another line nor fills the disk."""
    stream = io.StringIO()
    Log("info", stream).write("error", "x\n[INFO] eva is let in\x1b[31m" + "a" * 10_000_000)
    (line,) = stream.getvalue().splitlines()
    assert "x [INFO] eva is let in [31maaa" in line
    assert len(line) < MOST_CHARACTERS + 100
