"""Puts a mutant into a copy of the tree and has the tests try it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

import msgspec

from tools.mutate import server, tree
from tools.mutate.reach import Reach

_PATIENCE = 5
"""A mutant that makes its tests take so many times as long hangs."""
_STARTING_S = 12.0


class Bench:
    """A copy of the tree and the process that tries mutants in it; a context."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def __enter__(self) -> Bench:
        self._folder = tempfile.TemporaryDirectory(prefix="mutate-")
        self.folder = Path(self._folder.name)
        tree.lay(self.folder)
        preload = self.folder / "preload.json"
        preload.write_bytes(msgspec.json.encode(self._reach.preload))
        environment = tree.environment(self.folder)
        _check_origin(self.folder, environment)
        self._server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tools.mutate.server", str(preload)],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._server.terminate()
        if self._server.stdin is not None:
            self._server.stdin.close()
        self._server.wait()
        self._folder.cleanup()

    def attempt(self, file: str, source: str, tests: list[str]) -> server.Verdict:
        """Run tests against one state of a file; it is as before afterwards."""
        original = (tree.ROOT / file).read_text()
        limit_s = _STARTING_S + _PATIENCE * self._reach.time_s(tests)
        trial = server.Trial(tests, tree.module_of(file), limit_s)
        tree.put(self.folder, file, source)
        try:
            assert self._server.stdin is not None
            assert self._server.stdout is not None
            self._server.stdin.write(msgspec.json.encode(trial) + b"\n")
            self._server.stdin.flush()
            answer = self._server.stdout.readline()
        finally:
            tree.put(self.folder, file, original)
        if not answer:
            raise SystemExit("the process that tries mutants has ended")
        return msgspec.json.decode(answer, type=server.Verdict)


def _check_origin(folder: Path, environment: dict[str, str]) -> None:
    """Raise `SystemExit` if a process that a test starts would import something else than the copy."""
    code = "import strongroom, subprocess, sys; print(strongroom.__file__, flush=True)"
    again = f"{code}; subprocess.run([sys.executable, '-c', {code!r}], check=True)"
    command = [sys.executable, "-c", again]
    done = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    found = done.stdout
    wanted = str(folder / "src" / "strongroom" / "__init__.py")
    if found.split() != [wanted, wanted]:
        raise SystemExit(f"mutants in {wanted} would not be what is imported: {found}")
