"""What a command loads before it does anything, as the interpreter itself reports it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).parent / "strongroom"
_HEAVY = {
    "msgspec",
    "asyncio",
    "cryptography",
    "OpenSSL",
    "ssl",
    "structlog",
    "uvloop",
    "apsw",
    "http",
    "typing_extensions",
}


@pytest.mark.parametrize(
    "words",
    [
        ["version"],
        ["status", "-address=http://127.0.0.1:1"],
        ["operator", "diagnose"],
        ["kv", "get", "-h"],
        ["login", "-method=userpass", "-address=http://127.0.0.1:1", "username=eva", "password=p"],
        ["auth", "help", "gcp"],
        ["ssh-helper", "-config=/none"],
    ],
    ids=" ".join,
)
def test_a_cold_start_loads_no_heavy_package(words: list[str]) -> None:
    """The installed program, started anew, imports nothing of the server's libraries for a command of one question."""
    command = [sys.executable, "-X", "importtime", str(PROGRAM), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin"})
    reported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert "strongroom.cli.main" in reported
    assert not _HEAVY & {name.partition(".")[0] for name in reported}
    assert not [name for name in reported if name.startswith(("strongroom.server", "strongroom.core"))]
