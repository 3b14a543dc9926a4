"""Programs in the place of ssh and sshpass, which write down how they were called."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.program import OURS, forked
from tests.conformance.servers import Server

_RECORDER = """#!{python}
import json, os, stat, sys
seen = {{"words": sys.argv[1:], "environment": dict(os.environ), "files": {{}}}}
if "-d" in sys.argv[1:2]:
    seen["password"] = os.read(int(sys.argv[2]), 4096).decode()
for word in sys.argv:
    path = word.partition("=")[2].strip('"')
    if path.startswith("/") and os.path.isfile(path):
        mode, folder = os.stat(path).st_mode, os.stat(os.path.dirname(path)).st_mode
        seen["files"][path] = [stat.S_IMODE(mode), stat.S_IMODE(folder), open(path).read()]
with open({record!r}, "w") as file:
    json.dump(seen, file)
{end}
sys.exit({status})
"""


@dataclass
class Machine:
    """A user's machine: a home with a key, and a folder of programs."""

    directory: Path
    server: Server
    status: int = 0
    """What the programs exit with."""

    @property
    def home(self) -> Path:
        """The user's home."""
        return self.directory / "home"

    def install(self, *names: str, end: str = "") -> None:
        """Put recorders into the folder of programs.

        Args:
            end: what they do before they exit, in Python.
        """
        folder = self.directory / "bin"
        folder.mkdir(exist_ok=True)
        for name in names:
            record = str(self.directory / f"{name}.json")
            text = _RECORDER.format(python=sys.executable, record=record, status=self.status, end=end)
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)

    def make_key(self) -> Path:
        """A key pair in the home; the public part."""
        file = self.home / ".ssh" / "id_ed25519"
        file.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "eva@machine", "-f", file], check=True)
        return file.with_suffix(".pub")

    @property
    def environment(self) -> dict[str, str]:
        """What the command finds: no other programs, and no settings of this process."""
        (self.directory / "tmp").mkdir(exist_ok=True)
        return {
            "PATH": str(self.directory / "bin"),
            "HOME": str(self.home),
            "TMPDIR": str(self.directory / "tmp"),
            "USER": "local",
            "LOGNAME": "local",
            "STRONGROOM_ADDR": self.server.url,
            "STRONGROOM_TOKEN": self.server.token,
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start `strongroom ssh`."""
        self.home.mkdir(exist_ok=True)
        command = [str(forked(OURS)), "ssh", *words]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=self.environment, **pipes)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `strongroom ssh` to its end."""
        process = self.start(*words)
        out, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, out, errors)

    def seen(self, name: str) -> dict[str, Any]:
        """How a program was called."""
        found: dict[str, Any] = json.loads((self.directory / f"{name}.json").read_text())
        return found

    def left(self) -> list[str]:
        """What remains of temporary files."""
        return [file.name for file in (self.directory / "tmp").iterdir()]
