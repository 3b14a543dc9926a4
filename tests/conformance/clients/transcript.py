"""What a command line printed, made comparable."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.servers import PEER, Server
from tests.conformance.wire.compare import normal, remaining_s

TIMEOUT_S = 30.0
OWN_AFFAIRS = re.compile(
    r"^(Version|Build Date|Commit Date|Storage Type|Cluster Name|Cluster ID|HA Enabled|HA Cluster|HA Mode|Active Since"
    r"|Active Node|Raft |encryptions|Encryption Count|Waiting for terminal status)"
)
"""Lines in which a server tells of itself, or that depend on how fast it was."""
TIMES = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC|\b\d\d [A-Z][a-z]{2} \d\d \d\d:\d\d UTC|\b\d{10}\b"
)
SERIAL = re.compile(r"(?<=^serial_number  )[0-9a-f]{8,16}$")
"""Of an SSH certificate: a random number, without zeros in front."""
WRAPPED = re.compile(r"(?<=\S)\n +(?=[^\s*])")
"""Inside a warning, which is broken at a width: where depends on the length of the product's name."""
PARSE_ERROR = re.compile(r"(?<=failed to parse policy: ).*")
"""Each parser says in words of its own what it expected where."""
DURATIONS = re.compile(r"\b(?=\d)(\d+h)?(\d+m)?(\d+s)?\b")


@dataclass(frozen=True, slots=True)
class Step:
    """One command and what came of it, normalised."""

    command: str
    status: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n    ".join([f"$ bao {self.command}   → {self.status}", *self.lines])


@dataclass(slots=True)
class Shell:
    """The `bao` command line with one server.

    Args:
        server: which it talks to.
        home: where it keeps the token of a login.
        steps: filled with everything that was run.
    """

    server: Server
    home: Path
    steps: list[Step] = field(default_factory=list)

    def run(self, *words: str, token: str | None = None, stdin: str = "") -> str:
        """Run one command, record it, and return what it printed on its standard output.

        Args:
            words: what comes after the program's name.
            token: instead of the server's root token; empty for the one of the last login.
            stdin: what it is given to read.
        """
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("VAULT_", "BAO_"))}
        environment |= {"HOME": str(self.home), "BAO_ADDR": self.server.url, "TZ": "UTC"}
        token = self.server.token if token is None else token
        if token:
            environment["BAO_TOKEN"] = token
        done = subprocess.run(
            [str(PEER), *words],
            input=stdin,
            env=environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        printed = done.stdout.replace(str(self.home), "<home>")
        lines = _json_lines(printed) if "-format=json" in words else _table_lines(printed)
        errors = _table_lines(done.stderr.replace(str(self.home), "<home>"))
        command = " ".join(str(normal(word.replace(str(self.home), "<home>"))) for word in words)
        self.steps.append(Step(command, done.returncode, (*lines, *errors)))
        return done.stdout.strip()


def _json_lines(text: str) -> tuple[str, ...]:
    try:
        return tuple(json.dumps(normal(json.loads(text)), indent=1, sort_keys=True).splitlines())
    except ValueError:
        return _table_lines(text)


def _table_lines(text: str) -> tuple[str, ...]:
    lines = []
    for line in PARSE_ERROR.sub("<where and why>", _unbroken(text)).splitlines():
        # Columns are as wide as the longest value, and tokens differ in length.
        shrunk = re.sub(r"-{4,}", "----", re.sub(r"={3,}", "===", re.sub(r"\s{2,}", "  ", line.rstrip())))
        if not OWN_AFFAIRS.match(shrunk):
            shrunk = DURATIONS.sub(_rounded, TIMES.sub("<time>", SERIAL.sub("<serial>", shrunk)))
            lines.append(" ".join(str(normal(word)) for word in shrunk.split(" ")))
    return tuple(lines)


def _unbroken(text: str) -> str:
    """The text with its warnings each on one line, and product and program by one name for both."""
    before, mark, warnings = text.partition("WARNING! ")
    return str(normal(before + mark + WRAPPED.sub(" ", warnings)))


def _rounded(duration: re.Match[str]) -> str:
    parts = re.findall(r"(\d+)([hms])", duration[0])
    seconds = sum(int(count) * {"h": 3600, "m": 60, "s": 1}[unit] for count, unit in parts)
    return f"{remaining_s(seconds)}s" if parts else duration[0]


def differing(ours: Shell, peer: Shell) -> list[str]:
    """The steps at which two transcripts of the same commands differ, both versions of each."""
    return [
        f"ours: {a}\npeer: {b}"
        for a, b in zip(ours.steps, peer.steps, strict=True)
        if (a.command, a.status, a.lines) != (b.command, b.status, b.lines)
    ]
