"""Runs wrk, and reads what it measured."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from bench.load.requests import Mix
from bench.load.script import MARK, script

MISSING = "wrk isn't installed; on Debian: apt-get install wrk"
_TIMEOUT_S = 10


class LoadFailed(Exception):
    """The load generator didn't tell what it measured."""


class Measured(NamedTuple):
    """What the clients saw."""

    requests: int
    took_s: float
    refused: int
    """Answers with a status of 400 or more."""
    broken: int
    """Connections that couldn't be made, were cut, or had no answer in ten seconds."""
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return self.requests / self.took_s if self.took_s else 0.0


def is_installed() -> bool:
    """Whether there is a wrk."""
    return shutil.which("wrk") is not None


def parse(output: str) -> Measured:
    """What wrk printed.  Raises `LoadFailed` if the line of the script isn't there."""
    line = next((line for line in output.splitlines() if line.startswith(f"{MARK} ")), None)
    if line is None:
        raise LoadFailed(output[-500:])
    requests, took_us, refused, broken, p50, p99 = line.split()[1:]
    return Measured(int(requests), int(took_us) / 1e6, int(refused), int(broken), float(p50), float(p99))


def run(url: str, mix: Mix, *, seconds: float, connections: int, place: Path) -> Measured:
    """Send requests for so long, by one thread.  Raises `LoadFailed`.

    Args:
        seconds: rounded to whole ones, because wrk knows no others.
        place: a directory for the script.
    """
    file = place / "load.lua"
    file.write_text(script(mix))
    whole = max(1, round(seconds))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{whole}s", f"--timeout={_TIMEOUT_S}s", "-s", str(file), url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=whole + 60)  # noqa: S603
    return parse(done.stdout or done.stderr)
